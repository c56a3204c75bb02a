"""Every trial there is."""

from __future__ import annotations

from forsyn.workflows.proof import trials_declarations, trials_roles, trials_rows
from forsyn.workflows.proof.trial import Trial

TRIALS: tuple[Trial, ...] = (
    *trials_declarations.TRIALS,
    *trials_roles.TRIALS,
    *trials_rows.TRIALS,
)

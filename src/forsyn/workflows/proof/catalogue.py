"""Every trial there is."""

from __future__ import annotations

from forsyn.workflows.proof import (
    trials_access,
    trials_bills,
    trials_breaches,
    trials_choices,
    trials_corrections,
    trials_cpr,
    trials_declarations,
    trials_destinations,
    trials_door,
    trials_erasure,
    trials_instructions,
    trials_mailbox,
    trials_night,
    trials_notes,
    trials_portability,
    trials_requests,
    trials_roles,
    trials_rows,
    trials_sensitive,
    trials_staff,
    trials_time,
    trials_web,
)
from forsyn.workflows.proof.trial import Trial

MODULES = (
    trials_declarations,
    trials_roles,
    trials_rows,
    trials_choices,
    trials_corrections,
    trials_cpr,
    trials_notes,
    trials_mailbox,
    trials_access,
    trials_portability,
    trials_requests,
    trials_sensitive,
    trials_door,
    trials_bills,
    trials_destinations,
    trials_staff,
    trials_instructions,
    trials_breaches,
    trials_erasure,
    trials_time,
    trials_night,
    trials_web,
)
TRIALS: tuple[Trial, ...] = tuple(trial for module in MODULES for trial in module.TRIALS)

"""Closing an accounting year: not under a run that is half in the books, which could then neither end nor go back."""

from __future__ import annotations

from datetime import datetime

from forsyn.domain.billing import run_queries
from forsyn.domain.billing.actions_execution import only_run
from forsyn.domain.billing.run_refusal_rules import RunRefused
from forsyn.domain.ledger import actions
from forsyn.domain.ledger.rules import NotPossible
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P


def close_year(*, year_id: int, account_id: int, now: datetime) -> None:
    """Close a year for good; see `ledger.actions.close_year`. Raises NotPossible, also while a run is under way."""
    try:
        with only_run():
            with purpose(P.SETTLEMENT, actor=account_id):
                under_way = run_queries.runs_under_way()
            if under_way:
                raise NotPossible(
                    f"Kørsel {under_way[0].pk} er ikke færdig med at blive bogført eller fortrudt. Vent, til den er."
                )
            with purpose(P.ACCOUNTING, actor=account_id):
                actions.close_year(year_id=year_id, account_id=account_id, now=now)
    except RunRefused as refused:
        raise NotPossible(refused.danish) from refused

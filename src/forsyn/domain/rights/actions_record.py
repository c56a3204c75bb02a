"""How every act on a request begins and ends: the row is locked, and the record gets its line.

Refusals are `rules.RequestRefused`: Danish sentences for whoever asked. The caller has entered `P.PRIVACY_RIGHTS`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from forsyn.domain.rights.models import Request, RequestStep
from forsyn.domain.rights.rules import CLOSED, MOVES, Clock, RequestRefused, State, StepKind


def locked(request_id: int, *, version: int | None = None) -> Request:
    """An open request, which nobody else changes until the transaction ends.

    ``version`` is the one that a clerk has on the page: another one means that somebody was first. Raises
    Request.DoesNotExist and RequestRefused.
    """
    request: Request = Request.objects.select_for_update().get(pk=request_id)
    if State(request.state) in CLOSED:
        raise RequestRefused(f"Anmodning {request.number} er afsluttet, så den kan ikke ændres.")
    if version is not None and version != request.version:
        raise RequestRefused(
            f"En anden har arbejdet på anmodning {request.number}, mens du havde den fremme. Intet er gået tabt: "
            "Se den igen, og prøv så en gang til."
        )
    return request


def change(request: Request, **values: Any) -> None:
    """Write these columns, as a new version."""
    for name, value in values.items():
        setattr(request, name, value)
    request.version += 1
    request.save(update_fields=[*values, "version"])


def move(request: Request, state: State) -> dict[str, State]:
    """The column of a new state. Raises RequestRefused where it does not follow from the present one."""
    if state not in MOVES[State(request.state)]:
        raise RequestRefused(f"Anmodning {request.number} er ikke nået dertil. Se, hvad den mangler, på dens side.")
    return {"state": state}


def add_step(request_id: int, kind: StepKind, *, text: str = "", by_id: int | None, now: datetime) -> None:
    """One line of the record."""
    RequestStep.objects.create(request_id=request_id, kind=kind, text=text, by_id=by_id, at=now)


def limits(clock: Clock) -> dict[str, date]:
    """The columns that follow from a clock."""
    return {"first_deadline_date": clock.first_deadline_date, "deadline_date": clock.deadline_date}


def resumed(request: Request, today: date) -> dict[str, Any]:
    """The columns of a clock that runs again; none where it did not stand."""
    since = request.paused_since_date
    if since is None:
        return {}
    days = request.paused_days + max((today - since).days, 0)
    clock = Clock(request.received_date, paused_days=days, extended=request.extended_at is not None)
    return {"paused_since_date": None, "paused_days": days, **limits(clock)}

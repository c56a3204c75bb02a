"""The deed of a wish to take one's data along (Art. 20), and what the answer tells of it.

Carrying it out releases the package: from then on it may be handed over (`released_package`), to the person or, where
the plan names one, to another controller.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from forsyn.domain.rights import queries
from forsyn.domain.rights.actions import add_note
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.policy.countries import countries
from forsyn.policy.vocabulary import Language, Right
from forsyn.workflows.package_door import Package, PackageRefused, spooled
from forsyn.workflows.portability import (
    Receipt,
    build_portable_package,
    plan_portability,
    portable_package,
    send_to_another_controller,
    settle_hand_over,
)
from forsyn.workflows.portability_data import portable, taken
from forsyn.workflows.right_access import check_together
from forsyn.workflows.right_case import Case, Deed, PlanRefused, Told


def _plan(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    """``details["receiver"]``: the company that the person names (Art. 20(2)), in ``receiver_country``; empty: to the
    person."""
    receiver, country = (str(details.get(key, "")).strip() for key in ("receiver", "receiver_country"))
    if receiver and ((place := countries().get(country)) is None or not place.in_eea):
        raise PlanRefused(
            "Virksomheden er ikke i et land i EU eller EØS, og vi lover, at intet sendes ud af dem. Personen kan selv "
            "få pakken og give den videre."
        )
    try:
        _check_items(case.customer_ids, case.withheld)
        found = plan_portability(customer_ids=case.customer_ids, withheld=case.withheld)
    except VaultClosed as closed:
        raise PlanRefused(closed.for_staff) from closed
    return found.as_json() | {
        "receiver": receiver,
        "receiver_country": country if receiver else "",
        "counts": found.counts(),
    }


def _check_items(customer_ids: Collection[int], withheld: Collection[str]) -> None:
    """Refuse what names nothing: the letter would say that it is left out, and the package would hold it."""
    if not withheld:
        return
    check_together(withheld)
    mine = portable()
    with taken(customer_ids=customer_ids, withheld={}, found=mine) as data:
        unknown = []
        for item in withheld:
            named, _, row = item.partition(":")
            table, _, column = named.partition(".")
            part = mine.part(table)
            rows = () if part is None else data.days.get(table) or data.rows(part)
            known = part is not None and (not column or column in part.columns)
            if not known or (row and not any(one.key == item for one in rows)):
                unknown.append(item)
    if unknown:
        raise PlanRefused(
            f"Der er ikke noget, som hedder {', '.join(unknown)}. Tag det med igen, og hold det rigtige ude."
        )


def _release(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    found = plan_portability(customer_ids=case.customer_ids, withheld=case.withheld)
    if found.gaps:
        raise PlanRefused("Noget er ikke erklæret, så pakken ville mangle det. Ret det i programmet først.")
    return found.counts()


def _essence(body: Mapping[str, Any]) -> Any:
    """What is left out, and who gets it. That there is more to give than when it was read, is no reason to wait."""
    return [body[key] for key in ("customers", "withheld", "gaps")] + [
        body.get("receiver", ""),
        body.get("receiver_country", ""),
    ]


_PACKAGE = {
    Language.DANISH: "{to} det, du selv har givet os, og det, dine målere har målt: {rows} oplysninger og {readings} "
    "målinger, som JSON, som regneark og i energistandarden ESPI.",
    Language.ENGLISH: "{to} what you gave us yourself and what your meters measured: {rows} entries and {readings} "
    "readings, as JSON, as spreadsheets and in the energy-data standard ESPI.",
}
_YOU = {Language.DANISH: "Du får", Language.ENGLISH: "You get"}
_THEY = {Language.DANISH: "Vi sender {receiver}", Language.ENGLISH: "We send {receiver}"}


def _tell(plan: Mapping[str, Any], counts: Mapping[str, Any], language: Language) -> Told:
    receiver = plan.get("receiver", "")
    to = _THEY[language].format(receiver=receiver) if receiver else _YOU[language]
    rows, readings = counts.get("rows", 0), counts.get("readings", 0)
    return Told([_PACKAGE[language].format(to=to, rows=rows, readings=readings)])


PORTABILITY = Deed(_plan, _release, _tell, _essence)


# -- handing over ------------------------------------------------------------------------------------------------------


def draft_package(*, request_id: int, now: datetime, today: date) -> Package:
    """The package as it would be, to look through; it is not handed over. Raises PackageRefused."""
    view = _request(request_id, today)
    pieces = build_portable_package(
        customer_ids=view.line.customer_ids,
        now=now,
        withheld=queries.withheld_items(request_id=request_id),
        language=Language(view.row.language),
    )
    return spooled(pieces, f"udkast-{view.line.number}.zip")


def released_package(*, request_id: int, actor: int, now: datetime, today: date) -> Package:
    """The package for the person, or for whom the plan names, recorded by the door.

    Raises PackageRefused before the plan was carried out.
    """
    view = _request(request_id, today)
    if view.plan is None or view.plan.carried_out_at is None:
        raise PackageRefused("Læs planen, og udfør den, før pakken gives videre.")
    body: Mapping[str, Any] = view.plan.plan.get("body", {})  # type: ignore[assignment]
    who: dict[str, Any] = {
        "customer_ids": view.line.customer_ids,
        "number": view.line.number,
        "actor": actor,
        "now": now,
        "today": today,
        "withheld": queries.withheld_items(request_id=request_id),
        "language": Language(view.row.language),
    }
    try:
        if not body.get("receiver"):
            return portable_package(**who)
        made = send_to_another_controller(receiver=body["receiver"], country=body.get("receiver_country", ""), **who)
    except DisclosureRefused as refusal:
        raise PackageRefused(str(refusal)) from refusal
    _keep_receipt(request_id, made.receipt, actor, now)
    return made.package


def _keep_receipt(request_id: int, receipt: Receipt, actor: int, now: datetime) -> None:
    """With the request, what the receiver may compare with the file that it got."""
    text = (
        f"Pakken til {receipt.receiver} er hentet til overlevering (udlevering {receipt.disclosure_id}): "
        f"{receipt.byte_count} bytes, SHA-256 {receipt.sha256}."
    )
    settle_hand_over(receipt=receipt, delivered=True, actor=actor, now=now)
    add_note(request_id=request_id, by_id=actor, now=now, text=text)


def _request(request_id: int, today: date) -> queries.RequestView:
    """Raises Request.DoesNotExist."""
    view = queries.request(request_id=request_id, today=today)
    if view.row.right != Right.PORTABILITY or view.row.identity_settled_at is None or not view.line.customer_ids:
        raise PackageRefused("Der er ingen pakke at give, før det er afklaret, hvem der spørger.")
    return view

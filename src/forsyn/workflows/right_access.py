"""The deed of a wish to see one's data (Art. 15), and what the answer tells of it.

Carrying it out releases the copy: from then on it may be handed over (`released_package`), each time as the data are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from forsyn.domain.rights import queries
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.sensitive.sealing import VaultClosed
from forsyn.policy.dossier import Form, Sheet
from forsyn.policy.vocabulary import Language, Right
from forsyn.workflows.access_data import Row
from forsyn.workflows.access_package import Package, PackageRefused, access_package, build_access_package, plan_access
from forsyn.workflows.access_plan import Gathered, gathered
from forsyn.workflows.access_withheld import TOGETHER
from forsyn.workflows.package_door import spooled
from forsyn.workflows.right_case import Case, Deed, PlanRefused, Told

FREE_TEXT = frozenset({"text", "body", "wish", "reason", "note"})
"""Columns in which somebody wrote what may be about a third person, too."""
READ_ONE_BY_ONE = 200
"""So many rows with free text are named singly in a plan; more are withheld by their own keys or as a table."""


def _plan_access(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        with gathered(customer_ids=case.customer_ids, withheld={}, today=case.today) as data:
            _check_items(data, case.withheld)
            singly = list(_single_items(data, case.withheld))
        found = plan_access(customer_ids=case.customer_ids, today=case.today, withheld=case.withheld)
    except VaultClosed as closed:
        raise PlanRefused(closed.for_staff) from closed
    return found.as_json() | {"items": singly[:READ_ONE_BY_ONE], "counts": found.counts()}


def _check_items(data: Gathered, withheld: Collection[str]) -> None:
    """Refuse what names nothing: the letter would say that it is left out, and the copy would hold it."""
    check_together(withheld)
    unknown = [item for item in withheld if not _is_held(data, item)]
    if unknown:
        raise PlanRefused(
            f"Der er ikke noget, som hedder {', '.join(unknown)}. Tag det med igen, og hold det rigtige ude."
        )


def check_together(withheld: Collection[str]) -> None:
    """Refuse single columns of tables whose values only mean something together. Raises PlanRefused."""
    for item in withheld:
        table, _, column = item.partition(".")
        if column and table in TOGETHER:
            raise PlanRefused(
                f"{column} kan ikke holdes ude for sig: målinger giver kun mening samlet. Hold hele {table} ude, "
                "eller enkelte rækker."
            )


def _is_held(data: Gathered, item: str) -> bool:
    named, _, row = item.partition(":")
    table, _, column = named.partition(".")
    sheet = data.reader.shape.sheet(table)
    if sheet is None or (column and sheet.place(column) is None):
        return False
    if not row:
        return data.holds(sheet)
    return not column and any(one.key == item for one in _rows(data, sheet))


def _rows(data: Gathered, sheet: Sheet) -> Iterator[Row]:
    if sheet.is_series:
        yield from (row for one in data.series if one.sheet is sheet for row in one)
    else:
        yield from data.held.rows.get(sheet.name, ())


def _single_items(data: Gathered, withheld: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """Rows with free text and documents, the newest first: each may be about somebody else, so each may be left out."""
    for sheet in data.reader.sheets:
        free = any(one.name in FREE_TEXT or one.form is not Form.PLAIN for one in sheet.columns)
        if not free or sheet.name in withheld:
            continue
        at = next((place for place, one in enumerate(sheet.columns) if one.type.startswith("timestamp")), None)
        title = {"da": sheet.title.da, "en": sheet.title.en}
        for row in reversed(data.held.rows.get(sheet.name, [])):
            if row.key not in withheld:
                yield {"item": row.key, "title": title, "at": None if at is None else row.values[at]}


def _release(case: Case, details: Mapping[str, Any]) -> Mapping[str, Any]:
    found = plan_access(customer_ids=case.customer_ids, today=case.today, withheld=case.withheld)
    if found.gaps:
        raise PlanRefused("Noget er ikke erklæret, så kopien ville mangle det. Ret det i programmet først.")
    return found.counts()


def _essence(body: Mapping[str, Any]) -> Any:
    """What is left out, and why. That there is more to give than when it was read, is no reason to wait."""
    return {key: body[key] for key in ("customers", "withheld", "left_out", "gaps")}


_COPY = {
    Language.DANISH: "Du får en kopi af alt, vi har om dig: {rows} oplysninger og {readings} målinger. Den har en PDF "
    "til at læse og de samme data som regneark og som JSON.",
    Language.ENGLISH: "You get a copy of all we hold about you: {rows} entries and {readings} readings. It has a PDF "
    "to read, and the same data as spreadsheets and as JSON.",
}


def _tell_released(plan: Mapping[str, Any], counts: Mapping[str, Any], language: Language) -> Told:
    return Told([_COPY[language].format(rows=counts.get("rows", 0), readings=counts.get("readings", 0))])


ACCESS = Deed(_plan_access, _release, _tell_released, _essence)


# -- handing over ------------------------------------------------------------------------------------------------------


def draft_package(*, request_id: int, now: datetime, today: date) -> Package:
    """The copy as it would be, for whoever decides what is left out; it is not handed over. Raises PackageRefused."""
    view = _access_request(request_id, today)
    pieces = build_access_package(
        customer_ids=view.line.customer_ids,
        now=now,
        today=today,
        withheld=queries.withheld_items(request_id=request_id),
        language=Language(view.row.language),
    )
    return spooled(pieces, f"udkast-{view.line.number}.zip")


def released_package(*, request_id: int, actor: int, now: datetime, today: date) -> Package:
    """The copy for the person, recorded by the door. Raises PackageRefused before the plan was carried out."""
    view = _access_request(request_id, today)
    if view.plan is None or view.plan.carried_out_at is None:
        raise PackageRefused("Læs planen, og udfør den, før kopien gives til personen.")
    try:
        return access_package(
            customer_ids=view.line.customer_ids,
            number=view.line.number,
            actor=actor,
            now=now,
            today=today,
            withheld=queries.withheld_items(request_id=request_id),
            language=Language(view.row.language),
        )
    except DisclosureRefused as refusal:
        raise PackageRefused(str(refusal)) from refusal


def _access_request(request_id: int, today: date) -> queries.RequestView:
    """Raises Request.DoesNotExist."""
    view = queries.request(request_id=request_id, today=today)
    if view.row.right != Right.ACCESS or view.row.identity_settled_at is None or not view.line.customer_ids:
        raise PackageRefused("Der er ingen kopi at give, før det er afklaret, hvem der spørger.")
    return view

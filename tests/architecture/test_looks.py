"""Every page of staff that shows a person puts that on record; those that show nobody are listed, with the reason."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

RECORDERS = {"record", "record_meters", "looked"}
STAFF = ("forsyn.interfaces.office.", "forsyn.interfaces.privacy_desk.")

_DECLARED = "declarations and counts, no rows of persons"
_REGISTER = "agreements with companies"
_BREACH = "a breach, told without names; whom it touched is a page of its own"
_PRICES = "what is charged, and sums over many bills; those that change most are a page of their own"
_WHOLE_DELIVERY = "whole deliveries and their counts; the values of one meter are a page of their own"
_RUN = "a run in numbers; its bills are a page of their own"
_YEAR = "accounting years, and balances of accounts"
SHOWS_NOBODY = {
    "office.run_act_views.make": _RUN,
    **{f"office.run_views.{name}": _RUN for name in ("progress", "run", "runs")},
    **{f"office.ledger_views.{name}": _YEAR for name in ("books", "close_year", "open_year")},
    "office.today_views.today": "counts of what waits, by run and by tariff",
    "office.delivery_views.deliveries": _WHOLE_DELIVERY,
    "office.delivery_views.delivery": _WHOLE_DELIVERY,
    "office.quarantine_views.quarantine": _WHOLE_DELIVERY,
    "office.quarantine_views.group": "meter numbers with reasons; values, and whose they are, are pages of their own",
    "office.quarantine_views.decision": "counts of what will be decided",
    **{
        f"office.tariff_views.{name}": _PRICES
        for name in (
            "approve", "new_prices", "preview", "price_sheet", "sheet_csv", "tariff", "tariffs", "version", "withdraw",
        )
    },
    "privacy_desk.disclosure_views.refusals": "what did not leave, with how many persons it was about",
    "privacy_desk.disclosure_views.try_again": "sends again what has been decided; shows nothing",
    "privacy_desk.look_views.checks": "how many looks a sample has",
    "privacy_desk.night_views.coming": "how many rows of what would go; counts without persons",
    "privacy_desk.night_views.night": "how many rows of what went; counts without persons",
    "privacy_desk.night_views.nights": "which nights there were, with counts",
    "privacy_desk.notice_views.print_letters": "whom the letters go to is on the door's record",
    "privacy_desk.proof_views.proof": "statements and counts",
    **{
        f"privacy_desk.breach_views.{name}": _BREACH
        for name in ("breach", "breaches", "change", "register", "search", "search_kind")
    },
    **{
        f"privacy_desk.breach_act_views.{name}": _BREACH
        for name in (
            "assess", "close", "excepted", "letter", "note", "notice", "prepare", "receipt", "release", "reopen",
            "sent",
        )
    },
    **{
        f"privacy_desk.assessment_views.{name}": _DECLARED
        for name in ("assessment", "assessments", "decide", "write")
    },
    **{
        f"privacy_desk.record_views.{name}": _DECLARED for name in ("record_csv", "record_of_processing", "record_pdf")
    },
    **{
        f"privacy_desk.processor_views.{name}": _REGISTER
        for name in (
            "add_sub_processor", "agree", "agreement_document", "end_agreement", "end_sub_processor", "instruct",
            "processor", "processors", "record_audit", "sign",
        )
    },
    **{
        f"privacy_desk.views.{name}": _DECLARED
        for name in (
            "categories", "claims", "columns", "columns_csv", "home", "notice", "purposes", "recipients", "retention",
        )
    },
}  # fmt: skip
"""View -> why looking at it is no look at a person."""
RECORDS_WHAT_IT_LISTS = {"office.review_views.due"}
"""Views that show nobody but those in the rows that they record, kind by kind: no rows, nobody shown."""


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _patterns(each)
        else:
            yield each


def _views() -> dict[str, Callable[..., object]]:
    found = {}
    for pattern in _patterns(get_resolver()):
        view = inspect.unwrap(pattern.callback)
        if view.__module__.startswith(STAFF):
            found[f"{view.__module__.removeprefix('forsyn.interfaces.')}.{view.__name__}"] = view
    return found


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """What a node does whatever it finds: the body of a loop may be run for nothing."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(node, ast.For) or child not in node.body:
            yield from _walk(child)


def _calls(node: ast.AST) -> set[str]:
    calls = [call.func for call in _walk(node) if isinstance(call, ast.Call)]
    return {func.id if isinstance(func, ast.Name) else getattr(func, "attr", "") for func in calls}


def records(view: Callable[..., object]) -> bool:
    """Whether a view, or what it calls in its own module, puts a look on record."""
    file = inspect.getsourcefile(view)
    assert file is not None
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    calls = {node.name: _calls(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    seen, todo = set(), {view.__name__}
    while todo:
        name = todo.pop()
        seen.add(name)
        if name in RECORDERS:
            return True
        todo |= calls.get(name, set()) - seen
    return False


def test_a_page_of_staff_puts_on_record_whom_it_shows() -> None:
    views = _views()
    assert len(views) > 30
    silent = {name for name, view in views.items() if not records(view)} - RECORDS_WHAT_IT_LISTS
    assert silent - set(SHOWS_NOBODY) == set(), (
        "call safeguards' actions_log.record in these, or say why they show nobody"
    )
    assert set(SHOWS_NOBODY) - silent == set(), "these do record, or are gone: take them off the list"


@pytest.mark.parametrize("name", ["office.customer_views.customer", "office.search_views.search"])
def test_recording_is_seen(name: str) -> None:
    assert records(_views()[name])


def test_a_look_recorded_only_for_what_is_on_file_does_not_count() -> None:
    assert _calls(ast.parse("for entry in kept:\n    looked(entry)")) == set()
    assert _calls(ast.parse("looked(1)\nfor entry in kept():\n    show(entry)")) == {"looked", "kept"}

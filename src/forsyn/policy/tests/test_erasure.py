"""Verdicts over classes of rows when somebody asks to be erased: pure, under both controllers' policies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forsyn.policy.bindings import ITSELF, Bindings, Table, day_of, path, personal
from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable
from forsyn.policy.erasure import CLAIM, LEADS, RUNS, HeldBy, Situation, Verdict, keep_ways, row_classes
from forsyn.policy.erasure import verdict as verdict_of
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Source

TODAY = date(2026, 11, 2)
POLICY = load_policy(Path(__file__).parents[4] / "policies" / "utility.toml")
CUSTOMER = path("customer_id -> customers_customer.id")
GONE = {("customers_customer", "final_settlement_year_end"), ("customers_customer", "agreement_end")}
BINDINGS = Bindings(
    (
        Table("customers_customer", {"id": personal("customer_number", source=Source.UTILITY)}, person=ITSELF),
        *(
            Table(
                f"held_{category}",
                {"customer_id": personal("customer_number", source=Source.UTILITY),
                 "value": personal(category, source=Source.PERSON)},
                person=CUSTOMER,
                events={"case_closed": day_of("at")},
            )
            for category in ("name", "email", "phone_notes", "consumption", "preferences")
        ),
    ),
    (),
    dict.fromkeys(GONE, "select 1 as person, date '2026-09-30' as day"),
)  # fmt: skip
CATALOG = Catalog(
    {table.name: CatalogTable({column: CatalogColumn("text") for column in table.columns}) for table in BINDINGS.tables}
)
CLASSES = {rows.table.name: rows for rows in row_classes(POLICY, BINDINGS, CATALOG)}
RUNNING = Situation(agreement_runs=True, event_days=dict.fromkeys(GONE))
ENDED = Situation(agreement_runs=False, event_days=dict.fromkeys(GONE, date(2026, 9, 30)))


def verdict(name: str, situation: Situation, today: date = TODAY, policy: Policy = POLICY) -> Verdict:
    return verdict_of(policy, CLASSES[name], situation, today)


def test_what_a_statute_demands_stays_until_its_day() -> None:
    found = verdict("held_name", ENDED)
    assert (found.goes, found.until, found.rule) == (False, date(2032, 1, 1), "customer_record")
    assert found.ground is not None
    assert "bogføringsloven" in found.ground.da
    assert not verdict("held_name", ENDED, date(2031, 12, 31)).goes
    assert verdict("held_name", ENDED, date(2032, 1, 1)).goes


def test_what_nobody_needs_to_give_goes_though_the_agreement_runs() -> None:
    assert verdict("held_email", RUNNING).goes
    assert verdict("held_email", ENDED).goes


def test_what_the_agreement_needs_stays_while_it_runs() -> None:
    found = verdict("held_phone_notes", RUNNING)
    assert (found.goes, found.ground, bool(found.over)) == (False, RUNS, True)
    assert verdict("held_phone_notes", ENDED).goes


def test_an_open_claim_keeps_what_it_is_pursued_with() -> None:
    assert verdict("held_phone_notes", replace(ENDED, claim_open=True)).ground == CLAIM
    assert verdict("held_preferences", replace(ENDED, claim_open=True)).goes


def test_a_hold_comes_before_everything_and_keeps_what_it_names() -> None:
    held = replace(ENDED, holds=(HeldBy(frozenset({"email"}), "retskrav", date(2027, 1, 1)),))
    found = verdict("held_email", held)
    assert (found.goes, found.until, found.ground and found.ground.da) == (False, date(2027, 1, 1), "retskrav")
    assert verdict("held_phone_notes", held).goes


def test_who_wants_it_stored_is_not_erased() -> None:
    assert not verdict("held_email", replace(ENDED, wants_kept=True)).goes


def test_an_event_that_nothing_tells_is_a_gap() -> None:
    untold = Situation(agreement_runs=False, event_days={})
    assert verdict("held_name", untold).is_gap


def test_what_leads_to_the_person_stays_with_what_it_leads_from() -> None:
    late = date(2033, 1, 1)
    held = replace(ENDED, holds=(HeldBy(frozenset({"consumption"}), "retskrav", date(2034, 1, 1)),))
    judged = [(rows, verdict_of(POLICY, rows, held, late)) for rows in CLASSES.values()]
    found = {rows.table.name: seen for rows, seen in keep_ways(judged)}
    assert found["customers_customer"].ground == LEADS
    assert found["customers_customer"].until == date(2034, 1, 1)
    assert found["held_name"].goes


@pytest.mark.parametrize("situation", [RUNNING, ENDED, replace(ENDED, claim_open=True)])
def test_every_verdict_that_keeps_says_why(situation: Situation) -> None:
    for rows in CLASSES.values():
        found = verdict_of(POLICY, rows, situation, TODAY)
        assert found.goes != bool(found.ground)


def test_a_class_is_named_by_its_kinds() -> None:
    rows = replace(CLASSES["held_name"], kinds=("email", "mobile"))
    assert rows.name == "held_name:email+mobile"

"""Erasing one person of a made-up town: nobody else loses a byte. FORSYN_EXAMPLES: how many towns.

Households, people who move in after each other, accounts that act for two, notes, consents and meters with days.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forsyn.domain.accounts.actions import create_customer_account, create_staff
from forsyn.domain.accounts.models import Role
from forsyn.domain.correspondence.models import Note
from forsyn.domain.customers import actions
from forsyn.domain.metering.actions_meters import NewMeter, NewRegister, register_meters
from forsyn.domain.safeguards.choices_models import Consent
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.purposes import P
from forsyn.policy.reach import about
from forsyn.policy.vocabulary import Source
from forsyn.workflows.declarations import all_bindings
from forsyn.workflows.erasure import carry_out_erasure, plan_erasure
from forsyn.workflows.erasure_situation import subject_of
from tests.world import NOW, TODAY

EXAMPLES = int(os.environ.get("FORSYN_EXAMPLES", "8"))
PEOPLE = 4
EVIDENCE = {"safeguards_restriction", "retention_erasure"}
HEAT = NewRegister("energy", "watt_hours", "interval", max_per_hour=50_000)


@dataclass(frozen=True)
class Stay:
    """Who held the agreement of a home, in months from January 2026; ``months`` None: still there."""

    holders: frozenset[int]
    months: int | None


@dataclass(frozen=True)
class Town:
    """Homes with the stays there one after the other; ``accounts``: for each person, whose account acts for it."""

    homes: tuple[tuple[Stay, ...], ...]
    accounts: tuple[int, ...]
    notes: tuple[int, ...]
    consents: frozenset[int]
    erased: frozenset[int]
    later: int
    """Years from now."""


SOMEBODY = st.integers(0, PEOPLE - 1)
STAYS = st.lists(
    st.builds(Stay, st.frozensets(SOMEBODY, min_size=1, max_size=2), st.integers(1, 4)), min_size=1, max_size=3
)
TOWNS = st.builds(
    Town,
    homes=st.lists(
        st.tuples(STAYS, st.booleans()).map(
            lambda told: (*told[0][:-1], Stay(told[0][-1].holders, None if told[1] else told[0][-1].months))
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    accounts=st.tuples(*[SOMEBODY] * PEOPLE),
    notes=st.lists(SOMEBODY, max_size=4).map(tuple),
    consents=st.frozensets(SOMEBODY),
    erased=st.frozensets(SOMEBODY, min_size=1, max_size=2),
    later=st.sampled_from([0, 0, 1, 8]),
)


def build(town: Town) -> tuple[list[int], int]:
    """Make the town; return the customers' ids in order, and a clerk's."""
    clerk = create_staff(
        email="dpo@nordby.example", name="Dina Databeskytter", roles=[Role.DPO], first_date=date(2024, 1, 1),
        until_date=date(2099, 1, 1), now=NOW,
    )  # fmt: skip
    people = [
        actions.register_customer(
            number=f"90{number}", kind="person", name=f"Prøve Prøvesen {number}", cvr=None, birth_date=None,
            contacts={"email": f"90{number}@kunde.example"}, since=date(2025, 1, 1), source=Source.PERSON,
            today=TODAY, now=NOW,
        )
        for number in range(PEOPLE)
    ]  # fmt: skip
    logins = [create_customer_account(email=f"90{n}@login.example", name="", now=NOW) for n in range(PEOPLE)]
    for person, login in enumerate(town.accounts):
        actions.grant_portal_access(account_id=logins[login], customer_id=people[person], first_date=date(2025, 1, 1))
    for number, stays in enumerate(town.homes):
        _home(number, stays, people)
    Note.objects.bulk_create(
        Note(customer_id=people[n], account_id=clerk, kind="phone", text="Spurgte", written_at=NOW, cpr_taken_out=0)
        for n in town.notes
    )
    Consent.objects.bulk_create(
        Consent(customer_id=people[n], consent="newsletter", text_version="1.0", text="Ja", language="da",
                channel="portal", given_at=NOW)
        for n in town.consents
    )  # fmt: skip
    return people, clerk


def _home(number: int, stays: Iterable[Stay], people: list[int]) -> None:
    address = actions.register_address(street="Prøvevej", house_number=str(number + 1), postal_code="9999", city="By")
    point = actions.register_supply_point(number=f"95{number}", address_id=address, housing_kind="house")
    actions.register_installation(
        number=f"95{number}1", supply_point_id=point, commodity="heat", first_date=date(2020, 1, 1)
    )
    month = 1
    for place, stay in enumerate(stays):
        until = None if stay.months is None else month + stay.months
        actions.conclude_agreement(
            number=f"A95{number}-{place}", supply_point_id=point, commodity="heat", relation="tenant",
            customer_ids=[people[holder] for holder in sorted(stay.holders)], first_date=_month(month),
            until_date=None if until is None else _month(until), source=Source.PERSON, now=NOW,
        )  # fmt: skip
        month = until or month
    (meter,) = register_meters(meters=[NewMeter(f"009500{number}", "heat", (HEAT,), f"95{number}1", date(2020, 1, 1))])
    with connection.cursor() as cursor:
        cursor.execute(
            "select metering_ensure_month(month::date) from"
            " generate_series(date '2026-01-01', date '2026-10-01', interval '1 month') as month"
        )
        cursor.execute(
            "insert into metering_day (meter_id, day, delivery_id, register, version, total, values)"
            " select %s, day::date, 1, 1, 1, 24, array_fill(1, array[24])"
            " from generate_series(date '2026-01-03', date '2026-10-31', interval '9 days') as day",
            [meter],
        )


def _month(number: int) -> date:
    return date(2026 + (number - 1) // 12, (number - 1) % 12 + 1, 1)


def fingerprints(customers: Iterable[int] | None = None) -> dict[str, Counter[str]]:
    """Every row of every table, or those about some persons and the accounts that act for them."""
    catalog, found = live_catalog(), {}
    given_ids = list(customers or ())
    persons = {"customers": given_ids, "accounts": []}
    with connection.cursor() as cursor:
        if customers is not None:
            cursor.execute("select account_id from customers_portal_access where customer_id = any(%s)", [given_ids])
            persons["accounts"] = [key for (key,) in cursor.fetchall()]
        for table in all_bindings().tables:
            if catalog.tables[table.name].is_view or (customers is not None and not table.persons):
                continue
            what = "md5(t0::text)"
            statement = f"select {what} from public.{table.name} as t0"
            cursor.execute(about(table, catalog).select(what) if customers is not None else statement, persons)
            found[table.name] = Counter(row for (row,) in cursor.fetchall())
    return found


def check(town: Town, folder: Path) -> None:
    """Erase, and compare everything with how it was."""
    people, clerk = build(town)
    subject = [people[n] for n in sorted(town.erased)]
    others = [key for key in people if key not in subject]
    before, theirs, of_others = fingerprints(), fingerprints(subject), fingerprints(others)
    today = TODAY.replace(year=TODAY.year + town.later)
    asked = {"customer_ids": subject, "today": today, "now": NOW.replace(year=today.year), "actor": clerk}
    with override_settings(ERASURE_LOG=ErasureLog(folder / "erasures.log")), purpose(P.PRIVACY_RIGHTS, actor=clerk):
        plan = plan_erasure(**asked)  # type: ignore[arg-type]
        assert not plan.gaps
        done = carry_out_erasure(**asked, fingerprint=plan.fingerprint)  # type: ignore[arg-type]
        assert done == plan
        again = plan_erasure(**asked)  # type: ignore[arg-type]
    assert not [line for line in again.lines if line.outcome in ("erased", "thinned")]
    after = fingerprints()
    for name, rows in before.items():
        gone, new = rows - after[name], after[name] - rows
        assert not gone & of_others.get(name, Counter()), f"rows about others too went from {name}"
        assert gone <= theirs.get(name, Counter()), f"rows about nobody erased went from {name}"
        written = {line.table for line in plan.lines if line.outcome in ("masked", "kept")} | EVIDENCE
        assert not new or name in written | {"metering_month", "safeguards_consent"}, f"rows came into {name}"
    still = subject_of(customer_ids=others)
    assert fingerprints(others).keys() == of_others.keys()
    for name, rows in fingerprints(still.customers).items():
        if name != "accounts_account":  # an account's name may go with the one whom it is no longer for
            assert of_others[name] - rows == Counter(), f"{name} of others"


@pytest.mark.django_db
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(town=TOWNS)
def test_in_any_town_the_others_keep_every_byte(town: Town, tmp_path: Path) -> None:
    with transaction.atomic():
        check(town, tmp_path)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_property_notices_a_rule_that_forgets_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who lived together have moved out; one is erased years later, as if the home had been hers alone."""
    both = (Stay(frozenset({0, 1}), 2),)
    town = Town((both,), (0, 1, 2, 3), (0,), frozenset(), frozenset({0}), later=8)
    monkeypatch.setattr("forsyn.policy.erasure.only_about", about)
    monkeypatch.setattr("forsyn.workflows.erasure._bases", {})
    with pytest.raises(AssertionError, match="others"), transaction.atomic():
        check(town, tmp_path)

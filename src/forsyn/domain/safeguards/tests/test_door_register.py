"""How processors stand: who receives, whose agreement ends, who has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.safeguards.door_facts import AgreementFacts, SubProcessorFacts
from forsyn.domain.safeguards.door_register import Processor, Standing, register
from forsyn.kernel.periods import Period
from forsyn.policy.loading import load_policy
from forsyn.policy.vocabulary import Role

POLICY = load_policy(Path(__file__).parents[5] / "policies" / "utility.toml")
TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)
HOLDS = AgreementFacts(1, "DBA-05", Period(TODAY - 300 * DAY), TODAY - 310 * DAY, True, "DK")


def hosting(*agreements: AgreementFacts, audit: date | None = None) -> Processor:
    rows = register(POLICY, {"hosting": agreements}, {"hosting": audit}, today=TODAY)
    return next(row for row in rows if row.recipient.key == "hosting")


def until(last: date, agreement: AgreementFacts = HOLDS) -> AgreementFacts:
    return replace(agreement, period=Period(agreement.period.first, last + DAY))


@pytest.mark.parametrize(
    ("days", "standing"),
    [
        (0, Standing.ENDS_VERY_SOON),
        (30, Standing.ENDS_VERY_SOON),
        (31, Standing.ENDS_SOON),
        (90, Standing.ENDS_SOON),
        (91, Standing.VALID),
    ],
)
def test_asks_to_be_renewed_ninety_and_thirty_days_before(days: int, standing: Standing) -> None:
    row = hosting(until(TODAY + days * DAY))
    assert (row.standing, row.days_left, row.last_date) == (standing, days, TODAY + days * DAY)


def test_without_end_it_is_valid() -> None:
    row = hosting(HOLDS)
    assert (row.standing, row.last_date, row.days_left) == (Standing.VALID, None, None)


def test_a_renewal_that_is_signed_counts_and_one_that_is_not_does_not() -> None:
    ending = until(TODAY + 10 * DAY)
    following = replace(HOLDS, id=2, number="DBA-05b", period=Period(TODAY + 11 * DAY), signed_date=TODAY)
    assert hosting(ending, following).standing is Standing.VALID
    assert hosting(ending, replace(following, signed_date=None)).standing is Standing.ENDS_VERY_SOON
    assert hosting(ending, replace(following, period=Period(TODAY + 12 * DAY))).days_left == 10


def test_who_has_none_is_told_from_who_has_none_that_holds() -> None:
    assert hosting().standing is Standing.MISSING
    row = hosting(until(TODAY - DAY))
    assert (row.standing, row.lacks) == (Standing.INVALID, "aftale DBA-05 udløb 2. november 2026")


def test_something_outside_the_eea_is_worse_than_an_agreement_that_ends() -> None:
    far = replace(until(TODAY + DAY), sub_processors=(SubProcessorFacts("Fjern", "US", Period(TODAY)),))
    row = hosting(far)
    assert row.standing is Standing.OUTSIDE
    assert row.lacks == "underdatabehandleren Fjern er i USA, uden for EU og EØS"
    assert not row.standing.receives


def test_an_audit_that_is_due_needs_somebody() -> None:
    assert hosting(HOLDS, audit=TODAY).needs_somebody(TODAY)
    assert not hosting(HOLDS, audit=TODAY + DAY).needs_somebody(TODAY)


def test_every_processor_is_listed_once_the_most_urgent_first() -> None:
    rows = register(POLICY, {"hosting": [HOLDS]}, {}, today=TODAY)
    declared = [key for key, one in POLICY.recipients.items() if one.role is Role.PROCESSOR]
    assert sorted(row.recipient.key for row in rows) == sorted(declared)
    assert rows[-1].recipient.key == "hosting"


@given(days=st.integers(-400, 400), signed=st.integers(-400, 10), document=st.booleans())
def test_receives_exactly_what_the_agreement_lets_it(days: int, signed: int, document: bool) -> None:
    agreement = replace(HOLDS, signed_date=TODAY + signed * DAY, has_document=document)
    ending = replace(agreement, period=Period(TODAY - 500 * DAY, TODAY + days * DAY))
    assert hosting(ending).standing.receives == (ending.lacks(TODAY) is None)

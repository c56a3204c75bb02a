"""What a bill's row holds, what an approver should look at, and instalments on account."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.billing.run_refusal_rules import Refusal, RunRefused, check_dates, expect_state
from forsyn.domain.billing.run_rules import (
    Reckoned,
    Remark,
    Stopped,
    how_far,
    reckon,
    reckon_instalment,
)
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.canonical import basis_from, bill_from
from tests.charge_samples import YEAR, always, basis, fixed, heat, tariff, variable

HEAT = tariff(fixed("standing", always("600")), variable("energy", always("500")))


def remarks(watt_hours: int, before_oere: int | None, **more: object) -> set[Remark]:
    found = reckon(basis(HEAT, [heat(*YEAR, watt_hours)], **more), last_year_net_oere=before_oere)  # type: ignore[arg-type]
    assert isinstance(found, Reckoned)
    return set(found.remarks)


def test_a_reckoned_bill_keeps_the_bytes_that_it_was_made_of() -> None:
    made = basis(HEAT, [heat(*YEAR, 10_000_000)])
    found = reckon(made, last_year_net_oere=560_000)
    assert isinstance(found, Reckoned)
    assert found.basis is not None
    assert found.calculation is not None
    assert basis_from(found.basis.encode()) == made
    assert bill_from(found.calculation.encode()).net_oere == found.net_oere == 560_000
    assert (found.vat_oere, found.to_pay_oere) == (140_000, 700_000)
    assert found.remarks == ()


def test_what_is_missing_stops_the_bill_with_every_reason() -> None:
    found = reckon(basis(HEAT), last_year_net_oere=None)
    assert isinstance(found, Stopped)
    assert [reason["code"] for reason in found.reasons] == ["missing_consumption"]
    assert found.reasons[0]["from"] == "2026-01-01"


def test_remarks_say_what_is_out_of_the_ordinary() -> None:
    assert remarks(10_000_000, None) == {Remark.FIRST_BILL}
    assert remarks(0, 60_000) == {Remark.ZERO_CONSUMPTION}
    assert remarks(20_000_000, 560_000) == {Remark.FAR_ABOVE_LAST_YEAR}
    assert remarks(2_000_000, 1_000_000) == {Remark.FAR_BELOW_LAST_YEAR}
    estimated = basis(HEAT, [heat(*YEAR, 10_000_000, Quality.ESTIMATED)])
    found = reckon(estimated, last_year_net_oere=560_000)
    assert isinstance(found, Reckoned)
    assert found.remarks == (Remark.ESTIMATED,)


def test_a_small_amount_is_not_far_however_many_times_it_is() -> None:
    assert how_far(40_000, 1_000) is None
    assert how_far(60_000, 1_000) is Remark.FAR_ABOVE_LAST_YEAR
    assert how_far(-60_000, 1_000) is Remark.FAR_BELOW_LAST_YEAR
    assert how_far(1_000_000, 900_000) is None


@given(net=st.integers(min_value=1, max_value=10**10), percent=st.sampled_from(["25", "0", "12.5"]))
def test_an_instalment_is_owed_with_its_vat_and_stands_as_a_prepayment(net: int, percent: str) -> None:
    found = reckon_instalment(net, Decimal(percent))
    assert sum(posting.amount_oere for posting in found.postings) == 0
    assert found.to_pay_oere == found.net_oere + found.vat_oere
    by_account = {posting.account: posting.amount_oere for posting in found.postings}
    assert by_account["on_account_prepayments"] == -net
    assert by_account["receivables"] == found.to_pay_oere
    assert all(posting.amount_oere for posting in found.postings)


def test_refusals_speak_to_staff_and_to_operators() -> None:
    with pytest.raises(RunRefused, match="Run 7 is released") as refused:
        expect_state(7, "released", "draft")
    assert refused.value.danish == "Kørsel 7 er frigivet, så det kan ikke gøres nu."
    with pytest.raises(RunRefused) as dates:
        check_dates(from_date=YEAR[1], until_date=YEAR[0], issue_date=YEAR[0], due_date=YEAR[0])
    assert dates.value.refusal is Refusal.WRONG_DATES
    with pytest.raises(RunRefused):
        check_dates(from_date=YEAR[0], until_date=YEAR[1], issue_date=YEAR[1], due_date=YEAR[0])


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_says_something_in_both_languages(refusal: Refusal) -> None:
    values = dict.fromkeys(("run", "state", "other", "count", "day", "account"), "x")
    refused = RunRefused(refusal, **values)
    assert str(refused) != refused.danish
    assert "{" not in str(refused) + refused.danish

"""Corrections: the difference of a new calculation to what was billed, to the øre."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.billing.correction_rules import Billed, correct, corrected_with, difference
from forsyn.domain.billing.run_rules import Reckoned, Remark, Stopped
from forsyn.kernel.charges.basis import Basis, OnAccount
from forsyn.kernel.charges.bill import Bill
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.canonical import bill_from
from forsyn.kernel.charges.tariff import Commodity, Tariff
from forsyn.kernel.money import Vat
from tests.charge_samples import YEAR, always, basis, fee, fixed, heat, stairs, tariff, variable, water

HEAT = tariff(
    fixed("standing", always("613.37")), variable("energy", always("501.13")), fee("reminder", "100", Vat.OUTSIDE)
)
WATER = tariff(
    fixed("standing", always("499.99")), stairs("17.77", "80%", "40%", above=("0", "100", "200")),
    commodity=Commodity.WATER,
)  # fmt: skip
JANUARY, JULY, JANUARY_AFTER = YEAR[0], date(2026, 7, 1), YEAR[1]
amounts = st.integers(min_value=0, max_value=60_000_000)
litres = st.integers(min_value=0, max_value=400_000)


def billed(made: Basis) -> Billed:
    return Billed(made, calculate(made))


def half_years(first: int, second: int, of: Tariff = WATER) -> tuple[Billed, Billed]:
    """The bills of two half years of water, the later one counted on from the first."""
    one = billed(basis(of, [water(JANUARY, JULY, first)], (JANUARY, JULY), agreement_from=JANUARY))
    other = basis(
        of,
        [water(JANUARY, JULY, first), water(JULY, JANUARY_AFTER, second)],
        (JULY, JANUARY_AFTER),
        agreement_from=JANUARY,
        billed_before=one.bill.billed_to_date,
    )
    return one, billed(other)


@given(before=amounts, now=amounts, on_account=st.integers(0, 500_000))
def test_a_correction_is_the_exact_difference(before: int, now: int, on_account: int) -> None:
    paid = OnAccount(on_account, on_account // 4)
    old = billed(basis(HEAT, [heat(*YEAR, before)], on_account=paid))
    fresh = basis(HEAT, [heat(*YEAR, now)])
    found = correct([old], fresh)
    right = calculate(basis(HEAT, [heat(*YEAR, now)], on_account=paid))
    if right.net_oere == old.bill.net_oere:
        assert found is None
        return
    assert isinstance(found, Reckoned)
    assert found.net_oere == right.net_oere - old.bill.net_oere
    assert found.vat_oere == right.vat_oere - old.bill.vat_oere
    assert (found.on_account_net_oere, found.on_account_vat_oere) == (0, 0)
    assert found.to_pay_oere == found.net_oere + found.vat_oere
    assert sum(posting.amount_oere for posting in found.postings) == 0
    assert (Remark.NEGATIVE_TO_PAY in found.remarks) is (now < before)


@given(first=litres, second=litres, changed=litres)
def test_bills_that_count_on_are_corrected_together_and_the_year_adds_up(first: int, second: int, changed: int) -> None:
    one, other = half_years(first, second)
    fresh = basis(WATER, [water(JANUARY, JULY, changed), water(JULY, JANUARY_AFTER, second)], agreement_from=JANUARY)
    together = corrected_with(one, [other])
    assert together == [one, other]
    found = correct(together, fresh)
    whole = calculate(fresh)
    paid = one.bill.net_oere + other.bill.net_oere + (found.net_oere if isinstance(found, Reckoned) else 0)
    assert paid == whole.net_oere
    if isinstance(found, Reckoned):
        assert found.calculation is not None
        assert sum(posting.amount_oere for posting in found.postings) == 0
        assert bill_from(found.calculation.encode()).lines == whole.lines


def test_without_counting_a_bill_is_corrected_alone() -> None:
    plain = tariff(fixed("standing", always("600")), variable("energy", always("500")))
    one = billed(basis(plain, [heat(JANUARY, JULY, 1)], (JANUARY, JULY)))
    other = billed(basis(plain, [heat(JULY, JANUARY_AFTER, 1)], (JULY, JANUARY_AFTER)))
    assert corrected_with(one, [other]) == [one]


def test_bills_of_another_tariff_year_are_left_alone() -> None:
    one, other = half_years(90_000, 90_000)
    next_year = billed(
        basis(WATER, [water(JANUARY_AFTER, date(2027, 7, 1), 5)], (JANUARY_AFTER, date(2027, 7, 1)),
              agreement_from=JANUARY)
    )  # fmt: skip
    assert corrected_with(one, [next_year, other]) == [one, other]


@given(st.tuples(*(litres,) * 4), litres)
def test_bills_that_reach_over_the_first_day_of_the_tariffs_year_add_up_too(
    used: tuple[int, int, int, int], now: int
) -> None:
    """Calendar years are billed by a tariff that counts from June: what is known later is not corrected twice."""
    from_june = tariff(stairs("17.77", "50%", above=("0", "100")), commodity=Commodity.WATER, begins=(6, 1))
    days = (date(2026, 1, 1), date(2026, 6, 1), date(2027, 1, 1), date(2027, 6, 1), date(2028, 1, 1))
    spans = [water(*pair, amount) for pair, amount in zip(pairwise(days), used, strict=True)]
    one = billed(basis(from_june, spans[:2], (days[0], days[2])))
    other = billed(
        basis(from_june, spans[1:], (days[2], days[4]), agreement_from=days[0], billed_before=one.bill.billed_to_date)
    )
    spans[1] = water(days[1], days[2], now)
    fresh = basis(from_june, spans, (days[0], days[4]))
    together = corrected_with(one, [other])
    assert together == [one, other]
    found = correct(together, fresh)
    paid = one.bill.net_oere + other.bill.net_oere + (found.net_oere if isinstance(found, Reckoned) else 0)
    assert paid == calculate(fresh).net_oere


def test_the_same_again_is_nothing() -> None:
    one, other = half_years(120_000, 90_000)
    assert correct([one], one.basis) is None
    assert difference(other.bill, [other.bill]).is_nothing


def test_what_cannot_be_reckoned_any_more_says_why() -> None:
    old = billed(basis(HEAT, [heat(*YEAR, 1_000)]))
    found = correct([old], basis(HEAT))
    assert isinstance(found, Stopped)
    assert found.reasons[0]["code"] == "missing_consumption"


def test_each_line_says_what_it_was_and_what_it_is() -> None:
    def bill(watt_hours: int) -> Bill:
        return calculate(basis(HEAT, [heat(*YEAR, watt_hours)]))

    found = difference(bill(2_000_000), [bill(1_000_000)])
    assert [(line.component, line.billed_oere, line.now_oere, line.difference_oere) for line in found.lines] == [
        ("standing", 61_337, 61_337, 0),
        ("energy", 50_113, 100_226, 50_113),
    ]
    assert found.vat_oere == bill(2_000_000).vat_oere - bill(1_000_000).vat_oere
    assert Decimal(found.to_pay_oere) == found.net_oere + found.vat_oere

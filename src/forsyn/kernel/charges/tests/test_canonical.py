"""A basis and a bill as bytes: pinned, so that what was kept years ago reads the same."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.canonical import UnreadableBasis, basis_bytes, basis_from, bill_bytes, bill_from, sha256
from forsyn.kernel.charges.reasons import ImpossibleTariff
from tests.charge_samples import YEAR, always, basis, heat, tariff, variable

BASIS = basis(tariff(variable("energy", always("648.50"))), [heat(*YEAR, 18_100_000)])


def test_the_bytes_of_a_basis() -> None:
    kept = json.loads(basis_bytes(BASIS))
    assert kept["tariff"]["components"][0]["kind"] == "VariableCharge"
    assert kept["tariff"]["components"][0]["prices"][0] == {
        "from_date": "2000-01-01", "kr_per_unit": "648.5", "meter_size": None, "until_date": None,
    }  # fmt: skip
    assert kept["consumption"] == [
        {
            "amount": 18100000,
            "from_date": "2026-01-01",
            "quality": "measured",
            "unit": "watt_hours",
            "until_date": "2027-01-01",
        }
    ]


def test_bytes_that_have_been_kept_do_not_change() -> None:
    """If this fails, bills of the past can no longer be told from others: give the new shape a version instead."""
    assert sha256(basis_bytes(BASIS)) == "d053512cd757d48f46b2c54e97a8597b49e1590aed62dbb4418eb5a04a98a592"
    assert sha256(bill_bytes(calculate(BASIS))) == "b50f9c37cbb3c5d30845d01590de66e61747306e094718ea0bf666759efda6e2"


def test_equal_numbers_are_equal_bytes() -> None:
    again = basis(tariff(variable("energy", always("648.500"))), [heat(*YEAR, 18_100_000)])
    assert basis_bytes(again) == basis_bytes(BASIS)
    assert bill_bytes(calculate(again)) == bill_bytes(calculate(BASIS))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"amount":18100000', b'"amount":"18100000"'),
        (b'"amount":18100000', b'"amount":true'),
        (b'"amount":18100000', b'"amount":18100000,"colour":"red"'),
        (b'"amount":18100000,', b""),
        (b'"VariableCharge"', b'"Guess"'),
        (b'"648.5"', b'"much"'),
        (b'"2027-01-01"', b'"2027-02-30"'),
        (b'"watt_hours"', b'"horse_hours"'),
        (b'"format":1', b'"format":2'),
        (b"}", b""),
        (b'"A-1"', b'"\xff"'),
    ],
)
def test_bytes_that_are_no_basis_are_refused(old: bytes, new: bytes) -> None:
    assert old in basis_bytes(BASIS)
    with pytest.raises(UnreadableBasis, match="These bytes are no basis"):
        basis_from(basis_bytes(BASIS).replace(old, new))


def test_a_bill_is_no_basis_nor_a_list_a_bill() -> None:
    with pytest.raises(UnreadableBasis):
        basis_from(bill_bytes(calculate(BASIS)))
    with pytest.raises(UnreadableBasis, match="no bill"):
        bill_from(b"[]")


def test_a_kept_tariff_is_checked_again() -> None:
    with pytest.raises(ImpossibleTariff):
        basis_from(basis_bytes(BASIS).replace(b'"648.5"', b'"0.0000001"'))


def test_decimals_come_back_as_they_count() -> None:
    assert basis_from(basis_bytes(BASIS)).vat_percent == Decimal(25)

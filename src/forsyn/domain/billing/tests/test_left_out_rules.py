"""What of a bill is another than when it was approved: every part of a basis is looked at."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from forsyn.domain.billing.left_out_rules import Changed, changes
from forsyn.kernel.charges.basis import Basis, BilledBefore, FeeCharged, MeanTemperatures, OnAccount
from forsyn.kernel.charges.canonical import basis_bytes, basis_from
from forsyn.kernel.charges.tariff import Commodity
from tests.charge_samples import always, basis, fixed, heat, square_metres, tariff, variable

FIRST, UNTIL = date(2026, 1, 1), date(2027, 1, 1)
APPROVED = basis(tariff(variable("energy", always("500"))), [heat(FIRST, UNTIL, 17_000_000)], (FIRST, UNTIL))
OTHER: dict[str, tuple[Any, Changed]] = {
    "agreement": ("another", Changed.DAYS),
    "agreement_from": (date(2025, 1, 1), Changed.DAYS),
    "from_date": (date(2026, 2, 1), Changed.DAYS),
    "until_date": (date(2026, 12, 1), Changed.DAYS),
    "commodity": (Commodity.WATER, Changed.DAYS),
    "tariff": (tariff(fixed("standing", always("600"))), Changed.TARIFF),
    "vat_percent": (Decimal(26), Changed.VAT),
    "consumption": ((heat(FIRST, UNTIL, 17_000_001),), Changed.CONSUMPTION),
    "factors": ((square_metres("120"),), Changed.FACTORS),
    "temperatures": ((MeanTemperatures(FIRST, UNTIL, Decimal(70), Decimal(35)),), Changed.TEMPERATURES),
    "fees": ((FeeCharged("reminder", FIRST),), Changed.FEES),
    "billed_before": ((BilledBefore("energy", FIRST, "1", 100),), Changed.BILLED_BEFORE),
    "on_account": (OnAccount(100, 25), Changed.ON_ACCOUNT),
    "is_single_pipe": (True, Changed.DAYS),
}


@pytest.mark.parametrize("name", [field.name for field in fields(Basis)])
def test_each_part_of_a_basis_that_is_another_is_named(name: str) -> None:
    value, named = OTHER[name]
    assert changes(APPROVED, replace(APPROVED, **{name: value})) == (named,)


def test_a_basis_that_was_kept_is_the_same_again() -> None:
    assert changes(basis_from(basis_bytes(APPROVED)), APPROVED) == (Changed.RECKONING,)

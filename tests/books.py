"""Open books for tests: the chart of accounts and some accounting years, and vouchers in a few words.

def test_anna_pays(world, books):
    bill(world.anna.customer_id, 1000_00, "bill:1")
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from forsyn.domain.ledger.actions import ensure_accounts, open_year, post
from forsyn.domain.ledger.actions_bulk import Posted
from forsyn.domain.ledger.rules import Line, NewVoucher
from tests.world import NOW, TODAY

YEARS = range(2019, 2028)


@pytest.fixture
def books(db: None) -> Mapping[int, int]:
    """The ids of the accounting years 2019 to 2027, which are calendar years and open."""
    ensure_accounts()
    return {year: open_year(first_date=date(year, 1, 1), until_date=date(year + 1, 1, 1)) for year in YEARS}


def a_bill(
    customer_id: int | None, oere: int, origin: str, *, day: date = TODAY, due_date: date | None = None
) -> NewVoucher:
    """A bill for heat: what is owed, with the fifth of it as VAT."""
    vat = oere // 5
    lines = (
        Line("receivables", oere, due_date=due_date),
        Line("sales_heat_variable", vat - oere, "standard"),
        Line("vat_payable", -vat, "standard"),
    )
    text = f"Regning {origin}"
    return NewVoucher(kind="bill", posting_date=day, text=text, origin=origin, lines=lines, customer_id=customer_id)


def a_payment(customer_id: int | None, oere: int, origin: str, *, day: date = TODAY) -> NewVoucher:
    """Money that came to the bank."""
    lines = (Line("bank", oere), Line("receivables", -oere))
    text = f"Betaling {origin}"
    return NewVoucher(kind="payment", posting_date=day, text=text, origin=origin, lines=lines, customer_id=customer_id)


def bill(customer_id: int, oere: int, origin: str, *, day: date = TODAY, due_date: date | None = None) -> Posted:
    """Post a bill, as the program."""
    return post(voucher=a_bill(customer_id, oere, origin, day=day, due_date=due_date), now=NOW)


def pay(customer_id: int, oere: int, origin: str, *, day: date = TODAY) -> Posted:
    """Post a payment, as the program."""
    return post(voucher=a_payment(customer_id, oere, origin, day=day), now=NOW)

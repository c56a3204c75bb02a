"""Whether what was approved still holds: a bill is posted as it was approved, or left out and told why. Pure.

Leaving out is safe, since nobody is charged what was not approved; changing is not. What changed without changing the
bill (the price of a year to come) is no reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forsyn.domain.billing.run_rules import Reckoned, StopCode, Stopped
from forsyn.kernel.charges.basis import Basis


class Changed(StrEnum):
    """What of a bill is another than when it was previewed."""

    DAYS = "days"
    """The agreement's days or its terms are others, or some of the days were billed."""
    CUSTOMER = "customer"
    TARIFF = "tariff"
    VAT = "vat_percent"
    CONSUMPTION = "consumption"
    TEMPERATURES = "temperatures"
    FACTORS = "factors"
    FEES = "fees"
    BILLED_BEFORE = "billed_before"
    ON_ACCOUNT = "on_account"
    INSTALMENT = "instalment"
    """Its amount or its due date."""
    BILLED = "billed"
    """The bill that is corrected, or what is known of it now."""
    RECKONING = "reckoning"
    """Nothing that goes in, and yet what comes out: the program reckons otherwise now."""


@dataclass(frozen=True, slots=True)
class Approved:
    """A bill of an approved run that waits to be posted. Øre; [from_date, until_date)."""

    id: int
    agreement_id: int
    customer_id: int
    from_date: date
    until_date: date
    due_date: date
    instalment_id: int | None
    corrects_id: int | None
    net_oere: int
    vat_oere: int
    to_pay_oere: int
    sha256: str
    basis: str | None

    @property
    def days(self) -> tuple[int, date, date]:
        """Agreement and days: what tells the bills of a run apart."""
        return self.agreement_id, self.from_date, self.until_date

    def is_still(self, outcome: Reckoned | Stopped | None) -> bool:
        """Whether it is reckoned now as it was approved, to the byte."""
        if not isinstance(outcome, Reckoned):
            return False
        now = (outcome.net_oere, outcome.vat_oere, outcome.to_pay_oere, outcome.sha256)
        return now == (self.net_oere, self.vat_oere, self.to_pay_oere, self.sha256)


def changes(approved: Basis, now: Basis) -> tuple[Changed, ...]:
    """What of a basis is another now, in the order of `Changed`."""
    differs = {
        Changed.DAYS: _days(approved) != _days(now),
        Changed.TARIFF: approved.tariff != now.tariff,
        Changed.VAT: approved.vat_percent != now.vat_percent,
        Changed.CONSUMPTION: approved.consumption != now.consumption,
        Changed.TEMPERATURES: approved.temperatures != now.temperatures,
        Changed.FACTORS: approved.factors != now.factors,
        Changed.FEES: approved.fees != now.fees,
        Changed.BILLED_BEFORE: approved.billed_before != now.billed_before,
        Changed.ON_ACCOUNT: approved.on_account != now.on_account,
    }
    return tuple(each for each in Changed if differs.get(each)) or (Changed.RECKONING,)


def _days(basis: Basis) -> tuple[object, ...]:
    days = (basis.agreement_from, basis.from_date, basis.until_date)
    return basis.agreement, basis.commodity, *days, basis.is_single_pipe


def overtaken(what: Iterable[Changed]) -> Stopped:
    """Why a bill is left out, as its row keeps it."""
    return Stopped(
        tuple(
            {"code": StopCode.OVERTAKEN.value, "component": "", "from": None, "until": None, "value": each.value}
            for each in what
        )
    )

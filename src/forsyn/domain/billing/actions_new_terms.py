"""The writer of new terms and sizes: which tariff agreements are billed by, and how big what they are billed for is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.terms_models import FactorOf, Terms
from forsyn.kernel.charges.components import Factor

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class NewTerms:
    """An agreement's tariff in [first, until) and its on-account instalments a year; 0: none."""

    agreement_id: int
    tariff_id: int
    first: date
    until: date | None
    instalments: int
    is_single_pipe: bool = False


@dataclass(frozen=True, slots=True)
class NewFactor:
    """An agreement's square metres, meter size (m³/h) or dwellings in [first, until)."""

    agreement_id: int
    factor: Factor
    first: date
    until: date | None
    value: Decimal


@transaction.atomic
def begin_terms(*, terms: Sequence[NewTerms], account_id: int | None, now: datetime) -> int:
    """Record terms of many agreements; return how many. No agreement may have two on one day (IntegrityError)."""
    made = Terms.objects.bulk_create(
        (
            Terms(
                agreement_id=each.agreement_id,
                tariff_id=each.tariff_id,
                period=DateRange(each.first, each.until),
                instalments=each.instalments,
                is_single_pipe=each.is_single_pipe,
                recorded_at=now,
                recorded_by_id=account_id,
            )
            for each in terms
        ),
        batch_size=AT_ONCE,
    )
    return len(made)


@transaction.atomic
def begin_factors(*, factors: Sequence[NewFactor], account_id: int | None, now: datetime) -> int:
    """Record sizes of many agreements; return how many. No agreement may have two of a kind on one day."""
    made = FactorOf.objects.bulk_create(
        (
            FactorOf(
                agreement_id=each.agreement_id,
                factor=each.factor.value,
                period=DateRange(each.first, each.until),
                value=each.value,
                recorded_at=now,
                recorded_by_id=account_id,
            )
            for each in factors
        ),
        batch_size=AT_ONCE,
    )
    return len(made)

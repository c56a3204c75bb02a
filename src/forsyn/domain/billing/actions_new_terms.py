"""The writer of terms and sizes: which tariff agreements are billed by, and how big what they are billed for is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
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


@dataclass(frozen=True, slots=True)
class Former:
    """A row that gives way to a new one: it ends on a day, or goes, where it would have no days left (None)."""

    id: int
    until: date | None


@transaction.atomic
def end_terms(*, former: Sequence[Former]) -> None:
    """Let terms end where others begin. 2 statements."""
    _end("billing_terms", former)


@transaction.atomic
def end_factors(*, former: Sequence[Former]) -> None:
    """Let sizes end where others begin. 2 statements."""
    _end("billing_factor", former)


def _end(table: str, former: Sequence[Former]) -> None:
    if not former:
        return
    cut = [each for each in former if each.until is not None]
    with connection.cursor() as cursor:
        cursor.execute(f"delete from {table} where id = any(%s)", [[each.id for each in former if each.until is None]])  # noqa: S608 - a constant of this file
        cursor.execute(
            f"update {table} as row set period = daterange(lower(row.period), cut.until)"  # noqa: S608 - the same
            " from unnest(%s::bigint[], %s::date[]) as cut (id, until) where row.id = cut.id",
            [[each.id for each in cut], [each.until for each in cut]],
        )

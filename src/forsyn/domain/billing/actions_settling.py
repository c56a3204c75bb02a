"""What staff settle about an agreement's bills: consumption, sizes that change, fees.

The caller has entered settlement. What is settled changes no bill that is made: a run of corrections finds it, and
bills the difference.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import psycopg
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.models import FactorOf, FeeOf, SettledConsumption
from forsyn.domain.customers.models import Agreement
from forsyn.domain.customers.rules import NotPossible, danish_date
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.quantities import BaseUnit

_SAID = {
    "billing_settled_consumption_one": (
        "Der er allerede aftalt et forbrug i nogle af de dage. Tag det tilbage først, eller vælg andre dage."
    ),
    "billing_settled_consumption_period": "Den sidste dag kan ikke ligge før den første.",
    "billing_settled_consumption_amount": "Forbruget kan ikke være under nul.",
    "billing_factor_one": "Der er registreret en anden størrelse senere. Vælg en dag efter den.",
    "billing_factor_value": "Størrelsen kan ikke være under nul.",
    "billing_fee_count": "Antallet skal være mindst én.",
}


def settle_consumption(
    *,
    agreement_id: int,
    first: date,
    until: date,
    amount: int,
    unit: BaseUnit,
    quality: Quality,
    reason: str,
    account_id: int | None,
    now: datetime,
) -> int:
    """Lay down what was used in [first, until), in place of what the meter delivered; return its id.

    ``amount``: whole watt hours or litres. Raises NotPossible where some of the days are settled already.
    """
    with _in_words():
        if until <= first:
            raise NotPossible(_SAID["billing_settled_consumption_period"])
        _expect_in_agreement(agreement_id, first, until)
        row = SettledConsumption.objects.create(
            agreement_id=agreement_id,
            period=DateRange(first, until),
            amount=amount,
            unit=unit.value,
            quality=quality.value,
            reason=reason,
            recorded_at=now,
            recorded_by_id=account_id,
        )
    return int(row.pk)


def withdraw_consumption(*, settled_id: int, agreement_id: int, now: datetime) -> None:
    """Let the meter count again. Raises NotPossible where it was withdrawn before, or is another agreement's."""
    rows = SettledConsumption.objects.filter(pk=settled_id, agreement_id=agreement_id, withdrawn_at=None)
    if not rows.update(withdrawn_at=now):
        raise NotPossible("Det aftalte forbrug er allerede taget tilbage.")


def change_size(
    *, agreement_id: int, factor: Factor, first: date, value: Decimal, account_id: int | None, now: datetime
) -> None:
    """Let another size hold from a day on, for as long as the one of that day would have. Raises NotPossible."""
    with _in_words():
        rows = FactorOf.objects.select_for_update(of=("self",)).filter(agreement_id=agreement_id, factor=factor.value)
        before = rows.filter(period__contains=first).first()
        later = rows.filter(period__startswith__gt=first).order_by("period").first()
        until = before.period.upper if before else (later.period.lower if later else None)
        if before is not None and before.period.lower == first:
            before.delete()
        elif before is not None:
            before.period = DateRange(before.period.lower, first)
            before.save(update_fields=["period"])
        FactorOf.objects.create(
            agreement_id=agreement_id,
            factor=factor.value,
            period=DateRange(first, until),
            value=value,
            recorded_at=now,
            recorded_by_id=account_id,
        )


def charge_fee(
    *, agreement_id: int, component: str, on_date: date, count: int, account_id: int | None, now: datetime
) -> int:
    """Charge a fee of the tariff, so many times, on a day of the agreement; return its id. Raises NotPossible."""
    with _in_words():
        _expect_in_agreement(agreement_id, on_date, on_date + timedelta(days=1))
        row = FeeOf.objects.create(
            agreement_id=agreement_id,
            component=component,
            on_date=on_date,
            count=count,
            recorded_at=now,
            recorded_by_id=account_id,
        )
    return int(row.pk)


def charge_on_last_day(*, agreement_id: int, until: date) -> int:
    """Let fees of an agreement that ends before `until`, dated that day or later, fall on its last; return how many."""
    late = FeeOf.objects.filter(agreement_id=agreement_id, on_date__gte=until)
    return int(late.update(on_date=until - timedelta(days=1)))


def _expect_in_agreement(agreement_id: int, first: date, until: date) -> None:
    """No bill of the agreement reaches beyond its days: what is put there would be lost."""
    period = Agreement.objects.values_list("period", flat=True).get(pk=agreement_id)
    if first < period.lower:
        raise NotPossible(f"Aftalen begynder først den {danish_date(period.lower)}. Vælg en dag fra da af.")
    if period.upper is not None and until > period.upper:
        last = danish_date(period.upper - timedelta(days=1))
        raise NotPossible(
            f"Aftalen sluttede den {last}, og dage efter kommer ikke på nogen regning. Vælg højst den dag."
        )


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """One transaction; what the database refuses becomes NotPossible."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        cause = error.__cause__
        name = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
        if name not in _SAID:
            raise
        raise NotPossible(_SAID[name]) from error

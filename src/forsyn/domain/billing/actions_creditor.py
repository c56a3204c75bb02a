"""Notes where customers pay. The caller has entered settlement."""

from __future__ import annotations

import re
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.models import Creditor

_SHAPES = {
    "the FI creditor number": (r"[0-9]{8}", "8 digits"),
    "the bank account": (r"[0-9]{4}-[0-9]{1,10}", "4 digits, a hyphen and up to 10 digits, as 1234-1234567890"),
    "the PBS number": (r"([0-9]{8})?", "8 digits"),
    "the debtor group": (r"[0-9]{0,5}", "up to 5 digits"),
}


class CreditorRefused(ValueError):
    """It cannot be noted so; the message says why and what to do, in English: operators do this."""


@transaction.atomic
def pay_to(
    *,
    from_date: date,
    fi_creditor: str,
    bank_registration: str,
    bank_account: str,
    today: date,
    betalingsservice_creditor: str = "",
    debtor_group: str = "",
) -> int:
    """From a day on, customers pay to this creditor number; return the row's id. What held before ends there.

    A day that is past keeps what it has: the bills of those days name it. Raises CreditorRefused.
    """
    account = f"{bank_registration}-{bank_account}"
    for (name, (shape, told)), text in zip(
        _SHAPES.items(), (fi_creditor, account, betalingsservice_creditor, debtor_group), strict=True
    ):
        if not re.fullmatch(shape, text, re.ASCII):
            raise CreditorRefused(f"{text!r} cannot be {name}: give {told}.")
    newest = Creditor.objects.select_for_update().order_by("-period").first()
    if newest is not None:
        _end(newest, from_date, today)
    made = Creditor.objects.create(
        period=DateRange(from_date, None),
        fi_creditor=fi_creditor,
        bank_registration=bank_registration,
        bank_account=bank_account,
        betalingsservice_creditor=betalingsservice_creditor,
        debtor_group=debtor_group,
    )
    return int(made.pk)


def _end(row: Creditor, on: date, today: date) -> None:
    first = row.period.lower
    if on <= first:
        raise CreditorRefused(f"A creditor number is on record from {first} on: choose a later day.")
    if on < today:
        raise CreditorRefused(f"{on} is past, and bills of that day name another number: choose {today} or later.")
    row.period = DateRange(first, on)
    row.save(update_fields=["period"])

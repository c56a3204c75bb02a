"""Notes where customers pay."""

from __future__ import annotations

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.models import Creditor


def pay_to(
    *,
    from_date: date,
    fi_creditor: str,
    bank_registration: str,
    bank_account: str,
    betalingsservice_creditor: str = "",
    debtor_group: str = "",
) -> int:
    """From a day on, customers pay to this creditor number; return the row's id. Days that have one are refused."""
    made = Creditor.objects.create(
        period=DateRange(from_date, None),
        fi_creditor=fi_creditor,
        bank_registration=bank_registration,
        bank_account=bank_account,
        betalingsservice_creditor=betalingsservice_creditor,
        debtor_group=debtor_group,
    )
    return int(made.pk)

"""What the database refuses, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from django.db import IntegrityError, transaction

from forsyn.domain.ledger.rules import AlreadyPosted, NotPossible

SAID = {
    "ledger_year_closed": "Regnskabsåret er afsluttet. Bogfør i et åbent år.",
    "ledger_year_outside": "Datoen ligger uden for regnskabsåret. Vælg en dato i året.",
    "ledger_year_stands": "Et regnskabsår kan ikke ændres, når det er begyndt.",
    "ledger_year_earlier_open": "Et tidligere regnskabsår er ikke afsluttet endnu. Afslut det først.",
    "ledger_accounting_year_one": "Regnskabsåret overlapper et andet. Vælg datoer, der ligger uden for de andre år.",
    "ledger_accounting_year_period": "Et regnskabsår har en første dag og en slutdag, der kommer efter den.",
    "ledger_voucher_balance": "Bilaget stemmer ikke: debet og kredit er ikke lige store. Ret beløbene.",
    "ledger_voucher_lines": "Bilaget er allerede bogført med sine linjer. Tilbagefør det, og bogfør det på ny.",
    "ledger_voucher_line_count": "Et bilag har mindst to linjer.",
    "ledger_voucher_reversal": "En tilbageførsel kan ikke tilbageføres. Bogfør i stedet et nyt bilag.",
    "ledger_voucher_reverses_id_key": "Bilaget er allerede tilbageført.",
    "ledger_posting_customer": "En linje på debitorer kræver, at bilaget har en kunde.",
    "ledger_posting_amount": "En linje er på 0 kr. Tag den ud af bilaget.",
    "ledger_allocation_fits": "Beløbet er brugt i mellemtiden, eller linjerne er ikke samme kundes. Hent kontoen igen.",
    "ledger_open_item_remaining": "Der er ikke så meget tilbage. Hent kontoen igen, og vælg et mindre beløb.",
    "ledger_allocation_undone_once": "Det er allerede taget tilbage.",
    "ledger_allocation_kept": "En af de to linjer er slettet efter fem år, så fordelingen kan ikke tages tilbage.",
}
ORIGIN, REVERSAL = "ledger_voucher_origin_key", "reversal:"


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """One transaction; what the books refuse becomes NotPossible, and nothing of the block is kept."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refused = _refusal(error)
        if refused is None:
            raise
        raise refused from error


def _refusal(error: IntegrityError) -> NotPossible | None:
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error):
        return None
    if isinstance(cause, psycopg.errors.NotNullViolation) and cause.diag.column_name == "account_id":
        return NotPossible(
            "En linje nævner en konto, som kontoplanen ikke har. Kør `forsyn migrate`, eller ret kontoen."
        )
    name = cause.diag.constraint_name or ""
    if name == ORIGIN:
        origin = (cause.diag.message_detail or "").partition("=(")[2].partition(")")[0]
        if origin.startswith(REVERSAL):
            return NotPossible(SAID["ledger_voucher_reverses_id_key"])
        return AlreadyPosted(f"Bilaget er allerede bogført: {origin}.")
    return NotPossible(SAID[name]) if name in SAID else None

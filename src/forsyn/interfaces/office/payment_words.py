"""The office's words for payments and payouts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from forsyn.interfaces.office.billing_words import Text

RECEIPT_STATES: dict[str, Text] = {
    "matched": _("Bogført på en kunde"),
    "suspense": _("Ikke placeret"),
    "doubtful": _("Måske talt før"),
    "announced": _("Samlet beløb"),
    "told": _("Samlet beløb; betalingerne er bogført enkeltvis"),
    "same": _("Talt før"),
    "returning": _("På vej tilbage til betaleren"),
    "settled": _("Hører til en udbetaling"),
    "elsewhere": _("Hører til i det øvrige regnskab"),
    "undone": _("Taget tilbage"),
}
ASIDE: dict[str, Text] = {
    "no_reference": _("Der er intet betalings-id."),
    "wrong_reference": _("Betalings-id'et kan ikke være rigtigt: kontrolcifferet passer ikke."),
    "unknown_bill": _("Ingen regning har det nummer, der står i betalings-id'et."),
    "undone_bill": _("Regningen er fortrudt."),
    "several_bills": _("Betalingen nævner flere regninger."),
    "debit": _("Pengene er gået ud af kontoen, og det er ingen af vores udbetalinger."),
    "reversal": _("Banken har taget en betaling tilbage, og vi ved ikke hvilken."),
    "other_amount": _("Den nævner en af vores udbetalinger, men beløbet er et andet."),
    "alike": _("En anden fil har samme dag og beløb. Det kan være de samme penge."),
    "sum": _("Banken har bogført mange betalinger som ét beløb. De enkelte kommer i en anden fil."),
    "sum_perhaps": _("Beløbet er netop summen af betalinger, der er bogført enkeltvis samme dag."),
    "undone": _("En kollega har taget den tilbage fra en kunde."),
}
BECAUSE: dict[str, Text] = {
    "bill_number": _("regningsnummeret står i teksten"),
    "customer_number": _("kundenummeret står i teksten"),
    "undone_bill": _("regningen, der er fortrudt, var kundens"),
    "near_number": _("betalings-id'et ligner en ubetalt regnings"),
    "amount": _("en ubetalt regning er på samme beløb"),
    "balance": _("kunden skylder netop det beløb"),
    "paid_before": _("samme betaler har betalt for kunden før"),
    "name": _("betaleren hedder som kunden"),
    "name_words": _("ord fra kundens navn står i teksten"),
}
WAYS: dict[str, Text] = {
    "bank": _("Bankens fil"),
    "betalingsservice": _("Betalingsservice"),
    "manual": _("Skrevet ind af en kollega"),
}
FILE_KINDS: dict[str, Text] = {
    "camt053": _("Kontoudtog (camt.053)"),
    "camt054": _("Indbetalinger (camt.054)"),
    "bs0602": _("Betalingsservice, betalinger (0602)"),
    "bs0603": _("Betalingsservice, aftaler (0603)"),
}
PAYOUT_STATES: dict[str, Text] = {
    "prepared": _("Skal godkendes"),
    "approved": _("Godkendt, ikke sendt"),
    "sent": _("Sendt til banken"),
    "paid": _("Udbetalt"),
    "failed": _("Kom tilbage fra banken"),
    "withdrawn": _("Trukket tilbage"),
}
COLLECTION_STATES: dict[str, Text] = {
    "sent": _("Sendt"),
    "paid": _("Betalt"),
    "rejected": _("Afvist"),
    "cancelled": _("Annulleret"),
    "charged_back": _("Tilbageført"),
}

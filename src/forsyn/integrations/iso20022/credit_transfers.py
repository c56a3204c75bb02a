"""Writes pain.001.001.03 (CustomerCreditTransferInitiation): kroner to accounts and NemKonto. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from forsyn.integrations.iso20022.accounts import Account, DanishAccount, Iban
from forsyn.integrations.iso20022.characters import NotPayable, is_identifier, payable_text
from forsyn.kernel import identifiers
from forsyn.kernel.money import kr_text

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
LONGEST_NAME, LONGEST_TEXT = 70, 140
LARGEST_OERE = 10**13
FARTHEST = timedelta(days=365)
"""Ahead of which banks take no payment."""
_BIC = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?", re.ASCII)


class PayeeNumber(StrEnum):
    """By which number a NemKonto is found."""

    CPR = "cpr"
    CVR = "cvr"


class _NemKontoForm(NamedTuple):
    party: str
    scheme: str


NEMKONTO_INSTRUMENT = "NKS"
NEMKONTO = {PayeeNumber.CPR: _NemKontoForm("PrvtId", "SOSE"), PayeeNumber.CVR: _NemKontoForm("OrgId", "TXID")}
"""Where the payee's number stands, under which code. The Danish appendix to CGI has payments "NKS" with CPR and with
CVR; the elements here are by ISO's own codes, to be tried with the bank."""


@dataclass(frozen=True, slots=True)
class NemKonto:
    """Whatever account the payee has chosen for payments from authorities and utilities."""

    kind: PayeeNumber
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, from which account. ``customer_id`` is what the bank knows the sender by, where it wants one."""

    name: str
    account: Account
    bic: str
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """One payment. ``end_to_end_id`` (35) comes back on the statement; ``text`` (140) is for the payee.

    ``payee_country`` is where the payee lives (ISO 3166), which banks want to know.
    """

    end_to_end_id: str
    amount_oere: int
    payee_name: str
    to: Account | NemKonto
    text: str
    payee_country: str = "DK"


class UnpayableOrder(ValueError):
    """An order that no bank should get. ``problems`` holds every one, in English; none tells a CPR number."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("The payments were not written. " + " ".join(problems))
        self.problems = problems


def write_credit_transfers(
    *,
    message_id: str,
    created_at: datetime,
    execution_date: date,
    payer: Payer,
    transfers: Sequence[CreditTransfer],
    today: date,
) -> bytes:
    """The message as UTF-8. ``message_id`` (35) must be new each time; ``created_at`` is aware.

    A name longer than 70 characters is cut; accents but those of æ, ø and å fall. The bank moves a date that is no
    banking day. Raises UnpayableOrder.
    """
    problems = (
        *_problems_of_order(message_id, created_at, execution_date, payer, transfers, today),
        *(problem for number, each in enumerate(transfers, 1) for problem in _problems_of(number, each)),
    )
    if problems:
        raise UnpayableOrder(problems)
    document = Element("Document", {"xmlns": NAMESPACE})
    message = SubElement(document, "CstmrCdtTrfInitn")
    _group_header(SubElement(message, "GrpHdr"), message_id, created_at, payer, transfers)
    _payments(SubElement(message, "PmtInf"), message_id, execution_date, payer, transfers)
    ElementTree.indent(document)
    written: bytes = ElementTree.tostring(document, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _problems_of_order(
    message_id: str,
    created_at: datetime,
    execution_date: date,
    payer: Payer,
    transfers: Sequence[CreditTransfer],
    today: date,
) -> Iterator[str]:
    if not is_identifier(message_id):
        yield "The message id must be 1 to 35 plain letters and digits, without æ, ø, å or a slash at an end."
    if created_at.tzinfo is None:
        yield "The time of writing must say its time zone."
    if not today <= execution_date <= today + FARTHEST:
        yield f"The day of payment, {execution_date}, must be from today ({today}) and within a year."
    if not transfers:
        yield "There is no transfer to pay."
    yield from _problems_of_text("The payer's name", payer.name, longest=None)
    yield from _problems_of_account("The payer's account", payer.account)
    if not _BIC.fullmatch(payer.bic):
        yield "The payer's bank must be told by its BIC, 8 or 11 characters such as DABADKKK."
    if payer.customer_id and not is_identifier(payer.customer_id):
        yield "The payer's customer id at the bank must be 1 to 35 plain letters and digits."
    for repeated, count in Counter(each.end_to_end_id for each in transfers).items():
        if count > 1:
            yield f"The end-to-end id {repeated[:40]!r} is used {count} times; each transfer needs its own."


def _problems_of(number: int, transfer: CreditTransfer) -> Iterator[str]:
    here = f"Transfer {number} ({transfer.end_to_end_id[:40]!r})"
    if not is_identifier(transfer.end_to_end_id):
        yield f"{here}: the end-to-end id must be 1 to 35 plain letters and digits."
    oere = transfer.amount_oere
    if type(oere) is not int or not 0 < oere < LARGEST_OERE:
        yield f"{here}: the amount must be a whole number of øre, above 0."
    yield from _problems_of_text(f"{here}: the payee's name", transfer.payee_name, longest=None)
    yield from _problems_of_text(f"{here}: the text", transfer.text, longest=LONGEST_TEXT)
    if not re.fullmatch(r"[A-Z]{2}", transfer.payee_country, re.ASCII):
        yield f"{here}: the payee's country must be two capital letters such as DK."
    if isinstance(transfer.to, NemKonto):
        yield from _problems_of_number(here, transfer.to)
    else:
        yield from _problems_of_account(f"{here}: the account", transfer.to)


def _problems_of_text(what: str, text: str, *, longest: int | None) -> Iterator[str]:
    try:
        written = payable_text(text)
    except NotPayable as error:
        yield f"{what} {error}."
        return
    if not written:
        yield f"{what} is empty."
    elif longest is not None and len(written) > longest:
        yield f"{what} has {len(written)} characters; at most {longest} are taken."


def _problems_of_account(what: str, account: Account) -> Iterator[str]:
    try:
        if isinstance(account, DanishAccount):
            held: Account = DanishAccount.of(account.registration_number, account.account_number)
        else:
            held = Iban.of(account.number)
    except ValueError as error:
        yield f"{what} is no account: {error}."
        return
    if isinstance(held, Iban) and not held.number.startswith("DK"):
        yield f"{what} is not Danish; banks pay abroad by another kind of payment, so pay it in the bank itself."
    if held != account:
        yield f"{what} is not in its full form, {'4 + 10 digits' if isinstance(held, DanishAccount) else 'no blanks'}."


def _problems_of_number(here: str, to: NemKonto) -> Iterator[str]:
    try:
        compact = identifiers.cpr(to.number) if to.kind is PayeeNumber.CPR else identifiers.cvr(to.number)
    except identifiers.InvalidIdentifier:
        yield f"{here}: that is no {to.kind.upper()} number; look it up again."
        return
    if compact != to.number:
        yield f"{here}: the {to.kind.upper()} number must be digits only."
    elif to.kind is PayeeNumber.CPR and int(compact[:2]) > 31:
        yield f"{here}: a replacement CPR number has no NemKonto; pay to an account."


def _group_header(
    header: Element, message_id: str, created_at: datetime, payer: Payer, transfers: Sequence[CreditTransfer]
) -> None:
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", created_at.isoformat(timespec="seconds"))
    _control(header, transfers)
    party = SubElement(header, "InitgPty")
    _add(party, "Nm", _name(payer.name))
    if payer.customer_id:
        other = _path(party, "Id", "OrgId", "Othr")
        _add(other, "Id", payer.customer_id)
        _add(_path(other, "SchmeNm"), "Cd", "CUST")


def _payments(
    payments: Element, message_id: str, execution_date: date, payer: Payer, transfers: Sequence[CreditTransfer]
) -> None:
    _add(payments, "PmtInfId", message_id)
    _add(payments, "PmtMtd", "TRF")
    _add(payments, "BtchBookg", "false")  # so that the statement names each, if it comes back or not
    _control(payments, transfers)
    _add(payments, "ReqdExctnDt", execution_date.isoformat())
    debtor = SubElement(payments, "Dbtr")
    _add(debtor, "Nm", _name(payer.name))
    _add(_path(debtor, "PstlAdr"), "Ctry", "DK")
    account = SubElement(payments, "DbtrAcct")
    _account(account, payer.account)
    _add(account, "Ccy", "DKK")
    _add(_path(payments, "DbtrAgt", "FinInstnId"), "BIC", payer.bic)
    _add(payments, "ChrgBr", "SHAR")
    for transfer in transfers:
        _transfer(SubElement(payments, "CdtTrfTxInf"), transfer)


def _transfer(element: Element, transfer: CreditTransfer) -> None:
    _add(_path(element, "PmtId"), "EndToEndId", transfer.end_to_end_id)
    kind = SubElement(element, "PmtTpInf")
    _add(_path(kind, "SvcLvl"), "Cd", "NURG")
    if isinstance(transfer.to, NemKonto):
        _add(_path(kind, "LclInstrm"), "Prtry", NEMKONTO_INSTRUMENT)
    amount = SubElement(SubElement(element, "Amt"), "InstdAmt", {"Ccy": "DKK"})
    amount.text = kr_text(transfer.amount_oere)
    payee = SubElement(element, "Cdtr")
    _add(payee, "Nm", _name(transfer.payee_name))
    _add(_path(payee, "PstlAdr"), "Ctry", transfer.payee_country)
    if isinstance(transfer.to, NemKonto):
        form = NEMKONTO[transfer.to.kind]
        other = _path(payee, "Id", form.party, "Othr")
        _add(other, "Id", transfer.to.number)
        _add(_path(other, "SchmeNm"), "Cd", form.scheme)
    else:
        _account(SubElement(element, "CdtrAcct"), transfer.to)
    _add(_path(element, "RmtInf"), "Ustrd", payable_text(transfer.text))


def _account(element: Element, account: Account) -> None:
    identity = SubElement(element, "Id")
    if isinstance(account, Iban):
        _add(identity, "IBAN", account.number)
        return
    other = SubElement(identity, "Othr")
    _add(other, "Id", account.bban)
    _add(_path(other, "SchmeNm"), "Cd", "BBAN")


def _control(element: Element, transfers: Sequence[CreditTransfer]) -> None:
    _add(element, "NbOfTxs", str(len(transfers)))
    _add(element, "CtrlSum", kr_text(sum(transfer.amount_oere for transfer in transfers)))


def _name(name: str) -> str:
    return payable_text(name)[:LONGEST_NAME].rstrip()


def _path(parent: Element, *names: str) -> Element:
    for name in names:
        parent = SubElement(parent, name)
    return parent


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text

"""What one entry, or one transaction of it, says: small trees of camt in, plain values out. Versions .02 to .14."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element

from forsyn.integrations.iso20022.amounts import NotAnAmount, oere_of
from forsyn.integrations.iso20022.values import Direction, StructuredReference
from forsyn.kernel.local_days import local_day

BOOKED = "BOOK"
_KNOWN_STATES = {BOOKED, "PDNG", "INFO", "FUTR"}
_KIND = re.compile(r"(?<![0-9])(71|75|04|15)(?![0-9])", re.ASCII)
_LINE = re.compile(r"\+?(71|75|04|15)[/<#: ]+([0-9]{15,16})(?:[+< ].*)?", re.ASCII)
_JOINED = re.compile(r"(71)([0-9]{15})|(75|04|15)([0-9]{16})", re.ASCII)
_KIND_71_DIGITS = 15
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_KRONER = "DKK"
_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
"""Of a transaction: since version 04, before it, and what the payer asked for."""


class NotThere(ValueError):
    """Something that must be told is not, or is not what it should be; the message says what."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on the entry itself."""

    amount_oere: int
    direction: Direction
    booked: bool
    reversal: bool
    booking_date: date
    value_date: date | None
    bank_reference: str


def text_at(tree: Element | None, *paths: str) -> str:
    """The first of the paths that holds text, without the blanks around it; else empty."""
    if tree is not None:
        for path in paths:
            text = (tree.findtext(path) or "").strip()
            if text:
                return text
    return ""


def whole_number(text: str) -> int | None:
    """None for what is no number of at most 18 digits."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None


def kroner(element: Element | None, name: str) -> int:
    """Øre of an amount with a currency, which must be kroner. Raises NotThere."""
    if element is None:
        raise NotThere(f"{name} is missing")
    currency = element.get("Ccy", "")
    if currency != _KRONER:
        raise NotThere(f"{name} is in {currency[:3] or 'no currency'}, and only kroner (DKK) are taken")
    return amount(element.text, name)


def amount(text: str | None, name: str) -> int:
    """Øre of an amount in the account's currency. Raises NotThere."""
    try:
        return oere_of((text or "").strip())
    except NotAnAmount as error:
        raise NotThere(f"{name}: {error}") from None


def direction(text: str) -> Direction:
    """Raises NotThere."""
    try:
        return Direction(text.strip())
    except ValueError:
        raise NotThere(f"CdtDbtInd is {text[:10]!r}, neither CRDT nor DBIT") from None


def truth(text: str) -> bool:
    """Of an indicator that may be left out. Raises NotThere."""
    if text not in {"", "true", "false", "1", "0"}:
        raise NotThere(f"RvslInd is {text[:10]!r}, neither true nor false")
    return text in {"true", "1"}


def day(element: Element | None, name: str) -> date | None:
    """The local day of a DateAndDateTime, if it is told. Raises NotThere."""
    if element is None:
        return None
    try:
        if match := _DATE.fullmatch(text_at(element, "Dt")):
            return date.fromisoformat(match[1])
        if match := _INSTANT.fullmatch(text_at(element, "DtTm")):
            at = datetime.fromisoformat(match[0])
            return at.date() if at.tzinfo is None else local_day(at)
    except (ValueError, OverflowError):
        pass  # as the 30th of February
    raise NotThere(f"{name} is not a date such as 2026-11-21")


def facts_of(told: dict[str, Element]) -> Facts:
    """What an entry says of itself. Raises NotThere."""
    state = text_at(told.get("Sts"), ".", "Cd", "Prtry")
    if state not in _KNOWN_STATES:
        raise NotThere(f"Sts is {state[:10]!r}, which is none of {', '.join(sorted(_KNOWN_STATES))}")
    value_date = day(told.get("ValDt"), "ValDt")
    booking_date = day(told.get("BookgDt"), "BookgDt")
    if booking_date is None:
        if state == BOOKED or value_date is None:
            raise NotThere("BookgDt, the day of booking, is missing")
        booking_date = value_date
    return Facts(
        amount_oere=kroner(told.get("Amt"), "Amt"),
        direction=direction(text_at(told.get("CdtDbtInd"), ".")),
        booked=state == BOOKED,
        reversal=truth(text_at(told.get("RvslInd"), ".")),
        booking_date=booking_date,
        value_date=value_date,
        bank_reference=text_at(told.get("AcctSvcrRef"), "."),
    )


def amount_of(transaction: Element) -> Element | None:
    """What a transaction says of its amount, if it does."""
    return next((found for path in _AMOUNTS if (found := transaction.find(path)) is not None), None)


def part_of_batch(transaction: Element, entry: Facts) -> tuple[int, Direction]:
    """Amount in øre and direction of one transaction among several. Raises NotThere."""
    way = text_at(transaction, "CdtDbtInd")
    return kroner(amount_of(transaction), "the transaction's amount"), direction(way) if way else entry.direction


def end_to_end_id(transaction: Element | None) -> str:
    """As the payer gave it; empty where none was."""
    told = text_at(transaction, "Refs/EndToEndId")
    return "" if told == "NOTPROVIDED" else told


def debtor_name(transaction: Element | None) -> str:
    """Who paid; ``Pty`` came with version 08."""
    within = "RltdPties/"
    return text_at(
        transaction, f"{within}Dbtr/Nm", f"{within}Dbtr/Pty/Nm", f"{within}UltmtDbtr/Nm", f"{within}UltmtDbtr/Pty/Nm"
    )


def free_text(transaction: Element | None, otherwise: str) -> str:
    """What the payer wrote, line by line; else what the bank did."""
    if transaction is None:
        return otherwise
    lines = [(line.text or "").strip() for line in transaction.findall("RmtInf/Ustrd")]
    return "\n".join(filter(None, lines)) or text_at(transaction, "AddtlTxInf") or otherwise


def references(transaction: Element | None) -> tuple[StructuredReference, ...]:
    """Each payment line; a payer may settle several bills at once."""
    if transaction is None:
        return ()
    told = ((found, text_at(found, "Ref")) for found in transaction.findall("RmtInf/Strd/CdtrRefInf"))
    return tuple(
        _reference(text, text_at(found, "Tp/CdOrPrtry/Prtry", "Tp/CdOrPrtry/Cd")) for found, text in told if text
    )


def _reference(text: str, scheme: str) -> StructuredReference:
    if match := _LINE.fullmatch(text):
        return StructuredReference(match[1], match[2])
    digits = re.sub(r"[\s+<]", "", text)
    if match := _JOINED.fullmatch(digits):
        return StructuredReference(match[1] or match[3], match[2] or match[4])
    if not (digits.isascii() and digits.isdecimal()):
        return StructuredReference("", text)
    if told := _KIND.search(scheme):
        return StructuredReference(told[1], digits)
    return StructuredReference("71" if len(digits) == _KIND_71_DIGITS else "", digits)

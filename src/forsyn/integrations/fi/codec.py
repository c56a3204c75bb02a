"""The payment line (OCR line) at the foot of a Danish payment slip: built from a number, and read again. Pure.

Shapes: ``+71<`` 15 digits ``+`` creditor number ``<``; ``+75<`` with 16 digits; ``+73<+`` creditor number ``<`` with
none; giro ``04`` and ``15`` with 16 digits, ``01`` with none, and an account number (FI-kort 3, 4 and 5; Peppol BIS
Billing 3, DK-R-008 to DK-R-011). The last digit of a payment id is a check digit by Luhn's algorithm (ISO/IEC 7812-1
annex B): on 14 digits that is the weights 1 2 1 2 from the left, on 15 digits 2 1 2 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import stdnum.luhn

from forsyn.kernel.identifiers import InvalidIdentifier


class InvalidPaymentLine(InvalidIdentifier):
    """It is no payment line; the message says what is wrong and what was expected, in Danish, for who typed it."""


class SlipKind(StrEnum):
    """Kortartkode: what kind of slip it is, and so how long its payment id is."""

    FI_71 = "71"
    """15 digits; the payer cannot write a message."""
    FI_73 = "73"
    """No payment id; the payer writes who pays."""
    FI_75 = "75"
    """16 digits; the payer can write a message, too."""
    GIRO_01 = "01"
    GIRO_04 = "04"
    GIRO_15 = "15"

    @property
    def id_length(self) -> int:
        """Digits of the payment id with its check digit; 0 where there is none."""
        return _ID_LENGTHS[self]

    @property
    def is_giro(self) -> bool:
        """Whether the slip names an account in the giro system instead of a creditor number."""
        return self in (SlipKind.GIRO_01, SlipKind.GIRO_04, SlipKind.GIRO_15)


_ID_LENGTHS = {
    SlipKind.FI_71: 15,
    SlipKind.FI_73: 0,
    SlipKind.FI_75: 16,
    SlipKind.GIRO_01: 0,
    SlipKind.GIRO_04: 16,
    SlipKind.GIRO_15: 16,
}
CREDITOR_LENGTH = 8
"""Digits of a creditor number, the first of which is 8; giro accounts are 7 or 8 digits, filled up with 0."""
_KNOWN = ", ".join(sorted(SlipKind))


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment line that is right in itself. Raises InvalidPaymentLine otherwise.

    ``payment_id`` has all its digits, zeros in front and check digit behind; it is empty for 73 and 01.
    """

    kind: SlipKind
    payment_id: str
    creditor_number: str

    def __post_init__(self) -> None:
        _check_creditor(self.kind, self.creditor_number)
        _check_payment_id(self.kind, self.payment_id)

    @property
    def number(self) -> int | None:
        """The number that the payment id was built from; None where the slip has no payment id."""
        return int(self.payment_id[:-1]) if self.payment_id else None

    @property
    def ocr_line(self) -> str:
        """The line as it is printed, for example ``+71<000000000000018+81234567<``."""
        return f"+{self.kind}<{self.payment_id}+{self.creditor_number}<"


def check_digit(digits: str) -> int:
    """The check digit to put behind some digits."""
    return int(stdnum.luhn.calc_check_digit(digits))


def build(kind: SlipKind, *, number: int | None, creditor_number: str) -> PaymentLine:
    """The payment line of a number (of a bill, say) for a creditor. ``number`` is None for 73 and 01."""
    if number is None:
        return PaymentLine(kind, "", _filled(kind, creditor_number))
    longest = kind.id_length - 1
    if longest < 0:
        raise InvalidPaymentLine(f"Kortart {kind} har intet betalings-id: nummeret {number} kan ikke stå på kortet.")
    if not 1 <= number < 10**longest:
        raise InvalidPaymentLine(
            f"Kortart {kind} har plads til numre fra 1 til {'9' * longest}; {number} er ikke et af dem."
        )
    digits = f"{number:0{longest}d}"
    return PaymentLine(kind, f"{digits}{check_digit(digits)}", _filled(kind, creditor_number))


def from_parts(kind: str, payment_id: str, creditor_number: str) -> PaymentLine:
    """A payment line of which each part stands in a field of its own (OIOUBL, pain.001, a form).

    The zeros in front of a payment id may be left out, as those formats do.
    """
    slip = _kind(re.sub(r"[\s+<]", "", kind))
    bare_id, bare_number = re.sub(r"\s", "", payment_id), re.sub(r"\s", "", creditor_number)
    _only_digits(bare_id + bare_number)
    if bare_id:
        bare_id = bare_id.rjust(slip.id_length, "0")
    return PaymentLine(slip, bare_id, _filled(slip, bare_number))


def parse(text: str) -> PaymentLine:
    """A payment line as it was scanned or typed.

    Blanks may stand anywhere; the signs + and < may be left out all together. No digit may be missing.
    """
    bare = re.sub(r"\s", "", text)
    _only_digits(bare, signs="+<")
    groups = re.findall(r"[0-9]+", bare)
    if not groups:
        raise InvalidPaymentLine("Betalingslinjen er tom. Den ser ud som +71<000000000000018+81234567<.")
    if len(groups) == 1:
        groups = _divided(groups[0])
    kind = _kind(groups[0])
    if len(groups) != (3 if kind.id_length else 2):
        expected = "kortart, betalings-id og kreditornummer" if kind.id_length else "kortart og kreditornummer"
        raise InvalidPaymentLine(f"En linje med kortart {kind} har {expected}; her er {len(groups)} talgrupper.")
    payment_id = groups[1] if kind.id_length else ""
    return PaymentLine(kind, payment_id, _filled(kind, groups[-1]))


def _divided(digits: str) -> list[str]:
    """The parts of a line without signs; they are told apart by their lengths."""
    kind = _kind(digits[:2])
    length = 2 + kind.id_length + CREDITOR_LENGTH
    if len(digits) != length:
        raise InvalidPaymentLine(f"En linje med kortart {kind} har {length} cifre i alt; her er {len(digits)}.")
    parts = [digits[:2], digits[2:-CREDITOR_LENGTH], digits[-CREDITOR_LENGTH:]]
    return [part for part in parts if part]


def _kind(code: str) -> SlipKind:
    try:
        return SlipKind(code)
    except ValueError:
        raise InvalidPaymentLine(
            f"Kortarten er de to første cifre. »{code[:8]}« kendes ikke; de kendte er {_KNOWN}."
        ) from None


def _filled(kind: SlipKind, creditor_number: str) -> str:
    """Accounts in the giro system have 7 or 8 digits, and 8 in the line."""
    short_account = kind.is_giro and len(creditor_number) == CREDITOR_LENGTH - 1
    return f"0{creditor_number}" if short_account else creditor_number


def _only_digits(text: str, signs: str = "") -> None:
    for place, sign in enumerate(text, 1):
        if sign not in signs and not (sign.isascii() and sign.isdigit()):
            hint = " Er det et nul?" if sign in "oO" else ""
            raise InvalidPaymentLine(f"Tegn nr. {place} er »{sign}«, men skal være et ciffer.{hint}")


def _check_creditor(kind: SlipKind, number: str) -> None:
    name = "Girokontoen" if kind.is_giro else "Kreditornummeret"
    if not re.fullmatch(r"[0-9]{8}", number, re.ASCII):
        raise InvalidPaymentLine(f"{name} har {CREDITOR_LENGTH} cifre; her er {len(number)}.")
    if not kind.is_giro and not number.startswith("8"):
        raise InvalidPaymentLine(f"Kreditornummerets første ciffer er {number[0]}, men skal være 8.")


def _check_payment_id(kind: SlipKind, payment_id: str) -> None:
    if len(payment_id) != kind.id_length:
        told = f"har {kind.id_length} cifre" if kind.id_length else "har intet betalings-id"
        raise InvalidPaymentLine(f"Kortart {kind} {told}; her er {len(payment_id)}. Står alle nuller med?")
    if not payment_id:
        return
    _only_digits(payment_id)
    if not payment_id.strip("0"):
        raise InvalidPaymentLine("Betalings-id'et er lutter nuller, og det er ikke et nummer.")
    expected, told = check_digit(payment_id[:-1]), payment_id[-1]
    if told != str(expected):
        raise InvalidPaymentLine(
            f"Ciffer nr. {kind.id_length}, kontrolcifferet, er {told}, men skal være {expected} efter cifrene foran. "
            "Et af dem er skrevet forkert, eller to er byttet om."
        )

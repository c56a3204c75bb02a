"""Danish identifiers, checked by python-stdnum where it has them.

A CPR number is never rejected by its modulus 11: since 1 October 2007 numbers are issued without it (cpr.dk).
"""

from __future__ import annotations

import re
from uuid import UUID

import stdnum.dk.cvr
import stdnum.ean
import stdnum.exceptions

from forsyn.kernel.cpr_search import find_cpr


class InvalidIdentifier(ValueError):
    """The text is no such identifier; the message says why, in Danish, for the person who typed it."""


def cvr(text: str) -> str:
    """A CVR number: 8 digits, the first not 0, modulus 11 (Erhvervsstyrelsen)."""
    compact = re.sub(r"[\s.-]", "", text.upper().removeprefix("DK"))
    if not re.fullmatch(r"[1-9][0-9]{7}", compact):
        raise InvalidIdentifier("Et CVR-nummer har otte cifre og begynder ikke med 0.")
    try:
        return str(stdnum.dk.cvr.validate(compact))
    except stdnum.exceptions.ValidationError:
        raise InvalidIdentifier(
            "CVR-nummerets kontrolciffer passer ikke. Se efter, om to cifre er byttet om."
        ) from None


def cpr(text: str) -> str:
    """A CPR number: ten digits, ddmmyynnnn, of a possible birth date; test numbers have 60 added to the day.

    The error never repeats the number.
    """
    compact = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{10}", compact) or not find_cpr(f"CPR {compact}"):
        raise InvalidIdentifier(
            "Et CPR-nummer har ti cifre, og de første seks er en fødselsdato: dag, måned og år. Se tallene efter."
        )
    return compact


def gln(text: str) -> str:
    """A GLN (EAN location number): 13 digits with a modulus 10 check digit (GS1)."""
    compact = re.sub(r"[\s-]", "", text)
    if not (re.fullmatch(r"[0-9]{13}", compact) and stdnum.ean.is_valid(compact)):
        raise InvalidIdentifier("Et GLN (EAN-nummer) har 13 cifre, og det sidste er et kontrolciffer, som skal passe.")
    return compact


def bfe_number(text: str) -> int:
    """A BFE number (Bestemt Fast Ejendom): a positive integer of up to 10 digits without check digit."""
    if not re.fullmatch(r"[1-9][0-9]{0,9}", text.strip()):
        raise InvalidIdentifier("Et BFE-nummer er et helt tal på højst ti cifre.")
    return int(text)


def dar_id(text: str) -> UUID:
    """An id from Danmarks Adresseregister: a UUID."""
    try:
        return UUID(text.strip())
    except ValueError:
        raise InvalidIdentifier("En DAR-id er en UUID, for eksempel 0a3f50b8-5b4a-32b8-e044-0003ba298018.") from None


def municipality_code(text: str) -> str:
    """A municipality code of four digits, 0101 to 0860 (Danmarks Statistik)."""
    compact = text.strip().zfill(4)
    if not re.fullmatch(r"0[1-8][0-9]{2}", compact):
        raise InvalidIdentifier("En kommunekode er et tal fra 101 til 860.")
    return compact


def postal_code(text: str) -> str:
    """A Danish postal code: four digits."""
    compact = text.strip()
    if not re.fullmatch(r"[0-9]{4}", compact):
        raise InvalidIdentifier("Et postnummer har fire cifre.")
    return compact


def phone(text: str) -> str:
    """A phone number as E.164; eight digits are Danish (+45)."""
    compact = re.sub(r"[\s().-]", "", text)
    compact = "+" + compact[2:] if compact.startswith("00") else compact
    if re.fullmatch(r"[2-9][0-9]{7}", compact):
        return "+45" + compact
    if re.fullmatch(r"\+45[2-9][0-9]{7}|\+(?!45)[1-9][0-9]{6,14}", compact):
        return compact
    raise InvalidIdentifier("Et dansk telefonnummer har otte cifre. Skriv landekode med + for andre lande.")


def email(text: str) -> str:
    """An e-mail address in its everyday form, the dot-atom of RFC 5322 3.2.3; the domain in small letters.

    Quoted names, comments and addresses within <> are refused: mail programs read them as another mailbox.
    """
    local, _, domain = text.strip().rpartition("@")
    compact = f"{local}@{domain.lower()}"
    dot_atom = len(local) <= 64 and re.fullmatch(rf"{_ATOM}(\.{_ATOM})*", local)
    if len(compact) > 254 or not dot_atom or not re.fullmatch(rf"({_LABEL}\.)+{_LAST_LABEL}", _for_dns(domain.lower())):
        raise InvalidIdentifier("En e-mailadresse ser ud som navn@eksempel.dk.")
    return compact


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LAST_LABEL = r"(?![0-9.]+$)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]"


def _for_dns(domain: str) -> str:
    """A domain as the name service knows it (æ.dk is xn--6ca.dk); empty where it can have none."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""

"""Bank accounts as payments name them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import stdnum.exceptions
import stdnum.iban


class NotAnAccount(ValueError):
    """The text is no account; the message says why."""


@dataclass(frozen=True, slots=True)
class DanishAccount:
    """Registration number (4 digits) and account number (10 digits, filled with zeros from the left)."""

    registration_number: str
    account_number: str

    @classmethod
    def of(cls, registration_number: str, account_number: str) -> DanishAccount:
        """From what a person typed. Raises NotAnAccount."""
        registration, account = (re.sub(r"[\s.-]", "", text) for text in (registration_number, account_number))
        if not re.fullmatch(r"[0-9]{4}", registration, re.ASCII) or registration == "0000":
            raise NotAnAccount("a registration number has four digits, not all 0")
        if not re.fullmatch(r"[0-9]{1,10}", account, re.ASCII) or not account.strip("0"):
            raise NotAnAccount("an account number has up to ten digits, not all 0")
        return cls(registration, account.zfill(10))

    @property
    def bban(self) -> str:
        return self.registration_number + self.account_number


@dataclass(frozen=True, slots=True)
class Iban:
    """An account by ISO 13616, without blanks."""

    number: str

    @classmethod
    def of(cls, text: str) -> Iban:
        """From what a person typed; the check digits are tried. Raises NotAnAccount."""
        try:
            return cls(str(stdnum.iban.validate(text)))
        except stdnum.exceptions.ValidationError:
            raise NotAnAccount("the IBAN does not hold: look at its length and whether digits changed places") from None


Account = DanishAccount | Iban


def same_account(first: str, second: str) -> bool:
    """Whether two texts name one account, a Danish one also as IBAN against registration and account number."""
    return _plain(first) == _plain(second)


def _plain(text: str) -> str:
    compact = re.sub(r"[\s.-]", "", text).upper()
    return compact[4:] if re.fullmatch(r"DK[0-9]{16}", compact, re.ASCII) else compact

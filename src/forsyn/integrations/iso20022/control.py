"""Holds a statement against its own sums: balances, and the summary that the bank makes of it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from forsyn.integrations.iso20022.problems import Problems
from forsyn.integrations.iso20022.transactions import Facts, NotThere, amount, direction, kroner, text_at, whole_number
from forsyn.integrations.iso20022.values import Direction, Entry
from forsyn.kernel.money import kr_text

_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
"""Booked at the beginning (or at the end of the statement before), and at the end."""
_ASK = "ask the bank to send the statement again"


@dataclass
class _Sums:
    count: int = 0
    oere: int = 0

    def take(self, oere: int) -> None:
        self.count += 1
        self.oere += oere


@dataclass
class Tally:
    """Counts and sums of one statement, as its entries went by; a digest of what was given."""

    all_count: int = 0
    given_count: int = 0
    incomplete: bool = False
    """An entry could not be read, so that the sums say nothing."""
    booked: dict[Direction, _Sums] = field(default_factory=lambda: {way: _Sums() for way in Direction})
    every: dict[Direction, _Sums] = field(default_factory=lambda: {way: _Sums() for way in Direction})
    digest: Any = field(default_factory=hashlib.sha256)

    def take(self, facts: Facts) -> None:
        """An entry of the bank, once."""
        self.every[facts.direction].take(facts.amount_oere)
        if facts.booked:
            self.booked[facts.direction].take(facts.amount_oere)

    def give(self, entry: Entry) -> None:
        """An entry or transaction for the caller."""
        self.given_count += 1
        said = (
            entry.entry_number,
            entry.transaction_number,
            entry.booking_date.isoformat(),
            entry.value_date and entry.value_date.isoformat(),
            entry.signed_oere,
            entry.reversal,
            entry.bank_reference,
            entry.end_to_end_id,
            [(each.kind, each.number) for each in entry.references],
            entry.text,
            entry.debtor_name,
            entry.return_reason,
            entry.batch_count,
        )
        self.digest.update(repr(said).encode())

    @property
    def booked_count(self) -> int:
        return sum(sums.count for sums in self.booked.values())

    @property
    def credit_oere(self) -> int:
        return self.booked[Direction.CREDIT].oere

    @property
    def debit_oere(self) -> int:
        return self.booked[Direction.DEBIT].oere


def check_balances(
    balances: Iterable[Element], tally: Tally, line: int, place: str, problems: Problems
) -> tuple[int | None, int | None]:
    """Opening and closing balance in øre, negative when overdrawn; adds what is wrong to the problems."""
    told: dict[str, set[int]] = {}
    for balance in balances:
        code = text_at(balance, "Tp/CdOrPrtry/Cd")
        if code in _OPENING + _CLOSING:
            try:
                oere = kroner(balance.find("Amt"), f"Amt of the balance {code}")
                signed = direction(text_at(balance, "CdtDbtInd")).signed(oere)
                told.setdefault(code, set()).add(signed)
            except NotThere as error:
                problems.add(line, place, str(error), _ASK)
    for code in (code for code, found in told.items() if len(found) > 1):
        problems.add(line, place, f"the balance {code} is told with different amounts", _ASK)
    opening, closing = _balance(told, _OPENING), _balance(told, _CLOSING)
    if opening is None or closing is None:
        missing = "opening balance (OPBD)" if opening is None else "closing balance (CLBD)"
        problems.add(line, place, f"the {missing} is missing, so the entries cannot be checked", _ASK)
    elif opening + tally.credit_oere - tally.debit_oere != closing:
        moved = tally.credit_oere - tally.debit_oere
        what = f"{kr_text(opening)} and entries of {kr_text(moved)} do not make the closing {kr_text(closing)}"
        problems.add(line, place, f"the opening balance {what}", _ASK)
    return opening, closing


def _balance(told: dict[str, set[int]], codes: tuple[str, ...]) -> int | None:
    return next((min(told[code]) for code in codes if code in told), None)


def check_summary(summary: Element | None, tally: Tally, line: int, place: str, problems: Problems) -> None:
    """TxsSummry, where there is one. Banks count announced entries in or leave them out; either is right."""
    if summary is None:
        return
    for name, ways in (
        ("TtlNtries", tuple(Direction)),
        ("TtlCdtNtries", (Direction.CREDIT,)),
        ("TtlDbtNtries", (Direction.DEBIT,)),
    ):
        told = summary.find(name)
        if told is None:
            continue
        wrong = [_against(told, name, sums, ways) for sums in (tally.booked, tally.every)]
        if all(wrong):
            for what in wrong[0]:
                problems.add(line, place, what, _ASK)


def _against(told: Element, name: str, sums: dict[Direction, _Sums], ways: tuple[Direction, ...]) -> list[str]:
    found = []
    count, oere = sum(sums[way].count for way in ways), sum(sums[way].oere for way in ways)
    try:
        if (text := text_at(told, "NbOfNtries")) and whole_number(text) != count:
            found.append(f"{name} says {text[:20]} entries, and there are {count}")
        if (text := text_at(told, "Sum")) and amount(text, f"{name}/Sum") != oere:
            found.append(f"{name} says a sum of {text[:20]}, and it is {kr_text(oere)}")
        if text := text_at(told, "TtlNetNtryAmt", "TtlNetNtry/Amt"):
            net = sum(way.signed(sums[way].oere) for way in ways)
            said = amount(text, f"{name}/net")
            way = text_at(told, "CdtDbtInd", "TtlNetNtry/CdtDbtInd")
            if (direction(way).signed(said) if way else said) != (net if way else abs(net)):
                found.append(f"{name} says a net of {text[:20]}, and it is {kr_text(net)}")
    except NotThere as error:
        found.append(str(error))
    return found

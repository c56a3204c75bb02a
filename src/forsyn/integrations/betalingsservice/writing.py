"""Writes the records of one delivery: all of it, or nothing. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from forsyn.integrations.betalingsservice import layout as table
from forsyn.integrations.betalingsservice.entries import agreement_values, payment_values, sign_of
from forsyn.integrations.betalingsservice.errors import Malformed, NotWritable, Problem
from forsyn.integrations.betalingsservice.layout import SectionLayout
from forsyn.integrations.betalingsservice.values import (
    Agreement,
    Collection,
    Delivery,
    Entry,
    Payment,
    Section,
)

_AT_A_TIME = 500
_SECTION_NAMES = ("supplier_reference", "created_date", "registration_number", "account_number", "heading")
_NOTHING = (None, "", 0, table.ZERO)
_GROUPS = {table.ADDRESS: "addresses", table.ENTRY: "entries", table.TEXT: "texts"}
Line = Callable[[table.Layout, Mapping[str, Any]], str]
"""Makes a record, and takes note of what cannot be written."""


def write_delivery(delivery_type: str, delivery: Delivery[Entry]) -> Iterator[bytes]:
    """The file in pieces, in ISO 8859-1, each record 128 characters and CR LF. Raises NotWritable before the first."""
    problems: list[Problem] = []
    records = _records(delivery_type, delivery, problems)
    pieces: list[bytes] = []
    while batch := "\r\n".join(islice(records, _AT_A_TIME)):
        # once something cannot be written, its record is not complete, and no piece leaves
        pieces.append(b"" if problems else f"{batch}\r\n".encode("latin-1"))
    if problems:
        raise NotWritable(problems)
    return iter(pieces)


def _records(delivery_type: str, delivery: Delivery[Entry], problems: list[Problem]) -> Iterator[str]:
    layouts, line = table.DELIVERIES[delivery_type], _noting(problems, "the delivery")
    supplier = {
        "supplier_number": delivery.supplier_number,
        "subsystem": delivery.subsystem,
        "delivery_type": delivery_type,
    }
    yield line(table.START, supplier | {"number": delivery.number, "created_date": delivery.created_date})
    totals = Counter({"sections": len(delivery.sections), "entries": 0, "texts": 0, "addresses": 0, "net_oere": 0})
    for number, section in enumerate(delivery.sections, 1):
        place = f"section {number}"
        if section.kind not in layouts:
            told = f"is of kind {section.kind}, which a delivery {delivery_type} does not have"
            problems.append(Problem(place, told, f"it has {', '.join(sorted(layouts))}"))
            continue
        yield from _SectionWriter(section, layouts[section.kind], place, problems).records(totals)
    yield line(table.END, {**supplier, **totals})


def _noting(problems: list[Problem], place: str, known: Iterable[str] = ()) -> Line:
    told = set(known)  # each record repeats whose it is, and what is wrong with that is told once

    def line(layout: table.Layout, values: Mapping[str, Any]) -> str:
        found = [
            Malformed(
                f"has {name.replace('_', ' ')} {values[name]}",
                f"BS{layout.record_type} {layout.code} has no place for it",
            )
            for name in sorted(values.keys() - layout.names)
            if values[name] not in _NOTHING
        ]
        record = layout.write(values, found)
        for error in found:
            if str(error) not in told:
                told.add(str(error))
                problems.append(Problem(place, error.what, error.mend))
        return record

    return line


class _SectionWriter:
    """The records of one section, with the counts and the sum at its end."""

    def __init__(self, section: Section[Any], layout: SectionLayout, place: str, problems: list[Problem]) -> None:
        self._section = section
        self._layout = layout
        self._place = place
        self._problems = problems
        self._whose = {"pbs_number": section.pbs_number, "debtor_group": section.debtor_group}
        self._counts: Counter[str] = Counter({"entries": 0, "texts": 0, "addresses": 0})
        self._known: list[str] = []
        self._seen: set[tuple[str, object]] = set()

    def records(self, totals: Counter[str]) -> Iterator[str]:
        section, line = self._section, _noting(self._problems, self._place)
        told = self._whose | {name: getattr(section, name) for name in _SECTION_NAMES}
        before = len(self._problems)
        yield line(self._layout.start, told)
        self._known = [f"{problem.what}; {problem.mend}" for problem in self._problems[before:]]
        for number, entry in enumerate(section.entries, 1):
            yield from self._entry(entry, f"{self._place}, entry {number} (customer {entry.customer_number})")
        sums = {**self._counts, "net_oere": self._net()}
        for name, value in sums.items():
            totals[name] += value
        yield line(self._layout.end, self._whose | sums)

    def _net(self) -> int:
        net: int = sum(getattr(entry, "amount_oere", 0) for entry in self._section.entries)
        if net < 0 and self._section.kind in table.DELIVERIES[table.COLLECTIONS_OUT]:
            told = f"pays out {-net} øre more than it collects, and a sum has no sign"
            self._problems.append(Problem(self._place, told, "pay the money out in another way"))
        return abs(net)

    def _entry(self, entry: Collection | Payment | Agreement, place: str) -> Iterator[str]:
        line = _noting(self._problems, place, self._known)
        try:
            for layout, values in self._made(entry):
                self._counts[_GROUPS[layout.record_type]] += 1
                yield line(layout, self._whose | values)
        except Malformed as error:
            self._problems.append(Problem(place, error.what, error.mend))

    def _made(self, entry: Collection | Payment | Agreement) -> Iterator[tuple[table.Layout, dict[str, Any]]]:
        if isinstance(entry, Collection):
            return self._collection(entry)
        values_of = payment_values if isinstance(entry, Payment) else agreement_values
        code, values = values_of(self._section.kind, entry)  # type: ignore[arg-type]
        if code not in self._layout.entries:
            raise Malformed(f"is {type(entry).__name__}", f"section {self._section.kind} holds something else")
        return iter(((self._layout.entries[code], values),))

    def _collection(self, entry: Collection) -> Iterator[tuple[table.Layout, dict[str, Any]]]:
        self._check(entry)
        layout, customer = self._layout, {"customer_number": entry.customer_number}
        if layout.name is None or layout.postal_code is None or layout.text is None:
            raise Malformed("is a collection", "payments and agreements come in, and are not collected")
        address = customer | {"agreement_number": ""}
        for number, name_line in enumerate(entry.name_lines, 1):
            yield layout.name, address | {"record_number": number, "name_line": name_line}
        place = {"postal_code": entry.postal_code, "country_code": entry.country_code}
        yield layout.postal_code, address | {"record_number": table.POSTAL_CODE_RECORD} | place
        customer |= {"agreement_number": entry.agreement_number or ""}
        told = {"due_date": entry.due_date, "reference": entry.reference, "payment_id": entry.payment_id}
        amount = {"sign": sign_of(entry.amount_oere), "amount": abs(entry.amount_oere)}
        yield next(iter(layout.entries.values())), customer | {"record_number": 0} | told | amount
        for number, text_line in enumerate(entry.text_lines, 1):
            yield layout.text, customer | {"record_number": number, "text_line": text_line}

    def _check(self, entry: Collection) -> None:
        if not 1 <= len(entry.name_lines) <= table.NAME_LINES:
            raise Malformed(f"has {len(entry.name_lines)} name lines", f"it should have 1 to {table.NAME_LINES}")
        if entry.country_code == "DK" and not re.fullmatch(r"[0-9]{4}", entry.postal_code):
            raise Malformed(f'has the postal code "{entry.postal_code}"', "a Danish one has four digits")
        if (key := (entry.customer_number, entry.due_date)) in self._seen:
            raise Malformed(
                f"is the customer's second collection due {entry.due_date}", "there can be one: add them up"
            )
        self._seen.add(key)

"""Where in a record each field stands: one table to hold against the guide, and to correct by it.

The guide is "Betalingsservice Guidelines for Data Suppliers" (Mastercard Payment Services); see README for what of
this table is confirmed. A row is (name, first character counted from 0, length, kind); what no row covers is blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from forsyn.integrations.betalingsservice.errors import Malformed
from forsyn.integrations.betalingsservice.fields import MAY_BE_BLANK, Kind, read, write
from forsyn.integrations.betalingsservice.values import AgreementEvent, Outcome, SectionKind

LENGTH = 128
_CODE_AT = 13
SYSTEM = "BS"
COLLECTIONS_OUT, PAYMENTS_IN, AGREEMENTS_IN = "0601", "0602", "0603"
ADDRESS, ENTRY, TEXT, MORE_TEXT = "022", "042", "052", "062"
DELIVERY_START, SECTION_START, SECTION_END, DELIVERY_END = "002", "012", "092", "992"
ZERO, DEBIT, CREDIT = "0", "1", "2"
"""Signs: nothing, from the debtor, to the debtor. Amounts themselves have none."""
POSTAL_CODE_RECORD = 9
NAME_LINES = 5
ADDRESS_CODE, TEXT_CODE = "0240", "0241"

Row = tuple[str, int, int, Kind]


@dataclass(frozen=True)
class Layout:
    """One kind of record: its type, the code at 13 (section or transaction), and its rows."""

    record_type: str
    code: str
    rows: tuple[Row, ...]

    @cached_property
    def shortest(self) -> int:
        """A record may come without the blanks at its end, but not shorter than this."""
        return max(start + length for _, start, length, kind in self.rows if kind not in MAY_BE_BLANK)

    @cached_property
    def names(self) -> frozenset[str]:
        """The values that a record has a place for."""
        return frozenset(name for name, *_ in self.rows)

    @cached_property
    def _gaps(self) -> tuple[str, ...]:
        """What stands before each row, and behind the last."""
        line = (f"{SYSTEM}{self.record_type}".ljust(_CODE_AT) + self.code).ljust(LENGTH)
        ends = [0, *(start + length for _, start, length, _ in self.rows)]
        starts = [*(start for _, start, _, _ in self.rows), LENGTH]
        return tuple(line[end:start] for end, start in zip(ends, starts, strict=True))

    def read(self, line: str, problems: list[Malformed]) -> dict[str, Any]:
        """The values of a record; a field that cannot be is left out, and told of in ``problems``."""
        if not self.shortest <= len(line) <= LENGTH:
            problems.append(Malformed(f"has {len(line)} characters", f"it should have {LENGTH}"))
            return {}
        line, values = line.ljust(LENGTH), {}
        for name, start, length, kind in self.rows:
            try:
                values[name] = read(kind, line[start : start + length])
            except Malformed as error:
                problems.append(_of_field(error, name, start, length))
        return values

    def write(self, values: Mapping[str, Any], problems: list[Malformed]) -> str:
        """A whole record, with blanks to its end; what could not be written is told of in ``problems``."""
        pieces: list[str] = []
        for gap, (name, start, length, kind) in zip(self._gaps, self.rows, strict=False):
            try:
                pieces += gap, write(kind, values.get(name), length)
            except Malformed as error:
                problems.append(_of_field(error, name, start, length))
        return "".join((*pieces, self._gaps[-1]))


def _of_field(error: Malformed, name: str, start: int, length: int) -> Malformed:
    """With the field and its place, counted from 1 as guides do."""
    return Malformed(f"{name.replace('_', ' ')} ({start + 1}-{start + length}) {error.what}", error.mend)


_NUMBER, _DIGITS, _TEXT, _KEY, _ZEROS = Kind.NUMBER, Kind.DIGITS, Kind.TEXT, Kind.KEY, Kind.ZEROS
_DIGITS_OR_NONE, _NUMBER_OR_BLANK = Kind.DIGITS_OR_NONE, Kind.NUMBER_OR_BLANK

START = Layout(
    DELIVERY_START,
    "",
    (
        ("supplier_number", 5, 8, _DIGITS),
        ("subsystem", 13, 3, _TEXT),
        ("delivery_type", 16, 4, _DIGITS),
        ("number", 20, 10, _DIGITS),
        ("created_date", 49, 6, Kind.DAY_6),
    ),
)
END = Layout(
    DELIVERY_END,
    "",
    (
        ("supplier_number", 5, 8, _DIGITS),
        ("subsystem", 13, 3, _TEXT),
        ("delivery_type", 16, 4, _DIGITS),
        ("sections", 20, 11, _NUMBER),
        ("entries", 31, 11, _NUMBER),
        ("net_oere", 42, 15, _NUMBER),
        ("texts", 57, 11, _NUMBER_OR_BLANK),
        ("zeros", 68, 15, _ZEROS),
        ("addresses", 83, 11, _NUMBER_OR_BLANK),
        ("zeros", 94, 34, _ZEROS),
    ),
)
_PBS_NUMBER: Row = ("pbs_number", 5, 8, _DIGITS)
_SUMS: tuple[Row, ...] = (
    ("entries", 31, 11, _NUMBER),
    ("net_oere", 42, 15, _NUMBER),
    ("texts", 57, 11, _NUMBER_OR_BLANK),
    ("addresses", 83, 11, _NUMBER_OR_BLANK),
)

# Out: record numbers have five digits.
_OUT_START: tuple[Row, ...] = (
    _PBS_NUMBER,
    ("debtor_group", 22, 5, _DIGITS),
    ("supplier_reference", 27, 15, _TEXT),
    ("created_date", 46, 8, Kind.DAY_8),
    ("registration_number", 54, 4, _DIGITS_OR_NONE),
    ("account_number", 58, 10, _DIGITS_OR_NONE),
    ("heading", 68, 60, _TEXT),
)
_OUT_END: tuple[Row, ...] = (_PBS_NUMBER, ("zeros", 17, 5, _ZEROS), ("debtor_group", 22, 5, _DIGITS), *_SUMS)
_OUT: tuple[Row, ...] = (
    _PBS_NUMBER,
    ("record_number", 17, 5, _NUMBER),
    ("debtor_group", 22, 5, _DIGITS),
    ("customer_number", 27, 15, _KEY),
    ("agreement_number", 42, 9, _DIGITS_OR_NONE),
)
_NAME: tuple[Row, ...] = (*_OUT, ("name_line", 51, 35, _TEXT))
_POSTAL_CODE: tuple[Row, ...] = (*_OUT, ("postal_code", 66, 4, _TEXT), ("country_code", 70, 3, _TEXT))
_TEXT_LINE: tuple[Row, ...] = (*_OUT, ("text_line", 52, 60, _TEXT))
_COLLECTION: tuple[Row, ...] = (
    *_OUT,
    ("due_date", 51, 8, Kind.DAY_8),
    ("sign", 59, 1, _DIGITS),
    ("amount", 60, 13, _NUMBER),
    ("reference", 73, 30, _TEXT),
    ("zeros", 103, 2, _ZEROS),
)
_COLLECTION_WITH_PAYMENT_ID: tuple[Row, ...] = (*_COLLECTION, ("payment_id", 105, 15, _DIGITS))

# In: record numbers have three digits.
_IN_START: tuple[Row, ...] = (
    _PBS_NUMBER,
    ("debtor_group", 20, 5, _DIGITS),
    ("supplier_reference", 25, 15, _TEXT),
    ("created_date", 49, 6, Kind.DAY_6),
)
_IN_END: tuple[Row, ...] = (_PBS_NUMBER, ("zeros", 17, 3, _ZEROS), ("debtor_group", 20, 5, _DIGITS), *_SUMS)
_IN: tuple[Row, ...] = (_PBS_NUMBER, ("zeros", 17, 3, _ZEROS), ("debtor_group", 20, 5, _DIGITS))
_PAID: tuple[Row, ...] = (
    ("paid_date", 103, 6, Kind.DAY_6),
    ("booked_date", 109, 6, Kind.DAY_6),
    ("paid", 115, 13, _NUMBER),
)
_CANCELLED: tuple[Row, ...] = (
    *_IN,
    ("customer_number", 25, 15, _KEY),
    ("agreement_number", 40, 9, _DIGITS_OR_NONE),
    ("due_date", 49, 6, Kind.DAY_6),
    ("sign", 55, 1, _DIGITS),
    ("amount", 56, 13, _NUMBER),
    ("reference", 69, 30, _TEXT),
)
_SLIP: tuple[Row, ...] = (
    *_IN,
    ("zeros", 25, 4, _ZEROS),
    ("customer_number", 29, 15, _KEY),
    ("slip_kind", 44, 2, _DIGITS_OR_NONE),
    ("fee_sign", 46, 1, _DIGITS),
    ("fee", 47, 5, _NUMBER),
    ("due_date", 52, 6, Kind.DAY_6),
    ("sign", 58, 1, _DIGITS),
    ("amount", 59, 13, _NUMBER),
    ("reference", 72, 9, _TEXT),
    ("archive_reference", 81, 22, _TEXT),
    *_PAID,
)
_AGREEMENT: tuple[Row, ...] = (
    *_IN,
    ("customer_number", 25, 15, _KEY),
    ("agreement_number", 40, 9, _DIGITS),
    ("from_date", 49, 6, Kind.DAY_6),
    ("until_date", 55, 6, Kind.DAY_6),
)


@dataclass(frozen=True)
class SectionLayout:
    """The records of one kind of section. ``entries`` are the records 042 by their code."""

    start: Layout
    end: Layout
    entries: Mapping[str, Layout]
    name: Layout | None = None
    postal_code: Layout | None = None
    text: Layout | None = None

    def of(self, line: str) -> Layout | None:
        """The layout of a record within the section; None where there is none for its type and code."""
        record_type, code = line[2:5], line[_CODE_AT : _CODE_AT + 4]
        if record_type == ENTRY:
            return self.entries.get(code)
        if record_type == ADDRESS and code == ADDRESS_CODE:
            return self.postal_code if line[17:22] == f"{POSTAL_CODE_RECORD:05d}" else self.name
        return self.text if record_type == TEXT and code == TEXT_CODE else None


def _out(kind: SectionKind, code: str, rows: tuple[Row, ...] = _COLLECTION) -> SectionLayout:
    return SectionLayout(
        Layout(SECTION_START, kind, _OUT_START),
        Layout(SECTION_END, kind, _OUT_END),
        {code: Layout(ENTRY, code, rows)},
        Layout(ADDRESS, ADDRESS_CODE, _NAME),
        Layout(ADDRESS, ADDRESS_CODE, _POSTAL_CODE),
        Layout(TEXT, TEXT_CODE, _TEXT_LINE),
    )


def _in(kind: SectionKind, entries: Mapping[str, tuple[Row, ...]]) -> SectionLayout:
    start, end = Layout(SECTION_START, kind, _IN_START), Layout(SECTION_END, kind, _IN_END)
    return SectionLayout(start, end, {code: Layout(ENTRY, code, rows) for code, rows in entries.items()})


_AUTOMATIC = (*_CANCELLED, *_PAID)
DELIVERIES: dict[str, dict[SectionKind, SectionLayout]] = {
    COLLECTIONS_OUT: {
        SectionKind.COLLECTIONS: _out(SectionKind.COLLECTIONS, "0280"),
        SectionKind.SLIPS: _out(SectionKind.SLIPS, "0285"),
        SectionKind.SLIPS_WITH_PAYMENT_ID: _out(SectionKind.SLIPS_WITH_PAYMENT_ID, "0285", _COLLECTION_WITH_PAYMENT_ID),
    },
    PAYMENTS_IN: {
        SectionKind.AUTOMATIC_PAYMENTS: _in(
            SectionKind.AUTOMATIC_PAYMENTS,
            {"0236": _AUTOMATIC, "0237": _AUTOMATIC, "0238": _CANCELLED, "0239": _AUTOMATIC},
        ),
        SectionKind.SLIP_PAYMENTS: _in(SectionKind.SLIP_PAYMENTS, {"0297": _SLIP, "0299": _SLIP}),
    },
    AGREEMENTS_IN: {
        SectionKind.ACTIVE_AGREEMENTS: _in(SectionKind.ACTIVE_AGREEMENTS, {"0230": _AGREEMENT}),
        SectionKind.CHANGED_AGREEMENTS: _in(
            SectionKind.CHANGED_AGREEMENTS,
            {"0231": _AGREEMENT, "0232": _AGREEMENT, "0233": _AGREEMENT, "0234": _AGREEMENT},
        ),
    },
}
OUTCOMES = {
    "0236": Outcome.PAID,
    "0237": Outcome.REJECTED,
    "0238": Outcome.CANCELLED,
    "0239": Outcome.CHARGED_BACK,
    "0297": Outcome.PAID,
    "0299": Outcome.CHARGED_BACK,
}
EVENTS = {
    "0230": AgreementEvent.ACTIVE,
    "0231": AgreementEvent.SIGNED_UP,
    "0232": AgreementEvent.CANCELLED_BY_BANK,
    "0233": AgreementEvent.CANCELLED_BY_CREDITOR,
    "0234": AgreementEvent.CANCELLED_BY_BETALINGSSERVICE,
}

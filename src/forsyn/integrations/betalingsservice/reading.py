"""Reads the records of one delivery in their order, and finds everything that is wrong with it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from typing import Any, Generic

from forsyn.integrations.betalingsservice import layout as table
from forsyn.integrations.betalingsservice.building import Builder, builder_of
from forsyn.integrations.betalingsservice.entries import nets
from forsyn.integrations.betalingsservice.errors import BetalingsserviceFileError, Malformed, Problem
from forsyn.integrations.betalingsservice.layout import SectionLayout
from forsyn.integrations.betalingsservice.values import Delivery, Entry, Section, SectionKind

MOST_PROBLEMS = 1_000
"""A file with more of them is something else; the rest of it is not read."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_GROUPS = {table.ENTRY: "entries", table.ADDRESS: "addresses", table.TEXT: "texts", table.MORE_TEXT: "texts"}
_SHOWN = {
    "sections": "sections",
    "entries": "records 042",
    "addresses": "records 022",
    "texts": "records 052 and 062",
}


class _Open(Generic[Entry]):
    """A section whose last record has not come yet."""

    def __init__(self, kind: SectionKind, layout: SectionLayout, line: int, start: dict[str, Any]) -> None:
        self.kind = kind
        self.layout = layout
        self.line = line
        self.start = start
        self.counts: Counter[str] = Counter()
        self.builder: Builder[Entry] = builder_of(kind)
        self.spoilt = False
        """A record of it could not be read: no use in checking its sum."""


class DeliveryReader(Generic[Entry]):
    """Takes the lines of one delivery; ``finish`` gives the whole, or raises with every problem."""

    def __init__(self, delivery_type: str, *, where: str) -> None:
        self._type = delivery_type
        self._where = where
        self._layouts = table.DELIVERIES[delivery_type]
        self._line = 0
        self._head: dict[str, Any] | None = None
        self._open: _Open[Entry] | None = None
        self._skipping = False
        """In a section of a kind that is not known."""
        self._sections: list[Section[Entry]] = []
        self._totals: Counter[str] = Counter()
        self._spoilt = False
        self._ended = False
        self._problems: list[Problem] = []
        self.stopped = False
        """No use in reading on."""

    def take(self, text: str) -> None:
        """The next line, without its end."""
        self._line += 1
        if control := _CONTROL.search(text):
            self._problem(f"has the control character U+{ord(control[0]):04X}", "a delivery is text in ISO 8859-1")
        record_type = text[2:5] if text.startswith(table.SYSTEM) else ""
        if self._head is None:
            self._take_start(record_type, text)
        elif not record_type:
            self._problem("does not begin with BS", "remove it, or look for a record that was broken in two")
        elif self._ended:
            self._problem("comes after the end of the delivery (BS992)", "give each delivery as a file of its own")
        elif record_type == table.SECTION_START:
            self._take_section_start(text)
        elif record_type == table.SECTION_END:
            self._take_section_end(text)
        elif record_type == table.DELIVERY_END:
            self._take_end(text)
        else:
            self._take_record(record_type, text)

    def refuse(self, error: Malformed) -> None:
        """The next line is none, and what follows it is not read."""
        self._line += 1
        self._stop(error.what, error.mend)

    def finish(self) -> Delivery[Entry]:
        """The delivery. Raises BetalingsserviceFileError."""
        if not self._line:
            self._problem("the file is empty", "fetch the delivery again")
        elif not (self._ended or self.stopped):
            self._problem("the file ends without BS992: it is only a part of a delivery", "fetch the delivery again")
        if self._problems or self._head is None:
            mend = "correct the file, or fetch the delivery again"
            raise BetalingsserviceFileError(self._problems, where=self._where, mend=mend)
        head = {name: self._head[name] for name in ("supplier_number", "subsystem", "number", "created_date")}
        return Delivery(**head, sections=tuple(self._sections))

    def _problem(self, what: str, mend: str) -> None:
        self._problems.append(Problem(f"line {self._line}", _CONTROL.sub("?", what), _CONTROL.sub("?", mend)))
        if len(self._problems) >= MOST_PROBLEMS:
            self.stopped = True

    def _stop(self, what: str, mend: str) -> None:
        """Something that makes the rest of the file useless."""
        self._problem(what, mend)
        self.stopped = True

    def _read(self, layout: table.Layout, text: str) -> dict[str, Any] | None:
        """The values of a record; None if anything in it is wrong."""
        found: list[Malformed] = []
        values = layout.read(text, found)
        for error in found:
            self._problem(f"BS{layout.record_type} {layout.code}".rstrip() + f" {error.what}", error.mend)
        return None if found else values

    def _take_start(self, record_type: str, text: str) -> None:
        if record_type != table.DELIVERY_START:
            self._stop("does not begin with BS002", "give a delivery of Betalingsservice, from its first line")
            return
        self._head = self._read(table.START, text)
        if self._head is None:
            self.stopped = True
        elif self._head["delivery_type"] != self._type:
            told = self._head["delivery_type"]
            self._stop(f"begins a delivery {told}, and {self._type} was expected", f"read it as a delivery {told}")

    def _take_section_start(self, text: str) -> None:
        if self._open is not None:
            self._problem(
                f"begins a section while that of line {self._open.line} has no end", "a record BS092 is missing"
            )
        code = text[13:17]
        self._totals["sections"] += 1
        self._open, self._skipping = None, code not in self._layouts
        if self._skipping:
            known = ", ".join(sorted(self._layouts))
            self._problem(
                f"begins a section {code}, which is not known in a delivery {self._type}", f"known are {known}"
            )
            self._spoilt = True
            return
        kind = SectionKind(code)
        start = self._read(self._layouts[kind].start, text)
        self._open = _Open(kind, self._layouts[kind], self._line, start or {})
        self._open.spoilt = start is None

    def _take_record(self, record_type: str, text: str) -> None:
        section = self._open
        if group := _GROUPS.get(record_type):
            self._totals[group] += 1
        if section is None:
            if not self._skipping:
                self._problem("stands outside a section", "a record BS012 is missing before it")
            return
        if group:
            section.counts[group] += 1
        try:
            self._build(section, text)
        except Malformed as error:
            self._problem(error.what, error.mend)
            section.spoilt = True

    def _build(self, section: _Open[Entry], text: str) -> None:
        layout = section.layout.of(text)
        if layout is None:
            known = ", ".join(sorted(section.layout.entries))
            told = f"the record {text[:5]} with transaction code {text[13:17]} is not known in section {section.kind}"
            raise Malformed(told, f"known transaction codes are {known}")
        values = self._read(layout, text)
        if values is None:
            section.spoilt = True
            return
        if section.start and values["pbs_number"] != section.start["pbs_number"]:
            raise Malformed(
                f"has the PBS number {values['pbs_number']}", f"its section's is {section.start['pbs_number']}"
            )
        section.builder.add(layout, values)

    def _take_section_end(self, text: str) -> None:
        section, skipping = self._open, self._skipping
        self._open, self._skipping = None, False
        if section is None:
            if not skipping:
                self._problem("ends a section that has not begun", "a record BS012 is missing")
            return
        if text[13:17] != section.kind:
            told = f"ends a section {text[13:17]}, and {section.kind} of line {section.line} is open"
            self._problem(told, "one is wrong")
            self._spoilt = True
            return
        try:
            section.builder.finish()
        except Malformed as error:
            self._problem(error.what, error.mend)
            section.spoilt = True
        self._check_section(section, self._read(section.layout.end, text))

    def _check_section(self, section: _Open[Entry], told: dict[str, Any] | None) -> None:
        self._spoilt |= section.spoilt or told is None
        if told is None:
            return
        self._totals["net_oere"] += told["net_oere"]
        self._compare(told, section.counts, "the section")
        if section.spoilt:
            return
        self._compare_texts(told, section.start, ("pbs_number", "debtor_group"), "the section's first line")
        whole = Section(kind=section.kind, entries=tuple(section.builder.entries), **section.start)
        sums = nets(whole)
        if told["net_oere"] not in sums:
            held = " or ".join(map(str, sorted(sums)))
            self._problem(
                f"says that the section sums to {told['net_oere']} øre, and it holds {held}", "records are missing"
            )
        self._sections.append(whole)

    def _take_end(self, text: str) -> None:
        self._ended = True
        if self._open is not None:
            self._problem(
                f"ends the delivery while the section of line {self._open.line} has no end", "BS092 is missing"
            )
            self._spoilt = True
        told = self._read(table.END, text)
        if told is None or self._head is None:
            return
        self._compare_texts(told, self._head, ("supplier_number", "subsystem", "delivery_type"), "the first line")
        self._compare(told, self._totals, "the delivery")
        if not self._spoilt and told["net_oere"] != self._totals["net_oere"]:
            held = f"its sections sum to {self._totals['net_oere']}"
            self._problem(f"says that the delivery sums to {told['net_oere']} øre, and {held}", "a section is missing")

    def _compare_texts(self, told: dict[str, Any], first: dict[str, Any], names: tuple[str, ...], where: str) -> None:
        for name in names:
            if told[name] != first[name]:
                self._problem(f"has {name.replace('_', ' ')} {told[name]}", f"{where} has {first[name]}")

    def _compare(self, told: dict[str, Any], held: Counter[str], what: str) -> None:
        for name, shown in _SHOWN.items():
            if name in told and told[name] != held[name]:
                self._problem(f"says that {what} has {told[name]} {shown}, and it has {held[name]}", "some are missing")


def lines(pieces: Iterator[bytes], longest: int) -> Iterator[str]:
    """Lines of pieces of any size, without their ends and without blank lines at the end of the file.

    Raises Malformed where a line is longer than any record could be, so that a file of something else is not read.
    """
    rest, blank = b"", 0
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in (*whole, *((rest,) if len(rest) > longest else ())):
            if len(line) > longest:
                raise Malformed(f"has no line end within {longest} characters", "give a delivery of Betalingsservice")
            text = line.decode("latin-1").rstrip("\r")
            if not text.strip(" \x1a"):
                blank += 1
                continue
            yield from repeat("", blank)
            blank = 0
            yield text
    text = rest.decode("latin-1").rstrip("\r")
    if text.strip(" \x1a"):
        yield from repeat("", blank)
        yield text

"""Puts the records of a section together to entries. Pure."""

from __future__ import annotations

from typing import Any, Protocol, cast

from forsyn.integrations.betalingsservice.entries import agreement_of, payment_of, signed
from forsyn.integrations.betalingsservice.errors import Malformed
from forsyn.integrations.betalingsservice.layout import ADDRESS, NAME_LINES, POSTAL_CODE_RECORD, TEXT, Layout
from forsyn.integrations.betalingsservice.values import Agreement, Collection, Entry, Payment, SectionKind


class Builder(Protocol[Entry]):
    """Takes the records of a section in their order."""

    @property
    def entries(self) -> list[Entry]:
        """What is whole."""

    def add(self, layout: Layout, values: dict[str, Any]) -> None:
        """The next record. Raises Malformed."""

    def finish(self) -> None:
        """The section is at its end. Raises Malformed."""


class _Payments:
    def __init__(self, kind: SectionKind) -> None:
        self._kind = kind
        self.entries: list[Payment] = []

    def add(self, layout: Layout, values: dict[str, Any]) -> None:
        self.entries.append(payment_of(self._kind, layout.code, values))

    def finish(self) -> None:
        """Each record is an entry of its own."""


class _Agreements:
    def __init__(self) -> None:
        self.entries: list[Agreement] = []

    def add(self, layout: Layout, values: dict[str, Any]) -> None:
        self.entries.append(agreement_of(layout.code, values))

    def finish(self) -> None:
        """Each record is an entry of its own."""


class _Collections:
    """Address, collection, text lines: in that order, and of one customer."""

    def __init__(self) -> None:
        self.entries: list[Collection] = []
        self._address: dict[str, Any] = {}
        self._open: dict[str, Any] = {}

    def add(self, layout: Layout, values: dict[str, Any]) -> None:
        if layout.record_type == ADDRESS:
            self._add_address(values)
        elif layout.record_type == TEXT:
            self._add_text(values)
        else:
            self._add_collection(values)

    def finish(self) -> None:
        self._close()
        if self._address:
            raise Malformed("the section ends with an address and no collection", "records are missing")

    def _add_address(self, values: dict[str, Any]) -> None:
        customer, number = values["customer_number"], values["record_number"]
        self._close()
        if self._address and self._address["customer_number"] != customer:
            self._address = {}
            raise Malformed("another customer's address follows an address", "a collection is missing before it")
        if not self._address:
            self._address = {"customer_number": customer, "name_lines": ()}
        if number == POSTAL_CODE_RECORD:
            self._address |= {name: values[name] for name in ("postal_code", "country_code")}
            return
        if number != len(self._address["name_lines"]) + 1 or number > NAME_LINES:
            raise Malformed(f"an address line has the number {number}", f"they run from 1 to at most {NAME_LINES}")
        self._address["name_lines"] += (values["name_line"],)

    def _add_collection(self, values: dict[str, Any]) -> None:
        self._close()
        address, self._address = self._address, {}
        whole = address.get("name_lines") and "postal_code" in address
        if not whole or address["customer_number"] != values["customer_number"]:
            raise Malformed("a collection has no whole address of its customer before it", "records 022 are missing")
        if values["due_date"] is None:
            raise Malformed("a collection has no due date", "fill it in")
        amount = signed(values["sign"], values["amount"])
        self._open = address | {
            "due_date": values["due_date"],
            "amount_oere": amount,
            "agreement_number": values["agreement_number"] or None,
            "reference": values["reference"],
            "payment_id": values.get("payment_id", ""),
            "text_lines": [],
        }

    def _add_text(self, values: dict[str, Any]) -> None:
        if self._open.get("customer_number") != values["customer_number"]:
            raise Malformed("a text line follows no collection of its customer", "a record 042 is missing")
        if values["record_number"] != len(self._open["text_lines"]) + 1:
            raise Malformed(
                f"a text line has the number {values['record_number']}", "they run from 1: some are missing"
            )
        self._open["text_lines"].append(values["text_line"])

    def _close(self) -> None:
        if self._open:
            lines = tuple(self._open.pop("text_lines"))
            self.entries.append(Collection(**self._open, text_lines=lines))
            self._open = {}


def builder_of(kind: SectionKind) -> Builder[Entry]:
    """What puts together the entries of a kind of section."""
    if kind in (SectionKind.AUTOMATIC_PAYMENTS, SectionKind.SLIP_PAYMENTS):
        return cast("Builder[Entry]", _Payments(kind))
    if kind in (SectionKind.ACTIVE_AGREEMENTS, SectionKind.CHANGED_AGREEMENTS):
        return cast("Builder[Entry]", _Agreements())
    return cast("Builder[Entry]", _Collections())

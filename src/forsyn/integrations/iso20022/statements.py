"""Reads camt.053 and camt.054 as streams (BankToCustomerStatement, BankToCustomerDebitCreditNotification). Pure.

Banks' extensions and what Forsyn has no use for are passed over; what money depends on is required and checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from forsyn.integrations.iso20022.control import Tally, check_balances, check_summary
from forsyn.integrations.iso20022.elements import Containers, Piece, Sort, Unreadable, pieces
from forsyn.integrations.iso20022.entries import OpenEntry
from forsyn.integrations.iso20022.problems import Problems
from forsyn.integrations.iso20022.transactions import text_at, whole_number
from forsyn.integrations.iso20022.values import Entry, Identity, Message, Statement

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3})\.001\.(\d{2})", re.ASCII)
_OLDEST = 2
_STATEMENTS, _ENTRY, _DETAILS = frozenset({"Stmt", "Ntfctn"}), "Ntry", "NtryDtls"
_CONTAINERS: Containers = (None, None, _STATEMENTS, frozenset({_ENTRY}), frozenset({_DETAILS}))
_ASK = "ask the bank to send it again"
_BODIES = {Message.STATEMENT: ("BkToCstmrStmt", "Stmt"), Message.NOTICE: ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}
_KEPT = frozenset({"Id", "ElctrncSeqNb", "LglSeqNb", "StmtPgntn", "NtfctnPgntn", "CpyDplctInd", "Acct", "TxsSummry"})


class BankReading:
    """One pass over one file. ``statements`` and ``message`` hold once `entries` has come to its end."""

    def __init__(self, chunks: Iterable[bytes], name: str) -> None:
        self._chunks, self._problems = chunks, Problems(name)
        self._message_id = ""
        self._began = False
        self._open: _OpenStatement | None = None
        self._seen: set[Identity] = set()
        self.message = Message.STATEMENT
        self.statements: list[Statement] = []

    def entries(self) -> Iterator[Entry]:
        """The booked entries. Keep nothing of them unless this ends by itself: what is wrong is told at the end.

        Raises UnusableBankFile with every problem of the file.
        """
        try:
            for piece in pieces(self._chunks, _CONTAINERS):
                yield from self._take(piece)
            if not self.statements and self._open is None:
                self._problems.add(1, "", "the file holds no statement", _ASK)
        except Unreadable as error:
            self._problems.add(error.line, self._open.place if self._open else "", error.what, error.mend)
        self._problems.raise_any()

    def _take(self, piece: Piece) -> Iterable[Entry]:
        if piece.sort is Sort.OPENED:
            self._opened(piece)
        elif piece.sort is Sort.TREE:
            if piece.tree.tag == "GrpHdr":
                self._message_id = text_at(piece.tree, "MsgId")
            elif self._open is not None:
                return self._open.tree(piece)
        elif self._open is not None:
            found = self._open.closed(piece)
            if piece.name in _STATEMENTS:
                self._close_statement(self._open)
            return found
        return ()

    def _opened(self, piece: Piece) -> None:
        if piece.name in _STATEMENTS:
            if piece.name != _BODIES[self.message][1]:
                raise Unreadable(piece.line, f"{piece.name} does not belong in {self.message}")
            self._open = _OpenStatement(self.message, self._message_id, piece.line, self._problems)
        elif self._open is not None:
            self._open.opened(piece)
        elif not self._began:
            self._began, self.message = True, _message_of(piece)
        elif piece.name != _BODIES[self.message][0]:
            raise Unreadable(piece.line, f"{piece.name[:60]} is not what {self.message} begins with")

    def _close_statement(self, statement: _OpenStatement) -> None:
        self._open = None
        done = statement.done()
        if done.identity in self._seen:
            self._problems.add(statement.line, statement.place, "the same statement is in the file twice", _ASK)
        self._seen.add(done.identity)
        self.statements.append(done)


def _message_of(root: Piece) -> Message:
    match = _NAMESPACE.fullmatch(root.namespace)
    if match is None:
        raise Unreadable(root.line, "this is XML, but no message of ISO 20022", "hand in a camt.053 or camt.054 file")
    if match[1] == "camt.052":
        raise Unreadable(
            root.line, "camt.052 tells of a day that is not over", "hand in the camt.053 or camt.054 of that day"
        )
    if match[1] not in _BODIES or int(match[2]) < _OLDEST:
        raise Unreadable(
            root.line, f"this is {match[1]}.001.{match[2]}", "hand in camt.053 or camt.054, version 001.02 or newer"
        )
    return Message(match[1])


class _OpenStatement:
    """A statement while its entries go by."""

    def __init__(self, message: Message, message_id: str, line: int, problems: Problems) -> None:
        self._message, self._message_id, self.line, self._problems = message, message_id, line, problems
        self._told: dict[str, Element] = {}
        self._balances: list[Element] = []
        self._identity: Identity | None = None
        self._entry: OpenEntry | None = None
        self._tally = Tally()

    @property
    def place(self) -> str:
        return f"statement {text_at(self._told.get('Id'), '.')[:40] or '(without Id)'}"

    def opened(self, piece: Piece) -> None:
        if piece.name == _ENTRY:
            number = self._tally.all_count + 1
            self._tally.all_count = number
            self._entry = OpenEntry(self.identity(), number, piece.line, self.place, self._problems, self._tally)

    def tree(self, piece: Piece) -> Iterable[Entry]:
        if self._entry is not None:
            return self._entry.tree(piece)
        if piece.tree.tag == "Bal":
            self._balances.append(piece.tree)
        elif piece.tree.tag in self._told:
            self._problems.add(piece.line, self.place, f"{piece.tree.tag} is told twice", _ASK)
        elif piece.tree.tag in _KEPT:
            self._told[piece.tree.tag] = piece.tree
        return ()

    def closed(self, piece: Piece) -> Iterable[Entry]:
        if self._entry is None:
            return ()
        if piece.name == _DETAILS:
            self._entry.details_closed(piece.line)
            return ()
        entry, self._entry = self._entry, None
        return entry.done()

    def identity(self) -> Identity:
        """Complete before the first entry, by the order of the schema."""
        if self._identity is None:
            told, body = self._told, _BODIES[self._message][1]
            self._identity = Identity(
                self._message,
                self._message_id,
                text_at(told.get("Id"), "."),
                re.sub(r"\s", "", text_at(told.get("Acct"), "Id/IBAN", "Id/Othr/Id")).upper(),
                whole_number(text_at(told.get("ElctrncSeqNb"), ".") or text_at(told.get("LglSeqNb"), ".")),
                whole_number(text_at(told.get(f"{body}Pgntn"), "PgNb")),
            )
            self._check_identity(self._identity)
        return self._identity

    def _check_identity(self, identity: Identity) -> None:
        for name, value in (
            ("MsgId, the message's identification,", identity.message_id),
            ("Id, the statement's identification,", identity.statement_id),
            ("Acct, the account,", identity.account),
        ):
            if not value:
                self._problems.add(self.line, self.place, f"{name} is missing", _ASK)
        currency = text_at(self._told.get("Acct"), "Ccy")
        if currency not in {"", "DKK"}:
            self._problems.add(
                self.line,
                self.place,
                f"the account is in {currency[:3]}, and only kroner (DKK) are taken",
                "leave that account out",
            )

    def done(self) -> Statement:
        identity, tally = self.identity(), self._tally
        opening = closing = None
        if tally.incomplete:
            return self._statement(identity, None, None)  # its sums would only tell the same again
        if self._message is Message.STATEMENT:
            opening, closing = check_balances(self._balances, tally, self.line, self.place, self._problems)
        check_summary(self._told.get("TxsSummry"), tally, self.line, self.place, self._problems)
        tally.digest.update(repr((identity.statement_id, identity.account, opening, closing)).encode())
        return self._statement(identity, opening, closing)

    def _statement(self, identity: Identity, opening: int | None, closing: int | None) -> Statement:
        tally = self._tally
        return Statement(
            identity=identity,
            digest=tally.digest.hexdigest(),
            entry_count=tally.given_count,
            credit_oere=tally.credit_oere,
            debit_oere=tally.debit_oere,
            not_booked=tally.all_count - tally.booked_count,
            opening_oere=opening,
            closing_oere=closing,
            is_copy=bool(text_at(self._told.get("CpyDplctInd"), ".")),
        )

"""One entry (Ntry) while it goes by, its transactions one at a time, so that a batch may be of any size. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from forsyn.integrations.iso20022 import transactions
from forsyn.integrations.iso20022.control import Tally
from forsyn.integrations.iso20022.elements import Piece
from forsyn.integrations.iso20022.problems import Problems
from forsyn.integrations.iso20022.transactions import Facts, NotThere, text_at, whole_number
from forsyn.integrations.iso20022.values import Direction, Entry, Identity
from forsyn.kernel.money import kr_text

_KEPT = frozenset({"Amt", "CdtDbtInd", "RvslInd", "Sts", "BookgDt", "ValDt", "AcctSvcrRef", "AddtlNtryInf"})
_ASK = "ask the bank to send the statement again"


class OpenEntry:
    """The first transaction waits: alone it stands for the whole entry, among others for its own amount."""

    def __init__(
        self, identity: Identity, number: int, line: int, place: str, problems: Problems, tally: Tally
    ) -> None:
        self._identity, self._number, self._line = identity, number, line
        self._place, self._problems, self._tally = f"{place}, entry {number}", problems, tally
        self._told: dict[str, Element] = {}
        self._facts: Facts | None = None
        self._broken = False
        self._unsplit = False
        """The bank gives several transactions without their amounts: they cannot be told apart."""
        self._waiting: tuple[Element, int] | None = None
        self._count = self._split_oere = 0
        self._batch: Element | None = None
        self._batch_count = self._batch_start_count = 0

    def tree(self, piece: Piece) -> Iterable[Entry]:
        """Something that the entry holds; gives the transaction that waited, when another comes."""
        tag = piece.tree.tag
        if tag == "TxDtls":
            return self._transaction(piece.tree, piece.line)
        if tag == "Btch":
            self._batch = piece.tree
        elif tag in self._told:
            self._break(piece.line, f"{tag} is told twice")
        elif tag in _KEPT:
            self._told[tag] = piece.tree
        return ()

    def _transaction(self, tree: Element, line: int) -> list[Entry]:
        before, self._waiting = self._waiting, (tree, line)
        self._count += 1
        if before is None:
            return []
        if self._count == 2 and transactions.amount_of(before[0]) is None:
            self._unsplit = True
        if self._unsplit:
            self._check_unsplit(tree, line)
            return []
        return self._part(*before, number=self._count - 1)

    def _check_unsplit(self, tree: Element, line: int) -> None:
        if transactions.amount_of(tree) is not None and not self._broken:
            self._break(line, "some transactions have amounts of their own, and some have none")

    def details_closed(self, line: int) -> None:
        """Holds a batch against what the bank says of it; the one that waits still has no amount of its own."""
        batch, self._batch = self._batch, None
        count = self._count - self._batch_start_count
        self._batch_start_count = self._count
        told = whole_number(text_at(batch, "NbOfTxs"))
        if told is None:
            return
        if count == 0:
            self._batch_count += told
        elif told != count:
            self._add(line, f"the batch should have {told} transactions and has {count}")

    def done(self) -> Iterable[Entry]:
        """What was still to be given, once the entry has closed."""
        facts = self._known()
        if facts is None:
            return ()
        self._tally.take(facts)
        if self._count < 2 or self._unsplit:
            tree = self._waiting[0] if self._waiting and not self._unsplit else None
            self._batch_count += self._count if self._unsplit else 0
            return self._give(self._entry(facts, tree, 0, facts.amount_oere, facts.direction))
        found = self._part(*self._waiting, number=self._count) if self._waiting else []
        whole = facts.direction.signed(facts.amount_oere)
        if facts.booked and not self._broken and self._split_oere != whole:
            self._add(
                self._line,
                f"the {self._count} transactions come to {kr_text(self._split_oere)}, "
                f"and the entry is {kr_text(whole)}",
            )
        return found

    def _known(self) -> Facts | None:
        """What stands before the transactions, by the order of the schema."""
        if self._facts is None and not self._broken:
            try:
                self._facts = transactions.facts_of(self._told)
            except NotThere as error:
                self._break(self._line, str(error))
        return self._facts

    def _part(self, tree: Element, line: int, *, number: int) -> list[Entry]:
        facts = self._known()
        if facts is None:
            return []
        try:
            amount_oere, direction = transactions.part_of_batch(tree, facts)
        except NotThere as error:
            self._break(line, f"transaction {number}: {error}")
            return []
        self._split_oere += direction.signed(amount_oere)
        return self._give(self._entry(facts, tree, number, amount_oere, direction))

    def _give(self, entry: Entry) -> list[Entry]:
        if self._facts is None or not self._facts.booked:
            return []
        self._tally.give(entry)
        return [entry]

    def _entry(self, facts: Facts, tree: Element | None, number: int, amount_oere: int, direction: Direction) -> Entry:
        whole_text = "" if number else text_at(self._told.get("AddtlNtryInf"), ".")
        return Entry(
            statement=self._identity,
            entry_number=self._number,
            transaction_number=number,
            booking_date=facts.booking_date,
            value_date=facts.value_date,
            amount_oere=amount_oere,
            direction=direction,
            reversal=facts.reversal,
            bank_reference=text_at(tree, "Refs/AcctSvcrRef") or facts.bank_reference,
            end_to_end_id=transactions.end_to_end_id(tree),
            references=transactions.references(tree),
            text=transactions.free_text(tree, whole_text),
            debtor_name=transactions.debtor_name(tree),
            return_reason=text_at(tree, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
            batch_count=self._batch_count if tree is None else 0,
        )

    def _break(self, line: int, what: str) -> None:
        self._broken = self._tally.incomplete = True
        self._add(line, what)

    def _add(self, line: int, what: str) -> None:
        self._problems.add(line, self._place, what, _ASK)

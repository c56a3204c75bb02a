"""Batches of bills that leave as files: to the printer, to Digital Post, to the operator of e-invoices.

A batch is made under another name, put on record at the door together with its bills, and only then gets its name. A
program that is killed in between leaves a batch without a name: on record it gets its name the next time, else it goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from forsyn.domain.billing import sending_queries
from forsyn.domain.billing.actions_sending import record_sent
from forsyn.domain.billing.e_invoicing_queries import e_invoicing_of
from forsyn.domain.billing.models import Channel as Way
from forsyn.domain.billing.models import EInvoiceFormat, EInvoicing
from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.door_facts import Digest
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.queries import reveal_cprs
from forsyn.integrations.digital_post.codec import NotDigitalPost
from forsyn.integrations.digital_post.values import IdType, Recipient
from forsyn.integrations.outgoing_files import transport as files
from forsyn.integrations.outgoing_files.codec import Manifest
from forsyn.integrations.ubl.checks import NotAnEInvoice
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel
from forsyn.workflows.bill_digital_post import digital_post_file
from forsyn.workflows.bill_einvoice import oioubl_files, peppol_files
from forsyn.workflows.bill_facts import EInvoiced, NotReady, Ready, documents_of
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import carrier
from forsyn.workflows.print_batch import Typeset, by_postal_round, typeset, write_letters

WORK = {Way.PRINT: P.SETTLEMENT, Way.E_INVOICE: P.SETTLEMENT, Way.DIGITAL_POST: P.DIGITAL_POST}
CATEGORIES = {
    Way.PRINT: ("name", "address", "customer_number", "invoices"),
    Way.E_INVOICE: ("name", "address", "cvr", "customer_number", "invoices"),
    Way.DIGITAL_POST: ("cpr", "invoices"),
}
RECORDED = P.ACCOUNTING
"""What has left is on record also where its customer has been restricted since, whom settlement does not see."""
OPERATOR, DIGITAL_POST = "e_invoicing", "digital_post"


@dataclass(frozen=True, slots=True)
class Sender:
    """Where files are put, where customers see their bills, what time it is, and who asked for it (None: nobody)."""

    folder: Path
    portal_url: str
    clock: Callable[[], datetime]
    actor: int | None = None

    def bills_url(self, policy: Policy) -> str:
        """The page of one's own bills; on the controller's own site where no other address is set."""
        return f"{(self.portal_url or policy.controller.contact.website).rstrip('/')}/regninger/"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of some bills: how many left, in which batch, and which did not, for now or by this way."""

    bills: int = 0
    batch: str = ""
    problems: tuple[NotReady, ...] = ()
    turned_away: tuple[NotReady, ...] = ()
    """Those that the way does not take."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What was put into a batch, what its list says of it, and what did not get in."""

    bills: Sequence[Ready]
    details: dict[str, object]
    problems: Sequence[NotReady] = ()
    turned_away: Sequence[NotReady] = ()


def send_by_file(way: Way, *, run_id: int, bill_ids: Sequence[int], sender: Sender) -> Outcome:
    """Make one batch of these bills. Raises DisclosureRefused, SentMeanwhile, VaultClosed, OSError; then it is gone."""
    policy = current_policy()
    with purpose(P.SETTLEMENT, actor=sender.actor):
        wanted = e_invoicing_of(bill_ids=bill_ids) if way is Way.E_INVOICE else {}
        ready, problems = documents_of(
            bill_ids=bill_ids,
            policy=policy,
            bills_url=sender.bills_url(policy),
            today=local_day(sender.clock()),
            e_invoiced={customer: references_of(each) for customer, each in wanted.items()},
        )
    letters: list[Typeset] = []
    if way is not Way.E_INVOICE:
        letters, failed = typeset(by_postal_round(ready))
        problems = [*problems, *failed]
    batch = files.new_batch(sender.folder)
    try:
        with purpose(WORK[way], actor=sender.actor):
            match way:
                case Way.E_INVOICE:
                    written = _write_e_invoices(batch, ready, wanted)
                case Way.DIGITAL_POST:
                    written = _write_messages(batch, letters, sender)
                case _:
                    written = _Written([each.ready for each in letters], write_letters(batch, letters))
            name = _let_out(way, run_id, batch, written, policy, sender)
    except BaseException:
        batch.drop()
        raise
    if name:
        batch.publish(name)
    else:
        batch.drop()
    return Outcome(len(written.bills), name, (*problems, *written.problems), tuple(written.turned_away))


def finish_batches(sender: Sender) -> None:
    """Name the batches that are on record and were not named; delete what is on no record."""
    found = list(files.unfinished(sender.folder))
    if not found:
        return
    with purpose(RECORDED, actor=sender.actor):
        recorded = {batch.name for batch in sending_queries.batches(names=[each.name for each in found])}
    for each in found:
        if each.name in recorded:
            each.publish()
        else:
            each.drop()


@dataclass(frozen=True, slots=True)
class WaitingBatch:
    """A batch that its carrier has not fetched. ``restricted``: bills of customers restricted since it was made;
    ``is_held``: no carrier can fetch it."""

    name: str
    channel: str
    made_at: datetime
    bills: int
    restricted: int
    disclosure_id: int | None
    is_held: bool = False


class RestrictedSince(RuntimeError):
    """A batch has bills of customers who have been restricted since it was made; it is not to leave any more."""

    def __init__(self, name: str, bills: int) -> None:
        self.danish = (
            f"{bills} af regningerne i samlingen tilhører kunder, hvis oplysninger siden kun må gemmes. Er den ikke "
            "hentet, skal driften kalde den tilbage: så bliver den lavet igen uden dem."
        )
        super().__init__(
            f"{bills:,} bills of {name} are of customers restricted since. Has nobody fetched it, run `forsyn bill "
            f"recall {name}`: the bills leave anew without theirs. Was it fetched before, run `forsyn bill handed-over "
            f"{name} --fetched-before`, and tell your data protection officer."
        )


def batches(sender: Sender) -> list[WaitingBatch]:
    """The batches that wait to be fetched, the oldest first; also those of customers who have been restricted since."""
    held = files.held(sender.folder)
    names = [*files.waiting(sender.folder), *held]
    if not names:
        return []
    with purpose(P.SETTLEMENT, actor=sender.actor):
        seen = {batch.name: batch.bills for batch in sending_queries.batches(names=names)}
    with purpose(RECORDED, actor=sender.actor):
        found = sending_queries.batches(names=names)
    return [
        WaitingBatch(*one[:4], one.bills - seen.get(one.name, 0), one.disclosure_id, one.name in held) for one in found
    ]


def hand_over(name: str, sender: Sender, *, fetched_before: bool = False) -> int:
    """Its carrier has fetched a batch: that is put on record, and its files are deleted; how many bills it had.

    ``fetched_before``: also where a customer has been restricted since. Raises FileNotFoundError, NotAManifest,
    RestrictedSince.
    """
    manifest = files.manifest_of(sender.folder, name)
    found = next((batch for batch in batches(sender) if batch.name == name), None)
    if found is not None and found.restricted and not fetched_before:
        raise RestrictedSince(name, found.restricted)
    if found is not None and found.disclosure_id is not None:
        with purpose(WORK[Way(found.channel)], actor=sender.actor):
            door.handed_over(disclosure_id=found.disclosure_id, delivered=True, now=sender.clock())
    files.delete(sender.folder, name)
    return found.bills if found else len(manifest.files)


# -- within -----------------------------------------------------------------------------------------------------------


def references_of(wanted: EInvoicing) -> EInvoiced:
    """Where to, and whom it is for."""
    return EInvoiced(wanted.gln, wanted.buyer_reference, wanted.order_reference, wanted.account_code)


def _write_e_invoices(batch: files.NewBatch, ready: Sequence[Ready], wanted: dict[int, EInvoicing]) -> _Written:
    written, turned_away = [], []
    for each in ready:
        try:
            named = e_invoice_files(each, wanted.get(each.customer_id))
        except NotAnEInvoice as wrong:
            turned_away.append(_not_by(each, wrong))
            continue
        for name, content in named.items():
            batch.write(name, content)
        written.append(each)
    return _Written(written, {"invoices": len(written)}, turned_away=turned_away)


def e_invoice_files(ready: Ready, wanted: EInvoicing | None) -> dict[str, bytes]:
    """A bill's e-invoice by names of files: one, or two where some lines bear no VAT. Raises NotAnEInvoice."""
    is_peppol = wanted is not None and wanted.format == EInvoiceFormat.PEPPOL
    documents = (peppol_files if is_peppol else oioubl_files)(ready.document)
    number = ready.document.facts.number
    return {f"{number}{'' if place == 1 else f'-{place}'}.xml": content for place, content in enumerate(documents, 1)}


def _write_messages(batch: files.NewBatch, letters: Sequence[Typeset], sender: Sender) -> _Written:
    """Under the purpose of Digital Post, which sees the numbers of those alone who said yes."""
    opened = reveal_cprs(customer_ids={each.ready.customer_id for each in letters})
    record(kind=AccessKind.EXPORT, aspect=Aspect.SENSITIVE_CPR, customer_ids=opened)
    now, written, turned_away = sender.clock(), [], []
    for each in letters:
        number, bill = opened.get(each.ready.customer_id), each.ready.document.facts.number
        if number is None:
            turned_away.append(NotReady(each.ready.bill_id, int(bill), "Kunden har ikke længere sagt ja."))
            continue
        try:
            content = digital_post_file(
                each.ready.document,
                each.pdf,
                recipient=Recipient(IdType.CPR, number.text),
                message_id=message_id(bill),
                created_at=now,
            )
        except NotDigitalPost as wrong:
            turned_away.append(_not_by(each.ready, wrong))
            continue
        batch.write(f"{bill}.xml", content)
        written.append(each.ready)
    return _Written(written, {"messages": len(written)}, turned_away=turned_away)


def message_id(bill_number: str) -> UUID:
    """The same for a bill at each attempt, so that Digital Post knows a message that came twice."""
    return UUID(bytes=hashlib.sha256(f"forsyn bill {bill_number}".encode()).digest()[:16], version=4)


def _not_by(each: Ready, wrong: ValueError) -> NotReady:
    return NotReady(each.bill_id, int(each.document.facts.number), str(wrong))


def _let_out(way: Way, run_id: int, batch: files.NewBatch, written: _Written, policy: Policy, sender: Sender) -> str:
    """Put on record that the batch leaves, at the door and with its bills; its name. Empty: there is nothing in it."""
    if not written.bills:
        return ""
    now = sender.clock()
    manifest = Manifest(way.value, run_id, now.isoformat(), tuple(batch.files), written.details)
    name, listed = batch.close(manifest)
    recipient = {Way.PRINT: "", Way.E_INVOICE: OPERATOR, Way.DIGITAL_POST: DIGITAL_POST}[way]
    receiver = policy.recipients.get(recipient)
    made = door.disclose(
        categories=CATEGORIES[way],
        recipient=recipient or carrier(policy, Channel.LETTER),
        customer_ids=sorted({each.customer_id for each in written.bills}),
        payload=Digest(hashlib.sha256(listed).digest(), manifest.byte_count + len(listed)),
        channel=Channel.LETTER if way is Way.PRINT else Channel.FILE,
        statute=receiver.statute.da if receiver and receiver.statute else "",
        to_person=way is Way.PRINT,
        keep=False,
        now=now,
        today=local_day(now),
    )
    with purpose(P.SETTLEMENT, actor=sender.actor):  # in the same transaction
        record_sent(disclosures={each.bill_id: made.id for each in written.bills}, channel=way, batch=name, now=now)
    return name

"""Sends released bills to their customers, each by one way and once, through the one door.

What goes by a file (paper, Digital Post, e-invoices) lies whole in a folder from which its carrier fetches it; e-mails
wait in the outbox. Broken off, a sending goes on where it was: what has left is on record with it, in one transaction.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
from django.db import Error as DatabaseFailure
from django.db import connections

from forsyn.domain.billing import sending_queries
from forsyn.domain.billing.actions_sending import SentMeanwhile, record_sent
from forsyn.domain.billing.e_invoicing_queries import customers_with_e_invoices
from forsyn.domain.billing.models import Channel as Way
from forsyn.domain.customers.addressee_queries import AddresseeView, addressees
from forsyn.domain.safeguards import actions_door as door
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.mail.codec import to_bytes
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel
from forsyn.workflows.bill_channels import Reach, channel_of, mail_about
from forsyn.workflows.bill_facts import NotReady
from forsyn.workflows.bill_files import Outcome, Sender, finish_batches, send_by_file
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import Letter, carrier, composed
from forsyn.workflows.print_batch import as_walked
from forsyn.workflows.waiting_batches import hold_back

LOCK = (1181705077, 4)
MAILED = ("name", "email")
AT_ONCE = {Way.E_INVOICE: 1_000, Way.DIGITAL_POST: 500, Way.EMAIL: 500, Way.PRINT: 1_000}
"""The ways, from the one that a customer asked for to the one that reaches everybody; bills in a batch of each."""
SOON = timedelta(days=7)
"""So long after its release a run is sent by itself."""


class Busy(RuntimeError):
    """Another process sends bills just now."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many bills have left, of how many."""

    done: int
    of: int


Tell = Callable[[Progress], object]


@dataclass(slots=True)
class Sent:
    """What came of a sending: bills by their way, the batches made, what could not leave and why."""

    bills: dict[Way, int] = field(default_factory=lambda: defaultdict(int))
    batches: list[str] = field(default_factory=list)
    problems: dict[int, NotReady] = field(default_factory=dict)
    """Bills that cannot be written, by their ids; they wait."""
    turned_away: list[NotReady] = field(default_factory=list)
    """Bills that one way did not take, and that left by another."""
    refused: dict[Way, str] = field(default_factory=dict)
    """Ways that the door closed, with all its reasons, in Danish."""
    left: int = 0
    """Bills that still wait: for time, for a way that was closed, or for what cannot be written."""

    @property
    def total(self) -> int:
        """All bills that left."""
        return sum(self.bills.values())


def _quiet(_: Progress) -> None:
    """Nobody listens."""


def send_run(*, run_id: int, sender: Sender, tell: Tell = _quiet, budget_seconds: float | None = None) -> Sent:
    """Send what is released of a run and has not left. Raises Busy, VaultClosed, OSError.

    Bills of customers who are restricted now wait. Safe to do again at any time, whatever ended it before. With a
    budget it ends after the batch in which that is spent.
    """
    sent = Sent()
    with _only_sending():
        finish_batches(sender)
        hold_back(sender)
        plan = _plan(run_id, sender)
        ends_at = None if budget_seconds is None else sender.clock() + timedelta(seconds=budget_seconds)
        for way in AT_ONCE:
            for chunk in _chunks(way, plan, sent):
                _note(sent, way, _sent_by(way, run_id, chunk, sender, sent), plan)
                tell(Progress(sent.total, plan.bills))
                if ends_at is not None and sender.clock() >= ends_at:
                    sent.left = plan.bills - sent.total
                    return sent
        sent.left = plan.bills - sent.total
    return sent


def _chunks(way: Way, plan: _Plan, sent: Sent) -> Iterator[list[int]]:
    """A way's batches, until the door closes it."""
    waiting = plan.by_way[way]
    for first in range(0, len(waiting), AT_ONCE[way]):
        if way not in sent.refused:
            yield waiting[first : first + AT_ONCE[way]]


def go_on_sending(*, sender: Sender, budget_seconds: float) -> str:
    """Send what was released lately and has not left; a sentence on what was done, without persons.

    First, batches with customers who have been restricted since they were made are held back.
    """
    held = hold_back(sender)
    ends_at = sender.clock() + timedelta(seconds=budget_seconds)
    with purpose(P.SETTLEMENT, actor=None):
        runs = sending_queries.runs_to_send(since=sender.clock() - SOON)
    told = [f"{held} batches held back: `forsyn bill batches`."] if held else []
    for run_id in runs:
        left = max((ends_at - sender.clock()).total_seconds(), 0.0)
        try:
            sent = send_run(run_id=run_id, sender=sender, budget_seconds=left)
        except Busy:
            return "Another process sends bills."
        refused = f"; refused at the door: {', '.join(sorted(sent.refused))}" if sent.refused else ""
        told.append(f"Run {run_id}: {sent.total} bills sent, {sent.left} wait{refused}.")
    return " ".join(told) or "No bill waits to be sent."


# -- what goes which way ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Plan:
    """The bills that wait, by their way; and how each can be reached where its way does not take it."""

    bills: int
    reach: Mapping[int, Reach]
    by_way: dict[Way, list[int]] = field(default_factory=lambda: defaultdict(list))
    turned_away: dict[int, set[Way]] = field(default_factory=lambda: defaultdict(set))

    def turn_away(self, bill_id: int, way: Way) -> None:
        """Let a bill go the next way: one that comes later."""
        self.turned_away[bill_id].add(way)
        self.by_way[channel_of(self.reach[bill_id], refused=self.turned_away[bill_id])].append(bill_id)


def _plan(run_id: int, sender: Sender) -> _Plan:
    """Those to print are in the order of the postal round. 4 queries."""
    reached = _reached_by_digital_post(run_id, sender)
    with purpose(P.SETTLEMENT, actor=sender.actor):
        waiting = sending_queries.waiting_bills(run_id=run_id)
        customers = {bill.customer_id for bill in waiting}
        known = addressees(customer_ids=customers, today=local_day(sender.clock()))
        asked = customers_with_e_invoices(customer_ids=customers)
    reach = {key: Reach(key in asked, key in reached, customer.email) for key, customer in known.items()}
    seen = sorted(
        (bill for bill in waiting if bill.customer_id in known),
        key=lambda bill: _round(known[bill.customer_id], bill.number),
    )
    plan = _Plan(len(seen), {bill.bill_id: reach[bill.customer_id] for bill in seen})
    for bill in seen:
        plan.by_way[channel_of(reach[bill.customer_id])].append(bill.bill_id)
    return plan


def _round(customer: AddresseeView, number: int) -> tuple[str, str, str, int]:
    return customer.postal_code, as_walked(customer.street), customer.number, number


def _reached_by_digital_post(run_id: int, sender: Sender) -> frozenset[int]:
    if current_policy().purpose_for(P.DIGITAL_POST) is None:
        return frozenset()
    with purpose(P.DIGITAL_POST, actor=sender.actor):
        return sending_queries.customers_by_digital_post(run_id=run_id)


def _sent_by(way: Way, run_id: int, bill_ids: Sequence[int], sender: Sender, sent: Sent) -> Outcome:
    try:
        if way is Way.EMAIL:
            return _mail(bill_ids, sender)
        return send_by_file(way, run_id=run_id, bill_ids=bill_ids, sender=sender)
    except (DisclosureRefused, SentMeanwhile) as refused:
        sent.refused[way] = str(refused)
        return Outcome()


def _note(sent: Sent, way: Way, outcome: Outcome, plan: _Plan) -> None:
    if outcome.bills:
        sent.bills[way] += outcome.bills
    if outcome.batch:
        sent.batches.append(outcome.batch)
    sent.problems |= {each.bill_id: each for each in outcome.problems}
    sent.turned_away += outcome.turned_away
    for each in outcome.turned_away:
        plan.turn_away(each.bill_id, way)


# -- e-mail -----------------------------------------------------------------------------------------------------------


def _mail(bill_ids: Sequence[int], sender: Sender) -> Outcome:
    """One mail to each customer, however many bills are new; it says nothing of them. 9 queries."""
    now, policy = sender.clock(), current_policy()
    with purpose(P.SETTLEMENT, actor=sender.actor):
        bills: dict[int, list[int]] = defaultdict(list)
        for each in sending_queries.sendables(bill_ids=bill_ids, today=local_day(now)):
            bills[each.customer_id].append(each.row.id)
        known = addressees(customer_ids=bills, today=local_day(now))
        letters = {customer: _letter(policy, known[customer], len(own), sender) for customer, own in bills.items()}
        if not letters:
            return Outcome()
        left = door.disclose_each(
            categories=MAILED,
            recipient=carrier(policy, Channel.EMAIL),
            payloads={customer: to_bytes(composed(letter)) for customer, letter in letters.items()},
            channel=Channel.EMAIL,
            now=now,
            today=local_day(now),
        )
        disclosures = {bill_id: left[customer] for customer, own in bills.items() for bill_id in own}
        record_sent(disclosures=disclosures, channel=Way.EMAIL, now=now)
    return Outcome(bills=len(disclosures))


def _letter(policy: Policy, customer: AddresseeView, bills: int, sender: Sender) -> Letter:
    words = mail_about(
        policy, name=customer.name, bills=bills, bills_url=sender.bills_url(policy), language=customer.language
    )
    return Letter(customer.email, words.subject, words.text, MAILED, (customer.id,), language=customer.language)


@contextlib.contextmanager
def _only_sending() -> Iterator[None]:
    """Until the block ends, no other process sends bills. Raises Busy where one does."""
    own = connections.create_connection("default")
    try:
        with own.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s, %s)", LOCK)
            mine = bool(cursor.fetchone()[0])
        if not mine:
            raise Busy("Another process sends bills just now. Wait until it has ended.")
        yield
    finally:
        with contextlib.suppress(DatabaseFailure, psycopg.Error), own.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock_all()")
        own.close()

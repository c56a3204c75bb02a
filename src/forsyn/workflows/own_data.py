"""What is held of a signed-in person, in outline: which kinds of data, until when, and who has received them.

The portal's own purpose reads less than everything, so each enters `P.PRIVACY_RIGHTS` for the person's own sake, once
it is settled that the account may see the customer. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from forsyn.domain.customers.queries import customers_of_account
from forsyn.domain.rights.rules import RequestRefused
from forsyn.domain.safeguards.choices_queries import standing_objections_of
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.domain.safeguards.receivers import Asked, Receiver, receivers
from forsyn.policy.bindings import NotPersonal, Personal, Table
from forsyn.policy.catalog import Catalog
from forsyn.policy.ends import ENDING, end_date, ends_of
from forsyn.policy.erasure import Outcome
from forsyn.policy.policy import Policy, Retention, Text
from forsyn.policy.purposes import P
from forsyn.policy.reach import about
from forsyn.workflows.choice_plans import RestrictionPlan, plan_restriction
from forsyn.workflows.declarations import all_bindings, current_policy
from forsyn.workflows.erasure import plan_erasure
from forsyn.workflows.erasure_plan import Line
from forsyn.workflows.erasure_situation import Subject, situation_of

NOT_YOURS = "Du kan kun bede om noget for dig selv her. Skriv til os, hvis det gælder en anden."
TEXTS = ("text", "character", "varchar")


@dataclass(frozen=True, slots=True)
class End:
    """How long a kind of data is kept: the policy's rule, and from which day on it is gone, where that is known.

    ``oldest``: the day is that of the oldest row, and the others follow.
    """

    rule: Retention
    end_date: date | None
    oldest: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A category of the policy of which something is held about the person."""

    category: str
    ends: tuple[End, ...]
    received: tuple[Receiver, ...]
    """Who got it; carriers of our messages to the person are among them (`Receiver.only_carried`)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A no of the person's to a purpose that holds today. ``is_decided``: by a member of staff, or by its nature."""

    purpose: str
    made_at: datetime
    is_decided: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """A category of which something stays. ``ground`` is the statute where the law demands it (``is_demanded``)."""

    category: str
    ground: Text | None
    is_demanded: bool
    until: date | None


@dataclass(frozen=True, slots=True)
class ErasureOutline:
    """What erasure would do to what is held, by category: what goes, and what stays with its grounds.

    One category may be in both, where only some of it goes. ``consents``: keys of those that are withdrawn;
    ``thins``: hours become days; ``closes_sign_in``: the person's sign-in goes.
    """

    goes: tuple[str, ...]
    stays: tuple[Stay, ...]
    consents: tuple[str, ...]
    thins: bool
    closes_sign_in: bool
    untouched: tuple[str, ...]
    """What belongs to the home and its meters rather than to the person, and leads to nobody when the rest is gone."""


def own_data(*, account_id: int, customer_id: int, today: date) -> tuple[Held, ...]:
    """What is held of the person, in the policy's order. 7 queries. Raises RequestRefused for somebody else."""
    check_own(account_id=account_id, customer_id=customer_id, today=today)
    policy, subject = current_policy(), Subject((customer_id,), (account_id,))
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        held, oldest = _held(policy, live_catalog(), subject)
        situation = situation_of(policy, subject, today=today)
        kinds = [key for key in policy.categories if key in held]
        asked = [Asked((key,)) for key in kinds]
        got = receivers(customer_id=customer_id, asked=asked) if asked else []
    days = {event: day for (_, event), day in situation.event_days.items()}
    return tuple(
        Held(key, tuple(_ends(policy, key, days, oldest, today)), received)
        for key, received in zip(kinds, got, strict=True)
    )


def preview_erasure(*, account_id: int, customer_id: int, now: datetime, today: date) -> ErasureOutline:
    """What a wish to be erased would do today, of what is held. Raises RequestRefused for somebody else."""
    check_own(account_id=account_id, customer_id=customer_id, today=today)
    policy, subject = current_policy(), Subject((customer_id,), (account_id,))
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        held, _ = _held(policy, live_catalog(), subject)
        plan = plan_erasure(customer_ids=[customer_id], today=today, now=now, actor=account_id)
    goes: dict[str, None] = {}
    stays: dict[Stay, None] = {}
    for line in plan.lines:
        emptied = _emptied(line)
        gone = line.categories if line.outcome is Outcome.ERASED else emptied
        goes.update(dict.fromkeys(key for key in gone if key in held))
        if line.outcome is not Outcome.ERASED:
            left = (key for key in line.categories if key in held and key not in emptied)
            demanded = any(rule.key == line.rule and rule.demanded_by for rule in policy.retention.values())
            stays.update({Stay(key, line.ground, demanded, line.until): None for key in left})
    thinned = any(line.outcome is Outcome.THINNED for line in plan.lines)
    kept = {stay.category for stay in stays}
    in_order = {key: number for number, key in enumerate(policy.categories)}
    return ErasureOutline(
        tuple(sorted(goes, key=in_order.__getitem__)),
        tuple(sorted(stays, key=lambda stay: in_order[stay.category])),
        plan.consents,
        thinned,
        plan.closes_accounts > 0,
        tuple(key for key in in_order if key in held and key not in goes and key not in kept),
    )


def _emptied(line: Line) -> frozenset[str]:
    """The categories of the columns that are overwritten, where nothing of them is left in the row."""
    table = all_bindings().table(line.table)
    if table is None or not line.masked:
        return frozenset()
    own = {c: b for c, b in table.columns.items() if isinstance(b, Personal) and b.person is None}
    gone = {category for column in line.masked if column in own for category in own[column].categories}
    left = {category for column, binding in own.items() if column not in line.masked for category in binding.categories}
    return frozenset(gone - left)


def preview_restriction(*, account_id: int, customer_id: int, today: date) -> RestrictionPlan:
    """What putting the use on hold would do. Raises RequestRefused for somebody else."""
    check_own(account_id=account_id, customer_id=customer_id, today=today)
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        return plan_restriction(current_policy(), customer_id=customer_id)


def own_objections(*, account_id: int, customer_id: int, today: date) -> dict[str, Standing]:
    """The person's objections that stand, by purpose. Raises RequestRefused for somebody else."""
    check_own(account_id=account_id, customer_id=customer_id, today=today)
    with purpose(P.PRIVACY_RIGHTS, actor=account_id):
        standing = standing_objections_of(customer_id=customer_id)
    return {key: Standing(key, row.made_at, row.decided_at is not None) for key, row in standing.items()}


def check_own(*, account_id: int, customer_id: int, today: date) -> None:
    """Refuse a customer that the account may not see today. 2 queries. Raises RequestRefused."""
    with purpose(P.SELF_SERVICE, actor=account_id):
        own = {choice.id for choice in customers_of_account(account_id=account_id, today=today)}
    if customer_id not in own:
        raise RequestRefused(NOT_YOURS)


# -- what is held --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Question:
    """One statement on one table: whether each category has a value, and the first day of each rule's event."""

    statement: str
    categories: tuple[str, ...]
    rules: tuple[str, ...]


def _held(policy: Policy, catalog: Catalog, subject: Subject) -> tuple[set[str], dict[str, date]]:
    """The categories held, and the earliest event of each rule among the person's rows. 1 query."""
    questions = _questions(policy, catalog)
    held: set[str] = set()
    oldest: dict[str, date] = {}
    statement = " union all ".join(
        f"select {number} as question, found.* from ({one.statement}) as found"  # noqa: S608 - from declarations
        for number, one in enumerate(questions)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, subject.parameters)
        for number, there, firsts in cursor.fetchall():
            asked = questions[number]
            held.update(key for key, found in zip(asked.categories, there, strict=True) if found)
            for rule, first in zip(asked.rules, firsts, strict=True):
                if first is not None:
                    oldest[rule] = min(first, oldest.get(rule, date.max))
    return held, oldest


def _questions(policy: Policy, catalog: Catalog) -> tuple[_Question, ...]:
    return tuple(
        question
        for table in all_bindings().tables
        if table.persons and table.name in catalog.tables and not catalog.tables[table.name].is_view
        for question in _question(policy, catalog, table)
    )


def _question(policy: Policy, catalog: Catalog, table: Table) -> Iterator[_Question]:
    values = _values(policy, catalog, table)
    if not values:
        return
    moments = {end.rule.key: end.moment for end in ends_of(policy, all_bindings(), table) if end.moment}
    there = ", ".join(f"coalesce(bool_or({' or '.join(found)}), false)" for found in values.values())
    firsts = ", ".join(f"min({moment})" for moment in moments.values())
    rows = about(table, catalog).select(f"array[{there}]::bool[], array[{firsts}]::date[]")
    yield _Question(rows, tuple(values), tuple(moments))


def _values(policy: Policy, catalog: Catalog, table: Table) -> Mapping[str, list[str]]:
    """For each category, SQL that is true of a row that holds something of it."""
    found: dict[str, list[str]] = {}
    for column, binding in table.columns.items():
        if isinstance(binding, NotPersonal) or binding.person is not None:
            continue
        there = _there(column, catalog.tables[table.name].columns[column].type)
        for category in binding.categories:
            if category in policy.categories and not policy.why_not_held(category, binding.source):
                found.setdefault(category, []).append(f"({there}{_told(table, category, len(binding.categories))})")
    return found


def _there(column: str, kind: str) -> str:
    if kind.startswith(TEXTS) and not kind.endswith("[]"):
        return f"coalesce(t0.{column}, '') <> ''"
    return f"t0.{column}" if kind == "boolean" else f"t0.{column} is not null"


def _told(table: Table, category: str, categories: int) -> str:
    """Where the row tells which of several categories it holds."""
    if table.told_by is None or categories == 1:
        return ""
    kinds = ", ".join(f"'{kind}'" for kind, told in table.told_by.categories.items() if told == category)
    return f" and t0.{table.told_by.column} in ({kinds or 'null'})"


def _ends(
    policy: Policy, category: str, days: Mapping[str, date | None], oldest: Mapping[str, date], today: date
) -> Iterator[End]:
    for rule in policy.retention_of(category):
        day = days.get(rule.event)
        first = oldest.get(rule.key)
        if rule.then not in ENDING:
            yield End(rule, None)
        elif day is not None:
            yield End(rule, _later(end_date(policy, rule, day), today))
        elif first is not None:
            yield End(rule, _later(end_date(policy, rule, first), today), oldest=True)
        else:
            yield End(rule, None)


def _later(day: date, today: date) -> date | None:
    """What is over already goes this night, which needs no date."""
    return day if day > today else None

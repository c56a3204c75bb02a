"""When the keeping of a row ends: the retention rules of a policy, brought to the columns of the tables.

A table's row is kept as long as one of the categories of its substance is: personal columns that are about the table's
own persons and are more than the link to them. A rule's time is up when ``event + period`` has come; the event is told
by the row (`Table.events`) or is one of the person (`Bindings.person_events`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from forsyn.policy.bindings import Bindings, Personal, Table
from forsyn.policy.catalog import Catalog
from forsyn.policy.periods import Period
from forsyn.policy.policy import Policy, Retention
from forsyn.policy.problems import Problem
from forsyn.policy.reach import ends_at
from forsyn.policy.vocabulary import Outcome

ENDING = (Outcome.ERASE, Outcome.ANONYMISE)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class End:
    """One rule on one table. ``moment``: SQL of the row's day of the event, or None where the event is the person's.

    ``columns`` are those that hold the rule's categories; ``kinds`` are the values of the table's `ToldBy` column whose
    rows the rule counts for, or None where it counts for all.
    """

    table: Table
    rule: Retention
    columns: tuple[str, ...]
    moment: str | None
    person_moment: str | None
    kinds: tuple[str, ...] | None = None

    @property
    def is_told(self) -> bool:
        """Whether anything tells when the event came."""
        return self.moment is not None or self.person_moment is not None


def after(day: date, period: Period) -> date:
    """The day on which a period from ``day`` on has passed; a date that a month lacks is its last day."""
    months = day.year * 12 + day.month - 1 + period.years * 12 + period.months
    year, month = divmod(months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - DAY).day
    return date(year, month + 1, min(day.day, last)) + timedelta(weeks=period.weeks, days=period.days)


def end_date(policy: Policy, rule: Retention, event_date: date) -> date:
    """From which day on something is no longer kept, whose event came on ``event_date``."""
    return _end_date(rule.period, policy.events[rule.event].year_end, event_date)


def cutoff(policy: Policy, rule: Retention, today: date) -> date:
    """The first event date whose rows are still kept: what came before it is over (half-open)."""
    return _cutoff(rule.period, policy.events[rule.event].year_end, today)


def _end_date(period: Period, year_end: bool, event_date: date) -> date:
    return after(date(event_date.year + 1, 1, 1) if year_end else event_date, period)


@lru_cache(maxsize=256)
def _cutoff(period: Period, year_end: bool, today: date) -> date:
    if year_end:
        year = today.year - period.years - period.months // 12
        while _end_date(period, year_end, date(year, 1, 1)) > today:
            year -= 1
        return date(year + 1, 1, 1)
    day = today - timedelta(days=366 * period.years + 31 * period.months + 7 * period.weeks)
    day -= timedelta(days=period.days)
    while _end_date(period, year_end, day) <= today:
        day += DAY
    return day


def ends_of(policy: Policy, bindings: Bindings, table: Table) -> tuple[End, ...]:
    """The rules that end the rows of a table; a row goes when each of them says so."""
    found: dict[str, list[str]] = {}
    for column, categories in _substance(policy, table).items():
        for category in categories:
            for rule in _ending(policy, category):
                columns = found.setdefault(rule.key, [])
                if column not in columns:
                    columns.append(column)
    return tuple(_end(policy.retention[key], bindings, table, tuple(columns)) for key, columns in found.items())


def _end(rule: Retention, bindings: Bindings, table: Table, columns: tuple[str, ...]) -> End:
    moment = table.events.get(rule.event)
    roots = {ends_at(path, table) for path in table.persons}
    of_person = [
        bindings.person_events[root, rule.event] for root in roots if (root, rule.event) in bindings.person_events
    ]
    kinds = None
    if table.told_by is not None:
        kinds = tuple(kind for kind, category in table.told_by.categories.items() if category in rule.categories)
    return End(table, rule, columns, moment, None if moment or not of_person else of_person[0], kinds)


def _ending(policy: Policy, category: str) -> Iterator[Retention]:
    """The rules that end a category; one for a single purpose counts where there is no general one."""
    rules = [rule for rule in policy.retention_of(category) if rule.then in ENDING]
    general = [rule for rule in rules if rule.purpose is None]
    yield from general or rules


def _substance(policy: Policy, table: Table) -> dict[str, tuple[str, ...]]:
    """The columns that decide how long a row is kept, with their categories."""
    links = {column for path in table.persons for hop in path.hops[:1] for column in hop.local}
    own = {
        column: tuple(c for c in binding.categories if not policy.why_not_held(c, binding.source))
        for column, binding in table.columns.items()
        if isinstance(binding, Personal) and binding.person is None
    }
    if table.kept_as is not None:
        personal = [column for column, binding in table.columns.items() if isinstance(binding, Personal)]
        return {column: (table.kept_as,) for column in personal if table.kept_as in policy.categories}
    beyond = {column: categories for column, categories in own.items() if column not in links and categories}
    return beyond or {column: categories for column, categories in own.items() if categories}


def unended(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[Problem]:
    """Tables of which nothing tells when a row's time is up, or that cannot let go of one category before another."""
    for table in bindings.tables:
        live = catalog.tables.get(table.name)
        if not table.ends or not table.persons or live is None or live.is_view:
            continue
        ends = ends_of(policy, bindings, table)
        for end in ends:
            if not end.is_told:
                yield Problem(
                    table.name,
                    f"Nothing tells when {end.rule.event!r} came, after which {', '.join(end.columns)} is kept for "
                    f"{end.rule.period} (the rule {end.rule.key!r}).",
                    f'Add events={{"{end.rule.event}": day_of("…")}} to its Table(...), or say why its rows stay '
                    "(stays=) or what else ends them (ended_by=).",
                )

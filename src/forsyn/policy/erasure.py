"""What a wish to be erased (Art. 17) does to each kind of row: it goes now, or stays with a ground and an end. Pure.

The same rules as the retention night's, asked otherwise: what a statute demands stays until its time is over
(Art. 17(3)(b)), as does what a hold, an open claim or a restriction keeps; what nobody needs to give goes at once; what
the running agreement needs stays while it runs; the rest goes now instead of later.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from forsyn.policy.bindings import Bindings, Personal, Table
from forsyn.policy.catalog import Catalog, CatalogTable
from forsyn.policy.ends import End, cutoff, end_date, ends_of
from forsyn.policy.night import by_kinds, of_kinds
from forsyn.policy.policy import Policy, Retention, Text
from forsyn.policy.purposes import P
from forsyn.policy.reach import Rows, about, ends_at, only_about, own_column

RUNS = Text("aftalen løber, og oplysningen er nødvendig for den", "the agreement runs and needs it")
CLAIM = Text("et krav er ikke afgjort", "a claim has not been settled")
RESTRICTED = Text("behandlingen er begrænset, så intet slettes", "processing is restricted, so nothing is erased")
SHARED = Text("det handler også om en anden", "it is about somebody else as well")
REFERRED = Text("noget, der bliver, henviser til det", "something that stays refers to it")
LEADS = Text("det viser, hvem noget, der bliver, handler om", "it shows whom something that stays is about")
UNTOLD = Text("ingen hændelse fortæller, hvornår tiden er gået", "no event tells when its time is over")


class Outcome(StrEnum):
    """What happens to a class of rows."""

    ERASED = "erased"
    MASKED = "masked"
    """The row stays; the columns that nothing needs are overwritten."""
    THINNED = "thinned"
    """Days and their hours are put together to months."""
    KEPT = "kept"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A hold on categories, or on all of them (None), with its ground and its end."""

    categories: frozenset[str] | None
    ground: str
    end_date: date

    def covers(self, categories: Collection[str]) -> bool:
        return self.categories is None or not self.categories.isdisjoint(categories)


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand with a person today.

    ``event_days``: the day of each event of the person, by table of persons and event; None while it has not come.
    ``claim_open``: something is being handed over for collection. ``restricted``: the ids of those under a restriction;
    ``wants_kept``: one of these asks for storage.
    """

    agreement_runs: bool
    event_days: Mapping[tuple[str, str], date | None]
    holds: tuple[HeldBy, ...] = ()
    claim_open: bool = False
    wants_kept: bool = False
    restricted: frozenset[int] = frozenset()


class Way(StrEnum):
    """How a person's rows of a table are found."""

    NEAR = "near"
    """Each names the person."""
    FAR = "far"
    """Other tables lead to them."""
    DAYS = "days"
    """They have no id: the person's periods say which they are."""


@dataclass(frozen=True, slots=True)
class RowClass:
    """Rows of one table with which the same happens; ``kinds`` where the table tells rows apart.

    ``about`` a person at all, and ``alone``: about nobody else. ``key``: the type of the id; ``way``: how they are
    found.
    """

    table: Table
    kinds: tuple[str, ...] | None
    ends: tuple[End, ...]
    categories: tuple[str, ...]
    about: Rows
    alone: Rows
    key: str | None
    way: Way
    of_kinds: str
    needed_by: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.table.name}:{'+'.join(self.kinds)}" if self.kinds else self.table.name


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to a class. ``over``: SQL for those of kept rows whose time is up, which go all the same.

    ``masked``: columns that are overwritten while the row stays.
    """

    goes: bool
    ground: Text | None = None
    until: date | None = None
    rule: str = ""
    over: str = ""
    masked: tuple[str, ...] = field(default=())
    is_gap: bool = False


def row_classes(policy: Policy, bindings: Bindings, catalog: Catalog) -> Iterator[RowClass]:
    """Every class of rows about persons; tables that stay as homes and pipes, and views, are none."""
    for table in bindings.tables:
        live = catalog.tables.get(table.name)
        if live is None or live.is_view or table.stays or not table.persons:
            continue
        for kinds, ends in by_kinds(table, ends_of(policy, bindings, table)):
            categories = _categories(policy, table, ends)
            yield RowClass(
                table,
                kinds,
                ends,
                categories,
                about=about(table, catalog),
                alone=only_about(table, catalog),
                key=live.columns["id"].type if "id" in live.columns else None,
                way=_way(table, live),
                of_kinds=of_kinds(table, kinds),
                needed_by=still_needed_by(policy, categories),
            )


def _way(table: Table, live: CatalogTable) -> Way:
    if all(own_column(path) is not None for path in table.persons):
        return Way.NEAR
    return Way.FAR if "id" in live.columns else Way.DAYS


def verdict(policy: Policy, rows: RowClass, situation: Situation, today: date) -> Verdict:
    """Decide about a class of rows. Columns that may go earlier are masked."""
    held = next((hold for hold in situation.holds if hold.covers(rows.categories)), None)
    if held is not None:
        return Verdict(False, Text(held.ground, held.ground), held.end_date, "hold")
    if situation.wants_kept:
        return Verdict(False, RESTRICTED)
    if situation.claim_open and not _claimed(policy).isdisjoint(rows.categories):
        return Verdict(False, CLAIM)
    single = [(end, _of_end(policy, rows, end, situation, today)) for end in rows.ends]
    keeping = [found for _, found in single if not found.goes]
    if not keeping:
        return Verdict(True, rule=", ".join(end.rule.key for end, _ in single))
    free = {column for end, found in single if found.goes for column in end.columns}
    free -= {column for end, found in single if not found.goes for column in end.columns}
    masked = tuple(column for column in rows.table.masked if column in free)
    longest = max(keeping, key=lambda found: (found.until is None, found.until or date.min))
    over = " and ".join(f"({found.over})" for found in keeping) if all(found.over for found in keeping) else ""
    return Verdict(False, longest.ground, longest.until, longest.rule, over, masked, any(f.is_gap for f in keeping))


def _of_end(policy: Policy, rows: RowClass, end: End, situation: Situation, today: date) -> Verdict:
    if end.rule.demanded_by is not None:
        return _demanded(policy, rows, end, end.rule.demanded_by, situation, today)
    categories = set(end.rule.categories).intersection(rows.categories) or set(rows.categories)
    optional = all(policy.categories[key].optional for key in categories if key in policy.categories)
    if optional or not situation.agreement_runs:
        return Verdict(True, rule=end.rule.key)
    over = ""
    if end.moment is not None:
        over = f"coalesce({end.moment} < date '{cutoff(policy, end.rule, today).isoformat()}', false)"
    return Verdict(False, RUNS, None, end.rule.key, over)


def _demanded(policy: Policy, rows: RowClass, end: End, statute: Text, situation: Situation, today: date) -> Verdict:
    """Kept while a statute demands it, by the row's own event or by one of the person."""
    before = cutoff(policy, end.rule, today)
    if end.moment is not None:
        over = f"coalesce({end.moment} < date '{before.isoformat()}', false)"
        return Verdict(False, statute, None, end.rule.key, over)
    for root in dict.fromkeys(ends_at(path, rows.table) for path in rows.table.persons):
        if (root, end.rule.event) in situation.event_days:
            day = situation.event_days[root, end.rule.event]
            if day is None:
                return Verdict(False, statute, None, end.rule.key)
            if day < before:
                return Verdict(True, rule=end.rule.key)
            return Verdict(False, statute, end_date(policy, end.rule, day), end.rule.key)
    if rows.table.ended_by:
        return Verdict(False, statute, None, end.rule.key)
    return Verdict(False, UNTOLD, None, end.rule.key, is_gap=True)


def still_needed_by(policy: Policy, categories: Collection[str]) -> tuple[str, ...]:
    """The purposes that read the categories, and so still need what is kept."""
    return tuple(
        key
        for key, purpose in policy.purposes.items()
        if not purpose.all_categories and any(purpose.reads(category) for category in categories)
    )


def _claimed(policy: Policy) -> frozenset[str]:
    """What is needed to pursue a claim (Art. 17(3)(e))."""
    found: set[str] = set()
    for work in (P.COLLECTION, P.DEBT_HAND_OVER, P.LEGAL_CLAIMS):
        purpose = policy.purpose_for(work)
        found.update(purpose.categories if purpose else ())
    return frozenset(found)


def _categories(policy: Policy, table: Table, ends: Collection[End]) -> tuple[str, ...]:
    if table.kept_as is not None:
        return (table.kept_as,)
    ruled = {category for end in ends for category in end.rule.categories}
    bound = {c for b in table.columns.values() if isinstance(b, Personal) and b.person is None for c in b.categories}
    return tuple(sorted((ruled & bound) or bound))


def keep_ways(judged: Collection[tuple[RowClass, Verdict]]) -> list[tuple[RowClass, Verdict]]:
    """Keep what leads from rows that stay to their person, without what can be masked: else they were nobody's."""
    staying = [(rows, found) for rows, found in judged if _stays_for_its_person(rows, found)]
    ways: dict[str, list[date | None]] = {}
    for rows, found in staying:
        for path in rows.table.persons:
            for hop in path.hops:
                ways.setdefault(hop.table, []).append(found.until)
    return [
        (rows, _kept_as_way(rows, ways[rows.table.name]) if found.goes and rows.table.name in ways else found)
        for rows, found in judged
    ]


def _stays_for_its_person(rows: RowClass, found: Verdict) -> bool:
    """Not by an event of its own, after which it goes without its person, nor by other work of the program."""
    return not found.goes and not found.over and not rows.table.ended_by


def _kept_as_way(rows: RowClass, until: Collection[date | None]) -> Verdict:
    longest = None if None in until else max(day for day in until if day)
    return Verdict(False, LEADS, longest, "way", masked=tuple(rows.table.masked))


def months_rule(policy: Policy, category: str = "consumption") -> Retention | None:
    """The rule that puts days together to months, if there is one and no statute demands the days."""
    found = (rule for rule in policy.retention_of(category) if rule.then == "thin_to_months")
    return next((rule for rule in found if rule.demanded_by is None), None)

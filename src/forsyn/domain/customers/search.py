"""Finding customers and supply points from one search box, among hundreds of thousands, in a few milliseconds.

Names and addresses are found by their stored search keys (kernel.danish.search_key) with trigram indexes, in steps; a
later step is tried only where the earlier ones found too little:

1. each word begins a word of the name or the address,
2. each word stands somewhere within it,
3. some words are in the name, the others in the address of an agreement,
4. spelling that is nearly right.

Numbers, telephones and e-mails are found by what they begin with, CVR numbers whole.

Which rows the words are in is asked of functions of the database: under row policies PostgreSQL would use no index for
it (migration 0005). The rows themselves are read under the policies of the purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from psycopg.sql import SQL, Composable

from forsyn.domain.customers.search_numbers import by_numbers
from forsyn.domain.customers.search_terms import MIN_INFIX, Hit, Reason, SearchTerms, relevance

LIMIT = 500
"""More hits than these are not ranked: the words must say more."""
ENOUGH = 25
"""With a page of hits at the beginnings of words, hits within words would only be in the way."""
SIMILAR_LIMIT = 25
SIMILAR_CANDIDATES = 2_500
"""So many are compared at most: half of all names are like a common surname."""
SIMILAR = "0.37"
"""A letter forgotten or exchanged in a word of four to six leaves this share of the trigrams in common."""


@dataclass(frozen=True)
class Hits:
    """The rows of one kind that were found, best first. `more`: there were more than LIMIT."""

    hits: tuple[Hit, ...] = ()
    more: bool = False

    def __len__(self) -> int:
        return len(self.hits)


@dataclass(frozen=True)
class Findings:
    """All that one search found. `guessed`: nothing answered the words as typed, these are spelt nearly so."""

    customers: Hits = Hits()
    supply_points: Hits = Hits()
    agreements: Hits = Hits()
    installations: Hits = Hits()
    guessed: bool = False

    @property
    def total(self) -> int:
        """How many rows of all kinds."""
        return len(self.customers) + len(self.supply_points) + len(self.agreements) + len(self.installations)


@dataclass(frozen=True)
class _Register:
    """A table that words are searched in: which id counts, and the text to show."""

    source: SQL
    reason: Reason


_NAMES = _Register(
    SQL(
        "select customer_id as id, name as text, search_key, sort_key, period @> %(today)s::date as current"
        "  from customers_names_matching({words}) as wanted (name_id)"
        "  join customers_customer_name on customers_customer_name.id = wanted.name_id"
    ),
    "name",
)
_ADDRESSES = _Register(
    SQL(
        "select point.id, point.number as text, found.search_key, found.sort_key, true as current"
        "  from customers_addresses_matching({words}) as wanted (address_id)"
        "  join customers_address as found on found.id = wanted.address_id"
        "  join customers_supply_point as point on point.address_id = found.id"
    ),
    "address",
)


def search(*, terms: SearchTerms, today: date, people: bool = True) -> Findings:
    """Find what the terms say. At most twelve statements, whatever is found.

    Without `people`, customers and agreements are left out: for staff whose work is pipes and meters.
    """
    numbers = by_numbers(terms, today, people=people)
    if terms.too_short:
        return _findings(numbers)
    names = _by_words(_NAMES, terms.words, today) if people else Hits()
    addresses = _by_words(_ADDRESSES, terms.words, today)
    if numbers or names.hits or addresses.hits:
        return _findings(numbers, names, addresses)
    if people and (names := _by_name_and_address(terms.words, today)).hits:
        return _findings(numbers, names)
    names = _by_similarity(_NAMES, terms.words, today) if people else Hits()
    addresses = _by_similarity(_ADDRESSES, terms.words, today)
    return _findings(numbers, names, addresses, guessed=bool(names.hits or addresses.hits))


def _findings(
    numbers: Sequence[tuple[str, Hit]],
    names: Hits = Hits(),
    addresses: Hits = Hits(),
    *,
    guessed: bool = False,
) -> Findings:
    """Hits by number come before hits by words; each row once."""

    def of(kind: str, others: Hits = Hits()) -> Hits:
        first = sorted(
            (hit for its_kind, hit in numbers if its_kind == kind), key=lambda hit: (not hit.exact, hit.text)
        )
        return Hits(tuple({hit.id: hit for hit in [*others.hits[::-1], *first[::-1]]}.values())[::-1], others.more)

    return Findings(
        of("customer", names), of("supply_point", addresses), of("agreement"), of("installation"), guessed=guessed
    )


# -- names and addresses, by words ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Words:
    """Words that a row must answer, all of them, each in its way; see migration 0005."""

    begins: Sequence[str] = ()
    contains: Sequence[str] = ()
    similar: Sequence[str] = ()


_ARGUMENTS = SQL("%(begins)s::text[], %(contains)s::text[], %(similar)s::text[], %(limit)s::integer")


def _by_words(register: _Register, words: Sequence[str], today: date) -> Hits:
    """Steps 1 and 2."""
    found = _candidates(register, _Words(begins=words), today)
    long = [word for word in words if len(word) >= MIN_INFIX]
    if len(found) < ENOUGH and long:
        short = [word for word in words if len(word) < MIN_INFIX]
        found = _candidates(register, _Words(begins=short, contains=long), today)
    return _ranked(register.reason, words, found)


def _candidates(register: _Register, wanted: _Words, today: date) -> list[dict[str, Any]]:
    """Up to LIMIT + 1 rows that answer all words, in no order."""
    return _rows(register.source.format(words=_ARGUMENTS), _parameters(wanted, today, LIMIT + 1))


def _parameters(wanted: _Words, today: date, limit: int) -> dict[str, Any]:
    return {
        "begins": list(wanted.begins),
        "contains": list(wanted.contains),
        "similar": list(wanted.similar),
        "today": today,
        "limit": limit,
    }


def _ranked(reason: Reason, words: Sequence[str], found: list[dict[str, Any]]) -> Hits:
    found.sort(key=lambda row: (*relevance(words, row["search_key"]), not row["current"], row["sort_key"]))
    once: dict[int, Hit] = {}
    for row in found:
        former = reason == "name" and not row["current"]
        once.setdefault(row["id"], Hit(row["id"], "former_name" if former else reason, row["text"]))
    return Hits(tuple(once.values())[:LIMIT], more=len(found) > LIMIT)


# -- a name and an address together --------------------------------------------------------------------------------

# Materialized, lest the planner compares every name with every address: it expects few rows of either.
_TOGETHER = SQL(
    "with named as materialized ("
    "   select id as customer_id, bits from customers_names_answering(%(words)s::text[], %(driving)s::text[])),"
    " placed as materialized ("
    "   select id, bits from customers_addresses_answering(%(words)s::text[], %(driving)s::text[])),"
    " resident as materialized ("
    "   select holder.customer_id, placed.bits, agreement.period @> %(today)s::date as current"
    "     from placed"
    "     join customers_supply_point as point on point.address_id = placed.id"
    "     join customers_agreement as agreement on agreement.supply_point_id = point.id"
    "     join customers_agreement_holder as holder on holder.agreement_id = agreement.id)"
    " select customer.id, customer.number as text"
    "  from resident"
    "  join named using (customer_id)"
    "  join customers_customer as customer on customer.id = customer_id"
    " where named.bits | resident.bits = %(all)s"
    " group by customer.id, customer.number order by bool_or(current) desc, text limit %(limit)s"
)


def _by_name_and_address(words: Sequence[str], today: date) -> Hits:
    """Step 3: "hansen ågade 4". Every word must begin a word of the name or of the address.

    Which words a row answers is a bit mask. Short house numbers count, but too many addresses answer them to be looked
    up by them.
    """
    driving = [word for word in words if len(word) >= MIN_INFIX or not word.isdigit()]
    if len(words) < 2 or not driving:
        return Hits()
    rows = _rows(
        _TOGETHER,
        {
            "words": list(words),
            "driving": driving,
            "all": (1 << len(words)) - 1,
            "today": today,
            "limit": LIMIT + 1,
        },
    )
    return Hits(tuple(Hit(row["id"], "name_and_address", row["text"]) for row in rows[:LIMIT]), len(rows) > LIMIT)


# -- spelling that is nearly right -----------------------------------------------------------------------------------


def _by_similarity(register: _Register, words: Sequence[str], today: date) -> Hits:
    """Step 4: each long word must be near some word of the key; short ones have too few trigrams to be wrong in.

    At first the short words must be right; only where that finds nothing they are left out.
    """
    long = [word for word in words if len(word) > MIN_INFIX]
    short = [word for word in words if len(word) <= MIN_INFIX]
    if not long:
        return Hits()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('pg_trgm.strict_word_similarity_threshold', %s, true)", [SIMILAR])
        rows = _nearest(register, _Words(begins=short, similar=long), words, today)
        if not rows and short:
            rows = _nearest(register, _Words(similar=long), words, today)
    return Hits(tuple({row["id"]: Hit(row["id"], "similar", row["text"]) for row in rows[::-1]}.values())[::-1])


_NEAREST = SQL(
    "select * from ({source}) as found"
    " order by (select sum(strict_word_similarity(word, search_key)) from unnest(%(words)s::text[]) as word) desc,"
    "          sort_key limit %(best)s"
)


def _nearest(register: _Register, wanted: _Words, words: Sequence[str], today: date) -> list[dict[str, Any]]:
    statement = _NEAREST.format(source=register.source.format(words=_ARGUMENTS))
    parameters = _parameters(wanted, today, SIMILAR_CANDIDATES)
    return _rows(statement, parameters | {"words": list(words), "best": SIMILAR_LIMIT})


def _rows(statement: Composable, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

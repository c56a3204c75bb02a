"""Moving in: somebody known or new takes over what a place is supplied with, from a day on; all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from forsyn.domain.billing import actions_plans
from forsyn.domain.billing.actions_new_terms import NewTerms, begin_terms
from forsyn.domain.billing.actions_plans import NotPlanned, ToPlan
from forsyn.domain.billing.actions_terms import copy_terms
from forsyn.domain.billing.basis_rules import METERED_AS
from forsyn.domain.billing.move_in_queries import Counted, Supply, counted_at, supplies_at
from forsyn.domain.billing.move_rules import check_reading_on
from forsyn.domain.customers import actions as customers
from forsyn.domain.customers.doubles import likely_doubles
from forsyn.domain.customers.numbering import next_agreement_numbers, next_customer_number
from forsyn.domain.customers.rules import NotPossible, check_legal_form, clean_contact, danish_date
from forsyn.domain.customers.search_terms import Hit
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel import identifiers
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

LONGEST_AHEAD = timedelta(days=366)
HIDDEN = "customers_agreement_one"


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """Somebody who is not a customer yet, as they say themselves."""

    name: str
    kind: str
    birth_date: date | None = None
    cvr: str | None = None
    email: str | None = None
    mobile: str | None = None
    language: str = "da"
    is_somebody_else: bool = False
    """Staff have seen who is alike, and it is none of them."""


@dataclass(frozen=True, slots=True)
class MoveIn:
    """Who moves in, where, from when, and on which terms: tariffs by commodity, readings by that of the meter."""

    supply_point_id: int
    first_date: date
    customer: int | NewCustomer
    relation: str
    instalments: Mapping[str, int]
    """A year, by commodity; 0: nothing is paid on account."""
    tariffs: Mapping[str, int]
    readings: Mapping[str, int]
    """Base units that the counters showed on the day."""
    by_place: bool = False
    """What is expected follows what was used at the place, not what such a home uses."""


@dataclass(frozen=True, slots=True)
class MovedIn:
    """The customer, the new agreements, and those without on-account plan, with the reasons."""

    customer_id: int
    agreement_ids: tuple[int, ...]
    not_planned: tuple[NotPlanned, ...]


class PerhapsKnown(NotPossible):
    """Who is to be recorded may be a customer already; `hits` are those who are alike."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        super().__init__(
            "Kunden findes måske allerede. Vælg kunden på listen, eller sæt kryds ved, at det er en anden."
        )
        self.hits = tuple(hits)


@dataclass(frozen=True, slots=True)
class Vacant:
    """What a place can be supplied with from a day on, and what its counters had shown then."""

    supplies: tuple[Supply, ...]
    counted: Mapping[str, Counted]


def look_at_place(*, supply_point_id: int, first_date: date, today: date) -> Vacant:
    """What somebody could take over at a place from a day on. The caller has entered settlement.

    Raises NotPossible where the day cannot be, nothing is piped there, or somebody else is supplied.
    """
    if first_date > today + LONGEST_AHEAD:
        raise NotPossible("Dagen ligger mere end et år fremme. Vælg en tidligere dag.")
    found = supplies_at(supply_point_id=supply_point_id, day=first_date)
    if not found:
        raise NotPossible(
            "Der er ingen installationer på stedet den dag, eller du har ikke adgang til at se dem. Vælg en senere dag."
        )
    free = tuple(supply for supply in found if supply.standing_number is None)
    if not free:
        raise NotPossible(_standing(found[0]))
    counted = counted_at(supply_point_id=supply_point_id, day=first_date) if first_date <= today else {}
    asked = {METERED_AS.get(supply.commodity, supply.commodity) for supply in free}
    return Vacant(free, {commodity: each for commodity, each in counted.items() if commodity in asked})


def _standing(supply: Supply) -> str:
    if supply.standing_until is None:
        return (
            f"Aftale {supply.standing_number} gælder her fra den {_day(supply.standing_first)}. "
            "Registrer først, at kunden flytter ud."
        )
    return (
        f"Aftale {supply.standing_number} gælder her fra den {_day(supply.standing_first)} til og med den "
        f"{_day(supply.standing_until - timedelta(days=1))}. Vælg dagen efter eller senere."
    )


def _day(day: date | None) -> str:
    return danish_date(day) if day is not None else ""


def move_in(*, wanted: MoveIn, account_id: int | None, today: date, now: datetime) -> MovedIn:
    """Let a customer take over supply at a place; all of it or nothing. Raises NotPossible and InvalidIdentifier.

    Tariff, sizes and plant are those of the agreement before, unless a tariff is chosen. What was counted before the
    day is the former holder's: the day decides, and a reading is only checked against the meter.
    """
    try:
        with transaction.atomic(), purpose(P.SETTLEMENT, actor=account_id):
            vacant = look_at_place(supply_point_id=wanted.supply_point_id, first_date=wanted.first_date, today=today)
            _check(wanted, vacant, today)
            customer_id = _customer(wanted.customer, today, now)
            made = _agreements(wanted, vacant.supplies, customer_id, account_id, now)
            not_planned = _plans(wanted, made, today, now)
    except IntegrityError as refused:
        if HIDDEN not in str(refused):
            raise
        raise NotPossible(
            "Stedet har en aftale fra den dag, som du ikke har adgang til at se. Spørg databeskyttelsesrådgiveren."
        ) from refused
    return MovedIn(customer_id, tuple(made), not_planned)


def _check(wanted: MoveIn, vacant: Vacant, today: date) -> None:
    for supply in vacant.supplies:
        if supply.tariff_id is None and supply.commodity not in wanted.tariffs:
            raise NotPossible("Stedet har ikke haft en takst for al forsyning. Vælg en takst for hver.")
    if wanted.readings and wanted.first_date > today:
        raise NotPossible("Dagen er ikke kommet endnu, så måleren kan ikke være aflæst. Gem uden aflæsning.")
    for commodity, reading in wanted.readings.items():
        known = vacant.counted.get(commodity)
        if known is None:
            raise NotPossible("Måleren tæller ikke op eller har ikke leveret tal. Gem uden aflæsning.")
        check_reading_on(
            wanted.first_date, unit=known.unit, reading=reading, known_until=known.known_until, shown=known.shown,
            day_total=known.day_total,
        )  # fmt: skip


def _customer(who: int | NewCustomer, today: date, now: datetime) -> int:
    if isinstance(who, int):
        return who
    contacts = {kind: clean_contact(kind, value)
                for kind, value in (("email", who.email), ("mobile", who.mobile)) if value}  # fmt: skip
    cvr = identifiers.cvr(who.cvr) if who.cvr else None
    check_legal_form(kind=who.kind, birth_date=who.birth_date, cvr=cvr, today=today)
    if not who.is_somebody_else:
        hits = likely_doubles(
            name=who.name, kind=who.kind, birth_date=who.birth_date, cvr=cvr, email=contacts.get("email"),
            mobile=contacts.get("mobile"), today=today,
        )  # fmt: skip
        if hits:
            raise PerhapsKnown(hits)
    return customers.register_customer(
        number=next_customer_number(), kind=who.kind, name=who.name, birth_date=who.birth_date, cvr=cvr,
        language=who.language, contacts=contacts, source=Source.PERSON, today=today, now=now,
    )  # fmt: skip


def _agreements(
    wanted: MoveIn, supplies: Sequence[Supply], customer_id: int, account_id: int | None, now: datetime
) -> dict[int, Supply]:
    made = {}
    for supply, number in zip(supplies, next_agreement_numbers(len(supplies)), strict=True):
        agreement_id = customers.conclude_agreement(
            number=number, supply_point_id=wanted.supply_point_id, commodity=supply.commodity,
            relation=wanted.relation, customer_ids=[customer_id], first_date=wanted.first_date, source=Source.PERSON,
            now=now,
        )  # fmt: skip
        tariff_id, instalments = wanted.tariffs.get(supply.commodity), wanted.instalments[supply.commodity]
        if supply.before_id is not None:
            copy_terms(
                from_agreement_id=supply.before_id, to_agreement_id=agreement_id, first_date=wanted.first_date,
                account_id=account_id, now=now, tariff_id=tariff_id, instalments=instalments,
            )  # fmt: skip
        if supply.tariff_id is None and tariff_id is not None:
            begin_terms(
                terms=[NewTerms(agreement_id, tariff_id, wanted.first_date, None, instalments)],
                account_id=account_id, now=now,
            )  # fmt: skip
        made[agreement_id] = supply
    return made


def _plans(wanted: MoveIn, made: Mapping[int, Supply], today: date, now: datetime) -> tuple[NotPlanned, ...]:
    """Plans for the rest of the calendar year, of those days that are left when a move is told late."""
    first, until = wanted.first_date, date(max(wanted.first_date, today).year + 1, 1, 1)
    if first.year < until.year - 1:
        first = date(until.year - 1, 1, 1)
    like = {key: supply.before_id for key, supply in made.items() if supply.before_id is not None}
    done = actions_plans.make_plans(
        to_plan=[ToPlan(agreement_id, first, until) for agreement_id in made], today=today, now=now,
        like=like if wanted.by_place else None,
    )  # fmt: skip
    return done.refused

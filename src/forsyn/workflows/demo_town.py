# ruff: noqa: SIM905 - lists of words read better as text
"""The demo's town, Nordby: 300 fictional customers, their homes, meters and moves. Pure: same anchor, same town.

Everything follows from the *anchor*, the day on which the demo was first started. Names are put together from lists so
that nobody real is meant; CVR numbers begin with 990, which has not been given to anyone; mail ends in .example.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, islice

CUSTOMERS = 300
HOUSEHOLDS_OF_TWO = 24
MOVES = 20
COMPANIES = 18
METER_SWAPS = 12
COMMODITIES = ("heat", "water", "waste_water")
"""Every home has all of them."""

FIRST_NAMES = (
    "Agnete Alfred Asta Bertram Birgit Bodil Carla Dagmar Didrik Ebba Egon Ellen Emil Esther Fie Folmer Frida Gerda "
    "Gorm Gudrun Halfdan Hedvig Holger Ida Ingrid Ivar Jens Johanne Karla Knud Lauge Liv Magda Malthe Mille Nanna "
    "Niels Oda Olga Otto Palle Ragna Rasmus Rigmor Signe Sofus Svend Thora Tove Ulla Valborg Vigga Viggo Yrsa"
).split()
LAST_NAMES = (
    "Prøvesen Eksempelsen Fiktivsen Tågebjerg Luftkastel Månelund Sandslot Papdal Regnbue Sommersky Stjernedrys "
    "Vindfang Æblegren Østenvind Ågrøn Dukkehus Fantasius Kulisse Legeplads Opdigt Paradeby Skyggedal Solstrejf "
    "Tankespind Tøjdyr Vattersen Bladguld Glasperle Kridthus Snefnug"
).split()
TRADES = (
    "Bageri Bryggeri Boghandel Cykler Fiskehus Gartneri Glarmester Keramik Kro Maskinværksted Mejeri Murer Skrædder "
    "Smedje Snedkeri Tehus Ure Vaskeri"
).split()
STREETS = (
    "Agerhønevej Birkealle Damstræde Engdraget Fyrrevænget Gåsebakken Havnegade Irisvej Kirkestien Lærkevej Mosevej "
    "Nattergalevej Præstegade Rugmarken Skovbrynet Strandlodden Tranevej Vibevej Æblevej Ærøvej Østergade Ågade Aastien"
).split()
POSTAL = {"postal_code": "9999", "city": "Nordby"}


@dataclass(frozen=True)
class Occupant:
    """A customer."""

    number: str
    name: str
    kind: str = "person"
    cvr: str = ""
    birth_date: str = ""
    email: str = ""
    mobile: str = ""
    language: str = "da"


@dataclass(frozen=True)
class Occupancy:
    """Who lives or works in a home, from a day until (excluded) another."""

    occupants: tuple[Occupant, ...]
    first: date
    until: date | None = None
    relation: str = "owner"


@dataclass(frozen=True)
class MeterPlan:
    """A meter and how much runs through it."""

    number: str
    commodity: str
    installation: str
    mounted_from: date
    mounted_until: date | None
    seed: int
    """Of the meter's own randomness."""
    size: int
    """Heat: watts lost a degree of cold. Water: litres on an ordinary day."""
    base: int
    """Heat: watt hours a day for hot water. Water: what the counter showed when it was mounted, in litres."""
    leak: tuple[date, date, int] | None = None
    """First day, first day without it, litres an hour."""


@dataclass(frozen=True)
class Home:
    """A supply point with everybody who had an agreement there."""

    number: str
    address: Mapping[str, str]
    housing_kind: str
    occupancies: tuple[Occupancy, ...]
    meters: tuple[MeterPlan, ...]


@dataclass(frozen=True)
class Town:
    """All of it, as of its anchor."""

    anchor: date
    homes: tuple[Home, ...]

    @property
    def first_day(self) -> date:
        """The first day with readings: there is always a whole last year to compare with."""
        return date(self.anchor.year - 1, 1, 1)

    def meters(self, commodity: str) -> list[MeterPlan]:
        """Every meter of a commodity, in a fixed order."""
        return [meter for home in self.homes for meter in home.meters if meter.commodity == commodity]


def build_town(anchor: date) -> Town:
    """The town as the demo's first start finds it."""
    return Town(anchor, tuple(_Builder(anchor).homes()))


def customer_rows(town: Town) -> Iterator[dict[str, str]]:
    """The rows of a customer file for the shipped profile `generic`, one a customer, installation and meter."""
    for home in town.homes:
        for occupancy in home.occupancies:
            for commodity in COMMODITIES:
                for meter in _meters_or_none(home, commodity):
                    for place, occupant in enumerate(occupancy.occupants):
                        yield _row(home, occupancy, occupant, commodity, meter, is_primary=place == 0)


def cvr_number(number: int) -> str:
    """The number-th CVR number, counted from 0 and 99000100, whose check digit fits (modulus 11)."""
    fitting = (str(each) for each in count(99_000_100) if _checks(str(each)))
    return next(islice(fitting, number, None))


def _checks(cvr: str) -> bool:
    return sum(int(digit) * weight for digit, weight in zip(cvr, (2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0


@dataclass
class _Builder:
    anchor: date
    random: random.Random = field(default_factory=lambda: random.Random(19))  # noqa: S311 - no secret
    homes_made: Iterator[int] = field(default_factory=lambda: count(5_001))
    companies: Iterator[int] = field(default_factory=count)
    taken: set[tuple[str, str]] = field(default_factory=set)
    made: int = 0
    swaps: int = 0

    def homes(self) -> Iterator[Home]:
        yield from self._named()
        left = CUSTOMERS - self.made - 2 * HOUSEHOLDS_OF_TWO - 2 * MOVES - COMPANIES
        kinds = ["company"] * COMPANIES + ["pair"] * HOUSEHOLDS_OF_TWO + ["move"] * MOVES + ["single"] * left
        self.random.shuffle(kinds)
        for kind in kinds:
            yield self._home(self._occupancies(kind), "business" if kind == "company" else None)

    def _named(self) -> Iterator[Home]:
        """Those whom the demo lets one sign in as come first, each with something to see."""
        long_ago = date(2016, 5, 1)
        anna = self._person("Anna Prøvesen", "anna.proevesen", birth_date="1968-04-12")
        yield self._home((Occupancy((anna,), long_ago),), "house", swap=self.anchor - timedelta(days=231))
        bo = self._person("Bo Åkjær Opdigt", "bo.opdigt")
        birgit = self._person("Birgit Åkjær Opdigt", "birgit.opdigt")
        yield self._home((Occupancy((bo, birgit), date(2019, 9, 1)),), "flat")
        leak = (self.anchor - timedelta(days=17), self.anchor - timedelta(days=3), 34)
        liv = self._person("Liv Tætsen", "liv.laekagesen")
        yield self._home((Occupancy((liv,), date(2021, 2, 1)),), "house", leak=leak)
        moved = (self.anchor.replace(day=1) - timedelta(days=40)).replace(day=1)
        dorthe, erik = (
            self._person("Dorthe Døgnvil", "dorthe.doegnvil"),
            self._person("Erik Eksempelsen", "erik.eksempelsen"),
        )
        before = Occupancy((dorthe,), date(2020, 3, 1), moved, "tenant")
        yield self._home((before, Occupancy((erik,), moved, None, "tenant")), "terraced_house")
        emily = self._person("Emily Example", "emily.example", language="en")
        yield self._home((Occupancy((emily,), date(2023, 8, 15), None, "tenant"),), "flat")
        cvr = cvr_number(next(self.companies))
        orchard = Occupant(
            str(self._number()), "Æblegården Opdigt ApS", "company", cvr, email="kontor@aeblegaarden.example"
        )
        yield self._home((Occupancy((orchard,), date(2017, 1, 1)),), "business")
        for mailbox, kind, since in (("frida.tobolig", "house", date(2015, 6, 1)), ("", "flat", date(2024, 8, 1))):
            frida = self._person("Frida Tobolig", mailbox)
            yield self._home((Occupancy((frida,), since),), kind)

    def _occupancies(self, kind: str) -> tuple[Occupancy, ...]:
        first = date(self.random.randint(2008, 2024), self.random.randint(1, 12), 1)
        relation = self.random.choice(("owner", "owner", "owner", "tenant"))
        if kind == "pair":
            return (Occupancy((self._somebody(), self._somebody()), first, None, relation),)
        if kind == "move":
            moved = self.anchor.replace(day=1) - timedelta(days=self.random.randint(20, 600))
            leaving = Occupancy((self._somebody(),), min(first, moved - timedelta(days=400)), moved, relation)
            return leaving, Occupancy((self._somebody(),), moved, None, relation)
        occupant = self._company() if kind == "company" else self._somebody()
        return (Occupancy((occupant,), first, None, relation),)

    def _somebody(self) -> Occupant:
        while True:
            first, last = self.random.choice(FIRST_NAMES), self.random.choice(LAST_NAMES)
            if (first, last) not in self.taken:
                self.taken.add((first, last))
                break
        mailbox = f"{first}.{last}".lower().translate(_PLAIN) if self.random.random() < 0.8 else ""
        birth = date(self.random.randint(1935, 2004), self.random.randint(1, 12), self.random.randint(1, 28))
        return self._person(f"{first} {last}", mailbox, birth_date=str(birth) if self.random.random() < 0.5 else "")

    def _person(self, name: str, mailbox: str, *, birth_date: str = "", language: str = "da") -> Occupant:
        number = self._number()
        mobile = f"999{number % 100_000:05}" if self.random.random() < 0.7 else ""
        email = f"{mailbox}@kunde.example" if mailbox else ""
        return Occupant(str(number), name, "person", "", birth_date, email, mobile, language)

    def _number(self) -> int:
        self.made += 1
        return 100_000 + self.made

    def _company(self) -> Occupant:
        place = next(self.companies)
        trade = TRADES[place % len(TRADES)]
        mailbox = f"post@nordby-{trade.lower().translate(_PLAIN)}.example"
        return Occupant(str(self._number()), f"Nordby Tænkte {trade} ApS", "company", cvr_number(place), email=mailbox)

    def _home(
        self,
        occupancies: tuple[Occupancy, ...],
        housing_kind: str | None,
        *,
        swap: date | None = None,
        leak: tuple[date, date, int] | None = None,
    ) -> Home:
        kind = housing_kind or self.random.choice(("house", "house", "terraced_house", "flat", "flat"))
        number = str(next(self.homes_made))
        if swap is None and self.swaps < METER_SWAPS and self.random.random() < 0.08:
            swap = self.anchor - timedelta(days=self.random.randint(30, 500))
            self.swaps += 1
        meters = [self._heat_meter(number, kind), *self._water_meters(number, kind, swap, leak)]
        return Home(number, self._address(int(number), kind), kind, occupancies, tuple(meters))

    def _address(self, number: int, kind: str) -> dict[str, str]:
        place = number - 5_001
        street, house = STREETS[place % len(STREETS)], str(1 + 2 * (place // len(STREETS)))
        unit = {"floor": str(self.random.randint(1, 3)), "door": self.random.choice(("tv", "th"))}
        return {"street": street, "house_number": house, **(unit if kind == "flat" else {}), **POSTAL}

    def _heat_meter(self, home: str, kind: str) -> MeterPlan:
        low, high = {"flat": (55, 95), "terraced_house": (90, 140), "house": (130, 230), "business": (250, 600)}[kind]
        size = self.random.randint(low, high)
        mounted = date(self.random.randint(2012, 2022), self.random.randint(1, 12), 1)
        return MeterPlan(
            f"68{int(home):06}",
            "heat",
            f"{home}1",
            mounted,
            None,
            int(home) * 10 + 1,
            size,
            self.random.randint(3, 9) * 1000,
        )

    def _water_meters(
        self, home: str, kind: str, swap: date | None, leak: tuple[date, date, int] | None
    ) -> Iterator[MeterPlan]:
        low, high = {"flat": (80, 260), "terraced_house": (120, 350), "house": (140, 450), "business": (150, 900)}[kind]
        size, seed = self.random.randint(low, high), int(home) * 10 + 2
        mounted = date(self.random.randint(2014, 2022), self.random.randint(1, 12), 1)
        counter = size * self.random.randint(300, 2000)
        yield MeterPlan(f"07{int(home):06}", "water", f"{home}2", mounted, swap, seed, size, counter, leak)
        if swap is not None:
            yield MeterPlan(f"26{int(home):06}", "water", f"{home}2", swap, None, seed + 1, size, 0)


_PLAIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def _meters_or_none(home: Home, commodity: str) -> list[MeterPlan | None]:
    """Waste water has no meter of its own: it follows the water."""
    return [meter for meter in home.meters if meter.commodity == commodity] or [None]


def _row(
    home: Home, occupancy: Occupancy, occupant: Occupant, commodity: str, meter: MeterPlan | None, *, is_primary: bool
) -> dict[str, str]:
    digit = {"heat": "1", "water": "2", "waste_water": "3"}[commodity]
    row = {
        "customer_number": occupant.number, "kind": occupant.kind, "name": occupant.name, "cvr": occupant.cvr,
        "birth_date": occupant.birth_date, "language": occupant.language, "email": occupant.email,
        "mobile": occupant.mobile, "supply_point_number": home.number, **home.address,
        "housing_kind": home.housing_kind, "installation_number": f"{home.number}{digit}", "commodity": commodity,
        "installed_from": "2005-01-01", "agreement_number": f"A{home.number}{digit}-{occupancy.first:%y%m}",
        "relation": occupancy.relation, "agreement_from": str(occupancy.first),
        "agreement_until": str(occupancy.until or ""), "is_primary": "yes" if is_primary else "no",
    }  # fmt: skip
    if meter is not None:
        row |= {
            "meter_number": meter.number,
            "mounted_from": str(meter.mounted_from),
            "mounted_until": str(meter.mounted_until or ""),
        }
    return row

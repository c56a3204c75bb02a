"""One named world for tests: everybody a page or a workflow may meet, made by the program's own actions.

    def test_anna_sees_her_house(world, client): ...

`world.gorm` is the customer who may see nothing of the others; `world.ingrid` has an agreement but no readings yet.
Dates are fixed: the world's today is `TODAY`. All persons, places and numbers are invented.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.accounts.actions import create_customer_account, create_staff
from forsyn.domain.accounts.models import Account, Role
from forsyn.domain.customers import actions
from forsyn.domain.safeguards.door_models import RecipientAgreement
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Role as RecipientRole
from forsyn.policy.vocabulary import Source
from forsyn.workflows.declarations import current_policy

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BEGINNING = date(2024, 10, 1)
"""Most agreements began then: two years of history."""
MOVING_DATE = date(2026, 10, 1)
"""Dorthe's last day was the one before; Erik's first is this."""
METER_SWAP_DATE = date(2026, 3, 15)
"""Anna's water meter was replaced."""

CITY = {"postal_code": "9999", "city": "Nordby"}
CVR = "99999993"
DIGIT = {"heat": "1", "water": "2", "waste_water": "3"}
"""Last digit of an installation's number."""


@dataclass(frozen=True)
class Home:
    """A supply point; installations by commodity."""

    supply_point_id: int
    number: str
    installations: Mapping[str, int]


@dataclass(frozen=True)
class Party:
    """A customer with the account that may see them."""

    customer_id: int
    number: str
    name: str
    email: str
    account: Account
    home: Home
    agreements: Mapping[str, int] = field(default_factory=dict)
    """Agreement ids by commodity."""

    @property
    def installations(self) -> Mapping[str, int]:
        return self.home.installations


@dataclass(frozen=True)
class World:
    """Who there is. `bo` and `birgit` share their agreements; `freja` and `freja_shop` share one account."""

    anna: Party
    bo: Party
    birgit: Party
    aeblegaarden: Party
    dorthe: Party
    erik: Party
    freja: Party
    freja_shop: Party
    ingrid: Party
    gorm: Party
    clerk: Account
    billing: Account
    operations: Account
    dpo: Account
    today: date = TODAY
    now: datetime = NOW


def build_world() -> World:
    """Make the world in the current database."""
    agree_with_processors()
    house = _home("5001", "Ærøvej", "7", ("heat", "water", "waste_water"), "house")
    flat = _home("5002", "Ågade", "12", ("heat", "water"), "flat", floor="2", door="tv")
    orchard = _home("5003", "Æblevej", "1", ("heat", "water"), "business")
    terrace = _home("5004", "Aastien", "3A", ("heat", "water"), "terraced_house")
    cottage = _home("5005", "Klitvejen", "40", ("water",), "holiday_home")
    shop = _home("5006", "Havnegade", "2", ("heat",), "business")
    new_house = _home("5007", "Nyvej", "9", ("heat",), "house")
    gorms = _home("5008", "Ågade", "12", ("heat", "water"), "flat", floor="1", door="th")
    bo, birgit = _household("1002", "1003", ("Bo Åkjær", "Birgit Åkjær"), flat)
    dorthe = _party("1005", "Dorthe Døgnvil", terrace, until=MOVING_DATE, relation="tenant")
    erik = _party("1006", "Erik Eksempelsen", terrace, first=MOVING_DATE, relation="tenant")
    freja = _party("1007", "Freja Frøprøve", cottage)
    return World(
        anna=_party("1001", "Anna Prøvesen", house, birth_date=date(1968, 4, 12)),
        bo=bo,
        birgit=birgit,
        aeblegaarden=_party("1004", "Æblegården ApS", orchard, kind="company", cvr=CVR),
        dorthe=dorthe,
        erik=erik,
        freja=freja,
        freja_shop=_party("1008", "Frøprøve Handel", shop, kind="company", account=freja.account),
        ingrid=_party("1009", "Ingrid Ingentid", new_house, first=date(2026, 11, 1)),
        gorm=_party("1010", "Gorm Grænseløs", gorms),
        clerk=_staff("kontor", "Karen Kontor", Role.CLERK),
        billing=_staff("afregning", "Aage Afregning", Role.BILLING),
        operations=_staff("drift", "Dennis Drift", Role.OPERATIONS),
        dpo=_staff("dpo", "Dina Databeskytter", Role.DPO),
    )


def agree_with_processors(policy: Policy | None = None) -> None:
    """Every processor of the policy has a signed agreement that holds, so that the door lets mails out."""
    RecipientAgreement.objects.bulk_create(
        (
            RecipientAgreement(
                recipient=recipient.key,
                number=recipient.agreement or recipient.key,
                signed_date=BEGINNING,
                period=DateRange(BEGINNING, None),
                storage_country=recipient.country,
                document_name="aftale.pdf",
                document_sha256=hashlib.sha256(recipient.key.encode()).digest(),
            )
            for recipient in (policy or current_policy()).recipients.values()
            if recipient.role is RecipientRole.PROCESSOR
        ),
        ignore_conflicts=True,
    )


@pytest.fixture
def processors(db: None) -> None:
    """Without the rest of the world: mails may leave."""
    agree_with_processors()


@pytest.fixture
def world(db: None) -> World:
    """The world, fresh for each test.

    The actions build it once a process. From then on its rows are put back as they were, in a tenth of the time.
    """
    with connection.cursor() as cursor:
        others = _full(cursor, _TABLES)
        if not others and _kept:
            built, rows = _kept[0]
            with transaction.atomic():  # what refers to each other is looked at when all is there
                for table, lines in rows.items():
                    with cursor.copy(f"copy public.{table} from stdin") as into:
                        into.write(lines)
            return copy.deepcopy(built)
        before = _full(cursor, _all_tables(cursor))
        built = build_world()
        if not others:
            new = _full(cursor, _all_tables(cursor)) - before
            assert new <= set(_TABLES), f"the world has rows in {new - set(_TABLES)}: add them to _TABLES"
            _kept.append((built, {table: _rows(cursor, table) for table in _TABLES if table in new}))
        return copy.deepcopy(built)


_TABLES = (  # those that others refer to first
    "accounts_account",
    "accounts_staff_role",
    "customers_address",
    "customers_supply_point",
    "customers_installation",
    "customers_customer",
    "customers_customer_name",
    "customers_contact_point",
    "customers_agreement",
    "customers_agreement_holder",
    "customers_portal_access",
    "safeguards_recipient_agreement",
)
_kept: list[tuple[World, Mapping[str, bytes]]] = []


def _all_tables(cursor: Any) -> frozenset[str]:
    cursor.execute(
        "select relname from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind = 'r' and not relispartition"
    )
    return frozenset(table for (table,) in cursor.fetchall())


def _full(cursor: Any, tables: Collection[str]) -> frozenset[str]:
    """Those of the tables that have any rows."""
    cursor.execute(" union all ".join(f"select '{one}' where exists (select from public.{one})" for one in tables))
    return frozenset(table for (table,) in cursor.fetchall())


def _rows(cursor: Any, table: str) -> bytes:
    with cursor.copy(f"copy public.{table} to stdout") as out:
        return b"".join(bytes(part) for part in out)


def _home(
    number: str, street: str, house_number: str, commodities: Sequence[str], housing_kind: str, **unit: str
) -> Home:
    address_id = actions.register_address(street=street, house_number=house_number, **unit, **CITY)
    point = actions.register_supply_point(number=number, address_id=address_id, housing_kind=housing_kind)
    installations = {
        commodity: actions.register_installation(
            number=f"{number}{DIGIT[commodity]}",
            supply_point_id=point,
            commodity=commodity,
            first_date=date(2015, 1, 1),
        )
        for commodity in commodities
    }
    return Home(point, number, installations)


def _party(
    number: str,
    name: str,
    home: Home,
    *,
    first: date = BEGINNING,
    until: date | None = None,
    relation: str = "owner",
    kind: str = "person",
    cvr: str | None = None,
    birth_date: date | None = None,
    account: Account | None = None,
) -> Party:
    key, email = _customer(number, name, first, kind, cvr, birth_date)
    agreements = _agreements(home, [key], first, until, relation)
    account = _account_for(key, name, email, first, account)
    return Party(key, number, name, email, account, home, agreements)


def _household(one: str, other: str, names: tuple[str, str], home: Home) -> tuple[Party, Party]:
    customers = [_customer(number, name, BEGINNING) for number, name in zip((one, other), names, strict=True)]
    agreements = _agreements(home, [key for key, _ in customers], BEGINNING, None, "owner")
    first, second = (
        Party(key, number, name, email, _account_for(key, name, email, BEGINNING), home, agreements)
        for (key, email), number, name in zip(customers, (one, other), names, strict=True)
    )
    return first, second


def _customer(
    number: str,
    name: str,
    since: date,
    kind: str = "person",
    cvr: str | None = None,
    birth_date: date | None = None,
) -> tuple[int, str]:
    email = f"{number}@kunde.example"
    key = actions.register_customer(
        number=number,
        kind=kind,
        name=name,
        cvr=cvr,
        birth_date=birth_date,
        contacts={"email": email, "mobile": f"2000{number}"},
        since=since,
        source=Source.PERSON,
        today=TODAY,
        now=NOW,
    )
    return key, email


def _agreements(home: Home, customer_ids: list[int], first: date, until: date | None, relation: str) -> dict[str, int]:
    return {
        commodity: actions.conclude_agreement(
            number=f"A{home.number}{DIGIT[commodity]}-{first:%y%m}",
            supply_point_id=home.supply_point_id,
            commodity=commodity,
            relation=relation,
            customer_ids=customer_ids,
            first_date=first,
            until_date=until,
            source=Source.PERSON,
            now=NOW,
        )
        for commodity in home.installations
    }


def _account_for(customer_id: int, name: str, email: str, first: date, account: Account | None = None) -> Account:
    account = account or Account.objects.get(pk=create_customer_account(email=email, name=name, now=NOW))
    actions.grant_portal_access(account_id=account.pk, customer_id=customer_id, first_date=first)
    return account


def _staff(mailbox: str, name: str, role: Role) -> Account:
    key = create_staff(
        email=f"{mailbox}@nordby.example",
        name=name,
        roles=[role],
        first_date=BEGINNING,
        until_date=date(2099, 1, 1),
        now=NOW,
    )
    return Account.objects.get(pk=key)

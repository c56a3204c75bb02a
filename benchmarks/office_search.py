# ruff: noqa: E402, SIM905
"""The office's search among 100,000 customers and meters: makes them in a database of their own, explains, measures.

Measured is the whole page as the server makes it: request, access, search, rows, template; no network.

    .venv/bin/python benchmarks/office_search.py [--customers 100000] [--explain TEXT ...]

Goal: 95 % of searches under 50 ms. Figures and machine: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

os.environ.setdefault("FORSYN_INSTANCE", "search_benchmark")
os.environ.setdefault("FORSYN_HOSTS", "testserver")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client

from forsyn.config.machine import Machine
from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Account
from forsyn.domain.customers import search, search_terms
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.danish import search_key, sort_key
from forsyn.policy.purposes import P
from forsyn.workflows.migrate import migrate

CLERK = "kontor@nordby.example"
TODAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

FIRST = """Anne Peter Mette Lars Kirsten Jens Hanne Michael Anna Henrik Lis Søren Helle Thomas Susanne Jan Maria
Christian Lene Martin Marianne Niels Inge Hans Karen Jørgen Lone Morten Camilla Ole Pia Jesper Åse Bo Øjvind Ægir Aage
Ida Freja Emma Alma Ella Sofia Karla William Noah Oscar Karl Malthe Oliver Bjørn Kåre Åge
Gerda Dorthe Birgit Gorm Erik Signe Jakob Rasmus Frederik Gitte Tina Jette Charlotte Bente Inger Ulla""".split()
LAST = """Nielsen Jensen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen
Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen""".split()
STEMS = """Nør Sønder Vester Øster Lille Store Gammel Ny Skov Mose Kær Bak Søn Dal Høj Strand Bæk Eng Birke Ege Bøge
Åkjær Ager Lund Holm Kirke Mølle Krog Rød Hvid Sort Grøn Brun Sten Sand Lyng Hede Klit Fjord Havn""".split()
TAILS = "gaard by lund skov dal holm berg strup sted bjerg toft ager kjær borg vad bæk sø vang rup hus mark".split()
STREETS = "gade vej stræde allé vænget parken torv bakken toften engen løkken haven krogen stien".split()
CITIES = [("9400", "Nørresundby"), ("9000", "Aalborg"), ("9310", "Vodskov"), ("9362", "Gandrup"), ("9430", "Vadum")]


def people(count: int, chance: random.Random) -> Iterator[str]:
    """Names as uneven as real ones: half of them end in one of twenty surnames."""
    rare = [a + b for a in STEMS for b in TAILS]
    for number in range(count):
        if number % 25 == 0:
            yield f"{chance.choice(rare)} {chance.choice(['Byg', 'Handel', 'Auto', 'Ejendomme'])} ApS"
            continue
        first = chance.choice(FIRST[: 1 + int(len(FIRST) * chance.random() ** 1.5)])
        middle = f" {chance.choice(rare)}" if chance.random() < 0.4 else ""
        last = (
            chance.choice(LAST[: 1 + int(len(LAST) * chance.random())])
            if chance.random() < 0.7
            else chance.choice(rare)
        )
        yield f"{first}{middle} {last}"


def streets() -> list[str]:
    """1,600 names of streets."""
    return sorted(
        {f"{stem}{tail}" for stem in STEMS for tail in STREETS} | {"Ågade", "Aagade", "Ærøvej", "Bo Holms Vej"}
    )


def email(name: str) -> str:
    """What stands before the @."""
    return search_key(name).replace(" ", ".")


def copy(table: str, columns: str, rows: Iterator[tuple[object, ...]]) -> None:
    """Fill a table by COPY, as its owner."""
    with connections["owner"].cursor() as cursor, cursor.copy(f"copy {table} ({columns}) from stdin") as target:
        for row in rows:
            target.write_row(row)


def build(count: int) -> None:
    """Everybody gets a supply point, an installation, an agreement, a telephone and an e-mail."""
    chance = random.Random(2026)
    names = list(people(count, chance))
    every = range(1, count + 1)
    kind = ["company" if name.endswith("ApS") else "person" for name in names]
    copy(
        "customers_customer",
        "id, number, kind, cvr, language, source, recorded_at",
        (
            (i, f"{i:07}", kind[i - 1], str(20_000_000 + i) if kind[i - 1] == "company" else None, "da", "person", NOW)
            for i in every
        ),
    )
    copy(
        "customers_customer_name",
        "customer_id, name, sort_key, search_key, period, source, recorded_at",
        ((i, n, sort_key(n), search_key(n), "[2020-01-01,)", "person", NOW) for i, n in zip(every, names, strict=True)),
    )
    copy(
        "customers_contact_point",
        "customer_id, kind, value, period, source, recorded_at",
        (
            row
            for i in every
            for row in (
                (i, "mobile", f"+45{20_000_000 + i * 613 % 9_999_991:08}", "[2020-01-01,)", "person", NOW),
                (
                    i,
                    "email",
                    f"{search_key(names[i - 1]).replace(' ', '.')}{i}@example.dk",
                    "[2020-01-01,)",
                    "person",
                    NOW,
                ),
            )
        ),
    )
    copy("customers_address", ADDRESS_COLUMNS, addresses(count, chance))
    copy(
        "customers_supply_point",
        "id, number, address_id, housing_kind, property_number",
        ((i, f"F{i:07}", i, "house", "") for i in every),
    )
    copy(
        "customers_installation",
        "id, number, supply_point_id, commodity, period",
        ((i, f"I{i:07}", i, "heat", "[2010-01-01,)") for i in every),
    )
    copy(
        "customers_agreement",
        "id, number, supply_point_id, commodity, relation, period, source, recorded_at",
        ((i, f"A{i:07}", i, "heat", "owner", "[2020-01-01,)", "utility", NOW) for i in every),
    )
    copy(
        "metering_meter",
        "id, number, commodity, manufacturer, model",
        ((i, f"00{7_000_000 + i}", "heat", "", "") for i in every),
    )
    copy("metering_mounting", "meter_id, installation_id, period", ((i, i, "[2020-01-01,)") for i in every))
    copy("customers_agreement_holder", "agreement_id, customer_id, is_primary", ((i, i, True) for i in every))
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze")
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        create_staff(
            email=CLERK,
            name="Karen Kontor",
            roles=["clerk"],
            first_date=date(2020, 1, 1),
            until_date=date(2099, 1, 1),
            now=NOW,
        )


ADDRESS_COLUMNS = "id, street, house_number, floor, door, postal_code, city, municipality_code, sort_key, search_key"


def addresses(count: int, chance: random.Random) -> Iterator[tuple[object, ...]]:
    """Distinct addresses on the streets of a handful of towns."""
    names = streets()
    for i in range(1, count + 1):
        street, (code, city) = names[i % len(names)], CITIES[i // len(names) % len(CITIES)]
        number, floor = str(1 + i // (len(names) * len(CITIES))), ""
        if chance.random() < 0.3:
            floor = str(chance.randint(1, 4))
        line = f"{street} {number}{f', {floor}. th' if floor else ''}, {code} {city}"
        yield i, street, number, floor, "th" if floor else "", code, city, "0851", sort_key(line), search_key(line)


def searches(count: int, customers: int) -> list[str]:
    """What clerks type: names whole, cut, turned round and mistyped; addresses; numbers; nonsense."""
    chance = random.Random(7)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select name.name, address.street || ' ' || address.house_number, contact.value"
            "  from customers_customer_name as name"
            "  join customers_address as address on address.id = name.customer_id"
            "  join customers_contact_point as contact on contact.customer_id = name.customer_id and kind = 'mobile'"
            " where name.customer_id = any(%s)",
            [[chance.randint(1, customers) for _ in range(count)]],
        )
        rows = cursor.fetchall()
    made = [_typed(name, address, phone, chance) for name, address, phone in rows]
    return [
        *made,
        "hansen",
        "sen",
        "a",
        "å",
        "%",
        "_",
        "gade",
        "Aagade",
        "ågade 1",
        "x" * 5000,
        "nielsen anne",
        "je ni",
        "1",
    ]


def _typed(name: str, address: str, phone: str, chance: random.Random) -> str:
    words = name.split()
    match chance.randrange(10):
        case 0:
            return name
        case 1:
            return " ".join(reversed(words))
        case 2:
            return " ".join(word[:3] for word in words)
        case 3:
            return words[-1]
        case 4:
            place = chance.randrange(1, len(name) - 1)
            return name[:place] + name[place + 1 :]  # a letter forgotten
        case 5:
            return address
        case 6:
            return address[: len(address) - 3]
        case 7:
            return phone[3:]
        case 8:
            return f"{7_000_000 + chance.randint(1, 99_999)}"
        case _:
            return f"{words[-1]} {address}"


def clerks_browser() -> Client:
    """A clerk who is signed in with a second factor."""
    client = Client()
    clerk = Account.objects.using("owner").get(email=CLERK)
    client.force_login(clerk)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(clerk.pk)
    session.save()
    return client


def measure(texts: list[str]) -> None:
    """Search each text, print the percentiles and the slowest: of the search alone, then of its page."""
    browser = clerks_browser()

    def page(text: str) -> None:
        assert browser.get("/kontor/", {"q": text}).status_code == 200

    def alone(text: str) -> None:
        with purpose(P.CUSTOMER_SERVICE, actor=None):
            search.search(terms=search_terms.parse(text), today=TODAY)

    for name, once in (("search", alone), ("page", page)):
        once("hansen")
        taken = sorted((_milliseconds(once, text), text[:60]) for text in texts)
        cuts = statistics.quantiles([ms for ms, _ in taken], n=100)
        p50, p95, p99 = (cuts[place] for place in (49, 94, 98))
        print(f"{len(texts)} x {name}: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}, most {taken[-1][0]:.1f} ms")
        print("  slowest:", ", ".join(f"{text!r} {ms:.0f}" for ms, text in taken[:-8:-1]))


def _milliseconds(once: Callable[[str], None], text: str) -> float:
    begin = time.perf_counter()
    once(text)
    return (time.perf_counter() - begin) * 1000


def explain(texts: list[str]) -> None:
    """Print the plan of every statement of each search."""

    def shown(execute, statement, parameters, many, context):  # type: ignore[no-untyped-def]
        with connection.connection.cursor() as cursor:
            text = statement if isinstance(statement, str) else statement.as_string(cursor)
            cursor.execute("explain (analyze, buffers) " + text, parameters)
            print("\n".join(line for (line,) in cursor.fetchall()), "\n")
        return execute(statement, parameters, many, context)

    for text in texts:
        print(f"== {text!r}")
        with purpose(P.CUSTOMER_SERVICE, actor=None), connection.execute_wrapper(shown):
            search.search(terms=search_terms.parse(text), today=TODAY)


def main() -> None:
    """Build once, measure each time."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--searches", type=int, default=1000)
    options.add_argument("--explain", nargs="*")
    given = options.parse_args()
    with Machine().database():
        migrate()
        with connections["owner"].cursor() as cursor:
            cursor.execute("select count(*) from customers_customer")
            present = cursor.fetchone()[0]
        if not present:
            begin = time.perf_counter()
            build(given.customers)
            print(f"Made {given.customers:,} customers in {time.perf_counter() - begin:.1f} s.")
        if given.explain:
            explain(given.explain)
        else:
            call_command("collectstatic", verbosity=0, interactive=False)
            measure(searches(given.searches, given.customers))
        connections.close_all()


if __name__ == "__main__":
    main()

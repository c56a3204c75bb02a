"""Bills, told as folders that a utility's staff can read: given, when, then. All dates are up to and with the last.

given/takster.csv     the tariffs: one line a price. A part is fast (a year), forbrug, afgift, trappe, rabat, minimum,
                      motivation or gebyr; what else holds for it is its rule (regel)
given/aftaler.csv     who is supplied where, with what, on which tariff, and the home's sizes
given/maalere.csv     where meters hang, what each register counts, and how
given/forbrug.csv     what is used in each hour of some days; `visning` is what a counter showed before
given/gebyrer.csv     fees; given/fastsat.csv: amounts that staff settled in place of the meter
given/graddage.csv    degree days of months, and of normal ones
when/1-plan.csv       on-account plans are made; 2-aconto.csv, 3-koersel.csv: runs, each previewed, approved by another
                      and posted; 4-forbrug.csv, 4-fastsat.csv: what comes in afterwards
then/regninger.csv    every bill that was posted, in kroner: net, VAT, what was billed on account, what is to be paid
then/linjer.csv       their lines, where the file is there
then/stoppet.csv      bills that were stopped, with the reasons' keys; without the file there must be none
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from forsyn.domain.accounts.models import Account
from forsyn.domain.billing.actions_plans import MonthOfDegreeDays
from forsyn.domain.billing.actions_runs import approve_run, make_run
from forsyn.domain.billing.models import Bill, BillKind, Run
from forsyn.domain.customers import actions as customers
from forsyn.domain.metering import actions as metering
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.canonical import bill_from
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from forsyn.workflows.billing_runs import execute_run, preview_run
from forsyn.workflows.on_account import make_plans, record_degree_days
from tests.billing_ground import approved, fee, hours, on_terms, settled, sized
from tests.scenarios.billing_table import COMMODITIES, LONG_AGO, Row, after, day, kroner, quantity, rows, tariffs

pytestmark = pytest.mark.django_db

SCENARIOS = Path(__file__).parent / "billing"
NAMES = sorted(path.name for path in SCENARIOS.iterdir() if (path / "given").is_dir())
DIGIT = {"varme": "1", "vand": "2", "spildevand": "3"}
UNITS = {"Wh": BaseUnit.WATT_HOURS, "l": BaseUnit.LITRES, "l·°C": BaseUnit.LITRE_DEGREES}
KINDS = {
    "årsopgørelse": BillKind.ANNUAL, "delopgørelse": BillKind.INTERIM, "slutopgørelse": BillKind.FINAL,
    "aconto": BillKind.ON_ACCOUNT, "korrektion": BillKind.CORRECTION,
}  # fmt: skip
WORDS = {kind.value: word for word, kind in KINDS.items()}
QUALITIES = {"skønnet": "estimated", "aftalt": "agreed", "selvaflæst": "self_read"}
SIZES = {"m2": "square_metres", "målerstørrelse": "meter_size", "boliger": "dwellings"}
BEFORE_ALL = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """A scenario under way."""

    maker: int
    approver: int
    points: dict[str, int] = field(default_factory=dict)
    agreements: dict[str, int] = field(default_factory=dict)
    tariffs: dict[str, int] = field(default_factory=dict)


@pytest.mark.parametrize("name", NAMES)
def test_scenario(name: str, books: Mapping[int, int]) -> None:
    folder = SCENARIOS / name
    world = World(_colleague("Opdigtet Sagsbehandler"), _colleague("Opdigtet Afregner"))
    for key, tariff in tariffs(rows(folder / "given" / "takster.csv")).items():
        world.tariffs[key], _ = approved(tariff, key=key)
    for table, lay in GIVEN.items():
        for row in rows(folder / "given" / f"{table}.csv"):
            lay(world, row)
    steps = sorted((folder / "when").iterdir())
    for step in steps:
        for row in rows(step):
            WHEN[step.stem.split("-")[1]](world, row)
    _compare(folder / "then")


def _colleague(name: str) -> int:
    email = f"{name.split()[1].lower()}@example.invalid"
    return Account.objects.create(email=email, name=name, kind="staff", created_at=BEFORE_ALL).pk


# -- given ------------------------------------------------------------------------------------------------------------


def _agreement(world: World, row: Row) -> None:
    place, goods, first = row["sted"], row["vare"], day(row["fra"]) or LONG_AGO
    point = _point(world, place)
    _installation(world, place, goods)
    customer = customers.register_customer(
        number=f"K{len(world.agreements)}", kind="person", name=row["kunde"], since=first, source=Source.PERSON,
        today=first, now=BEFORE_ALL,
    )  # fmt: skip
    agreement_id = customers.conclude_agreement(
        number=row["aftale"], supply_point_id=point, commodity=COMMODITIES[goods].value, relation="owner",
        customer_ids=[customer], first_date=first, until_date=after(row["til og med"]), source=Source.PERSON,
        now=BEFORE_ALL,
    )  # fmt: skip
    world.agreements[row["aftale"]] = agreement_id
    on_terms(
        agreement_id, world.tariffs[row["takst"]], first, instalments=int(row.get("rater") or 0),
        single_pipe=row.get("enstreng") == "ja",
    )  # fmt: skip
    for word, factor in SIZES.items():
        if row.get(word):
            sized(agreement_id, factor, row[word].replace(",", "."), LONG_AGO)


def _point(world: World, place: str) -> int:
    if place not in world.points:
        address = customers.register_address(
            street="Prøvevej", house_number=str(len(world.points) + 1), postal_code="9999", city="Eksempelby"
        )
        world.points[place] = customers.register_supply_point(number=place, address_id=address, housing_kind="house")
    return world.points[place]


def _installation(world: World, place: str, goods: str) -> str:
    number = f"{place}{DIGIT[goods]}"
    with connection.cursor() as cursor:
        cursor.execute("select 1 from customers_installation where number = %s", [number])
        known = cursor.fetchone()
    if not known:
        customers.register_installation(
            number=number, supply_point_id=_point(world, place), commodity=COMMODITIES[goods].value,
            first_date=LONG_AGO,
        )  # fmt: skip
    return number


def _meter(world: World, row: Row) -> None:
    """One row a meter; a heat meter that measures temperatures has four registers."""
    is_counter = row["slags"] == "tæller"
    kind = "cumulative" if is_counter else "interval"
    registers = [
        metering.NewRegister(code, UNITS[unit].value, kind, max_per_hour=2_000_000_000)
        for code, unit in (pair.split(":") for pair in row["registre"].split())
    ]
    metering.register_meters(
        meters=[
            metering.NewMeter(
                row["måler"], COMMODITIES[row["vare"]].value, tuple(registers),
                _installation(world, row["sted"], row["vare"]), day(row["fra"]), after(row["til og med"]),
            )
        ]
    )  # fmt: skip


def _used(_: World, row: Row) -> None:
    """The same amount in each hour of some days."""
    first, until = day(row["fra"]), after(row["til og med"])
    assert first is not None
    assert until is not None
    counter = int(row["visning"]) if row.get("visning") else None
    received_at = datetime.fromisoformat(row["modtaget"]).replace(tzinfo=UTC) if row.get("modtaget") else None
    hours(row["måler"], row["register"], first, until, int(row["pr. time"]), counter=counter, received_at=received_at)


def _settled(world: World, row: Row) -> None:
    first, until = day(row["fra"]), after(row["til og med"])
    assert first is not None
    assert until is not None
    settled(
        world.agreements[row["aftale"]], first, until, int(row["mængde"]), unit=UNITS[row["enhed"]],
        quality=QUALITIES[row["hvordan"]], at=datetime.combine(until, datetime.min.time(), UTC) + timedelta(days=100),
    )  # fmt: skip


def _fee(world: World, row: Row) -> None:
    fee(world.agreements[row["aftale"]], row["del"], date.fromisoformat(row["dato"]))


def _degree_days(_: World, row: Row) -> None:
    month = date.fromisoformat(row["måned"])
    record_degree_days(months=[MonthOfDegreeDays(month, row["graddage"], row["normalt"])], actor=None)


GIVEN: dict[str, Callable[[World, Row], None]] = {
    "aftaler": _agreement, "maalere": _meter, "forbrug": _used, "fastsat": _settled, "gebyrer": _fee,
    "graddage": _degree_days,
}  # fmt: skip

# -- when -------------------------------------------------------------------------------------------------------------


def _plan(_: World, row: Row) -> None:
    first, until = date.fromisoformat(row["fra"]), after(row["til og med"])
    assert until is not None
    made_on = first - timedelta(days=20)
    made = make_plans(
        commodity=COMMODITIES[row["vare"]].value, first=first, until=until, today=made_on,
        now=datetime.combine(made_on, datetime.min.time(), UTC), actor=None,
    )  # fmt: skip
    assert made.refused == ()


def _run(world: World, row: Row) -> None:
    first, until = date.fromisoformat(row["fra"]), after(row["til og med"])
    assert until is not None
    issued = date.fromisoformat(row["udsendes"])
    at = datetime.combine(issued, datetime.min.time(), UTC)
    with purpose(P.SETTLEMENT, actor=world.maker):
        run_id = make_run(
            kind=KINDS[row["slags"]], commodity=COMMODITIES[row["vare"]], from_date=first, until_date=until,
            issue_date=issued, due_date=issued + timedelta(days=30), made_by_id=world.maker, now=at,
            agreement_id=world.agreements.get(row.get("aftale") or ""),
        )  # fmt: skip
    if preview_run(run_id=run_id, clock=lambda: at).bills == 0:
        return
    sha256 = Run.objects.get(pk=run_id).sha256
    with purpose(P.SETTLEMENT, actor=world.approver):
        approve_run(run_id=run_id, sha256=sha256, approved_by_id=world.approver, now=at)
    execute_run(run_id=run_id, clock=lambda: at)


WHEN: dict[str, Callable[[World, Row], None]] = {
    "plan": _plan, "aconto": _run, "koersel": _run, "forbrug": _used, "fastsat": _settled,
}  # fmt: skip

# -- then -------------------------------------------------------------------------------------------------------------


def _compare(then: Path) -> None:
    posted = list(Bill.objects.filter(state="posted").select_related("agreement").order_by("number"))
    assert [_bill_row(bill) for bill in posted] == rows(then / "regninger.csv")
    if (then / "linjer.csv").exists():
        found = [line for bill in posted if bill.calculation for line in _line_rows(bill)]
        assert found == rows(then / "linjer.csv")
    stopped = [
        {"aftale": bill.agreement.number, "årsag": reason["code"], "fra": reason["from"] or "",
         "til og med": _last(date.fromisoformat(reason["until"])) if reason["until"] else ""}
        for bill in Bill.objects.filter(state="stopped").select_related("agreement").order_by("agreement__number")
        for reason in bill.reasons
    ]  # fmt: skip
    assert stopped == rows(then / "stoppet.csv")


def _last(until: date) -> str:
    return str(until - timedelta(days=1))


def _bill_row(bill: Bill) -> Row:
    on_account = bill.on_account_net_oere + bill.on_account_vat_oere
    return {
        "aftale": bill.agreement.number, "slags": WORDS[bill.kind], "fra": str(bill.period.lower),
        "til og med": _last(bill.period.upper), "netto": kroner(bill.net_oere), "moms": kroner(bill.vat_oere),
        "aconto": kroner(on_account), "at betale": kroner(bill.to_pay_oere),
    }  # fmt: skip


def _line_rows(bill: Bill) -> list[Row]:
    return [
        {
            "aftale": bill.agreement.number, "del": line.component, "fra": str(line.from_date),
            "til og med": _last(line.until_date), "mængde": quantity(line.quantity), "enhed": line.unit,
            "netto": kroner(line.net_oere), "skønnet": "ja" if line.is_estimated else "",
        }
        for line in bill_from(bill.calculation.encode()).lines
    ]  # fmt: skip

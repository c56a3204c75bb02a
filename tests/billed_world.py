"""The named world with a heat tariff, terms, and what everybody used in 2025: enough to make bills of.

Amounts of consumption are settled by staff, so that no meter is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.actions_runs import make_run
from forsyn.domain.billing.models import (
    BillKind,
    Instalment,
    Plan,
    Run,
    SettledConsumption,
    Tariff,
    TariffTexts,
    TariffVersion,
    Terms,
)
from forsyn.domain.ledger.actions import ensure_accounts, open_year
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.charges.canonical import sha256, tariff_bytes
from forsyn.kernel.charges.components import (
    ConsumptionUnit,
    Factor,
    FixedCharge,
    Price,
    PriceStep,
    SteppedCharge,
    VariableCharge,
)
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.charges.tariff import Tariff as KernelTariff
from forsyn.policy.purposes import P
from tests.world import NOW, World, build_world

LONG_AGO = date(2000, 1, 1)
FIRST, UNTIL = date(2025, 1, 1), date(2026, 1, 1)
ISSUED, DUE = date(2026, 1, 20), date(2026, 2, 10)
RUN_AT = datetime(2026, 1, 15, 9, tzinfo=UTC)
USED = {"anna": 17_000_000, "bo": 9_000_000, "aeblegaarden": 120_000_000, "dorthe": 11_000_000, "gorm": 8_500_000}
"""Watt hours in 2025. The shop has nothing yet: its bill is stopped."""


@dataclass(frozen=True)
class BilledWorld:
    """The world; the tariff's version; heat agreements by name."""

    world: World
    version_id: int
    agreements: Mapping[str, int]


def heat_tariff(*, steps: bool = False) -> KernelTariff:
    """600 kr. a year and 500 kr. a MWh; with steps, 300 kr. a MWh above ten a year."""
    price = (Price(LONG_AGO, None, Decimal(500)),)
    plain = VariableCharge(
        key="energy", text_key="energy", account="sales_heat_variable", unit=ConsumptionUnit.MWH, prices=price
    )
    stairs = SteppedCharge(
        key="energy", text_key="energy", account="sales_heat_variable", unit=ConsumptionUnit.MWH,
        steps=(PriceStep(Decimal(0), prices=price),
               PriceStep(Decimal(10), prices=(Price(LONG_AGO, None, Decimal(300)),))),
    )  # fmt: skip
    fixed = FixedCharge(
        key="standing", text_key="standing", account="sales_heat_fixed", factor=Factor.AGREEMENT,
        prices=(Price(LONG_AGO, None, Decimal(600)),),
    )  # fmt: skip
    components = (fixed, stairs if steps else plain)
    return KernelTariff(tariff_id="heat", version=1, commodity=Commodity.HEAT, components=components)


def build_billed_world(*, steps: bool = False) -> BilledWorld:
    """Make it in the current database, as the tables' owner."""
    world = build_world()
    return billed(world, steps=steps)


def billed(world: World, *, steps: bool = False) -> BilledWorld:
    """Terms and consumption for the heat agreements of a world, and open books."""
    ensure_accounts()
    for year in (2025, 2026):
        open_year(first_date=date(year, 1, 1), until_date=date(year + 1, 1, 1))
    version = approved_version(heat_tariff(steps=steps))
    agreements = {name: getattr(world, name).agreements["heat"] for name in (*USED, "freja_shop")}
    for agreement_id in agreements.values():
        Terms.objects.create(
            agreement_id=agreement_id, tariff_id=version.tariff_id, period=DateRange(date(2024, 10, 1), None),
            instalments=4, recorded_at=RUN_AT,
        )  # fmt: skip
    for name, watt_hours in USED.items():
        settle(agreements[name], watt_hours)
    return BilledWorld(world, version.pk, agreements)


def approved_version(tariff: KernelTariff) -> TariffVersion:
    """A tariff with one version, drafted and approved by the program."""
    row = Tariff.objects.create(key=tariff.tariff_id, commodity=tariff.commodity, name_da="Varme", name_en="Heat")
    document = tariff_bytes(tariff)
    version = TariffVersion.objects.create(
        tariff=row, number=1, document=document.decode(), sha256=sha256(document), state="draft", drafted_at=NOW
    )
    TariffTexts.objects.create(version=version, texts={})
    version.state, version.approved_at, version.preview = "approved", NOW, {}
    version.save()
    return version


def settle(
    agreement_id: int, watt_hours: int, *, first: date = FIRST, until: date = UNTIL, now: datetime = RUN_AT
) -> SettledConsumption:
    """What staff settled for some days; what they settled for the same days before is withdrawn."""
    SettledConsumption.objects.filter(
        agreement_id=agreement_id, withdrawn_at=None, period__overlap=DateRange(first, until)
    ).update(withdrawn_at=now)
    return SettledConsumption.objects.create(
        agreement_id=agreement_id, period=DateRange(first, until), amount=watt_hours, unit="watt_hours",
        quality="agreed", reason="Aftalt ved telefonen.", recorded_at=now,
    )  # fmt: skip


def plan_of(agreement_id: int, *, net_oere: int = 200_000, instalments: int = 4) -> Plan:
    """A plan for 2025, in instalments of the same amount; each is due on the first day of its period."""
    plan = Plan.objects.create(
        agreement_id=agreement_id, period=DateRange(FIRST, UNTIL), expected_from="norm",
        expected_net_oere=net_oere * instalments, made_at=RUN_AT,
    )  # fmt: skip
    months = 12 // instalments
    for number in range(instalments):
        first = date(2025, 1 + number * months, 1)
        until = date(2025, 1 + (number + 1) * months, 1) if number < instalments - 1 else UNTIL
        Instalment.objects.create(plan=plan, period=DateRange(first, until), due_date=first, net_oere=net_oere)
    return plan


def a_run(world: World, kind: BillKind = BillKind.ANNUAL, **more: object) -> int:
    """A draft for the heat of 2025, made by the one who bills."""
    given: dict[str, object] = {
        "kind": kind, "commodity": Commodity.HEAT, "from_date": FIRST, "until_date": UNTIL, "issue_date": ISSUED,
        "due_date": DUE, "made_by_id": world.billing.pk, "now": RUN_AT,
    }  # fmt: skip
    with purpose(P.SETTLEMENT, actor=world.billing.pk):
        return make_run(**given | more)  # type: ignore[arg-type]


def sha_of(run_id: int) -> str:
    """What an approver is shown."""
    return str(Run.objects.get(pk=run_id).sha256)


@pytest.fixture
def billed_world(world: World) -> BilledWorld:
    """The world with what bills are made of."""
    return billed(world)

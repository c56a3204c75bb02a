"""Bills of fictional customers of a fictional utility, as documents, for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from forsyn.integrations.fi.codec import SlipKind, build
from forsyn.kernel.charges.basis import Basis, FeeCharged, MeanTemperatures, OnAccount, Quality
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.components import ConsumptionUnit, Factor, Incentive, VariableCharge
from forsyn.kernel.charges.incentive import IncentiveTerms, ReturnByFlow
from forsyn.kernel.charges.tariff import Commodity
from forsyn.kernel.money import vat_of
from forsyn.kernel.quantities import BaseUnit
from forsyn.policy.items import Text
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_document import BillDocument, document_of, on_account_document_of
from forsyn.workflows.bill_parts import (
    Addressee,
    BillFacts,
    BillReference,
    Deduction,
    DegreeDays,
    DocumentKind,
    Month,
    PlannedInstalment,
    PostalAddress,
    Reading,
    Utility,
)
from tests import charge_samples as charges

CREDITOR = "81234567"
UTILITY = Utility(
    name="Nordby Varme A/S",
    cvr="99000023",
    address=PostalAddress("Vandværksvej", "9999", "Nordby", "1"),
    phone="00 00 00 01",
    email="post@nordbyforsyning.example",
    website="https://nordbyforsyning.example",
)
HOME = PostalAddress("Fjordgade", "9999", "Nordby", "12, 2. th.")
PERSON = Addressee("Åse Ærø Østerby", HOME, "100204")
SCHOOL = Addressee(
    "Nordby Skole",
    PostalAddress("Skolegade", "9999", "Nordby", "12A"),
    "200017",
    gln="5790000000005",
    buyer_reference="7778",
    order_reference="ORD-19",
    account_code="5250124502",
)
COMPANY = Addressee(
    "Bageriet Æblet & Søn ApS",
    PostalAddress("Ågade", "9999", "Nordby", "3", "Baghuset"),
    "200018",
    cvr="99000023",
    buyer_reference="Indkøb",
)
COMPLAINTS = Text(
    "Er du ikke enig i vores svar, kan du klage til Prøvenævnet.\n\nDet er gratis.",
    "If you do not agree with our answer, you can complain to the Sample Board.\n\nThat is free.",
)
TEXTS = {
    "rent": {"da": "Abonnement og målerleje", "en": "Subscription and meter rent"},
    "area": {"da": "Effektbidrag efter areal", "en": "Capacity charge by floor area"},
    "heat": {"da": "Fjernvarme", "en": "District heating"},
    "cooling": {"da": "Motivationstarif efter returtemperatur", "en": "Incentive by return temperature"},
    "water": {"da": "Vand", "en": "Water"},
    "water_tax": {"da": "Afgift af ledningsført vand", "en": "Tax on piped water"},
    "waste_water": {"da": "Vandafledning", "en": "Waste water"},
    "reminder": {"da": "Rykkergebyr", "en": "Reminder fee"},
    "moving": {"da": "Flyttegebyr", "en": "Moving fee"},
}
TERMS = IncentiveTerms(
    from_date=charges.LONG_AGO,
    until_date=None,
    expected=ReturnByFlow(((60, Decimal("40.3")), (68, Decimal("37.7")), (80, Decimal("35.0")))),
    surcharge_percent=Decimal(1),
    bonus_percent=Decimal(2),
    surcharge_free_degrees=Decimal(5),
)
HEAT_TARIFF = charges.tariff(
    charges.fixed("rent", charges.always(1800)),
    charges.fixed("area", charges.always(56), Factor.SQUARE_METRES),
    charges.variable("heat", charges.changing(date(2026, 7, 1), "612.375", "648.50")),
    Incentive(key="cooling", text_key="cooling", account="sales", of=("heat",), terms=(TERMS,)),
    charges.fee("moving", "67", charges.Vat.STANDARD),
    charges.fee("reminder", "100", charges.Vat.OUTSIDE),
)
WATER_TARIFF = charges.tariff(
    charges.fixed("rent", charges.always(640)),
    charges.variable("water", charges.always("14.35"), "m3"),
    VariableCharge(
        key="water_tax",
        text_key="water_tax",
        account="tax",
        unit=ConsumptionUnit.M3,
        prices=charges.always("6.37"),
        is_tax=True,
    ),
    charges.stairs("41.20", "80%", "40%"),
    commodity=Commodity.WATER,
)
USE_NOW = (2890, 2610, 2240, 1530, 860, 420, 310, 330, 690, 1450, 2190, 2730)
USE_BEFORE = (3120, 2700, 2410, 1490, 1010, 450, 320, 340, 720, 1610, 2350, 2900)
"""kWh of the months of a year."""


def months(now: Sequence[int | None] = USE_NOW, before: Sequence[int | None] = USE_BEFORE) -> tuple[Month, ...]:
    return tuple(
        Month(date(2026, place, 1), None if used is None else used * 1000, None if old is None else old * 1000)
        for place, (used, old) in enumerate(zip(now, before, strict=True), 1)
    )


def instalments(count: int, net_oere: int) -> tuple[Deduction, ...]:
    """So many bills on account of the year, each of the same amount."""
    vat = vat_of(net_oere, charges.VAT_PERCENT)
    return tuple(
        Deduction(BillReference(str(3000 + place), date(2026, 1 + place * 12 // count, 1)), net_oere, vat)
        for place in range(count)
    )


def facts(**changes: Any) -> BillFacts:
    made = BillFacts(
        kind=DocumentKind.ANNUAL,
        number="4711",
        issue_date=date(2027, 1, 15),
        due_date=date(2027, 2, 15),
        utility=UTILITY,
        addressee=PERSON,
        supply_address=HOME,
        texts=TEXTS,
        payment_line=build(SlipKind.FI_71, number=4711, creditor_number=CREDITOR),
        complaints=COMPLAINTS,
        vat_exemption=Text("Rykkergebyr er uden for momsen", "Reminder fees are outside VAT"),
        bills_url="https://nordbyforsyning.example/regninger",
    )
    return replace(made, **changes)


def heat_basis(*, paid: Sequence[Deduction] = (), watt_hours: int = 18_250_000, **changes: Any) -> Basis:
    """A year of heat in 130 m², with a mean return of 36 °C."""
    quality = changes.pop("quality", Quality.MEASURED)
    return charges.basis(
        changes.pop("of", HEAT_TARIFF),
        changes.pop("consumption", [charges.heat(*charges.YEAR, watt_hours, quality)]),
        factors=(charges.square_metres("130"),),
        temperatures=(MeanTemperatures(*charges.YEAR, Decimal(68), Decimal(36)),),
        on_account=OnAccount(sum(each.net_oere for each in paid), sum(each.vat_oere for each in paid)),
        **changes,
    )


def made(basis: Basis, **changes: Any) -> BillDocument:
    return document_of(calculate(basis), basis, facts(**changes))


def annual(*, count: int = 4, net_oere: int = 450_000, **changes: Any) -> BillDocument:
    """An annual statement for heat with all that one can have."""
    paid = instalments(count, net_oere)
    halves = [charges.heat(date(2026, 1, 1), date(2026, 7, 1), 10_550_000)]
    halves.append(charges.heat(date(2026, 7, 1), date(2027, 1, 1), 7_700_000, changes.pop("quality", Quality.MEASURED)))
    given: dict[str, Any] = {
        "deductions": paid,
        "months": months(),
        "degree_days": DegreeDays(Decimal(2870), Decimal(2790), Decimal(80)),
        "readings": (
            Reading("00481516", *charges.YEAR, Decimal("211.402"), Decimal("229.652"), "MWh", Quality.MEASURED),
        ),
        "instalments": tuple(PlannedInstalment(date(2027, month, 1), 562_500) for month in (4, 7, 10)),
    }
    return made(heat_basis(paid=paid, consumption=halves), **given | changes)


def refund(**changes: Any) -> BillDocument:
    """More was billed on account than the year came to."""
    return annual(net_oere=700_000, instalments=(), **changes)


def english(**changes: Any) -> BillDocument:
    return annual(addressee=replace(PERSON, language=Language.ENGLISH), **changes)


def estimated(**changes: Any) -> BillDocument:
    """A final statement by an estimate, some months unknown, collected by Betalingsservice."""
    some = tuple(
        replace(month, is_estimated=month.first.month > 8, before=None if month.first.month < 4 else month.before)
        for month in months()
    )
    given: dict[str, Any] = {
        "kind": DocumentKind.FINAL,
        "months": some,
        "by_betalingsservice": True,
        "degree_days": None,
        "readings": (),
        "instalments": (),
    }
    return annual(quality=Quality.ESTIMATED, **given | changes)


def fixed_only(**changes: Any) -> BillDocument:
    """No consumption at all: a connection that stands still."""
    tariff = charges.tariff(charges.fixed("rent", charges.always(1800)))
    return made(charges.basis(tariff), **changes)


def water(**changes: Any) -> BillDocument:
    """Water, its tax and waste water of a whole year, by instalments."""
    paid = instalments(2, 300_000)
    basis = charges.basis(
        WATER_TARIFF,
        [charges.water(*charges.YEAR, 104_300)],
        on_account=OnAccount(600_000, 150_000),
    )
    use = tuple(
        Month(date(2026, place, 1), 8_200 + 350 * (place % 4), 8_500 + 300 * (place % 3)) for place in range(1, 13)
    )
    return made(basis, **{"months": use, "month_unit": BaseUnit.LITRES, "deductions": paid} | changes)


def many_lines(count: int = 60) -> BillDocument:
    """A price that changed in every week: so many lines, each with its steps."""
    days = [date(2026, 1, 1) + timedelta(days=6 * place) for place in range(count)]
    prices = tuple(
        charges.Price(first, until, Decimal(600 + place))
        for place, (first, until) in enumerate(zip(days, [*days[1:], None], strict=True))
    )
    tariff = charges.tariff(charges.variable("heat", prices))
    long = Addressee(
        "Grundejerforeningen for Åløkkeparkens rækkehuse og Sønderstrandens fritidsbebyggelse",
        PostalAddress(
            "Gammel Kongelige Hofjægermesters Vænge", "9999", "Nordby Øster Hovedstation", "1234 B", "c/o Ældrerådet"
        ),
        "300001",
    )
    return made(heat_basis(of=tariff), addressee=long, supply_address=long.address)


def on_account(**changes: Any) -> BillDocument:
    given: dict[str, Any] = {
        "kind": DocumentKind.ON_ACCOUNT,
        "number": "3004",
        "issue_date": date(2026, 12, 10),
        "due_date": date(2027, 1, 4),
        "instalments": tuple(PlannedInstalment(date(2027, month, 1), 562_500) for month in (4, 7, 10)),
        "months": months((*USE_NOW[:11], None)),
    }
    return on_account_document_of(
        facts=facts(**given | changes),
        commodity=Commodity.HEAT,
        agreement="A-1",
        from_date=date(2027, 1, 1),
        until_date=date(2027, 4, 1),
        net_oere=450_000,
        vat_oere=112_500,
        vat_percent=Decimal(25),
    )


def correction(**changes: Any) -> BillDocument:
    """The year came to less than the bill said."""
    paid = instalments(4, 450_000)
    earlier = Deduction(BillReference("4690", date(2027, 1, 10)), 300_000, 75_000, is_instalment=False)
    return made(
        heat_basis(paid=paid),
        **{"kind": DocumentKind.CORRECTION, "deductions": (*paid, earlier)} | changes,
    )


def with_fees(**changes: Any) -> BillDocument:
    """A fee with VAT and one outside of it."""
    charged = (FeeCharged("moving", date(2026, 3, 1)), FeeCharged("reminder", date(2026, 5, 1)))
    return made(heat_basis(fees=charged), **changes)


ALL = {
    "annual": annual,
    "refund": refund,
    "english": english,
    "estimated": estimated,
    "fixed_only": fixed_only,
    "water": water,
    "many_lines": many_lines,
    "on_account": on_account,
    "correction": correction,
    "with_fees": with_fees,
}

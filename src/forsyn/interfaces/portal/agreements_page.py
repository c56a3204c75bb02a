"""The customer's agreements as cards, one a supply point and run of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forsyn.domain.customers.models import Commodity, HousingKind, Relation
from forsyn.domain.customers.queries import AgreementView, InstallationView
from forsyn.domain.metering.delivery_queries import MountedMeter
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.amounts import MEASURES
from forsyn.interfaces.portal.where import start
from forsyn.kernel.periods import Period

COMMODITIES = {
    Commodity.HEAT: gettext_lazy("Varme"),
    Commodity.WATER: gettext_lazy("Vand"),
    Commodity.WASTE_WATER: gettext_lazy("Spildevand"),
}
RELATIONS = {
    Relation.OWNER: gettext_lazy("Ejer"),
    Relation.TENANT: gettext_lazy("Lejer"),
    Relation.ADMINISTRATOR: gettext_lazy("Administrator"),
}
HOUSING = {
    HousingKind.HOUSE: gettext_lazy("Hus"),
    HousingKind.TERRACED_HOUSE: gettext_lazy("Rækkehus"),
    HousingKind.FLAT: gettext_lazy("Lejlighed"),
    HousingKind.HOLIDAY_HOME: gettext_lazy("Fritidshus"),
    HousingKind.BUSINESS: gettext_lazy("Erhverv"),
}


@dataclass(frozen=True, slots=True)
class MeterLine:
    """A meter that hung at the installation in the agreement's time."""

    number: str
    device: str
    period: str
    hangs: bool


@dataclass(frozen=True, slots=True)
class InstallationLine:
    """An installation of the agreement."""

    number: str
    meters: tuple[MeterLine, ...]
    href: str


@dataclass(frozen=True, slots=True)
class AgreementCard:
    """One agreement."""

    number: str
    commodity: str | Promise
    address: str
    postal_line: str
    supply_point: str
    housing: str | Promise
    relation: str | Promise
    period: str
    state: str
    """running, coming or over."""
    other_holders: tuple[str, ...]
    installations: tuple[InstallationLine, ...]


def agreement_cards(
    agreements: Sequence[AgreementView],
    installations: Sequence[InstallationView],
    meters: Mapping[int, Sequence[MountedMeter]],
    customer_id: int,
    today: date,
) -> list[AgreementCard]:
    """Running ones first, as they come; meters only as far as they hung in the agreement's period."""
    return [
        AgreementCard(
            number=agreement.number,
            commodity=COMMODITIES[Commodity(agreement.commodity)],
            address=agreement.place.first_line,
            postal_line=agreement.place.postal_line,
            supply_point=agreement.place.number,
            housing=HOUSING[HousingKind(agreement.place.housing_kind)],
            relation=RELATIONS[Relation(agreement.relation)],
            period=_agreement_period(agreement.period, today),
            state=_state(agreement.period, today),
            other_holders=tuple(holder.name for holder in agreement.holders if holder.customer_id != customer_id),
            installations=tuple(
                _installation(one, meters.get(one.id, ()), agreement.period, today)
                for one in installations
                if (one.place.id, one.commodity) == (agreement.place.id, agreement.commodity)
                and one.period.overlaps(agreement.period)
            ),
        )
        for agreement in agreements
    ]


def _installation(one: InstallationView, meters: Sequence[MountedMeter], held: Period, today: date) -> InstallationLine:
    lines = []
    for meter in meters:
        mounted = Period(meter.first or date.min, meter.until)
        if (own := mounted.clip(held)) is not None:
            lines.append(_meter(meter, own, mounted, today))
    return InstallationLine(
        number=one.number,
        meters=tuple(lines),
        href=start(one, today).address() if one.commodity in MEASURES and one.agreement_periods else "",
    )


def _meter(meter: MountedMeter, own: Period, mounted: Period, today: date) -> MeterLine:
    """What lies outside the agreement's time, such as when the meter was put up for somebody else, stays untold."""
    hangs = today in own
    text = _("Sidder her nu") if hangs and own.first > mounted.first else wording.upper_first(wording.period_text(own))
    return MeterLine(
        number=meter.meter_number,
        device=" ".join(part for part in (meter.manufacturer, meter.model) if part),
        period=text,
        hangs=hangs,
    )


def _agreement_period(period: Period, today: date) -> str:
    if period.until is None and period.first <= today:
        return _("Siden %(date)s") % {"date": wording.long_date(period.first)}
    return wording.upper_first(wording.period_text(period))


def _state(period: Period, today: date) -> str:
    if today in period:
        return "running"
    return "coming" if today < period.first else "over"

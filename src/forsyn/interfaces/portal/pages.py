"""The consumption page as data: chart, table, words. Reads through `readings`; decides nothing about access."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from forsyn.domain.customers.queries import InstallationView
from forsyn.interfaces.portal import chart, wording
from forsyn.interfaces.portal.amounts import Level, signed_percent
from forsyn.interfaces.portal.figures import Figures, figures
from forsyn.interfaces.portal.slots import (
    Remark,
    Slot,
    State,
)
from forsyn.interfaces.portal.where import Where
from forsyn.policy.periods import Period
from forsyn.policy.vocabulary import Outcome
from forsyn.workflows.declarations import current_policy


@dataclass(frozen=True, slots=True)
class Column:
    """One slot as it is drawn, read aloud and tabled."""

    place: chart.Column
    href: str
    anchor: str
    name: str
    label: str
    minor: bool
    """Its label may go where there is little room."""
    spoken: str
    reading: str
    partial: bool
    amount: str
    last_year: str
    change: str
    remarks: str


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class ConsumptionPage:
    """All that the template shows."""

    where: Where
    title: str
    heading: str
    unit: str
    legend: tuple[str, str]
    columns: list[Column]
    ticks: list[tuple[str, str]]
    chart: chart.Chart
    amount: str
    summary: str
    notes: list[str]
    trail: list[Link]
    before: Link | None
    after: Link | None
    csv: str
    hours_csv: str
    has_figures: bool
    read_daily: bool
    summed: str
    """Why there is nothing to draw of a period that is too old; empty where it is not."""

    @property
    def has_partial(self) -> bool:
        """Whether some bar stands for less than its whole period."""
        return any(column.partial for column in self.columns)

    @property
    def has_gaps(self) -> bool:
        """Whether some bar is missing."""
        return any(column.place.gap for column in self.columns)

    @property
    def beside_last_year(self) -> bool:
        """Whether the chart has bars of the year before."""
        return any(column.place.last_year for column in self.columns)

    @property
    def has_remarks(self) -> bool:
        """Whether the table needs a column for them."""
        return any(column.remarks for column in self.columns)

    @property
    def up(self) -> Link:
        """The page above."""
        return self.trail[-2] if len(self.trail) > 1 else self.trail[0]

    @property
    def table_open(self) -> bool:
        """Hours lead no deeper, so their bars lead to the table, which must be open."""
        return self.where.level is Level.HOURS

    @property
    def chart_hint(self) -> str:
        """What the chart shows and what its bars do."""
        return wording.chart_hint(self.where.level)

    @property
    def table_slot(self) -> str:
        """The heading over the names of the rows."""
        return wording.slot_word(self.where.level)

    @property
    def table_caption(self) -> str:
        """What the table holds, with the unit."""
        return _("%(heading)s i %(unit)s") % {"heading": self.heading, "unit": self.unit}

    @property
    def empty_text(self) -> str:
        """Why there is nothing to draw."""
        return wording.nothing_measured(current=self.where.is_current)


def consumption_page(where: Where) -> ConsumptionPage:
    """Everything a consumption page shows."""
    found = figures(where)
    # among all years, the year before is the bar to the left
    beside = where.level is not Level.YEARS
    pairs = [
        chart.Pair(slot.amount, slot.last_year if beside else None, slot.state is State.MISSING) for slot in found.slots
    ]
    drawn = chart.draw(pairs, where.scale.base_units)
    current_year = where.period.first.year == where.today.year
    columns = [
        _column(where, slot, place, number, current_year=current_year)
        for number, (slot, place) in enumerate(zip(found.slots, drawn.columns, strict=True))
    ]
    before, after = where.before(), where.after()
    title = wording.upper_first(wording.page_title(where.level, where.period))
    return ConsumptionPage(
        where=where,
        title=title,
        heading=f"{wording.upper_first(str(where.measure.name))}, {wording.page_title(where.level, where.period)}",
        unit=str(where.scale.symbol),
        legend=_legend(where),
        columns=columns,
        ticks=[(tick.y, where.scale.axis(tick.value)) for tick in drawn.ticks],
        chart=drawn,
        amount="" if found.amount is None else where.total_scale.text(found.amount),
        summary=_summary(where, found),
        notes=_notes(where, found),
        trail=_trail(where),
        before=_link(before),
        after=_link(after),
        csv=where.address("csv"),
        hours_csv=_hours_csv(where) if where.year and found.has_hours else "",
        has_figures=bool(found.whole)
        or any(slot.amount is not None or slot.last_year is not None for slot in found.slots),
        read_daily=found.read_daily,
        summed=wording.why_summed(found.kept_as, _kept_for(found.kept_as)) if found.kept_as else "",
    )


def place_link(where: Where, installation: InstallationView) -> Link:
    """The same period of another installation: "Vand, Ærøvej 7"."""
    there = where.of(installation)
    text = f"{wording.upper_first(str(there.measure.name))}, {installation.place.first_line}"
    return Link(text, there.address(), current=installation.id == where.installation.id)


def _hours_csv(where: Where) -> str:
    return where.at(where.period.first, Level.MONTHS).address("hours_csv")


def _kept_for(kept_as: Level) -> Period | None:
    """How long the policy keeps what is finer; None where it does not say so."""
    then = Outcome.THIN_TO_DAYS if kept_as is Level.DAYS else Outcome.THIN_TO_MONTHS
    return next((rule.period for rule in current_policy().retention.values() if rule.then is then), None)


# -- words -------------------------------------------------------------------------------------------------------


def _column(where: Where, slot: Slot, place: chart.Column, number: int, *, current_year: bool) -> Column:
    scale = where.scale
    anchor = f"r{number}"
    href = _href(where, slot, anchor)
    owned = next((own for own in where.ownership.periods if own.overlaps(slot.period)), None)
    spoken = wording.spoken(where.level, slot, scale, current_year=current_year)
    reading = spoken.partition(": ")[2]
    return Column(
        place=place,
        href=href,
        anchor=anchor,
        name=_short_name(where.level, slot),
        label=wording.slot_label(where.level, slot),
        minor=_is_minor(where.level, number),
        spoken=spoken,
        reading=wording.upper_first(reading),
        partial=slot.state is State.PARTIAL and Remark.GAP in slot.remarks,
        amount="" if slot.amount is None else scale.number(slot.amount),
        last_year="" if slot.last_year is None else scale.number(slot.last_year),
        change="" if slot.change is None else signed_percent(slot.change),
        remarks=wording.remarks_text(slot, owned),
    )


def _short_name(level: Level, slot: Slot) -> str:
    if level is Level.DAYS:
        return wording.short_day_name(slot.period.first)
    return wording.upper_first(wording.slot_name(level, slot))


def _href(where: Where, slot: Slot, anchor: str) -> str:
    if where.level is Level.HOURS:
        return f"#{anchor}"
    below = where.below(slot.period.first)
    return below.address() if below.exists() else ""


def _is_minor(level: Level, number: int) -> bool:
    """Of days and hours, every label but each fifth or sixth may go on a narrow screen."""
    if level is Level.DAYS:
        return number % 5 != 0
    if level is Level.HOURS:
        return number % 6 != 0
    return level is Level.MONTHS and number % 3 != 0


def _legend(where: Where) -> tuple[str, str]:
    if where.level is Level.YEARS:
        return _("Forbrug"), _("Året før")
    year = where.period.first.year
    return str(year), str(year - 1)


def _summary(where: Where, found: Figures) -> str:
    if where.level is Level.YEARS:
        return ""
    return wording.summary(found.comparison, where.measure, where.total_scale, current=where.is_current)


def _notes(where: Where, found: Figures) -> list[str]:
    notes = wording.notes(found.comparison, found.slots, where.level, found.last_measured)
    return notes if where.level is not Level.YEARS else []


def _trail(where: Where) -> list[Link]:
    levels = list(Level)
    shown = levels[: levels.index(where.level) + 1]
    trail = []
    for level in shown:
        page = where.at(where.period.first, level)
        text = wording.upper_first(wording.page_title(level, page.period))
        trail.append(Link(text, page.address(), current=level is where.level))
    return trail


def _link(where: Where | None) -> Link | None:
    if where is None:
        return None
    return Link(wording.upper_first(wording.page_title(where.level, where.period)), where.address())

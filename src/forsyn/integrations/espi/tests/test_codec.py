"""Feeds are valid, and say exactly what was measured, when, and for how long."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.espi import codec
from forsyn.integrations.espi.codec import LARGEST, NotEspi, write_feed
from forsyn.integrations.espi.values import Interval, Kind, MeterReading, Quality, Reading, Service, UsagePoint
from forsyn.kernel.local_days import day_start_seconds
from forsyn.kernel.quantities import BaseUnit

UPDATED = datetime(2026, 11, 21, 10, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
ESPI = f"{{{codec.NAMESPACE}}}"
SUBSET = xmlschema.XMLSchema(Path(__file__).parent / "espi_subset.xsd")
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def hours(first: date, days: int) -> Iterator[Reading]:
    """Each hour of some local days, its value the number of the hour."""
    begin, end = day_start_seconds(first), day_start_seconds(first + timedelta(days=days))
    return (Reading(at, 3600, number) for number, at in enumerate(range(begin, end, 3600)))


def series(*readings: Reading, **other: object) -> MeterReading:
    facts = {"key": "heat", "title": "Varme", "unit": BaseUnit.WATT_HOURS, "kind": Kind.CONSUMPTION}
    return MeterReading(**facts | {"interval": Interval.HOUR, "readings": readings} | other)  # type: ignore[arg-type]


def point(*told: MeterReading, service: Service = Service.HEAT, key: str = "5001-1") -> UsagePoint:
    return UsagePoint(key, "Ærøvej 7 <varme> & \x00vand", service, told)


def feed(*points: UsagePoint) -> Element:
    return ElementTree.fromstring(b"".join(write_feed(points, updated=UPDATED, author="Nordby Forsyning A/S")))


def contents(root: Element, name: str) -> list[Element]:
    return root.findall(f"{ATOM}entry/{ATOM}content/{ESPI}{name}")


@dataclass(frozen=True)
class Read:
    """A series as another program finds it: units as the feed says, and readings."""

    uom: int
    power_of_ten: int
    readings: list[Reading]


def read(root: Element) -> list[Read]:
    """By the links, as the standard wants: each block belongs to the series above it, which names its type."""
    entries = {link.get("href"): entry for entry in root.findall(f"{ATOM}entry") for link in _links(entry, "self")}
    found = []
    for href, entry in entries.items():
        if entry.find(f"{ATOM}content/{ESPI}MeterReading") is None:
            continue
        related = [link.get("href") for link in _links(entry, "related")]
        kind = next(entries[each] for each in related if each in entries).find(f"{ATOM}content/{ESPI}ReadingType")
        blocks = [each for name, each in entries.items() if (name or "").startswith(f"{href}/IntervalBlock/")]
        readings = [_reading(one) for block in blocks for one in block.iter(f"{ESPI}IntervalReading")]
        found.append(Read(_number(kind, "uom"), _number(kind, "powerOfTenMultiplier"), readings))
    return found


def _links(entry: Element, rel: str) -> list[Element]:
    return [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == rel]


def _number(element: Element | None, *names: str) -> int:
    assert element is not None
    found = element.find("/".join(f"{ESPI}{name}" for name in names))
    return 0 if found is None else int(found.text or "")


def _reading(one: Element) -> Reading:
    return Reading(
        _number(one, "timePeriod", "start"),
        _number(one, "timePeriod", "duration"),
        _number(one, "value"),
        Quality(_number(one, "ReadingQuality", "quality")),
    )


def everything() -> Element:
    daily = [Reading(day_start_seconds(day), seconds, 7) for day, seconds in (
        (date(2026, 3, 28), 86_400), (date(2026, 3, 29), 82_800), (date(2026, 10, 25), 90_000))]  # fmt: skip
    return feed(
        point(
            series(*hours(date(2026, 10, 24), 3)),
            series(*daily, key="days", interval=Interval.DAY),
            series(Reading(0, 0, LARGEST), key="counter", kind=Kind.COUNTER, interval=Interval.INSTANT),
        ),
        point(
            series(
                Reading(0, 31 * 86_400, -5, Quality.MIXED), unit=BaseUnit.LITRES, interval=Interval.MONTH, key="water"
            ),
            service=Service.WATER,
            key="5001-2",
        ),
        point(series(unit=BaseUnit.LITRES), service=Service.WASTE_WATER, key="5001-3"),
    )


def _valid(schema: xmlschema.XMLSchema) -> None:
    root = everything()
    told = [content[0] for content in root.findall(f"{ATOM}entry/{ATOM}content")]
    assert {each.tag.removeprefix(ESPI) for each in told} == {
        "LocalTimeParameters", "UsagePoint", "MeterReading", "ReadingType", "IntervalBlock",
    }  # fmt: skip
    for each in told:
        schema.validate(each)


def test_it_is_valid_by_what_we_use_of_the_standard() -> None:
    _valid(SUBSET)


@pytest.mark.skipif(
    "FORSYN_ESPI_XSD" not in os.environ,
    reason="NAESB's schema is not part of this repository: let FORSYN_ESPI_XSD name the published espi.xsd",
)
def test_it_is_valid_by_the_published_schema() -> None:
    _valid(xmlschema.XMLSchema(os.environ["FORSYN_ESPI_XSD"]))


def test_it_is_an_atom_feed() -> None:
    """RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must have, each id once."""
    root = everything()
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Nordby Forsyning A/S"
    elements = [root, *root.findall(f"{ATOM}entry")]
    for element in elements:
        assert element.findtext(f"{ATOM}title")
        assert element.findtext(f"{ATOM}updated") == "2026-11-21T10:00:00Z"
    ids = [element.findtext(f"{ATOM}id") or "" for element in elements]
    assert len(set(ids)) == len(ids)
    assert all(urlsplit(each).scheme == "urn" for each in ids)
    assert root.findtext(f"{ATOM}entry[2]/{ATOM}title") == "Ærøvej 7 <varme> & vand"


def test_ids_stay_the_same_in_every_feed() -> None:
    def ids(element: Element) -> list[str | None]:
        return [entry.findtext(f"{ATOM}id") for entry in element.findall(f"{ATOM}entry")]

    assert ids(everything()) == ids(everything())


def test_every_link_within_leads_somewhere() -> None:
    root = everything()
    places = {link.get("href") for entry in root.findall(f"{ATOM}entry") for link in _links(entry, "self")}
    collections = {place.rpartition("/")[0] for place in places if place}
    for entry in root.findall(f"{ATOM}entry"):
        for link in (*_links(entry, "up"), *_links(entry, "related")):
            empty_series = str(link.get("href")).endswith("3/MeterReading/1/IntervalBlock")
            assert link.get("href") in places | collections or empty_series


@pytest.mark.parametrize(("rule", "is_start"), [(codec.SUMMER_BEGINS, True), (codec.SUMMER_ENDS, False)])
@pytest.mark.parametrize("year", range(1996, 2037))
def test_the_rules_of_summer_time_say_when_danish_clocks_jump(rule: str, is_start: bool, year: int) -> None:
    bits = int(rule, 16)
    seconds, hour, weekday = bits & 0xFFF, bits >> 12 & 0x1F, bits >> 17 & 7
    day, operator, month = bits >> 20 & 0x1F, bits >> 25 & 7, bits >> 28
    assert (seconds, day, operator) == (0, 0, 7)  # the last such weekday of the month
    last = max(
        date(year, month, number) for number in range(25, 32) if date(year, month, number).isoweekday() == weekday
    )
    before = datetime(last.year, last.month, last.day, hour, tzinfo=UTC) - timedelta(hours=1 if is_start else 2)
    offsets = [(before + timedelta(minutes=m)).astimezone(COPENHAGEN).utcoffset() for m in (-1, 1)]
    assert offsets == [timedelta(hours=1), timedelta(hours=2)][:: 1 if is_start else -1]


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_has_the_hours_that_it_had(day: date, count: int) -> None:
    [found] = read(feed(point(series(*hours(day, 1)))))
    assert len(found.readings) == count
    assert len({reading.start_seconds for reading in found.readings}) == count
    begin, end = found.readings[0].start_seconds, found.readings[-1].start_seconds + 3600
    assert datetime.fromtimestamp(begin, COPENHAGEN).hour == 0
    assert datetime.fromtimestamp(end, COPENHAGEN) == datetime(
        *(day + timedelta(days=1)).timetuple()[:3], tzinfo=COPENHAGEN
    )


def test_blocks_are_local_months_and_say_their_span() -> None:
    root = feed(point(series(*hours(date(2026, 10, 31), 2))))
    blocks = contents(root, "IntervalBlock")
    assert [len(block.findall(f"{ESPI}IntervalReading")) for block in blocks] == [24, 24]
    assert _number(blocks[1], "interval", "start") == day_start_seconds(date(2026, 11, 1))
    assert [_number(block, "interval", "duration") for block in blocks] == [86_400, 86_400]


READINGS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([0, 900, 3600, 86_400]), st.integers(-LARGEST, LARGEST),
              st.sampled_from(Quality)), max_size=30,
)  # fmt: skip


@given(READINGS, st.integers(0, 2 * 10**9), st.sampled_from([BaseUnit.WATT_HOURS, BaseUnit.LITRES]))
@settings(max_examples=100)
def test_values_come_back_as_they_were(steps: list[tuple[int, int, int, Quality]], start: int, unit: BaseUnit) -> None:
    given_readings, at = [], start
    for gap, duration, value, quality in steps:
        at += gap
        given_readings.append(Reading(at, duration, value, quality))
        at += duration
    root = feed(point(series(*given_readings, unit=unit)))
    for block in contents(root, "IntervalBlock"):
        SUBSET.validate(block)
    [found] = read(root)
    assert found.readings == given_readings
    assert (found.uom, found.power_of_ten) == {BaseUnit.WATT_HOURS: (72, 0), BaseUnit.LITRES: (42, -3)}[unit]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (series(Reading(3600, 3600, 1), Reading(3600, 3600, 1)), "overlap at 1970-01-01"),
        (series(Reading(7200, 3600, 1), Reading(0, 3600, 1)), "overlap"),
        (series(Reading(0, 0, 1), Reading(0, 0, 2), kind=Kind.COUNTER), "overlap"),
        (series(Reading(0, 3600, LARGEST + 1)), "larger than ESPI can hold"),
        (series(Reading(0, 2**32, 1)), "larger than ESPI can hold"),
        (series(unit=BaseUnit.LITRE_DEGREES), "no unit for litre_degrees"),
    ],
)
def test_what_the_standard_has_no_place_for(told: MeterReading, why: str) -> None:
    with pytest.raises(NotEspi, match=why):
        feed(point(told))


def test_four_years_of_hours_take_little_memory() -> None:
    def stream() -> Iterator[UsagePoint]:
        yield point(series(readings=hours(date(2022, 11, 21), 4 * 365)))

    tracemalloc.start()
    try:
        size = sum(map(len, write_feed(stream(), updated=UPDATED)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 35_000 * 150
    assert peak < 3_000_000

"""What the office's pages say about the world."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forsyn.domain.customers import actions
from forsyn.domain.metering.actions import NewMeter, register_meters
from forsyn.domain.metering.inspection import DayVersion
from forsyn.interfaces.office.place_views import hour_rows
from forsyn.interfaces.office.sparkline import HEIGHT, WIDTH, bars
from forsyn.interfaces.office.templatetags.office_words import _numbers
from forsyn.interfaces.office.tests.conftest import HEAT, Store, Values, deliver
from forsyn.interfaces.office.tests.reading import words
from forsyn.policy.vocabulary import Source
from tests.counting import asked
from tests.world import BEGINNING, NOW, TODAY, World

# -- the customer ----------------------------------------------------------------------------------------------------


def test_the_customers_page_tells_it_all(world: World, store: Store, clerk: Client) -> None:
    page = words(clerk, reverse("office:customer", args=[world.anna.customer_id]))
    for said in (
        "Anna Prøvesen",
        "kundenr. 1001",
        "1001@kunde.example",
        "Ærøvej 7, 9999 Nordby",
        "A50011-2410",
        "måler 0071001",
        "måler 0082001",
        "Måler 0082001 skiftet til 0082002 ved installation 50012",
        "Flyttede ind: Ærøvej 7, 9999 Nordby (varme, spildevand, vand)",
        "fik adgang til portalen",
        "spildevand følger vandforbruget",
    ):
        assert said in page, said


def test_both_holders_of_a_household_are_shown(world: World, clerk: Client) -> None:
    page = words(clerk, reverse("office:customer", args=[world.bo.customer_id]))
    assert "Bo Åkjær 1002, ejer" in page
    assert "Birgit Åkjær 1003, medindehaver" in page


def test_history_stays(world: World, clerk: Client) -> None:
    when = {"customer_id": world.anna.customer_id, "source": Source.PERSON, "today": TODAY, "now": NOW}
    actions.change_name(name="Anna Nygift", **when)
    actions.change_contact_point(kind="mobile", value="30303030", **when)
    actions.change_contact_point(kind="email", value=None, **when)
    page = words(clerk, reverse("office:customer", args=[world.anna.customer_id]))
    assert "Skiftede navn fra Anna Prøvesen til Anna Nygift" in page
    assert "Mobil ændret fra +4520001001 til +4530303030, oplyst af kunden" in page
    assert "E-mail fjernet: 1001@kunde.example" in page
    assert "Navn: Anna Prøvesen 1. oktober 2024 – 1. november 2026" in page


def test_the_timeline_is_newest_first_and_can_be_filtered(world: World, store: Store, clerk: Client) -> None:
    address = reverse("office:customer", args=[world.anna.customer_id])
    body = clerk.get(address).content.decode()
    days = re.findall(r'<time datetime="([^"]+)"', body)
    assert days == sorted(days, reverse=True)
    only_meters = words(clerk, address + "?tidslinje=maaler")
    assert "skiftet til" in only_meters
    assert "Flyttede ind" not in only_meters


def test_consumption_is_clipped_to_the_customers_own_agreement(world: World, clerk: Client) -> None:
    register_meters(meters=[NewMeter("0055001", "heat", (HEAT,), "50041", BEGINNING)])
    deliver("skifte.csv", [Values("0055001", "energy", date(2026, 9, 30), [1000] * 24 + [50_000] * 24)])
    dorthe = words(clerk, reverse("office:customer", args=[world.dorthe.customer_id]))
    erik = words(clerk, reverse("office:customer", args=[world.erik.customer_id]))
    assert "september 2026 24,0 kWh" in dorthe
    assert "1.200,0 kWh" not in dorthe
    assert "oktober 2026 1.200,0 kWh" in erik
    assert "24,0 kWh" not in erik
    assert "Måler 0055001 sat op" in dorthe
    assert "Måler 0055001 sat op" not in erik, "the meter hung there before Erik moved in"


def test_a_customer_without_anything_has_a_page_that_says_so(world: World, clerk: Client) -> None:
    nobody = actions.register_customer(
        number="9001", kind="person", name="Nora Ny", source=Source.PERSON, today=TODAY, now=NOW
    )
    page = words(clerk, reverse("office:customer", args=[nobody]))
    for said in ("Ingen aftaler", "Ingen telefon eller e-mail", "Ingen har adgang", "Ingen installationer"):
        assert said in page


def test_the_customers_page_speaks_english(world: World, store: Store, clerk: Client) -> None:
    clerk.cookies["forsyn_language"] = "en"
    page = words(clerk, reverse("office:customer", args=[world.anna.customer_id]))
    assert "Agreements" in page
    assert "Aftaler" not in page


# -- the supply point and the meter ----------------------------------------------------------------------------------


def test_the_supply_point_shows_meters_values_gaps_corrections_and_quarantine(
    world: World, store: Store, operations: Client
) -> None:
    page = words(operations, reverse("office:supply_point", args=[world.anna.home.supply_point_id]))
    for said in (
        "Ærøvej 7",
        "0082001 1. oktober 2024 – 14. marts 2026",
        "Seneste værdi: 1. november 2026, 0,168 kWh",
        "26. oktober 2026: 1 time",
        "23 af 24 timer",
        "rettet, version 2",
        "Usandsynlig værdi, 26. oktober 2026",
        "Spildevand har ingen måler",
    ):
        assert said in page, said


def test_agreements_over_time_are_on_the_supply_points_page_for_clerks_only(
    world: World, clerk: Client, operations: Client
) -> None:
    address = reverse("office:supply_point", args=[world.dorthe.home.supply_point_id])
    page = words(clerk, address)
    assert "Erik Eksempelsen" in page
    assert "Dorthe Døgnvil" in page
    assert "Eksempelsen" not in words(operations, address)


def test_versions_of_a_day_stand_side_by_side(world: World, store: Store, operations: Client) -> None:
    address = reverse("office:meter_day", args=[store.annas_heat, 1, store.day.isoformat()])
    page = words(operations, address)
    assert "Dagen findes i 2 versioner" in page
    assert "00–01 1,144 kWh 0,007 kWh ændret" in page
    assert "Hele dagen 27,732 kWh 0,168 kWh" in page


def test_the_meters_page_leads_to_the_corrected_day(world: World, store: Store, operations: Client) -> None:
    body = operations.get(reverse("office:meter", args=[store.annas_heat])).content.decode()
    assert reverse("office:meter_day", args=[store.annas_heat, 1, store.day.isoformat()]) in body
    assert "50,000 kWh" in unescape(body), "what it can count in an hour"


@pytest.mark.parametrize(
    ("day", "hours", "named"),
    [
        (date(2026, 3, 29), 23, ["01–02", "03–04"]),
        (date(2026, 10, 25), 25, ["02–03 A", "02–03 B"]),
        (date(2026, 10, 26), 24, ["02–03", "03–04"]),
    ],
)
def test_the_hours_of_a_day_are_those_of_the_wall_clock(day: date, hours: int, named: list[str]) -> None:
    version = DayVersion(1, 1, 0, None, (0,) * hours, (0,) * hours, None)
    rows = hour_rows(day, [version])
    assert len(rows) == hours
    assert {row.hour for row in rows} >= set(named)


def test_a_value_that_came_or_went_is_a_change() -> None:
    old = DayVersion(1, 1, 1, None, (1, None, 3), (0, None, 0), NOW)
    new = DayVersion(2, 2, 1, None, (1, 2, None), (0, 4, None), None)
    rows = hour_rows(TODAY, [old, new])
    assert [row.cells[1] for row in rows] == [(1, "", False), (2, "frigivet fra karantæne", True), (None, "", True)]


# -- deliveries ------------------------------------------------------------------------------------------------------


def test_a_deliverys_counts_add_up_on_the_page(world: World, store: Store, clerk: Client) -> None:
    page = words(clerk, reverse("office:delivery", args=[store.first.delivery.pk]))
    assert "Gemt 167 heraf nye 167" in page
    assert "Sat i karantæne 4" in page
    assert "Leveret i alt 171" in page
    assert "Usandsynlig værdi Afventer 1 1" in page
    assert "Ukendt måler Afventer 1 3" in page
    listed = words(clerk, reverse("office:deliveries"))
    assert listed.index("rettelse.csv") < listed.index("uge44.parquet"), "the latest first"


def test_without_deliveries_the_list_says_how_they_come(world: World, clerk: Client) -> None:
    assert "forsyn import readings" in words(clerk, reverse("office:deliveries"))
    assert "Intet venter" in words(clerk, reverse("office:quarantine"))


# -- small parts -----------------------------------------------------------------------------------------------------


def test_bars_stay_within_the_picture() -> None:
    drawn = bars([None, 0, 5, 10, -3, *[7] * 8])
    assert not drawn[0].is_measured
    assert drawn[3].height == HEIGHT
    assert drawn[1].height == 1, "a measured zero is seen"
    assert all(bar.y >= 0 and bar.y + bar.height <= HEIGHT and bar.x + bar.width <= WIDTH for bar in drawn)
    assert bars([]) == []
    assert bars([None]) != []


def test_page_numbers_leave_out_what_is_far() -> None:
    assert _numbers([], 1) == [1]
    assert _numbers([2], 3) == [1, 2, 3]
    assert _numbers([48, 49, 50, 51, 52], 100) == [1, None, 48, 49, 50, 51, 52, None, 100]


# -- the number of queries does not grow -----------------------------------------------------------------------------


def count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(asked(captured))


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World, store: Store, clerk: Client) -> None:
    item = store.first.delivery.quarantine_items.get(reason="impossible_value")
    point = world.anna.home.supply_point_id
    bounds = {
        reverse("office:search") + "?q=nordby": 26,
        reverse("office:customer", args=[world.anna.customer_id]): 24,
        reverse("office:supply_point", args=[point]): 20,
        reverse("office:meter", args=[store.annas_heat]): 14,
        reverse("office:meter_day", args=[store.annas_heat, 1, store.day.isoformat()]): 12,
        reverse("office:deliveries"): 8,
        reverse("office:delivery", args=[store.first.delivery.pk]): 8,
        reverse("office:quarantine"): 8,
        reverse("office:quarantine_group") + f"?leverance={store.first.delivery.pk}&aarsag=impossible_value": 8,
        reverse("office:quarantine_item", args=[item.pk]): 12,
    }
    count(clerk, reverse("office:search"))  # what the first request reads once and for all
    before = {address: count(clerk, address) for address in bounds}
    _more_of_everything(world)
    assert {address: count(clerk, address) for address in bounds} == before
    assert {address: number for address, number in before.items() if number > bounds[address]} == {}


def _more_of_everything(world: World) -> None:
    when = {"customer_id": world.anna.customer_id, "source": Source.PERSON, "now": NOW}
    for number in range(5):
        day = TODAY - timedelta(days=5 - number)
        actions.change_name(name=f"Anna Navn {number}", today=day, **when)
        actions.change_contact_point(kind="mobile", value=f"3030303{number}", today=day, **when)
        deliver(
            f"mere{number}.csv",
            [
                Values("0071001", "energy", day, [number + 1] * 23 + [900_000 + number]),
                Values(f"888{number}", "energy", day, [1]),
            ],
        )

"""Mit forbrug as a customer meets it."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.metering.rules import Quality
from tests.world import MOVING_DATE, TODAY

PAGES = ("", "2025/", "2026/", "2026/3/", "2026/3/14/", "2026/10/25/", "csv/", "2026/csv/", "2026/timer/csv/")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = b"".join(answer) if answer.streaming else answer.content
    return html.unescape(re.sub(r"\s+", " ", text.decode()))


def consumption(party, commodity="heat", period=""):
    return f"/forbrug/{party.installations[commodity]}/{period}"


def bars(text):
    return re.findall(r'aria-label="([^"]*: [^"]*)"', text)


def test_the_way_in_leads_to_this_year(signed_in, anna) -> None:
    answer = signed_in(anna).get("/forbrug/")
    assert answer.status_code == 302
    assert answer["Location"] == consumption(anna, period="2026/")


def test_a_year_is_read_aloud_month_by_month(signed_in, anna) -> None:
    text = page(signed_in(anna), consumption(anna, period="2026/"))
    # March has a day of 23 hours
    assert "Marts 2026: 669 kWh, sidste år 743 kWh" in bars(text)
    assert "November 2026: 22 kWh, sidste år 24 kWh" in bars(text)
    assert "December 2026: ikke begyndt, sidste år 744 kWh" in bars(text)
    assert "Du har brugt 10 % mindre varme end i samme periode sidste år" in text
    assert f'href="{consumption(anna, period="2026/3/")}" aria-label="Marts 2026' in text
    assert (
        len(re.findall(r'<rect class="bar-last" x="[\d.]+%" y="[\d.]+" width="[\d.]+%" height="[\d.]+"/>', text)) == 12
    )


def test_a_month_and_a_day_lead_deeper(signed_in, anna) -> None:
    client = signed_in(anna)
    month = page(client, consumption(anna, period="2026/3/"))
    assert "Lørdag den 14. marts 2026: 21,6 kWh, sidste år 24,0 kWh" in bars(month)
    assert f'href="{consumption(anna, period="2026/3/14/")}"' in month
    day = page(client, consumption(anna, period="2026/3/14/"))
    assert "Kl. 13–14: 0,90 kWh, sidste år 1,00 kWh" in bars(day)
    assert 'href="#r13"' in day
    assert 'id="r13"' in day


def test_all_years_stand_side_by_side(signed_in, anna) -> None:
    text = page(signed_in(anna), consumption(anna))
    assert "2025: 8.760 kWh, året før 2.209 kWh" in [bar.replace("sidste år", "året før") for bar in bars(text)]


def test_the_doubled_hour_is_shown_twice(signed_in, anna) -> None:
    text = page(signed_in(anna), consumption(anna, period="2026/10/25/"))
    assert "Kl. 02–03 (sommertid): 0,90 kWh, sidste år 1,00 kWh" in bars(text)
    assert "Kl. 02–03 (normaltid): 0,90 kWh" in bars(text)
    assert "Derfor har den 25 timer" in text
    assert ">02A<" in text


def test_the_skipped_hour_is_not_there(signed_in, anna) -> None:
    text = page(signed_in(anna), consumption(anna, period="2026/3/29/"))
    assert len([bar for bar in bars(text) if bar.startswith("Kl.")]) == 23
    assert "Derfor har den 23 timer" in text


def test_today_explains_that_values_are_on_their_way(signed_in, anna) -> None:
    text = page(signed_in(anna), consumption(anna, period="2026/11/"))
    assert "Mandag den 2. november 2026: målinger på vej, sidste år 24,0 kWh" in bars(text)
    assert "Måleren sender sine tal om natten" in text
    assert "Seneste målinger er fra 1. november 2026." in text


def test_a_gap_is_a_gap_and_not_zero(signed_in, world, meter_store) -> None:
    meter = meter_store.meter(world.bo.installations["water"], "water", date(2020, 1, 1))
    gone = {date(2026, 3, 5), date(2026, 3, 6)}
    meter_store.fill(meter, date(2025, 1, 1), date(2026, 10, 31), lambda day, _: None if day in gone else 5)
    client = signed_in(world.bo)
    text = page(client, consumption(world.bo, "water", "2026/3/"))
    assert "Torsdag den 5. marts 2026: mangler målinger, sidste år 120 liter" in bars(text)
    assert "2 dage er ikke med i sammenligningen" in text
    # 29 days of both years are compared
    assert "Du brugte lige så meget vand som i samme periode året før (3,5 m³ mod 3,5 m³)." in text
    year = page(client, consumption(world.bo, "water", "2026/"))
    assert "Marts 2026: 3,5 m³, sidste år 3,7 m³, der mangler målinger" in bars(year)
    assert "Mangler målinger for 2 dage" in year


def test_a_meter_swap_does_not_show(signed_in, world, meter_store) -> None:
    installation, swap = world.anna.installations["heat"], date(2026, 3, 15)
    old = meter_store.meter(installation, "heat", date(2020, 1, 1), swap)
    new = meter_store.meter(installation, "heat", swap)
    # both deliver beyond the swap: what a meter shows elsewhere is not this house's consumption
    meter_store.fill(old, date(2026, 3, 1), date(2026, 3, 20), lambda *_: 1000)
    meter_store.fill(new, date(2026, 3, 10), date(2026, 3, 31), lambda *_: 1000)
    text = page(signed_in(world.anna), consumption(world.anna, period="2026/"))
    assert "Marts 2026: 743 kWh" in bars(text)


# -- whose ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def terrace(world, meter_store):
    """Dorthe lived there until 30 September, Erik since; 2 kWh an hour hers, 1 kWh his."""
    meter = meter_store.meter(world.dorthe.installations["heat"], "heat", date(2020, 1, 1))
    meter_store.fill(meter, date(2025, 1, 1), date(2026, 11, 1), lambda day, _: 2000 if day < MOVING_DATE else 1000)
    return world


def test_the_newcomer_sees_nothing_of_the_former_occupant(signed_in, terrace) -> None:
    client = signed_in(terrace.erik)
    year = page(client, consumption(terrace.erik, period="2026/"))
    assert "September 2026: uden for din aftale" in bars(year)
    assert "Oktober 2026: 745 kWh" in bars(year)
    assert "sidste år" not in " ".join(bars(year))
    assert "Vi har ingen målinger fra samme periode året før" in year
    for hers in ("2025/", "2026/9/", "2026/9/30/", "2026/9/csv/", "2025/timer/csv/"):
        assert client.get(consumption(terrace.erik, period=hers)).status_code == 404
    hours = page(client, consumption(terrace.erik, period="2026/timer/csv/"))
    assert "2026-10-01 00:00" in hours
    assert "2026-09-30 " not in hours


def test_the_former_occupant_sees_nothing_of_the_newcomer(signed_in, terrace) -> None:
    client = signed_in(terrace.dorthe)
    year = page(client, consumption(terrace.dorthe, period="2026/"))
    assert "September 2026: 1.440 kWh, sidste år 1.440 kWh" in bars(year)
    assert "Oktober 2026: uden for din aftale" in " ".join(bars(year))
    assert client.get(consumption(terrace.dorthe, period="2026/10/")).status_code == 404
    assert "2026-10-01 " not in page(client, consumption(terrace.dorthe, period="2026/timer/csv/"))


def test_a_gap_over_the_move_gives_the_newcomer_nothing_of_the_formers(signed_in, world, meter_store) -> None:
    meter = meter_store.meter(world.erik.installations["heat"], "heat", date(2020, 1, 1))
    gap = (MOVING_DATE - timedelta(days=3), MOVING_DATE + timedelta(days=2))

    def value(day, index):
        if gap[0] <= day < gap[1]:
            return None
        return 99_000 if (day, index) == (gap[1], 0) else 1000

    closes = {(gap[1], 0): int(Quality.AFTER_GAP)}
    meter_store.fill(meter, date(2026, 9, 1), date(2026, 10, 31), value, closes)
    client = signed_in(world.erik)
    month = page(client, consumption(world.erik, period="2026/10/"))
    assert "Lørdag den 3. oktober 2026: 23,0 kWh, der mangler målinger" in bars(month)
    day = page(client, consumption(world.erik, period="2026/10/3/"))
    assert "Kl. 00–01: mangler målinger" in bars(day)
    assert ";99;" not in page(client, consumption(world.erik, period="2026/timer/csv/"))


def test_a_gap_within_the_own_period_is_brought_by_the_next_reading(signed_in, world, meter_store) -> None:
    meter = meter_store.meter(world.anna.installations["heat"], "heat", date(2020, 1, 1))

    def value(day, index):
        if day == date(2026, 3, 5):
            return None
        return 25_000 if (day, index) == (date(2026, 3, 6), 0) else 1000

    closes = {(date(2026, 3, 6), 0): int(Quality.AFTER_GAP)}
    meter_store.fill(meter, date(2025, 1, 1), date(2026, 10, 31), value, closes)
    text = page(signed_in(world.anna), consumption(world.anna, period="2026/3/"))
    assert "Med forbrug fra tid, hvor måleren ikke blev aflæst" in text
    assert "Du brugte lige så meget varme som i samme periode året før (743 kWh mod 743 kWh)" in text
    assert "ikke med i sammenligningen" not in text


def test_an_hour_that_was_read_later_the_same_day_is_a_gap_in_the_hours_only(signed_in, world, meter_store) -> None:
    meter = meter_store.meter(world.anna.installations["heat"], "heat", date(2020, 1, 1))
    late = {(date(2026, 3, 5), 12): None, (date(2026, 3, 5), 13): 2000}
    closes = {(date(2026, 3, 5), 13): int(Quality.AFTER_GAP)}
    meter_store.fill(meter, date(2025, 3, 1), date(2026, 3, 31), lambda day, hour: late.get((day, hour), 1000), closes)
    client = signed_in(world.anna)
    month = page(client, consumption(world.anna, period="2026/3/"))
    assert "Torsdag den 5. marts 2026: 24,0 kWh, sidste år 24,0 kWh" in bars(month)
    assert "ikke med i sammenligningen" not in month
    day = page(client, consumption(world.anna, period="2026/3/5/"))
    assert "Kl. 12–13: mangler målinger, året før 1,00 kWh" in [
        bar.replace("sidste år", "året før") for bar in bars(day)
    ]
    assert "Du brugte lige så meget varme som i samme periode året før (24,0 kWh mod 24,0 kWh)." in day


@pytest.mark.parametrize("period", PAGES)
def test_another_customers_installation_does_not_exist(signed_in, anna, world, period) -> None:
    assert signed_in(world.gorm).get(consumption(anna, period=period)).status_code == 404


@pytest.mark.parametrize("period", PAGES)
def test_nobody_is_let_in_unsigned(client, anna, period) -> None:
    answer = client.get(consumption(anna, period=period))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/konto/")


def test_staff_have_no_portal(client, world) -> None:
    client.force_login(world.clerk)
    assert client.get("/forbrug/").status_code == 404


@pytest.mark.parametrize("period", ["2026/13/", "2026/2/30/", "0/", "9999/", "2027/", "2026/12/", "2026/11/3/"])
def test_periods_that_are_not_give_404(signed_in, anna, period) -> None:
    assert signed_in(anna).get(consumption(anna, period=period)).status_code == 404


def test_both_holders_of_a_household_see_the_same(signed_in, world, meter_store) -> None:
    meter = meter_store.meter(world.bo.installations["heat"], "heat", date(2020, 1, 1))
    meter_store.fill(meter, date(2026, 1, 1), date(2026, 10, 31), lambda *_: 1000)
    seen = [bars(page(signed_in(party), consumption(party, period="2026/"))) for party in (world.bo, world.birgit)]
    assert seen[0] == seen[1]
    assert "Marts 2026: 743 kWh" in seen[0]


def test_one_account_looks_at_one_customer_at_a_time(signed_in, world) -> None:
    client = signed_in(world.freja)
    assert client.get(consumption(world.freja, "water")).status_code == 200
    assert client.get(consumption(world.freja_shop, "heat")).status_code == 404
    client.post(reverse("sign_in:choose_customer"), {"customer": world.freja_shop.customer_id})
    assert client.get(consumption(world.freja_shop, "heat")).status_code == 200
    assert client.get(consumption(world.freja, "water")).status_code == 404


def test_an_installation_without_values_says_so(signed_in, world) -> None:
    text = page(signed_in(world.ingrid), consumption(world.ingrid, period="2026/"))
    assert "Ingen målinger endnu" in text
    assert "Vi har ikke fået tal fra måleren endnu" in text
    assert '<svg class="plot"' not in text


def test_english_readers_read_english(signed_in, anna) -> None:
    client = signed_in(anna)
    client.cookies["forsyn_language"] = "en"
    text = page(client, consumption(anna, period="2026/"))
    assert "March 2026: 669 kWh, last year 743 kWh" in bars(text)
    assert "You have used 10% less heat than in the same period last year" in text
    assert not re.search(
        r"[æøåÆØÅ]", re.sub(r"Ærøvej|lang=\"da\".*?<", "", text.partition("<main")[2].partition("<footer")[0])
    )


# -- files ---------------------------------------------------------------------------------------------------------


def test_the_hours_of_a_year_come_as_a_file(signed_in, anna) -> None:
    answer = signed_in(anna).get(consumption(anna, period="2025/timer/csv/"))
    assert answer["Content-Disposition"] == 'attachment; filename="varme-2025-timer.csv"'
    text = b"".join(answer).decode("utf-8-sig")
    lines = text.split("\r\n")
    assert lines[0] == "Fra;Fra (UTC);Forbrug (kWh);Bemærkning"
    assert lines[1] == "2025-01-01 00:00;2024-12-31T23:00Z;1;"
    assert len(lines) - 2 == 8760
    assert "2025-10-26 02:00;2025-10-26T00:00Z;1;Kl. 02–03 (sommertid)" in lines
    assert "2025-10-26 02:00;2025-10-26T01:00Z;1;Kl. 02–03 (normaltid)" in lines


def test_a_months_file_has_exact_amounts_and_a_byte_order_mark(signed_in, anna) -> None:
    raw = b"".join(signed_in(anna).get(consumption(anna, period="2026/3/csv/")))
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = raw.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "Fra;Til og med;Forbrug (kWh);Året før (kWh);Bemærkning"
    assert lines[14] == "2026-03-14;2026-03-14;21,6;24;"
    assert len(lines) - 2 == 31


def test_this_years_file_ends_where_the_values_do(signed_in, anna) -> None:
    lines = b"".join(signed_in(anna).get(consumption(anna, period="2026/timer/csv/"))).decode().split("\r\n")
    assert lines[-2].startswith(f"{TODAY} 23:00;")
    assert lines[-2].endswith(";;Målinger på vej")


# -- queries -------------------------------------------------------------------------------------------------------

ACCESS = 4
"""Session, account, and its customers with their names."""


@pytest.mark.parametrize(
    ("period", "queries"),
    [("", 4), ("2025/", 4), ("2026/", 4), ("2026/3/", 6), ("2026/3/14/", 4), ("2025/timer/csv/", 3), ("2026/csv/", 4)],
)
def test_pages_ask_the_database_a_fixed_number_of_times(
    signed_in, anna, django_assert_num_queries, period, queries
) -> None:
    client = signed_in(anna)
    page(client, "/oplysninger/")  # the visit's first page also writes to the session
    with django_assert_num_queries(ACCESS + queries):
        page(client, consumption(anna, period=period))

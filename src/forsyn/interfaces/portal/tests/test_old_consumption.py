"""What a customer sees of the time whose hours have become days, and whose days have become months."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.metering.actions_thinning import thin_to_days, thin_to_months
from forsyn.domain.metering.rules import Quality
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.portal.tests.test_consumption_pages import ACCESS, bars, consumption, page
from forsyn.policy.purposes import P
from tests.world import Party

HOURS_BEFORE, DAYS_BEFORE = date(2025, 11, 2), date(2025, 5, 10)
"""Hours are kept for a year here, days from May 2025: December 2024 to April 2025 are months."""


def thin(hours: date = HOURS_BEFORE, days: date = DAYS_BEFORE) -> None:
    for step, before in ((thin_to_days, hours), (thin_to_months, days)):
        more = True
        while more:
            with purpose(P.RETENTION, actor=None):
                more = step(before=before).more  # type: ignore[operator]


@pytest.fixture
def old_anna(anna: Party) -> Party:
    thin()
    return anna


YEARS = ("", "2025/", "2026/", "2025/csv/", "csv/")


@pytest.mark.parametrize("period", YEARS)
def test_years_and_months_look_as_before(signed_in, anna, period) -> None:
    client = signed_in(anna)
    before = page(client, consumption(anna, period=period))
    thin()
    after = page(client, consumption(anna, period=period))
    if not period.endswith("csv/"):
        before, after = (text.partition("<main")[2].partition("Hent dine tal")[0] for text in (before, after))
    assert before == after


def test_a_month_compares_with_a_month_whose_days_are_gone(signed_in, old_anna) -> None:
    text = page(signed_in(old_anna), consumption(old_anna, period="2026/3/"))
    assert "Du brugte 10 % mindre varme end i samme periode året før" in text
    assert "Lørdag den 14. marts 2026: 21,6 kWh" in bars(text)


def test_a_month_whose_days_are_gone_says_why(signed_in, old_anna) -> None:
    text = page(signed_in(old_anna), consumption(old_anna, period="2025/3/"))
    assert "743 kWh" in text
    assert "Døgnværdier gemmer vi i 5 år. Derefter lægger vi dem sammen, så kun månedens forbrug er tilbage." in text
    file = page(signed_in(old_anna), consumption(old_anna, period="2025/3/csv/"))
    assert file.split()[-1].startswith("2025-03-01;2025-03-31;743;")


def test_a_day_of_such_a_month_leads_to_the_month(signed_in, old_anna) -> None:
    text = page(signed_in(old_anna), consumption(old_anna, period="2025/3/14/"))
    assert "Vi gemmer kun månedens tal" in text
    assert f'href="{consumption(old_anna, period="2025/3/")}"' in text


def test_a_day_whose_hours_are_gone_shows_its_total_and_says_why(signed_in, old_anna) -> None:
    text = page(signed_in(old_anna), consumption(old_anna, period="2025/8/14/"))
    assert "24,0 kWh" in text
    assert "Timeværdier gemmer vi i 3 år. Derefter lægger vi dem sammen, så kun døgnets forbrug er tilbage." in text
    assert "Alle timer" not in text
    assert "Uret blev stillet" not in text, "the day had its 24 hours"
    file = page(signed_in(old_anna), consumption(old_anna, period="2025/8/14/csv/"))
    assert "2025-08-14;2025-08-14;24;" in file


def test_a_day_compares_with_one_whose_hours_are_gone(signed_in, old_anna) -> None:
    text = page(signed_in(old_anna), consumption(old_anna, period="2026/8/14/"))
    assert "Kl. 13–14: 0,90 kWh" in bars(text)
    assert "Du brugte 10 % mindre varme end i samme periode året før (21,6 kWh mod 24,0 kWh)." in text


def test_the_hours_file_says_which_are_gone(signed_in, old_anna) -> None:
    lines = b"".join(signed_in(old_anna).get(consumption(old_anna, period="2025/timer/csv/"))).decode().split("\r\n")
    assert lines[1] == "2025-01-01 00:00;2024-12-31T23:00Z;;Kun gemt som del af et samlet tal"
    assert lines[-2].endswith(";1;")
    assert len(lines) - 2 == 8760


def test_english_readers_read_why_in_english(signed_in, old_anna) -> None:
    client = signed_in(old_anna)
    client.cookies["forsyn_language"] = "en"
    text = page(client, consumption(old_anna, period="2025/8/14/"))
    assert "We keep hourly values for 3 years." in text


def move(party: Party, first: date | None, until: date | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update customers_agreement set period = %s where id = any(%s)",
            [DateRange(first, until), list(party.agreements.values())],
        )


def test_who_moved_in_meanwhile_sees_the_part_of_the_month_alone(signed_in, world, meter_store) -> None:
    moved = date(2025, 3, 15)
    move(world.dorthe, date(2024, 10, 1), moved)
    move(world.erik, moved, None)
    meter = meter_store.meter(world.erik.installations["heat"], "heat", date(2020, 1, 1))
    # the meter was silent from the 12th to the 17th, then one value brought 100 kWh for all of these days
    gap = {(date(2025, 3, 18), 0): Quality.AFTER_GAP}

    def value(day: date, hour: int) -> int | None:
        if date(2025, 3, 12) <= day <= date(2025, 3, 17):
            return None
        return 100_000 if (day, hour) == (date(2025, 3, 18), 0) else 1000

    meter_store.fill(meter, date(2025, 3, 1), date(2025, 4, 30), value, gap)
    seen = {}
    for party in (world.dorthe, world.erik):
        seen[party.number] = [bars(page(signed_in(party), consumption(party, period=p))) for p in ("2025/", "")]
    for step in ((date(2025, 7, 1), date(2024, 1, 1)), (date(2025, 7, 1), date(2025, 7, 1))):
        thin(*step)
        for party in (world.dorthe, world.erik):
            now = [bars(page(signed_in(party), consumption(party, period=p))) for p in ("2025/", "")]
            assert [_figures(each) for each in now] == [_figures(each) for each in seen[party.number]]
    erik = page(signed_in(world.erik), consumption(world.erik, period="2025/3/"))
    assert "Vi gemmer kun" in erik


def _figures(spoken: list[str]) -> list[str]:
    return [text.partition(",")[0] for text in spoken]


@pytest.mark.parametrize(
    ("period", "queries"), [("", 4), ("2025/", 4), ("2025/3/", 4), ("2025/3/14/", 5), ("2025/timer/csv/", 5)]
)
def test_old_pages_ask_the_database_a_fixed_number_of_times(
    signed_in, old_anna, django_assert_num_queries, period, queries
) -> None:
    client = signed_in(old_anna)
    page(client, "/oplysninger/")
    with django_assert_num_queries(ACCESS + queries):
        page(client, consumption(old_anna, period=period))

"""What persons take along (Art. 20): by the published schema, theirs alone, and every hour with its time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
import xmlschema
from django.db import connection
from jsonschema import Draft202012Validator

from forsyn.domain.customers.models import ContactPoint, SupplyPoint
from forsyn.domain.metering.actions import NewMeter, register_meters
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from forsyn.workflows.package_door import PackageRefused
from forsyn.workflows.portability import (
    build_portable_package,
    plan_portability,
    portable_package,
    send_to_another_controller,
    settle_hand_over,
)
from forsyn.workflows.portability_data import portable
from forsyn.workflows.portability_schema import declared_parts, published_schema
from forsyn.workflows.right_access import check_together
from forsyn.workflows.right_case import PlanRefused
from tests.meter_values import MeterStore
from tests.metered_world import HEAT
from tests.world import MOVING_DATE, NOW, TODAY, Party, World

pytestmark = pytest.mark.django_db
ESPI = "{http://naesb.org/espi}"
SUBSET = Path(__file__).parents[2] / "src/forsyn/integrations/espi/tests/espi_subset.xsd"


@pytest.fixture
def metered(world: World) -> World:
    """Heat of every hour in September and October at the terrace, where Dorthe moved out and Erik in; and at Bo's."""
    store = MeterStore()
    for party in (world.dorthe, world.bo):
        meter = store.meter(party.installations["heat"], "heat", date(2020, 1, 1))
        store.fill(meter, date(2026, 9, 1), date(2026, 10, 31), lambda day, hour: 100 + day.day + hour)
    return world


def package(world: World, *parties: Party, withheld: Mapping[str, str] | None = None) -> ZipFile:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        pieces = build_portable_package(
            customer_ids=[party.customer_id for party in parties], now=NOW, withheld=withheld
        )
        return ZipFile(io.BytesIO(b"".join(pieces)))


def data(world: World, *parties: Party, withheld: Mapping[str, str] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(package(world, *parties, withheld=withheld).read("data.json"))
    Draft202012Validator(json.loads(published_schema())).validate(found)
    return found


def leaves(value: Any) -> Iterator[str]:
    """Every single value, as text."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaves(one)
    else:
        yield str(value)


def readings(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [reading for series in found["series"] for reading in series["readings"]]


def test_what_the_schema_says_is_what_the_database_has(world: World) -> None:
    live = portable()
    assert [(part.name, part.columns) for part in live.parts] == [
        (part.name, part.columns) for part in declared_parts(live.policy)
    ]
    Draft202012Validator.check_schema(json.loads(published_schema()))


def test_it_holds_what_was_given_and_nothing_that_was_assigned(metered: World) -> None:
    found = data(metered, metered.anna)
    (customer,) = found["given"]["customers_customer"]
    assert customer["birth_date"] == "1968-04-12"
    assert "Anna Prøvesen" in {row["name"] for row in found["given"]["customers_customer_name"]}
    assert not {metered.anna.number, metered.anna.home.number} & set(leaves(found))


def test_a_day_has_as_many_hours_as_the_clock_had(metered: World) -> None:
    found = readings(data(metered, metered.bo))
    changed = [one for one in found if one["start"].startswith("2026-10-25")]
    assert len(changed) == 25
    assert [one["start"] for one in changed[2:4]] == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]
    assert all(
        datetime.fromisoformat(one["end"]) - datetime.fromisoformat(one["start"]) == timedelta(hours=1) for one in found
    )
    assert len(found) == 61 * 24 + 1
    assert found[0] == {"start": "2026-09-01T00:00:00+02:00", "end": "2026-09-01T01:00:00+02:00", "value": 101}


def test_who_moved_takes_own_days_alone(metered: World) -> None:
    left, came = readings(data(metered, metered.dorthe)), readings(data(metered, metered.erik))
    boundary = f"{MOVING_DATE}T00:00:00+02:00"
    assert left[-1]["end"] == boundary
    assert came[0]["start"] == boundary
    assert len(left) == 30 * 24
    assert len(came) == 31 * 24 + 1


def test_a_household_shares_consumption_and_nothing_of_each_other(metered: World) -> None:
    of_bo, of_birgit = data(metered, metered.bo), data(metered, metered.birgit)
    assert readings(of_bo) == readings(of_birgit)
    assert of_bo["series"][0]["unit"] == "watt_hours"
    for found, other in ((of_bo, metered.birgit), (of_birgit, metered.bo)):
        assert other.name not in json.dumps(found, ensure_ascii=False)
        assert other.email not in json.dumps(found)
    assert of_bo["given"]["customers_agreement"]


def test_somebody_without_readings_has_a_valid_package(world: World) -> None:
    found = data(world, world.ingrid)
    assert readings(found) == []
    assert found["given"]["customers_address"]


def test_what_is_withheld_is_absent_and_said(metered: World) -> None:
    zipped = package(metered, metered.anna, withheld={"customers_customer_name": "En andens navn."})
    assert "customers_customer_name" not in json.loads(zipped.read("data.json"))["given"]
    assert "En andens navn." in zipped.read("LÆS-MIG.txt").decode()


def test_tables_keep_time_value_and_unit_together(metered: World) -> None:
    zipped = package(metered, metered.bo)
    lines = list(csv.reader(io.StringIO(zipped.read("tabeller/forbrug.csv").decode("utf-8-sig")), delimiter=";"))
    assert lines[0][-4:] == ["Fra", "Til", "Værdi", "Bemærkning"]
    assert lines[1][-5:] == ["Wh", "2026-09-01T00:00:00+02:00", "2026-09-01T01:00:00+02:00", "101", ""]
    assert len(lines) == 61 * 24 + 2


def test_espi_tells_the_same_as_the_json(metered: World) -> None:
    zipped = package(metered, metered.bo)
    feed = ElementTree.fromstring(zipped.read("forbrug.xml"))
    schema = xmlschema.XMLSchema(SUBSET)
    for content in feed.iter("{http://www.w3.org/2005/Atom}content"):
        schema.validate(content[0])
    told = [
        (int(one.findtext(f"{ESPI}timePeriod/{ESPI}start") or 0), int(one.findtext(f"{ESPI}value") or 0))
        for one in feed.iter(f"{ESPI}IntervalReading")
    ]
    given = [
        (int(datetime.fromisoformat(one["start"]).timestamp()), one["value"])
        for one in readings(json.loads(zipped.read("data.json")))
    ]
    assert told == given


def test_the_same_data_are_the_same_bytes(metered: World) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=metered.dpo.pk):
        first, second = (
            b"".join(build_portable_package(customer_ids=[metered.bo.customer_id], now=NOW)) for _ in range(2)
        )
    assert first == second


def test_the_plan_counts_what_the_package_holds(metered: World) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=metered.dpo.pk):
        plan = plan_portability(customer_ids=[metered.bo.customer_id])
    assert {line.table: line.readings for line in plan.lines}["metering_day"] == 61 * 24 + 1
    assert "customer_number" not in plan.categories


def test_the_person_gets_it_through_the_door(metered: World) -> None:
    made = portable_package(
        customer_ids=[metered.anna.customer_id], number="1001", actor=metered.dpo.pk, now=NOW, today=TODAY
    )
    assert ZipFile(io.BytesIO(b"".join(made.pieces()))).testzip() is None
    assert Disclosure.objects.get(pk=made.disclosure_id).to_person


def test_another_controller_gets_it_with_a_receipt(metered: World) -> None:
    made = send_to_another_controller(
        customer_ids=[metered.anna.customer_id],
        receiver="Eksempel Energi A/S",
        country="SE",
        number="1001",
        actor=metered.dpo.pk,
        now=NOW,
        today=TODAY,
    )
    content = b"".join(made.package.pieces())
    settle_hand_over(receipt=made.receipt, delivered=True, actor=metered.dpo.pk, now=NOW)
    row = Disclosure.objects.get(pk=made.receipt.disclosure_id)
    assert (row.recipient, row.payload_bytes, row.state) == ("another_controller", len(content), "delivered")
    assert "artikel 20" in row.statute
    assert row.countries == ["SE"]


def test_nobody_outside_the_eea_gets_it_though_the_person_wishes(metered: World) -> None:
    with pytest.raises(DisclosureRefused, match="Grønland, uden for EU og EØS"):
        send_to_another_controller(
            customer_ids=[metered.anna.customer_id],
            receiver="Eksempel Energi",
            country="GL",
            number="1001",
            actor=metered.dpo.pk,
            now=NOW,
            today=TODAY,
        )
    assert not Disclosure.objects.filter(recipient="another_controller").exists()


def test_nobody_is_sent_to_an_unnamed_company(metered: World) -> None:
    with pytest.raises(PackageRefused, match="Skriv navnet"):
        send_to_another_controller(
            customer_ids=[metered.anna.customer_id],
            receiver=" ",
            country="DK",
            number="1001",
            actor=metered.dpo.pk,
            now=NOW,
            today=TODAY,
        )


def test_what_is_no_longer_hours_comes_as_days_and_months(metered: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select meter_id from metering_day group by meter_id order by count(*) desc, meter_id")
        meters = [meter for (meter,) in cursor.fetchall()]
        cursor.execute("update metering_day set values = '{}', quality = null where day = '2026-09-01'")
        for meter in meters:
            cursor.execute(
                "insert into metering_month (meter_id, register, first_day, until_day, quality, days, complete_days,"
                " total, opening, closing, carried) values (%s, 1, '2026-08-01', '2026-09-01', 0, 31, 31, 900, 10, 910,"
                " 0)",
                [meter],
            )
    found = data(metered, metered.bo)
    month, day, hour = readings(found)[:3]
    assert month == {"start": "2026-08-01T00:00:00+02:00", "end": "2026-09-01T00:00:00+02:00", "value": 900}
    assert day["end"] == "2026-09-02T00:00:00+02:00"
    assert day["value"] == sum(101 + hour for hour in range(24))
    assert hour["end"] == "2026-09-02T01:00:00+02:00"
    assert found["series"][0]["counter"][0] == {"at": "2026-08-01T00:00:00+02:00", "value": 10}
    feed = package(metered, metered.bo).read("forbrug.xml").decode()
    assert "<espi:value>900</espi:value>" in feed
    assert "<espi:value>910</espi:value>" in feed


def test_what_was_not_believed_comes_with_its_time(metered: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select meter.number from metering_meter as meter join metering_mounting as hung"
                       " on hung.meter_id = meter.id where hung.installation_id = %s",
                       [metered.bo.installations["heat"]])  # fmt: skip
        (number,) = cursor.fetchone()
        cursor.execute(
            "insert into metering_delivery (file_name, sha256, size_bytes, profile, received_at, delivered, stored,"
            " identical, quarantined, new, completed, corrected, rounded, rounding_base_units)"
            " values ('f', 'x', 1, 'p', %s, 1, 0, 0, 1, 0, 0, 0, 0, 0) returning id", [NOW]
        )  # fmt: skip
        cursor.execute(
            "insert into metering_quarantine (delivery_id, meter_number, register_code, reason, day, first_at, last_at,"
            " value_count, lines, instants, values, state, note) values (%s, %s, 'energy', 'impossible_value',"
            " '2026-09-02', '2026-09-02', '2026-09-02', 1, '{7}', '{1788300000}', '{-5}', 'open', '')",
            [cursor.fetchone()[0], number],
        )
    (value,) = data(metered, metered.bo)["set_aside"]
    assert (value["unit"], value["value"]) == ("watt_hours", -5)
    assert datetime.fromisoformat(value["at"]).timestamp() == 1788300000
    assert data(metered, metered.anna)["set_aside"] == []


def test_what_was_set_aside_of_both_sides_of_a_move_is_neithers(world: World) -> None:
    """A meter that was registered too late: its values wait as one item, from Dorthe's last day to Erik's first."""
    with connection.cursor() as cursor:
        register_meters(meters=[NewMeter("0061009", "heat", (HEAT,), f"{world.erik.home.number}1", date(2020, 1, 1))])
        cursor.execute(
            "insert into metering_delivery (file_name, sha256, size_bytes, profile, received_at, delivered, stored,"
            " identical, quarantined, new, completed, corrected, rounded, rounding_base_units)"
            " values ('f', 'x', 1, 'p', %s, 4, 0, 0, 4, 0, 0, 0, 0, 0) returning id", [NOW]
        )  # fmt: skip
        (delivery_id,) = cursor.fetchone()
        for first, last in (("2026-09-30 10:00Z", "2026-10-01 10:00Z"), ("2026-09-30 21:00Z", "2026-09-30 22:00Z")):
            cursor.execute(
                "insert into metering_quarantine (delivery_id, meter_number, register_code, reason, first_at, last_at,"
                " value_count, lines, instants, values, state, note) select %s, '0061009', 'energy', 'not_mounted',"
                " first, last, 2, '{1,2}', array[extract(epoch from first), extract(epoch from last)]::bigint[],"
                " '{111,222}', 'open', '' from (values (%s::timestamptz, %s::timestamptz)) as item (first, last)",
                [delivery_id, first, last],
            )
    assert [value["value"] for value in data(world, world.dorthe)["set_aside"]] == [111, 222]  # until midnight
    assert data(world, world.erik)["set_aside"] == []


def test_what_others_told_is_not_taken_along(world: World) -> None:
    ContactPoint.objects.filter(customer_id=world.anna.customer_id).update(source=Source.OTHER_PERSON)
    assert "customers_contact_point" not in data(world, world.anna)["given"]


def test_an_address_that_is_withheld_is_nowhere(metered: World) -> None:
    """It tells where a meter hangs, too: in the JSON, in the tables and in the energy feed."""
    home = SupplyPoint.objects.get(pk=metered.bo.home.supply_point_id).address_id
    for item in ("customers_address", "customers_address.street", f"customers_address:{home}"):
        zipped = package(metered, metered.bo, withheld={item: "Prøve."})
        assert "Ågade" not in "".join(zipped.read(name).decode() for name in zipped.namelist()), item
    assert "Ågade" in package(metered, metered.bo).read("forbrug.xml").decode()


@pytest.mark.parametrize("item", ["metering_day.values", "metering_day.day", "metering_month.first_day"])
def test_a_part_of_a_reading_is_not_given_without_the_rest(metered: World, item: str) -> None:
    found = readings(data(metered, metered.bo, withheld={item: "Prøve."}))
    assert bool(found) is item.startswith("metering_month")
    with pytest.raises(PlanRefused, match="giver kun mening samlet"):
        check_together([item])


def test_what_is_withheld_of_meters_leaves_a_valid_file(metered: World) -> None:
    withheld = dict.fromkeys(
        ("metering_meter.commodity", "metering_register.code", "metering_register.unit",
         "metering_quarantine.instants", "metering_quarantine.register_code"), "Prøve."
    )  # fmt: skip
    assert len(readings(data(metered, metered.bo, withheld=withheld))) == 61 * 24 + 1

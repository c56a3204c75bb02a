"""The copy of a person's data (Art. 15) on the real database: all that is held, of nobody else, whole and in words."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest

from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.access_package import AccessPlan, build_access_package, plan_access
from tests.metered_world import HEAT_PER_HOUR, MeteredWorld
from tests.world import NOW, TODAY, Party, World

pytestmark = pytest.mark.django_db


def _plan(world: World, *parties: Party, withheld: Mapping[str, str] | None = None) -> AccessPlan:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        return plan_access(customer_ids=[one.customer_id for one in parties], today=TODAY, withheld=withheld)


def _bytes(world: World, *parties: Party, pdf: bool = False, **more: Any) -> bytes:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        ids = [one.customer_id for one in parties]
        return b"".join(build_access_package(customer_ids=ids, now=NOW, today=TODAY, pdf=pdf, **more))


class Opened:
    """A package as the person unpacks it."""

    def __init__(self, content: bytes) -> None:
        with ZipFile(io.BytesIO(content)) as package:
            assert package.testzip() is None
            self.files = {name: package.read(name) for name in package.namelist()}
        self.data = json.loads(self.files["data.json"])
        self.text = next(text for name, text in self.files.items() if name.endswith(".txt")).decode()

    def rows(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.data["tables"].get(table, {"rows": []})["rows"]
        return found

    def lines(self, name: str) -> list[dict[str, str]]:
        content = self.files[f"tabeller/{name}.csv"].decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(content, newline=""), delimiter=";"))


def test_the_plan_names_all_that_is_held(metered_world: MeteredWorld) -> None:
    plan = _plan(metered_world.world, metered_world.world.anna)
    rows = {line.table: (line.rows, line.readings) for line in plan.lines}
    assert plan.gaps == ()
    assert rows["customers_customer"] == (1, 0)
    assert rows["customers_agreement"] == (3, 0)
    assert rows["metering_day"] == (7 + 6, (7 + 6) * 24)
    assert plan.as_json()["lines"][0]["title"]["da"]
    assert plan.fingerprint == _plan(metered_world.world, metered_world.world.anna).fingerprint


def test_a_reading_keeps_its_time_and_its_value_together(metered_world: MeteredWorld) -> None:
    opened = Opened(_bytes(metered_world.world, metered_world.world.anna))
    lines = [one for one in opened.lines("maalinger-forbrug-dag-for-dag") if one["Målernummer"] == "0061001"]
    assert len(lines) == 7 * 24
    assert lines[0] == {
        "Målernummer": "0061001",
        "Hvad der måles": "energi",
        "Enhed": "Wh",
        "Fra": "2026-10-26T00:00:00+01:00",
        "Til": "2026-10-26T01:00:00+01:00",
        "Værdi": str(HEAT_PER_HOUR),
        "Bemærkning": "",
    }
    day = next(row for row in opened.rows("metering_day") if row["meter_number"] == "0061001")
    assert day["readings"][23] == {
        "start": "2026-10-26T23:00:00+01:00",
        "end": "2026-10-27T00:00:00+01:00",
        "value": HEAT_PER_HOUR,
    }


def test_the_same_data_give_the_same_bytes(metered_world: MeteredWorld) -> None:
    world = metered_world.world
    assert _bytes(world, world.anna, pdf=True) == _bytes(world, world.anna, pdf=True)


def test_nobody_elses_name_is_given_away_in_a_shared_home(world: World) -> None:
    opened = Opened(_bytes(world, world.bo))
    everything = "".join(content.decode() for content in opened.files.values())
    assert "Bo Åkjær" in everything
    assert world.birgit.name not in everything
    assert world.birgit.email not in everything
    assert {row["id"] for row in opened.rows("customers_agreement")} == set(world.bo.agreements.values())


def test_who_has_moved_gets_the_own_time_and_no_more(metered_world: MeteredWorld) -> None:
    world = metered_world.world
    dorthe = {row["day"] for row in Opened(_bytes(world, world.dorthe)).rows("metering_day")}
    erik = {row["day"] for row in Opened(_bytes(world, world.erik)).rows("metering_day")}
    assert dorthe == {"2026-09-28", "2026-09-29", "2026-09-30"}
    assert erik == {"2026-10-01", "2026-10-02", "2026-10-03"}


def test_a_person_with_two_numbers_gets_one_package(world: World) -> None:
    opened = Opened(_bytes(world, world.freja, world.freja_shop))
    assert opened.data["customer_numbers"] == [world.freja.number, world.freja_shop.number]
    assert len(opened.rows("accounts_account")) == 1


def test_what_is_withheld_is_absent_and_its_reason_shows(world: World) -> None:
    name = _plan(world, world.anna)
    assert "customers_customer_name" in {line.table for line in name.lines}
    row = Opened(_bytes(world, world.anna)).rows("customers_contact_point")[0]
    withheld = {
        "customers_customer_name": "Forretningshemmelighed.",
        f"customers_contact_point:{row['id']}": "Nummeret tilhører en anden.",
        "customers_address.door": "Prøve.",
    }
    opened = Opened(_bytes(world, world.anna, withheld=withheld))
    assert not opened.rows("customers_customer_name")
    assert row["id"] not in {one["id"] for one in opened.rows("customers_contact_point")}
    assert {one["item"] for one in opened.data["withheld"]} == set(withheld)
    assert all(reason in opened.text for reason in withheld.values())


def test_what_is_left_out_is_said_so(world: World) -> None:
    opened = Opened(_bytes(world, world.anna))
    said = {one["item"]: one["why"] for one in opened.data["left_out"]}
    assert said["accounts_account.password"] == "secret"
    assert said["customers_customer_name.search_key"] == "repeated"
    assert "password" not in opened.rows("accounts_account")[0]
    assert "medarbejderen, der skrev det" in opened.text


def test_it_tells_what_for_how_long_and_to_whom(world: World) -> None:
    opened = Opened(_bytes(world, world.anna))
    name = next(one for one in opened.data["categories"] if one["key"] == "name")
    assert {"settlement", "self_service"} <= {one["key"] for one in name["purposes"]}
    assert name["kept"][0]["period"]
    for said in ("Datatilsynet", "Carl Jacobsens Vej 35", "ikke profiler", "uden for EU og EØS"):
        assert said in opened.text


def test_in_english(world: World) -> None:
    with ZipFile(io.BytesIO(_bytes(world, world.anna, language=Language.ENGLISH))) as package:
        text = package.read("README.txt").decode()
        assert "tables/names.csv" in package.namelist()
        assert package.read("tables/names.csv").decode("utf-8-sig").startswith("Row number;")
    assert "Your data with us" in text
    assert "What is not here" in text


def test_the_kept_until_date_is_the_persons_own(world: World) -> None:
    """Dorthe's last agreement ended in 2026: her name goes five years after that accounting year."""
    name = Opened(_bytes(world, world.dorthe)).rows("customers_customer_name")[0]
    assert date.fromisoformat(name["kept_until"]) == date(2032, 1, 1)
    assert Opened(_bytes(world, world.anna)).rows("customers_customer_name")[0]["kept_until"] is None

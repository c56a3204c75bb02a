"""The copy of a person's data (Art. 15) on the real database: all that is held, of nobody else, whole and in words."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator, FormatChecker

from forsyn.domain.metering.models import MountingReading
from forsyn.domain.safeguards.actions_choices import give_consent, object_to
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.choices_rules import Proof
from forsyn.domain.safeguards.door_models import Disclosure, RecipientAgreement
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.domain.sensitive.actions import keep_health_notice, keep_threat_notice
from forsyn.domain.sensitive.sealing import KeyRing
from forsyn.policy.bindings import Personal
from forsyn.policy.dossier import shape
from forsyn.policy.loading import load_policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows import access_data
from forsyn.workflows.access_package import (
    AccessPlan,
    PackageRefused,
    access_package,
    build_access_package,
    plan_access,
)
from forsyn.workflows.declarations import all_bindings, current_policy
from tests.counting import asked
from tests.meter_values import MeterStore
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
        schema = json.loads(self.files["data.schema.json"])
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(self.data)
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


def test_a_part_of_a_reading_is_not_given_without_the_rest(metered_world: MeteredWorld) -> None:
    world = metered_world.world
    opened = Opened(
        _bytes(world, world.anna, withheld={"metering_day.values": "Prøve.", "metering_month.total": "Prøve."})
    )
    assert not opened.rows("metering_day")
    assert not [name for name in opened.files if "maalinger" in name]


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


def test_what_the_person_said_no_to_is_not_told_of_as_a_use(world: World) -> None:
    def told() -> set[str]:
        name = next(one for one in Opened(_bytes(world, world.anna)).data["categories"] if one["key"] == "name")
        return {one["key"] for one in name["purposes"]}

    assert "satisfaction_surveys" in told()
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        object_to(
            policy=current_policy(),
            customer_id=world.anna.customer_id,
            purpose="satisfaction_surveys",
            reason="",
            now=NOW,
            recorded_by_id=world.dpo.id,
        )
    assert "satisfaction_surveys" not in told()


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


# -- nothing is silently missing -------------------------------------------------------------------------------------

POLICIES = Path(__file__).parents[2] / "policies"


@pytest.mark.parametrize("file", ["utility.toml", "supplier.toml"])
def test_every_personal_column_is_given_or_said_to_be_left_out(db: None, file: str) -> None:
    found = shape(load_policy(POLICIES / file), all_bindings(), live_catalog())
    told = {(sheet.name, column.name) for sheet in found.sheets for column in sheet.columns}
    told |= {(sheet.name, column) for sheet in found.sheets for column in sheet.left_out}
    assert found.gaps == ()
    for bound in all_bindings().columns():
        if isinstance(bound.binding, Personal) and bound.binding.person is None:
            table = bound.table.name
            assert (table, bound.column) in told or table in found.left_out, f"{bound} is nowhere"


def test_every_row_that_the_paths_lead_to_is_in_the_package(metered_world: MeteredWorld) -> None:
    """Counted by other means than the package's: each table by itself, as the owner of the tables."""
    anna = metered_world.world.anna
    opened = Opened(_bytes(metered_world.world, anna))
    mine = "(select agreement_id from customers_agreement_holder where customer_id = %(id)s)"
    here = f"(select supply_point_id from customers_agreement where id in {mine})"
    pipes = f"(select id from customers_installation where supply_point_id in {here})"
    meters = f"(select meter_id from metering_mounting where installation_id in {pipes})"
    counts = {
        "customers_customer_name": "select count(*) from customers_customer_name where customer_id = %(id)s",
        "customers_contact_point": "select count(*) from customers_contact_point where customer_id = %(id)s",
        "customers_agreement": f"select count(*) from customers_agreement where id in {mine}",
        "customers_installation": f"select count(*) from customers_installation where id in {pipes}",
        "metering_meter": f"select count(*) from metering_meter where id in {meters}",
        "metering_day": f"select count(*) from metering_day where meter_id in {meters}",
    }
    with connection.cursor() as cursor:
        for table, statement in counts.items():
            cursor.execute(statement, {"id": anna.customer_id})
            assert len(opened.rows(table)) == cursor.fetchone()[0] > 0, table


# -- readings ----------------------------------------------------------------------------------------------------------


def _filled(world: World, quality: Mapping[tuple[date, int], int] | None = None) -> None:
    """Bo's heat on the day on which the clock goes back, one hour of which is missing."""
    store = MeterStore()
    meter = store.meter(world.bo.installations["heat"], "heat", date(2020, 1, 1))
    day = date(2026, 10, 25)
    store.fill(meter, day, day, lambda _, index: None if index == 20 else 100 + index, quality)


def test_the_doubled_hour_is_told_twice_with_its_offset(world: World) -> None:
    _filled(world, {(date(2026, 10, 25), 5): 2})
    opened = Opened(_bytes(world, world.bo))
    lines = opened.lines("maalinger-forbrug-dag-for-dag")
    assert [line["Fra"] for line in lines[1:5]] == [
        "2026-10-25T01:00:00+02:00",
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]
    assert len(lines) == 25
    assert (lines[20]["Værdi"], lines[20]["Bemærkning"]) == ("", "ikke målt")
    assert lines[5]["Bemærkning"] == "med forbrug fra et hul før"
    (day,) = opened.rows("metering_day")
    assert day["readings"][5]["quality"] == ["after_gap"]
    assert sum(one["value"] or 0 for one in day["readings"]) == day["total"]


def test_a_day_whose_hours_are_gone_is_one_reading(world: World) -> None:
    _filled(world)
    with connection.cursor() as cursor:
        cursor.execute("update metering_day set values = '{}', quality = null")
    (line,) = Opened(_bytes(world, world.bo)).lines("maalinger-forbrug-dag-for-dag")
    assert (line["Fra"], line["Til"]) == ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00")
    assert int(line["Værdi"]) == sum(100 + index for index in range(25) if index != 20)


def test_many_days_are_the_same_as_few(metered_world: MeteredWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond some thousands, days stay with the database and are fetched piece by piece."""
    world = metered_world.world
    few = _bytes(world, world.anna)
    monkeypatch.setattr(access_data, "IN_MEMORY_ROWS", 2)
    monkeypatch.setattr(access_data, "SERIES_ROWS", 3)
    assert _bytes(world, world.anna) == few
    assert _plan(world, world.anna).counts()["readings"] == 13 * 24


def test_a_counter_from_before_the_own_time_is_not_told(metered_world: MeteredWorld) -> None:
    """Dorthe came in 2024, her meter in 2020; Erik, who came after her, neither saw it put up."""
    world = metered_world.world
    with connection.cursor() as cursor:
        cursor.execute("select id from metering_mounting where meter_id = %s", [metered_world.terrace_heat])
        mounting = cursor.fetchone()[0]
        cursor.execute(
            "update metering_mounting set period = %s where id = %s",
            [DateRange(date(2020, 1, 1), date(2026, 10, 20)), mounting],
        )
    MountingReading.objects.create(mounting_id=mounting, register=1, opening=5, closing=777)
    (dorthe,) = Opened(_bytes(world, world.dorthe)).rows("metering_mounting_reading")
    (erik,) = Opened(_bytes(world, world.erik)).rows("metering_mounting_reading")
    assert (dorthe["opening"], dorthe["closing"]) == (None, None)
    assert (erik["opening"], erik["closing"]) == (None, 777)


# -- sealed values and documents ---------------------------------------------------------------------------------------


def _paper(world: World) -> int:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        return give_consent(
            policy=current_policy(),
            customer_id=world.anna.customer_id,
            consent="health_notice",
            text_version=current_policy().version,
            language=Language.DANISH,
            channel=Channel.LETTER,
            now=NOW,
            recorded_by_id=world.dpo.id,
            proof=Proof(b"%PDF-1.4 signed", "../ja.pdf", "application/pdf"),
        )


def test_sealed_words_are_opened_and_documents_are_files(world: World) -> None:
    given = _paper(world)
    keep_health_notice(
        policy=current_policy(),
        customer_id=world.anna.customer_id,
        consent_id=given,
        text="Iltapparat i hjemmet",
        now=NOW,
        recorded_by_id=world.dpo.id,
    )
    opened = Opened(_bytes(world, world.anna))
    assert opened.rows("sensitive_health_notice")[0]["sealed"] == "Iltapparat i hjemmet"
    place = opened.rows("safeguards_consent")[0]["proof"]["file"]
    assert place == f"dokumenter/samtykker-{given}-ja.pdf"
    assert opened.files[place] == b"%PDF-1.4 signed"
    assert "Hensyn til syge ved afbrydelser" in opened.text


def test_without_the_keys_there_is_no_package(world: World, settings: Any) -> None:
    keep_threat_notice(
        policy=current_policy(),
        customer_id=world.anna.customer_id,
        text="Kom to.",
        now=NOW,
        recorded_by_id=world.dpo.id,
    )

    class Lost:
        def ring(self) -> KeyRing:
            return KeyRing.new(today=TODAY)

    settings.KEY_STORE = Lost()
    with pytest.raises(PackageRefused, match="forsyn keys check"):
        _bytes(world, world.anna)


# -- the door ----------------------------------------------------------------------------------------------------------


def _through(world: World) -> Any:
    return access_package(
        customer_ids=[world.anna.customer_id], number="1001", actor=world.dpo.id, now=NOW, today=TODAY
    )


def test_the_package_leaves_through_the_door_with_its_digest(world: World) -> None:
    package = _through(world)
    content = b"".join(package.pieces())
    record = Disclosure.objects.get(pk=package.disclosure_id)
    assert bytes(record.payload_sha256) == hashlib.sha256(content).digest()
    assert (record.payload_bytes, record.to_person, record.purpose) == (len(content), True, "privacy_rights")
    assert {"name", "address", "agreement"} <= set(record.categories)
    assert package.name == "indsigt-1001-2026-11-02.zip"
    assert not Opened(content).data["recipients"]  # the package itself is not yet among what has left


def test_the_next_package_tells_of_the_one_before(world: World) -> None:
    b"".join(_through(world).pieces())
    (recipient,) = Opened(_bytes(world, world.anna)).data["recipients"]
    assert (recipient["recipient"], recipient["only_carried"], recipient["times"]) == ("hosting", True, 1)


def test_without_an_agreement_with_who_brings_it_nothing_leaves(world: World) -> None:
    RecipientAgreement.objects.filter(recipient="hosting").update(signed_date=None)
    with pytest.raises(DisclosureRefused):
        _through(world)
    assert not Disclosure.objects.exists()


# -- persons -----------------------------------------------------------------------------------------------------------


def test_a_companys_package_is_the_companys_alone(world: World) -> None:
    opened = Opened(_bytes(world, world.aeblegaarden))
    assert opened.rows("customers_customer")[0]["kind"] == "company"
    assert {row["name"] for row in opened.rows("customers_customer_name")} == {"Æblegården ApS"}


def test_about_a_number_that_is_gone_nothing_is_held(world: World) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        content = b"".join(build_access_package(customer_ids=[987_654], now=NOW, today=TODAY, pdf=False))
    opened = Opened(content)
    assert opened.data["tables"] == {}
    assert "Vi har ingen oplysninger om dig" in opened.text


def test_queries_do_not_grow_with_what_is_held(metered_world: MeteredWorld) -> None:
    world = metered_world.world
    _bytes(world, world.anna)
    with CaptureQueriesContext(connection) as much:
        _bytes(world, world.anna)
    with CaptureQueriesContext(connection) as little:
        _bytes(world, world.ingrid)
    assert len(asked(much)) == len(asked(little)) <= 9

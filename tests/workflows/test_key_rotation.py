"""Rotating the keys of sensitive data: whole, stopped half-way, with rows that do not open, with a key lost."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.db import connection
from pytest_django import Settings
from typer.testing import CliRunner, Result

from forsyn.config.keys import KeyStore
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive import actions, actions_sealing, queries
from forsyn.domain.sensitive.models import Cpr, HandOver, Offence, PremisesNotice, ThreatNotice
from forsyn.domain.sensitive.rules import Kind
from forsyn.domain.sensitive.sealing import KeyRing, KeyRingUnusable, Use
from forsyn.domain.sensitive.vault import opened, place_of
from forsyn.interfaces.cli import examination
from forsyn.interfaces.cli.main import app
from forsyn.policy.loading import load_policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from forsyn.workflows import key_rotation
from forsyn.workflows.key_rotation import RotationRunning
from tests.world import NOW, TODAY, World, build_world

UTILITY = load_policy(Path(project.PROJECT_ROOT, "policies", "utility.toml"))
NUMBERS = ("6111901234", "7202851111")
TOMORROW = TODAY + timedelta(days=1)


def make_store(path: Path) -> KeyStore:
    store = KeyStore(path)
    store.make(today=TODAY)
    return store


@pytest.fixture
def keys(settings: Settings, tmp_path: Path) -> KeyStore:
    settings.KEY_STORE = make_store(tmp_path / "keys.json")
    return settings.KEY_STORE


def threats(customer_id: int, count: int, ring: KeyRing) -> None:
    """Many rows at once, each sealed for its own place."""
    rows = [
        ThreatNotice(
            id=uuid4(), customer_id=customer_id, source="utility", recorded_at=NOW, review_date=TODAY + timedelta(180)
        )
        for _ in range(count)
    ]
    for number, row in enumerate(rows):
        row.sealing_key, row.sealed = ring.seal(f"trussel {number}", place_of(row))
    ThreatNotice.objects.bulk_create(rows)


def numbers(world: World) -> None:
    """Anna's and Bo's, for claims that are being handed over."""
    for party, number in zip((world.anna, world.bo), NUMBERS, strict=True):
        HandOver.objects.create(customer_id=party.customer_id, claim=number[:3], opened_at=NOW)
        actions.keep_cpr(
            policy=UTILITY,
            customer_id=party.customer_id,
            number=number,
            source=Source.PUBLIC_REGISTER,
            now=NOW,
            recorded_by_id=None,
        )


@pytest.fixture
def sealed(world: World, keys: KeyStore) -> World:
    numbers(world)
    threats(world.gorm.customer_id, 25, keys.ring())
    return world


def all_texts(ring: KeyRing) -> list[str]:
    rows = [*Cpr.objects.defer(None), *ThreatNotice.objects.defer(None)]
    return sorted(opened(row, ring).text for row in rows)


def keys_of(use: Use) -> set[str]:
    return {line.key_id for line in queries.sealed_with() if line.use is use}


# -- rotating -----------------------------------------------------------------------------------------------------


def test_a_rotation_seals_every_row_anew(sealed: World, keys: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before, texts = keys.ring(), all_texts(keys.ring())
    heard: list[int] = []
    done = key_rotation.rotate(use=Use.SEALING, today=TOMORROW, progress=heard.append, rows_at_once=7)
    ring = keys.ring()
    assert (done.made, done.renewed, done.unopened, done.key_id) == (True, 27, 0, ring.current(Use.SEALING).id)
    assert heard == [2, 7, 7, 7, 4]
    assert keys_of(Use.SEALING) == {done.key_id}
    assert all_texts(ring.without([before.current(Use.SEALING).id])) == texts
    assert ring.get(before.current(Use.SEALING).id).retired == TOMORROW
    assert keys_of(Use.LOOKUP) == {before.current(Use.LOOKUP).id}


def test_numbers_are_found_before_during_and_after_a_rotation_of_the_lookup_key(
    sealed: World, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[list[int]]:
        with purpose(P.RETENTION, actor=None):
            return [queries.find_by_cpr(number=number) for number in NUMBERS]

    before, old = found(), keys.ring().current(Use.LOOKUP).id
    assert before == [[sealed.anna.customer_id], [sealed.bo.customer_id]]
    ring = actions_sealing.add_key(use=Use.LOOKUP, today=TOMORROW)
    with purpose(P.RETENTION, actor=None):
        actions_sealing.rehash(ring=ring, after=None, rows=1)
    assert len(keys_of(Use.LOOKUP)) == 2
    assert found() == before
    done = key_rotation.rotate(use=Use.LOOKUP, today=TOMORROW)
    assert (done.made, done.renewed) == (False, 1)
    assert keys_of(Use.LOOKUP) == {ring.current(Use.LOOKUP).id} != {old}
    assert found() == before
    key_rotation.drop(today=TOMORROW + timedelta(days=1))
    assert [key.id for key in keys.ring().of(Use.LOOKUP)] == [done.key_id]
    assert found() == before


def test_a_rotation_counts_its_queries_not_its_rows(
    sealed: World, keys: KeyStore, django_assert_max_num_queries: object
) -> None:
    ring = actions_sealing.add_key(use=Use.SEALING, today=TODAY)
    with purpose(P.RETENTION, actor=None), django_assert_max_num_queries(4):  # type: ignore[operator]
        chunk = actions_sealing.reseal(kind=Kind.THREATS, ring=ring, after=None)
    assert chunk.renewed == 25


def test_what_does_not_open_is_left_as_it_is_and_counted(sealed: World, keys: KeyStore) -> None:
    spoiled = ThreatNotice.objects.defer(None).first()
    assert spoiled is not None
    *sound, last = bytes(spoiled.sealed)
    ThreatNotice.objects.filter(pk=spoiled.pk).update(sealed=bytes([*sound, last ^ 1]))
    done = key_rotation.rotate(use=Use.SEALING, today=TODAY)
    assert (done.renewed, done.unopened) == (26, 1)
    assert ThreatNotice.objects.get(pk=spoiled.pk).sealing_key == spoiled.sealing_key
    assert key_rotation.drop(today=TOMORROW)[0] == []


def test_an_old_key_goes_only_when_no_row_needs_it_and_a_day_has_passed(sealed: World, keys: KeyStore) -> None:
    former = keys.ring().current(Use.SEALING).id
    actions_sealing.add_key(use=Use.SEALING, today=TODAY)
    gone, kept = key_rotation.drop(today=TOMORROW)
    assert gone == []
    assert [(key.key_id, key.count) for key in kept] == [(former, 27)]
    key_rotation.rotate(use=Use.SEALING, today=TODAY)
    assert [key.key_id for key in key_rotation.drop(today=TODAY)[1]] == [former]
    gone, kept = key_rotation.drop(today=TOMORROW)
    assert ([key.key_id for key in gone], kept) == ([former], [])
    assert former not in {key.id for key in keys.ring().keys}
    assert len(all_texts(keys.ring())) == 27


def test_the_disk_is_full_before_anything_is_sealed_anew(
    sealed: World, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = keys.ring()

    def full(self: KeyStore, ring: KeyRing) -> None:
        raise KeyRingUnusable("No space left on device.")

    monkeypatch.setattr(KeyStore, "replace", full)
    with pytest.raises(KeyRingUnusable):
        key_rotation.rotate(use=Use.SEALING, today=TODAY)
    assert keys_of(Use.SEALING) == {former.current(Use.SEALING).id}


# -- the command --------------------------------------------------------------------------------------------------


class Host:
    """A machine whose database runs already."""

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        yield


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments], obj=Host(), env={"TERM": "dumb", "COLUMNS": "200"})


def told(result: Result) -> str:
    return re.sub(r"\s+", " ", result.output + result.stderr)


def test_the_command_shows_what_each_key_is_for(sealed: World, keys: KeyStore) -> None:
    shown = run("show")
    assert shown.exit_code == 0
    assert "2 CPR numbers, 25 threat notices" in told(shown)
    document = json.loads(run("show", "--json").stdout)
    assert [(key["use"], key["rows"], key["retired"]) for key in document] == [
        ("sealing", {"cpr": 2, "threats": 25}, None),
        ("lookup", {"cpr": 2}, None),
    ]
    for secret in json.loads(keys.file.read_text())["keys"]:
        assert secret["secret"] not in shown.output + json.dumps(document)


def test_the_command_rotates_checks_and_drops(sealed: World, keys: KeyStore) -> None:
    checked = run("check")
    assert checked.exit_code == 0
    assert f"25 threat notices recorded on {TODAY} can be opened with" in told(checked)
    rotated = run("rotate")
    assert rotated.exit_code == 0
    assert "is the new current key. Rows renewed: 27." in told(rotated)
    assert "Rows renewed: 2." in told(run("rotate", "--lookup"))
    dropped = told(run("rotate", "--drop"))
    assert dropped.count("it retired today; drop it tomorrow") == 2
    assert run("check").exit_code == 0


def test_a_lost_key_says_exactly_what_is_lost(sealed: World, keys: KeyStore) -> None:
    former = keys.ring()
    keys.replace(KeyRing.new(today=TODAY))
    PremisesNotice.objects.all().delete()
    with purpose(P.INTERRUPTION_SAFETY, actor=sealed.clerk.pk):
        actions.keep_premises_notice(
            policy=UTILITY,
            customer_id=sealed.gorm.customer_id,
            text="hund",
            source=Source.PERSON,
            now=NOW,
            recorded_by_id=sealed.clerk.pk,
        )
    checked = run("check")
    assert checked.exit_code == 1
    text = told(checked)
    assert f"1 notice of children and animals recorded on {TODAY} can be opened with" in text
    assert f"Nobody can read 2 CPR numbers recorded on {TODAY}; 25 threat notices" in text
    assert "Nobody can find 2 CPR numbers" in text
    assert former.current(Use.SEALING).id in text
    assert "Traceback" not in text
    document = run("check", "--json")
    assert document.exit_code == 1
    assert [entry["opens"] for entry in json.loads(document.stdout)] == [False, False, True, False]
    shown = run("show")
    assert shown.exit_code == 1
    assert "not in the ring" in told(shown)


def test_a_lost_ring_is_begun_anew_only_on_demand(sealed: World, keys: KeyStore) -> None:
    keys.file.unlink()
    checked = told(run("check"))
    assert f"Nobody can read 2 CPR numbers recorded on {TODAY}; 25 threat notices" in checked
    refused = run("rotate")
    assert refused.exit_code == 1
    assert "forsyn keys rotate --lost" in told(refused)
    assert not keys.exists()
    begun = run("rotate", "--lost")
    assert "is the new current key. Rows renewed: 0." in told(begun)
    assert len(keys.ring().keys) == 2


def test_a_ring_that_others_can_read_is_explained(sealed: World, keys: KeyStore) -> None:
    keys.file.chmod(0o644)
    for command in (["show"], ["rotate"], ["check"]):
        result = run(*command)
        assert result.exit_code == 1
        assert "chmod 600" in told(result)


def test_the_doctor_looks_at_the_ring(sealed: World, keys: KeyStore, tmp_path: Path) -> None:
    def looked() -> examination.Finding:
        found = examination.examine(policy_file=tmp_path, state=tmp_path, embedded=True)
        [keys_of_sensitive_data] = [finding for finding in found if finding.what == "keys of sensitive data"]
        return keys_of_sensitive_data

    assert looked().good
    assert "2 in the key ring" in looked().found
    keys.file.unlink()
    assert "Put it back" in looked().mend


@pytest.mark.django_db
def test_no_keys_are_no_fault(settings: Settings, tmp_path: Path) -> None:
    settings.KEY_STORE = KeyStore(tmp_path / "keys.json")
    assert "There are no keys yet" in told(run("show"))
    assert "nothing can be lost" in told(run("check"))
    assert "No key is retired" in told(run("rotate", "--drop"))


# -- killed -------------------------------------------------------------------------------------------------------

ROTATE = """
import sys, time, django
django.setup()
from datetime import date
from forsyn.domain.sensitive.sealing import Use
from forsyn.workflows import key_rotation
def progress(rows):
    print(rows, flush=True)
    time.sleep(0.05)
key_rotation.rotate(use=Use.SEALING, today=date(2026, 11, 21), progress=progress, rows_at_once=20)
"""


@pytest.mark.crash
def test_a_killed_rotation_loses_nothing_and_goes_on(
    own_database: dict[str, str], tmp_path: Path, settings: Settings
) -> None:
    keys = settings.KEY_STORE = make_store(tmp_path / "keys.json")
    world = build_world()
    threats(world.gorm.customer_id, 400, keys.ring())
    former, texts = keys.ring().current(Use.SEALING).id, all_texts(keys.ring())
    environment = own_database | {"FORSYN_KEYS": str(keys.file)}
    with subprocess.Popen(
        [sys.executable, "-c", ROTATE], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(3)] == ["20\n"] * 3
        with pytest.raises(RotationRunning):
            key_rotation.rotate(use=Use.SEALING, today=TODAY)
        process.kill()
    middle = keys_of(Use.SEALING)
    assert former in middle
    assert len(middle) == 2
    assert all_texts(keys.ring()) == texts
    done = _when_free()
    assert not done.made
    assert 0 < done.renewed < 400
    assert keys_of(Use.SEALING) == {keys.ring().current(Use.SEALING).id}
    assert len(keys.ring().of(Use.SEALING)) == 2
    assert all_texts(keys.ring()) == texts
    connection.close()


def _when_free() -> key_rotation.Rotation:
    """Go on when the killed one's connection has gone, and with it its lock."""
    for _ in range(200):
        with contextlib.suppress(RotationRunning):
            return key_rotation.rotate(use=Use.SEALING, today=TODAY)
        time.sleep(0.05)
    raise AssertionError("the killed rotation's lock is still held")


def test_an_offence_is_among_what_is_sealed(sealed: World) -> None:
    """Every kind is counted, whatever its table."""
    actions.record_offence(
        policy=UTILITY,
        customer_id=sealed.anna.customer_id,
        text="brudt plombe",
        now=NOW,
        recorded_by_id=sealed.clerk.pk,
    )
    assert {line.kind for line in queries.sealed_with()} == {Kind.CPR, Kind.THREATS, Kind.OFFENCES}
    assert Offence.objects.count() == 1

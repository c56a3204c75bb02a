"""The data protection officer searches the log, and draws and answers spot checks; that is on record, too."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forsyn.domain.accounts.models import Account
from forsyn.domain.safeguards.log_models import AccessEntry, SpotCheck, SpotCheckItem
from tests.world import NOW, World

LOOKS, CHECKS = "/persondata/opslag/", "/persondata/opslag/stikproever/"
AT = datetime(2026, 10, 20, 12, 30, tzinfo=UTC)
SignedIn = Callable[[Account], Client]


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the world's today."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def looked(account: Account | None, customer_id: int | None, at: datetime = AT, **other: object) -> None:
    row = {"kind": "look", "aspect": "consumption", "search": None, "reason": None} | other
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into safeguards_access_log (at, actor_id, customer_id, kind, aspect, purpose, search, reason,"
            " request_id) values (%s, %s, %s, %s, %s, 'customer_service', %s, %s, gen_random_uuid())",
            [at, account and account.pk, customer_id, row["kind"], row["aspect"], row["search"], row["reason"]],
        )


def words(answer: object, status: int = 200) -> str:
    assert answer.status_code == status  # type: ignore[attr-defined]
    text = html.unescape(re.sub(r"\s+", " ", answer.content.decode()))  # type: ignore[attr-defined]
    main = text.partition("<main")[2].partition("<footer")[0]
    table = re.sub(r"<option.*?</option>", " ", main)
    return re.sub(r" +", " ", re.sub(r"<[^>]+>", " ", table))


@pytest.fixture
def desk(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.dpo)


def test_the_log_is_searched_by_customer_staff_day_and_words(desk: Client, world: World) -> None:
    looked(world.clerk, world.anna.customer_id, reason="Kunden ringede")
    looked(world.billing, world.gorm.customer_id, AT + timedelta(days=3), aspect="customer_file")
    looked(world.clerk, None, AT + timedelta(days=3), kind="search", search="Grænseløs")
    text = words(desk.get(LOOKS))
    assert "Karen Kontor så på: forbrug Begrundelse: Kunden ringede Anna Prøvesen 1001" in text
    assert "Aage Afregning så på: kundens oplysninger Gorm Grænseløs 1010 Svar på henvendelser og klager" in text
    assert "søgte: kundens oplysninger" not in text
    assert "»Grænseløs« Ingen bestemt" in text
    karen, aage, search = (
        "Karen Kontor så på: forbrug",
        "Aage Afregning så på: kundens oplysninger",
        "Karen Kontor søgte",
    )
    for asked, there in (
        ({"number": "1001"}, {karen}),
        ({"staff": world.billing.pk}, {aage}),
        ({"first": "2026-10-22"}, {aage, search}),
        ({"last": "2026-10-20"}, {karen}),
        ({"words": "grænse"}, {search}),
    ):
        text = words(desk.get(LOOKS, asked))
        assert {one for one in (karen, aage, search) if one in text} == there
    assert "Ingen kunde har det nummer." in words(desk.get(LOOKS, {"number": "4711"}))
    assert "Skriv en dato" in words(desk.get(LOOKS, {"first": "i går"}))


def test_reading_the_log_is_on_the_log(desk: Client, world: World) -> None:
    looked(world.clerk, world.anna.customer_id)
    desk.get(LOOKS, {"number": "1001"})
    own = AccessEntry.objects.filter(actor_id=world.dpo.pk)
    assert set(own.values_list("kind", "aspect", "customer_id", "search", "purpose")) == {
        ("search", "access_log", None, "1001", "privacy_rights"),
        ("list", "access_log", world.anna.customer_id, None, "privacy_rights"),
    }


def test_only_the_officer_reads_it(world: World, signed_in: SignedIn) -> None:
    for account in (world.clerk, world.operations, world.billing):
        assert signed_in(account).get(LOOKS).status_code == 404
        assert signed_in(account).get(CHECKS).status_code == 404


def test_a_sample_is_drawn_and_marks_what_stands_out(desk: Client, world: World) -> None:
    looked(world.clerk, world.anna.customer_id)
    looked(world.clerk, world.anna.customer_id, AT + timedelta(minutes=5))
    looked(world.billing, world.gorm.customer_id, datetime(2026, 10, 24, 3, 0, tzinfo=UTC))
    looked(world.dpo, world.bo.customer_id)
    looked(world.clerk, world.bo.customer_id, kind="list")
    with connection.cursor() as cursor:
        cursor.execute("update accounts_account set name = 'Pia Prøvesen' where id = %s", [world.clerk.pk])
    text = words(desk.post(CHECKS, {"first": "2026-10-01", "last": "2026-10-31"}, follow=True))
    assert "2 opslag mangler et svar." in text
    assert "samme efternavn" in text
    assert "uden for arbejdstiden" in text
    assert "Bo Åkjær" not in text, "one's own looks, and lines in lists, are not drawn"
    (check,) = SpotCheck.objects.all()
    assert (check.candidates, check.made_by_id) == (2, world.dpo.pk)
    assert "2 af 2" in words(desk.get(CHECKS))
    assert "1. oktober 2026 – 31. oktober 2026" in words(desk.get(CHECKS))


def test_a_verdict_needs_a_note_unless_there_was_a_reason(desk: Client, world: World) -> None:
    looked(world.clerk, world.anna.customer_id)
    desk.post(CHECKS, {"first": "2026-10-01", "last": "2026-10-31"})
    item = SpotCheckItem.objects.get()
    address = reverse("privacy_desk:spot_check_verdict", args=[item.pk])
    assert "Var der en grund?" in words(desk.get(address))
    assert "Vælg et af de tre svar." in words(desk.post(address, {"note": "hm"}), 422)
    assert "Skriv en note" in words(desk.post(address, {"verdict": "unjustified", "note": " "}), 422)
    assert "ligner et CPR-nummer" in words(desk.post(address, {"verdict": "asked", "note": "Slog 070761-4285 op"}), 422)
    text = words(desk.post(address, {"verdict": "asked", "note": "Ringet 2/11."}, follow=True))
    assert "Medarbejderen er spurgt Dina Databeskytter" in text
    desk.post(address, {"verdict": "justified", "note": ""})
    item.refresh_from_db()
    assert (item.verdict, item.note, item.decided_by_id) == ("justified", "", world.dpo.pk)
    assert "Alle opslag har fået et svar." in words(
        desk.get(reverse("privacy_desk:spot_check", args=[item.spot_check_id]))
    )


def test_nobody_judges_his_own_look(desk: Client, world: World) -> None:
    looked(world.clerk, world.anna.customer_id)
    desk.post(CHECKS, {"first": "2026-10-01", "last": "2026-10-31"})
    SpotCheckItem.objects.update(actor_id=world.dpo.pk)
    address = reverse("privacy_desk:spot_check_verdict", args=[SpotCheckItem.objects.get().pk])
    assert "Det er dit eget opslag" in words(desk.post(address, {"verdict": "justified"}), 422)


def test_an_empty_or_backward_period_is_refused(desk: Client, world: World) -> None:
    assert "ingen opslag i perioden" in words(desk.post(CHECKS, {"first": "2026-10-01", "last": "2026-10-02"}), 422)
    assert "Byt om på dagene" in words(desk.post(CHECKS, {"first": "2026-10-03", "last": "2026-10-02"}), 422)
    assert not SpotCheck.objects.exists()
    assert desk.get(f"{CHECKS}99/").status_code == 404
    assert desk.get(f"{CHECKS}opslag/99/").status_code == 404


def test_queries_do_not_grow(desk: Client, world: World) -> None:
    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(address).status_code == 200
        return len(captured)

    looked(world.clerk, world.anna.customer_id)
    desk.post(CHECKS, {"first": "2026-10-01", "last": "2026-10-31"})
    first = f"{CHECKS}{SpotCheck.objects.get().pk}/"
    count(LOOKS)
    few = count(LOOKS), count(first)
    for party in (world.anna, world.bo, world.gorm, world.erik):
        for account in (world.clerk, world.billing, world.operations):
            looked(account, party.customer_id)
    desk.post(CHECKS, {"first": "2026-10-01", "last": "2026-10-31"})
    second = f"{CHECKS}{SpotCheck.objects.order_by('-id')[0].pk}/"
    assert (count(LOOKS), count(second)) == few

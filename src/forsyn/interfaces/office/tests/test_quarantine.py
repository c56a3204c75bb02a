"""Staff look at what stands in quarantine, and release or reject it: seen before, noted, never twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from forsyn.domain.metering import actions, quarantine_queries
from forsyn.domain.metering.actions import NewMeter, register_meters
from forsyn.domain.metering.models import Delivery, QuarantineItem
from forsyn.domain.metering.quarantine_queries import Selection
from forsyn.domain.metering.rules import Reason
from forsyn.interfaces.office import wording
from forsyn.interfaces.office.tests.conftest import HEAT, Store, Values, build_store, deliver, signed_in
from forsyn.interfaces.office.tests.reading import read, words
from forsyn.workflows import quarantine_decision
from forsyn.workflows.quarantine_decision import DecidedMeanwhile, TakingIn, decide, plan
from tests.world import BEGINNING, NOW, TODAY, World, build_world

DECISION = "office:quarantine_decision"


def address_of(handling: str, **chosen: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in chosen.items())
    return f"{reverse(DECISION)}?{query}&handling={handling}"


def item_of(store: Store, reason: str) -> QuarantineItem:
    return store.first.delivery.quarantine_items.get(reason=reason)


def test_the_quarantine_is_grouped_and_explained(world: World, store: Store, clerk: Client) -> None:
    page = words(clerk, reverse("office:quarantine"))
    assert "Usandsynlig værdi , leverance" in page
    assert "uge44.parquet" in page
    chosen = f"?leverance={store.first.delivery.pk}&aarsag=meter_unknown"
    page = words(clerk, reverse("office:quarantine_group") + chosen)
    assert "Ingen måler har det nummer. Opret måleren, og frigiv derefter" in page
    assert "9999999 1 3" in page
    assert "Frigiv …" not in page, "a clerk sees, and does not decide"


def test_an_item_shows_its_line_beside_what_is_stored(world: World, store: Store, operations: Client) -> None:
    item = item_of(store, "impossible_value")
    page = words(operations, reverse("office:quarantine_item", args=[item.pk]))
    assert "7 26. oktober 2026 06:00 900,000 kWh" in page
    assert "05–06 mangler 900,000 kWh" in page, "the whole day as stored, with the value in its hour"
    assert "04–05 1,004 kWh" in page
    assert "Frigiv …" in page


def test_a_counters_readings_stand_around_the_doubtful_one(world: World, store: Store, operations: Client) -> None:
    readings = [100, 101, 102, 90, 104, 105]
    delivery = deliver("vand.csv", [Values("0082002", "volume", TODAY - timedelta(days=1), readings)]).delivery
    item = delivery.quarantine_items.get()
    page = words(operations, reverse("office:quarantine_item", args=[item.pk]))
    assert "02–03 0,001 m³ 0,102 m³" in page
    assert "03–04 mangler 0,102 m³ 0,090 m³" in page
    assert "04–05 0,002 m³ 0,104 m³" in page


def test_every_reason_has_words() -> None:
    assert set(wording.REASONS) == {reason.value for reason in Reason}


def test_what_will_happen_is_shown_before(world: World, store: Store, operations: Client) -> None:
    item = item_of(store, "impossible_value")
    page = words(operations, address_of("frigiv", element=item.pk))
    assert "1 post, 1 værdi, 1 måler" in page
    assert "Gemmes og mærkes »frigivet fra karantæne«: 1 værdi." in page
    item.refresh_from_db()
    assert item.state == "open", "looking changes nothing"
    page = words(operations, address_of("afvis", element=item.pk))
    assert "Intet gemmes" in page
    page = words(operations, address_of("frigiv", leverance=store.first.delivery.pk, aarsag="meter_unknown"))
    assert "1 måler kendes stadig ikke" in page
    assert "prøves igen" not in page


def test_a_released_value_counts_and_the_delivery_still_adds_up(world: World, store: Store, operations: Client) -> None:
    item = item_of(store, "impossible_value")
    answer = operations.post(address_of("frigiv", element=item.pk), {"note": "Trykprøve", "items": 1}, follow=True)
    page = read(answer.content.decode())
    assert "Gemt: 1 værdi." in page
    assert "Frigivet 2. november 2026 10:00 af Dennis Drift" in page
    assert "Trykprøve" in page
    delivery = Delivery.objects.get(pk=store.first.delivery.pk)
    assert (delivery.delivered, delivery.stored, delivery.quarantined) == (171, 168, 3)


def test_a_rejected_value_stays_out_with_its_note(world: World, store: Store, operations: Client) -> None:
    item = item_of(store, "impossible_value")
    operations.post(address_of("afvis", element=item.pk), {"note": "Målerfejl", "items": 1})
    item.refresh_from_db()
    assert (item.state, item.note, item.decided_by_id) == ("rejected", "Målerfejl", world.operations.pk)
    delivery = Delivery.objects.get(pk=store.first.delivery.pk)
    assert (delivery.stored, delivery.quarantined) == (167, 4)
    rejected = reverse("office:quarantine") + "?tilstand=afvist"
    assert "Usandsynlig værdi" in words(operations, rejected)


def test_a_whole_group_is_released_once_its_meter_is_known(world: World, store: Store, operations: Client) -> None:
    register_meters(meters=[NewMeter("9999999", "heat", (HEAT,), "50021", BEGINNING)])
    address = address_of("frigiv", leverance=store.first.delivery.pk, aarsag="meter_unknown")
    assert "som om de lige var leveret (3 værdier)" in words(operations, address)
    answer = operations.post(address, {"note": "Oprettet i dag", "items": 1}, follow=True)
    assert "Gemt: 3 værdier." in read(answer.content.decode())
    assert not QuarantineItem.objects.filter(reason="meter_unknown", state="open").exists()


def test_meters_of_a_group_can_be_chosen(world: World, store: Store, operations: Client) -> None:
    delivery = deliver("ukendte.csv", [Values(f"77000{n}", "energy", TODAY, [1]) for n in range(3)]).delivery
    address = address_of("afvis", leverance=delivery.pk, aarsag="meter_unknown") + "&maaler=770000&maaler=770002"
    assert "2 poster, 2 værdier, 2 målere" in words(operations, address)
    operations.post(address, {"note": "Naboens målere", "items": 2})
    left = QuarantineItem.objects.filter(delivery=delivery, state="open")
    assert [item.meter_number for item in left] == ["770001"]


def test_a_decision_needs_a_note(world: World, store: Store, operations: Client) -> None:
    item = item_of(store, "impossible_value")
    answer = operations.post(address_of("frigiv", element=item.pk), {"note": "  ", "items": 1})
    assert answer.status_code == 422
    assert "Skriv en note" in read(answer.content.decode())
    item.refresh_from_db()
    assert item.state == "open"


def test_who_decides_second_is_told_by_whom_it_was_decided(world: World, store: Store, operations: Client) -> None:
    item = item_of(store, "impossible_value")
    first, second = operations, signed_in(Client(), world.operations)
    address = address_of("afvis", element=item.pk)
    assert second.get(address).status_code == 200, "both look at it"
    first.post(address, {"note": "Først", "items": 1})
    for answer in (
        second.post(address_of("frigiv", element=item.pk), {"note": "Sidst", "items": 1}, follow=True),
        second.get(address, follow=True),
    ):
        page = read(answer.content.decode())
        assert "Dennis Drift har afgjort det imens: afvist 2. november 2026 10:00. Din afgørelse er ikke gemt" in page
    item.refresh_from_db()
    assert item.note == "Først"


def test_a_group_that_changed_since_it_was_shown_is_not_decided(world: World, store: Store) -> None:
    delivery = deliver("ukendte.csv", [Values(f"77000{n}", "energy", TODAY, [1]) for n in range(3)]).delivery
    selection = Selection(delivery_id=delivery.pk, reason="meter_unknown")
    ours = {"account_id": world.operations.pk, "now": NOW, "release": False}
    decide(
        selection=Selection(delivery_id=delivery.pk, reason="meter_unknown", meter_numbers=("770000",)),
        expected_items=1,
        note="Én",
        **ours,
    )
    with pytest.raises(DecidedMeanwhile):
        decide(selection=selection, expected_items=3, note="Alle", **ours)
    assert quarantine_queries.summary(selection=selection).items == 2


@pytest.mark.parametrize("release", [True, False], ids=["release", "reject"])
def test_two_decisions_at_the_same_moment_are_one(own_database: dict[str, str], *, release: bool) -> None:
    world = build_world()
    store = build_store(world)
    selection = Selection(item_id=item_of(store, "impossible_value").pk)
    start = Barrier(2)

    def decide_at_once(note: str) -> str:
        start.wait(timeout=10)
        try:
            decide(
                selection=selection,
                release=release,
                expected_items=1,
                note=note,
                account_id=world.operations.pk,
                now=NOW,
            )
        except (DecidedMeanwhile, TakingIn):
            return ""
        finally:
            connections.close_all()
        return note

    with ThreadPoolExecutor(2) as both:
        done = [note for note in both.map(decide_at_once, ["Karen", "Kurt"]) if note]
    item = QuarantineItem.objects.get(pk=selection.item_id)
    assert done == [item.note], "one decided, and it is their note that is kept"
    delivery = Delivery.objects.get(pk=store.first.delivery.pk)
    assert delivery.stored == (168 if release else 167)


def test_while_a_delivery_is_taken_in_nothing_is_released(
    world: World, store: Store, operations: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise actions.NotPossible("Another delivery is being taken in right now.")

    monkeypatch.setattr(quarantine_decision, "one_at_a_time", busy)
    item = item_of(store, "impossible_value")
    answer = operations.post(address_of("frigiv", element=item.pk), {"note": "Nu", "items": 1}, follow=True)
    assert "En leverance bliver indlæst lige nu" in read(answer.content.decode())
    item.refresh_from_db()
    assert item.state == "open"


def test_unreadable_values_have_nothing_to_release(world: World, store: Store, operations: Client) -> None:
    item = QuarantineItem.objects.create(
        delivery_id=store.second.delivery.pk,
        meter_number="0071001",
        register_code="energy",
        reason="value_unreadable",
        value_count=1,
        lines=[4],
        instants=[None],
        values=[None],
        stamp_texts=["i går"],
        value_texts=["<b>mange</b>"],
        state="open",
    )
    page = operations.get(reverse("office:quarantine_item", args=[item.pk])).content.decode()
    assert "&lt;b&gt;mange&lt;/b&gt;" in page
    planned = plan(selection=Selection(item_id=item.pk))
    assert (planned.storable, planned.unreadable) == (0, 1)
    assert "kan ikke gemmes" in words(operations, address_of("frigiv", element=item.pk))
    answer = operations.post(address_of("frigiv", element=item.pk), {"note": "?", "items": 1}, follow=True)
    assert "Bliver i karantæne: 1 værdi." in read(answer.content.decode())


def test_items_without_a_meter_number_are_reached_too(world: World, store: Store, operations: Client) -> None:
    for line in (8, 9):
        QuarantineItem.objects.create(
            delivery_id=store.second.delivery.pk,
            reason="meter_missing",
            value_count=1,
            lines=[line],
            instants=[None],
            values=[None],
            state="open",
        )
    chosen = f"?leverance={store.second.delivery.pk}&aarsag=meter_missing"
    body = operations.get(reverse("office:quarantine_group") + chosen).content.decode()
    assert "uden nummer" in read(body)
    assert f"{chosen}&maaler=".replace("&", "&amp;") in body
    reject = address_of("afvis", leverance=store.second.delivery.pk, aarsag="meter_missing")
    assert "2 poster" in words(operations, reject + "&maaler=")


def test_a_clerk_cannot_decide_by_address_either(world: World, store: Store, clerk: Client) -> None:
    item = item_of(store, "impossible_value")
    assert clerk.post(address_of("frigiv", element=item.pk), {"note": "Nu", "items": 1}).status_code == 404
    item.refresh_from_db()
    assert item.state == "open"


def test_a_long_item_is_paged(world: World, operations: Client) -> None:
    delivery = deliver("lang.csv", [Values("4444", "energy", TODAY, list(range(150)))]).delivery
    item = delivery.quarantine_items.get()
    address = reverse("office:quarantine_item", args=[item.pk])
    assert operations.get(address).content.decode().count('<th scope="row" class="number">') == 100
    assert operations.get(address + "?side=2").content.decode().count('<th scope="row" class="number">') == 50


def test_groups_are_paged(world: World, clerk: Client) -> None:
    parts = [Values(f"6{number:05}", "energy", TODAY, [1]) for number in range(60)]
    delivery = deliver("mange.csv", parts).delivery
    first = quarantine_queries.groups_by_meter(delivery_id=delivery.pk, reason="meter_unknown", state="open")
    second = quarantine_queries.groups_by_meter(delivery_id=delivery.pk, reason="meter_unknown", state="open", page=2)
    numbers = [row.meter_number for row in first[:50]] + [row.meter_number for row in second]
    assert len(first) == 51, "one more tells that there is another page"
    assert sorted(numbers) == [part.meter_number for part in parts]
    chosen = f"?leverance={delivery.pk}&aarsag=meter_unknown"
    assert "Næste side" in words(clerk, reverse("office:quarantine_group") + chosen)
    assert "Næste side" not in words(clerk, reverse("office:quarantine_group") + chosen + "&side=2")

"""Notes on the customer's pages, and the question about CPR numbers before anything is stored."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.correspondence.models import Note
from forsyn.domain.safeguards.choices_models import Channel
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive import queries
from forsyn.domain.sensitive.models import Cpr
from forsyn.interfaces.office.tests.conftest import Store, count_queries, signed_in
from forsyn.interfaces.office.tests.reading import read, words
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.cpr_in_text import MOVED, TAKEN_OUT
from forsyn.workflows.vault_consents import record_consent
from tests.world import NOW, World

LIKE_CPR = "610190-1234"
TEXT = f"Anna ringede. Hendes nummer er {LIKE_CPR}, siger hun."


def address(world: World) -> str:
    return reverse("office:notes", args=[world.anna.customer_id])


def write(client: Client, world: World, text: str, **answers: str) -> tuple[int, str]:
    """Send the form; the question is answered as a browser would, with the key that the page gave."""
    sent = {"kind": "phone", "text": text}
    answer = client.post(address(world), sent)
    if answers and answer.status_code == 422:
        key = re.search(r'name="cpr_asked" value="(\w+)"', answer.content.decode())
        assert key is not None
        answer = client.post(address(world), sent | {"cpr_asked": key[1]} | answers)
    return answer.status_code, read(answer.content.decode()) if answer.content else ""


def say_yes(world: World, consent: str = "cpr_address") -> None:
    """Anna says yes to one use of her number."""
    record_consent(
        customer_id=world.anna.customer_id,
        consent=consent,
        channel=Channel.PHONE,
        language=Language.DANISH,
        proof=None,
        account_id=world.clerk.pk,
        now=NOW,
    )


def test_a_note_without_such_a_number_is_stored_at_once(world: World, clerk: Client) -> None:
    status, _ = write(clerk, world, "Ringede om måler 0082001 på +45 20 00 10 01.")
    assert status == 302
    note = Note.objects.get()
    assert (note.customer_id, note.account_id, note.kind) == (world.anna.customer_id, world.clerk.pk, "phone")
    assert note.cpr_asked_at is None
    page = words(clerk, address(world))
    assert "Ringede om måler 0082001" in page
    assert "I telefonen · Karen Kontor" in page


def test_nothing_is_stored_before_the_question_is_answered(world: World, clerk: Client) -> None:
    answer = clerk.post(address(world), {"kind": "phone", "text": TEXT})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert f"<mark>{LIKE_CPR}</mark>" in body
    assert "Intet er gemt endnu" in body
    assert not Note.objects.exists()
    assert LIKE_CPR not in answer.headers.get("Location", "")


def test_the_answer_must_be_to_this_very_text(world: World, clerk: Client) -> None:
    body = clerk.post(address(world), {"kind": "phone", "text": TEXT}).content.decode()
    key = re.search(r'name="cpr_asked" value="(\w+)"', body)
    assert key is not None
    other = {"kind": "phone", "text": f"{TEXT} Og 610285-4321.", "cpr_asked": key[1], "cpr_number_0": "not_cpr"}
    answer = clerk.post(address(world), other)
    assert answer.status_code == 422
    assert "checked" not in answer.content.decode()
    assert not Note.objects.exists()


def test_each_number_needs_an_answer(world: World, clerk: Client) -> None:
    status, page = write(clerk, world, f"{TEXT} Manden er 610285-4321.", cpr_number_0="take_out")
    assert status == 422
    assert "Vælg, hvad der skal ske med tallet" in page
    assert not Note.objects.exists()


def test_a_number_can_be_taken_out(world: World, clerk: Client) -> None:
    assert write(clerk, world, TEXT, cpr_number_0="take_out")[0] == 302
    note = Note.objects.get()
    assert note.text == f"Anna ringede. Hendes nummer er {TAKEN_OUT}, siger hun."
    assert (note.cpr_denied, note.cpr_taken_out, note.cpr_asked_at) == (0, 1, NOW)
    assert not Cpr.objects.exists()


def test_a_number_that_is_none_stays_and_the_note_says_who_said_so(world: World, clerk: Client) -> None:
    assert write(clerk, world, TEXT, cpr_number_0="not_cpr")[0] == 302
    note = Note.objects.get()
    assert (note.text, note.cpr_denied, note.cpr_asked_at) == (TEXT, 1, NOW)
    assert "Det er det ikke, siger den, der skrev noten" in words(clerk, address(world))


def test_without_a_consent_the_number_cannot_move_and_the_page_says_how_to_get_one(world: World, clerk: Client) -> None:
    status, page = write(clerk, world, TEXT, cpr_number_0="move:cpr_address")
    assert status == 422
    assert not Note.objects.exists()
    for said in ("kunden har ikke sagt ja", "CPR-nummer til ny adresse", "CPR-nummer til NemKonto", "Samtykker"):
        assert said in page, said


def test_with_a_consent_the_number_moves_to_the_vault(world: World, clerk: Client) -> None:
    say_yes(world)
    _, asked = write(clerk, world, TEXT)
    assert "Flyt det til CPR-boksen. Samtykke: CPR-nummer til ny adresse" in asked
    assert "NemKonto" not in asked
    assert write(clerk, world, TEXT, cpr_number_0="move:cpr_address")[0] == 302
    assert Note.objects.get().text == f"Anna ringede. Hendes nummer er {MOVED}, siger hun."
    with purpose(P.ADDRESS_FROM_CPR, actor=None):
        kept = queries.reveal_cpr(customer_id=world.anna.customer_id)
    assert kept is not None
    assert kept.text == "6101901234"


def test_a_consent_withdrawn_meanwhile_keeps_note_and_number_out(world: World, clerk: Client) -> None:
    say_yes(world)
    _, _ = write(clerk, world, TEXT)
    from forsyn.domain.safeguards.models import Consent  # noqa: PLC0415

    Consent.objects.update(withdrawn_at=NOW, withdrawn_channel="portal")
    assert write(clerk, world, TEXT, cpr_number_0="move:cpr_address")[0] == 422
    assert not Note.objects.exists()
    assert not Cpr.objects.exists()


def test_two_numbers_cannot_both_be_the_customers(world: World, clerk: Client) -> None:
    say_yes(world)
    move = {f"cpr_number_{place}": "move:cpr_address" for place in range(2)}
    status, page = write(clerk, world, f"{TEXT} Manden er 610285-4321.", **move)
    assert status == 422
    assert "Kunden har kun ét CPR-nummer" in page
    assert not Note.objects.exists()


@pytest.mark.parametrize("role", ["billing", "operations", "dpo"])
def test_only_customer_service_reads_notes(world: World, clerk: Client, role: str) -> None:
    write(clerk, world, "Hemmelig aftale")
    client = signed_in(Client(), getattr(world, role))
    assert client.get(address(world)).status_code == 404
    customer = client.get(reverse("office:customer", args=[world.anna.customer_id])).content.decode()
    assert "Hemmelig aftale" not in customer


def test_a_look_at_notes_is_on_the_access_log(world: World, clerk: Client) -> None:
    clerk.get(address(world))
    entry = AccessEntry.objects.get(aspect="notes")
    assert (entry.actor_id, entry.customer_id) == (world.clerk.pk, world.anna.customer_id)


def test_the_customers_page_shows_the_newest_notes(world: World, store: Store, clerk: Client) -> None:
    for number in range(5):
        write(clerk, world, f"Samtale nummer {number}")
    page = words(clerk, reverse("office:customer", args=[world.anna.customer_id]))
    assert [number for number in range(5) if f"Samtale nummer {number}" in page] == [2, 3, 4]
    assert "Se alle noter" in page


def test_the_number_of_queries_does_not_grow_with_the_notes(world: World, clerk: Client) -> None:
    clerk.get(address(world))
    write(clerk, world, "En")
    before = count_queries(clerk, address(world))
    for number in range(15):
        write(clerk, world, f"Samtale {number}")
    assert count_queries(clerk, address(world)) == before


def test_notes_are_paged(world: World, clerk: Client) -> None:
    for number in range(21):
        write(clerk, world, f"Samtale {number:02}")
    first, second = words(clerk, address(world)), words(clerk, address(world) + "?side=2")
    assert "Samtale 20" in first
    assert "Samtale 00" not in first
    assert "Samtale 00" in second
    assert "Ingen noter endnu" not in words(clerk, address(world) + "?side=3")


def test_a_note_is_shown_as_text(world: World, clerk: Client) -> None:
    write(clerk, world, "<script>alert(1)</script>\r\nlinje to")
    body = clerk.get(address(world)).content.decode()
    assert "<script>alert(1)" not in body
    assert "<script>alert(1)</script><br>linje to" in unescape(body)


def test_a_decision_on_quarantined_values_asks_too(world: World, store: Store, operations: Client) -> None:
    page = reverse("office:quarantine_decision") + (
        f"?leverance={store.first.delivery.pk}&aarsag=impossible_value&handling=afvis"
    )
    sent = {"note": TEXT, "items": "1"}
    asked = operations.post(page, sent).content.decode()
    assert f"<mark>{LIKE_CPR}</mark>" in asked
    assert "CPR-boksen" not in asked
    key = re.search(r'name="cpr_asked" value="(\w+)"', asked)
    assert key is not None
    assert operations.post(page, sent | {"cpr_asked": key[1], "cpr_number_0": "not_cpr"}).status_code == 302
    item = store.first.delivery.quarantine_items.get(reason="impossible_value")
    assert item.note == f"Anna ringede. Hendes nummer er {LIKE_CPR} [ikke et CPR-nummer], siger hun."

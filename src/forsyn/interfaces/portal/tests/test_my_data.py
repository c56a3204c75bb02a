"""Mine data: what is held and why, in plain words and few queries."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forsyn.domain.safeguards.door_models import Disclosure, DisclosurePerson
from tests.portal_pages import page, send
from tests.world import NOW, Party, World

SignIn = Callable[[Party], Client]


def kind(text: str, name: str) -> str:
    """What is told of one kind of data."""
    return (
        text.partition("Hvad vi har om dig Hvem du er")[2].partition(f" {name} ")[2].partition("Hvem har fået det")[0]
    )


def test_what_is_held_is_told_with_its_uses_its_end_and_its_source(client_of_anna: Client) -> None:
    text = page(client_of_anna, "my_data")
    assert "Her kan du se, hvad vi har om Anna Prøvesen, kundenummer 1001" in text
    told = kind(text, "Mobilnummer")
    assert "Kan bruges til" in told
    assert "Afbrydelser af vand og varme" in told
    assert "Slettes 6 måneder efter, at din aftale er ophørt." in told
    assert "Kan komme fra dig selv" in told
    assert "lægger vi timerne sammen til døgn" in text


def test_what_is_not_held_is_one_sentence(client_of_anna: Client) -> None:
    absent = page(client_of_anna, "my_data").partition("Vi har ikke noget om dig af det her:")[2].partition(".")[0]
    assert "fastnetnummer" in absent
    assert "mobilnummer" not in absent
    assert "navn" not in re.split(r"\W+", absent)


def test_no_word_of_a_developer_is_on_the_page(client_of_anna: Client) -> None:
    content = client_of_anna.get(reverse("portal:my_data")).content.decode()
    for name in (
        "customers_",
        "safeguards_",
        "metering_",
        "rights_",
        "contact_point",
        "_id ",
        "NULL",
        "privacy_rights",
    ):
        assert name not in content


def test_whoever_has_moved_sees_the_day_on_which_it_ends(signed_in: SignIn, world: World) -> None:
    text = page(signed_in(world.dorthe), "my_data")
    assert "Slettes 6 måneder efter, at din aftale er ophørt. Det er den 30. marts 2027." in text


def test_who_has_really_received_something_is_told(client_of_anna: Client, world: World) -> None:
    left = Disclosure.objects.create(
        at=NOW, purpose="settlement", recipient="energy_complaints", role="controller", categories=["name", "address"],
        countries=["DK"], ground="6(1)(c)", channel="letter", to_person=False, person_count=1,
        payload_sha256=b"0" * 32, payload_bytes=1, state="delivered",
    )  # fmt: skip
    DisclosurePerson.objects.create(disclosure_id=left.pk, part="about", customer_id=world.anna.customer_id)
    text = page(client_of_anna, "my_data")
    assert text.count("senest den 2. november 2026.") == 2, "of the name, and of the address"


def test_threats_are_told_neither_as_held_nor_as_not_held(client_of_anna: Client) -> None:
    text = page(client_of_anna, "my_data")
    assert "Om vi har noget af det her, står ikke på siden" in text
    assert "trusler" not in text.partition("Om vi har noget")[0]


def test_use_that_was_refused_is_no_longer_told(client_of_anna: Client) -> None:
    assert "Tilfredshedsundersøgelser" in kind(page(client_of_anna, "my_data"), "E-mailadresse")
    send(client_of_anna, "refuse", "satisfaction_surveys")
    assert "Tilfredshedsundersøgelser" not in kind(page(client_of_anna, "my_data"), "E-mailadresse")


def switch(client: Client, consent: str) -> str:
    """The switch of one consent, as it stands on the page."""
    content = client.get(reverse("portal:my_data")).content.decode()
    return content.partition(f'id="samtykke-{consent}"')[2].partition("</li>")[0]


def test_each_consent_has_a_switch_that_says_yes_and_takes_it_back(client_of_anna: Client) -> None:
    before = switch(client_of_anna, "newsletter")
    assert "Vi må sende dig nyhedsbreve på e-mail." in before
    assert 'role="switch" aria-checked="false"' in before
    assert "Tryk på kontakten, hvis du vil sige ja." in before
    version = re.search(r'name="version" value="([^"]+)"', before)
    assert version is not None
    form = {"version": version[1], "back": "my_data"}
    answer = client_of_anna.post(reverse("portal:give_consent", args=["newsletter"]), form)
    assert answer["Location"] == reverse("portal:my_data") + "#samtykker"
    given = switch(client_of_anna, "newsletter")
    assert 'role="switch" aria-checked="true"' in given
    assert "Du sagde ja den 2. november 2026" in given
    assert "Så holder vi op med det samme." in given
    answer = client_of_anna.post(reverse("portal:withdraw_consent", args=["newsletter"]), form)
    assert answer["Location"] == reverse("portal:my_data") + "#samtykker"
    assert 'aria-checked="false"' in switch(client_of_anna, "newsletter")


def test_what_must_be_signed_has_no_switch(client_of_anna: Client) -> None:
    told = switch(client_of_anna, "health_notice")
    assert "Et ja skal have din underskrift." in told
    assert "<button" not in told


@pytest.mark.parametrize(
    ("name", "most"), [("my_data", 23), ("erase", 30), ("pause", 12), ("refusals", 11), ("my_requests", 10)]
)
def test_pages_are_read_with_few_queries(client_of_anna: Client, name: str, most: int) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            page(client_of_anna, name)
        reads = [query["sql"] for query in found if re.match(r"(?i)(select|with|delete|update) ", query["sql"].strip())]
        return len([sql for sql in reads if "current_setting" not in sql])

    page(client_of_anna, name)
    few = count()
    for wish in ("Navnet er forkert.", "Adressen er forkert.", "Alt er forkert."):
        send(client_of_anna, "correct", wish=wish)
    more = count() - few
    assert more == 0 if name != "erase" else more <= 6, "tables that held nothing before; not one for each row"
    assert few <= most


def test_in_english(client_of_anna: Client) -> None:
    client_of_anna.cookies["forsyn_language"] = "en"
    text = page(client_of_anna, "my_data")
    assert "What we hold about you" in text
    assert "Deleted 6 months after your agreement has ended." in text
    assert "Thank you. We have received your request" in send(client_of_anna, "correct", wish="My name is wrong.")


def test_the_public_notice_leads_to_the_page(client: Client, world: World) -> None:
    for language, words_of_link in (("da", "Brug dine rettigheder i selvbetjeningen"), ("en", "Use your rights in")):
        client.cookies["forsyn_language"] = language
        content = client.get(reverse("notices:page")).content.decode()
        assert words_of_link in content.partition('id="rights"')[2].partition("</section>")[0]

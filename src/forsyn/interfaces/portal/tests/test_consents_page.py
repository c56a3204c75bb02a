"""Consents in the portal: each on its own, nothing chosen beforehand, taken back as easily as given."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forsyn.domain.safeguards import actions_choices as actions
from forsyn.domain.safeguards.choices_models import Channel, Consent, RestrictionGround
from forsyn.domain.safeguards.choices_queries import consents_of, live_consent_counts
from forsyn.domain.safeguards.choices_rules import Proof
from forsyn.interfaces.portal import views_consents
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy, Text
from forsyn.policy.vocabulary import Language
from tests.world import NOW, World

ADDRESS = "/samtykker/"
UTILITY = load_policy(Path(settings.PROJECT_ROOT, "policies", "utility.toml"))
YES, BACK = "Ja, det må I", "Træk mit ja tilbage"


def page(client: Client, address: str = ADDRESS) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return words(answer.content)


def words(content: bytes) -> str:
    return html.unescape(re.sub(r"\s+", " ", content.decode())).partition("<main")[2].partition("<footer")[0]


def press(client: Client, what: str, consent: str, **form: str) -> str:
    address = reverse(f"portal:{what}", args=[consent] if consent else [])
    answer = client.post(address, {"version": UTILITY.version} | form, follow=True)
    assert answer.status_code == 200
    return words(answer.content)


@pytest.fixture
def anna(signed_in, world) -> Client:
    return signed_in(world.anna)


def test_nothing_is_chosen_beforehand(anna) -> None:
    text = page(anna)
    asked = list(UTILITY.consents.values())
    assert [heading in text for heading in (consent.explanation.da for consent in asked)] == [True] * len(asked)
    assert text.count("Du har ikke sagt ja") == len(asked)
    assert text.count(YES) == len(asked) - 1  # the health notice needs a paper
    assert '<input type="checkbox"' not in text
    assert "checked" not in text
    assert BACK not in text


def test_what_must_be_signed_is_not_given_by_a_press(anna, world) -> None:
    assert "Det her samtykke skal have din underskrift" in page(anna)
    answer = anna.post(reverse("portal:give_consent", args=["health_notice"]), {"version": UTILITY.version})
    assert answer.status_code == 404
    assert live_consent_counts() == {}


def test_yes_and_back_again_are_one_press_each(anna, world) -> None:
    text = press(anna, "give_consent", "newsletter")
    assert "Tak. Dit ja er gemt." in text
    assert text.count("Du har sagt ja") == 1
    assert "Du sagde ja den 2. november 2026 her i selvbetjeningen." in text
    (row,) = consents_of(customer_id=world.anna.customer_id)
    assert (row.consent, row.text, row.text_version) == (
        "newsletter",
        UTILITY.consents["newsletter"].explanation.da,
        "1.0",
    )
    assert (row.channel, row.language, row.given_at, row.recorded_by_id) == ("portal", "da", NOW, None)
    text = press(anna, "withdraw_consent", "newsletter")
    assert "Dit samtykke er trukket tilbage. Vi er holdt op med det samme." in text
    assert "Du har sagt ja" not in text
    assert (
        "Ja den 2. november 2026 til »Vi må sende dig nyhedsbreve på e-mail.«, "
        "trukket tilbage den 2. november 2026 her i selvbetjeningen" in text
    )
    assert live_consent_counts() == {}


def test_all_are_taken_back_at_once(anna, world) -> None:
    for consent in ("newsletter", "cpr_nemkonto", "newsletter_tracking"):
        press(anna, "give_consent", consent)
    assert "Alle dine samtykker er trukket tilbage" in press(anna, "withdraw_all_consents", "")
    assert live_consent_counts() == {}
    assert "intet samtykke at trække tilbage" in press(anna, "withdraw_all_consents", "")


@pytest.mark.parametrize(
    ("what", "consent", "form", "sentence"),
    [
        ("give_consent", "cpr_eboks", {}, "allerede givet"),
        ("give_consent", "newsletter", {"version": "0.9"}, "Teksten er blevet ændret"),
        ("give_consent", "newsletter", {"version": ""}, "Teksten er blevet ændret"),
        ("withdraw_consent", "newsletter", {}, "intet samtykke at trække tilbage"),
        ("withdraw_consent", "cheese", {}, "intet samtykke at trække tilbage"),
    ],
)
def test_what_cannot_be_is_said_in_words(anna, world, what: str, consent: str, form: dict, sentence: str) -> None:
    press(anna, "give_consent", "cpr_eboks")
    assert sentence in press(anna, what, consent, **form)
    assert live_consent_counts() == {"cpr_eboks": 1}


def test_an_unknown_consent_is_nowhere(anna) -> None:
    assert anna.post(reverse("portal:give_consent", args=["cheese"]), {"version": "1.0"}).status_code == 404
    assert anna.get(reverse("portal:give_consent", args=["newsletter"])).status_code == 405


def test_a_signed_consent_is_shown_and_can_be_taken_back(anna, world) -> None:
    actions.give_consent(
        policy=UTILITY,
        customer_id=world.anna.customer_id,
        consent="health_notice",
        text_version="1.0",
        language=Language.DANISH,
        channel=Channel.LETTER,
        now=NOW,
        recorded_by_id=world.clerk.pk,
        proof=Proof(b"%PDF-1.7", "erklæring.pdf", "application/pdf"),
    )
    assert "Du sagde ja den 2. november 2026 i et brev." in page(anna)
    press(anna, "withdraw_consent", "health_notice")
    assert live_consent_counts() == {}


def test_nobody_sees_or_moves_anothers(anna, signed_in, world) -> None:
    press(anna, "give_consent", "newsletter")
    bo = signed_in(world.bo)
    assert "Du har sagt ja" not in page(bo)
    assert "intet samtykke" in press(bo, "withdraw_consent", "newsletter")
    assert live_consent_counts() == {"newsletter": 1}


@pytest.fixture
def now_it_reads(monkeypatch: pytest.MonkeyPatch) -> Policy:
    """The policy after its newsletter's text has changed."""
    other = replace(UTILITY.consents["newsletter"], explanation=Text("Også på papir.", "On paper too."))
    return replace(UTILITY, version="2.0", consents={**UTILITY.consents, "newsletter": other})


def test_a_new_text_is_asked_anew(anna, world, now_it_reads, monkeypatch) -> None:
    press(anna, "give_consent", "newsletter")
    press(anna, "give_consent", "cpr_eboks")
    monkeypatch.setattr(views_consents, "current_policy", lambda: now_it_reads)
    text = page(anna)
    assert "Også på papir." in text
    assert "Teksten er ændret, siden du sagde ja. </strong>".replace(" </", "</") in text
    assert "Dengang stod der: »Vi må sende dig nyhedsbreve på e-mail.«" in text
    assert text.count("Ja til den nye tekst") == 1, "the other text is the same, though the version is not"
    press(anna, "give_consent", "newsletter", version="2.0")
    text = page(anna)
    assert "Teksten er ændret" not in text
    assert Consent.objects.filter(withdrawn_at=None, consent="newsletter").get().text == "Også på papir."


def test_the_page_speaks_english_and_keeps_the_english_words(anna, world) -> None:
    anna.cookies["forsyn_language"] = "en"
    text = press(anna, "give_consent", "newsletter")
    assert "You said yes on 2 November 2026 here in self-service." in text
    (row,) = consents_of(customer_id=world.anna.customer_id)
    assert (row.language, row.text) == ("en", "We may send you newsletters by e-mail.")
    assert "The text has changed since it was shown." in press(anna, "give_consent", "newsletter_tracking", version="0")


def test_a_customer_on_hold_is_told_so_plainly(anna, world: World) -> None:
    assert "sat på pause" not in page(anna)
    actions.restrict(
        customer_id=world.anna.customer_id,
        ground=RestrictionGround.ACCURACY,
        reason="Forbruget er ikke mit",
        recorded_by_id=world.dpo.pk,
        now=NOW,
    )
    assert all("Dine oplysninger er sat på pause" in page(anna, address) for address in ("/", "/oplysninger/"))
    text = page(anna)
    assert "Dine oplysninger er sat på pause" in text
    assert "Siden 2. november 2026 gemmer vi dine oplysninger uden at bruge dem til andet" in text
    assert "mens vi undersøger, om de er rigtige." in text
    press(anna, "give_consent", "newsletter")
    press(anna, "withdraw_consent", "newsletter")
    assert len(consents_of(customer_id=world.anna.customer_id)) == 1


def test_the_page_is_read_with_few_queries(anna, world) -> None:
    press(anna, "give_consent", "newsletter")
    press(anna, "withdraw_consent", "newsletter")
    with CaptureQueriesContext(connection) as found:
        page(anna)
    reads = [query["sql"] for query in found if re.match(r"(?i)select .* from ", query["sql"])]
    assert len(reads) <= 6, "session, account, two for the customers, consents, restriction"


def test_the_supplier_asks_for_its_own(anna, world, monkeypatch) -> None:
    supplier = load_policy(Path(settings.PROJECT_ROOT, "policies", "supplier.toml"))
    monkeypatch.setattr(views_consents, "current_policy", lambda: supplier)
    text = page(anna)
    assert "Vi må sende dig vores nyhedsbrev på e-mail." in text
    assert "syg" not in text, "the consumers' illness is for the utilities to ask about"
    assert "Tak. Dit ja er gemt." in press(anna, "give_consent", "newsletter_tracking", version=supplier.version)

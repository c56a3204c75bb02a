"""Mine data: what is held and why, and every right used from its page; nobody reaches another's."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forsyn.domain.rights import actions_answers
from forsyn.domain.rights.actions import Attachment
from forsyn.domain.rights.models import Request, RequestDocument, RequestPlan, RequestStep, Withheld
from forsyn.domain.rights.rules import Outcome, StepKind
from forsyn.domain.safeguards import actions_choices as choices
from forsyn.domain.safeguards.choices_models import Objection, Restriction, RestrictionGround
from forsyn.domain.safeguards.door_models import Disclosure, DisclosurePerson
from forsyn.policy.vocabulary import Right
from forsyn.workflows import own_package
from forsyn.workflows.access_package import PackageRefused
from forsyn.workflows.declarations import current_policy
from tests.world import NOW, TODAY, Party, World

SignIn = Callable[[Party], Client]


def words(content: bytes) -> str:
    text = re.sub(r"<[^>]+>", " ", content.decode().partition("<main")[2].partition("<footer")[0])
    return html.unescape(re.sub(r"\s+", " ", text))


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"portal:{name}", args=args))
    assert answer.status_code == 200
    return words(answer.content)


def send(client: Client, name: str, *args: object, customer: str = "1001", **form: str) -> str:
    answer = client.post(reverse(f"portal:{name}", args=args), {"customer": customer} | form, follow=True)
    assert answer.status_code == 200
    return words(answer.content)


@pytest.fixture
def client_of_anna(signed_in: SignIn, anna: Party) -> Client:
    return signed_in(anna)


# -- what is held --------------------------------------------------------------------------------------------------


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


# -- rights --------------------------------------------------------------------------------------------------------


def test_a_correction_is_asked_for_in_the_persons_words(client_of_anna: Client, world: World) -> None:
    text = send(client_of_anna, "correct", wish="Jeg hedder Anna Østerprøve. CPR 070761-4285.")
    assert "Tak. Vi har fået din anmodning, som har nummer P-2026-" in text
    assert "Du får svar senest den 2. december 2026." in text
    asked = Request.objects.get()
    assert (asked.right, asked.state, asked.account_id) == ("rectification", "open", world.anna.account.pk)
    assert asked.identity_way == "portal"
    assert "070761" not in asked.wish
    assert "Jeg hedder Anna Østerprøve." in page(client_of_anna, "my_request", asked.pk)


def test_nothing_is_asked_without_words(client_of_anna: Client) -> None:
    assert "Skriv et par ord her." in send(client_of_anna, "correct", wish="  ")
    assert "Vælg en af de fire grunde." in send(client_of_anna, "pause", ground="because", reason="Derfor")
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    ("name", "args", "form"),
    [
        ("correct", (), {"wish": "Navnet er forkert."}),
        ("erase", (), {"wish": ""}),
        ("complain", (), {"wish": "I svarer ikke.", "concerns": ""}),
        ("pause", (), {"ground": "accuracy", "reason": "Måleren er naboens."}),
        ("refuse", ("operation_optimisation",), {"reason": "Mine vaner er mine egne."}),
    ],
)
def test_a_second_press_is_the_same_request(client_of_anna: Client, name: str, args: tuple, form: dict) -> None:
    send(client_of_anna, name, *args, **form)
    assert "Det har du allerede bedt om." in send(client_of_anna, name, *args, **form)
    assert Request.objects.count() == 1


def test_a_pause_is_shown_first_and_asked_for_with_its_plan(client_of_anna: Client) -> None:
    text = page(client_of_anna, "pause")
    stops, goes_on = text.partition("Det stopper")[2].partition("Det må vi stadig")[::2]
    assert "Bedre drift og sikker forsyning" in stops
    assert "Bogføring og regnskab" in goes_on
    assert "Rekruttering" not in text
    send(client_of_anna, "pause", ground="accuracy", reason="Måleren er naboens.")
    plan = RequestPlan.objects.get()
    assert plan.plan["details"] == {"ground": "accuracy", "reason": "Måleren er naboens."}
    assert plan.carried_out_at is None
    assert not Restriction.objects.exists(), "a person carries it out"


def test_an_erasure_is_shown_first_and_changes_nothing(client_of_anna: Client, world: World) -> None:
    text = page(client_of_anna, "erase")
    goes, stays = text.partition("Det bliver slettet")[2].partition("Det bliver gemt")[::2]
    assert "Mobilnummer" in goes
    assert "fastnetnummer" not in text, "she has none"
    assert "Loven kræver det: bogføringslovens § 12" in stays
    assert "Navn" in stays
    assert "trusler" not in text
    send(client_of_anna, "erase", wish="Kun mit mobilnummer.")
    assert Request.objects.get().right == "erasure"
    assert world.anna.email in page(client_of_anna, "contact"), "nothing is gone"


def test_a_no_to_advertising_stops_it_at_once_and_is_no_case(client_of_anna: Client, world: World) -> None:
    text = send(client_of_anna, "refuse", "supply_area_marketing")
    assert "Vi er holdt op." in text
    row = Objection.objects.get()
    assert (row.purpose, row.customer_id, row.recorded_by_id) == ("supply_area_marketing", world.anna.customer_id, None)
    assert not Request.objects.exists()
    assert "Vi er holdt op." in send(client_of_anna, "refuse", "supply_area_marketing")
    assert Objection.objects.count() == 1


def test_another_no_hides_at_once_and_waits_for_a_person(client_of_anna: Client, world: World) -> None:
    assert "Skriv et par ord her." in send(client_of_anna, "refuse", "operation_optimisation", reason="")
    send(client_of_anna, "refuse", "operation_optimisation", reason="Mine vaner er mine egne.")
    row, asked, plan = Objection.objects.get(), Request.objects.get(), RequestPlan.objects.get()
    assert (row.decided_at, row.reason) == (None, "Mine vaner er mine egne.")
    assert (asked.right, asked.closed_at) == ("objection", None)
    assert (plan.carried_out_by_id, plan.counts) == (world.anna.account.pk, {"objections": 1})
    assert "Du sagde nej den 2. november 2026, og vi er holdt op." in page(client_of_anna, "refusals")


def test_a_no_is_taken_back_with_its_request(client_of_anna: Client) -> None:
    send(client_of_anna, "refuse", "operation_optimisation", reason="Mine vaner er mine egne.")
    assert "Dit nej er taget tilbage." in send(client_of_anna, "take_back_refusal", "operation_optimisation")
    assert Objection.objects.get().ended_at == NOW
    assert Request.objects.get().state == "withdrawn"
    assert "ikke noget nej" in send(client_of_anna, "take_back_refusal", "operation_optimisation")


@pytest.mark.parametrize("aim", ["settlement", "cheese", "newsletter"])
def test_there_is_no_no_to_what_law_or_contract_needs(client_of_anna: Client, aim: str) -> None:
    address = reverse("portal:refuse", args=[aim])
    assert client_of_anna.get(address).status_code == client_of_anna.post(address).status_code == 404


def test_a_complaint_names_an_earlier_request_of_ones_own(
    client_of_anna: Client, signed_in: SignIn, world: World
) -> None:
    send(client_of_anna, "correct", wish="Navnet er forkert.")
    mine = Request.objects.get().pk
    text = page(client_of_anna, "complain")
    assert "Få rettet fejl" in text
    assert "dt@datatilsynet.dk" in text
    send(client_of_anna, "complain", wish="Der sker ikke noget.", concerns=str(mine))
    assert Request.objects.get(right=Right.COMPLAINT).concerns_id == mine
    text = send(signed_in(world.bo), "complain", customer="1002", wish="Mit.", concerns=str(mine))
    assert "Vælg en af dine egne anmodninger, eller ingen." in text


# -- requests ------------------------------------------------------------------------------------------------------


@pytest.fixture
def answered(client_of_anna: Client, world: World) -> Request:
    """Anna complained; her limit was extended, and she was answered."""
    send(client_of_anna, "complain", wish="Regningen er uforståelig.", concerns="")
    asked = Request.objects.get()
    letter = Attachment(f"{asked.number}.pdf", "application/pdf", 8, b"%PDF-1.7")
    common = {"request_id": asked.pk, "disclosure_id": None, "by_id": world.dpo.pk, "now": NOW, "today": TODAY}
    actions_answers.extend(**common, reason="Mange bilag skal læses.", letter=letter)
    assert "Vi har brug for længere tid: Mange bilag skal læses." in page(client_of_anna, "my_request", asked.pk)
    assert "senest den 2. februar 2027" in page(client_of_anna, "my_requests")
    actions_answers.answer(**common, outcome=Outcome.GRANTED, letter=letter)
    return asked


def test_a_request_is_followed_and_its_letters_come_down(client_of_anna: Client, answered: Request) -> None:
    text = page(client_of_anna, "my_request", answered.pk)
    assert "Besvaret" in text
    assert "Du har fået det, du bad om." in text
    assert "Besked om længere frist, 2. november 2026 (PDF)" in text
    assert "Dina" not in text, "who worked on it is nobody's business"
    letter = RequestDocument.objects.get(request=answered, kind="answer")
    answer = client_of_anna.get(reverse("portal:my_letter", args=[answered.pk, letter.pk]))
    assert (answer.content, answer["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="{answered.number}.pdf"'


def test_a_request_is_taken_back_once(client_of_anna: Client) -> None:
    send(client_of_anna, "correct", wish="Navnet er forkert.")
    key = Request.objects.get().pk
    assert "Du har taget anmodningen tilbage" in send(client_of_anna, "withdraw_request", key)
    assert RequestStep.objects.filter(kind=StepKind.WITHDRAWN).count() == 1
    again = send(client_of_anna, "withdraw_request", key)
    assert "Du har taget anmodningen tilbage" not in again
    assert RequestStep.objects.filter(kind=StepKind.WITHDRAWN).count() == 1


def test_what_is_late_is_admitted(client_of_anna: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    send(client_of_anna, "correct", wish="Navnet er forkert.")
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=40))
    client_of_anna.force_login(Request.objects.get().account)
    text = page(client_of_anna, "my_requests")
    assert "Du skulle have haft svar senest den 2. december 2026. Det beklager vi." in text


# -- others --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["1003", "1001", "9999", ""])
@pytest.mark.parametrize("name", ["correct", "erase", "complain"])
def test_nobody_asks_for_another(signed_in: SignIn, world: World, name: str, number: str) -> None:
    text = send(signed_in(world.bo), name, customer=number, wish="Alt om Birgit.")
    assert "Du kan kun bede om noget for dig selv her." in text
    assert "Birgit Åkjær" not in text
    assert not Request.objects.exists()


def test_anothers_request_is_not_there(
    client_of_anna: Client, answered: Request, signed_in: SignIn, world: World
) -> None:
    letter = RequestDocument.objects.filter(request=answered)[0].pk
    bo = signed_in(world.bo)
    assert bo.get(reverse("portal:my_request", args=[answered.pk])).status_code == 404
    assert bo.get(reverse("portal:my_letter", args=[answered.pk, letter])).status_code == 404
    assert bo.post(reverse("portal:withdraw_request", args=[answered.pk])).status_code == 404
    assert answered.number not in page(bo, "my_requests")


def test_a_letter_of_another_request_is_not_there(client_of_anna: Client, answered: Request) -> None:
    send(client_of_anna, "correct", wish="Navnet er forkert.")
    other = Request.objects.get(right=Right.RECTIFICATION).pk
    letter = RequestDocument.objects.filter(request=answered)[0].pk
    assert client_of_anna.get(reverse("portal:my_letter", args=[other, letter])).status_code == 404


def test_co_holders_see_no_name_of_each_other(signed_in: SignIn, world: World) -> None:
    client = signed_in(world.bo)
    assert all("Birgit" not in page(client, name) for name in ("my_data", "erase", "pause", "my_requests"))


def test_the_customer_of_the_page_is_the_one_chosen(signed_in: SignIn, world: World) -> None:
    client = signed_in(world.freja)
    assert "Her kan du se, hvad vi har om Freja Frøprøve" in page(client, "my_data")
    client.post(reverse("sign_in:choose_customer"), {"customer": world.freja_shop.customer_id})
    assert "Her kan du se, hvad vi har om Frøprøve Handel" in page(client, "my_data")
    text = send(client, "erase", customer=world.freja.number)
    assert "Du kan kun bede om noget for dig selv her." in text, "a page from before the choice"


def test_no_form_works_without_its_token(anna: Party, world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna.account)
    for name in ("correct", "erase", "complain", "pause"):
        assert client.post(reverse(f"portal:{name}"), {"customer": "1001", "wish": "x"}).status_code == 403
    assert not Request.objects.exists()


def test_staff_and_strangers_have_no_such_pages(client: Client, world: World) -> None:
    assert client.get(reverse("portal:my_data")).status_code == 302
    client.force_login(world.dpo)
    assert client.get(reverse("portal:my_data")).status_code == 404


def test_a_customer_on_hold_sees_the_pages(client_of_anna: Client, world: World) -> None:
    choices.restrict(
        customer_id=world.anna.customer_id,
        ground=RestrictionGround.ACCURACY,
        reason="Forbruget er ikke mit",
        recorded_by_id=world.dpo.pk,
        now=NOW,
    )
    text = page(client_of_anna, "my_data")
    assert "Dine oplysninger er sat på pause" in text
    assert "Mobilnummer" in text
    assert "Dine oplysninger har været sat på pause siden den 2. november 2026." in page(client_of_anna, "pause")
    assert "Behandlingen er begrænset, så intet slettes." in page(client_of_anna, "erase")
    assert "Tak. Vi har fået" in send(client_of_anna, "correct", wish="Navnet er forkert.")


def test_the_rights_are_the_policys(client_of_anna: Client) -> None:
    assert {Right.RECTIFICATION, Right.RESTRICTION, Right.OBJECTION} <= current_policy().rights.keys()


# -- pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "most"), [("my_data", 40), ("erase", 80), ("pause", 30), ("refusals", 25), ("my_requests", 20)]
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
    assert count() - few <= (0 if name != "erase" else 12), "a kind of rows that was not there before"
    print(name, few)
    assert few <= most


def test_in_english(client_of_anna: Client) -> None:
    client_of_anna.cookies["forsyn_language"] = "en"
    text = page(client_of_anna, "my_data")
    assert "What we hold about you" in text
    assert "Deleted 6 months after your agreement has ended." in text
    assert "Thank you. We have received your request" in send(client_of_anna, "correct", wish="My name is wrong.")


# -- the copy ------------------------------------------------------------------------------------------------------


def fetched(client: Client, customer: str = "1001", name: str = "download") -> tuple[zipfile.ZipFile, str]:
    answer = client.post(reverse(f"portal:{name}"), {"customer": customer})
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))), answer["Content-Disposition"]


def test_the_copy_comes_at_one_press_and_answers_its_request(client_of_anna: Client, world: World) -> None:
    package, header = fetched(client_of_anna)
    assert {"LÆS-MIG.txt", "indsigt.pdf", "data.json"} <= set(package.namelist())
    assert "Anna Prøvesen" in package.read("data.json").decode()
    asked = Request.objects.get()
    assert header.startswith(f'attachment; filename="indsigt-{asked.number}-2026-11-02')
    assert (asked.right, asked.state, asked.outcome, asked.closed_at) == ("access", "answered", "granted", NOW)
    plan = RequestPlan.objects.get()
    assert (plan.carried_out_at, plan.fingerprint != "") == (NOW, True)
    letter = RequestDocument.objects.get(kind="answer")
    left = Disclosure.objects.get(pk=letter.disclosure_id)
    assert (left.to_person, left.channel, left.purpose) == (True, "file", "privacy_rights")
    assert "Svar, 2. november 2026 (PDF)" in page(client_of_anna, "my_request", asked.pk)


def test_a_second_press_of_the_day_gives_the_copy_again(client_of_anna: Client) -> None:
    fetched(client_of_anna)
    fetched(client_of_anna)
    assert Request.objects.count() == 1
    assert Disclosure.objects.filter(channel="file", to_person=True).count() == 2, "both are on record at the door"


def test_what_staff_withheld_stays_withheld(client_of_anna: Client, world: World) -> None:
    send(client_of_anna, "correct", wish="Navnet er forkert.")
    Withheld.objects.create(
        request=Request.objects.get(), item="customers_contact_point", reason="En andens ret.", at=NOW, by=world.dpo
    )
    package, _ = fetched(client_of_anna)
    assert "En andens ret." in package.read("LÆS-MIG.txt").decode()
    assert Request.objects.get(right=Right.ACCESS).outcome == "partly"


def test_where_no_copy_can_be_made_the_request_waits_for_staff(
    client_of_anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PackageRefused("Boksen er lukket.")

    monkeypatch.setitem(own_package.MAKERS, Right.ACCESS, refused)
    text = send(client_of_anna, "download")
    assert "Vi kan ikke lave pakken lige nu." in text
    assert "Boksen" not in text
    assert Request.objects.get().state == "open"
    assert not RequestPlan.objects.exists()


def test_nobody_fetches_anothers_copy(signed_in: SignIn, world: World) -> None:
    text = send(signed_in(world.bo), "download", customer="1003")
    assert "Du kan kun bede om noget for dig selv her." in text
    assert not Request.objects.exists()
    package, _ = fetched(signed_in(world.bo), "1002")
    everything = b"".join(package.read(name) for name in package.namelist()).decode(errors="replace")
    assert "Birgit" not in everything
    assert signed_in(world.bo).get(reverse("portal:download")).status_code == 405


def test_what_can_be_taken_along_comes_at_one_press(client_of_anna: Client, world: World) -> None:
    package, header = fetched(client_of_anna, name="take_along")
    asked = Request.objects.get()
    assert (asked.right, asked.state, asked.outcome) == ("portability", "answered", "granted")
    assert f"dataportabilitet-{asked.number}-2026-11-02.zip" in header
    assert any(name.endswith(".json") for name in package.namelist())
    assert any(name.endswith(".xml") for name in package.namelist()), "consumption, in the energy-data standard"
    fetched(client_of_anna, name="take_along")
    assert Request.objects.count() == 1


def test_the_public_notice_leads_to_the_page(client: Client, world: World) -> None:
    for language, words_of_link in (("da", "Brug dine rettigheder i selvbetjeningen"), ("en", "Use your rights in")):
        client.cookies["forsyn_language"] = language
        content = client.get(reverse("notices:page")).content.decode()
        assert words_of_link in content.partition('id="rights"')[2].partition("</section>")[0]

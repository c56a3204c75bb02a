"""Every right used from its page; nobody reaches another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.rights import actions_answers
from forsyn.domain.rights.actions import Attachment
from forsyn.domain.rights.models import Request, RequestDocument, RequestPlan, RequestStep
from forsyn.domain.rights.rules import Outcome, StepKind
from forsyn.domain.safeguards import actions_choices as choices
from forsyn.domain.safeguards.choices_models import Objection, Restriction, RestrictionGround
from forsyn.interfaces.portal import views_rights
from forsyn.policy.vocabulary import Right
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.erasure import ErasureRefused
from forsyn.workflows.own_data import ErasureOutline
from tests.portal_pages import page, send
from tests.world import NOW, TODAY, Party, World

SignIn = Callable[[Party], Client]


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


def test_an_erasure_that_cannot_be_shown_now_is_said(client_of_anna: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use(**_: object) -> None:
        raise ErasureRefused("Personens oplysninger er i brug lige nu.")

    monkeypatch.setattr(views_rights, "preview_erasure", in_use)
    answer = client_of_anna.get(reverse("portal:erase"), follow=True)
    assert "Prøv igen om et par minutter." in answer.content.decode()


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


def test_whoever_looks_again_and_again_makes_no_more_plans_and_may_still_ask(
    client_of_anna: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    made: list[int] = []
    nothing = ErasureOutline((), (), (), False, False, ())
    monkeypatch.setattr(views_rights, "preview_erasure", lambda **_: made.append(1) or nothing)
    for _ in range(10):
        page(client_of_anna, "erase")
    with django_assert_max_num_queries(30):
        answer = client_of_anna.get(reverse("portal:erase"))
    assert (answer.status_code, answer.headers["Retry-After"], len(made)) == (429, "900", 10)
    text = answer.content.decode()
    assert "Prøv igen om 15 minutter. Du kan stadig bede om sletning herunder." in text
    assert "Det bliver slettet" not in text
    send(client_of_anna, "erase", wish="")
    assert Request.objects.get().right == "erasure"


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

"""What a customer pays on account: shown with why, forecast, and changed within limits; by nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from forsyn.domain.billing.models import Instalment, Plan
from forsyn.kernel.charges.components import Incentive
from forsyn.kernel.deadlines import working_day_from
from tests.bill_samples import HEAT_TARIFF
from tests.billing_ground import approved, on_terms, sized
from tests.books import books as books
from tests.own_bills import Ground, billed, creditor, planned
from tests.portal_pages import page, words
from tests.world import NOW, TODAY, Party, World

SignIn = Callable[[Party], Client]


@pytest.fixture
def ground(world: World, books: Mapping[int, int]) -> Ground:
    creditor()
    return Ground()


@pytest.fixture
def agreement(anna: Party, ground: Ground) -> int:
    """Anna's heat, paid in quarters, of which three have been billed."""
    billed(ground, anna, planned(anna), 3)
    return anna.agreements["heat"]


def test_who_pays_nothing_on_account_is_told_so(client_of_anna: Client, ground: Ground) -> None:
    assert "Du betaler ikke a conto" in page(client_of_anna, "on_account")


def test_the_list_tells_the_next_instalment(client_of_anna: Client, anna: Party) -> None:
    planned(anna)
    text = page(client_of_anna, "on_account")
    assert "Varme, Ærøvej 7" in text
    assert "I alt i perioden 20.000,00 kr." in text


def test_the_plan_says_why_and_leads_to_its_bills(client_of_anna: Client, agreement: int) -> None:
    answer = client_of_anna.get(reverse("portal:on_account_plan", args=[agreement]))
    text = words(answer.content)
    assert "Vi regner med, at du bruger 8.760 kWh, og at det koster 20.000,00 kr. med moms." in text
    assert "regnet om til et år med normalt vejr" in text
    assert "For 1.7.2026–30.9.2026 · Regning 4713 5.000,00 kr." in text
    assert "For 1.10.2026–31.12.2026 5.000,00 kr." in text
    assert "Mindst 3.530,00 kr. og højst 7.561,00 kr. i alt." in text
    assert "Skøn over" not in text, "without terms nothing is guessed"


def test_a_wish_is_shown_before_it_holds(client_of_anna: Client, agreement: int) -> None:
    address = reverse("portal:on_account_plan", args=[agreement])
    text = words(client_of_anna.get(address, {"instalments": "3", "total_kr": "6000", "first": "2026-10-01"}).content)
    assert "Sådan bliver det" in text
    assert "Der er ikke ændret noget endnu." in text
    assert text.count("2.000,00 kr.") == 3
    assert Instalment.objects.count() == 4


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"instalments": "1", "total_kr": "10"}, "Vælg mindst 3.530,00 kr."),
        ({"instalments": "1", "total_kr": "90000"}, "Vælg højst 7.561,00 kr."),
        ({"instalments": "9", "total_kr": "5000"}, "Vælg fra 1 til 3 rater."),
        ({"instalments": "x", "total_kr": "mange"}, "Skriv et beløb i hele kroner."),
    ],
)
def test_a_wish_beyond_the_limits_is_told_them(
    client_of_anna: Client, agreement: int, wish: dict[str, str], said: str
) -> None:
    text = words(
        client_of_anna.get(reverse("portal:on_account_plan", args=[agreement]), wish | {"first": "2026-10-01"}).content
    )
    assert said in text
    assert "Sådan bliver det" not in text


def confirm(client: Client, agreement: int, **changes: str) -> str:
    form = {"customer": "1001", "instalments": "3", "total_kr": "6000", "first": "2026-10-01"} | changes
    answer = client.post(reverse("portal:on_account_change", args=[agreement]), form, follow=True)
    assert answer.status_code == 200
    return words(answer.content)


def test_a_confirmed_wish_holds_from_the_first_instalment_that_was_not_sent(
    client_of_anna: Client, agreement: int
) -> None:
    text = confirm(client_of_anna, agreement)
    assert "Dine rater er rettet" in text
    assert text.count("2.000,00 kr.") == 3
    rows = Instalment.objects.order_by("period").values_list("net_oere", flat=True)
    assert list(rows) == [400_000] * 3 + [160_000] * 3
    due = Instalment.objects.filter(plan__expected_from="customer").order_by("period")
    assert [each.due_date for each in due] == [TODAY, TODAY, date(2026, 12, 1)], "as shown before; none in the past"
    assert Plan.objects.get(expected_from="customer").agreement_id == agreement
    assert "Du har selv valgt beløbet." in page(client_of_anna, "on_account_plan", agreement)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first": "2026-07-01"}, "Der er sendt en rate, siden du så siden."),
        ({"total_kr": "1"}, "Vælg mindst 3.530,00 kr."),
        ({"customer": "1010"}, "Du kan kun bede om noget for dig selv her."),
        ({"first": "i dag"}, "Du kan kun bede om noget for dig selv her."),
    ],
)
def test_what_was_not_shown_does_not_hold(
    client_of_anna: Client, agreement: int, changes: dict[str, str], said: str
) -> None:
    assert said in confirm(client_of_anna, agreement, **changes)
    assert Plan.objects.count() == 1


def test_when_everything_is_sent_nothing_can_be_changed(client_of_anna: Client, anna: Party, ground: Ground) -> None:
    billed(ground, anna, planned(anna), 4)
    assert "Alle rater er sendt" in page(client_of_anna, "on_account_plan", anna.agreements["heat"])


# -- the coming year ----------------------------------------------------------------------------------------------


@pytest.fixture
def coming(anna: Party) -> Plan:
    """Anna's heat of 2027, planned in November 2026: four quarters of 6,000 kr. with VAT."""
    edges = [date(2027, month, 1) for month in (1, 4, 7, 10)] + [date(2028, 1, 1)]
    plan: Plan = Plan.objects.create(
        agreement_id=anna.agreements["heat"], period=DateRange(edges[0], edges[-1]), expected_from="last_year",
        expected_amount=9_000_000, unit="watt_hours", expected_net_oere=1_920_000, made_at=NOW,
    )  # fmt: skip
    for first, until in pairwise(edges):
        due = working_day_from(first)
        Instalment.objects.create(plan=plan, period=DateRange(first, until), due_date=due, net_oere=480_000)
    return plan


def test_the_coming_year_is_shown_beside_the_running_one(client_of_anna: Client, agreement: int, coming: Plan) -> None:
    text = page(client_of_anna, "on_account_plan", agreement)
    running, following = text.split("Næste periode")
    assert "I alt 20.000,00 kr. med moms." in running
    assert "Mindst 3.530,00 kr. og højst 7.561,00 kr. i alt." in running
    assert "Vi regner med, at du bruger 9.000 kWh, og at det koster 24.000,00 kr. med moms." in following
    assert "For 1.1.2027–31.3.2027 6.000,00 kr." in following
    assert "Mindst 16.800,00 kr. og højst 36.000,00 kr. i alt." in following
    answer = client_of_anna.get(reverse("portal:on_account_plan", args=[agreement])).content.decode()
    ids = re.findall(r' id="([^"]+)"', answer)
    assert len(ids) == len(set(ids))


def test_the_list_tells_of_the_coming_year(client_of_anna: Client, anna: Party, ground: Ground, coming: Plan) -> None:
    billed(ground, anna, planned(anna), 4)
    text = page(client_of_anna, "on_account")
    assert text.count("Varme, Ærøvej 7") == 1
    assert "Næste rate 6.000,00 kr. den 4.1.2027" in text
    assert "24.000,00 kr." in text.split("Næste periode")[1]


def test_the_coming_year_is_changed_as_shown_and_the_running_one_stays(
    client_of_anna: Client, agreement: int, coming: Plan
) -> None:
    wish = {"instalments": "2", "total_kr": "20000", "first": "2027-01-01"}
    shown = words(client_of_anna.get(reverse("portal:on_account_plan", args=[agreement]), wish).content)
    assert "4.1.2027 For 1.1.2027–30.6.2027 10.000,00 kr. 1.7.2027 For 1.7.2027–31.12.2027 10.000,00 kr." in shown
    before = list(Instalment.objects.filter(period__endswith__lte=date(2027, 1, 1)).values_list("pk", "net_oere"))
    text = confirm(client_of_anna, agreement, **wish)
    assert "Dine rater er rettet" in text
    assert "4.1.2027 For 1.1.2027–30.6.2027 10.000,00 kr. 1.7.2027 For 1.7.2027–31.12.2027 10.000,00 kr." in text
    assert not Plan.objects.filter(pk=coming.pk).exists()
    rows = Instalment.objects.filter(plan__expected_from="customer").order_by("period")
    assert [(each.due_date, each.net_oere) for each in rows] == [
        (date(2027, 1, 4), 800_000), (date(2027, 7, 1), 800_000),
    ]  # fmt: skip
    after = list(Instalment.objects.filter(period__endswith__lte=date(2027, 1, 1)).values_list("pk", "net_oere"))
    assert after == before


def test_the_coming_year_is_changed_though_the_running_one_is_all_sent(
    client_of_anna: Client, anna: Party, ground: Ground, coming: Plan
) -> None:
    billed(ground, anna, planned(anna), 4)
    agreement = anna.agreements["heat"]
    running, following = page(client_of_anna, "on_account_plan", agreement).split("Næste periode")
    assert "Alle rater er sendt" in running
    assert "Vis, hvordan det bliver" in following
    assert "Dine rater er rettet" in confirm(client_of_anna, agreement, first="2027-01-01", total_kr="20000")


def test_the_limits_are_the_coming_years_own(client_of_anna: Client, agreement: int, coming: Plan) -> None:
    said = confirm(client_of_anna, agreement, first="2027-01-01", total_kr="6000")
    assert "Vælg mindst 16.800,00 kr." in said
    assert Plan.objects.count() == 2


def test_once_its_first_instalment_is_sent_the_coming_year_is_changed_from_the_next(
    client_of_anna: Client, anna: Party, ground: Ground, coming: Plan
) -> None:
    billed(ground, anna, coming, 1)
    agreement = anna.agreements["heat"]
    assert "sendt en rate, siden du så siden" in confirm(client_of_anna, agreement, first="2027-01-01")
    assert "Dine rater er rettet" in confirm(client_of_anna, agreement, first="2027-04-01", total_kr="15000")
    assert list(Instalment.objects.order_by("period").values_list("net_oere", flat=True)) == [480_000, *[400_000] * 3]


def test_the_coming_year_in_english(client_of_anna: Client, agreement: int, coming: Plan) -> None:
    client_of_anna.cookies["forsyn_language"] = "en"
    text = page(client_of_anna, "on_account_plan", agreement)
    assert "Next period" in text
    assert "At least DKK 16,800.00 and at most DKK 36,000.00 in all." in text


@pytest.mark.parametrize("name", ["on_account_plan", "on_account_receipt"])
def test_other_peoples_plans_do_not_exist(signed_in: SignIn, world: World, agreement: int, name: str) -> None:
    client = signed_in(world.gorm)
    assert client.get(reverse(f"portal:{name}", args=[agreement])).status_code == 404
    assert client.post(reverse("portal:on_account_change", args=[agreement])).status_code == 404


def test_the_other_holder_sees_the_plan_and_cannot_change_it(signed_in: SignIn, world: World) -> None:
    planned(world.bo)
    client = signed_in(world.birgit)
    text = page(client, "on_account_plan", world.bo.agreements["heat"])
    assert "Regningerne går til den anden på aftalen" in text
    confirm(client, world.bo.agreements["heat"], customer="1003", first="2026-01-01")
    assert Plan.objects.count() == 1


def test_the_years_result_is_guessed_from_what_was_used(client_of_anna: Client, agreement: int) -> None:
    """0.9 kWh an hour this year until yesterday, and 1 kWh an hour in the rest of the year before."""
    plain = tuple(each for each in HEAT_TARIFF.components if not isinstance(each, Incentive))
    tariff_id, _ = approved(replace(HEAT_TARIFF, components=plain))
    on_terms(agreement, tariff_id, date(2024, 10, 1))
    sized(agreement, "square_metres", "130", date(2024, 10, 1))
    text = page(client_of_anna, "on_account_plan", agreement)
    assert "Vejret, dine vaner og priserne kan ændre det, så det er kun et skøn." in text
    assert "indtil den 2. november 2026" in text
    assert "Skøn Du får omkring" in text


def test_questions_stay_few(client_of_anna: Client, agreement: int, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(25):
        page(client_of_anna, "on_account")
    with django_assert_max_num_queries(60):
        page(client_of_anna, "on_account_plan", agreement)


def test_in_english(client_of_anna: Client, agreement: int) -> None:
    client_of_anna.cookies["forsyn_language"] = "en"
    text = page(client_of_anna, "on_account_plan", agreement)
    assert "We expect you to use 8,760 kWh, and it to cost DKK 20,000.00 with VAT." in text
    assert "At least DKK 3,530.00 and at most DKK 7,561.00 in all." in text

"""What a customer pays on account, on the staff's pages."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from forsyn.domain.billing.models import Instalment, Plan, VatRate
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import read, words
from tests.billed_world import RUN_AT, BilledWorld


@pytest.fixture
def maker(billed_world: BilledWorld) -> Client:
    plan = Plan.objects.create(
        agreement_id=billed_world.agreements["anna"], period=DateRange(date(2026, 1, 1), date(2027, 1, 1)),
        expected_from="last_year", expected_net_oere=1_200_000, made_at=RUN_AT,
    )  # fmt: skip
    for month in (1, 4, 7, 10):
        until = date(2027, 1, 1) if month == 10 else date(2026, month + 3, 1)
        Instalment.objects.create(
            plan=plan, period=DateRange(date(2026, month, 1), until), due_date=date(2026, month, 20), net_oere=300_000
        )
    return signed_in(Client(), billed_world.world.billing)


def test_staff_change_instalments_beyond_the_customers_own_limits(maker: Client, billed_world: BilledWorld) -> None:
    anna = billed_world.world.anna.customer_id
    assert VatRate.objects.exists()
    page = words(maker, reverse("office:plans", args=[anna]))
    assert "Beregnet efter forbruget året før." in page
    assert "1.10.2026–31.12.2026 20.10.2026 3.750,00 kr. kommer" in page
    address = reverse("office:change_plan", args=[anna, billed_world.agreements["anna"]])
    assert "kunden betaler nu 15.000,00 kr. a conto" in words(maker, address)
    changed = read(maker.post(address, {"kroner": "5000", "number": "2"}, follow=True).content.decode())
    assert "Raterne er ændret." in changed
    assert changed.count("2.500,00 kr. kommer") == 2
    assert "Aftalt med kunden." in changed


def test_the_coming_plan_is_shown_and_changed_before_its_year_begins(maker: Client, billed_world: BilledWorld) -> None:
    anna, agreement_id = billed_world.world.anna.customer_id, billed_world.agreements["anna"]
    first, until = date(2027, 1, 1), date(2028, 1, 1)
    plan = Plan.objects.create(
        agreement_id=agreement_id, period=DateRange(first, until), expected_from="last_year",
        expected_net_oere=1_600_000, made_at=RUN_AT,
    )  # fmt: skip
    Instalment.objects.create(plan=plan, period=plan.period, due_date=date(2027, 1, 4), net_oere=1_600_000)
    answer = maker.get(reverse("office:plans", args=[anna])).content.decode()
    address = f"{reverse('office:change_plan', args=[anna, agreement_id])}?first="
    assert f"{address}2026-01-01" in answer
    assert f"{address}2027-01-01" in answer
    assert ", fra 1.1.2027" in read(answer)
    assert "kunden betaler nu 20.000,00 kr. a conto" in words(maker, f"{address}2027-01-01")
    maker.post(f"{address}2027-01-01", {"kroner": "5000", "number": "2"})
    changed = Instalment.objects.filter(plan__expected_from="staff").order_by("period")
    assert [(each.due_date, each.net_oere) for each in changed] == [
        (date(2027, 1, 4), 200_000), (date(2027, 7, 1), 200_000),
    ]  # fmt: skip
    running = Instalment.objects.filter(period__endswith__lte=first)
    assert set(running.values_list("net_oere", flat=True)) == {300_000}, "the running year stays"
    assert maker.get(f"{address}2027-13-01").status_code == 404


@pytest.mark.parametrize("given", [{"kroner": "-1", "number": "2"}, {"kroner": "x", "number": "2"}, {"number": "13"}])
def test_an_impossible_plan_is_refused(maker: Client, billed_world: BilledWorld, given: dict[str, str]) -> None:
    anna = billed_world.world.anna.customer_id
    address = reverse("office:change_plan", args=[anna, billed_world.agreements["anna"]])
    assert maker.post(address, given).status_code == 422


def test_no_plan_and_another_customers_agreement(maker: Client, billed_world: BilledWorld) -> None:
    bo = billed_world.world.bo.customer_id
    assert "Kunden betaler ikke a conto for tiden." in words(maker, reverse("office:plans", args=[bo]))
    other = reverse("office:change_plan", args=[bo, billed_world.agreements["anna"]])
    assert maker.get(other).status_code == 404
    own = reverse("office:change_plan", args=[bo, billed_world.agreements["bo"]])
    assert "betaler ikke a conto på den aftale" in read(maker.get(own, follow=True).content.decode())

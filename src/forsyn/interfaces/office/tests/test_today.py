"""What waits today: who may approve it, what is next, what has gone astray; in few queries, and with no names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forsyn.domain.accounts.models import Account
from forsyn.domain.billing.actions_runs import approve_run
from forsyn.domain.billing.models import Bill, Run
from forsyn.domain.ledger.models import AccountingYear
from forsyn.domain.payments.models import Payout
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.office.tests.billing import a_second_billing_clerk, posted, previewed
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import read, words
from forsyn.policy.purposes import P
from forsyn.workflows.billing_runs import execute_run, preview_run
from tests.billed_world import BilledWorld, a_run, settle, sha_of
from tests.counting import asked
from tests.world import NOW

PARTS = re.compile(r'<section aria-labelledby="(\w+)">(.*?)</section>', re.DOTALL)


@pytest.fixture
def second(billed_world: BilledWorld) -> Account:
    return a_second_billing_clerk()


def today(account: object) -> Mapping[str, str]:
    """What each part of the page says to somebody."""
    page = signed_in(Client(), account).get(reverse("office:today")).content.decode()
    return {key: read(f"<main>{part}</main>") for key, part in PARTS.findall(page)}


def test_nothing_waits_where_nothing_was_made(billed_world: BilledWorld) -> None:
    AccountingYear.objects.exclude(period__contains=NOW.date()).delete()
    assert "Intet venter" in words(signed_in(Client(), billed_world.world.billing), reverse("office:today"))


def test_a_run_waits_for_its_makers_colleague(billed_world: BilledWorld, second: Account) -> None:
    previewed(billed_world)
    maker, name = billed_world.world.billing, "Årsopgørelse, varme, "
    assert name in today(second)["godkend"]
    assert f"5 regninger, 1 stoppet, lavet af {maker.name}" in today(second)["godkend"]
    assert "kollega" not in today(second)
    assert name in today(maker)["kollega"]
    assert "godkend" not in today(maker)


def test_what_is_approved_is_to_be_posted_and_what_is_posted_released(
    billed_world: BilledWorld, second: Account
) -> None:
    run_id = previewed(billed_world)
    with purpose(P.SETTLEMENT, actor=second.pk):
        approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=second.pk, now=NOW)
    assert "Godkendt: kan bogføres." in today(second)["naeste"]
    execute_run(run_id=run_id, clock=lambda: NOW)
    assert "kan frigives til kunderne" in today(billed_world.world.billing)["naeste"]


def test_stopped_bills_stay_until_they_are_made(billed_world: BilledWorld, second: Account) -> None:
    posted(billed_world)
    stopped = today(second)["undersoeg"]
    assert "1 stoppet regning: Årsopgørelse, varme" in stopped
    assert "Der mangler forbrug (1)" in stopped
    shop = billed_world.agreements["freja_shop"]
    settle(shop, 5_000_000)
    run_id = a_run(billed_world.world, agreement_id=shop)
    preview_run(run_id=run_id, clock=lambda: NOW)
    with purpose(P.SETTLEMENT, actor=second.pk):
        approve_run(run_id=run_id, sha256=sha_of(run_id), approved_by_id=second.pk, now=NOW)
    execute_run(run_id=run_id, clock=lambda: NOW)
    assert "stoppet" not in today(second)["undersoeg"]


def test_released_bills_that_have_not_left_are_late_after_a_week(billed_world: BilledWorld, second: Account) -> None:
    run_id = posted(billed_world)
    assert "5 regninger er ikke sendt" in today(second)["undersoeg"]
    assert "De bliver sendt af sig selv" in today(second)["undersoeg"]
    Bill.objects.filter(state="released").update(released_at=NOW - timedelta(days=8))
    late = today(second)["undersoeg"]
    assert f"forsyn bill send {run_id}" in late
    assert "for sent" in late


def test_payouts_are_approved_by_another(billed_world: BilledWorld, second: Account) -> None:
    maker = billed_world.world.billing
    Payout.objects.create(
        customer_id=billed_world.world.anna.customer_id, amount_oere=50_000, balance_oere=50_000, reason="Til gode",
        route="nemkonto", payee_name="Anna Prøvesen", end_to_end_id="P1", state="prepared", prepared_by_id=maker.pk,
        prepared_at=NOW,
    )  # fmt: skip
    assert "1 udbetaling 500,00 kr." in today(second)["godkend"]
    assert "1 udbetaling 500,00 kr." in today(maker)["kollega"]
    assert "Anna" not in "".join(today(second).values())


def test_a_year_is_missed_before_it_begins(billed_world: BilledWorld, second: Account) -> None:
    AccountingYear.objects.filter(period__contains=NOW.date()).delete()
    assert "Åbn et regnskabsår" in today(second)["naeste"]
    assert "Afslut regnskabsåret" in today(second)["naeste"]


def test_the_year_to_come_is_asked_for_in_november(
    billed_world: BilledWorld, second: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Åbn et regnskabsår" not in today(second)["naeste"]
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=30))
    assert "intet bogføres fra den 1.1.2027" in today(second)["naeste"]


def test_the_page_takes_as_many_queries_for_many_runs_and_logs_nobody(
    billed_world: BilledWorld, second: Account
) -> None:
    client, counts = signed_in(Client(), second), []
    posted(billed_world)
    client.get(reverse("office:today"))
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("office:today")).status_code == 200
        counts.append(len(asked(queries)))
        for _ in range(3):
            run_id = a_run(billed_world.world)
            Run.objects.filter(pk=run_id).update(state="previewed", previewed_at=NOW, sha256="0" * 64)
    assert counts[0] == counts[1] <= 14
    assert not AccessEntry.objects.filter(actor_id=second.pk, kind="list").exists()


def test_staff_begin_their_day_there_and_others_find_no_such_page(billed_world: BilledWorld) -> None:
    world = billed_world.world
    assert signed_in(Client(), world.billing).get("/konto/start/").headers["Location"] == reverse("office:today")
    for account in (world.clerk, world.operations, world.dpo):
        assert signed_in(Client(), account).get(reverse("office:today")).status_code == 404

"""What an erasure leaves goes by itself when its ground ends: the night takes it like everything else."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from forsyn.domain.accounts.models import Account
from forsyn.domain.customers.models import Customer, CustomerName
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.domain.safeguards.actions_holds import hold
from forsyn.domain.safeguards.choices_models import Restriction, RestrictionGround
from forsyn.domain.safeguards.choices_rules import ChoiceRefused
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.erasure_log.transport import ErasureLog
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.erasure import carry_out_erasure, plan_erasure
from forsyn.workflows.night import Pace, run_night
from tests.world import NOW, TODAY, Party, World

pytestmark = pytest.mark.django_db
END_OF_THE_BOOKS = date(2032, 1, 1)
"""Dorthe moved in 2026: the accounting year, and five more."""


@pytest.fixture(autouse=True)
def log(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> ErasureLog:
    monkeypatch.setattr("forsyn.workflows.night.clear_dead_rows", lambda *, tables: len(tables))
    settings.ERASURE_LOG = ErasureLog(tmp_path / "erasures.log")
    return settings.ERASURE_LOG


def _erase(world: World, party: Party) -> None:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        keys, who = [party.customer_id], world.dpo.id
        plan = plan_erasure(customer_ids=keys, today=TODAY, now=NOW, actor=who)
        carry_out_erasure(customer_ids=keys, fingerprint=plan.fingerprint, today=TODAY, now=NOW, actor=who)


def _night(today: date) -> None:
    noon = datetime.combine(today, time(11), UTC)
    run_night(current_policy(), today=today, clock=lambda: noon, sleep=lambda _: None, pace=Pace(pause_seconds=0))


def test_what_stays_is_hidden_as_long_as_it_stays_and_then_goes(world: World) -> None:
    _erase(world, world.dorthe)
    _night(END_OF_THE_BOOKS - timedelta(days=1))
    assert CustomerName.objects.filter(customer_id=world.dorthe.customer_id).exists()
    with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.id):
        assert not CustomerName.objects.filter(customer_id=world.dorthe.customer_id).exists()
    _night(END_OF_THE_BOOKS)
    assert not Restriction.objects.filter(customer_id=world.dorthe.customer_id).exists()
    assert not Customer.objects.filter(pk=world.dorthe.customer_id).exists()
    assert Customer.objects.filter(pk=world.erik.customer_id).exists()


@pytest.mark.parametrize("categories", [None, ["name"]])
def test_what_a_hold_keeps_stays_hidden_and_goes_with_its_end(world: World, categories: list[str] | None) -> None:
    dorthe, end = world.dorthe.customer_id, date(2033, 1, 1)
    _erase(world, world.dorthe)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        with pytest.raises(ChoiceRefused, match="sæt et tilbagehold"):
            restrict(customer_id=dorthe, ground=RestrictionGround.CLAIM, reason="Bruger det i en sag mod udlejer.",
                     recorded_by_id=world.dpo.id, now=NOW)  # fmt: skip
        hold(policy=current_policy(), customer_id=dorthe, categories=categories, ground="Sag 12/2026",
             reason="Sagen mod udlejeren.", owner_id=world.dpo.id, end_date=end, review_date=date(2027, 5, 1),
             today=TODAY, now=NOW)  # fmt: skip
    for night in (END_OF_THE_BOOKS, end):
        assert CustomerName.objects.filter(customer_id=dorthe).exists()
        _night(night)
        with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.id):
            assert not Customer.objects.filter(pk=dorthe).exists()  # the hold that has ended still tells of the number
    assert not CustomerName.objects.filter(customer_id=dorthe).exists()
    _night(date(2040, 1, 1))
    assert not Customer.objects.filter(pk=dorthe).exists()
    assert not Restriction.objects.filter(customer_id=dorthe).exists()


def test_the_account_is_closed_and_tells_of_nobody(world: World) -> None:
    _erase(world, world.dorthe)
    account = Account.objects.filter(pk=world.dorthe.account.pk).first()
    assert account is None or (account.name, account.is_active, "@invalid" in account.email) == ("", False, True)


def test_an_account_that_acts_for_others_too_stays(world: World) -> None:
    """Freja signs in for herself and for her shop."""
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.id):
        plan = plan_erasure(customer_ids=[world.freja.customer_id], today=date(2040, 1, 1), now=NOW, actor=world.dpo.id)
    assert "accounts_account" not in {line.table for line in plan.lines}

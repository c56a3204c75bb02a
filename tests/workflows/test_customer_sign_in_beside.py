"""Signing in while one is being erased."""

from __future__ import annotations

import pytest

from forsyn.domain.accounts.models import Account
from forsyn.workflows import customer_sign_in
from forsyn.workflows.customer_sign_in import Refusal, admit_customer
from tests.world import NOW, TODAY, World


@pytest.mark.django_db
def test_who_is_erased_between_the_code_and_the_door_is_unknown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Account.objects.get(pk=world.dorthe.account.pk)
    seen.pk = 987_654  # what was read of the account before its row went
    monkeypatch.setattr(customer_sign_in, "account_with_email", lambda **_: seen)
    assert admit_customer(email=world.dorthe.email, today=TODAY, now=NOW) is Refusal.UNKNOWN

"""The purpose of staff administration sees staff, and no customer."""

from __future__ import annotations

import pytest

from forsyn.domain.accounts.models import Account, Colleague
from forsyn.domain.customers.models import Customer
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.purposes import P
from tests.world import World


def test_administering_staff_shows_no_customers_account(world: World) -> None:
    with purpose(P.STAFF_ADMINISTRATION, actor=world.dpo.pk):
        found = set(Account.objects.values_list("pk", flat=True))
    assert {world.clerk.pk, world.dpo.pk} <= found
    assert world.anna.account.pk not in found


def test_administering_staff_shows_no_customer(world: World) -> None:
    with pytest.raises(PurposeViolation), purpose(P.STAFF_ADMINISTRATION, actor=world.dpo.pk):
        Customer.objects.exists()


@pytest.mark.parametrize("work", [P.METERING, P.CUSTOMER_SERVICE])
def test_others_know_colleagues_by_name_and_read_no_accounts(world: World, work: P) -> None:
    with purpose(work, actor=world.clerk.pk):
        assert Colleague.objects.get(pk=world.operations.pk).name == "Dennis Drift"
        assert not Colleague.objects.filter(pk=world.anna.account.pk).exists()
    with pytest.raises(PurposeViolation), purpose(work, actor=world.clerk.pk):
        Account.objects.filter(pk=world.operations.pk).values_list("email").first()

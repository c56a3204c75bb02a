"""Letters go to whom they are for, where that customer lives on the day; many are read at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from forsyn.domain.customers.addressee_queries import addressees
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from tests.world import MOVING_DATE, TODAY, World

pytestmark = pytest.mark.django_db


def test_many_are_read_at_once(world: World, django_assert_num_queries: Any) -> None:
    parties = (world.anna, world.bo, world.aeblegaarden, world.gorm)
    with purpose(P.SETTLEMENT, actor=None), django_assert_num_queries(1):
        found = addressees(customer_ids=[party.customer_id for party in parties], today=TODAY)
    assert {each.name for each in found.values()} == {party.name for party in parties}
    gorm = found[world.gorm.customer_id]
    assert (gorm.street, gorm.postal_code, gorm.city) == ("Ågade 12, 1. th", "9999", "Nordby")
    assert (gorm.email, gorm.cvr, gorm.is_company, gorm.language) == (world.gorm.email, "", False, Language.DANISH)
    assert found[world.aeblegaarden.customer_id].cvr == "99999993"


def test_who_has_moved_out_keeps_the_last_address_that_is_known(world: World) -> None:
    with purpose(P.SETTLEMENT, actor=None):
        found = addressees(customer_ids=[world.dorthe.customer_id], today=MOVING_DATE)
    assert found[world.dorthe.customer_id].street == "Aastien 3A"


def test_what_holds_later_is_not_said_before(world: World) -> None:
    with purpose(P.SETTLEMENT, actor=None):
        found = addressees(customer_ids=[world.ingrid.customer_id], today=date(2026, 10, 1))
    assert found[world.ingrid.customer_id].email == ""
    assert found[world.ingrid.customer_id].name == world.ingrid.name

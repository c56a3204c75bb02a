"""Who is reached at an e-mail address, and who of them belong together."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.customers import mailboxes
from forsyn.domain.customers.rules import belong_together
from tests.world import World

SOME = st.sets(st.integers(0, 6), max_size=7)
GROUPS = st.lists(st.frozensets(st.integers(0, 6), min_size=1, max_size=3), max_size=8)


def reachable(start: int, customers: set[int], groups: list[frozenset[int]]) -> set[int]:
    """By the plainest of means: walk from one customer to the next."""
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        near = {each for group in groups if here in group for each in group} & customers
        todo += near - seen
        seen |= near
    return seen


@given(customers=SOME, groups=GROUPS)
def test_customers_belong_together_when_each_is_reached_from_any(
    customers: set[int], groups: list[frozenset[int]]
) -> None:
    inside = [group & customers for group in groups if group & customers]
    expected = bool(customers) and reachable(min(customers), customers, inside) == customers
    assert belong_together(customers, inside) == expected


@given(customer=st.integers())
def test_one_customer_belongs_together_and_none_do_not(customer: int) -> None:
    assert belong_together([customer], [])
    assert not belong_together([], [])


@given(customers=SOME, groups=GROUPS)
def test_the_order_of_agreements_does_not_matter(customers: set[int], groups: list[frozenset[int]]) -> None:
    inside = [group & customers for group in groups if group & customers]
    assert belong_together(customers, inside) == belong_together(customers, inside[::-1])


def test_a_mailbox_is_found_whatever_its_case_in_one_query(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        [reached] = mailboxes.reached_at(email=world.anna.email.upper(), today=world.today)
    assert reached == mailboxes.Reached(world.anna.customer_id, "da")


def test_a_household_is_held_together_and_neighbours_are_not(world: World) -> None:
    household = [world.bo.customer_id, world.birgit.customer_id]
    together = mailboxes.held_together(customer_ids=household, today=world.today)
    assert frozenset(household) in together
    strangers = [world.anna.customer_id, world.gorm.customer_id]
    assert not belong_together(strangers, mailboxes.held_together(customer_ids=strangers, today=world.today))

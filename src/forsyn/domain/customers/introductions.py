"""Who a page is about, as far as the purpose entered may know it: always the number, the name where it holds it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from forsyn.domain.customers.models import Customer, CustomerName
from forsyn.domain.customers.queries import name_on
from forsyn.domain.safeguards.guarded import unreadable


@dataclass(frozen=True)
class Introduction:
    """A customer in two words; ``name`` is empty where the purpose may not read names."""

    customer_id: int
    number: str
    name: str

    def __str__(self) -> str:
        return self.name or self.number


def introductions(*, customer_ids: Collection[int], today: date) -> dict[int, Introduction]:
    """The customers that the purpose sees among these, by id. 2 queries."""
    numbers = dict(Customer.objects.filter(pk__in=customer_ids).values_list("pk", "number"))
    names: dict[int, list[CustomerName]] = {}
    if "name" not in unreadable(CustomerName):
        for row in CustomerName.objects.filter(customer_id__in=numbers).only("customer_id", "name", "period"):
            names.setdefault(row.customer_id, []).append(row)
    return {key: Introduction(key, number, name_on(names.get(key, ()), today)) for key, number in numbers.items()}

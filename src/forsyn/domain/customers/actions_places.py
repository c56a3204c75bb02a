"""Changes to where customers are supplied: addresses, supply points, installations."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.customers import rules
from forsyn.domain.customers.models import Address, Installation, SupplyPoint
from forsyn.domain.customers.rules import NotPossible
from forsyn.kernel import identifiers


@transaction.atomic
def register_address(
    *,
    street: str,
    house_number: str,
    postal_code: str,
    city: str,
    floor: str = "",
    door: str = "",
    municipality_code: str = "",
    dar_address_id: UUID | None = None,
    dar_access_address_id: UUID | None = None,
) -> int:
    """Record an address, or find the one that is there; return its id."""
    parts = {
        "street": street.strip(),
        "house_number": house_number.strip(),
        "floor": floor.strip(),
        "door": door.strip(),
    }
    code = identifiers.postal_code(postal_code)
    sort, search = rules.address_keys(**parts, postal_code=code, city=city)
    address, _ = Address.objects.get_or_create(
        **parts,
        postal_code=code,
        defaults={
            "city": city.strip(),
            "municipality_code": identifiers.municipality_code(municipality_code) if municipality_code else "",
            "dar_address_id": dar_address_id,
            "dar_access_address_id": dar_access_address_id,
            "sort_key": sort,
            "search_key": search,
        },
    )
    return address.pk


@transaction.atomic
def register_supply_point(
    *,
    number: str,
    address_id: int,
    housing_kind: str,
    property_number: str = "",
    bfe_number: int | None = None,
) -> int:
    """Record a dwelling or business that is supplied; return its id."""
    number = rules.clean_number(number, "Forsyningsstedets nummer")
    if SupplyPoint.objects.filter(number=number).exists():
        raise NotPossible(f"Forsyningssted {number} findes allerede.")
    return SupplyPoint.objects.create(
        number=number,
        address_id=address_id,
        housing_kind=housing_kind,
        property_number=property_number,
        bfe_number=bfe_number,
    ).pk


@transaction.atomic
def register_installation(
    *, number: str, supply_point_id: int, commodity: str, first_date: date, until_date: date | None = None
) -> int:
    """Record the pipes of one commodity at a supply point; return the installation's id."""
    number = rules.clean_number(number, "Installationsnummeret")
    period = rules.check_period(first_date, until_date, f"Installation {number}")
    if Installation.objects.filter(number=number).exists():
        raise NotPossible(f"Installation {number} findes allerede.")
    return Installation.objects.create(
        number=number,
        supply_point_id=supply_point_id,
        commodity=commodity,
        period=DateRange(period.first, period.until),
    ).pk

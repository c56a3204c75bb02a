"""Who may see what in the office."""

from __future__ import annotations

from django.http import HttpRequest

from forsyn.domain.accounts.models import Role
from forsyn.interfaces.access import staff_required

PEOPLE_ROLES = (Role.CLERK, Role.BILLING)
"""Work with customers."""
OFFICE_ROLES = (*PEOPLE_ROLES, Role.OPERATIONS)
"""Work with pipes, meters and deliveries; of these, operations sees no customers."""
DECIDING_ROLES = (Role.OPERATIONS,)
"""Decide what becomes of quarantined values."""

people_required = staff_required(*PEOPLE_ROLES)
office_required = staff_required(*OFFICE_ROLES)
deciding_required = staff_required(*DECIDING_ROLES)


def sees_people(request: HttpRequest) -> bool:
    """Whether whoever asks works with customers."""
    return bool(request.roles & set(PEOPLE_ROLES))  # type: ignore[attr-defined]


def decides(request: HttpRequest) -> bool:
    """Whether whoever asks may release and reject."""
    return bool(request.roles & set(DECIDING_ROLES))  # type: ignore[attr-defined]

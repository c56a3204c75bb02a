"""Who may see what in the office."""

from __future__ import annotations

from django.http import HttpRequest

from forsyn.interfaces.access import staff_required
from forsyn.policy.purposes import P

WITH_PEOPLE = (P.CUSTOMER_SERVICE, P.SETTLEMENT)
"""Work with customers."""
IN_THE_OFFICE = (*WITH_PEOPLE, P.METERING)
"""Work with pipes, meters and deliveries; of these, operations sees no customers."""

people_required = staff_required(*WITH_PEOPLE)
office_required = staff_required(*IN_THE_OFFICE)
deciding_required = staff_required(P.METERING)
"""Decide what becomes of quarantined values."""


def sees_people(request: HttpRequest) -> bool:
    """Whether whoever asks works with customers."""
    return request.work in WITH_PEOPLE  # type: ignore[attr-defined]


def decides(request: HttpRequest) -> bool:
    """Whether whoever asks may release and reject."""
    return P.METERING in request.purposes  # type: ignore[attr-defined]

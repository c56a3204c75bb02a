"""Quarantined values of meters that were registered too late, tried again as if they had just come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from forsyn.domain.metering import actions, queries
from forsyn.domain.metering.models import Delivery
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.reading_files.profile import Profile
from forsyn.policy.purposes import P
from forsyn.workflows.import_readings import expected_registers


@dataclass(frozen=True, slots=True)
class RetriedDelivery:
    """A delivery and what became of its waiting values; None: its profile is not at hand."""

    delivery: Delivery
    retried: actions.Retried | None


def retry_readings(
    *, profiles: Sequence[Profile], now: datetime, delivery_id: int | None = None, dry_run: bool = False
) -> Iterator[RetriedDelivery]:
    """Try the deliveries with waiting values again, the earliest first; each is one transaction of its own.

    `profiles`: those that the files may have come with, since they tell what a register is. Raises NotPossible while
    another import runs, or where there is no such delivery.
    """
    known = {profile.key: profile for profile in profiles}
    for delivery in _waiting(delivery_id):
        profile = known.get(delivery.profile)
        with purpose(P.METERING, actor=None):
            retried = profile and actions.retry(
                delivery_id=delivery.pk, registers=expected_registers(profile), now=now, dry_run=dry_run
            )
        yield RetriedDelivery(delivery, retried or None)


def _waiting(delivery_id: int | None) -> list[Delivery]:
    with purpose(P.METERING, actor=None):
        if delivery_id is not None and queries.delivery(delivery_id) is None:
            raise actions.NotPossible(
                f"There is no delivery {delivery_id}. `forsyn import readings` tells their numbers."
            )
        return list(queries.deliveries_waiting_for_meters(delivery_id=delivery_id))

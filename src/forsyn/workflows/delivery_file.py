"""One delivery with what became of its values."""

from __future__ import annotations

from dataclasses import dataclass

from forsyn.domain.metering import queries
from forsyn.domain.metering.models import Delivery
from forsyn.domain.metering.queries import ReasonCount


@dataclass(frozen=True)
class DeliveryFile:
    """A delivery and its quarantine by reason and state."""

    delivery: Delivery
    reasons: list[ReasonCount]

    @property
    def waiting(self) -> int:
        """Values that nobody has decided about yet."""
        return sum(reason.values for reason in self.reasons if reason.state == "open")

    @property
    def rejected(self) -> int:
        """Values that staff rejected."""
        return sum(reason.values for reason in self.reasons if reason.state == "rejected")


def delivery_file(*, delivery_id: int) -> DeliveryFile | None:
    """None where there is no such delivery. 2 queries."""
    delivery = queries.delivery(delivery_id)
    return DeliveryFile(delivery, queries.quarantine_summary(delivery_id)) if delivery else None

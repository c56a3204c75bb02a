"""How the processors of a policy stand on a day: who may receive, whose agreement ends soon, who has none; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from forsyn.domain.safeguards.door_facts import AgreementFacts
from forsyn.policy.countries import Country, countries
from forsyn.policy.policy import Policy, Recipient
from forsyn.policy.vocabulary import Role

REMIND_DAYS = 90
"""So long before its end an agreement asks to be renewed."""
URGENT_DAYS = 30


class Standing(StrEnum):
    """How a processor stands, the most urgent first."""

    MISSING = "missing"
    INVALID = "invalid"
    """There are agreements, but none holds today."""
    OUTSIDE = "outside"
    """The agreement holds, but something is outside the EU/EEA, so nothing is sent."""
    ENDS_VERY_SOON = "ends_very_soon"
    ENDS_SOON = "ends_soon"
    VALID = "valid"

    @property
    def receives(self) -> bool:
        """Whether the door lets anything out to it."""
        return self in (Standing.ENDS_VERY_SOON, Standing.ENDS_SOON, Standing.VALID)


@dataclass(frozen=True, slots=True)
class Processor:
    """A processor of the policy as the register has it."""

    recipient: Recipient
    standing: Standing
    agreement: AgreementFacts | None
    """The one that holds, else the latest."""
    lacks: str
    """Danish, what is lacking; empty where nothing is."""
    last_date: date | None
    """The last day that signed agreements reach without a gap; None: without end, or none holds."""
    days_left: int | None
    """Days from today to the last; None as above."""
    audit_due: date | None
    """When the last audit said that it wants to be looked at again."""

    def needs_somebody(self, today: date) -> bool:
        """Whether it waits for somebody: no agreement that holds, one that ends soon, or an audit that is due."""
        return self.standing is not Standing.VALID or (self.audit_due is not None and self.audit_due <= today)


def register(
    policy: Policy,
    agreements: Mapping[str, Sequence[AgreementFacts]],
    next_audits: Mapping[str, date | None],
    *,
    today: date,
) -> list[Processor]:
    """Each processor of the policy, the most urgent first. ``agreements`` by recipient, the earliest first."""
    order = list(Standing)
    rows = [
        _processor(recipient, agreements.get(recipient.key, ()), next_audits.get(recipient.key), today)
        for recipient in policy.recipients.values()
        if recipient.role is Role.PROCESSOR
    ]
    return sorted(rows, key=lambda row: order.index(row.standing))


def _processor(
    recipient: Recipient, agreements: Sequence[AgreementFacts], audit_due: date | None, today: date
) -> Processor:
    holding = next((one for one in agreements if one.lacks(today) is None), None)
    if holding is None:
        latest = agreements[-1] if agreements else None
        standing = Standing.INVALID if latest else Standing.MISSING
        lacks = (latest.lacks(today) or "") if latest else "der er ingen databehandleraftale"
        return Processor(recipient, standing, latest, lacks, None, None, audit_due)
    until = _reaches(holding, agreements)
    last = until - timedelta(days=1) if until else None
    left = (last - today).days if last else None
    outside = outside_eea(recipient, holding, today=today)
    if outside:
        return Processor(recipient, Standing.OUTSIDE, holding, outside[0], last, left, audit_due)
    return Processor(recipient, _by_days(left), holding, "", last, left, audit_due)


def _by_days(left: int | None) -> Standing:
    if left is None or left > REMIND_DAYS:
        return Standing.VALID
    return Standing.ENDS_SOON if left > URGENT_DAYS else Standing.ENDS_VERY_SOON


def _reaches(holding: AgreementFacts, agreements: Sequence[AgreementFacts]) -> date | None:
    """The first day without an agreement; a renewal counts once it is signed and on file."""
    until = holding.period.until
    for following in agreements:
        if until is not None and following.period.first == until and following.lacks(until) is None:
            until = following.period.until
    return until


def outside_eea(
    recipient: Recipient,
    agreement: AgreementFacts,
    *,
    today: date,
    known: Mapping[str, Country] | None = None,
) -> list[str]:
    """What of a processor is outside the EU/EEA today, each as a Danish clause."""
    listed = countries() if known is None else known
    places = [("modtageren", recipient.country), ("lageret", agreement.storage_country)]
    places += [
        (f"underdatabehandleren {each.name}", each.country) for each in agreement.sub_processors if today in each.period
    ]
    return [
        f"{what} er i {listed[code].da if code in listed else code}, uden for EU og EØS"
        for what, code in places
        if code not in listed or not listed[code].in_eea
    ]

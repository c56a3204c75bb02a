"""Where the database enforces something else than the policy demands, one by one: each claim asks for its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from forsyn.policy.enforcement import Enforcement, Grant, Membership
from forsyn.policy.roles import RoleNames


class Part(StrEnum):
    """What of the database differs."""

    ROLE = "role"
    """A role is missing or may too much, or the login cannot enter it, or has its rights without entering it."""
    GRANT = "grant"
    ROWS = "rows"
    """A row policy, or that there is one before a table at all."""
    HIDDEN = "hidden"
    """The function that says whose rows are hidden: of restricted customers, and of those who object."""
    SHOWN = "shown"
    """The function that says whose rows are shown where not everybody's are: by consent, or one's own."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One difference. ``purpose`` and ``table`` are None where it is not of one alone; ``extra``: there is too much."""

    part: Part
    says: str
    purpose: str | None = None
    table: str | None = None
    extra: bool = False


def deviations(
    want: Enforcement, found: Enforcement, changed: Iterable[tuple[str, str]], names: RoleNames
) -> Iterator[Deviation]:
    """Everything in which the two differ; ``changed`` are the row policies of both with another text."""
    yield from _roles(want, found, names)
    for grants, extra in ((found.grants - want.grants, True), (want.grants - found.grants, False)):
        for grant in sorted(grants):
            yield _grant(grant, extra, names)
    for table in sorted(want.guarded - found.guarded):
        yield Deviation(Part.ROWS, f"{table}: row level security off", table=table, extra=True)
    for table, purpose in sorted((want.policies.keys() ^ found.policies.keys()) | set(changed)):
        yield Deviation(Part.ROWS, f"{table}: row policy {purpose}", purpose, table, extra=True)
    for name in sorted(want.functions.keys() | found.functions.keys()):
        if want.functions.get(name) != found.functions.get(name):
            part = Part.HIDDEN if name.startswith("hidden") else Part.SHOWN
            yield Deviation(part, f"function {name}", table=name.partition("_in_")[2] or None, extra=True)


def _roles(want: Enforcement, found: Enforcement, names: RoleNames) -> Iterator[Deviation]:
    for role in sorted((want.roles - found.roles) | found.unfit):
        yield Deviation(Part.ROLE, role, names.purpose_of(role), extra=role in found.unfit)
    members: list[Membership] = sorted(want.members ^ found.members, key=str)
    for role in dict.fromkeys(member.role for member in members):
        yield Deviation(Part.ROLE, f"{names.login} in {role}", names.purpose_of(role), extra=True)


def _grant(grant: Grant, extra: bool, names: RoleNames) -> Deviation:
    column = f".{grant.column}" if grant.column else ""
    says = f"{grant.role}: {'' if extra else 'no '}{grant.privilege.lower()} on {grant.name}{column}"
    table = grant.name if grant.kind == "table" else None
    return Deviation(Part.GRANT, says, names.purpose_of(grant.role), table, extra)

"""The written instructions of staff as the policy in force has them, and who has confirmed them (SF-27).

The caller has entered `P.STAFF_ADMINISTRATION`, or `P.SIGN_IN` to read one's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from forsyn.domain.accounts import access_queries, actions_instructions, instruction_queries
from forsyn.domain.accounts.queries import roles_of
from forsyn.policy import instructions
from forsyn.workflows.declarations import current_policy


class NotTheText(ValueError):
    """What somebody wants to confirm is not what the instructions of a role of theirs say now."""


@dataclass(frozen=True, slots=True)
class Read:
    """How one role's instructions stand with somebody; ``confirmed_at`` is None until they have confirmed them."""

    role: str
    fingerprint: str
    confirmed_at: datetime | None
    confirm_by: date | None = None
    """The last day to do it; told where the role's first day is known."""


def present_texts() -> dict[str, str]:
    """The fingerprint of each role's text; written once a process, as the policy is read once."""
    return _present_texts(current_policy().file)


@cache
def _present_texts(_file: str) -> dict[str, str]:
    return instructions.fingerprints(current_policy())


def own(*, account_id: int, roles: Iterable[str]) -> list[Read]:
    """How the instructions of one's roles stand, in the policy's order. 1 query."""
    held = set(roles)
    texts = {role: text for role, text in present_texts().items() if role in held}
    found = instruction_queries.confirmed_by(account_id=account_id, fingerprints=texts)
    return [Read(role, text, found.get(role)) for role, text in texts.items()]


def everybody(people: Iterable[access_queries.Person]) -> dict[int, list[Read]]:
    """How the instructions of each one's current roles stand, by account. 1 query."""
    policy, texts = current_policy(), present_texts()
    found = instruction_queries.confirmed(fingerprints=texts)
    return {
        person.account.pk: [
            Read(
                role,
                texts[role],
                found.get(person.account.pk, {}).get(role),
                instructions.confirm_by(policy, first_date),
            )
            for role, first_date in _counting(person).items()
            if role in texts
        ]
        for person in people
    }


def _counting(person: access_queries.Person) -> dict[str, date]:
    """The roles that open something today, each with its first day."""
    states = (access_queries.State.COUNTS, access_queries.State.REVIEW_SOON)
    return {given.role.role: given.role.period.lower for given in person.current if given.state in states}


def confirm(*, account_id: int, role: str, fingerprint: str, now: datetime, today: date) -> bool:
    """Say that one has read the text of a role that one has; False where it was said before. Raises NotTheText."""
    if role not in roles_of(account_id=account_id, today=today) or present_texts().get(role) != fingerprint:
        raise NotTheText(role)
    return actions_instructions.confirm_instructions(
        account_id=account_id,
        role=role,
        fingerprint=fingerprint,
        text_version=current_policy().version,
        now=now,
    )

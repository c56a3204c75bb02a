"""A person's own requests in words: what was asked, how far it is, and until when it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from forsyn.domain.rights.own_queries import OwnRequest
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.interfaces.portal.my_data_words import OUTCOMES, REFUSALS, STATES
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Right


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request. ``outcome``, ``extension``: whole sentences, empty where there is nothing to say."""

    id: int
    number: str
    name: str
    state: str
    is_open: bool
    received: str
    deadline: str
    closed: str
    outcome: str
    extension: str
    wish: str
    answer_id: int | None
    may_withdraw: bool


def right_name(policy: Policy, right: str | None) -> str:
    """What a right is called in the policy; what nobody has read yet is a letter."""
    rule = policy.rights.get(Right(right)) if right else None
    return rule.name.in_(reading_language()) if rule else _("En henvendelse, vi er ved at læse")


def request_line(policy: Policy, one: OwnRequest, today: date) -> RequestLine:
    """The request in words."""
    is_open = one.closed_at is None
    reason = one.extension_reason
    return RequestLine(
        id=one.id,
        number=one.number,
        name=right_name(policy, one.right),
        state=str(STATES[one.state]),
        is_open=is_open,
        received=wording.long_date(one.received_date),
        deadline=_deadline(one, today) if is_open else "",
        closed=wording.long_date(timezone.localdate(one.closed_at)) if one.closed_at else "",
        outcome=_outcome(one),
        extension=_("Vi har brug for længere tid: %(reason)s") % {"reason": reason} if is_open and reason else "",
        wish=one.wish,
        answer_id=one.answer_id,
        may_withdraw=is_open and one.right != Right.OBJECTION,
    )


def _deadline(one: OwnRequest, today: date) -> str:
    if one.is_stopped:
        return _("Fristen står stille, mens vi venter på at få at vide, hvem der spørger.")
    day = {"day": wording.long_date(one.deadline_date)}
    if one.deadline_date < today:
        late = _("Du skulle have haft svar senest den %(day)s. Det beklager vi.") % day
        return f"{late} {_('Du kan klage til os eller til Datatilsynet.')}"
    return _("Du får svar senest den %(day)s.") % day


def _outcome(one: OwnRequest) -> str:
    if one.refusal_ground:
        return str(REFUSALS[one.refusal_ground])
    return str(OUTCOMES[one.outcome]) if one.outcome else ""

"""Who asks: what a clerk saw, or a code; forged, late, repeated and misdirected codes open nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from forsyn.domain.customers.actions import change_contact_point
from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.rights import actions, actions_identity, queries
from forsyn.domain.rights.actions_identity import CodeAnswer
from forsyn.domain.rights.identity_queries import destinations
from forsyn.domain.rights.models import IdentityCheck, Request, RequestStep
from forsyn.domain.rights.rules import (
    CODE_LIFETIME,
    CODES_AN_HOUR,
    WRONG_CODES_ON_RECORD,
    OnBehalf,
    RequestRefused,
    State,
    StepKind,
    Way,
)
from forsyn.domain.rights.tests.conftest import LATER
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from tests.world import World

TODAY = LATER.date()
DAY = timedelta(days=1)
Receive = Callable[..., int]


def _point(customer_id: int, kind: str = "email") -> int:
    return ContactPoint.objects.get(customer_id=customer_id, kind=kind).pk


def _code(desk: World, request_id: int, contact_point_id: int | None = None) -> str:
    made = actions_identity.make_code(
        request_id=request_id,
        contact_point_id=contact_point_id or _point(desk.anna.customer_id),
        by_id=desk.dpo.pk,
        now=LATER,
        today=TODAY,
    )
    return made.code


def _try(request_id: int, code: str, *, after: timedelta = timedelta(minutes=1)) -> CodeAnswer:
    return actions_identity.check_code(request_id=request_id, code=code, now=LATER + after, today=TODAY)


def _doubt(request_id: int, by_id: int, reason: str, *, today: date = TODAY) -> None:
    actions_identity.ask_identity(request_id=request_id, reason=reason, by_id=by_id, now=LATER, today=today)


def _move_mailbox(desk: World, now: datetime) -> None:
    with purpose(P.SETTLEMENT, actor=None):
        change_contact_point(
            customer_id=desk.anna.customer_id,
            kind="email",
            value="ny@kunde.example",
            source=Source.PERSON,
            today=TODAY,
            now=now,
        )


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_right_code_settles_who_asks_and_is_used_up(desk: World, receive: Receive) -> None:
    request_id = receive()
    code = _code(desk, request_id)
    assert code not in repr(IdentityCheck.objects.filter(request_id=request_id).values())
    assert _try(request_id, f" {code[:3]} {code[3:]} ") is CodeAnswer.RIGHT
    request = Request.objects.get(pk=request_id)
    assert (request.state, request.identity_way) == (State.OPEN, Way.CODE)
    assert _try(request_id, code) is CodeAnswer.NONE_WAITS
    wrong = RequestStep.objects.filter(request_id=request_id, kind=StepKind.CODE_WRONG)
    assert [step.text for step in wrong] == ["Ingen kode ventede."]


def test_a_guessed_code_costs_a_try_and_five_are_all(desk: World, receive: Receive) -> None:
    request_id = receive()
    code = _code(desk, request_id)
    assert [_try(request_id, _other(code)) for _ in range(5)] == [CodeAnswer.WRONG] * 5
    assert _try(request_id, code) is CodeAnswer.NONE_WAITS
    assert Request.objects.get(pk=request_id).identity_settled_at is None
    assert RequestStep.objects.filter(request_id=request_id, kind=StepKind.CODE_WRONG).count() == 6


def test_guessing_does_not_fill_the_record(desk: World, receive: Receive) -> None:
    request_id = receive()
    for _ in range(WRONG_CODES_ON_RECORD + 5):
        _try(request_id, "123456")
    lines = RequestStep.objects.filter(request_id=request_id, kind=StepKind.CODE_WRONG)
    assert lines.count() == WRONG_CODES_ON_RECORD


@pytest.mark.parametrize(
    ("after", "answer"), [(-timedelta(seconds=1), CodeAnswer.RIGHT), (timedelta(), CodeAnswer.NONE_WAITS)]
)
def test_a_code_lasts_a_quarter_of_an_hour(desk: World, receive: Receive, after: timedelta, answer: CodeAnswer) -> None:
    request_id = receive()
    assert _try(request_id, _code(desk, request_id), after=CODE_LIFETIME + after) is answer


def test_a_code_opens_its_own_request_only(desk: World, receive: Receive) -> None:
    one, other = receive(), receive()
    code = _code(desk, one)
    _code(desk, other)
    assert _try(other, code) is not CodeAnswer.RIGHT
    assert _try(one, code) is CodeAnswer.RIGHT


def test_a_new_code_makes_the_former_useless(desk: World, receive: Receive) -> None:
    request_id = receive()
    former, code = _code(desk, request_id), _code(desk, request_id)
    assert former == code or _try(request_id, former) is CodeAnswer.WRONG
    assert _try(request_id, code) is CodeAnswer.RIGHT


def test_a_code_is_worth_nothing_once_the_address_has_changed(desk: World, receive: Receive) -> None:
    request_id = receive()
    code = _code(desk, request_id)
    _move_mailbox(desk, LATER)
    assert _try(request_id, code) is CodeAnswer.WRONG


def test_codes_go_only_where_the_customer_was_reached_before_the_request(desk: World, receive: Receive) -> None:
    request_id = receive()
    assert [each.masked for each in destinations(request_id=request_id, today=TODAY)] == ["1•••@kunde.example"]
    for elsewhere in (_point(desk.gorm.customer_id), _point(desk.anna.customer_id, "mobile"), 10**9):
        with pytest.raises(RequestRefused, match="havde hos os"):
            _code(desk, request_id, elsewhere)
    _move_mailbox(desk, LATER + timedelta(minutes=1))
    assert destinations(request_id=request_id, today=TODAY) == []


def test_codes_are_not_sent_without_end(desk: World, receive: Receive) -> None:
    request_id = receive()
    for _ in range(CODES_AN_HOUR):
        _code(desk, request_id)
    with pytest.raises(RequestRefused, match="Vent lidt"):
        _code(desk, request_id)
    others = [receive() for _ in range(3)]
    _code(desk, others[0])
    _code(desk, others[1])
    with pytest.raises(RequestRefused, match="Vent lidt"):  # nor to one mailbox by way of many requests
        _code(desk, others[2])


def test_the_clock_stands_while_it_is_in_doubt_who_asks(desk: World, receive: Receive) -> None:
    request_id = receive()
    before = Request.objects.get(pk=request_id).deadline_date
    ask = {"request_id": request_id, "by_id": desk.dpo.pk, "now": LATER, "today": TODAY}
    with pytest.raises(RequestRefused, match="tvivlsomt"):
        actions_identity.ask_identity(reason=" ", **ask)
    actions_identity.ask_identity(reason="Skriver fra en ukendt adresse.", **ask)
    with pytest.raises(RequestRefused, match="allerede spurgt"):
        actions_identity.ask_identity(reason="Igen.", **ask)
    actions_identity.note_identity_seen(
        request_id=request_id, note="Pas; foto passer", by_id=desk.dpo.pk, now=LATER + 9 * DAY, today=TODAY + 9 * DAY
    )
    request = Request.objects.get(pk=request_id)
    assert (request.paused_days, request.paused_since_date, request.state) == (9, None, State.OPEN)
    assert before == date(2026, 12, 3)
    assert request.deadline_date == date(2026, 12, 14)  # nine days on is the 12th, a Saturday
    kinds = list(RequestStep.objects.filter(request_id=request_id).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["received", "identity_asked", "clock_stopped", "identity_settled", "clock_resumed"]


def test_a_clock_that_has_stood_long_is_not_forgotten(desk: World, receive: Receive) -> None:
    request_id = receive()
    actions_identity.ask_identity(
        request_id=request_id, reason="Ukendt adresse.", by_id=desk.dpo.pk, now=LATER, today=TODAY
    )
    assert [queries.counts(today=TODAY + days * DAY).urgent for days in (29, 30)] == [0, 1]
    assert queries.queue(today=TODAY + 30 * DAY)[0].stopped_days == 30


def test_a_limit_that_is_past_is_not_stopped(desk: World, receive: Receive) -> None:
    request_id = receive()
    late = LATER + 60 * DAY
    with pytest.raises(RequestRefused, match="overskredet"):
        actions_identity.ask_identity(
            request_id=request_id, reason="Nu i tvivl.", by_id=desk.dpo.pk, now=late, today=late.date()
        )


def test_doubt_that_comes_later_unsettles_who_asks(desk: World, receive: Receive) -> None:
    request_id = receive(settled=True)
    _doubt(request_id, desk.clerk.pk, "Kunden ringer: det var ikke hende.")
    assert Request.objects.get(pk=request_id).identity_settled_at is None


def test_whoever_settled_who_asks_does_not_doubt_it_again(desk: World, receive: Receive) -> None:
    request_id = receive(settled=True)
    with pytest.raises(RequestRefused, match="en kollega"):
        _doubt(request_id, desk.dpo.pk, "Måske alligevel ikke.")


def test_the_clock_stops_once_for_each_person_who_doubts(desk: World, receive: Receive) -> None:
    request_id = receive()
    for after, by_id in enumerate((desk.dpo.pk, desk.clerk.pk)):
        day = TODAY + after * 5 * DAY
        _doubt(request_id, by_id, "Underskriften er en anden.", today=day)
        actions_identity.note_identity_seen(
            request_id=request_id, note="Pas; foto passer", by_id=desk.billing.pk, now=LATER, today=day + 4 * DAY
        )
    for by_id in (desk.dpo.pk, desk.clerk.pk, desk.billing.pk):
        with pytest.raises(RequestRefused, match="en kollega"):
            _doubt(request_id, by_id, "Endnu en gang.", today=TODAY + 10 * DAY)
    assert Request.objects.get(pk=request_id).paused_days == 8


def test_the_database_stops_no_clock_without_a_new_doubt(desk: World, receive: Receive) -> None:
    request_id = receive(settled=True)
    asked = {"request_id": request_id, "kind": StepKind.IDENTITY_ASKED, "at": LATER}
    stopped = {"state": State.IDENTITY_ASKED, "paused_since_date": TODAY, "identity_settled_at": None}
    row = Request.objects.filter(pk=request_id)
    for wrong, write in (
        ("rights_request_step_doubt", lambda: RequestStep.objects.create(text=" ", by=desk.clerk, **asked)),
        ("rights_request_step_doubt", lambda: RequestStep.objects.create(text="Program.", by=None, **asked)),
        ("rights_request_step_new_doubt", lambda: RequestStep.objects.create(text="Igen.", by=desk.dpo, **asked)),
        ("rights_request_stops_for_doubt", lambda: row.update(version=F("version") + 1, identity_way=None, **stopped)),
        ("rights_request_paused_days", lambda: row.update(version=F("version") + 1, paused_days=30)),
    ):
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            write()
        assert refusal.value.__cause__.diag.constraint_name == wrong
    _doubt(request_id, desk.clerk.pk, "Underskriften er en anden.")
    with pytest.raises(IntegrityError, match="stands already"), transaction.atomic():
        row.update(version=F("version") + 1, paused_since_date=TODAY + DAY)


def test_authority_is_noted_in_words(desk: World, receive: Receive) -> None:
    request_id = receive()
    seen = {"request_id": request_id, "by_id": desk.dpo.pk, "now": LATER}
    with pytest.raises(RequestRefused, match="nummer"):
        actions_identity.note_authority_seen(on_behalf=OnBehalf.WARD, note="Værgebeskikkelse 20261234", **seen)
    actions_identity.note_authority_seen(on_behalf=OnBehalf.WARD, note="Værgebeskikkelse fra Familieretshuset", **seen)
    assert Request.objects.get(pk=request_id).on_behalf == OnBehalf.WARD


def test_a_code_for_a_closed_request_is_refused(desk: World, receive: Receive) -> None:
    request_id = receive()
    code = _code(desk, request_id)
    actions.withdraw(request_id=request_id, by_id=None, now=LATER, today=TODAY)
    with pytest.raises(RequestRefused, match="afsluttet"), transaction.atomic():
        _try(request_id, code)

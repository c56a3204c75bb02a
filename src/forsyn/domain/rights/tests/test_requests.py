"""Requests from receipt to answer, their record, and what the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from forsyn.domain.rights import actions, actions_answers, queries
from forsyn.domain.rights.actions import Attachment
from forsyn.domain.rights.models import Request, RequestDocument, RequestPlan, RequestStep
from forsyn.domain.rights.rules import (
    DocumentKind,
    Due,
    Intake,
    OnBehalf,
    Outcome,
    RefusalGround,
    RequestRefused,
    State,
    StepKind,
)
from forsyn.domain.rights.tests.conftest import LATER
from forsyn.domain.rights.words import WordsOfRequest
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose, rules
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Right
from tests.world import World

TODAY = LATER.date()
LETTER = Attachment("svar.pdf", "application/pdf", 4, b"%PDF")
PLAN = {"steps": [{"table": "correspondence_note", "rows": 2}]}
Receive = Callable[..., int]


def _steps(request_id: int) -> list[str]:
    return list(RequestStep.objects.filter(request_id=request_id).order_by("pk").values_list("kind", flat=True))


def _planned(request_id: int, by_id: int) -> int:
    return actions_answers.record_plan(request_id=request_id, plan=PLAN, made_by_id=by_id, now=LATER)


def _answer(request_id: int, by_id: int | None, **more: object) -> None:
    facts = {"outcome": Outcome.GRANTED, "letter": LETTER, "disclosure_id": None, "now": LATER, "today": TODAY}
    actions_answers.answer(request_id=request_id, by_id=by_id, **(facts | more))


def test_a_request_has_its_limit_and_its_number_from_receipt(receive: Receive) -> None:
    request = Request.objects.get(pk=receive(received_at=datetime(2026, 9, 30, 22, 30, tzinfo=UTC)))
    assert request.received_date == date(2026, 10, 1)  # after midnight in Copenhagen
    assert request.deadline_date == request.first_deadline_date == date(2026, 11, 2)  # 1 November is a Sunday
    assert request.number == f"P-2026-{request.pk:05d}"
    assert request.state == State.RECEIVED


def test_the_whole_way_is_on_the_record(desk: World, receive: Receive) -> None:
    request_id = receive(settled=True)
    actions.claim(request_id=request_id, by_id=desk.dpo.pk, now=LATER)
    plan_id = _planned(request_id, desk.dpo.pk)
    actions.withhold(
        request_id=request_id, item="correspondence_note:7", reason="Handler om en nabo.", by_id=desk.dpo.pk, now=LATER
    )
    actions_answers.record_carried_out(plan_id=plan_id, counts={"notes": 2}, by_id=desk.dpo.pk, now=LATER)
    _answer(request_id, desk.dpo.pk)
    view = queries.request(request_id=request_id, today=TODAY)
    assert [step.kind for step in view.steps] == [
        StepKind.RECEIVED,
        StepKind.IDENTITY_SETTLED,
        StepKind.ASSIGNED,
        StepKind.PLANNED,
        StepKind.WITHHELD,
        StepKind.CARRIED_OUT,
        StepKind.ANSWERED,
    ]
    assert {step.by for step in view.steps} == {"Dina Databeskytter"}
    assert view.row.state == State.ANSWERED
    assert view.line.due is Due.CLOSED
    assert view.plan is not None
    assert view.plan.counts == {"notes": 2}
    assert view.plan.fingerprint == actions_answers.fingerprint(PLAN)
    assert [each.kind for each in view.documents] == [DocumentKind.ANSWER]
    assert queries.document(document_id=view.documents[0].id)[1] == b"%PDF"


def test_kept_files_are_sealed_and_those_left_out_say_why(receive: Receive) -> None:
    big = Attachment("film.mov", "video/quicktime", 50_000_000, None, "Filen er for stor; den ligger i postkassen.")
    request_id = receive(attachments=[LETTER, big])
    kept, left_out = RequestDocument.objects.filter(request_id=request_id).order_by("pk")
    assert b"%PDF" not in bytes(kept.sealed)
    assert (left_out.sealed, left_out.byte_count, left_out.not_kept) == (None, 50_000_000, big.not_kept)


def test_the_same_mail_is_one_request(receive: Receive) -> None:
    digest = b"\x01" * 32
    first = receive(channel=Intake.EMAIL, message_sha256=digest)
    assert receive(channel=Intake.EMAIL, message_sha256=digest) == first
    assert _steps(first) == [StepKind.RECEIVED]


def test_numbers_in_the_wish_are_not_kept(receive: Receive) -> None:
    request_id = receive(said=WordsOfRequest(wish="Mit CPR-nummer er 010190-1234."))
    assert "1234" not in Request.objects.get(pk=request_id).wish
    assert "1 CPR-nummer" in RequestStep.objects.get(request_id=request_id).text


def test_nothing_is_planned_or_answered_before_it_is_settled_who_asks(desk: World, receive: Receive) -> None:
    request_id = receive()
    with pytest.raises(RequestRefused, match="hvem der spørger"):
        _planned(request_id, desk.dpo.pk)
    with pytest.raises(RequestRefused, match="hvem der spørger"):
        _answer(request_id, desk.dpo.pk, outcome=Outcome.NOTHING_HELD)


def test_nothing_is_answered_for_another_without_proof(desk: World, receive: Receive) -> None:
    request_id = receive(settled=True, on_behalf=OnBehalf.ATTORNEY)
    with pytest.raises(RequestRefused, match="på vegne af en anden"):
        _planned(request_id, desk.dpo.pk)


def test_a_complaint_needs_neither_identity_nor_plan(desk: World, receive: Receive) -> None:
    request_id = receive(right=Right.COMPLAINT)
    assert Request.objects.get(pk=request_id).state == State.OPEN
    with pytest.raises(RequestRefused, match="klage afvises ikke"):
        actions_answers.refuse(
            request_id=request_id,
            ground=RefusalGround.UNFOUNDED,
            letter=LETTER,
            disclosure_id=None,
            by_id=desk.dpo.pk,
            now=LATER,
            today=TODAY,
        )
    _answer(request_id, desk.dpo.pk)
    assert Request.objects.get(pk=request_id).state == State.ANSWERED


def test_a_request_is_read_before_it_is_answered(desk: World, receive: Receive) -> None:
    request_id = receive(right=None, settled=True)
    with pytest.raises(RequestRefused, match="Læs først"):
        _planned(request_id, desk.dpo.pk)
    actions.read_right(request_id=request_id, right=Right.ERASURE, by_id=desk.dpo.pk, now=LATER)
    _planned(request_id, desk.dpo.pk)
    with pytest.raises(RequestRefused, match="allerede lagt en plan"):
        actions.read_right(request_id=request_id, right=Right.ACCESS, by_id=desk.dpo.pk, now=LATER)


def test_a_plan_waits_alone_is_read_and_is_carried_out_once(desk: World, receive: Receive) -> None:
    request_id = receive(settled=True, right=Right.ERASURE)
    former = _planned(request_id, desk.dpo.pk)
    plan_id = actions_answers.record_plan(request_id=request_id, plan={"steps": []}, made_by_id=desk.dpo.pk, now=LATER)
    carry_out = actions_answers.record_carried_out
    with pytest.raises(RequestRefused, match="lagt væk"):
        carry_out(plan_id=former, counts={}, by_id=desk.dpo.pk, now=LATER)
    with pytest.raises(RequestRefused, match="en anden end"):
        carry_out(plan_id=plan_id, counts={}, by_id=desk.dpo.pk, now=LATER, expected_fingerprint="0" * 64)
    with pytest.raises(RequestRefused, match="medarbejder"):
        carry_out(plan_id=plan_id, counts={}, by_id=None, now=LATER)
    with pytest.raises(RequestRefused, match="ikke er ført ud i livet"):
        _answer(request_id, desk.dpo.pk)
    carry_out(plan_id=plan_id, counts={"rows": 1}, by_id=desk.dpo.pk, now=LATER)
    with pytest.raises(RequestRefused, match="allerede ført ud"):
        carry_out(plan_id=plan_id, counts={}, by_id=desk.dpo.pk, now=LATER)
    _answer(request_id, desk.dpo.pk)


def test_a_plan_that_is_dropped_opens_the_request_again(desk: World, receive: Receive) -> None:
    request_id = receive(settled=True)
    _planned(request_id, desk.dpo.pk)
    actions_answers.drop_plan(request_id=request_id, by_id=desk.dpo.pk, now=LATER)
    assert Request.objects.get(pk=request_id).state == State.OPEN
    with pytest.raises(RequestRefused, match="Læg en plan"):
        _answer(request_id, desk.dpo.pk)


def test_the_second_of_two_clerks_gets_a_sentence_and_nothing_is_lost(desk: World, receive: Receive) -> None:
    request_id = receive()
    seen = Request.objects.get(pk=request_id).version
    actions.claim(request_id=request_id, by_id=desk.dpo.pk, now=LATER, version=seen)
    with pytest.raises(RequestRefused, match="En anden har arbejdet"):
        actions.read_right(request_id=request_id, right=Right.ERASURE, by_id=desk.clerk.pk, now=LATER, version=seen)
    with pytest.raises(RequestRefused, match="kollega arbejder allerede"):
        actions.claim(request_id=request_id, by_id=desk.clerk.pk, now=LATER)
    actions.claim(request_id=request_id, by_id=desk.clerk.pk, now=LATER, take_over=True)
    assert Request.objects.get(pk=request_id).assigned_to_id == desk.clerk.pk
    assert _steps(request_id).count(StepKind.ASSIGNED) == 2


def test_an_extension_is_told_in_time_and_comes_once(desk: World, receive: Receive) -> None:
    request_id = receive(received_at=datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
    facts = {"request_id": request_id, "letter": LETTER, "disclosure_id": None, "by_id": desk.dpo.pk}
    first = date(2026, 10, 1)
    late = datetime(2026, 10, 2, 8, 0, tzinfo=UTC)
    with pytest.raises(RequestRefused, match="overskredet"):
        actions_answers.extend(reason="Mange målere.", now=late, today=late.date(), **facts)
    with pytest.raises(RequestRefused, match="begrundelse"):
        actions_answers.extend(reason=" ", now=late - timedelta(days=1), today=first, **facts)
    until = actions_answers.extend(reason="Mange målere.", now=late - timedelta(days=1), today=first, **facts)
    assert until == date(2026, 12, 1)
    with pytest.raises(RequestRefused, match="kun ske én gang"):
        actions_answers.extend(reason="Endnu flere.", now=late - timedelta(days=1), today=first, **facts)
    assert Request.objects.get(pk=request_id).deadline_date == until


def test_a_closed_request_does_not_change_but_can_be_noted_on(desk: World, receive: Receive) -> None:
    request_id = receive()
    actions.withdraw(request_id=request_id, by_id=None, now=LATER, today=TODAY, text="Trukket tilbage i telefonen.")
    with pytest.raises(RequestRefused, match="afsluttet"):
        actions.claim(request_id=request_id, by_id=desk.dpo.pk, now=LATER)
    actions.add_note(request_id=request_id, text="Ringede og takkede.", by_id=desk.dpo.pk, now=LATER)
    assert _steps(request_id) == [StepKind.RECEIVED, StepKind.WITHDRAWN, StepKind.NOTED]


def test_a_refusal_to_a_stranger_tells_nothing(desk: World, receive: Receive) -> None:
    request_id = receive()
    refuse = {"letter": LETTER, "disclosure_id": None, "by_id": desk.dpo.pk, "now": LATER, "today": TODAY}
    with pytest.raises(RequestRefused, match="kunne fortælle noget"):
        actions_answers.refuse(request_id=request_id, ground=RefusalGround.REQUIRED_BY_LAW, **refuse)
    actions_answers.refuse(request_id=request_id, ground=RefusalGround.UNIDENTIFIED, **refuse)
    assert Request.objects.get(pk=request_id).state == State.REFUSED


# -- the queue -----------------------------------------------------------------------------------------------------


def test_the_queue_begins_with_what_is_late(
    desk: World, receive: Receive, django_assert_num_queries: Callable[..., object]
) -> None:
    today = date(2026, 11, 3)
    ages = {40: Due.OVERDUE, 60: Due.OVERDUE, 27: Due.SOON, 2: Due.IN_TIME}
    made = {receive(received_at=LATER - timedelta(days=days)): due for days, due in ages.items()}
    actions.withdraw(request_id=receive(), by_id=None, now=LATER, today=TODAY)
    actions.claim(request_id=min(made), by_id=desk.dpo.pk, now=LATER)
    with django_assert_num_queries(3):
        lines = queries.queue(today=today)
    assert [line.due for line in lines] == [Due.OVERDUE, Due.OVERDUE, Due.SOON, Due.IN_TIME]
    assert [made[line.id] for line in lines] == [line.due for line in lines]
    assert lines[0].deadline_date < lines[1].deadline_date
    assert lines[0].days_left is not None
    assert lines[0].days_left < 0
    assert lines[0].customer_ids == (desk.anna.customer_id,)
    with django_assert_num_queries(1):
        counts = queries.counts(today=today)
    assert (counts.overdue, counts.soon, counts.in_time, counts.stopped, counts.urgent) == (2, 1, 1, 0, 3)
    assert (counts.unclaimed, counts.unread) == (3, 0)
    assert counts.next_deadline_date == lines[0].deadline_date
    assert len(queries.closed(today=today)) == 1


def test_a_request_is_found_by_its_number_as_typed(receive: Receive) -> None:
    request_id = receive()
    number = Request.objects.get(pk=request_id).number
    assert queries.request_id_of(number=number.lower()) == request_id
    assert queries.request_id_of(number=number.replace("2026", "2025")) is None
    assert queries.request_id_of(number="nonsens") is None


# -- what the database itself refuses ------------------------------------------------------------------------------


def _refused(constraint: str, statement: str, *values: object) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    diagnosis = error.value.__cause__.diag  # type: ignore[union-attr]
    assert constraint in (diagnosis.constraint_name or diagnosis.message_primary)


def test_the_record_and_the_letters_are_never_rewritten(receive: Receive) -> None:
    request_id = receive(attachments=[LETTER])
    with connection.cursor() as cursor:  # not even by the owner, let alone the privacy desk
        cursor.execute("select set_config('role', %s, true)", [settings.INSTANCE.owner_role])
    for table in ("step", "document"):
        _refused(
            "is a record",
            f"update rights_request_{table} set request_id = request_id where request_id = %s",
            request_id,
        )


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("rights_request_version", "wish = 'anden'"),
        ("rights_request_move", "state = 'answered', closed_at = now(), outcome = 'granted', version = 9"),
        (
            "rights_request_identity_first",
            "state = 'open', version = 9; update rights_request set state = 'planned', version = 10",
        ),
        ("how it came does not change", "received_at = received_at - interval '1 day', version = 9"),
        ("rights_request_closed_at", "state = 'withdrawn', version = 9"),
        ("rights_request_deadlines", "deadline_date = deadline_date + 30, version = 9"),
        (
            "rights_request_limits",
            "first_deadline_date = first_deadline_date + 9, deadline_date = deadline_date + 9, version = 9",
        ),
        ("rights_request_letter", "state = 'refused', closed_at = now(), refusal_ground = 'unidentified', version = 9"),
    ],
)
def test_no_state_and_no_limit_without_what_it_needs(receive: Receive, constraint: str, change: str) -> None:
    receive()
    _refused(constraint, f"update rights_request set {change}")


def test_a_closed_request_stays_closed_for_the_database_too(receive: Receive) -> None:
    actions.withdraw(request_id=receive(), by_id=None, now=LATER, today=TODAY)
    _refused("rights_request_closed", "update rights_request set state = 'open', closed_at = null, version = 9")


def test_a_plan_is_not_rewritten(desk: World, receive: Receive) -> None:
    plan_id = _planned(receive(settled=True), desk.dpo.pk)
    _refused("rights_request_plan_once", "update rights_request_plan set plan = '{}' where id = %s", plan_id)
    actions_answers.record_carried_out(plan_id=plan_id, counts={}, by_id=desk.dpo.pk, now=LATER)
    _refused("rights_request_plan_once", "update rights_request_plan set counts = '{}' where id = %s", plan_id)
    assert RequestPlan.objects.get(pk=plan_id).plan == PLAN


# -- who may -------------------------------------------------------------------------------------------------------


def test_only_the_privacy_desk_reads_requests(world: World, receive: Receive) -> None:
    receive()
    for work in (P.CUSTOMER_SERVICE, P.SETTLEMENT, P.METERING):
        with pytest.raises(PurposeViolation), transaction.atomic(), purpose(work, actor=world.clerk.pk):
            list(Request.objects.values_list("state"))


def test_no_other_purpose_learns_that_somebody_asked() -> None:
    """Not even which customers have a request: of these tables nothing is readable, keys included."""
    readers = {
        purpose for purpose, table, allowed in rules().matrix.cells() if table.startswith("rights_") and allowed.select
    }
    assert readers == {"privacy_rights", "retention", "self_service"}

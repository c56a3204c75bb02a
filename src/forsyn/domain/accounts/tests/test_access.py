"""Access asked for, granted, reviewed and ended; and what the database refuses whoever asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection, transaction

from forsyn.domain.accounts import access_queries, actions, actions_access
from forsyn.domain.accounts.access_queries import State
from forsyn.domain.accounts.models import (
    AccessRequest,
    Account,
    Colleague,
    ConfidentialityAgreement,
    ExternalStaff,
    StaffRole,
)
from forsyn.domain.accounts.queries import roles_of
from forsyn.domain.accounts.rules import AccessRefused, Refusal, Term
from forsyn.policy.periods import Period
from forsyn.policy.policy import StaffRole as DeclaredRole
from forsyn.policy.policy import Text

pytestmark = pytest.mark.django_db
TODAY, NOW = date(2026, 11, 2), datetime(2026, 11, 2, 9, tzinfo=UTC)
IN_100_DAYS = TODAY + timedelta(days=100)
FAR = date(2098, 1, 1)
"""Beyond the clock of any machine that runs this."""
WORDS = Text("Rolle", "Role")
DECIDERS = frozenset({"dpo"})


def declared(key: str = "clerk", longest: str = "P1Y", *, external: bool = False) -> DeclaredRole:
    half = Period.parse("P6M")
    return DeclaredRole(key, 1, {}, (), WORDS, WORDS, ("customer_service",), half, Period.parse(longest), external)


def make(name: str, *roles: str) -> int:
    email = f"{name.casefold()}@nordby.example"
    return actions.create_staff(email=email, name=name, roles=roles, first_date=TODAY, now=NOW)


@pytest.fixture
def karla() -> int:
    return make("Karla")


@pytest.fixture
def dina() -> int:
    return make("Dina", "dpo")


@pytest.fixture
def erik() -> int:
    """Somebody from another company."""
    return actions.create_external(email="erik@fjernbit.example", name="Erik", employer="Fjernbit ApS", now=NOW)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def ask(account_id: int, role: DeclaredRole | None = None, until: date = IN_100_DAYS) -> int:
    return actions_access.request_access(
        account_id=account_id,
        role=role or declared(),
        term=Term(TODAY, until),
        reason="Tager telefonen.",
        now=NOW,
        today=TODAY,
    )


def grant(request_id: int, by: int, role: DeclaredRole | None = None, until: date = IN_100_DAYS) -> int:
    return actions_access.grant_request(
        request_id=request_id,
        decided_by_id=by,
        deciders=DECIDERS,
        role=role or declared(),
        term=Term(TODAY, until),
        answer="",
        now=NOW,
        today=TODAY,
    )


def review(role_id: int, by: int, today: date) -> date:
    return actions_access.review_role(
        role_id=role_id, reviewed_by_id=by, deciders=DECIDERS, role=declared(), now=NOW, today=today
    )


def end(role_id: int, by: int, today: date = TODAY) -> None:
    actions_access.end_access(
        role_id=role_id, ended_by_id=by, deciders=DECIDERS, reason="Andre opgaver.", now=NOW, today=today
    )


def sign(account_id: int, until: date = FAR, *, first: date = TODAY, today: date = TODAY) -> int:
    return actions_access.register_agreement(
        account_id=account_id,
        document=b"%PDF-1.7 tavshed",
        document_name="tavshed.pdf",
        signed_date=min(first, today),
        term=Term(first, until),
        registered_by_id=None,
        now=NOW,
        today=today,
    )


def refused(error: pytest.ExceptionInfo[AccessRefused]) -> Refusal:
    return error.value.refusal


def test_what_another_person_grants_counts_for_its_time(karla: int, dina: int) -> None:
    given = grant(ask(karla), dina, until=days(50))
    counts = {day: roles_of(account_id=karla, today=days(day)) for day in (-1, 0, 49, 50)}
    assert counts == {-1: frozenset(), 0: {"clerk"}, 49: {"clerk"}, 50: frozenset()}
    row = StaffRole.objects.get(pk=given)
    assert (row.granted_by_id, row.reason, row.request.granted) == (dina, "Tager telefonen.", True)


def test_nobody_grants_to_or_reviews_themselves(dina: int) -> None:
    asked = ask(dina)
    held = StaffRole.objects.get(account_id=dina).pk
    for attempt in (lambda: grant(asked, dina), lambda: review(held, dina, TODAY)):
        with pytest.raises(AccessRefused) as error:
            attempt()
        assert refused(error) is Refusal.OWN


def test_only_those_with_the_right_decide(karla: int) -> None:
    bo = make("Bo", "clerk")
    asked, held = ask(karla), StaffRole.objects.get(account_id=bo).pk
    for attempt in (lambda: grant(asked, bo), lambda: review(held, karla, TODAY), lambda: end(held, karla)):
        with pytest.raises(AccessRefused) as error:
            attempt()
        assert refused(error) is Refusal.MAY_NOT_DECIDE


def test_a_right_that_has_ended_decides_nothing(karla: int, dina: int) -> None:
    asked = ask(karla)
    actions.end_role(account_id=dina, role="dpo", until_date=TODAY, now=NOW)
    with pytest.raises(AccessRefused) as error:
        grant(asked, dina)
    assert refused(error) is Refusal.MAY_NOT_DECIDE


@pytest.mark.parametrize(
    ("until", "longest", "expected"),
    [(days(367), "P1Y", Refusal.TOO_LONG), (days(40), "P1M", Refusal.TOO_LONG), (TODAY, "P1Y", Refusal.BACKWARDS)],
)
def test_a_time_that_the_policy_does_not_grant(karla: int, until: date, longest: str, expected: Refusal) -> None:
    with pytest.raises(AccessRefused) as error:
        ask(karla, declared(longest=longest), until)
    assert refused(error) is expected


def test_the_one_who_grants_is_held_to_the_same_time(karla: int, dina: int) -> None:
    asked = ask(karla)
    with pytest.raises(AccessRefused) as error:
        grant(asked, dina, until=days(367))
    assert refused(error) is Refusal.TOO_LONG
    assert AccessRequest.objects.get(pk=asked).decided_at is None


def test_a_request_is_made_once_and_answered_once(karla: int, dina: int) -> None:
    asked = ask(karla)
    with pytest.raises(AccessRefused) as error:
        ask(karla)
    assert refused(error) is Refusal.ALREADY_ASKED
    grant(asked, dina)
    with pytest.raises(AccessRefused) as error:
        grant(asked, dina)
    assert refused(error) is Refusal.DECIDED
    with pytest.raises(AccessRefused) as error:
        ask(karla)
    assert refused(error) is Refusal.ALREADY_HELD


def test_a_refusal_has_an_answer(karla: int, dina: int) -> None:
    asked = ask(karla)
    refuse = {"request_id": asked, "decided_by_id": dina, "deciders": DECIDERS, "now": NOW, "today": TODAY}
    with pytest.raises(AccessRefused) as error:
        actions_access.refuse_request(answer=" ", **refuse)
    assert refused(error) is Refusal.REASON_MISSING
    actions_access.refuse_request(answer="Ikke nødvendigt.", **refuse)
    assert roles_of(account_id=karla, today=TODAY) == frozenset()
    assert ask(karla) != asked  # one may ask again


def test_a_role_that_is_not_reviewed_ends_by_itself(karla: int, dina: int) -> None:
    given = grant(ask(karla, until=days(365)), dina, until=days(365))
    due = StaffRole.objects.get(pk=given).review_date
    assert roles_of(account_id=karla, today=due) == {"clerk"}
    late = due + timedelta(days=1)
    assert roles_of(account_id=karla, today=late) == frozenset()
    [person] = access_queries.people(today=late, account_ids=[karla])
    assert [each.state for each in person.roles] == [State.UNREVIEWED]
    with pytest.raises(AccessRefused) as error:
        review(given, dina, late)
    assert refused(error) is Refusal.ENDED


def test_a_review_carries_a_role_on(karla: int, dina: int) -> None:
    given = grant(ask(karla, until=days(365)), dina, until=days(365))
    due = StaffRole.objects.get(pk=given).review_date
    assert review(given, dina, due) == days(364)
    assert roles_of(account_id=karla, today=days(364)) == {"clerk"}


def test_the_night_closes_what_was_not_reviewed_and_nothing_else(karla: int, dina: int) -> None:
    given = grant(ask(karla, until=days(365)), dina, until=days(365))
    late = StaffRole.objects.get(pk=given).review_date + timedelta(days=1)
    assert actions_access.end_unreviewed(now=NOW, today=late - timedelta(days=1)) == 0
    assert actions_access.end_unreviewed(now=NOW, today=late) == 1
    assert actions_access.end_unreviewed(now=NOW, today=late) == 0
    row = StaffRole.objects.get(pk=given)
    assert (row.period.upper, row.end_reason) == (late, actions_access.UNREVIEWED)
    assert StaffRole.objects.get(account_id=dina).ended_at is None
    assert actions_access.request_access(
        account_id=karla, role=declared(), term=Term(late, late + timedelta(9)), reason="Igen.", now=NOW, today=late
    )


@pytest.mark.parametrize("first", [-30, 0, 30])
def test_what_is_ended_counts_no_more_whenever_it_began(karla: int, dina: int, first: int) -> None:
    actions.give_role(account_id=karla, role="clerk", first_date=days(first), until_date=days(60), now=NOW)
    end(StaffRole.objects.get(account_id=karla).pk, dina)
    assert all(roles_of(account_id=karla, today=days(day)) == frozenset() for day in (0, 29, 30, 59))
    assert access_queries.people(today=TODAY, account_ids=[karla])[0].current == ()
    assert grant(ask(karla), dina)  # and it can be granted anew


def test_one_may_give_up_ones_own(dina: int) -> None:
    end(StaffRole.objects.get(account_id=dina).pk, dina)
    assert roles_of(account_id=dina, today=TODAY) == frozenset()


def test_a_closed_account_has_no_access(karla: int, dina: int) -> None:
    grant(ask(karla), dina)
    actions.deactivate(account_id=karla)
    assert roles_of(account_id=karla, today=TODAY) == frozenset()
    with pytest.raises(AccessRefused) as error:
        ask(karla, declared("billing"))
    assert refused(error) is Refusal.CLOSED


# -- people from other companies -----------------------------------------------------------------------------------


def test_an_external_is_closed_until_an_agreement_is_on_file(erik: int, dina: int) -> None:
    assert not Account.objects.get(pk=erik).is_active
    sign(erik, days(60))
    assert Account.objects.get(pk=erik).is_active
    with pytest.raises(AccessRefused) as error:
        ask(erik, declared("external_support", external=True), days(61))
    assert refused(error) is Refusal.NO_AGREEMENT
    grant(ask(erik, until=days(60)), dina, until=days(60))
    assert roles_of(account_id=erik, today=days(59)) == {"clerk"}


def test_an_agreement_renewed_without_a_gap_carries_an_access_across(erik: int) -> None:
    sign(erik, days(30))
    with pytest.raises(AccessRefused):
        ask(erik, until=days(60))
    sign(erik, days(90), first=days(30))
    assert ask(erik, until=days(60))


def test_expiry_closes_the_account(erik: int) -> None:
    sign(erik, days(30))
    assert actions_access.close_expired(today=days(29)) == []
    assert actions_access.close_expired(today=days(30)) == [erik]
    assert not Account.objects.get(pk=erik).is_active
    assert actions_access.close_expired(today=days(30)) == []


def test_agreements_are_for_externals_and_do_not_overlap(erik: int, karla: int) -> None:
    with pytest.raises(AccessRefused) as error:
        sign(karla)
    assert refused(error) is Refusal.NOT_EXTERNAL
    sign(erik, days(30))
    with pytest.raises(AccessRefused) as error:
        sign(erik, days(60), first=days(29))
    assert refused(error) is Refusal.AGREEMENT_OVERLAPS


def test_a_role_for_externals_is_not_for_ones_own_staff(karla: int) -> None:
    with pytest.raises(AccessRefused) as error:
        ask(karla, declared("external_support", external=True))
    assert refused(error) is Refusal.ROLE_FOR_EXTERNALS


# -- what the database refuses -------------------------------------------------------------------------------------


def violates(constraint: str, statement: str, *parameters: object) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    assert error.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


def test_the_database_lets_nobody_grant_to_or_review_themselves(karla: int, dina: int) -> None:
    given, own = grant(ask(karla), dina), ask(dina)
    violates(
        "accounts_staff_role_by_another",
        "update accounts_staff_role set granted_by_id = account_id where id = %s",
        given,
    )
    violates(
        "accounts_staff_role_reviewed_by_another",
        "update accounts_staff_role set reviewed_by_id = account_id, reviewed_at = now() where id = %s",
        given,
    )
    violates(
        "accounts_access_request_by_another",
        "update accounts_access_request set granted = true, decided_at = now(), decided_by_id = account_id"
        " where id = %s",
        own,
    )


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("accounts_staff_role_period", "period = daterange(lower(period), null)"),
        ("accounts_staff_role_reason", "reason = ' '"),
        ("accounts_staff_role_role", "role = 'emperor'"),
        ("accounts_staff_role_review", "review_date = lower(period) - 1"),
        ("accounts_staff_role_ended", "ended_at = now()"),
        ("accounts_staff_role_reviewed", "reviewed_by_id = granted_by_id"),
    ],
)
def test_the_database_keeps_access_within_bounds(karla: int, dina: int, constraint: str, change: str) -> None:
    given = grant(ask(karla), dina)
    violates(constraint, f"update accounts_staff_role set {change} where id = %s", given)


def test_the_database_gives_outsiders_nothing_beyond_their_agreement(erik: int, dina: int) -> None:
    def give() -> None:
        with transaction.atomic():
            StaffRole.objects.create(
                account_id=erik, role="clerk", period=(days(10), days(40)), reason="x", granted_at=NOW,
                granted_by_id=dina, review_date=days(20),
            )  # fmt: skip

    with pytest.raises(IntegrityError, match="goes beyond its confidentiality agreements"):
        give()
    violates("accounts_external_staff_open", "update accounts_account set is_active = true where id = %s", erik)
    paper = sign(erik)
    give()
    which = "accounts_confidentiality_agreement"
    violates("accounts_external_staff_agreement", f"delete from {which} where id = %s", paper)
    violates(
        "accounts_external_staff_agreement",
        f"update {which} set period = daterange(lower(period), lower(period) + 20) where id = %s",
        paper,
    )
    violates(
        "accounts_external_staff_agreement",
        "update accounts_staff_role set period = daterange(lower(period), '2099-01-01') where account_id = %s",
        erik,
    )


def test_the_database_lets_nobody_become_an_outsider_with_open_access(karla: int, dina: int) -> None:
    grant(ask(karla), dina)
    violates(
        "accounts_external_staff_agreement",
        "insert into accounts_external_staff (account_id, employer) values (%s, 'Fjernbit ApS')",
        karla,
    )


def test_the_database_gives_no_customer_an_employer() -> None:
    anna = actions.create_customer_account(email="anna@kunde.example", name="Anna Prøvesen", now=NOW)
    violates(
        "accounts_external_staff_kind",
        "insert into accounts_external_staff (account_id, employer) values (%s, 'Fjernbit ApS')",
        anna,
    )


def test_the_database_keeps_the_paper_that_was_signed(erik: int) -> None:
    paper = sign(erik)
    row = ConfidentialityAgreement.objects.get(pk=paper)
    assert row.sha256 == sha256(bytes(row.document)).hexdigest()
    violates(
        "accounts_confidentiality_document",
        "update accounts_confidentiality_agreement set document = 'forged' where id = %s",
        paper,
    )


# -- reading -------------------------------------------------------------------------------------------------------


def test_colleagues_are_staff_by_name_and_nobody_else(karla: int, erik: int) -> None:
    actions.create_customer_account(email="anna@kunde.example", name="Anna Prøvesen", now=NOW)
    assert set(Colleague.objects.values_list("id", "name")) == {(karla, "Karla"), (erik, "Erik")}


def test_reading_takes_the_same_queries_however_many_there_are(
    karla: int, dina: int, erik: int, django_assert_num_queries: object
) -> None:
    sign(erik)
    grant(ask(karla), dina)
    ask(karla, declared("billing"))
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert roles_of(account_id=karla, today=TODAY) == {"clerk"}
    with django_assert_num_queries(3):  # type: ignore[operator]
        found = access_queries.people(today=TODAY)
        assert [(each.account.name, each.employer, len(each.roles)) for each in found] == [
            ("Dina", None, 1),
            ("Erik", "Fjernbit ApS", 0),
            ("Karla", None, 1),
        ]
        assert found[2].roles[0].role.granted_by_name == "Dina"
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [asked.account.name for asked in access_queries.open_requests()] == ["Karla"]


def test_a_review_is_named_two_weeks_ahead_and_only_while_it_matters(karla: int, dina: int) -> None:
    given = grant(ask(karla, until=days(365)), dina, until=days(365))
    short = make("Bo")
    actions.give_role(account_id=short, role="clerk", first_date=TODAY, until_date=days(10), now=NOW)
    due = StaffRole.objects.get(pk=given).review_date
    named = {
        day: [row.pk for row in access_queries.due_reviews(today=due + timedelta(days=day))] for day in (-15, -14, 0, 1)
    }
    assert named == {-15: [], -14: [given], 0: [given], 1: [given]}
    assert access_queries.due_reviews(today=TODAY) == []


def test_externals_belong_to_a_company(erik: int) -> None:
    assert ExternalStaff.objects.get(pk=erik).employer == "Fjernbit ApS"

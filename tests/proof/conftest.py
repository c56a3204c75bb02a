"""A world with something of everything that claims speak of, made once; each test changes it and leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from forsyn.domain.accountability import actions, actions_persons
from forsyn.domain.accountability.actions_persons import Search
from forsyn.domain.accountability.assessment_rules import BALANCING, basis, must_balance
from forsyn.domain.accountability.breach_models import Risk, SearchKind
from forsyn.domain.accountability.models import Assessment
from forsyn.domain.accountability.rules import Reported
from forsyn.domain.safeguards.actions_log import record, seal
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.policy import Policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import PersonGroup
from forsyn.workflows import breaches
from forsyn.workflows.declarations import current_policy
from tests.world import World, build_world

FURNISH = """
-- accesses of staff as long as the policy gives them
update accounts_staff_role set period = daterange('2026-10-01', '2027-03-01'), review_date = '2026-12-01',
                               granted_at = '2026-10-01';
-- Anna has agreed to e-Boks, and has a number; Gorm is being handed over, and has one
insert into safeguards_consent (customer_id, consent, text_version, text, language, channel, given_at)
values (%(anna)s, 'cpr_eboks', '1.0', %(cpr_eboks)s, 'da', 'portal', '2026-10-01'),
       (%(gorm)s, 'newsletter', '1.0', %(newsletter)s, 'da', 'portal', '2026-10-01');
insert into safeguards_consent (customer_id, consent, text_version, text, language, channel, given_at, proof,
                                proof_name, proof_type)
values (%(anna)s, 'health_notice', '1.0', %(health_notice)s, 'da', 'letter', '2026-10-01', '\\x00',
        'paper.pdf', 'application/pdf');
insert into sensitive_hand_over (customer_id, claim, opened_at) values (%(gorm)s, 'K-1', '2026-10-01');
insert into sensitive_cpr (id, customer_id, sealed, sealing_key, source, recorded_at, review_date, lookup, lookup_key)
select gen_random_uuid(), who, decode(repeat('00', 64), 'hex'), 'key', 'person', '2026-10-01', '2027-10-01',
       decode(repeat('00', 32), 'hex'), 'key' from unnest(array[%(anna)s, %(gorm)s]) as who;
insert into sensitive_health_notice (id, customer_id, sealed, sealing_key, source, recorded_at, review_date, consent_id)
select gen_random_uuid(), customer_id, decode(repeat('00', 64), 'hex'), 'key', 'person', '2026-10-01', '2027-03-01', id
  from safeguards_consent where consent = 'health_notice';
insert into sensitive_offence (id, customer_id, sealed, sealing_key, source, recorded_at, review_date)
values (gen_random_uuid(), %(bo)s, decode(repeat('00', 64), 'hex'), 'key', 'utility', '2026-10-01', '2026-12-01');
-- Bo is restricted, Birgit objects to surveys
insert into safeguards_restriction (customer_id, ground, reason, began_at, recorded_by_id)
values (%(bo)s, 'accuracy', 'wrong name', '2026-10-01', %(dpo)s);
insert into safeguards_objection (customer_id, purpose, reason, made_at, decision)
values (%(birgit)s, 'satisfaction_surveys', '', '2026-10-01', '');
-- a letter left by the printer, and a claim went to the debt authority
insert into safeguards_disclosure (at, purpose, recipient, role, agreement_id, categories, countries, ground, statute,
                                   channel, to_person, person_count, payload_sha256, payload_bytes, state)
select '2026-10-02', 'settlement', agreed.recipient, 'processor', agreed.id, '{name,address}', '{DK}', '', '', 'post',
       true, 1, '\\x00', 10, 'delivered'
  from safeguards_recipient_agreement as agreed where recipient = 'print_and_post';
insert into safeguards_disclosure (at, purpose, recipient, role, categories, countries, ground, statute, channel,
                                   to_person, person_count, payload_sha256, payload_bytes, state)
values ('2026-10-02', 'debt_hand_over', 'debt_authority', 'public_authority', '{name,arrears}', '{DK}', '',
        'gældsinddrivelsesloven', 'file', false, 1, '\\x00', 10, 'delivered');
-- somebody is signed in
insert into accounts_session (session_key, session_data, expire_date, account_id)
values ('somebody', '', '2026-11-02 12:00+00', %(dpo)s);
set constraints all immediate;
set constraints all deferred;
"""


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    """Everything as it should be, for all tests of a module."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        world = build_world()
        with connection.cursor() as cursor:
            cursor.execute(FURNISH, ids(world) | texts())
        _look_at(world)
        balance(current_policy(), account_id=world.dpo.pk)
        _handle_a_breach(world)
        with connection.cursor() as cursor:  # a table with checks that wait cannot be altered by a mutation
            cursor.execute("set constraints all immediate; set constraints all deferred")
        yield world
        transaction.set_rollback(True)


def _look_at(world: World) -> None:
    """The clerk has looked at Anna, and the log is sealed."""
    with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.pk):
        for aspect in (Aspect.CUSTOMER_FILE, Aspect.SUPPLY_POINT):
            record(kind=AccessKind.LOOK, aspect=aspect, customer_ids=[world.anna.customer_id])
    with purpose(P.SECURITY, actor=None):
        assert seal(now=world.now, patience_seconds=0).rows


def texts() -> dict[str, str]:
    """What somebody says yes to, by consent."""
    return {key: consent.explanation.da for key, consent in current_policy().consents.items()}


def balance(policy: Policy, *, account_id: int) -> None:
    """Each legitimate interest of a policy has been weighed."""
    Assessment.objects.bulk_create(
        Assessment(
            kind=BALANCING,
            purpose=one.key,
            version=1,
            texts={},
            basis=basis(one),
            written_at=datetime(2026, 10, 1, tzinfo=UTC),
            author_id=account_id,
            decision="carry_on",
            decision_reason="It weighs more.",
            decided_at=datetime(2026, 10, 1, tzinfo=UTC),
            decided_by_id=account_id,
            review_date=date(2027, 6, 1),
        )
        for one in must_balance(policy)
    )


def _handle_a_breach(world: World) -> None:
    """A breach with high risk touched Anna, who was told of it within the hour."""
    by, now = world.dpo.pk, world.now - timedelta(days=10)
    with purpose(P.PRIVACY_RIGHTS, actor=by):
        reported = Reported(
            "A lost list", "A list was lost.", now, True, False, False, ("name",), (PersonGroup.CUSTOMER,)
        )
        breach_id = actions.register(policy=current_policy(), reported=reported, registered_by_id=by, now=now)
        search = Search(SearchKind.NUMBERS, numbers=(world.anna.number,))
        actions_persons.find(breach_id=breach_id, search=search, by_id=by, now=now)
        actions.assess(breach_id=breach_id, risk=Risk.HIGH, reason="names", by_id=by, now=now)
        actions_persons.write_letter(breach_id=breach_id, danish="Vi tabte en liste.", english="", by_id=by, now=now)
        actions_persons.release_letters(breach_id=breach_id, by_id=by, now=now)
        assert breaches.tell_by_mail(breach_id=breach_id, actor=by, now=now) == 1
        notice_id = breaches.prepare_notice(breach_id=breach_id, final=True, actor=by, now=now)
        breaches.mark_sent(notice_id=notice_id, sent_at=now, late_reason="", receipt="1", actor=by, now=now)
        actions.close(breach_id=breach_id, lessons="", by_id=by, now=now)


def ids(world: World) -> dict[str, int]:
    """Whom statements name."""
    customers = {name: getattr(world, name).customer_id for name in ("anna", "bo", "birgit", "gorm", "freja")}
    return customers | {"dpo": world.dpo.pk, "clerk": world.clerk.pk}


@pytest.fixture
def kept_world(standing: World) -> Iterator[World]:
    """The same for one test, whatever the test does to it."""
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)

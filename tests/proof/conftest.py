"""A world with something of everything that claims speak of, made once; each test changes it and leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from forsyn.domain.safeguards.actions_log import record, seal
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.domain.safeguards.purposes import purpose
from forsyn.policy.purposes import P
from tests.world import World, build_world

FURNISH = """
-- accesses of staff as long as the policy gives them
update accounts_staff_role set period = daterange('2026-10-01', '2027-03-01'), review_date = '2026-12-01',
                               granted_at = '2026-10-01';
-- Anna has agreed to e-Boks, and has a number; Gorm is being handed over, and has one
insert into safeguards_consent (customer_id, consent, text_version, text, language, channel, given_at)
values (%(anna)s, 'cpr_eboks', '1.0', 'text', 'da', 'portal', '2026-10-01'),
       (%(gorm)s, 'newsletter', '1.0', 'text', 'da', 'portal', '2026-10-01');
insert into safeguards_consent (customer_id, consent, text_version, text, language, channel, given_at, proof,
                                proof_name, proof_type)
values (%(anna)s, 'health_notice', '1.0', 'text', 'da', 'letter', '2026-10-01', '\\x00',
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
            cursor.execute(FURNISH, ids(world))
        _look_at(world)
        yield world
        transaction.set_rollback(True)


def _look_at(world: World) -> None:
    """The clerk has looked at Anna, and the log is sealed."""
    with purpose(P.CUSTOMER_SERVICE, actor=world.clerk.pk):
        for aspect in (Aspect.CUSTOMER_FILE, Aspect.SUPPLY_POINT):
            record(kind=AccessKind.LOOK, aspect=aspect, customer_ids=[world.anna.customer_id])
    with purpose(P.SECURITY, actor=None):
        assert seal(now=world.now, patience_seconds=0).rows


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

"""The supplier's promises, tried on a database under the supplier's policy: kept as it stands, broken one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from forsyn.config.embedded_postgres import SUPERUSER
from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Account
from forsyn.domain.safeguards.purposes import rules
from forsyn.policy.proof import Outcome
from forsyn.workflows import enforcement
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.migrate import migrate
from forsyn.workflows.proof.prove import Proof, prove
from tests.proof.conftest import balance
from tests.world import agree_with_processors

TODAY, NOW = date(2026, 11, 2), datetime(2026, 11, 2, 9, tzinfo=UTC)
KEPT = {f"SV-{number:02}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 23, 24, 25)}
FURNISH = """
insert into customers_customer (number, kind, language, source, recorded_at)
select number::text, 'person', 'da', 'employer', now() from generate_series(1, 3) as number;
insert into customers_contact_point (customer_id, kind, value, period, source, recorded_at)
select id, way, 'value', daterange('2026-01-01', null), 'person', now()
  from customers_customer cross join unnest(array['email', 'mobile']) as way;
insert into safeguards_consent (customer_id, consent, text_version, text, language, channel, given_at, proof,
                                proof_name, proof_type)
select min(id), 'health_notice', '1.0', %(text)s, 'da', 'letter', '2026-10-01'::timestamptz, '\\x00'::bytea,
       'paper.pdf', 'application/pdf' from customers_customer;
insert into sensitive_health_notice (id, customer_id, sealed, sealing_key, source, recorded_at, review_date, consent_id)
select gen_random_uuid(), customer_id, decode(repeat('00', 64), 'hex'), 'key', 'person', '2026-10-01', '2027-03-01', id
  from safeguards_consent;
insert into safeguards_disclosure (at, purpose, recipient, role, categories, countries, ground, statute, channel,
                                   to_person, person_count, payload_sha256, payload_bytes, state)
values ('2026-10-02', 'collection', 'bailiffs_court', 'public_authority', '{name,arrears}', '{DK}', '',
        'retsplejeloven', 'file', false, 1, '\\x00', 10, 'delivered');
set constraints all immediate;
set constraints all deferred;
"""
NO_ROW_POLICIES = """
do $$ declare one record; begin
    for one in select polname, polrelid::regclass as relation from pg_policy loop
        execute format('drop policy %I on %s', one.polname, one.relation);
    end loop;
end $$
"""
"""Those of the template are for the roles of another instance."""
MUTATIONS: dict[str, tuple[str, set[str]]] = {
    "bookkeepers read phones": (
        "create policy wide on customers_contact_point to {accounting} using (true);"
        " grant select on customers_contact_point to {accounting}",
        {"SV-05", "SV-07", "SV-09", "SV-23", "SV-24", "SV-25"},
    ),
    "supporters read health": (
        "grant select (sealed) on sensitive_health_notice to {delivery}",
        {"SV-06", "SV-07"},
    ),
    "a notice without consent": (
        "update safeguards_consent set withdrawn_at = '2026-10-20', withdrawn_channel = 'letter'",
        {"SV-06", "SV-23"},
    ),
    "told by an employer long ago": (
        "update customers_customer set recorded_at = '2026-09-01'",
        {"SV-08"},
    ),
    "data from nowhere": (
        "alter table customers_contact_point drop constraint customers_contact_point_source",
        {"SV-08"},
    ),
    "what is not held": (
        "update customers_customer set birth_date = '1980-01-01' where number = '1'",
        {"SV-04", "SV-07"},
    ),
    "a nameless decision": (
        "alter table safeguards_objection drop constraint safeguards_objection_decided;"
        " insert into safeguards_objection (customer_id, purpose, reason, made_at, decided_at, upheld, decision)"
        " select min(id), 'heat_optimisation', '', now(), now(), false, 'no' from customers_customer",
        {"SV-10"},
    ),
    "arrears elsewhere": (
        "update safeguards_disclosure set recipient = 'utilities', role = 'controller'",
        {"SV-13"},
    ),
    "no statute": (
        "alter table safeguards_disclosure drop constraint safeguards_disclosure_statute;"
        " update safeguards_disclosure set statute = ''",
        {"SV-15"},
    ),
    "a third country": ("update safeguards_recipient_agreement set storage_country = 'US'", {"SV-17"}),
    "for marketing": (
        "update safeguards_disclosure set purpose = 'newsletter', recipient = 'lawyer', role = 'controller'",
        {"SV-16"},
    ),
    "under no agreement": (
        "update safeguards_disclosure set recipient = 'hosting', role = 'processor', agreement_id ="
        " (select id from safeguards_recipient_agreement where recipient = 'telephony')",
        {"SV-14"},
    ),
    "an external without agreement": (
        "alter table accounts_external_staff disable trigger accounts_external_staff_agreement;"
        " insert into accounts_external_staff (account_id, employer) select id, 'Elsewhere' from accounts_account",
        {"SV-02", "SV-03"},
    ),
    "a legitimate interest that nobody weighed": (
        "delete from accountability_assessment where purpose = 'newsletter_statistics'",
        {"SV-09"},
    ),
    "a session past its time": (
        "insert into accounts_session (session_key, session_data, expire_date) values ('old', '', '2026-10-30')",
        {"SV-11"},
    ),
}


@pytest.fixture
def suppliers_database(own_database: dict[str, str], settings: object) -> Iterator[None]:
    """A database of the supplier's; its roles have names of their own, so that no other test's are touched."""
    server = settings.INSTANCE.embedded  # type: ignore[attr-defined]
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as administrator:
        administrator.execute("drop role if exists forsyn_supplier_app")
        administrator.execute("create role forsyn_supplier_app noinherit")
        administrator.execute(f"grant forsyn_supplier_app to {settings.TESTER_ROLE} with inherit true, set true")  # type: ignore[attr-defined]
    with psycopg.connect(server.conninfo(own_database["FORSYN_DATABASE"], SUPERUSER), autocommit=True) as administrator:
        administrator.execute(NO_ROW_POLICIES)
    settings.POLICY_FILE = Path(settings.PROJECT_ROOT) / "policies" / "supplier.toml"  # type: ignore[attr-defined]
    settings.LOGIN_ROLE = "forsyn_supplier_app"  # type: ignore[attr-defined]
    settings.INSTANCE = replace(settings.INSTANCE, name="supplier")  # type: ignore[attr-defined]
    _forget()
    migrate(take_over=True)
    with transaction.atomic():
        agree_with_processors()
        staff = {"first_date": date(2026, 10, 1), "until_date": date(2027, 3, 1), "review_date": date(2026, 12, 1)}
        create_staff(email="support@fjernbit.example", name="Sune Support", roles=["clerk"], now=NOW, **staff)
        with connection.cursor() as cursor:
            cursor.execute(FURNISH, {"text": current_policy().consents["health_notice"].explanation.da})
        balance(current_policy(), account_id=Account.objects.values_list("pk", flat=True)[0])
        yield
        transaction.set_rollback(True)
    _forget()


def _forget() -> None:
    """What is read once a process, of another policy."""
    enforcement.matrix.cache_clear()
    rules.cache_clear()


def _wrong(proof: Proof) -> dict[str, list[tuple[str, str]]]:
    return {
        verdict.claim.id: [(one.trial, one.found.en) for one in verdict.evidence if not one.passed]
        for verdict in proof.verdicts
        if verdict.outcome is Outcome.BROKEN
    }


def test_the_suppliers_promises(suppliers_database: None) -> None:
    proof = prove(now=NOW, today=TODAY)
    assert _wrong(proof) == {}
    assert {verdict.claim.id for verdict in proof.verdicts if verdict.outcome is Outcome.KEPT} >= KEPT
    others = {verdict.claim.id for verdict in proof.verdicts if verdict.outcome is Outcome.OTHER_POLICY}
    assert others == {f"SF-{number:02}" for number in range(1, 31)}
    names = enforcement.role_names()
    roles = {purpose: f'"{names.of(purpose)}"' for purpose in current_policy().purposes}
    unexpected = {}
    for name, (statement, breaks) in MUTATIONS.items():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement.format(**roles))
            wrong = _wrong(prove(now=NOW, today=TODAY))
            transaction.set_rollback(True)
        if set(wrong) != breaks:
            unexpected[name] = (breaks - set(wrong), {key: wrong[key] for key in wrong.keys() - breaks})
    assert unexpected == {}

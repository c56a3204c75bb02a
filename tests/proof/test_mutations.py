"""Each thing that goes wrong in the database breaks exactly the claims that it concerns, and no other."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection

from forsyn.policy.proof import Outcome
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.enforcement import role_names
from forsyn.workflows.proof.prove import prove
from tests.proof.conftest import ids
from tests.world import World


@dataclass(frozen=True)
class Mutation:
    """``statement`` with ``{purpose}`` for a purpose's role, and ``%(name)s`` for a customer's or account's id."""

    name: str
    statement: str
    breaks: set[str]


MUTATIONS = [
    Mutation(
        "a bill left past the door",
        "insert into billing_run (kind, commodity, period, issue_date, due_date, state, note, made_at, sha256)"
        " values ('on_account', 'heat', '[2026-01-01, 2026-04-01)', '2026-01-01', '2026-01-20', 'draft', '',"
        " '2026-11-01', '');"
        " insert into billing_bill (run_id, agreement_id, customer_id, kind, state, period, issue_date, due_date,"
        " remarks, vat_percent, net_oere, vat_oere, on_account_net_oere, on_account_vat_oere, to_pay_oere, sha256,"
        " posting_accounts, posting_oere, posting_vat)"
        " select run.id, holder.agreement_id, holder.customer_id, run.kind, 'previewed', run.period, run.issue_date,"
        " run.due_date, '{{}}', 25, 0, 0, 0, 0, 0, '', '{{}}', '{{}}', '{{}}'"
        " from billing_run as run join customers_agreement_holder as holder on holder.customer_id = %(gorm)s limit 1;"
        " update billing_bill set state = 'posted', number = 900001;"
        " insert into billing_dispatch (bill_id, channel, made_at, batch)"
        " select id, 'print', '2026-01-02', '' from billing_bill",
        {"SF-17"},
    ),
    Mutation(
        "a breach closes while somebody waits",
        "drop trigger accountability_breach_guard on accountability_breach",
        {"SF-30"},
    ),
    Mutation(
        "late needs no reason", "drop trigger accountability_notice_guard on accountability_breach_notice", {"SF-30"}
    ),
    Mutation(
        "somebody at high risk waits for days",
        "insert into accountability_breach_person (breach_id, customer_id, search_id, added_at, left_out_reason)"
        " select breach_id, %(gorm)s, search_id, added_at, '' from accountability_breach_person",
        {"SF-30"},
    ),
    Mutation(
        "a letter of a breach is not on the door's record",
        "delete from safeguards_disclosure_person where disclosure_id in"
        " (select disclosure_id from accountability_breach_person)",
        {"SF-30"},
    ),
    Mutation("a breach is unnotified after 72 hours", "delete from accountability_breach_notice", {"SF-30"}),
    Mutation(
        "a legitimate interest was never weighed",
        "delete from accountability_assessment where purpose = 'satisfaction_surveys'",
        {"SF-11"},
    ),
    Mutation(
        "a balancing test is past its review",
        "set constraints all immediate;"
        " alter table accountability_assessment disable trigger accountability_assessment_guard;"
        " update accountability_assessment set review_date = '2026-11-02' where purpose = 'security'",
        {"SF-11"},
    ),
    Mutation(
        "bills are written for what no company of the group supplies",
        "insert into billing_run (kind, commodity, period, issue_date, due_date, state, note, made_at, sha256)"
        " values ('annual', 'cooling', '[2026-01-01,2027-01-01)', '2027-01-15', '2027-02-15', 'draft', '', now(), '')",
        {"SF-02"},
    ),
    Mutation(
        "a billing run that nobody took up has lain for half a year",
        "insert into billing_run (kind, commodity, period, issue_date, due_date, state, note, made_at, sha256)"
        " values ('annual', 'heat', '[2025-01-01,2026-01-01)', '2026-05-15', '2026-06-15', 'draft', '', '2026-04-01',"
        " '')",
        {"SF-14"},
    ),
    Mutation(
        "a marked mail has waited for days",
        "insert into correspondence_mailbox_look (mailbox, looked_at, waiting, oldest_waiting_at)"
        " values ('post', '2026-11-02', 1, '2026-10-30')",
        {"SF-01"},
    ),
    Mutation(
        "the mail box has not been read for days",
        "insert into correspondence_mailbox_look (mailbox, looked_at, waiting) values ('post', '2026-10-30', 0)",
        {"SF-01"},
    ),
    Mutation(
        "mails open no case",
        "alter table rights_request add constraint no_mails check (channel <> 'email') not valid",
        {"SF-01"},
    ),
    Mutation(
        "a request has waited for three months",
        'insert into rights_request ("right", state, channel, received_at, received_date, first_deadline_date,'
        " deadline_date, paused_days, requester_name, requester_email, requester_address, on_behalf, language, subject,"
        " wish, version) values ('access', 'received', 'letter', '2026-08-03 10:00Z', '2026-08-03', '2026-09-03',"
        " '2026-09-03', 0, '', '', '', 'self', 'da', '', '', 1)",
        {"SF-20", "SF-21", "SF-25"},
    ),
    Mutation(
        "strangers can be answered",
        "alter table rights_request drop constraint rights_request_identity_first",
        {"SF-20", "SF-21", "SF-25"},
    ),
    Mutation(
        "requests can be closed without a letter, and limits extended when they have passed",
        "alter table rights_request disable trigger rights_request_is_kept",
        {"SF-20", "SF-21", "SF-25", "SF-26"},
    ),
    Mutation(
        "a note holds a CPR number that nobody answered for",
        "insert into correspondence_note (customer_id, account_id, written_at, kind, text, cpr_denied, cpr_taken_out)"
        " values (%(anna)s, %(clerk)s, '2026-10-02', 'phone', 'Hun er 610190-1234', 0, 0)",
        {"SF-08"},
    ),
    Mutation(
        "a row policy is dropped",
        "drop policy satisfaction_surveys on customers_customer",
        {"SF-11", "SF-23", "SF-24"},
    ),
    Mutation(
        "row policies are switched off",
        "alter table customers_customer_name disable row level security",
        {"SF-11", "SF-22", "SF-23", "SF-24"},
    ),
    Mutation(
        "a row policy lets everything through",
        "alter policy satisfaction_surveys on customers_customer using (true)",
        {"SF-11", "SF-23", "SF-24"},
    ),
    Mutation(
        "nobody is hidden any more",
        "create or replace function enforcement.hidden_customers() returns setof bigint language plpgsql stable"
        " security definer set search_path = pg_catalog, pg_temp as $$ begin return; end $$",
        {"SF-11", "SF-23", "SF-24"},
    ),
    Mutation(
        "everybody is shown, consent or not",
        "create or replace function enforcement.shown_customers() returns setof bigint language plpgsql stable"
        " security definer set search_path = pg_catalog, pg_temp"
        " as $$ begin return query select id from public.customers_customer; end $$",
        {"SF-08", "SF-09", "SF-11", "SF-22"},
    ),
    Mutation(
        "instalment plans read e-mail addresses",
        "grant select (value) on customers_contact_point to {instalment_plans}",
        {"SF-05", "SF-10"},
    ),
    Mutation("settlement reads CPR numbers", "grant select on sensitive_cpr to {settlement}", {"SF-08", "SF-10"}),
    Mutation("meter readers read threats", "grant select on sensitive_threat_notice to {metering}", {"SF-04", "SF-10"}),
    Mutation(
        "clerks read offences", "grant select (sealed) on sensitive_offence to {customer_service}", {"SF-06", "SF-10"}
    ),
    Mutation(
        "operation reads meter numbers",
        "grant select (number) on metering_meter to {operation_optimisation}",
        {"SF-10", "SF-12"},
    ),
    Mutation("everybody reads names", "grant select on customers_customer_name to public", {"SF-05", "SF-10", "SF-12"}),
    Mutation(
        "clerks may delete in the log",
        "grant delete on safeguards_access_log to {customer_service}",
        {"SF-10", "SF-28"},
    ),
    Mutation(
        "settlement may write disclosures",
        "grant insert on safeguards_disclosure to {settlement}",
        {"SF-10", "SF-17"},
    ),
    Mutation("the login inherits a purpose", "grant {settlement} to {login} with inherit true", {"SF-10"}),
    Mutation("the login may not enter a purpose", "revoke {accounting} from {login}", {"SF-10"}),
    Mutation("a column nobody declared", "alter table customers_customer add column shoe_size int", {"SF-03"}),
    Mutation("a table nobody declared", "create table smuggled (secret text)", {"SF-03"}),
    Mutation("a comment that lies", "comment on column customers_customer.cvr is 'nothing'", {"SF-03"}),
    Mutation(
        "a session past its time",
        "update accounts_session set expire_date = '2026-10-30'",
        {"SF-14"},
    ),
    Mutation(
        "a note past its time",
        "insert into correspondence_note (customer_id, written_at, account_id, kind, text, cpr_taken_out, cpr_denied)"
        " values (%(anna)s, '2023-10-31 12:00Z', %(dpo)s, 'phone', 'old', 0, 0)",
        {"SF-14"},
    ),
    Mutation(
        "a customer past the last bill's time",
        "update customers_agreement set period = daterange('2019-01-01', '2020-01-01')"
        " where id in (select agreement_id from customers_agreement_holder where customer_id = %(gorm)s)",
        {"SF-14"},
    ),
    Mutation(
        "a hold may have no reason",
        "alter table safeguards_hold drop constraint safeguards_hold_reason",
        {"SF-14"},
    ),
    Mutation(
        "a health notice past its review",
        "update sensitive_health_notice set review_date = '2026-10-30'",
        {"SF-15"},
    ),
    Mutation(
        "a threat may be kept without a review",
        "alter table sensitive_threat_notice alter column review_date drop not null",
        {"SF-15"},
    ),
    Mutation(
        "an offence may be kept without a review",
        "alter table sensitive_offence alter column review_date drop not null",
        {"SF-15", "SF-16"},
    ),
    Mutation(
        "a notice past its review",
        "update sensitive_offence set review_date = '2026-10-30'",
        {"SF-15", "SF-16"},
    ),
    Mutation(
        "a processor stores in a third country",
        "update safeguards_recipient_agreement set storage_country = 'US' where recipient = 'print_and_post'",
        {"SF-19"},
    ),
    Mutation(
        "a sub-processor works in a third country",
        "insert into safeguards_sub_processor (agreement_id, name, country, service, period)"
        " select id, 'Sub', 'GL', 'hosting', daterange('2026-01-01', null) from safeguards_recipient_agreement limit 1",
        {"SF-19"},
    ),
    Mutation(
        "the database lets third countries in",
        "alter table safeguards_disclosure drop constraint safeguards_disclosure_inside",
        {"SF-19"},
    ),
    Mutation(
        "something went out that the recipient is not declared for",
        "update safeguards_disclosure set categories = '{{health}}' where recipient = 'print_and_post'",
        {"SF-17"},
    ),
    Mutation(
        "something went to a system under another's agreement",
        "update safeguards_disclosure set recipient = 'billing_system' where recipient = 'print_and_post'",
        {"SF-18"},
    ),
    Mutation(
        "the database asks for no agreement",
        "drop trigger safeguards_disclosure_check on safeguards_disclosure;"
        " alter table safeguards_disclosure drop constraint safeguards_disclosure_agreement",
        {"SF-18"},
    ),
    Mutation(
        "a CPR consent is withdrawn, and the number stays",
        "update safeguards_consent set withdrawn_at = '2026-10-20', withdrawn_channel = 'letter'"
        " where consent = 'cpr_eboks'",
        {"SF-08", "SF-22"},
    ),
    Mutation("a CPR consent is gone", "delete from safeguards_consent where consent = 'cpr_eboks'", {"SF-08"}),
    Mutation(
        "the consent to a health notice is withdrawn, and the notice stays",
        "update safeguards_consent set withdrawn_at = '2026-10-20', withdrawn_channel = 'letter'"
        " where consent = 'health_notice'",
        {"SF-04", "SF-22"},
    ),
    Mutation(
        "the outbox asks nobody again",
        "create or replace function safeguards_outbox_claim(for_work text, at_time timestamptz, until timestamptz,"
        " most integer, needed_consent text) returns table (id bigint, channel text, sealed bytea, attempts integer)"
        " language sql security definer set search_path = pg_catalog, pg_temp as $$ select message.id, 'email',"
        " message.sealed, 1 from public.safeguards_outbox as message where message.work = for_work $$",
        {"SF-22", "SF-23", "SF-24"},
    ),
    Mutation(
        "an objection has waited for two months",
        "insert into safeguards_objection (customer_id, purpose, reason, made_at, decision)"
        " values (%(freja)s, 'security', 'My own reasons', '2026-09-01', '')",
        {"SF-23"},
    ),
    Mutation(
        "a name that was corrected stands again",
        "insert into customers_correction (customer_id, field, outcome, wrong_value, right_value, held_from, evidence,"
        " reason, statement, decided_at, decided_by_id) select customer_id, 'name', 'corrected', name, 'Another',"
        " lower(period), 'seen', '', '', '2026-10-20', %(dpo)s from customers_customer_name"
        " where customer_id = %(anna)s",
        {"SF-13", "SF-21"},
    ),
    Mutation(
        "an address that was never hers still signs in",
        "insert into customers_correction (customer_id, field, outcome, wrong_value, right_value, evidence, reason,"
        " statement, decided_at, decided_by_id) values (%(anna)s, 'email', 'corrected', '1001@kunde.example',"
        " 'another@kunde.example', 'seen', '', '', '2026-10-20', %(dpo)s);"
        " update customers_contact_point set value = 'another@kunde.example'"
        " where customer_id = %(anna)s and kind = 'email'",
        {"SF-13"},
    ),
    Mutation(
        "a recipient was never told",
        "insert into customers_recipient_notice (customer_id, cause, recipient, categories, made_at, obstacle, note)"
        " values (%(anna)s, 'rectification', 'police', '{{name}}', '2026-09-01', 'no address', '')",
        {"SF-13", "SF-24"},
    ),
    Mutation(
        "what was corrected can be taken away",
        "grant delete on customers_correction to {settlement}",
        {"SF-10", "SF-13", "SF-21"},
    ),
    Mutation(
        "an offence stays after it was handed over",
        "insert into sensitive_report_receipt (id, customer_id, offence_id, authority, reported_at, reference,"
        " handed_over_at) select gen_random_uuid(), customer_id, id, 'police', '2026-10-10', '', '2026-10-11'"
        " from sensitive_offence",
        {"SF-06", "SF-16"},
    ),
    Mutation(
        "a confirmation of instructions can be altered",
        "grant update on accounts_instruction_confirmation to {staff_administration}",
        {"SF-10", "SF-27"},
    ),
    Mutation(
        "others may confirm for somebody",
        "drop trigger accounts_instruction_confirmation_own on accounts_instruction_confirmation",
        {"SF-27"},
    ),
    Mutation(
        "an access without review",
        "update accounts_staff_role set review_date = '2029-01-01' where account_id = %(clerk)s",
        {"SF-28"},
    ),
    Mutation(
        "an access for longer than the policy gives",
        "update accounts_staff_role set period = daterange('2026-10-01', '2031-01-01') where account_id = %(clerk)s",
        {"SF-28"},
    ),
    Mutation(
        "staff may grant to themselves",
        "alter table accounts_staff_role drop constraint accounts_staff_role_by_another",
        {"SF-28"},
    ),
    Mutation(
        "a closed account is signed in", "update accounts_account set is_active = false where id = %(dpo)s", {"SF-28"}
    ),
    Mutation(
        "a row of the log is changed",
        "update safeguards_access_log set aspect = 'meter' where id = (select min(id) from safeguards_access_log)",
        {"SF-28"},
    ),
    Mutation(
        "a row of the log is gone",
        "delete from safeguards_access_log where id = (select min(id) from safeguards_access_log)",
        {"SF-28"},
    ),
]


def _carry_out(mutation: Mutation, world: World) -> None:
    names = role_names()
    roles = {purpose: f'"{names.of(purpose)}"' for purpose in prove_purposes()} | {"login": f'"{names.login}"'}
    with connection.cursor() as cursor:
        statement = mutation.statement.format(**roles)
        cursor.execute(
            statement, {key: value for key, value in ids(world).items() if f"%({key})s" in statement} or None
        )


def prove_purposes() -> list[str]:

    return list(current_policy().purposes)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_breaks_exactly_what_it_concerns(mutation: Mutation, kept_world: World) -> None:
    _carry_out(mutation, kept_world)
    proof = prove(now=kept_world.now, today=kept_world.today)
    broken = {verdict.claim.id: verdict for verdict in proof.verdicts if verdict.outcome is Outcome.BROKEN}
    wrong = {
        key: [(one.trial, one.found.en) for one in verdict.evidence if not one.passed]
        for key, verdict in broken.items()
        if key not in mutation.breaks
    }
    assert (wrong, set(broken)) == ({}, mutation.breaks)

"""What trials do and undo: every statement of theirs that would change a row, were it kept."""

from __future__ import annotations

HEALTH_BARE = """
    insert into sensitive_health_notice (id, customer_id, sealed, sealing_key, source, recorded_at, recorded_by_id,
                                         review_date, reviewed_at, reviewed_by_id, consent_id)
    values (gen_random_uuid(), %s, decode(repeat('00', 64), 'hex'), 'forsyn prove', 'person', now(), null,
            current_date, null, null, -1)
"""
NEVER_REVIEWED = """
    insert into {table} (id, customer_id, sealed, sealing_key, source, recorded_at, review_date{more})
    values (gen_random_uuid(), %s, decode(repeat('00', 64), 'hex'), 'forsyn prove', 'person', now(), null{values})
"""
RESTRICT = """
    insert into safeguards_restriction (customer_id, ground, reason, began_at, recorded_by_id)
    select %s, 'accuracy', 'forsyn prove', %s, (select min(id) from accounts_account)
"""
OBJECT = (
    "insert into safeguards_objection (customer_id, purpose, reason, made_at, decision) values (%s, %s, '', %s, '')"
)
GIVE = """
    insert into safeguards_consent (customer_id, consent, text_version, text, language, channel, given_at)
    values (%s, %s, 'forsyn prove', %s, 'da', 'letter', %s)
"""
WITHDRAW = """
    update safeguards_consent set withdrawn_at = greatest(given_at, %s), withdrawn_channel = 'letter'
     where customer_id = %s and consent = %s and withdrawn_at is null
"""
NAMELESS = """
    insert into safeguards_objection (customer_id, purpose, reason, made_at, decided_at, upheld, decision)
    values (%s, 'forsyn prove', '', %s, %s, false, 'forsyn prove')
"""
NAMELESS_ACCESS = """
    insert into accounts_access_request (account_id, role, period, reason, made_at, decided_at, granted, answer)
    values (%s, %s, daterange(%s, %s), 'forsyn prove', %s, %s, true, '')
"""
KEEP_CPR = """
    insert into sensitive_cpr (id, customer_id, sealed, sealing_key, source, recorded_at, recorded_by_id, review_date,
                               reviewed_at, reviewed_by_id, lookup, lookup_key)
    values (gen_random_uuid(), %s, decode(repeat('00', 64), 'hex'), 'forsyn prove', 'person', now(), null, current_date,
            null, null, decode(repeat('00', 32), 'hex'), 'forsyn prove')
"""
OWN_GRANT = """
    insert into accounts_staff_role (account_id, role, period, reason, granted_at, granted_by_id, review_date,
                                     end_reason)
    values (%s, %s, daterange(%s, %s), 'forsyn prove', %s, %s, %s, '')
"""
ENDLESS = """
    insert into accounts_staff_role (account_id, role, period, reason, granted_at, review_date, end_reason)
    values (%s, %s, daterange(%s, null), 'forsyn prove', %s, %s, '')
"""
EXTERNAL = "insert into accounts_external_staff (account_id, employer) values (%s, 'forsyn prove')"
PAST_THE_DOOR = {
    "safeguards_disclosure": "insert into safeguards_disclosure (recipient) values ('stranger')",
    "safeguards_outbox": "insert into safeguards_outbox (work) values ('stranger')",
}
CONFIRM = """
    insert into accounts_instruction_confirmation (account_id, role, fingerprint, text_version, confirmed_at)
    values (%s, %s, repeat('0', 64), 'forsyn prove', %s)
"""
CHANGES_OF_A_CONFIRMATION = (
    "update accounts_instruction_confirmation set fingerprint = repeat('0', 64) where false",
    "update accounts_instruction_confirmation set confirmed_at = now() where false",
    "delete from accounts_instruction_confirmation where false",
)
CLOSE_UNTOLD = """
    do $trying$
    declare
        made bigint;
        looked bigint;
    begin
        insert into accountability_breach
               (title, what_happened, aware_at, notify_by_at, confidentiality, integrity, availability, data_categories,
                person_groups, consequences, measures, processor, capacity, on_behalf_of, registered_at,
                registered_by_id, risk, risk_reason, assessed_at, letter_da, letter_en, exception_reason, lessons)
        values ('forsyn prove', 'forsyn prove', now(), now(), true, false, false, '{name}', '{customer}', '', '', '',
                'controller', '', now(), %s, null, '', null, '', '', '', '')
        returning id into made;
        insert into accountability_breach_search (breach_id, kind, recipient, found, added, made_at, made_by_id)
        values (made, 'numbers', '', 1, 1, now(), %s) returning id into looked;
        insert into accountability_breach_person (breach_id, customer_id, search_id, added_at, left_out_reason)
        values (made, %s, looked, now(), '');
        insert into accountability_breach_notice
               (breach_id, phase, final, recipient, text, prepared_at, prepared_by_id, late_reason, sent_at, sent_by_id,
                receipt, disclosure_id)
        select made, 1, true, 'forsyn prove', 'forsyn prove', now(), by, '', now(), by, '', -1
          from (values (%s::bigint)) as who (by);
        update accountability_breach
           set risk = 'high', risk_reason = 'forsyn prove', assessed_at = now(), assessed_by_id = by, closed_at = now(),
               closed_by_id = by
          from (values (%s::bigint)) as who (by) where id = made;
    end $trying$
"""
NOTIFY_LATE = """
    do $trying$
    declare
        made bigint;
    begin
        insert into accountability_breach
               (title, what_happened, aware_at, notify_by_at, confidentiality, integrity, availability, data_categories,
                person_groups, consequences, measures, processor, capacity, on_behalf_of, registered_at,
                registered_by_id, risk_reason, letter_da, letter_en, exception_reason, lessons)
        values ('forsyn prove', 'forsyn prove', now() - interval '73 hours', now(), true, false, false, '{name}',
                '{customer}', '', '', '', 'controller', '', now(), %s, '', '', '', '', '')
        returning id into made;
        insert into accountability_breach_notice
               (breach_id, phase, final, recipient, text, prepared_at, prepared_by_id, late_reason, sent_at, sent_by_id,
                receipt, disclosure_id)
        values (made, 1, true, 'forsyn prove', 'forsyn prove', now(), %s, '', now(), %s, '', -1);
    end $trying$
"""
CHANGES_OF_A_BREACH = (
    "update accountability_breach_step set text = '' where false",
    "update accountability_breach_step set at = now() where false",
    "delete from accountability_breach_step where false",
)
CHANGES_OF_THE_LOG = (
    "update safeguards_access_log set search = null where false",
    "delete from safeguards_access_log where false",
    "update safeguards_access_seal set row_count = 1 where false",
    "delete from safeguards_access_seal where false",
)
CHANGES_OF_A_CORRECTION = (
    "update customers_correction set wrong_value = '' where false",
    "update customers_correction set decided_at = now() where false",
    "delete from customers_correction where false",
)
FROM_NOWHERE = {
    "customers_customer": """
        insert into customers_customer (number, kind, language, source, recorded_at)
        values ('forsyn prove', 'person', 'da', %s, now())""",
    "customers_customer_name": """
        insert into customers_customer_name (customer_id, name, sort_key, search_key, period, source, recorded_at)
        values (-1, 'forsyn prove', '', '', daterange('1900-01-01', '1900-01-02'), %s, now())""",
    "customers_contact_point": """
        insert into customers_contact_point (customer_id, kind, value, period, source, recorded_at)
        values (-1, 'email', 'forsyn prove', daterange('1900-01-01', '1900-01-02'), %s, now())""",
    "customers_agreement": """
        insert into customers_agreement (number, supply_point_id, commodity, relation, period, source, recorded_at)
        values ('forsyn prove', -1, 'heat', 'owner', daterange('1900-01-01', '1900-01-02'), %s, now())""",
}

REQUEST_RECEIVED = """
    insert into rights_request ("right", state, channel, received_at, received_date, first_deadline_date, deadline_date,
                                paused_days, requester_name, requester_email, requester_address, on_behalf, language,
                                subject, wish, version)
    values ('access', %s, 'letter', %s, %s, %s, %s, 0, '', '', '', 'self', 'da', 'forsyn prove', '', 1)
"""
_REQUEST_NEXT = "; update rights_request set version = version + 1, {} where subject = 'forsyn prove'"
REQUEST_PLANNED = _REQUEST_NEXT.format("state = 'planned'")
REQUEST_REFUSED = _REQUEST_NEXT.format("state = 'refused', closed_at = received_at, refusal_ground = 'unidentified'")
REQUEST_EXTENDED = _REQUEST_NEXT.format(
    "extended_at = received_at + interval '80 days', extension_told_at = received_at + interval '80 days',"
    " extension_reason = '-', deadline_date = received_date + 85"
)
NAMELESS_HOLD = """
    insert into safeguards_hold (customer_id, ground, reason, owner_id, began_at, end_date, review_date)
    values (%s, %s, %s, %s, %s, %s, %s)
"""

"""Trials of corrections (Art. 16 and 19) and of sources (Art. 14)."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from forsyn.domain.customers.actions_corrections import correct
from forsyn.domain.customers.correction_rules import Field
from forsyn.domain.customers.source_queries import OTHERS
from forsyn.policy.purposes import P
from forsyn.workflows.proof.attempts import NOTHING_TO_TRY, Attempt, counted, refused
from forsyn.workflows.proof.bench import CHECK_VIOLATION, DENIED, Bench, Finding, become, rolled_back, spoken
from forsyn.workflows.proof.deeds import CHANGES_OF_A_CORRECTION, FROM_NOWHERE
from forsyn.workflows.proof.trial import control, invariant
from forsyn.workflows.source_notices import due_notices

A_NAME = """
    select named.customer_id, named.id, named.name from customers_customer_name as named
     where not exists (select from customers_customer_name as other
                        where other.customer_id = named.customer_id and other.id <> named.id)
     limit 1
"""
STILL_NAMED = """
    select count(*) from customers_customer_name
     where customer_id = %s and (name = %s or search_key not like '%%forsyn prove%%')
"""
# What was corrected stands on no day on which it was said to be wrong; a change made later is none of its business.
WRONG_AGAIN = """
    with mended as (
        select customer_id, field, wrong_value,
               daterange(held_from, least(coalesce(held_until, 'infinity'),
                                          greatest((decided_at at time zone 'Europe/Copenhagen')::date, held_from + 1)))
                   as days
          from customers_correction
         where outcome = 'corrected' and wrong_value <> '' and held_from is not null)
    select (select count(*) from mended join customers_customer_name as named on named.customer_id = mended.customer_id
             where mended.field = 'name' and named.name = mended.wrong_value and named.period && mended.days)
         + (select count(*) from mended join customers_contact_point as way on way.customer_id = mended.customer_id
             where way.kind = mended.field and way.value = mended.wrong_value and way.period && mended.days)
"""
# Whoever reads the mailbox that never was the customer's signs in to the customer no more.
SIGNS_IN_STILL = """
    select count(*) from customers_correction as mended
      join customers_portal_access as access on access.customer_id = mended.customer_id
      join accounts_account as account on account.id = access.account_id
     where mended.outcome = 'corrected' and mended.field = 'email' and mended.wrong_value <> ''
       and lower(account.email) = lower(mended.wrong_value) and access.period @> %s::date
       and not exists (select from customers_contact_point as mail
                        where mail.customer_id = mended.customer_id and mail.kind = 'email'
                          and mail.search_key = lower(mended.wrong_value) and mail.period @> %s::date)
"""
NOT_TOLD = """
    select count(*) from customers_recipient_notice
     where disclosure_id is null and settled_at is null and made_at < %s
"""
A_MONTH = timedelta(days=30)


@control(
    "SF-13",
    "SF-21",
    "SV-22",
    da="Et navn bliver rettet et øjeblik; det forkerte findes ikke mere, heller ikke i historikken eller ved søgning.",
    en="A name is corrected for a moment; the wrong one is there no more, in history and search as little as else.",
)
def corrected_is_gone(bench: Bench) -> Finding:
    """As the program does it, under the purpose of persons' rights."""
    with rolled_back(), connection.cursor() as cursor:
        become(cursor, bench.reader)
        cursor.execute(A_NAME)
        found = cursor.fetchone()
        if found is None:
            return Finding(spoken(STILL_NAMED, bench.reader), 0, 0, (), NOTHING_TO_TRY)
        customer_id, version_id, wrong = found
        correct(customer_id=customer_id, field=Field.NAME, subject_id=version_id, right="Forsyn Prove", now=bench.now)
        cursor.execute(STILL_NAMED, [customer_id, wrong])
        (left,) = cursor.fetchone()
    return Finding(spoken(STILL_NAMED, bench.reader), 1, int(left), ("customers_customer_name",) if left else ())


@control(
    "SF-13",
    "SF-21",
    "SV-22",
    da="Hvert formål prøver at lave om på det, der står om en rettelse, eller at fjerne det.",
    en="Each purpose tries to alter what is on record of a correction, or to take it away.",
)
def corrections_stay(bench: Bench) -> Finding:
    """Only the clearing up deletes them, when their time is over."""
    clearing = bench.policy.purpose_for(P.RETENTION)
    return refused(
        bench,
        [
            Attempt(bench.names.of(purpose.key), statement, purpose.key, (), (DENIED,))
            for purpose in bench.purposes(lambda one: one is not clearing)
            for statement in CHANGES_OF_A_CORRECTION
        ],
    )


@invariant(
    "SF-13",
    "SF-21",
    "SV-22",
    da="Intet, der er rettet, står igen på de dage, hvor det var forkert.",
    en="Nothing that was corrected stands again on the days on which it was wrong.",
)
def nothing_wrong_again(bench: Bench) -> Finding:
    """Names and contact points."""
    tried = bench.count("select count(*) from customers_customer")
    count = bench.count(WRONG_AGAIN)
    return counted(bench, WRONG_AGAIN, count, "customers_customer_name, customers_contact_point", tried=tried)


@invariant(
    "SF-13",
    da="Ingen logger ind hos en kunde med en e-mailadresse, der er rettet, fordi den ikke var kundens.",
    en="Nobody signs in to a customer by an e-mail address that was corrected since it was not the customer's.",
)
def nobody_signs_in_by_what_was_wrong(bench: Bench) -> Finding:
    """An address that was right after all, and stands again, opens again."""
    tried = bench.count("select count(*) from customers_portal_access")
    count = bench.count(SIGNS_IN_STILL, [bench.today, bench.today])
    return counted(bench, SIGNS_IN_STILL, count, "customers_portal_access", tried=tried)


@invariant(
    "SF-13",
    "SF-24",
    "SV-25",
    da="Ingen modtager har ventet over en måned på at høre, at noget er rettet, slettet eller begrænset.",
    en="No recipient has waited for more than a month to hear that something was corrected, erased or restricted.",
)
def recipients_are_told(bench: Bench) -> Finding:
    """Those who are mailed are told at once; the others wait for a member of staff."""
    tried = bench.count("select count(*) from customers_customer")
    count = bench.count(NOT_TOLD, [bench.now - A_MONTH])
    return counted(bench, NOT_TOLD, count, "customers_recipient_notice", tried=tried)


# -- sources (SV-08) ---------------------------------------------------------------------------------------------------


@control(
    "SV-08",
    da="Oplysninger uden en kilde, eller fra en kilde, som ingen kender, bliver lagt ind; de slipper ikke ind.",
    en="Data without a source, or from one that nobody knows, are put in; they do not get in.",
)
def sources_are_named(bench: Bench) -> Finding:
    """Customers, names, contact points and agreements."""
    role = bench.role_of(P.SETTLEMENT)
    states = (CHECK_VIOLATION, "23502", "23505")
    return refused(
        bench,
        [
            Attempt(role, statement, table, (source,), states if source is None else (CHECK_VIOLATION,), "")
            for table, statement in FROM_NOWHERE.items()
            for source in (None, "hearsay")
        ],
    )


@invariant(
    "SV-08",
    da="Ingen venter over en måned på at få at vide, at andre har givet oplysninger om ham eller hende.",
    en="Nobody waits for more than a month to be told that others gave data about him or her.",
)
def sources_are_told(bench: Bench) -> Finding:
    """By the query that the notices are sent by."""
    with bench.as_role(bench.reader) as cursor:
        owed = due_notices(today=bench.today)
        cursor.execute("select count(*) from customers_customer where source = any(%s)", [[str(one) for one in OTHERS]])
        ((given,),) = cursor.fetchall()
    where = ("customers_source_notice",) if owed.overdue else ()
    return Finding("forsyn.workflows.source_notices.due_notices", max(int(given), owed.total), owed.overdue, where)


TRIALS = (
    corrected_is_gone,
    corrections_stay,
    nothing_wrong_again,
    nobody_signs_in_by_what_was_wrong,
    recipients_are_told,
    sources_are_named,
    sources_are_told,
)

"""Trials of what follows a choice: what waits in the outbox is held back, and nothing is left of what it carried.

The controls put a message in the outbox under a work of their own, so that no real one is touched, let the person
object, withdraw or be restricted, and take what is due as the purpose would. All of it is undone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from forsyn.domain.safeguards.choices_rules import objectable
from forsyn.kernel.deadlines import ANSWER_MONTHS, month_limit
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Purpose
from forsyn.policy.privileges import works_of
from forsyn.policy.vocabulary import Objection, Scope
from forsyn.workflows.proof.attempts import NOTHING_TO_TRY, counted
from forsyn.workflows.proof.bench import GRACE, Bench, Finding, become, rolled_back, spoken
from forsyn.workflows.proof.deeds import GIVE, OBJECT, RESTRICT, WITHDRAW
from forsyn.workflows.proof.trial import control, invariant
from forsyn.workflows.proof.trials_rows import in_all

WORK = "forsyn prove"
MESSAGE = "select safeguards_disclose(%s::jsonb, '\\x00', array[%s]::bigint[], null, null, 'forsyn prove', '\\x00')"
TAKE = "select count(*) from safeguards_outbox_claim('forsyn prove', %s, %s, 20, %s)"
# Somebody whom nothing hides, and who has agreed to nothing.
UNHINDERED = """
    select id from customers_customer as customer
     where not exists (select from safeguards_consent as given where given.customer_id = customer.id)
       and not exists (select from safeguards_restriction where customer_id = customer.id)
       and not exists (select from safeguards_objection where customer_id = customer.id)
     limit 1
"""
LEFT_AFTER_WITHDRAWAL = """
    select (select count(*) from sensitive_cpr as kept
             where exists (select from safeguards_consent as given
                            where given.customer_id = kept.customer_id and given.consent like 'cpr%%'
                              and given.withdrawn_at <= %(since)s)
               and not exists (select from safeguards_consent as given
                                where given.customer_id = kept.customer_id and given.consent like 'cpr%%'
                                  and (given.withdrawn_at is null or given.withdrawn_at > %(since)s))
               and not exists (select from sensitive_hand_over as claim
                                where claim.customer_id = kept.customer_id
                                  and (claim.closed_at is null or claim.closed_at > %(since)s)))
         + (select count(*) from sensitive_health_notice as kept
              join safeguards_consent as given on given.id = kept.consent_id
             where given.withdrawn_at <= %(since)s)
"""
WAITING_TOO_LONG = """
    select count(*) from safeguards_objection
     where ended_at is null and decided_at is null and purpose = any(%s)
       and (made_at at time zone 'Europe/Copenhagen')::date <= %s
"""
Deed = Callable[[int], tuple[str, list[Any]]]


def _everybodys(bench: Bench, purpose: Purpose) -> bool:
    """One that the program works for, and that may send something about anybody."""
    return purpose.scope is Scope.EVERYONE and not purpose.pseudonymous and bool(works_of(bench.policy, purpose))


def _held_back(bench: Bench, purpose: Purpose, deed: Deed, before: Deed | None = None) -> Finding:
    """A message that would leave does not, once the deed is done. It must have been about to leave."""
    role = bench.names.of(purpose.key)
    with rolled_back(), connection.cursor() as cursor:
        become(cursor, bench.reader)
        cursor.execute(UNHINDERED)
        found = cursor.fetchone()
        if found is None:
            return Finding(spoken(TAKE, role), 0, 0, (), NOTHING_TO_TRY)
        if before is not None:
            cursor.execute(*before(found[0]))
        become(cursor, role)
        cursor.execute(MESSAGE, [_facts(bench, purpose), found[0]])
        leaves = _taken(cursor, bench, purpose)
        become(cursor, bench.reader)
        cursor.execute(*deed(found[0]))
        become(cursor, role)
        leaves_still = _taken(cursor, bench, purpose)
    wrong = leaves_still or not leaves
    return Finding(spoken(TAKE, role), 1, int(wrong), (purpose.key,) if wrong else ())


def _taken(cursor: CursorWrapper, bench: Bench, purpose: Purpose) -> bool:
    with rolled_back():
        cursor.execute(TAKE, [bench.now, bench.now + timedelta(minutes=1), purpose.consent])
        return bool(cursor.fetchone()[0])


def _facts(bench: Bench, purpose: Purpose) -> str:
    category = next(key for key in bench.policy.categories if purpose.reads(key))
    return json.dumps(
        {
            "at": bench.now.isoformat(), "purpose": purpose.key, "recipient": WORK, "role": "controller",
            "agreement_id": None, "categories": [category], "countries": ["DK"], "ground": "", "statute": "",
            "channel": "email", "to_person": True, "person_count": 1, "payload_bytes": 1,
        }
    )  # fmt: skip


@control(
    "SF-24",
    "SV-25",
    da="En besked venter på at blive sendt, og personen bliver begrænset et øjeblik; den bliver ikke sendt.",
    en="A message waits to be sent, and the person is restricted for a moment; it is not sent.",
)
def restricted_gets_nothing(bench: Bench) -> Finding:
    """For each purpose that restrictions hide somebody from."""
    purposes = bench.purposes(lambda one: _everybodys(bench, one) and not one.reads_restricted and one.consent is None)
    return in_all([_held_back(bench, one, lambda who: (RESTRICT, [who, bench.now])) for one in purposes])


@control(
    "SF-23",
    "SV-24",
    da="En besked venter på at blive sendt, og personen gør indsigelse et øjeblik; den bliver ikke sendt.",
    en="A message waits to be sent, and the person objects for a moment; it is not sent.",
)
def objecting_gets_nothing(bench: Bench) -> Finding:
    """For each purpose that somebody can object to."""
    purposes = bench.purposes(
        lambda one: _everybodys(bench, one) and one.objection is not Objection.NONE and one.consent is None
    )
    return in_all(
        [
            _held_back(bench, one, lambda who, key=one.key: (OBJECT, [who, key, bench.now]))  # type: ignore[misc]
            for one in purposes
        ]
    )


@control(
    "SF-22",
    "SV-23",
    da="En besked venter på at blive sendt, og samtykket bliver trukket tilbage et øjeblik; den bliver ikke sendt.",
    en="A message waits to be sent, and the person withdraws the consent for a moment; it is not sent.",
)
def withdrawn_gets_nothing(bench: Bench) -> Finding:
    """For each purpose that rests on consent."""
    purposes = bench.purposes(lambda one: _everybodys(bench, one) and one.consent is not None)
    return in_all([_held_back(bench, one, _withdraw(bench, one), _give(bench, one)) for one in purposes])


def _give(bench: Bench, purpose: Purpose) -> Deed:
    return lambda who: (GIVE, [who, purpose.consent, bench.consent_texts(purpose.consent)[0], bench.now])


def _withdraw(bench: Bench, purpose: Purpose) -> Deed:
    return lambda who: (WITHDRAW, [bench.now, who, purpose.consent])


@invariant(
    "SF-22",
    "SV-23",
    da="Intet, som kun et samtykke bar, ligger tilbage en dag efter, at det blev trukket tilbage.",
    en="Nothing that a consent alone carried is left a day after it was withdrawn.",
)
def nothing_left_after_withdrawal(bench: Bench) -> Finding:
    """CPR numbers and health notices; the job that deletes them has a night's grace."""
    left = bench.rows(LEFT_AFTER_WITHDRAWAL, {"since": bench.now - GRACE})[0][0]  # type: ignore[arg-type]
    tried = bench.count("select count(*) from safeguards_consent")
    return counted(bench, LEFT_AFTER_WITHDRAWAL, int(left), "sensitive_cpr, sensitive_health_notice", tried=tried)


@invariant(
    "SF-23",
    "SV-24",
    da="Ingen indsigelse venter på en afgørelse længere end den måned, loven giver.",
    en="No objection waits for its decision longer than the month that the law gives.",
)
def no_objection_waits_too_long(bench: Bench) -> Finding:
    """Those that somebody must decide (Art. 12(3), 21(1))."""
    assessed = [purpose.key for purpose in objectable(bench.policy)[Objection.ASSESSED]]
    made = local_day(bench.now)
    while month_limit(made, months=ANSWER_MONTHS) >= bench.today:
        made -= timedelta(days=1)
    count = bench.count(WAITING_TOO_LONG, [assessed, made])
    tried = bench.count("select count(*) from safeguards_objection")
    return counted(bench, WAITING_TOO_LONG, count, "safeguards_objection", tried=tried)


TRIALS = (
    restricted_gets_nothing,
    objecting_gets_nothing,
    withdrawn_gets_nothing,
    nothing_left_after_withdrawal,
    no_objection_waits_too_long,
)

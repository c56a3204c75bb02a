"""What the trials of the one door out have in common.

Two things stand in the way, and both are tried: the decision (`door_rules.decide`), with made-up requests, and the
database's own constraints on what is put on record, with made-up rows that are never kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from forsyn.domain.safeguards.door_facts import AgreementFacts, PersonFacts, Refused, Request
from forsyn.domain.safeguards.door_rules import decide
from forsyn.kernel.periods import Period
from forsyn.policy.countries import countries
from forsyn.policy.policy import Purpose, Recipient
from forsyn.policy.vocabulary import Channel, Role
from forsyn.workflows.proof.attempts import Attempt, none_of, refused
from forsyn.workflows.proof.bench import CHECK_VIOLATION, Bench, Finding, spoken

DECIDE = "forsyn.domain.safeguards.door_rules.decide"
DISCLOSE = "select safeguards_disclose(%s::jsonb, '\\x00'::bytea, '{}'::bigint[], null, null, 'forsyn prove', null)"
MAY_DISCLOSE = """
    select rolname from pg_roles
     where pg_has_role(%s, oid, 'set') and rolname <> %s
       and has_function_privilege(oid, (select oid from pg_proc where proname = 'safeguards_disclose'), 'execute')
     order by rolname limit 1
"""
GOOD = AgreementFacts(0, "forsyn prove", Period(date(2000, 1, 1)), date(2000, 1, 1), True, "DK")
OUTSIDE = sorted(code for code, country in countries().items() if not country.in_eea)
INSIDE = sorted(code for code, country in countries().items() if country.in_eea)
RECORDED = "select count(*) from safeguards_disclosure"


def request(purpose: Purpose, recipient: Recipient, *categories: str) -> Request:
    """A request that nothing but the thing tried speaks against."""
    statute = recipient.statute.da if recipient.statute else "forsyn prove"
    return Request(purpose.key, categories, recipient.key, next(iter(Channel)), 0, statute=statute)


def codes(bench: Bench, asked: Request, agreements: tuple[AgreementFacts, ...], recipient: Recipient) -> set[str]:
    """The codes of all that speaks against a request, with a recipient as given."""
    policy = replace(bench.policy, recipients={**bench.policy.recipients, recipient.key: recipient})
    answer = decide(policy, asked, agreements=agreements, persons=PersonFacts(), today=bench.today)
    return {reason.code for reason in answer.reasons} if isinstance(answer, Refused) else set()


def reading(bench: Bench, category: str) -> Purpose:
    return next(purpose for purpose in bench.purposes() if purpose.reads(category))


def any_category(recipient: Recipient, bench: Bench) -> str:
    return next(key for key in bench.policy.categories if recipient.gets(key))


def refused_for(
    bench: Bench,
    code: str,
    recipients: Iterable[Recipient],
    change: Callable[[Request, Recipient], Request] | None = None,
    agreements: tuple[AgreementFacts, ...] = (GOOD,),
) -> Finding:
    """Each recipient is refused one of its own categories, for this reason."""
    wrong, tried = [], 0
    for recipient in recipients:
        category = any_category(recipient, bench)
        asked = request(reading(bench, category), recipient, category)
        tried += 1
        if code not in codes(bench, change(asked, recipient) if change else asked, agreements, recipient):
            wrong.append(recipient.key)
    return none_of(DECIDE, wrong, tried=tried)


def recorded(bench: Bench, role: str, constraint: str, recipients: Iterable[Recipient], **facts: object) -> Finding:
    """A disclosure to each recipient, with something wrong, must not get on record."""
    attempts = [
        Attempt(
            role, DISCLOSE, recipient.key, (_record(bench, role, recipient, facts),), (CHECK_VIOLATION,), constraint
        )
        for recipient in recipients
    ]
    return refused(bench, attempts)


def _record(bench: Bench, role: str, recipient: Recipient, wrong: dict[str, object]) -> str:
    good = {
        "at": bench.now.isoformat(), "purpose": bench.names.purpose_of(role), "recipient": recipient.key,
        "role": recipient.role.value,
        "agreement_id": None, "categories": [any_category(recipient, bench)], "countries": ["DK"], "ground": "",
        "statute": "forsyn prove", "channel": next(iter(Channel)).value, "to_person": False, "person_count": 0,
        "payload_bytes": 0,
    }  # fmt: skip
    return json.dumps(good | wrong)


def discloser(bench: Bench) -> str:
    """A role that may put disclosures on record at all."""
    rows = bench.rows(MAY_DISCLOSE, [bench.names.login, bench.names.login])
    if not rows:
        raise LookupError("no purpose may put a disclosure on record")
    return str(rows[0][0])


def of_role(bench: Bench, *roles: Role) -> list[Recipient]:
    return [recipient for recipient in bench.policy.recipients.values() if recipient.role in roles]


def pairs(bench: Bench) -> Iterator[tuple[str, str]]:
    """Recipients with the categories that the policy declares for them."""
    for recipient in bench.policy.recipients.values():
        yield from ((recipient.key, category) for category in bench.policy.categories if recipient.gets(category))


def none_on_record(bench: Bench, statement: str, parameters: list[object]) -> Finding:
    wrong, tried = bench.count(statement, parameters), bench.count(RECORDED)
    where = ("safeguards_disclosure",) if wrong else ()
    return Finding(spoken(statement, bench.reader), tried, wrong, where)

"""Trials of the one door out: whom it lets something out to, and under which agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from forsyn.domain.safeguards.door_facts import PersonFacts, Refused
from forsyn.domain.safeguards.door_rules import decide
from forsyn.kernel.periods import Period
from forsyn.policy.policy import Recipient
from forsyn.policy.vocabulary import Role
from forsyn.workflows.proof.attempts import Attempt, none_of, refused, together
from forsyn.workflows.proof.bench import Bench, Finding
from forsyn.workflows.proof.deeds import PAST_THE_DOOR
from forsyn.workflows.proof.door_attempts import (
    DECIDE,
    GOOD,
    codes,
    discloser,
    none_on_record,
    of_role,
    pairs,
    reading,
    recorded,
    refused_for,
    request,
)
from forsyn.workflows.proof.trial import control, invariant

# -- only whom the policy names, only what it names (SF-17) ------------------------------------------------------------


@control(
    "SF-17",
    da="Hver modtager bliver prøvet sendt hver kategori, den ikke må få, og en fremmed bliver prøvet sendt noget.",
    en="To each recipient each category is tried to be sent that is not for it, and something to a stranger.",
)
def undeclared_is_not_let_out(bench: Bench) -> Finding:
    """Every pair of recipient and category that the policy does not declare."""
    wrong, tried = [], 0
    for recipient in bench.policy.recipients.values():
        for category in bench.policy.categories:
            if not recipient.gets(category):
                tried += 1
                asked = request(reading(bench, category), recipient, category)
                if "category_not_for_recipient" not in codes(bench, asked, (GOOD,), recipient):
                    wrong.append(f"{recipient.key}: {category}")
    stranger = replace(next(iter(bench.policy.recipients.values())), key="stranger")
    asked = request(reading(bench, "name"), stranger, "name")
    answer = decide(bench.policy, asked, agreements=(GOOD,), persons=PersonFacts(), today=bench.today)
    if not isinstance(answer, Refused):
        wrong.append("stranger")
    return none_of(DECIDE, wrong, tried=tried + 1)


@control(
    "SF-17",
    da="Hvert formål prøver at skrive en videregivelse uden om døren.",
    en="Each purpose tries to write a disclosure without going by the door.",
)
def nobody_goes_past_the_door(bench: Bench) -> Finding:
    """Straight into the record, and into the outbox."""
    return refused(
        bench,
        [
            Attempt(bench.names.of(purpose.key), statement, f"{purpose.key}: {table}")
            for purpose in bench.purposes()
            for table, statement in PAST_THE_DOOR.items()
        ],
    )


UNDECLARED = """
    select count(*) from safeguards_disclosure as made
     where exists (select from unnest(made.categories) as sent (category)
                    where (made.recipient, sent.category) not in (select * from unnest(%s::text[], %s::text[])))
"""


@invariant(
    "SF-17",
    da="Intet er sendt til en modtager, som politikken ikke nævner kategorien for.",
    en="Nothing was sent to a recipient for which the policy does not name the category.",
)
def nothing_undeclared_went_out(bench: Bench) -> Finding:
    """All that is on record."""
    recipients, categories = zip(*pairs(bench), strict=True)
    return none_on_record(bench, UNDECLARED, [list(recipients), list(categories)])


# -- agreements (SV-14, SF-18) -----------------------------------------------------------------------------------------


@control(
    "SV-14",
    da="Hver databehandler bliver prøvet sendt noget uden en gyldig aftale.",
    en="To each processor something is tried to be sent without a valid agreement.",
)
def no_agreement_nothing_out(bench: Bench) -> Finding:
    """By the decision and by the database."""
    return _without_agreement(bench, of_role(bench, Role.PROCESSOR))


@control(
    "SF-18",
    da="Leverandørerne af de fire systemer bliver prøvet sendt noget uden en gyldig aftale.",
    en="To the suppliers of the four systems something is tried to be sent without a valid agreement.",
)
def four_systems_need_agreements(bench: Bench) -> Finding:
    """By the decision and by the database."""
    return _without_agreement(bench, _four_systems(bench))


def _four_systems(bench: Bench) -> list[Recipient]:
    return [recipient for recipient in bench.policy.recipients.values() if "SF-18" in recipient.claims]


def _without_agreement(bench: Bench, recipients: list[Recipient]) -> Finding:
    expired = replace(GOOD, period=Period(date(2000, 1, 1), date(2001, 1, 1)))
    return together(
        refused_for(bench, "no_agreement", recipients, agreements=()),
        refused_for(bench, "agreement_not_valid", recipients, agreements=(expired,)),
        recorded(bench, discloser(bench), "safeguards_disclosure_agreement", recipients),
    )


WITHOUT_AGREEMENT = """
    select count(*) from safeguards_disclosure as made
      left join safeguards_recipient_agreement as agreed on agreed.id = made.agreement_id
     where made.recipient = any(%s)
       and (agreed.id is null or agreed.recipient <> made.recipient or agreed.signed_date is null
            or agreed.document_sha256 is null
            or not agreed.period @> (made.at at time zone 'Europe/Copenhagen')::date)
"""


@invariant(
    "SV-14",
    da="Intet er sendt til en databehandler uden en aftale, der gjaldt den dag.",
    en="Nothing was sent to a processor without an agreement that held on the day.",
)
def all_went_out_under_agreements(bench: Bench) -> Finding:
    """All that is on record, beside the register of agreements."""
    return none_on_record(bench, WITHOUT_AGREEMENT, [[recipient.key for recipient in of_role(bench, Role.PROCESSOR)]])


@invariant(
    "SF-18",
    da="Intet er sendt til leverandørerne af de fire systemer uden en aftale, der gjaldt den dag.",
    en="Nothing was sent to the suppliers of the four systems without an agreement that held on the day.",
)
def four_systems_had_agreements(bench: Bench) -> Finding:
    """All that is on record, beside the register of agreements."""
    return none_on_record(bench, WITHOUT_AGREEMENT, [[recipient.key for recipient in _four_systems(bench)]])


TRIALS = (
    undeclared_is_not_let_out,
    nobody_goes_past_the_door,
    nothing_undeclared_went_out,
    no_agreement_nothing_out,
    four_systems_need_agreements,
    all_went_out_under_agreements,
    four_systems_had_agreements,
)

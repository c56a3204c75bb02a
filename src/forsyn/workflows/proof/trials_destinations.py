"""Trials of the one door out: where nothing may go, and what goes to some only."""

from __future__ import annotations

from dataclasses import replace

from forsyn.domain.safeguards.door_rules import is_marketing
from forsyn.policy.policy import Recipient
from forsyn.policy.vocabulary import Role
from forsyn.workflows.proof.attempts import none_of, together
from forsyn.workflows.proof.bench import Bench, Finding, spoken
from forsyn.workflows.proof.door_attempts import (
    DECIDE,
    GOOD,
    INSIDE,
    OUTSIDE,
    codes,
    discloser,
    none_on_record,
    of_role,
    reading,
    recorded,
    refused_for,
    request,
)
from forsyn.workflows.proof.trial import control, invariant

# -- third countries (SF-19, SV-17) ------------------------------------------------------------------------------------


@control(
    "SF-19",
    "SV-17",
    da="Hver modtager bliver prøvet flyttet til hvert land uden for EU og EØS; også lageret og underdatabehandlere.",
    en="Each recipient is tried to be moved to each country outside the EU and EEA; storage and sub-processors too.",
)
def third_countries_are_refused(bench: Bench) -> Finding:
    """By the decision, for every country of the list, and by the database."""
    moved = (replace(one, country=code) for one in bench.policy.recipients.values() for code in OUTSIDE)
    processor = of_role(bench, Role.PROCESSOR)[:1]
    abroad = [replace(GOOD, storage_country=code) for code in OUTSIDE]
    return together(
        refused_for(bench, "outside_eea", moved),
        *(refused_for(bench, "storage_outside_eea", processor, agreements=(one,)) for one in abroad),
        recorded(
            bench, discloser(bench), "safeguards_disclosure_inside", _not_processors(bench), countries=["DK", "US"]
        ),
    )


def _not_processors(bench: Bench) -> list[Recipient]:
    return [recipient for recipient in bench.policy.recipients.values() if recipient.role is not Role.PROCESSOR]


OUTSIDE_EEA = """
    select count(*) from (
        select from safeguards_disclosure where not countries <@ %s::varchar[]
        union all select from safeguards_recipient_agreement where not storage_country = any(%s)
        union all select from safeguards_sub_processor where not country = any(%s)) as place
"""


@invariant(
    "SF-19",
    "SV-17",
    da="Ingen modtager, intet lager, ingen underdatabehandler og ingen videregivelse er uden for EU og EØS.",
    en="No recipient, storage, sub-processor or disclosure is outside the EU and EEA.",
)
def nothing_is_outside(bench: Bench) -> Finding:
    """The policy, the register of agreements, and all that is on record."""
    declared = [one.key for one in bench.policy.recipients.values() if one.country not in INSIDE]
    count = bench.count(OUTSIDE_EEA, [INSIDE, INSIDE, INSIDE])
    rows = [f"{count} in the register or on record"] if count else []
    return none_of(spoken(OUTSIDE_EEA, bench.reader), declared + rows, tried=len(bench.policy.recipients))


# -- arrears, statutes, marketing (SV-13, SV-15, SV-16) ----------------------------------------------------------------


def _may_get_arrears(bench: Bench) -> list[str]:
    """Those whom the claim names, and processors, which work for the controller itself."""
    return [one.key for one in bench.policy.recipients.values() if "SV-13" in one.claims or one.role is Role.PROCESSOR]


@control(
    "SV-13",
    da="Restancer bliver prøvet sendt til alle andre end advokat, inkasso, gældsmyndighed og fogedret.",
    en="Arrears are tried to be sent to all others than lawyer, debt collector, debt authority and bailiff's court.",
)
def arrears_go_to_nobody_else(bench: Bench) -> Finding:
    """Every other recipient that decides by itself, and every processor that the policy does not name for arrears."""
    others = [one for one in bench.policy.recipients.values() if "SV-13" not in one.claims and not one.all_categories]
    purpose = reading(bench, "arrears")
    wrong = [
        one.key
        for one in others
        if "category_not_for_recipient" not in codes(bench, request(purpose, one, "arrears"), (GOOD,), one)
    ]
    return none_of(DECIDE, wrong, tried=len(others))


ARREARS = "select count(*) from safeguards_disclosure where 'arrears' = any(categories) and not recipient = any(%s)"


@invariant(
    "SV-13",
    da="Ingen restance er sendt til andre.",
    en="No arrears were sent to anybody else.",
)
def no_arrears_elsewhere(bench: Bench) -> Finding:
    """All that is on record."""
    return none_on_record(bench, ARREARS, [_may_get_arrears(bench)])


@control(
    "SV-15",
    da="Hver myndighed bliver prøvet sendt noget, uden at en lov er nævnt.",
    en="To each authority something is tried to be sent without naming a statute.",
)
def authorities_need_a_statute(bench: Bench) -> Finding:
    """By the decision and by the database."""
    authorities = of_role(bench, Role.PUBLIC_AUTHORITY)
    return together(
        refused_for(bench, "no_statute", authorities, lambda asked, _: replace(asked, statute="")),
        recorded(bench, discloser(bench), "safeguards_disclosure_statute", authorities, statute=""),
    )


WITHOUT_STATUTE = "select count(*) from safeguards_disclosure where recipient = any(%s) and statute = ''"


@invariant(
    "SV-15",
    da="Intet er sendt til en myndighed, uden at loven er skrevet ned.",
    en="Nothing was sent to an authority without its statute on record.",
)
def statutes_are_on_record(bench: Bench) -> Finding:
    """All that is on record."""
    return none_on_record(bench, WITHOUT_STATUTE, [[one.key for one in of_role(bench, Role.PUBLIC_AUTHORITY)]])


@control(
    "SV-16",
    da="Hver modtager beder om oplysninger til sin egen markedsføring.",
    en="Each recipient asks for data for marketing of its own.",
)
def their_marketing_is_refused(bench: Bench) -> Finding:
    """Whatever the category."""
    recipients = bench.policy.recipients.values()
    return refused_for(bench, "marketing_by_others", recipients, lambda asked, _: replace(asked, their_marketing=True))


MARKETING = """
    select count(*) from safeguards_disclosure
     where purpose = any(%s) and role in ('controller', 'joint_controller')
"""


@invariant(
    "SV-16",
    da="Intet er sendt til en anden dataansvarlig som led i markedsføring.",
    en="Nothing was sent to another controller as a part of marketing.",
)
def nothing_went_out_for_marketing(bench: Bench) -> Finding:
    """All that is on record."""
    return none_on_record(bench, MARKETING, [[purpose.key for purpose in bench.purposes(is_marketing)]])


TRIALS = (
    third_countries_are_refused,
    nothing_is_outside,
    arrears_go_to_nobody_else,
    no_arrears_elsewhere,
    authorities_need_a_statute,
    statutes_are_on_record,
    their_marketing_is_refused,
    nothing_went_out_for_marketing,
)

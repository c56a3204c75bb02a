"""Trials of what is done about breaches (SF-30), and that each legitimate interest has been weighed (SF-11, SV-09)."""

from __future__ import annotations

from datetime import timedelta

from forsyn.domain.accountability.assessment_rules import BALANCING, Decided, basis, must_balance, standing
from forsyn.policy.purposes import P
from forsyn.workflows.proof.attempts import NOTHING_TO_TRY, Attempt, counted, none_of, refused, together
from forsyn.workflows.proof.bench import CHECK_VIOLATION, Bench, Finding, spoken
from forsyn.workflows.proof.deeds import CHANGES_OF_A_BREACH, CLOSE_UNTOLD, NOTIFY_LATE
from forsyn.workflows.proof.trial import control, invariant

TELL_WITHIN = timedelta(hours=72)
"""So long persons may wait for their letter once a high risk was found."""


@control(
    "SF-30",
    da="Et brud med høj risiko prøves afsluttet, før den berørte har fået besked, og anmeldt for sent uden grund.",
    en="It is tried to close a breach with high risk before the person is told, and to notify late without a reason.",
)
def nobody_is_left_untold(bench: Bench) -> Finding:
    """As the role that works on breaches; on a breach that is made for the trial and never kept."""
    rows = bench.rows(
        "select (select min(id) from customers_customer), (select min(id) from accounts_account where kind = 'staff')"
    )
    ((customer, account),) = rows
    if customer is None or account is None:
        return Finding(spoken(CLOSE_UNTOLD), 0, 0, (), NOTHING_TO_TRY)
    role = bench.reader
    return refused(
        bench,
        [
            Attempt(
                role, CLOSE_UNTOLD, "accountability_breach", (account, account, customer, account, account),
                (CHECK_VIOLATION,), "accountability_breach_told",
            ),
            Attempt(
                role, NOTIFY_LATE, "accountability_breach_notice", (account, account, account),
                (CHECK_VIOLATION,), "accountability_notice_late",
            ),
        ],
    )  # fmt: skip


@control(
    "SF-30",
    da="Hvert formål prøver at rette og slette i forløbet af et brud. Kun oprydningen må slette.",
    en="Each purpose tries to change and to delete the record of a breach. Only retention may delete.",
)
def nobody_rewrites_a_breach(bench: Bench) -> Finding:
    """As every role; what is deleted when its time is up is the exception."""
    retention = bench.role_of(P.RETENTION)
    roles = [bench.names.login, *(bench.names.of(purpose.key) for purpose in bench.purposes())]
    return refused(
        bench,
        [
            Attempt(role, deed, f"{role}: {deed.split()[0]}")
            for role in roles
            for deed in CHANGES_OF_A_BREACH
            if not (role == retention and deed.startswith("delete"))
        ],
    )


UNTOLD = """
    select count(*) from accountability_breach_person as person
      join accountability_breach as breach on breach.id = person.breach_id
     where breach.risk = 'high' and breach.capacity = 'controller' and breach.exception is null
       and breach.assessed_at < %s and person.told_at is null and person.left_out_reason = ''
"""
UNRECORDED = """
    select count(*) from accountability_breach_person as person
     where person.told_at is not null
       and not exists (select from safeguards_disclosure_person as left_us
                        where left_us.disclosure_id = person.disclosure_id and left_us.part = 'about'
                          and left_us.customer_id = person.customer_id)
"""


@invariant(
    "SF-30",
    da="Alle, som et brud med høj risiko berører, har fået besked senest 72 timer efter vurderingen, og hvert brev "
    "står på dørens liste.",
    en="Everybody whom a breach with high risk touches was told within 72 hours of the assessment, and each letter is "
    "on the door's record.",
)
def those_at_high_risk_are_told(bench: Bench) -> Finding:
    """Persons, not breaches."""
    parameters = [bench.now - TELL_WITHIN]
    tried = bench.count("select count(*) from accountability_breach_person")
    table = "accountability_breach_person"
    return together(
        counted(bench, UNTOLD, bench.count(UNTOLD, parameters), table, tried=tried),
        counted(bench, UNRECORDED, bench.count(UNRECORDED), table, tried=tried),
    )


UNNOTIFIED = """
    select count(*) from accountability_breach as breach
     where (breach.capacity = 'processor' or breach.risk is distinct from 'none') and breach.notify_by_at < %s
       and not exists (select from accountability_breach_notice as notice
                        where notice.breach_id = breach.id and notice.sent_at is not null)
"""


@invariant(
    "SF-30",
    da="Intet brud er uanmeldt, efter at de 72 timer er gået.",
    en="No breach is unnotified after its 72 hours.",
)
def breaches_are_notified(bench: Bench) -> Finding:
    """Those found to be no risk are left out."""
    tried = bench.count("select count(*) from accountability_breach")
    return counted(bench, UNNOTIFIED, bench.count(UNNOTIFIED, [bench.now]), "accountability_breach", tried=tried)


DECIDED = """
    select distinct on (purpose) purpose, decision, review_date, basis from accountability_assessment
     where kind = %s and decided_at is not null order by purpose, version desc
"""


@invariant(
    "SF-11",
    "SV-09",
    da="Hvert formål, der hviler på en legitim interesse, har en interesseafvejning, som gælder nu.",
    en="Each purpose that rests on a legitimate interest has a balancing test that holds today.",
)
def legitimate_interests_are_balanced(bench: Bench) -> Finding:
    """The latest decision on each, laid beside what the policy says now."""
    decided = {purpose: Decided(*found) for purpose, *found in bench.rows(DECIDED, [BALANCING])}
    wanted = must_balance(bench.policy)
    wrong = [
        f"{one.key}: {stands}"
        for one in wanted
        if not (
            stands := standing(
                decided=decided.get(one.key), has_draft=False, present_basis=basis(one), today=bench.today
            )
        ).holds
    ]
    return none_of(spoken(DECIDED, bench.reader), wrong, tried=len(wanted))


TRIALS = (
    nobody_is_left_untold,
    nobody_rewrites_a_breach,
    those_at_high_risk_are_told,
    breaches_are_notified,
    legitimate_interests_are_balanced,
)

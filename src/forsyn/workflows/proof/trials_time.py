"""Trials of time and of people: what lies longer than it may, and who decided."""

from __future__ import annotations

from datetime import timedelta

from forsyn.policy.purposes import P
from forsyn.workflows.proof.attempts import Attempt, counted, none_of, refused
from forsyn.workflows.proof.bench import CHECK_VIOLATION, DENIED, GRACE, NOT_NULL_VIOLATION, Bench, Finding, spoken
from forsyn.workflows.proof.deeds import NAMELESS, NAMELESS_ACCESS, NEVER_REVIEWED
from forsyn.workflows.proof.trial import control, invariant

# -- retention (SF-14, SV-11, SF-15) -----------------------------------------------------------------------------------

OLD_SESSIONS = "select count(*) from accounts_session where expire_date < %s"


@invariant(
    "SF-14",
    "SV-11",
    da="Intet besøg i selvbetjeningen ligger længere, end politikken siger, og en nat mere.",
    en="No visit to self-service lies longer than the policy says, and a night more.",
)
def visits_are_cleared(bench: Bench) -> Finding:
    """Sessions whose time has run out are deleted whenever somebody signs in."""
    count = bench.count(OLD_SESSIONS, [bench.now - GRACE])
    tried = bench.count("select count(*) from accounts_session")
    return counted(bench, OLD_SESSIONS, count, "accounts_session", tried=tried)


SENSITIVE = ("cpr", "health_notice", "threat_notice", "premises_notice", "offence")
UNREVIEWED = " union all ".join(
    f"select 'sensitive_{kind}' from sensitive_{kind} where review_date < %s"  # noqa: S608
    for kind in SENSITIVE
)


@invariant(
    "SF-15",
    da="Ingen følsom oplysning ligger, efter at den skulle være set efter.",
    en="No sensitive row lies past the date of its review.",
)
def sensitive_rows_are_reviewed(bench: Bench) -> Finding:
    """Each table of sensitive data; what nobody reviews may lie until the next night."""
    late = bench.rows(UNREVIEWED, [bench.today - timedelta(days=1)] * len(SENSITIVE))
    return none_of(spoken(UNREVIEWED, bench.reader), [table for (table,) in late], tried=len(SENSITIVE))


MORE = {
    "sensitive_cpr": (", lookup, lookup_key", ", decode(repeat('00', 32), 'hex'), 'forsyn prove'"),
    "sensitive_health_notice": (", consent_id", ", -1"),
}
"""What else a row of these must have."""


@control(
    "SF-15",
    da="Følsomme oplysninger bliver prøvet gemt uden en dag, hvor nogen skal se, om de stadig betyder noget.",
    en="Sensitive data are tried to be kept without a day on which somebody looks whether they still matter.",
)
def nothing_sensitive_without_a_review(bench: Bench) -> Finding:
    """In each table, as each purpose that writes there."""
    return refused(bench, [one for kind in SENSITIVE for one in _never_reviewed(bench, f"sensitive_{kind}")])


@control(
    "SF-16",
    da="Et strafbart forhold bliver prøvet gemt uden en dag, hvor det senest er anmeldt eller slettet.",
    en="An offence is tried to be kept without a day by which it is reported or deleted.",
)
def no_offence_without_an_end(bench: Bench) -> Finding:
    """As each purpose that writes them."""
    return refused(bench, _never_reviewed(bench, "sensitive_offence"))


def _never_reviewed(bench: Bench, table: str) -> list[Attempt]:
    more, values = MORE.get(table, ("", ""))
    statement = NEVER_REVIEWED.format(table=table, more=more, values=values)
    working = bench.purposes(lambda purpose: bool(bench.matrix.of(purpose.key, table).insert))
    somebody = bench.rows("select min(id) from customers_customer having count(*) > 0")
    stops = (NOT_NULL_VIOLATION, DENIED)  # a purpose that rests on consent is denied whom it does not see
    return [
        Attempt(bench.names.of(one.key), statement, f"{one.key}: {table}", customer, stops)
        for one in working
        for customer in somebody
    ]


# -- decisions (SV-10) -------------------------------------------------------------------------------------------------


@control(
    "SV-10",
    da="Afgørelser bliver prøvet skrevet uden navnet på den, der traf dem.",
    en="Decisions are tried to be recorded without the name of whoever took them.",
)
def decisions_need_a_name(bench: Bench) -> Finding:
    """About an objection, and about an access."""
    attempts = [
        Attempt(
            bench.reader, NAMELESS, "safeguards_objection", (customer_id, bench.now, bench.now), (CHECK_VIOLATION,),
            "safeguards_objection_decided",
        )
        for (customer_id,) in bench.rows("select id from customers_customer limit 1")
    ]  # fmt: skip
    attempts += [
        Attempt(
            bench.role_of(P.STAFF_ADMINISTRATION), NAMELESS_ACCESS, "accounts_access_request",
            (account_id, role, bench.today, bench.today + timedelta(days=1), bench.now, bench.now), (CHECK_VIOLATION,),
            "accounts_access_request_decided",
        )
        for (account_id,) in bench.rows("select id from accounts_account where kind = 'staff' limit 1")
        for role in list(bench.policy.staff_roles)[:1]
    ]  # fmt: skip
    return refused(bench, attempts)


DECIDED_BY_NOBODY = """
    select 'safeguards_objection' from safeguards_objection where decided_at is not null and decided_by_id is null
    union all select 'safeguards_restriction' from safeguards_restriction
               where recorded_by_id is null or (ended_at is not null and ended_by_id is null)
    union all select 'accounts_access_request' from accounts_access_request
               where decided_at is not null and decided_by_id is null
    union all select 'metering_quarantine' from metering_quarantine
               where state = 'rejected' and (decided_by_id is null or decided_at is null)
"""


@invariant(
    "SV-10",
    da="Hver afgørelse om et menneske har et navn og et tidspunkt.",
    en="Every decision about a person has a name and a time.",
)
def every_decision_has_a_name(bench: Bench) -> Finding:
    """Objections, restrictions, accesses, and meter values that were not believed."""
    nameless = [table for (table,) in bench.rows(DECIDED_BY_NOBODY)]
    tables = DECIDED_BY_NOBODY.count("from")
    return none_of(spoken(DECIDED_BY_NOBODY, bench.reader), nameless, tried=tables)


TRIALS = (
    visits_are_cleared,
    sensitive_rows_are_reviewed,
    nothing_sensitive_without_a_review,
    no_offence_without_an_end,
    decisions_need_a_name,
    every_decision_has_a_name,
)

"""Trials of the retention night: nothing lies longer than its rule says, and what does is held by somebody named."""

from __future__ import annotations

from datetime import timedelta

from forsyn.domain.billing.draft_queries import count_stale
from forsyn.domain.retention import queries
from forsyn.domain.retention.rules import parameters
from forsyn.policy.bindings import Table, day_of
from forsyn.policy.ends import cutoff, end_date
from forsyn.policy.policy import Retention
from forsyn.policy.purposes import P
from forsyn.workflows.night_steps import NightBasis, drafts_before, night_basis
from forsyn.workflows.proof.attempts import Attempt, counted, refused
from forsyn.workflows.proof.bench import CHECK_VIOLATION, NOT_NULL_VIOLATION, Bench, Finding, spoken
from forsyn.workflows.proof.deeds import NAMELESS_HOLD
from forsyn.workflows.proof.trial import control, invariant

RUNS = "billing_run"
UNREVIEWED = "select count(*) from sensitive_offence where review_date < %s"


@invariant(
    "SF-14",
    "SV-11",
    da="Ingen række ligger længere, end dens regel siger, og en nat mere, medmindre nogen holder den tilbage.",
    en="No row lies longer than its rule says, and a night more, unless somebody holds it.",
)
def nothing_is_over_and_still_there(bench: Bench) -> Finding:
    """What the night of yesterday should have taken, counted by the night's own conditions, table by table."""
    basis = night_basis(bench.policy, today=bench.today - timedelta(days=1))
    with bench.as_role(bench.role_of(P.RETENTION)):
        left = _left(basis)
    wrong = {table: count for table, count in left.items() if count}
    asked = spoken("-- forsyn night preview", bench.role_of(P.RETENTION))
    return Finding(asked, len(left), sum(wrong.values()), tuple(wrong))


def _left(basis: NightBasis) -> dict[str, int]:
    spared = queries.whom_to_spare(basis.plan.holding, today=basis.today)
    given = parameters(basis.before, spared)
    given = queries.all_parameters(basis.plan, given, before=basis.before, spared=spared)
    found: dict[str, int] = {}
    for item in basis.items:
        if item.derived is not None:
            found[item.table] = found.get(item.table, 0) + queries.count(item.derived, given)
    before = drafts_before(basis.policy, basis.today)
    if before is not None:
        found[RUNS] = found.get(RUNS, 0) + count_stale(before=before)
    return found


@control(
    "SF-14",
    "SV-11",
    da="Et tilbagehold uden grund, ejer eller ende bliver prøvet skrevet.",
    en="A hold without a reason, an owner or an end is tried to be recorded.",
)
def longer_needs_a_reason_an_owner_and_an_end(bench: Bench) -> Finding:
    """Each left out in turn, for a customer that is there."""
    whole = (
        "sag",
        "fordi",
        bench.rows("select min(id) from accounts_account")[0][0],
        bench.now,
        bench.today,
        bench.today,
    )
    attempts = []
    for (customer_id,) in bench.rows("select id from customers_customer limit 1"):
        for place, value, state in (
            (0, "", CHECK_VIOLATION),
            (1, "", CHECK_VIOLATION),
            (2, None, NOT_NULL_VIOLATION),
            (4, None, NOT_NULL_VIOLATION),
            (5, bench.today + timedelta(days=1), CHECK_VIOLATION),
        ):
            said = (customer_id, *whole[:place], value, *whole[place + 1 :])
            attempts.append(Attempt(bench.reader, NAMELESS_HOLD, "safeguards_hold", said, (state,)))
    return refused(bench, attempts)


OVER = f"""
    select count(*) from (values (%s::timestamptz, true), (%s::timestamptz, false)) as t0 (recorded_at, over)
     where ({day_of("recorded_at")} < %s) is distinct from over
"""  # noqa: S608 - a constant of the program


@control(
    "SV-12",
    da="To tænkte rapporter, den ene en dag for gammel, bliver prøvet mod nattens regel om to år.",
    en="Two imagined reports, one of them a day too old, are tried against the night's rule of two years.",
)
def reports_go_after_two_years(bench: Bench) -> Finding:
    """The day that the engine reckons, and the condition that it asks the database with."""
    rules = [rule for rule in bench.policy.retention.values() if _is_about_newsletters(rule)]
    wrong = []
    for rule in rules:
        before = cutoff(bench.policy, rule, bench.today)
        last, kept = before - timedelta(days=1), before
        reckoned = end_date(bench.policy, rule, last) <= bench.today < end_date(bench.policy, rule, kept)
        asked = bench.count(OVER, [f"{last} 12:00Z", f"{kept} 12:00Z", before])
        if asked or not reckoned or (rule.period.years, rule.period.months) != (2, 0):
            wrong.append(rule.key)
    return Finding(spoken(OVER, bench.reader), len(rules), len(wrong), tuple(wrong))


@invariant(
    "SV-12",
    da="Ingen tabel har rapporter om nyhedsbreve eller tallene bag dem, uden at natten sletter dem.",
    en="No table has newsletter reports or the data under them without the night deleting them.",
)
def reports_are_nowhere_without_an_end(bench: Bench) -> Finding:
    """Every column that may hold them lies in a table that the night ends."""
    categories = {
        category
        for rule in bench.policy.retention.values()
        if _is_about_newsletters(rule)
        for category in rule.categories
    }
    holding = {table.name: table for category in categories for table in _tables(bench, category)}
    endless = [name for name, table in holding.items() if not table.ends]
    return Finding("policy.ends.ends_of", max(len(bench.tables), 1), len(endless), tuple(endless))


@invariant(
    "SF-16",
    da="Intet om et strafbart forhold ligger, efter at det skulle være set efter: anmeldt eller slettet.",
    en="Nothing about an offence lies past the date of its review: reported or deleted.",
)
def offences_do_not_linger(bench: Bench) -> Finding:
    """An offence that nobody reports is deleted with the night after its review."""
    late = bench.count(UNREVIEWED, [bench.today - timedelta(days=1)])
    tried = bench.count("select count(*) from sensitive_offence")
    return counted(bench, UNREVIEWED, late, "sensitive_offence", tried=tried)


def _is_about_newsletters(rule: Retention) -> bool:
    """What was recorded of newsletters; subscriptions end when somebody unsubscribes."""
    return rule.event == "recorded" and any(category.startswith("newsletter_") for category in rule.categories)


def _tables(bench: Bench, category: str) -> list[Table]:
    return [bound.table for bound in bench.bindings.holding(category)]


TRIALS = (
    nothing_is_over_and_still_there,
    longer_needs_a_reason_an_owner_and_an_end,
    reports_go_after_two_years,
    reports_are_nowhere_without_an_end,
    offences_do_not_linger,
)

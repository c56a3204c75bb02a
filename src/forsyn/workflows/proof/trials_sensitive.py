"""Trials of what is taken special care of: health, threats, children and animals; and of offences."""

from __future__ import annotations

from forsyn.policy.bindings import Table
from forsyn.workflows.proof.attempts import COMPARED, Attempt, counted, none_of, refused, together
from forsyn.workflows.proof.bench import CHECK_VIOLATION, DENIED, GRACE, NO_SUCH_ROW, Bench, Finding, spoken
from forsyn.workflows.proof.deeds import HEALTH_BARE
from forsyn.workflows.proof.trial import control, invariant
from forsyn.workflows.proof.trials_roles import closed_to_others, substance

CARE = ("health", "threats", "children_and_animals")
HEALTH_WITHOUT_CONSENT = """
    select count(*) from sensitive_health_notice as kept
      left join safeguards_consent as given on given.id = kept.consent_id
     where given.id is null or given.customer_id <> kept.customer_id or given.proof is null
        or given.withdrawn_at <= %s
"""
HANDED_OVER = """
    select count(*) from sensitive_offence as kept
      join sensitive_report_receipt as receipt on receipt.offence_id = kept.id
     where receipt.handed_over_at <= %s
"""


def tables_of(bench: Bench, *categories: str) -> list[Table]:
    """The tables that are there for these categories."""
    return [table for table in bench.tables if substance(table, *categories)]


def amiss(bench: Bench, tables: list[Table], count: int, statement: str) -> Finding:
    """Rows without their ground, and rights and row policies on the tables that are not as declared."""
    names = {table.name for table in tables}
    differing = [one.says for one in bench.deviations if one.extra and one.table in names]
    rows = [f"{count} rows"] if count else []
    shown = statement if statement == COMPARED else spoken(statement, bench.reader)
    return none_of(shown, rows + differing, tried=len(names))


# -- interruptions (SF-04, SV-06) --------------------------------------------------------------------------------------


@control(
    "SF-04",
    da="Hvert formål uden for afbrydelser prøver at læse helbred, trusler og børn eller dyr.",
    en="Each purpose outside interruptions tries to read health, threats and children or animals.",
)
def care_is_closed_to_others(bench: Bench) -> Finding:
    """Every column of the three tables, that a row is there included."""
    return closed_to_others(bench, tables_of(bench, *CARE))


@control(
    "SV-06",
    da="Hvert formål uden for afbrydelser prøver at læse helbredsoplysninger.",
    en="Each purpose outside interruptions tries to read health data.",
)
def health_is_closed_to_others(bench: Bench) -> Finding:
    """Every column of the table, that a row is there included."""
    return closed_to_others(bench, tables_of(bench, "health"))


@control(
    "SF-04",
    "SV-06",
    da="En oplysning om sygdom bliver prøvet gemt uden skriftligt samtykke.",
    en="A notice of illness is tried to be kept without a written consent.",
)
def health_is_not_kept_without_consent(bench: Bench) -> Finding:
    """As each purpose that works with such notices."""
    row = next(iter(bench.rows("select id from customers_customer limit 1")), None)
    working = bench.purposes(lambda purpose: bool(bench.matrix.of(purpose.key, "sensitive_health_notice").insert))
    return refused(
        bench,
        [
            Attempt(
                bench.names.of(one.key),
                HEALTH_BARE,
                f"{one.key}: notice",
                row,
                (DENIED, CHECK_VIOLATION, NO_SUCH_ROW),
                "sensitive_health_not",
            )
            for one in working
            if row
        ],
    )


@invariant(
    "SF-04",
    da="Ingen har anden ret til helbred, trusler og børn eller dyr end erklæret.",
    en="Nobody has another right to health, threats and children or animals than declared.",
)
def care_is_as_declared(bench: Bench) -> Finding:
    """Rights and row policies, and that only purposes of interruptions, claims and rights read them."""
    tables = tables_of(bench, *CARE)
    return together(amiss(bench, tables, 0, COMPARED), _health(bench))


@invariant(
    "SV-06",
    da="Ingen helbredsoplysning ligger uden et gældende skriftligt samtykke, og ingen har anden ret til dem.",
    en="No health data lie without a live written consent, and nobody has another right to them.",
)
def no_health_without_consent(bench: Bench) -> Finding:
    """What a withdrawal leaves over may lie until the next night."""
    return together(amiss(bench, tables_of(bench, "health"), 0, COMPARED), _health(bench))


def _health(bench: Bench) -> Finding:
    count = bench.count(HEALTH_WITHOUT_CONSENT, [bench.now - GRACE])
    where = ("sensitive_health_notice",) if count else ()
    return Finding(spoken(HEALTH_WITHOUT_CONSENT, bench.reader), 1, count, where)


# -- offences (SF-06, SF-16) -------------------------------------------------------------------------------------------


@control(
    "SF-06",
    da="Hvert formål, der ikke anmelder, prøver at læse strafbare forhold.",
    en="Each purpose that reports nothing tries to read offences.",
)
def offences_are_closed_to_others(bench: Bench) -> Finding:
    """Every column of the table, that a row is there included."""
    return closed_to_others(bench, tables_of(bench, "offences"))


@invariant(
    "SF-06",
    da="Ingen har anden ret til strafbare forhold end erklæret.",
    en="Nobody has another right to offences than declared.",
)
def offences_are_as_declared(bench: Bench) -> Finding:
    """Rights and row policies."""
    return amiss(bench, tables_of(bench, "offences"), 0, COMPARED)


@invariant(
    "SF-06",
    "SF-16",
    da="Intet strafbart forhold ligger endnu, når anmeldelsen er afleveret.",
    en="No offence still lies once its report is handed over.",
)
def no_offence_after_hand_over(bench: Bench) -> Finding:
    """The receipt stays, the content goes."""
    count = bench.count(HANDED_OVER, [bench.now])
    tried = bench.count("select count(*) from sensitive_report_receipt")
    return counted(bench, HANDED_OVER, count, "sensitive_offence", tried=tried)


TRIALS = (
    care_is_closed_to_others,
    health_is_closed_to_others,
    health_is_not_kept_without_consent,
    care_is_as_declared,
    no_health_without_consent,
    offences_are_closed_to_others,
    offences_are_as_declared,
    no_offence_after_hand_over,
)

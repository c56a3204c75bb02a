"""Trials of purposes as roles of the database: who may read which columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection

from forsyn.policy.bindings import Personal, Table
from forsyn.policy.policy import Purpose
from forsyn.policy.purposes import P
from forsyn.workflows.proof.attempts import COMPARED, Attempt, closed_columns, none_of, reads, refused_reads
from forsyn.workflows.proof.bench import Bench, Finding
from forsyn.workflows.proof.deviations import Deviation, Part
from forsyn.workflows.proof.trial import control, invariant


def deviating(bench: Bench, wanted: Callable[[Deviation], bool], *, tried: int) -> Finding:
    """The differences between the database and the declarations that concern a claim."""
    return none_of(COMPARED, [one.says for one in bench.deviations if wanted(one)], tried=tried)


def substance(table: Table, *categories: str) -> bool:
    """Whether a table holds one of these categories, and not as the mere link to the person."""
    return any(
        isinstance(binding, Personal) and binding.categories[-1:] and set(binding.categories) & set(categories)
        for binding in table.columns.values()
    )


def closed_to_others(bench: Bench, tables: Iterable[Table]) -> Finding:
    """Each purpose tries to read each column of some tables that is closed to it; of a closed table, anything."""
    return refused_reads(
        attempt
        for table in tables
        for purpose in bench.purposes()
        for attempt in (
            reads(bench.names.of(purpose.key), table.name, closed_columns(bench, table, purpose))
            if bench.matrix.of(purpose.key, table.name).select
            else [anything(bench.names.of(purpose.key), table.name)]
        )
    )


def anything(role: str, table: str) -> Attempt:
    """An attempt to read a table at all: one readable column is enough for it."""
    return Attempt(role, f"select from {connection.ops.quote_name(table)} limit 0", table)


# -- no purpose, nothing personal (SF-10) ------------------------------------------------------------------------------


@control(
    "SF-10",
    da="Programmets login prøver at læse hver tabel uden et formål.",
    en="The program's login tries to read every table without a purpose.",
)
def nothing_without_a_purpose(bench: Bench) -> Finding:
    """Only what is declared open may be read."""
    return refused_reads(anything(bench.names.login, table.name) for table in bench.tables if not table.open)


@control(
    "SF-10",
    "SV-07",
    da="Hvert formål prøver at læse en kolonne, det ikke må, i hver tabel.",
    en="Each purpose tries to read, in each table, a column that is closed to it.",
)
def each_reads_only_its_own(bench: Bench) -> Finding:
    """One closed column of each table; all of them are compared in the catalog."""
    return refused_reads(
        attempt
        for purpose in bench.purposes()
        for table in bench.tables
        for attempt in reads(bench.names.of(purpose.key), table.name, closed_columns(bench, table, purpose)[:1])
    )


@invariant(
    "SF-10",
    "SV-07",
    da="Rollernes rettigheder i databasen er præcis dem, politikken giver.",
    en="The roles' rights in the database are exactly those that the policy gives.",
)
def rights_are_those_declared(bench: Bench) -> Finding:
    """Roles, who may enter them, and every grant on tables, columns, functions and schemas."""
    cells = sum(len(found.select) for _, _, found in bench.matrix.cells())
    return deviating(bench, lambda one: one.part in (Part.ROLE, Part.GRANT), tried=cells)


# -- instalment plans (SF-05) ------------------------------------------------------------------------------------------

PLAN = {"name", "address", "arrears", "instalment_plan"}


def _of_plans(bench: Bench) -> Purpose:
    purpose = bench.policy.purpose_for(P.INSTALMENT_PLANS)
    if purpose is None:
        raise LookupError("the policy has no purpose for instalment plans")
    return purpose


@control(
    "SF-05",
    da="Formålet afdragsordninger prøver at læse alt andet end navn, adresse, restance og ordning.",
    en="The purpose of instalment plans tries to read all but name, address, arrears and plan.",
)
def plans_read_nothing_else(bench: Bench) -> Finding:
    """Every personal column of another category must be refused."""
    role = bench.names.of(_of_plans(bench).key)
    return refused_reads(
        attempt
        for table in bench.tables
        for attempt in reads(role, table.name, _beyond(table, PLAN))
        if bench.catalog.has(*attempt.where.split("."))
    )


def _beyond(table: Table, categories: set[str]) -> list[str]:
    return [
        column
        for column, binding in table.columns.items()
        if isinstance(binding, Personal) and not set(binding.categories) & categories
    ]


@invariant(
    "SF-05",
    da="Formålet afdragsordninger nævner kun de fire kategorier, og databasen giver det ikke mere.",
    en="The purpose of instalment plans names the four categories only, and the database gives it no more.",
)
def plans_hold_four_categories(bench: Bench) -> Finding:
    """The policy's list, and the role's rights."""
    purpose = _of_plans(bench)
    declared = [key for key in bench.policy.categories if purpose.reads(key) and key not in PLAN]
    given = [one.says for one in bench.deviations if one.purpose == purpose.key and one.extra]
    return none_of(COMPARED, declared + given, tried=len(purpose.categories))


# -- the phone (SV-05) -------------------------------------------------------------------------------------------------

PHONES = ("landline", "mobile", "work_phone")


def _without_phones(bench: Bench) -> list[Purpose]:
    return bench.purposes(lambda purpose: not any(purpose.reads(phone) for phone in PHONES))


@control(
    "SV-05",
    da="Formål uden kontakt prøver at læse telefonnumre.",
    en="Purposes that contact nobody try to read phone numbers.",
)
def phones_are_for_contact(bench: Bench) -> Finding:
    """The value itself where nothing of the table may be read; else see the invariant, which counts the rows."""
    return refused_reads(
        attempt
        for table in bench.tables
        if substance(table, *PHONES)
        for purpose in _without_phones(bench)
        if not bench.matrix.of(purpose.key, table.name)
        for attempt in reads(bench.names.of(purpose.key), table.name, ["value"] if "value" in table.columns else [])
    )


@invariant(
    "SV-05",
    da="Ingen række med et telefonnummer ses af et formål uden kontakt.",
    en="No row with a phone number is seen by a purpose that contacts nobody.",
)
def phone_rows_are_unseen(bench: Bench) -> Finding:
    """Where each row tells what it holds, rows with a phone are hidden from purposes that read other kinds."""
    wrong, statement, tried = [], "", 0
    for table in bench.tables:
        if table.told_by is None or not substance(table, *PHONES):
            continue
        kinds = [value for value, category in table.told_by.categories.items() if category in PHONES]
        quoted = connection.ops.quote_name
        statement = f"select count(*) from {quoted(table.name)} where {quoted(table.told_by.column)} = any(%s)"  # noqa: S608
        for purpose in _without_phones(bench):
            if bench.matrix.of(purpose.key, table.name).select:
                tried += 1
                if bench.count(statement, [kinds], role=bench.names.of(purpose.key)):
                    wrong.append(f"{purpose.key}: {table.name}")
    found = [one.says for one in bench.deviations if one.table and one.extra and _holds_phones(bench, one.table)]
    return none_of(statement, wrong + found, tried=tried)


def _holds_phones(bench: Bench, name: str) -> bool:
    table = bench.bindings.table(name)
    return table is not None and substance(table, *PHONES)


# -- operation optimisation (SF-12) ------------------------------------------------------------------------------------


def _pseudonymous(bench: Bench) -> list[Purpose]:
    return bench.purposes(lambda purpose: purpose.pseudonymous)


@control(
    "SF-12",
    da="Driftsoptimering prøver at læse navne, adresser, målernumre og målte værdier med målernummer.",
    en="Operation optimisation tries to read names, addresses, meter numbers, and values under a meter number.",
)
def operation_sees_no_person(bench: Bench) -> Finding:
    """Every personal column of every table that is not under pseudonyms."""
    return refused_reads(
        attempt
        for purpose in _pseudonymous(bench)
        for table in bench.tables
        if not table.pseudonymous
        for attempt in reads(bench.names.of(purpose.key), table.name, closed_columns(bench, table, purpose))
    )


@invariant(
    "SF-12",
    da="Databasen giver kun driftsoptimering kolonner under pseudonym.",
    en="The database gives operation optimisation columns under pseudonyms only.",
)
def operation_works_on_pseudonyms(bench: Bench) -> Finding:
    """No declared privilege on other personal tables, and none besides those declared."""
    keys = {purpose.key for purpose in _pseudonymous(bench)}
    named = [
        f"{purpose}: {table}"
        for purpose, table, found in bench.matrix.cells()
        if purpose in keys and found.select and not _fit_for_pseudonyms(bench, table)
    ]
    given = [one.says for one in bench.deviations if one.extra and one.purpose in keys]
    veiled = [one.says for one in bench.deviations if one.extra and one.table and _is_pseudonymous(bench, one.table)]
    tables = sum(table.pseudonymous for table in bench.tables)
    return none_of(COMPARED, [*named, *dict.fromkeys(given + veiled)], tried=tables)


def _is_pseudonymous(bench: Bench, name: str) -> bool:
    table = bench.bindings.table(name)
    return table is not None and table.pseudonymous


def _fit_for_pseudonyms(bench: Bench, name: str) -> bool:
    table = bench.bindings.table(name)
    return table is not None and (
        table.pseudonymous or not any(isinstance(binding, Personal) for binding in table.columns.values())
    )


TRIALS = (
    nothing_without_a_purpose,
    each_reads_only_its_own,
    rights_are_those_declared,
    plans_read_nothing_else,
    plans_hold_four_categories,
    phones_are_for_contact,
    phone_rows_are_unseen,
    operation_sees_no_person,
    operation_works_on_pseudonyms,
)

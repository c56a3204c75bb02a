"""Trials of what is declared: the policy file, the columns, the public notice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.conf import settings

from forsyn.domain.safeguards.queries import rows_with_a_value
from forsyn.policy import catalog as catalogs
from forsyn.policy import not_held
from forsyn.policy.bindings import Personal
from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable
from forsyn.policy.consistency import grounds, references, sensitive
from forsyn.policy.document import as_text
from forsyn.policy.loading import parse_policy
from forsyn.policy.notice import notice
from forsyn.policy.policy import Contact
from forsyn.policy.problems import PolicyError, Problem
from forsyn.policy.vocabulary import Language
from forsyn.workflows.proof.attempts import none_of
from forsyn.workflows.proof.bench import Bench, Finding
from forsyn.workflows.proof.trial import control, invariant

SMUGGLED = CatalogTable({"id": CatalogColumn("bigint"), "shoe_size": CatalogColumn("integer")})


@control(
    "SF-03",
    "SV-04",
    "SF-20",
    "SV-21",
    da="En tabel og en kolonne, som ingen har erklæret, standser programmet.",
    en="A table and a column that nobody has declared stop the program.",
)
def undeclared_is_refused(bench: Bench) -> Finding:
    """A table and a column that nobody has declared, put into the snapshot of the catalog, must stop the program."""
    tables = dict(bench.catalog.tables)
    name = next(iter(tables))
    widened = replace(tables[name], columns={**tables[name].columns, "shoe_size": CatalogColumn("integer")})
    smuggled = {
        f"{name}.shoe_size": Catalog(tables | {name: widened}),
        "smuggled": Catalog(tables | {"smuggled": SMUGGLED}),
    }
    missed = [
        where
        for where, live in smuggled.items()
        if where not in {problem.where for problem in catalogs.unbound(bench.policy, bench.bindings, live)}
    ]
    return none_of("forsyn.policy.catalog.check", missed, tried=len(smuggled))


@invariant(
    "SF-03",
    "SV-04",
    da="Hver kolonne i databasen er erklæret, og databasen siger det samme.",
    en="Every column of the database is declared, and the database says the same.",
)
def all_declared(bench: Bench) -> Finding:
    """Policy, declarations and database agree on every column."""
    checks = (*catalogs.CHECKS, catalogs.misdescribed)
    found = (problem for check in checks for problem in check(bench.policy, bench.bindings, bench.catalog))
    problems = list(dict.fromkeys(found))
    columns = sum(len(table.columns) for table in bench.catalog.tables.values())
    return none_of("forsyn policy check", [problem.where for problem in problems], tried=columns)


@invariant(
    "SF-03",
    "SV-04",
    "SV-07",
    da="Kolonner til det, vi ikke har, er tomme.",
    en="Columns of what is not held are empty.",
)
def not_held_is_empty(bench: Bench) -> Finding:
    """Columns of what the policy says is not held hold nothing."""
    columns = not_held.must_be_empty(bench.policy, bench.bindings, bench.catalog)
    with bench.as_role(bench.reader):
        counts = rows_with_a_value(columns=columns, at_most=not_held.COUNTED)
    filled = not_held.filled(bench.policy, bench.bindings, counts)
    return none_of("forsyn policy check", [problem.where for problem in filled], tried=len(columns))


@control(
    "SF-01",
    "SV-01",
    da="En politik uden den dataansvarliges navn, CVR-nummer eller kontaktveje bliver afvist.",
    en="A policy without the controller's name, CVR number or ways to reach it is refused.",
)
def incomplete_is_refused(bench: Bench) -> Finding:
    """The policy file without the controller's details: each must be missed."""
    text = Path(settings.POLICY_FILE).read_text(encoding="utf-8")
    missed = " ".join(problem.what for problem in _problems(_without(text, DETAILS)))
    accepted = [detail for detail in DETAILS if detail not in missed]
    return none_of("forsyn.policy.loading.parse_policy", accepted, tried=len(DETAILS))


DETAILS = ("name", "cvr", "street", "phone", "email", "website", "subject_mark")


def _without(text: str, keys: tuple[str, ...]) -> str:
    """The text without these keys of its first section."""
    head, marker, rest = text.partition("[controller]")
    section, bracket, others = rest.partition("\n[")
    kept = [line for line in section.splitlines() if line.partition(" =")[0] not in keys]
    return head + marker + "\n".join(kept) + bracket + others


def _problems(text: str) -> tuple[Problem, ...]:
    try:
        parse_policy(text, "policy")
    except PolicyError as error:
        return error.problems
    return ()


@invariant(
    "SF-01",
    "SV-01",
    da="Den dataansvarlige står i den offentlige politik med alle kontaktveje.",
    en="The controller stands in the public notice with every way to reach it.",
)
def controller_is_published(bench: Bench) -> Finding:
    """The notice names the controller with every way to reach it, in both languages."""
    controller = bench.policy.controller
    return _published(bench, [*_reaching(controller.contact), controller.cvr, controller.subject_mark])


@invariant(
    "SV-01",
    da="Kontaktpersonen står i den offentlige politik.",
    en="The contact person stands in the public notice.",
)
def contact_person_is_published(bench: Bench) -> Finding:
    """The notice names whom to ask about data protection."""
    return _published(bench, _reaching(bench.policy.data_protection.contact))


@invariant(
    "SF-02",
    da="Koncernens selskaber står i den offentlige politik.",
    en="The group's companies stand in the public notice.",
)
def companies_are_published(bench: Bench) -> Finding:
    """The notice names every company of the group."""
    companies = bench.policy.group_companies
    return _published(bench, [word for company in companies for word in (company.name, company.cvr)])


@invariant(
    "SF-26",
    "SV-27",
    da="Datatilsynet og vejen dertil står i den offentlige politik.",
    en="The authority and the way to it stand in the public notice.",
)
def authority_is_published(bench: Bench) -> Finding:
    """The notice names the supervisory authority and how to reach it."""
    contact = bench.policy.authority.contact
    return _published(bench, [contact.phone, contact.email, _host(contact.website)])


def _reaching(contact: Contact) -> list[str]:
    return [contact.name.da, contact.street, contact.city, contact.phone, contact.email, _host(contact.website)]


def _host(website: str) -> str:
    """As people read it."""
    return website.removeprefix("https://")


def _published(bench: Bench, words: list[str], *languages: Language) -> Finding:
    missing = [
        f"{language}: {word}"
        for language in languages or (Language.DANISH,)
        for text in [" ".join(as_text(notice(bench.policy, language)).split()).casefold()]
        for word in words
        if " ".join(word.split()).casefold() not in text
    ]
    return none_of("forsyn policy notice", missing, tried=len(words))


@control(
    "SF-11",
    "SV-09",
    da="Et formål uden retligt grundlag bliver afvist.",
    en="A purpose without a legal basis is refused.",
)
def baseless_is_refused(bench: Bench) -> Finding:
    """Each purpose without its legal bases must be refused."""
    accepted = []
    for key, purpose in bench.policy.purposes.items():
        bare = replace(bench.policy, purposes={**bench.policy.purposes, key: replace(purpose, bases=())})
        if not any(item.key == key for check in (grounds, sensitive) for item, *_ in check(bare)):
            accepted.append(key)
    return none_of("forsyn.policy.consistency.grounds", accepted, tried=len(bench.policy.purposes))


@invariant(
    "SF-11",
    "SV-09",
    da="Hvert formål har et grundlag, der passer til det, og hver kategori, det nævner, er erklæret.",
    en="Every purpose has a basis that fits it, and every category that it names is declared.",
)
def policy_is_consistent(bench: Bench) -> Finding:
    """Bases that fit, also of what is sensitive, and names that are declared."""
    wrong = [item.key for check in (references, grounds, sensitive) for item, *_ in check(bench.policy)]
    return none_of("forsyn policy check", wrong, tried=len(bench.policy.purposes))


@invariant(
    "SF-20",
    "SV-21",
    "SF-21",
    "SV-22",
    "SF-25",
    "SV-26",
    da="Fra hver personoplysning fører en vej til den, den handler om.",
    en="From every personal column a path leads to the person that it is about.",
)
def everybodys_rows_can_be_found(bench: Bench) -> Finding:
    """Every personal column has a path to its person, so that a request can find it."""
    problems = [
        *catalogs.personless(bench.policy, bench.bindings, bench.catalog),
        *catalogs.lost(bench.policy, bench.bindings, bench.catalog),
    ]
    personal = sum(isinstance(bound.binding, Personal) for bound in bench.bindings.columns())
    return none_of("forsyn.policy.catalog.check", [problem.where for problem in problems], tried=personal)


@control(
    "SV-10",
    da="En politik, der tillader automatiske afgørelser, bliver afvist.",
    en="A policy that allows automated decisions is refused.",
)
def automation_is_refused(bench: Bench) -> Finding:
    """The policy says that no automated decision exists; ``Statement`` refuses the contrary when it is read."""
    text = Path(settings.POLICY_FILE).read_text(encoding="utf-8").replace("exist = false", "exist = true")
    return none_of("forsyn.policy.loading.parse_policy", [] if _problems(text) else ["automated_decisions"], tried=1)


TRIALS = (
    undeclared_is_refused,
    all_declared,
    not_held_is_empty,
    incomplete_is_refused,
    controller_is_published,
    contact_person_is_published,
    companies_are_published,
    authority_is_published,
    baseless_is_refused,
    policy_is_consistent,
    everybodys_rows_can_be_found,
    automation_is_refused,
)

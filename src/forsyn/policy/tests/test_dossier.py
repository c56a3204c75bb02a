"""What goes into a copy of a person's data, derived from declarations."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.policy.bindings import Bindings, Table, not_personal, path, personal
from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable
from forsyn.policy.document import as_text
from forsyn.policy.dossier import Form, shape
from forsyn.policy.dossier_document import access_document
from forsyn.policy.dossier_facts import Facts, ReceivedFacts, TableFacts
from forsyn.policy.dossier_texts import SOURCES, TEXTS
from forsyn.policy.dossier_words import WHY_LEFT_OUT, LeftOut, read_words, words
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language, Source

SAID = read_words(
    """
    [values]
    [columns]
    id = ["Rækkenummer", "Row number"]
    [left_out]
    search_key = "repeated"
    [tables.house_note]
    title = ["Notater", "Notes"]
    columns.text = ["Tekst", "Text"]
    columns.customer_id = ["Kunde", "Customer"]
    columns.paper = ["Papir", "Paper"]
    columns.paper_name = ["Papirets navn", "The paper's name"]
    files = { paper = "paper_name" }
    """
)
STAFF = path("by_id -> accounts_account.id")
NOTE = Table(
    "house_note",
    person=path("customer_id -> customers_customer.id"),
    columns={
        "id": not_personal("row number"),
        "customer_id": personal("name", source=Source.UTILITY),
        "text": personal("name", source=Source.PERSON, given=True),
        "by_id": personal("name", source=Source.SYSTEM, person=STAFF),
        "search_key": personal("name", source=Source.DERIVED),
        "paper": personal("name", source=Source.PERSON),
        "paper_name": personal("name", source=Source.PERSON),
    },
)
TYPES = {"paper": "bytea"}


UTILITY = load_policy(Path(__file__).parents[4] / "policies" / "utility.toml")


@pytest.fixture
def policy() -> Policy:
    return UTILITY


def _catalog(*tables: Table) -> Catalog:
    return Catalog(
        {
            table.name: CatalogTable({name: CatalogColumn(TYPES.get(name, "bigint")) for name in table.columns})
            for table in tables
        }
    )


def _shape(policy: Policy, *tables: Table):  # type: ignore[no-untyped-def]
    return shape(policy, Bindings(tables), _catalog(*tables), SAID)


def test_each_column_is_given_or_left_out_with_a_reason(policy: Policy) -> None:
    (sheet,) = _shape(policy, NOTE).sheets
    assert [column.name for column in sheet.columns] == ["id", "customer_id", "text", "paper", "paper_name"]
    assert sheet.left_out == {"by_id": LeftOut.ANOTHER_PERSON, "search_key": LeftOut.REPEATED}
    assert [column.form for column in sheet.columns if column.name == "paper"] == [Form.DOCUMENT]


def test_a_table_without_words_is_a_gap(policy: Policy) -> None:
    found = _shape(policy, replace(NOTE, name="house_other"))
    assert [gap.what for gap in found.gaps] == ["house_other"]
    assert found.sheets == ()


def test_a_column_without_words_is_a_gap(policy: Policy) -> None:
    more = replace(NOTE, columns={**NOTE.columns, "mood": personal("name", source=Source.UTILITY)})
    assert [gap.what for gap in _shape(policy, more).gaps] == ["house_note.mood"]


def test_personal_columns_without_a_path_are_gaps(policy: Policy) -> None:
    lost = replace(NOTE, person=None, columns={"text": NOTE.columns["text"], "id": NOTE.columns["id"]})
    assert [gap.what for gap in _shape(policy, lost).gaps] == ["house_note.text"]


@given(st.sets(st.sampled_from(sorted(NOTE.columns)), min_size=1))
def test_nothing_is_silently_missing(names: set[str]) -> None:
    table = replace(NOTE, columns={name: NOTE.columns[name] for name in NOTE.columns if name in names | {"id"}})
    found = shape(UTILITY, Bindings((table,)), _catalog(table), SAID)
    (sheet,) = found.sheets
    assert {column.name for column in sheet.columns} | set(sheet.left_out) == set(table.columns)


def test_all_words_are_there_in_both_languages() -> None:
    found = words()
    texts = [*found.values.values(), *found.columns.values(), *TEXTS.values(), *SOURCES.values()]
    texts += [text for table in found.tables.values() for text in (table.title, *table.columns.values())]
    texts += WHY_LEFT_OUT.values()
    assert all(text.da.strip() and text.en.strip() for text in texts)
    assert set(SOURCES) == {str(source) for source in Source}
    for text in texts:
        assert set(re.findall(r"{(\w+)}", text.da)) == set(re.findall(r"{(\w+)}", text.en)), text.da


FACTS = Facts(
    numbers=("1001",),
    day=date(2026, 11, 2),
    tables=(
        TableFacts(
            "Navne",
            "tabeller/navne.csv",
            {"name": ("person",)},
            (((("Navn", "Anna Prøvesen"),), date(2032, 1, 1)),),
            42,
            date(2032, 1, 1),
        ),
    ),
    received=(ReceivedFacts("auditor", ("name",), date(2026, 1, 2), date(2026, 3, 4), 3, carried=False),),
    months=(),
    readings_file="",
    files=(("file_pdf", "indsigt.pdf"),),
    purposes=("settlement", "newsletter"),
    withheld=(("Notater, nr. 17", "Hensynet til din nabo."),),
    left_out={LeftOut.SECRET: ("Totrinslogin",)},
    holds=(("en retssag", date(2027, 6, 1)),),
)


def test_the_document_tells_all_that_article_15_asks(policy: Policy) -> None:
    document = access_document(policy, FACTS, Language.DANISH)
    answered = {article for section in document.sections for article in section.articles}
    assert answered >= {f"15(1)({letter})" for letter in "abcdefgh"} | {"15(2)", "15(3)", "15(4)"}
    text = as_text(document)
    for said in (
        "Anna Prøvesen",
        "gemmes til 1. januar 2032",
        "41 rækker mere står i tabeller/navne.csv",
        "Vores revisor",
        "3 gange, 2. januar 2026 til 4. marts 2026",
        "Notater, nr. 17: Hensynet til din nabo.",
        "holdt tilbage fra sletning til 1. juni 2027, fordi en retssag",
        "Totrinslogin: er en nøgle",
        "Carl Jacobsens Vej 35",
    ):
        assert said in text


def test_a_purpose_that_the_person_has_not_agreed_to_is_not_told_of(policy: Policy) -> None:
    text = as_text(access_document(policy, replace(FACTS, purposes=("settlement",)), Language.DANISH))
    assert "Forsyning og afregning" in text
    assert "Du har sagt ja" not in text


def test_in_english_no_danish_is_left(policy: Policy) -> None:
    text = as_text(access_document(policy, FACTS, Language.ENGLISH))
    assert not [da.da for da in TEXTS.values() if len(da.da) > 25 and "{" not in da.da and da.da in text]


def test_about_somebody_of_whom_nothing_is_held(policy: Policy) -> None:
    nothing = replace(FACTS, tables=(), received=(), withheld=(), left_out={}, holds=())
    text = as_text(access_document(policy, nothing, Language.DANISH))
    assert "Vi har ingen oplysninger om dig" in text
    assert "Klage" in text

import json

from forsyn.policy import describe
from forsyn.policy.bindings import Table, collect, not_personal, path, personal
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language, Source


def test_rows_name_every_item_once_and_are_plain_data(utility: Policy) -> None:
    lists = {
        "categories": describe.categories(utility),
        "purposes": describe.purposes(utility),
        "retention": describe.retention(utility),
        "recipients": describe.recipients(utility),
        "consents": describe.consents(utility),
    }
    for name, rows in lists.items():
        assert [row["key"] for row in rows] == list(getattr(utility, name))
        assert all(row["line"] > 1 for row in rows)
    assert json.loads(json.dumps(lists)) == lists


def test_a_category_names_who_reads_it_what_ends_it_and_who_gets_it(utility: Policy) -> None:
    row = next(row for row in describe.categories(utility, Language.ENGLISH) if row["key"] == "offences")
    assert row["name"] == "criminal offences"
    assert row["purposes"] == ["offence_reports", "privacy_rights", "retention"]
    assert row["retention"] == ["offences"]
    assert row["recipients"] == ["hosting", "police"]


def test_a_purpose_lists_its_bases_in_the_language_asked_for(utility: Policy) -> None:
    row = next(row for row in describe.purposes(utility, Language.ENGLISH) if row["key"] == "accounting")
    assert row["bases"] == ["GDPR 6(1)(c); section 12 of the Danish Bookkeeping Act"]
    assert row["rests_on"] == ["legal_obligation"]


def test_claims_point_into_the_file(utility: Policy) -> None:
    rows = {row["claim"]: row["items"] for row in describe.claims(utility)}
    assert len(rows) == 30
    where, _, key = rows["SF-05"][-1].rpartition(" ")
    assert key == "instalment_plans"
    assert where.startswith(utility.file)


def test_overview_counts(minimal: Policy) -> None:
    row = describe.overview(minimal, Language.ENGLISH)
    assert (row["controller"], row["version"], row["categories"], row["purposes"]) == ("The Trial Works", "0.1", 1, 2)


def test_the_column_map_tells_what_each_column_holds_and_whose_it_is() -> None:
    table = Table(
        "mails",
        person=path("customer_id -> customers_customer.id"),
        columns={"id": not_personal("row number"), "address": personal("email", source=Source.PERSON, given=True)},
    )
    first, second = describe.columns(collect((table,)))
    assert (first["personal"], first["reason"], first["persons"]) == (False, "row number", [])
    assert (second["categories"], second["source"], second["given"]) == (["email"], "person", True)
    assert second["persons"] == ["customer_id -> customers_customer.id"]


def test_what_is_not_held_is_a_row_a_category_and_stands_in_the_column_map(supplier: Policy) -> None:
    rows = {row["category"]: row for row in describe.not_held(supplier, Language.ENGLISH)}
    assert rows["address"]["sources"] == ["public_register"]
    assert rows["date_of_birth"]["sources"] == []
    assert "companies" in rows["date_of_birth"]["reason"]
    assert describe.overview(supplier)["not_held"] == len(rows)
    born = personal("date_of_birth", source=Source.PERSON, given=True)
    table = Table("people", person=path("id -> customers_customer.id"), columns={"born": born})
    assert [row["not_held"] for row in describe.columns(collect((table,)), supplier)] == [["date_of_birth"]]
    assert [row["not_held"] for row in describe.columns(collect((table,)))] == [[]]

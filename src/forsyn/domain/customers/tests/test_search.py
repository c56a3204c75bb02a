"""One box finds customers and places, however their names are written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.customers import actions
from forsyn.domain.customers.models import Customer, CustomerName
from forsyn.domain.customers.queries import agreements_with_ids
from forsyn.domain.customers.search import LIMIT, Findings, search
from forsyn.domain.customers.search_terms import MAX_CHARACTERS, MAX_WORDS, parse, relevance
from forsyn.domain.customers.staff_rows import customer_rows, installation_rows, supply_point_rows
from forsyn.kernel.danish import search_key, sort_key
from forsyn.policy.vocabulary import Source
from tests.world import NOW, TODAY, World


def find(text: str) -> Findings:
    return search(terms=parse(text), today=TODAY)


def customers(text: str) -> list[str]:
    """Numbers of the customers found, best first."""
    found = find(text)
    return [row.number for row in customer_rows(ids=[hit.id for hit in found.customers.hits], today=TODAY)]


def points(text: str) -> list[str]:
    """Numbers of the supply points found, best first."""
    found = find(text)
    rows = supply_point_rows(ids=[hit.id for hit in found.supply_points.hits], today=TODAY)
    return [row.place.number for row in rows]


@pytest.mark.parametrize(
    "text",
    ["Bo Åkjær", "bo åkjær", "BO ÅKJÆR", "åkjær bo", "bo aakjaer", "Bo Aakjær", "  bo   ÅKJÆR ", "bo,åkjær", "bo åk"],
)
def test_a_name_is_found_however_it_is_written(world: World, text: str) -> None:
    assert customers(text) == [world.bo.number]


def test_part_of_a_name_finds_all_who_bear_it(world: World) -> None:
    assert customers("åkjær") == [world.birgit.number, world.bo.number]
    assert customers("kjær") == [world.birgit.number, world.bo.number]


@pytest.mark.parametrize("text", ["Ågade", "Aagade", "ågade", "AAGADE", "ågade 12", "12 ågade", "gade 12 nordby"])
def test_an_address_is_found_with_aa_and_with_å(world: World, text: str) -> None:
    assert points(text) == ["5008", "5002"], "first floor before second"


def test_the_whole_house_number_comes_before_one_that_begins_so(world: World) -> None:
    for house_number in ("3", "30", "33A"):
        address = actions.register_address(
            street="Aastien", house_number=house_number, postal_code="9999", city="Nordby"
        )
        actions.register_supply_point(number=f"6{house_number}", address_id=address, housing_kind="house")
    assert points("åstien 3") == ["63", "5004", "630", "633A"]


def test_danish_letters_sort_last(world: World) -> None:
    for number, name in enumerate(["Test Ågesen", "Test Zobel", "Test Øster", "Test Ærø", "Test Aagesen"]):
        actions.register_customer(
            number=f"20{number}", kind="person", name=name, source=Source.PERSON, today=TODAY, now=NOW
        )
    assert customers("test") == ["201", "203", "202", "200", "204"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1001", "1001"),
        ("99999993", "1004"),
        ("DK 99 99 99 93", "1004"),
        ("20001001", "1001"),
        ("+45 20 00 10 01", "1001"),
        ("0045 20001001", "1001"),
        ("1007@kunde.example", "1007"),
        ("1007@KUNDE", "1007"),
    ],
)
def test_a_customer_is_found_by_number_cvr_telephone_and_email(world: World, text: str, number: str) -> None:
    assert customers(text)[0] == number


def test_the_number_typed_whole_comes_before_those_that_begin_so(world: World) -> None:
    actions.register_customer(
        number="10011", kind="person", name="En Anden", source=Source.PERSON, today=TODAY, now=NOW
    )
    assert customers("1001") == ["1001", "10011"]


def test_agreements_and_installations_are_found_by_their_numbers(world: World) -> None:
    found = find("A50011")
    (agreement,) = agreements_with_ids(ids=[hit.id for hit in found.agreements.hits], today=TODAY)
    assert [holder.name for holder in agreement.holders] == [world.anna.name]
    assert [hit.id for hit in find("a50011-24").agreements.hits] == [agreement.id]
    (installation,) = installation_rows(ids=[hit.id for hit in find("50011").installations.hits])
    assert (installation.commodity, installation.place.number) == ("heat", "5001")


def test_a_former_name_and_a_former_telephone_are_said_to_be_former(world: World) -> None:
    for change, value in (("name", "Anna Nygift"), ("mobile", "30303030")):
        when = {"today": TODAY, "now": NOW, "source": Source.PERSON}
        if change == "name":
            actions.change_name(customer_id=world.anna.customer_id, name=value, **when)
        else:
            actions.change_contact_point(customer_id=world.anna.customer_id, kind=change, value=value, **when)
    (hit,) = find("anna prøvesen").customers.hits
    assert (hit.reason, hit.text) == ("former_name", "Anna Prøvesen")
    (hit,) = find("20001001").customers.hits
    assert hit.reason == "former_phone"
    assert find("30303030").customers.hits[0].reason == "phone"


def test_name_and_street_together_find_who_lives_there(world: World) -> None:
    assert customers("åkjær ågade 12") == [world.bo.number, world.birgit.number]
    assert customers("gorm ågade") == [world.gorm.number]
    assert customers("gorm ærøvej") == []


def test_who_lives_there_now_comes_before_who_moved(world: World) -> None:
    actions.change_name(
        customer_id=world.dorthe.customer_id, name="Erika Døgnvil", source=Source.PERSON, today=TODAY, now=NOW
    )
    assert customers("erik åstien") == [world.erik.number, world.dorthe.number]


@pytest.mark.parametrize("text", ["Bigit Åkjær", "birgit aakjer", "Anna Prøvsen", "ana prøvesen", "Gorm Grænsløs"])
def test_a_wrong_letter_is_forgiven_and_said(world: World, text: str) -> None:
    found = find(text)
    assert found.guessed
    names = [row.name for row in customer_rows(ids=[hit.id for hit in found.customers.hits], today=TODAY)]
    assert names[0] in {"Birgit Åkjær", "Anna Prøvesen", "Gorm Grænseløs"}


def test_one_letter_searches_no_names(world: World) -> None:
    assert parse("a").too_short
    assert find("a").total == 0
    assert not parse("å").too_short, "å is two letters of the key: Å is a name"


@pytest.mark.parametrize(
    "text", ["%", "_", "%%%", "__", "100%", "A5%", "b_", "\\", "'; drop table x; --", "\x00", "🙂🙂"]
)
def test_signs_of_pattern_and_statement_are_only_text(world: World, text: str) -> None:
    assert find(text).total == 0


def test_a_long_text_is_cut_and_said_to_be(world: World) -> None:
    terms = parse("bo " + "x" * 10_000)
    assert terms.shortened
    assert len(terms.text) <= MAX_CHARACTERS
    assert len(parse(" ".join(map(str, range(10, 99)))).words) <= MAX_WORDS


def test_too_many_hits_are_said_to_be_too_many(world: World) -> None:
    made = Customer.objects.bulk_create(
        Customer(number=f"M{i}", kind="person", source="person", recorded_at=NOW) for i in range(LIMIT + 5)
    )
    CustomerName.objects.bulk_create(
        CustomerName(
            customer=one,
            name=f"Mange {one.number}",
            sort_key=sort_key(one.number),
            search_key=search_key(f"Mange {one.number}"),
            period=(TODAY - timedelta(days=1), None),
            source="person",
            recorded_at=NOW,
        )
        for one in made
    )
    found = find("mange")
    assert found.customers.more
    assert len(found.customers) == LIMIT


def test_statements_do_not_grow_with_what_is_found(world: World) -> None:
    counts = {}
    for text in ("1001", "åkjær", "a", "ågade", "gorm ågade", "Bigit Åkjær"):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            find(text)
        counts[text] = len([each for each in captured if "SAVEPOINT" not in each["sql"]])
    assert max(counts.values()) <= 12, counts
    with CaptureQueriesContext(connection) as few:
        customer_rows(ids=[world.bo.customer_id], today=TODAY)
    with CaptureQueriesContext(connection) as many:
        customer_rows(ids=list(Customer.objects.values_list("pk", flat=True)), today=TODAY)
    assert len(many) - 1 == len(few) == 3


@given(st.text(max_size=300))
def test_whatever_is_typed_is_understood_within_bounds(text: str) -> None:
    terms = parse(text)
    assert len(terms.text) <= MAX_CHARACTERS
    assert len(terms.words) <= MAX_WORDS
    assert "\x00" not in terms.text
    assert all(word and word == word.strip() for word in terms.words)
    assert parse(terms.text).words == terms.words


@given(st.lists(st.sampled_from(["bo", "bodil", "hansen", "lis"]), min_size=1, max_size=3, unique=True))
def test_the_very_name_is_the_most_relevant(words: list[str]) -> None:
    name = " ".join(words)
    assert relevance(words, name) == (0, 0, 0)
    assert relevance(words, f"{name}x") > relevance(words, name)

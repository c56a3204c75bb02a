import pytest

from forsyn.policy.bindings import (
    ITSELF,
    BindingError,
    During,
    Hop,
    NotPersonal,
    Table,
    collect,
    not_personal,
    path,
    personal,
)
from forsyn.policy.vocabulary import Ground, Source


def test_a_path_is_a_chain_of_hops() -> None:
    chain = path(
        "meter_id -> metering_mounting.meter_id during day in period",
        "installation_id -> customers_installation.id, "
        "supply_point_id & commodity -> customers_agreement.supply_point_id & commodity"
        " during metering_day.day in period",
        "customer_id -> customers_customer.id",
    )
    assert chain.hops == (
        Hop(("meter_id",), "metering_mounting", ("meter_id",), During("day", "period")),
        Hop(("installation_id",), "customers_installation", ("id",)),
        Hop(
            ("supply_point_id", "commodity"),
            "customers_agreement",
            ("supply_point_id", "commodity"),
            During("day", "period", "metering_day"),
        ),
        Hop(("customer_id",), "customers_customer", ("id",)),
    )
    assert chain.root("metering_day") == "customers_customer.id"
    assert path(str(chain)) == chain


def test_a_persons_own_row_needs_no_hop() -> None:
    assert ITSELF.root("customers_customer") == "customers_customer.id"


@pytest.mark.parametrize(
    "hop",
    [
        "",
        "customer_id",
        "customer_id -> customers_customer",
        "a & b -> t.c",
        "a -> t.b during day",
        "A -> t.b; drop",
    ],
)
def test_a_hop_that_cannot_be_read_says_how_it_is_written(hop: str) -> None:
    with pytest.raises(BindingError, match=r"Write|Name as many"):
        path(hop)


def test_a_value_can_only_be_given_by_the_person() -> None:
    with pytest.raises(BindingError, match=r"source=Source\.PERSON"):
        personal("email", source=Source.EMPLOYER, given=True)


@pytest.mark.parametrize("reason", ["", "  "])
def test_not_personal_needs_a_reason(reason: str) -> None:
    with pytest.raises(BindingError, match="reason"):
        not_personal(reason)


def test_personal_needs_categories_and_each_once() -> None:
    with pytest.raises(BindingError, match="at least one"):
        personal(source=Source.PERSON)
    with pytest.raises(BindingError, match="twice"):
        personal("email", "email", source=Source.PERSON)


def test_a_column_may_be_about_another_person_than_its_row() -> None:
    clerk = path("written_by_id -> accounts_account.id")
    table = Table(
        "notes",
        person=path("customer_id -> customers_customer.id"),
        columns={
            "id": not_personal("row number"),
            "text": personal("correspondence", source=Source.UTILITY),
            "written_by_id": personal("staff_account", source=Source.SYSTEM, person=clerk),
        },
    )
    assert table.persons_of("id") == ()
    assert table.persons_of("text") == (path("customer_id -> customers_customer.id"),)
    assert table.persons_of("written_by_id") == (clerk,)


def test_collected_bindings_answer_by_table_and_by_category() -> None:
    one = (Table("one", columns={"id": not_personal("row number")}),)
    two = (Table("two", person=(ITSELF,), columns={"value": personal("email", "mobile", source=Source.PERSON)}),)
    bindings = collect(one, two)
    assert [str(bound) for bound in bindings.columns()] == ["one.id", "two.value"]
    assert [str(bound) for bound in bindings.holding("mobile")] == ["two.value"]
    assert bindings.table("two") is two[0]
    assert bindings.table("three") is None
    assert isinstance(one[0].columns["id"], NotPersonal)


def test_grounds_carry_the_letters_of_article_6() -> None:
    assert [ground.letter for ground in Ground] == list("abcdef")
    assert (Ground.CONSENT.letter, Ground.LEGITIMATE_INTERESTS.letter) == ("a", "f")

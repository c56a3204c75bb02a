"""What each purpose may read and change follows from categories and bindings, and from nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.policy.bindings import BindingError, Table, ToldBy, collect, not_personal, path, personal
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.privileges import Matrix, privileges, readable, unkept, visible_kinds
from forsyn.policy.purposes import P
from forsyn.policy.tests.conftest import POLICIES
from forsyn.policy.vocabulary import Source

UTILITY = load_policy(POLICIES / "utility.toml")
CUSTOMER = path("customer_id -> customers_customer.id")
LINK = personal("customer_number", source=Source.UTILITY)
ROW = not_personal("row number")


def table(name: str = "things", /, **options: object) -> Table:
    columns = {"id": ROW, "customer_id": LINK, "email": personal("email", source=Source.PERSON, given=True)}
    return Table(name, **{"person": CUSTOMER, "columns": columns} | options)  # type: ignore[arg-type]


def reads(policy: Policy, work: P, bound: Table) -> set[str]:
    return set(readable(policy, policy.purposes[work], bound))


def test_a_purpose_reads_its_categories_and_what_is_not_personal_beside_them(utility: Policy) -> None:
    assert reads(utility, P.SETTLEMENT, table()) == {"id", "customer_id", "email"}


def test_the_link_alone_opens_nothing(utility: Policy) -> None:
    assert "customer_number" in utility.purposes["debt_hand_over"].categories
    assert "email" not in utility.purposes["debt_hand_over"].categories
    assert reads(utility, P.DEBT_HAND_OVER, table()) == set()


def test_who_wrote_a_row_opens_nothing_either(utility: Policy) -> None:
    health = table(
        columns={
            "id": ROW,
            "customer_id": LINK,
            "illness": personal("health", source=Source.PERSON),
            "recorded_by": personal(
                "staff_activity", source=Source.SYSTEM, person=path("recorded_by -> accounts_account.id")
            ),
        }
    )
    assert reads(utility, P.SETTLEMENT, health) == set()
    assert reads(utility, P.INTERRUPTION_HEALTH, health) == set(health.columns)


def test_a_column_of_two_categories_needs_both(utility: Policy) -> None:
    both = table(columns={"id": ROW, "text": personal("email", "health", source=Source.PERSON)})
    assert reads(utility, P.SETTLEMENT, both) == set()


def test_where_each_row_tells_which_it_holds_one_is_enough(utility: Policy) -> None:
    told = table(
        told_by=ToldBy("kind", {"email": "email", "mobile": "mobile"}),
        columns={"kind": not_personal("which"), "value": personal("email", "mobile", source=Source.PERSON)},
    )
    assert reads(utility, P.SATISFACTION_SURVEYS, told) == {"kind", "value"}
    assert visible_kinds(utility.purposes["satisfaction_surveys"], told) == ("email",)
    assert visible_kinds(utility.purposes["settlement"], told) is None


def test_pseudonyms_are_for_those_alone_who_work_with_them(utility: Policy) -> None:
    meters = table(columns={"id": ROW, "total": personal("consumption", source=Source.METER)})
    disguised = replace(meters, pseudonymous=True)
    assert reads(utility, P.OPERATION_OPTIMISATION, meters) == set()
    assert reads(utility, P.OPERATION_OPTIMISATION, disguised) == {"id", "total"}
    assert reads(utility, P.SETTLEMENT, disguised) == set()


def test_what_is_nobodys_is_read_by_whom_it_is_declared_for(utility: Policy) -> None:
    prices = Table("prices", columns={"id": ROW}, read_by=(P.SETTLEMENT,), changed_by={P.ACCOUNTING: "insert"})
    assert reads(utility, P.SETTLEMENT, prices) == {"id"}
    assert reads(utility, P.ACCOUNTING, prices) == {"id"}
    assert reads(utility, P.NEWSLETTER, prices) == set()
    assert reads(utility, P.NEWSLETTER, replace(prices, open=True)) == {"id"}


def test_changes_are_those_declared_in_the_columns_that_are_read(utility: Policy) -> None:
    bound = table(
        changed_by={P.SETTLEMENT: "insert update(email)", P.COLLECTION: "delete"},
        columns=dict(table().columns) | {"illness": personal("health", source=Source.PERSON)},
    )
    settlement = privileges(utility, utility.purposes["settlement"], bound)
    assert settlement.insert == {"id", "customer_id", "email"}
    assert settlement.update == {"email"}
    assert not settlement.delete
    assert privileges(utility, utility.purposes["collection"], bound).delete


def test_a_purpose_that_serves_works_as_the_one_it_serves(supplier: Policy) -> None:
    bound = table(changed_by={P.CUSTOMER_SERVICE: "insert"})
    assert privileges(supplier, supplier.purposes["delivery"], bound).insert


@given(st.sets(st.sampled_from(["email", "mobile", "health", "cpr", "consumption", "name"]), min_size=1))
def test_nobody_ever_reads_a_category_that_is_not_among_his(categories: set[str]) -> None:
    bound = table(columns={"id": ROW, "text": personal(*sorted(categories), source=Source.PERSON)})
    for purpose in UTILITY.purposes.values():
        if "text" in readable(UTILITY, purpose, bound):
            assert categories <= set(purpose.categories) or purpose.all_categories


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ("erase", "Write some of 'insert update delete'"),
        ("", "Write some of"),
        ("update(emial)", "no column emial"),
    ],
)
def test_a_change_that_is_none_is_refused(changes: str, told: str) -> None:
    with pytest.raises(BindingError, match=told):
        table(changed_by={P.SETTLEMENT: changes})


def test_a_purpose_gets_no_more_than_its_categories(utility: Policy) -> None:
    greedy = table(changed_by={P.RECRUITMENT: "insert"})
    (problem,) = unkept(utility, collect((greedy,)))
    assert problem.where == "things"
    assert "The purpose 'recruitment' is to change the table, but holds none of its categories." in problem.what
    assert "a purpose gets no more than its categories" in problem.mend


def test_rows_told_apart_by_what_is_not_there_are_found(utility: Policy) -> None:
    odd = table(told_by=ToldBy("kidn", {"email": "emial"}))
    column, category = unkept(utility, collect((odd,)))
    assert "'kidn', which it does not have" in column.what
    assert "'emial', which no column is bound to. Did you mean 'email'?" in f"{category.what} {category.mend}"


def test_what_is_open_holds_nobodys_data(utility: Policy) -> None:
    assert [problem.what for problem in unkept(utility, collect((table(open=True),)))] == [
        "The table is open to everyone and has personal columns."
    ]


def test_the_matrix_lists_each_cell_once(utility: Policy) -> None:
    matrix = Matrix(utility, collect((table(),)))
    cells = [(purpose, name) for purpose, name, _ in matrix.cells()]
    assert len(cells) == len(set(cells))
    assert ("settlement", "things") in cells
    assert matrix.reads_all("settlement", "things")
    assert not matrix.of("newsletter", "things")

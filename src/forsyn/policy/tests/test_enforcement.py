"""The steps from what a database enforces to what the policy demands."""

from dataclasses import replace

import pytest

from forsyn.policy.bindings import Table, ToldBy, collect, not_personal, path, personal
from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable
from forsyn.policy.enforcement import Enforcement, Grant, Membership, fingerprint, steps, wanted
from forsyn.policy.matrix import seen
from forsyn.policy.policy import Policy
from forsyn.policy.privileges import Matrix
from forsyn.policy.purposes import P
from forsyn.policy.roles import RoleNames
from forsyn.policy.row_policies import condition
from forsyn.policy.row_sets import NotDerivable
from forsyn.policy.vocabulary import Source

NAMES = RoleNames(login="forsyn_nordby_app", instance="nordby")
PHONES = Table(
    "phones",
    person=path("customer_id -> customers_customer.id"),
    changed_by={P.SETTLEMENT: "insert"},
    columns={
        "id": not_personal("row number"),
        "customer_id": personal("customer_number", source=Source.UTILITY),
        "number": personal("mobile", source=Source.PERSON, given=True),
    },
)
LIVE = Catalog({"phones": CatalogTable({column: CatalogColumn("text") for column in PHONES.columns})})


def demand(policy: Policy, *tables: Table, live: Catalog = LIVE) -> Enforcement:
    return wanted(Matrix(policy, collect(tables or (PHONES,))), live, NAMES, "forsyn_nordby")


def done(want: Enforcement) -> Enforcement:
    """A database in which everything was done."""
    return want


def test_what_is_done_needs_no_step(utility: Policy) -> None:
    want = demand(utility)
    assert steps(want, done(want), (), NAMES) == []


def test_an_empty_database_needs_everything_and_each_step_says_so(utility: Policy) -> None:
    plan = steps(demand(utility), Enforcement(), (), NAMES)
    told = [step.does for step in plan]
    assert "make the role forsyn_nordby:settlement" in told
    assert "guard the rows of phones" in told
    assert any(line.startswith("let settlement see of phones: ((customer_id in (select") for line in told)
    assert "let settlement insert phones (customer_id, id, number)" in told
    kinds = [step.statement.split()[0] for step in plan]
    assert kinds.index("create") < kinds.index("grant") < len(kinds)


def test_what_somebody_gave_by_hand_is_taken_back(utility: Policy) -> None:
    want = demand(utility)
    extra = Grant("public", "table", "phones", "SELECT")
    found = replace(
        want, grants=want.grants | {extra}, members=want.members | {Membership("pg_read_all_data", NAMES.login)}
    )
    assert [step.statement for step in steps(want, found, (), NAMES)] == [
        'revoke "pg_read_all_data" from "forsyn_nordby_app"',
        'revoke SELECT on table "phones" from public',
    ]


def test_a_row_policy_that_was_altered_is_made_anew(utility: Policy) -> None:
    want = demand(utility)
    plan = steps(want, done(want), {("phones", "settlement")}, NAMES)
    assert [step.statement.split(" on ")[0] for step in plan] == [
        'drop policy "settlement"',
        'create policy "settlement"',
    ]
    assert plan[1].policy == ("phones", "settlement")


def test_a_fingerprint_changes_with_each_of_its_three_texts() -> None:
    marks = {fingerprint(*texts) for texts in (("r", "c", "s"), ("x", "c", "s"), ("r", "x", "s"), ("r", "c", "x"))}
    assert len(marks) == 4


def test_names_of_roles_carry_the_instance_and_are_not_cut_off() -> None:
    assert NAMES.of("settlement") == "forsyn_nordby:settlement"
    assert NAMES.purpose_of("forsyn_nordby:settlement") == "settlement"
    assert RoleNames("x", "nord").purpose_of("forsyn_nord_by:settlement") is None
    with pytest.raises(ValueError, match="longer than 63 bytes"):
        RoleNames("x", "n" * 31).of("p" * 40)


def test_the_longest_purposes_fit_beside_the_longest_instance(utility: Policy, supplier: Policy) -> None:
    longest = RoleNames("x", "n" * 31)
    assert all(longest.of(purpose) for policy in (utility, supplier) for purpose in policy.purposes)


def test_storage_sees_every_row_and_costs_nothing(utility: Policy) -> None:
    assert condition(utility.purposes["retention"], PHONES, LIVE) == "true"


def test_who_reads_none_of_the_kinds_sees_no_row(utility: Policy) -> None:
    told = replace(PHONES, told_by=ToldBy("number", {"1": "health", "2": "cpr"}))
    assert condition(utility.purposes["settlement"], told, LIVE).startswith("(false) and ")
    assert seen(utility.purposes["settlement"], told) == "none"


def test_a_day_without_an_id_is_one_number_against_a_multirange(utility: Policy) -> None:
    days = Table(
        "days",
        person=path("meter_id -> mountings.meter_id during day in period", "customer_id -> customers_customer.id"),
        columns={"meter_id": not_personal("m"), "day": personal("consumption", source=Source.METER)},
    )
    live = Catalog(
        {"days": CatalogTable({"meter_id": CatalogColumn("integer"), "day": CatalogColumn("date")}), "mountings":
         CatalogTable({"meter_id": CatalogColumn("integer"), "period": CatalogColumn("daterange"),
                       "customer_id": CatalogColumn("bigint")})}
    )  # fmt: skip
    hidden = condition(utility.purposes["settlement"], days, live)
    assert "((meter_id::bigint << 20) | (day - date '1900-01-01')) <@ (select enforcement.hidden_in_days())" in hidden
    assert hidden.endswith("is not true)")
    without_days = replace(days, person=path("meter_id -> mountings.meter_id", "customer_id -> customers_customer.id"))
    with pytest.raises(NotDerivable, match="Give it an id"):
        condition(utility.purposes["settlement"], without_days, live)

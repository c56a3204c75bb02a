"""Policy, bindings and the database's catalog are held against each other."""

import pytest

from forsyn.policy.bindings import ITSELF, Table, collect, not_personal, path, personal
from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable, check, check_bindings, column_comment
from forsyn.policy.loading import parse_policy
from forsyn.policy.not_held import COUNTED, filled, must_be_empty
from forsyn.policy.policy import Policy
from forsyn.policy.tests.conftest import MINIMAL
from forsyn.policy.vocabulary import Source

SMALLEST = parse_policy(MINIMAL, "minimal.toml")
CUSTOMER = Table("customers_customer", person=ITSELF, columns={"id": not_personal("row number")})
MAILS = Table(
    "mails",
    person=path("customer_id -> customers_customer.id during sent_at in period"),
    columns={
        "id": not_personal("row number"),
        "customer_id": personal("email", source=Source.UTILITY),
        "address": personal("email", source=Source.PERSON, given=True),
        "sent_at": not_personal("when"),
    },
)


def table(*bound: Table, extra: tuple[str, ...] = (), policy: Policy = SMALLEST) -> CatalogTable:
    columns = {
        name: CatalogColumn("text", column_comment(policy, binding))
        for one in bound
        for name, binding in one.columns.items()
    }
    return CatalogTable({**columns, **{name: CatalogColumn("text") for name in extra}})


def catalog(**changes: CatalogTable) -> Catalog:
    # "period" stands on the root so that the bounded hop finds it; it is bound below.
    return Catalog({"customers_customer": table(WITH_PERIOD), "mails": table(MAILS), **changes})


WITH_PERIOD = Table(
    "customers_customer", person=ITSELF, columns={**CUSTOMER.columns, "period": not_personal("when the row counts")}
)
GOOD = collect((WITH_PERIOD,), (MAILS,))


def told(
    policy: Policy, bindings: tuple[Table, ...] = (WITH_PERIOD, MAILS), live: Catalog | None = None
) -> list[tuple[str, str]]:
    found = check(policy, collect(bindings), live or catalog())
    assert all(problem.what and problem.mend for problem in found)
    return [(problem.where, f"{problem.what} {problem.mend}") for problem in found]


def only(found: list[tuple[str, str]]) -> tuple[str, str]:
    assert len(found) == 1, found
    return found[0]


def test_what_agrees_has_no_problem(minimal: Policy) -> None:
    assert check(minimal, GOOD, catalog()) == []


def test_an_unbound_table_view_and_column_are_named(minimal: Policy) -> None:
    live = catalog(stray=table(extra=("a",)), mails=table(MAILS, extra=("note",)))
    view = Catalog({**live.tables, "seen": CatalogTable({}, is_view=True)})
    assert dict(told(minimal, live=view)).keys() == {"stray", "mails.note", "seen"}


def test_a_bound_table_and_column_that_do_not_exist_are_named(minimal: Policy) -> None:
    ghost = Table("ghosts", columns={"id": not_personal("row number")})
    gone = catalog(mails=CatalogTable({name: one for name, one in table(MAILS).columns.items() if name != "id"}))
    assert only(told(minimal, (WITH_PERIOD, MAILS, ghost)))[0] == "ghosts"
    where, text = only(told(minimal, live=gone))
    assert where == "mails.id"
    assert "not in the database" in text


def test_a_category_that_the_policy_does_not_know_is_named_with_the_nearest(minimal: Policy) -> None:
    mails = Table(
        "mails", person=MAILS.person, columns={**MAILS.columns, "address": personal("emial", source=Source.PERSON)}
    )
    where, text = only(told(minimal, (WITH_PERIOD, mails), catalog(mails=table(mails))))
    assert where == "mails.address"
    assert "Did you mean 'email'?" in text


def test_a_source_that_the_notice_does_not_tell_is_named(minimal: Policy) -> None:
    bought = personal("email", source=Source.PARTNER)
    mails = Table("mails", person=MAILS.person, columns={**MAILS.columns, "address": bought})
    where, text = only(told(minimal, (WITH_PERIOD, mails), catalog(mails=table(mails))))
    assert where == "mails.address"
    assert "Add 'partner' to its sources at minimal.toml:" in text


def test_personal_columns_need_a_person(minimal: Policy) -> None:
    mails = Table("mails", columns=MAILS.columns)
    assert [where for where, _ in told(minimal, (WITH_PERIOD, mails))] == ["mails.customer_id", "mails.address"]


def test_a_column_may_have_a_person_of_its_own(minimal: Policy) -> None:
    own = personal("email", source=Source.PERSON, person=path("customer_id -> customers_customer.id"))
    mails = Table("mails", columns={"customer_id": own})
    assert told(minimal, (WITH_PERIOD, mails), catalog(mails=table(mails))) == []


@pytest.mark.parametrize(
    ("chain", "says"),
    [
        ("customer -> customers_customer.id", "mails.customer,"),
        ("customer_id -> customers_customer.nr", "customers_customer.nr,"),
        ("customer_id -> customers_customr.id", "Did you mean 'customers_customer'?"),
        ("customer_id -> customers_customer.id during day in period", "mails.day,"),
        ("customer_id -> customers_customer.id during sent_at in term", "customers_customer.term,"),
        ("customer_id -> customers_customer.id during other.day in period", "other (not on the path)"),
        ("customer_id -> mails.id", "ends at mails.id"),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_named(minimal: Policy, chain: str, says: str) -> None:
    mails = Table("mails", person=path(chain), columns=MAILS.columns)
    found = told(minimal, (WITH_PERIOD, mails))
    assert {where for where, _ in found} == {"mails"}
    assert any(says in text for _, text in found)


def test_a_table_bound_twice_is_named_once(minimal: Policy) -> None:
    assert only(told(minimal, (WITH_PERIOD, MAILS, MAILS)))[0] == "mails"


def test_partitions_are_said_to_be_there(minimal: Policy) -> None:
    live = catalog(mails=CatalogTable(table(MAILS).columns, is_partitioned=True))
    assert "partitioned=True" in only(told(minimal, live=live))[1]


def test_a_comment_that_says_something_else_is_named(minimal: Policy) -> None:
    columns = {**table(MAILS).columns, "id": CatalogColumn("int", "the id"), "address": CatalogColumn("text")}
    live = catalog(mails=CatalogTable(columns))
    assert [where for where, _ in told(minimal, live=live)] == ["mails.id", "mails.address"]
    assert check(minimal, GOOD, live, comments=False) == []


def test_comments_are_short_and_say_what_whose_and_from_where(minimal: Policy) -> None:
    assert column_comment(minimal, not_personal("row number")) == "forsyn: not personal; row number"
    given = personal("email", "mobile", source=Source.PERSON, given=True)
    assert column_comment(minimal, given) == "forsyn: personal email, mobile; given by the person"
    comments = {column_comment(minimal, personal("email", source=source)) for source in Source}
    assert len(comments) == len(Source)


NOT_HELD = """
[[not_held]]
categories = ["fax", "pager"]
reason = { da = "Ingen har en.", en = "Nobody has one." }

[[not_held]]
categories = ["email"]
sources = ["partner"]
reason = { da = "Vi køber ingen.", en = "We buy none." }
"""


@pytest.fixture
def sparing(minimal_text: str) -> Policy:
    """A controller that keeps no fax numbers and no pagers, and no mail addresses from partners."""
    return parse_policy(minimal_text + NOT_HELD, "minimal.toml")


ROOMY = Table(
    "mails",
    person=MAILS.person,
    columns={
        **MAILS.columns,
        "fax": personal("fax", "pager", source=Source.PERSON, given=True),
        "bought": personal("email", source=Source.PARTNER),
        "either": personal("email", "fax", source=Source.PERSON, given=True),
    },
)


def test_a_column_may_be_bound_to_what_the_policy_says_is_not_held(minimal: Policy, sparing: Policy) -> None:
    bindings = collect((WITH_PERIOD, ROOMY))
    live = catalog(mails=table(ROOMY, policy=sparing))
    assert check(sparing, bindings, live) == []
    assert check_bindings(sparing, bindings) == []
    refused = ["mails.bought", "mails.either", "mails.fax"]
    assert sorted({problem.where for problem in check_bindings(minimal, bindings)}) == refused
    assert all("[[not_held]]" in problem.mend for problem in check_bindings(minimal, bindings))


def test_only_columns_that_hold_nothing_else_must_be_empty(minimal: Policy, sparing: Policy) -> None:
    bindings, live = collect((WITH_PERIOD, ROOMY)), catalog(mails=table(ROOMY))
    assert must_be_empty(sparing, bindings, live) == [("mails", "fax"), ("mails", "bought")]
    assert must_be_empty(sparing, bindings, catalog()) == []
    assert must_be_empty(minimal, bindings, live) == []


def test_a_value_where_nothing_is_held_is_a_problem_with_its_count(sparing: Policy) -> None:
    counts = {("mails", "fax"): 1, ("mails", "bought"): COUNTED}
    fax, bought = filled(sparing, collect((WITH_PERIOD, ROOMY)), counts)
    line = sparing.where(sparing.not_held[0])
    assert str(fax) == (
        f"mails.fax: 1 row has a value here, but the policy says at {line} that 'fax' is not held. "
        "Take the values out of the column, or declare in the policy that they are held."
    )
    assert bought.what.startswith("At least 1000 rows have a value here")
    assert bought.what.endswith("'email' is not held from 'partner'.")


def test_a_comment_says_what_is_not_held(sparing: Policy) -> None:
    comments = {name: column_comment(sparing, ROOMY.columns[name]) for name in ("fax", "either", "address")}
    assert comments == {
        "fax": "forsyn: personal fax (not held here), pager (not held here); given by the person",
        "either": "forsyn: personal email, fax (not held here); given by the person",
        "address": "forsyn: personal email; given by the person",
    }

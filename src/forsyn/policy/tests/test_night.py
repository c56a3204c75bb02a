"""What the night is derived to do, on tables that do not exist."""

from __future__ import annotations

from pathlib import Path

from forsyn.policy.bindings import ITSELF, Bindings, Table, day_of, not_personal, path, personal
from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable
from forsyn.policy.loading import load_policy
from forsyn.policy.night import ForeignKey, NightPlan, plan_night
from forsyn.policy.vocabulary import Source

POLICY = load_policy(Path(__file__).parents[4] / "policies" / "utility.toml")
NUMBER = personal("customer_number", source=Source.UTILITY)
CUSTOMER = path("customer_id -> customers_customer.id")
ROW = not_personal("row number")
EVENT = {("customers_customer", "final_settlement_year_end"): "select 1 as person, date '2020-01-01' as day"}

CUSTOMERS = Table("customers_customer", person=ITSELF, masked={"name": "''"}, columns={
    "id": NUMBER, "name": personal("name", source=Source.PERSON, given=True),
})  # fmt: skip
READERS = Table("newsletter_reading", person=CUSTOMER, events={"recorded": day_of("read_at")}, columns={
    "id": ROW, "customer_id": NUMBER, "read_at": personal("newsletter_activity", source=Source.SYSTEM),
})  # fmt: skip
LETTERS = Table("letter", person=CUSTOMER, events={"case_closed": day_of("closed_at")}, columns={
    "id": ROW, "customer_id": NUMBER, "closed_at": personal("correspondence", source=Source.UTILITY),
})  # fmt: skip
PAGES = Table("letter_page", person=path("letter_id -> letter.id", "customer_id -> customers_customer.id"),
              events={"case_closed": "(select closed_at::date from letter where letter.id = letter_id)"}, columns={
    "id": ROW, "letter_id": personal("correspondence", source=Source.UTILITY),
    "text": personal("correspondence", source=Source.PERSON, given=True),
})  # fmt: skip
KEYS = (
    ForeignKey("newsletter_reading", "customer_id", "customers_customer"),
    ForeignKey("letter", "customer_id", "customers_customer"),
    ForeignKey("letter_page", "letter_id", "letter"),
)


def plan(*tables: Table) -> NightPlan:
    catalog = Catalog({
        table.name: CatalogTable({name: CatalogColumn("bigint") for name in table.columns}) for table in tables
    })  # fmt: skip
    return plan_night(POLICY, Bindings(tables, (), EVENT), catalog, KEYS)


def test_a_table_of_newsletter_reports_goes_by_its_declaration_alone() -> None:
    (step,) = plan(CUSTOMERS, READERS).rows
    assert [rule.key for rule in step.rules] == ["newsletter_activity"]
    assert "read_at" in step.condition
    assert "%(before_newsletter_activity)s" in step.condition
    assert "%(held_customers_newsletter_reading)s" in step.condition


def test_what_refers_goes_first_and_keeps_what_it_refers_to() -> None:
    found = plan(CUSTOMERS, LETTERS, PAGES)
    assert [step.name for step in found.rows] == ["letter_page", "letter"]
    letter = found.rows[1]
    assert "from public.letter_page as u1 where u1.letter_id = t0.id and not (" in letter.condition


def test_a_person_goes_last_and_is_masked_while_something_keeps_the_row() -> None:
    found = plan(CUSTOMERS, LETTERS)
    (person,) = found.persons
    assert (person.table.name, person.root) == ("customers_customer", "customers_customer")
    assert "from public.letter as u1 where u1.customer_id = t0.id" in person.condition
    (mask,) = found.masks
    assert mask.assignment == "name = ''"
    assert mask.condition.endswith(")")
    assert "and not (" in mask.condition


def test_a_hold_on_what_a_table_leads_to_spares_the_table() -> None:
    found = plan(CUSTOMERS, LETTERS, PAGES)
    assert "correspondence" in found.holding["customers_customer"]
    assert found.holding["letter_page"] == {"correspondence"}

"""The record of processing says what Article 30 demands, of both policies, and is as new as what it is derived from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forsyn.policy.bindings import Bindings, Table, collect, not_personal, path, personal
from forsyn.policy.document import Heading, as_text
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.record_of_processing import capacities, fingerprint, record, rows
from forsyn.policy.vocabulary import Capacity, Language, Source

POLICIES = Path(__file__).parents[4] / "policies"
UTILITY, SUPPLIER = (load_policy(POLICIES / f"{name}.toml") for name in ("utility", "supplier"))
BINDINGS = collect(
    (
        Table(
            "customers_name",
            person=path("customer_id -> customers_customer.id"),
            columns={"id": not_personal("row number"), "name": personal("name", source=Source.PERSON)},
        ),
    )
)
RECORDS = [(policy, capacity) for policy in (UTILITY, SUPPLIER) for capacity in capacities(policy)]


def test_a_processor_keeps_two_records() -> None:
    assert capacities(UTILITY) == (Capacity.CONTROLLER,)
    assert capacities(SUPPLIER) == (Capacity.CONTROLLER, Capacity.PROCESSOR)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("policy", "capacity"), RECORDS)
def test_each_purpose_of_the_capacity_is_an_activity(policy: Policy, capacity: Capacity, language: Language) -> None:
    document = record(policy, BINDINGS, capacity, language)
    (activities,) = (section for section in document.sections if section.id == "activities")
    told = {block.text.lower() for block in activities.blocks if isinstance(block, Heading)}
    assert told == {
        purpose.name.in_(language).lower() for purpose in policy.purposes.values() if purpose.capacity is capacity
    }


def test_the_controllers_record_answers_each_point_of_article_30_1() -> None:
    document = record(UTILITY, BINDINGS, Capacity.CONTROLLER, Language.DANISH)
    answered = {article for section in document.sections for article in section.articles}
    assert answered == {f"30(1)({letter})" for letter in "abcdefg"}


def test_the_processors_record_names_the_controllers() -> None:
    text = as_text(record(SUPPLIER, BINDINGS, Capacity.PROCESSOR, Language.ENGLISH))
    assert "on behalf of:\n\n- The consumer's district-heating utility" in text


def test_every_recipient_category_and_limit_of_the_policy_is_told() -> None:
    text = as_text(record(UTILITY, BINDINGS, Capacity.CONTROLLER, Language.DANISH)).lower()
    names = [recipient.name for recipient in UTILITY.recipients.values()]
    names += [category.name for category in UTILITY.categories.values()]
    names += [rule.name for rule in UTILITY.retention.values()]
    for name in names:
        assert name.da.lower() in text


def test_without_such_processing_it_says_so() -> None:
    assert "ingen behandling" in as_text(record(UTILITY, BINDINGS, Capacity.PROCESSOR, Language.DANISH))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("policy", "capacity"), RECORDS)
def test_each_row_has_the_same_columns_and_no_empty_cell(
    policy: Policy, capacity: Capacity, language: Language
) -> None:
    found = rows(policy, BINDINGS, capacity, language)
    assert len({tuple(row) for row in found}) == 1
    assert all(text for row in found for text in row.values())


def test_the_fingerprint_changes_with_what_is_declared_and_with_nothing_else() -> None:
    before = fingerprint(UTILITY, BINDINGS, Capacity.CONTROLLER)
    assert fingerprint(UTILITY, BINDINGS, Capacity.CONTROLLER) == before
    settlement = replace(UTILITY.purposes["settlement"], categories=("name",))
    changed = replace(UTILITY, purposes={**UTILITY.purposes, "settlement": settlement})
    assert fingerprint(changed, BINDINGS, Capacity.CONTROLLER) != before
    assert fingerprint(UTILITY, Bindings(()), Capacity.CONTROLLER) != before

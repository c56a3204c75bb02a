"""The two shipped policies keep every claim that the published ones make."""

import pytest
from stdnum.dk import cvr

from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Ground, Kind, Objection, Role

CLAIMS = {"utility": [f"SF-{number:02}" for number in range(1, 31)],
          "supplier": [f"SV-{number:02}" for number in range(1, 28)]}  # fmt: skip
POLICIES = ["utility", "supplier"]


@pytest.fixture(params=POLICIES)
def policy(request: pytest.FixtureRequest) -> Policy:
    loaded: Policy = request.getfixturevalue(request.param)
    return loaded


@pytest.mark.parametrize("name", POLICIES)
def test_every_claim_is_fulfilled_by_an_item_of_the_file(name: str, request: pytest.FixtureRequest) -> None:
    policy: Policy = request.getfixturevalue(name)
    claimed = {claim for item in policy.items() for claim in item.claims}
    assert claimed == set(CLAIMS[name])


def test_the_fictional_companies_have_numbers_that_check_and_that_nobody_has(policy: Policy) -> None:
    numbers = [policy.controller.cvr, *(company.cvr for company in policy.group_companies)]
    assert all(cvr.is_valid(number) and number.startswith("990") for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_an_instalment_plan_reads_name_address_arrears_and_plan_and_nothing_more(utility: Policy) -> None:
    plan = utility.purposes["instalment_plans"]
    assert set(plan.categories) == {"name", "address", "arrears", "instalment_plan"}
    assert not plan.all_categories


def test_the_cpr_number_is_read_for_three_consents_or_a_claim_handed_over(utility: Policy) -> None:
    readers = {
        purpose.key: purpose.consent for purpose in utility.purposes_reading("cpr") if not purpose.all_categories
    }
    assert readers == {
        "address_from_cpr": "cpr_address",
        "payout_by_nemkonto": "cpr_nemkonto",
        "digital_post": "cpr_eboks",
        "debt_hand_over": None,
    }


@pytest.mark.parametrize("name", POLICIES)
def test_health_is_read_with_written_consent_or_for_a_legal_claim_only(
    name: str, request: pytest.FixtureRequest
) -> None:
    policy: Policy = request.getfixturevalue(name)
    for purpose in policy.purposes_reading("health"):
        if purpose.all_categories or purpose.key == "legal_claims":
            continue
        assert purpose.consent == "health_notice"
        assert policy.consents["health_notice"].written


def test_sensitive_rows_have_a_review_date(policy: Policy) -> None:
    special = [key for key, category in policy.categories.items() if category.kind in (Kind.SPECIAL, Kind.CRIMINAL)]
    assert special
    assert all(rule.review for key in special for rule in policy.retention_of(key))


def test_bookkeeping_is_kept_five_years_from_the_end_of_the_accounting_year(policy: Policy) -> None:
    rule = policy.retention["bookkeeping"]
    assert (rule.event, str(rule.period)) == ("accounting_year_end", "P5Y")


def test_newsletter_reports_go_after_two_years(policy: Policy) -> None:
    assert [str(rule.period) for rule in policy.retention_of("newsletter_activity")] == ["P2Y"]


def test_operation_is_optimised_on_pseudonymous_meters_without_names(utility: Policy) -> None:
    purpose = utility.purposes["operation_optimisation"]
    assert purpose.pseudonymous
    assert set(purpose.rests_on) == {Ground.PUBLIC_TASK, Ground.LEGITIMATE_INTERESTS}
    assert "meter_pseudonym" in purpose.categories
    assert "meter_number" not in purpose.categories
    groups = {utility.categories[key].group for key in purpose.categories}
    assert groups == {"place"}


def test_marketing_stops_without_assessment(utility: Policy) -> None:
    assert utility.purposes["supply_area_marketing"].objection is Objection.STOPS


def test_every_processor_has_an_agreement_inside_the_eea(policy: Policy) -> None:
    processors = [one for one in policy.recipients.values() if one.role is Role.PROCESSOR]
    assert processors
    assert all(one.agreement_required and one.agreement and one.place.in_eea for one in processors)


def test_the_claims_named_recipients_are_there(utility: Policy, supplier: Policy) -> None:
    assert {"billing_system", "recruitment_system", "emptying_system", "document_system"} <= utility.recipients.keys()
    assert {"lawyer", "debt_collector", "tax_and_debt_authority", "bailiffs_court"} <= supplier.recipients.keys()


def test_what_the_supplier_does_not_hold_it_does_not_tell_of(supplier: Policy) -> None:
    silent = {category for entry in supplier.not_held if not entry.sources for category in entry.categories}
    assert silent
    assert silent.isdisjoint(supplier.categories)


def test_the_supplier_names_what_it_really_handles_as_the_program_does(supplier: Policy) -> None:
    named = {"name", "address", "mobile", "landline", "work_phone", "email", "meter_number", "consumption", "agreement"}
    assert named | {"pictures", "location", "support"} <= supplier.categories.keys()

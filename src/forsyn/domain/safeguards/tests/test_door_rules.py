"""What the door lets out: each reason against it by itself, all at once, and properties over whatever is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.safeguards.door_facts import (
    AgreementFacts,
    Allowed,
    PersonFacts,
    Refused,
    Request,
    SubProcessorFacts,
)
from forsyn.domain.safeguards.door_rules import decide, is_marketing
from forsyn.kernel.periods import Period
from forsyn.policy.countries import countries
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Channel, Role

POLICIES = Path(__file__).parents[5] / "policies"
UTILITY, SUPPLIER = (load_policy(POLICIES / f"{name}.toml") for name in ("utility", "supplier"))
TODAY = date(2026, 11, 2)
YEAR = timedelta(days=365)
AGREEMENT = AgreementFacts(
    id=1,
    number="DBA-1",
    period=Period(TODAY - YEAR, TODAY + YEAR),
    signed_date=TODAY - YEAR,
    has_document=True,
    storage_country="SE",
    sub_processors=(SubProcessorFacts("Nordsky AB", "NO", Period(TODAY - YEAR)),),
)
MAIL = Request(
    "customer_service", ("name", "email"), "mail_and_text_messages", Channel.EMAIL, persons=1, to_person=True
)
CLAIM = Request("collection", ("name", "arrears"), "debt_collector", Channel.FILE, persons=1, ground="6(1)(b)")
AUTHORITY = Request(
    "debt_hand_over",
    ("name", "cpr", "arrears"),
    "debt_authority",
    Channel.API,
    persons=1,
    statute="gældsinddrivelsesloven",
)


def codes(
    request: Request,
    *agreements: AgreementFacts,
    persons: PersonFacts = PersonFacts(),  # noqa: B008 - frozen
    policy: Policy = UTILITY,
    today: date = TODAY,
) -> list[str]:
    decision = decide(policy, request, agreements=agreements, persons=persons, today=today)
    return [reason.code for reason in decision.reasons] if isinstance(decision, Refused) else []


def moved(policy: Policy, recipient: str, country: str) -> Policy:
    """The policy as if a recipient were somewhere else; the loader would refuse the file."""
    there = replace(policy.recipients[recipient], country=country)
    return replace(policy, recipients={**policy.recipients, recipient: there})


class TestItLetsOut:
    def test_a_mail_by_a_processor_under_its_agreement(self) -> None:
        decision = decide(UTILITY, MAIL, agreements=(AGREEMENT,), persons=PersonFacts(), today=TODAY)
        assert decision == Allowed(AGREEMENT, ("IE", "SE", "NO"))

    def test_a_claim_to_a_collector_on_the_purposes_own_ground(self) -> None:
        assert codes(CLAIM) == []

    def test_what_a_statute_demands_to_an_authority(self) -> None:
        assert codes(AUTHORITY) == []

    def test_under_the_suppliers_policy(self) -> None:
        request = replace(MAIL, purpose="delivery", recipient="office_suite")
        assert codes(request, AGREEMENT, policy=SUPPLIER) == []


class TestItRefuses:
    def test_a_recipient_that_the_policy_does_not_name(self) -> None:
        assert codes(replace(MAIL, recipient="cloud_friend"), AGREEMENT) == ["unknown_recipient"]

    def test_a_purpose_that_the_policy_does_not_name(self) -> None:
        assert codes(replace(MAIL, purpose="curiosity"), AGREEMENT) == ["unknown_purpose"]

    def test_a_category_that_is_not_the_recipients(self) -> None:
        assert codes(replace(MAIL, categories=("name", "consumption")), AGREEMENT) == ["category_not_for_recipient"]

    def test_a_category_that_is_not_the_purposes(self) -> None:
        assert codes(replace(CLAIM, categories=("name", "arrears", "cvr", "collection"), purpose="accounting"))[:1] == [
            "category_not_of_purpose"
        ]

    @pytest.mark.parametrize("categories", [(), ("shoe_size",)])
    def test_categories_that_are_none(self, categories: tuple[str, ...]) -> None:
        assert codes(replace(MAIL, categories=categories), AGREEMENT)[0] in {"no_categories", "unknown_category"}

    def test_a_processor_without_an_agreement(self) -> None:
        assert codes(MAIL) == ["no_agreement"]

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"signed_date": None}, "er ikke underskrevet"),
            ({"signed_date": TODAY + timedelta(days=1)}, "er ikke underskrevet"),
            ({"has_document": False}, "dokumentet til aftale DBA-1 er ikke lagt ind"),
            ({"period": Period(TODAY - YEAR, TODAY)}, "udløb 2. november 2026"),
            ({"period": Period(TODAY + timedelta(days=1))}, "gælder først fra 3. november 2026"),
        ],
    )
    def test_a_processor_whose_agreement_does_not_hold(self, changed: dict[str, object], told: str) -> None:
        lame = replace(AGREEMENT, **changed)
        decision = decide(UTILITY, MAIL, agreements=(lame,), persons=PersonFacts(), today=TODAY)
        assert isinstance(decision, Refused)
        assert [reason.code for reason in decision.reasons] == ["agreement_not_valid"]
        assert told in decision.reasons[0].text

    def test_an_authority_without_a_statute(self) -> None:
        assert codes(replace(AUTHORITY, statute=" ")) == ["no_statute"]

    def test_another_controller_without_a_ground(self) -> None:
        assert codes(replace(CLAIM, ground="")) == ["no_ground"]

    def test_a_ground_that_is_not_the_purposes(self) -> None:
        assert codes(replace(CLAIM, ground="6(1)(a)")) == ["ground_not_of_purpose"]

    @pytest.mark.parametrize("country", ["GL", "FO", "CH", "US", "IN", "ZZ", "dk", ""])
    def test_anything_outside_the_eea_adequate_or_not(self, country: str) -> None:
        storing = replace(AGREEMENT, storage_country=country)
        working = replace(AGREEMENT, sub_processors=(SubProcessorFacts("Langt Væk", country, Period(TODAY)),))
        assert codes(MAIL, storing) == ["storage_outside_eea"]
        assert codes(MAIL, working) == ["sub_processor_outside_eea"]
        there = moved(UTILITY, "mail_and_text_messages", country)
        assert codes(MAIL, AGREEMENT, policy=there) == ["outside_eea"]

    def test_says_that_an_adequacy_decision_is_not_enough(self) -> None:
        storing = replace(AGREEMENT, storage_country="FO")
        decision = decide(UTILITY, MAIL, agreements=(storing,), persons=PersonFacts(), today=TODAY)
        assert isinstance(decision, Refused)
        assert "Færøerne, uden for EU og EØS. EU-Kommissionen har godkendt" in decision.reasons[0].text

    def test_not_for_a_sub_processor_that_has_stopped_or_not_begun(self) -> None:
        past = SubProcessorFacts("Tidligere", "US", Period(TODAY - YEAR, TODAY))
        coming = SubProcessorFacts("Senere", "US", Period(TODAY + timedelta(days=1)))
        assert codes(MAIL, replace(AGREEMENT, sub_processors=(past, coming))) == []

    def test_marketing_by_others(self) -> None:
        offers = Request("supply_area_marketing", ("name",), "auditor", Channel.FILE, persons=1, ground="6(1)(f)")
        assert codes(offers) == ["marketing_by_others"]
        assert codes(replace(CLAIM, their_marketing=True)) == ["marketing_by_others"]

    def test_names_under_a_purpose_that_works_without_them(self) -> None:
        asked = replace(MAIL, purpose="operation_optimisation", categories=("name",), to_person=False)
        assert "direct_identifiers" in codes(asked, AGREEMENT)
        assert "direct_identifiers" in codes(replace(asked, categories=("consumption",)), AGREEMENT)

    def test_persons_whom_the_purpose_may_not_see(self) -> None:
        hidden = PersonFacts(restricted=1, objecting=2, without_consent=0)
        assert codes(MAIL, AGREEMENT, persons=hidden) == ["restricted", "objection"]
        assert codes(AUTHORITY, persons=PersonFacts(restricted=1)) == []
        post = Request("digital_post", ("cpr",), "digital_post", Channel.API, persons=3, statute="lov om Digital Post")
        assert codes(post, persons=PersonFacts(without_consent=3)) == ["no_consent"]

    def test_a_message_to_the_person_by_one_that_carries_none(self) -> None:
        assert "does_not_carry" in codes(replace(MAIL, channel=Channel.LETTER), AGREEMENT)
        assert "does_not_carry" in codes(replace(CLAIM, to_person=True))

    def test_everything_at_once_and_each_with_what_to_do(self) -> None:
        asked = replace(
            MAIL, categories=("name", "consumption", "cpr"), ground="9(2)(h)", their_marketing=True, channel=Channel.API
        )
        lame = replace(AGREEMENT, signed_date=None)
        decision = decide(
            moved(UTILITY, "mail_and_text_messages", "GL"),
            asked,
            agreements=(lame,),
            persons=PersonFacts(restricted=1),
            today=TODAY,
        )
        assert isinstance(decision, Refused)
        assert {reason.code for reason in decision.reasons} == {
            "category_not_of_purpose",
            "category_not_for_recipient",
            "agreement_not_valid",
            "ground_not_of_purpose",
            "outside_eea",
            "marketing_by_others",
            "restricted",
            "does_not_carry",
        }
        assert all(reason.text.endswith(".") and len(reason.text) > 40 for reason in decision.reasons)


def test_what_counts_as_marketing() -> None:
    assert {key for key, purpose in UTILITY.purposes.items() if is_marketing(purpose)} == {
        "newsletter",
        "supply_area_marketing",
        "satisfaction_surveys",
    }


shared = [
    (purpose.key, recipient.key, tuple(common))
    for purpose in UTILITY.purposes.values()
    for recipient in UTILITY.recipients.values()
    if (common := [key for key in UTILITY.categories if purpose.reads(key) and recipient.gets(key)])
]
likely = st.sampled_from(shared).flatmap(
    lambda found: st.builds(
        Request,
        purpose=st.just(found[0]),
        categories=st.lists(st.sampled_from(found[2]), min_size=1, max_size=3, unique=True).map(tuple),
        recipient=st.just(found[1]),
        channel=st.just(Channel.EMAIL),
        persons=st.integers(0, 3),
        statute=st.sampled_from(["", "loven"]),
    )
)
requests = likely | st.builds(
    Request,
    purpose=st.sampled_from([*UTILITY.purposes, "curiosity"]),
    categories=st.lists(st.sampled_from([*UTILITY.categories, "shoe_size"]), max_size=4, unique=True).map(tuple),
    recipient=st.sampled_from([*UTILITY.recipients, "cloud_friend"]),
    channel=st.sampled_from(Channel),
    persons=st.integers(0, 3),
    ground=st.sampled_from(["", "6(1)(b)", "6(1)(c)", "6(1)(f)"]),
    statute=st.sampled_from(["", "loven"]),
    to_person=st.booleans(),
    their_marketing=st.booleans(),
)
places = st.sampled_from([*countries(), "ZZ"])
days = st.dates(TODAY - YEAR, TODAY + YEAR)
periods = st.tuples(days, days | st.none()).map(
    lambda ends: Period(ends[0], ends[1] if ends[1] and ends[1] > ends[0] else None)
)
facts = st.just(AGREEMENT) | st.builds(
    AgreementFacts,
    id=st.just(1),
    number=st.just("DBA-1"),
    period=periods,
    signed_date=days | st.none(),
    has_document=st.booleans(),
    storage_country=places,
    sub_processors=st.lists(st.builds(SubProcessorFacts, st.just("En"), places, periods), max_size=2).map(tuple),
)
persons = st.just(PersonFacts()) | st.builds(PersonFacts, *[st.integers(0, 2)] * 3)


@given(request=requests, agreements=st.lists(facts, max_size=2).map(tuple), hidden=persons)
def test_whatever_is_let_out_is_as_the_policy_promises(
    request: Request, agreements: tuple[AgreementFacts, ...], hidden: PersonFacts
) -> None:
    decision = decide(UTILITY, request, agreements=agreements, persons=hidden, today=TODAY)
    if isinstance(decision, Refused):
        assert decision.reasons
        assert len({reason.code for reason in decision.reasons}) >= 1
        return
    recipient, purpose = UTILITY.recipients[request.recipient], UTILITY.purposes[request.purpose]
    assert all(countries()[code].in_eea for code in decision.countries)
    assert recipient.country in decision.countries
    assert request.categories
    assert all(recipient.gets(key) and purpose.reads(key) for key in request.categories)
    assert not request.their_marketing
    if recipient.role is Role.PROCESSOR:
        assert decision.agreement is not None
        assert decision.agreement.lacks(TODAY) is None
    else:
        assert decision.agreement is None
        assert request.statute or request.ground
        assert not is_marketing(purpose)
    assert purpose.reads_restricted or not hidden.restricted
    assert not hidden.objecting
    assert not (purpose.consent and hidden.without_consent)


@given(request=requests, agreements=st.lists(facts, max_size=2).map(tuple), hidden=persons)
def test_more_against_it_never_lets_it_out(
    request: Request, agreements: tuple[AgreementFacts, ...], hidden: PersonFacts
) -> None:
    before = decide(UTILITY, request, agreements=agreements, persons=hidden, today=TODAY)
    worse = replace(request, categories=(*request.categories, "shoe_size_of_the_neighbour"), their_marketing=True)
    after = decide(UTILITY, worse, agreements=agreements, persons=hidden, today=TODAY)
    assert isinstance(after, Refused)
    if isinstance(before, Refused):
        told = {reason.code for reason in before.reasons} - {"no_categories"}
        assert told <= {reason.code for reason in after.reasons}

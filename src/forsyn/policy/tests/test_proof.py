"""Claims are all there in both languages; what evidence says of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.policy.claims import Claim, UnknownClaim, chosen, claims, editions
from forsyn.policy.loading import load_policy
from forsyn.policy.policy import Text
from forsyn.policy.proof import Evidence, Kind, Outcome, judge, tally

POLICIES = Path(__file__).parents[4] / "policies"
TEXT = Text("a", "b")
CLAIM = Claim("SF-99", TEXT)
HERE = {"SF"}


def evidence(kind: Kind, count: int = 0, tried: int = 1) -> Evidence:
    return Evidence("trial", kind, TEXT, TEXT, "select 1", tried, count, 0.1)


CONTROL, INVARIANT = evidence(Kind.CONTROL), evidence(Kind.INVARIANT)


def test_every_promise_of_both_policies_is_listed() -> None:
    assert list(claims()) == [f"SF-{n:02}" for n in range(1, 31)] + [f"SV-{n:02}" for n in range(1, 28)]


@pytest.mark.parametrize("claim", claims().values(), ids=lambda claim: claim.id)
def test_texts_are_sentences_in_both_languages(claim: Claim) -> None:
    texts = [claim.title, claim.gap, claim.note, claim.no_control, claim.no_invariant]
    for text in filter(None, texts):
        assert text.da.endswith(".")
        assert text.en.endswith(".")
        assert text.da != text.en


@pytest.mark.parametrize(("file", "edition"), [("utility.toml", "SF"), ("supplier.toml", "SV")])
def test_a_policy_tells_whose_promises_it_makes(file: str, edition: str) -> None:
    policy = load_policy(POLICIES / file)
    assert editions(policy) == {edition}
    assert {claim for item in policy.items() for claim in item.claims} <= set(claims())


def test_claims_are_chosen_by_id_whatever_the_letters() -> None:
    assert [claim.id for claim in chosen(["sf-08", "SV-03"])] == ["SF-08", "SV-03"]
    assert len(chosen([])) == 57
    with pytest.raises(UnknownClaim, match=r"no claim 'SF-80'. They are SF-01 to SF-30"):
        chosen(["sf-80"])


def test_kept_needs_both_kinds_of_trial() -> None:
    assert judge(CLAIM, [CONTROL, INVARIANT], editions=HERE).outcome is Outcome.KEPT
    assert judge(CLAIM, [CONTROL], editions=HERE).outcome is Outcome.GAP
    assert judge(CLAIM, [INVARIANT], editions=HERE).outcome is Outcome.GAP
    assert judge(CLAIM, [], editions=HERE).outcome is Outcome.GAP
    assert judge(replace(CLAIM, no_control=TEXT), [INVARIANT], editions=HERE).outcome is Outcome.KEPT
    assert judge(replace(CLAIM, no_invariant=TEXT), [CONTROL], editions=HERE).outcome is Outcome.KEPT


def test_a_control_without_anything_to_try_it_on_proves_nothing() -> None:
    verdict = judge(CLAIM, [evidence(Kind.CONTROL, tried=0), INVARIANT], editions=HERE)
    assert verdict.outcome is Outcome.GAP
    assert "no data yet" in verdict.why.en
    assert judge(CLAIM, [CONTROL, evidence(Kind.INVARIANT, tried=0)], editions=HERE).outcome is Outcome.KEPT


def test_what_is_not_built_is_a_gap_however_well_the_rest_goes() -> None:
    verdict = judge(replace(CLAIM, gap=TEXT), [CONTROL, INVARIANT], editions=HERE)
    assert (verdict.outcome, verdict.why) == (Outcome.GAP, TEXT)
    assert verdict.evidence == (CONTROL, INVARIANT)


def test_the_other_policys_promises_are_not_judged() -> None:
    assert judge(CLAIM, [evidence(Kind.CONTROL, 3)], editions={"SV"}).outcome is Outcome.OTHER_POLICY


@given(
    counts=st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 3))),
    claim=st.builds(Claim, st.just("SF-99"), st.just(TEXT), *[st.none() | st.just(TEXT)] * 4),
)
def test_one_trial_gone_wrong_breaks_a_claim_whatever_else_holds(counts: list[tuple[Kind, int]], claim: Claim) -> None:
    verdict = judge(claim, [evidence(kind, count) for kind, count in counts], editions=HERE)
    assert (verdict.outcome is Outcome.BROKEN) == any(count for _, count in counts)
    assert tally([verdict])[verdict.outcome] == 1
    assert sum(tally([verdict]).values()) == 1

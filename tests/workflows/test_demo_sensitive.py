"""The demo's sensitive rows: kept once, each on its ground, one of them due for review about now."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from django.conf import settings as project
from pytest_django import Settings

from forsyn.config.keys import KeyStore
from forsyn.domain.customers.actions import register_customer
from forsyn.domain.safeguards.actions_choices import give_consent
from forsyn.domain.safeguards.choices_models import Channel, Consent
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive import queries
from forsyn.domain.sensitive.rules import Kind
from forsyn.policy.loading import load_policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language, Source
from forsyn.workflows import demo_sensitive
from forsyn.workflows.demo_accounts import NotADemo, make_demo_staff
from tests.world import NOW, TODAY

UTILITY = load_policy(Path(project.PROJECT_ROOT, "policies", "utility.toml"))
NUMBERS = ("100001", "100004", "100005", "100012", "100015", "100023")


@pytest.fixture
def customers(db: None, settings: Settings, tmp_path: Path) -> dict[str, int]:
    settings.DEMO = True
    settings.KEY_STORE = KeyStore(tmp_path / "keys.json")
    settings.KEY_STORE.make(today=TODAY)
    make_demo_staff(today=TODAY, now=NOW)
    return {
        number: register_customer(
            number=number, kind="person", name=f"Prøve {number}", source=Source.PERSON, today=TODAY, now=NOW
        )
        for number in NUMBERS
    }


def test_each_kind_has_an_example_and_a_second_start_adds_none(customers: dict[str, int]) -> None:
    give_consent(
        policy=UTILITY,
        customer_id=customers["100001"],
        consent="cpr_nemkonto",
        text_version=UTILITY.version,
        language=Language.DANISH,
        channel=Channel.PORTAL,
        now=NOW,
    )
    assert demo_sensitive.make_demo_sensitive(now=NOW)
    assert not demo_sensitive.make_demo_sensitive(now=NOW)
    with purpose(P.RETENTION, actor=None):
        assert {line.kind: line.rows for line in queries.sealed_with()} == dict.fromkeys(Kind, 1) | {Kind.PREMISES: 2}
        due = queries.due_for_review(today=TODAY + timedelta(days=3))
        assert [row.customer_id for row in due] == [customers["100012"]]
        assert queries.withdrawn() == []
    with purpose(P.PAYOUT_BY_NEMKONTO, actor=None):
        assert queries.find_by_cpr(number=demo_sensitive.TEST_NUMBER) == [customers["100001"]]
    paper = Consent.objects.get(consent="health_notice").proof
    [page] = pypdf.PdfReader(io.BytesIO(paper), strict=True).pages
    assert page.extract_text() == "Ja, I må vide, at en hos os er syg."


def test_a_number_is_left_out_where_nobody_agreed(customers: dict[str, int]) -> None:
    assert demo_sensitive.make_demo_sensitive(now=NOW)
    with purpose(P.RETENTION, actor=None):
        assert Kind.CPR not in {line.kind for line in queries.sealed_with()}


def test_nothing_is_made_outside_the_demo(customers: dict[str, int], settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(NotADemo):
        demo_sensitive.make_demo_sensitive(now=NOW)

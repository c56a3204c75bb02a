"""Consents, restrictions and objections in a real browser: accessible, whole at both widths, used by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from forsyn.domain.accounts.models import Account
from forsyn.domain.safeguards import actions_choices as actions
from forsyn.domain.safeguards.choices_models import Channel, Objection, Restriction, RestrictionGround
from forsyn.policy.loading import load_policy
from forsyn.policy.vocabulary import Language
from tests.browser.conftest import fits
from tests.signing_in import SignedIn
from tests.world import World

Check = Callable[[Any], None]
POLICY = load_policy(Path(settings.PROJECT_ROOT, "policies", "utility.toml"))


@pytest.fixture
def chosen(live_server: LiveServer, world: World) -> World:
    """Anna says yes to the newsletter and is restricted; Bo objects twice."""
    now = timezone.now()
    actions.give_consent(
        policy=POLICY,
        customer_id=world.anna.customer_id,
        consent="newsletter",
        text_version=POLICY.version,
        language=Language.DANISH,
        channel=Channel.PORTAL,
        now=now,
    )
    actions.restrict(
        customer_id=world.anna.customer_id,
        ground=RestrictionGround.ACCURACY,
        reason="Måleren er naboens, siger kunden.",
        recorded_by_id=world.dpo.pk,
        now=now - timedelta(days=12),
    )
    for purpose, days in (("operation_optimisation", 40), ("supply_area_marketing", 3)):
        actions.object_to(
            policy=POLICY,
            customer_id=world.bo.customer_id,
            purpose=purpose,
            reason="Mine vaner er mine egne.",
            now=now - timedelta(days=days),
            recorded_by_id=world.dpo.pk,
        )
    return world


@pytest.fixture
def open_as(page: Any, live_server: LiveServer, signed_in: SignedIn) -> Callable[[Account], Any]:
    """The page, with somebody signed in."""

    def opened(account: Account) -> Any:
        client: Client = signed_in(account)
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return page

    return opened


@pytest.mark.telephone
def test_a_customer_takes_a_yes_back_and_gives_another(open_as: Any, chosen: World, accessible: Check) -> None:
    page = open_as(chosen.anna.account)
    page.goto(reverse("portal:consents"))
    accessible(page)
    fits(page)
    page.get_by_role("button", name="Træk mit ja tilbage – Nyhedsbrev").press("Enter")
    page.get_by_text("Dit samtykke er trukket tilbage").wait_for()
    page.get_by_role("button", name="Ja, det må I – CPR-nummer til NemKonto").press("Enter")
    page.get_by_text("Tak. Dit ja er gemt.").wait_for()
    page.get_by_text("Dine oplysninger er sat på pause").wait_for()


def test_the_desks_pages_are_accessible_and_whole(open_as: Any, chosen: World, accessible: Check) -> None:
    page = open_as(chosen.dpo)
    restriction, objection = Restriction.objects.get().pk, Objection.objects.order_by("made_at")[0].pk
    for address in (
        reverse("privacy_desk:home"),
        reverse("privacy_desk:restrictions"),
        reverse("privacy_desk:restrict"),
        reverse("privacy_desk:lift", args=[restriction]),
        reverse("privacy_desk:objections"),
        reverse("privacy_desk:record_objection"),
        reverse("privacy_desk:decide_objection", args=[objection]),
        reverse("privacy_desk:consents") + "?kunde=1001",
        reverse("privacy_desk:consent_given", args=[chosen.anna.customer_id, "health_notice"]),
    ):
        page.goto(address)
        accessible(page)
        fits(page)


def test_the_desk_records_a_yes_by_telephone(open_as: Any, chosen: World) -> None:
    page = open_as(chosen.dpo)
    page.goto(reverse("privacy_desk:consents"))
    page.get_by_label("Kundenummer").fill("1002")
    page.get_by_role("button", name="Vis kundens samtykker").press("Enter")
    page.get_by_role("link", name="Kunden siger ja – newsletter", exact=True).press("Enter")
    page.get_by_label("Telefon", exact=True).check()
    page.get_by_role("button", name="Gem samtykket").press("Enter")
    page.get_by_text("Samtykket fra Bo Åkjær er gemt.").wait_for()

"""What a run's pages say of bills that changed between the approval and the posting."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.billing.models import Bill
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import words
from tests.billed_world import BilledWorld, a_run, settle
from tests.workflows.test_billing_crossings import LATER, left_out, ready


@pytest.fixture
def clerk(billed_world: BilledWorld) -> Client:
    return signed_in(Client(), billed_world.world.billing)


def test_the_run_tells_how_many_were_left_out_and_each_says_why(clerk: Client, billed_world: BilledWorld) -> None:
    run_id = ready(billed_world, a_run(billed_world.world))
    settle(billed_world.agreements["anna"], 18_000_000)
    assert left_out(run_id, LATER) == {"consumption": 1}
    page = words(clerk, reverse("office:run", args=[run_id]))
    assert "1 regning på 11.375,00 kr. er ikke bogført, fordi noget er ændret" in page
    assert "Resten er bogført, præcis som de blev godkendt." in page
    listed = words(clerk, reverse("office:run_bills", args=[run_id]) + "?vis=udeladte")
    assert "Udeladte regninger" in listed
    assert "Siden forhåndsvisningen er forbruget ændret" in listed
    assert listed.count("Siden forhåndsvisningen") == 1
    bill = words(clerk, reverse("office:bill", args=[Bill.objects.get(state="left_out").pk]))
    assert "Hvorfor den er udeladt" in bill
    assert "Udeladt" in bill


def test_where_everything_changed_nothing_is_said_to_be_posted(clerk: Client, billed_world: BilledWorld) -> None:
    run_id = ready(billed_world, a_run(billed_world.world, agreement_id=billed_world.agreements["anna"]))
    settle(billed_world.agreements["anna"], 18_000_000)
    left_out(run_id, LATER)
    page = words(clerk, reverse("office:run", args=[run_id]))
    assert "Lav en ny kørsel for de dage, der mangler." in page
    assert "Resten" not in page

"""A clerk writes down that a customer asked about personal data, and sees no more of it than the receipt."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from forsyn.domain.rights.models import Request, RequestCustomer
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.interfaces.office.tests.reading import read
from tests.world import World


def _said(**other: str) -> dict[str, str]:
    said = {"channel": "phone", "received_date": "2026-11-02", "right": "access", "on_behalf": "self"}
    return said | {"wish": "Hun vil se, hvad vi har.", "language": "da"} | other


def test_a_call_becomes_a_request_and_the_clerk_gets_its_receipt(world: World, clerk: Client) -> None:
    page = clerk.get(reverse("office:customer", args=[world.anna.customer_id]))
    address = reverse("office:privacy_request", args=[world.anna.customer_id])
    assert address in page.content.decode()
    answer = clerk.post(address, _said(), follow=True)
    request = Request.objects.get()
    assert f"Anmodning {request.number} er skrevet ind. Personen skal have svar senest 2. december 2026." in read(
        answer.content.decode()
    )
    assert request.right == "access"
    assert request.identity_settled_at is None
    assert RequestCustomer.objects.get().customer_id == world.anna.customer_id
    assert AccessEntry.objects.filter(aspect="privacy_requests", kind="change").exists()
    assert clerk.get(reverse("privacy_desk:request", args=[request.pk])).status_code == 404


def test_mails_and_the_portal_are_not_for_the_clerk_to_write_down(world: World, clerk: Client) -> None:
    address = reverse("office:privacy_request", args=[world.anna.customer_id])
    for channel in ("email", "portal"):
        assert clerk.post(address, _said(channel=channel)).status_code == 422
    assert not Request.objects.exists()


def test_a_day_to_come_is_told(world: World, clerk: Client) -> None:
    address = reverse("office:privacy_request", args=[world.anna.customer_id])
    assert clerk.post(address, _said(received_date="2027-01-01")).status_code == 422
    assert not Request.objects.exists()


def test_who_does_not_serve_customers_finds_no_such_page(world: World, operations: Client) -> None:
    address = reverse("office:privacy_request", args=[world.anna.customer_id])
    assert operations.get(address).status_code == 404

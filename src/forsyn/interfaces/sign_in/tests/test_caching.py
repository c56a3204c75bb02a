"""What a browser or a proxy may keep of a page: nothing, unless the page says so."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.signing_in import SignedIn
from tests.world import World


@pytest.mark.parametrize(
    "address",
    [
        "/kontor/", "/kontor/?q=anna", "/konto/sikkerhed/", "/konto/totrin/app/", "/konto/totrin/koder/",
        "/konto/totrin/koder/nye/", "/findes/ikke/", "/konto/start/", "/cookies/",
    ],
)  # fmt: skip
def test_staff_pages_are_not_kept(world: World, signed_in: SignedIn, address: str) -> None:
    client = signed_in(world.clerk)
    assert "no-store" in client.get(address).headers["Cache-Control"]


def test_nor_are_the_privacy_desk_and_its_files(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.dpo)
    for address in ("/persondata/", "/persondata/kolonner.csv"):
        assert "no-store" in client.get(address).headers["Cache-Control"], address


def test_a_refused_form_is_not_kept_either(client: Client, db: None) -> None:
    assert "no-store" in Client(enforce_csrf_checks=True).post("/konto/", {}).headers["Cache-Control"]


def test_what_is_for_everybody_may_be_kept(client: Client, db: None) -> None:
    assert client.get("/privatlivspolitik/da.pdf").headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("address", ["/konto/bekraeft/", "/konto/totrin/bekraeft/", "/konto/totrin/noegle/bekraeft/"])
def test_a_customer_has_no_password_to_confirm(world: World, signed_in: SignedIn, address: str) -> None:
    assert signed_in(world.anna.account).get(address).status_code == 404


@pytest.mark.parametrize("address", ["/", "/aftaler/", "/oplysninger/"])
def test_a_program_may_ask_whether_a_page_is_there(world: World, signed_in: SignedIn, address: str) -> None:
    assert signed_in(world.anna.account).head(address).status_code == 200

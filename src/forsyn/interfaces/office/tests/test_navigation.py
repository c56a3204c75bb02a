"""The main menu: exactly one entry is marked, and it is the one a page belongs to."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

MARKED = re.compile(r'aria-current="(?:page|true)">([^<]+)<')
EVERYTHING = {
    "customer_service", "settlement", "metering", "accounting", "collection", "interruption_health", "privacy_rights",
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/kontor/", "Kunder"),
        ("/kontor/i-dag/", "I dag"),
        ("/kontor/kunder/7/konto/", "Kunder"),
        ("/kontor/aftaler/7/flytning/", "Kunder"),
        ("/kontor/maalere/7/", "Forsyningssteder"),
        ("/kontor/karantaene/", "Karantæne"),
        ("/kontor/takster/udgaver/7/", "Takster"),
        ("/kontor/koersler/7/", "Kørsler"),
        ("/kontor/udsendelse/", "Kørsler"),
        ("/kontor/regninger/7/", "Regninger"),
        ("/kontor/betalinger/filer/", "Betalinger"),
        ("/kontor/udbetalinger/", "Betalinger"),
        ("/kontor/bogholderi/bilag/", "Bogholderi"),
        ("/kontor/forfaldne/", "Forfaldne"),
        ("/persondata/formaal/", "Persondata"),
    ],
)
def test_a_page_is_marked_under_its_own_entry_only(path: str, entry: str) -> None:
    request = RequestFactory().get(path)
    seen = {"user": SimpleNamespace(is_authenticated=True, kind="staff"), "signed_in": {"purposes": EVERYTHING}}
    assert MARKED.findall(render_to_string("navigation.html", {**seen, "request": request})) == [entry]

"""One's data as a file: asked, made, on record at the door, and answered, at one press."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from forsyn.domain.rights.models import Request, RequestCustomer, RequestDocument, RequestPlan, Withheld
from forsyn.domain.safeguards.door_models import Disclosure
from forsyn.domain.sensitive.models import ThreatNotice
from forsyn.policy.vocabulary import Right
from forsyn.workflows import own_package
from forsyn.workflows.access_package import PackageRefused
from tests.portal_pages import page, send
from tests.world import NOW, TODAY, Party, World

SignIn = Callable[[Party], Client]


def fetched(client: Client, customer: str = "1001", name: str = "download") -> tuple[zipfile.ZipFile, str]:
    answer = client.post(reverse(f"portal:{name}"), {"customer": customer})
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))), answer["Content-Disposition"]


def test_the_copy_comes_at_one_press_and_answers_its_request(client_of_anna: Client, world: World) -> None:
    package, header = fetched(client_of_anna)
    assert {"LÆS-MIG.txt", "indsigt.pdf", "data.json"} <= set(package.namelist())
    assert "Anna Prøvesen" in package.read("data.json").decode()
    asked = Request.objects.get()
    assert header.startswith(f'attachment; filename="indsigt-{asked.number}-2026-11-02')
    assert (asked.right, asked.state, asked.outcome, asked.closed_at) == ("access", "answered", "granted", NOW)
    plan = RequestPlan.objects.get()
    assert (plan.carried_out_at, plan.fingerprint != "") == (NOW, True)
    letter = RequestDocument.objects.get(kind="answer")
    left = Disclosure.objects.get(pk=letter.disclosure_id)
    assert (left.to_person, left.channel, left.purpose) == (True, "file", "privacy_rights")
    assert "Svar, 2. november 2026 (PDF)" in page(client_of_anna, "my_request", asked.pk)


def test_a_second_press_of_the_day_gives_the_copy_again(client_of_anna: Client) -> None:
    fetched(client_of_anna)
    fetched(client_of_anna)
    assert Request.objects.count() == 1
    assert Disclosure.objects.filter(channel="file", to_person=True).count() == 2, "both are on record at the door"


def test_what_staff_withheld_stays_withheld(client_of_anna: Client, world: World) -> None:
    send(client_of_anna, "correct", wish="Navnet er forkert.")
    Withheld.objects.create(
        request=Request.objects.get(), item="customers_contact_point", reason="En andens ret.", at=NOW, by=world.dpo
    )
    package, _ = fetched(client_of_anna)
    assert "En andens ret." in package.read("LÆS-MIG.txt").decode()
    assert Request.objects.get(right=Right.ACCESS).outcome == "partly"


def test_where_no_copy_can_be_made_the_request_waits_for_staff(
    client_of_anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PackageRefused("Boksen er lukket.")

    monkeypatch.setitem(own_package.MAKERS, Right.ACCESS, refused)
    text = send(client_of_anna, "download")
    assert "Vi kan ikke lave pakken lige nu." in text
    assert "Boksen" not in text
    assert Request.objects.get().state == "open"
    assert not RequestPlan.objects.exists()


def test_nobody_fetches_anothers_copy(signed_in: SignIn, world: World) -> None:
    text = send(signed_in(world.bo), "download", customer="1003")
    assert "Du kan kun bede om noget for dig selv her." in text
    assert not Request.objects.exists()
    package, _ = fetched(signed_in(world.bo), "1002")
    everything = b"".join(package.read(name) for name in package.namelist()).decode(errors="replace")
    assert "Birgit" not in everything
    assert signed_in(world.bo).get(reverse("portal:download")).status_code == 405


def test_what_can_be_taken_along_comes_at_one_press(client_of_anna: Client, world: World) -> None:
    package, header = fetched(client_of_anna, name="take_along")
    asked = Request.objects.get()
    assert (asked.right, asked.state, asked.outcome) == ("portability", "answered", "granted")
    assert f"dataportabilitet-{asked.number}-2026-11-02.zip" in header
    assert any(name.endswith(".json") for name in package.namelist())
    assert any(name.endswith(".xml") for name in package.namelist()), "consumption, in the energy-data standard"
    fetched(client_of_anna, name="take_along")
    assert Request.objects.count() == 1


def test_where_somebodys_safety_may_hang_on_it_staff_reads_the_copy_first(client_of_anna: Client, world: World) -> None:
    ThreatNotice.objects.create(
        customer_id=world.anna.customer_id, sealed=bytes(64), sealing_key="key", source="utility", recorded_at=NOW,
        recorded_by_id=world.clerk.pk, review_date="2027-01-01",
    )  # fmt: skip
    text = send(client_of_anna, "download")
    assert "En medarbejder ser på det" in text
    assert "tru" not in text.lower()
    assert Request.objects.get().state == "open"


def test_where_somebody_asked_for_the_person_staff_reads_the_copy_first(client_of_anna: Client, world: World) -> None:
    """The copy would tell whoever that was, by name and with an address."""
    asked = Request.objects.create(
        right=Right.ACCESS, state="open", channel="letter", received_at=NOW, received_date=TODAY, on_behalf="attorney",
        first_deadline_date="2026-12-02", deadline_date="2026-12-02", requester_name="Vera Fuldmægtig",
        requester_address="Hemmelig 1", identity_settled_at=NOW, identity_way="seen",
    )  # fmt: skip
    RequestCustomer.objects.create(request=asked, customer_id=world.anna.customer_id, linked_at=NOW)
    text = send(client_of_anna, "download")
    assert "En medarbejder ser på det" in text
    assert set(Request.objects.values_list("state", flat=True)) == {"open"}

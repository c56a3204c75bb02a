"""Tariffs in the office: read as a price sheet, changed from a day, previewed, approved by somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Account, Role
from forsyn.domain.billing.models import TariffVersion
from forsyn.domain.billing.tariff_queries import tariff_in_force
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import read, words
from forsyn.workflows.demo_accounts import make_demo_staff
from forsyn.workflows.demo_tariffs import make_demo_tariffs
from tests.world import BEGINNING, NOW, TODAY, World

NEW_YEAR = "2027-01-01"


@pytest.fixture
def tariffs(world: World, settings: Any) -> dict[str, int]:
    """The demo's tariffs by key, with a draft of heat's that waits."""
    settings.DEMO = True
    make_demo_staff(today=TODAY, now=NOW)
    make_demo_tariffs(today=TODAY, now=NOW)
    settings.DEMO = False
    return dict(TariffVersion.objects.values_list("tariff__key", "tariff_id"))


@pytest.fixture
def office(world: World) -> Client:
    """Aage, who settles."""
    return signed_in(Client(), world.billing)


@pytest.fixture
def colleague(world: World) -> Client:
    """Berit, who settles as well."""
    key = create_staff(
        email="berit@nordby.example",
        name="Berit Beregner",
        roles=[Role.BILLING],
        first_date=BEGINNING,
        until_date=date(2099, 1, 1),
        now=NOW,
    )
    return signed_in(Client(), Account.objects.get(pk=key))


def page(name: str, key: int) -> str:
    return reverse(f"office:{name}", args=[key])


def prices(client: Client, tariff_id: int, **fields: str) -> Any:
    """Send the form as it stands, with some fields written in."""
    address = page("tariff_prices", tariff_id)
    body = client.get(address).content.decode()
    sent = dict(re.findall(r'<input type="(?:text|date)" name="([^"]+)"[^>]*? value="([^"]*)"', body))
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', body, re.DOTALL):
        sent[name] = text
    return client.post(address, sent | fields)


def field_of(client: Client, tariff_id: int, label: str) -> str:
    """The name of the price field with a label."""
    body = client.get(page("tariff_prices", tariff_id)).content.decode()
    found = re.search(rf'<label for="id_(price_\d+)">{label}', body)
    assert found is not None
    return found[1]


def test_the_list_tells_what_holds_and_what_waits(tariffs: dict[str, int], office: Client) -> None:
    text = words(office, reverse("office:tariffs"))
    assert "Fjernvarme Varme udgave 1 udgave 2 venter" in text
    assert "Spildevand Spildevand udgave 1 –" in text


def test_a_tariff_reads_as_a_price_sheet(tariffs: dict[str, int], office: Client) -> None:
    text = words(office, page("tariff", tariffs["vand"]))
    assert "måler 2,5 m³/h pr. år 440,00 kr. 550,00 kr." in text
    assert "Vand pr. m³ 10,40 kr. 13,00 kr. fra 1.1.2027: 11,10 kr. 13,875 kr. med moms" in text
    assert "Statens vandafgift pr. m³ 6,37 kr. 7,9625 kr." in text
    assert "Rykkergebyr pr. stk. 100,00 kr. uden for moms" in text
    assert "Momsen er 25 %." in text
    waste = words(office, page("tariff", tariffs["spildevand"]))
    assert "trin 2, over 500 m³ om året pr. m³ 25,60 kr. 32,00 kr." in waste
    incentive = words(office, page("tariff", tariffs["varme-motivation"]))
    assert "Tillæg: 1 % for hver grad, vandet køles mindre end forventet. Op til 5 grader koster intet." in incentive
    assert "Fradrag: 2 % for hver grad, vandet køles mere end forventet. Anlæg med ét rør er fritaget." in incentive


def test_new_prices_become_a_draft_that_a_colleague_approves(
    tariffs: dict[str, int], office: Client, colleague: Client
) -> None:
    water = tariffs["vand"]
    field = field_of(office, water, "Vand")
    answer = prices(office, water, from_date=NEW_YEAR, note="Bestyrelsens møde", **{field: "11,25"})
    draft = TariffVersion.objects.get(tariff_id=water, state="draft")
    assert answer.url == page("tariff_version", draft.pk)
    text = words(office, answer.url)
    assert "Vand Pris 11,10 kr. 11,25 kr. 1.1.2027" in text
    assert "Du har selv skrevet udkastet" in text
    assert "Udkastet er ikke regnet igennem endnu" in text
    assert "Godkend</button>" not in office.get(answer.url).content.decode()
    office.post(page("tariff_preview", draft.pk))
    refused = office.post(page("tariff_approve", draft.pk), {"sha256": draft.sha256}, follow=True)
    assert "Du har selv skrevet udgave 2. En anden skal godkende den." in read(refused.content.decode())
    done = colleague.post(page("tariff_approve", draft.pk), {"sha256": draft.sha256}, follow=True)
    assert "Udgave 2 er godkendt." in read(done.content.decode())
    held = tariff_in_force(tariff_id=water)
    assert held is not None
    assert held.number == 2
    assert "Ved siden af udgave 1. Kroner uden moms" in words(office, page("tariff_version", draft.pk))


def test_a_draft_is_not_approved_before_it_is_reckoned_nor_after_it_changed(
    tariffs: dict[str, int], office: Client, colleague: Client
) -> None:
    heat = tariffs["varme"]
    draft = TariffVersion.objects.get(tariff_id=heat, state="draft")
    answer = colleague.post(page("tariff_approve", draft.pk), {"sha256": draft.sha256}, follow=True)
    assert "Udgave 2 er ikke regnet igennem." in read(answer.content.decode())
    colleague.post(page("tariff_preview", draft.pk))
    prices(office, heat, from_date=NEW_YEAR, **{field_of(office, heat, "Abonnement"): "670"})
    answer = colleague.post(page("tariff_approve", draft.pk), {"sha256": draft.sha256}, follow=True)
    assert "Udgave 2 er ændret, siden du så den." in read(answer.content.decode())
    assert TariffVersion.objects.get(pk=draft.pk).state == "draft"
    colleague.post(page("tariff_withdraw", draft.pk))
    assert TariffVersion.objects.get(pk=draft.pk).state == "withdrawn"
    gone = colleague.post(page("tariff_withdraw", draft.pk), follow=True)
    assert "Nogen har afgjort det imens" in read(gone.content.decode())


def test_an_approval_after_the_day_asks_why_by_the_name_of_the_price(
    tariffs: dict[str, int], office: Client, colleague: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    water = tariffs["vand"]
    prices(office, water, from_date=NEW_YEAR, **{field_of(office, water, "Vand"): "11,25"})
    draft = TariffVersion.objects.get(tariff_id=water, state="draft")
    colleague.post(page("tariff_preview", draft.pk))
    late = NOW.replace(year=2027, month=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    signed_in(colleague, Account.objects.get(email="berit@nordby.example"))
    answer = colleague.post(page("tariff_approve", draft.pk), {"sha256": draft.sha256}, follow=True)
    assert "»Vand« ændrer sig fra en dag, der er gået (1. januar 2027)." in read(answer.content.decode())


def test_what_cannot_be_is_told_in_danish(tariffs: dict[str, int], office: Client) -> None:
    water = tariffs["vand"]
    field = field_of(office, water, "Vand")
    nothing = prices(office, water, from_date=NEW_YEAR)
    assert (nothing.status_code, "Intet er ændret" in read(nothing.content.decode())) == (422, True)
    past = prices(office, water, from_date="2026-10-01", **{field: "11"})
    assert "»Vand« ændrer sig fra en dag, der er gået (1. oktober 2026)." in read(past.content.decode())
    strange = prices(office, water, from_date="i morgen", **{field: "1.234"})
    text = read(strange.content.decode())
    assert "kan læses på to måder" in text
    assert "Skriv en dato" in text
    reminder = field_of(office, water, "Rykkergebyr")
    negative = prices(office, water, from_date=NEW_YEAR, **{reminder: "-5"})
    assert "»Rykkergebyr«" in read(negative.content.decode())
    assert not TariffVersion.objects.filter(tariff_id=water, state="draft").exists()


def test_steps_and_incentives_are_changed_by_the_same_form(tariffs: dict[str, int], office: Client) -> None:
    waste = tariffs["spildevand"]
    refused = prices(office, waste, from_date=NEW_YEAR, step_discharge_2_above="400")
    assert "ændrer sig fra en dag, der er gået (altid)" in read(refused.content.decode())
    prices(office, waste, from_date=NEW_YEAR, step_discharge_2_above="400", note="Ny bekendtgørelse")
    draft = TariffVersion.objects.get(tariff_id=waste, state="draft")
    assert "Trin 2 500: 80 % 400: 80 %" in words(office, page("tariff_version", draft.pk))
    cooling = tariffs["varme-motivation"]
    prices(office, cooling, from_date=NEW_YEAR, terms_cooling_table="60 40\n70 36,5", terms_cooling_bonus_percent="1")
    draft = TariffVersion.objects.get(tariff_id=cooling, state="draft")
    assert "Frem og forventet retur: 60: 40; 70: 36,5." in words(office, page("tariff_version", draft.pk))
    assert '"rows":[[60,"40"],[70,"36.5"]]' in draft.document


def test_a_price_sheet_is_taken_whole_or_refused_by_line(tariffs: dict[str, int], office: Client) -> None:
    water = tariffs["vand"]
    given = office.get(page("tariff_sheet_csv", water))
    assert given.headers["Content-Disposition"] == 'attachment; filename="takst-vand.csv"'
    assert "meter:2.5;2026-01-01;;440" in given.content.decode("utf-8-sig")

    def send(content: str) -> Any:
        file = SimpleUploadedFile("priser.csv", content.encode())
        return office.post(page("tariff_sheet", water), {"file": file, "note": ""})

    head = "nøgle;fra;indtil;kr. uden moms\n"
    assert head.strip() in given.content.decode("utf-8-sig")
    broken = read(send(f"{head}water;1.1.2027;;11,30\nwater;i morgen;;12\n").content.decode())
    assert "Linje 3: »i morgen« er ingen dato" in broken
    unknown = read(send(f"{head}water;1.1.2027;;11,30\ngas;1.1.2027;;12\n").content.decode())
    assert "Linje 3: Taksten har ingen del, der hedder »gas«." in unknown
    assert not TariffVersion.objects.filter(tariff_id=water, state="draft").exists()
    taken = send(f"{head}water;1.1.2027;;11,30\nmeter:2.5;2027-01-01;;450\n")
    assert taken.status_code == 302
    assert "11,30 kr." in words(office, taken.url)


def test_a_preview_says_that_there_is_nothing_to_reckon_with(tariffs: dict[str, int], office: Client) -> None:
    draft = TariffVersion.objects.get(tariff_id=tariffs["varme"], state="draft")
    answer = office.post(page("tariff_preview", draft.pk), follow=True)
    text = read(answer.content.decode())
    assert "men der er ingen regninger at sammenligne" in text
    assert "Der mangler forbrug i en del af året." in text
    assert "Et takstår fra 1. januar 2027 er regnet med forbruget fra året, der begyndte 1. januar 2025." in text


def test_looking_at_single_agreements_is_on_record(world: World, tariffs: dict[str, int], office: Client) -> None:
    draft = TariffVersion.objects.get(tariff_id=tariffs["varme"], state="draft")
    AccessEntry.objects.all().delete()
    text = words(office, page("tariff_changes", draft.pk))
    assert "A50011-2410" in text
    assert world.anna.customer_id in AccessEntry.objects.values_list("customer_id", flat=True)


def test_only_billing_sees_tariffs(tariffs: dict[str, int], clerk: Client, operations: Client) -> None:
    for client in (clerk, operations):
        assert client.get(reverse("office:tariffs")).status_code == 404
        assert client.get(page("tariff", tariffs["vand"])).status_code == 404
    assert Client().get(reverse("office:tariffs")).status_code == 302


@pytest.mark.parametrize("name", ["tariff", "tariff_prices", "tariff_sheet", "tariff_sheet_csv", "tariff_version"])
def test_what_is_not_there_is_not_found(tariffs: dict[str, int], office: Client, name: str) -> None:
    assert office.get(page(name, 999_999)).status_code == 404


def test_pages_ask_little_and_speak_english(
    tariffs: dict[str, int], office: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    draft = TariffVersion.objects.get(tariff_id=tariffs["varme"], state="draft")
    office.cookies["forsyn_language"] = "en"
    for name, key, most in (
        ("tariff", tariffs["varme"], 14),
        ("tariff_prices", tariffs["varme"], 12),
        ("tariff_version", draft.pk, 10),
    ):
        address = page(name, key)
        office.get(address)
        with django_assert_max_num_queries(most):
            text = words(office, address)
        assert re.search("District heating|New prices|Version 2", text)
        assert not re.search(r"\b(udkast|udgave|priser|gælder)\b", text), text

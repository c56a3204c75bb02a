"""The privacy desk's pages: only for the data protection officer, true to the live database, in both languages."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.test import Client
from django.urls import reverse

from forsyn.domain.correspondence.models import MailFailure
from forsyn.interfaces.privacy_desk import views
from forsyn.policy.catalog import Catalog, CatalogColumn, CatalogTable
from forsyn.policy.loading import load_policy
from forsyn.policy.problems import Problem
from tests.world import NOW, World

PAGES = ["home", "categories", "purposes", "retention", "recipients", "columns", "columns_csv", "claims", "notice"]
SIGNED_IN_QUERIES = 6
"""Session, account, roles; the session's time of last use is written back in a transaction."""


def signed_in(client: Client, account: object) -> Client:
    client.force_login(account, backend="forsyn.interfaces.sign_in.backend.PurposefulBackend")
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": 0}]
    session.save()
    return client


@pytest.fixture
def dpo(client: Client, world: World) -> Client:
    return signed_in(client, world.dpo)


def text(client: Client, page: str, **query: str) -> str:
    response = client.get(reverse(f"privacy_desk:{page}"), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_nobody_else_gets_in(client: Client, world: World, page: str) -> None:
    address = reverse(f"privacy_desk:{page}")
    assert client.get(address).headers["Location"].startswith(reverse("account_login"))
    for account in (world.clerk, world.billing, world.operations, world.anna.account):
        assert signed_in(client, account).get(address).status_code == 404
    client.logout()


@pytest.mark.parametrize("page", PAGES)
def test_the_officer_gets_in_with_few_queries(dpo: Client, django_assert_max_num_queries: object, page: str) -> None:
    reads_the_catalog = page in {"home", "columns", "columns_csv"}
    reminders = 2  # above every page: requests, breaches
    # choices, mails and tests are one query each, notices two, the door's register four
    what_waits = 9 if page == "home" else 0
    with django_assert_max_num_queries(SIGNED_IN_QUERIES + reminders + reads_the_catalog + what_waits):  # type: ignore[operator]
        text(dpo, page)


@pytest.mark.parametrize("page", ["home", "requests"])
def test_a_mail_that_cannot_be_taken_in_is_shown_with_what_to_do(dpo: Client, page: str) -> None:
    failure = {"mailbox": "post@nordby.example", "received_at": NOW, "tried_at": NOW, "trouble": "DatabaseError"}
    MailFailure.objects.create(uid=41, tries=2, **failure)
    assert "kan ikke læses ind" not in text(dpo, page), "it is still being tried"
    MailFailure.objects.create(uid=42, tries=3, **failure)
    shown = text(dpo, page)
    assert "1 mail ligger i postkassen og kan ikke læses ind" in shown
    assert "Modtaget 2. november 2026 10:00 i post@nordby.example (nummer 42 hos serveren)" in shown
    assert "Flyt så mailen ud af indbakken." in shown


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_only_read(dpo: Client, page: str) -> None:
    assert dpo.post(reverse(f"privacy_desk:{page}")).status_code == 405


def test_says_yes_when_everything_is_declared(dpo: Client) -> None:
    page = text(dpo, "home")
    assert "Ja. Politikken, erklæringerne og databasen passer sammen" in page
    assert "Opgaver" not in page


def test_says_what_to_do_when_something_is_not(dpo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem("customers_pet.name", "The column is bound to no data category.", "Add it to <Table>.")
    monkeypatch.setattr(views, "check_declarations", lambda: [problem])
    page = text(dpo, "home")
    assert "Nej, der er 1 ting, der skal rettes" in page
    assert "customers_pet.name" in page
    assert "Add it to &lt;Table&gt;." in page


def the_database_has(monkeypatch: pytest.MonkeyPatch, table: str, **columns: CatalogColumn) -> None:
    """As if the live catalog had these columns, besides or instead of its own."""
    real = views.live_catalog

    def changed() -> Catalog:
        catalog = real()
        before = catalog.tables[table].columns if table in catalog.tables else {}
        return Catalog({**catalog.tables, table: CatalogTable({**before, **columns})})

    monkeypatch.setattr(views, "live_catalog", changed)


def test_shows_a_column_that_nobody_declared(dpo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Ingen kolonner passer" in text(dpo, "columns", state="undeclared")
    the_database_has(monkeypatch, "customers_pet", name=CatalogColumn("text"))
    page = text(dpo, "columns", state="undeclared")
    assert "customers_pet" in page
    assert "mangler en erklæring" in page
    assert "Viser 1 af" in page


def test_finds_columns_by_word_state_and_category(dpo: Client) -> None:
    assert "Viser 0 af" not in text(dpo, "columns", words="birth_date")
    emails = text(dpo, "columns", category="email")
    assert "customers_contact_point" in emails
    assert "customers_address" not in emails
    assert "not_personal" in text(dpo, "columns", state="not_personal")


def test_says_where_the_database_tells_another_story(dpo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "databasen siger noget andet" not in text(dpo, "columns")
    the_database_has(monkeypatch, "customers_customer", birth_date=CatalogColumn("date", "shoe size"))
    page = text(dpo, "columns", words="birth_date")
    assert "databasen siger noget andet" in page
    assert "shoe size" in page


@pytest.mark.parametrize("query", [{"state": "alt"}, {"category": "skostørrelse"}, {"words": "x" * 101}])
def test_an_unknown_filter_is_explained(dpo: Client, query: dict[str, str]) -> None:
    assert "Noget skal rettes" in text(dpo, "columns", **query)


def test_hostile_words_are_only_words(dpo: Client) -> None:
    assert "<script>" not in text(dpo, "columns", words='"><script>alert(1)</script>').replace("<script src=", "")


def test_the_csv_has_what_the_page_has(dpo: Client) -> None:
    response = dpo.get(reverse("privacy_desk:columns_csv"), {"category": "email"})
    content = response.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert {"customers_contact_point"} <= {row["Tabel"] for row in rows}
    assert all("e-mailadresse" in row["Kategorier"] for row in rows)
    assert f"Viser {len(rows)} af" in text(dpo, "columns", category="email")


def test_a_purpose_tells_its_basis_and_its_claims(dpo: Client) -> None:
    page = text(dpo, "purposes")
    assert "Artikel 6, stk. 1, litra c" in page
    assert "(retlig forpligtelse)" in page
    assert f"{reverse('privacy_desk:claims')}#SF-11" in page


def test_a_retention_rule_is_a_sentence(dpo: Client) -> None:
    page = text(dpo, "retention")
    assert "6 måneder efter, at din aftale er ophørt" in page
    assert "3 år efter målingen" in page
    assert "Straks efter, at" in page


def test_every_claim_of_the_policy_is_listed(dpo: Client) -> None:
    page = text(dpo, "claims")
    assert all(f'id="SF-{number:02}"' in page for number in (1, 3, 11, 30))


def test_the_notice_can_be_read_in_either_language(dpo: Client) -> None:
    assert "Hvem er vi?" in text(dpo, "notice")
    assert "Who are we?" in text(dpo, "notice", sprog="en")
    assert dpo.get(reverse("privacy_desk:notice"), {"sprog": "fr"}).status_code == 404


@pytest.mark.parametrize("page", [page for page in PAGES if page not in {"columns_csv"}])
def test_speaks_english_too(dpo: Client, page: str) -> None:
    dpo.cookies["forsyn_language"] = "en"
    content = text(dpo, page)
    assert '<html lang="en">' in content
    assert "Overblik" not in content
    assert "Overview" in content


def test_shows_what_this_controller_does_not_hold(dpo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ikke i brug her" not in text(dpo, "columns")
    supplier = load_policy(Path(settings.PROJECT_ROOT) / "policies" / "supplier.toml")
    monkeypatch.setattr(views, "current_policy", lambda: supplier)
    page = text(dpo, "columns", words="birth_date")
    assert "ikke i brug her" in page
    assert "Vores kunder er virksomheder." in page
    assert "ukendt kategori" not in text(dpo, "columns")
    assert "dar_address_id" in text(dpo, "columns", state="not_held")
    exported = dpo.get(reverse("privacy_desk:columns_csv"), {"words": "birth_date"}).content.decode("utf-8-sig")
    assert "Ikke i brug her" in exported
    assert "Vores kunder er virksomheder." in exported

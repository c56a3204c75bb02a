"""Asking for access, deciding, reviewing, agreements: what people see, and what they may not do."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from forsyn.domain.accounts import actions
from forsyn.domain.accounts.models import AccessRequest, Account, ConfidentialityAgreement, StaffRole
from forsyn.domain.accounts.queries import account, roles_of
from tests.signing_in import SignedIn
from tests.world import World

OWN, OVERVIEW = reverse("staff_access:own"), reverse("staff_access:overview")
SIGNED_IN_QUERIES = 6
"""Session, account, roles; the session's time of last use is written back in a transaction."""


def read(response: object) -> str:
    """A page's content as a reader sees it."""
    body = response.content.decode()  # type: ignore[attr-defined]
    main = body[body.index("<main") : body.index("</main>")]
    return re.sub(r"\s+", " ", unescape(strip_tags(main.replace("<", " <"))))


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def clerk(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.clerk)


@pytest.fixture
def dpo(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.dpo)


@pytest.fixture
def erik(world: World) -> Account:
    """Somebody from another company, without an agreement yet."""
    key = actions.create_external(
        email="erik@fjernbit.example", name="Erik Ekstern", employer="Fjernbit ApS", now=timezone.now()
    )
    return account(account_id=key)


def ask(client: Client, today: date, role: str = "billing", days: int = 100, reason: str = "Hjælper Aage.") -> object:
    last = today + timedelta(days=days)
    return client.post(OWN, {"role": role, "last_date": f"{last}", "reason": reason}, follow=True)


def address(name: str, number: int) -> str:
    return reverse(f"staff_access:{name}", args=[number])


def test_asking_granting_and_having(world: World, clerk: Client, dpo: Client, today: date) -> None:
    assert "Din anmodning er sendt" in read(ask(clerk, today))
    asked = AccessRequest.objects.get()
    assert "Karen Kontor: Afregningsmedarbejder" in read(dpo.get(OVERVIEW))
    page = read(dpo.get(address("decide", asked.pk)))
    assert "Hjælper Aage." in page
    assert "Regnskab" in page or "Afregning" in page
    answer = {"last_date": f"{today + timedelta(days=50)}", "answer": "Kun så længe Aage er væk.", "decision": "grant"}
    assert "Karen Kontor har fået adgangen" in read(dpo.post(address("decide", asked.pk), answer, follow=True))
    assert roles_of(account_id=world.clerk.pk, today=today) == {"clerk", "billing"}
    assert roles_of(account_id=world.clerk.pk, today=today + timedelta(days=51)) == {"clerk"}
    own = read(clerk.get(OWN))
    assert "Svar fra Dina Databeskytter" in own
    assert "Kun så længe Aage er væk." in own


def test_a_refusal_needs_a_word_and_opens_nothing(world: World, clerk: Client, dpo: Client, today: date) -> None:
    ask(clerk, today)
    where, last = address("decide", AccessRequest.objects.get().pk), f"{today + timedelta(days=9)}"
    assert "Skriv en begrundelse" in read(dpo.post(where, {"last_date": last, "decision": "refuse"}))
    dpo.post(where, {"last_date": last, "decision": "refuse", "answer": "Aage er tilbage."})
    assert roles_of(account_id=world.clerk.pk, today=today) == {"clerk"}
    assert "Der er allerede svaret" in read(dpo.post(where, {"last_date": last, "decision": "grant"}))


@pytest.mark.parametrize(
    ("role", "days", "reason", "told"),
    [
        ("billing", 400, "Hjælper.", "Sidste dag kan højst være"),
        ("billing", -1, "Hjælper.", "Slutdatoen ligger før begyndelsen"),
        ("billing", 100, "  ", "Skriv, hvad du skal bruge adgangen til."),
        ("clerk", 100, "Hjælper.", "Rollen er allerede givet"),
        ("external_support", 10, "Hjælper.", "external_support"),
        ("emperor", 10, "Hjælper.", "emperor"),
        ("billing", 100, "x" * 1001, "Teksten er for lang"),
    ],
)
def test_what_cannot_be_asked_for_is_explained(
    clerk: Client, today: date, role: str, days: int, reason: str, told: str
) -> None:
    assert told in read(ask(clerk, today, role, days, reason))
    assert not AccessRequest.objects.exists()


def test_the_same_is_asked_for_once(clerk: Client, today: date) -> None:
    ask(clerk, today)
    assert "Du har allerede bedt om den rolle" in read(ask(clerk, today, days=20))


def test_nobody_decides_on_or_reviews_their_own(world: World, dpo: Client, today: date) -> None:
    ask(dpo, today, "clerk")
    asked, held = AccessRequest.objects.get(), StaffRole.objects.get(account=world.dpo)
    StaffRole.objects.filter(pk=held.pk).update(review_date=today)
    assert "en anden skal gennemgå den" in read(dpo.get(OVERVIEW))
    answer = {"last_date": f"{today + timedelta(days=9)}", "decision": "grant"}
    assert "Ingen tager stilling til sin egen adgang" in read(dpo.post(address("decide", asked.pk), answer))
    assert "Ingen tager stilling til sin egen adgang" in read(
        dpo.post(address("review", held.pk), {"decision": "keep"})
    )
    assert roles_of(account_id=world.dpo.pk, today=today) == {"dpo"}


def test_a_review_is_impossible_to_miss_and_lets_the_access_go_on(world: World, dpo: Client, today: date) -> None:
    held = StaffRole.objects.get(account=world.clerk)
    StaffRole.objects.filter(pk=held.pk).update(review_date=today + timedelta(days=3))
    page = read(dpo.get(OVERVIEW))
    assert "1 adgang skal gennemgås nu" in page
    assert "Adgangen fortsætter" in read(dpo.post(address("review", held.pk), {"decision": "keep"}, follow=True))
    held.refresh_from_db()
    assert held.review_date > today + timedelta(days=150)
    assert held.reviewed_by_id == world.dpo.pk
    assert "skal gennemgås nu" not in read(dpo.get(OVERVIEW))


def test_a_missed_review_ends_the_access_by_itself(world: World, clerk: Client, dpo: Client, today: date) -> None:
    held = StaffRole.objects.get(account=world.clerk)
    StaffRole.objects.filter(pk=held.pk).update(review_date=today - timedelta(days=1))
    assert clerk.get("/kontor/").status_code == 404
    assert "ophørt: ikke gennemgået til tiden" in read(clerk.get(OWN))
    assert "derfor ophørt" in read(dpo.get(OVERVIEW))
    assert "kan ikke gennemgås" in read(dpo.post(address("review", held.pk), {"decision": "keep"}))


def test_ending_an_access_takes_it_at_once(world: World, clerk: Client, dpo: Client, today: date) -> None:
    held = StaffRole.objects.get(account=world.clerk)
    assert "Skriv, hvorfor adgangen slutter" in read(
        dpo.post(address("review", held.pk), {"decision": "end", "reason": " "})
    )
    dpo.post(address("review", held.pk), {"decision": "end", "reason": "Har fået andre opgaver."})
    assert roles_of(account_id=world.clerk.pk, today=today) == frozenset()
    assert clerk.get("/kontor/").status_code == 404
    assert "Dina Databeskytter: Har fået andre opgaver." in read(dpo.get(address("person", world.clerk.pk)))


def test_one_gives_up_ones_own_but_nobody_elses(world: World, clerk: Client, today: date) -> None:
    others = StaffRole.objects.get(account=world.billing)
    assert clerk.post(address("give_up", others.pk)).status_code == 404
    assert roles_of(account_id=world.billing.pk, today=today) == {"billing"}
    own = address("give_up", StaffRole.objects.get(account=world.clerk).pk)
    assert "Opgiv adgangen som Kundemedarbejder?" in read(clerk.get(own))
    assert roles_of(account_id=world.clerk.pk, today=today) == {"clerk"}
    clerk.post(own)
    assert roles_of(account_id=world.clerk.pk, today=today) == frozenset()


def hand_in(
    client: Client, account_id: int, today: date, content: bytes = b"%PDF-1.7 tavshed", days: int = 60
) -> object:
    form = {
        "document": SimpleUploadedFile("tavshed.pdf", content),
        "signed_date": f"{today}",
        "first_date": f"{today}",
        "last_date": f"{today + timedelta(days=days)}",
    }
    return client.post(address("agreement", account_id), form, follow=True)


def test_an_agreement_opens_the_account_and_bounds_the_access(
    world: World, erik: Account, dpo: Client, signed_in: SignedIn, today: date
) -> None:
    assert not erik.is_active
    assert "Erklæringen er lagt ind" in read(hand_in(dpo, erik.pk, today))
    erik.refresh_from_db()
    assert erik.is_active
    developer = signed_in(erik)
    assert "Der skal være en tavshedserklæring" in read(ask(developer, today, "external_support", days=61))
    assert "Din anmodning er sendt" in read(ask(developer, today, "external_support", days=60))
    assert "allerede en erklæring" in read(hand_in(dpo, erik.pk, today))
    paper = ConfidentialityAgreement.objects.get()
    got = dpo.get(address("document", paper.pk))
    assert (got.content, got["Content-Type"]) == (b"%PDF-1.7 tavshed", "application/pdf")
    assert got["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("content", "days", "told"),
    [
        (b"", 60, "Filen er tom"),
        (b"<html>", 60, "hverken PDF, JPEG eller PNG"),
        (b"%PDF" + b"-" * 10_000_001, 60, "større end 10 MB"),
        (b"%PDF-1.7", -1, "Slutdatoen ligger før begyndelsen"),
    ],
)
def test_what_is_no_agreement_is_refused(
    erik: Account, dpo: Client, today: date, content: bytes, days: int, told: str
) -> None:
    assert told in read(hand_in(dpo, erik.pk, today, content, days))
    erik.refresh_from_db()
    assert not erik.is_active


def test_ones_own_staff_have_no_agreement(world: World, dpo: Client) -> None:
    assert dpo.get(address("agreement", world.clerk.pk)).status_code == 404


def test_only_those_who_decide_see_everybodys(world: World, signed_in: SignedIn) -> None:
    given = StaffRole.objects.get(account=world.billing)
    for who in (world.clerk, world.billing, world.operations, world.anna.account):
        client = signed_in(who)
        for page in (OVERVIEW, address("person", world.dpo.pk), address("review", given.pk), address("decide", 1)):
            assert client.get(page).status_code == 404
    assert signed_in(world.anna.account).get(OWN).status_code == 404
    assert Client().get(OWN).headers["Location"].startswith(reverse("account_login"))


def test_a_customer_is_no_member_of_staff(world: World, dpo: Client) -> None:
    assert "Anna Prøvesen" not in read(dpo.get(OVERVIEW))
    assert dpo.get(address("person", world.anna.account.pk)).status_code == 404


@pytest.mark.parametrize(("page", "queries"), [(OVERVIEW, 5), (OWN, 4)])
def test_pages_ask_little_of_the_database(
    dpo: Client, erik: Account, django_assert_max_num_queries: object, page: str, queries: int
) -> None:
    with django_assert_max_num_queries(SIGNED_IN_QUERIES + queries):  # type: ignore[operator]
        assert dpo.get(page).status_code == 200


@pytest.mark.parametrize("page", [OVERVIEW, OWN])
def test_speaks_english_too(dpo: Client, page: str) -> None:
    dpo.cookies["forsyn_language"] = "en"
    text = read(dpo.get(page))
    assert "adgang" not in text.casefold()
    assert "access" in text.casefold()

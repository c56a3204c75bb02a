"""Reading and confirming one's instructions: by oneself, of the present text, and reminded until it is done."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from forsyn.domain.accounts import actions_instructions
from forsyn.domain.accounts.models import InstructionConfirmation, StaffRole
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.interfaces.staff_access.reminder import LOOKED_UP
from forsyn.policy.purposes import P
from forsyn.workflows import staff_instructions
from tests.signing_in import SignedIn
from tests.world import World

LIST, OWN = reverse("staff_access:instructions"), reverse("staff_access:own")
OVERVIEW, SEARCH = reverse("staff_access:overview"), reverse("office:search")
CLERKS = reverse("staff_access:instruction", args=["clerk"])
REMINDER = "Du har en instruks, som du ikke har bekræftet endnu"

SIGNED_IN_QUERIES = 4
"""Session, account, roles; the session's time of last use is written back."""


def read(response: object) -> str:
    body = response.content.decode()  # type: ignore[attr-defined]
    main = body[body.index("<main") : body.index("</main>")]
    return re.sub(r"\s+", " ", unescape(strip_tags(main.replace("<", " <"))))


@pytest.fixture
def clerk(world: World, signed_in: SignedIn) -> Client:
    """Just signed in: nothing was looked up yet."""
    client = signed_in(world.clerk)
    session = client.session
    del session[LOOKED_UP]
    session.save()
    return client


def confirm(client: Client, role: str = "clerk", text: str | None = None) -> object:
    told = staff_instructions.present_texts().get(role, "") if text is None else text
    return client.post(reverse("staff_access:instruction", args=[role]), {"fingerprint": told}, follow=True)


def test_one_is_reminded_on_every_page_until_one_has_confirmed(world: World, clerk: Client) -> None:
    for page in (SEARCH, OWN, SEARCH):
        assert REMINDER in read(clerk.get(page))
    assert "Instruks: Kundemedarbejder" in read(clerk.get(CLERKS))
    assert "Jeg har læst og forstået instruksen" in read(clerk.get(CLERKS))
    assert "Tak. Det er noteret" in read(confirm(clerk))
    kept = InstructionConfirmation.objects.get()
    assert (kept.account_id, kept.role) == (world.clerk.pk, "clerk")
    assert REMINDER not in read(clerk.get(SEARCH))
    assert "Du bekræftede denne tekst" in read(clerk.get(CLERKS))
    assert "Bekræftet" in read(clerk.get(LIST))


def test_the_reminder_costs_one_look_and_then_none(
    clerk: Client, django_assert_max_num_queries: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    own = staff_instructions.own
    monkeypatch.setattr(staff_instructions, "own", lambda **asked: looked.append(1) or own(**asked))
    for _page in range(3):
        clerk.get(SEARCH)
    assert len(looked) == 1


def test_another_session_learns_of_it(world: World, clerk: Client, signed_in: SignedIn) -> None:
    confirm(clerk)
    other = signed_in(world.clerk)
    session = other.session
    session[LOOKED_UP] = {}
    session.save()
    assert REMINDER not in read(other.get(SEARCH))


def test_a_text_that_changed_is_confirmed_anew(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    confirm(clerk)
    texts = staff_instructions.present_texts()
    monkeypatch.setattr(staff_instructions, "present_texts", lambda: texts | {"clerk": "f" * 64})
    assert REMINDER in read(clerk.get(SEARCH))
    assert "Teksten er ændret" in read(confirm(clerk, text=texts["clerk"]))
    assert "Tak. Det er noteret" in read(confirm(clerk, text="f" * 64))
    assert REMINDER not in read(clerk.get(SEARCH))
    assert InstructionConfirmation.objects.count() == 2


def test_a_new_role_brings_its_own_instructions(world: World, clerk: Client) -> None:
    confirm(clerk)
    assert REMINDER not in read(clerk.get(SEARCH))
    StaffRole.objects.filter(account=world.billing).update(account=world.clerk)
    assert REMINDER in read(clerk.get(SEARCH))
    assert "Afregningsmedarbejder" in read(clerk.get(LIST))


def test_twice_is_once(clerk: Client) -> None:
    confirm(clerk)
    confirm(clerk)
    assert InstructionConfirmation.objects.count() == 1


def test_instructions_of_others_do_not_exist(clerk: Client) -> None:
    for role in ("dpo", "emperor"):
        assert clerk.get(reverse("staff_access:instruction", args=[role])).status_code == 404
        assert clerk.get(reverse("staff_access:instruction_pdf", args=[role])).status_code == 404
        assert confirm(clerk, role).status_code == 404  # type: ignore[attr-defined]
    assert not InstructionConfirmation.objects.exists()


def test_customers_have_none(world: World, signed_in: SignedIn) -> None:
    assert signed_in(world.anna.account).get(LIST).status_code == 404
    assert Client().get(LIST).status_code == 302


def test_it_is_printed_and_in_english(clerk: Client) -> None:
    answer = clerk.get(reverse("staff_access:instruction_pdf", args=["clerk"]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    clerk.cookies["forsyn_language"] = "en"
    assert "Instructions: Customer service clerk" in read(clerk.get(CLERKS))
    assert "Read and confirm them" in read(clerk.get(SEARCH))


def test_those_who_decide_see_who_has_not_confirmed(world: World, clerk: Client, signed_in: SignedIn) -> None:
    dpo = signed_in(world.dpo)
    assert "Kundemedarbejder: mangler, senest" in read(dpo.get(OVERVIEW))
    confirm(clerk)
    assert "Kundemedarbejder: bekræftet" in read(dpo.get(OVERVIEW))


def test_a_page_costs_one_query_more_than_being_there(
    clerk: Client, world: World, signed_in: SignedIn, django_assert_num_queries: object
) -> None:
    clerk.get(LIST)
    with django_assert_num_queries(SIGNED_IN_QUERIES + 1):  # type: ignore[operator]
        clerk.get(LIST)
    with django_assert_num_queries(SIGNED_IN_QUERIES + 1):  # type: ignore[operator]
        clerk.get(CLERKS)


def _write(account_id: int) -> None:
    actions_instructions.confirm_instructions(
        account_id=account_id, role="clerk", fingerprint="0" * 64, text_version="1", now=timezone.now()
    )


def test_nobody_confirms_for_another_even_past_the_pages(world: World) -> None:
    for actor in (world.dpo.pk, None):
        with (
            pytest.raises(IntegrityError, match="confirmed by oneself"),
            transaction.atomic(),
            purpose(P.STAFF_ADMINISTRATION, actor=actor),
        ):
            _write(world.clerk.pk)


def test_what_is_confirmed_stays(world: World) -> None:
    with purpose(P.STAFF_ADMINISTRATION, actor=world.clerk.pk):
        _write(world.clerk.pk)
    for change in (
        lambda rows: rows.update(confirmed_at=timezone.now() - timedelta(days=9)),
        lambda rows: rows.delete(),
    ):
        with (
            pytest.raises(PurposeViolation),
            transaction.atomic(),
            purpose(P.STAFF_ADMINISTRATION, actor=world.clerk.pk),
        ):
            change(InstructionConfirmation.objects.filter(account_id=world.clerk.pk))

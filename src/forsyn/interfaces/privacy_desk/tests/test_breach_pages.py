"""A breach from the desk's pages: written in, found, assessed, notified, told, closed; and the other two registers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forsyn.domain.accountability.models import Assessment, Breach, BreachNotice, BreachPerson
from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.safeguards.log_models import AccessEntry, Aspect
from forsyn.policy.purposes import P
from forsyn.workflows.outgoing import deliver_due
from tests.signing_in import SignedIn
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.dpo)


def _text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def _post(client: Client, name: str, data: dict[str, Any], **where: Any) -> Any:
    return client.post(reverse(f"privacy_desk:{name}", kwargs=where), data)


FACTS = {
    "title": "Forkert liste sendt",
    "what_happened": "En liste blev sendt til et forkert firma.",
    "natures": ["confidentiality"],
    "data_categories": ["name", "address"],
    "person_groups": ["customer"],
    "consequences": "Andre kan vide, hvor man bor.",
    "measures": "Listen er slettet.",
}


def _written_in(client: Client, **changes: Any) -> Breach:
    aware = timezone.localtime() - timedelta(hours=changes.pop("hours_ago", 2))
    answer = _post(client, "register_breach", FACTS | {"aware_at": aware.strftime("%Y-%m-%dT%H:%M")} | changes)
    assert answer.status_code == 302, _text(answer)
    return Breach.objects.latest("pk")


def _page(client: Client, name: str, **where: Any) -> str:
    answer = client.get(reverse(f"privacy_desk:{name}", kwargs=where))
    assert answer.status_code == 200
    return _text(answer)


def test_a_breach_through_all_its_pages(desk: Client, world: World) -> None:
    ContactPoint.objects.filter(customer_id=world.bo.customer_id, kind="email").delete()
    row = _written_in(desk)
    where = {"breach_id": row.pk}
    assert "Find dem, bruddet berører" in _page(desk, "breach", **where)
    answer = _post(desk, "breach_search", {"numbers": "1001 1002 4444"}, **where, kind="numbers")
    assert answer.status_code == 302
    page = _page(desk, "breach", **where)
    assert "2 kunder er på listen" in page
    assert "1 nummer kender vi ikke: 4444" in page
    assert _post(desk, "breach_assess", {"risk": "high", "reason": "Adresser."}, **where).status_code == 302
    assert _post(desk, "breach_prepare", {"final": "yes"}, **where).status_code == 302
    notice = BreachNotice.objects.get(breach=row)
    assert "Anmeldelse af brud på persondatasikkerheden" in _page(desk, "breach_notice", notice_id=notice.pk)
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    assert _post(desk, "breach_sent", {"sent_at": now, "receipt": "DT-1"}, notice_id=notice.pk).status_code == 302
    letter = {"danish": "Vi har lavet en fejl.", "english": "We made a mistake."}
    assert _post(desk, "breach_letter", letter, **where).status_code == 302
    assert "1 får det som e-mail, og 1 får et brev" in _page(desk, "breach_release", **where)
    assert _post(desk, "breach_release", {}, **where).status_code == 302
    deliver_due(now=timezone.now(), works=[P.PRIVACY_RIGHTS])
    assert [message.to for message in mail.outbox] == [[world.anna.email]]
    assert "Hent de næste breve til print" in _page(desk, "breach", **where)
    printed = _post(desk, "breach_print", {}, **where)
    assert printed["Content-Type"] == "application/pdf"
    left = BreachPerson.objects.get(customer_id=world.bo.customer_id).disclosure_id
    assert _post(desk, "breach_print_again", {}, **where, disclosure_id=left).content == printed.content
    assert "Anna Prøvesen" in _page(desk, "breach_persons", **where)
    assert _post(desk, "breach_close", {"reason": "Vi sender ikke lister mere."}, **where).status_code == 302
    closed = _page(desk, "breach", **where)
    assert "Åbn sagen igen" in closed
    assert "Listen er slettet." in closed
    assert AccessEntry.objects.filter(aspect=Aspect.BREACHES, kind="export").count() == 2


def test_overdue_stands_on_every_page_of_the_desk(desk: Client) -> None:
    assert "72 timer er gået" not in _page(desk, "purposes")
    _written_in(desk, hours_ago=73)
    for page in ("home", "purposes", "breaches", "record", "assessments"):
        assert "1 brud er ikke anmeldt, og de 72 timer er gået." in _page(desk, page)


def test_late_without_a_reason_is_sent_back_and_nothing_is_lost(desk: Client) -> None:
    row = _written_in(desk, hours_ago=80)
    _post(desk, "breach_prepare", {"final": "no"}, breach_id=row.pk)
    notice = BreachNotice.objects.get(breach=row)
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    answer = _post(desk, "breach_sent", {"sent_at": now, "receipt": "DT-1"}, notice_id=notice.pk)
    assert "Skriv, hvorfor anmeldelsen kommer senere" in _text(answer)
    assert 'value="DT-1"' in _text(answer)


def test_what_stood_before_is_shown(desk: Client) -> None:
    row = _written_in(desk)
    aware = timezone.localtime(row.aware_at).strftime("%Y-%m-%dT%H:%M")
    assert 'value="Forkert liste sendt"' in _page(desk, "breach_change", breach_id=row.pk)
    changed = FACTS | {"aware_at": aware, "measures": "Listen er makuleret."}
    assert _post(desk, "breach_change", changed, breach_id=row.pk).status_code == 302
    page = _page(desk, "breach", breach_id=row.pk)
    assert "Sagen blev ændret: foranstaltninger" in page
    assert "Foranstaltninger:</strong> Listen er slettet." in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"what_happened": "Kunden 010101-1005 ringede."}, "ligner et CPR-nummer"),
        ({"natures": []}, "Vælg mindst én."),
        ({"title": ""}, "Skriv en overskrift."),
        ({"began_at": "2099-01-01T00:00"}, "ikke være begyndt"),
        ({"data_categories": ["shoe_size"]}, "Vælg mindst én slags oplysninger."),
    ],
)
def test_what_cannot_be_is_told_beside_the_field(desk: Client, changes: dict[str, Any], said: str) -> None:
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    assert said in _text(_post(desk, "register_breach", FACTS | {"aware_at": now} | changes))
    assert not Breach.objects.exists()


def test_an_unfinished_letter_is_not_kept(desk: Client) -> None:
    row = _written_in(desk)
    draft = _page(desk, "breach_letter", breach_id=row.pk)
    assert "[Skriv, hvad vi råder personen til" in draft
    answer = _post(desk, "breach_letter", {"danish": "Pas på [Skriv]."}, breach_id=row.pk)
    assert "kantede parenteser" in _text(answer)
    assert Breach.objects.get(pk=row.pk).letter_da == ""


@pytest.mark.parametrize("kind", ["numbers", "looks", "disclosures", "places", "meters", "supplied"])
def test_each_search_has_its_page(desk: Client, world: World, kind: str) -> None:
    row = _written_in(desk)
    asked = {
        "numbers": "50012 50014 1001",
        "account": str(world.clerk.pk),
        "recipient": "bank",
        "from_at": "2026-10-01T00:00",
        "until_at": "2026-10-02T00:00",
        "first_date": "2026-10-01",
        "last_date": "2026-10-31",
    }
    _page(desk, "breach_search", breach_id=row.pk, kind=kind)
    assert _post(desk, "breach_search", asked, breach_id=row.pk, kind=kind).status_code == 302
    backwards = asked | {"until_at": "2026-09-01T00:00", "last_date": "2026-09-01"}
    if kind != "numbers":
        assert "slutter, før den begynder" in _text(
            _post(desk, "breach_search", backwards, breach_id=row.pk, kind=kind)
        )


def test_a_place_is_named_by_number_or_by_postal_code(desk: Client) -> None:
    row = _written_in(desk)
    where = {"breach_id": row.pk, "kind": "places"}
    days = {"first_date": "2026-10-01", "last_date": "2026-10-31"}
    assert "numre eller et postnummer" in _text(_post(desk, "breach_search", days, **where))
    assert "fire cifre" in _text(_post(desk, "breach_search", days | {"postal_code": "99"}, **where))
    asked = days | {"postal_code": "9999", "street": "Ågade"}
    assert _post(desk, "breach_search", asked, **where).status_code == 302
    assert "3 kunder er på listen" in _page(desk, "breach", breach_id=row.pk)


def test_the_home_page_tells_of_balancing_tests_that_are_missing(desk: Client) -> None:
    assert "7 interesseafvejninger mangler eller skal ses efter igen" in _page(desk, "home")


def test_somebody_found_by_mistake_is_taken_off(desk: Client, world: World) -> None:
    row = _written_in(desk)
    _post(desk, "breach_search", {"numbers": "1001"}, breach_id=row.pk, kind="numbers")
    person = BreachPerson.objects.get()
    _page(desk, "breach_leave_out", person_id=person.pk)
    assert _post(desk, "breach_leave_out", {"reason": "En anden Anna."}, person_id=person.pk).status_code == 302
    assert "Ikke berørt: En anden Anna." in _page(desk, "breach_persons", breach_id=row.pk)


def test_exception_note_and_reopening(desk: Client) -> None:
    row = _written_in(desk)
    where = {"breach_id": row.pk}
    _post(desk, "breach_assess", {"risk": "none", "reason": "Filen var tom."}, **where)
    _post(desk, "breach_exception", {"exception": "protected", "reason": "Krypteret."}, **where)
    _post(desk, "breach_note", {"reason": "Ringede til firmaet."}, **where)
    _post(desk, "breach_close", {"reason": ""}, **where)
    _post(desk, "breach_reopen", {"reason": "Der var en fil til."}, **where)
    page = _page(desk, "breach", **where)
    for said in ("Filen var tom.", "litra a", "Ringede til firmaet.", "Der var en fil til."):
        assert said in page


def test_only_those_who_work_for_peoples_rights_see_the_registers(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.clerk)
    for page in ("breaches", "assessments", "record"):
        assert client.get(reverse(f"privacy_desk:{page}")).status_code == 404


# -- assessments and the record --------------------------------------------------------------------------------------


def test_a_balancing_test_from_draft_to_decision(desk: Client) -> None:
    where = {"kind": "balancing", "purpose": "satisfaction_surveys"}
    assert "mangler" in _page(desk, "assessments")
    assert "Programmet begynder udkastet" in _page(desk, "assessment", **where)
    draft = _page(desk, "assessment_write", **where)
    assert "at få at vide, hvad vi kan gøre bedre" in draft
    texts = dict.fromkeys(("interest", "necessity", "impact", "safeguards", "balance"), "Vi har tænkt os om.")
    assert _post(desk, "assessment_write", texts | {"balance": ""}, **where).status_code == 302
    decision = {"decision": "carry_on", "reason": "Det er let at sige nej.", "review_date": "2099-01-01"}
    assert "de sidste dele" in _text(_post(desk, "assessment_decide", decision, **where))
    _post(desk, "assessment_write", texts, **where)
    assert "næste to år" in _text(_post(desk, "assessment_decide", decision, **where))
    decision["review_date"] = (timezone.localdate() + timedelta(days=300)).isoformat()
    assert _post(desk, "assessment_decide", decision, **where).status_code == 302
    assert "gælder" in _page(desk, "assessments")
    assert "Det er let at sige nej." in _page(desk, "assessment", **where)
    assert Assessment.objects.get().decided_by_id is not None


@pytest.mark.parametrize(("kind", "purpose"), [("poetry", "security"), ("balancing", "selling")])
def test_there_is_no_page_for_what_is_not_assessed(desk: Client, kind: str, purpose: str) -> None:
    where = {"kind": kind, "purpose": purpose}
    for page in ("assessment", "assessment_write", "assessment_decide"):
        assert desk.get(reverse(f"privacy_desk:{page}", kwargs=where)).status_code == 404


def test_the_record_as_page_pdf_and_spreadsheet(desk: Client) -> None:
    page = _page(desk, "record")
    assert "Fortegnelse over behandlingsaktiviteter" in page
    assert "Hvert af de 29 formål er en rolle i databasen" in page
    for language in ("da", "en"):
        where = {"capacity": "controller", "language": language}
        pdf = desk.get(reverse("privacy_desk:record_pdf", kwargs=where))
        assert pdf.content.startswith(b"%PDF")
        table = desk.get(reverse("privacy_desk:record_csv", kwargs=where)).content.decode("utf-8-sig")
        assert len(table.splitlines()) >= 30
    for capacity, language in (("processor", "da"), ("controller", "de"), ("owner", "da")):
        where = {"capacity": capacity, "language": language}
        assert desk.get(reverse("privacy_desk:record_pdf", kwargs=where)).status_code == 404


def test_an_aware_moment_is_read_on_the_clock_of_the_wall(desk: Client) -> None:
    row = _written_in(desk, aware_at="2026-10-30T15:00")
    assert row.aware_at == datetime(2026, 10, 30, 14, 0, tzinfo=UTC)

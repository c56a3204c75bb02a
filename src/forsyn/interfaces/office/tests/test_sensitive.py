"""The office's pages on sensitive data: who opens them, what they keep, and what is never shown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.accounts.models import Account
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.domain.safeguards.models import Consent, Disclosure
from forsyn.domain.sensitive.models import Cpr, HealthNotice, Offence, PremisesNotice, ReportReceipt, ThreatNotice
from forsyn.interfaces.office.tests.conftest import count_queries, signed_in
from forsyn.interfaces.office.tests.reading import words
from tests.world import NOW, TODAY, World

NUMBER = "6101901234"
PAPER = SimpleUploadedFile("erklæring.pdf", b"%PDF-1.7 underskrevet", content_type="application/pdf")


@pytest.fixture
def safety(world: World) -> Client:
    """The safety officer."""
    key = create_staff(
        email="sikkerhed@nordby.example", name="Sofie Sikker", roles=["safety"], first_date=TODAY, now=NOW
    )
    return signed_in(Client(), Account.objects.get(pk=key))


@pytest.fixture
def billing(world: World) -> Client:
    """Works with payouts, and so with CPR numbers under that consent."""
    return signed_in(Client(), world.billing)


def at(name: str, world: World, *more: object) -> str:
    return reverse(f"office:{name}", args=[world.anna.customer_id, *more])


def paper() -> SimpleUploadedFile:
    PAPER.seek(0)
    return PAPER


# -- who opens what --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["clerk", "billing", "operations", "dpo"])
def test_only_those_who_plan_interruptions_open_these_pages(world: World, role: str) -> None:
    client = signed_in(Client(), getattr(world, role))
    assert {client.get(at(name, world)).status_code for name in ("health", "safety", "offences")} == {404}


def test_the_safety_officer_opens_them_from_the_customers_number(world: World, safety: Client) -> None:
    found = safety.get(reverse("office:sensitive_find"), {"kundenummer": world.anna.number})
    assert found["Location"] == at("sensitive", world)
    page = words(safety, at("sensitive", world))
    assert "Anna Prøvesen" in page
    assert "Sygdom i hjemmet" in page
    assert "CPR-nummer" not in page
    assert {safety.get(at(name, world)).status_code for name in ("health", "safety", "offences")} == {200}
    assert safety.get(at("cpr", world)).status_code == 404
    assert safety.get(at("notes", world)).status_code == 404


@pytest.mark.parametrize("number", ["4711", "' or 1=1 --", "\x00", "٣"])
def test_a_number_that_nobody_has_is_told_so(world: World, safety: Client, number: str) -> None:
    answer = safety.get(reverse("office:sensitive_find"), {"kundenummer": number})
    assert answer.status_code == 200


def test_a_customer_who_is_not_there_is_not_found(world: World, safety: Client, billing: Client) -> None:
    for name in ("sensitive", "health", "safety", "offences"):
        assert safety.get(reverse(f"office:{name}", args=[999_999])).status_code == 404
    assert billing.get(reverse("office:cpr", args=[999_999])).status_code == 404


def test_a_customer_and_nobody_at_all_open_nothing(world: World, client: Client) -> None:
    assert client.get(at("safety", world))["Location"].startswith(reverse("account_login"))
    assert signed_in(Client(), world.anna.account).get(at("safety", world)).status_code == 404


# -- illness ---------------------------------------------------------------------------------------------------------


def test_nothing_about_illness_without_the_paper(world: World, safety: Client) -> None:
    page = words(safety, at("health", world))
    assert "Vi har ikke kundens samtykke" in page
    assert "Skriv noget nyt" not in page
    assert safety.post(at("health", world), {"text": "Kan ikke undvære varme"}).status_code == 422
    assert not HealthNotice.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("tom.pdf", b"", "application/pdf"),
        ("billede.gif", b"GIF89a", "image/gif"),
        ("x.pdf", b"MZ..", "application/pdf"),
    ],
)
def test_a_paper_that_is_none_is_refused(world: World, safety: Client, name: str, content: bytes, kind: str) -> None:
    sent = {"paper": SimpleUploadedFile(name, content, content_type=kind)}
    assert safety.post(at("health", world), sent).status_code == 422
    assert not Consent.objects.exists()


def test_first_the_paper_then_the_notice(world: World, safety: Client) -> None:
    assert safety.post(at("health", world), {"paper": paper()}).status_code == 302
    assert Consent.objects.get().proof_name == "erklæring.pdf"
    assert (
        safety.post(at("health", world), {"text": "Kan ikke undvære varme om natten: ring dagen før"}).status_code
        == 302
    )
    page = words(safety, at("health", world))
    assert "Kan ikke undvære varme om natten: ring dagen før" in page
    assert "Givet skriftligt 2. november 2026" in page
    assert "Anna Prøvesen" in page
    assert b"varme" not in bytes(HealthNotice.objects.defer(None).get().sealed)


def test_a_cpr_number_is_no_part_of_a_notice(world: World, safety: Client) -> None:
    safety.post(at("health", world), {"paper": paper()})
    answer = safety.post(at("health", world), {"text": "Moderen, 610190-1234, er syg"})
    assert answer.status_code == 422
    assert "Står der et CPR-nummer i teksten?" in answer.content.decode()
    assert not HealthNotice.objects.exists()


# -- safety on the premises ------------------------------------------------------------------------------------------


def test_threats_and_what_is_on_the_premises_are_kept_apart(world: World, safety: Client) -> None:
    assert safety.post(at("safety", world), {"om": "trusler", "text": "Råbte og slog på bilen"}).status_code == 302
    assert safety.post(at("safety", world), {"om": "boern-og-dyr", "text": "To hunde"}).status_code == 422
    both = {"om": "boern-og-dyr", "text": "To hunde", "source": "person"}
    assert safety.post(at("safety", world), both).status_code == 302
    assert (ThreatNotice.objects.count(), PremisesNotice.objects.count()) == (1, 1)
    page = words(safety, at("safety", world))
    assert "Råbte og slog på bilen skrevet af os 2. november 2026" in page
    assert "To hunde oplyst af kunden 2. november 2026 · gennemgås senest" in page


def test_a_refused_form_does_not_refuse_the_other(world: World, safety: Client) -> None:
    body = safety.post(at("safety", world), {"om": "trusler", "text": " "}).content.decode()
    assert body.count("Noget skal rettes") == 1


def test_a_look_is_on_the_access_log_by_kind(world: World, safety: Client) -> None:
    safety.get(at("safety", world))
    seen = AccessEntry.objects.filter(customer_id=world.anna.customer_id).values_list("aspect", flat=True)
    assert sorted(seen) == ["sensitive_premises", "sensitive_threats"]


# -- offences --------------------------------------------------------------------------------------------------------


def test_an_offence_is_reported_and_goes_with_its_receipt(world: World, safety: Client) -> None:
    assert safety.post(at("offences", world), {"text": "Plomben på 0082001 er brudt"}).status_code == 302
    offence = at("offence", world, Offence.objects.get().pk)
    assert "Anna Prøvesen" in words(safety, offence)
    assert safety.post(offence, {}).status_code == 422
    assert safety.post(offence, {"authority": "police"}).status_code == 302
    assert list(Disclosure.objects.values_list("recipient", "purpose")) == [("police", "offence_reports")]
    assert "venter på kvittering" in words(safety, at("offences", world))
    assert safety.post(offence, {"reference": "4200-12345"}).status_code == 302
    assert not Offence.objects.exists()
    assert ReportReceipt.objects.get().reference == "4200-12345"
    page = words(safety, at("offences", world))
    assert "journalnr. 4200-12345" in page
    assert "Plomben" not in page
    assert safety.get(offence).status_code == 404


def test_an_authority_that_the_policy_does_not_name_gets_nothing(world: World, safety: Client) -> None:
    safety.post(at("offences", world), {"text": "Hærværk"})
    offence = at("offence", world, Offence.objects.get().pk)
    assert safety.post(offence, {"authority": "bailiffs_court"}).status_code == 422
    assert not ReportReceipt.objects.exists()


# -- the CPR number --------------------------------------------------------------------------------------------------


def keep_number(world: World, billing: Client) -> None:
    yes = {"handling": "samtykke", "consent": "cpr_nemkonto", "channel": "phone"}
    assert billing.post(at("cpr", world), yes).status_code == 302
    kept = billing.post(at("cpr", world), {"handling": "gem", "number": "610190-1234"})
    assert kept.status_code == 302


def test_without_the_customers_yes_no_number_is_kept(world: World, billing: Client) -> None:
    page = words(billing, at("cpr", world))
    assert "Det må vi først, når kunden har sagt ja" in page
    assert billing.post(at("cpr", world), {"handling": "gem", "number": NUMBER}).status_code == 422
    assert not Cpr.objects.exists()


def test_the_number_is_masked(world: World, billing: Client) -> None:
    keep_number(world, billing)
    body = billing.get(at("cpr", world)).content.decode()
    assert "610190-****" in body
    assert "1234" not in body
    assert "Må bruges til: Penge tilbage på NemKonto" in words(billing, at("cpr", world))


def looks(world: World) -> list[tuple[int, str, str, str]]:
    entries = AccessEntry.objects.filter(customer_id=world.anna.customer_id).order_by("purpose")
    return list(entries.values_list("actor_id", "kind", "aspect", "purpose"))


def test_a_look_is_on_the_log_where_no_number_is_kept(world: World, billing: Client) -> None:
    assert "Anna Prøvesen" in words(billing, at("cpr", world))
    assert looks(world) == [(world.billing.pk, "look", "sensitive_cpr", "payout_by_nemkonto")]


def test_a_clerks_look_is_too_whatever_he_may_see(world: World) -> None:
    assert "Anna Prøvesen" in words(signed_in(Client(), world.clerk), at("cpr", world))
    assert looks(world) == [(world.clerk.pk, "look", "sensitive_cpr", "address_from_cpr")]


def test_a_kept_number_is_one_look_under_the_pages_purpose(world: World, billing: Client) -> None:
    keep_number(world, billing)
    AccessEntry.objects.all().delete()
    billing.get(at("cpr", world))
    assert looks(world) == [(world.billing.pk, "look", "sensitive_cpr", "payout_by_nemkonto")]


@pytest.mark.parametrize("yes", [False, True])
def test_a_restricted_customer_is_not_opened_by_who_may_not_see_her(world: World, yes: bool) -> None:
    clerk = signed_in(Client(), world.clerk)
    said = {"handling": "samtykke", "consent": "cpr_address", "channel": "phone"}
    if yes:
        assert clerk.post(at("cpr", world), said).status_code == 302
    restrict(
        customer_id=world.anna.customer_id,
        ground=RestrictionGround.ACCURACY,
        reason="Hun bestrider navnet",
        recorded_by_id=world.dpo.pk,
        now=NOW,
    )
    assert clerk.get(at("cpr", world)).status_code == 404
    assert clerk.post(at("cpr", world), said).status_code == 404
    assert Consent.objects.count() == int(yes)


@pytest.mark.parametrize("reason", ["", " ", "nej", "x" * 301])
def test_the_whole_number_is_shown_only_for_a_reason(world: World, billing: Client, reason: str) -> None:
    keep_number(world, billing)
    answer = billing.post(at("cpr", world), {"handling": "vis", "reason": reason})
    assert answer.status_code == 422
    assert "610190-1234" not in answer.content.decode()


def test_the_reason_goes_on_the_log(world: World, billing: Client) -> None:
    keep_number(world, billing)
    answer = billing.post(at("cpr", world), {"handling": "vis", "reason": "Udbetaling til NemKonto i dag"})
    assert "610190-1234" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    entry = AccessEntry.objects.exclude(reason=None).get()
    assert (entry.actor_id, entry.aspect, entry.purpose) == (world.billing.pk, "sensitive_cpr", "payout_by_nemkonto")
    assert entry.reason == "Udbetaling til NemKonto i dag"


@pytest.mark.parametrize("number", ["", "12", "310290-1234", "610190-12345"])
def test_a_number_that_is_none_is_refused(world: World, billing: Client, number: str) -> None:
    billing.post(at("cpr", world), {"handling": "samtykke", "consent": "cpr_nemkonto", "channel": "phone"})
    assert billing.post(at("cpr", world), {"handling": "gem", "number": number}).status_code == 422
    assert not Cpr.objects.exists()


def test_a_withdrawn_consent_hides_the_number_at_once(world: World, billing: Client) -> None:
    keep_number(world, billing)
    Consent.objects.update(withdrawn_at=NOW, withdrawn_channel="portal")
    page = words(billing, at("cpr", world))
    assert "610190" not in page
    assert "Der er ikke noget nummer, som du må se" in page
    assert billing.post(at("cpr", world), {"handling": "vis", "reason": "Udbetaling i dag"}).status_code == 404


def test_a_yes_to_what_one_does_not_work_with_cannot_be_written_down(world: World, billing: Client) -> None:
    yes = {"handling": "samtykke", "consent": "health_notice", "channel": "phone"}
    assert billing.post(at("cpr", world), yes).status_code == 422
    assert billing.post(at("cpr", world), {"handling": "andet"}).status_code == 404
    assert not Consent.objects.exists()


# -- review ----------------------------------------------------------------------------------------------------------


def threat(world: World, safety: Client, review_date: date) -> ThreatNotice:
    safety.post(at("safety", world), {"om": "trusler", "text": "Råbte og slog på bilen"})
    ThreatNotice.objects.update(review_date=review_date)
    return ThreatNotice.objects.get()


def test_what_is_due_is_listed_without_its_content(world: World, safety: Client, billing: Client) -> None:
    threat(world, safety, TODAY - timedelta(days=1))
    page = words(safety, reverse("office:reviews"))
    for said in ("1. november 2026 overskredet", "Truende adfærd", "Anna Prøvesen"):
        assert said in page, said
    assert "slog på bilen" not in page
    assert "Intet at gennemgå" in words(billing, reverse("office:reviews"))


def test_what_is_still_needed_gets_a_new_date(world: World, safety: Client) -> None:
    row = threat(world, safety, TODAY)
    address = at("review", world, "trusler", row.pk)
    assert "Behold til 2. maj 2027" in words(safety, address)
    assert safety.post(address, {"handling": "behold"}).status_code == 302
    row.refresh_from_db()
    assert row.review_date == date(2027, 5, 2)
    assert row.reviewed_at == NOW
    assert "Intet at gennemgå" in words(safety, reverse("office:reviews"))


def test_what_is_no_longer_needed_is_deleted(world: World, safety: Client) -> None:
    address = at("review", world, "trusler", threat(world, safety, TODAY).pk)
    assert safety.post(address, {"handling": "slet"}).status_code == 302
    assert not ThreatNotice.objects.exists()
    assert safety.post(address, {"handling": "slet"}).status_code == 404


def test_a_review_is_of_ones_own_kinds_and_of_that_customer(world: World, safety: Client, billing: Client) -> None:
    row = threat(world, safety, TODAY)
    assert billing.get(at("review", world, "trusler", row.pk)).status_code == 404
    assert safety.get(at("review", world, "helbred", row.pk)).status_code == 404
    assert safety.get(at("review", world, "sludder", row.pk)).status_code == 404
    other = reverse("office:review", args=[world.gorm.customer_id, "trusler", row.pk])
    assert safety.get(other).status_code == 404
    assert safety.post(at("review", world, "trusler", row.pk), {"handling": "x"}).status_code == 404
    assert ThreatNotice.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World, safety: Client, billing: Client) -> None:
    keep_number(world, billing)
    safety.post(at("health", world), {"paper": paper()})
    pages = {
        reverse("office:reviews"): safety,
        at("health", world): safety,
        at("safety", world): safety,
        at("offences", world): safety,
        at("cpr", world): billing,
        at("sensitive", world): safety,
    }
    _write_everything(world, safety)
    before = _counts(pages)
    _write_everything(world, safety)
    _write_everything(world, safety)
    assert _counts(pages) == before
    assert max(before.values()) <= 45


def _counts(pages: dict[str, Client]) -> dict[str, int]:
    for page, client in pages.items():  # what was said after a change is said once
        client.get(page)
    return {page: count_queries(client, page) for page, client in pages.items()}


def _write_everything(world: World, safety: Client) -> None:
    safety.post(at("health", world), {"text": "Kan ikke undvære varme"})
    safety.post(at("safety", world), {"om": "trusler", "text": "Råbte"})
    safety.post(at("safety", world), {"om": "boern-og-dyr", "text": "To hunde", "source": "person"})
    safety.post(at("offences", world), {"text": "Plomben er brudt"})
    ThreatNotice.objects.update(review_date=TODAY)
    PremisesNotice.objects.update(review_date=TODAY)


def test_the_customers_page_does_not_say_whether_there_is_anything(world: World, clerk: Client, safety: Client) -> None:
    page = reverse("office:customer", args=[world.anna.customer_id])
    before = words(clerk, page)
    threat(world, safety, TODAY)
    assert words(clerk, page) == before
    assert "Særlige forhold" in before

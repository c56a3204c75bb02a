"""The register of processors and the list of what has left: pages for the data protection officer."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forsyn.domain.safeguards import actions_register as registry
from forsyn.domain.safeguards.door_models import (
    Disclosure,
    DisclosureState,
    OutboxMessage,
    ProcessorAudit,
    RecipientAgreement,
    SubProcessor,
)
from forsyn.integrations.mail import transport
from forsyn.integrations.mail.codec import Mail
from forsyn.integrations.mail.transport import MailNotSent
from forsyn.interfaces.privacy_desk import disclosure_views, processor_views
from forsyn.policy.loading import load_policy
from forsyn.policy.purposes import P
from forsyn.workflows.outgoing import Letter, mail_person
from tests.signing_in import SignedIn
from tests.world import World

CARRIER = "mail_and_text_messages"
PDF = b"%PDF-1.7 a small one"


@pytest.fixture
def dpo(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.dpo)


def text(client: Client, page: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"privacy_desk:{page}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, page: str, *args: object, **data: Any) -> str:
    return client.post(reverse(f"privacy_desk:{page}", args=args), data, follow=True).content.decode()


def carrier() -> RecipientAgreement:
    return RecipientAgreement.objects.get(recipient=CARRIER)


def today() -> date:
    return timezone.localdate()


def write(world: World, *, subject: str = "Din aflæsning") -> Disclosure:
    """A mail to Anna."""
    letter = Letter(
        to=world.anna.email,
        subject=subject,
        text="Kære Anna",
        categories=("name", "email"),
        customer_ids=(world.anna.customer_id,),
    )
    mail_person(P.CUSTOMER_SERVICE, letter, actor=world.clerk.pk, now=timezone.now())
    return Disclosure.objects.latest("id")


@pytest.mark.parametrize(
    ("page", "args"),
    [
        ("processors", ()),
        ("processor", (CARRIER,)),
        ("agree", (CARRIER,)),
        ("agreement_document", (1,)),
        ("sign_agreement", (1,)),
        ("instruct", (1,)),
        ("end_agreement", (1,)),
        ("add_sub_processor", (1,)),
        ("record_audit", (1,)),
        ("end_sub_processor", (1,)),
        ("disclosures", ()),
        ("refusals", ()),
    ],
)
def test_nobody_else_gets_in(world: World, signed_in: SignedIn, page: str, args: tuple[object, ...]) -> None:
    address = reverse(f"privacy_desk:{page}", args=args)
    for account in (world.clerk, world.operations, world.anna.account):
        assert signed_in(account).get(address).status_code == 404
    assert Client().get(address).headers["Location"].startswith(reverse("account_login"))


class TestProcessors:
    def test_the_list_shows_who_is_in_order(self, dpo: Client) -> None:
        page = text(dpo, "processors")
        assert page.count(">Gyldig<") == 11
        assert "Leverandøren af e-mail og sms" in page

    def test_what_must_be_done_comes_first_and_on_the_front_page(self, dpo: Client) -> None:
        registry.end_agreement(agreement_id=carrier().pk, until_date=today() + timedelta(days=41))
        RecipientAgreement.objects.filter(recipient="hosting").delete()
        page = text(dpo, "processors")
        assert page.index("Mangler") < page.index("Udløber om 40 dage") < page.index(">Gyldig<")
        front = text(dpo, "home")
        assert "2 databehandlere venter på jer" in front
        assert "aftalen udløber om 40 dage" in front
        assert "Intet bliver sendt dertil." in front

    def test_an_audit_that_is_due_is_told(self, dpo: Client) -> None:
        registry.record_audit(
            agreement_id=carrier().pk,
            audit_date=today() - timedelta(days=400),
            finding="I orden",
            next_date=today() - timedelta(days=35),
            today=today(),
        )
        assert "tilsynet skulle være holdt" in text(dpo, "home")

    def test_the_front_page_is_quiet_when_all_is_well(self, dpo: Client) -> None:
        assert "venter på jer" not in text(dpo, "home")

    def test_a_new_agreement_with_its_paper(self, dpo: Client) -> None:
        RecipientAgreement.objects.filter(recipient="hosting").delete()
        asked = {
            "number": "DBA-05b",
            "first_date": "2026-01-01",
            "last_date": "2028-12-31",
            "storage_country": "SE",
            "instructions": "Kun drift.",
            "signed_date": "2025-12-01",
        }
        paper = SimpleUploadedFile("Aftale æøå.pdf", PDF, "application/pdf")
        page = post(dpo, "agree", "hosting", **asked, document=paper)
        assert "Aftalen er lagt ind." in page
        assert "31. december 2028" in page
        made = RecipientAgreement.objects.get(number="DBA-05b")
        assert made.period.upper == date(2029, 1, 1)
        answer = dpo.get(reverse("privacy_desk:agreement_document", args=[made.pk]))
        assert answer.content == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''Aftale%20")

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"number": "DBA-10"}, "allerede en aftale med nummer DBA-10"),
            ({"number": ""}, "Skriv noget her."),
            ({"last_date": "2025-01-01"}, "Aftalen skal slutte efter den dag, den begynder."),
            ({"first_date": "i morgen"}, "Skriv dagen som 2026-12-31."),
            ({"storage_country": "ATL"}, "Vælg"),
            ({"document": SimpleUploadedFile("aftale.pdf", b"", "application/pdf")}, "Filen er tom."),
            ({}, "gælder i en del af tiden"),
        ],
    )
    def test_bad_input_is_refused_with_a_sentence(self, dpo: Client, changed: dict[str, Any], told: str) -> None:
        asked = {"number": "Ny", "first_date": "2026-01-01", "last_date": "", "storage_country": "DK"} | changed
        assert told in post(dpo, "agree", CARRIER, **asked)
        assert RecipientAgreement.objects.filter(recipient=CARRIER).count() == 1

    def test_only_a_pdf_is_taken_for_the_paper(self, dpo: Client) -> None:
        paper = SimpleUploadedFile("aftale.pdf", b"MZ", "application/pdf")
        page = post(dpo, "sign_agreement", carrier().pk, signed_date="2026-01-01", document=paper)
        assert "Aftalen skal være en PDF." in page

    def test_a_sub_processor_in_a_third_country_is_recorded_and_stops_everything(self, dpo: Client) -> None:
        asked = {"name": "Nuuk Data", "service": "lager", "country": "GL", "first_date": str(today())}
        page = post(dpo, "add_sub_processor", carrier().pk, **asked)
        assert "underdatabehandleren Nuuk Data er i Grønland, uden for EU og EØS" in page.replace(
            "Underdata", "underdata"
        )
        assert "Uden for EU og EØS" in text(dpo, "processors")
        [working] = SubProcessor.objects.all()
        SubProcessor.objects.update(period=("2026-01-01", None))
        assert "Slutdagen er gemt." in post(
            dpo, "end_sub_processor", working.pk, last_date=str(today() - timedelta(days=1))
        )
        assert "Uden for EU og EØS</strong>" not in text(dpo, "processors")

    def test_audits_instructions_and_the_end(self, dpo: Client) -> None:
        key = carrier().pk
        post(dpo, "record_audit", key, audit_date=str(today()), finding="Alt i orden", next_date="")
        assert ProcessorAudit.objects.get().finding == "Alt i orden"
        assert "Tilsynet kan ikke være holdt endnu" in post(
            dpo, "record_audit", key, audit_date=str(today() + timedelta(days=2)), finding="?", next_date=""
        )
        assert "Send kun til Danmark" in post(dpo, "instruct", key, instructions="Send kun til Danmark")
        assert "Aftalen slutter den dag." in post(dpo, "end_agreement", key, last_date=str(today()))
        assert "Udløber i dag" in text(dpo, "processors")

    def test_an_unsigned_agreement_lets_nothing_out_until_the_paper_comes(self, dpo: Client) -> None:
        RecipientAgreement.objects.filter(recipient=CARRIER).update(
            signed_date=None, document_name=None, document_sha256=None
        )
        assert "er ikke underskrevet" in text(dpo, "processor", CARRIER)
        paper = SimpleUploadedFile("aftale.pdf", PDF, "application/pdf")
        page = post(dpo, "sign_agreement", carrier().pk, signed_date="2026-01-01", document=paper)
        assert "Underskriften er lagt ind." in page
        assert "Intet bliver sendt dertil" not in page

    @pytest.mark.parametrize("page", ["agree", "processor"])
    @pytest.mark.parametrize("recipient", ["police", "nobody"])
    def test_only_processors_have_pages(self, dpo: Client, page: str, recipient: str) -> None:
        assert dpo.get(reverse(f"privacy_desk:{page}", args=[recipient])).status_code == 404

    def test_under_the_suppliers_policy(self, dpo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        supplier = load_policy(Path(settings.PROJECT_ROOT) / "policies" / "supplier.toml")
        monkeypatch.setattr(processor_views, "current_policy", lambda: supplier)
        monkeypatch.setattr(disclosure_views, "current_policy", lambda: supplier)
        assert "Leverandøren af kontorprogrammer" in text(dpo, "processors")
        assert "opbevarer mail" in text(dpo, "processor", "office_suite").lower()
        assert "Ingenting endnu" in text(dpo, "disclosures")


class TestDisclosures:
    def test_a_mail_is_listed_with_whom_it_is_about(self, world: World, dpo: Client) -> None:
        write(world)
        assert len(mail.outbox) == 1
        page = text(dpo, "disclosures")
        assert "1 videregivelse" in page
        assert "Personen selv" in page
        assert "gennem leverandøren af e-mail og sms" in page
        assert "Databehandleraftale DBA-10" in page
        assert "1 videregivelse" in text(dpo, "disclosures", number=world.anna.number, recipient=CARRIER)
        assert "Ingenting endnu" in text(dpo, "disclosures", number=world.gorm.number)
        assert "Ingen kunde har det nummer." in text(dpo, "disclosures", number="4711")

    def test_more_of_them_cost_no_more_queries(
        self, world: World, dpo: Client, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(3):
            write(world, subject=str(number))
        Disclosure.objects.filter(pk=Disclosure.objects.latest("id").pk).update(state=DisclosureState.FAILED)
        with django_assert_max_num_queries(30) as counted:
            text(dpo, "disclosures")
        few = len(counted)
        for number in range(6):
            write(world, subject=str(number))
        Disclosure.objects.update(state=DisclosureState.FAILED)
        with django_assert_max_num_queries(few):
            text(dpo, "disclosures")

    def test_what_failed_is_told_and_can_be_sent_again(
        self, world: World, dpo: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuses(message: Mail) -> None:
            raise MailNotSent("The mail server refuses the recipient's address (550).", again=False)

        with monkeypatch.context() as patched:
            patched.setattr(transport, "send", refuses)
            made = write(world)
        assert "1 besked er ikke kommet frem" in text(dpo, "home")
        assert "Send igen" in text(dpo, "disclosures", state="failed")
        assert "Beskeden bliver sendt igen." in post(dpo, "try_again", made.pk)
        assert len(mail.outbox) == 1
        assert not OutboxMessage.objects.exists()
        assert dpo.post(reverse("privacy_desk:try_again", args=[made.pk])).status_code == 404

    def test_what_was_refused_is_listed_with_why(self, world: World, dpo: Client) -> None:
        RecipientAgreement.objects.all().delete()
        Client().post("/konto/", {"email": world.anna.email})
        page = text(dpo, "refusals")
        assert "har ingen databehandleraftale" in page
        assert "no_agreement" in page

    def test_pages_by_the_fifty(self, world: World, dpo: Client) -> None:
        made = write(world)
        copies = [Disclosure.objects.get(pk=made.pk) for _ in range(60)]
        for copy in copies:
            copy.pk = None
        Disclosure.objects.bulk_create(copies)
        assert "Side 1 af 2" in text(dpo, "disclosures", recipient=CARRIER)
        assert f"recipient={CARRIER}&amp;side=2" in text(dpo, "disclosures", recipient=CARRIER)


@pytest.mark.parametrize("page", ["processors", "disclosures", "refusals"])
def test_speaks_english_too(dpo: Client, page: str) -> None:
    dpo.cookies["forsyn_language"] = "en"
    assert '<html lang="en">' in text(dpo, page)

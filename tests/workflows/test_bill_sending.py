"""Released bills leave once, by the way that the customer chose, on record at the door; broken off, it goes on."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pypdf
import pytest
from django.conf import settings as project
from django.db.backends.postgresql.psycopg_any import DateRange
from pytest_django import Settings

from forsyn.config.keys import KeyStore
from forsyn.domain.billing.actions_e_invoicing import let_have_e_invoices
from forsyn.domain.billing.models import Bill, Channel, Creditor, Dispatch, EInvoiceFormat, Run
from forsyn.domain.customers.models import ContactPoint
from forsyn.domain.safeguards import actions_choices, actions_door
from forsyn.domain.safeguards import choices_models as choices
from forsyn.domain.safeguards.door_models import (
    Disclosure,
    DisclosurePerson,
    DisclosureRefusal,
    OutboxMessage,
    RecipientAgreement,
)
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive.actions import keep_cpr
from forsyn.integrations.digital_post.codec import NAMESPACE as MEMO
from forsyn.integrations.mail.codec import from_bytes
from forsyn.integrations.outgoing_files import transport as files
from forsyn.policy.loading import load_policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language, Source
from forsyn.workflows import bill_files
from forsyn.workflows.bill_channels import Reach, channel_of, mail_about
from forsyn.workflows.bill_files import RestrictedSince, Sender, batches, hand_over, message_id
from forsyn.workflows.bill_sending import Busy, Sent, _only_sending, go_on_sending, send_run
from forsyn.workflows.waiting_batches import FETCH_WITHIN, hold_back, recall, to_be_told_of, why_told
from tests.books import books as books
from tests.own_bills import Ground, creditor, heat_basis
from tests.world import NOW, World

POLICY = load_policy(Path(project.PROJECT_ROOT, "policies", "utility.toml"))
CPR, REPLACED = "0101011234", "6101011234"
GLN = "5790000000005"
SOON = datetime(2026, 1, 12, 9, tzinfo=UTC)
UBL = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"


# -- rules -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "refused", "way"),
    [
        (Reach(True, True, "a@kunde.example"), (), Channel.E_INVOICE),
        (Reach(True, True, "a@kunde.example"), (Channel.E_INVOICE,), Channel.DIGITAL_POST),
        (Reach(False, True, "a@kunde.example"), (), Channel.DIGITAL_POST),
        (Reach(False, True, "a@kunde.example"), (Channel.DIGITAL_POST,), Channel.EMAIL),
        (Reach(False, False, "a@kunde.example"), (), Channel.EMAIL),
        (Reach(), (), Channel.PRINT),
        (Reach(True, True), (Channel.E_INVOICE, Channel.DIGITAL_POST), Channel.PRINT),
    ],
)
def test_each_bill_goes_one_way(reach: Reach, refused: tuple[Channel, ...], way: Channel) -> None:
    assert channel_of(reach, refused=refused) is way


@pytest.mark.parametrize(("language", "one", "two"), [
    (Language.DANISH, "en ny regning", "2 nye regninger"), (Language.ENGLISH, "a new bill", "2 new bills"),
])  # fmt: skip
def test_a_mail_tells_that_there_is_a_bill_and_where(language: Language, one: str, two: str) -> None:
    url = "https://mit.nordby.example/regninger/"
    mails = [mail_about(POLICY, name="Åse Ærø", bills=n, bills_url=url, language=language) for n in (1, 2)]
    for mail, told in zip(mails, (one, two), strict=True):
        assert told in mail.subject
        assert told in mail.text
        assert f"\n{url}\n" in mail.text
        assert "kr" not in mail.text.lower().replace("kroner", "").split()


def test_a_message_has_the_same_id_at_each_attempt() -> None:
    assert message_id("4711") == message_id("4711") != message_id("4712")
    assert message_id("4711").version == 4


# -- a run -----------------------------------------------------------------------------------------------------------


@dataclass
class Town:
    """The world with released bills for heat: an e-invoice, a yes to Digital Post, an e-mail, a letter; one run."""

    world: World
    run_id: int
    numbers: dict[str, int]
    sender: Sender
    clock: list[datetime]


@pytest.fixture
def town(world: World, books: Any, settings: Settings, tmp_path: Path) -> Town:
    settings.KEY_STORE = KeyStore(tmp_path / "keys.json")
    settings.KEY_STORE.make(today=date(2025, 1, 1))
    creditor()
    ground = Ground()
    bills = {
        name: ground.settled(getattr(world, name), heat_basis()) for name in ("aeblegaarden", "anna", "bo", "gorm")
    }
    run = Run.objects.create(
        kind="annual", commodity="heat", period=DateRange(date(2025, 1, 1), date(2026, 1, 1)), state="draft",
        issue_date=date(2026, 1, 15), due_date=date(2026, 2, 15), made_at=SOON,
    )  # fmt: skip
    Bill.objects.filter(pk__in=[bill.pk for bill in bills.values()]).update(run=run)
    with purpose(P.SETTLEMENT, actor=None):
        let_have_e_invoices(
            customer_id=world.aeblegaarden.customer_id, gln=GLN, buyer_reference="7778", recorded_by_id=None, now=NOW
        )
    say_yes(world.anna.customer_id, CPR)
    ContactPoint.objects.filter(customer_id=world.gorm.customer_id, kind="email").delete()
    clock = [SOON]
    sender = Sender(tmp_path / "ud", "https://mit.nordby.example", lambda: clock[0])
    numbers = {name: int(bill.number or 0) for name, bill in bills.items()}
    return Town(world, run.pk, numbers, sender, clock)


def say_yes(customer_id: int, number: str) -> int:
    consent = actions_choices.give_consent(
        policy=POLICY, customer_id=customer_id, consent="cpr_eboks", text_version=POLICY.version,
        language=Language.DANISH, channel=choices.Channel.LETTER, now=datetime(2025, 12, 1, tzinfo=UTC),
    )  # fmt: skip
    with purpose(P.DIGITAL_POST, actor=None):
        keep_cpr(
            policy=POLICY, customer_id=customer_id, number=number, source=Source.PERSON, recorded_by_id=None,
            now=datetime(2025, 12, 1, tzinfo=UTC),
        )  # fmt: skip
    return consent


def send(town: Town, **more: Any) -> Sent:
    return send_run(run_id=town.run_id, sender=town.sender, **more)


def the_batch(town: Town, way: Channel) -> Path:
    (found,) = [path for path in town.sender.folder.iterdir() if path.name.startswith(f"{way.value}-")]
    return found


def ways() -> dict[int, str]:
    return dict(Dispatch.objects.values_list("bill__number", "channel"))


def test_each_bill_leaves_by_its_own_way_and_once(town: Town) -> None:
    told: list[tuple[int, int]] = []
    sent = send(town, tell=lambda progress: told.append((progress.done, progress.of)))
    assert ways() == {
        town.numbers["aeblegaarden"]: "e_invoice", town.numbers["anna"]: "digital_post",
        town.numbers["bo"]: "email", town.numbers["gorm"]: "print",
    }  # fmt: skip
    assert (sent.total, sent.left, sent.problems, sent.refused) == (4, 0, {}, {})
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len(sent.batches) == 3
    before = sorted(path.name for path in town.sender.folder.iterdir())
    again = send(town)
    assert (again.total, again.batches) == (0, [])
    assert sorted(path.name for path in town.sender.folder.iterdir()) == before
    assert Dispatch.objects.count() == Disclosure.objects.count() == 4


def test_the_printer_gets_one_pdf_and_a_list_of_its_pages(town: Town) -> None:
    send(town)
    batch = the_batch(town, Channel.PRINT)
    (row,) = csv.DictReader(io.StringIO((batch / "letters.csv").read_text("utf-8-sig")), delimiter=";")
    assert (row["bill"], row["name"], row["postal_code"]) == (str(town.numbers["gorm"]), "Gorm Grænseløs", "9999")
    assert row["street"] == "Ågade 12, 1. th"
    whole = pypdf.PdfReader(batch / "letters.pdf")
    assert "Gorm Grænseløs" in whole.pages[int(row["first_page"]) - 1].extract_text()
    assert int(row["last_page"]) <= len(whole.pages)
    assert len(whole.pages) == 2 * int(row["sheets"])


def test_the_list_of_a_batch_names_each_file_with_its_digest(town: Town) -> None:
    send(town)
    for batch in town.sender.folder.iterdir():
        manifest = json.loads((batch / "manifest.json").read_bytes())
        assert {file["name"] for file in manifest["files"]} | {"manifest.json"} == {p.name for p in batch.iterdir()}
        for file in manifest["files"]:
            content = (batch / file["name"]).read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (file["byte_count"], file["sha256"])
        assert batch.stat().st_mode & 0o777 == 0o700
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in batch.iterdir())


def test_the_door_has_what_left_whom_it_was_about_and_its_digest(town: Town) -> None:
    send(town)
    found = {each.recipient: each for each in Disclosure.objects.all()}
    assert found.keys() == {"e_invoicing", "digital_post", "mail_and_text_messages", "print_and_post"}
    assert found["digital_post"].purpose == "digital_post"
    assert sorted(found["digital_post"].categories) == ["cpr", "invoices"]
    assert found["digital_post"].statute
    assert sorted(found["mail_and_text_messages"].categories) == ["email", "name"]
    batch = the_batch(town, Channel.PRINT)
    assert (
        bytes(found["print_and_post"].payload_sha256) == hashlib.sha256((batch / "manifest.json").read_bytes()).digest()
    )
    about = DisclosurePerson.objects.filter(disclosure=found["print_and_post"]).values_list("customer_id", flat=True)
    assert list(about) == [town.world.gorm.customer_id]


def test_digital_post_gets_the_pdf_and_the_number_which_is_on_record_as_looked_at(town: Town) -> None:
    send(town)
    message = fromstring((the_batch(town, Channel.DIGITAL_POST) / f"{town.numbers['anna']}.xml").read_bytes())
    names = {"memo": MEMO}
    assert [each.text for each in message.iterfind(".//memo:recipientID", names)] == [CPR]
    (content,) = [b64decode(each.text or "") for each in message.iterfind(".//memo:content", names)]
    assert "Anna Prøvesen" in pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    looks = AccessEntry.objects.filter(aspect="sensitive_cpr", kind="export").values_list("customer_id", flat=True)
    assert list(looks) == [town.world.anna.customer_id]


@pytest.mark.parametrize("form", EInvoiceFormat)
def test_a_company_gets_an_e_invoice_with_its_own_references(town: Town, form: EInvoiceFormat) -> None:
    with purpose(P.SETTLEMENT, actor=None):
        let_have_e_invoices(
            customer_id=town.world.aeblegaarden.customer_id, gln=GLN, format=form, buyer_reference="7778",
            order_reference="ORD-19", recorded_by_id=None, now=NOW,
        )  # fmt: skip
    send(town)
    number = town.numbers["aeblegaarden"]
    content = (the_batch(town, Channel.E_INVOICE) / f"{number}.xml").read_bytes()
    invoice = fromstring(content)
    assert invoice.findtext(f"{{{UBL}}}ID") == str(number)
    assert GLN.encode() in content
    assert b"ORD-19" in content
    assert (b"OIOUBL" in content) == (form == EInvoiceFormat.OIOUBL)
    due = [each.text for each in invoice.iter(f"{{{UBL}}}PayableAmount")]
    assert due == [f"{Bill.objects.get(number=number).to_pay_oere / 100:.2f}"]


def test_a_mail_waits_sealed_and_says_nothing_of_the_bill(town: Town) -> None:
    send(town)
    assert OutboxMessage.objects.count() == 1
    with purpose(P.SETTLEMENT, actor=None):
        (message,) = actions_door.claim(now=SOON)
    mail = from_bytes(message.payload())
    assert mail.to == town.world.bo.email
    assert "https://mit.nordby.example/regninger/" in mail.text
    bill = Bill.objects.get(number=town.numbers["bo"])
    assert str(bill.number) not in mail.text
    assert f"{bill.to_pay_oere // 100}" not in mail.text


def test_two_bills_of_one_customer_are_one_mail(town: Town) -> None:
    more = Ground(numbers=iter([9001])).on_account(town.world.bo, date(2026, 1, 1), date(2026, 4, 1), 50_000)
    Bill.objects.filter(pk=more.pk).update(run_id=town.run_id)
    send(town)
    assert OutboxMessage.objects.count() == 1
    assert Dispatch.objects.filter(channel="email").values("disclosure_id").distinct().count() == 1
    assert Dispatch.objects.filter(channel="email").count() == 2


# -- who is not written to ---------------------------------------------------------------------------------------------


def test_bills_of_restricted_customers_wait_until_they_are_free_again(town: Town) -> None:
    restriction = actions_choices.restrict(
        customer_id=town.world.gorm.customer_id, ground=choices.RestrictionGround.ACCURACY, reason="Måleren.",
        recorded_by_id=town.world.dpo.pk, now=SOON,
    )  # fmt: skip
    assert send(town).total == 3
    assert town.numbers["gorm"] not in ways()
    choices.Restriction.objects.filter(pk=restriction).delete()
    assert send(town).bills == {Channel.PRINT: 1}


def restrict(town: Town, name: str) -> None:
    actions_choices.restrict(
        customer_id=getattr(town.world, name).customer_id, ground=choices.RestrictionGround.ACCURACY,
        reason="Måleren.", recorded_by_id=town.world.dpo.pk, now=SOON,
    )  # fmt: skip


def test_a_batch_of_someone_restricted_since_is_listed_and_told_of_and_its_end_is_on_record(town: Town) -> None:
    send(town)
    restrict(town, "gorm")
    name = the_batch(town, Channel.PRINT).name
    assert {one.name: (one.bills, one.restricted) for one in batches(town.sender)}[name] == (1, 1)
    assert sum(one.restricted for one in batches(town.sender)) == 1
    with pytest.raises(RestrictedSince, match="recall"):
        hand_over(name, town.sender)
    assert Disclosure.objects.get(recipient="print_and_post").state == "handed_over"
    assert hand_over(name, town.sender, fetched_before=True) == 1
    assert Disclosure.objects.get(recipient="print_and_post").state == "delivered"
    assert name not in {one.name for one in batches(town.sender)}


@pytest.mark.parametrize("name", ["gorm", "anna"])
def test_a_batch_of_someone_restricted_since_is_out_of_its_carriers_reach(town: Town, name: str) -> None:
    send(town)
    fetched = files.waiting(town.sender.folder)
    restrict(town, name)
    assert go_on_sending(sender=town.sender, budget_seconds=60).startswith("1 batches held back")
    (held,) = [one for one in batches(town.sender) if one.is_held]
    assert files.waiting(town.sender.folder) == [each for each in fetched if each != held.name]
    assert hold_back(town.sender) == 0


def test_a_batch_that_is_called_back_leaves_anew_without_whom_it_may_not_tell_of(town: Town) -> None:
    send(town)
    restrict(town, "gorm")
    hold_back(town.sender)
    name = next(one.name for one in batches(town.sender) if one.restricted)
    assert recall(name, town.sender) == 1
    with pytest.raises(FileNotFoundError):
        recall(name, town.sender)
    assert not list(town.sender.folder.glob(f"*{name}"))
    assert Disclosure.objects.get(recipient="print_and_post").state == "failed"
    assert send(town).total == 0  # Gorm's waits
    choices.Restriction.objects.all().delete()
    assert send(town).bills == {Channel.PRINT: 1}


def test_a_recall_that_was_broken_off_leaves_no_files(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    send(town)
    name = the_batch(town, Channel.PRINT).name
    monkeypatch.setattr(files, "delete", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        recall(name, town.sender)
    monkeypatch.undo()
    assert send(town).bills == {Channel.PRINT: 1}
    assert files.held(town.sender.folder) == []


def test_what_nobody_fetches_is_told_of_after_a_week(town: Town) -> None:
    send(town)
    waiting = batches(town.sender)
    assert to_be_told_of(waiting, now=SOON + FETCH_WITHIN) == []
    late = to_be_told_of(waiting, now=SOON + FETCH_WITHIN + timedelta(seconds=1))
    assert [one.name for one in late] == [one.name for one in waiting]
    assert "handed-over" in why_told(late[0])
    assert "recall" in why_told(late[0])


def test_a_batch_on_record_keeps_its_files_though_its_customer_is_restricted_meanwhile(town: Town) -> None:
    send(town)
    batch = the_batch(town, Channel.PRINT)
    batch.rename(town.sender.folder / f"{files.PART}killed")
    restrict(town, "gorm")
    send(town)
    (held,) = [one for one in batches(town.sender) if one.is_held]
    assert held.name == batch.name


def test_whoever_took_back_the_yes_gets_a_mail_instead(town: Town) -> None:
    actions_choices.withdraw_consent(
        customer_id=town.world.anna.customer_id, consent="cpr_eboks", channel=choices.Channel.LETTER, now=SOON
    )
    send(town)
    assert ways()[town.numbers["anna"]] == "email"


def test_a_number_that_digital_post_does_not_know_goes_another_way(town: Town) -> None:
    with purpose(P.DIGITAL_POST, actor=None):
        keep_cpr(
            policy=POLICY, customer_id=town.world.anna.customer_id, number=REPLACED, source=Source.PERSON,
            recorded_by_id=None, now=NOW,
        )  # fmt: skip
    sent = send(town)
    assert ways()[town.numbers["anna"]] == "email"
    assert [each.number for each in sent.turned_away] == [town.numbers["anna"]]
    assert "erstatningsnummer" in sent.turned_away[0].problem
    assert REPLACED not in sent.turned_away[0].problem


def test_without_an_agreement_the_printer_gets_nothing_and_the_others_go(town: Town) -> None:
    RecipientAgreement.objects.filter(recipient="print_and_post").delete()
    sent = send(town)
    assert sent.total == 3
    assert "databehandleraftale" in sent.refused[Channel.PRINT]
    assert sent.left == 1
    assert town.numbers["gorm"] not in ways()
    assert DisclosureRefusal.objects.filter(recipient="print_and_post").count() == 1
    assert not [path for path in town.sender.folder.iterdir() if path.name.startswith((".", "print"))]


def test_a_bill_without_a_way_to_pay_it_waits_and_is_named(town: Town) -> None:
    Creditor.objects.all().delete()
    sent = send(town)
    assert {each.number for each in sent.problems.values()} == set(town.numbers.values()) - {town.numbers["bo"]}
    assert all("payment line" in each.problem for each in sent.problems.values())
    assert ways() == {town.numbers["bo"]: "email"}
    assert sent.left == 3


# -- broken off --------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The program was ended just here."""


@pytest.fixture
def kill(monkeypatch: pytest.MonkeyPatch) -> Callable[[object, str], None]:
    """Let the program end when it comes to a function, with nothing put in order after it."""

    def at(where: object, name: str) -> None:
        def ended(*_: object, **__: object) -> None:
            raise Killed

        monkeypatch.setattr(where, name, ended)
        monkeypatch.setattr(files.NewBatch, "drop", lambda _: None)

    return at


def test_killed_before_it_was_on_record_nothing_left_and_it_all_leaves_later(
    town: Town, kill: Callable[[object, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(bill_files, "record_sent")
    with pytest.raises(Killed):
        send(town)
    assert not ways()
    assert not Disclosure.objects.exists()
    assert [path.name[:6] for path in town.sender.folder.iterdir()] == [files.PART]
    monkeypatch.undo()
    assert send(town).total == 4
    assert not list(town.sender.folder.glob(f"{files.PART}*"))


def test_killed_before_the_batch_had_its_name_it_gets_it_and_leaves_once(
    town: Town, kill: Callable[[object, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(files.NewBatch, "publish")
    with pytest.raises(Killed):
        send(town)
    assert ways() == {town.numbers["aeblegaarden"]: "e_invoice"}
    monkeypatch.undo()
    town.clock[0] += timedelta(hours=3)
    assert send(town).total == 3
    batch = the_batch(town, Channel.E_INVOICE)
    assert Dispatch.objects.get(channel="e_invoice").batch == batch.name
    assert (batch / f"{town.numbers['aeblegaarden']}.xml").exists()
    assert not list(town.sender.folder.glob(f"{files.PART}*"))


def test_two_do_not_send_at_once(town: Town) -> None:
    with _only_sending(), pytest.raises(Busy, match="Another process"):
        send(town)


def test_the_job_goes_on_with_what_was_released_lately(town: Town) -> None:
    for state in ("previewed", "approved", "executing", "executed"):
        Run.objects.filter(pk=town.run_id).update(
            state=state, previewed_at=SOON, sha256="0" * 64, approved_at=SOON, recorded_at=SOON
        )
    Bill.objects.update(released_at=SOON)
    assert go_on_sending(sender=town.sender, budget_seconds=0) == (f"Run {town.run_id}: 1 bills sent, 3 wait.")
    assert "3 bills sent, 0 wait" in go_on_sending(sender=town.sender, budget_seconds=60)
    assert go_on_sending(sender=town.sender, budget_seconds=60) == "No bill waits to be sent."


# -- handed over -------------------------------------------------------------------------------------------------------


def test_what_was_fetched_is_on_record_as_delivered_and_deleted(town: Town) -> None:
    send(town)
    assert [each.channel for each in batches(town.sender)] == ["digital_post", "e_invoice", "print"], "by name"
    for each in batches(town.sender):
        assert hand_over(each.name, town.sender) == 1
    assert list(town.sender.folder.iterdir()) == []
    assert set(Disclosure.objects.exclude(channel="email").values_list("state", flat=True)) == {"delivered"}
    with pytest.raises(FileNotFoundError, match="There is no batch"):
        hand_over("print-1-0", town.sender)


def test_a_name_leads_nowhere_else(town: Town) -> None:
    send(town)
    for name in ("../ud", ".", "..", ""):
        with pytest.raises(FileNotFoundError):
            hand_over(name, town.sender)

"""Messages keep the order and limits of MeMo, carry the letter unchanged, and go to nobody that Digital Post lacks."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring
from zoneinfo import ZoneInfo

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.digital_post import checks
from forsyn.integrations.digital_post.codec import NAMESPACE, NotDigitalPost, write_digital_post, write_nemsms
from forsyn.integrations.digital_post.values import (
    Action,
    ActionCode,
    Case,
    DigitalPost,
    Document,
    IdType,
    NemSms,
    PdfFile,
    Recipient,
    Sender,
)

SUBSET = xmlschema.XMLSchema(Path(__file__).parent / "memo_subset.xsd")
NAMES = {"memo": NAMESPACE}
PDF = b"%PDF-1.7\nregning\n%%EOF\n"
SENDER = Sender("99000015", "Nordby Forsyning A/S")
PERSON = Recipient(IdType.CPR, "0101011234", "Prøve Nordby")
COMPANY = Recipient(IdType.CVR, "99000023")
PAY = Action(
    ActionCode.PAYMENT,
    "Betal regningen",
    "https://nordby.example/betal/4711",
    datetime(2027, 2, 15, 23, 59, tzinfo=ZoneInfo("Europe/Copenhagen")),
)
BILL = Document("Årsopgørelse 2026", (PdfFile("årsopgørelse-2026.pdf", PDF),), (PAY,))
LETTER = DigitalPost(
    message_id=UUID("0a3f50b8-5b4a-42b8-a044-0003ba298018"),
    label="Din årsopgørelse for varme & vand",
    created_at=datetime(2027, 1, 15, 8, 30, 15, 999, tzinfo=ZoneInfo("Europe/Copenhagen")),
    sender=SENDER,
    recipient=PERSON,
    main=BILL,
    additional=(Document("Sådan læser du regningen", (PdfFile("vejledning.pdf", PDF),)),),
    notification="Du har fået en regning fra Nordby Forsyning.",
    deliver_from_date=date(2027, 1, 18),
    case=Case("R-4711", "Forsyn"),
    legal=True,
)
SMS = NemSms(LETTER.message_id, "Aflæsning", "Husk at aflæse din måler inden søndag.", SENDER, PERSON)


def problems(message: DigitalPost | NemSms) -> tuple[str, ...]:
    with pytest.raises(NotDigitalPost) as refused:
        write_digital_post(message) if isinstance(message, DigitalPost) else write_nemsms(message)
    return refused.value.problems


def main(**changes: object) -> DigitalPost:
    """The letter with its main document changed."""
    return replace(LETTER, main=replace(BILL, **changes))  # type: ignore[arg-type]


def file(**changes: object) -> DigitalPost:
    """The letter with its file changed."""
    return main(files=(replace(BILL.files[0], **changes),))  # type: ignore[arg-type]


def action(**changes: object) -> DigitalPost:
    """The letter with its button changed."""
    return main(actions=(replace(PAY, **changes),))  # type: ignore[arg-type]


def read(message: bytes) -> Element:
    SUBSET.validate(message.decode())
    return fromstring(message)


def text(root: Element, path: str) -> str | None:
    return root.findtext(path, None, NAMES)


def test_a_letter_tells_who_what_and_when() -> None:
    root = read(write_digital_post(LETTER))
    header, body = "memo:MessageHeader/", "memo:MessageBody/"
    assert root.attrib == {"memoVersion": "1.2"}
    assert {name: text(root, header + f"memo:{name}") for name in ("messageType", "messageUUID", "label")} == {
        "messageType": "DIGITALPOST",
        "messageUUID": "0a3f50b8-5b4a-42b8-a044-0003ba298018",
        "label": "Din årsopgørelse for varme & vand",
    }
    assert text(root, header + "memo:Recipient/memo:recipientID") == "0101011234"
    assert text(root, header + "memo:Recipient/memo:idType") == "CPR"
    assert text(root, header + "memo:Sender/memo:senderID") == "99000015"
    assert text(root, header + "memo:doNotDeliverUntilDate") == "2027-01-18"
    assert text(root, header + "memo:mandatory") == "false"
    assert text(root, header + "memo:legalNotification") == "true"
    assert text(root, header + "memo:ContentData/memo:CaseID/memo:caseID") == "R-4711"
    assert text(root, body + "memo:createdDateTime") == "2027-01-15T07:30:15Z"


def test_the_pdf_comes_out_as_it_went_in() -> None:
    root = read(write_digital_post(LETTER))
    contents = [b64decode(each.text or "") for each in root.iterfind(".//memo:File/memo:content", NAMES)]
    assert contents == [PDF, PDF]
    assert text(root, ".//memo:MainDocument/memo:File/memo:filename") == "årsopgørelse-2026.pdf"
    assert text(root, ".//memo:AdditionalDocument/memo:label") == "Sådan læser du regningen"


def test_a_bill_has_a_button_to_pay_it_until_its_deadline() -> None:
    found = read(write_digital_post(LETTER)).find(".//memo:MainDocument/memo:Action", NAMES)
    assert found is not None
    assert text(found, "memo:actionCode") == "BETALING"
    assert text(found, "memo:EntryPoint/memo:url") == "https://nordby.example/betal/4711"
    assert text(found, "memo:endDateTime") == "2027-02-15T22:59:00Z"


def test_every_element_bears_the_one_prefix_that_the_service_knows() -> None:
    written = write_digital_post(LETTER).decode()
    assert written.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<memo:Message xmlns:memo="https://DigitalPost.dk/'
    )
    assert written.count("<memo:") + written.count("</memo:") + 1 == written.count("<")


def test_a_letter_to_a_company_goes_by_its_cvr_number() -> None:
    root = read(write_digital_post(replace(LETTER, recipient=COMPANY, case=None, notification="")))
    assert text(root, "memo:MessageHeader/memo:Recipient/memo:recipientID") == "99000023"
    assert text(root, "memo:MessageHeader/memo:Recipient/memo:idType") == "CVR"
    assert text(root, "memo:MessageHeader/memo:Recipient/memo:label") is None
    assert text(root, "memo:MessageHeader/memo:notification") is None


def test_a_nemsms_has_its_text_in_the_header_and_no_body() -> None:
    root = read(write_nemsms(SMS))
    assert text(root, "memo:MessageHeader/memo:messageType") == "NEMSMS"
    assert text(root, "memo:MessageHeader/memo:notification") == SMS.text
    assert root.find("memo:MessageBody", NAMES) is None


def test_the_same_message_gives_the_same_bytes() -> None:
    in_utc = replace(LETTER, created_at=LETTER.created_at.astimezone(UTC))
    assert write_digital_post(in_utc) == write_digital_post(LETTER)


@pytest.mark.parametrize("number", ["6101011234", "7101011234", "8101011234", "9101011234"])
def test_a_replacement_number_is_refused_and_never_repeated(number: str) -> None:
    message = replace(LETTER, recipient=Recipient(IdType.CPR, number))
    found = problems(message)
    assert any("erstatningsnummer" in problem and "almindelig post" in problem for problem in found)
    assert number not in " ".join(found)
    assert number not in repr(message)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (replace(LETTER, message_id=UUID("0a3f50b8-5b4a-52b8-a044-0003ba298018")), "version 4"),
        (replace(LETTER, label=" "), "Emnet mangler"),
        (replace(LETTER, label="æ" * 257), "Emnet har 257 tegn; der er plads til 256"),
        (replace(LETTER, label="klokke \x07"), "label: teksten har et tegn"),
        (replace(LETTER, created_at=datetime(2027, 1, 15, 8)), "mangler sin tidszone"),  # noqa: DTZ001
        (replace(LETTER, sender=Sender("99000016", "Nordby Forsyning A/S")), "Afsender: CVR-nummerets kontrolciffer"),
        (replace(LETTER, sender=Sender("DK99000015", "Nordby Forsyning A/S")), "med cifre alene"),
        (replace(LETTER, sender=replace(SENDER, name="")), "Afsenderens navn mangler"),
        (replace(LETTER, recipient=Recipient(IdType.CPR, "3213011234")), "Modtager: Et CPR-nummer har ti cifre"),
        (replace(LETTER, recipient=Recipient(IdType.CPR, "010101-1234")), "CPR-nummer skal skrives med cifre alene"),
        (replace(LETTER, recipient=Recipient(IdType.CVR, "0101011234")), "Modtager: Et CVR-nummer har otte cifre"),
        (replace(LETTER, recipient=replace(PERSON, name="x" * 257)), "Modtagerens navn har 257 tegn"),
        (replace(LETTER, notification="x" * 151), "Adviseringen har 151 tegn; der er plads til 150"),
        (replace(LETTER, notification="Regning til 010101-1234"), "Adviseringen har tal"),
        (replace(LETTER, case=Case("", "Forsyn")), "Sagens nummer mangler"),
        (main(label=""), "Brevet: titlen mangler"),
        (main(files=()), "Brevet: der er ingen fil"),
        (replace(LETTER, additional=(Document("Tom", ()),)), "Bilag 1: der er ingen fil"),
        (file(filename="../regning.pdf"), "må ikke have"),
        (file(filename="regning.exe"), "skal ende på .pdf"),
        (file(content=b"<html>"), "er ikke en PDF"),
        (file(language="dansk"), "to små bogstaver"),
        (action(label=""), "knappens tekst mangler"),
        (action(url="http://nordby.example/betal"), "begynde med https://"),
        (action(url="https://nordby.example/" + "x" * 250), "knappens adresse har 273 tegn"),
        (action(ends_at=datetime(2027, 2, 15)), "knappens frist mangler sin tidszone"),  # noqa: DTZ001
        (replace(SMS, text="x" * 151), "Beskeden har 151 tegn; der er plads til 150"),
        (replace(SMS, text=""), "Beskeden mangler"),
        (replace(SMS, text="CPR 0101011234"), "Beskeden har tal"),
    ],
)
def test_each_thing_that_is_wrong_is_told(message: DigitalPost | NemSms, said: str) -> None:
    found = problems(message)
    assert any(said in problem for problem in found), found


def test_a_message_that_is_too_large_is_refused_before_it_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LARGEST_BYTES", 50)
    (only,) = problems(LETTER)
    assert "Del dem på flere meddelelser" in only


def test_every_problem_comes_at_once() -> None:
    message = replace(file(content=b"", filename="x"), label="", sender=Sender("1", ""), notification="y" * 200)
    with pytest.raises(NotDigitalPost) as refused:
        write_digital_post(message)
    assert len(refused.value.problems) == 6
    assert str(refused.value).startswith(f"Meddelelsen {message.message_id} kan ikke sendes til Digital Post:\n- ")


_texts = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cn", "Co")), min_size=1, max_size=60)


@given(_texts.filter(str.strip), _texts.filter(str.strip), st.binary(max_size=50))
@settings(max_examples=60, deadline=None)
def test_any_text_and_file_comes_out_as_it_went_in(label: str, title: str, content: bytes) -> None:
    message = replace(file(content=b"%PDF-" + content), label=label)
    root = read(write_digital_post(replace(message, main=replace(message.main, label=title))))
    assert text(root, "memo:MessageHeader/memo:label") == label
    assert text(root, ".//memo:MainDocument/memo:label") == title
    assert b64decode(text(root, ".//memo:MainDocument/memo:File/memo:content") or "") == b"%PDF-" + content

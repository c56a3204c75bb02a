"""Payments out: what is written is valid by ISO's schema and says what was meant; a bad order is not written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.iso20022.accounts import DanishAccount, Iban, NotAnAccount, same_account
from forsyn.integrations.iso20022.amounts import oere_of
from forsyn.integrations.iso20022.characters import NotPayable, is_identifier, payable_text
from forsyn.integrations.iso20022.codec import (
    CreditTransfer,
    NemKonto,
    PayeeNumber,
    Payer,
    UnpayableOrder,
    write_credit_transfers,
)
from forsyn.integrations.iso20022.credit_transfers import LARGEST_OERE, NAMESPACE
from forsyn.kernel.money import kr_text

TODAY = date(2026, 11, 21)
CREATED = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
ACCOUNT = DanishAccount.of("0040", "440116243")
IBAN = Iban.of("DK50 0040 0440 1162 43")
PAYER = Payer("Nordby Forsyning A/S", ACCOUNT, "NDEADKKK", "NF-1")
NS = {"p": NAMESPACE}


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    """ISO's own; the package is only looked into, never imported."""
    package = find_spec("sepaxml")
    assert package is not None
    assert package.origin is not None
    return xmlschema.XMLSchema(Path(package.origin).parent / "schemas" / "pain.001.001.03.xsd")


def transfer(**facts: object) -> CreditTransfer:
    usual = CreditTransfer("R-1", 12_345, "Kunde Eksempel", ACCOUNT, "Tilbagebetaling, regning 17")
    return replace(usual, **facts)  # type: ignore[arg-type]


def write(*transfers: CreditTransfer, **order: object) -> bytes:
    usual: dict[str, object] = {
        "message_id": "FORSYN-20261121-1",
        "created_at": CREATED,
        "execution_date": date(2026, 11, 23),
        "payer": PAYER,
        "transfers": transfers,
        "today": TODAY,
    }
    return write_credit_transfers(**usual | order)  # type: ignore[arg-type]


def read(written: bytes) -> Element:
    return ElementTree.fromstring(written)


def texts(written: bytes, path: str) -> list[str | None]:
    return [found.text for found in read(written).findall(path, NS)]


def refused(*transfers: CreditTransfer, **order: object) -> Sequence[str]:
    with pytest.raises(UnpayableOrder) as caught:
        write(*transfers, **order)
    return caught.value.problems


def test_a_refund_to_each_kind_of_account_is_valid(schema: xmlschema.XMLSchema) -> None:
    written = write(
        transfer(),
        transfer(end_to_end_id="R-2", to=IBAN),
        transfer(end_to_end_id="R-3", to=NemKonto(PayeeNumber.CPR, "3112364000")),
        transfer(end_to_end_id="R-4", to=NemKonto(PayeeNumber.CVR, "13585628")),
    )
    schema.validate(written.decode())
    assert written.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    payee = ".//p:CdtTrfTxInf"
    assert texts(written, f"{payee}/p:CdtrAcct/p:Id/p:Othr/p:Id") == ["00400440116243"]
    assert texts(written, f"{payee}/p:CdtrAcct/p:Id/p:Othr/p:SchmeNm/p:Cd") == ["BBAN"]
    assert texts(written, f"{payee}/p:CdtrAcct/p:Id/p:IBAN") == ["DK5000400440116243"]
    assert texts(written, f"{payee}/p:PmtTpInf/p:LclInstrm/p:Prtry") == ["NKS", "NKS"]
    assert texts(written, f"{payee}/p:Cdtr/p:Id/p:PrvtId/p:Othr/p:Id") == ["3112364000"]
    assert texts(written, f"{payee}/p:Cdtr/p:Id/p:OrgId/p:Othr/p:Id") == ["13585628"]
    assert texts(written, ".//p:ReqdExctnDt") == ["2026-11-23"]


@given(st.lists(st.integers(1, LARGEST_OERE - 1), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_counts_and_sums_are_those_of_the_transfers(schema: xmlschema.XMLSchema, amounts: list[int]) -> None:
    written = write(*(transfer(end_to_end_id=f"R-{number}", amount_oere=oere) for number, oere in enumerate(amounts)))
    schema.validate(written.decode())
    for path in (".//p:GrpHdr", ".//p:PmtInf"):
        assert texts(written, f"{path}/p:NbOfTxs") == [str(len(amounts))]
        assert [oere_of(told or "") for told in texts(written, f"{path}/p:CtrlSum")] == [sum(amounts)]
    instructed = read(written).findall(".//p:InstdAmt", NS)
    assert [oere_of(each.text or "") for each in instructed] == amounts
    assert {each.get("Ccy") for each in instructed} == {"DKK"}


def test_names_and_texts_are_written_as_banks_take_them() -> None:
    written = write(transfer(payee_name="Zoë & Ærøskøbing  Ünal–Å", text='Retur "regning"; nr_1'))
    assert texts(written, ".//p:Cdtr/p:Nm") == ["Zoe + Ærøskøbing Unal-Å"]
    assert texts(written, ".//p:RmtInf/p:Ustrd") == ["Retur 'regning', nr-1"]
    assert texts(write(transfer(payee_name="A" * 69 + " BC")), ".//p:Cdtr/p:Nm") == ["A" * 69]


@given(st.text(max_size=60))
def test_a_text_is_either_refused_or_of_the_allowed_characters(text: str) -> None:
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ æøåÆØÅ")
    try:
        written = payable_text(text)
    except NotPayable:
        assert not set(text) <= allowed
        return
    assert set(written) <= allowed
    assert payable_text(written) == written


@pytest.mark.parametrize("text", ["", "a" * 36, "Ærø", "/a", "a/", "a//b", " a", "a ", "a_b", "a\n", "a\u0660"])
def test_an_identification_has_plain_letters_only(text: str) -> None:
    assert not is_identifier(text)
    assert any("message id" in each for each in refused(transfer(), message_id=text))
    assert any("end-to-end id" in each for each in refused(transfer(end_to_end_id=text)))


def test_an_identification_may_have_35_characters() -> None:
    assert texts(write(transfer(), message_id="a" * 35), ".//p:MsgId") == ["a" * 35]


CPR, CVR = PayeeNumber.CPR, PayeeNumber.CVR
WRONG = [
    ({"amount_oere": 0}, "the amount must be a whole number of øre, above 0"),
    ({"amount_oere": -1}, "above 0"),
    ({"amount_oere": 10.5}, "a whole number"),
    ({"amount_oere": True}, "a whole number"),
    ({"amount_oere": LARGEST_OERE}, "a whole number"),
    ({"payee_name": " "}, "the payee's name is empty"),
    ({"payee_name": "Иван"}, "the payee's name has characters that banks do not take: '\\u0418'"),
    ({"text": "x" * 141}, "the text has 141 characters; at most 140"),
    ({"payee_country": "Danmark"}, "two capital letters"),
    ({"to": DanishAccount("40", "440116243")}, "a registration number has four digits"),
    ({"to": DanishAccount("0040", "440116243")}, "not in its full form, 4 + 10 digits"),
    ({"to": DanishAccount("0040", "0000000000")}, "not all 0"),
    ({"to": Iban("DK5100400440116243")}, "the IBAN does not hold"),
    ({"to": Iban("NO9386011117947")}, "is not Danish"),
    ({"to": NemKonto(CPR, "3113364000")}, "that is no CPR number"),
    ({"to": NemKonto(CPR, "9112364000")}, "a replacement CPR number has no NemKonto"),
    ({"to": NemKonto(CPR, "311236-4000")}, "the CPR number must be digits only"),
    ({"to": NemKonto(CVR, "13585629")}, "that is no CVR number"),
]


@pytest.mark.parametrize(("facts", "why"), WRONG, ids=[why for _, why in WRONG])
def test_a_transfer_that_no_bank_should_get_is_refused(facts: dict[str, object], why: str) -> None:
    [problem] = refused(transfer(**facts))
    assert problem.startswith("Transfer 1 ('R-1')")
    assert why in problem


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"transfers": ()}, "There is no transfer to pay."),
        ({"execution_date": TODAY - timedelta(days=1)}, "must be from today (2026-11-21)"),
        ({"execution_date": TODAY + timedelta(days=366)}, "within a year"),
        ({"created_at": datetime(2026, 11, 21, 14)}, "time zone"),  # noqa: DTZ001
        ({"payer": replace(PAYER, bic="NORDEA")}, "BIC"),
        ({"payer": replace(PAYER, customer_id="Æ")}, "customer id"),
        ({"payer": replace(PAYER, name="")}, "The payer's name is empty"),
        ({"payer": replace(PAYER, account=Iban("DK1"))}, "The payer's account is no account"),
    ],
)  # fmt: skip
def test_an_order_that_no_bank_should_get_is_refused(order: dict[str, object], why: str) -> None:
    assert any(why in problem for problem in refused(transfer(), **order))


def test_every_problem_is_told_at_once_and_none_tells_a_cpr_number() -> None:
    to = NemKonto(PayeeNumber.CPR, "9112364000")
    problems = refused(transfer(amount_oere=0, to=to), transfer(text=""), message_id="")
    assert len(problems) == 5  # the message id, the end-to-end id used twice, and three of the transfers
    assert "9112364000" not in " ".join(problems) + repr(to)


def test_an_account_is_one_however_it_is_written() -> None:
    assert DanishAccount.of("0040", "44-0116243").bban == "00400440116243"
    assert same_account("DK50 0040 0440 1162 43", "0040 0440116243")
    assert not same_account("DK5000400440116243", "00400440116244")
    with pytest.raises(NotAnAccount, match="up to ten digits"):
        DanishAccount.of("0040", "12345678901")


@given(st.integers(0, 10**16 - 1))
def test_an_amount_comes_back_as_it_was_written(oere: int) -> None:
    assert oere_of(kr_text(oere)) == oere

"""Files made to do harm, and files that are something else: refused, quickly and in bounded memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.iso20022.codec import BankReading
from forsyn.integrations.iso20022.problems import UnusableBankFile
from forsyn.integrations.iso20022.tests.test_statements import numbered, read, refused
from forsyn.integrations.iso20022.tests.writing import Bank, entry

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


def with_doctype(doctype: str, reference: str) -> bytes:
    written = Bank([[entry(debtor_name="WHO")]]).written().decode()
    return written.replace("<Document", f"{doctype}<Document", 1).replace("WHO", reference).encode()


def test_a_billion_laughs_are_not_laughed() -> None:
    laughs = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    assert "document type definition" in refused(with_doctype(f"<!DOCTYPE Document [{laughs}]>", "&j;"))


@pytest.mark.parametrize("where", ["SYSTEM 'file:///etc/hostname'", "PUBLIC 'x' 'http://127.0.0.1:9/x'"])
def test_nothing_outside_the_file_is_opened(where: str) -> None:
    told = refused(with_doctype(f"<!DOCTYPE Document [<!ENTITY out {where}>]>", "&out;"))
    assert "document type definition" in told
    assert "document type definition" in refused(with_doctype(f"<!DOCTYPE Document {where}>", "x"))


def test_an_entity_that_nobody_defined_is_refused() -> None:
    assert "this is not XML (undefined entity)" in refused(with_doctype("", "&who;"))


@pytest.mark.parametrize("encoding", ["UTF-7", "cp037", "UTF-16", "shift_jis", "no-such-encoding"])
def test_other_encodings_are_refused(encoding: str) -> None:
    written = Bank([[entry()]]).written().replace(b'encoding="UTF-8"', f'encoding="{encoding}"'.encode())
    assert "is not one that banks agree on (UTF-8)" in refused(written)


def test_latin_letters_that_say_they_are_utf8_are_refused_with_their_line() -> None:
    written = Bank([[entry(debtor_name="Søren")]]).written().decode().encode("iso-8859-1")
    told = refused(written)
    assert "line 13" in told
    assert "this is not XML" in told


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "iso-8859-15"])
def test_latin_letters_that_say_so_are_read(encoding: str) -> None:
    written = Bank([[entry(debtor_name="Søren Ærø")]]).written().decode()
    [found], _ = read(written.replace("UTF-8", encoding, 1).encode(encoding))
    assert found.debtor_name == "Søren Ærø"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04 a zip", "this is not XML"),
        (b"\x00\x01\x02", "this is not XML"),
        (b"<html/>", "no message of ISO 20022"),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.052.001.02'/>", "a day that is not over"),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.01'/>", "version 001.02 or newer"),
        (b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'/>", "this is pain.001.001.03"),
        (f"<Document xmlns='{NAMESPACE}'><Other/></Document>".encode(), "Other is not what camt.053 begins with"),
        (f"<Document xmlns='{NAMESPACE}'/>".encode(), "the file holds no statement"),
        (f"<Document xmlns='{NAMESPACE}'><BkToCstmrStmt/></Document>".encode(), "the file holds no statement"),
    ],
)  # fmt: skip
def test_another_kind_of_file_is_named_for_what_it_is(written: bytes, why: str) -> None:
    assert why in refused(written)


def test_what_follows_the_document_is_refused() -> None:
    assert "this is not XML (junk after document element)" in refused(Bank([[entry()]]).written() + b"<more/>")


def test_a_notice_has_no_place_in_a_statement() -> None:
    written = Bank([[entry()]]).written().replace(b"Stmt>", b"Ntfctn>").replace(b"BkToCstmrNtfctn>", b"BkToCstmrStmt>")
    assert "Ntfctn does not belong in camt.053" in refused(written)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + Bank([[entry()]]).written())[0] == [entry()]


def test_elements_of_others_are_passed_over() -> None:
    extra = b"<x:Amt xmlns:x='urn:other' Ccy='USD'>1</x:Amt>"
    [found], _ = read(Bank([[entry()]]).written().replace(b"<Ntry>", b"<Ntry>" + extra))
    assert found.amount_oere == 123_450


def _begun() -> bytes:
    return Bank([[entry()]]).written().split(b"<TxDtls>")[0]


def _endless(piece: bytes, pieces: int = 4_000) -> Iterator[bytes]:
    yield _begun()
    for _ in range(pieces):
        yield piece


@pytest.mark.parametrize(
    ("piece", "why"),
    [
        (b"<TxDtls>" + b"<a>" * 5_000, "lie within each other"),
        (b"<TxDtls>" + b"<a/>" * 20_000, "lie within each other"),
        (b"<TxDtls><a>" + b"x" * 2_000_000, "a text is longer"),
    ],
)
def test_a_tree_without_end_is_refused(piece: bytes, why: str) -> None:
    assert why in refused(_begun() + piece)


@pytest.mark.parametrize("begin", [b"<!-- ", b"<TxDtls a='", b"<?x "])
def test_a_tag_without_end_is_refused_before_it_costs(begin: bytes) -> None:
    given = iter(_endless(b"x" * 65_536))
    reading = BankReading([next(given) + begin, *(next(given) for _ in range(3))], "x")
    with pytest.raises(UnusableBankFile, match="ends in the middle"):
        list(reading.entries())
    began = time.perf_counter()
    taken = 0

    def counted() -> Iterator[bytes]:
        nonlocal taken
        yield _begun() + begin
        for piece in given:
            taken += len(piece)
            yield piece

    with pytest.raises(UnusableBankFile, match="one tag or comment is longer"):
        list(BankReading(counted(), "x").entries())
    assert taken < 2_000_000
    assert time.perf_counter() - began < 5


def test_a_file_that_is_not_there_is_the_caller_s_to_tell(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(BankReading(iter((tmp_path / "gone.xml").open("rb")), "gone.xml").entries())


TAGS = [
    "",
    "<x/>",
    "<Amt>",
    "</Ntry>",
    "<Ntry>",
    "-1",
    "9" * 5_000,
    "\u0663",
    "&#0;",
    "&lt;",
    "]]>",
    "2026-02-31",
    "DBIT",
]


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 400), st.sampled_from(TAGS)), min_size=1, max_size=3))
@settings(max_examples=150)
def test_a_damaged_file_is_refused_in_words_or_still_adds_up(damages: list[tuple[float, int, str]]) -> None:
    written = Bank(numbered([[entry()], [entry(), entry()]])).written().decode()
    for where, length, instead in damages:
        at = int(where * len(written))
        written = written[:at] + instead + written[at + length :]
    try:
        entries, statements = read(written.encode())
    except UnusableBankFile:
        return
    for statement in statements:
        moved = sum(each.signed_oere for each in entries if each.statement == statement.identity)
        assert statement.opening_oere is not None
        assert statement.closing_oere == statement.opening_oere + moved

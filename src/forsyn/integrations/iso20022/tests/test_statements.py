"""What a bank writes is read as it was written; a file that does not hold together is not read at all."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.iso20022.codec import BankReading
from forsyn.integrations.iso20022.problems import UnusableBankFile
from forsyn.integrations.iso20022.tests.writing import IDENTITY, Bank, entry
from forsyn.integrations.iso20022.transport import open_bank_file
from forsyn.integrations.iso20022.values import Direction, Entry, Identity, Message, Statement, StructuredReference


def read(written: bytes | Iterable[bytes]) -> tuple[list[Entry], list[Statement]]:
    reading = BankReading([written] if isinstance(written, bytes) else written, "bank.xml")
    return list(reading.entries()), reading.statements


def refused(written: bytes) -> str:
    with pytest.raises(UnusableBankFile) as caught:
        read(written)
    return str(caught.value)


def numbered(batches: list[list[Entry]], identity: Identity = IDENTITY) -> list[list[Entry]]:
    return [
        [
            replace(each, statement=identity, entry_number=place, transaction_number=0 if len(batch) == 1 else number)
            for number, each in enumerate(batch, 1)
        ]
        for place, batch in enumerate(batches, 1)
    ]


WORDS = st.text("abcæøåÆØÅé&<>\"' 0123456789-/", min_size=1, max_size=30).map(str.strip).filter(bool)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
REFERENCES = st.one_of(
    st.from_regex(r"[0-9]{15}", fullmatch=True).map(lambda digits: StructuredReference("71", digits)),
    st.tuples(st.sampled_from(["75", "04", "15"]), st.from_regex(r"[0-9]{16}", fullmatch=True)).map(
        lambda told: StructuredReference(*told)
    ),
)
PAYMENTS = st.builds(
    entry,
    amount_oere=st.integers(0, 10**15),
    bank_reference=WORDS,
    end_to_end_id=st.one_of(st.just(""), WORDS),
    references=st.lists(REFERENCES, max_size=2).map(tuple),
    text=st.lists(WORDS, max_size=3).map("\n".join),
    debtor_name=st.one_of(st.just(""), WORDS),
    return_reason=st.sampled_from(["", "AC04"]),
)


@st.composite
def banks(draw: st.DrawFn) -> Bank:
    version = draw(st.sampled_from(["02", "04", "08"]))
    message = draw(st.sampled_from(Message))
    account = draw(st.sampled_from(["DK5000400440116243", "DK8330003617041234"]))
    identity = Identity(message, draw(WORDS), draw(WORDS), account, draw(st.none() | st.integers(0, 10**9)))
    batches = []
    for batch in draw(st.lists(st.lists(PAYMENTS, min_size=1, max_size=3), max_size=4)):
        shared = {
            "booking_date": draw(DAYS),
            "value_date": draw(st.none() | DAYS),
            "direction": draw(st.sampled_from(Direction)),
            "reversal": draw(st.booleans()),
        }
        batches.append([replace(each, **shared) for each in batch])
        if version == "08" and len(batch) > 1:  # since then each transaction says its own direction
            batches[-1][0] = replace(batches[-1][0], direction=draw(st.sampled_from(Direction)))
    # Version 04 tells the transaction's amount as 08 does, but the party and the state as 02.
    return Bank(
        numbered(batches, identity),
        identity,
        "02" if version == "04" else version,
        draw(st.integers(-(10**12), 10**12)),
    )


@given(banks())
@settings(max_examples=60)
def test_what_a_bank_writes_is_read_as_it_was_written(bank: Bank) -> None:
    entries, [statement] = read(bank.written())
    expected = [each for batch in bank.batches for each in batch]
    assert entries == expected
    assert statement.identity == bank.identity
    assert statement.entry_count == len(expected)
    assert statement.credit_oere - statement.debit_oere == sum(each.signed_oere for each in expected)
    if bank.identity.message is Message.STATEMENT:
        assert statement.opening_oere == bank.opening_oere


@given(banks(), st.integers(1, 200))
@settings(max_examples=30)
def test_it_does_not_matter_where_the_stream_is_cut(bank: Bank, size: int) -> None:
    written = bank.written()
    assert read(written[start : start + size] for start in range(0, len(written), size)) == read(written)


@given(banks(), st.data())
@settings(max_examples=40)
def test_half_a_file_is_never_read(bank: Bank, data: st.DataObject) -> None:
    written = bank.written().rstrip()
    half = written[: data.draw(st.integers(0, len(written) - 1))]
    assert re.search("ends in the middle|is empty", refused(half))


def test_a_batch_of_other_kinds_of_transaction_stands_by_its_amounts() -> None:
    batch = [entry(amount_oere=70_000), entry(amount_oere=50_000), entry(amount_oere=1, direction=Direction.DEBIT)]
    entries, _ = read(Bank(numbered([batch]), version="08").written())
    assert [(each.transaction_number, each.signed_oere) for each in entries] == [(1, 70_000), (2, 50_000), (3, -1)]


def test_a_batch_without_its_transactions_says_how_many_they_are() -> None:
    told = re.sub(rb"<NtryDtls>.*</NtryDtls>", b"<NtryDtls><Btch><NbOfTxs>250</NbOfTxs></Btch></NtryDtls>",
                  Bank([[entry()]]).written())  # fmt: skip
    [found], _ = read(told)
    assert (found.batch_count, found.amount_oere, found.bank_reference) == (250, 123_450, "ENTRY")


def test_transactions_without_amounts_of_their_own_stay_one_entry() -> None:
    written = Bank(numbered([[entry(), entry(), entry()]])).written().decode()
    bare = re.sub("<AmtDtls>.*?</AmtDtls>", "", written)
    [found], [statement] = read(bare.encode())
    assert (found.batch_count, found.amount_oere, found.references) == (3, 3 * 123_450, ())
    assert statement.entry_count == 1
    some = re.sub("<AmtDtls>.*?</AmtDtls>", "", written, count=1)
    assert "some transactions have amounts of their own, and some have none" in refused(some.encode())
    head, _, last = written.rpartition("<AmtDtls>")
    without_last = head + last.partition("</AmtDtls>")[2]
    assert "transaction 3: the transaction's amount is missing" in refused(without_last.encode())


def test_what_the_bank_has_only_announced_is_no_money_yet() -> None:
    entries, [statement] = read(Bank([[entry()]], status="PDNG", closing_oere=100_000).written())
    assert (entries, statement.not_booked, statement.credit_oere) == ([], 1, 0)


def test_a_reversal_is_marked_and_goes_the_other_way() -> None:
    [found], _ = read(Bank([[entry(reversal=True, direction=Direction.DEBIT)]]).written())
    assert found.reversal
    assert found.signed_oere == -123_450


@pytest.mark.parametrize(
    ("told", "kind", "number"),
    [
        ("71/106548702380495", "71", "106548702380495"),  # as Jyske Bank writes it
        ("+71<026840149965328+80000001<", "71", "026840149965328"),
        ("026840149965328", "71", "026840149965328"),
        ("71026840149965328", "71", "026840149965328"),
        ("751234567890123456", "75", "1234567890123456"),
        ("1234567890123456", "", "1234567890123456"),
        ("RF18539007547034", "", "RF18539007547034"),
        ("٧٧", "", "٧٧"),
    ],
)
def test_a_payment_line_is_known_however_the_bank_writes_it(told: str, kind: str, number: str) -> None:
    written = Bank([[entry()]]).written().replace(b"71/026840149965328", told.encode().replace(b"<", b"&lt;"))
    [found], _ = read(written)
    assert found.references == (StructuredReference(kind, number),)


def test_the_bank_may_say_the_kind_beside_the_number() -> None:
    told = b"<Tp><CdOrPrtry><Prtry>FIK75</Prtry></CdOrPrtry></Tp><Ref>1234567890123456</Ref>"
    [found], _ = read(Bank([[entry()]]).written().replace(b"<Ref>71/026840149965328</Ref>", told))
    assert found.references == (StructuredReference("75", "1234567890123456"),)


def test_the_account_may_be_a_danish_one_and_the_times_instants() -> None:
    written = Bank([[entry()]]).written()
    written = written.replace(b"<IBAN>DK5000400440116243</IBAN>", b"<Othr><Id>0040 0440116243</Id></Othr>")
    written = written.replace(b"<BookgDt><Dt>2026-11-20</Dt>", b"<BookgDt><DtTm>2026-11-19T23:30:00Z</DtTm>")
    [found], [statement] = read(written)
    assert statement.identity.account == "00400440116243"
    assert found.booking_date == date(2026, 11, 20)  # half past midnight in Denmark


def test_the_bank_s_own_words_stand_in_where_the_payer_wrote_none() -> None:
    written = Bank([[entry()]]).written()
    [found], _ = read(written.replace(b"</NtryDtls>", b"</NtryDtls><AddtlNtryInf>Overf\xc3\xb8rsel</AddtlNtryInf>"))
    assert found.text == "Overførsel"


def test_the_digest_stays_when_the_bank_sends_it_again_and_falls_when_an_amount_is_another() -> None:
    def digest(bank: Bank) -> str:
        return read(bank.written())[1][0].digest

    first = digest(Bank([[entry()]]))
    assert digest(Bank([[entry()]], replace(IDENTITY, message_id="MSG-2"))) == first
    assert digest(Bank([[entry(amount_oere=1)]])) != first
    assert digest(Bank([[entry(text="a")]])) != first


def test_a_file_of_several_statements_and_one_with_the_same_statement_twice() -> None:
    written = Bank([[entry()]]).written().decode()
    statement = written[written.index("<Stmt>") : written.index("</Stmt>") + len("</Stmt>")]
    other = statement.replace("<Id>STMT-1</Id>", "<Id>STMT-2</Id>")
    entries, statements = read(written.replace(statement, statement + other).encode())
    assert [each.statement.statement_id for each in entries] == ["STMT-1", "STMT-2"]
    assert len(statements) == 2
    assert "the same statement is in the file twice" in refused(written.replace(statement, statement * 2).encode())


WRONG = [
    ('<Ntry><Amt Ccy="DKK">', '<Ntry><Amt Ccy="EUR">', "Amt is in EUR, and only kroner (DKK) are taken"),
    ("<Ccy>DKK</Ccy>", "<Ccy>SEK</Ccy>", "the account is in SEK"),
    ("<NbOfNtries>1<", "<NbOfNtries>2<", "TtlNtries says 2 entries, and there are 1"),
    ("<Sum>1234.50<", "<Sum>1234.51<", "TtlNtries says a sum of 1234.51, and it is 1234.50"),
    ("<TtlNetNtryAmt>1234.50<", "<TtlNetNtryAmt>1.00<", "TtlNtries says a net of 1.00, and it is 1234.50"),
    ("<Sum>1234.50<", "<Sum>many<", "TtlNtries/Sum: 'many' is not an amount"),
    ("<NbOfNtries>1<", f"<NbOfNtries>{'9' * 5000}<", "entries, and there are 1"),
    ("<Cd>CLBD</Cd>", "<Cd>CLAV</Cd>", "the closing balance (CLBD) is missing"),
    ('2234.50</Amt><CdtDbtInd>CRDT', '2234.50</Amt><CdtDbtInd>DBIT',
     "the opening balance 1000.00 and entries of 1234.50 do not make the closing -2234.50"),
    ("<BookgDt><Dt>2026-11-20<", "<BookgDt><Dt>2026-02-30<", "BookgDt is not a date"),
    ("<BookgDt><Dt>2026-11-20<", "<BookgDt><Dt>2026-W47-5<", "BookgDt is not a date"),
    ("<BookgDt><Dt>2026-11-20</Dt>", "<BookgDt><DtTm>0001-01-01T00:00:00+14:00</DtTm>", "BookgDt is not a date"),
    ("<BookgDt><Dt>2026-11-20</Dt>", "<BookgDt><DtTm>2026-11-20T25:00:00</DtTm>", "BookgDt is not a date"),
    ("<BookgDt><Dt>2026-11-20</Dt></BookgDt>", "", "BookgDt, the day of booking, is missing"),
    ("<Sts>BOOK<", "<Sts>MAYBE<", "Sts is 'MAYBE'"),
    ("<RvslInd>false<", "<RvslInd>no<", "RvslInd is 'no'"),
    ("<Id>STMT-1</Id>", "", "Id, the statement's identification, is missing"),
    ("<IBAN>DK5000400440116243</IBAN>", "", "Acct, the account, is missing"),
    ("<MsgId>MSG-1</MsgId>", "", "MsgId, the message's identification, is missing"),
    ("<Ntry>", '<Ntry><Amt Ccy="DKK">1</Amt>', "entry 1: Amt is told twice"),
    ("<Acct>", "<Acct><Id><IBAN>DK8330003617041234</IBAN></Id></Acct><Acct>", "Acct is told twice"),
    ("<Cd>CLBD</Cd>", "<Cd>OPBD</Cd>", "the balance OPBD is told with different amounts"),
    ("CRDT</CdtDbtInd><Dt>", "?</CdtDbtInd><Dt>", "CdtDbtInd is '?', neither CRDT nor DBIT"),
    ("<NtryDtls>", "<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>", "the batch should have 3 transactions and has 1"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "why"), WRONG, ids=[why for *_, why in WRONG])
def test_what_does_not_hold_together_is_refused_with_the_reason(right: str, wrong: str, why: str) -> None:
    written = Bank([[entry()]]).written().decode()
    assert right in written
    told = refused(written.replace(right, wrong, 1).encode())
    assert why in told
    assert "nothing of the file was used" in told


@pytest.mark.parametrize(
    "amount", ["1234.501", "1234.500", "-1234.50", "1234,50", "1e3", "NaN", "", ".", "1 234.50", "٣"]
)
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    written = Bank([[entry()]]).written().decode()
    assert "Amt: " in refused(re.sub(r'(<Ntry><Amt Ccy="DKK">)[^<]*', rf"\g<1>{amount}", written).encode())


def test_an_amount_may_be_written_short() -> None:
    written = Bank([[entry()]]).written().replace(b'<Ntry><Amt Ccy="DKK">1234.50', b'<Ntry><Amt Ccy="DKK">+01234.5')
    assert read(written)[0][0].amount_oere == 123_450


def test_transactions_must_make_up_their_entry_and_be_in_kroner() -> None:
    batch = numbered([[entry(), entry()]])
    told = refused(Bank(batch, entry_oere=100).written())
    assert "the 2 transactions come to 2469.00, and the entry is 1.00" in told
    foreign = Bank(batch).written().replace(b'<TxAmt><Amt Ccy="DKK">', b'<TxAmt><Amt Ccy="USD">')
    assert "transaction 1: the transaction's amount is in USD" in refused(foreign)


def test_every_problem_is_told_at_once_with_its_line_and_entry() -> None:
    written = Bank([[entry()], [entry()], [entry()]]).written().decode()
    written = written.replace("<Sts>BOOK", "<Sts>?", 1).replace('<Ntry><Amt Ccy="DKK">', '<Ntry><Amt Ccy="NOK">')
    with pytest.raises(UnusableBankFile) as caught:
        read(written.encode())
    assert [(each.line, each.place) for each in caught.value.problems] == [
        (13, "statement STMT-1, entry 1"),
        (14, "statement STMT-1, entry 2"),
        (15, "statement STMT-1, entry 3"),
    ]


def test_a_file_full_of_problems_tells_a_hundred_and_how_many_more() -> None:
    with pytest.raises(UnusableBankFile, match="and 50 more") as caught:
        read(Bank([[entry()]] * 150, status="NEW").written())
    assert len(caught.value.problems) == 100


def test_a_file_is_checked_first_and_then_taken(tmp_path: Path) -> None:
    path = tmp_path / "statement.xml"
    path.write_bytes(Bank([[entry()]]).written())
    file = open_bank_file(path)
    assert file.message is Message.STATEMENT
    assert [each.identity for each in file.statements] == [IDENTITY]
    assert list(file.entries()) == [entry()]
    path.write_bytes(Bank([[entry(amount_oere=1)]]).written())
    with pytest.raises(UnusableBankFile, match="changed while it was read"):
        list(file.entries())


def test_a_long_statement_takes_little_memory() -> None:
    """Also one that the bank booked as a single batch: what waits is one transaction and a piece of the file."""

    def long(together: bool) -> Iterator[bytes]:
        payment = entry(statement=IDENTITY)
        count = 600
        bank = Bank([[payment]], closing_oere=100_000 + count * payment.amount_oere, summary="")
        before, rest = bank.written().decode().split("<Ntry>")
        one, after = rest.split("</Ntry>")
        yield before.encode()
        if together:
            one = one.replace(
                ">1234.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>",
                f">{1234.5 * count:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>",
            )
            head, transaction = one.replace("</TxDtls></NtryDtls>", "").split("<TxDtls>")
            transaction = transaction.replace(
                "</Refs>", '</Refs><AmtDtls><TxAmt><Amt Ccy="DKK">1234.50</Amt></TxAmt></AmtDtls>'
            )
            yield f"<Ntry>{head}".encode()
            for _ in range(count):
                yield f"<TxDtls>{transaction}</TxDtls>".encode()
            yield b"</NtryDtls></Ntry>"
        else:
            for _ in range(count):
                yield f"<Ntry>{one}</Ntry>".encode()
        yield after.encode()

    for together in (False, True):
        reading = BankReading(long(together), "long.xml")
        tracemalloc.start()
        try:
            assert sum(1 for _ in reading.entries()) == 600
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 1_000_000

"""What goes to Betalingsservice and comes from it is read as it was written, to the øre."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.integrations.betalingsservice import codec
from forsyn.integrations.betalingsservice.layout import DELIVERIES, LENGTH
from forsyn.integrations.betalingsservice.tests.deliveries import (
    CANCELLATIONS,
    DUE,
    OUT,
    agreement,
    collection,
    deliveries,
    delivery,
    payment,
    section,
)
from forsyn.integrations.betalingsservice.values import AgreementEvent, Delivery, Outcome, Payment, SectionKind

Write, Read = Callable[[Delivery[Any]], Iterator[bytes]], Callable[..., Delivery[Any]]
BOTH_WAYS = [
    pytest.param(codec.write_collections, codec.read_collections, OUT, id="0601"),
    pytest.param(
        codec.write_payments,
        codec.read_payments,
        [SectionKind.AUTOMATIC_PAYMENTS, SectionKind.SLIP_PAYMENTS],
        id="0602",
    ),
    pytest.param(
        codec.write_agreements,
        codec.read_agreements,
        [SectionKind.ACTIVE_AGREEMENTS, SectionKind.CHANGED_AGREEMENTS],
        id="0603",
    ),
]


@pytest.mark.parametrize(("write", "read", "kinds"), BOTH_WAYS)
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_written_is_read_back_however_it_comes(
    write: Write, read: Read, kinds: list[SectionKind], data: st.DataObject
) -> None:
    told = data.draw(deliveries(kinds))
    file = b"".join(write(told))
    assert read([file], where="PBS.TXT") == told
    assert {len(line) for line in file.split(b"\r\n")[:-1]} == {LENGTH}
    bare = data.draw(st.sampled_from([b"\n", b"\r\n"])).join(line.rstrip(b" ") for line in file.split(b"\r\n"))
    at = data.draw(st.integers(0, len(bare)))
    assert read([bare[:at], bare[at:], b"\n\x1a"], where="PBS.TXT") == told


def test_a_collection_is_laid_out_as_the_guide_has_it() -> None:
    heat = section(
        SectionKind.COLLECTIONS,
        collection(),
        created_date=date(2026, 11, 21),
        supplier_reference="FORSYN",
        registration_number="1234",
        account_number="0001234567",
        heading="Nordby Forsyning",
    )
    lines = b"".join(codec.write_collections(delivery(heat))).decode("latin-1").split("\r\n")
    blanks = " " * 19
    assert [line.rstrip() for line in lines] == [
        f"BS00212345674BS106010000000042{blanks}211126",
        "BS012012345670112     00001FORSYN             2111202612340001234567Nordby Forsyning",
        "BS022012345670240000010000150" + "01           000000000Åse Øllegård Prøve",
        "BS022012345670240000020000150" + "01           000000000Æblevej 7, 2. tv.",
        "BS022012345670240000090000150" + "01           000000000               9990DK",
        "BS042012345670280000000000150"
        + "01           0000123450112202610000000123450REGNING 2026-17               00",
        "BS052012345670241000010000150" + "01           000012345 Varme, aconto 4. kvartal 2026",
        "BS052012345670241000020000150" + "01           000012345   heraf moms 246,90 kr.",
        "BS09201234567011200000"
        + "00001    00000000001"
        + "000000000123450"
        + "00000000002"
        + " " * 15
        + "00000000003",
        "BS99212345674BS10601"
        + "00000000001" * 2
        + "000000000123450"
        + "00000000002"
        + "0" * 15
        + "00000000003"
        + "0" * 34,
        "",
    ]


def as_published() -> bytes:
    """The one whole record 0236 that is public, from another project's own test, made a delivery."""
    record = "BS0420398564402360000000100000000001231312345678910120310000000012755000000125".ljust(103)
    return "\r\n".join(
        [
            "BS00212345674BS106020000000007                   121203",
            "BS012039856440211   00001",
            record + "1212031212030000000012755",
            "BS09203985644021100000001      00000000001000000000012755",
            "BS99212345674BS10602" + "00000000001" * 2 + "000000000012755",
        ]
    ).encode()


def test_a_published_payment_is_read() -> None:
    (held,) = codec.read_payments([as_published()], where="PBS.TXT").sections
    day = date(2003, 12, 12)
    due = date(2003, 12, 10)
    paid = Payment(Outcome.PAID, "000000000012313", due, 12_755, "000000125", "123456789", day, day, 12_755)
    assert held.entries == (paid,)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("010170", date(1970, 1, 1)),
        ("311299", date(1999, 12, 31)),
        ("010100", date(2000, 1, 1)),
        ("311269", date(2069, 12, 31)),
    ],
)
def test_years_of_two_digits_lie_between_1970_and_2069(raw: str, day: date) -> None:
    told = section(SectionKind.ACTIVE_AGREEMENTS, agreement(AgreementEvent.ACTIVE, from_date=day))
    file = b"".join(codec.write_agreements(delivery(told)))
    assert file.splitlines()[2][49:55].decode() == raw
    assert codec.read_agreements([file], where="PBS.TXT").sections[0].entries[0].from_date == day


def test_each_outcome_of_a_collection_is_told_apart() -> None:
    automatic = section(
        SectionKind.AUTOMATIC_PAYMENTS,
        payment("1"),
        payment("2", Outcome.REJECTED, paid_oere=0, paid_date=None),
        payment("3", Outcome.CANCELLED, paid_oere=0, paid_date=None, booked_date=None),
        payment("4", Outcome.CHARGED_BACK),
    )
    slips = section(
        SectionKind.SLIP_PAYMENTS,
        payment(
            "5", agreement_number=None, slip_kind="71", reference="R17", archive_reference="ARKIV 1", fee_oere=2500
        ),
        payment("6", Outcome.CHARGED_BACK, agreement_number=None, reference="R18"),
    )
    file = b"".join(codec.write_payments(delivery(automatic, slips)))
    codes = [line[13:17] for line in file.splitlines() if line.startswith(b"BS042")]
    assert codes == [b"0236", b"0237", b"0238", b"0239", b"0297", b"0299"]
    assert codec.read_payments([file], where="PBS.TXT").sections == (automatic, slips)


def test_each_event_of_an_agreement_is_told_apart() -> None:
    active = section(SectionKind.ACTIVE_AGREEMENTS, agreement(AgreementEvent.ACTIVE))
    cancelled = [agreement(event, until_date=DUE) for event in CANCELLATIONS]
    changed = section(SectionKind.CHANGED_AGREEMENTS, agreement(), *cancelled)
    file = b"".join(codec.write_agreements(delivery(active, changed)))
    codes = [line[13:17] for line in file.splitlines() if line.startswith(b"BS042")]
    assert codes == [b"0230", b"0231", b"0232", b"0233", b"0234"]
    assert codec.read_agreements([file], where="PBS.TXT").sections == (active, changed)


def test_money_to_the_debtor_has_a_sign_of_its_own() -> None:
    told = section(
        SectionKind.COLLECTIONS, collection("1"), collection("2", amount_oere=-100), collection("3", amount_oere=0)
    )
    file = b"".join(codec.write_collections(delivery(told)))
    signs = [line[59:60] for line in file.splitlines() if line.startswith(b"BS042")]
    assert signs == [b"1", b"2", b"0"]
    assert int(file.splitlines()[-1][42:57]) == 123_450 - 100


@pytest.mark.parametrize("layouts", DELIVERIES.values(), ids=DELIVERIES.keys())
def test_fields_stand_within_the_record_and_beside_each_other(layouts: dict[Any, Any]) -> None:
    for held in layouts.values():
        for record in (held.start, held.end, *held.entries.values(), held.name, held.postal_code, held.text):
            end = 5
            for _, start, length, _ in record.rows if record else ():
                assert end <= start
                end = start + length
            assert end <= LENGTH

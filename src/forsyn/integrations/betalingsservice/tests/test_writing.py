"""What the format has no place for is refused before the first byte, with every reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from forsyn.integrations.betalingsservice import codec
from forsyn.integrations.betalingsservice.errors import NotWritable
from forsyn.integrations.betalingsservice.fields import latin_1
from forsyn.integrations.betalingsservice.tests.deliveries import agreement, collection, delivery, payment, section
from forsyn.integrations.betalingsservice.values import AgreementEvent, Outcome, SectionKind

AUTOMATIC, SLIPS = SectionKind.AUTOMATIC_PAYMENTS, SectionKind.SLIP_PAYMENTS


def test_nothing_is_written_and_every_reason_is_told() -> None:
    told = section(
        SectionKind.COLLECTIONS,
        collection("5001", name_lines=("Prøve 東京",), text_lines=("x" * 61,)),
        collection("5002", postal_code="99"),
        collection("5003", payment_id="000000000000018"),
        collection("5004", amount_oere=10**13),
        collection("5005", agreement_number="000000000"),
        collection("kunde 6"),
        collection("5007", name_lines=()),
        collection("5008"),
        collection("5008"),
    )
    with pytest.raises(NotWritable) as error:
        codec.write_collections(delivery(told))
    assert [str(problem) for problem in error.value.problems] == [
        'section 1, entry 1 (customer 5001): name line (52-86) has "東", which ISO 8859-1 has no sign for; '
        "write it in Latin letters",
        "section 1, entry 1 (customer 5001): text line (53-112) is 61 long and has room for 60; shorten it",
        'section 1, entry 2 (customer 5002): has the postal code "99"; a Danish one has four digits',
        "section 1, entry 3 (customer 5003): has payment id 000000000000018; BS042 0280 has no place for it",
        "section 1, entry 4 (customer 5004): amount (61-73) is 10000000000000; "
        "it should be a number of up to 13 digits, not below zero",
        "section 1, entry 5 (customer 5005): agreement number (43-51) is all zeros, which says that there is none; "
        "leave it empty",
        'section 1, entry 6 (customer kunde 6): customer number (28-42) is "kunde 6"; '
        "it should be up to 15 digits and capital letters",
        "section 1, entry 7 (customer 5007): has 0 name lines; it should have 1 to 5",
        "section 1, entry 9 (customer 5008): is the customer's second collection due 2026-12-01; "
        "there can be one: add them up",
    ]


def test_what_is_wrong_with_a_section_is_told_once() -> None:
    told = replace(section(SectionKind.COLLECTIONS, collection("1"), collection("2")), pbs_number="123")
    with pytest.raises(NotWritable) as error:
        codec.write_collections(delivery(told))
    assert str(error.value) == 'section 1: pbs number (6-13) is "123"; it should be 8 digits'


@pytest.mark.parametrize(
    ("write", "told", "why"),
    [
        (
            codec.write_collections,
            section(AUTOMATIC, payment()),
            "is of kind 0211, which a delivery 0601 does not have",
        ),
        (
            codec.write_collections,
            section(SectionKind.SLIPS, payment()),
            "is Payment; section 0117 holds something else",
        ),
        (
            codec.write_collections,
            section(SectionKind.SLIPS, collection(amount_oere=-5)),
            "pays out 5 øre more than it collects",
        ),
        (codec.write_payments, section(AUTOMATIC, collection()), "payments and agreements come in"),
        (codec.write_payments, section(AUTOMATIC, agreement()), "is Agreement; section 0211 holds something else"),
        (
            codec.write_payments,
            section(SLIPS, payment(outcome=Outcome.REJECTED)),
            'a payment in section 0215 is "rejected"',
        ),
        (
            codec.write_payments,
            section(SLIPS, payment()),
            "has agreement number 000012345; BS042 0297 has no place for it",
        ),
        (
            codec.write_payments,
            section(AUTOMATIC, payment(outcome=Outcome.CANCELLED)),
            "has paid 123450; BS042 0238 has no place for it",
        ),
        (codec.write_payments, section(AUTOMATIC, payment(paid_oere=-1)), "one record has room for one sign"),
        (
            codec.write_payments,
            section(AUTOMATIC, heading="Nordby"),
            "has heading Nordby; BS012 0211 has no place for it",
        ),
        (
            codec.write_agreements,
            section(SectionKind.CHANGED_AGREEMENTS, agreement(AgreementEvent.ACTIVE)),
            'an agreement in section 0212 is "active"',
        ),
        (
            codec.write_agreements,
            section(SectionKind.CHANGED_AGREEMENTS, agreement(until_date=date(2070, 1, 1))),
            "until date (56-61) is 2070-01-01; DDMMYY reaches from 1970 to 2069",
        ),
    ],
)
def test_what_has_no_place_is_not_left_out_in_silence(write: Callable[..., Any], told: Any, why: str) -> None:
    with pytest.raises(NotWritable) as error:
        write(delivery(told))
    assert why in str(error.value)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Æblegård – »Ø« é ü", "Æblegård - »Ø« é ü"),
        ("Łukasz Żółć’s…", "Lukasz Zólc's..."),
        ("A\u030abenraa 10 €", "Åbenraa 10 EUR"),
    ],
)
def test_texts_keep_what_the_character_set_has_and_get_plain_otherwise(text: str, plain: str) -> None:
    assert latin_1(text) == plain

"""Danish identifiers."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.kernel import identifiers
from forsyn.kernel.identifiers import InvalidIdentifier

CHECKS = [
    identifiers.cvr, identifiers.gln, identifiers.bfe_number, identifiers.dar_id, identifiers.municipality_code,
    identifiers.postal_code, identifiers.phone, identifiers.email,
]  # fmt: skip


def test_a_cvr_number_is_kept_without_spaces() -> None:
    assert identifiers.cvr("DK 13 58 56 28") == "13585628"


@pytest.mark.parametrize("text", ["13585627", "1358562", "03585628", "1358562a", ""])
def test_a_wrong_cvr_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier, match=r"CVR|kontrolciffer"):
        identifiers.cvr(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("20 30 40 50", "+4520304050"), ("0046 8 123 456 78", "+46812345678"), ("+45 20304050", "+4520304050")],
)
def test_phone_numbers_are_kept_internationally(typed: str, kept: str) -> None:
    assert identifiers.phone(typed) == kept


@pytest.mark.parametrize("typed", ["12345", "10304050", "+45123", "ring til mig", "+4500000000"])
def test_an_impossible_phone_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidIdentifier, match="otte cifre"):
        identifiers.phone(typed)


def test_the_rest() -> None:
    assert identifiers.gln("57 98009811578") == "5798009811578"
    assert identifiers.bfe_number(" 2312345 ") == 2312345
    assert identifiers.municipality_code("851") == "0851"
    assert identifiers.postal_code("9000") == "9000"
    assert identifiers.email(" Anna@Eksempel.DK ") == "Anna@eksempel.dk"
    assert str(identifiers.dar_id("0A3F50B8-5B4A-32B8-E044-0003BA298018")).startswith("0a3f50b8")


@pytest.mark.parametrize(
    "typed",
    [
        "anna.b+regning@eksempel.dk", "o'neil@eksempel.dk", "anna@brød-og-øl.dk", "anna@a.b-c.eksempel.dk",
        "=sum@eksempel.dk", f"{'a' * 64}@eksempel.dk",
    ],
)  # fmt: skip
def test_everyday_e_mail_addresses_are_kept(typed: str) -> None:
    assert identifiers.email(typed) == typed


@pytest.mark.parametrize(
    "typed",
    [
        "anna", "anna@eksempel", "anna@.dk", "anna@eksempel..dk", "anna@eksempel.dk.", "anna@-eksempel.dk",
        "anna@1.2.3.4", "anna@[127.0.0.1]", "anna@eksempel.d", f"{'a' * 65}@eksempel.dk", f"anna@{'ø' * 63}.dk",
        "æ@eksempel.dk", ".anna@eksempel.dk", "anna..b@eksempel.dk", '"anna b"@eksempel.dk',
        "anna(b)@eksempel.dk", "<anna>@eksempel.dk", "anna,bo@eksempel.dk", "anna;bo@eksempel.dk",
        "anna@eksempel.dk>", "anna\\@eksempel.dk", "anna\u200b@eksempel.dk", "anna@eksempel.dk\nBcc: bo@eksempel.dk",
    ],
)  # fmt: skip
def test_what_a_mail_program_may_read_otherwise_is_no_e_mail_address(typed: str) -> None:
    with pytest.raises(InvalidIdentifier, match="navn@eksempel"):
        identifiers.email(typed)


@given(st.sampled_from(CHECKS), st.text(max_size=40))
def test_any_text_is_kept_or_refused_in_words(check: Callable[[str], object], text: str) -> None:
    reason = "kept."
    try:
        check(text)
    except InvalidIdentifier as refusal:
        reason = str(refusal)
    assert reason.endswith(".")

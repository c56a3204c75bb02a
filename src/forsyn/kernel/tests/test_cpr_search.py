"""CPR numbers in notes: all are found, and what else stands in a utility's notes is left alone."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forsyn.kernel.cpr_search import Confidence, find_cpr, holds_modulus, pieces, replace

# -- CPR numbers of people who cannot be: 60 is added to the day, or the number is made by the strategy ---------------


@st.composite
def cpr_numbers(draw: st.DrawFn, *, modulus: bool | None = None) -> str:
    """Ten digits with a possible birth date between 1900 and 2036."""
    born = draw(st.dates(date(1900, 1, 1), date(2036, 12, 31)))
    first = draw(st.sampled_from("0123" if born.year < 1937 else "012349" if born.year < 2000 else "4567"))
    if born.year >= 2000:
        first = draw(st.sampled_from("456789"))
    day = born.day + draw(st.sampled_from([0, 60]))
    serial = first + draw(st.text("0123456789", min_size=3, max_size=3))
    digits = f"{day:02}{born:%m%y}{serial}"
    if modulus is not None:
        assume(holds_modulus(digits) is modulus)
    return digits


DASHES = ["-", "–", "—", "‑", "−", " - ", " – ", "-\n", "\u00a0-\u00a0", " -\r\n"]
BLANKS = [" ", "  ", "\u00a0", "\n", "\r\n", "\t", "\u2009", "\u00ad"]
TEXTS = st.text(max_size=60)


@given(TEXTS, cpr_numbers(), st.sampled_from(["", *DASHES, *BLANKS]), TEXTS)
def test_every_number_in_any_text_is_found(before: str, digits: str, gap: str, after: str) -> None:
    assume(not after[:1].isalnum() and not (after[:1] in ".,:" and after[1:2].isdigit()))
    start = before + " oplyser "
    written = digits[:6] + gap + digits[6:]
    found = find_cpr(start + written + after)
    assert digits in [one.digits for one in found]
    here = next(one for one in found if one.digits == digits and one.start == len(start))
    assert here.end == len(start) + len(written)
    assert (here.confidence is Confidence.CERTAIN) == holds_modulus(digits)


@given(cpr_numbers(), st.sampled_from(["-", "–", " - ", "-\n"]), st.sampled_from([". . ", "- - ", "/ / ", "/ - "]))
def test_dates_in_pairs_are_found(digits: str, gap: str, between: str) -> None:
    first, second = between.strip().split(" ")
    assume(gap in "-–" or int(digits[4:6]) >= 40)
    written = f"{digits[:2]}{first}{digits[2:4]}{second}{digits[4:6]}{gap}{digits[6:]}"
    assert [one.digits for one in find_cpr(f"født {written}.")] == [digits]


@given(cpr_numbers(), st.sampled_from([*DASHES, *BLANKS]))
def test_years_of_four_digits_are_found(digits: str, gap: str) -> None:
    century = "19" if digits[6] in "0123" or (digits[6] in "49" and int(digits[4:6]) > 36) else "20"
    written = digits[:4] + century + digits[4:6] + gap + digits[6:]
    assert [one.digits for one in find_cpr(f"Hun er {written}, siger hun")] == [digits]


@given(
    cpr_numbers(modulus=False),
    st.sampled_from(["CPR: {}", "cpr-nr. {}", "personnummer {}", "CPR{}", "Cpr-nummeret er {}"]),
)
def test_what_is_called_a_cpr_number_is_one(digits: str, words: str) -> None:
    (found,) = find_cpr(words.format(digits))
    assert found.confidence is Confidence.CERTAIN


@given(st.lists(cpr_numbers(), min_size=1, max_size=4), st.sampled_from([", ", " og ", "\n\n", "; "]))
def test_several_are_all_found_and_can_be_taken_out(numbers: list[str], between: str) -> None:
    text = "Oplyst: " + between.join(f"{digits[:6]}-{digits[6:]}" for digits in numbers) + "."
    found = find_cpr(text)
    assert [one.digits for one in found] == numbers
    assert replace(text, found, lambda _: "[væk]") == "Oplyst: " + between.join("[væk]" for _ in numbers) + "."
    assert replace(text, found, lambda _: None) == text
    assert "".join(piece for piece, _ in pieces(text, found)) == text


@given(TEXTS)
def test_pieces_put_together_are_the_text(text: str) -> None:
    found = find_cpr(text)
    assert "".join(piece for piece, _ in pieces(text, found)) == text
    assert all(first.end <= second.start for first, second in pairwise(found))


# -- what else stands in notes ---------------------------------------------------------------------------------------

TEN_DIGITS = cpr_numbers()


@given(
    TEN_DIGITS,
    st.sampled_from(
        [
            "ring på +{}",
            "ring på +31 {}",
            "ring på 0031 {}",
            "tlf. {}",
            "Mobil: {}",
            "målernr. {}",
            "Måler {} sat op",
            "måleren {}",
            "målernummer: {}",
            "installationsnr. {}",
            "Installation {}",
            "9999 {}",
            "9999-{}",
            "reg. 9999 konto {}",
            "kontonr.: {}",
            "Kundenr. {}",
            "kundenummer {}",
            "faktura {}",
            "fakturanr. {}",
            "ref.: {}",
            "sagsnr. {}",
            "serienummer {}",
            "plombe {}",
            "MTR{}",
            "{}kWh",
            "1{}",
            "{}5",
            "{},5 liter",
            "DK5000400{}",
        ],
    ),
)
def test_ten_digits_that_are_something_else_are_left_alone(digits: str, words: str) -> None:
    assert find_cpr(words.format(digits)) == ()


@given(
    st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2039-12-31")),
    st.sampled_from(
        [
            "%d.%m.%y %H%M",
            "%d.%m.%Y %H%M",
            "%d-%m-%y %H%M",
            "%d-%m-%Y - %H%M",
            "%d/%m-%y %H:%M",
            "%d.%m.%y kl. %H.%M",
            "%d%m%y kl. %H%M",
            "%d%m%Y %H%M",
            "%d%m%y %H:%M",
            "%d.%m.%y-%d.%m.%y",
        ]
    ),
)
def test_dates_with_times_are_left_alone(moment: datetime, form: str) -> None:
    assert find_cpr(f"Talte med kunden {moment.strftime(form)} om afkølingen") == ()


@given(st.integers(2, 9), st.text("0123456789", min_size=7, max_size=7))
def test_danish_telephones_are_left_alone(first: int, rest: str) -> None:
    digits = f"{first}{rest}"
    pairs = " ".join(digits[at : at + 2] for at in range(0, 8, 2))
    for written in (
        f"+45{digits}",
        f"+45 {digits}",
        f"+45 {pairs}",
        f"0045 {pairs}",
        f"45{digits}",
        f"45 {pairs}",
        pairs,
    ):
        assert find_cpr(f"Ring til {written} efter kl. 16") == ()


@pytest.mark.parametrize(
    "text",
    [
        "Kunden aflæste 4711 kWh og 120326,5 liter.",
        "Målt 120326 kWh, forrige år 118204.",
        "Tæller: 010190 1234,5",
        "IBAN DK50 0040 0440 1162 43",
        "+71<000000001234567+12345678<",
        "EAN 5790000123456",
        "Aftale A50011-2410 på installation 50011",
        "DAR-id 0a010190-1234-32b8-e044-0003ba298018",
        "010190-****",
        "010190-xxxx",
        "Postnr. 9999, tlf. 20 01 01 90 9999 Nordby",
        "310290-1234",
        "001290-1234",
        "011390-1234",
        "450190-1234",
        "010175-6123",  # the serial says 1875
        "01.01.2026 - 2027",
        "",
    ],
)
def test_other_figures_are_left_alone(text: str) -> None:
    assert find_cpr(text) == ()


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Anna (610190-1234) ringede", "610190-1234"),
        ("Hendes nummer er\n610190\n1234, sagde hun", "610190\n1234"),
        ("kunde 1001,610190-1234,Anna", "610190-1234"),
        ("Anna610190-1234", "610190-1234"),
        ("61.01.90-1234", "61.01.90-1234"),
        ("６１０１９０-１２３４", "６１０１９０-１２３４"),
        ("Ring 20 00 10 01, cpr 6101901234.", "6101901234"),
        ("Mand +45 20001001 6101901234", "6101901234"),
        ("Kundenr. 1001 oplyser 6101901234", "6101901234"),
    ],
)
def test_positions_let_a_page_mark_the_number(text: str, marked: str) -> None:
    (found,) = find_cpr(text)
    assert text[found.start : found.end] == marked
    assert found.digits == "6101901234"


def test_a_number_right_beside_another_is_found_too() -> None:
    assert [found.start for found in find_cpr("610190-1234 6101901234")] == [0, 12]


def test_a_find_does_not_show_its_digits() -> None:
    (found,) = find_cpr("610190-1234")
    assert "6101901234" not in repr(found)


def test_a_long_text_takes_no_time() -> None:
    assert len(find_cpr("610190 - 1234 og 20 01 01 90 " * 2_000)) == 2_000

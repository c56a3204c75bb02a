"""A payment line says who is paid and for what, and a slip of the pen does not send money astray."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forsyn.integrations.fi.codec import (
    InvalidPaymentLine,
    PaymentLine,
    SlipKind,
    build,
    check_digit,
    from_parts,
    parse,
)

WITH_ID = [kind for kind in SlipKind if kind.id_length]
WITHOUT_ID = [kind for kind in SlipKind if not kind.id_length]
CREDITOR = "81234567"


@st.composite
def payment_lines(draw: st.DrawFn, kinds: list[SlipKind] | None = None) -> PaymentLine:
    kind = draw(st.sampled_from(kinds or list(SlipKind)))
    number = draw(st.integers(1, 10 ** (kind.id_length - 1) - 1)) if kind.id_length else None
    first = "" if kind.is_giro else "8"
    digits = draw(st.text("0123456789", min_size=8 - len(first), max_size=8 - len(first)))
    return build(kind, number=number, creditor_number=first + digits)


@pytest.mark.parametrize(
    ("number", "payment_id"),
    [(1, "000000000000018"), (2, "000000000000026"), (2684014996532, "026840149965328")],
)
def test_published_payment_ids_come_out(number: int, payment_id: str) -> None:
    assert build(SlipKind.FI_71, number=number, creditor_number=CREDITOR).payment_id == payment_id


def test_a_check_digit_is_never_ten() -> None:
    assert check_digit("00000000000043") == 0
    assert build(SlipKind.FI_71, number=43, creditor_number=CREDITOR).payment_id == "000000000000430"


def weighted(digits: str, weights: str) -> int:
    """The check digit as the slips' own descriptions have it: products, their digits added, up to the next ten."""
    products = "".join(str(int(digit) * int(weight)) for digit, weight in zip(digits, weights, strict=True))
    return -sum(map(int, products)) % 10


@given(st.text("0123456789", min_size=14, max_size=14))
def test_fourteen_digits_are_weighted_1_2_from_the_left(digits: str) -> None:
    assert check_digit(digits) == weighted(digits, "12" * 7)
    assert check_digit("0" + digits) == weighted("0" + digits, "2" + "12" * 7)


@pytest.mark.parametrize(
    ("kind", "number", "line"),
    [
        (SlipKind.FI_71, 1, "+71<000000000000018+81234567<"),
        (SlipKind.FI_75, 1, "+75<0000000000000018+81234567<"),
        (SlipKind.FI_73, None, "+73<+81234567<"),
        (SlipKind.GIRO_04, 1, "+04<0000000000000018+81234567<"),
        (SlipKind.GIRO_15, 1, "+15<0000000000000018+81234567<"),
        (SlipKind.GIRO_01, None, "+01<+81234567<"),
    ],
)
def test_each_kind_has_its_line(kind: SlipKind, number: int | None, line: str) -> None:
    assert build(kind, number=number, creditor_number=CREDITOR).ocr_line == line


@given(payment_lines())
def test_what_is_printed_is_read_again(line: PaymentLine) -> None:
    assert parse(line.ocr_line) == line
    assert build(line.kind, number=line.number, creditor_number=line.creditor_number) == line


@given(payment_lines(), st.data())
def test_blanks_and_missing_signs_do_not_matter(line: PaymentLine, data: st.DataObject) -> None:
    typed = list(line.ocr_line)
    for place in sorted(data.draw(st.sets(st.integers(0, len(typed)))), reverse=True):
        typed.insert(place, data.draw(st.sampled_from([" ", "\u00a0", "\t"])))
    text = "".join(typed)
    assert parse(text) == line
    assert parse(text.replace("+", "").replace("<", "")) == line


@given(payment_lines(WITH_ID), st.data())
def test_every_wrong_digit_of_a_payment_id_is_found(line: PaymentLine, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, line.kind.id_length - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != line.payment_id[place]]))
    wrong = line.payment_id[:place] + other + line.payment_id[place + 1 :]
    with pytest.raises(InvalidPaymentLine):
        parse(f"+{line.kind}<{wrong}+{line.creditor_number}<")


@given(payment_lines(WITH_ID), st.data())
def test_two_digits_that_changed_places_are_found_but_for_09(line: PaymentLine, data: st.DataObject) -> None:
    told = line.payment_id
    place = data.draw(st.integers(0, len(told) - 2))
    first, second = told[place], told[place + 1]
    swapped = told[:place] + second + first + told[place + 2 :]
    assume(first != second and {first, second} != {"0", "9"})
    with pytest.raises(InvalidPaymentLine, match=r"kontrolcifferet|nuller"):
        PaymentLine(line.kind, swapped, line.creditor_number)


@given(payment_lines(WITH_ID), st.data())
def test_a_missing_digit_is_found(line: PaymentLine, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, line.kind.id_length - 1))
    shorter = line.payment_id[:place] + line.payment_id[place + 1 :]
    with pytest.raises(InvalidPaymentLine, match=f"har {line.kind.id_length} cifre; her er {line.kind.id_length - 1}"):
        parse(f"+{line.kind}<{shorter}+{line.creditor_number}<")


@given(payment_lines())
def test_fields_of_other_formats_may_leave_zeros_out(line: PaymentLine) -> None:
    assert from_parts(f"+{line.kind}<", line.payment_id.lstrip("0"), line.creditor_number) == line


def test_an_account_of_seven_digits_is_filled_up() -> None:
    line = build(SlipKind.GIRO_04, number=1, creditor_number="1234567")
    assert line.creditor_number == "01234567"
    assert parse("+04<0000000000000018+1234567<") == line


@pytest.mark.parametrize(
    ("text", "teaches"),
    [
        ("", "Betalingslinjen er tom"),
        ("+<+<", "Betalingslinjen er tom"),
        ("+72<000000000000018+81234567<", "»72« kendes ikke; de kendte er 01, 04, 15, 71, 73, 75"),
        ("+71<000000000000017+81234567<", "Ciffer nr. 15, kontrolcifferet, er 7, men skal være 8"),
        ("+71<00000000000001+81234567<", "Kortart 71 har 15 cifre; her er 14"),
        ("+71<000000000000018+71234567<", "Kreditornummerets første ciffer er 7, men skal være 8"),
        ("+71<000000000000018+8123456<", "Kreditornummeret har 8 cifre; her er 7"),
        ("+71<00000000000O018+81234567<", "Tegn nr. 16 er »O«, men skal være et ciffer. Er det et nul?"),
        ("+71<00000000000\u0660018+81234567<", "Tegn nr. 16"),
        ("+71<+81234567<", "kortart, betalings-id og kreditornummer; her er 2 talgrupper"),
        ("+73<000000000000018+81234567<", "kortart og kreditornummer; her er 3 talgrupper"),
        ("710000000000000188123456", "25 cifre i alt; her er 24"),
        ("+71<000000000000000+81234567<", "lutter nuller"),
    ],
)
def test_an_error_says_which_digit_and_what_was_expected(text: str, teaches: str) -> None:
    with pytest.raises(InvalidPaymentLine) as error:
        parse(text)
    assert teaches in str(error.value)


@pytest.mark.parametrize("kind", WITH_ID)
def test_a_number_that_has_no_room_is_refused(kind: SlipKind) -> None:
    for number in (0, -1, 10 ** (kind.id_length - 1)):
        with pytest.raises(InvalidPaymentLine, match="har plads til numre"):
            build(kind, number=number, creditor_number=CREDITOR)
    with pytest.raises(InvalidPaymentLine, match=f"har {kind.id_length} cifre; her er 0"):
        build(kind, number=None, creditor_number=CREDITOR)


@pytest.mark.parametrize("kind", WITHOUT_ID)
def test_a_slip_without_payment_id_takes_no_number(kind: SlipKind) -> None:
    with pytest.raises(InvalidPaymentLine, match="har intet betalings-id"):
        build(kind, number=1, creditor_number=CREDITOR)


@given(st.text(max_size=40) | st.text("+<0123456789 ", max_size=40))
def test_whatever_is_typed_is_a_line_or_refused_with_a_sentence(text: str) -> None:
    outcome = typed(text)
    assert outcome.endswith((".", "?")) or typed(outcome) == outcome


def typed(text: str) -> str:
    """The line that a text is, as it would be printed; or why it is none."""
    try:
        return parse(text).ocr_line
    except InvalidPaymentLine as error:
        return str(error)

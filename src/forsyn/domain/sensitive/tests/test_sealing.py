"""Seals: a value opens with its key, in its place, unaltered, and in no other way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forsyn.domain.sensitive.sealing import (
    BrokenSeal,
    KeyRing,
    Opened,
    Place,
    Sealed,
    UnknownKey,
    Use,
    VaultClosed,
    new_key,
)

TODAY = date(2026, 11, 21)
RING = KeyRing.new(today=TODAY)
HERE = Place("sensitive_cpr", "sealed", UUID(int=7), 12)
NUMBER = "6111901234"

texts = st.text(max_size=200)
places = st.builds(
    Place, st.sampled_from(["sensitive_cpr", "sensitive_offence"]), st.just("sealed"), st.uuids(), st.integers(1)
)


@given(texts, places)
def test_what_is_sealed_opens_where_it_was_put(text: str, place: Place) -> None:
    assert RING.open(RING.seal(text, place), place) == Opened(text)


@given(texts)
def test_the_same_text_is_never_sealed_alike(text: str) -> None:
    assert RING.seal(text, HERE).value != RING.seal(text, HERE).value


@pytest.mark.parametrize(
    "elsewhere",
    [
        HERE._replace(row=uuid4()),
        HERE._replace(customer_id=13),
        HERE._replace(table="sensitive_offence"),
        HERE._replace(column="lookup"),
    ],
    ids=["row", "customer", "table", "column"],
)
def test_a_value_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    with pytest.raises(BrokenSeal, match=str(elsewhere.row)):
        RING.open(RING.seal(NUMBER, HERE), elsewhere)


@given(st.data())
def test_one_altered_bit_is_found(data: st.DataObject) -> None:
    sealed = RING.seal(NUMBER, HERE)
    bit = data.draw(st.integers(0, len(sealed.value) * 8 - 1))
    altered = bytearray(sealed.value)
    altered[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BrokenSeal):
        RING.open(sealed._replace(value=bytes(altered)), HERE)


@given(st.binary(max_size=60))
def test_what_was_never_sealed_is_refused_in_words(value: bytes) -> None:
    with pytest.raises(BrokenSeal):
        RING.open(Sealed(RING.current(Use.SEALING).id, value), HERE)


def test_another_key_under_the_same_name_is_found() -> None:
    sealed = RING.seal(NUMBER, HERE)
    impostor = replace(new_key(Use.SEALING, today=TODAY), id=sealed.key_id)
    with pytest.raises(BrokenSeal, match="another key under that name"):
        KeyRing((impostor,)).open(sealed, HERE)


def test_a_key_that_is_not_there_is_named() -> None:
    sealed = RING.seal(NUMBER, HERE)
    with pytest.raises(UnknownKey, match=f"{sealed.key_id} is not in the key ring.*forsyn keys check"):
        KeyRing.new(today=TODAY).open(sealed, HERE)


def test_a_lookup_key_opens_no_seal() -> None:
    sealed = RING.seal(NUMBER, HERE)
    with pytest.raises(UnknownKey):
        RING.open(sealed._replace(key_id=RING.current(Use.LOOKUP).id), HERE)


def test_neither_keys_nor_values_show_themselves() -> None:
    key, opened = RING.current(Use.SEALING), RING.open(RING.seal(NUMBER, HERE), HERE)
    shown = f"{RING!r} {key} {opened!r} {opened} {[opened]}"
    assert NUMBER not in shown
    assert str(key.secret) not in shown
    for refusal in (BrokenSeal(HERE, key.id), UnknownKey(key.id)):
        assert isinstance(refusal, VaultClosed)
        assert "forsyn keys check" in refusal.for_staff
        assert NUMBER not in f"{refusal!r} {refusal}"


def test_a_number_is_found_under_its_own_key_only() -> None:
    other = new_key(Use.LOOKUP, today=TODAY)
    assert RING.lookup(NUMBER) == RING.lookup(NUMBER)
    assert len({RING.lookup(NUMBER).value, RING.lookup("6111901235").value, RING.lookup(NUMBER, other).value}) == 3


def test_a_new_key_retires_the_old_one_and_leaves_the_other_use_alone() -> None:
    key = new_key(Use.SEALING, today=TODAY)
    ring = RING.with_new(key, today=TODAY)
    assert ring.current(Use.SEALING) == key
    assert [old.retired for old in ring.of(Use.SEALING)] == [TODAY, None]
    assert ring.current(Use.LOOKUP) == RING.current(Use.LOOKUP)
    assert ring.open(RING.seal(NUMBER, HERE), HERE).text == NUMBER
    assert ring.without([key.id]) == ring  # never the current one
    assert [left.id for left in ring.without([RING.current(Use.SEALING).id]).of(Use.SEALING)] == [key.id]

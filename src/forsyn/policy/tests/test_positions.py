"""The line locator must name every value that tomllib reads, at the line where a person finds it."""

import string
import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forsyn.policy.positions import Steps, line_numbers


def ways(value: Any, steps: Steps = ()) -> Iterator[Steps]:
    yield steps
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from ways(inner, (*steps, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ways(inner, (*steps, place))


KEYS = st.one_of(
    st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=6),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=5).map(
        lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    ),
    st.text("abc# .]=", max_size=5).map(lambda text: f"'{text}'"),
)
SCALARS = st.sampled_from(
    ["1", "-2.5e3", "true", "2026-11-01", "07:32:00", '"a # b"', '"a \\" ] b"', "'''one\n[two]\nx = 3'''",
     '"""one \\""" = [\ntwo"""', "'literal \\'", '""', '"""x"""""', "inf", "0xFF"]
)  # fmt: skip
GAPS = st.sampled_from(["", " ", "\n", "\n# note ] } =\n", "  \n\n"])


@st.composite
def values(draw: st.DrawFn, depth: int = 0) -> str:
    shape = draw(st.sampled_from(["scalar", "array", "table"])) if depth < 3 else "scalar"
    if shape == "array":
        items = draw(st.lists(values(depth + 1), max_size=3))
        gap = draw(GAPS)
        return "[" + gap + f"{gap},{draw(GAPS)}".join(items) + gap + "]"
    if shape == "table":
        keys = draw(st.lists(KEYS, max_size=3, unique_by=plain_key))
        return "{ " + ", ".join(f"{key} = {draw(values(depth + 1))}" for key in keys) + " }"
    return draw(SCALARS)


def plain_key(key: str) -> str:
    return next(iter(tomllib.loads(f"{key} = 1")))


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Steps, int]]:
    """A TOML text, and the lines of its headers and of the keys right under them."""
    text, expected = "", {}
    for table in draw(st.lists(KEYS, max_size=4, unique_by=plain_key)):
        text += draw(st.sampled_from(["", "\n", "# [comment]\n"]))
        base: Steps = (plain_key(table),)
        expected[base] = text.count("\n") + 1
        double = draw(st.booleans())
        for place in range(2 if double else 1):
            steps: Steps = (*base, place) if double else base
            expected[steps] = text.count("\n") + 1
            text += f"[[{table}]] # x\n" if double else f"[ {table} ]\n"
            for key in draw(st.lists(KEYS, max_size=3, unique_by=plain_key)):
                expected[(*steps, plain_key(key))] = text.count("\n") + 1
                text += f"{key} = {draw(values())}\n"
    return text, expected


@given(documents())
def test_every_value_has_a_line_and_keys_stand_where_they_were_written(
    document: tuple[str, dict[Steps, int]],
) -> None:
    text, expected = document
    lines = line_numbers(text)
    assert set(lines) == set(ways(tomllib.loads(text)))
    assert {steps: lines[steps] for steps in expected} == expected


def test_dotted_keys_and_sub_tables_of_an_array() -> None:
    text = "a.b.c = 1\n[[x.y]]\n[x.y.z]\nk = [\n  { d.e = 1 },\n  2,\n]\n[[x.y]]\nk = 2\n"
    lines = line_numbers(text)
    assert lines[("a", "b", "c")] == 1
    assert lines[("x", "y", 0, "z")] == 3
    assert lines[("x", "y", 0, "z", "k", 0, "d", "e")] == 5
    assert lines[("x", "y", 0, "z", "k", 1)] == 6
    assert lines[("x", "y", 1)] == 8
    assert lines[("x", "y", 1, "k")] == 9


def test_windows_line_ends_count_once() -> None:
    assert line_numbers("a = 1\r\n\r\nb = 2\r\n")[("b",)] == 3

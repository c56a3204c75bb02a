"""Rows in, values or named problems out; profiles refuse what they do not know."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forsyn.integrations.customer_files.codec import RowCodec
from forsyn.integrations.customer_files.errors import CustomerFileError, ProfileError
from forsyn.integrations.customer_files.profile import Profile, parse_profile, shipped_profiles
from forsyn.integrations.customer_files.transport import CustomerFile

GENERIC, WIDE = (next(each for each in shipped_profiles() if each.key == key) for key in ("generic", "danish_wide"))
COLUMNS = GENERIC.wanted_columns()
MINIMAL = 'key = "k"\ntitle = "t"\n[columns]\ncustomer_number = "Nr"\nname = "Navn"\n'


def _profile(text: str) -> Profile:
    return parse_profile(text, where="p.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("key = ", "not valid TOML"),
        (MINIMAL + "[colums]\n", 'write "columns"'),
        (MINIMAL + 'emial = "E"\n', 'write "email"'),
        (MINIMAL + '[file]\nencoding = "klingon"\n', "write one of 'utf-8'"),
        (MINIMAL + '[file]\ndate_formats = ["%d"]\n', '"date_formats" has'),
        (MINIMAL + '[values.relation]\n"Ejer" = "ejer"\n', "let it become one of owner"),
        (MINIMAL + 'commodity = "x"\n', "commodity is mapped but rows make no installation"),
        (MINIMAL + 'installation_number = "x"\n', "rows make installations but no supply_points"),
        (MINIMAL.replace('"Nr"', '"CPR-nummer"'), "holds CPR numbers"),
        ('key = "k"\ntitle = "t"\n[columns]\nname = "Navn"\n', "customer_number"),
        (MINIMAL + '[[part]]\ncolumns = { name = "x" }\n', "belongs to the whole row"),
        (MINIMAL + "[defaults]\nname = 3\n", "a text in quotes"),
    ],
)
def test_a_profile_that_is_wrong_says_where_and_what_to_do(text: str, message: str) -> None:
    with pytest.raises(ProfileError, match=r"^p\.toml") as raised:
        _profile(text)
    assert message in str(raised.value)


def test_a_wide_row_has_an_entry_for_each_installation_it_names() -> None:
    cells = dict.fromkeys(WIDE.wanted_columns(), "") | {
        "Kundenr": "1", "Navn": "Åse Prøve", "Forbrugernr": "7", "Vejnavn": "Ågade", "Husnr": "1", "Postnr": "9999",
        "By": "Nordby", "Boligtype": "PARCELHUS", "Forhold": "Lejer", "Indflytning": "01-02-2020",
        "Vand installation": "72", "Vand måler": "0072",
    }  # fmt: skip
    codec = RowCodec(WIDE, list(cells), where="f.csv")
    entries, problems = codec.decode(2, list(cells.values()))
    assert problems == []
    assert [(each["commodity"], each["installation_number"], each["meter_number"]) for each in entries] == [
        ("water", "72", "0072")
    ]
    cells |= {"Varme installation": "71", "Vand måler": "?"}
    entries, problems = codec.decode(2, list(cells.values()))
    assert [each["commodity"] for each in entries] == ["heat", "water"]
    assert [problem.column for problem in problems] == ["Vand måler"]


@given(st.lists(st.text(max_size=30) | st.sampled_from(["1", "2020-01-01", "heat", "9999", "ja"]),
                min_size=len(COLUMNS), max_size=len(COLUMNS)))  # fmt: skip
def test_any_cells_give_values_or_problems_that_name_their_columns(cells: list[str]) -> None:
    entries, problems = RowCodec(GENERIC, COLUMNS, where="f.csv").decode(2, cells)
    assert len(entries) == 1
    assert problems or {"customer_number", "name"} <= entries[0].keys()
    for problem in problems:
        assert problem.column in COLUMNS
        assert problem.mend
        assert "\n" not in str(problem)


@given(st.binary(max_size=400) | st.text(alphabet=';"\n\ræ1,\x00', max_size=200).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_rows_or_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    message = ""
    try:
        rows = list(CustomerFile(path, "utf-8", ";").rows())
    except CustomerFileError as error:
        message = str(error)
    assert (message.startswith("any.csv") and message.endswith(".")) if message else len(rows) > 1


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20),
                         min_size=1, max_size=5).filter(any), min_size=2, max_size=6))  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_come_back_as_they_were_written(tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "some.csv"
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    path.write_bytes(("\ufeff" + out.getvalue()).encode())
    assert [row.cells for row in CustomerFile(path, "utf-8", ";").rows()] == rows


def test_a_row_with_a_line_break_inside_quotes_counts_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text('a;b\n1;"x\ny"\n2;z\n', "utf-8")
    assert [row.line for row in CustomerFile(path, "utf-8", ";").rows()] == [1, 2, 4]

"""Profile files: strict, and clear about what is wrong."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from forsyn.integrations.reading_files.errors import HoldsNoReadingsError, ProfileError
from forsyn.integrations.reading_files.profile import FileFormat, choose_profile
from forsyn.integrations.reading_files.profile_file import parse_profile, shipped_profiles

GENERIC = (resources.files("forsyn.integrations.reading_files") / "profiles" / "generic.toml").read_text("utf-8")


def test_the_shipped_profiles_are_valid() -> None:
    assert [profile.key for profile in shipped_profiles()] == [
        "aalborg_heat",
        "daiad_water",
        "generic",
        "heat_temperatures",
    ]


def test_the_documented_profile_shows_every_key() -> None:
    shown = set(re.findall(r"^(\w+) =", GENERIC, re.MULTILINE))
    assert shown == {
        *("key", "title", "format", "delimiter", "encoding", "header", "meter_number", "stamp", "register", "unit"),
        *("time_zone", "carries_zone", "means", "are", "resolution", "decimal", "column", "register_text"),
        *("describes", "columns"),
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("delimiter", "delimeter", r'own\.toml, \[file\]: the key "delimeter" is unknown; write "delimiter"\.'),
        ("[values]", "[valuse]", r'own\.toml: the key "valuse" is unknown; write "values?"\.'),
        ('are = "interval"', 'are = "cumulative"', r"cumulative values are read at an instant"),
        ('resolution = "hour"', 'resolution = "minute"', r"\"resolution\" is 'minute'; write one of \"hour\", \"day\""),
        ('unit = "kWh"', 'unit = "mWh"', r'\[\[value\]\] no\. 1: "mWh" is no known unit'),
        ("Europe/Copenhagen", "Europe/Kopenhagen", r"'Europe/Kopenhagen' is no time zone"),
        ('format = "iso"', 'format = "%d.%m"', r"the stamp format '%d\.%m' cannot be read"),
        ('decimal = ","', 'decimal = "komma"', r"\"decimal\" is 'komma'; write one of"),
        ("header = true", "header = 1", r"\"header\" is 1; write true or false"),
        ("header = true", "header = false", r"columns are named but the file has no header"),
        ('column = "value"', 'column = "stamp"', r"one column is mapped twice"),
        ('register = "register"', "", r'"register_text" is given but no register column'),
        ('describes = "the b', 'decribes = "the b', r'\[\[without_values\]\] no\. 1: the key "decribes" is unknown'),
        ('"building_number", ', '"value", ', r"\[\[without_values\]\] names a value column"),
        ('["building_number", "construction_year"]', "[]", r"\"columns\" is \[\]; write names"),
        ('["building_number", "construction_year"]', '"unit_type"', r"\"columns\" is 'unit_type'; write names"),
        ("[[without_values]]", "[without_values]", r'"without_values" is not a list of tables'),
        ('key = "generic"', "", r'own\.toml: the key "key" is missing; add it'),
        ('key = "generic"', 'key = "', r"own\.toml: not valid TOML \(.*line 4"),
    ],
)
def test_a_wrong_profile_is_refused_with_place_and_mend(old: str, new: str, message: str) -> None:
    assert old in GENERIC
    with pytest.raises(ProfileError, match=message):
        parse_profile(GENERIC.replace(old, new, 1), where="own.toml")


def test_a_profile_is_chosen_by_column_names() -> None:
    names = ["meter_id", "timestamp", "value", "quality"]
    chosen = choose_profile(lambda _: names, FileFormat.PARQUET, shipped_profiles(), where="x.parquet")
    assert chosen.key == "aalborg_heat"


def test_a_file_without_readings_is_told_by_its_columns() -> None:
    buildings = ["meter_id", "unit_type", "construction_year", "energy_label"]
    with pytest.raises(HoldsNoReadingsError) as raised:
        choose_profile(lambda _: buildings, FileFormat.PARQUET, shipped_profiles(), where="b.parquet")
    assert str(raised.value) == "b.parquet describes the buildings; it holds no readings and was passed over."


@pytest.mark.parametrize("changed", [["value"], ["-unit_type"]])
def test_a_file_with_values_or_fewer_columns_is_not_passed_over(changed: list[str]) -> None:
    names = {"meter_id", "unit_type", "construction_year", "energy_label"}
    names = names - {name[1:] for name in changed} | {name for name in changed if name[0] != "-"}
    with pytest.raises(ProfileError, match="no profile fits"):
        choose_profile(lambda _: sorted(names), FileFormat.PARQUET, shipped_profiles(), where="b.parquet")


def test_columns_that_fit_no_profile_or_several_are_refused() -> None:
    heat, *_ = shipped_profiles()
    with pytest.raises(ProfileError, match=r'x\.csv: no profile fits \(its columns: "a", "b"\); name the profile'):
        choose_profile(lambda _: ["a", "b"], FileFormat.CSV, shipped_profiles(), where="x.csv")
    with pytest.raises(ProfileError, match=r"2 profiles fit .* \(aalborg_heat, aalborg_heat\)"):
        choose_profile(lambda _: list(heat.columns), FileFormat.PARQUET, [heat, heat], where="x.parquet")

"""Which countries are in the EU/EEA, adequate, or third (GDPR chapter V), from ``countries.csv``."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

_FILE = "countries.csv"


class Region(StrEnum):
    EU = "EU"
    EEA = "EEA"
    ADEQUATE = "ADEQUATE"
    """The Commission has found the protection adequate (Art. 45), perhaps within a scope."""
    THIRD = "THIRD"


@dataclass(frozen=True, slots=True)
class Country:
    """``scope`` limits an adequacy decision; ``confidence`` is of the line in the file."""

    code: str
    da: str
    en: str
    region: Region
    scope: str
    confidence: str

    @property
    def in_eea(self) -> bool:
        """True where no chapter V transfer takes place. Greenland and the Faroe Islands are outside."""
        return self.region in (Region.EU, Region.EEA)


@cache
def countries() -> dict[str, Country]:
    """All countries of the list, by ISO 3166 code. A country that is missing is a third country."""
    lines = [line for line in _text().splitlines() if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter=";")
    return {
        row["iso2"]: Country(
            row["iso2"], row["name_da"], row["name_en"], Region(row["group"]), row["scope"], row["confidence"]
        )
        for row in rows
    }


@cache
def checked_on() -> str:
    """Year and month in which a person last checked the list, as ``YYYY-MM``."""
    return _text().split("checked-on:")[1].split()[0]


def _text() -> str:
    return resources.files(__package__).joinpath(_FILE).read_text(encoding="utf-8")

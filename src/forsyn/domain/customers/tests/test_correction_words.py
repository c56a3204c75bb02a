"""What is stored as a code, a date or a bare number is read in words."""

from __future__ import annotations

import pytest

from forsyn.domain.customers.correction_rules import Field
from forsyn.domain.customers.correction_words import CHOICES, as_read, as_stored
from forsyn.domain.customers.models import HousingKind, Relation
from forsyn.policy.vocabulary import Language

DA, EN = Language.DANISH, Language.ENGLISH


@pytest.mark.parametrize(
    ("field", "stored", "danish", "english"),
    [
        (Field.RELATION, "tenant", "lejer", "tenant"),
        (Field.HOUSING_KIND, "terraced_house", "rækkehus", "terraced house"),
        (Field.LANGUAGE, "en", "engelsk", "English"),
        (Field.MOBILE, "+4599900002", "99 90 00 02", "99 90 00 02"),
        (Field.MOBILE, "+4691234567", "+4691234567", "+4691234567"),
        (Field.BIRTH_DATE, "1968-04-12", "12. april 1968", "12 April 1968"),
        (Field.AGREEMENT_PERIOD, "2019-09-01/", "fra 1. september 2019", "from 1 September 2019"),
        (
            Field.AGREEMENT_PERIOD,
            "2019-09-01/2020-05-01",
            "1. september 2019 til og med 30. april 2020",
            "1 September 2019 to 30 April 2020",
        ),
        (Field.NAME, "Bo Åkjær Opdigt", "Bo Åkjær Opdigt", "Bo Åkjær Opdigt"),
        (Field.BIRTH_DATE, "", "", ""),
        (Field.AGREEMENT_PERIOD, "snart", "snart", "snart"),
    ],
)
def test_values_are_read_in_words(field: Field, stored: str, danish: str, english: str) -> None:
    assert (as_read(field, stored, DA), as_read(field, stored, EN)) == (danish, english)


@pytest.mark.parametrize("field", CHOICES)
def test_what_is_read_can_be_written(field: Field) -> None:
    for code in CHOICES[field]:
        assert {as_stored(field, as_read(field, code, language).upper()) for language in (DA, EN)} == {code}
        assert as_stored(field, code) == code


def test_every_code_has_words() -> None:
    assert set(CHOICES[Field.RELATION]) == set(Relation.values)
    assert set(CHOICES[Field.HOUSING_KIND]) == set(HousingKind.values)


def test_other_words_stay_as_they_are_for_the_refusal() -> None:
    assert as_stored(Field.RELATION, "nabo") == "nabo"

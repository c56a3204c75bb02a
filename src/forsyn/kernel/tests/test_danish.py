"""Danish names sort and are found as Danes expect."""

from hypothesis import given
from hypothesis import strategies as st

from forsyn.kernel.danish import search_key, sort_key


def test_names_sort_as_in_a_danish_directory() -> None:
    names = ["Åse", "Aabenraa", "Zenia", "Østergaard", "Ærø", "anna", "Bo", "Ånd", "Özil", "Müller", "Mysen"]
    ordered = [
        "anna",
        "Bo",
        "Müller",
        "Mysen",
        "Zenia",
        "Ærø",
        "Østergaard",
        "Özil",
        "Aabenraa",
        "Ånd",
        "Åse",
    ]
    assert sorted(names, key=sort_key) == ordered


def test_spelling_variants_meet_in_search() -> None:
    assert search_key("Ågade") == search_key("Aagade") == search_key("AAGADE")
    assert search_key("Søren Kjær") == search_key("soeren  kjaer")
    assert search_key("O'Hara-Bech") == "o hara bech"
    assert search_key("René") == "rene"


@given(st.text())
def test_keys_do_not_care_for_case_or_outer_space(text: str) -> None:
    assert sort_key(f"  {text} ") == sort_key(text)
    assert search_key(search_key(text)) == search_key(text)


@given(st.text(alphabet="abcæøåÆØÅéü zyx"))
def test_case_never_changes_the_order(text: str) -> None:
    assert sort_key(text.upper()) == sort_key(text.lower())

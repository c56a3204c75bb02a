"""A policy file is read whole or refused with every fault, each with its line and the mend."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forsyn.policy.loading import load_policy, parse_policy
from forsyn.policy.policy import Policy
from forsyn.policy.problems import PolicyError, Problem
from forsyn.policy.vocabulary import Ground


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "p.toml")
    return caught.value.problems


def line_of(text: str, fragment: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if fragment in line)


def test_the_smallest_policy_is_read(minimal: Policy) -> None:
    purpose = minimal.purposes["settlement"]
    assert purpose.rests_on == (Ground.CONTRACT, Ground.LEGAL_OBLIGATION)
    assert minimal.categories["email"].description.en == "Your mail."
    assert minimal.where(purpose).startswith("minimal.toml:")
    assert str(minimal.retention["contact"].period) == "P6M"


# What is changed in the smallest policy, a fragment of the line that must be named, what the message says.
FAULTS = {
    "unknown key": ('persons = ["customer"]', 'person = ["customer"]', "person =", "Did you mean 'persons'?"),
    "missing key": ('kind = "ordinary"\n', "", "[categories.email]", "Add kind = "),
    "wrong type": ("officer = false", 'officer = "no"', "officer =", "true or false"),
    "unknown choice": ('kind = "ordinary"', 'kind = "ordinery"', "ordinery", "Did you mean 'ordinary'?"),
    "unknown section": ("[cookies.sessionid]", "[cookis.sessionid]", "[cookis", "Did you mean 'cookies'?"),
    "dangling category": ('categories = ["email"]\nevent', 'categories = ["emial"]\nevent', '"emial"',
                          "Did you mean 'email'?"),
    "dangling event": ('event = "agreement_end"', 'event = "agreement"', 'event = "agreement"', "'agreement', which"),
    "bad period": ('period = "P6M"', 'period = "6 months"', "period =", "'P6M' for six months"),
    "unknown country": ('country = "DK"\nagreement', 'country = "DM"\nagreement', '"DM"', "no list"),
    "third country": ('country = "DK"\nagreement', 'country = "GL"\nagreement', '"GL"', "Greenland"),
    "adequate is not enough": ('country = "DK"\nagreement', 'country = "US"\nagreement', '"US"',
                               "adequacy decision is not enough"),
    "no agreement": ("agreement_required = true", "agreement_required = false", 'agreement_required', "Art. 28(3)"),
    "empty text": ('city = "Prøveby"\ncountry', 'city = " "\ncountry', 'city = " "', "is empty"),
    "bad cvr": ('cvr = "99000007"', 'cvr = "99000008"', "cvr =", "check digit"),
    "bad article": ('{ article = "6(1)(b)" }', '{ article = "art. 6" }', "art. 6", "not an article"),
    "no basis": ('{ article = "6(1)(a)" }', '{ article = "9(2)(a)" }', '9(2)(a)', "Art. 6(1)"),
    "interest unnamed": ('{ article = "6(1)(b)" }', '{ article = "6(1)(f)" }', "bases = [",
                         "naming the interest"),
    "consent unnamed": ('consent = "newsletter"\n', "", 'bases = [{', "names none"),
    "unknown term": ("pd:EmailAddress", "pd:EmailAdress", 'pd:EmailAdress', "Did you mean 'pd:EmailAddress"),
    "no retention": ('categories = ["email"]\nevent', 'categories = []\nevent', "categories = []", "Name at least one"),
    "named twice": ('categories = ["email"]\nevent', 'categories = ["email", "email"]\nevent', '"email", "email"',
                    "twice"),
    "automated": ("exist = false", "exist = true", "exist =", "Write exist = false"),
    "transfers": ("transfers = false", "transfers = true", "transfers =", "Write transfers = false"),
    "unknown right": ("access = {", "acces = {", "acces =", "Did you mean 'access'?"),
    "half a text": ('en = "We try." }', 'eng = "We try." }', "introduction", "Did you mean 'en'?"),
    "bad claim": ('claims = ["SF-03"]', 'claims = ["SF3"]', "SF3", "SF-03 or SV-12"),
    "bad date": ("valid_from = 2026-12-01", 'valid_from = "2026-12-01"', "valid_from", "Write a date"),
    "bad key": ("[events.agreement_end]", "[events.Agreement-End]", "Agreement-End", "small letters"),
    "other format": ("format = 1", "format = 2", "format =", "this program reads 1"),
    "bad mail": ('email = "dpo@proeve.example"', 'email = "dpo"', '"dpo"', "name@example.dk"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named_with_its_line_and_its_mend(minimal_text: str, fault: str) -> None:
    old, new, fragment, says = FAULTS[fault]
    assert minimal_text.count(old) >= 1
    text = minimal_text.replace(old, new, 1)
    found = [problem for problem in problems_of(text) if says in str(problem)]
    assert [problem.where for problem in found][:1] == [f"p.toml:{line_of(text, fragment)}"]


def test_special_data_need_a_basis_made_for_them(minimal_text: str) -> None:
    text = minimal_text.replace('kind = "ordinary"', 'kind = "special"')
    readers = [n for n, line in enumerate(text.splitlines(), 1) if line == 'categories = ["email"]'][:2]
    assert [problem.where for problem in problems_of(text)] == [f"p.toml:{number}" for number in readers]


def test_a_category_that_nothing_reads_and_nothing_ends_is_two_problems(minimal_text: str) -> None:
    start = minimal_text.index("[categories.email]")
    section = minimal_text[start : minimal_text.index("[purpose_groups]")]
    text = minimal_text.replace(section, section + section.replace("email]", "mobile]"))
    line = line_of(text, "[categories.mobile]")
    assert [(problem.where, problem.what) for problem in problems_of(text)] == [
        (f"p.toml:{line}", "No purpose reads the category 'mobile'."),
        (f"p.toml:{line}", "The category 'mobile' has no retention rule."),
    ]


@pytest.mark.parametrize("section", ["controller", "rights", "cookies", "third_countries"])
def test_a_missing_section_is_one_problem(minimal_text: str, section: str) -> None:
    start = minimal_text.index(f"[{section}")
    end = minimal_text.find("\n[", start) + 1
    found = problems_of(minimal_text[:start] + minimal_text[end:])
    assert [problem.what for problem in found] == [f"The file has no {section!r}."]


def test_all_faults_come_at_once_in_the_order_of_the_lines(minimal_text: str) -> None:
    text = minimal_text
    for fault in ("unknown key", "bad period", "wrong type", "bad cvr"):
        text = text.replace(FAULTS[fault][0], FAULTS[fault][1], 1)
    lines = [int(problem.where.partition(":")[2]) for problem in problems_of(text)]
    assert len(lines) >= 4
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = = 2\n", 2),
        ("a = 1\na = 2\n", 2),
        ('a = """never ends\n\n', 3),
        ("[a\n", 1),
        ("a = 1\nb = 99-99\n", 2),
    ],
)
def test_what_is_not_toml_is_one_problem_with_a_line(text: str, line: int) -> None:
    found = problems_of(text)
    assert len(found) == 1
    assert found[0].where == f"p.toml:{line}"
    assert "not valid TOML" in found[0].what


@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "a = " + "[" * 5000, "a = 2026-99-99", "", "\ufeff", "a.b = 1"])
def test_strange_files_end_in_a_policy_error(text: str) -> None:
    assert problems_of(text)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, Path("\0")):
        with pytest.raises(PolicyError, match="cannot be read"):
            load_policy(path)


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('a = 1\nb = "Prøve"\n'.encode("latin-1"))
    with pytest.raises(PolicyError, match=r"latin\.toml:2: The file is not UTF-8"):
        load_policy(path)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["delete", "double", "swap", "replace", "insert"]),
        st.integers(0, 10_000),
        st.sampled_from(
            ["", "x", "[", "]", "{ }", '"', "= 1", "[[a]]", "true", "2026-01-01", "{ da = 1 }", "[1, [2]]", "'''"]
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=150)
@given(EDITS)
def test_no_edit_of_a_policy_ends_in_anything_but_a_policy_or_a_policy_error(
    minimal_text: str, edits: list[tuple[str, int, str]]
) -> None:
    lines = minimal_text.splitlines()
    for how, place, text in edits:
        at = place % len(lines)
        match how:
            case "delete":
                lines[at] = ""
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                lines[at], lines[-1 - at] = lines[-1 - at], lines[at]
            case "replace":
                lines[at] = lines[at].partition("=")[0] + "= " + text
            case "insert":
                middle = place % (len(lines[at]) + 1)
                lines[at] = lines[at][:middle] + text + lines[at][middle:]
    try:
        parse_policy("\n".join(lines), "p.toml")
    except PolicyError as error:
        found = error.problems
    else:
        return
    assert found
    assert all(problem.what and problem.mend for problem in found)
    assert all(1 <= int(problem.where.rpartition(":")[2]) <= len(lines) + 1 for problem in found)


FAX = """
[[not_held]]
categories = ["fax"]
reason = { da = "Ingen har en.", en = "Nobody has one." }
"""


def test_what_is_not_held_is_read_with_its_reason(minimal_text: str) -> None:
    policy = parse_policy(minimal_text + FAX, "p.toml")
    (entry,) = policy.not_held
    assert (entry.categories, entry.sources, entry.reason.en) == (("fax",), (), "Nobody has one.")
    assert policy.where(entry) == f"p.toml:{line_of(minimal_text + FAX, '[[not_held]]')}"


# What is changed in the entry, a fragment of the line that must be named, what the message says.
NOT_HELD_FAULTS = {
    "unknown key": ('categories = ["fax"]', 'categories = ["fax"]\nwhy = "no"', "why =", "does not know the key 'why'"),
    "no reason": ('reason = { da = "Ingen har en.", en = "Nobody has one." }', "", "[[not_held]]", "has no 'reason'"),
    "half a reason": (', en = "Nobody has one."', "", "reason =", "has no 'en'"),
    "no category": ('["fax"]', "[]", "categories = []", "Name at least one"),
    "declared too": ('["fax"]', '["fax", "email"]', '"fax", "email"', "both declared and said not to be held"),
    "a source of its own": ('["fax"]', '["email"]\nsources = ["person"]', 'sources = ["person', "one of its sources"),
    "sources of nothing": ('["fax"]', '["fax"]\nsources = ["person"]', 'sources = ["person', "or take sources away"),
    "unknown source": ('["fax"]', '["email"]\nsources = ["partnr"]', "partnr", "Did you mean 'partner'?"),
}


@pytest.mark.parametrize("fault", NOT_HELD_FAULTS)
def test_a_fault_in_what_is_not_held_is_named_with_its_line(minimal_text: str, fault: str) -> None:
    old, new, fragment, says = NOT_HELD_FAULTS[fault]
    entry = FAX.replace(old, new, 1)
    line = len(minimal_text.splitlines()) + line_of(entry, fragment)
    (found,) = [problem for problem in problems_of(minimal_text + entry) if says in str(problem)]
    assert found.where == f"p.toml:{line}"


def test_what_is_said_not_to_be_held_twice_is_named(minimal_text: str) -> None:
    (problem,) = problems_of(minimal_text + FAX + FAX)
    assert problem.what == "The category 'fax' is said not to be held twice."


def test_a_purpose_cannot_read_what_is_not_held(minimal_text: str) -> None:
    text = minimal_text.replace('categories = ["email"]', 'categories = ["email", "fax"]', 1) + FAX
    assert [problem.what for problem in problems_of(text)] == [
        "'settlement' names the category 'fax', which is not declared."
    ]

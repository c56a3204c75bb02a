"""A customer file comes in whole or in part, again without effect, changed as history; bad files say what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from forsyn.domain.accounts.actions import create_staff
from forsyn.domain.customers import actions, models, queries
from forsyn.domain.metering.models import Mounting, Register
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.integrations.customer_files.errors import CustomerFileError
from forsyn.integrations.customer_files.fields import FIELDS
from forsyn.integrations.customer_files.profile import parse_profile, shipped_profiles
from forsyn.kernel.periods import Period
from forsyn.policy.vocabulary import Source
from forsyn.workflows.import_customers import CustomerImport, OnProblem, import_customers

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PROFILES = {profile.key: profile for profile in shipped_profiles()}
HEADER = (
    "customer_number;name;email;mobile;supply_point_number;street;house_number;postal_code;city;housing_kind;"
    "installation_number;commodity;agreement_number;relation;agreement_from;agreement_until"
)
SMALL = parse_profile(
    'key = "small"\ntitle = "Small"\noptional = ["supply_point", "installation", "agreement", "meter"]\n[columns]\n'
    + "\n".join(f'{name} = "{name}"' for name in HEADER.split(";")),
    where="small",
)
Import = Callable[..., CustomerImport]


def _line(number: str = "1", **other: str) -> str:
    given = {
        "customer_number": number, "name": f"Kunde {number}", "email": f"k{number}@kunde.example",
        "supply_point_number": f"F{number}", "street": "Ærøvej", "house_number": number, "postal_code": "9999",
        "city": "Nordby", "housing_kind": "house", "installation_number": f"I{number}", "commodity": "heat",
        "agreement_number": f"A{number}", "relation": "owner", "agreement_from": "2020-01-01",
    }  # fmt: skip
    return ";".join((given | other).get(name, "") for name in HEADER.split(";"))


@pytest.fixture
def bring_in(tmp_path: Path) -> Import:
    """Import lines of text as a file, by the small profile."""

    def run(
        *lines: str,
        today: date = TODAY,
        on_problem: OnProblem = OnProblem.STOP,
        dry_run: bool = False,
        progress: Callable[[int], None] = lambda _: None,
    ) -> CustomerImport:
        path = tmp_path / "customers.csv"
        path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
        now = NOW.replace(year=today.year, month=today.month, day=today.day)
        return import_customers(
            path=path, profile=SMALL, on_problem=on_problem, dry_run=dry_run, today=today, now=now,
            report=tmp_path / "report.csv", progress=progress,
        )  # fmt: skip

    return run


def _problems(done: CustomerImport) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.column, problem.what) for problem in done.problems]


@pytest.mark.parametrize(("file", "profile"), [("customers.csv", "generic"), ("kunder.csv", "danish_wide")])
def test_the_documented_examples_come_in_and_again_change_nothing(file: str, profile: str) -> None:
    def run() -> CustomerImport:
        return import_customers(
            path=EXAMPLES / file,
            profile=PROFILES[profile],
            on_problem=OnProblem.STOP,
            dry_run=False,
            today=TODAY,
            now=NOW,
        )

    first = run()
    assert (first.problem_count, first.written) == (0, True)
    assert models.Customer.objects.count() == first.counts["customers"] > 0
    assert run().counts == {}


def test_two_rows_of_one_agreement_make_two_holders_the_marked_one_primary() -> None:
    import_customers(
        path=EXAMPLES / "customers.csv", profile=PROFILES["generic"], on_problem=OnProblem.STOP, dry_run=False,
        today=TODAY, now=NOW,
    )  # fmt: skip
    berta = models.Customer.objects.get(number="2003")
    (view,) = queries.agreements_of(customer_id=berta.pk, today=TODAY)
    assert [(each.name, each.is_primary) for each in view.holders] == [("Bjørn Prøve", True), ("Berta Prøve", False)]


class TestHistory:
    def test_a_changed_email_holds_from_the_day_of_import(self, bring_in: Import) -> None:
        bring_in(_line(), today=date(2026, 1, 5))
        done = bring_in(_line(email="ny@kunde.example"))
        assert done.counts == {"contact points": 1}
        key = models.Customer.objects.get().pk
        assert [(each.value, each.period) for each in queries.contact_history(customer_id=key)] == [
            ("ny@kunde.example", Period(TODAY)),
            ("k1@kunde.example", Period(date(2020, 1, 1), TODAY)),
        ]

    def test_an_old_file_does_not_undo_what_the_customer_changed_since(self, bring_in: Import) -> None:
        bring_in(_line(), today=date(2026, 1, 5))
        key = models.Customer.objects.get().pk
        actions.change_contact_point(
            customer_id=key, kind="email", value="egen@kunde.example", source=Source.PERSON, today=TODAY, now=NOW
        )
        assert bring_in(_line()).counts == {}
        assert queries.customer_overview(customer_id=key, today=TODAY).contact("email") == "egen@kunde.example"

    def test_an_empty_cell_takes_nothing_away(self, bring_in: Import) -> None:
        bring_in(_line())
        assert bring_in(_line(email="")).counts == {}

    def test_a_move_ends_one_agreement_and_begins_another(self, bring_in: Import) -> None:
        bring_in(_line())
        done = bring_in(
            _line(agreement_until="2026-10-01"),
            _line(
                "2", supply_point_number="F1", house_number="1", installation_number="I1", agreement_from="2026-10-01"
            ),
        )
        assert done.problems == ()
        point = models.SupplyPoint.objects.get().pk
        periods = [view.period for view in queries.agreements_at(supply_point_id=point, today=TODAY)]
        assert periods == [Period(date(2026, 10, 1)), Period(date(2020, 1, 1), date(2026, 10, 1))]

    def test_facts_without_history_are_never_overwritten(self, bring_in: Import) -> None:
        bring_in(_line())
        done = bring_in(_line(street="Ågade", relation="tenant"))
        assert _problems(done) == [
            (2, "relation", "is owner in the register"),
            (2, "street", "is Ærøvej 1 9999 in the register"),
        ]

    def test_an_agreement_without_number_gets_one_and_is_known_again(self, bring_in: Import) -> None:
        bring_in(_line(agreement_number=""))
        assert models.Agreement.objects.get().number.startswith("A0")
        assert bring_in(_line(agreement_number="")).counts == {}


class TestMeters:
    def test_meters_come_with_customers_and_hang_where_the_rows_say(self) -> None:
        import_customers(
            path=EXAMPLES / "kunder.csv", profile=PROFILES["danish_wide"], on_problem=OnProblem.STOP, dry_run=False,
            today=TODAY, now=NOW,
        )  # fmt: skip
        mountings = Mounting.objects.select_related("meter", "installation").order_by("meter__number")
        assert [(each.meter.number, each.meter.commodity, each.installation.number) for each in mountings] == [
            ("0070011", "heat", "70011"),
            ("0070012", "water", "70012"),
            ("0070022", "water", "70022"),
            ("0070031", "heat", "70031"),
            ("0070032", "water", "70032"),
        ]
        assert Register.objects.filter(meter__number="0070011").values_list("code", "unit").get() == (
            "energy",
            "watt_hours",
        )

    def test_a_swap_ends_one_mounting_and_begins_another(self, with_meters: Import) -> None:
        with_meters("1;M1;2020-01-01;")
        done = with_meters("1;M1;2020-01-01;2026-05-01", "1;M2;2026-05-01;")
        assert done.counts == {"meters": 1, "mountings": 2}
        periods = Mounting.objects.order_by("period").values_list("meter__number", "period")
        assert [(number, period.lower, period.upper) for number, period in periods] == [
            ("M1", date(2020, 1, 1), date(2026, 5, 1)),
            ("M2", date(2026, 5, 1), None),
        ]
        assert with_meters("1;M1;2020-01-01;2026-05-01", "1;M2;2026-05-01;").counts == {}

    def test_a_meter_at_two_places_at_once_is_named(self, with_meters: Import) -> None:
        done = with_meters("1;M1;2020-01-01;", "2;M1;2021-01-01;")
        assert _problems(done) == [(3, "meter_number", "hangs at installation I1 from 2020-01-01 in another row")]
        with_meters("1;M1;2020-01-01;")
        done = with_meters("2;M1;2021-01-01;")
        assert _problems(done) == [(2, "meter_number", "hangs at installation I1 from 2020-01-01 in the register")]


@pytest.fixture
def with_meters(tmp_path: Path) -> Import:
    """Import lines of home;meter;mounted from;mounted until."""
    columns = ("meter_number", "mounted_from", "mounted_until")
    profile = replace(SMALL, columns={**SMALL.columns, **{name: name for name in columns}})

    def run(*lines: str) -> CustomerImport:
        path = tmp_path / "meters.csv"
        rows = [f"{_line(line.split(';')[0])};{line.split(';', 1)[1]}" for line in lines]
        path.write_text("\n".join((f"{HEADER};{';'.join(columns)}", *rows)), "utf-8")
        return import_customers(
            path=path, profile=profile, on_problem=OnProblem.STOP, dry_run=False, today=TODAY, now=NOW
        )

    return run


class TestProblems:
    @pytest.mark.parametrize(
        ("cells", "column", "what"),
        [
            ({"name": ""}, "name", "is empty"),
            ({"name": "x" * 201}, "name", "is 201 characters long"),
            ({"name": "Anna 010203-1234"}, "name", "seems to hold a CPR number"),
            ({"customer_number": "010203-1234"}, "customer_number", "looks like a CPR number"),
            ({"email": "anna"}, "email", "is no e-mail address"),
            ({"mobile": "12"}, "mobile", "is no phone number"),
            ({"postal_code": "999"}, "postal_code", "is no postal code"),
            ({"agreement_from": "2026-02-30"}, "agreement_from", "is no date"),
            ({"agreement_from": "1066-10-14"}, "agreement_from", "is no likely date"),
            ({"agreement_until": "2019-01-01"}, "agreement_until", "is not after agreement_from (2020-01-01)"),
            ({"relation": "Ejer"}, "relation", "is not known"),
            ({"installation_number": "a\tb"}, "installation_number", "is no such number"),
        ],
    )  # fmt: skip
    def test_a_cell_is_named_with_its_line_and_column(
        self, bring_in: Import, cells: dict[str, str], column: str, what: str
    ) -> None:
        done = bring_in(_line(), _line("2", **cells))
        assert _problems(done) == [(3, column, what)]
        assert not models.Customer.objects.exists()

    def test_a_row_of_another_width_is_named(self, bring_in: Import) -> None:
        assert _problems(bring_in(_line() + ";x")) == [(2, "", "has 17 columns, the header has 16")]

    def test_rows_that_contradict_each_other_are_all_named(self, bring_in: Import) -> None:
        done = bring_in(_line(), _line(name="En Anden", supply_point_number="F2", house_number="2",
                                       installation_number="I2", agreement_number="A2"))  # fmt: skip
        what = "customer_number 1 has different values in lines 2 and 3"
        assert _problems(done) == [(2, "name", what), (3, "name", what)]

    def test_the_same_row_twice_is_named(self, bring_in: Import) -> None:
        assert _problems(bring_in(_line(), _line())) == [(3, "customer_number", "says the same as line 2")]

    def test_overlapping_agreements_of_the_file_and_of_the_register_are_named(self, bring_in: Import) -> None:
        next_door = {"supply_point_number": "F1", "house_number": "1", "installation_number": "I1"}
        done = bring_in(_line(), _line("2", agreement_from="2024-01-01", **next_door))
        overlap = "the agreement overlaps that of line 2 (2020-01-01 on) for heat at F1"
        assert _problems(done) == [(3, "agreement_from", overlap)]
        bring_in(_line())
        done = bring_in(_line("2", agreement_from="2024-01-01", **next_door))
        assert _problems(done) == [(2, "agreement_from", "agreement A1 (2020-01-01 on) holds there already")]

    def test_a_dry_run_lists_everything_and_changes_nothing(self, bring_in: Import, tmp_path: Path) -> None:
        done = bring_in(_line(email="x"), _line("2", mobile="y", email="z"), _line("3"), dry_run=True)
        assert (done.problem_count, done.written, models.Customer.objects.count()) == (3, False, 0)
        report = (tmp_path / "report.csv").read_text("utf-8-sig").splitlines()
        assert report[1] == "2;email;x;is no e-mail address;write name@example.dk"
        assert len(report) == 4

    def test_good_rows_go_in_and_corrected_rejects_follow(self, bring_in: Import, tmp_path: Path) -> None:
        done = bring_in(_line(), _line("2", email="x"), _line("3"), on_problem=OnProblem.QUARANTINE)
        assert (done.rejected_rows, done.counts["customers"]) == (1, 2)
        assert done.rejects == tmp_path / "customers.rejected.csv"
        text = done.rejects.read_text("utf-8")
        assert "email is no e-mail address: write name@example.dk" in text
        fixed = tmp_path / "fixed.csv"
        fixed.write_text(text.replace(";x;", ";k2@kunde.example;"), "utf-8")
        again = import_customers(
            path=fixed, profile=SMALL, on_problem=OnProblem.STOP, dry_run=False, today=TODAY, now=NOW
        )
        assert (again.problem_count, again.counts["customers"]) == (0, 1)

    def test_rejects_that_somebody_may_be_correcting_are_not_overwritten(
        self, bring_in: Import, tmp_path: Path
    ) -> None:
        first = bring_in(_line(), _line("2", email="x"), on_problem=OnProblem.QUARANTINE)
        assert first.rejects is not None
        first.rejects.write_text("corrected", "utf-8")
        second = bring_in(_line(), _line("2", email="x"), on_problem=OnProblem.QUARANTINE)
        assert second.rejects == tmp_path / "customers.rejected-2.csv"
        assert first.rejects.read_text("utf-8") == "corrected"
        third = bring_in(_line(), _line("2", email="x"), on_problem=OnProblem.QUARANTINE)
        assert third.rejects == second.rejects
        assert not list(tmp_path.glob(".*"))

    def test_a_file_that_is_changed_meanwhile_leaves_nothing(self, bring_in: Import, tmp_path: Path) -> None:
        def change(_: int) -> None:
            with (tmp_path / "customers.csv").open("a") as more:
                more.write("\n")

        with pytest.raises(CustomerFileError, match="it was changed while it was read"):
            bring_in(_line(), _line("2", email="x"), on_problem=OnProblem.QUARANTINE, progress=change)
        assert models.Customer.objects.count() == 0
        assert {path.name for path in tmp_path.iterdir()} <= {"customers.csv", "report.csv"}

    def test_the_other_holder_of_a_rejected_agreement_waits_for_it(self, bring_in: Import) -> None:
        home = {"supply_point_number": "F1", "house_number": "1", "installation_number": "I1", "agreement_number": "A1"}
        done = bring_in(_line(email="x"), _line("2", **home), _line("3"), on_problem=OnProblem.QUARANTINE)
        assert done.rejected_rows == 2
        assert [row.number for row in models.Customer.objects.all()] == ["3"]

    def test_the_number_of_statements_does_not_grow_with_the_file(
        self, bring_in: Import, django_assert_max_num_queries: Callable[..., object]
    ) -> None:
        with django_assert_max_num_queries(120):  # type: ignore[attr-defined]
            assert bring_in(*(_line(str(number)) for number in range(1, 301))).counts["customers"] == 300


BAD_FILES = {
    "empty": (b"", "the file is empty"),
    "header only": (f"{HEADER}\n".encode(), "has a header but no rows"),
    "excel": (b"PK\x03\x04" + bytes(100), "an Excel or ZIP file"),
    "utf-16": ("\ufeffa;b\n".encode("utf-16-le"), "UTF-16 text"),
    "latin-1": (f"{HEADER}\n{_line(name='Åse')}\n".encode("latin-1"), "line 2: byte 0xc5 at place 3 is not UTF-8"),
    "comma": (f"{HEADER}\n{_line()}\n".replace(";", ",").encode(), "the header has no ';' but 15 ','"),
    "missing column": (f"{HEADER}\n{_line()}\n".replace("email;", "e_mail;").encode(), 'is "e_mail" meant for "email"'),
    "doubled column": (f"{HEADER}\n{_line()}\n".replace("mobile;", "email;").encode(), 'wants the column "mobile"'),
    "NUL": (f"{HEADER}\n{_line(name='a')}\n".replace(";a;", ";\x00;").encode(), "line 2: there is a NUL byte"),
    "huge line": (f"{HEADER}\n{_line(name='a' * 70_000)}\n".encode(), "line 2: the line is longer than 65536 bytes"),
    "open quote": (f"{HEADER}\n".encode() + b'1;"a' + b"x;" * 9 + b"\n" + b"y;z\n" * 50_000, "not closed"),
    "CPR": (f"{HEADER};CPR-nr\n{_line()};x\n".encode(), '"CPR-nr" holds CPR numbers'),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_used_gets_one_sentence(name: str, tmp_path: Path) -> None:
    content, sentence = BAD_FILES[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(CustomerFileError) as raised:
        import_customers(path=path, profile=SMALL, on_problem=OnProblem.STOP, dry_run=False, today=TODAY, now=NOW)
    message = str(raised.value)
    assert sentence in message
    assert "\n" not in message
    assert message.endswith(".")
    assert not models.Customer.objects.exists()


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    path.write_text(f"{HEADER}\r\n{_line()}\r\n", "utf-8-sig")
    done = import_customers(path=path, profile=SMALL, on_problem=OnProblem.STOP, dry_run=False, today=TODAY, now=NOW)
    assert done.counts["customers"] == 1


@pytest.mark.parametrize(
    ("field", "choices"),
    [
        ("kind", models.CustomerKind), ("commodity", models.Commodity), ("relation", models.Relation),
        ("housing_kind", models.HousingKind),
    ],
)  # fmt: skip
def test_the_files_words_are_the_registers(field: str, choices: type[models.CustomerKind]) -> None:
    assert set(FIELDS[field].choices) == set(choices.values)


def test_a_restricted_customer_is_neither_changed_nor_made_twice(bring_in: Import) -> None:
    bring_in(_line("1"), _line("2"))
    one = models.Customer.objects.get(number="1").pk
    account = create_staff(email="dpo@nordby.example", name="Dina", roles=[], first_date=TODAY, now=NOW)
    restrict(customer_id=one, ground="accuracy", reason="Navnet er bestridt", recorded_by_id=account, now=NOW)
    later = TODAY + timedelta(days=1)
    changed = (_line("1", name="Et Andet Navn"), _line("2", name="Ny Titel"))
    done = bring_in(*changed, on_problem=OnProblem.QUARANTINE, today=later)
    (problem,) = done.problems
    assert (problem.column, problem.value) == ("customer_number", "1")
    assert "restricted (Art. 18)" in problem.what
    assert done.rejected_rows == 1
    assert [name.name for name in models.CustomerName.objects.filter(customer_id=one)] == ["Kunde 1"]
    assert models.CustomerName.objects.filter(name="Ny Titel").exists()

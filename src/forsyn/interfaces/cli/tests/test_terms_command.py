"""`forsyn import terms`: agreements get their tariffs and sizes from a file, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from typer.testing import CliRunner, Result

from forsyn.domain.billing.models import Creditor, FactorOf, Terms
from forsyn.domain.customers.models import Agreement
from forsyn.interfaces.cli.examination_of_billing import billing_laid_out
from forsyn.interfaces.cli.main import app
from forsyn.kernel.charges.components import Factor
from forsyn.workflows import terms_files
from forsyn.workflows.terms_files import SIZES, read_terms
from tests.billing_ground import approved
from tests.charge_samples import always, fixed, tariff, variable
from tests.world import World

pytestmark = pytest.mark.django_db
EXAMPLES = Path(__file__).parents[5] / "docs" / "examples"
HEADS = "agreement;tariff;from;until;instalments;single_pipe;square_metres;meter_size;dwellings"
Imported = Callable[..., Result]


class FakeHost:
    """The tests' database is there already."""

    @contextmanager
    def database(self) -> Iterator[None]:
        yield


@pytest.fixture
def imported(tmp_path: Path, world: World) -> Imported:
    prices = tariff(fixed("subscription", always("600")), variable("heat", always("700")))
    approved(prices, key="varme")
    approved(prices, key="varme-ny")

    def run(*lines: str, heads: str = HEADS, options: tuple[str, ...] = (), ends: int = 0) -> Result:
        file = tmp_path / "aftaler.csv"
        file.write_text("\n".join((heads, *lines)), encoding="utf-8")
        env = {"TERM": "dumb", "COLUMNS": "300"}
        result = CliRunner().invoke(app, ["import", "terms", str(file), *options], obj=FakeHost(), env=env)
        assert result.exit_code == ends, result.output
        return result

    return run


@pytest.fixture
def annas(world: World) -> str:
    """The number of Anna's agreement for heat."""
    return str(Agreement.objects.get(pk=world.anna.agreements["heat"]).number)


def days(row: Terms | FactorOf) -> tuple[date, date | None]:
    return row.period.lower, row.period.upper


def test_a_line_gives_an_agreement_its_tariff_and_its_size_for_as_long_as_it_holds(
    imported: Imported, annas: str, world: World
) -> None:
    told = imported(f"{annas};varme;;;10;;142,5;;")
    assert "1 terms and 1 sizes recorded" in told.stdout
    agreement, terms, size = Agreement.objects.get(number=annas), Terms.objects.get(), FactorOf.objects.get()
    assert (terms.agreement_id, terms.tariff.key, terms.instalments) == (agreement.pk, "varme", 10)
    assert days(terms) == days(size) == (agreement.period.lower, agreement.period.upper)
    assert (size.factor, size.value) == ("square_metres", Decimal("142.500"))


def test_the_same_file_again_changes_nothing(imported: Imported, annas: str) -> None:
    imported(f"{annas};varme;;;10;;142;;")
    rows = [row.pk for row in (*Terms.objects.all(), *FactorOf.objects.all())]
    assert "0 terms and 0 sizes recorded; 1 lines said nothing new" in imported(f"{annas};varme;;;10;;142;;").stdout
    assert [row.pk for row in (*Terms.objects.all(), *FactorOf.objects.all())] == rows


def test_another_tariff_takes_the_place_of_the_former_from_its_first_day_on(imported: Imported, annas: str) -> None:
    imported(f"{annas};varme;;;10;;142;;")
    imported(f"{annas};varme-ny;1.1.2027;;4;ja;160;;")
    former, terms = Terms.objects.order_by("period")
    assert (former.tariff.key, former.period.upper) == ("varme", date(2027, 1, 1))
    assert (terms.tariff.key, terms.instalments, terms.is_single_pipe) == ("varme-ny", 4, True)
    assert [size.value for size in FactorOf.objects.order_by("period")] == [142, 160]

    imported(f"{annas};varme;2027-01-01;;4;nej;160;;")  # on its very first day: it was never in force
    assert [row.tariff.key for row in Terms.objects.order_by("period")] == ["varme", "varme"]


def test_the_heads_may_be_danish_and_columns_left_out(imported: Imported, annas: str) -> None:
    imported(f"varme;{annas};4", heads="Takst;Aftale;Rater")
    assert Terms.objects.get().tariff.key == "varme"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("99-9;varme;;;10;;;;", "no agreement '99-9'"),
        ("{annas};damp;;;10;;;;", "no tariff 'damp'"),
        ("{water};varme;;;10;;;;", "for heat, the agreement for water"),
        ("{annas};varme;;;13;;;;", "from 0 to 12"),
        ("{annas};varme;31.2.2027;;4;;;;", "'31.2.2027' is no day"),
        ("{annas};varme;1990-01-01;;4;;;;", "the agreement holds from"),
        ("{annas};varme;2027-01-01;2027-01-01;4;;;;", "let it end after it begins"),
        ("{annas};varme;;;4;måske;;;", "write yes or no"),
        ("{annas};varme;;;4;;1.234;;", "write a number"),
        ("{annas};varme;;;4;;-5;;", "from 0 up"),
        ("{annas};varme", "2 cells and 9 heads"),
    ],
)
def test_a_line_that_cannot_be_used_keeps_all_of_the_file_out(
    imported: Imported, annas: str, world: World, line: str, why: str
) -> None:
    water = Agreement.objects.get(pk=world.anna.agreements["water"]).number
    bos = Agreement.objects.get(pk=world.bo.agreements["heat"]).number
    lines = (f"{bos};varme;;;4;;;;", line.format(annas=annas, water=water))
    told = imported(*lines, ends=1)
    assert f"line 3: {why}" in told.stdout or ("line 3" in told.stdout and why in told.stdout)
    assert not Terms.objects.exists()

    told = imported(*lines, options=("--skip", "--json"))
    assert json.loads(told.stdout)["terms"] == 1
    assert [problem["line"] for problem in json.loads(told.stdout)["problems"]] == [3]


def test_two_lines_of_one_agreement_on_the_same_days_contradict_each_other(imported: Imported, annas: str) -> None:
    told = imported(f"{annas};varme;;;4;;;;", f"{annas};varme-ny;2027-01-01;;4;;;;", ends=1)
    assert "line 3: another line of the file is about the same days" in told.stdout
    imported(f"{annas};varme;;2027-01-01;4;;;;", f"{annas};varme-ny;2027-01-01;;4;;;;")
    assert Terms.objects.count() == 2


def test_what_is_on_record_later_is_not_overwritten_unseen(imported: Imported, annas: str) -> None:
    imported(f"{annas};varme;2027-01-01;;4;;;;")
    told = imported(f"{annas};varme-ny;2026-06-01;;4;;;;", ends=1)
    assert "something else is on record from 2027-01-01" in told.stdout
    told = imported(f"{annas};varme-ny;2027-06-01;2028-01-01;4;;;;", ends=1)
    assert "holds to further notice" in told.stdout


def test_every_size_has_a_column() -> None:
    assert set(SIZES) < set(terms_files.HEADS)


@pytest.mark.parametrize("name", ["terms.csv", "vilkaar.csv"])
def test_the_examples_of_the_docs_can_be_read(name: str) -> None:
    lines, problems = read_terms((EXAMPLES / name).read_bytes())
    assert problems == []
    assert {line.tariff for line in lines} == {"varme", "vand"}
    assert [dict(line.sizes) for line in lines][:2] == [
        {Factor.SQUARE_METRES: Decimal(142)}, {Factor.METER_SIZE: Decimal("2.5")},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heads", "why"),
    [
        ("agreement;tariff", "no column instalments"),
        ("agreement;tariff;instalments;colour", "'colour' is unknown"),
        ("agreement;tariff;instalments;rater", "there twice"),
    ],
)
def test_a_file_with_other_columns_is_refused(imported: Imported, heads: str, why: str) -> None:
    assert why in imported(heads=heads, ends=1).stderr


def test_the_doctor_says_whom_no_tariff_bills_and_that_nobody_can_pay(imported: Imported, annas: str) -> None:
    what, found, mend = billing_laid_out()
    assert (what, "agreements have no tariff today, no creditor number" in found) == ("billing", True)
    assert "forsyn import terms" in mend
    assert "forsyn payments creditor" in mend
    numbers = Agreement.objects.filter(commodity="heat").values_list("number", flat=True)
    imported(*(f"{number};varme;;;4;;100;;" for number in numbers))
    Creditor.objects.create(
        period=DateRange(date(2020, 1, 1), None), fi_creditor="81234567", bank_registration="1234", bank_account="12345"
    )
    assert billing_laid_out() == ("billing", "every agreement has a tariff today", "")


def test_many_lines_ask_as_few_questions_as_one(
    imported: Imported, world: World, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    numbers = Agreement.objects.filter(commodity="heat").values_list("number", flat=True)
    with django_assert_max_num_queries(9):
        imported(*(f"{number};varme;;;4;;100;;" for number in numbers))
    assert Terms.objects.count() == len(numbers) > 5

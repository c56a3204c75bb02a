"""Runs on the staff's pages: made by one, reckoned, seen by another, approved, posted, released or undone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forsyn.domain.billing.models import Bill, Run
from forsyn.domain.safeguards.choices_models import Restriction
from forsyn.domain.safeguards.log_models import AccessEntry
from forsyn.interfaces.office.tests.billing import a_second_billing_clerk, previewed
from forsyn.interfaces.office.tests.conftest import signed_in
from forsyn.interfaces.office.tests.reading import read, words
from forsyn.workflows.billing_runs import go_on
from forsyn.workflows.run_previews import clear_discarded, preview_waiting
from tests.billed_world import BilledWorld, a_run
from tests.counting import asked
from tests.world import NOW


@pytest.fixture
def maker(billed_world: BilledWorld) -> Client:
    return signed_in(Client(), billed_world.world.billing)


@pytest.fixture
def colleague(billed_world: BilledWorld) -> Client:
    return signed_in(Client(), a_second_billing_clerk())


def done(client: Client, run_id: int, act: str, **fields: object) -> str:
    """Press the button of an act; what the next page says."""
    return read(client.post(reverse("office:run_act", args=[run_id, act]), fields, follow=True).content.decode())


def test_a_run_goes_from_its_form_to_the_customers(maker: Client, colleague: Client, billed_world: BilledWorld) -> None:
    given = {
        "kind": "annual", "commodity": "heat", "first": "2025-01-01", "last": "2025-12-31", "issue_date": "2026-11-02",
        "due_date": "2026-12-02", "note": "",
    }  # fmt: skip
    made = maker.post(reverse("office:make_run"), given)
    run = Run.objects.get()
    assert made.headers["Location"] == reverse("office:run", args=[run.pk])
    assert "Regningerne bliver beregnet. 0 af 6." in words(maker, made.headers["Location"])
    assert "5 bills reckoned, 1 stopped" in preview_waiting(clock=lambda: NOW)
    assert "Du har lavet kørslen" in words(maker, reverse("office:run", args=[run.pk]))
    confirm = colleague.get(reverse("office:run_act", args=[run.pk, "godkend"]))
    seen = confirm.context["form"]["seen"].value()
    assert "Du godkender 5 regninger" in read(confirm.content.decode())
    assert "Kørslen er godkendt" in done(colleague, run.pk, "godkend", seen=seen)
    assert "Kørslen bliver bogført" in done(colleague, run.pk, "bogfoer")
    assert "0 af 5" in words(colleague, reverse("office:run", args=[run.pk]))
    assert "executed, 5 bills" in go_on(clock=lambda: NOW, budget_seconds=60)
    assert "data-finished" in colleague.get(reverse("office:run_progress", args=[run.pk])).content.decode()
    assert "2 regninger er frigivet" in done(colleague, run.pk, "frigiv", count=2)
    assert "Frigivet: 2. Venter på at blive frigivet: 3." in words(colleague, reverse("office:run", args=[run.pk]))
    assert "3 regninger er frigivet" in done(colleague, run.pk, "frigiv", count=3)
    run.refresh_from_db()
    assert (run.state, run.approved_by_id != run.made_by_id) == ("released", True)


def test_the_maker_cannot_approve_and_nobody_what_has_changed(
    maker: Client, colleague: Client, billed_world: BilledWorld
) -> None:
    run_id = previewed(billed_world)
    assert "Du har selv lavet kørslen" in words(maker, reverse("office:run_act", args=[run_id, "godkend"]))
    sha256 = Run.objects.get(pk=run_id).sha256
    assert "skal godkendes af en anden" in done(maker, run_id, "godkend", seen=sha256)
    assert "er ændret siden" in done(colleague, run_id, "godkend", seen="0" * 64)
    assert Run.objects.get(pk=run_id).state == "previewed"


def test_bills_of_customers_restricted_since_the_preview_are_held_back_and_counted(
    maker: Client, colleague: Client, billed_world: BilledWorld
) -> None:
    run_id = previewed(billed_world)
    done(colleague, run_id, "godkend", seen=Run.objects.get(pk=run_id).sha256)
    world = billed_world.world
    Restriction.objects.create(
        customer_id=world.gorm.customer_id, ground="accuracy", reason="Arealet er bestridt", began_at=NOW,
        recorded_by_id=world.dpo.pk,
    )  # fmt: skip
    done(colleague, run_id, "bogfoer")
    go_on(clock=lambda: NOW, budget_seconds=60)
    assert "1 regning er holdt tilbage" in words(maker, reverse("office:run", args=[run_id]))
    assert world.gorm.name not in words(maker, reverse("office:run_bills", args=[run_id]))


def test_a_run_is_undone_with_a_reason_before_any_bill_is_released(
    maker: Client, colleague: Client, billed_world: BilledWorld
) -> None:
    run_id = previewed(billed_world)
    done(colleague, run_id, "godkend", seen=Run.objects.get(pk=run_id).sha256)
    done(colleague, run_id, "bogfoer")
    go_on(clock=lambda: NOW, budget_seconds=60)
    assert "Skriv hvorfor" in done(maker, run_id, "fortryd", reason="")
    assert "Kørslen bliver fortrudt" in done(maker, run_id, "fortryd", reason="Forkert pris")
    assert "it is undone" in go_on(clock=lambda: NOW, budget_seconds=60)
    page = words(maker, reverse("office:run", args=[run_id]))
    assert "Fortrudt" in page
    assert "Forkert pris" in page


def test_a_run_is_reckoned_anew_and_discarded(maker: Client, billed_world: BilledWorld) -> None:
    run_id = previewed(billed_world)
    kept = Bill.objects.filter(run_id=run_id).count()
    waits = done(maker, run_id, "beregn")
    assert "beregnet igen" in waits
    assert "Arbejdet begynder om et øjeblik" in waits, "the bills of the preview before are no progress"
    assert "Kunderne skal betale" not in waits, "nor are its totals"
    assert "5 bills reckoned, 1 stopped" in preview_waiting(clock=lambda: NOW)
    assert Bill.objects.filter(run_id=run_id).count() == kept
    given_up = done(maker, run_id, "kasser", reason="")
    assert "Kørslen er kasseret" in given_up
    assert f"Regningerne bliver slettet. 0 af {kept}." in given_up
    assert clear_discarded() == f"Run {run_id}: {kept} bills deleted."
    assert not Bill.objects.filter(run_id=run_id).exists()
    assert "slettet" not in words(maker, reverse("office:run", args=[run_id]))
    assert clear_discarded() == ""
    assert "kommet videre" in done(maker, run_id, "kasser", reason="")


def test_what_is_discarded_waits_for_who_is_only_stored(maker: Client, billed_world: BilledWorld) -> None:
    run_id, world = previewed(billed_world), billed_world.world
    stored = Restriction.objects.create(
        customer_id=world.gorm.customer_id, ground="accuracy", reason="Arealet er bestridt", began_at=NOW,
        recorded_by_id=world.dpo.pk,
    )  # fmt: skip
    done(maker, run_id, "kasser", reason="")
    clear_discarded()
    assert set(Bill.objects.values_list("customer_id", flat=True)) == {world.gorm.customer_id}
    Restriction.objects.filter(pk=stored.pk).update(ended_at=NOW, ended_by_id=world.dpo.pk)
    assert clear_discarded() == f"Run {run_id}: 1 bills deleted."


def test_a_page_deletes_no_bill_itself(maker: Client, billed_world: BilledWorld) -> None:
    run_id = previewed(billed_world)
    for act in ("beregn", "kasser"):
        with CaptureQueriesContext(connection) as queries:
            maker.post(reverse("office:run_act", args=[run_id, act]), {"reason": ""})
        assert not any("delete from billing_bill" in query["sql"].lower() for query in queries), act


def test_the_preview_says_what_to_look_at_and_what_is_stopped(maker: Client, billed_world: BilledWorld) -> None:
    run_id = previewed(billed_world)
    page = words(maker, reverse("office:run", args=[run_id]))
    for said in (
        "Uden et år at sammenligne med",
        "1 regning kan ikke laves",
        "Der mangler forbrug",
        "Indhent en aflæsning",
        "Kunderne skal betale",
    ):
        assert said in page, said
    stopped = words(maker, reverse("office:run_bills", args=[run_id]) + "?aarsag=missing_consumption")
    assert billed_world.world.freja_shop.name in stopped
    assert "Der mangler forbrug (" in stopped
    assert "Anna" not in stopped


def test_a_list_of_bills_is_on_the_record_of_each_that_it_shows(maker: Client, billed_world: BilledWorld) -> None:
    run_id = previewed(billed_world)
    page = words(maker, reverse("office:run_bills", args=[run_id]) + "?sorter=beloeb")
    assert page.index("Æblegården") < page.index("Anna Prøvesen") < page.index("Gorm")
    kept = AccessEntry.objects.filter(aspect="bills", kind="list")
    assert kept.filter(customer_id=billed_world.world.anna.customer_id).count() == 1
    assert set(kept.values_list("purpose", flat=True)) == {"settlement"}


def test_the_list_of_bills_takes_as_many_queries_for_one_as_for_all(maker: Client, billed_world: BilledWorld) -> None:
    run_id = previewed(billed_world)
    address = reverse("office:run_bills", args=[run_id])
    maker.get(address)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert maker.get(address).status_code == 200
        counts.append(len(asked(queries)))
        one = Bill.objects.filter(run_id=run_id, state="previewed").values_list("pk", flat=True)[0]
        Bill.objects.filter(run_id=run_id, state="previewed").exclude(pk=one).delete()
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"last": "2024-12-31"}, "Den sidste dag kan ikke ligge før den første."),
        ({"last": "2030-12-31"}, "Perioden er over to år."),
        ({"due_date": "2026-11-01"}, "Sidste betalingsdag kan ikke ligge før regningsdatoen."),
        ({"first": ""}, "Vælg en dato."),
        ({"first": "31/31/2025"}, "Skriv datoen som dag, måned og år"),
        ({"note": "Ring til 010190-1234"}, "CPR-nummer"),
    ],
)
def test_a_run_that_cannot_be_is_refused_in_words(
    maker: Client, billed_world: BilledWorld, changed: dict[str, str], said: str
) -> None:
    given = {
        "kind": "annual", "commodity": "heat", "first": "2025-01-01", "last": "2025-12-31", "issue_date": "2026-11-02",
        "due_date": "2026-12-02", "note": "",
    } | changed  # fmt: skip
    answer = maker.post(reverse("office:make_run"), given)
    assert answer.status_code == 422
    assert said in read(answer.content.decode())
    assert not Run.objects.exists()


def test_others_find_no_runs(billed_world: BilledWorld) -> None:
    run_id = a_run(billed_world.world)
    for account in (billed_world.world.clerk, billed_world.world.operations):
        client = signed_in(Client(), account)
        assert client.get(reverse("office:runs")).status_code == 404
        assert client.post(reverse("office:run_act", args=[run_id, "kasser"])).status_code == 404


def test_the_list_of_runs_is_narrowed_to_what_goes_on_and_to_more_than_one_agreement(
    maker: Client, billed_world: BilledWorld
) -> None:
    previewed(billed_world)
    moved = a_run(billed_world.world, agreement_id=billed_world.agreements["anna"], note="En flytning")
    Run.objects.filter(pk=moved).update(state="discarded")
    at = reverse("office:runs")
    assert words(maker, at).count("Årsopgørelse") == 2
    assert words(maker, f"{at}?vis=aabne").count("Årsopgørelse") == 1
    assert f"nr. {moved}" not in words(maker, f"{at}?vis=mange")
    assert words(maker, f"{at}?vis=sludder").count("Årsopgørelse") == 2

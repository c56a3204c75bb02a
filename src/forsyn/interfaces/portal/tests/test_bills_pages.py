"""What a customer sees of bills: what is owed, each bill explained, the account; and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from forsyn.domain.billing.models import Bill
from forsyn.domain.billing.tariff_models import Creditor
from forsyn.domain.ledger.actions_allocations import allocate
from forsyn.domain.payments.models import Collection, Mandate, ReceivedFile, SentFile
from tests.bill_samples import instalments
from tests.books import books as books
from tests.books import pay
from tests.own_bills import Ground, creditor, heat_basis
from tests.paid_world import restrict
from tests.portal_pages import page, words
from tests.world import NOW, Party, World

SignIn = Callable[[Party], Client]


@pytest.fixture
def ground(world: World, books: Mapping[int, int]) -> Ground:
    creditor()
    return Ground()


def paid(party: Party, oere: int, origin: str, *, day: date) -> None:
    pay(party.customer_id, oere, origin, day=day)
    allocate(customer_id=party.customer_id, now=NOW)


def collected(bill: Bill) -> None:
    """Betalingsservice was asked for it."""
    file = SentFile.objects.create(
        kind="bs0601", number=1, sha256="a" * 64, entry_count=1, sum_oere=bill.to_pay_oere, made_at=NOW
    )
    Collection.objects.create(
        bill=bill, customer_id=bill.customer_id, sent_file=file, reference=str(bill.number), due_date=bill.due_date,
        amount_oere=bill.to_pay_oere, state="sent",
    )  # fmt: skip


def test_nobody_with_no_bills_owes_anything(client_of_anna: Client, ground: Ground) -> None:
    text = page(client_of_anna, "bills")
    assert "Du skylder ikke noget" in text
    assert "Du har ikke fået nogen regninger endnu" in text
    assert "Alt er betalt" not in text, "nobody thanks for what was never billed"


def test_what_is_due_is_told_with_how_to_pay(client_of_anna: Client, ground: Ground, world: World) -> None:
    bill = ground.on_account(
        world.anna, date(2026, 10, 1), date(2027, 1, 1), 400_000, issued=date(2026, 10, 20), due=date(2026, 11, 10)
    )
    text = page(client_of_anna, "bills")
    assert "Du skal betale i alt 5.000,00 kr." in text
    assert "Betal senest den 10. november 2026" in text
    assert f"+71<{bill.number:014d}" in text
    assert "A conto-regning for fjernvarme" in text


def test_each_bill_says_how_far_it_is(client_of_anna: Client, ground: Ground, world: World) -> None:
    anna = world.anna
    ground.on_account(anna, date(2026, 1, 1), date(2026, 4, 1), 80_000, due=date(2026, 2, 1))
    ground.on_account(anna, date(2026, 4, 1), date(2026, 7, 1), 80_000, due=date(2026, 5, 1))
    ground.on_account(anna, date(2026, 7, 1), date(2026, 10, 1), 80_000, due=date(2026, 8, 1))
    paid(anna, 150_000, "betaling:1", day=date(2026, 6, 1))
    text = page(client_of_anna, "bills")
    assert text.count(" Betalt ") == 1
    assert "Der mangler 500,00 kr., som skulle være betalt den 1. maj 2026" in text
    assert "Skulle være betalt den 1. august 2026" in text
    assert "Du skal betale i alt 1.500,00 kr. Beløbet skulle allerede have været betalt." in text


def test_money_to_get_is_the_customers(client_of_anna: Client, ground: Ground, world: World) -> None:
    basis = heat_basis(paid=instalments(4, 700_000))
    bill = ground.settled(world.anna, basis)
    text = page(client_of_anna, "bills")
    assert bill.to_pay_oere < 0
    assert "Du har til gode" in text
    assert "til dig" in text
    assert "Næste betaling" not in text


def test_what_is_not_released_has_not_happened_for_the_customer(
    client_of_anna: Client, ground: Ground, world: World
) -> None:
    bill = ground.on_account(world.anna, date(2026, 10, 1), date(2027, 1, 1), 400_000, state="posted")
    text = page(client_of_anna, "bills")
    assert "Du skylder ikke noget" in text
    assert "Der er ingen regninger og betalinger i 2026." in page(client_of_anna, "statement")
    assert client_of_anna.get(reverse("portal:bill", args=[bill.number])).status_code == 404


def test_a_bill_is_explained_line_by_line(client_of_anna: Client, ground: Ground, world: World) -> None:
    bill = ground.settled(world.anna, heat_basis())
    text = page(client_of_anna, "bill", bill.number)
    assert "Årsopgørelse for fjernvarme" in text
    assert "1. januar 2025 – 31. december 2025" in text
    assert f"Regning {bill.number} af 15. januar 2026" in text
    assert "Effektbidrag efter areal" in text
    assert "Vi regner med 130 m² areal." in text
    assert "kr. à" not in text
    assert "Moms, 25 % af" in text
    assert "Hver linje er afrundet én gang" in text


def test_the_page_tells_the_same_amount_as_the_ledger(client_of_anna: Client, ground: Ground, world: World) -> None:
    bill = ground.settled(world.anna, heat_basis())
    kroner = f"{bill.to_pay_oere / 100:,.2f}".translate(str.maketrans(",.", ".,"))
    assert f"Du skal betale {kroner} kr." in page(client_of_anna, "bill", bill.number)


def test_what_was_billed_on_account_is_named_and_leads_to_its_bills(
    client_of_anna: Client, ground: Ground, world: World
) -> None:
    months = (1, 4, 7, 10)
    for month, until in zip(months, (4, 7, 10, 13), strict=True):
        ground.on_account(
            world.anna, date(2025, month, 1), date(2025 + until // 13, until % 12 if until > 12 else until, 1), 400_000
        )
    bill = ground.settled(world.anna, heat_basis(paid=instalments(4, 400_000)))
    answer = client_of_anna.get(reverse("portal:bill", args=[bill.number]))
    text = words(answer.content)
    assert "Opkrævet a conto, 4 rater" in text
    gross = f"{(bill.to_pay_oere + 20_000_00) / 100:,.2f}".translate(str.maketrans(",.", ".,"))
    assert f"Perioden kostede {gross} kr. med moms, og vi har opkrævet 20.000,00 kr. a conto." in text
    assert "Opkrævet a conto, regning 4711 af 1. januar 2025" in text
    assert reverse("portal:bill", args=[4711]) in answer.content.decode()


def test_a_correction_and_its_bill_lead_to_each_other(client_of_anna: Client, ground: Ground, world: World) -> None:
    first = ground.settled(world.anna, heat_basis())
    second = ground.settled(
        world.anna,
        heat_basis(17_250_000),
        kind="correction",
        corrects=first,
        issued=date(2026, 3, 1),
        due=date(2026, 4, 1),
    )
    assert second.to_pay_oere < 0
    text = page(client_of_anna, "bill", first.number)
    assert f"Rettet af regning {second.number}" in text
    assert f"Rettet opgørelse for fjernvarme, regning {second.number} af 1. marts 2026" in text
    text = page(client_of_anna, "bill", second.number)
    assert f"Vi har rettet regning {first.number}." in text
    assert f"Opkrævet på regning {first.number} af 15. januar 2026" in text
    assert "Du får tilbage" in text
    assert "Vi trækker pengene fra på din næste regning, eller du kan få dem udbetalt." in text


def test_who_has_moved_is_not_told_of_a_next_bill(client_of_anna: Client, ground: Ground, world: World) -> None:
    bill = ground.settled(world.anna, heat_basis(paid=instalments(4, 700_000)), kind="final")
    text = page(client_of_anna, "bill", bill.number)
    assert "Skriv eller ring, så betaler vi pengene ud til dig." in text
    assert "næste regning" not in text


def test_payments_of_a_bill_are_told(client_of_anna: Client, ground: Ground, world: World) -> None:
    bill = ground.on_account(world.anna, date(2026, 1, 1), date(2026, 4, 1), 80_000)
    paid(world.anna, 60_000, "betaling:1", day=date(2026, 2, 3))
    text = page(client_of_anna, "bill", bill.number)
    assert "Betalt den 3. februar 2026 600,00 kr." in text
    assert "Der mangler 400,00 kr." in text
    assert "Du mangler at betale 400,00 kr." in text
    assert "Du betaler på forskud." in text
    paid(world.anna, 40_000, "betaling:2", day=date(2026, 2, 4))
    text = page(client_of_anna, "bill", bill.number)
    assert "Regningen er betalt 1.000,00 kr." in text
    assert "Du skal betale" not in text
    assert "Vand a conto 800,00 kr." in text or "Fjernvarme a conto 800,00 kr." in text
    assert "mellemregningerne" not in text, "an instalment has no steps to open"


def test_consumption_that_was_agreed_is_not_drawn_as_measured(
    client_of_anna: Client, ground: Ground, world: World
) -> None:
    days = {"first": date(2025, 11, 1), "until": date(2026, 11, 1)}
    bill = ground.settled(world.anna, heat_basis(5_000_000, **days), issued=date(2026, 11, 2), due=date(2026, 12, 2))
    assert "Du brugte" not in page(client_of_anna, "bill", bill.number)


def test_use_is_drawn_and_said_beside_last_years(client_of_anna: Client, ground: Ground, world: World) -> None:
    bill = ground.settled(
        world.anna,
        heat_basis(8_030_400, first=date(2025, 11, 1), until=date(2026, 11, 1)),
        issued=date(2026, 11, 2),
        due=date(2026, 12, 2),
    )
    answer = client_of_anna.get(reverse("portal:bill", args=[bill.number]))
    text = words(answer.content)
    assert "mindre end året før." in text
    assert answer.content.decode().count('class="bar-now"') >= 12
    assert "nov 2025 0,72 MWh 0,72 MWh" in text, "1 kWh an hour then, and the year before"


@pytest.mark.parametrize("name", ["bill", "bill_pdf"])
def test_other_peoples_bills_do_not_exist(signed_in: SignIn, ground: Ground, world: World, name: str) -> None:
    bill = ground.on_account(world.anna, date(2026, 1, 1), date(2026, 4, 1), 80_000)
    client = signed_in(world.gorm)
    assert client.get(reverse(f"portal:{name}", args=[bill.number])).status_code == 404
    assert client.get(reverse(f"portal:{name}", args=[10**18])).status_code == 404
    assert str(bill.number) not in page(client, "bills")
    assert "1.000,00" not in page(client, "statement")


def test_the_holder_who_is_not_billed_does_not_see_the_bill(signed_in: SignIn, ground: Ground, world: World) -> None:
    bill = ground.on_account(world.bo, date(2026, 1, 1), date(2026, 4, 1), 80_000)
    assert signed_in(world.birgit).get(reverse("portal:bill", args=[bill.number])).status_code == 404


def test_the_account_runs_through_the_year(client_of_anna: Client, ground: Ground, world: World) -> None:
    ground.on_account(world.anna, date(2025, 10, 1), date(2026, 1, 1), 80_000)
    ground.on_account(world.anna, date(2026, 1, 1), date(2026, 4, 1), 80_000)
    paid(world.anna, 150_000, "betaling:1", day=date(2026, 2, 3))
    text = page(client_of_anna, "statement_year", 2026)
    assert "1.1.2026 A conto-regning for fjernvarme, regning 4712 1.000,00 2.000,00" in text
    assert "3.2.2026 Betaling fra dig 1.500,00 500,00" in text
    assert "Saldo den 1. januar 2026 1.000,00 kr." in text
    assert "Saldo den 2. november 2026 500,00 kr." in text
    assert client_of_anna.get(reverse("portal:statement_year", args=[2024])).status_code == 404


def test_the_account_as_a_file(client_of_anna: Client, ground: Ground, world: World) -> None:
    ground.on_account(world.anna, date(2026, 1, 1), date(2026, 4, 1), 80_000)
    answer = client_of_anna.get(reverse("portal:statement_csv", args=[2026]))
    assert answer["Content-Disposition"] == 'attachment; filename="kontoudtog-2026.csv"'
    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() == [  # type: ignore[attr-defined]
        "Dato;Tekst;Regningsnummer;Beløb (kr.);Saldo (kr.)",
        "2026-01-01;A conto-regning for fjernvarme, regning 4711;4711;1000,00;1000,00",
    ]


def test_a_bill_as_pdf(client_of_anna: Client, ground: Ground, world: World) -> None:
    bill = ground.settled(world.anna, heat_basis())
    answer = client_of_anna.get(reverse("portal:bill_pdf", args=[bill.number]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="regning-{bill.number}.pdf"'
    assert answer.content.startswith(b"%PDF")


def test_a_bill_that_cannot_be_told_says_so(client_of_anna: Client, ground: Ground, world: World) -> None:
    bill = ground.on_account(world.anna, date(2026, 1, 1), date(2026, 4, 1), 80_000)
    Creditor.objects.all().delete()
    answer = client_of_anna.get(reverse("portal:bill", args=[bill.number]), follow=True)
    assert f"Vi kan ikke vise regning {bill.number} lige nu." in words(answer.content)


def test_what_betalingsservice_collects_is_not_to_be_paid_by_hand(
    client_of_anna: Client, ground: Ground, world: World
) -> None:
    bill = ground.on_account(
        world.anna, date(2026, 10, 1), date(2027, 1, 1), 400_000, issued=date(2026, 10, 20), due=date(2026, 12, 1)
    )
    collected(bill)
    text = page(client_of_anna, "bills")
    assert "Trækkes den 1. december 2026" in text
    assert "Du skal ikke gøre noget." in text
    assert "Kortart" not in text
    assert "Kortart" not in page(client_of_anna, "bill", bill.number)
    answer = ReceivedFile.objects.create(
        kind="bs0602", name="svar.txt", sha256="b" * 64, entry_count=1, known_count=0, credit_oere=0, debit_oere=0,
        received_at=NOW,
    )  # fmt: skip
    Collection.objects.update(state="rejected", told_date=date(2026, 12, 2), told_by=answer)
    assert "Betalingsservice kunne ikke trække beløbet. Betal selv senest den 1. december" in page(
        client_of_anna, "bills"
    )


def agreed(party: Party, first: date, until: date | None = None, *, number: int = 1) -> None:
    """An agreement with Betalingsservice."""
    file = ReceivedFile.objects.create(
        kind="bs0603", name="aftaler.txt", sha256=f"{number:064x}", entry_count=1, known_count=0, credit_oere=0,
        debit_oere=0, received_at=NOW,
    )  # fmt: skip
    Mandate.objects.create(
        customer_id=party.customer_id, agreement_number=f"{number:09}", period=DateRange(first, until), file=file,
        recorded_at=NOW, ended_by="bank" if until else "",
    )  # fmt: skip


def test_what_betalingsservice_will_collect_is_told_as_soon_as_the_agreement_is_known(
    client_of_anna: Client, ground: Ground, world: World
) -> None:
    agreed(world.anna, date(2026, 1, 1))
    bill = ground.on_account(
        world.anna, date(2026, 10, 1), date(2027, 1, 1), 400_000, issued=date(2026, 10, 20), due=date(2026, 12, 1)
    )
    text = page(client_of_anna, "bills")
    assert "Du betaler med Betalingsservice: vi trækker beløbet på din konto, den dag en regning forfalder." in text
    assert "Trækkes den 1. december 2026" in text
    assert "Kortart" not in text + page(client_of_anna, "bill", bill.number)


def test_what_betalingsservice_cannot_reach_any_more_is_paid_by_hand(
    client_of_anna: Client, ground: Ground, world: World
) -> None:
    agreed(world.anna, date(2026, 1, 1))
    ground.on_account(
        world.anna, date(2026, 10, 1), date(2027, 1, 1), 400_000, issued=date(2026, 10, 20), due=date(2026, 11, 5)
    )
    text = page(client_of_anna, "bills")
    assert "Betalingsservice kan ikke nå at trække beløbet. Betal selv senest den 5. november 2026" in text
    assert "Kortart" in text


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        ([(date(2027, 1, 1), None)], "Fra den 1. januar 2027 betaler du med Betalingsservice."),
        ([(date(2026, 1, 1), date(2027, 1, 1))], "Du betaler med Betalingsservice til og med den 31. december 2026."),
        ([(date(2026, 1, 1), date(2026, 10, 1))], "Din aftale med Betalingsservice sluttede den 30. september 2026."),
        ([(date(2026, 1, 1), date(2026, 12, 1)), (date(2026, 12, 1), None)], "Du betaler med Betalingsservice: vi"),
        ([(date(2020, 1, 1), date(2021, 1, 1))], ""),
        ([], ""),
    ],
)
def test_how_an_agreement_stands_is_told(
    client_of_anna: Client, ground: Ground, world: World, periods: list[tuple[date, date | None]], said: str
) -> None:
    for number, period in enumerate(periods, 1):
        agreed(world.anna, *period, number=number)
    text = page(client_of_anna, "bills")
    assert said in text
    assert bool(said) == ("Betalingsservice" in text)


def test_nothing_is_promised_to_who_is_restricted(client_of_anna: Client, ground: Ground, world: World) -> None:
    agreed(world.anna, date(2026, 1, 1))
    agreed(world.gorm, date(2026, 1, 1), number=2)  # another's agreement is nobody else's
    restrict(world.anna, by=world.dpo.pk)
    ground.on_account(
        world.anna, date(2026, 10, 1), date(2027, 1, 1), 400_000, issued=date(2026, 10, 20), due=date(2026, 12, 1)
    )
    text = page(client_of_anna, "bills")
    assert "Betal senest den 1. december 2026" in text
    assert "Betalingsservice" not in text


def test_questions_do_not_grow_with_the_bills(
    client_of_anna: Client, ground: Ground, world: World, django_assert_max_num_queries: Any
) -> None:
    for month in range(1, 10):
        ground.on_account(world.anna, date(2026, month, 1), date(2026, month + 1, 1), 80_000)
    with django_assert_max_num_queries(22):
        page(client_of_anna, "bills")
    bill: Bill = ground.settled(world.anna, heat_basis())
    with django_assert_max_num_queries(24):
        page(client_of_anna, "bill", bill.number)


def test_in_english(client_of_anna: Client, ground: Ground, world: World) -> None:
    bill = ground.settled(world.anna, heat_basis())
    client_of_anna.cookies["forsyn_language"] = "en"
    text = page(client_of_anna, "bill", bill.number)
    assert "Annual statement for district heating" in text
    assert "This is counted for 130 m² of floor area." in text

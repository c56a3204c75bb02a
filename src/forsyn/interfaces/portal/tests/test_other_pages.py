"""The front page, the agreements, and one's own particulars."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from forsyn.domain.accounts.models import Account
from forsyn.domain.accounts.sessions import SessionStore
from forsyn.domain.customers import actions
from forsyn.domain.customers.queries import contact_history, customer_overview
from forsyn.domain.safeguards.door_models import DisclosureRefusal, RecipientAgreement
from forsyn.integrations.mail import transport
from forsyn.integrations.mail.codec import Mail
from forsyn.integrations.mail.transport import MailNotSent
from forsyn.interfaces.portal import email_codes
from forsyn.policy.vocabulary import Source
from tests.world import METER_SWAP_DATE, NOW, TODAY, Party

CONTACT = "/oplysninger/"


def page(client: Client, address: str, **form: str) -> str:
    answer = client.post(address, form, follow=True) if form else client.get(address, follow=True)
    assert answer.status_code == 200, address
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def on_file(party: Party, kind: str) -> str | None:
    return customer_overview(customer_id=party.customer_id, today=TODAY).contact(kind)


# -- front page ----------------------------------------------------------------------------------------------------


def test_the_front_page_tells_the_last_thirty_days(signed_in, anna) -> None:
    text = page(signed_in(anna), "/")
    assert "Hej Anna Prøvesen" in text
    # 3 October to 1 November with one doubled hour in October
    assert "649 kWh" in text
    assert "Du har brugt 10 % mindre varme end i samme periode sidste år (649 kWh mod 721 kWh)." in text
    assert "Seneste hele dag, søndag den 1. november 2026: 21,6 kWh." in text
    assert "Vi har ingen målinger fra de seneste 30 dage" in text  # her water


def test_a_customer_who_has_moved_away_is_led_to_their_own_time(signed_in, world) -> None:
    text = page(signed_in(world.dorthe), "/")
    assert "Du har ingen aftale, der løber nu" in text
    assert 'href="/forbrug/"' in text


def test_a_new_customer_is_not_met_by_nothing(signed_in, world) -> None:
    assert "Vi har ingen målinger fra de seneste 30 dage" in page(signed_in(world.ingrid), "/")


def test_a_customer_without_agreements_is_told_so(signed_in, world) -> None:
    lonely = actions.register_customer(
        number="2001", kind="person", name="Nina Nytilflytter", source=Source.PERSON, today=TODAY, now=NOW
    )
    actions.grant_portal_access(account_id=world.gorm.account.pk, customer_id=lonely, first_date=TODAY)
    client = signed_in(world.gorm)
    client.post(reverse("sign_in:choose_customer"), {"customer": lonely})
    assert "Vi har ikke registreret nogen aftale for dig" in page(client, "/")
    assert "Her er ikke noget forbrug at vise" in page(client, "/forbrug/")
    assert "Du har ingen aftaler endnu" in page(client, "/aftaler/")


def test_one_account_with_two_customer_numbers_chooses(signed_in, world) -> None:
    client = signed_in(world.freja)
    text = page(client, "/")
    assert "Du kan se flere kundenumre" in text
    assert "Hej Freja Frøprøve" in text
    client.post(reverse("sign_in:choose_customer"), {"customer": world.freja_shop.customer_id})
    assert "Hej Frøprøve Handel" in page(client, "/")


def test_nobody_chooses_another_ones_number(signed_in, world) -> None:
    client = signed_in(world.gorm)
    answer = client.post(reverse("sign_in:choose_customer"), {"customer": world.anna.customer_id})
    assert answer.status_code == 404
    assert "Hej Gorm Grænseløs" in page(client, "/")


# -- agreements ----------------------------------------------------------------------------------------------------


def test_agreements_show_place_relation_and_meters_with_swaps(signed_in, world, meter_store) -> None:
    water = world.anna.installations["water"]
    old = meter_store.meter(water, "water", date(2020, 1, 1), METER_SWAP_DATE)
    new = meter_store.meter(water, "water", METER_SWAP_DATE)
    text = page(signed_in(world.anna), "/aftaler/")
    assert "Varme, Ærøvej 7" in text
    assert "Siden 1. oktober 2024" in text
    assert f"Måler</dt><dd>{new.number} (Måleprøve M1)<br>Fra 15. marts 2026" in text
    # since when the old one hung there for somebody else is not told
    assert f"Tidligere måler</dt><dd>{old.number} (Måleprøve M1)<br>1. oktober 2024 – 14. marts 2026" in text
    assert "2020" not in text.partition("<main")[2].partition("<footer")[0]


def test_holders_of_one_agreement_see_it_and_nothing_of_each_other(signed_in, world) -> None:
    for one, other in ((world.bo, world.birgit), (world.birgit, world.bo)):
        text = page(signed_in(one), "/aftaler/")
        assert f"A{one.home.number}" in text
        assert one.name in text
        assert other.name not in text


def test_the_newcomer_learns_nothing_of_the_former_occupant(signed_in, world, meter_store) -> None:
    heat = world.erik.installations["heat"]
    gone = meter_store.meter(heat, "heat", date(2020, 1, 1), date(2026, 9, 1))
    meter_store.meter(heat, "heat", date(2026, 9, 1))
    text = page(signed_in(world.erik), "/aftaler/")
    assert "Sidder her nu" in text
    assert gone.number not in text
    assert "Dorthe" not in text
    assert "september" not in text


# -- particulars ---------------------------------------------------------------------------------------------------


def test_particulars_show_how_they_came_about(signed_in, world) -> None:
    actions.change_contact_point(
        customer_id=world.anna.customer_id, kind="mobile", value="20304050", source=Source.UTILITY,
        today=date(2026, 5, 3), now=NOW,
    )  # fmt: skip
    text = page(signed_in(world.anna), CONTACT)
    assert "20 30 40 50" in text
    assert "Ændret 3. maj 2026 af os" in text
    assert "20 00 10 01: 1. oktober 2024 – 2. maj 2026" in text
    assert "Oplyst 1. oktober 2024 af dig" in text


def test_a_telephone_number_is_changed_and_its_history_kept(signed_in, world) -> None:
    text = page(signed_in(world.anna), f"{CONTACT}mobile/", value="30 40 50 60")
    assert "Ændringen er gemt." in text
    assert "30 40 50 60" in text
    assert "Ændret 2. november 2026 af dig" in text
    assert on_file(world.anna, "mobile") == "+4530405060"
    history = [row.value for row in contact_history(customer_id=world.anna.customer_id) if row.kind == "mobile"]
    assert history == ["+4530405060", "+4520001001"]


@pytest.mark.parametrize("wrong", ["123", "abcd", "+45 1234", "112233445566778899", "\x00", "20 00 10 0ø"])
def test_a_number_that_is_none_is_refused_with_the_mend(signed_in, world, wrong) -> None:
    text = page(signed_in(world.anna), f"{CONTACT}landline/", value=wrong)
    assert "Noget skal rettes" in text
    assert on_file(world.anna, "landline") is None


def test_the_mend_is_said_in_danish_and_in_english(signed_in, world) -> None:
    client = signed_in(world.anna)
    assert "Et dansk telefonnummer har otte cifre." in page(client, f"{CONTACT}landline/", value="123")
    client.cookies["forsyn_language"] = "en"
    assert "A Danish telephone number has eight digits." in page(client, f"{CONTACT}landline/", value="123")


def test_what_is_optional_can_be_taken_away(signed_in, world) -> None:
    client = signed_in(world.anna)
    assert "Fjern mobiltelefon" in page(client, f"{CONTACT}mobile/fjern/")
    assert on_file(world.anna, "mobile") is not None
    answer = client.post(f"{CONTACT}mobile/fjern/", follow=True)
    assert "Oplysningen er fjernet" in html.unescape(answer.content.decode())
    assert on_file(world.anna, "mobile") is None


def test_the_address_that_one_signs_in_with_cannot_be_taken_away(signed_in, world) -> None:
    client = signed_in(world.anna)
    client.post(f"{CONTACT}email/fjern/")
    assert on_file(world.anna, "email") == world.anna.email
    assert "Derfor kan du ikke fjerne den" in page(client, f"{CONTACT}email/fjern/")


def test_other_kinds_do_not_exist(signed_in, world) -> None:
    assert signed_in(world.anna).get(f"{CONTACT}cpr/").status_code == 404
    assert signed_in(world.anna).get(f"{CONTACT}fax/fjern/").status_code == 404


def test_each_holder_changes_only_their_own(signed_in, world) -> None:
    page(signed_in(world.bo), f"{CONTACT}mobile/", value="30405060")
    assert on_file(world.birgit, "mobile") == "+4520001003"


# -- a new e-mail --------------------------------------------------------------------------------------------------


def code_sent() -> str:
    found = re.search(r"\b\d{6}\b", mail.outbox[-1].body)
    assert found
    return found.group()


def test_a_new_email_is_confirmed_by_a_code_and_signs_in_from_then_on(signed_in, world) -> None:
    client = signed_in(world.anna)
    text = page(client, f"{CONTACT}email/", value="anna.ny@kunde.example")
    assert "Bekræft din nye e-mail" in text
    assert mail.outbox[-1].to == ["anna.ny@kunde.example"]
    assert on_file(world.anna, "email") == world.anna.email
    text = page(client, f"{CONTACT}bekraeft/", code=f"{code_sent()[:3]} {code_sent()[3:]}")
    assert "Næste gang logger du ind med anna.ny@kunde.example." in text
    assert on_file(world.anna, "email") == "anna.ny@kunde.example"
    assert Account.objects.get(pk=world.anna.account.pk).email == "anna.ny@kunde.example"
    assert mail.outbox[-1].to == [world.anna.email]
    assert "Var det ikke dig" in mail.outbox[-1].body


def test_a_second_customer_number_keeps_the_sign_in(signed_in, world) -> None:
    client = signed_in(world.freja)
    client.post(reverse("sign_in:choose_customer"), {"customer": world.freja_shop.customer_id})
    page(client, f"{CONTACT}email/", value="butik@kunde.example")
    text = page(client, f"{CONTACT}bekraeft/", code=code_sent())
    assert f"Du logger stadig ind med {world.freja.email}." in text
    assert Account.objects.get(pk=world.freja.account.pk).email == world.freja.email
    assert on_file(world.freja_shop, "email") == "butik@kunde.example"


def test_a_wrong_code_is_refused_and_after_five_none_is_right(signed_in, world) -> None:
    client = signed_in(world.anna)
    page(client, f"{CONTACT}email/", value="anna.ny@kunde.example")
    right = code_sent()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(email_codes.TRIES):
        assert "Koden passer ikke" in page(client, f"{CONTACT}bekraeft/", code=wrong)
    assert "Koden gælder ikke længere" in page(client, f"{CONTACT}bekraeft/", code=right)
    assert on_file(world.anna, "email") == world.anna.email


def test_tries_at_the_same_time_count_as_many(db) -> None:
    session = SessionStore()
    code = email_codes.new_code(session, customer_id=1, email="anna.ny@kunde.example", now=NOW)
    as_it_was = dict(session.items())

    def at_the_same_time(text: str) -> bool:
        copy = SessionStore()
        copy.update(as_it_was)
        return email_codes.accept(copy, text)

    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert not any(at_the_same_time(wrong) for _ in range(email_codes.TRIES))
    assert not at_the_same_time(code)


@pytest.mark.parametrize("value", ["æ@kunde.example", "anna,b@kunde.example", "anna(b)@kunde.example"])
def test_an_address_that_no_mail_reaches_is_refused_in_the_form(signed_in, world, value: str) -> None:
    assert "En e-mailadresse ser ud som" in page(signed_in(world.anna), f"{CONTACT}email/", value=value)
    assert not mail.outbox


def test_an_address_that_the_mail_server_refuses_is_told_in_the_form(signed_in, world, monkeypatch) -> None:
    monkeypatch.setattr(transport, "send", refused)
    text = page(signed_in(world.anna), f"{CONTACT}email/", value="anna@findes-ikke.example")
    assert "Vi kunne ikke sende en mail til den adresse" in text


def test_a_former_mailbox_that_is_gone_does_not_stop_the_change(signed_in, world, monkeypatch) -> None:
    client = signed_in(world.anna)
    page(client, f"{CONTACT}email/", value="anna.ny@kunde.example")
    monkeypatch.setattr(transport, "send", refused)
    text = page(client, f"{CONTACT}bekraeft/", code=code_sent())
    assert "Næste gang logger du ind med anna.ny@kunde.example." in text


def test_while_no_mail_may_leave_the_form_says_so(signed_in, world) -> None:
    RecipientAgreement.objects.all().delete()
    text = page(signed_in(world.anna), f"{CONTACT}email/", value="anna.ny@kunde.example")
    assert "Vi kunne ikke sende en mail til den adresse" in text
    assert not mail.outbox
    assert DisclosureRefusal.objects.get().reasons == ["no_agreement"]


def refused(message: Mail) -> None:
    raise MailNotSent("The mail server refuses the recipient's address (550).", again=False)


def test_a_code_is_good_for_a_quarter_of_an_hour(signed_in, world, monkeypatch) -> None:
    client = signed_in(world.anna)
    page(client, f"{CONTACT}email/", value="anna.ny@kunde.example")
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + email_codes.LIFETIME)
    assert "Koden gælder ikke længere" in page(client, f"{CONTACT}bekraeft/", code=code_sent())


def test_a_code_is_used_once_and_in_its_own_visit(signed_in, world) -> None:
    client = signed_in(world.anna)
    page(client, f"{CONTACT}email/", value="anna.ny@kunde.example")
    code = code_sent()
    other = Client()
    other.force_login(world.gorm.account)
    assert "Koden gælder ikke længere" in page(other, f"{CONTACT}bekraeft/", code=code)
    page(client, f"{CONTACT}bekraeft/", code=code)
    assert "Koden gælder ikke længere" in page(client, f"{CONTACT}bekraeft/", code=code)


def test_a_code_for_one_customer_number_does_not_change_the_other(signed_in, world) -> None:
    client = signed_in(world.freja)
    page(client, f"{CONTACT}email/", value="freja.ny@kunde.example")
    client.post(reverse("sign_in:choose_customer"), {"customer": world.freja_shop.customer_id})
    assert "Koden gælder ikke længere" in page(client, f"{CONTACT}bekraeft/", code=code_sent())
    assert on_file(world.freja_shop, "email") == world.freja_shop.email


def test_nobody_takes_over_another_ones_sign_in(signed_in, world) -> None:
    client = signed_in(world.gorm)
    page(client, f"{CONTACT}email/", value=world.anna.email.upper())
    text = page(client, f"{CONTACT}bekraeft/", code=code_sent())
    assert "En anden bruger logger allerede ind med den e-mailadresse" in text
    assert on_file(world.gorm, "email") == world.gorm.email
    assert Account.objects.get(pk=world.gorm.account.pk).email == world.gorm.email


def test_codes_are_not_sent_without_end(signed_in, world) -> None:
    client = signed_in(world.anna)
    for number in range(email_codes.CODES_AN_HOUR):
        page(client, f"{CONTACT}email/", value=f"anna{number}@kunde.example")
    assert "Du har bedt om mange koder" in page(client, f"{CONTACT}email/", value="anna9@kunde.example")
    assert len(mail.outbox) == email_codes.CODES_AN_HOUR


# -- queries and language ------------------------------------------------------------------------------------------

ACCESS = 4


@pytest.mark.parametrize(
    ("address", "queries"),
    [("/", 14), ("/aftaler/", 7), (CONTACT, 5), (f"{CONTACT}mobile/", 3), (f"{CONTACT}mobile/fjern/", 3)],
)
def test_pages_ask_the_database_a_fixed_number_of_times(
    signed_in, anna, django_assert_num_queries, address, queries
) -> None:
    client = signed_in(anna)
    page(client, CONTACT)
    with django_assert_num_queries(ACCESS + queries):
        page(client, address)


def test_more_agreements_do_not_mean_more_queries(signed_in, anna, django_assert_max_num_queries) -> None:
    for number in range(5):
        address_id = actions.register_address(
            street="Prøvegade", house_number=str(number), postal_code="9999", city="Nordby"
        )
        point = actions.register_supply_point(number=f"P{number}", address_id=address_id, housing_kind="flat")
        for commodity in ("heat", "water"):
            actions.register_installation(
                number=f"P{number}-{commodity}", supply_point_id=point, commodity=commodity, first_date=date(2020, 1, 1)
            )
            actions.conclude_agreement(
                number=f"A{number}-{commodity}", supply_point_id=point, commodity=commodity, relation="owner",
                customer_ids=[anna.customer_id], first_date=date(2025, 1, 1), source=Source.PERSON, now=NOW,
            )  # fmt: skip
    client = signed_in(anna)
    page(client, CONTACT)
    for address, queries in (("/", 14), ("/aftaler/", 9), (f"/forbrug/{anna.installations['heat']}/2026/", 4)):
        with django_assert_max_num_queries(ACCESS + queries):
            text = page(client, address)
    assert "Vælg installation" in text


@pytest.mark.parametrize("address", ["/", "/aftaler/", CONTACT, f"{CONTACT}email/", f"{CONTACT}mobile/fjern/"])
def test_english_readers_read_english(signed_in, anna, address) -> None:
    client = signed_in(anna)
    client.cookies["forsyn_language"] = "en"
    main = page(client, address).partition("<main")[2].partition("<footer")[0]
    main = re.sub(r"Prøvesen|Ærøvej|Måleprøve|\"[^\"]*\"", "", main)
    assert not re.search(r"[æøåÆØÅ]", main), main

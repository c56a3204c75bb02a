"""A breach from the moment of awareness to the last letter: found by query, notified, told, never edited silently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from forsyn.domain.accountability import actions, actions_persons, queries
from forsyn.domain.accountability.actions_persons import Search
from forsyn.domain.accountability.addressees import batches, waiting
from forsyn.domain.accountability.breach_models import Exception34, Risk, SearchKind, StepKind
from forsyn.domain.accountability.models import Breach, BreachNotice, BreachPerson, BreachStep
from forsyn.domain.accountability.rules import BreachRefused, Clock, Reported, Task
from forsyn.domain.customers.models import ContactPoint, Customer
from forsyn.domain.safeguards.actions_door import DisclosureRefused
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.door_models import Disclosure, DisclosurePerson, OutboxMessage, RecipientAgreement
from forsyn.domain.safeguards.log_models import AccessEntry, AccessKind, Aspect
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.loading import load_policy
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Capacity, PersonGroup
from forsyn.workflows import breaches
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import deliver_due
from tests.world import World

pytestmark = pytest.mark.django_db

REPORTED = Reported(
    title="Forkert liste sendt til vvs-firma",
    what_happened="En liste med adresser og målernumre blev sendt til et forkert vvs-firma.",
    aware_at=datetime(2026, 10, 30, 14, 0, tzinfo=UTC),
    began_at=datetime(2026, 10, 29, 8, 0, tzinfo=UTC),
    ended_at=datetime(2026, 10, 30, 15, 0, tzinfo=UTC),
    confidentiality=True,
    integrity=False,
    availability=False,
    data_categories=("name", "address", "meter_number"),
    person_groups=(PersonGroup.CUSTOMER,),
    consequences="Andre kan vide, hvor man bor.",
    measures="Firmaet har slettet listen og bekræftet det.",
)
DAYS = {"from_date": date(2026, 10, 1), "until_date": date(2026, 10, 31)}


def _register(world: World, **changes: Any) -> int:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        return actions.register(
            policy=current_policy(),
            reported=replace(REPORTED, **changes),
            registered_by_id=world.dpo.pk,
            now=world.now,
        )


def _find(world: World, breach_id: int, search: Search) -> actions_persons.Found:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        return actions_persons.find(breach_id=breach_id, search=search, by_id=world.dpo.pk, now=world.now)


def _do(world: World, action: Callable[..., Any], **values: Any) -> Any:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        return action(**values, by_id=world.dpo.pk, now=world.now)


def _line(world: World, breach_id: int, *, now: datetime | None = None) -> queries.Line:
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        return queries.breach(breach_id, now=now or world.now)


def _found_numbers(breach_id: int) -> list[str]:
    rows = BreachPerson.objects.filter(breach_id=breach_id).order_by("customer__number")
    return list(rows.values_list("customer__number", flat=True))


def _ready(world: World, *numbers: str, risk: Risk = Risk.HIGH) -> int:
    """A breach with high risk that touched some customers, with a letter to them."""
    breach_id = _register(world)
    _find(world, breach_id, Search(SearchKind.NUMBERS, numbers=numbers))
    _do(world, actions.assess, breach_id=breach_id, risk=risk, reason="Listen viser, hvor folk bor.")
    _do(world, actions_persons.write_letter, breach_id=breach_id, danish="Der er sket en fejl.", english="A mistake.")
    return breach_id


# -- the register and its clock --------------------------------------------------------------------------------------


def test_the_database_sets_the_72_hours(world: World) -> None:
    row = Breach.objects.get(pk=_register(world))
    assert row.notify_by_at == datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
    assert row.number == f"B-2026-{row.pk}"
    line = _line(world, row.pk)
    assert (line.clock, line.tasks) == (Clock.SOON, (Task.FIND, Task.ASSESS, Task.NOTIFY))


def test_reminders_count_what_must_not_be_missed_in_one_query(world: World) -> None:
    _ready(world, "1001")
    late = world.now + timedelta(days=1)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        with CaptureQueriesContext(
            connection,
        ) as made:
            now = queries.reminders(now=world.now)
        assert len(made) == 1
        assert (now.open, now.overdue, now.soon, now.untold) == (1, 0, 1, 1)
        then = queries.reminders(now=late)
    assert (then.overdue, then.soon) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "overskrift"),
        ({"aware_at": datetime(2027, 1, 1, tzinfo=UTC)}, "fremtiden"),
        ({"began_at": datetime(2026, 10, 31, tzinfo=UTC)}, "ikke være begyndt"),
        ({"ended_at": datetime(2026, 10, 1, tzinfo=UTC)}, "stoppet, før"),
        ({"confidentiality": False}, "kom frem til andre"),
        ({"data_categories": ("shoe_size",)}, "shoe_size"),
        ({"person_groups": ()}, "gruppe af personer"),
        ({"processor": "nobody"}, "databehandler"),
    ],
)
def test_facts_that_cannot_be_are_refused_with_the_reason(world: World, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BreachRefused, match=said):
        _register(world, **changes)
    assert not Breach.objects.exists()


def test_no_edit_is_silent(world: World) -> None:
    """The action writes no step of its own: the database does, with what stood before and who changed it."""
    breach_id = _register(world)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        changed = replace(REPORTED, measures="Firmaet har slettet listen.")
        arguments = {"policy": current_policy(), "breach_id": breach_id, "by_id": world.dpo.pk, "now": world.now}
        assert actions.change(reported=changed, **arguments)
        assert not actions.change(reported=changed, **arguments)
    (step,) = BreachStep.objects.filter(breach_id=breach_id, kind=StepKind.CHANGED)
    assert step.changes == {"measures": [REPORTED.measures, "Firmaet har slettet listen."]}
    assert (step.by_id, step.at) == (world.dpo.pk, world.now)


def test_not_even_the_owner_rewrites_the_record(world: World) -> None:
    breach_id = _register(world)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        BreachStep.objects.filter(breach_id=breach_id).update(text="nothing happened")
    with (
        pytest.raises(PurposeViolation, match="may not do that"),
        purpose(P.PRIVACY_RIGHTS, actor=None),
        connection.cursor() as cursor,
    ):
        cursor.execute("delete from accountability_breach_step")


@pytest.mark.parametrize("table", ["breach", "breach_person", "breach_search", "breach_notice", "breach_step"])
def test_customer_service_sees_not_even_that_there_was_a_breach(world: World, table: str) -> None:
    with (
        pytest.raises(PurposeViolation, match="may not do that"),
        purpose(P.CUSTOMER_SERVICE, actor=world.clerk.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"select count(*) from accountability_{table}")


# -- whom it touched -------------------------------------------------------------------------------------------------


def test_found_by_whose_looks(world: World) -> None:
    """Anna and Bo were looked at by the clerk in the span; Freja by somebody else, Gorm after it."""
    looks = [
        (world.clerk, world.anna),
        (world.clerk, world.bo),
        (world.billing, world.freja),
        (world.clerk, world.gorm),
    ]
    for account, party in looks:
        with purpose(P.CUSTOMER_SERVICE, actor=account.pk):
            record(kind=AccessKind.LOOK, aspect=Aspect.CUSTOMER_FILE, customer_ids=[party.customer_id])
    from_at = min(AccessEntry.objects.values_list("at", flat=True))
    until_at = from_at + timedelta(minutes=5)
    AccessEntry.objects.filter(customer_id=world.gorm.customer_id).update(at=until_at)
    breach_id = _register(world)
    found = _find(
        world, breach_id, Search(SearchKind.LOOKS, account_id=world.clerk.pk, from_at=from_at, until_at=until_at)
    )
    assert (found.found, found.added) == (2, 2)
    assert _found_numbers(breach_id) == ["1001", "1002"]


def test_found_by_numbers_and_the_unknown_are_told(world: World) -> None:
    breach_id = _register(world)
    found = _find(world, breach_id, Search(SearchKind.NUMBERS, numbers=("1001", "1010", "77")))
    assert (found.found, found.added, found.unknown) == (2, 2, ("77",))
    again = _find(world, breach_id, Search(SearchKind.NUMBERS, numbers=("1001", "1002")))
    assert (again.found, again.added) == (2, 1)
    assert _found_numbers(breach_id) == ["1001", "1002", "1010"]


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        ((date(2026, 9, 1), date(2026, 10, 1)), ["1005"]),
        ((date(2026, 9, 1), date(2026, 10, 2)), ["1005", "1006"]),
        ((date(2026, 10, 1), None), ["1006"]),
    ],
)
def test_found_by_place_are_those_who_lived_there_then(
    world: World, days: tuple[date, date | None], numbers: list[str]
) -> None:
    """Dorthe moved out of 5004 the day before Erik moved in."""
    breach_id = _register(world)
    search = Search(SearchKind.PLACES, numbers=("5004",), from_date=days[0], until_date=days[1])
    assert _find(world, breach_id, search).unknown == ()
    assert _found_numbers(breach_id) == numbers


@pytest.mark.parametrize(
    ("place", "numbers"),
    [
        ({"postal_code": "9999", "street": "Ågade"}, ["1002", "1003", "1010"]),
        ({"postal_code": "9998"}, []),
        ({"postal_code": "9999", "street": "Ågade", "numbers": ("5001",)}, ["1001", "1002", "1003", "1010"]),
    ],
)
def test_found_by_street_are_all_who_live_in_it(world: World, place: dict[str, Any], numbers: list[str]) -> None:
    breach_id = _register(world)
    assert _find(world, breach_id, Search(SearchKind.PLACES, **place, **DAYS)).found == len(numbers)
    assert _found_numbers(breach_id) == numbers


def test_everybody_supplied_is_found_and_the_household_both(world: World) -> None:
    breach_id = _register(world)
    found = _find(world, breach_id, Search(SearchKind.SUPPLIED, **DAYS))
    assert found.found == Customer.objects.exclude(number="1005").exclude(number="1009").count()
    assert {"1002", "1003"} <= set(_found_numbers(breach_id))


def test_found_by_what_a_recipient_got(world: World) -> None:
    left = Disclosure.objects.create(
        at=world.now - timedelta(days=3), purpose="settlement", recipient="debt_collector", role="controller",
        categories=["name"], countries=["DK"], ground="6(1)(b)", channel="file", to_person=False, person_count=1,
        payload_sha256=b"", payload_bytes=0, state="delivered",
    )  # fmt: skip
    DisclosurePerson.objects.create(disclosure=left, part="about", customer_id=world.gorm.customer_id)
    DisclosurePerson.objects.create(disclosure=left, part="by", account_id=world.clerk.pk)
    breach_id = _register(world)
    span = {"from_at": world.now - timedelta(days=4), "until_at": world.now}
    assert _find(world, breach_id, Search(SearchKind.DISCLOSURES, recipient="debt_collector", **span)).found == 1
    assert _find(world, breach_id, Search(SearchKind.DISCLOSURES, recipient="bank", **span)).found == 0
    assert _found_numbers(breach_id) == ["1010"]


def test_a_search_costs_the_same_however_many_it_finds(world: World) -> None:
    one, many = _register(world), _register(world)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        counts = []
        for breach_id, search in (
            (one, Search(SearchKind.NUMBERS, numbers=("1001",))),
            (many, Search(SearchKind.NUMBERS, numbers=tuple(str(number) for number in range(1001, 1011)))),
        ):
            with CaptureQueriesContext(connection) as made:
                actions_persons.find(breach_id=breach_id, search=search, by_id=world.dpo.pk, now=world.now)
            counts.append(len(made))
    assert counts[0] == counts[1]


# -- the notification ------------------------------------------------------------------------------------------------


def test_the_notification_says_all_that_article_33_demands(world: World) -> None:
    breach_id = _ready(world, "1001", "1002")
    notice_id = breaches.prepare_notice(breach_id=breach_id, final=False, actor=world.dpo.pk, now=world.now)
    text = BreachNotice.objects.get(pk=notice_id).text
    for said in (
        "Nordby Forsyning A/S, CVR-nr. 99000007",
        "Databeskyttelsesrådgiver: ",
        "Vi blev opmærksomme på det 30. oktober 2026 kl. 15.00",
        "Personer: kunder.",
        "Oplysninger: navn, adresse og målernummer.",
        "2 personer i vores register",
        "Andre kan vide, hvor man bor.",
        "Firmaet har slettet listen",
        "bruddet er en høj risiko",
        "Der følger mere",
    ):
        assert said in text
    assert "Anna" not in text


def test_sent_within_the_hours_needs_no_reason_and_is_on_the_doors_record(world: World) -> None:
    breach_id = _ready(world, "1001")
    notice_id = breaches.prepare_notice(breach_id=breach_id, final=True, actor=world.dpo.pk, now=world.now)
    breaches.mark_sent(
        notice_id=notice_id, sent_at=world.now, late_reason="", receipt="2026-999-0001", actor=world.dpo.pk,
        now=world.now,
    )  # fmt: skip
    assert _line(world, breach_id).clock is Clock.NOTIFIED
    left = Disclosure.objects.get(pk=BreachNotice.objects.get(pk=notice_id).disclosure_id)
    assert (left.recipient, left.categories, left.person_count) == ("datatilsynet", ["breaches"], 0)
    assert "artikel 33" in left.statute


def test_late_needs_a_reason_and_what_was_sent_stays(world: World) -> None:
    breach_id, late = _ready(world, "1001"), world.now + timedelta(days=2)
    notice_id = breaches.prepare_notice(breach_id=breach_id, final=False, actor=world.dpo.pk, now=late)
    sent = {"notice_id": notice_id, "sent_at": late, "receipt": "", "actor": world.dpo.pk, "now": late}
    with pytest.raises(BreachRefused, match="72 timer er gået"):
        breaches.mark_sent(late_reason=" ", **sent)
    assert not Disclosure.objects.exists()
    breaches.mark_sent(late_reason="Vi ventede på leverandøren.", **sent)
    assert _line(world, breach_id, now=late).clock is Clock.NOTIFIED_LATE
    with pytest.raises(DatabaseError, match="stays as it was sent"), transaction.atomic():
        BreachNotice.objects.filter(pk=notice_id).update(text="something else")
    _do(world, actions.receipt_came, notice_id=notice_id, receipt="2026-999-0001")
    follow_up = breaches.prepare_notice(breach_id=breach_id, final=True, actor=world.dpo.pk, now=late)
    assert BreachNotice.objects.get(pk=follow_up).phase == 2


def test_a_processor_tells_its_controller_whatever_the_risk(world: World) -> None:
    breach_id = _register(world, on_behalf_of="Prøveby Fjernvarme")
    _do(world, actions.assess, breach_id=breach_id, risk=Risk.NONE, reason="Ingen så det.")
    line = _line(world, breach_id)
    assert Task.NOTIFY in line.tasks
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        text = breaches.draft_notice(line, phase=1, final=True, now=world.now)
    assert text.startswith("Underretning om brud")
    assert "Dataansvarlig: Prøveby Fjernvarme." in text


# -- letters to persons ----------------------------------------------------------------------------------------------


def test_everybody_is_told_once_each_in_their_language(world: World) -> None:
    Customer.objects.filter(pk=world.gorm.customer_id).update(language="en")
    breach_id = _ready(world, "1001", "1002", "1010")
    _do(world, actions_persons.release_letters, breach_id=breach_id)
    assert breaches.tell_released(now=world.now).mails == 3
    assert breaches.tell_released(now=world.now).mails == 0
    assert deliver_due(now=world.now, works=[P.PRIVACY_RIGHTS]).delivered == 3
    by_address = {message.to[0]: message for message in mail.outbox}
    assert set(by_address) == {world.anna.email, world.bo.email, world.gorm.email}
    assert by_address[world.anna.email].body.startswith("Kære Anna Prøvesen\n\nDer er sket en fejl.")
    assert "Datatilsynet" in by_address[world.anna.email].body
    assert by_address[world.gorm.email].subject == "Breach of security: it touches your data"
    people = DisclosurePerson.objects.filter(
        disclosure__in=Disclosure.objects.filter(categories__contains=["breaches"])
    )
    assert sorted(people.filter(part="about").values_list("customer_id", flat=True)) == sorted(
        party.customer_id for party in (world.anna, world.bo, world.gorm)
    )


def test_interrupted_letters_go_on_where_they_stopped(world: World) -> None:
    breach_id = _ready(world, "1001", "1002", "1010")
    _do(world, actions_persons.release_letters, breach_id=breach_id)
    assert breaches.tell_by_mail(breach_id=breach_id, actor=None, now=world.now, most=2) == 2
    assert OutboxMessage.objects.count() == 2
    _find(world, breach_id, Search(SearchKind.NUMBERS, numbers=("1007",)))
    assert breaches.tell_released(now=world.now).mails == 2
    assert BreachPerson.objects.filter(breach_id=breach_id, told_at=None).count() == 0


def test_telling_many_costs_as_many_queries_as_telling_few(world: World) -> None:
    counts = []
    for numbers in (("1001",), tuple(str(number) for number in range(1001, 1011))):
        breach_id = _ready(world, *numbers)
        _do(world, actions_persons.release_letters, breach_id=breach_id)
        with CaptureQueriesContext(connection) as made:
            assert breaches.tell_by_mail(breach_id=breach_id, actor=None, now=world.now) == len(numbers)
        counts.append(len(made))
    assert counts[0] == counts[1]


def test_those_without_an_address_for_mail_get_paper(world: World) -> None:
    ContactPoint.objects.filter(customer_id=world.anna.customer_id, kind="email").delete()
    breach_id = _ready(world, "1001", "1002")
    _do(world, actions_persons.release_letters, breach_id=breach_id)
    breaches.tell_released(now=world.now)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        left = waiting(breach_id=breach_id, today=world.today)
    assert (left.by_email, left.by_letter) == (0, 1)
    assert Task.PRINT in _line(world, breach_id).tasks
    batch = breaches.print_letters(breach_id=breach_id, actor=world.dpo.pk, now=world.now)
    assert batch is not None
    assert batch.content.startswith(b"%PDF")
    assert batch.customer_ids == (world.anna.customer_id,)
    assert breaches.print_letters(breach_id=breach_id, actor=world.dpo.pk, now=world.now) is None
    again = breaches.print_again(
        breach_id=breach_id, disclosure_id=batch.disclosure_id, actor=world.dpo.pk, now=world.now
    )
    assert again is not None
    assert again.content == batch.content
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        assert [one["letters"] for one in batches(breach_id)] == [1]


def test_nothing_leaves_before_a_named_person_releases_it(world: World) -> None:
    breach_id = _ready(world, "1001")
    with pytest.raises(BreachRefused, match="ikke frigivet"):
        breaches.tell_by_mail(breach_id=breach_id, actor=world.dpo.pk, now=world.now)
    assert breaches.tell_released(now=world.now).mails == 0


def test_a_letter_that_somebody_has_had_stays(world: World) -> None:
    breach_id = _ready(world, "1001")
    _do(world, actions_persons.release_letters, breach_id=breach_id)
    breaches.tell_released(now=world.now)
    with pytest.raises(BreachRefused, match="allerede fået brevet"):
        _do(world, actions_persons.write_letter, breach_id=breach_id, danish="Der skete intet.", english="")
    person = BreachPerson.objects.get(breach_id=breach_id)
    with pytest.raises(BreachRefused, match="allerede fået besked"):
        _do(world, actions_persons.leave_out, person_id=person.pk, reason="En anden.")
    with pytest.raises(DatabaseError, match="stays on record"), transaction.atomic():
        BreachPerson.objects.update(told_at=None, told_by=None, disclosure_id=None)


def test_what_the_door_refuses_leaves_nobody_told(world: World) -> None:
    """Without an agreement with the carrier nothing leaves, and nobody stands as told who was not."""
    breach_id = _ready(world, "1001", "1002")
    _do(world, actions_persons.release_letters, breach_id=breach_id)
    RecipientAgreement.objects.filter(recipient="mail_and_text_messages").update(signed_date=None)
    with pytest.raises(DisclosureRefused, match="ingen databehandleraftale"):
        breaches.tell_by_mail(breach_id=breach_id, actor=world.dpo.pk, now=world.now)
    assert not OutboxMessage.objects.exists()
    assert BreachPerson.objects.filter(breach_id=breach_id, told_at=None).count() == 2


@pytest.mark.parametrize(
    ("policy", "capacity", "recipient"),
    [
        ("utility", Capacity.CONTROLLER, "datatilsynet"),
        ("supplier", Capacity.CONTROLLER, "datatilsynet"),
        ("supplier", Capacity.PROCESSOR, "utilities"),
    ],
)
def test_who_is_notified_stands_in_the_policy(policy: str, capacity: Capacity, recipient: str) -> None:
    declared = load_policy(Path(settings.PROJECT_ROOT) / "policies" / f"{policy}.toml")
    assert breaches.notified_recipient(declared, capacity).key == recipient


# -- the end ---------------------------------------------------------------------------------------------------------


def _close(world: World, breach_id: int) -> None:
    _do(world, actions.close, breach_id=breach_id, lessons="Lister sendes ikke mere.")


def _notify(world: World, breach_id: int) -> None:
    notice_id = breaches.prepare_notice(breach_id=breach_id, final=True, actor=world.dpo.pk, now=world.now)
    breaches.mark_sent(
        notice_id=notice_id, sent_at=world.now, late_reason="", receipt="", actor=world.dpo.pk, now=world.now
    )


def test_a_breach_closes_only_when_all_is_done(world: World) -> None:
    unassessed = _register(world)
    with pytest.raises(BreachRefused, match="Vurder risikoen"):
        _close(world, unassessed)
    breach_id = _ready(world, "1001", "1002")
    with pytest.raises(BreachRefused, match="ikke anmeldt"):
        _close(world, breach_id)
    _notify(world, breach_id)
    with pytest.raises(BreachRefused, match="ikke har fået besked"):
        _close(world, breach_id)
    bo = BreachPerson.objects.get(breach_id=breach_id, customer_id=world.bo.customer_id)
    _do(world, actions_persons.leave_out, person_id=bo.pk, reason="Stod ikke på listen alligevel.")
    _do(world, actions_persons.release_letters, breach_id=breach_id)
    breaches.tell_released(now=world.now)
    assert _line(world, breach_id).tasks == (Task.CLOSE,)
    _close(world, breach_id)
    with pytest.raises(BreachRefused, match="afsluttet"):
        _do(world, actions.assess, breach_id=breach_id, risk=Risk.NONE, reason="Vi har skiftet mening.")
    _do(world, actions.reopen, breach_id=breach_id, reason="Der var flere.")
    assert _line(world, breach_id).tasks == (Task.CLOSE,)


def test_an_exception_needs_its_reason_and_lets_the_breach_close(world: World) -> None:
    breach_id = _ready(world, "1001")
    _notify(world, breach_id)
    with pytest.raises(BreachRefused, match="hvorfor undtagelsen"):
        _do(world, actions.except_from_telling, breach_id=breach_id, exception=Exception34.PROTECTED, reason=" ")
    _do(
        world, actions.except_from_telling, breach_id=breach_id, exception=Exception34.PROTECTED,
        reason="Filen var krypteret.",
    )  # fmt: skip
    _close(world, breach_id)
    assert _line(world, breach_id).tasks == ()


def test_without_risk_nobody_is_notified_and_the_reason_stays(world: World) -> None:
    breach_id = _ready(world, "1001", risk=Risk.NONE)
    assert _line(world, breach_id, now=world.now + timedelta(days=9)).clock is Clock.NOT_NEEDED
    _close(world, breach_id)
    assert Breach.objects.get(pk=breach_id).risk_reason == "Listen viser, hvor folk bor."

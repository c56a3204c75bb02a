"""Whoever did not give the data is told where they came from, once, in time, and from the policy (Art. 14)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection

from forsyn.domain.customers.actions import change_contact_point, register_customer
from forsyn.domain.customers.actions_bulk import ChangedMeanwhile
from forsyn.domain.customers.actions_notices import exempt_from_notice
from forsyn.domain.customers.correction_models import SourceNotice
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.customers.source_queries import owed_notices
from forsyn.domain.safeguards.actions_door import disclose
from forsyn.domain.safeguards.door_models import Disclosure, OutboxMessage
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.jobs.schedule import JOBS
from forsyn.kernel.deadlines import month_limit
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel, Language, Source
from forsyn.workflows import source_notices
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.outgoing import deliver_due
from forsyn.workflows.source_letters import source_notice
from forsyn.workflows.source_notices import due_notices, print_source_notices, send_source_notices
from tests.world import NOW, TODAY, World

HOUR = timedelta(hours=1)


def told_by_another(world: World, *, email: bool = True, language: str = "da", kind: str = "person") -> int:
    """Somebody whom a landlord told us of."""
    return register_customer(
        number="2001",
        kind=kind,
        name="Lone Lejerprøve",
        contacts={"email": "lone@kunde.example"} if email else {"mobile": "20002001"},
        language=language,
        source=Source.OTHER_PERSON,
        today=TODAY,
        now=NOW,
    )


def test_nobody_who_gave_the_data_themselves_is_written_to(world: World) -> None:
    assert send_source_notices(now=NOW).mailed == 0
    assert not Disclosure.objects.exists()


def test_the_person_is_told_once_of_a_source(world: World) -> None:
    lone = told_by_another(world)
    assert (send_source_notices(now=NOW).mailed, send_source_notices(now=NOW + HOUR).mailed) == (1, 0)
    deliver_due(now=NOW + HOUR)
    [sent] = mail.outbox
    assert sent.to == ["lone@kunde.example"]
    for words in ("Kære Lone Lejerprøve", "navn og e-mailadresse", "Andre mennesker", "2. november 2026",
                  "Forsyning og afregning", "Datatilsynet", "dpo@nordbyforsyning.example"):  # fmt: skip
        assert words in sent.body
    assert "Du har sagt ja" not in sent.body
    row = SourceNotice.objects.get(customer_id=lone)
    assert (row.source, row.obtained_date) == ("other_person", TODAY)
    change_contact_point(
        customer_id=lone, kind="mobile", value="20002002", source=Source.OTHER_PERSON, today=TODAY, now=NOW
    )
    assert send_source_notices(now=NOW + 2 * HOUR).mailed == 0


def test_another_source_is_news(world: World) -> None:
    lone = told_by_another(world)
    send_source_notices(now=NOW)
    change_contact_point(
        customer_id=lone, kind="mobile", value="20002002", source=Source.PUBLIC_REGISTER, today=TODAY, now=NOW
    )
    assert send_source_notices(now=NOW + HOUR).mailed == 1
    assert set(SourceNotice.objects.values_list("source", flat=True)) == {"other_person", "public_register"}


def test_an_agreement_from_a_landlord_is_told_to_each_of_its_holders(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update customers_agreement set source = 'other_person' where id = any(%s)",
            [list(world.bo.agreements.values())],
        )
    assert send_source_notices(now=NOW).mailed == 2
    assert set(SourceNotice.objects.values_list("customer_id", flat=True)) == {
        world.bo.customer_id,
        world.birgit.customer_id,
    }


def test_a_company_is_no_person_but_its_people_are(world: World) -> None:
    """Of a company, what its people's employer told of them is about a person, and nothing else."""
    shop = world.freja_shop.customer_id
    for source, mailed in ((Source.PUBLIC_REGISTER, 0), (Source.EMPLOYER, 1)):
        change_contact_point(customer_id=shop, kind="mobile", value="20003003", source=source, today=TODAY, now=NOW)
        with connection.cursor() as cursor:
            cursor.execute(
                "update customers_contact_point set source = %s where customer_id = %s and kind = 'mobile'",
                [source.value, shop],
            )
        assert send_source_notices(now=NOW).mailed == mailed


def test_without_an_email_address_it_goes_as_a_letter(world: World) -> None:
    told_by_another(world, email=False)
    assert send_source_notices(now=NOW).left == 1
    printed = print_source_notices(actor=world.dpo.pk, now=NOW)
    assert printed is not None
    assert printed.letters == 1
    disclosure = Disclosure.objects.get()
    assert (disclosure.recipient, disclosure.channel, disclosure.state) == ("print_and_post", "letter", "delivered")
    assert print_source_notices(actor=world.dpo.pk, now=NOW) is None
    assert printed.content.startswith(b"%PDF-")


def test_the_desk_counts_what_is_due_late_and_passed_on_too_soon(world: World) -> None:
    lone = told_by_another(world)
    last = month_limit(TODAY, months=1)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        assert (due_notices(today=TODAY).by_mail, due_notices(today=TODAY).soon) == (1, 0)
        assert (due_notices(today=last).soon, due_notices(today=last).overdue) == (1, 0)
        assert due_notices(today=last + timedelta(days=1)).overdue == 1
        assert due_notices(today=TODAY).disclosed == 0
    with purpose(P.COLLECTION, actor=None):
        disclose(
            categories=("name",),
            recipient="debt_collector",
            customer_ids=[lone],
            payload=b"file",
            channel=Channel.FILE,
            ground="6(1)(b)",
            keep=False,
            now=NOW + HOUR,
            today=TODAY,
        )
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        assert due_notices(today=TODAY).disclosed == 1


def test_a_named_person_may_decide_that_somebody_knows_already(world: World) -> None:
    lone = told_by_another(world)
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        for reason in (" ", "Lone ringede selv og sagde, at udlejeren ville skrive."):
            values = {"customer_id": lone, "source": Source.OTHER_PERSON, "obtained_date": TODAY}
            if not reason.strip():
                with pytest.raises(NotPossible):
                    exempt_from_notice(**values, reason=reason, decided_by_id=world.dpo.pk, now=NOW)
                continue
            exempt_from_notice(**values, reason=reason, decided_by_id=world.dpo.pk, now=NOW)
    assert send_source_notices(now=NOW).mailed == 0


def test_two_at_once_tell_nobody_twice(world: World) -> None:
    """The second rolls back wholly, its mails included."""
    told_by_another(world)
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        found = owed_notices(source=Source.OTHER_PERSON, by_email=True, today=TODAY, most=10)
    send_source_notices(now=NOW)
    with pytest.raises(ChangedMeanwhile), purpose(P.PRIVACY_RIGHTS, actor=None):
        source_notices._mail(found, NOW)
    assert OutboxMessage.objects.count() == SourceNotice.objects.count() == 1


def test_an_import_is_told_in_batches_by_few_statements(world: World, django_assert_max_num_queries: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "with made as (insert into customers_customer (number, kind, language, source, recorded_at)"
            " select 'E' || n, 'person', 'en', 'employer', %s from generate_series(1, 120) as n returning id, number)"
            " insert into customers_contact_point (customer_id, kind, value, period, source, recorded_at)"
            " select id, 'email', number || '@firma.example', daterange('2026-11-01', null), 'employer', %s from made",
            [NOW, NOW],
        )
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        assert send_source_notices(now=NOW, most=110).mailed == 110
    assert OutboxMessage.objects.count() == SourceNotice.objects.count() == 110
    assert send_source_notices(now=NOW + HOUR).mailed == 10


def test_the_letter_speaks_english_too() -> None:
    words = source_notice(
        current_policy(),
        name="",
        source=Source.PUBLIC_REGISTER,
        categories=("address",),
        obtained=date(2026, 11, 2),
        language=Language.ENGLISH,
    )
    assert "Public registers" in words.text
    assert "Supply and settlement" in words.text
    assert not words.text.startswith("Dear")


def test_what_is_owed_is_read_with_all_that_the_letter_tells(world: World) -> None:
    told_by_another(world)
    with purpose(P.PRIVACY_RIGHTS, actor=None):
        [one] = owed_notices(source=Source.OTHER_PERSON, by_email=True, today=TODAY, most=10)
    assert (one.name, one.email, one.categories) == ("Lone Lejerprøve", "lone@kunde.example", ("email", "name"))


def test_it_is_done_by_itself(world: World) -> None:
    told_by_another(world)
    job = next(job for job in JOBS if job.name == "sources")
    assert job.work(datetime(2026, 11, 2, 12, tzinfo=UTC)).startswith("1 persons told")
    assert job.purposes == (P.PRIVACY_RIGHTS,)

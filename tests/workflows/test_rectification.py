"""Rectification: what was wrong is gone everywhere, those who got it are told, and it stays on record that it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core import mail

from forsyn.domain.accounts.models import Account, Session
from forsyn.domain.customers import corrections_queries as queries
from forsyn.domain.customers.actions import change_contact_point, change_name
from forsyn.domain.customers.actions_notices import Evidence, document_of, settle_notice
from forsyn.domain.customers.correction_models import Correction, RecipientNotice
from forsyn.domain.customers.correction_rules import Field, PlaceAddress
from forsyn.domain.customers.models import Address, Agreement, ContactPoint, Customer, CustomerName, PortalAccess
from forsyn.domain.customers.queries import contact_history, customer_overview, name_history
from forsyn.domain.customers.rules import NotPossible
from forsyn.domain.safeguards.actions_choices import restrict
from forsyn.domain.safeguards.actions_door import disclose
from forsyn.domain.safeguards.choices_models import RestrictionGround
from forsyn.domain.safeguards.choices_rules import Proof
from forsyn.domain.safeguards.door_models import Disclosure, OutboxMessage, RecipientAgreement
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.integrations.mail import transport
from forsyn.integrations.mail.codec import Mail
from forsyn.integrations.mail.transport import MailNotSent
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Channel, Source
from forsyn.workflows import rectification
from forsyn.workflows.change_contact import change_contact
from forsyn.workflows.change_email import change_email
from forsyn.workflows.outgoing import Letter, deliver_due, mail_person
from forsyn.workflows.recipient_notices import Reach
from forsyn.workflows.rectification import (
    PlanOutdated,
    RectificationDone,
    carry_out_rectification,
    plan_rectification,
    refuse_rectification,
)
from forsyn.workflows.rectification_copies import CopyKind
from forsyn.workflows.rectification_plan import RectificationPlan, Wish
from tests.world import BEGINNING, MOVING_DATE, NOW, TODAY, Party, World

HOUR = timedelta(hours=1)
EVIDENCE = Evidence("Pas vist på kontoret; nummeret er ikke skrevet ned.")


def given_to(recipient: str, party: Party, *categories: str, at: timedelta = HOUR) -> int:
    """Something about somebody has left."""
    with purpose(P.COLLECTION, actor=None):
        return disclose(
            categories=categories,
            recipient=recipient,
            customer_ids=[party.customer_id],
            payload=b"a file",
            channel=Channel.FILE,
            ground="6(1)(b)" if recipient == "debt_collector" else "",
            statute="retsplejeloven" if recipient == "bailiffs_court" else "",
            keep=False,
            now=NOW + at,
            today=TODAY,
        ).id


def version(party: Party, field: Field) -> int:
    return next(
        one.subject_id
        for one in queries.held(customer_id=party.customer_id)
        if one.field is field and one.subject_id is not None
    )


def planned(party: Party, *wishes: Wish, dpo: Account) -> RectificationPlan:
    with purpose(P.PRIVACY_RIGHTS, actor=dpo.pk):
        return plan_rectification(customer_id=party.customer_id, wishes=wishes, today=TODAY)


def done(plan: RectificationPlan, dpo: Account, evidence: Evidence = EVIDENCE) -> RectificationDone:
    with purpose(P.PRIVACY_RIGHTS, actor=dpo.pk):
        return carry_out_rectification(
            plan=plan, evidence=evidence, request_id=7, actor=dpo.pk, now=NOW + 5 * HOUR, today=TODAY
        )


def corrected(party: Party, *wishes: Wish, dpo: Account) -> RectificationDone:
    return done(planned(party, *wishes, dpo=dpo), dpo)


@pytest.fixture
def server_is_down() -> Iterator[pytest.MonkeyPatch]:
    """Mails wait in the outbox until ``undo()``."""
    patched = pytest.MonkeyPatch()

    def refuse(message: Mail) -> None:
        raise MailNotSent("The mail server could not be used (ConnectionRefusedError).", again=True)

    patched.setattr(transport, "send", refuse)
    yield patched
    patched.undo()


# -- names ---------------------------------------------------------------------------------------------------------


def test_a_wrong_name_no_longer_shows_as_having_been_true(world: World) -> None:
    wish = Wish(Field.NAME, "Anna Prøvensen", version(world.anna, Field.NAME))
    corrected(world.anna, wish, dpo=world.dpo)
    [name] = name_history(customer_id=world.anna.customer_id)
    assert (name.name, name.period.first) == ("Anna Prøvensen", BEGINNING)
    assert not CustomerName.objects.filter(search_key__contains="prøvesen").exists()
    assert Account.objects.get(pk=world.anna.account.pk).name == "Anna Prøvensen"
    [record] = Correction.objects.all()
    assert (record.wrong_value, record.right_value, record.request_id) == ("Anna Prøvesen", "Anna Prøvensen", 7)
    assert (record.held_from, record.held_until, record.decided_by_id) == (BEGINNING, None, world.dpo.pk)


def test_a_change_stays_history_and_only_the_wrong_version_is_corrected(world: World) -> None:
    change_name(
        customer_id=world.anna.customer_id,
        name="Anna Skrivefejl",
        source=Source.PERSON,
        today=date(2026, 5, 1),
        now=NOW,
    )
    wrong = CustomerName.objects.get(name="Anna Skrivefejl")
    corrected(world.anna, Wish(Field.NAME, "Anna Nyegift", wrong.pk), dpo=world.dpo)
    assert [name.name for name in name_history(customer_id=world.anna.customer_id)] == ["Anna Nyegift", "Anna Prøvesen"]


def test_a_change_that_never_was_is_taken_back_wholly(world: World) -> None:
    change_name(
        customer_id=world.anna.customer_id, name="Anna Forkert", source=Source.PERSON, today=date(2026, 5, 1), now=NOW
    )
    wrong = CustomerName.objects.get(name="Anna Forkert")
    corrected(world.anna, Wish(Field.NAME, "Anna Prøvesen", wrong.pk), dpo=world.dpo)
    [name] = name_history(customer_id=world.anna.customer_id)
    assert (name.name, name.period.until) == ("Anna Prøvesen", None)


# -- e-mail: all that hold it --------------------------------------------------------------------------------------


def test_a_corrected_email_reaches_the_sign_in_and_ends_its_visits(world: World) -> None:
    Session.objects.create(session_key="stranger", session_data="", expire_date=NOW, account=world.anna.account)
    plan = planned(world.anna, Wish(Field.EMAIL, "ny@kunde.example", version(world.anna, Field.EMAIL)), dpo=world.dpo)
    assert {copy.kind: copy.count for copy in plan.steps[0].copies} == {CopyKind.SEARCH: 1, CopyKind.SIGN_IN: 1}
    result = done(plan, world.dpo)
    assert (result.reached.sign_ins_changed, result.reached.accesses_ended) == (1, 0)
    assert Account.objects.get(pk=world.anna.account.pk).email == "ny@kunde.example"
    assert not Session.objects.filter(account=world.anna.account).exists()
    [contact] = [one for one in contact_history(customer_id=world.anna.customer_id) if one.kind == "email"]
    assert contact.value == "ny@kunde.example"


def test_an_email_that_is_somebody_elses_own_opens_this_customer_no_more(world: World) -> None:
    """Freja's account sees two customers: it is hers, and keeps its address."""
    result = corrected(
        world.freja, Wish(Field.EMAIL, "anden@kunde.example", version(world.freja, Field.EMAIL)), dpo=world.dpo
    )
    assert (result.reached.sign_ins_changed, result.reached.accesses_ended) == (0, 1)
    assert Account.objects.get(pk=world.freja.account.pk).email == world.freja.email
    seen = PortalAccess.objects.filter(account=world.freja.account, period__contains=TODAY)
    assert [access.customer_id for access in seen] == [world.freja_shop.customer_id]


def test_a_taken_address_is_not_taken_over(world: World) -> None:
    result = corrected(world.anna, Wish(Field.EMAIL, world.gorm.email, version(world.anna, Field.EMAIL)), dpo=world.dpo)
    assert (result.reached.sign_ins_changed, result.reached.accesses_ended) == (0, 1)
    assert Account.objects.get(pk=world.anna.account.pk).email == world.anna.email


def test_mails_that_wait_for_the_wrong_address_go_to_the_right_one(
    world: World, server_is_down: pytest.MonkeyPatch
) -> None:
    letter = Letter(world.anna.email, "Målerskift", "Vi kommer.", ("name", "email"), (world.anna.customer_id,))
    mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
    wish = Wish(Field.EMAIL, "ny@kunde.example", version(world.anna, Field.EMAIL))
    plan = planned(world.anna, wish, dpo=world.dpo)
    assert CopyKind.WAITING_MAIL in {copy.kind for copy in plan.steps[0].copies}
    server_is_down.undo()
    result = done(plan, world.dpo)
    assert (result.reached.mails_readdressed, result.reached.mails_withdrawn) == (1, 0)
    deliver_due(now=NOW + 6 * HOUR)
    assert [message.to for message in mail.outbox] == [["ny@kunde.example"]]
    assert Disclosure.objects.count() == 1


def test_mails_to_an_address_that_was_never_theirs_are_taken_back(
    world: World, server_is_down: pytest.MonkeyPatch
) -> None:
    letter = Letter(world.anna.email, "Målerskift", "Vi kommer.", ("name", "email"), (world.anna.customer_id,))
    mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
    result = corrected(world.anna, Wish(Field.EMAIL, "", version(world.anna, Field.EMAIL)), dpo=world.dpo)
    assert result.reached.mails_withdrawn == 1
    assert not OutboxMessage.objects.exists()
    assert not ContactPoint.objects.filter(customer_id=world.anna.customer_id, kind="email").exists()


def test_a_customers_own_change_reaches_the_waiting_mails_too(world: World, server_is_down: pytest.MonkeyPatch) -> None:
    letter = Letter(world.anna.email, "Målerskift", "Vi kommer.", ("name", "email"), (world.anna.customer_id,))
    mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW)
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        change = change_email(
            account_id=world.anna.account.pk,
            customer_id=world.anna.customer_id,
            email="selv@kunde.example",
            today=TODAY,
            now=NOW + HOUR,
        )
    assert change.signs_in_with_it
    assert change.mails_readdressed == 1


def test_who_works_for_us_with_a_number_gets_the_new_one_and_others_do_not(world: World) -> None:
    with purpose(P.WASTE_COLLECTION, actor=None):
        disclose(
            categories=("name", "mobile"),
            recipient="emptying_contractor",
            customer_ids=[world.anna.customer_id],
            payload=b"a route",
            channel=Channel.FILE,
            keep=False,
            now=NOW,
            today=TODAY,
        )
    given_to("debt_collector", world.anna, "name", "mobile")
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        values = {"customer_id": world.anna.customer_id, "kind": "mobile", "today": TODAY, "now": NOW + HOUR}
        assert change_contact(value="20991001", **values)
        assert not change_contact(value="20991001", **values)
    [told] = mail.outbox
    assert told.to == ["persondata@vognmand.example"]
    assert "+4520991001" in told.body
    [notice] = queries.recipients_told(customer_id=world.anna.customer_id)
    assert (notice.cause, notice.by_mail) == ("change", True)


# -- everything else -----------------------------------------------------------------------------------------------


def test_a_birth_date_and_a_language(world: World) -> None:
    corrected(world.anna, Wish(Field.BIRTH_DATE, "1968-04-21"), Wish(Field.LANGUAGE, "en"), dpo=world.dpo)
    overview = customer_overview(customer_id=world.anna.customer_id, today=TODAY)
    assert (overview.birth_date, overview.language) == (date(1968, 4, 21), "en")
    assert [one.wrong_value for one in Correction.objects.order_by("pk")] == ["1968-04-12", "da"]


def test_a_phone_number_that_was_missing(world: World) -> None:
    corrected(world.anna, Wish(Field.LANDLINE, "32 10 10 10", since_date=date(2026, 1, 1)), dpo=world.dpo)
    [landline] = ContactPoint.objects.filter(customer_id=world.anna.customer_id, kind="landline")
    assert (landline.value, landline.period.lower) == ("+4532101010", date(2026, 1, 1))


def test_the_address_of_a_place_and_the_wrong_one_is_nobodys_any_more(world: World) -> None:
    plan = planned(
        world.bo,
        Wish(
            Field.ADDRESS,
            subject_id=world.bo.home.supply_point_id,
            address=PlaceAddress("Ågade", "21", "9999", "Nordby", "2", "tv"),
        ),
        dpo=world.dpo,
    )
    assert (plan.steps[0].wrong, plan.steps[0].shared_with) == ("Ågade 12, 2. tv, 9999 Nordby", 1)
    done(plan, world.dpo)
    assert not Address.objects.filter(house_number="12", floor="2").exists()
    assert Address.objects.get(house_number="21").supply_points.get().pk == world.bo.home.supply_point_id


def test_the_days_and_the_relation_of_an_agreement(world: World) -> None:
    heat = world.ingrid.agreements["heat"]
    corrected(
        world.ingrid,
        Wish(Field.AGREEMENT_PERIOD, "2026-10-15/", heat),
        Wish(Field.RELATION, "tenant", heat),
        Wish(Field.HOUSING_KIND, "flat", world.ingrid.home.supply_point_id),
        dpo=world.dpo,
    )
    agreement = Agreement.objects.select_related("supply_point").get(pk=heat)
    assert (agreement.period.lower, agreement.relation) == (date(2026, 10, 15), "tenant")
    assert agreement.supply_point.housing_kind == "flat"


def test_an_agreement_cannot_grow_into_the_next_ones_days(world: World) -> None:
    heat = world.dorthe.agreements["heat"]
    with pytest.raises(NotPossible, match="overlapper"):
        planned(
            world.dorthe,
            Wish(Field.AGREEMENT_PERIOD, f"{BEGINNING}/{MOVING_DATE + timedelta(days=9)}", heat),
            dpo=world.dpo,
        )


def test_nobody_corrects_another_customers_data(world: World) -> None:
    for wish in (
        Wish(Field.NAME, "Tyv", version(world.gorm, Field.NAME)),
        Wish(Field.HOUSING_KIND, "house", world.gorm.home.supply_point_id),
        Wish(Field.RELATION, "tenant", world.gorm.agreements["heat"]),
    ):
        with pytest.raises(NotPossible):
            planned(world.anna, wish, dpo=world.dpo)


def test_a_restricted_customer_is_corrected_too(world: World) -> None:
    """Accuracy is what many restrictions are about (Art. 18(1)(a))."""
    restrict(
        customer_id=world.anna.customer_id,
        ground=RestrictionGround.ACCURACY,
        reason="Navnet",
        recorded_by_id=world.dpo.pk,
        now=NOW,
    )
    corrected(world.anna, Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME)), dpo=world.dpo)
    assert name_history(customer_id=world.anna.customer_id)[0].name == "Anna Rigtig"


# -- who is told -----------------------------------------------------------------------------------------------------


def test_recipients_of_the_wrong_value_are_mailed_once_each_and_others_become_tasks(world: World) -> None:
    first = given_to("debt_collector", world.anna, "name", "email", "arrears")
    given_to("bailiffs_court", world.anna, "name", "arrears")
    given_to("debt_collector", world.gorm, "name")
    plan = planned(
        world.anna,
        Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME)),
        Wish(Field.EMAIL, "ny@kunde.example", version(world.anna, Field.EMAIL)),
        dpo=world.dpo,
    )
    assert [(one.recipient, one.reach, one.categories) for one in plan.recipients] == [
        ("bailiffs_court", Reach.STAFF, ("name",)),
        ("debt_collector", Reach.MAIL, ("name", "email")),
    ]
    result = done(plan, world.dpo)
    assert (result.notified.mailed, result.notified.tasks) == (1, 1)
    [told] = mail.outbox
    assert told.to == ["persondata@inkasso.example"]
    for words in ("Anna Prøvesen", "Anna Rigtig", "1001@kunde.example", "ny@kunde.example", "kundenummer 1001",
                  f"(vores numre: {first})"):  # fmt: skip
        assert words in told.body
    sent = Disclosure.objects.get(recipient="debt_collector", purpose="privacy_rights")
    assert (sent.statute, sorted(sent.categories)) == (
        "databeskyttelsesforordningens artikel 19",
        ["customer_number", "email", "name"],
    )
    who = queries.recipients_told(customer_id=world.anna.customer_id, request_id=7)
    assert {(one.recipient, one.is_open) for one in who} == {("debt_collector", False), ("bailiffs_court", True)}


def test_who_got_it_before_it_was_wrong_or_only_carried_a_letter_is_not_troubled(world: World) -> None:
    given_to("debt_collector", world.anna, "name", at=-48 * HOUR)
    letter = Letter(world.anna.email, "Målerskift", "Vi kommer.", ("name", "email"), (world.anna.customer_id,))
    mail_person(P.CUSTOMER_SERVICE, letter, actor=None, now=NOW + HOUR)
    mail.outbox.clear()
    plan = planned(world.anna, Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME)), dpo=world.dpo)
    assert [(one.recipient, one.reach) for one in plan.recipients] == [("mail_and_text_messages", Reach.NOT_TOLD)]
    done(plan, world.dpo)
    assert not mail.outbox
    assert not RecipientNotice.objects.exists()


def test_a_recipient_without_a_valid_agreement_becomes_a_task_and_the_rest_stands(world: World) -> None:
    with purpose(P.CUSTOMER_SERVICE, actor=None):
        disclose(
            categories=("name", "customer_number"),
            recipient="document_system",
            customer_ids=[world.anna.customer_id],
            payload=b"letter",
            channel=Channel.FILE,
            keep=False,
            now=NOW + HOUR,
            today=TODAY,
        )
    RecipientAgreement.objects.filter(recipient="document_system").update(signed_date=None)
    result = corrected(world.anna, Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME)), dpo=world.dpo)
    assert (result.notified.mailed, result.notified.tasks) == (0, 1)
    [task] = queries.open_notices()
    assert "databehandleraftale" in task.obstacle
    assert queries.open_notice_count() == 1
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        settle_notice(notice_id=task.pk, note="Ringet til dem", settled_by_id=world.dpo.pk, now=NOW)
        with pytest.raises(NotPossible, match="allerede"):
            settle_notice(notice_id=task.pk, note="Ringet igen", settled_by_id=world.dpo.pk, now=NOW)
    assert not queries.open_notice_count()


# -- the plan, its evidence, and refusals ----------------------------------------------------------------------------


def test_a_plan_changes_nothing_and_is_the_same_twice(world: World) -> None:
    wish = Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME))
    one, other = (planned(world.anna, wish, dpo=world.dpo) for _ in range(2))
    assert one.fingerprint == other.fingerprint
    assert name_history(customer_id=world.anna.customer_id)[0].name == "Anna Prøvesen"
    assert one.as_json()["steps"][0]["wrong"] == "Anna Prøvesen"


def test_two_clerks_on_one_plan_the_second_is_told(world: World) -> None:
    wish = Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME))
    plan = planned(world.anna, wish, dpo=world.dpo)
    done(plan, world.dpo)
    with pytest.raises(NotPossible):
        done(plan, world.dpo)
    assert Correction.objects.count() == 1


def test_a_plan_that_has_become_another_is_not_carried_out(world: World) -> None:
    plan = planned(world.anna, Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME)), dpo=world.dpo)
    given_to("debt_collector", world.anna, "name")
    with pytest.raises(PlanOutdated):
        done(plan, world.dpo)


def test_nothing_is_half_corrected(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    plan = planned(world.anna, Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME)), dpo=world.dpo)
    monkeypatch.setattr(rectification, "_tell", fails)
    with pytest.raises(RuntimeError):
        done(plan, world.dpo)
    assert name_history(customer_id=world.anna.customer_id)[0].name == "Anna Prøvesen"
    assert not Correction.objects.exists()


def test_evidence_is_demanded_and_its_paper_is_kept_encrypted(world: World) -> None:
    plan = planned(world.anna, Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME)), dpo=world.dpo)
    with pytest.raises(NotPossible, match="rigtige"):
        done(plan, world.dpo, Evidence("  "))
    paper = Proof(b"%PDF-1.7 a certificate of marriage", "attest.pdf", "application/pdf")
    result = done(plan, world.dpo, Evidence("Vielsesattest", paper))
    row = Correction.objects.get(pk=result.correction_ids[0])
    assert b"marriage" not in bytes(row.document or b"")
    assert document_of(correction_id=row.pk) == paper


def test_a_refusal_has_a_reason_and_the_persons_own_statement_stands_beside(world: World) -> None:
    wish = Wish(Field.BIRTH_DATE, "1970-01-01")
    with purpose(P.PRIVACY_RIGHTS, actor=world.dpo.pk):
        for reason in ("", "Pas og sundhedskort viser begge den dato, vi har."):
            if not reason:
                with pytest.raises(NotPossible, match="begrundes"):
                    _refused(world, wish, reason)
                continue
            _refused(world, wish, reason)
    [row] = queries.statements_of(customer_id=world.anna.customer_id)
    assert (row.outcome, row.wrong_value, row.statement) == ("refused", "1968-04-12", "Jeg er født i 1970.")
    assert Customer.objects.get(pk=world.anna.customer_id).birth_date == date(1968, 4, 12)


def _refused(world: World, wish: Wish, reason: str) -> None:
    refuse_rectification(
        customer_id=world.anna.customer_id,
        wishes=[wish],
        reason=reason,
        statement="Jeg er født i 1970.",
        request_id=7,
        actor=world.dpo.pk,
        now=NOW,
    )


def test_only_the_work_of_rights_reads_what_was_wrong(world: World) -> None:
    corrected(world.anna, Wish(Field.NAME, "Anna Rigtig", version(world.anna, Field.NAME)), dpo=world.dpo)
    with pytest.raises(PurposeViolation), purpose(P.SETTLEMENT, actor=None):
        list(Correction.objects.all())
    with purpose(P.SELF_SERVICE, actor=world.anna.account.pk):
        assert [row.wrong_value for row in Correction.objects.all()] == ["Anna Prøvesen"]
    with purpose(P.SELF_SERVICE, actor=world.gorm.account.pk):
        assert not Correction.objects.all()


def test_the_queries_do_not_grow_with_what_is_on_file(world: World, django_assert_max_num_queries: object) -> None:
    for number in range(5):
        change_contact_point(
            customer_id=world.anna.customer_id,
            kind="mobile",
            value=f"2000000{number}",
            source=Source.PERSON,
            today=date(2026, 2 + number, 1),
            now=NOW,
        )
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        queries.held(customer_id=world.anna.customer_id)

"""The demo's staff access: a developer from outside under an agreement, a request that waits, a review that is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from forsyn.domain.accounts import access_queries, actions
from forsyn.domain.accounts.queries import account_with_email, roles_of
from forsyn.domain.accounts.rules import Term, review_date
from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.documents.codec import to_plain
from forsyn.integrations.documents.pdf import typeset
from forsyn.policy.document import Document, Paragraph, Section, Span
from forsyn.policy.purposes import P
from forsyn.policy.staff_roles import Role
from forsyn.policy.vocabulary import Language
from forsyn.workflows import staff_access, staff_instructions

REASON = "Medarbejder i demoen."
REVIEW_DUE_IN = timedelta(days=5)
SLOW_READER = "aage.afregning@demo.example"
EXTERNAL = ("erik.ekstern@demo.example", "Erik Ekstern", "Fjernbit ApS")


def let_work(*, account_id: int, role: Role, today: date, now: datetime) -> None:
    """Give somebody of the demo their role where it does not count, for the first time or after a long pause.

    That of the operations engineer is due for review in some days, so that the demo has one to try.
    """
    if role in roles_of(account_id=account_id, today=today):
        return
    declared = staff_access.declared_role(role)
    term = staff_access.longest_term(declared, today)
    actions.give_role(
        account_id=account_id,
        role=role,
        first_date=today,
        until_date=term.until_date,
        review_date=today + REVIEW_DUE_IN if role is Role.OPERATIONS else review_date(declared, term, since=today),
        reason=REASON,
        now=now,
    )


def make_external(*, password: str, today: date, now: datetime) -> int | None:
    """Make the developer from outside; return the account's id, or None where he is there already."""
    email, name, employer = EXTERNAL
    if account_with_email(email=email) is not None:
        return None
    term = Term(today, today + timedelta(days=80))
    return staff_access.add_external(
        email=email,
        name=name,
        employer=employer,
        agreement=staff_access.SignedAgreement(_agreement(name, employer, term), "tavshed.pdf", today, term),
        roles=[Role.EXTERNAL_SUPPORT],
        reason="Retter fejl i indlæsningen af aflæsninger.",
        today=today,
        now=now,
        password=password,
    )


def ask_once(*, account_id: int, role: Role, today: date, now: datetime) -> None:
    """Let somebody ask for a role, unless they have asked for something before."""
    if access_queries.requests_of(account_id=account_id):
        return
    staff_access.request_access(
        account_id=account_id,
        role=role,
        term=Term(today, today + timedelta(days=30)),
        reason="Afløser Aage i afregningen, mens han er på ferie.",
        now=now,
        today=today,
    )


def confirm_instructions(*, today: date, now: datetime) -> None:
    """Let everybody have read the instructions of their roles, but one, who does it on the last day."""
    people = access_queries.people(today=today)
    read = staff_instructions.everybody(people)
    for person in people:
        for one in read[person.account.pk]:
            waits = person.account.email == SLOW_READER and one.confirm_by is not None and today < one.confirm_by
            if one.confirmed_at is None and not waits:
                with purpose(P.STAFF_ADMINISTRATION, actor=person.account.pk):
                    staff_instructions.confirm(
                        account_id=person.account.pk, role=one.role, fingerprint=one.fingerprint, now=now, today=today
                    )


def _agreement(name: str, employer: str, term: Term) -> bytes:
    promise = (
        f"{name} fra {employer} lover ikke at fortælle nogen, hvad arbejdet i Nordby Forsynings systemer lader ham se, "
        "heller ikke når arbejdet er slut."
    )
    until = f"Erklæringen gælder til og med {term.last_date:%d.%m.%Y}."
    blocks = tuple(Paragraph((Span(text),)) for text in (promise, until))
    section = Section("tavshed", "Tavshed", blocks)
    paper = Document(Language.DANISH, "Tavshedserklæring", "Nordby Forsyning A/S", "1", term.first_date, (section,))
    return typeset(to_plain(paper), dated=term.first_date)

"""One small breach of the demo's, handled to the end, and what the controller has decided of its purposes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings

from forsyn.domain.accountability import actions, actions_assessments, actions_persons
from forsyn.domain.accountability.actions_persons import Search
from forsyn.domain.accountability.assessment_models import Assessment, AssessmentKind, Decision
from forsyn.domain.accountability.assessment_rules import purposes_of, starter
from forsyn.domain.accountability.breach_models import Breach, Risk, SearchKind
from forsyn.domain.accountability.rules import Reported
from forsyn.domain.accounts.queries import account_with_email
from forsyn.domain.safeguards.purposes import purpose
from forsyn.kernel.local_days import local_day
from forsyn.policy.policy import Policy, Purpose
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Kind, PersonGroup
from forsyn.workflows import breaches
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.demo_accounts import STAFF, NotADemo

TOUCHED = ("100003", "100004")
LETTER_DA = """Vi skriver, fordi der har været et brud på sikkerheden hos os, som berører dine oplysninger.

Ved en fejl blev to breve om målerskift lagt i hinandens kuverter. En anden kunde har derfor kunnet læse dit navn, din \
adresse og nummeret på din måler.

Hvad kan det betyde for dig?
Vi tror ikke, at det får følger for dig. Ingen kan bruge et målernummer til noget hos os.

Hvad har vi gjort?
Den anden kunde har sendt brevet tilbage. Breve bliver nu talt, før kuverterne lukkes.

Du skal ikke selv gøre noget. Vi er kede af, at det er sket."""
LETTER_EN = """We are writing because there has been a breach of security with us that touches your data.

By mistake two letters about a new meter were put into each other's envelopes. Another customer has therefore been \
able to read your name, your address and the number of your meter.

What may it mean for you?
We do not think that it will have consequences for you. Nobody can use a meter number for anything with us.

What have we done?
The other customer has returned the letter. Letters are now counted before the envelopes are closed.

You need not do anything. We are sorry that this has happened."""
JUDGED = {
    AssessmentKind.BALANCING: {
        "necessity": "Vi har set efter, om det kan gøres med færre oplysninger. Det kan det ikke.",
        "impact": "Personerne kan vente det af deres forsyning, og det får ingen følger for dem hver for sig.",
        "balance": "Interessen vejer tungest, fordi der er få oplysninger, og fordi enhver kan sige nej.",
    },
    AssessmentKind.IMPACT: {
        "risks": "At nogen uden for arbejdet ser oplysningen. Det er ikke sandsynligt, men kan være alvorligt.",
        "advice": "Databeskyttelsesrådgiveren har læst med og er enig.",
        "views": "De berørte er ikke spurgt, fordi de selv har givet oplysningen eller kender reglen.",
    },
}


def make_demo_breaches(*, now: datetime) -> bool:
    """Make them where there is no breach yet; return whether that was so. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("The demo's breach is made by `forsyn demo` only.")
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        officer = account_with_email(email=STAFF[3][0])
    if officer is None:
        return False
    with purpose(P.PRIVACY_RIGHTS, actor=officer.pk):
        _assess(officer.pk, now)
        if Breach.objects.exists() or not {"name", "address", "meter_number"} <= current_policy().categories.keys():
            return False
        _handle(officer.pk, now - timedelta(days=9))
    return True


def _handle(officer_id: int, aware_at: datetime) -> None:
    """Two letters in each other's envelopes: found, assessed, notified, told and closed within two days."""
    who, later = {"by_id": officer_id}, [aware_at + timedelta(hours=hours) for hours in (1, 2, 5, 6, 26, 44)]
    breach_id = actions.register(
        policy=current_policy(),
        reported=Reported(
            title="To breve om målerskift i hinandens kuverter",
            what_happened="To breve om målerskift blev lagt i hinandens kuverter. En kunde ringede og fortalte det.",
            aware_at=aware_at,
            began_at=aware_at - timedelta(days=2),
            ended_at=aware_at,
            confidentiality=True,
            integrity=False,
            availability=False,
            data_categories=("name", "address", "meter_number"),
            person_groups=(PersonGroup.CUSTOMER,),
            consequences="En anden kunde har set navn, adresse og målernummer.",
            measures="Brevet er sendt tilbage. Breve bliver nu talt, før kuverterne lukkes.",
        ),
        registered_by_id=officer_id,
        now=later[0],
    )
    search = Search(SearchKind.NUMBERS, numbers=TOUCHED)
    actions_persons.find(breach_id=breach_id, search=search, **who, now=later[0])
    reason = "Det er få og almindelige oplysninger, men en af kunderne er utryg ved det. Vi skriver til dem begge."
    actions.assess(breach_id=breach_id, risk=Risk.HIGH, reason=reason, **who, now=later[1])
    actions_persons.write_letter(breach_id=breach_id, danish=LETTER_DA, english=LETTER_EN, **who, now=later[2])
    actions_persons.release_letters(breach_id=breach_id, **who, now=later[3])
    breaches.tell_by_mail(breach_id=breach_id, actor=officer_id, now=later[3])
    breaches.print_letters(breach_id=breach_id, actor=officer_id, now=later[3])
    notice_id = breaches.prepare_notice(breach_id=breach_id, final=True, actor=officer_id, now=later[4])
    breaches.mark_sent(
        notice_id=notice_id, sent_at=later[4], late_reason="", receipt="DEMO-0001", actor=officer_id, now=later[4]
    )
    lessons = "Breve om målerskift trykkes nu med navnet i ruden og tælles, før de lukkes."
    actions.close(breach_id=breach_id, lessons=lessons, **who, now=later[5])


def _assess(officer_id: int, now: datetime) -> None:
    """What the policy's purposes call for is written and decided, where there is nothing yet."""
    policy, decided_at = current_policy(), now - timedelta(days=30)
    known = set(Assessment.objects.values_list("kind", "purpose"))
    for kind in AssessmentKind:
        for one in purposes_of(policy, kind):
            if (kind.value, one.key) not in known:
                decision, reason = _decision(policy, kind, one)
                _decide(officer_id, kind, one, decision, reason, decided_at)


def _decision(policy: Policy, kind: AssessmentKind, one: Purpose) -> tuple[Decision, str]:
    if kind is AssessmentKind.BALANCING:
        return Decision.CARRY_ON, "Interessen vejer tungest med de foranstaltninger, der er nævnt."
    if any(policy.categories[key].kind in (Kind.SPECIAL, Kind.CRIMINAL) for key in one.categories):
        return Decision.CARRY_ON_WITH, "Risikoen er lille, når kun de få, der planlægger arbejdet, kan se det."
    return Decision.NOT_NEEDED, "Loven siger, hvad nummeret må bruges til, og det bliver ikke brugt til andet."


def _decide(
    officer_id: int, kind: AssessmentKind, one: Purpose, decision: Decision, reason: str, decided_at: datetime
) -> None:
    policy, judged = current_policy(), JUDGED[kind]
    assessment_id = actions_assessments.write(
        policy=policy,
        kind=kind,
        purpose=one.key,
        texts=starter(policy, one, kind) | judged,
        author_id=officer_id,
        now=decided_at,
    )
    actions_assessments.decide(
        policy=policy,
        assessment_id=assessment_id,
        decision=decision,
        reason=reason,
        review_date=_a_year_after(local_day(decided_at)),
        decided_by_id=officer_id,
        now=decided_at,
        today=local_day(decided_at),
    )


def _a_year_after(day: date) -> date:
    return day + timedelta(days=365)

"""Requests in the words of the privacy desk."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.domain.customers.correction_rules import Field
from forsyn.domain.rights.rules import (
    DocumentKind,
    Due,
    Outcome,
    RefusalGround,
    State,
    StepKind,
    Way,
)
from forsyn.interfaces.request_receiving import INTAKES, ON_BEHALF
from forsyn.interfaces.request_receiving import RIGHTS as RIGHTS
from forsyn.policy.vocabulary import Right

ARTICLES: Mapping[str, str] = {
    Right.ACCESS: "15",
    Right.RECTIFICATION: "16",
    Right.ERASURE: "17",
    Right.RESTRICTION: "18",
    Right.OBJECTION: "21",
    Right.PORTABILITY: "20",
    Right.WITHDRAWAL: "7",
    Right.COMPLAINT: "77",
}
STATES: Mapping[str, Promise] = {
    State.RECEIVED: _("Modtaget"),
    State.IDENTITY_ASKED: _("Venter på, hvem der spørger"),
    State.OPEN: _("I gang"),
    State.PLANNED: _("Plan lagt"),
    State.ANSWERED: _("Besvaret"),
    State.REFUSED: _("Afslået"),
    State.WITHDRAWN: _("Taget tilbage"),
}
WAYS: Mapping[str, Promise] = {
    Way.PORTAL: _("Logget ind i selvbetjeningen"),
    Way.CODE: _("Kode til et kontaktpunkt, vi havde i forvejen"),
    Way.SEEN: _("Set af en medarbejder"),
}
DUE: Mapping[str, Promise] = {
    Due.OVERDUE: _("For sent"),
    Due.SOON: _("Snart"),
    Due.IN_TIME: _("I tide"),
    Due.STOPPED: _("Uret står"),
    Due.CLOSED: _("Afsluttet"),
}
OUTCOMES: Mapping[str, Promise] = {
    Outcome.GRANTED: _("Opfyldt"),
    Outcome.PARTLY: _("Delvis opfyldt"),
    Outcome.NOTHING_HELD: _("Vi har intet om personen"),
}
REFUSALS: Mapping[str, Promise] = {
    RefusalGround.UNIDENTIFIED: _("Vi kan ikke afgøre, hvem der spørger (artikel 11 og 12, stk. 2)"),
    RefusalGround.NO_AUTHORITY: _("Det gælder en anden, og der er intet bevis for retten til at spørge"),
    RefusalGround.UNFOUNDED: _("Åbenbart grundløs (artikel 12, stk. 5)"),
    RefusalGround.EXCESSIVE: _("Overdreven, for eksempel gentaget igen og igen (artikel 12, stk. 5)"),
    RefusalGround.NOT_MET: _("Betingelserne for rettigheden er ikke opfyldt"),
    RefusalGround.REQUIRED_BY_LAW: _("En lov eller et retskrav kræver, at oplysningerne bliver (artikel 17, stk. 3)"),
    RefusalGround.NOT_COVERED: _("Forordningen gælder ikke, for eksempel for en virksomhed eller en afdød"),
}
STEPS: Mapping[str, Promise] = {
    StepKind.RECEIVED: _("Modtaget"),
    StepKind.RIGHT_READ: _("Læst som"),
    StepKind.REQUESTER_CORRECTED: _("Afsenderen er rettet"),
    StepKind.CUSTOMER_LINKED: _("Knyttet til en kunde"),
    StepKind.CUSTOMER_UNLINKED: _("Ikke længere knyttet til en kunde"),
    StepKind.ASSIGNED: _("Taget op"),
    StepKind.IDENTITY_ASKED: _("Spurgt, hvem det er"),
    StepKind.CODE_SENT: _("Kode sendt"),
    StepKind.CODE_WRONG: _("Forkert kode"),
    StepKind.IDENTITY_SETTLED: _("Identiteten er på plads"),
    StepKind.AUTHORITY_SEEN: _("Retten til at spørge for en anden er set"),
    StepKind.CLOCK_STOPPED: _("Uret er stoppet"),
    StepKind.CLOCK_RESUMED: _("Uret går igen"),
    StepKind.EXTENDED: _("Fristen er forlænget"),
    StepKind.PLANNED: _("Plan lagt"),
    StepKind.PLAN_DROPPED: _("Plan lagt væk"),
    StepKind.CARRIED_OUT: _("Plan udført"),
    StepKind.WITHHELD: _("Holdt ude af svaret"),
    StepKind.NOT_WITHHELD: _("Med i svaret alligevel"),
    StepKind.RECEIPT_SENT: _("Kvittering sendt"),
    StepKind.REPLIED: _("Personen har skrevet igen"),
    StepKind.ANSWERED: _("Besvaret"),
    StepKind.REFUSED: _("Afslået"),
    StepKind.WITHDRAWN: _("Taget tilbage"),
    StepKind.NOTED: _("Note"),
}
DOCUMENTS: Mapping[str, Promise] = {
    DocumentKind.ATTACHMENT: _("Kom med anmodningen"),
    DocumentKind.AUTHORITY: _("Bevis for retten til at spørge"),
    DocumentKind.REPLY: _("Personens svar"),
    DocumentKind.RECEIPT: _("Kvittering"),
    DocumentKind.QUESTION: _("Spørgsmål om, hvem det er"),
    DocumentKind.EXTENSION: _("Besked om længere frist"),
    DocumentKind.ANSWER: _("Svar"),
}
WORDS: Mapping[str, Mapping[str, Promise]] = {
    "right": RIGHTS,
    "state": STATES,
    "intake": INTAKES,
    "on_behalf": ON_BEHALF,
    "way": WAYS,
    "due": DUE,
    "outcome": OUTCOMES,
    "refusal": REFUSALS,
    "step": STEPS,
    "document": DOCUMENTS,
}
FIELDS: Mapping[str, Promise] = {
    Field.NAME: _("Navn"),
    Field.BIRTH_DATE: _("Fødselsdato"),
    Field.CVR: _("CVR-nummer"),
    Field.LANGUAGE: _("Sprog"),
    Field.EMAIL: _("E-mail"),
    Field.MOBILE: _("Mobilnummer"),
    Field.LANDLINE: _("Fastnetnummer"),
    Field.WORK_PHONE: _("Telefon på arbejdet"),
    Field.ADDRESS: _("Adresse"),
    Field.HOUSING_KIND: _("Boligtype"),
    Field.PROPERTY_NUMBER: _("Ejendomsnummer"),
    Field.RELATION: _("Boligforhold"),
    Field.AGREEMENT_PERIOD: _("Aftalens dage"),
}
"""What can be corrected."""

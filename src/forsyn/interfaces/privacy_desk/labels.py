"""The policy's vocabulary in the words of the privacy desk: Danish as the source, English by translation."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forsyn.policy.vocabulary import (
    Capacity,
    Ground,
    Kind,
    Objection,
    Outcome,
    PersonGroup,
    Role,
    Source,
)

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, Promise]] = {
    Kind: {
        Kind.ORDINARY: _("almindelig"),
        Kind.CONFIDENTIAL: _("fortrolig"),
        Kind.NATIONAL_ID: _("personnummer"),
        Kind.SPECIAL: _("følsom"),
        Kind.CRIMINAL: _("strafbare forhold"),
    },
    Source: {
        Source.PERSON: _("personen selv"),
        Source.METER: _("måler"),
        Source.UTILITY: _("os selv"),
        Source.DERIVED: _("beregnet"),
        Source.EMPLOYER: _("arbejdsgiver"),
        Source.OTHER_PERSON: _("en anden person"),
        Source.PUBLIC_REGISTER: _("offentligt register eller myndighed"),
        Source.PARTNER: _("bank eller samarbejdspartner"),
        Source.SYSTEM: _("dette system, når det bruges"),
    },
    Ground: {
        Ground.CONSENT: _("samtykke"),
        Ground.CONTRACT: _("aftale"),
        Ground.LEGAL_OBLIGATION: _("retlig forpligtelse"),
        Ground.VITAL_INTERESTS: _("vitale interesser"),
        Ground.PUBLIC_TASK: _("opgave i samfundets interesse"),
        Ground.LEGITIMATE_INTERESTS: _("legitim interesse"),
    },
    PersonGroup: {
        PersonGroup.CUSTOMER: _("kunder"),
        PersonGroup.HOUSEHOLD: _("husstande"),
        PersonGroup.CONTACT_PERSON: _("kontaktpersoner"),
        PersonGroup.CONSUMER: _("forbrugere"),
        PersonGroup.STAFF: _("medarbejdere"),
        PersonGroup.EXTERNAL_STAFF: _("eksterne medarbejdere"),
        PersonGroup.APPLICANT: _("jobansøgere"),
        PersonGroup.SUBSCRIBER: _("nyhedsbrevsmodtagere"),
        PersonGroup.ENQUIRER: _("andre, der henvender sig"),
    },
    Role: {
        Role.CONTROLLER: _("selvstændig dataansvarlig"),
        Role.JOINT_CONTROLLER: _("fælles dataansvarlig"),
        Role.PROCESSOR: _("databehandler"),
        Role.PUBLIC_AUTHORITY: _("offentlig myndighed"),
    },
    Objection: {
        Objection.NONE: _("ingen ret til indsigelse"),
        Objection.ASSESSED: _("indsigelse vurderes af et menneske"),
        Objection.STOPS: _("indsigelse standser behandlingen straks"),
    },
    Capacity: {
        Capacity.CONTROLLER: _("som dataansvarlig"),
        Capacity.PROCESSOR: _("som databehandler"),
    },
    Outcome: {
        Outcome.ERASE: _("slettes"),
        Outcome.ANONYMISE: _("gøres anonymt"),
        Outcome.THIN_TO_DAYS: _("samles til døgnværdier"),
        Outcome.THIN_TO_MONTHS: _("samles til månedsværdier"),
    },
}


def label(word: StrEnum) -> str:
    """The word as people say it, in the language of the request."""
    return str(LABELS[type(word)][word])


SECTIONS: Mapping[str, Promise] = {
    "controller": _("Dataansvarlig og kontakt"),
    "categories": _("Kategori"),
    "purposes": _("Formål"),
    "consents": _("Samtykke"),
    "retention": _("Opbevaring"),
    "recipients": _("Modtager"),
    "rights": _("Rettighed"),
    "cookies": _("Cookie"),
    "commitments": _("Løfte"),
    "statements": _("Udsagn"),
}

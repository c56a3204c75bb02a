"""What the authority and the persons read of a breach, written from what the register knows. Pure.

GDPR Art. 33(3) says what a notification holds, Art. 34(2) what a letter to persons holds. Notifications are in Danish,
which the Danish authority and Danish controllers read; letters are in the person's language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from forsyn.domain.accountability.rules import Reported
from forsyn.kernel.local_days import COPENHAGEN
from forsyn.policy.policy import Policy, Text
from forsyn.policy.record_texts import PERSONS
from forsyn.policy.vocabulary import Capacity, Language
from forsyn.policy.wording import capitalised, date_words, series

_DA = Language.DANISH
NATURES = {
    "confidentiality": Text(
        "oplysninger er kommet frem til nogen, der ikke måtte se dem", "data reached somebody who was not to see them"
    ),
    "integrity": Text("oplysninger er blevet ændret ved en fejl", "data were changed by mistake"),
    "availability": Text("oplysninger var tabt eller kunne ikke bruges", "data were lost or could not be used"),
}
"""Art. 4(12), in words; also the names of the fields."""
RISKS = {
    "none": Text(
        "det er usandsynligt, at bruddet er en risiko for nogen", "the breach is unlikely to be a risk to anybody"
    ),
    "risk": Text("bruddet er en risiko", "the breach is a risk"),
    "high": Text("bruddet er en høj risiko", "the breach is a high risk"),
}
EXCEPTIONS = {
    "protected": Text(
        "oplysningerne var beskyttet, så ingen kan læse dem", "the data were protected, so that nobody can read them"
    ),
    "averted": Text(
        "vi har siden sørget for, at den høje risiko ikke længere er sandsynlig",
        "we have since made sure that the high risk is no longer likely",
    ),
    "disproportionate": Text(
        "det ville kræve en uforholdsmæssig indsats at skrive til hver enkelt",
        "it would take a disproportionate effort to write to each of them",
    ),
}


@dataclass(frozen=True, slots=True)
class Assessed:
    """What has been found of a breach since it was registered, as far as it goes."""

    number: str
    notify_by_at: datetime
    affected: int
    told: int
    risk: str | None = None
    risk_reason: str = ""
    exception: str | None = None
    exception_reason: str = ""


def moment(at: datetime) -> str:
    """``14. november 2026 kl. 9.05``, on the clock of the wall."""
    local = at.astimezone(ZoneInfo(COPENHAGEN))
    return f"{date_words(local.date(), _DA)} kl. {local.hour}.{local.minute:02}"


def notification(policy: Policy, reported: Reported, found: Assessed, *, phase: int, final: bool, now: datetime) -> str:
    """The text to send: to the authority (Art. 33(3)), or in a processor's capacity to the controller (Art. 33(2))."""
    to_controller = reported.capacity is Capacity.PROCESSOR
    title = "Underretning om" if to_controller else "Anmeldelse af"
    lines = [f"{title} brud på persondatasikkerheden", ""]
    for heading, paragraphs in _parts(policy, reported, found, phase, final, now):
        written = [text for text in paragraphs if text]
        if written:
            lines += [f"{heading}:", *written, ""]
    return "\n".join(lines).strip() + "\n"


def _parts(
    policy: Policy, reported: Reported, found: Assessed, phase: int, final: bool, now: datetime
) -> Iterator[tuple[str, Sequence[str]]]:
    yield "Sagen", _case(policy, reported, found, phase, final)
    yield "Kontaktpunkt", _contact(policy)
    yield "Hvad der er sket", (reported.what_happened, _when(reported), _where(policy, reported))
    yield "Hvad bruddet består i", (f"{capitalised(series(_nature(reported, _DA), _DA))}.",)
    yield (
        "Hvem og hvad det berører",
        (
            f"Personer: {series([PERSONS[group].da for group in reported.person_groups], _DA)}.",
            f"Oplysninger: {series([policy.categories[key].name.da for key in reported.data_categories], _DA)}.",
            *_numbers(reported, found),
        ),
    )
    yield "Sandsynlige følger", (reported.consequences or "Vi er ved at undersøge det.", _risk(found))
    yield "Hvad vi har gjort og vil gøre", (reported.measures or "Vi er ved at undersøge det.", _persons_told(found))
    if phase == 1 and reported.capacity is Capacity.CONTROLLER and now > found.notify_by_at:
        yield "Hvorfor anmeldelsen kommer efter 72 timer", ("[Skriv grunden, når anmeldelsen markeres som sendt.]",)


def _case(policy: Policy, reported: Reported, found: Assessed, phase: int, final: bool) -> Sequence[str]:
    controller = policy.controller
    contact = controller.contact
    role = "Databehandler" if reported.capacity is Capacity.PROCESSOR else "Dataansvarlig"
    ours = (
        f"{role}: {contact.name.da}, CVR-nr. {controller.cvr}, {contact.street}, {contact.postal_code} {contact.city}."
    )
    whose = f"Dataansvarlig: {reported.on_behalf_of}." if reported.on_behalf_of else ""
    more = "Det er den sidste del." if final else "Der følger mere, når vi ved det (artikel 33, stk. 4)."
    return ours, whose, f"Vores nummer på sagen: {found.number}. Del {phase}. {more}"


def _contact(policy: Policy) -> Sequence[str]:
    contact = policy.data_protection.contact
    who = "Databeskyttelsesrådgiver" if policy.data_protection.officer else "Kontaktperson"
    return (f"{who}: {contact.name.da}, telefon {contact.phone}, {contact.email}.",)


def _when(reported: Reported) -> str:
    began = (
        f"Bruddet begyndte {moment(reported.began_at)}. "
        if reported.began_at
        else "Vi ved ikke, hvornår bruddet begyndte. "
    )
    ended = (
        f"Det stoppede {moment(reported.ended_at)}. "
        if reported.ended_at
        else "Det er ikke stoppet med sikkerhed endnu. "
    )
    return f"{began}{ended}Vi blev opmærksomme på det {moment(reported.aware_at)}."


def _where(policy: Policy, reported: Reported) -> str:
    if not reported.processor:
        return ""
    return f"Det skete hos en af vores databehandlere: {policy.recipients[reported.processor].name.da}."


def _nature(reported: Reported, language: Language) -> list[str]:
    return [text.in_(language) for name, text in NATURES.items() if getattr(reported, name)]


def _numbers(reported: Reported, found: Assessed) -> Iterator[str]:
    if found.affected:
        yield f"Vi har fundet {_count(found.affected)} i vores register, som bruddet berører."
    if reported.approximate_persons is not None:
        yield f"Vi anslår, at det i alt drejer sig om cirka {_count(reported.approximate_persons)}."
    if not found.affected and reported.approximate_persons is None:
        yield "Vi ved endnu ikke, hvor mange det berører."
    if reported.approximate_records is not None:
        yield f"Antal registreringer: cirka {reported.approximate_records}."


def _count(persons: int) -> str:
    return "1 person" if persons == 1 else f"{persons} personer"


def _risk(found: Assessed) -> str:
    if found.risk is None:
        return "Risikoen er ikke vurderet endnu."
    return f"Vi vurderer, at {RISKS[found.risk].da}. {found.risk_reason}"


def _persons_told(found: Assessed) -> str:
    if found.exception is not None:
        why = EXCEPTIONS[found.exception].da
        return f"Personerne får ikke besked hver for sig (artikel 34, stk. 3): {why}. {found.exception_reason}"
    if found.told:
        return f"{capitalised(_count(found.told))} har fået besked fra os."
    if found.risk == "high":
        return "Vi er ved at give de berørte besked."
    return "De berørte har ikke fået besked."


# -- letters to persons --------------------------------------------------------------------------------------------

_LETTER = Text(
    """Vi skriver, fordi der har været et brud på sikkerheden hos os, som berører dine oplysninger.

{what}

Det betyder, at {nature}. Det drejer sig om {data}.

Hvad kan det betyde for dig?
{consequences}

Hvad har vi gjort?
{measures}

Hvad kan du selv gøre?
[Skriv, hvad vi råder personen til, for eksempel at passe på opkald og mails, der udgiver sig for at være fra os.]

Vi er kede af, at det er sket.""",
    """We are writing because there has been a breach of security with us that touches your data.

{what}

This means that {nature}. It is about {data}.

What may it mean for you?
{consequences}

What have we done?
{measures}

What can you do yourself?
[Write what we advise the person to do, for example to beware of calls and mails that seem to come from us.]

We are sorry that this has happened.""",
)
_UNKNOWN = Text("[Beskriv de sandsynlige følger.]", "[Describe the likely consequences.]")
_DOING = Text("[Beskriv, hvad I har gjort.]", "[Describe what you have done.]")
_TRANSLATE = Text("{text}", "[Translate: {text}]")
SUBJECT = Text("Brud på sikkerheden: det berører dine oplysninger", "Breach of security: it touches your data")
_GREETING = Text("Kære {name}", "Dear {name}")
_NOBODY = Text("Kære kunde", "Dear customer")
_ENDING = Text(
    "Har du spørgsmål, så kontakt {who}: telefon {phone}, {email}.\n\n{complaint}\n\nVenlig hilsen\n{controller}",
    "If you have questions, please contact {who}: telephone {phone}, {email}.\n\n{complaint}\n\n"
    "Kind regards\n{controller}",
)


def starter_letter(policy: Policy, reported: Reported, language: Language) -> str:
    """A first draft of what persons are to read; what stands in brackets is for a person to write."""

    def written(text: str, otherwise: Text) -> str:
        return _TRANSLATE.in_(language).format(text=text) if text else otherwise.in_(language)

    names = [policy.categories[key].name.in_(language) for key in reported.data_categories]
    return _LETTER.in_(language).format(
        what=_TRANSLATE.in_(language).format(text=reported.what_happened),
        nature=series(_nature(reported, language), language),
        data=series(names, language),
        consequences=written(reported.consequences, _UNKNOWN),
        measures=written(reported.measures, _DOING),
    )


def unfinished(letter: str) -> bool:
    """Whether something in brackets still waits for a person to write it."""
    return "[" in letter and "]" in letter.partition("[")[2]


def letter(policy: Policy, body: str, *, name: str, language: Language) -> str:
    """The whole letter to one person, as plain text."""
    contact = policy.data_protection.contact
    greeting = _GREETING.in_(language).format(name=name) if name else _NOBODY.in_(language)
    ending = _ENDING.in_(language).format(
        who=contact.name.in_(language),
        phone=contact.phone,
        email=contact.email,
        complaint=" ".join(policy.authority.complaint.in_(language).split()),
        controller=policy.controller.contact.name.in_(language),
    )
    return f"{greeting}\n\n{body.strip()}\n\n{ending}\n"

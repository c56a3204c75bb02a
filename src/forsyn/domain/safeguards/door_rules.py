"""May it leave? One pure decision about anything that is to leave for a recipient; every reason against it at once.

GDPR Art. 5(1)(b) (purpose), 6 (ground), 9, 18, 21 and 7 (persons hidden from the purpose), 28 (processors), 44 (third
countries); the policy promises more than chapter V: nothing outside the EU/EEA, adequate or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from forsyn.domain.safeguards.door_facts import AgreementFacts, Allowed, PersonFacts, Reason, Refused, Request
from forsyn.policy.countries import Country, Region, countries
from forsyn.policy.policy import Policy, Purpose, Recipient
from forsyn.policy.vocabulary import Kind, Language, Objection, Role
from forsyn.policy.wording import capitalised, series

_DA = Language.DANISH
DIRECT = frozenset(
    f"pd:{term}"
    for term in ("Name", "PhysicalAddress", "EmailAddress", "TelephoneNumber", "OfficialID", "UID", "BirthDate")
)
"""Terms of the Data Privacy Vocabulary that name a person straight out."""
MARKETING_ACT = "markedsføringslov"


@dataclass(frozen=True, slots=True)
class _Case:
    policy: Policy
    request: Request
    purpose: Purpose
    recipient: Recipient
    agreements: tuple[AgreementFacts, ...]
    persons: PersonFacts
    today: date
    known: Mapping[str, Country] = field(repr=False)

    @property
    def who(self) -> str:
        return capitalised(self.recipient.name.da)

    @property
    def agreement(self) -> AgreementFacts | None:
        """The processor agreement that holds today."""
        if self.recipient.role is not Role.PROCESSOR:
            return None
        return next((one for one in self.agreements if one.lacks(self.today) is None), None)

    def named(self, categories: tuple[str, ...]) -> str:
        names = [self.policy.categories[key].name.da if key in self.policy.categories else key for key in categories]
        return series(names, _DA)


def decide(
    policy: Policy,
    request: Request,
    *,
    agreements: tuple[AgreementFacts, ...],
    persons: PersonFacts,
    today: date,
    known: Mapping[str, Country] | None = None,
) -> Allowed | Refused:
    """Whether it may leave today. ``agreements`` are all of the recipient's; ``known`` the countries by ISO code."""
    purpose, recipient = policy.purposes.get(request.purpose), policy.recipients.get(request.recipient)
    if purpose is None or recipient is None:
        return Refused(tuple(_unknown(request, purpose, recipient)))
    case = _Case(
        policy, request, purpose, recipient, agreements, persons, today, countries() if known is None else known
    )
    reasons = tuple(reason for check in _CHECKS for reason in check(case))
    return Refused(reasons) if reasons else Allowed(case.agreement, _places(case))


def _unknown(request: Request, purpose: Purpose | None, recipient: Recipient | None) -> Iterator[Reason]:
    if purpose is None:
        yield Reason(
            "unknown_purpose",
            f"Politikken har intet formål, der hedder {request.purpose}. Vælg et af politikkens formål.",
        )
    if recipient is None:
        yield Reason(
            "unknown_recipient",
            f"Politikken kender ingen modtager, der hedder {request.recipient}. Intet må sendes til andre end dem, "
            "politikken nævner; tilføj modtageren dér, hvis det er lovligt.",
        )


def _categories(case: _Case) -> Iterator[Reason]:
    """Something leaves, the policy knows it, the purpose holds it, and the recipient is declared for it."""
    asked = case.request.categories
    if not asked:
        yield Reason("no_categories", "Det er ikke sagt, hvilke oplysninger der sendes. Nævn hver kategori.")
    unknown = tuple(key for key in asked if key not in case.policy.categories)
    if unknown:
        yield Reason("unknown_category", f"Politikken kender ikke {case.named(unknown)}. Brug politikkens kategorier.")
    outside = tuple(key for key in asked if key not in unknown and not case.purpose.reads(key))
    if outside:
        yield Reason(
            "category_not_of_purpose",
            f"Formålet »{case.purpose.name.da}« omfatter ikke {case.named(outside)}. "
            "Send det under et formål, der gør.",
        )
    undeclared = tuple(key for key in asked if key not in unknown and not case.recipient.gets(key))
    if undeclared:
        yield Reason(
            "category_not_for_recipient",
            f"{case.who} må ikke få {case.named(undeclared)}: det står ikke i politikken. Lad det være ude.",
        )


def _agreement(case: _Case) -> Iterator[Reason]:
    """A processor has an agreement that holds today (Art. 28(3))."""
    if case.recipient.role is not Role.PROCESSOR or case.agreement is not None:
        return
    mend = "Læg en gældende aftale ind under Persondata, Databehandlere."
    if not case.agreements:
        yield Reason("no_agreement", f"{case.who} har ingen databehandleraftale. {mend}")
        return
    latest = max(case.agreements, key=lambda one: one.period.first)
    yield Reason(
        "agreement_not_valid",
        f"{case.who} har ingen databehandleraftale, der gælder: {latest.lacks(case.today)}. {mend}",
    )


def _ground(case: _Case) -> Iterator[Reason]:
    """An authority gets it by statute; another controller by statute or on a ground of the purpose (Art. 6)."""
    request, role = case.request, case.recipient.role
    if role is Role.PUBLIC_AUTHORITY and not request.statute.strip():
        yield Reason(
            "no_statute",
            f"Det er ikke sagt, hvilken lov der giver {case.recipient.name.da} ret til oplysningerne. Nævn loven.",
        )
    controller = role in (Role.CONTROLLER, Role.JOINT_CONTROLLER)
    if controller and not request.statute.strip() and not request.ground:
        yield Reason(
            "no_ground",
            f"{case.who} bestemmer selv over det, den får. Nævn det retsgrundlag i artikel 6 eller den lov, det sker "
            "efter.",
        )
    if request.ground and request.ground not in {basis.article for basis in case.purpose.bases}:
        yield Reason(
            "ground_not_of_purpose",
            f"Formålet »{case.purpose.name.da}« hviler ikke på artikel {request.ground}. Brug et af formålets egne "
            "grundlag.",
        )


def _places(case: _Case) -> tuple[str, ...]:
    agreement = case.agreement
    if agreement is None:
        return (case.request.country or case.recipient.country,)
    working = [each.country for each in agreement.sub_processors if case.today in each.period]
    return tuple(dict.fromkeys((case.recipient.country, agreement.storage_country, *working)))


def _region(case: _Case) -> Iterator[Reason]:
    """Neither the recipient, nor its storage, nor anybody who works for it is outside the EU/EEA."""
    agreement = case.agreement
    places = [("outside_eea", case.who, "er", case.recipient.country)]
    if case.request.country:
        places.append(("outside_eea", "Den, personen har valgt,", "er", case.request.country))
    if agreement is not None:
        places.append(("storage_outside_eea", f"{case.who} opbevarer oplysningerne", "", agreement.storage_country))
        places += [
            ("sub_processor_outside_eea", f"Underdatabehandleren {each.name}", "er", each.country)
            for each in agreement.sub_processors
            if case.today in each.period
        ]
    for code, who, verb, place in places:
        country = case.known.get(place)
        if country is None or not country.in_eea:
            yield Reason(code, _outside(f"{who} {verb}".strip(), place, country))


def _outside(who: str, code: str, country: Country | None) -> str:
    where = country.da if country else f"et land uden for listen ({code})"
    adequate = country is not None and country.region is Region.ADEQUATE
    but = " EU-Kommissionen har godkendt landets beskyttelse, men det er ikke nok her." if adequate else ""
    return (
        f"{who} i {where}, uden for EU og EØS.{but} Politikken lover, at intet sendes dertil. "
        "Vælg en modtager, et lager eller en underdatabehandler inden for EU og EØS."
    )


def _marketing(case: _Case) -> Iterator[Reason]:
    """Nobody gets anything for marketing of their own."""
    itself = case.recipient.role is not Role.PROCESSOR  # who works for us alone may help with our own marketing
    if case.request.their_marketing or (itself and is_marketing(case.purpose)):
        yield Reason(
            "marketing_by_others",
            f"Oplysninger gives aldrig videre til andres markedsføring, heller ikke til {case.recipient.name.da}.",
        )


def is_marketing(purpose: Purpose) -> bool:
    """Direct marketing: an objection stops it at once (Art. 21(3)), or it rests on the Marketing Practices Act."""
    statutes = (basis.statute.da for basis in purpose.bases if basis.statute is not None)
    return purpose.objection is Objection.STOPS or any(MARKETING_ACT in statute for statute in statutes)


def _pseudonyms(case: _Case) -> Iterator[Reason]:
    """A purpose that works without names sends none."""
    if not case.purpose.pseudonymous:
        return
    named = tuple(
        key
        for key in case.request.categories
        if (category := case.policy.categories.get(key))
        and (category.dpv in DIRECT or category.kind is Kind.NATIONAL_ID)
    )
    if named or case.request.persons:
        what = case.named(named) if named else "navngivne kunder"
        yield Reason(
            "direct_identifiers",
            f"Formålet »{case.purpose.name.da}« arbejder uden navne, så {what} må ikke sendes under det.",
        )


def _hidden(case: _Case) -> Iterator[Reason]:
    """Persons whom the purpose may not see are not sent under it either (Art. 18, 21, 7)."""
    name, persons = case.purpose.name.da, case.persons
    if persons.restricted and not case.purpose.reads_restricted:
        yield Reason(
            "restricted",
            f"{_count(persons.restricted)} har fået behandlingen begrænset (artikel 18). Formålet »{name}« må ikke "
            "bruge oplysningerne, før begrænsningen er hævet.",
        )
    if persons.objecting:
        yield Reason(
            "objection", f"{_count(persons.objecting)} har gjort indsigelse mod formålet »{name}«. Tag dem ud."
        )
    if persons.without_consent and case.purpose.consent is not None:
        yield Reason(
            "no_consent",
            f"{_count(persons.without_consent)} har ikke givet det samtykke, som formålet »{name}« kræver. Tag dem ud.",
        )


def _count(persons: int) -> str:
    return "1 person" if persons == 1 else f"{persons} personer"


def _carrying(case: _Case) -> Iterator[Reason]:
    """What is for the person goes by a processor that carries the channel."""
    if case.request.to_person and case.request.channel not in case.recipient.carries:
        yield Reason(
            "does_not_carry",
            f"{case.who} bringer ikke beskeder ud på den måde. Vælg en modtager, som politikken siger gør "
            "det (carries).",
        )


_CHECKS = (_categories, _agreement, _ground, _region, _marketing, _pseudonyms, _hidden, _carrying)

"""Whether a policy agrees with itself: references, grounds, countries, completeness."""

from collections.abc import Callable, Collection, Iterator

from forsyn.kernel.charges.tariff import Commodity
from forsyn.policy.countries import countries
from forsyn.policy.dpv import PREFIX, TERMS
from forsyn.policy.policy import Basis, Item, Policy, Purpose, Recipient
from forsyn.policy.problems import Problem, did_you_mean
from forsyn.policy.purposes import P
from forsyn.policy.staff_roles import Finding, staff_roles
from forsyn.policy.vocabulary import Ground, Kind, Objection, Role


def inconsistencies(policy: Policy) -> list[Problem]:
    """Everything in a readable policy that does not fit together."""
    return [Problem(policy.where(item, key), what, mend) for check in CHECKS for item, key, what, mend in check(policy)]


def references(policy: Policy) -> Iterator[Finding]:
    """Every name that one item uses of another is declared."""
    for category in policy.categories.values():
        yield from _known(category, "group", "category group", (category.group,), policy.category_groups)
    for purpose in policy.purposes.values():
        yield from _known(purpose, "group", "purpose group", (purpose.group,), policy.purpose_groups)
        yield from _known(purpose, "categories", "category", purpose.categories, policy.categories)
        yield from _known(purpose, "consent", "consent", (purpose.consent,), policy.consents)
    for rule in policy.retention.values():
        yield from _known(rule, "categories", "category", rule.categories, policy.categories)
        yield from _known(rule, "purpose", "purpose", (rule.purpose,), policy.purposes)
        yield from _known(rule, "event", "event", (rule.event,), policy.events)
    for recipient in policy.recipients.values():
        yield from _known(recipient, "categories", "category", recipient.categories, policy.categories)


def services(policy: Policy) -> Iterator[Finding]:
    """Each piece of the program's work is served by one purpose."""
    served: dict[str, str] = {}
    for purpose in policy.purposes.values():
        yield from _known(purpose, "serves", "work of the program", purpose.serves, tuple(P))
        for work in purpose.serves:
            other = work if work in policy.purposes else served.get(work)
            if other is not None:
                what = f"{purpose.key!r} serves {work!r}, which {other!r} does already."
                yield purpose, "serves", what, "Let one purpose serve it."
            served[work] = purpose.key


def supply(policy: Policy) -> Iterator[Finding]:
    """Bills of a commodity are one company's."""
    suppliers: dict[Commodity, str] = {}
    for company in policy.group_companies:
        for commodity in company.supplies:
            if commodity in suppliers:
                what = f"{company.key!r} supplies {commodity.value!r}, which {suppliers[commodity]!r} does already."
                yield company, "supplies", what, "Let one company supply it."
            suppliers[commodity] = company.key


def _known(item: Item, key: str, kind: str, names: tuple[str | None, ...], known: Collection[str]) -> Iterator[Finding]:
    for name in names:
        if name is not None and name not in known:
            mend = did_you_mean(name, known, otherwise=f"Declare the {kind}, or take the name away.")
            yield item, key, f"{item.key!r} names the {kind} {name!r}, which is not declared.", mend


def not_held(policy: Policy) -> Iterator[Finding]:
    """What is not held is said once, and not of what is declared."""
    seen: set[tuple[str, str]] = set()
    for entry in policy.not_held:
        for key in entry.categories:
            declared = policy.categories.get(key)
            if declared is None and entry.sources:
                what = f"The category {key!r} is said not to be held from some sources, but is not declared."
                yield entry, "sources", what, f"Declare [categories.{key}], or take sources away."
            elif declared is not None and not entry.sources:
                what = f"The category {key!r} is both declared and said not to be held."
                yield entry, "categories", what, "Take it away from one, or add the sources that it is not held from."
            for source in entry.sources:
                if declared is not None and source in declared.sources:
                    what = f"The category {key!r} is said not to be held from {source!s}, which is one of its sources."
                    yield entry, "sources", what, "Take the source away here, or from the category."
            said = {(key, str(source)) for source in entry.sources} or {(key, "")}
            if seen & said:
                yield entry, "categories", f"The category {key!r} is said not to be held twice.", "Take one away."
            seen |= said


def unused(policy: Policy) -> Iterator[Finding]:
    """A category nobody uses, an event or consent nothing asks for, is data or words too many."""
    needed = {event for rule in policy.retention.values() for event in (rule.event,)}
    asked = {purpose.consent for purpose in policy.purposes.values()}
    for category in policy.categories.values():
        if not any(category.key in purpose.categories for purpose in policy.purposes.values()):
            yield (
                category,
                "",
                f"No purpose reads the category {category.key!r}.",
                "Name it in a purpose, or drop it.",
            )
        if not policy.retention_of(category.key):
            yield (
                category,
                "",
                f"The category {category.key!r} has no retention rule.",
                "Name it in a rule of [retention].",
            )
    for event in policy.events.values():
        if event.key not in needed:
            yield event, "", f"No retention rule counts from the event {event.key!r}.", "Use it, or drop it."
    for consent in policy.consents.values():
        if consent.key not in asked:
            yield (
                consent,
                "",
                f"No purpose needs the consent {consent.key!r}.",
                "Name it in a purpose, or drop it.",
            )


def grounds(policy: Policy) -> Iterator[Finding]:
    """Each purpose has a ground of Art. 6(1), and what follows from the ground."""
    for purpose in policy.purposes.values():
        if not purpose.rests_on:
            yield (
                purpose,
                "bases",
                f"The purpose {purpose.key!r} has no basis in Art. 6(1).",
                'Add { article = "6(1)(c)" }.',
            )
        interested = Ground.LEGITIMATE_INTERESTS in purpose.rests_on
        if interested and purpose.interest is None:
            yield (
                purpose,
                "bases",
                f"The purpose {purpose.key!r} rests on 6(1)(f) without naming the interest.",
                "Add interest = { da, en }; Art. 13(1)(d) wants it told.",
            )
        if purpose.interest is not None and not interested:
            yield (
                purpose,
                "interest",
                f"The purpose {purpose.key!r} names an interest without resting on 6(1)(f).",
                "Drop one.",
            )
        yield from _objection(purpose, interested or Ground.PUBLIC_TASK in purpose.rests_on)
        yield from _consent(purpose)


def _objection(purpose: Purpose, may_object: bool) -> Iterator[Finding]:
    if may_object and purpose.objection is Objection.NONE:
        yield (
            purpose,
            "bases",
            f"The purpose {purpose.key!r} rests on 6(1)(e) or (f) without objection.",
            'Art. 21 gives the right: write objection = "assessed", or "stops" for marketing.',
        )
    if not may_object and purpose.objection is not Objection.NONE:
        yield (
            purpose,
            "objection",
            f"The purpose {purpose.key!r} offers an objection without 6(1)(e) or (f).",
            "Drop the objection, or mend the bases.",
        )


def _consent(purpose: Purpose) -> Iterator[Finding]:
    consenting = any(basis.article in ("6(1)(a)", "9(2)(a)") for basis in purpose.bases)
    if consenting and purpose.consent is None:
        yield purpose, "bases", f"The purpose {purpose.key!r} rests on consent but names none.", 'Add consent = "…".'
    if purpose.consent is not None and not consenting:
        yield (
            purpose,
            "consent",
            f"The purpose {purpose.key!r} needs a consent that is not among its bases.",
            'Add { article = "6(1)(a)" } or "9(2)(a)".',
        )


def sensitive(policy: Policy) -> Iterator[Finding]:
    """Special, criminal and national-id categories are read only on a basis made for them."""
    made_for: dict[Kind, tuple[str, Callable[[Basis], bool]]] = {
        Kind.SPECIAL: ("Art. 9(2)", lambda basis: (basis.article or "").startswith("9(2)(")),
        Kind.CRIMINAL: ("Art. 10", lambda basis: basis.article == "10"),
        Kind.NATIONAL_ID: (
            "databeskyttelsesloven § 11",
            lambda basis: basis.statute is not None and "§ 11" in basis.statute.da,
        ),
    }
    for purpose in policy.purposes.values():
        for key in purpose.categories:
            kind = policy.categories[key].kind if key in policy.categories else Kind.ORDINARY
            if kind in made_for and not any(made_for[kind][1](basis) for basis in purpose.bases):
                yield (
                    purpose,
                    "categories",
                    f"The purpose {purpose.key!r} reads {key!r} ({kind}) without a basis for it.",
                    f"Add a basis in {made_for[kind][0]}, or do not read it.",
                )


def vocabulary(policy: Policy) -> Iterator[Finding]:
    """Terms of the W3C vocabulary exist."""
    for category in policy.categories.values():
        if category.dpv is not None and category.dpv not in {PREFIX + term for term in TERMS}:
            mend = did_you_mean(category.dpv, [PREFIX + term for term in TERMS], otherwise="Leave dpv out.")
            yield category, "dpv", f"{category.dpv!r} is not a term of the Data Privacy Vocabulary (PD 2.0).", mend


def recipients(policy: Policy) -> Iterator[Finding]:
    """A recipient is in the EU/EEA; a processor has an agreement, an authority a statute."""
    for recipient in policy.recipients.values():
        yield from _place(recipient)
        if recipient.role is Role.PROCESSOR and not recipient.agreement_required:
            yield (
                recipient,
                "agreement_required",
                f"The processor {recipient.key!r} needs no agreement here.",
                "Write agreement_required = true; Art. 28(3) wants it.",
            )
        if recipient.role is Role.PUBLIC_AUTHORITY and recipient.statute is None:
            yield (
                recipient,
                "role",
                f"The authority {recipient.key!r} gets data without a statute.",
                "Add statute = { da, en }, naming the law.",
            )


def _place(recipient: Recipient) -> Iterator[Finding]:
    place = countries().get(recipient.country)
    if place is None:
        mend = did_you_mean(recipient.country.upper(), countries(), otherwise="Write two letters, such as DK.")
        yield (
            recipient,
            "country",
            f"{recipient.key!r} is in {recipient.country!r}, which is on no list of countries.",
            mend,
        )
    elif not place.in_eea:
        yield (
            recipient,
            "country",
            f"{recipient.key!r} is in {place.en}, outside the promised EU/EEA.",
            "Choose a recipient inside; an adequacy decision is not enough here.",
        )


def completeness(policy: Policy) -> Iterator[Finding]:
    """What Art. 13 and 14 cannot do without."""
    if policy.controller.country not in countries():
        yield (
            policy.controller,
            "country",
            f"The country {policy.controller.country!r} is on no list.",
            "Write two letters, such as DK.",
        )
    for name in ("categories", "purposes", "retention", "recipients"):
        if not getattr(policy, name):
            yield policy.controller, "", f"The section [{name}] is empty.", "Declare at least one."


CHECKS: tuple[Callable[[Policy], Iterator[Finding]], ...] = (
    references,
    services,
    supply,
    not_held,
    unused,
    grounds,
    sensitive,
    vocabulary,
    recipients,
    staff_roles,
    completeness,
)

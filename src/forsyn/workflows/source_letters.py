"""What a person reads of data that somebody else gave (Art. 14(1) and (2)), from the policy. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from forsyn.policy import notice_texts
from forsyn.policy.notice_purposes import basis_sentence
from forsyn.policy.policy import Policy, Purpose, Retention, Text
from forsyn.policy.vocabulary import Capacity, Language, Source
from forsyn.policy.wording import capitalised, date_words, period_words, series
from forsyn.workflows.recipient_letters import Words

_T = {
    "subject": Text("Vi har fået oplysninger om dig", "We have received data about you"),
    "dear": Text("Kære {name}", "Dear {name}"),
    "opening": Text(
        "Vi har fået oplysninger om dig, som du ikke selv har givet os. Det har du ret til at vide "
        "(databeskyttelsesforordningens artikel 14).",
        "We have received data about you that you did not give us yourself. You have a right to know that (Article 14 "
        "of the GDPR).",
    ),
    "what": Text("Hvad vi har fået: {categories}.", "What we received: {categories}."),
    "from": Text("Hvorfra: {source}. {note}", "From where: {source}. {note}"),
    "when": Text("Hvornår: {day}.", "When: {day}."),
    "why": Text("Hvad vi bruger det til:", "What we use it for:"),
    "recipients": Text("Hvem der kan få det:", "Who may get it:"),
    "kept": Text("Hvor længe vi gemmer det:", "How long we keep it:"),
    "rule": Text("- {names}: {period} efter {event}.", "- {names}: {period} after {event}."),
    "at_once": Text("- {names}: til {event}.", "- {names}: until {event}."),
    "rights": Text("Du har disse rettigheder:", "You have these rights:"),
    "decisions": Text("Automatiske afgørelser: {text}", "Automated decisions: {text}"),
    "complaint": Text(
        "Er du utilfreds, kan du klage til {authority}, {website}.",
        "If you are not satisfied, you can complain to {authority}, {website}.",
    ),
    "ask": Text(
        "Er noget forkert, eller vil du bruge dine rettigheder, så skriv til {email} eller ring på {phone}. Hele vores "
        "privatlivspolitik kan du læse på {website}.",
        "If something is wrong, or if you want to use your rights, write to {email} or call {phone}. You can read all "
        "of our privacy notice at {website}.",
    ),
    "officer": Text("Databeskyttelsesrådgiver: {email}, {phone}.", "Data protection officer: {email}, {phone}."),
    "bye": Text("Venlig hilsen\n{name}", "Kind regards\n{name}"),
}


def source_notice(
    policy: Policy,
    *,
    name: str,
    source: Source,
    categories: Sequence[str],
    obtained: date,
    language: Language,
) -> Words:
    """The notice to one person of one source. ``categories`` are the policy's; ``obtained``: the first local day."""
    parts = (
        *([_say("dear", language, name=name)] if name else []),
        _say("opening", language),
        *_what(policy, source, categories, obtained, language),
        *_why(policy, categories, language),
        *_recipients(policy, categories, language),
        *_kept(policy, categories, language),
        *_rights(policy, language),
    )
    return Words(_say("subject", language), "\n\n".join(parts) + "\n")


def _say(key: str, language: Language, **values: str) -> str:
    return _T[key].in_(language).format(**values)


def _names(policy: Policy, categories: Iterable[str], language: Language) -> str:
    """In the order of the policy."""
    wanted = set(categories)
    return series([one.name.in_(language) for key, one in policy.categories.items() if key in wanted], language)


def _what(
    policy: Policy, source: Source, categories: Sequence[str], obtained: date, language: Language
) -> Iterator[str]:
    names = _names(policy, categories, language)
    title = notice_texts.SOURCES[source].in_(language)
    note = notice_texts.SOURCE_NOTES[source].in_(language)
    yield "\n".join(
        (
            *([_say("what", language, categories=names)] if names else []),
            _say("from", language, source=title, note=note),
            _say("when", language, day=date_words(obtained, language)),
        )
    )


def _why(policy: Policy, categories: Sequence[str], language: Language) -> Iterator[str]:
    lines = [
        f"- {capitalised(purpose.name.in_(language))}. {basis_sentence(purpose, language)}"
        + (f" {capitalised(purpose.interest.in_(language))}." if purpose.interest else "")
        for purpose in policy.purposes.values()
        if _uses(purpose, categories)
    ]
    if lines:
        yield "\n".join((_say("why", language), *lines))


def _uses(purpose: Purpose, categories: Sequence[str]) -> bool:
    """What is done with them as they are. Nothing that waits for a consent, or is done for somebody else; and those
    that see everything, to keep people's rights and to clear up, stand in the whole notice."""
    aside = purpose.all_categories or purpose.consent is not None or purpose.capacity is not Capacity.CONTROLLER
    return not aside and any(purpose.reads(category) for category in categories)


def _recipients(policy: Policy, categories: Sequence[str], language: Language) -> Iterator[str]:
    lines = [
        f"- {one.name.in_(language)}"
        for one in policy.recipients.values()
        if any(one.gets(category) for category in categories)
    ]
    if lines:
        yield "\n".join((_say("recipients", language), *lines))


def _kept(policy: Policy, categories: Sequence[str], language: Language) -> Iterator[str]:
    lines = [
        _rule(policy, rule, [key for key in rule.categories if key in categories], language)
        for rule in policy.retention.values()
        if set(rule.categories) & set(categories)
    ]
    if lines:
        yield "\n".join((_say("kept", language), *lines))


def _rule(policy: Policy, rule: Retention, concerned: Sequence[str], language: Language) -> str:
    names = capitalised(_names(policy, concerned, language))
    event = policy.events[rule.event].phrase.in_(language)
    period = period_words(rule.period, language)
    return _say("rule" if period else "at_once", language, names=names, event=event, period=period)


def _rights(policy: Policy, language: Language) -> Iterator[str]:
    rights = [f"- {capitalised(rule.name.in_(language))}" for rule in policy.rights.values()]
    yield "\n".join((_say("rights", language), *rights))
    yield policy.third_countries.text.in_(language).strip()
    yield _say("decisions", language, text=policy.automated_decisions.text.in_(language))
    contact, authority, desk = policy.controller.contact, policy.authority.contact, policy.data_protection
    yield _say("complaint", language, authority=authority.name.in_(language), website=authority.website)
    yield _say("ask", language, email=contact.email, phone=contact.phone, website=contact.website)
    if desk.officer:
        yield _say("officer", language, email=desk.contact.email, phone=desk.contact.phone)
    yield _say("bye", language, name=contact.name.in_(language))

"""The record of processing activities (GDPR Art. 30), written from the policy and the bindings.

`record` answers a `Document`, as the public notice is one; `rows` the same as a table for spreadsheets. Both are
derived anew each time, so the record is never older than the program; `fingerprint` tells one text from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from forsyn.policy import notice_purposes
from forsyn.policy.bindings import Bindings, Personal
from forsyn.policy.document import (
    Block,
    BulletList,
    Contact,
    DefinitionList,
    Document,
    Heading,
    Inline,
    Paragraph,
    Section,
    Span,
    Table,
    as_text,
    plain,
)
from forsyn.policy.notice_texts import ROLES
from forsyn.policy.policy import Category, Policy, Purpose, Recipient, Retention
from forsyn.policy.policy import Contact as ContactDetails
from forsyn.policy.record_texts import ENDS, KINDS, PERSONS, TEXTS, TITLES
from forsyn.policy.vocabulary import Capacity, Language, Role, Topic
from forsyn.policy.wording import capitalised, date_words, period_words, series

MEASURES = ("roles", "columns", "rows", "sealed", "log", "door", "access", "instructions", "erasure")
"""What the program sees to by itself, in the order in which the record tells it."""


def capacities(policy: Policy) -> tuple[Capacity, ...]:
    """In which capacities the controller keeps a record: those that it has purposes in."""
    found = {purpose.capacity for purpose in policy.purposes.values()}
    return tuple(capacity for capacity in Capacity if capacity in found)


def record(policy: Policy, bindings: Bindings, capacity: Capacity, language: Language) -> Document:
    """The whole record in one language: Art. 30(1) for a controller, 30(2) for a processor."""
    writer = _Writer(policy, bindings, capacity, language)
    found = fingerprint(policy, bindings, capacity)
    return writer.document((*writer.sections(), writer.section("about", writer.about(found))))


def fingerprint(policy: Policy, bindings: Bindings, capacity: Capacity) -> str:
    """64 hexadecimal digits that change whenever a word of the record does, in either language."""
    writers = [_Writer(policy, bindings, capacity, language) for language in Language]
    texts = "\n".join(as_text(writer.document(tuple(writer.sections()))) for writer in writers)
    return sha256(texts.encode()).hexdigest()


def rows(policy: Policy, bindings: Bindings, capacity: Capacity, language: Language) -> list[dict[str, str]]:
    """One row an activity, with all that the record says of it; the keys are the headings, the same in each row."""
    writer = _Writer(policy, bindings, capacity, language)
    measures = " ".join(plain(item) for item in writer.measures())
    return [
        {"key": purpose.key, writer.say("purpose"): capitalised(purpose.name.in_(language))}
        | dict(writer.facts(purpose))
        | {
            writer.say("country"): policy.third_countries.text.in_(language),
            writer.say("security"): measures,
        }
        for purpose in writer.purposes
    ]


class _Writer:
    """One method a section, in the order of the document."""

    def __init__(self, policy: Policy, bindings: Bindings, capacity: Capacity, language: Language) -> None:
        self.policy, self.bindings, self.capacity, self.language = policy, bindings, capacity, language
        self.purposes = [one for one in policy.purposes.values() if one.capacity is capacity]

    def say(self, key: str, **values: object) -> str:
        return TEXTS[key].in_(self.language).format(**values)

    def document(self, sections: tuple[Section, ...]) -> Document:
        return Document(
            language=self.language,
            title=TITLES[self.capacity].in_(self.language),
            publisher=self.policy.controller.contact.name.in_(self.language),
            version=self.policy.version,
            valid_from=self.policy.valid_from,
            sections=sections,
        )

    def sections(self) -> Iterator[Section]:
        art = "30(1)" if self.capacity is Capacity.CONTROLLER else "30(2)"
        yield self.section("who", self.who(), f"{art}(a)")
        yield self.section("activities", self.activities(), f"{art}(b)", f"{art}(c)")
        if self.purposes:
            yield self.section("recipients", self.recipients(), f"{art}(d)", f"{art}(e)")
            yield self.section("limits", [self.limits()], f"{art}(f)")
        yield self.section("security", self.security(), "30(1)(g)" if art == "30(1)" else "30(2)(d)")

    def section(self, key: str, blocks: Iterable[Block], *articles: str) -> Section:
        return Section(key, self.say(key), tuple(blocks), articles)

    # -- who ---------------------------------------------------------------------------------------

    def who(self) -> Iterator[Block]:
        policy = self.policy
        yield _paragraph(self.say(str(self.capacity)))
        yield self.contact(policy.controller.contact, cvr=policy.controller.cvr)
        if policy.group_companies and self.capacity is Capacity.CONTROLLER:
            yield _paragraph(self.say("group"))
            yield BulletList(
                tuple(
                    (Span(f"{company.name}, {self.say('cvr', cvr=company.cvr)} ({company.does.in_(self.language)})"),)
                    for company in policy.group_companies
                )
            )
        if self.capacity is Capacity.PROCESSOR:
            yield _paragraph(self.say("on_behalf_of"))
            yield BulletList(tuple((Span(capitalised(one.name.in_(self.language))),) for one in self.controllers()))
        yield Heading("who-to-ask", self.say("officer" if policy.data_protection.officer else "contact_person"))
        yield self.contact(policy.data_protection.contact)

    def controllers(self) -> list[Recipient]:
        """On whose behalf: other controllers that get what the processor's purposes handle, and most of it."""
        handled = {key for purpose in self.purposes for key in purpose.categories}
        others = [one for one in self.policy.recipients.values() if one.role is Role.CONTROLLER]
        most = max((len(handled.intersection(one.categories)) for one in others), default=0)
        return [one for one in others if most and len(handled.intersection(one.categories)) == most]

    def contact(self, contact: ContactDetails, *, cvr: str | None = None) -> Contact:
        lines = [contact.street, f"{contact.postal_code} {contact.city}"]
        if cvr is not None:
            lines.append(self.say("cvr", cvr=cvr))
        dialled = "".join(digit for digit in contact.phone if digit.isdigit())
        ways = (
            (self.say("phone"), Span(contact.phone, href=f"tel:+45{dialled.removeprefix('45')}")),
            (self.say("email"), Span(contact.email, href=f"mailto:{contact.email}")),
            (self.say("website"), Span(contact.website.split("//")[-1], href=contact.website)),
        )
        return Contact(contact.name.in_(self.language), tuple(lines), ways)

    # -- activities --------------------------------------------------------------------------------

    def activities(self) -> Iterator[Block]:
        if not self.purposes:
            yield _paragraph(self.say("none"))
        for purpose in self.purposes:
            yield Heading(f"activity-{purpose.key.replace('_', '-')}", capitalised(purpose.name.in_(self.language)))
            yield DefinitionList(
                tuple(((Span(term, strong=True),), ((Span(text),),)) for term, text in self.facts(purpose))
            )

    def facts(self, purpose: Purpose) -> Iterator[tuple[str, str]]:
        """What the record says of one activity, term by term; the same terms for each."""
        yield self.say("purpose"), purpose.description.in_(self.language)
        yield self.say("basis"), notice_purposes.basis_sentence(purpose, self.language)
        yield self.say("persons"), _sentence(self.persons(purpose))
        yield self.say("data"), _sentence(self.data(purpose))
        yield self.say("recipients_of"), _sentence(self.gotten_by(purpose))
        yield self.say("limits_of"), _sentence(self.limits_of(purpose))

    def persons(self, purpose: Purpose) -> str:
        if purpose.all_categories:
            return self.say("all_persons")
        groups = {group for key in purpose.categories for group in self.policy.categories[key].persons}
        return series([text.in_(self.language) for group, text in PERSONS.items() if group in groups], self.language)

    def data(self, purpose: Purpose) -> str:
        if purpose.all_categories:
            return self.say("all_data")
        return series([self.category(self.policy.categories[key]) for key in purpose.categories], self.language)

    def category(self, category: Category) -> str:
        name = category.name.in_(self.language)
        kind = KINDS.get(category.kind)
        return f"{name} ({kind.in_(self.language)})" if kind and kind.in_(self.language) != name else name

    def gotten_by(self, purpose: Purpose) -> str:
        if purpose.all_categories:
            return self.say("all_recipients")
        found = [
            one.name.in_(self.language)
            for one in self.policy.recipients.values()
            if any(one.gets(key) for key in purpose.categories)
        ]
        return series(found, self.language) or self.say("no_recipient")

    def limits_of(self, purpose: Purpose) -> str:
        if purpose.all_categories:
            return self.say("all_limits")
        rules = [
            rule
            for rule in self.policy.retention.values()
            if rule.purpose in (None, purpose.key) and set(rule.categories) & set(purpose.categories)
        ]
        return "; ".join(f"{rule.name.in_(self.language)}: {self.until(rule)}" for rule in rules)

    # -- recipients and limits ---------------------------------------------------------------------

    def recipients(self) -> Iterator[Block]:
        shown = [one for one in self.policy.recipients.values() if self.concerns(one)]
        headers = tuple(self.say(key) for key in ("recipient", "gets", "role", "country"))
        yield Table(self.say("recipients_caption"), headers, tuple(self.recipient(one) for one in shown))
        yield _paragraph(self.policy.third_countries.text.in_(self.language))

    def concerns(self, recipient: Recipient) -> bool:
        return any(
            purpose.all_categories or any(recipient.gets(key) for key in purpose.categories)
            for purpose in self.purposes
        )

    def recipient(self, recipient: Recipient) -> tuple[Inline, ...]:
        gets = (
            self.say("all_data")
            if recipient.all_categories
            else series(
                [self.policy.categories[key].name.in_(self.language) for key in recipient.categories], self.language
            )
        )
        grounds = [ROLES[recipient.role].in_(self.language)]
        if recipient.agreement is not None:
            grounds.append(self.say("agreement", number=recipient.agreement))
        if recipient.statute is not None:
            grounds.append(recipient.statute.in_(self.language))
        place = recipient.place.da if self.language is Language.DANISH else recipient.place.en
        name = capitalised(recipient.name.in_(self.language))
        return tuple((Span(text),) for text in (name, _sentence(gets), _sentence("; ".join(grounds)), place))

    def limits(self) -> Table:
        headers = tuple(self.say(key) for key in ("what", "when", "why"))
        return Table(
            self.say("limits_caption"), headers, tuple(self.limit(one) for one in self.policy.retention.values())
        )

    def limit(self, rule: Retention) -> tuple[Inline, ...]:
        names = series([self.policy.categories[key].name.in_(self.language) for key in rule.categories], self.language)
        what = f"{rule.name.in_(self.language)}: {names}" if len(rule.categories) > 1 else rule.name.in_(self.language)
        if rule.purpose is not None:
            what += self.say("for_purpose", purpose=self.policy.purposes[rule.purpose].name.in_(self.language))
        texts = (what, _sentence(self.until(rule)), rule.reason.in_(self.language))
        return tuple((Span(text),) for text in texts)

    def until(self, rule: Retention) -> str:
        """``slettes 5 år efter, at sagen er afsluttet``."""
        event = self.policy.events[rule.event].phrase.in_(self.language)
        comma = "," if self.language is Language.DANISH and event.startswith("at ") else ""
        when = self.say(
            "after" if rule.period else "at_once",
            period=period_words(rule.period, self.language),
            comma=comma,
            event=event,
        )
        text = ENDS[rule.then].in_(self.language).format(when=when)
        if rule.review is not None:
            text += self.say("review", period=period_words(rule.review, self.language))
        return text

    # -- security ----------------------------------------------------------------------------------

    def security(self) -> Iterator[Block]:
        yield _paragraph(self.say("security_intro"))
        yield BulletList(tuple(self.measures()))

    def measures(self) -> Sequence[Inline]:
        """What the policy promises of security, and what the program enforces of it by itself."""
        columns = list(self.bindings.columns())
        numbers = {
            "purposes": len(self.policy.purposes),
            "tables": len(self.bindings.tables),
            "columns": len(columns),
            "personal": sum(isinstance(bound.binding, Personal) for bound in columns),
        }
        promised = [one for one in self.policy.commitments.values() if one.topic is Topic.SECURITY]
        return [
            *((Span(self.say(f"measure_{key}", **numbers)),) for key in MEASURES),
            *((Span(one.text.in_(self.language)),) for one in promised),
        ]

    def about(self, found: str) -> Iterator[Block]:
        date = date_words(self.policy.valid_from, self.language)
        yield _paragraph(self.say("derived", version=self.policy.version, date=date))
        yield _paragraph(self.say("fingerprint", fingerprint=found))


def _sentence(text: str) -> str:
    """With a capital letter and a full stop; nothing stays nothing."""
    return f"{capitalised(text).rstrip('.')}." if text else ""


def _paragraph(text: str) -> Paragraph:
    return Paragraph((Span(text),))

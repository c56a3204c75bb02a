"""The readable part of the package (Art. 15(1), 12(1)): the person's data with what the law wants told, as a document.

Pure: rows come as labelled texts, dates as dates; what is said of purposes, time limits and rights is the policy's.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

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
)
from forsyn.policy.dossier_facts import Facts, ReceivedFacts, TableFacts
from forsyn.policy.dossier_texts import SOURCES, TEXTS, TITLE
from forsyn.policy.dossier_words import WHY_LEFT_OUT
from forsyn.policy.ends import ENDING
from forsyn.policy.notice_purposes import basis_sentence
from forsyn.policy.policy import Contact as ContactDetails
from forsyn.policy.policy import Policy, Purpose, Retention
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import capitalised, date_words, period_words, series

SHOWN_ROWS = 40
"""More rows of one table stand in its file alone."""


def access_document(policy: Policy, facts: Facts, language: Language) -> Document:
    """The whole document in one language."""
    return _Writer(policy, facts, language).document()


class _Writer:
    """One method a section, in the order of the document."""

    def __init__(self, policy: Policy, facts: Facts, language: Language) -> None:
        self.policy, self.facts, self.language = policy, facts, language

    def say(self, key: str, **values: object) -> str:
        return TEXTS[key].in_(self.language).format(**values)

    def day(self, day: date) -> str:
        return date_words(day, self.language)

    def document(self) -> Document:
        return Document(
            language=self.language,
            title=TITLE.in_(self.language),
            publisher=self.policy.controller.contact.name.in_(self.language),
            version=self.policy.version,
            valid_from=self.policy.valid_from,
            sections=tuple(self.sections()),
        )

    def sections(self) -> Iterator[Section]:
        yield self.section("about", self.about(), "15(1)", "15(3)")
        if self.facts.tables:
            yield self.section("rows", self.rows(), "15(3)")
        if self.facts.months:
            yield self.section("consumption", self.consumption(), "15(3)")
        if self.facts.tables:
            yield self.section("data", self.data(), "15(1)(b)", "15(1)(d)", "15(1)(g)")
            yield self.section("purposes", [self.purposes()], "15(1)(a)")
        yield self.section("received", self.received(), "15(1)(c)")
        yield self.section("not_here", self.not_here(), "15(4)")
        yield self.section("rights", self.rights(), "15(1)(e)")
        yield self.section("complaint", self.complaint(), "15(1)(f)")
        yield self.section(
            "decisions", [_paragraph(self.policy.automated_decisions.text.in_(self.language))], "15(1)(h)"
        )
        yield self.section("countries", [_paragraph(self.policy.third_countries.text.in_(self.language))], "15(2)")

    def section(self, key: str, blocks: Iterable[Block], *articles: str) -> Section:
        return Section(key.replace("_", "-"), self.say(key), tuple(blocks), articles)

    def about(self) -> Iterator[Block]:
        facts = self.facts
        numbers = series(facts.numbers, self.language)
        known = "intro" if facts.tables or facts.months else "intro_nobody"
        yield _paragraph(self.say(known, day=self.day(facts.day), numbers=numbers))
        yield _paragraph(self.say("files"))
        yield BulletList(tuple((Span(self.say(key, name=name)),) for key, name in facts.files))
        yield _paragraph(self.say("units"))
        yield self.contact(self.policy.data_protection.contact)

    def contact(self, contact: ContactDetails) -> Contact:
        dialled = "".join(digit for digit in contact.phone if digit.isdigit())
        ways = (
            (self.say("phone"), Span(contact.phone, href=f"tel:+45{dialled.removeprefix('45')}")),
            (self.say("email"), Span(contact.email, href=f"mailto:{contact.email}")),
            (self.say("website"), Span(contact.website.split("//")[-1], href=contact.website)),
        )
        lines = (contact.street, f"{contact.postal_code} {contact.city}")
        return Contact(contact.name.in_(self.language), lines, ways)

    # -- what, why, how long ------------------------------------------------------------------------------------

    def data(self) -> Iterator[Block]:
        for key, category in self.policy.categories.items():
            tables = [table for table in self.facts.tables if key in table.sources]
            if tables:
                yield Heading(f"data-{key.replace('_', '-')}", capitalised(category.name.in_(self.language)))
                yield _paragraph(category.description.in_(self.language))
                yield DefinitionList(tuple(self.category(key, tables)))
        if self.facts.holds:
            held = (self.say("held", day=self.day(until), ground=ground) for ground, until in self.facts.holds)
            yield BulletList(tuple((Span(text),) for text in held))

    def category(self, key: str, tables: Sequence[TableFacts]) -> Iterator[tuple[Inline, tuple[Inline, ...]]]:
        yield (
            _term(self.say("where")),
            (_text(series([f"{one.title} ({one.count})" for one in tables], self.language)),),
        )
        sources = dict.fromkeys(source for table in tables for source in table.sources[key])
        yield (
            _term(self.say("from")),
            (_text(series([SOURCES[one].in_(self.language) for one in sources], self.language)),),
        )
        names = [one.name.in_(self.language) for one in self.used_for() if one.reads(key)]
        if names:
            yield _term(self.say("why")), (_text(capitalised(series(names, self.language)) + "."),)
        yield _term(self.say("how_long")), (_text(self.how_long(key, tables)),)
        yield _term(self.say("who")), (_text(self.who(key)),)

    def used_for(self) -> list[Purpose]:
        """The purposes that the person's data are used for, but for those that see everything."""
        return [
            purpose
            for key, purpose in self.policy.purposes.items()
            if key in self.facts.purposes and not purpose.all_categories
        ]

    def purposes(self) -> DefinitionList:
        """Each purpose that is named above: what it is, and what it rests on."""
        held = {key for table in self.facts.tables for key in table.sources}
        return DefinitionList(
            tuple(
                (
                    _term(capitalised(purpose.name.in_(self.language))),
                    (_text(purpose.description.in_(self.language)), _text(basis_sentence(purpose, self.language))),
                )
                for purpose in self.used_for()
                if any(purpose.reads(key) for key in held)
            )
        )

    def how_long(self, key: str, tables: Sequence[TableFacts]) -> str:
        rules = [self.rule(rule) for rule in self.policy.retention_of(key) if rule.then in ENDING]
        said = capitalised(series(rules, self.language))
        days = [table.latest for table in tables]
        if days and all(days):
            said += f" ({self.say('dated', day=self.day(max(day for day in days if day)))})"
        return f"{said}."

    def rule(self, rule: Retention) -> str:
        event = self.policy.events[rule.event].phrase.in_(self.language)
        period = period_words(rule.period, self.language)
        return self.say("rule", period=period, event=event) if period else self.say("rule_at_once", event=event)

    def who(self, key: str) -> str:
        got = [one for one in self.facts.received if key in one.categories]
        if not got:
            return self.say("nobody")
        names = [
            f"{self.recipient(one.recipient)} ({self.say('carried')})" if one.carried else self.recipient(one.recipient)
            for one in got
        ]
        return capitalised(series(names, self.language)) + "."

    def recipient(self, key: str) -> str:
        known = self.policy.recipients.get(key)
        return known.name.in_(self.language) if known else key

    # -- who got it ---------------------------------------------------------------------------------------------

    def received(self) -> Iterator[Block]:
        if self.facts.received:
            yield _paragraph(self.say("received_intro"))
            headers = (self.say("recipient"), self.say("what"), self.say("when"))
            rows = tuple(self.recipient_row(one) for one in self.facts.received)
            yield Table(self.say("received_table"), headers, rows)
        else:
            yield _paragraph(self.say("received_none"))
        held = {key for table in self.facts.tables for key in table.sources}
        declared = [one for one in self.policy.recipients.values() if any(one.gets(key) for key in held)]
        if declared:
            yield _paragraph(self.say("declared"))
            yield BulletList(
                tuple(
                    _text(f"{capitalised(one.name.in_(self.language))}: {one.does.in_(self.language)}")
                    for one in declared
                )
            )

    def recipient_row(self, one: ReceivedFacts) -> tuple[Inline, ...]:
        names = [
            self.policy.categories[key].name.in_(self.language)
            for key in one.categories
            if key in self.policy.categories
        ]
        what = capitalised(series(names, self.language))
        if one.carried:
            what += f" ({self.say('carried')})"
        key = "once" if one.times == 1 else "times"
        when = self.say(
            key, day=self.day(one.first), count=one.times, first=self.day(one.first), last=self.day(one.last)
        )
        return _text(capitalised(self.recipient(one.recipient))), _text(what), _text(when)

    # -- the rows -----------------------------------------------------------------------------------------------

    def consumption(self) -> Iterator[Block]:
        yield _paragraph(self.say("consumption_intro", file=self.facts.readings_file))
        rows = tuple((_text(one.month), _text(one.meter), _text(one.used)) for one in self.facts.months)
        yield Table(self.say("consumption"), (self.say("month"), self.say("meter"), self.say("used")), rows)

    def rows(self) -> Iterator[Block]:
        yield _paragraph(self.say("rows_intro"))
        for number, table in enumerate(self.facts.tables, 1):
            yield Heading(f"rows-{number}", table.title)
            shown = table.rows[:SHOWN_ROWS]
            if shown:
                yield BulletList(tuple(self.row(values, until) for values, until in shown))
            if table.count > len(shown):
                key = "more" if shown else "elsewhere"
                yield _paragraph(self.say(key, count=table.count - len(shown), file=table.file))

    def row(self, values: Sequence[tuple[str, str]], until: date | None) -> Inline:
        said = [f"{label}: {value}" for label, value in values]
        if until is not None:
            said.append(self.say("until", day=self.day(until)))
        return _text("; ".join(said))

    # -- what is not here, and the rest -------------------------------------------------------------------------

    def not_here(self) -> Iterator[Block]:
        if self.facts.withheld:
            yield _paragraph(self.say("withheld"))
            yield BulletList(tuple(_text(f"{what}: {reason}") for what, reason in self.facts.withheld))
        else:
            yield _paragraph(self.say("withheld_none"))
        if self.facts.left_out:
            yield _paragraph(self.say("left_out"))
            yield BulletList(
                tuple(
                    _text(f"{capitalised(series(titles, self.language))}: {WHY_LEFT_OUT[why].in_(self.language)}.")
                    for why, titles in self.facts.left_out.items()
                )
            )

    def rights(self) -> Iterator[Block]:
        yield DefinitionList(
            tuple(
                (_term(rule.name.in_(self.language)), (_text(rule.explanation.in_(self.language)),))
                for rule in self.policy.rights.values()
            )
        )

    def complaint(self) -> Iterator[Block]:
        yield _paragraph(self.policy.authority.complaint.in_(self.language))
        yield self.contact(self.policy.authority.contact)


def _text(text: str) -> Inline:
    return (Span(text),)


def _term(text: str) -> Inline:
    return (Span(text, strong=True),)


def _paragraph(text: str) -> Paragraph:
    return Paragraph(_text(text))

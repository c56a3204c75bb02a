"""The public privacy notice, written from the policy: complete under Art. 13 and 14, in words for people.

`notice` answers a `Document`; others set it as HTML and PDF. Its sections name the articles they answer.
"""

from collections.abc import Iterable, Sequence

from forsyn.policy import notice_purposes, notice_texts
from forsyn.policy.document import (
    Block,
    BulletList,
    DefinitionList,
    Document,
    Heading,
    Inline,
    Section,
    Span,
    Table,
)
from forsyn.policy.notice_texts import say
from forsyn.policy.notice_writer import Writer
from forsyn.policy.policy import Category, Policy, Recipient, Retention
from forsyn.policy.vocabulary import Capacity, Kind, Language, Objection, Right, Source, Topic
from forsyn.policy.wording import article_words, capitalised, date_words, period_words

ARTICLES = (
    *(f"13({part})" for part in ("1)(a", "1)(b", "1)(c", "1)(d", "1)(e", "1)(f")),
    *(f"13({part})" for part in ("2)(a", "2)(b", "2)(c", "2)(d", "2)(e", "2)(f")),
    "13(3)",
    *(f"14({part})" for part in ("1)(a", "1)(b", "1)(c", "1)(d", "1)(e", "1)(f")),
    *(f"14({part})" for part in ("2)(a", "2)(b", "2)(c", "2)(d", "2)(e", "2)(f", "2)(g")),
    "14(3)",
    "14(4)",
)
"""Everything that Art. 13 and 14 want told; each is answered by a section that names it."""


def notice(policy: Policy, language: Language) -> Document:
    """The whole notice in one language."""
    writer = NoticeWriter(policy, language)
    return Document(
        language=language,
        title=say("title", language),
        publisher=policy.controller.contact.name.in_(language),
        version=policy.version,
        valid_from=policy.valid_from,
        sections=tuple(writer.sections()),
    )


class NoticeWriter(Writer):
    """One method a section, in the order of the notice."""

    def sections(self) -> Iterable[Section]:
        yield self.section("who", self.who(), "13(1)(a)", "13(1)(b)", "14(1)(a)", "14(1)(b)")
        yield self.section("data", self.data(), "14(1)(d)")
        yield self.section("sources", self.sources(), "14(2)(f)", "14(3)")
        purposes = ("13(1)(c)", "13(1)(d)", "14(1)(c)", "14(2)(b)")
        yield self.section("purposes", self.purposes(Capacity.CONTROLLER), *purposes)
        if any(purpose.capacity is Capacity.PROCESSOR for purpose in self.policy.purposes.values()):
            yield self.section("processor", self.purposes(Capacity.PROCESSOR))
        yield self.section("giving", [self.paragraph(self.policy.duty_to_give.text.in_(self.language))], "13(2)(e)")
        yield self.section("sharing", self.sharing(), "13(1)(e)", "14(1)(e)")
        yield self.section(
            "abroad", [self.paragraph(self.policy.third_countries.text.in_(self.language))], "13(1)(f)", "14(1)(f)"
        )
        yield self.section("keeping", self.keeping(), "13(2)(a)", "14(2)(a)")
        automated = self.policy.automated_decisions.text.in_(self.language)
        yield self.section("automated", [self.paragraph(automated)], "13(2)(f)", "14(2)(g)")
        yield self.section("cookies", self.cookies())
        yield self.section("security", [BulletList(tuple(self.commitments(Topic.SECURITY)))])
        yield self.section("rights", self.rights(), "13(2)(b)", "14(2)(c)")
        yield self.section("objection", self.objection(), "13(2)(b)", "14(2)(c)", "21(4)")
        yield self.section("withdrawal", self.withdrawal(), "13(2)(c)", "14(2)(d)")
        yield self.section("complaint", self.complaint(), "13(2)(d)", "14(2)(e)")
        yield self.section("about", self.about(), "13(3)", "14(4)")

    # -- who ---------------------------------------------------------------------------------------

    def who(self) -> Iterable[Block]:
        controller, data_protection = self.policy.controller, self.policy.data_protection
        yield self.paragraph(controller.introduction.in_(self.language))
        yield self.paragraph(self.say("controller", name=controller.contact.name.in_(self.language)))
        yield self.contact(controller.contact, cvr=controller.cvr)
        if self.policy.group_companies:
            yield self.paragraph(self.say("group"))
            yield BulletList(
                tuple(
                    (Span(self.say("company", name=one.name, cvr=one.cvr, does=one.does.in_(self.language))),)
                    for one in self.policy.group_companies
                )
            )
        yield Heading("ask", self.say("ask"))
        name = data_protection.contact.name.in_(self.language)
        yield self.paragraph(
            self.say("officer") if data_protection.officer else f"{self.say('contact_person')} {name}."
        )
        yield self.contact(data_protection.contact)
        yield self.by_mail("subject_mark")

    # -- data and sources --------------------------------------------------------------------------

    def data(self) -> Iterable[Block]:
        yield from self.committed(Topic.DATA)
        yield self.paragraph(self.say("data_intro"))
        for group, title in self.policy.category_groups.items():
            members = [category for category in self.policy.categories.values() if category.group == group]
            if members:
                yield Heading(f"data-{group}", title.in_(self.language))
                yield DefinitionList(
                    tuple((self.term(one.name.in_(self.language)), (self.what(one),)) for one in members)
                )

    def what(self, category: Category) -> Inline:
        kind = {kind: text.in_(self.language) for kind, text in notice_texts.KINDS.items()}
        sensitive = category.kind if category.kind in (Kind.SPECIAL, Kind.CRIMINAL) else None
        return (Span(category.description.in_(self.language) + (kind[sensitive] if sensitive else "")),)

    def sources(self) -> Iterable[Block]:
        yield self.paragraph(self.say("sources_intro"))
        items = []
        for source, title in notice_texts.SOURCES.items():
            members = self.sourced(source)
            if members:
                note = notice_texts.SOURCE_NOTES[source].in_(self.language)
                text = note + self.say("source_what", categories=self.names(members))
                items.append((self.term(title.in_(self.language)), ((Span(text),),)))
        yield DefinitionList(tuple(items))
        yield self.paragraph(self.say("source_notice"))

    def sourced(self, source: Source) -> list[Category]:
        return [category for category in self.policy.categories.values() if source in category.sources]

    # -- purposes ----------------------------------------------------------------------------------

    def purposes(self, capacity: Capacity) -> Iterable[Block]:
        if capacity is Capacity.PROCESSOR:
            yield self.paragraph(self.say("processor_intro"))
        else:
            yield self.paragraph(self.say("purposes_intro"))
            yield from self.committed(Topic.PURPOSES)
        for group, title in self.policy.purpose_groups.items():
            members = [
                purpose
                for purpose in self.policy.purposes.values()
                if purpose.group == group and purpose.capacity is capacity
            ]
            if members:
                yield Heading(f"purpose-{group}", title.in_(self.language))
                yield DefinitionList(
                    tuple(
                        (
                            self.term(one.name.in_(self.language)),
                            notice_purposes.paragraphs(self.policy, one, self.language),
                        )
                        for one in members
                    )
                )

    # -- sharing and keeping -----------------------------------------------------------------------

    def sharing(self) -> Iterable[Block]:
        yield from self.committed(Topic.SHARING)
        for role, title in notice_texts.ROLES.items():
            members = [recipient for recipient in self.policy.recipients.values() if recipient.role is role]
            if members:
                yield Heading(f"recipient-{role.replace('_', '-')}", title.in_(self.language))
                yield self.paragraph(notice_texts.ROLE_NOTES[role].in_(self.language) + self.places(members))
                yield DefinitionList(tuple(self.recipient(one) for one in members))

    def places(self, recipients: Sequence[Recipient]) -> str:
        """Where they are; the controller's own country is told once instead of at each name."""
        away = [one for one in recipients if one.country != self.policy.controller.country]
        if len(away) == len(recipients):
            return ""
        return self.say("mostly_here" if away else "all_here", country=self.country(self.policy.controller.country))

    def recipient(self, recipient: Recipient) -> tuple[Inline, tuple[Inline, ...]]:
        name = recipient.name.in_(self.language)
        if recipient.country != self.policy.controller.country:
            name = self.say("elsewhere", name=name, country=self.country(recipient.country))
        does = f"{capitalised(recipient.does.in_(self.language))}."
        if recipient.statute is not None:
            does += self.say("by_statute", statute=recipient.statute.in_(self.language))
        gets = (
            self.say("everything")
            if recipient.all_categories
            else self.names(self.policy.categories[key] for key in recipient.categories)
        )
        return self.term(name), ((Span(does),), self.labelled("label_data", f"{gets}."))

    def keeping(self) -> Iterable[Block]:
        yield from self.committed(Topic.RETENTION)
        yield Table(
            self.say("keeping_caption"),
            (self.say("keeping_what"), self.say("keeping_when"), self.say("keeping_why")),
            tuple(self.rule(rule) for rule in self.policy.retention.values()),
        )

    def rule(self, rule: Retention) -> tuple[Inline, Inline, Inline]:
        name = rule.name.in_(self.language)
        what: Inline = (Span(name, strong=True),)
        if len(rule.categories) > 1:
            members = self.names(self.policy.categories[key] for key in rule.categories)
            what = (Span(f"{name}:", strong=True), Span(f" {members}"))
        if rule.purpose is not None:
            purpose = self.policy.purposes[rule.purpose].name.in_(self.language)
            what = (*what, Span(self.say("for_purpose", purpose=purpose)))
        return what, (Span(self.until(rule)),), (Span(rule.reason.in_(self.language)),)

    def until(self, rule: Retention) -> str:
        """``Slettes 5 år efter, at din aftale er ophørt.``"""
        event = self.policy.events[rule.event].phrase.in_(self.language)
        clause = self.language is Language.DANISH and event.startswith("at ")
        when = self.say(
            "after" if rule.period else "at_once",
            period=period_words(rule.period, self.language),
            comma="," if clause else "",
            event=event,
        )
        ended = "," if clause or self.language is Language.ENGLISH else ""
        text = notice_texts.OUTCOMES[rule.then].in_(self.language).format(when=when, When=capitalised(when) + ended)
        if rule.review is not None:
            text += self.say("review", period=period_words(rule.review, self.language))
        return text

    # -- cookies and rights ------------------------------------------------------------------------

    def cookies(self) -> Iterable[Block]:
        yield self.paragraph(self.say("cookies_intro"))
        yield from self.committed(Topic.COOKIES)
        yield Table(
            self.say("cookies_caption"),
            (self.say("cookie_name"), self.say("cookie_does"), self.say("cookie_lasts")),
            tuple(
                (
                    (Span(cookie.key),),
                    (Span(capitalised(cookie.does.in_(self.language)) + "."),),
                    (Span(capitalised(period_words(cookie.lasts, self.language) or self.say("cookie_session"))),),
                )
                for cookie in self.policy.cookies.values()
            ),
        )

    def rights(self) -> Sequence[Block]:
        rules = [
            (
                self.term(
                    self.say(
                        "right", name=rule.name.in_(self.language), article=article_words(rule.article, self.language)
                    )
                ),
                ((Span(rule.explanation.in_(self.language)),),),
            )
            for rule in self.policy.rights.values()
        ]
        return [
            *self.committed(Topic.RIGHTS),
            self.by_mail("rights_how"),
            self.paragraph(self.say("rights_time")),
            DefinitionList(tuple(rules)),
        ]

    def objection(self) -> Iterable[Block]:
        """Told apart from all else, as Art. 21(4) demands."""
        yield self.paragraph(self.policy.rights[Right.OBJECTION].explanation.in_(self.language))
        reached: dict[str, list[Inline]] = {}
        for purpose in self.policy.purposes.values():
            if purpose.objection is not Objection.NONE and purpose.capacity is Capacity.CONTROLLER:
                effect = notice_purposes.objection(purpose, self.language)
                reached.setdefault(effect, []).append((Span(purpose.name.in_(self.language)),))
        for effect, names in reached.items():
            yield self.paragraph(self.say("objection_to", effect=effect))
            yield BulletList(tuple(names))

    def withdrawal(self) -> Iterable[Block]:
        yield self.paragraph(self.say("withdrawal_how"))
        yield DefinitionList(
            tuple(
                (
                    self.term(consent.name.in_(self.language)),
                    (
                        (
                            Span(
                                consent.explanation.in_(self.language)
                                + (self.say("written") if consent.written else "")
                            ),
                        ),
                    ),
                )
                for consent in self.policy.consents.values()
            )
        )

    def complaint(self) -> Iterable[Block]:
        yield self.paragraph(self.policy.authority.complaint.in_(self.language))
        yield self.contact(self.policy.authority.contact)

    def about(self) -> Iterable[Block]:
        date = date_words(self.policy.valid_from, self.language)
        yield self.paragraph(self.say("version", version=self.policy.version, date=date))
        yield self.paragraph(self.say("changes"))
        yield self.paragraph(self.say("languages"))

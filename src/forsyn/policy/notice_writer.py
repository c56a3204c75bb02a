"""The small turns that every section of the notice is written with."""

from collections.abc import Iterable

from forsyn.policy.countries import countries
from forsyn.policy.document import Block, Contact, Inline, Paragraph, Section, Span
from forsyn.policy.notice_texts import say
from forsyn.policy.policy import Category, Policy
from forsyn.policy.policy import Contact as ContactDetails
from forsyn.policy.vocabulary import Language, Topic
from forsyn.policy.wording import capitalised, series


class Writer:
    """A policy being told in one language."""

    def __init__(self, policy: Policy, language: Language) -> None:
        self.policy, self.language = policy, language

    def say(self, key: str, **values: str) -> str:
        return say(key, self.language, **values)

    def paragraph(self, text: str) -> Paragraph:
        return Paragraph((Span(text),))

    def section(self, key: str, blocks: Iterable[Block], *articles: str) -> Section:
        return Section(key, self.say(key), tuple(blocks), articles)

    def term(self, text: str) -> Inline:
        return (Span(capitalised(text), strong=True),)

    def labelled(self, label: str, text: str) -> Inline:
        return (Span(self.say(label), strong=True), Span(f" {text}"))

    def names(self, categories: Iterable[Category]) -> str:
        return series([category.name.in_(self.language) for category in categories], self.language)

    def commitments(self, topic: Topic) -> list[Inline]:
        return [
            (Span(item.text.in_(self.language)),) for item in self.policy.commitments.values() if item.topic is topic
        ]

    def committed(self, topic: Topic) -> Iterable[Paragraph]:
        return (Paragraph(inline) for inline in self.commitments(topic))

    def country(self, code: str) -> str:
        place = countries()[code]
        return place.da if self.language is Language.DANISH else place.en

    def by_mail(self, key: str) -> Paragraph:
        """A sentence with the controller's address as a link."""
        controller = self.policy.controller
        before, after = self.say(key, email="\0", mark=controller.subject_mark).split("\0")
        email = controller.contact.email
        return Paragraph((Span(before), Span(email, href=f"mailto:{email}"), Span(after)))

    def contact(self, contact: ContactDetails, *, cvr: str | None = None) -> Contact:
        lines = [contact.street, f"{contact.postal_code} {contact.city}"]
        if cvr is not None:
            lines.append(self.say("cvr", cvr=cvr))
        dialled = "".join(digit for digit in contact.phone if digit.isdigit())
        return Contact(
            contact.name.in_(self.language),
            tuple(lines),
            (
                (self.say("phone"), Span(contact.phone, href=f"tel:+45{dialled.removeprefix('45')}")),
                (self.say("email"), Span(contact.email, href=f"mailto:{contact.email}")),
                (self.say("website"), Span(contact.website.split("//")[-1], href=contact.website)),
            ),
        )

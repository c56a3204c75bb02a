"""The written instructions of a role of staff, from what the policy declares of it (GDPR Art. 29 and 32(4)).

`instructions` answers a `Document`, as the public notice is one; `fingerprint` names the text that somebody confirms.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256

from forsyn.policy.document import (
    Block,
    BulletList,
    Contact,
    DefinitionList,
    Document,
    Inline,
    Paragraph,
    Section,
    Span,
    as_text,
)
from forsyn.policy.instruction_texts import TEXTS, WRITTEN_DATE
from forsyn.policy.policy import Category, Policy, Purpose, StaffRole
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Capacity, Kind, Language, Objection, Scope
from forsyn.policy.wording import capitalised, period_words, series

CONFIRM_WITHIN = timedelta(days=14)
"""So long a member of staff has to confirm, from the day that the role begins or the text may have changed."""
_QUOTED = {Language.DANISH: "»{}«", Language.ENGLISH: "“{}”"}
SPECIAL_KINDS = (Kind.NATIONAL_ID, Kind.SPECIAL, Kind.CRIMINAL)
SPECIAL_GROUP = "care"
"""The group of categories that utilities name besides those kinds: threats, children and animals."""


def instructions(policy: Policy, role: str, language: Language) -> Document:
    """What somebody with a role must know, in one language. Raises KeyError for a role that the policy has not."""
    declared = policy.staff_roles[role]
    writer = _Writer(policy, declared, language)
    return Document(
        language=language,
        title=writer.say("title", role=declared.name.in_(language)),
        publisher=policy.controller.contact.name.in_(language),
        version=policy.version,
        valid_from=in_force_since(policy),
        sections=tuple(writer.sections()),
    )


def fingerprint(policy: Policy, role: str) -> str:
    """64 hexadecimal digits that change whenever a word of the text does, in either language."""
    texts = "\n".join(as_text(instructions(policy, role, language)) for language in Language)
    return sha256(texts.encode()).hexdigest()


def fingerprints(policy: Policy) -> dict[str, str]:
    """The fingerprint of each role's present text."""
    return {role: fingerprint(policy, role) for role in policy.staff_roles}


def in_force_since(policy: Policy) -> date:
    """From when on the texts may read as they do: the policy's day, or that of the sentences around it."""
    return max(policy.valid_from, WRITTEN_DATE)


def confirm_by(policy: Policy, first_date: date) -> date:
    """The last day to confirm, for somebody whose role began on ``first_date``."""
    return max(first_date, in_force_since(policy)) + CONFIRM_WITHIN


class _Writer:
    """One method a section, in the order of the page."""

    def __init__(self, policy: Policy, role: StaffRole, language: Language) -> None:
        self.policy, self.role, self.language = policy, role, language
        self.purposes = [policy.purposes[key] for key in role.purposes]
        # Those who have the role may be the very ones to ask.
        self.answers = policy.purpose_for(P.PRIVACY_RIGHTS) in self.purposes
        self.contact_name = policy.data_protection.contact.name.in_(language)

    def say(self, key: str, **values: str) -> str:
        return TEXTS[key].in_(self.language).format(**values)

    def sections(self) -> Iterable[Section]:
        yield self.section("job", self.job())
        yield self.section("purposes", self.may_see())
        yield self.section("unseen", self.unseen())
        yield self.section("special", self.special())
        yield self.section("log", self.log())
        agreement = "secrecy_external" if self.role.external else "secrecy_employed_elsewhere"
        yield self.section("leaving", [self.listed("door", "secrecy", agreement)])
        yield self.section("sign_in", [_paragraph(self.say("own_sign_in"))])
        yield self.section("ask", self.ask())

    def section(self, key: str, blocks: Iterable[Block]) -> Section:
        return Section(key.replace("_", "-"), self.say(key), tuple(blocks))

    def listed(self, *keys: str) -> BulletList:
        return BulletList(tuple((Span(self.say(key)),) for key in keys))

    def job(self) -> Iterable[Block]:
        yield _paragraph(f"{self.role.description.in_(self.language)} {self.say('use')}")
        longest, review = (period_words(period, self.language) for period in (self.role.longest, self.role.review))
        yield _paragraph(self.say("term", longest=longest, review=review))

    def may_see(self) -> Iterable[Block]:
        yield _paragraph(self.say("purposes_intro"))
        yield DefinitionList(tuple((self.term(one), ((Span(" ".join(self.told_of(one))),),)) for one in self.purposes))

    def told_of(self, purpose: Purpose) -> Iterable[str]:
        if purpose.all_categories:
            yield self.say("sees_all")
        else:
            yield self.say(
                "sees", categories=self.categories(self.policy.categories[key] for key in purpose.categories)
            )
        if purpose.pseudonymous:
            yield self.say("pseudonymous")
        if purpose.consent is not None:
            yield self.say("consent", consent=self.policy.consents[purpose.consent].name.in_(self.language))
        if purpose.scope is Scope.HANDED_OVER:
            yield self.say("handed_over")
        if purpose.capacity is Capacity.PROCESSOR:
            yield self.say("on_behalf")

    def unseen(self) -> Iterable[Block]:
        people = [one for one in self.purposes if not one.pseudonymous]
        paused = [one for one in people if not one.reads_restricted]
        objected = [one for one in self.purposes if one.objection is not Objection.NONE]
        told = [
            self.say(key, purposes=self.names(found))
            for key, found in (("unseen_restricted", paused), ("unseen_objection", objected))
            if found
        ]
        yield _paragraph(" ".join(told) or self.say("unseen_none"))
        if told and not self.answers:
            yield _paragraph(self.say("unseen_do", contact=self.contact_name))

    def special(self) -> Iterable[Block]:
        protected = [one for one in self.policy.categories.values() if _is_special(one)]
        opened: dict[tuple[str, ...], list[Category]] = {}
        for category in protected:
            reading = tuple(one.key for one in self.purposes if one.reads(category.key))
            opened.setdefault(reading, []).append(category)
        closed = opened.pop((), [])
        for keys, found in opened.items():
            purposes = self.names(self.policy.purposes[key] for key in keys)
            yield _paragraph(self.say("special_own", categories=self.categories(found), purposes=purposes))
        if closed:
            yield _paragraph(self.say("special_closed", categories=self.categories(closed), contact=self.contact_name))
        yield _paragraph(self.say("cpr"))

    def log(self) -> Iterable[Block]:
        own = self.policy.purpose_for(P.SELF_SERVICE)
        seen = f" {self.say('logged_seen')}" if own is not None and own.reads("access_log") else ""
        yield _paragraph(self.say("logged") + seen)

    def ask(self) -> Iterable[Block]:
        authority = self.policy.authority.contact.name.in_(self.language)
        own = "_own" if self.answers else ""
        yield _paragraph(self.say(f"rights{own}", contact=self.contact_name))
        yield _paragraph(self.say(f"breach{own}", contact=self.contact_name, authority=authority))
        contact = self.policy.data_protection.contact
        dialled = "".join(digit for digit in contact.phone if digit.isdigit())
        ways = (
            (self.say("phone"), Span(contact.phone, href=f"tel:+45{dialled.removeprefix('45')}")),
            (self.say("email"), Span(contact.email, href=f"mailto:{contact.email}")),
        )
        yield Contact(self.contact_name, (), ways)

    def term(self, purpose: Purpose) -> Inline:
        return (Span(capitalised(purpose.name.in_(self.language)), strong=True),)

    def names(self, purposes: Iterable[Purpose]) -> str:
        return series([_QUOTED[self.language].format(one.name.in_(self.language)) for one in purposes], self.language)

    def categories(self, categories: Iterable[Category]) -> str:
        return series([category.name.in_(self.language) for category in categories], self.language)


def _is_special(category: Category) -> bool:
    return category.kind in SPECIAL_KINDS or category.group == SPECIAL_GROUP


def _paragraph(text: str) -> Paragraph:
    return Paragraph((Span(text),))

"""What a policy file says, as frozen data. `forsyn.policy.loading.load_policy` makes it.

``line`` is where the item stands in the file and ``lines`` where each of its keys does, for messages;
``claims`` are the promises that it fulfils.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from forsyn.kernel.charges.tariff import Commodity
from forsyn.policy.countries import Country, countries
from forsyn.policy.items import Commitment as Commitment
from forsyn.policy.items import Cookie as Cookie
from forsyn.policy.items import Item as Item
from forsyn.policy.items import RightRule as RightRule
from forsyn.policy.items import StaffRole as StaffRole
from forsyn.policy.items import Statement as Statement
from forsyn.policy.items import Text as Text
from forsyn.policy.periods import Period
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import (
    Capacity,
    Channel,
    Ground,
    Kind,
    Objection,
    Outcome,
    PersonGroup,
    Right,
    Role,
    Scope,
    Source,
)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody. ``name`` may be a function rather than a person."""

    name: Text
    street: str
    postal_code: str
    city: str
    phone: str
    email: str
    website: str


@dataclass(frozen=True, slots=True)
class Controller(Item):
    """The legal person that answers for the data. ``subject_mark`` opens a privacy case by mail."""

    contact: Contact
    cvr: str
    country: str
    subject_mark: str
    introduction: Text


@dataclass(frozen=True, slots=True)
class DataProtection(Item):
    """Whom to ask: a data protection officer (Art. 37), or a contact person where there is none."""

    contact: Contact
    officer: bool


@dataclass(frozen=True, slots=True)
class Authority(Item):
    """The supervisory authority and the way to complain."""

    contact: Contact
    complaint: Text


@dataclass(frozen=True, slots=True)
class GroupCompany(Item):
    """A billing entity under the one controller: bills of what it ``supplies`` are its own."""

    name: str
    cvr: str
    does: Text
    supplies: tuple[Commodity, ...] = ()


@dataclass(frozen=True, slots=True)
class Category(Item):
    """A data category; columns are bound to its key. ``dpv`` is a term such as ``pd:Name``, or None.

    ``optional``: nobody needs to give it, so a person may have it erased while the agreement runs.
    """

    name: Text
    description: Text
    group: str
    kind: Kind
    dpv: str | None
    persons: tuple[PersonGroup, ...]
    sources: tuple[Source, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class NotHeld(Item):
    """Categories that the program has room for, and that this controller does not keep here; ``reason`` says why.

    With ``sources``, a declared category is not kept from these sources; without, it is not kept at all.
    """

    categories: tuple[str, ...]
    sources: tuple[Source, ...]
    reason: Text

    def covers(self, category: str, source: Source) -> bool:
        return category in self.categories and (not self.sources or source in self.sources)


@dataclass(frozen=True, slots=True)
class Basis:
    """A legal basis: an article of the GDPR (``6(1)(c)``), a national statute, or both."""

    article: str | None
    statute: Text | None

    @property
    def ground(self) -> Ground | None:
        """The ground of Art. 6(1) that the basis is, if it is one."""
        return next((ground for ground in Ground if self.article == f"6(1)({ground.letter})"), None)


@dataclass(frozen=True, slots=True)
class Purpose(Item):
    """Why data are used. Each becomes a role of the database that reads ``categories`` and no more.

    ``all_categories`` stands for rights of persons and for the retention night, which must see everything.
    ``consent`` names the consent that must be live. ``reads_restricted``: Art. 18(2) lets it see restricted
    persons (storage, consent, legal claims, protection of persons). ``scope`` says whose rows it sees at all.
    ``serves`` names work of the program (`forsyn.policy.purposes.P`) that is done for this purpose, too.
    """

    name: Text
    description: Text
    group: str
    bases: tuple[Basis, ...]
    interest: Text | None
    categories: tuple[str, ...]
    all_categories: bool
    pseudonymous: bool
    objection: Objection
    consent: str | None
    reads_restricted: bool
    capacity: Capacity
    scope: Scope
    serves: tuple[str, ...]

    @property
    def rests_on(self) -> tuple[Ground, ...]:
        """The grounds of Art. 6(1) among the bases, in the order of the file."""
        return tuple(dict.fromkeys(basis.ground for basis in self.bases if basis.ground))

    def reads(self, category: str) -> bool:
        return self.all_categories or category in self.categories


@dataclass(frozen=True, slots=True)
class Consent(Item):
    """Something a person can say yes and no to (Art. 7). ``written``: the signed paper is kept on file.

    A yes counts for the words that it was said to. ``former`` are earlier wordings that asked for the very same: a yes
    to one of them still counts. A yes to any other text counts no more until the person has said yes to this one.
    """

    name: Text
    explanation: Text
    written: bool
    former: tuple[Text, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts, in both languages, to which a yes counts."""
        return tuple(dict.fromkeys(text for both in (self.explanation, *self.former) for text in (both.da, both.en)))


@dataclass(frozen=True, slots=True)
class Event(Item):
    """What a retention period counts from; ``phrase`` follows "after": a noun phrase, definite.

    ``year_end``: it counts from the end of the (calendar) accounting year in which it came.
    """

    phrase: Text
    year_end: bool = False


@dataclass(frozen=True, slots=True)
class Retention(Item):
    """How long some categories are kept: ``period`` after ``event``, because of ``reason``.

    ``purpose`` limits the rule to data held for that purpose alone; a rule without one takes the rest. A category
    may have several rules: it is thinned by one and erased by another. ``review``: an unreviewed row is
    erased when so long has passed since the last review. ``demanded_by`` is the law that demands the keeping: what it
    covers stays when a person asks for erasure (Art. 17(3)(b)); the rest of a rule is the controller's own choice.
    """

    name: Text
    categories: tuple[str, ...]
    purpose: str | None
    event: str
    period: Period
    then: Outcome
    review: Period | None
    reason: Text
    demanded_by: Text | None = None


@dataclass(frozen=True, slots=True)
class Recipient(Item):
    """Who gets data; one that runs the servers gets ``all_categories``.

    ``agreement`` names the processor agreement; ``statute`` the duty to disclose. A processor that
    ``carries`` a channel brings our messages to the persons themselves. ``email`` takes word of what was corrected,
    erased or restricted (Art. 19); without one, a member of staff tells the recipient another way.
    """

    name: Text
    role: Role
    does: Text
    categories: tuple[str, ...]
    all_categories: bool
    country: str
    agreement_required: bool
    agreement: str | None
    statute: Text | None
    carries: tuple[Channel, ...] = ()
    email: str | None = None

    def gets(self, category: str) -> bool:
        return self.all_categories or category in self.categories

    @property
    def place(self) -> Country:
        return countries()[self.country]


@dataclass(frozen=True, slots=True)
class Policy:
    """One controller's whole policy. Mappings keep the order of the file."""

    file: str
    version: str
    valid_from: date
    controller: Controller
    data_protection: DataProtection
    authority: Authority
    group_companies: tuple[GroupCompany, ...]
    category_groups: Mapping[str, Text]
    categories: Mapping[str, Category]
    not_held: tuple[NotHeld, ...]
    purpose_groups: Mapping[str, Text]
    purposes: Mapping[str, Purpose]
    consents: Mapping[str, Consent]
    events: Mapping[str, Event]
    retention: Mapping[str, Retention]
    recipients: Mapping[str, Recipient]
    staff_roles: Mapping[str, StaffRole]
    rights: Mapping[Right, RightRule]
    cookies: Mapping[str, Cookie]
    commitments: Mapping[str, Commitment]
    automated_decisions: Statement
    third_countries: Statement
    duty_to_give: Statement

    def items(self) -> Iterator[Item]:
        """Everything declared, in the order of the sections."""
        yield from (self.controller, self.data_protection, self.authority, *self.group_companies)
        sections: tuple[Mapping[str, Item], ...] = (
            self.categories,
            self.purposes,
            self.consents,
            self.events,
            self.retention,
            self.recipients,
            self.staff_roles,
            {str(right): rule for right, rule in self.rights.items()},
            self.cookies,
            self.commitments,
        )
        for section in sections:
            yield from section.values()
        yield from (self.automated_decisions, self.third_countries, self.duty_to_give)

    def where(self, item: Item, name: str = "") -> str:
        """``file:line`` of an item, or of one of its keys."""
        return f"{self.file}:{item.lines.get(name, item.line)}"

    def why_not_held(self, category: str, source: Source) -> NotHeld | None:
        """What says that a category is not kept here from that source; None where it may be kept."""
        return next((entry for entry in self.not_held if entry.covers(category, source)), None)

    def retention_of(self, category: str) -> tuple[Retention, ...]:
        """The rules that end the keeping of a category."""
        return tuple(rule for rule in self.retention.values() if category in rule.categories)

    def purpose_for(self, work: P) -> Purpose | None:
        """The purpose that the program's work is done for: the one of that key, or the one that serves it."""
        serving = (purpose for purpose in self.purposes.values() if work in purpose.serves)
        return self.purposes.get(work) or next(serving, None)

    def purposes_reading(self, category: str) -> tuple[Purpose, ...]:
        return tuple(purpose for purpose in self.purposes.values() if purpose.reads(category))

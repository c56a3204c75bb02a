"""The words that policy files and bindings are written in.

Each member's value is what stands in a TOML file, a column comment or JSON.
"""

from enum import StrEnum


class Source(StrEnum):
    """Where a datum came from (Art. 14(2)(f)); decides what Art. 20 covers."""

    PERSON = "person"
    """Told or handed over by the person."""
    METER = "meter"
    """Observed by a meter or other device of the supply (Art. 20 counts observed data as provided)."""
    UTILITY = "utility"
    """Assigned or written by the controller: numbers, notes, invoices."""
    DERIVED = "derived"
    """Calculated from other data: deviations, estimates, totals. Outside Art. 20."""
    EMPLOYER = "employer"
    """Told by the company that the person works for."""
    OTHER_PERSON = "other_person"
    """Told by someone else: the other party of a move, a landlord, a neighbour, an heir."""
    PUBLIC_REGISTER = "public_register"
    """CPR, CVR, BBR, DAR or another public register or authority."""
    PARTNER = "partner"
    """A bank, a payment service or another supplier to the controller."""
    SYSTEM = "system"
    """Made by the program itself when somebody uses it: sign-in, session, access log."""


class Kind(StrEnum):
    """Class of a data category; Danish law knows one between ordinary and special."""

    ORDINARY = "ordinary"
    CONFIDENTIAL = "confidential"
    NATIONAL_ID = "national_id"
    """Civil registration number: databeskyttelsesloven section 11."""
    SPECIAL = "special"
    """Special categories: Art. 9(1)."""
    CRIMINAL = "criminal"
    """Criminal offences: Art. 10 and databeskyttelsesloven section 8."""


class Ground(StrEnum):
    """What a purpose rests on: the letters of Art. 6(1)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"

    @property
    def letter(self) -> str:
        """The letter of Art. 6(1) that the ground is named by: ``a`` to ``f``."""
        return "abcdef"[list(Ground).index(self)]


class PersonGroup(StrEnum):
    """Whom a data category is about (Art. 30(1)(c))."""

    CUSTOMER = "customer"
    HOUSEHOLD = "household"
    CONTACT_PERSON = "contact_person"
    CONSUMER = "consumer"
    """End consumer of a utility that the controller only processes data for."""
    STAFF = "staff"
    EXTERNAL_STAFF = "external_staff"
    APPLICANT = "applicant"
    SUBSCRIBER = "subscriber"
    ENQUIRER = "enquirer"


class Role(StrEnum):
    """What a recipient is under the GDPR."""

    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint_controller"
    PROCESSOR = "processor"
    PUBLIC_AUTHORITY = "public_authority"


class Channel(StrEnum):
    """By what something leaves for a recipient."""

    EMAIL = "email"
    TEXT_MESSAGE = "text_message"
    LETTER = "letter"
    FILE = "file"
    API = "api"


class Right(StrEnum):
    """The rights of a person that the notice explains and the portal offers."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    PORTABILITY = "portability"
    WITHDRAWAL = "withdrawal"
    COMPLAINT = "complaint"


class Objection(StrEnum):
    """What an objection (Art. 21) does to a purpose."""

    NONE = "none"
    """No right to object: the purpose rests on neither 6(1)(e) nor (f)."""
    ASSESSED = "assessed"
    """A named person decides; the person's rows are hidden from the purpose meanwhile."""
    STOPS = "stops"
    """Direct marketing and the like: it stops without assessment."""


class Scope(StrEnum):
    """Whose rows a purpose may see at all."""

    EVERYONE = "everyone"
    SELF = "self"
    """Only those of the customers that the signed-in account may act for."""
    HANDED_OVER = "handed_over"
    """Only those of customers with a claim that is being handed over to the debt authority."""


class Capacity(StrEnum):
    """In which capacity a purpose is carried out."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"


class Outcome(StrEnum):
    """What happens to rows whose time is up."""

    ERASE = "erase"
    ANONYMISE = "anonymise"
    THIN_TO_DAYS = "thin_to_days"
    THIN_TO_MONTHS = "thin_to_months"


class Topic(StrEnum):
    """Where in the notice a commitment stands."""

    DATA = "data"
    PURPOSES = "purposes"
    SHARING = "sharing"
    RETENTION = "retention"
    RIGHTS = "rights"
    SECURITY = "security"
    COOKIES = "cookies"


class Language(StrEnum):
    """Languages that a policy is written in; Danish is the authentic one."""

    DANISH = "da"
    ENGLISH = "en"

"""What recipients read when data were corrected, erased, restricted or let free again (Art. 19). Pure, in Danish.

Recipients are companies and authorities here in the country; persons have letters of their own, in their language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forsyn.policy.policy import Policy, Recipient
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import capitalised, date_words, series

_DA = Language.DANISH


@dataclass(frozen=True, slots=True)
class Received:
    """What a recipient got and when, in local days, with the numbers under which it left."""

    categories: tuple[str, ...]
    first_date: date
    last_date: date
    references: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mended:
    """A datum that was wrong: what it is called, what stood, what is right (empty: it is not the person's at all)."""

    name: str
    wrong: str
    right: str


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text of a mail."""

    subject: str
    text: str


def rectified(policy: Policy, recipient: Recipient, received: Received, who: str, mended: Sequence[Mended]) -> Words:
    """Some of what the recipient got was wrong, and what is right."""
    opening = (
        "Vi har givet jer oplysninger om en person, og noget af det var forkert. Det er nu rettet hos os. Vi giver jer "
        "besked, så I kan rette det hos jer (databeskyttelsesforordningens artikel 19)."
    )
    lines = "\n\n".join(_mended(one) for one in mended)
    closing = "Har I givet det forkerte videre, så giv også besked der."
    return _letter(policy, recipient, received, who, "Rettede oplysninger", opening, lines, closing)


def changed(policy: Policy, new: Mended, recipient: Recipient, received: Received, who: str) -> Words:
    """Something that the recipient works with has changed; what it got was right then."""
    opening = "I arbejder for os med oplysninger om en person, og en af dem er nu ændret. Brug den nye fra nu af."
    after = new.right or "Personen vil ikke længere kontaktes på den måde. Slet oplysningen."
    lines = f"{capitalised(new.name)}\n  Før: {new.wrong}\n  Nu: {after}"
    return _letter(policy, recipient, received, who, "Ændrede oplysninger", opening, lines, "")


def restricted(policy: Policy, recipient: Recipient, received: Received, who: str) -> Words:
    """What the recipient got may only be stored for now."""
    opening = (
        "Vi har givet jer oplysninger om en person. Behandlingen af dem er nu begrænset (databeskyttelsesforordningens "
        "artikel 18), og vi skal give jer besked om det (artikel 19)."
    )
    closing = (
        "Er I databehandler for os, må I kun opbevare oplysningerne, indtil vi skriver igen. Er I selv dataansvarlige, "
        "skal I tage stilling til, om behandlingen også skal begrænses hos jer."
    )
    return _letter(policy, recipient, received, who, "Begrænset behandling", opening, _what(policy, received), closing)


def lifted(policy: Policy, recipient: Recipient, received: Received, who: str) -> Words:
    """A restriction has ended."""
    opening = (
        "Vi har tidligere skrevet til jer, at behandlingen af oplysninger om en person var begrænset. Den begrænsning "
        "er nu hævet."
    )
    return _letter(policy, recipient, received, who, "Begrænsningen er hævet", opening, _what(policy, received), "")


def erased(policy: Policy, recipient: Recipient, received: Received, who: str) -> Words:
    """What the recipient got is erased here, and must go there too, unless a law keeps it."""
    opening = (
        "Vi har givet jer oplysninger om en person. Vi har nu slettet dem (databeskyttelsesforordningens artikel 17), "
        "og vi skal give jer besked om det (artikel 19)."
    )
    closing = "Slet dem også hos jer, også kopier og henvisninger, medmindre en lov pålægger jer at gemme dem."
    return _letter(policy, recipient, received, who, "Slettede oplysninger", opening, _what(policy, received), closing)


def _mended(one: Mended) -> str:
    name = capitalised(one.name)
    wrong = f"  Forkert: {one.wrong}" if one.wrong else "  Der manglede en oplysning."
    right = f"  Rigtigt: {one.right}" if one.right else "  Oplysningen hører ikke til personen. Slet den."
    return f"{name}\n{wrong}\n{right}"


def _what(policy: Policy, received: Received) -> str:
    names = [policy.categories[key].name.da if key in policy.categories else key for key in received.categories]
    return f"Det gælder: {series(names, _DA)}."


def _letter(
    policy: Policy,
    recipient: Recipient,
    received: Received,
    who: str,
    subject: str,
    opening: str,
    body: str,
    closing: str,
) -> Words:
    contact = policy.controller.contact
    first, last = date_words(received.first_date, _DA), date_words(received.last_date, _DA)
    when = f"{first}" if first == last else f"mellem {first} og {last}"
    references = series([str(number) for number in received.references], _DA)
    parts = (
        f"Til {recipient.name.da}",
        opening,
        f"Personen: {who}\nVi gav jer oplysningerne: {when} (vores numre: {references})",
        body,
        closing,
        f"Har I spørgsmål, så skriv til {contact.email} eller ring på {contact.phone}.",
        f"Venlig hilsen\n{contact.name.da}",
    )
    return Words(subject, "\n\n".join(part for part in parts if part) + "\n")

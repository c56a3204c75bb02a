"""What our letters about a request say, in Danish and English, as documents (`policy.document`). Pure.

Every letter ends with the way to complain (Art. 12(4), 13(2)(d), 77) and how to reach us. A letter to somebody who has
not yet shown who it is tells nothing of anybody: number, day and limit only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from forsyn.domain.rights import letter_texts
from forsyn.domain.rights.letter_texts import say
from forsyn.domain.rights.rules import OnBehalf, Outcome, RefusalGround
from forsyn.policy.document import Block, BulletList, Contact, Document, Paragraph, Section, Span, as_text
from forsyn.policy.policy import Contact as ContactDetails
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language, Right
from forsyn.policy.wording import date_words


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Of the request, as a letter tells it. ``address`` is the addressee's, a line each; empty in a mail."""

    number: str
    right: Right | None
    received_date: date
    deadline_date: date
    language: Language
    name: str = ""
    address: tuple[str, ...] = ()
    paused_days: int = 0
    extension_reason: str = ""
    on_behalf: OnBehalf = OnBehalf.SELF

    @property
    def matter(self) -> str:
        """``din anmodning om indsigt``."""
        return letter_texts.MATTERS[self.language][self.right]

    def day(self, day: date) -> str:
        """A date in words."""
        return date_words(day, self.language)


@dataclass(frozen=True, slots=True)
class Result:
    """What an answer tells. ``done``, ``kept`` and ``withheld`` are whole sentences in the letter's language.

    ``kept``: what stays, why and until when; ``withheld``: what is left out of the answer, and why. ``words``: the
    clerk's own, in paragraphs.
    """

    outcome: Outcome
    done: Sequence[str] = ()
    kept: Sequence[str] = ()
    withheld: Sequence[str] = ()
    words: str = ""


def receipt(policy: Policy, facts: LetterFacts, *, identity_settled: bool, today: date) -> Document:
    """We have got it, and answer until then."""
    told = ["receipt", "receipt_deadline"] + ([] if identity_settled else ["receipt_identity"])
    return _letter(policy, facts, "receipt_title", [_paragraph(_fill(facts, key)) for key in told], today)


def question(policy: Policy, facts: LetterFacts, *, today: date) -> Document:
    """We must know who it is; the clock stands meanwhile. Nothing about what we hold, and no demand for papers."""
    blocks: list[Block] = [_paragraph(_fill(facts, "question_why"))]
    blocks.append(BulletList(tuple((Span(text),) for text in letter_texts.WAYS[facts.language])))
    blocks.append(_paragraph(_fill(facts, "question_clock")))
    return _letter(policy, facts, "question_title", blocks, today)


def extension(policy: Policy, facts: LetterFacts, *, reason: str, new_deadline_date: date, today: date) -> Document:
    """It takes longer, until then, because (Art. 12(3))."""
    blocks = [
        _paragraph(_fill(facts, "extension", new_deadline=facts.day(new_deadline_date))),
        *_paragraphs(reason),
        _paragraph(_fill(facts, "extension_law")),
    ]
    return _letter(policy, facts, "extension_title", blocks, today)


def answer(policy: Policy, facts: LetterFacts, result: Result, *, today: date) -> Document:
    """What was done, what stays and why, what is left out and why."""
    key = f"{result.outcome}_{facts.right}"
    blocks: list[Block] = [_paragraph(_fill(facts, key if letter_texts.has(key) else f"{result.outcome}"))]
    if facts.on_behalf is OnBehalf.ESTATE:
        blocks.append(_paragraph(_fill(facts, "estate")))
    blocks += _paragraphs(result.words)
    lists = (("done", result.done), ("kept", result.kept), ("withheld", result.withheld))
    more = [
        Section(name, say(facts.language, f"{name}_title"), (BulletList(tuple((Span(line),) for line in lines)),))
        for name, lines in lists
        if lines
    ]
    return _letter(policy, facts, "answer_title", blocks, today, more=[*more, _timing(facts)])


def refusal(policy: Policy, facts: LetterFacts, *, ground: RefusalGround, reason: str, today: date) -> Document:
    """We do not do it, because; and what can be done about that (Art. 12(4))."""
    article = letter_texts.CONDITIONS[facts.language].get(facts.right, "")
    blocks = [
        _paragraph(_fill(facts, "refusal")),
        _paragraph(_fill(facts, f"refused_{ground}", article=article)),
        *_paragraphs(reason),
    ]
    return _letter(policy, facts, "refusal_title", blocks, today)


def code_mail(policy: Policy, *, code: str, language: Language) -> tuple[str, str]:
    """Subject and text of the mail with a one-time code. The code is not in the subject, which lock screens show."""
    name = policy.controller.contact.name.in_(language)
    return say(language, "code_subject", name=name), say(
        language, "code_text", name=name, code=code, phone=policy.controller.contact.phone
    )


def mail_text(document: Document) -> str:
    """A letter as the text of a mail."""
    headings = {f"# {document.title}", *(f"## {section.title}" for section in document.sections)}
    lines = as_text(document).splitlines()
    return "\n".join(line.lstrip("# ") if line in headings else line for line in lines) + "\n"


def edition(facts: LetterFacts, today: date) -> str:
    """What stands at a letter's head and foot in place of a version: ``sag P-2026-00017, 21. november 2026``."""
    return _fill(facts, "edition", today=facts.day(today))


# -- within --------------------------------------------------------------------------------------------------------


def _letter(
    policy: Policy,
    facts: LetterFacts,
    title: str,
    blocks: Sequence[Block],
    today: date,
    *,
    more: Sequence[Section] = (),
) -> Document:
    language = facts.language
    name = policy.controller.contact.name.in_(language)
    to: list[Block] = [Contact(facts.name, facts.address, ())] if facts.name or facts.address else []
    first = Section("sag", _fill(facts, "matter_title"), (*to, *blocks))
    sections = (first, *more, _complaint(policy, language), _reach_us(policy, facts))
    return Document(language, _fill(facts, title), name, facts.number, today, sections)


def _timing(facts: LetterFacts) -> Section:
    lines = [_fill(facts, "timing")]
    if facts.paused_days:
        lines.append(_fill(facts, "timing_paused" if facts.paused_days != 1 else "timing_paused_a_day"))
    if facts.extension_reason:
        lines.append(_fill(facts, "timing_extended"))
    return Section("frist", say(facts.language, "timing_title"), (_paragraph(" ".join(lines)),))


def _complaint(policy: Policy, language: Language) -> Section:
    authority = policy.authority
    words = " ".join(authority.complaint.in_(language).split())
    blocks = (_paragraph(words), _contact(authority.contact, language), _paragraph(say(language, "courts")))
    return Section("klage", say(language, "complaint_title"), blocks)


def _reach_us(policy: Policy, facts: LetterFacts) -> Section:
    language = facts.language
    mark = policy.controller.subject_mark
    blocks: list[Block] = [_paragraph(_fill(facts, "reach_us", mark=mark))]
    blocks.append(_contact(policy.controller.contact, language))
    blocks.append(_contact(policy.data_protection.contact, language))
    return Section("kontakt", say(language, "reach_us_title"), tuple(blocks))


def _contact(contact: ContactDetails, language: Language) -> Contact:
    dialled = "".join(digit for digit in contact.phone if digit.isdigit()).removeprefix("45")
    return Contact(
        contact.name.in_(language),
        (contact.street, f"{contact.postal_code} {contact.city}"),
        (
            (say(language, "phone"), Span(contact.phone, href=f"tel:+45{dialled}")),
            (say(language, "email"), Span(contact.email, href=f"mailto:{contact.email}")),
        ),
    )


def _fill(facts: LetterFacts, key: str, **more: str) -> str:
    return say(
        facts.language,
        key,
        number=facts.number,
        matter=facts.matter,
        received=facts.day(facts.received_date),
        deadline=facts.day(facts.deadline_date),
        paused=str(facts.paused_days),
        reason=facts.extension_reason.rstrip("."),
        **more,
    )


def _paragraph(text: str) -> Paragraph:
    return Paragraph((Span(text),))


def _paragraphs(text: str) -> Iterator[Paragraph]:
    return (_paragraph(" ".join(part.split())) for part in re.split(r"\n\s*\n", text.strip()) if part.strip())

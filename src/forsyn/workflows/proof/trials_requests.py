"""Trials of requests: nobody unknown is answered, nothing is closed without a letter, none is late, all say how to
complain.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from forsyn.domain.rights import letters
from forsyn.domain.rights.letters import LetterFacts, Result
from forsyn.domain.rights.rules import Outcome, RefusalGround
from forsyn.kernel.deadlines import answer_limits
from forsyn.policy.document import Document, as_text
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language, Right
from forsyn.workflows.proof.attempts import Attempt, none_of, refused
from forsyn.workflows.proof.bench import CHECK_VIOLATION, Bench, Finding, spoken
from forsyn.workflows.proof.deeds import (
    REQUEST_EXTENDED,
    REQUEST_PLANNED,
    REQUEST_RECEIVED,
    REQUEST_REFUSED,
)
from forsyn.workflows.proof.trial import control, invariant

LATE = """
    select count(*) from rights_request
     where closed_at is null and paused_since_date is null and deadline_date < %s
"""
ALL = "select count(*) from rights_request where closed_at is null"
CLOSED_WITHOUT = """
    select count(*) from rights_request as request
     where state in ('answered', 'refused')
       and not exists (select from rights_request_document as letter
                        where letter.request_id = request.id and letter.kind = 'answer')
"""


@control(
    "SF-20",
    "SF-21",
    "SF-25",
    "SV-21",
    "SV-22",
    "SV-26",
    da="En anmodning bliver prøvet behandlet og besvaret, uden at det er afklaret, hvem der spørger.",
    en="A request is tried to be handled and answered before it is settled who asks.",
)
def nobody_unknown_is_answered(bench: Bench) -> Finding:
    """As the privacy desk itself, which may do most with requests."""
    return refused(
        bench,
        [
            _attempt(bench, "open", REQUEST_PLANNED, "rights_request_identity_first", "planned for a stranger"),
            _attempt(bench, "answered", "", "rights_request_begins", "answered at once"),
        ],
    )


@control(
    "SF-26",
    "SV-27",
    da="En anmodning bliver prøvet afslået uden et brev, der siger, hvordan man klager.",
    en="A request is tried to be refused without a letter that says how to complain.",
)
def nothing_is_refused_without_a_letter(bench: Bench) -> Finding:
    """The database asks for the letter; what stands in letters is tried beside this."""
    return refused(
        bench, [_attempt(bench, "received", REQUEST_REFUSED, "rights_request_letter", "refused without a letter")]
    )


@control(
    "SF-20",
    "SF-21",
    "SF-25",
    "SV-21",
    "SV-22",
    "SV-26",
    da="En frist bliver prøvet forlænget, efter at den er udløbet.",
    en="A limit is tried to be extended after it has passed.",
)
def no_limit_is_extended_afterwards(bench: Bench) -> Finding:
    """Art. 12(3): the person is told within the first month."""
    return refused(
        bench, [_attempt(bench, "received", REQUEST_EXTENDED, "rights_request_extended_in_time", "extended afterwards")]
    )


@invariant(
    "SF-20",
    "SF-21",
    "SF-25",
    "SV-21",
    "SV-22",
    "SV-26",
    da="Ingen anmodning er over fristen.",
    en="No request is past its limit.",
)
def no_request_is_late(bench: Bench) -> Finding:
    """One month, or three where it was extended; while it is in doubt who asks, the clock stands."""
    late = bench.count(LATE, [bench.today])
    return none_of(spoken(LATE, bench.reader), ["rights_request"] * min(late, 1), tried=bench.count(ALL))


@invariant(
    "SF-26",
    "SV-27",
    da="Alle breve om anmodninger siger på dansk og engelsk, hvordan man klager til Datatilsynet, og ingen er "
    "afsluttet uden et brev.",
    en="Every letter about requests says in Danish and English how to complain to the authority, and none was closed "
    "without a letter.",
)
def every_letter_says_how_to_complain(bench: Bench) -> Finding:
    """Each kind of letter is written as it would be sent today, and read."""
    contact = bench.policy.authority.contact
    written = list(_every_letter(bench.policy, bench.today))
    silent = [
        f"{document.language}: {document.title}"
        for document in written
        if not all(
            word in as_text(document) for word in (contact.phone, contact.email, contact.name.in_(document.language))
        )
    ]
    without = bench.count(CLOSED_WITHOUT)
    return none_of(
        spoken(CLOSED_WITHOUT, bench.reader), silent + ["rights_request"] * min(without, 1), tried=len(written)
    )


def _attempt(bench: Bench, state: str, then: str, constraint: str, where: str) -> Attempt:
    limit = answer_limits(bench.today).first
    values = (state, bench.now, bench.today, limit, limit)
    return Attempt(bench.reader, REQUEST_RECEIVED + then, where, values, (CHECK_VIOLATION,), constraint)


def _every_letter(policy: Policy, today: date) -> Iterator[Document]:
    for language in Language:
        for right in (None, *Right):
            facts = LetterFacts("P-0000-00000", right, today, today, language)
            yield letters.receipt(policy, facts, identity_settled=False, today=today)
            yield letters.question(policy, facts, today=today)
            yield letters.extension(policy, facts, reason="-", new_deadline_date=today, today=today)
            for outcome in Outcome:
                yield letters.answer(policy, facts, Result(outcome), today=today)
            for ground in RefusalGround:
                yield letters.refusal(policy, facts, ground=ground, reason="-", today=today)


TRIALS = (
    nobody_unknown_is_answered,
    nothing_is_refused_without_a_letter,
    no_limit_is_extended_afterwards,
    no_request_is_late,
    every_letter_says_how_to_complain,
)

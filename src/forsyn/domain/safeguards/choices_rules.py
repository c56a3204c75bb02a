"""What a person can choose, and what follows: consents (Art. 7), objections (Art. 21), restrictions (Art. 18). Pure.

The policy file says what there is to choose; refusals are `ChoiceRefused`, one Danish sentence or two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from forsyn.kernel.deadlines import answer_limits
from forsyn.policy.policy import Consent, Policy, Purpose
from forsyn.policy.vocabulary import Capacity, Language, Objection
from forsyn.policy.wording import capitalised, series

REASON_LENGTH = 2000
PROOF_BYTES = 10_000_000
"""A few scanned pages; more is not a signed paper."""
PROOF_NAME_LENGTH = 200
SIGNATURES = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
"""How a file of each kind that a proof may be begins."""


class ChoiceRefused(ValueError):
    """The choice cannot be recorded so; the message says why and what to do, in Danish."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The signed paper, scanned: its bytes, the file's name, and its kind, one of `SIGNATURES`."""

    content: bytes
    name: str
    type: str


# -- consents ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent on file. ``withdrawn_at`` is None while it is live; ``recorded_by_id`` where no staff wrote it down."""

    id: int
    consent: str
    text_version: str
    text: str
    language: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None
    withdrawn_channel: str | None
    proof_name: str | None
    recorded_by_id: int | None


class Answer(StrEnum):
    """Where a person stands with one consent."""

    NOT_GIVEN = "not_given"
    GIVEN = "given"
    TEXT_CHANGED = "text_changed"
    """Given to a text that reads otherwise today: asked anew, and not used meanwhile."""
    NO_LONGER_ASKED = "no_longer_asked"
    """Live, but the policy asks for it no more: it can only be withdrawn."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One consent as it stands for one person: the policy's (None where it has it no longer), and the rows on file."""

    key: str
    consent: Consent | None
    purposes: tuple[Purpose, ...]
    answer: Answer
    live: GivenConsent | None
    earlier: tuple[GivenConsent, ...]
    """Withdrawn ones, newest first."""

    @property
    def is_live(self) -> bool:
        return self.live is not None

    @property
    def is_written(self) -> bool:
        return self.consent is not None and self.consent.written


def purposes_of(policy: Policy, consent: str) -> tuple[Purpose, ...]:
    """The purposes that wait for a consent."""
    return tuple(purpose for purpose in policy.purposes.values() if purpose.consent == consent)


def consent_text(policy: Policy, consent: str, language: Language) -> str:
    """What a person says yes to, in the words shown. Raises ChoiceRefused where the policy has no such consent."""
    return _consent(policy, consent).explanation.in_(language)


def standings(policy: Policy, rows: Iterable[GivenConsent]) -> list[Standing]:
    """Every consent that this controller asks for itself, in the policy's order, then live ones that it asks no more.

    What it only keeps for another controller is asked for by that one.
    """
    on_file: dict[str, list[GivenConsent]] = {}
    for row in sorted(rows, key=lambda row: row.given_at, reverse=True):
        on_file.setdefault(row.consent, []).append(row)
    asked = [key for key in policy.consents if _asks_itself(policy, key) or key in on_file]
    gone = [key for key, kept in on_file.items() if key not in policy.consents and _live(kept)]
    return [_standing(policy, key, on_file.get(key, [])) for key in (*asked, *gone)]


def check_given(policy: Policy, *, consent: str, text_version: str, proof: Proof | None) -> None:
    """Refuse a yes to something that the policy does not ask, to another text than today's, or without its paper."""
    asked = _consent(policy, consent)
    if not purposes_of(policy, consent):
        raise ChoiceRefused(
            f"Intet formål i politikken bruger samtykket »{asked.name.da}«, så der er intet at sige ja til."
        )
    if text_version != policy.version:
        raise ChoiceRefused(
            "Teksten er blevet ændret, siden den blev vist. Læs den nye tekst, og tag stilling til den i stedet."
        )
    if asked.written and proof is None:
        raise ChoiceRefused(
            f"Samtykket »{asked.name.da}« skal være skriftligt. "
            "Vedhæft den underskrevne erklæring som PDF eller billede."
        )
    if proof is not None:
        check_proof(proof)


def check_proof(proof: Proof) -> None:
    """Refuse a paper that is empty, too large, nameless, or not the PDF or picture that it says it is."""
    name = proof.name.strip()
    if not name or len(name) > PROOF_NAME_LENGTH:
        raise ChoiceRefused(f"Giv filen et navn på højst {PROOF_NAME_LENGTH} tegn.")
    if not proof.content:
        raise ChoiceRefused(f"Filen {name} er tom. Vælg den underskrevne erklæring igen.")
    if len(proof.content) > PROOF_BYTES:
        raise ChoiceRefused(
            f"Filen {name} fylder mere end {PROOF_BYTES // 1_000_000} MB. Gem den i en mindre størrelse."
        )
    signature = SIGNATURES.get(proof.type)
    if signature is None or not proof.content.startswith(signature):
        raise ChoiceRefused(f"Filen {name} er hverken en PDF, en PNG eller en JPEG. Gem erklæringen som en af dem.")


def changed_since(policy: Policy, *, consent: str, text: str) -> bool:
    """Whether a yes to a text counts no more: the policy asks for something else today.

    The words count, not the version: a policy that changes elsewhere asks nobody anew, and neither does one that names
    the earlier wording as asking for the same (`Consent.former`). A consent covers what the person was told, and no
    more (EDPB Guidelines 05/2020, paragraphs 110 and 167); whether new words mean something new, only the controller
    can say, so what it does not say is not assumed: the purpose sees the person no more until he or she has answered.
    """
    asked = policy.consents.get(consent)
    return asked is not None and text not in asked.texts


def _consent(policy: Policy, key: str) -> Consent:
    if key not in policy.consents:
        names = series([f"»{consent.name.da}«" for consent in policy.consents.values()], Language.DANISH)
        raise ChoiceRefused(f"Politikken kender ikke samtykket »{key}«. Den beder om: {names or 'ingen samtykker'}.")
    return policy.consents[key]


def _asks_itself(policy: Policy, key: str) -> bool:
    return any(purpose.capacity is Capacity.CONTROLLER for purpose in purposes_of(policy, key))


def _answer_to(policy: Policy, live: GivenConsent) -> Answer:
    changed = changed_since(policy, consent=live.consent, text=live.text)
    return Answer.TEXT_CHANGED if changed else Answer.GIVEN


def _live(rows: Iterable[GivenConsent]) -> GivenConsent | None:
    return next((row for row in rows if row.withdrawn_at is None), None)


def _standing(policy: Policy, key: str, rows: list[GivenConsent]) -> Standing:
    live, asked = _live(rows), policy.consents.get(key)
    if live is None:
        answer = Answer.NOT_GIVEN
    elif asked is None:
        answer = Answer.NO_LONGER_ASKED
    else:
        answer = _answer_to(policy, live)
    earlier = tuple(row for row in rows if row.withdrawn_at is not None)
    return Standing(key, asked, purposes_of(policy, key), answer, live, earlier)


# -- objections ----------------------------------------------------------------------------------------------------


def objectable(policy: Policy) -> Mapping[Objection, tuple[Purpose, ...]]:
    """The policy's purposes by what an objection does to them."""
    return {
        kind: tuple(purpose for purpose in policy.purposes.values() if purpose.objection is kind) for kind in Objection
    }


def takes_effect_alone(policy: Policy, purpose: str) -> bool:
    """Whether a no to a purpose stands without anybody's decision: marketing and the like."""
    aimed_at = policy.purposes.get(purpose)
    return aimed_at is not None and aimed_at.objection is Objection.STOPS


def check_objection(policy: Policy, *, purpose: str, reason: str) -> None:
    """Refuse a no to a purpose that is not in the policy, or that rests on something else than Art. 6(1)(e) and (f).

    Marketing stops without a reason; where somebody decides, the person's own situation must be told (Art. 21(1)).
    """
    aimed_at = policy.purposes.get(purpose)
    if aimed_at is None:
        raise ChoiceRefused(f"Politikken har intet formål »{purpose}«. Vælg et af dem, den har.")
    check_reason(reason, required=aimed_at.objection is Objection.ASSESSED, about="Indsigelsen")
    if aimed_at.objection is Objection.NONE:
        raise ChoiceRefused(
            f"Der er ingen indsigelsesret mod formålet »{aimed_at.name.da}«: {_rests_on(aimed_at)}, og artikel 21 "
            f"gælder kun opgaver i samfundets interesse, legitime interesser og markedsføring. {_instead(aimed_at)}"
        )


def _instead(aimed_at: Purpose) -> str:
    if aimed_at.consent:
        return "Træk samtykket tilbage i stedet."
    return "Er noget forkert eller ulovligt, så ret eller slet det, eller sæt behandlingen på pause med en begrænsning."


def check_decision(policy: Policy, *, purpose: str, upheld: bool, decision: str) -> None:
    """Refuse a decision without its reasons, and any that overrules a no to marketing (Art. 21(3))."""
    if takes_effect_alone(policy, purpose):
        raise ChoiceRefused(
            f"En indsigelse mod »{policy.purposes[purpose].name.da}« gælder uden videre og kan ikke afvises "
            "(artikel 21, stk. 3). Kun personen selv kan tage den tilbage."
        )
    what = "hvorfor indsigelsen er berettiget" if upheld else "hvilke tungtvejende grunde der går forud for personens"
    check_reason(decision, required=True, about="Afgørelsen", what=what)


def _rests_on(purpose: Purpose) -> str:
    if purpose.consent:
        return "det bygger på samtykke"
    grounds = {
        "contract": "en aftale",
        "legal_obligation": "en retlig forpligtelse",
        "vital_interests": "vitale interesser",
    }
    named = [grounds[ground] for ground in purpose.rests_on if ground in grounds]
    return f"det bygger på {series(named, Language.DANISH)}" if named else "det bygger på et andet grundlag"


# -- restrictions, and what all share --------------------------------------------------------------------------------


def check_reason(reason: str, *, required: bool, about: str, what: str = "hvorfor") -> None:
    """Refuse an empty reason where one is needed, and one that is too long to be read."""
    if required and not reason.strip():
        raise ChoiceRefused(f"{about} skal begrundes. Skriv {what}.")
    if len(reason) > REASON_LENGTH:
        raise ChoiceRefused(f"{about} må højst fylde {REASON_LENGTH} tegn. Her er der {len(reason)}.")


def check_lifting(*, person_informed: bool) -> None:
    """Refuse to lift a restriction before the person is told (Art. 18(3))."""
    if not person_informed:
        raise ChoiceRefused(
            "Personen skal have besked, før begrænsningen ophæves (artikel 18, stk. 3). Giv besked, og sæt så kryds."
        )


def answer_by(made: date) -> date:
    """The last day of the month that a request must be answered within (Art. 12(3))."""
    return answer_limits(made).first


def named(policy: Policy, purpose: str, language: Language) -> str:
    """What people call a purpose; its key where the policy has it no longer."""
    found = policy.purposes.get(purpose)
    return capitalised(found.name.in_(language)) if found else purpose

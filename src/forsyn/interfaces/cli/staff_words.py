"""Why an access is refused, in the operator's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forsyn.domain.accounts.rules import MAX_DOCUMENT_BYTES, MAX_WORDS, AccessRefused, Refusal
from forsyn.policy.problems import listed
from forsyn.workflows.declarations import current_policy

WORDS: Mapping[Refusal, str] = {
    Refusal.REASON_MISSING: "Say why the work needs the access: --reason 'Takes over the meters from …'.",
    Refusal.WORDS_TOO_LONG: f"The reason has more than {MAX_WORDS:,} characters. Say it shorter.",
    Refusal.NO_DOCUMENT: "The file of the agreement is empty. Give the signed document: --agreement agreement.pdf",
    Refusal.NOT_A_DOCUMENT: "The agreement is no PDF, JPEG or PNG file. Give the signed document as one of these.",
    Refusal.DOCUMENT_TOO_LARGE: f"The agreement is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB. Scan it smaller.",
    Refusal.SIGNED_LATER: "The agreement is signed after today. Give the day of the signature: --signed 2026-11-01",
    Refusal.BACKWARDS: "The agreement ends before it begins. See --signed and --until.",
    Refusal.OVER: "The agreement is over already. Have a new one signed, and give its last day: --until 2027-05-31",
}


def refused(error: AccessRefused, *, roles: Sequence[str]) -> str:
    """One sentence with the mend."""
    declared = current_policy().staff_roles
    if error.refusal is Refusal.ROLE_UNKNOWN:
        unknown = next((role for role in roles if role not in declared), "?")
        return f"The policy declares no role {unknown!r}. Its [staff_roles] are {listed(declared)}."
    if error.refusal is Refusal.ROLE_FOR_EXTERNALS:
        which = next((role for role in roles if role in declared and declared[role].external), "?")
        return f"The role {which!r} is for people from other companies. See: forsyn staff add-external --help"
    return WORDS.get(error.refusal, f"The access is refused ({error}).")

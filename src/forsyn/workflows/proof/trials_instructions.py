"""Trials of the written instructions of staff (SF-27): there is one for each role, and people have confirmed theirs."""

from __future__ import annotations

from forsyn.policy.instructions import CONFIRM_WITHIN, fingerprints, in_force_since, instructions
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.proof.attempts import NOTHING_TO_TRY, Attempt, counted, none_of, refused
from forsyn.workflows.proof.bench import CHECK_VIOLATION, DENIED, Bench, Finding, spoken
from forsyn.workflows.proof.deeds import CHANGES_OF_A_CONFIRMATION, CONFIRM
from forsyn.workflows.proof.trial import control, invariant
from forsyn.workflows.proof.trials_staff import some_role, staff_account


@control(
    "SF-27",
    da="Hvert formål prøver at bekræfte en instruks på en andens vegne.",
    en="Each purpose tries to confirm instructions on behalf of another.",
)
def nobody_confirms_for_another(bench: Bench) -> Finding:
    """As every role; the purpose of staff administration is stopped by the trigger, the others have no grant."""
    account = staff_account(bench)
    if account is None:
        return Finding(spoken(CONFIRM), 0, 0, (), NOTHING_TO_TRY)
    parameters = (account, some_role(bench), bench.now)
    return refused(
        bench,
        [
            Attempt(
                role, CONFIRM, f"{role}: insert", parameters, (CHECK_VIOLATION,) if role == _confirming(bench) else
                (DENIED,), "accounts_instruction_confirmation_own",
            )
            for role in _roles(bench)
        ],
    )  # fmt: skip


@control(
    "SF-27",
    da="Hvert formål prøver at rette og slette bekræftelser af instrukser. Kun oprydningen må slette.",
    en="Each purpose tries to change and to delete confirmations of instructions. Only retention may delete.",
)
def nobody_changes_a_confirmation(bench: Bench) -> Finding:
    """As every role; what is deleted when its time is up is the exception."""
    retention = bench.role_of(P.RETENTION)
    return refused(
        bench,
        [
            Attempt(role, deed, f"{role}: {deed.split()[0]}")
            for role in _roles(bench)
            for deed in CHANGES_OF_A_CONFIRMATION
            if not (role == retention and deed.startswith("delete"))
        ],
    )


@invariant(
    "SF-27",
    da="Hver rolle i politikken har en instruks, på dansk og på engelsk, og ingen to roller har den samme.",
    en="Each role of the policy has instructions, in Danish and in English, and no two roles have the same.",
)
def each_role_has_instructions(bench: Bench) -> Finding:
    """Written anew from the policy in force."""
    texts = fingerprints(bench.policy)
    wanting = [
        role
        for role in texts
        for language in Language
        if not all(section.blocks for section in instructions(bench.policy, role, language).sections)
    ]
    shared = [role for role, text in texts.items() if list(texts.values()).count(text) > 1]
    return none_of("forsyn policy instructions", [*wanting, *shared], tried=len(texts))


UNCONFIRMED = """
    select count(*) from accounts_staff_role as given
      join accounts_account as account on account.id = given.account_id and account.is_active
      join unnest(%s::text[], %s::text[]) as declared (role, fingerprint) on declared.role = given.role
     where given.ended_at is null and given.period @> %s and given.review_date >= %s
       and greatest(lower(given.period), %s) + %s < %s
       and not exists (select from accounts_instruction_confirmation as confirmed
                        where confirmed.account_id = given.account_id and confirmed.role = given.role
                          and confirmed.fingerprint = declared.fingerprint)
"""


@invariant(
    "SF-27",
    da="Alle har bekræftet instruksen for hver af deres roller senest 14 dage efter, at rollen eller teksten begyndte.",
    en="Everybody has confirmed the instructions of each role within 14 days from when the role or the text began.",
)
def instructions_are_confirmed(bench: Bench) -> Finding:
    """Roles that open something today."""
    texts = fingerprints(bench.policy)
    since, days = in_force_since(bench.policy), CONFIRM_WITHIN.days
    parameters = [list(texts), list(texts.values()), bench.today, bench.today, since, days, bench.today]
    count = bench.count(UNCONFIRMED, parameters)
    tried = bench.count("select count(*) from accounts_staff_role where ended_at is null")
    return counted(bench, UNCONFIRMED, count, "accounts_instruction_confirmation", tried=tried)


def _confirming(bench: Bench) -> str:
    return bench.role_of(P.STAFF_ADMINISTRATION)


def _roles(bench: Bench) -> list[str]:
    return [bench.names.login, *(bench.names.of(purpose.key) for purpose in bench.purposes())]


TRIALS = (
    nobody_confirms_for_another,
    nobody_changes_a_confirmation,
    each_role_has_instructions,
    instructions_are_confirmed,
)

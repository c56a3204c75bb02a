"""The line that reminds a member of staff of instructions that they have not confirmed; on every page of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from forsyn.domain.accounts.models import AccountKind
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.access import signed_in
from forsyn.policy.purposes import P
from forsyn.workflows import staff_instructions
from forsyn.workflows.staff_instructions import Read

LOOKED_UP = "instructions"
"""Session key: the texts last looked up, with whether each was confirmed then. Another text, or role, is looked up."""


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `instructions_wait`, whether the member of staff has some to confirm; False for others."""
    return {"instructions_wait": SimpleLazyObject(lambda: wait(request))}


def wait(request: HttpRequest) -> bool:
    """1 query, once for each text and session; a session's answer is renewed by `remember`."""
    who = signed_in(request)
    if who.kind != AccountKind.STAFF:
        return False
    texts = staff_instructions.present_texts()
    held = {texts[role] for role in who.roles if role in texts}
    known: dict[str, bool] = request.session.get(LOOKED_UP, {})
    if not held <= known.keys():
        with purpose(P.SIGN_IN, actor=request.user.pk):
            known = remember(request, staff_instructions.own(account_id=request.user.pk, roles=who.roles))
    return not all(known[text] for text in held)


def remember(request: HttpRequest, read: Iterable[Read]) -> dict[str, bool]:
    """Keep in the session how the texts stand."""
    known = {one.fingerprint: one.confirmed_at is not None for one in read}
    request.session[LOOKED_UP] = known
    return known

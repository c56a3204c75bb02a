"""Who on the staff does what is done by a command."""

from __future__ import annotations

from django.utils import timezone

from forsyn.domain.accounts.models import AccountKind
from forsyn.domain.accounts.queries import account_with_email, roles_of
from forsyn.domain.safeguards.purposes import purpose
from forsyn.interfaces.cli.output import fail
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.staff_purposes import purposes_of_roles


def billing_clerk(email: str, *, json: bool) -> int:
    """The account of a member of staff who works for settlement today; ends with a sentence where it is nobody's."""
    with purpose(P.STAFF_ADMINISTRATION, actor=None):
        account = account_with_email(email=email)
        if account is None or account.kind != AccountKind.STAFF:
            fail(f"Nobody on the staff has the e-mail {email}. See: forsyn staff list", json=json)
        roles = roles_of(account_id=account.pk, today=timezone.localdate())
    if P.SETTLEMENT not in purposes_of_roles(current_policy(), roles):
        fail(f"{email} has no role now that works for settlement. See: forsyn staff list", json=json)
    return int(account.pk)

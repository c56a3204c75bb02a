"""A one-time code that shows that a new e-mail address is the person's own.

It lies in the session, hashed: six digits, a quarter of an hour, five tries; and five codes an hour for an account.
Both are counted outside the session, too: requests at the same time all read the session as it was before them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac

SESSION_KEY = "portal_new_email"
NOT_SENT_KEY = "portal_new_email_not_sent"
LIFETIME = timedelta(minutes=15)
TRIES = 5
CODES_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """An address whose code has not been entered yet."""

    customer_id: int
    email: str


def may_send(account_id: int) -> bool:
    """Count a code that is asked for; False once there were too many in an hour."""
    return _one_more(f"code.{account_id}", CODES_AN_HOUR, timedelta(hours=1))


def new_code(session: SessionBase, *, customer_id: int, email: str, now: datetime) -> str:
    """Make a code for an address, and remember it in place of an earlier one."""
    code = f"{secrets.randbelow(10**6):06d}"
    session[SESSION_KEY] = {
        "customer_id": customer_id,
        "email": email,
        "hash": _hash(code, email),
        "expires_at": (now + LIFETIME).isoformat(),
        "tries": TRIES,
    }
    return code


def waiting(session: SessionBase, *, now: datetime) -> Waiting | None:
    """The address that waits for its code, as long as the code is good."""
    kept: dict[str, Any] | None = session.get(SESSION_KEY)
    if kept is None or kept["tries"] <= 0 or datetime.fromisoformat(kept["expires_at"]) <= now:
        session.pop(SESSION_KEY, None)
        return None
    return Waiting(kept["customer_id"], kept["email"])


def accept(session: SessionBase, code: str) -> bool:
    """Whether it is the code that waits. Right or wrong, it costs a try; a right one is used up by `forget`."""
    kept = session[SESSION_KEY]
    session[SESSION_KEY] = kept | {"tries": kept["tries"] - 1}
    in_time = _one_more(f"try.{kept['hash']}", TRIES, LIFETIME)
    return constant_time_compare(_hash(code, kept["email"]), kept["hash"]) and in_time


def forget(session: SessionBase) -> None:
    """The code is used, or no longer wanted."""
    session.pop(SESSION_KEY, None)


def not_sent(session: SessionBase) -> None:
    """The mail with the code did not leave, which is known only after the page has answered."""
    forget(session)
    session[NOT_SENT_KEY] = True


def was_not_sent(session: SessionBase) -> bool:
    """Whether the latest code did not leave; said once."""
    return bool(session.pop(NOT_SENT_KEY, False))


def _one_more(what: str, most: int, within: timedelta) -> bool:
    """Count one; False once there were ``most`` within the time. Each is a row: only one request can add it."""
    seconds = int(within.total_seconds())
    return any(cache.add(f"portal.email.{what}.{place}", True, timeout=seconds) for place in range(most))


def _hash(code: str, email: str) -> str:
    return salted_hmac("forsyn.portal.email_code", f"{email}:{code}", algorithm="sha256").hexdigest()

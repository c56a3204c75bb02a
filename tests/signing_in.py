"""Signed-in clients for tests of pages.

def test_the_clerk_finds_anna(world, signed_in): ...
    page = signed_in(world.clerk).get("/kontor/")
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.test import Client

from forsyn.domain.accounts.models import Account, AccountKind
from forsyn.interfaces.staff_access.reminder import LOOKED_UP
from forsyn.workflows.staff_instructions import present_texts

SignedIn = Callable[[Account], Client]


@pytest.fixture
def signed_in() -> SignedIn:
    """Make a client whose session is an account's; staff have used their second factor."""

    def sign_in(account: Account) -> Client:
        client = Client()
        client.force_login(account)
        methods = ["password", "mfa"] if account.kind == AccountKind.STAFF else ["code"]
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": each, "at": time.time()} for each in methods]
        session[LOOKED_UP] = dict.fromkeys(present_texts().values(), True)  # as after the first page; see reminder.py
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(account.pk)
        session.save()
        return client

    return sign_in

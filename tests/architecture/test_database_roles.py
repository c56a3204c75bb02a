"""The application's login role owns nothing, and one role for everything is refused."""

from __future__ import annotations

import pytest
from django.conf import settings

from forsyn.domain.safeguards.actions_enforcement import NotEnforced
from forsyn.domain.safeguards.enforcement_queries import signed_in_role
from forsyn.workflows import enforcement
from forsyn.workflows.enforcement import check_roles
from tests.purposes.attack import as_login


@pytest.mark.django_db
def test_the_login_role_owns_and_inherits_nothing() -> None:
    with as_login() as login:
        assert login.execute("select current_user").fetchone() == (settings.LOGIN_ROLE,)
        assert login.execute("select count(*) from pg_class where relowner = current_user::regrole").fetchone() == (0,)
        inherits = "select rolinherit or rolsuper or rolbypassrls from pg_roles where rolname = current_user"
        assert login.execute(inherits).fetchone() == (False,)


@pytest.mark.django_db(databases=["default", "owner"])
def test_where_one_role_is_both_nothing_is_enforced_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enforcement, "signed_in_role", lambda *, using: signed_in_role(using="owner"))
    with pytest.raises(NotEnforced, match=r"both sign in as .* No policy stops the tables' owner"):
        check_roles()

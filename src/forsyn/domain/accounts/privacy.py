"""What the tables of accounts and of signing in hold, and whose it is; the frameworks' tables included."""

from forsyn.domain.accounts.access_privacy import BINDINGS as ACCESS
from forsyn.policy.bindings import ITSELF, NotPersonal, Table, ToldBy, not_personal, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

ROW = not_personal("row number")
BY_ACCOUNT = path("account_id -> accounts_account.id")
BY_USER = path("user_id -> accounts_account.id")
SIGN_IN = personal("sign_in", source=Source.SYSTEM)
SESSION = personal("session", source=Source.SYSTEM)
ACCOUNT_KEY = personal("sign_in", source=Source.UTILITY)
GIVEN = personal("sign_in", "staff_account", source=Source.PERSON, given=True)
KEPT = personal("sign_in", "staff_account", source=Source.SYSTEM)
SIGN_IN_EMAIL = personal("sign_in", source=Source.PERSON, given=True)
SIGNING_IN = {P.SIGN_IN: "insert update delete"}


def _all(reason: str, *columns: str) -> dict[str, NotPersonal]:
    return {column: not_personal(reason) for column in columns}


OURS = (
    Table(
        "accounts_account",
        person=ITSELF,
        told_by=ToldBy("kind", {"staff": "staff_account", "customer": "sign_in"}),
        masked={
            "name": "''",
            "email": "'slettet-' || id || '@invalid'",
            "password": "''",
            "last_login": "null",
            "is_active": "false",
        },
        changed_by={P.SIGN_IN: "insert update", P.STAFF_ADMINISTRATION: "insert update", P.SECURITY: "update"},
        columns={
            "id": KEPT,
            "password": KEPT,
            "last_login": KEPT,
            "email": GIVEN,
            "name": GIVEN,
            "kind": not_personal("staff or customer: which pages the account opens"),
            "is_active": KEPT,
            "created_at": KEPT,
        },
    ),
    Table(
        "accounts_session",
        person=BY_ACCOUNT,
        changed_by=SIGNING_IN | {P.SECURITY: "delete", P.RETENTION: "delete"},
        ended_by="deleted within a quarter of an hour when the visit is over (job clear)",
        columns={
            "session_key": SESSION,
            "session_data": SESSION,
            "expire_date": SESSION,
            "account_id": SESSION,
        },
    ),
    Table(
        "accounts_attempts",
        changed_by=SIGNING_IN | {P.RETENTION: "delete"},
        columns=_all(
            "count of recent attempts to sign in under a keyed hash, kept for a day at most; leads to nobody",
            "cache_key",
            "value",
            "expires",
        ),
    ),
)

ALLAUTH = (
    Table(
        "account_emailaddress",
        person=BY_USER,
        changed_by=SIGNING_IN,
        columns={"id": ROW, "email": SIGN_IN_EMAIL, "verified": SIGN_IN, "primary": SIGN_IN, "user_id": ACCOUNT_KEY},
    ),
    Table(
        "account_emailconfirmation",
        changed_by=SIGNING_IN,
        person=path("email_address_id -> account_emailaddress.id", "user_id -> accounts_account.id"),
        columns={"id": ROW, "created": SIGN_IN, "sent": SIGN_IN, "key": SIGN_IN, "email_address_id": SIGN_IN},
    ),
    Table(
        "mfa_authenticator",
        person=BY_USER,
        changed_by=SIGNING_IN | {P.SECURITY: "delete"},
        columns={
            "id": ROW,
            "type": SIGN_IN,
            "data": SIGN_IN,
            "user_id": ACCOUNT_KEY,
            "created_at": SIGN_IN,
            "last_used_at": SIGN_IN,
        },
    ),
    Table(
        "socialaccount_socialaccount",
        person=BY_USER,
        changed_by=SIGNING_IN,
        columns={
            "id": ROW,
            "provider": SIGN_IN,
            "uid": SIGN_IN,
            "last_login": SIGN_IN,
            "date_joined": SIGN_IN,
            "extra_data": SIGN_IN,
            "user_id": ACCOUNT_KEY,
        },
    ),
    Table(
        "socialaccount_socialtoken",
        changed_by=SIGNING_IN,
        person=path("account_id -> socialaccount_socialaccount.id", "user_id -> accounts_account.id"),
        columns={
            "id": ROW,
            "token": SIGN_IN,
            "token_secret": SIGN_IN,
            "expires_at": SIGN_IN,
            "account_id": ACCOUNT_KEY,
            "app_id": not_personal("which sign-in provider"),
        },
    ),
    Table(
        "socialaccount_socialapp",
        read_by=(P.SIGN_IN,),
        columns=_all(
            "set-up of a sign-in provider",
            "id", "provider", "name", "client_id", "secret", "key", "provider_id", "settings",
        ),
    ),
)  # fmt: skip

DJANGO = (
    Table("auth_group", columns=_all("Django's groups, not used", "id", "name")),
    Table("auth_group_permissions", columns=_all("Django's groups, not used", "id", "group_id", "permission_id")),
    Table(
        "auth_permission",
        columns=_all("Django's list of permissions, not used", "id", "name", "content_type_id", "codename"),
    ),
    Table("django_content_type", columns=_all("Django's list of models", "id", "app_label", "model")),
    Table("django_migrations", open=True, columns=_all("which migrations have run", "id", "app", "name", "applied")),
)

PERSON_EVENTS = {
    ("accounts_account", "access_ended"): """
        select account.id as person,
               coalesce(max(coalesce((role.ended_at at time zone 'Europe/Copenhagen')::date, upper(role.period) - 1,
                                     'infinity')),
                        (account.created_at at time zone 'Europe/Copenhagen')::date) as day
          from public.accounts_account as account
          left join public.accounts_staff_role as role on role.account_id = account.id
         group by account.id
    """,
}
"""When somebody on the staff last had a role; of one that never had any, or whose roles are gone, the beginning."""

BINDINGS = (*OURS, *ACCESS, *ALLAUTH, *DJANGO)

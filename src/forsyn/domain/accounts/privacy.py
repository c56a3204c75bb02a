"""What the tables of accounts and of signing in hold, and whose it is; the frameworks' tables included."""

from forsyn.policy.bindings import ITSELF, Table, not_personal, path, personal
from forsyn.policy.vocabulary import Source

ROW = not_personal("row number")
BY_ACCOUNT = path("account_id -> accounts_account.id")
BY_USER = path("user_id -> accounts_account.id")
SIGN_IN = personal("sign_in", source=Source.SYSTEM)

BINDINGS = (
    Table(
        "accounts_account",
        person=ITSELF,
        columns={"id": SIGN_IN},
    ),
)

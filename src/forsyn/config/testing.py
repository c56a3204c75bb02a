"""Settings for tests: a PostgreSQL of their own in a temporary directory, shared by the parallel workers of one run."""

import os
import tempfile
from pathlib import Path

if "FORSYN_TEST_STATE" not in os.environ:  # workers inherit the first process's
    os.environ["FORSYN_TEST_STATE"] = tempfile.mkdtemp(prefix="forsyn-test-")
    Path(os.environ["FORSYN_TEST_STATE"]).chmod(0o755)  # root's server runs as another user
os.environ |= {
    "FORSYN_TESTING": "1",
    "FORSYN_STATE_DIR": os.environ["FORSYN_TEST_STATE"],
    "FORSYN_INSTANCE": "test",
}
for name in (
    "FORSYN_POLICY",
    "FORSYN_DATABASE",
    "DATABASE_URL",
    "OWNER_DATABASE_URL",
    "FORSYN_DEMO",
    "FORSYN_HTTPS",
    "FORSYN_KEYS",
    "FORSYN_KEY_RING",
):
    os.environ.pop(name, None)

from forsyn.config.settings import *  # noqa: E402, F403
from forsyn.config.settings import DATABASES, INSTANCE, LOGIN_ROLE  # noqa: E402

# A test's own body arranges and looks as the owner of the tables; requests and commands that it makes work as the
# login role (see conftest.py), and so have to enter their purposes.
TESTER_ROLE = f"{LOGIN_ROLE}_tester"
DATABASES["default"]["USER"] = TESTER_ROLE
DATABASES["default"]["OPTIONS"]["assume_role"] = INSTANCE.owner_role  # type: ignore[index]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MFA_TOTP_TOLERANCE = 1
"""A code that is made in one half-minute may be tried in the next: tests do not depend on the clock."""

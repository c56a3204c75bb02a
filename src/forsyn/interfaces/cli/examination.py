"""What `forsyn doctor` looks at. Each check is small, and its mend is a thing to do."""

from __future__ import annotations

import platform
import shutil
import sys
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from forsyn.domain.safeguards.log_verification import log_state
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.domain.sensitive.sealing import KeyRingUnusable
from forsyn.domain.sensitive.vault import ever_sealed, store
from forsyn.integrations.erasure_log.codec import LogBroken
from forsyn.interfaces.cli.examination_of_billing import billing_laid_out
from forsyn.interfaces.cli.examination_of_waiting import batches_waiting, payments_undecided
from forsyn.interfaces.cli.failures import explained
from forsyn.policy.problems import PolicyError
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import check_declarations
from forsyn.workflows.enforcement import drift
from forsyn.workflows.erasure_replay import entries_not_carried_out

NEEDED_POSTGRES = 16
"""Since 16 an owner that is no superuser makes roles, and lets the login enter them without inheriting."""
NEEDED_FREE_BYTES = 2 * 1024**3
LATE = timedelta(hours=1)
"""So long the access log may go without a seal."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at; ``mend`` is empty when it is good."""

    what: str
    found: str
    mend: str = ""

    @property
    def good(self) -> bool:
        """Nothing to do."""
        return not self.mend


def examine(*, policy_file: Path, state: Path, embedded: bool) -> list[Finding]:
    """Everything that Forsyn needs of this machine; call it while the database runs."""
    findings = [_python(), _time_zone(), _space(state), _policy(policy_file)]
    checks: list[Callable[[], Finding]] = [
        lambda: _postgres(embedded=embedded), _encoding, _extensions, _roles, _migrations, _keys, _assets,
        _declarations, _enforcement, _access_log, _erasures, lambda: Finding(*batches_waiting()),
        lambda: Finding(*payments_undecided()), lambda: Finding(*billing_laid_out()),
    ]  # fmt: skip
    for check in checks:
        try:
            findings.append(check())
        except DatabaseError as error:
            first_line = str(error).strip().splitlines()[0]
            mend = explained(error) or "Run `forsyn migrate`; then look at the message again."
            findings.append(Finding("database", first_line, mend))
            if isinstance(error, OperationalError):  # nothing else could be asked
                break
        except PolicyError as error:
            findings.append(Finding("declarations", "not compared", f"Mend the policy file. {error.problems[0]}"))
        except PurposeViolation as error:
            findings.append(Finding("purposes", "cannot be entered", str(error)))
    return findings


def _python() -> Finding:
    return Finding(
        "Python", platform.python_version(), "" if sys.version_info >= (3, 11) else "Use Python 3.11 or newer."
    )


def _time_zone() -> Finding:
    try:
        zoneinfo.ZoneInfo("Europe/Copenhagen")
    except zoneinfo.ZoneInfoNotFoundError:
        return Finding("time zones", "Europe/Copenhagen is missing", "Install the tzdata package.")
    return Finding("time zones", "Europe/Copenhagen is known")


def _space(state: Path) -> Finding:
    free = shutil.disk_usage(state if state.exists() else state.parent if state.parent.exists() else Path("/")).free
    mend = (
        ""
        if free > NEEDED_FREE_BYTES
        else f"Free at least {NEEDED_FREE_BYTES // 1024**3} GB, or move FORSYN_STATE_DIR."
    )
    return Finding("disk", f"{free / 1024**3:.1f} GB free at {state}", mend)


def _policy(policy_file: Path) -> Finding:
    if policy_file.is_file():
        return Finding("policy file", str(policy_file))
    return Finding(
        "policy file", f"{policy_file} is not there", "Point FORSYN_POLICY to the policy file of this controller."
    )


def _postgres(*, embedded: bool) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version'), current_setting('server_version_num')::int / 10000")
        version, major = cursor.fetchone()
    kind = "embedded" if embedded else "by DATABASE_URL"
    return Finding(
        "PostgreSQL",
        f"{version}, {kind}",
        "" if major >= NEEDED_POSTGRES else f"Use PostgreSQL {NEEDED_POSTGRES} or newer.",
    )


def _encoding() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_encoding')")
        (encoding,) = cursor.fetchone()
    mend = "" if encoding == "UTF8" else "Make a database with `createdb --encoding=UTF8 --template=template0 NAME`."
    return Finding("encoding", encoding, mend)


def _extensions() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("select extname from pg_extension where extname in ('btree_gist', 'pg_trgm') order by 1")
        present = [name for (name,) in cursor.fetchall()]
    missing = {"btree_gist", "pg_trgm"} - set(present)
    mend = f"Install {', '.join(sorted(missing))} (postgresql-contrib) and run `forsyn migrate`." if missing else ""
    return Finding("extensions", ", ".join(present) or "none", mend)


def _roles() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("select current_user, (select count(*) from pg_class where relowner = current_user::regrole)")
        user, owned = cursor.fetchone()
    mend = (
        f"The application signs in as {user}, which owns tables. Give it a login of its own in DATABASE_URL, and the "
        "owner in OWNER_DATABASE_URL."
        if owned
        else ""
    )
    return Finding("login role", f"{user} owns {owned} relations", mend)


def _enforcement() -> Finding:
    differences = drift()
    found = f"{len(differences)} differences from the policy" if differences else "as the policy demands"
    return Finding("roles and row policies", found, str(differences[0]) if differences else "")


def _keys() -> Finding:
    what = "keys of sensitive data"
    if not store().exists() and not ever_sealed():
        return Finding(what, "none yet; the first sensitive row makes them")
    try:
        return Finding(what, f"{len(store().ring().keys)} in the key ring")
    except KeyRingUnusable as error:
        return Finding(what, "the key ring cannot be used", str(error))


def _migrations() -> Finding:
    executor = MigrationExecutor(connections["default"])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    found = f"{len(missing)} not applied" if missing else "all applied"
    return Finding("migrations", found, "Run `forsyn migrate`." if missing else "")


def _assets() -> Finding:
    built = (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()
    present = finders.find("forsyn.css") is not None
    if not present:
        return Finding("web assets", "forsyn.css is missing", "Get the repository again; its assets are incomplete.")
    return Finding("web assets", "built" if built else "built at the next `forsyn up`")


def _declarations() -> Finding:
    problems = check_declarations()
    found = f"{len(problems)} problems" if problems else "every column is declared"
    return Finding("declarations", found, "Run `forsyn policy check`, which explains each." if problems else "")


def _access_log() -> Finding:
    with purpose(P.SECURITY, actor=None):
        state = log_state()
    late = state.oldest_unsealed_at is not None and timezone.now() - state.oldest_unsealed_at > LATE
    mend = (
        "Run `forsyn audit seal`, and leave `forsyn up` running, which does it every ten minutes."
        if late or state.unplaced
        else ""
    )
    found = f"{state.unsealed} rows not sealed yet" + (f", {state.unplaced} without a month" if state.unplaced else "")
    return Finding("access log", found, mend)


def _erasures() -> Finding:
    what = "log of erasures"
    try:
        count = len(settings.ERASURE_LOG.entries())
        with purpose(P.SECURITY, actor=None):
            waiting = entries_not_carried_out()
    except (LogBroken, OSError) as error:
        return Finding(what, "cannot be read", str(error))
    mend = (
        "Is this database from before them, run `forsyn erasure replay` before anybody signs in. Is it not, they were "
        "broken off at these times before they were committed: ask the officer. Stands the wish, the replay carries it "
        "out; else `forsyn erasure take-back`."
        if waiting
        else ""
    )
    times = ", ".join(f"{entry.at:%Y-%m-%d %H:%M:%S%z}" for entry in waiting[:5])
    return Finding(what, f"{count} erasures, {len(waiting)} of them not carried out here{times and ': '}{times}", mend)

"""What the database must hold so that the policy is kept by it, and the steps from what it holds to that.

`wanted` derives roles, grants, functions and row policies from the policy and the bindings; `steps` compares them with
a snapshot of the live database. Nothing is done here: the steps are text that a person can read first.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from forsyn.policy.bindings import Table
from forsyn.policy.catalog import Catalog
from forsyn.policy.privileges import Matrix, Privileges
from forsyn.policy.roles import RoleNames
from forsyn.policy.row_policies import condition, functions, is_guarded, sets_of_customers, shows_some
from forsyn.policy.row_sets import SCHEMA, Function

ROLE_OPTIONS = "nologin noinherit nocreatedb nocreaterole"
PUBLIC = "public"
"""What PostgreSQL calls everybody."""


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One privilege of a role: on a column of a relation, on all of it (no column), or on what is named in ``kind``."""

    role: str
    kind: str
    """table, function, schema or database."""
    name: str
    privilege: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """That a role, the login's, may become a purpose's role, and does not have its rights before it has."""

    role: str
    member: str
    inherits: bool = False
    may_set: bool = True


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Roles, grants, functions and row policies: as wanted, or as found in a database.

    ``policies`` maps (table, purpose) to the condition's SQL, or, as found, to a fingerprint (see `fingerprint`).
    """

    roles: frozenset[str] = frozenset()
    unfit: frozenset[str] = frozenset()
    """Roles of that name that may sign in, inherit, or do more than a purpose's role should."""
    members: frozenset[Membership] = frozenset()
    grants: frozenset[Grant] = frozenset()
    functions: Mapping[str, Function] = field(default_factory=dict)
    disabled: frozenset[tuple[str, str]] = frozenset()
    """Triggers that somebody has switched off, by table."""
    guarded: frozenset[str] = frozenset()
    """Tables whose rows only row policies let through."""
    policies: Mapping[tuple[str, str], str] = field(default_factory=dict)


def wanted(matrix: Matrix, catalog: Catalog, names: RoleNames, database: str) -> Enforcement:
    """What a policy and the bindings demand of the live tables."""
    policy, bindings = matrix.policy, matrix.bindings
    present = tuple(table for table in bindings.tables if table.name in catalog.tables)
    guarded = tuple(table for table in present if is_guarded(table) and not catalog.tables[table.name].is_view)
    roles = {names.of(purpose.key): purpose for purpose in policy.purposes.values()}
    policies = {
        (table.name, purpose.key): condition(purpose, table, catalog)
        for table in guarded
        for purpose in policy.purposes.values()
        if matrix.of(purpose.key, table.name)
    }
    return Enforcement(
        roles=frozenset(roles),
        members=frozenset(Membership(role, names.login) for role in roles),
        grants=frozenset(_grants(matrix, present, names, database)),
        functions={function.name: function for function in sets_of_customers(roles, policy.consents).values()}
        | functions(guarded, catalog),
        guarded=frozenset(table.name for table in guarded),
        policies=policies,
    )


def _grants(matrix: Matrix, tables: tuple[Table, ...], names: RoleNames, database: str) -> Iterator[Grant]:
    yield Grant(names.login, "database", database, "CONNECT")
    yield Grant(names.login, "schema", "public", "USAGE")
    staging = {table.name for table in tables if table.staged}
    for purpose in matrix.policy.purposes:
        role = names.of(purpose)
        yield Grant(role, "schema", "public", "USAGE")
        yield Grant(role, "schema", SCHEMA, "USAGE")
        if any(matrix.of(purpose, table).insert for table in staging):
            yield Grant(role, "database", database, "TEMPORARY")
    for table in tables:
        if table.open:
            yield from (Grant(names.login, "table", table.name, "SELECT", column) for column in table.columns)
        for purpose in matrix.policy.purposes:
            yield from _on_table(names.of(purpose), table, matrix.of(purpose, table.name))
    for routine in matrix.bindings.routines:
        for key, caller in matrix.policy.purposes.items():
            looks_beyond = routine.among_all and shows_some(caller)
            if not looks_beyond and _may_call(matrix.of(key, routine.table), routine.column, routine.change):
                yield Grant(names.of(key), "function", routine.signature, "EXECUTE")


def _on_table(role: str, table: Table, may: Privileges) -> Iterator[Grant]:
    for privilege, columns in (("SELECT", may.select), ("INSERT", may.insert), ("UPDATE", may.update)):
        yield from (Grant(role, "table", table.name, privilege, column) for column in columns)
    if may.delete:
        yield Grant(role, "table", table.name, "DELETE")
    if table.store:
        yield from (Grant(role, "table", table.store, "INSERT", column) for column in may.insert)


def _may_call(may: Privileges, column: str | None, change: str | None) -> bool:
    if column is not None:
        return column in may.select
    return may.delete if change == "delete" else bool(may.insert if change == "insert" else may.update)


def fingerprint(role: str, condition_sql: str, as_postgres_says: str) -> str:
    """What the comment of a role's row policy carries, so that a change of any of these is seen.

    PostgreSQL gives a condition back in words of its own, which cannot be compared with ours.
    """
    return f"forsyn: {sha256(f'{role}|{condition_sql}|{as_postgres_says}'.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Step:
    """One statement, and what it does in words. ``policy`` is the table and purpose of the row policy that it makes."""

    does: str
    statement: str
    policy: tuple[str, str] | None = None


def steps(
    want: Enforcement, found: Enforcement, changed_policies: Iterable[tuple[str, str]], names: RoleNames
) -> list[Step]:
    """From what was found to what is wanted; empty where nothing is to be done.

    ``changed_policies`` are the row policies of both whose texts do not match their fingerprints.
    """
    return [
        *_roles(want, found, names),
        *_functions(want, found),
        *_revokes(want, found),
        *_row_policies(want, found, set(changed_policies), names),
        *_new_grants(want, found),
    ]


def _roles(want: Enforcement, found: Enforcement, names: RoleNames) -> Iterator[Step]:
    for role in sorted(want.roles - found.roles - found.unfit):
        yield Step(f"make the role {role}", f"create role {quoted(role)} {ROLE_OPTIONS}")
    for role in sorted(want.roles & found.unfit):
        yield Step(f"make the role {role} one that nobody signs in as", f"alter role {quoted(role)} nologin noinherit")
    for member in sorted(found.members - want.members, key=str):
        yield Step(
            f"let {member.member} no longer enter {member.role}",
            f"revoke {quoted(member.role)} from {quoted(member.member)}",
        )
    for member in sorted(want.members - found.members, key=str):
        yield Step(
            f"let the login enter {member.role}",
            f"grant {quoted(member.role)} to {quoted(names.login)} with inherit false, set true",
        )


def _functions(want: Enforcement, found: Enforcement) -> Iterator[Step]:
    for name, function in want.functions.items():
        if found.functions.get(name) != function:
            yield Step(
                f"make the function {SCHEMA}.{name}",
                f"create or replace function {SCHEMA}.{quoted(name)}() returns {function.returns}\n"
                f"language plpgsql stable security definer parallel safe{_rows(function)}\n"
                f"set search_path = pg_catalog, pg_temp as $enforcement$\n{function.body}\n$enforcement$",
            )
    for name in sorted(found.functions.keys() - want.functions.keys()):
        yield Step(f"drop the function {SCHEMA}.{name}", f"drop function {SCHEMA}.{quoted(name)}() cascade")


def _rows(function: Function) -> str:
    # The planner expects a thousand rows of a function, and would join whole tables for the few who object.
    return " rows 20" if function.returns.startswith("setof") else ""


def _revokes(want: Enforcement, found: Enforcement) -> Iterator[Step]:
    for group, roles in _grouped(found.grants - want.grants):
        yield Step(
            f"take from {_listed(roles)}: {group.words}",
            f"revoke {group.privilege} on {group.object} from {', '.join(map(_role, roles))}",
        )


def _new_grants(want: Enforcement, found: Enforcement) -> Iterator[Step]:
    for group, roles in _grouped(want.grants - found.grants):
        yield Step(
            f"let {_listed(roles)} {group.words}",
            f"grant {group.privilege} on {group.object} to {', '.join(map(_role, roles))}",
        )


def _row_policies(
    want: Enforcement, found: Enforcement, changed: set[tuple[str, str]], names: RoleNames
) -> Iterator[Step]:
    for table, trigger in sorted(found.disabled):
        yield Step(
            f"switch the trigger {trigger} of {table} on again",
            f"alter table {quoted(table)} enable trigger {quoted(trigger)}",
        )
    for table in sorted(want.guarded - found.guarded):
        yield Step(f"guard the rows of {table}", f"alter table {quoted(table)} enable row level security")
    for table, purpose in sorted(found.policies.keys() - want.policies.keys() | changed & found.policies.keys()):
        yield Step(f"drop the row policy of {purpose} on {table}", f"drop policy {quoted(purpose)} on {quoted(table)}")
    for (table, purpose), sql in sorted(want.policies.items()):
        if (table, purpose) not in found.policies or (table, purpose) in changed:
            yield Step(
                f"let {purpose} see of {table}: {sql}",
                f"create policy {quoted(purpose)} on {quoted(table)} for all to {quoted(names.of(purpose))}\n"
                f"using ({sql}) with check ({sql})",
                (table, purpose),
            )


class _Group(NamedTuple):
    """A privilege on some columns of one thing, which several roles have alike."""

    kind: str
    name: str
    verb: str
    columns: tuple[str, ...]

    @property
    def privilege(self) -> str:
        return f"{self.verb} ({', '.join(map(quoted, self.columns))})" if self.columns else self.verb

    @property
    def object(self) -> str:
        return f"function {self.name}" if self.kind == "function" else f"{self.kind} {quoted(self.name)}"

    @property
    def words(self) -> str:
        columns = f" ({', '.join(self.columns)})" if self.columns else ""
        return f"{self.verb.lower()} {self.name}{columns}"


def _grouped(grants: Iterable[Grant]) -> Iterator[tuple[_Group, list[str]]]:
    columns: dict[tuple[str, str, str, str], list[str]] = {}
    for grant in sorted(grants):
        listed = columns.setdefault((grant.kind, grant.name, grant.privilege, grant.role), [])
        if grant.column:
            listed.append(grant.column)
    groups: dict[_Group, list[str]] = {}
    for (kind, name, verb, role), listed in columns.items():
        groups.setdefault(_Group(kind, name, verb, tuple(listed)), []).append(role)
    yield from groups.items()


def _listed(roles: list[str]) -> str:
    return ", ".join(role.rpartition(":")[2] for role in roles)


def _role(role: str) -> str:
    return PUBLIC if role == PUBLIC else quoted(role)


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'

"""Reads of what the live database enforces: roles, grants, functions and row policies."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connections

from forsyn.policy.enforcement import Enforcement, Grant, Membership, fingerprint
from forsyn.policy.roles import RoleNames
from forsyn.policy.row_sets import SCHEMA, Function

BELONGS_TO = "forsyn instance: "
_ROLES = """
    select rolname, rolcanlogin or rolinherit or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb
      from pg_roles where starts_with(rolname, %(prefix)s)
"""
# All that the login is a member of, and all who are members of a purpose; the owner made these, and holds them so.
_MEMBERS = """
    select held.rolname, who.rolname, bool_or(inherit_option), bool_or(set_option)
      from pg_auth_members
      join pg_roles as held on held.oid = roleid
      join pg_roles as who on who.oid = member
     where who.rolname = %(login)s
        or starts_with(held.rolname, %(prefix)s)
           and who.oid <> (select datdba from pg_database where datname = current_database())
     group by held.rolname, who.rolname
"""
# What PostgreSQL gives everybody by default is not written down until it is changed: acldefault says it.
_GRANTS = """
    with watched as (
        select oid, rolname from pg_roles
         where not rolsuper and not starts_with(rolname, 'pg_')
           and oid <> (select datdba from pg_database where datname = current_database())
        union all select 0, 'public'),
    acl as (
        select 'table' as kind, relname::text as name, relacl as acl, '' as column
          from pg_class where relnamespace in ('public'::regnamespace, to_regnamespace(%(schema)s))
           and relkind in ('r', 'p', 'v', 'm', 'f')
        union all
        select 'sequence', relname::text, relacl, '' from pg_class
         where relnamespace = 'public'::regnamespace and relkind = 'S'
        union all
        select 'table', relname::text, attacl, attname::text
          from pg_attribute join pg_class as relation on relation.oid = attrelid
         where relnamespace in ('public'::regnamespace, to_regnamespace(%(schema)s)) and attacl is not null
           and attnum > 0 and not attisdropped
        union all
        select 'function', format('%%s(%%s)', proname, oidvectortypes(proargtypes)),
               coalesce(proacl, acldefault('f', proowner)), ''
          from pg_proc as function
         where pronamespace = 'public'::regnamespace
           and not exists (select from pg_depend where objid = function.oid and deptype = 'e')
        union all
        select 'schema', nspname::text, coalesce(nspacl, acldefault('n', nspowner)), ''
          from pg_namespace where nspname in ('public', %(schema)s)
        union all
        select 'database', datname::text, coalesce(datacl, acldefault('d', datdba)), ''
          from pg_database where datname = current_database())
    select watched.rolname, kind, name, privilege_type, "column"
      from acl cross join lateral aclexplode(acl) as entry join watched on watched.oid = entry.grantee
"""
_FUNCTIONS = """
    select proname, pg_get_function_result(oid), prosrc
      from pg_proc
     where pronamespace = to_regnamespace(%(schema)s) and prosecdef
       and proconfig = array['search_path=pg_catalog, pg_temp']
"""
_DISABLED = """
    select relname, tgname from pg_trigger join pg_class as relation on relation.oid = tgrelid
     where relnamespace = 'public'::regnamespace and tgenabled <> 'O' and not relispartition
"""
_GUARDED = """
    select relname from pg_class
     where relnamespace = 'public'::regnamespace and relrowsecurity and not relispartition
"""
POLICIES = """
    select relname, polname, obj_description(policy.oid, 'pg_policy'),
           concat_ws('|', polcmd, polpermissive, polroles::regrole[]::text,
                     pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
      from pg_policy as policy join pg_class as relation on relation.oid = polrelid
     where relnamespace = 'public'::regnamespace
"""
"""Row policies: table, name, the mark that each carries, and what PostgreSQL says of it, which the mark is made of."""


def found_enforcement(*, names: RoleNames, using: str = "default") -> tuple[Enforcement, dict[tuple[str, str], str]]:
    """What the database enforces now, and each row policy as PostgreSQL says it. 7 queries of the catalog.

    Of a row policy, `Enforcement.policies` has the comment that it carries.
    """
    parameters = {"prefix": names.of(""), "login": names.login, "schema": SCHEMA}
    with connections[using].cursor() as cursor:

        def rows(query: str) -> list[tuple[object, ...]]:
            cursor.execute(query, parameters)
            found: list[tuple[object, ...]] = cursor.fetchall()
            return found

        roles = dict(rows(_ROLES))
        policies = rows(POLICIES)
        enforcement = Enforcement(
            roles=frozenset(str(role) for role, unfit in roles.items() if not unfit),
            unfit=frozenset(str(role) for role, unfit in roles.items() if unfit),
            members=frozenset(Membership(*row) for row in rows(_MEMBERS)),  # type: ignore[arg-type]
            grants=frozenset(Grant(*row) for row in rows(_GRANTS)),  # type: ignore[arg-type]
            functions={str(row[0]): Function(*_function(*row)) for row in rows(_FUNCTIONS)},
            disabled=frozenset((str(table), str(trigger)) for table, trigger in rows(_DISABLED)),
            guarded=frozenset(str(table) for (table,) in rows(_GUARDED)),
            policies={(str(table), str(name)): str(comment) for table, name, comment, _ in policies},
        )
    return enforcement, {(str(table), str(name)): str(said) for table, name, _, said in policies}


@dataclass(frozen=True, slots=True)
class SignedInRole:
    """Who a connection has signed in as."""

    name: str
    above_rules: bool
    may_create_roles: bool


_OWNERS_FUNCTIONS = """
    select format('%s(%s)', proname, oidvectortypes(proargtypes)), obj_description(function.oid, 'pg_proc'),
           'forsyn: ' || encode(sha256(convert_to(pg_get_functiondef(function.oid), 'UTF8')), 'hex')
      from pg_proc as function
     where pronamespace = 'public'::regnamespace and prokind = 'f'
       and not exists (select from pg_depend where objid = function.oid and deptype = 'e')
"""
_RULES = """
    select rulename || ' on ' || relname from pg_rewrite join pg_class as relation on relation.oid = ev_class
     where relnamespace = 'public'::regnamespace and rulename <> '_RETURN'
"""


def owners_functions(*, using: str) -> list[tuple[str, str | None, str]]:
    """Functions that the migrations made: signature, the mark that each carries, and the mark that fits it. 1 query."""
    with connections[using].cursor() as cursor:
        cursor.execute(_OWNERS_FUNCTIONS)
        found: list[tuple[str, str | None, str]] = cursor.fetchall()
        return found


def rewrite_rules(*, using: str) -> list[str]:
    """Rules that turn a statement into another; the program has none. 1 query."""
    with connections[using].cursor() as cursor:
        cursor.execute(_RULES)
        return [rule for (rule,) in cursor.fetchall()]


def belongs_to(*, using: str) -> str | None:
    """The instance that a database was made for; None before it was. 1 query."""
    with connections[using].cursor() as cursor:
        cursor.execute("select obj_description(to_regnamespace(%s)::oid, 'pg_namespace')", [SCHEMA])
        (comment,) = cursor.fetchone()
        return str(comment).removeprefix(BELONGS_TO) if comment else None


def signed_in_role(*, using: str) -> SignedInRole:
    """The role of a connection. 1 query."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "select rolname, rolsuper or rolbypassrls, rolsuper or rolcreaterole"
            "  from pg_roles where rolname = session_user"
        )
        return SignedInRole(*cursor.fetchone())


def _function(name: object, returns: object, source: object) -> tuple[str, str, str]:
    return str(name), str(returns).lower(), str(source).strip("\n")


def changed_policies(
    want: Enforcement, found: Enforcement, said: dict[tuple[str, str], str], names: RoleNames
) -> set[tuple[str, str]]:
    """The row policies that are not what was once made of the declarations, or whose declarations have changed."""
    return {
        key
        for key, condition in want.policies.items()
        if key in found.policies and found.policies[key] != fingerprint(names.of(key[1]), condition, said[key])
    }


_NAMED = {
    "purposes": "select purpose, count(*) from safeguards_objection where ended_at is null group by 1",
    "consents": "select consent, count(*) from safeguards_consent where withdrawn_at is null group by 1",
    "staff_roles": "select role, count(*) from accounts_staff_role"
    " where coalesce(upper(period), 'infinity') > current_date group by 1",
    "recipients": "select recipient, count(*) from safeguards_recipient_agreement"
    " where coalesce(upper(period), 'infinity') > current_date group by 1",
}
"""What rows name by the policy's keys, by the policy's section."""
NAMED_IN = {
    "purposes": "standing objections",
    "consents": "live consents",
    "staff_roles": "roles of staff",
    "recipients": "processor agreements in force",
}


def keys_in_use(*, using: str) -> dict[str, dict[str, int]]:
    """Which keys of the policy rows name, and how many: section to key to count. One query a section."""
    with connections[using].cursor() as cursor:
        found = {}
        for section, query in _NAMED.items():
            cursor.execute(query)
            found[section] = dict(cursor.fetchall())
        return found

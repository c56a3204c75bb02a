"""A policy and its bindings as flat rows, for the command line, JSON and the privacy desk.

Every function answers a list of dictionaries of plain values (text, numbers, booleans, lists of text), so
that a caller can print or serialise them as they are. Texts come in the language asked for.
"""

from typing import Any

from forsyn.policy.bindings import Bindings, Personal
from forsyn.policy.policy import Basis, Policy
from forsyn.policy.vocabulary import Language

Row = dict[str, Any]


def overview(policy: Policy, language: Language = Language.DANISH) -> Row:
    """One row: whose policy it is, which version, and how much it declares."""
    return {
        "controller": policy.controller.contact.name.in_(language),
        "cvr": policy.controller.cvr,
        "version": policy.version,
        "valid_from": policy.valid_from.isoformat(),
        "file": policy.file,
        "categories": len(policy.categories),
        "not_held": sum(len(entry.categories) for entry in policy.not_held),
        "purposes": len(policy.purposes),
        "retention": len(policy.retention),
        "recipients": len(policy.recipients),
    }


def categories(policy: Policy, language: Language = Language.DANISH) -> list[Row]:
    return [
        {
            "key": item.key,
            "name": item.name.in_(language),
            "description": item.description.in_(language),
            "group": policy.category_groups[item.group].in_(language),
            "kind": str(item.kind),
            "dpv": item.dpv,
            "persons": [str(group) for group in item.persons],
            "sources": [str(source) for source in item.sources],
            "purposes": [purpose.key for purpose in policy.purposes_reading(item.key)],
            "retention": [rule.key for rule in policy.retention_of(item.key)],
            "recipients": [recipient.key for recipient in policy.recipients.values() if recipient.gets(item.key)],
            "claims": list(item.claims),
            "line": item.line,
        }
        for item in policy.categories.values()
    ]


def not_held(policy: Policy, language: Language = Language.DANISH) -> list[Row]:
    """One row a category that the program has room for and the controller does not keep; no sources means at all."""
    return [
        {
            "category": category,
            "sources": [str(source) for source in entry.sources],
            "reason": entry.reason.in_(language),
            "line": entry.line,
        }
        for entry in policy.not_held
        for category in entry.categories
    ]


def purposes(policy: Policy, language: Language = Language.DANISH) -> list[Row]:
    return [
        {
            "key": item.key,
            "name": item.name.in_(language),
            "description": item.description.in_(language),
            "group": policy.purpose_groups[item.group].in_(language),
            "rests_on": [str(ground) for ground in item.rests_on],
            "bases": [_basis(basis, language) for basis in item.bases],
            "interest": item.interest.in_(language) if item.interest else None,
            "categories": list(policy.categories) if item.all_categories else list(item.categories),
            "pseudonymous": item.pseudonymous,
            "objection": str(item.objection),
            "consent": item.consent,
            "reads_restricted": item.reads_restricted,
            "capacity": str(item.capacity),
            "claims": list(item.claims),
            "line": item.line,
        }
        for item in policy.purposes.values()
    ]


def _basis(basis: Basis, language: Language) -> str:
    parts = [f"GDPR {basis.article}"] if basis.article else []
    return "; ".join([*parts, *([basis.statute.in_(language)] if basis.statute else [])])


def retention(policy: Policy, language: Language = Language.DANISH) -> list[Row]:
    return [
        {
            "key": item.key,
            "name": item.name.in_(language),
            "categories": list(item.categories),
            "purpose": item.purpose,
            "event": item.event,
            "period": str(item.period),
            "then": str(item.then),
            "review": str(item.review) if item.review else None,
            "reason": item.reason.in_(language),
            "claims": list(item.claims),
            "line": item.line,
        }
        for item in policy.retention.values()
    ]


def recipients(policy: Policy, language: Language = Language.DANISH) -> list[Row]:
    return [
        {
            "key": item.key,
            "name": item.name.in_(language),
            "role": str(item.role),
            "does": item.does.in_(language),
            "categories": list(policy.categories) if item.all_categories else list(item.categories),
            "country": item.country,
            "region": str(item.place.region),
            "agreement_required": item.agreement_required,
            "agreement": item.agreement,
            "statute": item.statute.in_(language) if item.statute else None,
            "claims": list(item.claims),
            "line": item.line,
        }
        for item in policy.recipients.values()
    ]


def staff_roles(policy: Policy, language: Language = Language.DANISH) -> list[Row]:
    return [
        {
            "key": item.key,
            "name": item.name.in_(language),
            "description": item.description.in_(language),
            "purposes": list(item.purposes),
            "review": str(item.review),
            "max": str(item.longest),
            "external": item.external,
            "claims": list(item.claims),
            "line": item.line,
        }
        for item in policy.staff_roles.values()
    ]


def consents(policy: Policy, language: Language = Language.DANISH) -> list[Row]:
    return [
        {
            "key": item.key,
            "name": item.name.in_(language),
            "explanation": item.explanation.in_(language),
            "written": item.written,
            "purposes": [purpose.key for purpose in policy.purposes.values() if purpose.consent == item.key],
            "claims": list(item.claims),
            "line": item.line,
        }
        for item in policy.consents.values()
    ]


def claims(policy: Policy) -> list[Row]:
    """Each claim with the items of the policy that fulfil it, as ``file:line`` and key."""
    named: dict[str, list[str]] = {}
    for item in policy.items():
        for claim in item.claims:
            named.setdefault(claim, []).append(f"{policy.where(item)} {item.key}")
    return [{"claim": claim, "items": items} for claim, items in sorted(named.items())]


def columns(bindings: Bindings, policy: Policy | None = None) -> list[Row]:
    """The column map: every bound column, what it holds, where it came from, and the way to its person.

    With a policy, ``not_held`` names those of the column's categories that its controller does not keep there.
    """
    rows: list[Row] = []
    for bound in bindings.columns():
        binding = bound.binding
        personal = isinstance(binding, Personal)
        rows.append(
            {
                "table": bound.table.name,
                "column": bound.column,
                "personal": personal,
                "categories": list(binding.categories) if isinstance(binding, Personal) else [],
                "not_held": _not_held(binding, policy) if isinstance(binding, Personal) and policy else [],
                "source": str(binding.source) if isinstance(binding, Personal) else None,
                "given": binding.given if isinstance(binding, Personal) else False,
                "persons": [str(chain) for chain in bound.table.persons_of(bound.column)],
                "reason": None if isinstance(binding, Personal) else binding.reason,
            }
        )
    return rows


def _not_held(binding: Personal, policy: Policy) -> list[str]:
    return [category for category in binding.categories if policy.why_not_held(category, binding.source)]

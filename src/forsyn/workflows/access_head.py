"""What a package tells beside the rows, for programs: what for, for how long, to whom, and which rights there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language
from forsyn.workflows.access_data import LOCAL
from forsyn.workflows.access_plan import Gathered, categories_of, used_for

FORMAT = "forsyn-access"
FORMAT_VERSION = 1
SCHEMA = "data.schema.json"
"""It lies beside the data."""


def head(data: Gathered, language: Language, made_at: datetime) -> dict[str, Any]:
    """The members of data.json that stand before the tables."""
    policy = data.policy
    held = {key for sheet in data.reader.shape.sheets if data.holds(sheet) for key in categories_of(sheet, data)}
    return {
        "$schema": SCHEMA,
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "made_at": made_at.astimezone(LOCAL).isoformat(),
        "language": str(language),
        "controller": {"name": policy.controller.contact.name.in_(language), "cvr": policy.controller.cvr},
        "policy_version": policy.version,
        "customer_numbers": list(data.numbers),
        "categories": [_category(data, key, language) for key in policy.categories if key in held],
        "recipients": [
            {
                "recipient": one.recipient,
                "name": _named(policy, one.recipient, language),
                "categories": list(one.categories),
                "first_at": one.first_at.astimezone(LOCAL).isoformat(),
                "last_at": one.last_at.astimezone(LOCAL).isoformat(),
                "times": one.times,
                "only_carried": one.only_carried,
            }
            for one in data.received
        ],
        "rights": {
            str(right): {"article": rule.article, "name": rule.name.in_(language)}
            for right, rule in policy.rights.items()
        },
        "complaint": policy.authority.complaint.in_(language),
        "automated_decisions": policy.automated_decisions.text.in_(language),
        "third_countries": policy.third_countries.text.in_(language),
        "holds": [
            {"categories": sorted(hold.categories or ()), "ground": hold.ground, "until": hold.end_date.isoformat()}
            for hold in data.held_back
        ],
        "withheld": [{"item": item, "reason": reason} for item, reason in sorted(data.withheld.items())],
        "left_out": _left_out(data),
    }


def _category(data: Gathered, key: str, language: Language) -> dict[str, Any]:
    policy, used = data.policy, used_for(data)
    return {
        "key": key,
        "name": policy.categories[key].name.in_(language),
        "sources": [str(source) for source in policy.categories[key].sources],
        "purposes": [
            {
                "key": purpose.key,
                "name": purpose.name.in_(language),
                "bases": [
                    {
                        "article": basis.article,
                        "statute": basis.statute.in_(language) if basis.statute else None,
                    }
                    for basis in purpose.bases
                ],
            }
            for purpose in policy.purposes_reading(key)
            if purpose.key in used and not purpose.all_categories
        ],
        "kept": [
            {
                "rule": rule.key,
                "period": str(rule.period),
                "after": policy.events[rule.event].phrase.in_(language),
                "then": str(rule.then),
                "reason": rule.reason.in_(language),
            }
            for rule in policy.retention_of(key)
        ],
        "declared_recipients": [one.key for one in policy.recipients.values() if one.gets(key)],
    }


def _left_out(data: Gathered) -> list[dict[str, str]]:
    shape = data.reader.shape
    columns = [
        {"item": f"{sheet.name}.{column}", "why": str(why)}
        for sheet in shape.sheets
        if data.holds(sheet)
        for column, why in sheet.left_out.items()
    ]
    return [*({"item": table, "why": str(why)} for table, why in shape.left_out.items()), *columns]


def _named(policy: Policy, key: str, language: Language) -> str:
    known = policy.recipients.get(key)
    return known.name.in_(language) if known else key

"""What a person may take along (Art. 20(1)), derived from policy and bindings. Pure.

Portable is what the person gave (`Personal.given`) or a meter observed (`Source.METER`; WP 242 rev.01, part II), of the
categories that a purpose reads which rests on consent or contract: Art. 6(1)(a) or (b), 9(2)(a). Columns that tell
nothing of anyone go along where they make a value understandable: a unit, a kind. What is assigned or derived stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forsyn.policy.bindings import Table
from forsyn.policy.catalog import Catalog
from forsyn.policy.dossier import Form, Shape, Sheet
from forsyn.policy.policy import Policy, Purpose
from forsyn.policy.reach import only_about
from forsyn.policy.vocabulary import Ground, PersonGroup, Source

GROUNDS = (Ground.CONSENT, Ground.CONTRACT)
SPECIAL = "9(2)(a)"
SHARED_BY = "customers_agreement_holder"
"""Those who hold an agreement together share what was given and measured for it; of the rest each has their own."""
GIVEN_BY_OTHERS = (
    Source.OTHER_PERSON,
    Source.PUBLIC_REGISTER,
    Source.EMPLOYER,
    Source.PARTNER,
    Source.DERIVED,
    Source.SYSTEM,
)
STAFF = {PersonGroup.STAFF, PersonGroup.EXTERNAL_STAFF}
ROW_SOURCE = "source"
"""The column that tells where a whole row came from, where a table has it."""
ROW_NUMBER = "id"
ON_BEHALF = "on_behalf"
"""The column that tells for whom somebody spoke: what another person wrote for one is that person's."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is taken along of one table. ``sheet`` is what is read: rows narrowed to what the person may have.

    ``given``: columns with what the person gave; ``observed``: with what a meter observed; ``explaining``: the others.
    """

    sheet: Sheet
    given: tuple[str, ...]
    observed: tuple[str, ...]
    explaining: tuple[str, ...]
    categories: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.sheet.name

    @property
    def columns(self) -> tuple[str, ...]:
        """All that is taken along, in the order of the table."""
        taken = {*self.given, *self.observed, *self.explaining}
        return tuple(column.name for column in self.sheet.columns if column.name in taken)


def portable_purposes(policy: Policy) -> tuple[Purpose, ...]:
    """The purposes that rest on a consent or a contract."""
    return tuple(
        purpose
        for purpose in policy.purposes.values()
        if not purpose.all_categories
        and any(basis.ground in GROUNDS or basis.article == SPECIAL for basis in purpose.bases)
    )


def portable_categories(policy: Policy) -> tuple[str, ...]:
    """What those purposes read of customers, in the policy's order; staff ask where they work."""
    purposes = portable_purposes(policy)
    return tuple(
        key
        for key, category in policy.categories.items()
        if not set(category.persons) <= STAFF and any(one.reads(key) for one in purposes)
    )


def parts(policy: Policy, found: Shape, catalog: Catalog) -> tuple[Part, ...]:
    """What is taken along, table by table. ``found`` is the whole copy's shape (`forsyn.policy.dossier.shape`)."""
    wanted = frozenset(portable_categories(policy))
    return tuple(part for sheet in found.sheets if (part := _part(policy, sheet, wanted, catalog)) is not None)


def taken_categories(found: tuple[Part, ...]) -> tuple[str, ...]:
    """The categories of what is taken along, each once."""
    return tuple(dict.fromkeys(category for part in found for category in part.categories))


def _part(policy: Policy, sheet: Sheet, wanted: frozenset[str], catalog: Catalog) -> Part | None:
    given: list[str] = []
    observed: list[str] = []
    categories: dict[str, None] = {}
    for column in sheet.columns:
        if column.source is None or not (column.given or column.source is Source.METER):
            continue
        held = [key for key in column.categories if key in wanted and not policy.why_not_held(key, column.source)]
        if held:
            (observed if column.source is Source.METER else given).append(column.name)
            categories.update(dict.fromkeys(held))
    if not given and not observed:
        return None
    explaining = [
        column.name
        for column in sheet.columns
        if not column.categories and column.name != ROW_NUMBER and column.form is Form.PLAIN
    ]
    told = tuple(categories)
    return Part(_narrowed(sheet, told, catalog), tuple(given), tuple(observed), tuple(explaining), told)


def _narrowed(sheet: Sheet, categories: tuple[str, ...], catalog: Catalog) -> Sheet:
    """Without the rows that others gave, that are about others too, or that hold another category."""
    rows = sheet.rows if is_shared(sheet.table) else only_about(sheet.table, catalog)
    conditions = list(_conditions(sheet.table, categories))
    where = " and ".join([rows.where, *conditions])
    return replace(sheet, rows=replace(rows, where=where))


def is_shared(table: Table) -> bool:
    """Whether a row may be taken by each of those who hold the agreement that it belongs to."""
    return any(hop.table == SHARED_BY for path in table.persons for hop in path.hops)


def _conditions(table: Table, categories: tuple[str, ...]) -> Iterator[str]:
    if table.told_by is not None:
        kinds = [kind for kind, category in table.told_by.categories.items() if category in categories]
        yield f"t0.{table.told_by.column} in ({_listed(kinds)})"
    if ROW_SOURCE in table.columns:
        yield f"t0.{ROW_SOURCE} not in ({_listed(map(str, GIVEN_BY_OTHERS))})"
    if ON_BEHALF in table.columns:
        yield f"t0.{ON_BEHALF} = 'self'"


def _listed(values: object) -> str:
    return ", ".join(f"'{value}'" for value in values) or "null"  # type: ignore[attr-defined]


# -- the published schema ------------------------------------------------------------------------------------------

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FORMAT = "forsyn-portability"
FORMAT_VERSION = 1
_TEXT: Mapping[str, object] = {"type": "string"}


def schema(policy: Policy, found: tuple[Part, ...], *, address: str) -> dict[str, object]:
    """The JSON Schema (2020-12) of data.json. ``address``: where it is published, its ``$id``."""
    return {
        "$schema": DRAFT,
        "$id": address,
        "title": f"Data taken along from {policy.controller.contact.name.en} (GDPR Art. 20)",
        "description": (
            "What a person gave, and what meters observed of the person's consumption, on a consent or a contract. "
            "Instants are ISO 8601, local (Europe/Copenhagen) with their offset; a local day has 23, 24 or 25 hours."
        ),
        "type": "object",
        "additionalProperties": False,
        "required": ["$schema", "format", "version", "made_at", "controller", "given", "series", "replaced_series"]
        + (["set_aside"] if _set_aside(found) else []),
        "properties": {
            "$schema": {"const": address},
            "format": {"const": FORMAT},
            "version": {"const": FORMAT_VERSION},
            "made_at": {"$ref": "#/$defs/instant"},
            "controller": _object({"name": _TEXT, "cvr": _TEXT}, "Who gives the data: the controller they come from."),
            "given": {
                "type": "object",
                "additionalProperties": False,
                "description": "What the person gave, by table. A table without rows is not there.",
                "properties": {part.name: _rows(part) for part in found if part.given},
            },
            "series": _array("series", "What meters observed: one for each register of a meter."),
            "replaced_series": _array("series", "Earlier values that later ones have replaced; do not add them up."),
            "set_aside": _array("set_aside", "Values that meters sent and that were not believed."),
        },
        "$defs": _definitions(),
    }


def _set_aside(found: tuple[Part, ...]) -> bool:
    return any(part.observed for part in found)


def _rows(part: Part) -> dict[str, object]:
    described = {column.name: column for column in part.sheet.columns}
    properties = {
        name: _value(described[name].type, described[name].form) | {"title": described[name].title.en}
        for name in part.columns
    }
    return {
        "type": "array",
        "title": part.sheet.title.en,
        "description": f"Categories: {', '.join(part.categories)}.",
        "minItems": 1,
        "items": _object(properties),
    }


def _value(type_: str, form: Form) -> dict[str, object]:
    """How a value of the database stands in JSON; each may be null."""
    if form in (Form.DOCUMENT, Form.SEALED_DOCUMENT):
        return {"type": ["string", "null"], "description": "The file in this package."}
    if form is Form.SEALED or type_.startswith(("text", "character", "varchar")):
        return {"type": ["string", "null"]}
    if type_.endswith("[]"):
        return {"type": ["array", "null"]}
    if type_ in ("smallint", "integer", "bigint"):
        return {"type": ["integer", "null"]}
    if type_ == "boolean":
        return {"type": ["boolean", "null"]}
    if type_ == "daterange":
        return {"oneOf": [{"$ref": "#/$defs/period"}, {"type": "null"}]}
    if type_ == "date":
        return {"oneOf": [{"$ref": "#/$defs/day"}, {"type": "null"}]}
    if type_.startswith("timestamp"):
        return {"oneOf": [{"$ref": "#/$defs/instant"}, {"type": "null"}]}
    return {"type": ["string", "number", "object", "array", "boolean", "null"]}


def _object(
    properties: Mapping[str, object], description: str = "", optional: tuple[str, ...] = ()
) -> dict[str, object]:
    made: dict[str, object] = {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": dict(properties),
    }
    return made | ({"description": description} if description else {})


def _array(definition: str, description: str) -> dict[str, object]:
    return {"type": "array", "description": description, "items": {"$ref": f"#/$defs/{definition}"}}


def _definitions() -> dict[str, object]:
    instant = {"$ref": "#/$defs/instant"}
    amount = {"type": ["integer", "null"]}
    unit = {"enum": ["watt_hours", "litres", "litre_degrees", ""], "description": "What one whole step means."}
    quality = {
        "type": "array",
        "items": {"enum": ["first_reading", "after_gap", "released"]},
        "description": "How the value came about, where it was not plainly measured.",
    }
    return {
        "instant": {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$",
        },
        "day": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        "period": _object(
            {"from": {"type": ["string", "null"]}, "until": {"type": ["string", "null"]}},
            "Days from the first, included, until the last, excluded.",
        ),
        "series": _object(
            {
                "series": {"type": "integer", "minimum": 1, "description": "A number within this file."},
                "meter": {"type": "integer", "minimum": 1, "description": "A number within this file."},
                "home": {"type": "string", "description": "Where the meter hangs, as the address was given."},
                "commodity": _TEXT,
                "quantity": _TEXT,
                "unit": unit,
                "readings": {"type": "array", "items": {"$ref": "#/$defs/reading"}},
                "counter": {"type": "array", "items": {"$ref": "#/$defs/counter"}},
            }
        ),
        "reading": _object(
            {"start": instant, "end": instant, "value": amount, "quality": quality},
            "What was consumed from start to end, in the series' unit; null: not measured.",
            optional=("quality",),
        ),
        "counter": _object({"at": instant, "value": {"type": "integer"}}, "What the meter showed."),
        "set_aside": _object(
            {
                "quantity": _TEXT,
                "unit": unit,
                "at": {"oneOf": [instant, {"type": "null"}]},
                "value": amount,
                "time_as_sent": {"type": ["string", "null"]},
                "value_as_sent": {"type": ["string", "null"]},
            }
        ),
    }

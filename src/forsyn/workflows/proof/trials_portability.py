"""Trials of portability: what persons take along is as the published schema says, and nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from forsyn.domain.safeguards.purposes import purpose
from forsyn.integrations.packages.schema import faults
from forsyn.policy.bindings import Personal
from forsyn.policy.dossier import Form
from forsyn.policy.portable import Part, portable_categories, taken_categories
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source
from forsyn.workflows.package_door import PackageRefused
from forsyn.workflows.portability import ANOTHER_CONTROLLER, build_portable_package
from forsyn.workflows.portability_data import Portable, portable
from forsyn.workflows.portability_files import DATA
from forsyn.workflows.portability_schema import schema_text
from forsyn.workflows.proof.bench import Bench, Finding, rolled_back
from forsyn.workflows.proof.trial import control, invariant

SAMPLE = 3
SOMEBODY = "select id from customers_customer order by id limit %s"
# numbers that the controller has given them
ASSIGNED = """
    select number from customers_customer where id = %(customer)s
    union select agreement.number from customers_agreement as agreement
      join customers_agreement_holder as holder on holder.agreement_id = agreement.id
     where holder.customer_id = %(customer)s
"""
ASKED = "-- forsyn portability"


@control(
    "SF-25",
    "SV-26",
    da="Nogle personers pakke bliver lavet; den følger det offentliggjorte skema og har ingen numre, vi har givet.",
    en="The package of some persons is made; it follows the published schema and has no number that we assigned.",
)
def packages_are_as_published(bench: Bench) -> Finding:
    """Each is made as it would be handed over, and read as another company's program would."""
    sample = [customer_id for (customer_id,) in bench.rows(SOMEBODY, [SAMPLE])]
    schema = json.loads(schema_text(bench.policy))
    wrong = [fault for customer_id in sample for fault in _tried(bench, customer_id, schema)]
    return Finding(ASKED, len(sample), len(wrong), tuple(dict.fromkeys(wrong)))


def _tried(bench: Bench, customer_id: int, schema: dict[str, Any]) -> Iterator[str]:
    assigned = {number for (number,) in bench.rows(ASSIGNED, {"customer": customer_id})}  # type: ignore[arg-type]
    try:
        with rolled_back(), purpose(P.PRIVACY_RIGHTS, actor=None):
            found = portable(bench.policy)
            pieces = build_portable_package(
                customer_ids=[customer_id], now=bench.now, withheld=_sealed(found), found=found
            )
            content = b"".join(pieces)
    except PackageRefused:
        yield "package"
        return
    with ZipFile(io.BytesIO(content)) as package:
        document = json.loads(package.read(DATA))
    yield from faults(document, schema)
    if assigned & set(_texts(document)):
        yield "assigned number"


def _sealed(found: Portable) -> dict[str, str]:
    """Tables with encrypted columns: a proof opens nobody's envelope."""
    sealed = (Form.SEALED, Form.SEALED_DOCUMENT)
    return {part.name: "-" for part in found.parts if any(one.form in sealed for one in part.sheet.columns)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


@invariant(
    "SF-25",
    "SV-26",
    da="Alt, kunden har givet, eller måleren har målt, på samtykke eller aftale, er med i pakken, og intet andet.",
    en="All that the customer gave or the meter observed, on consent or contract, is in the package; nothing else is.",
)
def exactly_what_was_given_or_observed(bench: Bench) -> Finding:
    """Column by column, from the bindings alone; and what may be sent to another controller is the same."""
    found = portable(bench.policy)
    taken = {(part.name, column) for part in found.parts for column in (*part.given, *part.observed)}
    left_out, categories = found.left_out, frozenset(portable_categories(bench.policy))
    wanted = {
        (bound.table.name, bound.column)
        for bound in bench.bindings.columns()
        if bound.table in bench.tables
        and bound.table.name not in left_out
        and isinstance(bound.binding, Personal)
        and _is_portable(bench, bound.binding, categories)
    }
    wrong = [".".join(one) for one in sorted(taken ^ wanted)]
    wrong += [f"{part.name}.{name}" for part in found.parts for name in _explained_by_data(bench, part)]
    recipient = bench.policy.recipients.get(ANOTHER_CONTROLLER)
    wrong += [key for key in taken_categories(found.parts) if recipient is None or not recipient.gets(key)]
    return Finding(ASKED, len(wanted), len(wrong), tuple(wrong))


def _is_portable(bench: Bench, binding: Personal, categories: frozenset[str]) -> bool:
    on_grounds = [
        key for key in binding.categories if key in categories and not bench.policy.why_not_held(key, binding.source)
    ]
    return bool(on_grounds) and binding.person is None and (binding.given or binding.source is Source.METER)


def _explained_by_data(bench: Bench, part: Part) -> Iterator[str]:
    """Columns that only explain and yet tell something of somebody."""
    table = bench.bindings.table(part.name)
    return (name for name in part.explaining if table is not None and isinstance(table.columns[name], Personal))


TRIALS = (packages_are_as_published, exactly_what_was_given_or_observed)

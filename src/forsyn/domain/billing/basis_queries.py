"""The bases of many bills, read by sets: a handful of statements for a thousand agreements, none for one alone.

Nothing is reckoned here: what a basis lacks, the kernel names. Enter `P.SETTLEMENT`; agreements whose holders it may
not see (restricted) do not come out at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection

from forsyn.domain.billing.basis_rules import (
    NotReady,
    NotReadyCode,
    Part,
    Prepared,
    Stretch,
    TermsIn,
    billed_before,
    counts_from,
    factors_used,
    parts,
    undivided,
)
from forsyn.domain.billing.metered_queries import Measured, Needed, measured
from forsyn.domain.billing.tariff_models import TariffVersion
from forsyn.domain.billing.tariff_queries import tariffs_in_force, vat_percent
from forsyn.kernel.charges.basis import (
    Basis,
    BilledBefore,
    Consumption,
    FactorValue,
    FeeCharged,
    OnAccount,
    Quality,
)
from forsyn.kernel.charges.canonical import tariff_from
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.charges.tariff import Commodity, Tariff
from forsyn.kernel.periods import Period
from forsyn.kernel.quantities import BaseUnit

AGREEMENTS_AT_ONCE = 1_000
Rows = list[tuple[Any, ...]]


class Wanted(NamedTuple):
    """Days [first, until) of an agreement; with a version of its tariff, by that one whatever is in force."""

    agreement_id: int
    first: date
    until: date
    version_id: int | None = None


class NoVatRate(LookupError):
    """There is no rate of VAT for the bills' date."""


def bases(
    *,
    agreement_ids: Iterable[int],
    from_date: date,
    until_date: date,
    issue_date: date,
    instead: Mapping[int, Tariff] | None = None,
) -> Iterator[Prepared]:
    """What of [from_date, until_date) is each agreement's, ready to reckon, in the order of the ids.

    An agreement that changed tariff comes once for each. ``instead`` puts a tariff (a draft) in place of the one in
    force, by the tariff's id. Nine statements for 1,000 agreements, up to four more where meters have gaps or tariffs
    count from the year's first day.
    """
    wanted = (Wanted(agreement_id, from_date, until_date) for agreement_id in agreement_ids)
    return prepared(wanted=wanted, issue_date=issue_date, instead=instead)


def prepared(
    *,
    wanted: Iterable[Wanted],
    issue_date: date,
    instead: Mapping[int, Tariff] | None = None,
    at_once: int = AGREEMENTS_AT_ONCE,
) -> Iterator[Prepared]:
    """The same for days of their own of each agreement, as corrections need it. Raises NoVatRate."""
    percent = vat_percent(on=issue_date)
    if percent is None:
        raise NoVatRate(f"There is no rate of VAT on {issue_date}: add one to billing_vat_rate.")
    waiting = iter(wanted)
    while chunk := list(islice(waiting, at_once)):
        yield from _Chunk(chunk, percent, instead or {}).prepared()


class _Agreement(NamedTuple):
    id: int
    number: str
    first: date
    until: date | None
    supply_point_id: int
    commodity: str
    customer_id: int | None


class _Version(NamedTuple):
    id: int | None
    tariff: Tariff


class _Bill(NamedTuple):
    """A bill to be: one agreement, one tariff."""

    agreement: _Agreement
    part: Part
    version: _Version

    @property
    def counted(self) -> date:
        return counts_from(self.version.tariff, self.part)


@dataclass(slots=True)
class _Chunk:
    wanted: Sequence[Wanted]
    vat_percent: Decimal
    instead: Mapping[int, Tariff]
    agreements: dict[int, _Agreement] = field(default_factory=dict)
    versions: dict[int, _Version] = field(default_factory=dict)
    """By tariff."""
    fixed_versions: dict[int, _Version] = field(default_factory=dict)
    """By version, where one was asked for."""

    def prepared(self) -> Iterator[Prepared]:
        ids = [wanted.agreement_id for wanted in self.wanted]
        self.agreements = {row[0]: _Agreement(*row) for row in _rows(_AGREEMENTS, [ids])}
        terms: defaultdict[int, list[TermsIn]] = defaultdict(list)
        for agreement_id, *row in _rows(_TERMS, [ids]):
            terms[agreement_id].append(TermsIn(*row))
        self._read_versions({each.tariff_id for found in terms.values() for each in found})
        entries = [entry for wanted in self.wanted for entry in self._entries(wanted, terms)]
        made = iter(self._made([entry for entry in entries if isinstance(entry, _Bill)]))
        for entry in entries:
            yield next(made) if isinstance(entry, _Bill) else entry

    def _read_versions(self, tariff_ids: set[int]) -> None:
        approved = tariffs_in_force(tariff_ids=tariff_ids)
        self.versions = {tariff_id: _Version(found.version_id, found.tariff) for tariff_id, found in approved.items()}
        for tariff_id in tariff_ids & self.instead.keys():
            self.versions[tariff_id] = _Version(None, self.instead[tariff_id])
        asked = {wanted.version_id for wanted in self.wanted} - {None}
        if asked:
            rows = TariffVersion.objects.filter(pk__in=asked).values_list("pk", "document")
            self.fixed_versions = {pk: _Version(pk, _tariff(document)) for pk, document in rows}

    def _entries(self, wanted: Wanted, terms: Mapping[int, Sequence[TermsIn]]) -> Iterator[_Bill | Prepared]:
        agreement = self.agreements.get(wanted.agreement_id)
        if agreement is None:
            return
        asked = Stretch(wanted.first, wanted.until)
        for part in parts(asked, Period(agreement.first, agreement.until), terms.get(agreement.id, ())):
            code = NotReadyCode.NO_PRIMARY_HOLDER if agreement.customer_id is None else None
            version = None
            if part.terms is None:
                code = NotReadyCode.NO_TERMS
            else:
                version = self.versions.get(part.terms.tariff_id)
                if wanted.version_id is not None:
                    version = self.fixed_versions.get(wanted.version_id)
                code = code if version is not None else NotReadyCode.NO_APPROVED_TARIFF
            if code is None and version is not None:
                yield _Bill(agreement, part, version)
            elif code is not None:
                yield _not_ready(agreement, part, version, code)

    # -- bills that can be tried ------------------------------------------------------------------------------------

    def _made(self, bills: Sequence[_Bill]) -> Iterator[Prepared]:
        if not bills:
            return
        read = _Read.of(bills)
        for number, bill in enumerate(bills):
            agreement, part, tariff = bill.agreement, bill.part, bill.version.tariff
            basis = Basis(
                agreement=agreement.number,
                agreement_from=part.since,
                from_date=part.first,
                until_date=part.until,
                commodity=Commodity(agreement.commodity),
                tariff=tariff,
                vat_percent=self.vat_percent,
                consumption=read.measured.consumption[number],
                factors=tuple(_factors(bill, read.factors[agreement.id])),
                temperatures=read.measured.temperatures[number],
                fees=tuple(fee for fee in read.fees[agreement.id] if part.first <= fee.on_date < part.until),
                billed_before=billed_before(tariff, part, read.before.get(number)),
                on_account=read.on_account.get(number, OnAccount()),
                is_single_pipe=part.terms is not None and part.terms.is_single_pipe,
            )
            yield Prepared(
                agreement.id, agreement.number, agreement.customer_id, part.first, part.until, bill.version.id, basis
            )


@dataclass(slots=True)
class _Read:
    """What was read for the bills of a chunk, by agreement or by the bill's position."""

    factors: defaultdict[int, list[FactorValue]]
    fees: defaultdict[int, list[FeeCharged]]
    before: dict[int, list[BilledBefore]]
    on_account: dict[int, OnAccount]
    measured: Measured

    @classmethod
    def of(cls, bills: Sequence[_Bill]) -> _Read:
        ids = list({bill.agreement.id for bill in bills})
        first = min(bill.counted for bill in bills)
        until = max(bill.part.until for bill in bills)
        factors: defaultdict[int, list[FactorValue]] = defaultdict(list)
        for agreement_id, factor, begins, ends, value in _rows(_FACTORS, [ids, first, until]):
            factors[agreement_id].append(FactorValue(Factor(factor), begins, ends, value))
        fees: defaultdict[int, list[FeeCharged]] = defaultdict(list)
        for agreement_id, component, on_date, count in _rows(_FEES, [ids, first, until]):
            fees[agreement_id].append(FeeCharged(component, on_date, count))
        settled: defaultdict[int, list[Consumption]] = defaultdict(list)
        for agreement_id, begins, ends, amount, unit, quality in _rows(_SETTLED, [ids, first, until]):
            settled[agreement_id].append(Consumption(begins, ends, amount, BaseUnit(unit), Quality(quality)))
        needed = [_needed(bill, settled[bill.agreement.id]) for bill in bills]
        return cls(factors, fees, _before(bills), _on_account(bills), measured(needed))


def _needed(bill: _Bill, settled: Sequence[Consumption]) -> Needed:
    agreement = bill.agreement
    return Needed(agreement.supply_point_id, agreement.commodity, bill.version.tariff, bill.part, tuple(settled))


def _factors(bill: _Bill, values: Iterable[FactorValue]) -> Iterator[FactorValue]:
    used = factors_used(bill.version.tariff)
    for value in undivided(values):
        over = value.until_date is not None and value.until_date <= bill.counted
        if value.factor in used and value.from_date < bill.part.until and not over:
            yield value


def _before(bills: Sequence[_Bill]) -> dict[int, list[BilledBefore]]:
    """What the bill just before each gave to go on with, by position; asked for only where something is counted."""
    asked = [
        (at, bill.agreement.id, bill.part.first) for at, bill in enumerate(bills) if bill.counted < bill.part.first
    ]
    if not asked:
        return {}
    parameters = [list(column) for column in zip(*asked, strict=True)]
    return {number: [_billed(entry) for entry in json.loads(kept)] for number, kept in _rows(_BEFORE, parameters)}


def _billed(entry: Mapping[str, Any]) -> BilledBefore:
    return BilledBefore(
        entry["component"], date.fromisoformat(entry["from_date"]), entry["part"], entry["net_oere"],
        Decimal(entry["quantity"]),
    )  # fmt: skip


def _on_account(bills: Sequence[_Bill]) -> dict[int, OnAccount]:
    """What was paid ahead in a bill's days; on an agreement's last bill also for days after, as of a late move."""
    ends = [None if bill.part.until == bill.agreement.until else bill.part.until for bill in bills]
    columns = [[bill.agreement.id, bill.part.first, end] for bill, end in zip(bills, ends, strict=True)]
    rows = _rows(_ON_ACCOUNT, [list(column) for column in zip(*columns, strict=True)])
    return {number - 1: OnAccount(net, vat) for number, net, vat in rows}


def _not_ready(agreement: _Agreement, part: Part, version: _Version | None, code: NotReadyCode) -> Prepared:
    reason = NotReady(code, part.first, part.until, agreement.number)
    version_id = version.id if version is not None else None
    return Prepared(
        agreement.id, agreement.number, agreement.customer_id, part.first, part.until, version_id, None, (reason,)
    )


@lru_cache(maxsize=64)
def _tariff(document: str) -> Tariff:
    """A version's document, parsed once a process."""
    return tariff_from(document.encode())


_AGREEMENTS = """
    select a.id, a.number, lower(a.period), upper(a.period), a.supply_point_id, a.commodity, h.customer_id
      from customers_agreement as a
      left join customers_agreement_holder as h on h.agreement_id = a.id and h.is_primary
     where a.id = any(%s)"""
_TERMS = """
    select agreement_id, tariff_id, lower(period), upper(period), is_single_pipe
      from billing_terms where agreement_id = any(%s)"""
_IN_THESE_DAYS = "agreement_id = any(%s) and period && daterange(%s, %s)"
_FACTORS = f"""
    select agreement_id, factor, lower(period), upper(period), value
      from billing_factor where {_IN_THESE_DAYS}"""  # noqa: S608 - constants of this file
_FEES = """
    select agreement_id, component, on_date, count
      from billing_fee where agreement_id = any(%s) and on_date >= %s and on_date < %s"""
_SETTLED = f"""
    select agreement_id, lower(period), upper(period), amount, unit, quality
      from billing_settled_consumption where {_IN_THESE_DAYS} and withdrawn_at is null"""  # noqa: S608 - constants
# A bill that was corrected is replaced by its correction, which keeps the whole new calculation.
_BEFORE = """
    select wanted.number, bill.calculation::jsonb -> 'billed_to_date'
      from unnest(%s::int[], %s::bigint[], %s::date[]) as wanted (number, agreement_id, until)
      join billing_bill as bill on bill.agreement_id = wanted.agreement_id and upper(bill.period) = wanted.until
     where bill.kind <> 'on_account' and bill.state in ('posted', 'released')
       and not exists (select from billing_bill as later
                        where later.corrects_id = bill.id and later.state in ('posted', 'released'))"""
_ON_ACCOUNT = """
    select wanted.number, sum(bill.net_oere)::bigint, sum(bill.vat_oere)::bigint
      from unnest(%s::bigint[], %s::date[], %s::date[]) with ordinality as wanted (agreement_id, first, until, number)
      join billing_bill as bill on bill.agreement_id = wanted.agreement_id
       and lower(bill.period) >= wanted.first and lower(bill.period) < coalesce(wanted.until, 'infinity')
     where bill.kind = 'on_account' and bill.state in ('posted', 'released')
     group by wanted.number"""


def _rows(statement: str, parameters: Sequence[Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())

"""The bases of many bills, read by sets: a handful of statements for a thousand agreements, none for one alone.

Nothing is reckoned here: what a basis lacks, the kernel names. Enter `P.SETTLEMENT`; agreements whose holders it may
not see (restricted) do not come out at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from forsyn.domain.billing.basis_input_queries import AgreementOf, BillToBe, Inputs, VersionUsed, factors_of, rows
from forsyn.domain.billing.basis_rules import (
    NotReady,
    NotReadyCode,
    Part,
    Prepared,
    Stretch,
    TermsIn,
    billed_before,
    parts,
)
from forsyn.domain.billing.tariff_models import TariffVersion
from forsyn.domain.billing.tariff_queries import tariffs_in_force, vat_percent
from forsyn.kernel.charges.basis import (
    Basis,
    OnAccount,
)
from forsyn.kernel.charges.canonical import tariff_from
from forsyn.kernel.charges.tariff import Commodity, Tariff
from forsyn.kernel.periods import Period

AGREEMENTS_AT_ONCE = 1_000


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


@dataclass(slots=True)
class _Chunk:
    wanted: Sequence[Wanted]
    vat_percent: Decimal
    instead: Mapping[int, Tariff]
    agreements: dict[int, AgreementOf] = field(default_factory=dict)
    versions: dict[int, VersionUsed] = field(default_factory=dict)
    """By tariff."""
    fixed_versions: dict[int, VersionUsed] = field(default_factory=dict)
    """By version, where one was asked for."""

    def prepared(self) -> Iterator[Prepared]:
        ids = [wanted.agreement_id for wanted in self.wanted]
        self.agreements = {row[0]: AgreementOf(*row) for row in rows(_AGREEMENTS, [ids])}
        terms: defaultdict[int, list[TermsIn]] = defaultdict(list)
        for agreement_id, *row in rows(_TERMS, [ids]):
            terms[agreement_id].append(TermsIn(*row))
        self._read_versions({each.tariff_id for found in terms.values() for each in found})
        entries = [entry for wanted in self.wanted for entry in self._entries(wanted, terms)]
        made = iter(self._made([entry for entry in entries if isinstance(entry, BillToBe)]))
        for entry in entries:
            yield next(made) if isinstance(entry, BillToBe) else entry

    def _read_versions(self, tariff_ids: set[int]) -> None:
        approved = tariffs_in_force(tariff_ids=tariff_ids)
        self.versions = {
            tariff_id: VersionUsed(found.version_id, found.tariff) for tariff_id, found in approved.items()
        }
        for tariff_id in tariff_ids & self.instead.keys():
            self.versions[tariff_id] = VersionUsed(None, self.instead[tariff_id])
        asked = {wanted.version_id for wanted in self.wanted} - {None}
        if asked:
            found = TariffVersion.objects.filter(pk__in=asked).values_list("pk", "document")
            self.fixed_versions = {pk: VersionUsed(pk, _tariff(document)) for pk, document in found}

    def _entries(self, wanted: Wanted, terms: Mapping[int, Sequence[TermsIn]]) -> Iterator[BillToBe | Prepared]:
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
                yield BillToBe(agreement, part, version)
            elif code is not None:
                yield _not_ready(agreement, part, version, code)

    # -- bills that can be tried ------------------------------------------------------------------------------------

    def _made(self, bills: Sequence[BillToBe]) -> Iterator[Prepared]:
        if not bills:
            return
        read = Inputs.of(bills)
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
                factors=tuple(factors_of(bill, read.factors[agreement.id])),
                temperatures=read.measured.temperatures[number],
                fees=tuple(fee for fee in read.fees[agreement.id] if part.first <= fee.on_date < part.until),
                billed_before=billed_before(tariff, part, read.before.get(number)),
                on_account=read.on_account.get(number, OnAccount()),
                is_single_pipe=part.terms is not None and part.terms.is_single_pipe,
            )
            yield Prepared(
                agreement.id, agreement.number, agreement.customer_id, part.first, part.until, bill.version.id, basis
            )


def _not_ready(agreement: AgreementOf, part: Part, version: VersionUsed | None, code: NotReadyCode) -> Prepared:
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

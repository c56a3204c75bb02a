"""Terms and sizes of many agreements, recorded as a file has them; what was on record gives way from the first day on.

Enter `P.SETTLEMENT`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from forsyn.domain.billing.actions_new_terms import (
    Former,
    NewFactor,
    NewTerms,
    begin_factors,
    begin_terms,
    end_factors,
    end_terms,
)
from forsyn.domain.billing.tariff_queries import tariffs
from forsyn.domain.billing.terms_queries import (
    AgreementDays,
    Recorded,
    agreements_with,
    sizes_recorded,
    terms_recorded,
)
from forsyn.kernel.charges.components import Factor
from forsyn.workflows.terms_files import Problem, TermsLine, WrongLine, read_terms


@dataclass(frozen=True, slots=True)
class TermsImport:
    """What a file did: terms and sizes recorded, lines that were in force already, and lines that were left out."""

    terms: int
    sizes: int
    known: int
    problems: tuple[Problem, ...]
    written: bool


@transaction.atomic
def import_terms(*, content: bytes, skip: bool, account_id: int | None, now: datetime) -> TermsImport:
    """Record terms and sizes for many agreements; lines that are in force already change nothing. 8 queries, and more
    for each 5,000 lines.

    One problem keeps all out, unless ``skip``: then the lines with problems are left out. Raises TermsFileError.
    """
    lines, problems = read_terms(content)
    decided = _decide(lines)
    problems = sorted([*problems, *decided.problems], key=lambda problem: problem.line)
    if problems and not skip:
        return TermsImport(0, 0, decided.known, tuple(problems), written=False)
    end_terms(former=decided.former_terms)
    end_factors(former=decided.former_sizes)
    made = begin_terms(terms=decided.terms, account_id=account_id, now=now)
    sized = begin_factors(factors=decided.sizes, account_id=account_id, now=now)
    return TermsImport(made, sized, decided.known, tuple(problems), written=True)


@dataclass(slots=True)
class _Decided:
    """What is to be recorded and what gives way to it; how many lines say nothing new, and which cannot be used."""

    terms: list[NewTerms] = field(default_factory=list)
    sizes: list[NewFactor] = field(default_factory=list)
    former_terms: list[Former] = field(default_factory=list)
    former_sizes: list[Former] = field(default_factory=list)
    known: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Held:
    """What holds of an agreement in [first, until): on record, or, without an id, by another line of the file."""

    id: int | None
    first: date
    until: date | None
    says: tuple[object, ...]


def _decide(lines: Sequence[TermsLine]) -> _Decided:
    agreements = {row.number: row for row in agreements_with(numbers={line.agreement for line in lines})}
    by_key = {row.key: (row.id, row.commodity) for row in tariffs()}
    ids = [row.id for row in agreements.values()]
    terms, sizes = _by_agreement(terms_recorded(agreement_ids=ids)), _by_agreement(sizes_recorded(agreement_ids=ids))
    decided = _Decided()
    for line in lines:
        try:
            agreed = _terms_of(line, agreements, by_key)
            sized = [
                NewFactor(agreed.agreement_id, factor, agreed.first, agreed.until, value)
                for factor, value in line.sizes.items()
            ]
            new_terms = _beside(_as_held(agreed), terms[agreed.agreement_id])
            new_sizes = [_beside(_as_held(each), _of(each.factor, sizes[each.agreement_id])) for each in sized]
        except WrongLine as wrong:
            decided.problems.append(Problem(line.line, str(wrong)))
            continue
        decided.known += new_terms is None and not any(found is not None for found in new_sizes)
        if new_terms is not None:
            decided.terms.append(agreed)
            decided.former_terms += new_terms
            terms[agreed.agreement_id].append(_as_held(agreed))
        for each, found in zip(sized, new_sizes, strict=True):
            if found is not None:
                decided.sizes.append(each)
                decided.former_sizes += found
                sizes[each.agreement_id].append(_as_held(each))
    return decided


def _terms_of(
    line: TermsLine, agreements: Mapping[str, AgreementDays], by_key: Mapping[str, tuple[int, str]]
) -> NewTerms:
    agreement = agreements.get(line.agreement)
    if agreement is None:
        raise WrongLine(
            f"there is no agreement {line.agreement!r}, or its customer's data are only stored: leave it out"
        )
    if line.tariff not in by_key:
        raise WrongLine(f"there is no tariff {line.tariff!r}: `forsyn tariffs list` has the keys")
    tariff_id, commodity = by_key[line.tariff]
    if commodity != agreement.commodity:
        raise WrongLine(
            f"tariff {line.tariff} is for {commodity}, the agreement for {agreement.commodity}: take another"
        )
    first, until = line.first or agreement.first, line.until or agreement.until
    if first < agreement.first or (agreement.until is not None and (until is None or until > agreement.until)):
        raise WrongLine(
            f"the agreement holds from {agreement.first} to {agreement.until or 'further notice'}: stay in it"
        )
    if until is not None and until <= first:
        raise WrongLine(f"it ends on {until} and begins on {first}: let it end after it begins")
    return NewTerms(agreement.id, tariff_id, first, until, line.instalments, line.is_single_pipe)


def _beside(wanted: _Held, held: Iterable[_Held]) -> list[Former] | None:
    """What gives way to a new row from its first day on; None: it says nothing new. Raises WrongLine."""
    former = []
    for other in held:
        if wanted.first >= (other.until or date.max) or other.first >= (wanted.until or date.max):
            continue
        if (other.first, other.until, other.says) == (wanted.first, wanted.until, wanted.says):
            return None
        if other.id is None:
            raise WrongLine("another line of the file is about the same days: let one end where the other begins")
        if other.first > wanted.first:
            raise WrongLine(f"something else is on record from {other.first}: let this end there, or begin later")
        if (wanted.until or date.max) < (other.until or date.max):
            raise WrongLine(f"what is on record holds to {other.until or 'further notice'}: let this hold as long")
        former.append(Former(other.id, wanted.first if other.first < wanted.first else None))
    return former


def _as_held(new: NewTerms | NewFactor) -> _Held:
    if isinstance(new, NewTerms):
        return _Held(None, new.first, new.until, (new.tariff_id, new.instalments, new.is_single_pipe))
    return _Held(None, new.first, new.until, (new.factor, new.value))


def _of(factor: Factor, held: Iterable[_Held]) -> list[_Held]:
    return [each for each in held if each.says[0] == factor]


def _by_agreement(rows: Iterable[Recorded]) -> defaultdict[int, list[_Held]]:
    found: defaultdict[int, list[_Held]] = defaultdict(list)
    for row in rows:
        found[row.agreement_id].append(_Held(row.id, row.first, row.until, row.says))
    return found

"""What erasure, a pause and a no will do, before anything is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from forsyn.domain.safeguards.choices_rules import objectable
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.interfaces.portal.my_data_page import GUARDED, OURS
from forsyn.policy.policy import Policy, Purpose, Text
from forsyn.policy.vocabulary import Capacity, Objection
from forsyn.policy.wording import capitalised
from forsyn.workflows.choice_plans import RestrictionPlan
from forsyn.workflows.own_data import ErasureOutline, Standing


@dataclass(frozen=True, slots=True)
class Staying:
    """What stays for one reason. ``why`` and ``until`` are whole sentences."""

    names: tuple[str, ...]
    why: str
    until: str


@dataclass(frozen=True, slots=True)
class ErasurePage:
    """The plan of an erasure. ``goes``: names; ``stays``: by reason; ``notes``: what else follows."""

    goes: tuple[str, ...]
    stays: tuple[Staying, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PausePage:
    """What a pause stops, and what may go on; ``told``: who hears of it; ``since``: it holds already."""

    stops: tuple[str, ...]
    goes_on: tuple[str, ...]
    told: tuple[str, ...]
    since: str


@dataclass(frozen=True, slots=True)
class Aim:
    """Something that one may say no to. ``since``: when the person did; ``stops``: without anybody's decision."""

    key: str
    name: str
    description: str
    interest: str
    stops: bool
    since: str
    is_decided: bool


def erasure_page(policy: Policy, outline: ErasureOutline) -> ErasurePage:
    """The plan in words."""
    by_reason: dict[tuple[Text | None, bool, date | None], list[str]] = {}
    for stay in outline.stays:
        if stay.category not in GUARDED:
            name = _name(policy, stay.category)
            names = by_reason.setdefault((stay.ground, stay.is_demanded, stay.until), [])
            names.append(_("%(what)s (en del af det)") % {"what": name} if stay.category in outline.goes else name)
    stays = tuple(
        Staying(_listed(names), _why(ground, demanded=demanded), _until(until, demanded=demanded))
        for (ground, demanded, until), names in by_reason.items()
    )
    belonging = [_name(policy, key) for key in outline.untouched if key not in GUARDED]
    if belonging:
        why, until = _("Det hører til boligen og målerne."), _("Når resten er slettet, fører det ikke til dig.")
        stays = (*stays, Staying(_listed(belonging), why, until))
    stay_keys = {stay.category for stay in outline.stays}
    goes = tuple(
        capitalised(
            _("%(what)s (en del af det)") % {"what": _name(policy, key)} if key in stay_keys else _name(policy, key)
        )
        for key in outline.goes
        if key not in GUARDED
    )
    return ErasurePage(goes, stays, tuple(_notes(policy, outline)))


def _listed(names: Sequence[str]) -> tuple[str, ...]:
    return (capitalised(names[0]), *names[1:])


def _notes(policy: Policy, outline: ErasureOutline) -> Iterable[str]:
    if outline.thins:
        yield _("Forbruget time for time bliver lagt sammen til døgn.")
    if outline.consents:
        yield _("Dine samtykker bliver trukket tilbage.")
    if outline.closes_sign_in:
        yield _("Din adgang til selvbetjeningen bliver lukket.")


def _why(ground: Text | None, *, demanded: bool) -> str:
    if ground is None:
        return _("Vi skal gemme det.")
    said = ground.in_(reading_language())
    return _("Loven kræver det: %(ground)s.") % {"ground": said} if demanded else f"{capitalised(said)}."


def _until(until: date | None, *, demanded: bool) -> str:
    if until is not None:
        return _("Det bliver slettet den %(day)s.") % {"day": wording.long_date(until)}
    return (
        _("Det bliver slettet, når lovens tid er gået.") if demanded else _("Det bliver slettet, når grunden er væk.")
    )


def _name(policy: Policy, category: str) -> str:
    return policy.categories[category].name.in_(reading_language())


def pause_page(policy: Policy, plan: RestrictionPlan) -> PausePage:
    """The plan in words."""
    language = reading_language()
    told = [policy.recipients[one.recipient] for one in plan.recipients if one.recipient in policy.recipients]
    since = wording.long_date(timezone.localdate(plan.already_since)) if plan.already_since else ""
    return PausePage(
        tuple(_purposes(policy, plan.stops)),
        tuple(_purposes(policy, plan.goes_on)),
        tuple(capitalised(one.name.in_(language)) for one in told),
        since,
    )


def _purposes(policy: Policy, keys: Iterable[str]) -> Iterable[str]:
    for key in keys:
        if _is_about_customers(policy, policy.purposes[key]):
            yield capitalised(policy.purposes[key].name.in_(reading_language()))


def _is_about_customers(policy: Policy, purpose: Purpose) -> bool:
    persons = {group for key in purpose.categories for group in policy.categories[key].persons}
    ours = purpose.all_categories or not OURS.isdisjoint(persons)
    return ours and purpose.capacity is Capacity.CONTROLLER


def aims(policy: Policy, standing: Mapping[str, Standing]) -> list[Aim]:
    """Everything that one may say no to: what stops at once first."""
    by_effect = objectable(policy)
    return [
        _aim(purpose, standing.get(purpose.key))
        for effect in (Objection.STOPS, Objection.ASSESSED)
        for purpose in by_effect[effect]
        if purpose.capacity is Capacity.CONTROLLER
    ]


def _aim(purpose: Purpose, standing: Standing | None) -> Aim:
    language = reading_language()
    return Aim(
        purpose.key,
        capitalised(purpose.name.in_(language)),
        purpose.description.in_(language),
        purpose.interest.in_(language) if purpose.interest else "",
        purpose.objection is Objection.STOPS,
        wording.long_date(timezone.localdate(standing.made_at)) if standing else "",
        standing.is_decided if standing else False,
    )

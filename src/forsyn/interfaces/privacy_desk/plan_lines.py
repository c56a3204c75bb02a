"""A plan as a page shows it: groups of lines, each with how many rows, why, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from forsyn.domain.rights.models import Withheld
from forsyn.domain.rights.queries import PlanView
from forsyn.interfaces.privacy_desk.request_words import FIELDS
from forsyn.interfaces.privacy_desk.templatetags.choices import consent_name, purpose_name
from forsyn.interfaces.privacy_desk.templatetags.declarations import capitalised, reader
from forsyn.policy.erasure import Outcome
from forsyn.policy.vocabulary import Language, Right
from forsyn.policy.wording import date_words, series
from forsyn.workflows.declarations import current_policy


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan. ``item``: the key by which it can be left out of the answer."""

    what: str
    count: int | None = None
    why: str = ""
    until: date | None = None
    detail: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines with which the same happens."""

    heading: str
    lines: Sequence[Line]
    text: str = ""
    may_withhold: bool = False

    @property
    def has_ends(self) -> bool:
        return any(line.until is not None for line in self.lines)


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A plan on the page of its request. ``before`` says what pressing ``button`` does."""

    fingerprint: str
    made_at: datetime
    made_by: str
    carried_out_at: datetime | None
    carried_out_by: str
    groups: Sequence[Group]
    before: str
    button: str
    gaps: bool = field(default=False)


def sheet_of(plan: PlanView, withheld: Iterable[Withheld]) -> PlanSheet:
    """The plan in words."""
    body: Mapping[str, Any] = plan.plan.get("body", {})  # type: ignore[assignment]
    groups = [group for group in _GROUPS[Right(plan.right)](body) if group.lines]
    before, button = _BUTTONS.get(Right(plan.right), _CARRY_OUT)()
    return PlanSheet(
        plan.fingerprint,
        plan.made_at,
        plan.made_by,
        plan.carried_out_at,
        plan.carried_out_by,
        groups,
        before,
        button,
        gaps=bool(body.get("gaps")),
    )


def _rectification(body: Mapping[str, Any]) -> Iterable[Group]:
    steps = body["steps"]
    yield Group(_("Bliver rettet"), [_corrected(step) for step in steps])
    got: dict[str, str] = {one["recipient"]: one["last_at"] for step in steps for one in step["recipients"]}
    yield _told(got)


def _corrected(step: Mapping[str, Any]) -> Line:
    place = f" ({step['place']})" if step["place"] else ""
    change = f"»{step['wrong'] or '–'}« → »{step['right'] or '–'}«"
    shared = _("Gælder også %(n)s andre kunder.") % {"n": step["shared_with"]} if step["shared_with"] else ""
    return Line(f"{FIELDS[step['field']]}{place}", None, change, detail=shared)


def _told(recipients: Mapping[str, str]) -> Group:
    lines = []
    for key, last in recipients.items():
        declared = current_policy().recipients.get(key)
        name = capitalised(declared.name.in_(reader())) if declared else key
        when = (
            _("Fik det senest %(day)s") % {"day": date_words(date.fromisoformat(last[:10]), reader())} if last else ""
        )
        lines.append(Line(name, None, when))
    return Group(_("Får besked (artikel 19)"), lines)


def _restriction(body: Mapping[str, Any]) -> Iterable[Group]:
    customers = body["customers"]
    stops = dict.fromkeys(key for one in customers for key in one["stops"])
    goes_on = dict.fromkeys(key for one in customers for key in one["goes_on"])
    yield Group(_("Ser ikke længere personen"), [Line(capitalised(purpose_name(key))) for key in stops])
    yield Group(
        _("Må stadig"),
        [Line(capitalised(purpose_name(key))) for key in goes_on],
        _("Opbevaring, samtykke, retskrav, beskyttelse af personer og samfundets interesser (artikel 18, stk. 2)."),
    )
    yield _told({key: "" for one in customers for key in one["recipients"]})


def _objection(body: Mapping[str, Any]) -> Iterable[Group]:
    alone = all(one["stands_alone"] for one in body["customers"])
    why = _("Stopper for godt, uden vurdering.") if alone else _("Stopper, mens en medarbejder tager stilling.")
    yield Group(_("Ser ikke længere personen"), [Line(capitalised(purpose_name(body["purpose"])), None, why)])


def _withdrawal(body: Mapping[str, Any]) -> Iterable[Group]:
    yield Group(_("Trækkes tilbage"), [Line(capitalised(consent_name(key))) for key in body["consents"]])


def _erasure(body: Mapping[str, Any]) -> Iterable[Group]:
    by_outcome: dict[str, list[Line]] = {}
    for line in body["lines"]:
        by_outcome.setdefault(line["outcome"], []).append(_erasure_line(line))
    yield Group(_("Huller"), by_outcome.get(Outcome.GAP, []))
    yield Group(_("Bliver slettet"), by_outcome.get(Outcome.ERASED, []))
    yield Group(_("Timetal bliver til døgntal"), by_outcome.get(Outcome.THINNED, []))
    text = _("Rækken bliver, men det, ingen har brug for, bliver tømt.")
    yield Group(_("Bliver delvis tømt"), by_outcome.get(Outcome.MASKED, []), text)
    text = _("Bliver kun brugt til det, der kræver det, og forsvinder af sig selv bagefter.")
    yield Group(_("Bliver gemt"), by_outcome.get(Outcome.KEPT, []), text)
    consents = [Line(capitalised(consent_name(key))) for key in body["consents"]]
    yield Group(_("Samtykker, der trækkes tilbage"), consents)


def _erasure_line(line: Mapping[str, Any]) -> Line:
    policy, language = current_policy(), reader()
    names = [policy.categories[key].name.in_(language) for key in line["categories"] if key in policy.categories]
    ground = line["ground"] and line["ground"]["en" if language is Language.ENGLISH else "da"]
    needed = [purpose_name(key) for key in line["needed_by"]]
    detail = _("Bruges stadig til: %(purposes)s.") % {"purposes": series(needed, language)} if needed else ""
    until = date.fromisoformat(line["until"]) if line["until"] else None
    return Line(capitalised(series(names, language)) or line["table"], line["count"], ground or "", until, detail)


def _nothing(body: Mapping[str, Any]) -> Iterable[Group]:
    return ()


def _CARRY_OUT() -> tuple[str, str]:  # noqa: N802 - a default in a table of functions
    return _("Det hele sker på én gang, eller slet ikke."), _("Udfør planen")


_GROUPS: Mapping[Right, Callable[[Mapping[str, Any]], Iterable[Group]]] = {
    Right.ERASURE: _erasure,
    Right.RECTIFICATION: _rectification,
    Right.RESTRICTION: _restriction,
    Right.OBJECTION: _objection,
    Right.WITHDRAWAL: _withdrawal,
    Right.COMPLAINT: _nothing,
}
_BUTTONS: Mapping[Right, Callable[[], tuple[str, str]]] = {
    Right.ERASURE: lambda: (_("Det kan ikke gøres om. Det hele sker på én gang, eller slet ikke."), _("Slet nu")),
}

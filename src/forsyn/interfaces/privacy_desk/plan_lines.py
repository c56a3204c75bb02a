"""A plan as a page shows it: groups of lines, each with how many rows, why, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forsyn.domain.customers.correction_words import as_read
from forsyn.domain.rights.models import Withheld
from forsyn.domain.rights.queries import PlanView
from forsyn.interfaces.privacy_desk.request_words import FIELDS
from forsyn.interfaces.privacy_desk.templatetags.choices import consent_name, purpose_name
from forsyn.interfaces.privacy_desk.templatetags.declarations import capitalised, reader
from forsyn.interfaces.privacy_desk.templatetags.door import place
from forsyn.policy.erasure import Outcome
from forsyn.policy.vocabulary import Language, Right
from forsyn.policy.wording import date_words, series
from forsyn.workflows.declarations import current_policy


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan. ``item``: the key by which it can be left out of the answer; ``tables``: where rows lie.

    ``detail`` is folded under ``folded`` where that has words.
    """

    what: str
    count: int | None = None
    why: str = ""
    until: date | None = None
    detail: str = ""
    folded: str = ""
    item: str = ""
    tables: Sequence[tuple[str, int]] = ()


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

    @property
    def has_counts(self) -> bool:
        return any(line.count is not None for line in self.lines)

    @property
    def has_reasons(self) -> bool:
        return any(line.why for line in self.lines)

    @property
    def tables(self) -> Sequence[tuple[str, int]]:
        """Every table behind the lines with its rows, for the curious."""
        return _summed(one for line in self.lines for one in line.tables)


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
    wrong, right = (as_read(step["field"], step[side], reader()) or "–" for side in ("wrong", "right"))
    change = f"»{wrong}« → »{right}«"
    shared = _("Gælder også %(n)s andre kunder.") % {"n": step["shared_with"]} if step["shared_with"] else ""
    return Line(f"{FIELDS[step['field']]}{place}", detail="\n".join(filter(None, (change, shared))))


def _told(recipients: Mapping[str, str]) -> Group:
    lines = []
    for key, last in recipients.items():
        declared = current_policy().recipients.get(key)
        name = capitalised(declared.name.in_(reader())) if declared else key
        when = (
            _("Fik det senest %(day)s") % {"day": date_words(date.fromisoformat(last[:10]), reader())} if last else ""
        )
        lines.append(Line(name, detail=when))
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
    by_line: dict[str, list[Line]] = {}
    for line in body["lines"]:
        by_line.setdefault(line["outcome"], []).append(_erasure_line(line))
    by_outcome = {outcome: _merged(lines) for outcome, lines in by_line.items()}
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
    detail = capitalised(series(needed, language)) + "." if needed else ""
    folded = ngettext("Bruges stadig til %(n)s formål", "Bruges stadig til %(n)s formål", len(needed))
    until = date.fromisoformat(line["until"]) if line["until"] else None
    what, count = capitalised(series(names, language)) or line["table"], line["count"]
    return Line(
        what,
        count,
        capitalised(ground or ""),
        until,
        detail,
        folded % {"n": len(needed)} if needed else "",
        tables=[(line["table"], count or 0)],
    )


def _merged(lines: Iterable[Line]) -> list[Line]:
    """One line for what a clerk sees as one: the same categories, ground and end, in however many tables."""
    by_words: dict[tuple[str, str, date | None, str], Line] = {}
    for line in lines:
        key = (line.what, line.why, line.until, line.detail)
        known = by_words.get(key)
        by_words[key] = (
            line
            if known is None
            else replace(known, count=_sum(known.count, line.count), tables=_summed([*known.tables, *line.tables]))
        )
    return list(by_words.values())


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)


def _summed(tables: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    rows: dict[str, int] = {}
    for table, count in tables:
        rows[table] = rows.get(table, 0) + count
    return sorted(rows.items())


def _access(body: Mapping[str, Any]) -> Iterable[Group]:
    yield Group(_("Huller"), [Line(gap) for gap in body["gaps"]])
    tables = [_access_line(line) for line in body["lines"]]
    yield Group(_("Kommer med i kopien"), tables, may_withhold=True)
    text = _(
        "Fri tekst og dokumenter kan også handle om andre. Læs dem i udkastet, og hold ude, hvad der skader andre."
    )
    singly = [_single_line(one) for one in body.get("items", ())]
    yield Group(_("Kan holdes ude hver for sig"), singly, text, may_withhold=True)


def _access_line(line: Mapping[str, Any]) -> Line:
    policy, language = current_policy(), reader()
    names = [policy.categories[key].name.in_(language) for key in line["categories"] if key in policy.categories]
    shown = number_format(line["readings"])
    detail = ngettext("%(shown)s måling", "%(shown)s målinger", line["readings"]) % {"shown": shown}
    until = date.fromisoformat(line["until"]) if line["until"] else None
    title = line["title"]["en" if language is Language.ENGLISH else "da"]
    said = (capitalised(series(names, language)), detail if line["readings"] else "")
    return Line(title, line["rows"], "", until, "\n".join(filter(None, said)), item=line["table"])


def _single_line(one: Mapping[str, Any]) -> Line:
    language = reader()
    title = one["title"]["en" if language is Language.ENGLISH else "da"]
    number = one["item"].partition(":")[2]
    when = date_words(date.fromisoformat(one["at"][:10]), language) if one["at"] else ""
    return Line(_("%(title)s, nr. %(number)s") % {"title": title, "number": number}, detail=when, item=one["item"])


def _portability(body: Mapping[str, Any]) -> Iterable[Group]:
    yield Group(_("Huller"), [Line(gap) for gap in body["gaps"]])
    tables = [_access_line(line | {"until": None}) for line in body["lines"]]
    text = _("Kun det, personen selv har givet, og det, målerne har målt; intet, vi har tildelt eller regnet ud.")
    yield Group(_("Kommer med i pakken"), tables, text, may_withhold=True)
    receiver = body.get("receiver", "")
    lines = [Line(receiver, detail=place(body.get("receiver_country", "")))] if receiver else []
    yield Group(_("Sendes direkte til (artikel 20, stk. 2)"), lines)


def _nothing(body: Mapping[str, Any]) -> Iterable[Group]:
    return ()


def _CARRY_OUT() -> tuple[str, str]:  # noqa: N802 - a default in a table of functions
    return _("Det hele sker på én gang, eller slet ikke."), _("Udfør planen")


_GROUPS: Mapping[Right, Callable[[Mapping[str, Any]], Iterable[Group]]] = {
    Right.ACCESS: _access,
    Right.ERASURE: _erasure,
    Right.RECTIFICATION: _rectification,
    Right.RESTRICTION: _restriction,
    Right.OBJECTION: _objection,
    Right.WITHDRAWAL: _withdrawal,
    Right.PORTABILITY: _portability,
    Right.COMPLAINT: _nothing,
}
_BUTTONS: Mapping[Right, Callable[[], tuple[str, str]]] = {
    Right.ACCESS: lambda: (_("Derefter kan kopien hentes og gives til personen."), _("Frigiv kopien")),
    Right.PORTABILITY: lambda: (_("Derefter kan pakken hentes og gives videre."), _("Frigiv pakken")),
    Right.ERASURE: lambda: (_("Det kan ikke gøres om. Det hele sker på én gang, eller slet ikke."), _("Slet nu")),
}

"""Breaches and assessments in the words of the privacy desk."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forsyn.domain.accountability.assessment_models import AssessmentKind
from forsyn.domain.accountability.assessment_queries import wanting
from forsyn.domain.accountability.assessment_rules import Standing
from forsyn.domain.accountability.breach_models import BreachStep, StepKind
from forsyn.domain.accountability.queries import Line, Reminders, reminders
from forsyn.domain.accountability.rules import Clock
from forsyn.interfaces.privacy_desk import breach_words as words
from forsyn.interfaces.privacy_desk.assessment_forms import DECISIONS
from forsyn.interfaces.privacy_desk.templatetags.declarations import reader
from forsyn.policy.wording import date_words, series
from forsyn.workflows.declarations import current_policy

register = template.Library()

STANDINGS: dict[Standing, tuple[str | Promise, str]] = {
    Standing.MISSING: (_("mangler"), "badge-error"),
    Standing.DRAFT: (_("udkast"), "badge-warning"),
    Standing.OVERDUE: (_("skal ses efter igen"), "badge-error"),
    Standing.CHANGED: (_("politikken er ændret"), "badge-warning"),
    Standing.STOPPED: (_("må ikke ske"), "badge-error"),
    Standing.CURRENT: (_("gælder"), "badge-success"),
}
KINDS = {AssessmentKind.BALANCING: _("Interesseafvejning"), AssessmentKind.IMPACT: _("Konsekvensanalyse")}


@register.filter
def moment(at: datetime) -> str:
    """Day and time on the clock of the wall: "2. november 2026 kl. 15.04"."""
    local = timezone.localtime(at)
    return f"{date_words(local.date(), reader())} {_('kl.')} {local.hour}.{local.minute:02}"


@register.filter
def clock_badge(line: Line) -> SafeString:
    """Where the 72 hours stand."""
    return format_html('<strong class="badge {}">{}</strong>', words.BADGES[line.clock], words.CLOCKS[line.clock])


@register.filter
def time_left(line: Line) -> str:
    """How long there is, or was: "12 timer tilbage", "5 timer over tiden"; nothing where nobody waits."""
    if not line.clock.waits:
        return ""
    left = line.row.notify_by_at - timezone.now()
    hours = abs(left) // timedelta(hours=1)
    if line.clock is Clock.OVERDUE:
        return ngettext("%(n)s time over tiden", "%(n)s timer over tiden", hours) % {"n": hours}
    return ngettext("%(n)s time tilbage", "%(n)s timer tilbage", hours) % {"n": hours}


@register.filter
def task(value: str) -> str:
    """Something that remains to be done."""
    return str(words.TASKS[value])  # type: ignore[index]


@register.filter
def risk(value: str | None) -> str:
    """A risk in a word or two."""
    return str(words.SHORT_RISKS.get(value or "", _("ikke vurderet")))


@register.filter
def natures(line: Line) -> list[str]:
    """What the breach consists in."""
    return [str(text) for name, text in words.NATURES.items() if getattr(line.row, name)]


@register.filter
def search_kind(value: str) -> str:
    """By what was searched."""
    return str(words.SEARCHES[value])


@register.filter
def exception_words(value: str) -> str:
    """Why persons need not be told."""
    return str(words.EXCEPTIONS[value])


@register.filter
def told_by(value: str) -> str:
    """How somebody was told."""
    return str(words.TOLD[value])


@register.filter
def step_words(step: BreachStep) -> str:
    """What happened, in a few words; a change names the columns."""
    said = str(words.STEPS[step.kind])
    if step.kind != StepKind.CHANGED:
        return said
    names = [str(words.COLUMNS[column]) for column in step.changes if column in words.COLUMNS]
    return f"{said}: {series(names, reader())}" if names else said


@register.filter
def step_text(step: BreachStep) -> str:
    """What a step says besides; it begins with a word of the register's where its kind has one."""
    first, parted, rest = step.text.partition(": ")
    known = _FIRST.get(step.kind, {})
    return f"{known[first]}: {rest}" if parted and first in known else step.text


_FIRST: dict[str, words.Words] = {
    StepKind.SEARCHED: words.SEARCHES,
    StepKind.ASSESSED: words.SHORT_RISKS,
    StepKind.TOLD: words.TOLD,
    StepKind.EXCEPTION: words.EXCEPTIONS,
}


@register.filter
def worth_showing(steps: list[BreachStep]) -> list[BreachStep]:
    """All but the database's own of what another step of the same moment tells, where nothing stood before."""
    told = {step.at for step in steps if step.kind != StepKind.CHANGED}
    return [step for step in steps if step.kind != StepKind.CHANGED or step.at not in told or before(step)]


@register.filter
def before(step: BreachStep) -> list[tuple[str, str]]:
    """What stood in the columns that a step changed, where something did."""
    return [
        (str(words.COLUMNS[column]), str(was))
        for column, (was, _now) in step.changes.items()
        if column in words.COLUMNS and was not in (None, "", [])
    ]


@register.filter
def standing_badge(value: Standing) -> SafeString:
    """How an assessment stands."""
    text, badge = STANDINGS[value]
    return format_html('<strong class="badge {}">{}</strong>', badge, text)


@register.filter
def assessment_kind(value: str) -> str:
    """A balancing test or an impact assessment."""
    return str(KINDS[AssessmentKind(value)])


@register.filter
def decision_words(value: str) -> str:
    """What was decided."""
    return str(DECISIONS[value])  # type: ignore[index]


@register.simple_tag
def balancing_wanting() -> int:
    """How many balancing tests are missing, or no longer hold. 1 query."""
    return wanting(current_policy(), today=timezone.localdate())


@register.simple_tag
def breach_reminders() -> Reminders:
    """What must not be missed of the breaches. 1 query."""
    return reminders(now=timezone.now())

"""The portal's words for periods, states and comparisons; figures come from `slots`, units from `amounts`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_noop, ngettext, pgettext
from django.utils.translation import gettext as _

from forsyn.interfaces.portal.amounts import Level, Measure, Scale, percent
from forsyn.interfaces.portal.comparison import Comparison
from forsyn.interfaces.portal.slots import Remark, Slot, State
from forsyn.kernel.calendar import Fold, LocalHour
from forsyn.kernel.periods import Period
from forsyn.policy.periods import Period as PolicyPeriod
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import period_words

NO_CHANGE = 0.005
"""Less than half a per cent is as good as the same."""


def long_date(day: date) -> str:
    """14. marts 2026."""
    return date_format(day, pgettext("date format", "j. F Y"))


def day_name(day: date) -> str:
    """lørdag den 14. marts 2026."""
    return date_format(day, pgettext("date format", "l \\d\\e\\n j. F Y"))


def short_day_name(day: date) -> str:
    """Lørdag den 14.: for a day among others of its month."""
    return upper_first(date_format(day, pgettext("date format", "l \\d\\e\\n j.")))


def month_name(day: date) -> str:
    """marts 2026."""
    return date_format(day, "F Y")


def period_text(period: Period) -> str:
    """14. marts 2026 – 1. juni 2026, or from 14. marts 2026 on. The last day is named, not the one after."""
    if period.until is None:
        return _("fra %(first)s") % {"first": long_date(period.first)}
    last = period.until - timedelta(days=1)
    return _("%(first)s – %(last)s") % {"first": long_date(period.first), "last": long_date(last)}


def hour_name(hour: LocalHour) -> str:
    """kl. 14–15; the doubled hour of autumn says which of the two it is."""
    text = _("kl. %(from)02d–%(to)02d") % {"from": hour.hour, "to": hour.hour + 1}
    if hour.fold is Fold.SUMMER_TIME:
        return _("%(hour)s (sommertid)") % {"hour": text}
    if hour.fold is Fold.STANDARD_TIME:
        return _("%(hour)s (normaltid)") % {"hour": text}
    return text


def page_title(level: Level, period: Period) -> str:
    """What the period of a page is called; `level` is that of its slots."""
    if level is Level.YEARS:
        return _("alle år")
    if level is Level.MONTHS:
        return str(period.first.year)
    return month_name(period.first) if level is Level.DAYS else day_name(period.first)


def slot_name(level: Level, slot: Slot) -> str:
    """What one slot is called, in full."""
    if slot.hour is not None:
        return hour_name(slot.hour)
    below = {Level.YEARS: Level.MONTHS, Level.MONTHS: Level.DAYS}.get(level, Level.HOURS)
    return page_title(below, slot.period)


def slot_label(level: Level, slot: Slot) -> str:
    """The short name under a bar."""
    if slot.hour is not None:
        return f"{slot.hour.hour:02d}{ {Fold.SUMMER_TIME: 'A', Fold.STANDARD_TIME: 'B'}.get(slot.hour.fold, '') }"
    if level is Level.DAYS:
        return str(slot.period.first.day)
    return str(slot.period.first.year) if level is Level.YEARS else date_format(slot.period.first, "b")


def slot_word(level: Level) -> str:
    """What one slot is: a column heading."""
    return {
        Level.YEARS: _("År"),
        Level.MONTHS: _("Måned"),
        Level.DAYS: _("Dag"),
        Level.HOURS: pgettext("column", "Time"),
    }[level]


def chart_hint(level: Level) -> str:
    """What the bars are, and what they lead to."""
    return {
        Level.YEARS: _("Forbrug år for år. Vælg et år for at se dets måneder."),
        Level.MONTHS: _("Forbrug måned for måned. Vælg en måned for at se dens dage."),
        Level.DAYS: _("Forbrug dag for dag. Vælg en dag for at se dens timer."),
        Level.HOURS: _("Forbrug time for time."),
    }[level]


def nothing_measured(*, current: bool) -> str:
    """Why a page has nothing to draw."""
    if current:
        return _("Vi har ikke fået tal fra måleren endnu. Den sender dem om natten, så kig forbi i morgen.")
    return _("Der er ingen målinger fra denne periode.")


def why_summed(kept_as: Level, kept_for: PolicyPeriod | None) -> str:
    """Why a day has no hours, or a month no days. "Timeværdier gemmer vi i 3 år. …"."""
    language = Language.ENGLISH if get_language() == "en" else Language.DANISH
    words = {"period": period_words(kept_for, language)} if kept_for else None
    if kept_as is Level.DAYS:
        kept = _("Timeværdier gemmer vi i %(period)s.") % words if words else _("Så gamle timeværdier gemmer vi ikke.")
        return kept + " " + _("Derefter lægger vi dem sammen, så kun døgnets forbrug er tilbage.")
    kept = _("Døgnværdier gemmer vi i %(period)s.") % words if words else _("Så gamle døgnværdier gemmer vi ikke.")
    return kept + " " + _("Derefter lægger vi dem sammen, så kun månedens forbrug er tilbage.")


def upper_first(text: str) -> str:
    """The text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


_STATES = {
    State.MISSING: gettext_noop("mangler målinger"),
    State.AWAITED: gettext_noop("målinger på vej"),
    State.FUTURE: gettext_noop("ikke begyndt"),
    State.SUMMED: gettext_noop("kun gemt som del af et samlet tal"),
    State.OUTSIDE: gettext_noop("uden for din aftale"),
}
_PLAIN_REMARKS = {
    Remark.SO_FAR: gettext_noop("indtil nu"),
    Remark.CARRIED: gettext_noop("med forbrug fra tid, hvor måleren ikke blev aflæst"),
    Remark.RELEASED: gettext_noop("usædvanlig værdi, godkendt af en medarbejder"),
    Remark.FIRST_READING: gettext_noop("målerens første aflæsning"),
    Remark.ESTIMATED: gettext_noop("skønnet"),
    Remark.LEAP_DAY: gettext_noop("sammenlignet uden 29. februar"),
    Remark.LAST_YEAR_GAP: gettext_noop("sammenlignet uden dage, der mangler året før"),
}


def state_text(state: State) -> str:
    """Why there is no figure."""
    return _(_STATES[state])


def amount_text(slot: Slot, scale: Scale) -> str:
    """The slot's figure with its unit, or why there is none."""
    return state_text(slot.state) if slot.amount is None else scale.text(slot.amount)


def spoken(level: Level, slot: Slot, scale: Scale, *, current_year: bool) -> str:
    """A bar read aloud: "Marts 2026: 1.204 kWh, sidste år 1.310 kWh"."""
    parts = [f"{upper_first(slot_name(level, slot))}: {amount_text(slot, scale)}"]
    if slot.last_year is not None:
        before = _("sidste år %(amount)s") if current_year else _("året før %(amount)s")
        parts.append(before % {"amount": scale.text(slot.last_year)})
    if slot.state is State.PARTIAL and Remark.GAP in slot.remarks:
        parts.append(_("der mangler målinger"))
    return ", ".join(parts)


def value_text(absent: State | None, remarks: frozenset[Remark]) -> str:
    """What to say of one hour in a file: why there is no value, or what is special about it."""
    texts = [state_text(absent)] if absent else [_(text) for each, text in _PLAIN_REMARKS.items() if each in remarks]
    return ". ".join(upper_first(text) for text in texts)


def remarks_text(slot: Slot, owned: Period | None) -> str:
    """All that a reader should know about a table row, as one line."""
    return ". ".join(upper_first(text) for text in _remarks(slot, owned))


def _remarks(slot: Slot, owned: Period | None) -> Iterator[str]:
    if slot.amount is None:
        yield state_text(slot.state)
    if Remark.BEGAN in slot.remarks and owned:
        yield _("din aftale begyndte %(date)s") % {"date": long_date(owned.first)}
    if Remark.ENDED in slot.remarks and owned and owned.until:
        yield _("din aftale sluttede %(date)s") % {"date": long_date(owned.until - timedelta(days=1))}
    if Remark.GAP in slot.remarks:
        yield _gap_text(slot.missing_days)
    yield from (_(text) for remark, text in _PLAIN_REMARKS.items() if remark in slot.remarks)


def _gap_text(missing_days: int) -> str:
    if not missing_days:
        return _("mangler målinger for nogle timer")
    days = ngettext("mangler målinger for %(days)d dag", "mangler målinger for %(days)d dage", missing_days)
    return days % {"days": missing_days}


def summary(comparison: Comparison, measure: Measure, scale: Scale, *, current: bool) -> str:
    """The page in one sentence: "Du har brugt 8 % mindre varme end i samme periode sidste år (…)."."""
    change = comparison.change
    if change is None:
        return ""
    values = {
        "commodity": measure.name,
        "percent": percent(change),
        "now": scale.text(comparison.this_year),
        "before": scale.text(comparison.last_year),
    }
    return _summary_pattern(change, current=current) % values


def _summary_pattern(change: float, *, current: bool) -> str:
    if abs(change) < NO_CHANGE:
        if current:
            return _("Du har brugt lige så meget %(commodity)s som i samme periode sidste år (%(now)s mod %(before)s).")
        return _("Du brugte lige så meget %(commodity)s som i samme periode året før (%(now)s mod %(before)s).")
    if change < 0:
        if current:
            return _(
                "Du har brugt %(percent)s mindre %(commodity)s end i samme periode sidste år (%(now)s mod %(before)s)."
            )
        return _("Du brugte %(percent)s mindre %(commodity)s end i samme periode året før (%(now)s mod %(before)s).")
    if current:
        return _("Du har brugt %(percent)s mere %(commodity)s end i samme periode sidste år (%(now)s mod %(before)s).")
    return _("Du brugte %(percent)s mere %(commodity)s end i samme periode året før (%(now)s mod %(before)s).")


def notes(comparison: Comparison, slots: list[Slot], level: Level, measured: date | None) -> list[str]:
    """What else to know about the page's figures, a sentence each."""
    states = {slot.state for slot in slots}
    found = list(_comparison_notes(comparison))
    if level is not Level.HOURS and (State.MISSING in states or any(Remark.GAP in slot.remarks for slot in slots)):
        found.append(_("Hvor der mangler målinger, er grafen skraveret. Det betyder ikke, at forbruget var nul."))
    if State.AWAITED in states or any(Remark.SO_FAR in slot.remarks for slot in slots):
        found.append(_awaited_note(measured))
    if level is Level.HOURS:
        found += _clock_notes(slots)
    return found


def _awaited_note(measured: date | None) -> str:
    text = _("Måleren sender sine tal om natten, så dagens forbrug kan ses i morgen.")
    if measured is None:
        return text
    return text + " " + _("Seneste målinger er fra %(date)s.") % {"date": long_date(measured)}


def _comparison_notes(comparison: Comparison) -> Iterator[str]:
    if not comparison.days_asked:
        return
    if comparison.change is None:
        if comparison.has_last_year:
            yield _("Vi har ikke tal nok for de samme dage til at sammenligne med året før.")
        else:
            yield _("Vi har ingen målinger fra samme periode året før, som er dine, at sammenligne med.")
        return
    if comparison.left_out:
        text = ngettext(
            "%(days)d dag er ikke med i sammenligningen, fordi vi ikke har tal dag for dag i begge år.",
            "%(days)d dage er ikke med i sammenligningen, fordi vi ikke har tal dag for dag i begge år.",
            comparison.left_out,
        )
        yield text % {"days": comparison.left_out}
    if comparison.leap_day_left_out:
        yield _("29. februar er ikke med i sammenligningen, for den var der ikke året før.")


def _clock_notes(slots: list[Slot]) -> list[str]:
    if len(slots) > 24:
        return [_("Uret blev stillet en time tilbage denne dag. Derfor har den 25 timer: kl. 02–03 er der to gange.")]
    if 0 < len(slots) < 24:  # none: the day is too old for its hours
        return [_("Uret blev stillet en time frem denne dag. Derfor har den 23 timer: kl. 02–03 var der ikke.")]
    return []

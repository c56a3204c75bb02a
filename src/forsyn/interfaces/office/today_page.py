"""What the page "I dag" says: tasks in words, where they are done, under who is to do them. Nothing is read here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forsyn.domain.accounts.models import Colleague
from forsyn.domain.billing.models import BillState, Run, RunState, TariffVersion
from forsyn.domain.billing.run_rules import totals_from
from forsyn.domain.billing.waiting_queries import OfRun, StoppedBills, UnsentBills
from forsyn.domain.payments.waiting_queries import Amount
from forsyn.interfaces.office import billing_words, wording
from forsyn.interfaces.office.billing_words import Text
from forsyn.interfaces.office.run_page import language_now
from forsyn.interfaces.office.run_views import LEFT_OUT, STOPPED
from forsyn.policy.vocabulary import Language
from forsyn.workflows.bill_files import WaitingBatch
from forsyn.workflows.bill_sending import SOON
from forsyn.workflows.office_today import Bookkeeping, Settling, Today
from forsyn.workflows.waiting_batches import to_be_told_of


@dataclass(frozen=True)
class Task:
    """Something to do, where, and what helps to decide whether it is now. ``is_late``: it should have been done."""

    title: str
    address: str
    note: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class Part:
    """Tasks of one sort."""

    key: str
    heading: Text
    lead: Text
    tasks: list[Task]


def parts_of(today: Today, *, account_id: int, now: datetime) -> list[Part]:
    """The parts that have something in them, what can be approved first."""
    settling, books = today.settling, today.bookkeeping
    runs = settling.runs if settling else []
    drafts = [draft for draft in settling.drafts if draft.is_reckoned] if settling else []
    previewed = [run for run in runs if run.state == RunState.PREVIEWED]
    own, others = (books.payouts.own, books.payouts.others) if books else (Amount(), Amount())
    parts = (
        Part(
            "godkend",
            gettext_lazy("Du kan godkende"),
            gettext_lazy("En kollega har lavet det. Se det igennem, før du godkender."),
            [
                *(_run(run) for run in previewed if run.made_by_id != account_id),
                *(_draft(draft) for draft in drafts if draft.drafted_by_id != account_id),
                *_payouts(others),
            ],
        ),
        Part(
            "kollega",
            gettext_lazy("Venter på en kollega"),
            gettext_lazy("Du har selv lavet det, så en anden skal godkende det. Sig til, at det ligger klar."),
            [
                *(_run(run) for run in previewed if run.made_by_id == account_id),
                *(_draft(draft) for draft in drafts if draft.drafted_by_id == account_id),
                *_payouts(own),
            ],
        ),
        Part("naeste", gettext_lazy("Næste skridt"), "", [*_next_of(settling), *_next_in(books)]),
        Part("undersoeg", gettext_lazy("Skal undersøges"), "", [*_astray(settling, now), *_unplaced(books)]),
    )
    return [part for part in parts if part.tasks]


# -- runs, prices and bills -------------------------------------------------------------------------------------------


def _run(run: Run) -> Task:
    return Task(_name_of(run.kind, run.commodity, run.period), _at_run(run.pk), _made(run))


def _made(run: Run) -> str:
    totals = totals_from(run.totals) if run.totals else None
    parts = [_bills(totals.bills)] if totals else []
    if totals and totals.stopped:
        parts.append(_("%(count)s stoppet") % {"count": billing_words.count_text(totals.stopped)})
    return ", ".join([*parts, _by(run.made_by, timezone.localdate(run.made_at))])


def _draft(draft: TariffVersion) -> Task:
    name = draft.tariff.name_en if language_now() is Language.ENGLISH else draft.tariff.name_da
    title = _("Takst: %(name)s, udgave %(number)s") % {"name": name, "number": draft.number}
    address = reverse("office:tariff_version", args=[draft.pk])
    return Task(title, address, _by(draft.drafted_by, timezone.localdate(draft.drafted_at)))


def _by(colleague: Colleague | None, on: date) -> str:
    day = billing_words.short_day_text(on)
    if colleague is None:
        return _("lavet af systemet %(day)s") % {"day": day}
    return _("lavet af %(name)s %(day)s") % {"name": colleague, "day": day}


def _next_of(settling: Settling | None) -> Iterator[Task]:
    """Runs to post and to release, and drafts that nobody can approve yet."""
    for run in settling.runs if settling else ():
        name = _name_of(run.kind, run.commodity, run.period)
        if run.state == RunState.APPROVED:
            yield Task(name, _at_run(run.pk), _("Godkendt: kan bogføres."))
        elif run.state == RunState.EXECUTED:
            yield Task(name, _at_run(run.pk), _("Bogført: regningerne kan frigives til kunderne."))
    for draft in settling.drafts if settling else ():
        if not draft.is_reckoned:
            task = _draft(draft)
            yield Task(task.title, task.address, _("Udkastet skal regnes igennem, før nogen kan godkende det."))


def _astray(settling: Settling | None, now: datetime) -> Iterator[Task]:
    if settling is None:
        return
    yield from (_stopped(each) for each in settling.stopped)
    yield from (_unsent(each, now) for each in settling.unsent)
    yield from _to_fetch(settling.batches, now)


def _stopped(each: StoppedBills) -> Task:
    is_left_out = each.state == BillState.LEFT_OUT
    counted = (
        ngettext("%(count)s udeladt regning", "%(count)s udeladte regninger", each.bills)
        if is_left_out
        else ngettext("%(count)s stoppet regning", "%(count)s stoppede regninger", each.bills)
    )
    title = counted % {"count": billing_words.count_text(each.bills)} + f": {_name(each.of)}"
    most = sorted(each.reasons.items(), key=lambda reason: (-reason[1], reason[0]))
    said = "; ".join(
        f"{billing_words.stop_text(code).title} ({billing_words.count_text(count)})" for code, count in most
    )
    shown = LEFT_OUT if is_left_out else STOPPED
    return Task(title, reverse("office:run_bills", args=[each.of.run_id]) + f"?vis={shown}", said)


def _unsent(each: UnsentBills, now: datetime) -> Task:
    is_late = now - each.first_released_at > SOON
    counted = ngettext("%(count)s regning er ikke sendt", "%(count)s regninger er ikke sendt", each.bills)
    title = counted % {"count": billing_words.count_text(each.bills)} + f": {_name(each.of)}"
    if is_late:
        text = _("De bliver ikke længere sendt af sig selv. Driften kan sende dem med »forsyn bill send %(run)s«.")
        return Task(title, _at_run(each.of.run_id), text % {"run": each.of.run_id}, is_late)
    return Task(title, _at_run(each.of.run_id), _("Frigivet. De bliver sendt af sig selv."))


def _to_fetch(batches: Iterable[WaitingBatch], now: datetime) -> Iterator[Task]:
    found = sorted(batches, key=lambda batch: batch.made_at)
    if not found:
        return
    counted = ngettext("%(count)s samling venter på at blive hentet", "%(count)s samlinger venter på at blive hentet",
                       len(found))  # fmt: skip
    oldest = billing_words.short_day_text(timezone.localdate(found[0].made_at))
    yield Task(
        counted % {"count": billing_words.count_text(len(found))},
        reverse("office:outgoing"),
        _("Breve, Digital Post eller e-fakturaer. Den ældste er fra %(day)s.") % {"day": oldest},
        bool(to_be_told_of(found, now=now)),
    )


def _at_run(run_id: int) -> str:
    return reverse("office:run", args=[run_id])


def _name(of: OfRun) -> str:
    return _name_of(of.kind, of.commodity, of.period)


def _name_of(kind: str, commodity: str, period: DateRange) -> str:
    named = str(wording.COMMODITIES.get(commodity, commodity)).lower()
    return f"{billing_words.RUN_KINDS.get(kind, kind)}, {named}, {billing_words.days_text(period)}"


def _bills(count: int) -> str:
    return ngettext("%(count)s regning", "%(count)s regninger", count) % {"count": billing_words.count_text(count)}


# -- payments and the books -------------------------------------------------------------------------------------------


def _payouts(amount: Amount) -> Iterator[Task]:
    if amount.count:
        counted = ngettext("%(count)s udbetaling", "%(count)s udbetalinger", amount.count)
        title = counted % {"count": billing_words.count_text(amount.count)}
        yield Task(title, reverse("office:payouts"), billing_words.kr_text(amount.oere))


def _next_in(books: Bookkeeping | None) -> Iterator[Task]:
    if books is None:
        return
    for task in _payouts(books.payouts.approved):
        yield Task(task.title, task.address, _("Godkendt: kommer med i den næste fil til banken."))
    if books.has_no_year_for:
        day = billing_words.short_day_text(books.has_no_year_for)
        text = _("Uden et regnskabsår kan intet bogføres fra den %(day)s.") % {"day": day}
        yield Task(_("Åbn et regnskabsår"), reverse("office:open_year"), text)
    for year in books.to_close:
        title = _("Afslut regnskabsåret %(days)s") % {"days": billing_words.days_text(year.period)}
        yield Task(title, reverse("office:close_year", args=[year.pk]), _("Året er gået, og det er ikke afsluttet."))


def _unplaced(books: Bookkeeping | None) -> Iterator[Task]:
    if books and books.payments.count:
        counted = ngettext("%(count)s betaling er ikke placeret", "%(count)s betalinger er ikke placeret",
                           books.payments.count)  # fmt: skip
        title = counted % {"count": billing_words.count_text(books.payments.count)}
        yield Task(title, reverse("office:payments"), billing_words.kr_text(books.payments.suspense_oere))
    if books and books.came_back.count:
        counted = ngettext("%(count)s opkrævning kom ubetalt tilbage", "%(count)s opkrævninger kom ubetalt tilbage",
                           books.came_back.count)  # fmt: skip
        title = counted % {"count": billing_words.count_text(books.came_back.count)}
        yield Task(title, reverse("office:payment_files"), billing_words.kr_text(books.came_back.oere))

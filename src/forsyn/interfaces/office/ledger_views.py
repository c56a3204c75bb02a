"""The books: a year's balance, vouchers, one voucher, reversing it; opening, closing and exporting years."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from forsyn.domain.customers.introductions import introductions
from forsyn.domain.ledger import account_queries, actions, queries
from forsyn.domain.ledger.models import AccountingYear, Voucher
from forsyn.domain.ledger.rules import NotPossible
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office.billing_words import owner_of
from forsyn.interfaces.office.ledger_export import export_file
from forsyn.interfaces.office.ledger_forms import ExportForm, ReversalForm, YearForm
from forsyn.interfaces.office.requests import whole_number
from forsyn.policy.purposes import P
from forsyn.workflows import closing_years

VOUCHERS = 25
LONGEST_NUMBER = 9
books_required = staff_required(P.ACCOUNTING)


@require_safe
@books_required
def books(request: HttpRequest) -> HttpResponse:
    """A year's trial balance, account by account: those that anything stands on, or all."""
    years = queries.years()
    year = _chosen(request, years)
    lines = queries.trial_balance_of(year_id=year.pk) if year else []
    used = [line for line in lines if any((line.opening_oere, line.account.debit_oere, line.account.credit_oere))]
    shows_all = not used or request.GET.get("konti") == "alle"
    context = {
        "years": years,
        "year": year,
        "lines": lines if shows_all else used,
        "unused": 0 if shows_all else len(lines) - len(used),
        "debit_oere": sum(line.account.debit_oere for line in lines),
        "credit_oere": sum(line.account.credit_oere for line in lines),
        "may_close": year is not None and year.closed_at is None and year.period.upper <= timezone.localdate(),
        "export_form": ExportForm(),
    }
    return render(request, "office/books.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@books_required
def open_year(request: HttpRequest) -> HttpResponse:
    """Open an accounting year."""
    form = YearForm(request.POST or None, initial=_next_year(queries.years()))
    if request.method == "POST" and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        try:
            actions.open_year(first_date=first, until_date=last + timedelta(days=1))
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Regnskabsåret er åbnet."))
            return redirect("office:books")
    return render(request, "office/open_year.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@books_required
def close_year(request: HttpRequest, year_id: int) -> HttpResponse:
    """Close a year for good; what that means is shown first."""
    year = next((year for year in queries.years() if year.pk == year_id), None)
    if year is None or year.closed_at is not None or year.period.upper > timezone.localdate():
        raise Http404
    if request.method == "POST":
        try:
            closing_years.close_year(year_id=year_id, account_id=request.user.pk, now=timezone.now())
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Regnskabsåret er afsluttet."))
        return redirect("office:books")
    return render(request, "office/close_year.html", {"year": year})


@require_safe
@books_required
def vouchers(request: HttpRequest) -> HttpResponse:
    """A year's vouchers, the newest first; from below a number on, or from one that was asked for."""
    year = _chosen(request, queries.years())
    if year is None:
        raise Http404
    found = queries.vouchers_of_year(year_id=year.pk, before_number=_below(request), count=VOUCHERS + 1)
    shown = found[:VOUCHERS]
    people = introductions(
        customer_ids={one.customer_id for one in shown if one.customer_id}, today=timezone.localdate()
    )
    record(kind=AccessKind.LIST, aspect=Aspect.BOOKS, customer_ids=people)
    context = {
        "year": year,
        "vouchers": [(one, people.get(one.customer_id)) for one in shown],
        "next_below": shown[-1].number if len(found) > VOUCHERS else None,
        "is_first_page": _below(request) is None,
    }
    return render(request, "office/vouchers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@books_required
def voucher(request: HttpRequest, voucher_id: int) -> HttpResponse:
    """One voucher with its postings, and the form that reverses it."""
    try:
        found = account_queries.voucher(voucher_id=voucher_id)
    except Voucher.DoesNotExist:
        raise Http404 from None
    may_reverse = found.reverses_id is None and not hasattr(found, "reversed_by") and owner_of(found.origin) is None
    form = ReversalForm(request.POST or None, initial={"posting_date": timezone.localdate()})
    kind = AccessKind.LOOK
    if request.method == "POST" and may_reverse and form.is_valid() and _reverse(request, found, form):
        return redirect("office:voucher", voucher_id)
    if request.method == "POST":
        kind = AccessKind.CHANGE
    record(kind=kind, aspect=Aspect.BOOKS, customer_ids=[found.customer_id] if found.customer_id else [])
    people = introductions(customer_ids=[found.customer_id] if found.customer_id else [], today=timezone.localdate())
    context = {
        "voucher": found,
        "lines": queries.voucher_lines(voucher_id=voucher_id),
        "customer": people.get(found.customer_id),
        "recorder": account_queries.recorders(account_ids=[found.recorded_by_id]).get(found.recorded_by_id),
        "may_reverse": may_reverse,
        "owner": owner_of(found.origin),
        "form": form,
    }
    return render(request, "office/voucher.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
@books_required
def export(request: HttpRequest, year_id: int) -> HttpResponse | StreamingHttpResponse:
    """A year's postings, or some days of it, as a file for the accounting system."""
    year = next((year for year in queries.years() if year.pk == year_id), None)
    form = ExportForm(request.GET)
    if year is None:
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Filen er ikke lavet: vælg datoerne igen."))
        return redirect("office:books")
    from_date, last = form.cleaned_data["fra"], form.cleaned_data["til"]
    until_date = last + timedelta(days=1) if last else None
    days = {"year_id": year_id, "from_date": from_date, "until_date": until_date}
    record(kind=AccessKind.EXPORT, aspect=Aspect.BOOKS, customer_ids=account_queries.customers_of_year(**days))
    name = f"bogfoering-{from_date or year.period.lower}-{last or year.period.upper - timedelta(days=1)}.csv"
    return StreamingHttpResponse(
        export_file(queries.export_rows(**days)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""},
    )


def _reverse(request: HttpRequest, found: Voucher, form: ReversalForm) -> bool:
    try:
        made = actions.reverse(
            voucher_id=found.pk,
            posting_date=form.cleaned_data["posting_date"],
            text=form.settled.text,
            now=timezone.now(),
            account_id=request.user.pk,
        )
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return False
    record(
        kind=AccessKind.CHANGE,
        aspect=Aspect.BOOKS,
        customer_ids=[found.customer_id] if found.customer_id else [],
        reason=form.settled.text,
    )
    messages.success(request, _("Bilaget er tilbageført med bilag %(number)s.") % {"number": made.number})
    return True


def _chosen(request: HttpRequest, years: list[AccountingYear]) -> AccountingYear | None:
    """The year asked for; else the one of today, else the newest."""
    if request.GET.get("aar"):
        wanted = whole_number(request.GET["aar"])
        found = next((year for year in years if year.pk == wanted), None)
        if found is None:
            raise Http404
        return found
    today = timezone.localdate()
    return next((year for year in years if year.period.lower <= today < year.period.upper), next(iter(years), None))


def _below(request: HttpRequest) -> int | None:
    asked = request.GET.get("nr", "").strip()
    if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_NUMBER:
        return int(asked) + 1
    return whole_number(request.GET["foer"]) if request.GET.get("foer") else None


def _next_year(years: list[AccountingYear]) -> dict[str, date]:
    """The year after the newest; the calendar year where there is none."""
    first = years[0].period.upper if years else date(timezone.localdate().year, 1, 1)
    until = date(first.year + 1, first.month, min(first.day, 28))
    return {"first": first, "last": until - timedelta(days=1)}

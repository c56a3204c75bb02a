"""Tariffs: what is charged, new prices as a draft, its preview, and the approval by somebody else."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forsyn.domain.billing import actions_tariffs, tariff_queries
from forsyn.domain.billing.tariff_preview_rules import changed_most, preview_from
from forsyn.domain.billing.tariff_rules import TariffRefused, prices_that_end
from forsyn.domain.safeguards.actions_log import record
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.office import tariff_page, tariff_version_page
from forsyn.interfaces.office import tariff_wording as wording
from forsyn.interfaces.office.tariff_forms import ApprovalForm, NewPricesForm, PriceSheetForm
from forsyn.kernel.charges.reasons import ImpossibleTariff
from forsyn.policy.purposes import P
from forsyn.workflows.bill_words import component_names
from forsyn.workflows.tariff_desk import (
    SheetRefused,
    TariffDesk,
    change_by_sheet,
    change_prices,
    sheet_of,
    tariff_desk,
)
from forsyn.workflows.tariff_preview import make_preview, reckon

SHOWN = 10
"""So many agreements that change most, and as many that stop."""
billing_required = staff_required(P.SETTLEMENT)


@require_safe
@billing_required
def tariffs(request: HttpRequest) -> HttpResponse:
    """All tariffs."""
    rows = [(row, wording.COMMODITIES[row.commodity]) for row in tariff_queries.tariffs()]
    return render(request, "office/tariffs.html", {"tariffs": rows})


@require_safe
@billing_required
def tariff(request: HttpRequest, tariff_id: int) -> HttpResponse:
    """One tariff as a price sheet, and its versions."""
    desk = _desk(tariff_id)
    today = timezone.localdate()
    vat = tariff_queries.vat_percent(on=today)
    context = {
        "desk": desk,
        "commodity": wording.COMMODITIES[desk.tariff.commodity],
        "vat_percent": None if vat is None else wording.number(vat),
        "versions": [(version, wording.STATES[version.state]) for version in desk.versions],
    }
    if desk.holds:
        texts = tariff_queries.texts_of(version_ids=[desk.holds.version_id])[desk.holds.version_id]
        context["lines"] = tariff_page.price_sheet(desk.holds.tariff, texts, today=today, vat_percent=vat)
        context["terms"] = tariff_page.incentive_terms(desk.holds.tariff, texts, today=today)
    return render(request, "office/tariff.html", context)


@require_safe
@billing_required
def sheet_csv(request: HttpRequest, tariff_id: int) -> HttpResponse:
    """The tariff's prices as a CSV file to edit and send back."""
    desk = _desk(tariff_id)
    if desk.base is None:
        raise Http404
    name = f"takst-{desk.tariff.key}.csv"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    headers = {"Content-Disposition": disposition}
    return HttpResponse(sheet_of(desk.base), content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@billing_required
def new_prices(request: HttpRequest, tariff_id: int) -> HttpResponse:
    """New prices from a day, written as a draft."""
    desk = _desk(tariff_id)
    if desk.base is None:
        raise Http404
    today = timezone.localdate()
    first = today.replace(year=today.year + 1, month=1, day=1)
    initial = {"note": desk.draft.row.note} if desk.draft else {}
    given = {"tariff": desk.base, "texts": desk.texts, "first": first, "initial": initial}
    form = NewPricesForm(request.POST if request.method == "POST" else None, **given)
    if form.is_valid():
        try:
            version_id = change_prices(
                tariff_id=tariff_id,
                changes=form.changes(),
                note=form.settled.text,
                account_id=request.user.pk,
                today=today,
                now=timezone.now(),
            )
        except (TariffRefused, ImpossibleTariff) as refused:
            for text in wording.refused_texts(refused, _names(desk)):
                form.add_error(None, text)
        else:
            return redirect("office:tariff_version", version_id)
    context = {"desk": desk, "form": form}
    return render(request, "office/tariff_prices.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@billing_required
def price_sheet(request: HttpRequest, tariff_id: int) -> HttpResponse:
    """New prices from a CSV file, written as a draft; all of them, or none."""
    desk = _desk(tariff_id)
    if desk.base is None:
        raise Http404
    form = PriceSheetForm(request.POST, request.FILES) if request.method == "POST" else PriceSheetForm()
    if form.is_valid():
        try:
            version_id = change_by_sheet(
                tariff_id=tariff_id,
                content=form.cleaned_data["file"],
                note=form.settled.text,
                account_id=request.user.pk,
                today=timezone.localdate(),
                now=timezone.now(),
            )
        except SheetRefused as refused:
            for text in wording.sheet_texts(refused, _names(desk)):
                form.add_error("file", text)
        except ImpossibleTariff as impossible:
            for text in wording.refused_texts(impossible, _names(desk)):
                form.add_error("file", text)
        else:
            return redirect("office:tariff_version", version_id)
    today = timezone.localdate()
    lines = tariff_page.price_sheet(desk.base, desk.texts, today=today, vat_percent=None)
    context = {"desk": desk, "form": form, "lines": [line for line in lines if line.key]}
    return render(request, "office/tariff_sheet.html", context, status=422 if form.errors else 200)


@require_safe
@billing_required
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """What a version changes and would cost; a draft is decided here."""
    file = tariff_queries.version_file(version_id=version_id)
    if file is None:
        raise Http404
    row, names = file.row, component_names(file.document.components, file.texts, wording.language())
    former = tariff_queries.version_before(tariff_id=row.tariff_id, number=row.number)
    is_kept = row.preview is not None and "bands" in row.preview
    context = {
        "row": row,
        "state": wording.STATES[row.state],
        "is_draft": row.state == "draft",
        "former": former,
        "differences": tariff_version_page.difference_lines(
            former.tariff if former else None, file.document, file.texts
        ),
        "preview": tariff_version_page.preview_page(preview_from(row.preview)) if is_kept else None,
        "ends": [wording.end_text(each, names) for each in prices_that_end(file.document, timezone.localdate())],
        "is_own": row.drafted_by_id == request.user.pk,
    }
    return render(request, "office/tariff_version.html", context)


@require_POST
@billing_required
def preview(request: HttpRequest, version_id: int) -> HttpResponse:
    """Reckon a draft for last year's consumption and keep the sums."""
    try:
        made = make_preview(version_id=version_id, today=timezone.localdate()).preview
    except LookupError:
        raise Http404 from None
    except TariffRefused as refused:
        _tell(request, refused)
    else:
        if made.compared:
            messages.success(request, _("Udkastet er regnet igennem."))
        else:
            messages.warning(request, _("Udkastet er regnet igennem, men der er ingen regninger at sammenligne."))
    return redirect("office:tariff_version", version_id)


@require_safe
@billing_required
def changed_agreements(request: HttpRequest, version_id: int) -> HttpResponse:
    """The agreements that change most, and those that would stop; reckoned anew, kept nowhere."""
    file = tariff_queries.version_file(version_id=version_id)
    if file is None or file.row.state != "draft":
        raise Http404
    found = reckon(version_id=version_id, today=timezone.localdate())
    most = changed_most(found.compared, SHOWN)
    stopped = [each for each in found.compared if each.after_oere is None][:SHOWN]
    holders = tariff_queries.holders_of(numbers=[each.agreement for each in (*most, *stopped)])
    customer_ids = sorted({customer_id for ids in holders.values() for customer_id in ids})
    record(kind=AccessKind.LOOK, aspect=Aspect.BILLS, customer_ids=customer_ids)
    context = {
        "row": file.row,
        "preview": found.preview,
        "most": [tariff_version_page.change_line(each, holders) for each in most],
        "stopped": [tariff_version_page.stopped_line(each, holders) for each in stopped],
    }
    return render(request, "office/tariff_changes.html", context)


@require_POST
@billing_required
def approve(request: HttpRequest, version_id: int) -> HttpResponse:
    """Approve exactly the draft that was shown."""
    form = ApprovalForm(request.POST)
    file = tariff_queries.version_file(version_id=version_id)
    if file is None or not form.is_valid():
        raise Http404
    try:
        actions_tariffs.approve(
            version_id=version_id,
            sha256=form.cleaned_data["sha256"],
            account_id=request.user.pk,
            now=timezone.now(),
        )
    except TariffRefused as refused:
        _tell(request, refused, component_names(file.document.components, file.texts, wording.language()))
        return redirect("office:tariff_version", version_id)
    messages.success(
        request, _("Udgave %(number)d er godkendt. Der regnes efter den fra nu af.") % {"number": file.row.number}
    )
    return redirect("office:tariff", file.row.tariff_id)


@require_POST
@billing_required
def withdraw(request: HttpRequest, version_id: int) -> HttpResponse:
    """Give a draft up."""
    file = tariff_queries.version_file(version_id=version_id)
    if file is None:
        raise Http404
    try:
        actions_tariffs.withdraw(version_id=version_id)
    except TariffRefused as refused:
        _tell(request, refused)
        return redirect("office:tariff_version", version_id)
    messages.success(request, _("Udkastet er trukket tilbage. Priserne er, som de var."))
    return redirect("office:tariff", file.row.tariff_id)


def _desk(tariff_id: int) -> TariffDesk:
    desk = tariff_desk(tariff_id=tariff_id)
    if desk is None:
        raise Http404
    return desk


def _names(desk: TariffDesk) -> dict[str, str]:
    components = desk.base.components if desk.base else ()
    return component_names(components, desk.texts, wording.language())


def _tell(request: HttpRequest, refused: TariffRefused, names: Mapping[str, str] | None = None) -> None:
    for text in wording.refused_texts(refused, names or {}):
        messages.error(request, text)

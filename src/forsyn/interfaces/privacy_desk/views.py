"""The privacy desk's pages: what is declared, what the database really has, and whether the two agree."""

from __future__ import annotations

import csv

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forsyn.domain.correspondence.mailbox_queries import mails_left
from forsyn.domain.customers.corrections_queries import open_notice_count
from forsyn.domain.safeguards.door_queries import unsettled
from forsyn.domain.safeguards.queries import live_catalog
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.notices.rendering import published
from forsyn.interfaces.privacy_desk import presenters
from forsyn.interfaces.privacy_desk.forms import STATES, ColumnFilter
from forsyn.interfaces.privacy_desk.labels import label
from forsyn.interfaces.privacy_desk.processor_views import processors_waiting
from forsyn.interfaces.privacy_desk.templatetags.declarations import reader, spoken
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language
from forsyn.workflows.declarations import all_bindings, check_declarations, current_policy
from forsyn.workflows.privacy_choices import open_choices
from forsyn.workflows.source_notices import due_notices


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def home(request: HttpRequest) -> HttpResponse:
    """Whether everything is declared, right now, and how much that is."""
    policy = current_policy()
    context = {
        "policy": policy,
        "problems": check_declarations(),
        "checked_at": timezone.now(),
        "counts": presenters.counts(policy, all_bindings()),
        "choices": open_choices(policy=policy),
        "processors": processors_waiting(),
        "unsettled": unsettled(),
        "mails": mails_left(),
        "recipients_to_tell": open_notice_count(),
        "sources": due_notices(today=timezone.localdate()),
    }
    return render(request, "privacy_desk/home.html", context)


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def categories(request: HttpRequest) -> HttpResponse:
    """Each data category: whose, from where, what for, how long, and in which columns."""
    policy = current_policy()
    return render(request, "privacy_desk/categories.html", {"groups": presenters.categories(policy, all_bindings())})


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def purposes(request: HttpRequest) -> HttpResponse:
    """Each purpose with its legal bases, and what it may read."""
    return render(request, "privacy_desk/purposes.html", {"groups": presenters.purposes(current_policy())})


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def retention(request: HttpRequest) -> HttpResponse:
    """Each retention rule."""
    return render(request, "privacy_desk/retention.html", {"rules": presenters.retention(current_policy())})


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def recipients(request: HttpRequest) -> HttpResponse:
    """Each recipient, by role."""
    return render(request, "privacy_desk/recipients.html", {"recipients": presenters.recipients(current_policy())})


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def claims(request: HttpRequest) -> HttpResponse:
    """Each claim with the declarations that fulfil it."""
    return render(request, "privacy_desk/claims.html", {"claims": presenters.claims(current_policy())})


def _filter(request: HttpRequest) -> tuple[ColumnFilter, list[presenters.ColumnRow], int]:
    policy = current_policy()
    form = ColumnFilter(request.GET, categories=[(key, spoken(c.name)) for key, c in policy.categories.items()])
    rows = presenters.column_rows(policy, all_bindings(), live_catalog())
    return form, presenters.filtered(rows, **form.wanted()), len(rows)


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def columns(request: HttpRequest) -> HttpResponse:
    """The data map: every column of the live database with its declaration."""
    form, rows, total = _filter(request)
    context = {
        "form": form,
        "tables": presenters.by_table(rows),
        "shown": len(rows),
        "total": total,
        "asked": request.GET.urlencode(),
    }
    return render(request, "privacy_desk/columns.html", context)


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def columns_csv(request: HttpRequest) -> HttpResponse:
    """The data map as CSV for a Danish spreadsheet: UTF-8 with BOM, semicolons."""
    _form, rows, _total = _filter(request)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="kolonner.csv"'
    writer = csv.writer(response, delimiter=";")
    writer.writerow(
        [
            _("Tabel"),
            _("Kolonne"),
            _("Type"),
            _("Erklæring"),
            _("Kategorier"),
            _("Begrundelse"),
            _("Kilde"),
            _("Givet af personen"),
            _("Vej til personen"),
            _("Kommentar i databasen"),
        ]
    )
    for row in rows:
        names = [spoken(c.category.name) if c.category else c.key for c in row.categories]
        writer.writerow(
            [
                row.table,
                row.column,
                row.type,
                str(STATES[row.state]),
                ", ".join(names),
                row.reason or " ".join(dict.fromkeys(spoken(c.not_held) for c in row.categories if c.not_held)),
                label(row.source) if row.source else "",
                _("ja") if row.given else "",
                " | ".join(row.paths),
                row.comment or "",
            ]
        )
    return response


@require_safe
@staff_required(P.PRIVACY_RIGHTS)
def notice(request: HttpRequest) -> HttpResponse:
    """The public notice as people see it, in both languages, with its files."""
    wanted = request.GET.get("sprog", str(reader()))
    if wanted not in set(Language):
        raise Http404
    ready = published(Language(wanted))
    context = {"document": ready.document, "body": ready.body, "language": wanted}
    return render(request, "privacy_desk/notice.html", context)

"""The CPR number of a customer: masked, shown in full only for a stated reason, kept only on a ground."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forsyn.domain.customers.introductions import introductions
from forsyn.domain.safeguards.purposes import purpose
from forsyn.domain.sensitive import actions, queries
from forsyn.domain.sensitive.rules import Kind
from forsyn.interfaces.access import staff_required
from forsyn.interfaces.design import in_language
from forsyn.interfaces.office.sensitive_forms import ConsentForm, CprForm, RevealForm
from forsyn.interfaces.office.sensitive_pages import CHANGING, attempt, customer_of, looked
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Language, Source
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.sensitive_file import WORKS, KeptCpr, cpr_of
from forsyn.workflows.vault_consents import VAULT_PURPOSES, AskedConsent, consents_on_file, record_consent

VAULT_WORKS = WORKS[Kind.CPR]


@require_http_methods(CHANGING)
@staff_required(*VAULT_WORKS)
def cpr(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The number as this member of staff's purposes see it, the consents, and what can be done."""
    page = _Page(request, customer_id)
    done = page.change() if request.method == "POST" else None
    if done is not None:
        return done
    looked(customer_id, Kind.CPR)  # whose page it is, and the consents, are seen even where no number is kept
    for entry in page.kept:
        if entry.work is not request.work:  # type: ignore[attr-defined]
            with purpose(entry.work, actor=request.user.pk):
                looked(customer_id, Kind.CPR)
    return render(request, "office/sensitive_cpr.html", page.context(), status=422 if page.is_refused else 200)


class _Page:
    """What the page shows, and the three things that can be sent from it."""

    def __init__(self, request: HttpRequest, customer_id: int) -> None:
        self.request, self.customer_id, self.actor = request, customer_id, request.user.pk
        self.customer = customer_of(request, customer_id, Kind.CPR)
        self.works = tuple(work for work in VAULT_WORKS if work in request.purposes)  # type: ignore[attr-defined]
        consented = tuple(work for work in self.works if work in VAULT_PURPOSES)
        self.consents = consents_on_file(customer_id=customer_id, works=consented, account_id=self.actor)
        self.kept = cpr_of(customer_id=customer_id, works=self.works, actor=self.actor)
        self.ground = self._ground()
        sent = request.POST.get("handling") if request.method == "POST" else None
        data = {name: request.POST if sent == name else None for name in ("vis", "gem", "samtykke")}
        self.reveal_form = RevealForm(data["vis"], auto_id="vis_%s")
        self.number_form = CprForm(data["gem"], auto_id="gem_%s")
        self.consent_form = ConsentForm(data["samtykke"], auto_id="samtykke_%s", consents=self._not_given())
        self.revealed: str | None = None

    @property
    def is_refused(self) -> bool:
        return any(form.errors for form in (self.reveal_form, self.number_form, self.consent_form))

    def context(self) -> dict[str, object]:
        return {
            "customer": self.customer,
            "kept": [(entry, _name(entry.work)) for entry in self.kept],
            "given": [one for one in self.consents if one.given],
            "has_missing": bool(self._not_given()),
            "ground": _name(self.ground) if self.ground else "",
            "reveal_form": self.reveal_form,
            "number_form": self.number_form,
            "consent_form": self.consent_form,
            "revealed": self.revealed,
        }

    def change(self) -> HttpResponse | None:
        """Do what was sent; None where the page is to be shown."""
        if self.reveal_form.is_bound:
            self._reveal()
            return None
        if self.number_form.is_bound and self.number_form.is_valid():
            return self._done(attempt(self.number_form, self._keep), _("CPR-nummeret er gemt."))
        if self.consent_form.is_bound and self.consent_form.is_valid():
            return self._done(attempt(self.consent_form, self._consent), _("Kundens ja er skrevet ned."))
        if not (self.number_form.is_bound or self.consent_form.is_bound):
            raise Http404
        return None

    def _done(self, is_done: bool, text: str) -> HttpResponse | None:
        if not is_done:
            return None
        messages.success(self.request, text)
        return redirect("office:cpr", self.customer_id)

    def _reveal(self) -> None:
        entry: KeptCpr | None = next(iter(self.kept), None)
        if entry is None:
            raise Http404
        if self.reveal_form.is_valid():
            with purpose(entry.work, actor=self.actor):
                attempt(self.reveal_form, self._open)

    def _open(self) -> None:
        opened = queries.reveal_cpr(customer_id=self.customer_id)
        looked(self.customer_id, Kind.CPR, reason=self.reveal_form.settled.text)
        self.revealed = f"{opened.text[:6]}-{opened.text[6:]}" if opened else None

    def _keep(self) -> None:
        work = self.ground or next(iter(self.works))  # without a ground the database refuses it, and says why
        with purpose(work, actor=self.actor):
            actions.keep_cpr(
                policy=current_policy(),
                customer_id=self.customer_id,
                number=self.number_form.cleaned_data["number"],
                source=Source.PERSON,
                now=timezone.now(),
                recorded_by_id=self.actor,
            )
            looked(self.customer_id, Kind.CPR, changed=True)

    def _consent(self) -> None:
        record_consent(
            customer_id=self.customer_id,
            consent=self.consent_form.cleaned_data["consent"],
            channel=self.consent_form.cleaned_data["channel"],
            language=Language.DANISH,
            proof=None,
            account_id=self.actor,
            now=timezone.now(),
        )

    def _not_given(self) -> list[tuple[str, str]]:
        return [(one.key, _as_read_aloud(one)) for one in self.consents if not one.given]

    def _ground(self) -> P | None:
        """A purpose that the number may be kept under today: its consent is given, or a claim is being handed over."""
        given = next((one.work for one in self.consents if one.given), None)
        if given is not None or P.DEBT_HAND_OVER not in self.works:
            return given
        with purpose(P.DEBT_HAND_OVER, actor=self.actor):
            seen = introductions(customer_ids=[self.customer_id], today=timezone.localdate())
        return P.DEBT_HAND_OVER if seen else None


def _name(work: P) -> str:
    declared = current_policy().purpose_for(work)
    return in_language(declared.name) if declared else ""


def _as_read_aloud(one: AskedConsent) -> str:
    return f"{in_language(one.consent.name)}: {in_language(one.consent.explanation)}"

"""Pages of signing in: allauth's views where they do, our own where they do not."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import views as account_views
from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginByCodeStage
from allauth.core import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn_views
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from forsyn.domain.accounts.actions import unlink_identity
from forsyn.domain.accounts.models import AccountKind
from forsyn.interfaces.access import CHOSEN_CUSTOMER, has_second_factor, signed_in
from forsyn.interfaces.sign_in.codes import CustomerCodeProcess
from forsyn.interfaces.sign_in.cookie_list import cookie_list
from forsyn.interfaces.sign_in.provider import BrokerOAuth2Adapter
from forsyn.policy.purposes import P

logger = logging.getLogger(__name__)

# -- customers -----------------------------------------------------------------------------------------------------


class StartAgain:
    """A sign-in page that can be opened again half-way, such as after a slip in the address."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        return None


class RequestCodeView(StartAgain, account_views.RequestLoginCodeView):
    """The sign-in page: customers ask for a code."""

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"email": self.request.GET.get("email", "")}

    def form_valid(self, form: Any) -> HttpResponse:
        CustomerCodeProcess.begin(self.request, form.cleaned_data["email"])
        return redirect(self.get_success_url())


@method_decorator(login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login"), name="dispatch")
class ConfirmCodeView(account_views.ConfirmLoginCodeView):
    """The code comes back. Tries are counted outside the session, so that many at once count as many."""

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        self.stage = request._login_stage  # type: ignore[attr-defined]
        self._process = CustomerCodeProcess.resume(self.stage)
        if not self._process:
            messages.warning(request, _("Koden er for gammel. Bed om en ny."))
            return redirect("account_login")
        return super(account_views.ConfirmLoginCodeView, self).dispatch(request, *arguments, **named)

    def post(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        attempt = f"{request.session.session_key}:{self._process.state['at']}"
        if self._action == "verify" and not ratelimit.consume(request, action="confirm_login_code", key=attempt):
            self._process.abort()
            return ratelimit.respond_429(request)
        return super().post(request, *arguments, **named)


# -- staff ---------------------------------------------------------------------------------------------------------


class StaffSignInView(StartAgain, account_views.LoginView):
    """Staff sign in by password; the second factor comes next."""


@require_safe
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where staff without a second factor are led before anything else."""
    _staff_or_404(request)
    if has_second_factor(request):
        return redirect("sign_in:security")
    return render(request, "sign_in/second_factor.html")


class RemoveKeyView(webauthn_views.RemoveWebAuthnView):
    """Take a passkey away, unless it is all there is."""

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, get_adapter().error_messages["cannot_delete_authenticator"])
            return redirect("sign_in:security")
        return super().form_valid(form)


@require_safe
@login_required
def security(request: HttpRequest) -> HttpResponse:
    """What a member of staff signs in with. 1 query beside the session's."""
    _staff_or_404(request)
    own = list(Authenticator.objects.filter(user=request.user).order_by("type", "created_at"))
    return render(
        request,
        "sign_in/security.html",
        {
            "app": next((each for each in own if each.type == Authenticator.Type.TOTP), None),
            "keys": [each for each in own if each.type == Authenticator.Type.WEBAUTHN],
            "recovery": next((each for each in own if each.type == Authenticator.Type.RECOVERY_CODES), None),
        },
    )


def _staff_or_404(request: HttpRequest) -> None:
    if signed_in(request).kind != AccountKind.STAFF:
        raise Http404


# -- everybody -----------------------------------------------------------------------------------------------------


FIRST_PAGES = (
    (P.CUSTOMER_SERVICE, "/kontor/"),
    (P.SETTLEMENT, "office:today"),
    (P.ACCOUNTING, "office:today"),
    (P.METERING, "office:supply_points"),
    (P.PRIVACY_RIGHTS, "/persondata/"),
    (P.STAFF_ADMINISTRATION, "staff_access:overview"),
)
"""Where work begins; the first that the roles of today serve."""


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """The first page after signing in, by kind of account and what the roles are for."""
    who = signed_in(request)
    if who.kind == AccountKind.CUSTOMER:
        return redirect("/")
    if not has_second_factor(request):
        return redirect("sign_in:second_factor")
    return redirect(next((page for work, page in FIRST_PAGES if work in who.purposes), "staff_access:own"))


@require_POST
@login_required
def choose_customer(request: HttpRequest) -> HttpResponse:
    """Look at another of the customers that one has access to."""
    chosen = request.POST.get("customer", "")
    if chosen not in {str(one.id) for one in signed_in(request).customers}:
        raise Http404
    request.session[CHOSEN_CUSTOMER] = int(chosen)
    onward = request.POST.get("next", "")
    return redirect(onward if url_has_allowed_host_and_scheme(onward, {request.get_host()}) else "/")


@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """The cookies that this program sets, and no other (SF-07)."""
    return render(request, "sign_in/cookies.html", {"cookies": cookie_list()})


# -- providers such as MitID ---------------------------------------------------------------------------------------


@login_required
def identities(request: HttpRequest) -> HttpResponse:
    """A customer links a provider's identity to the account, or takes it away again."""
    if signed_in(request).kind != AccountKind.CUSTOMER or not settings.BROKERS.apps:
        raise Http404
    if request.method == "POST":
        unlink_identity(account_id=request.user.pk, provider=request.POST.get("provider", ""))
        messages.success(request, _("Du kan ikke længere logge ind den vej. Du kan altid logge ind med en kode."))
        return redirect("sign_in:identities")
    linked = SocialAccount.objects.filter(user=request.user).values_list("provider", flat=True)
    return render(request, "sign_in/identities.html", {"linked": set(linked)})


def broker_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Off to the provider."""
    return _broker_view(OAuth2LoginView, request, provider_id)


def broker_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider."""
    return _broker_view(OAuth2CallbackView, request, provider_id)


def _broker_view(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        return view.adapter_view(BrokerOAuth2Adapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except RequestException:
        logger.exception("The sign-in provider %s does not answer.", provider_id)
        return render(request, "socialaccount/authentication_error.html")

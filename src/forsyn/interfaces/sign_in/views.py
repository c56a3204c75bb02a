"""Pages about signing in that allauth has not: the second factor's set-up, own security, cookies."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from forsyn.domain.accounts.models import AccountKind
from forsyn.interfaces.access import has_second_factor, signed_in
from forsyn.interfaces.sign_in.cookie_list import cookie_list


@require_safe
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where staff without a second factor are led before anything else."""
    if signed_in(request).kind != AccountKind.STAFF:
        raise Http404
    if has_second_factor(request):
        return redirect("sign_in:security")
    return render(request, "sign_in/second_factor.html")


@require_safe
@login_required
def security(request: HttpRequest) -> HttpResponse:
    """What the account signs in with. 1 query beside the session's."""
    if signed_in(request).kind != AccountKind.STAFF:
        raise Http404
    own = {each.type: each for each in Authenticator.objects.filter(user=request.user)}
    return render(request, "sign_in/security.html", {"authenticators": own})


@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """The cookies that this program sets, and no other (SF-07)."""
    return render(request, "sign_in/cookies.html", {"cookies": cookie_list()})

"""Who may open which page.

`customer_required`, `staff_required`, `under` and `without_purpose` decorate function views, and say under which
purposes a page works. What somebody may not open does not exist for them: 404, never 403, so that an answer tells
nothing about what is there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from forsyn.domain.accounts.models import AccountKind
from forsyn.domain.accounts.queries import roles_of
from forsyn.domain.customers.queries import CustomerChoice, customers_of_account
from forsyn.domain.safeguards.actions_log import one_request
from forsyn.domain.safeguards.purposes import PurposeViolation, purpose
from forsyn.policy.purposes import P
from forsyn.workflows.declarations import current_policy
from forsyn.workflows.staff_purposes import purposes_of_roles

View = Callable[..., HttpResponse]
logger = logging.getLogger(__name__)
CHOSEN_CUSTOMER = "portal_customer"
"""Session key: the id of the customer that a person with access to several is looking at."""


@dataclass
class SignedIn:
    """What the signed-in account may do today; read from the database on first use, once a request."""

    request: HttpRequest

    @property
    def kind(self) -> str | None:
        """AccountKind's value, or None where nobody is signed in."""
        return self.request.user.kind if self.request.user.is_authenticated else None

    @cached_property
    def roles(self) -> frozenset[str]:
        """Role's values that hold today; empty for customers. 1 query."""
        if self.kind != AccountKind.STAFF:
            return frozenset()
        with purpose(P.SIGN_IN, actor=self.request.user.pk):
            return roles_of(account_id=self.request.user.pk, today=timezone.localdate())

    @cached_property
    def purposes(self) -> frozenset[P]:
        """What the roles of today let a member of staff work for; empty for customers."""
        return purposes_of_roles(current_policy(), self.roles)

    @cached_property
    def customers(self) -> tuple[CustomerChoice, ...]:
        """The customers that the account may act for today, by number; empty for staff. 2 queries."""
        if self.kind != AccountKind.CUSTOMER:
            return ()
        with purpose(P.SELF_SERVICE, actor=self.request.user.pk):
            return tuple(customers_of_account(account_id=self.request.user.pk, today=timezone.localdate()))

    @property
    def customer(self) -> CustomerChoice | None:
        """The one chosen among `customers`, else the first."""
        chosen = self.request.session.get(CHOSEN_CUSTOMER)
        return next((one for one in self.customers if one.id == chosen), next(iter(self.customers), None))


def signed_in(request: HttpRequest) -> SignedIn:
    """The request's `SignedIn`, the same object each time."""
    if not hasattr(request, "signed_in"):
        request.signed_in = SignedIn(request)  # type: ignore[attr-defined]
    return request.signed_in  # type: ignore[attr-defined, no-any-return]


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `signed_in` (see `SignedIn`) and `brokers` (the OpenID Connect providers configured)."""
    return {"signed_in": signed_in(request), "brokers": settings.BROKERS.apps}


def under(work: P) -> Callable[[View], View]:
    """A page for anybody, signed in or not, whose work is done under one purpose."""

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return _answer(view, work, request, *args, **kwargs)

        entered.purposes = (work,)  # type: ignore[attr-defined]
        return entered

    return decorate


def without_purpose(why: str) -> Callable[[View], View]:
    """A page that reads nothing of anybody; ``why`` says what it shows instead."""

    def decorate(view: View) -> View:
        view.purposes = ()  # type: ignore[attr-defined]
        view.without_purpose = why  # type: ignore[attr-defined]
        return view

    return decorate


def customer_required(view: View) -> View:
    """Only customers: sets ``request.customer_ids`` (all), ``request.customer`` and ``customer_id`` (the chosen).

    Nobody signed in: to the sign-in page, and back. Staff: 404. A customer without access today: a page that says so.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        who = signed_in(request)
        if who.kind is None:
            return _to_sign_in(request)
        if who.kind != AccountKind.CUSTOMER:
            if request.path == "/":
                return redirect("sign_in:start")
            raise Http404
        if who.customer is None:
            return _no_access(request)
        request.customer = who.customer  # type: ignore[attr-defined]
        request.customer_id = who.customer.id  # type: ignore[attr-defined]
        request.customer_ids = tuple(one.id for one in who.customers)  # type: ignore[attr-defined]
        return _answer(view, P.SELF_SERVICE, request, *args, **kwargs)

    guarded.purposes = (P.SELF_SERVICE,)  # type: ignore[attr-defined]
    return guarded


def staff_required(*works: P) -> Callable[[View], View]:
    """Only staff whose roles of today lead to one of the purposes; the page works under the first that they have.

    Sets ``request.work`` (that purpose) and ``request.purposes`` (all that the roles give). Nobody signed in: to the
    sign-in page, and back. No second factor yet: to its set-up. Everybody else: 404.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            who = signed_in(request)
            if who.kind is None:
                return _to_sign_in(request)
            work = next((work for work in works if work in who.purposes), None)
            if work is None:
                raise Http404
            if not has_second_factor(request):
                return redirect("sign_in:second_factor")
            request.work, request.purposes = work, who.purposes  # type: ignore[attr-defined]
            return _answer(view, work, request, *args, **kwargs)

        guarded.purposes = works  # type: ignore[attr-defined]
        return guarded

    return decorate


def _answer(view: View, work: P, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The view's answer, made to the last letter under the purpose."""
    actor = request.user.pk if request.user.is_authenticated else None
    try:
        with one_request(), purpose(work, actor=actor):
            response = _whole(view, request, *args, **kwargs)
    except PurposeViolation as violation:
        if work in current_policy().purposes:
            raise
        # The policy does this work for a purpose of another name, which holds less: the page is no part of it.
        logger.warning("%s is no page under this policy: %s", request.path, violation)
        raise Http404 from violation
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = _streamed(response.streaming_content, work, actor)
    return response


def _whole(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        response = view(request, *args, **kwargs)
    except ImmediateHttpResponse as instead:  # allauth's way to answer; what was done before it stands
        response = instead.response
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    return response


def _streamed(pieces: Iterable[bytes], work: P, actor: int | None) -> Iterator[bytes]:
    with purpose(work, actor=actor):
        yield from pieces


def staff_session(view: View) -> View:
    """For pages of allauth that are only staff's: 404 for customers; allauth itself asks who is there, and again."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        who = signed_in(request)
        if who.kind is None:
            return _to_sign_in(request)
        if who.kind != AccountKind.STAFF:
            raise Http404
        return _answer(view, P.SIGN_IN, request, *args, **kwargs)

    guarded.purposes = (P.SIGN_IN,)  # type: ignore[attr-defined]
    return guarded


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session used a second factor, or its account has set one up within it."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return any(record.get("method") == "mfa" for record in records) or is_mfa_enabled(request.user)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path(), reverse("account_login"))


def _no_access(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "message_page.html",
        {
            "heading": _("Du har ikke adgang til nogen kunde lige nu"),
            "text": _(
                "Din adgang er ophørt eller ikke begyndt endnu. Kontakt os, hvis det ikke passer; "
                "du finder vores telefonnummer og e-mail nederst på siden."
            ),
        },
    )

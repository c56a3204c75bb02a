"""A person's own requests, as the portal shows them under `P.SELF_SERVICE`: nothing of who worked on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from forsyn.domain.customers.models import PortalAccess
from forsyn.domain.rights.models import Request, RequestCustomer, RequestDocument
from forsyn.domain.rights.queries import DocumentLine, document_line
from forsyn.domain.rights.rules import DocumentKind, OnBehalf
from forsyn.domain.safeguards.sealing import unseal

LETTERS = (DocumentKind.RECEIPT, DocumentKind.QUESTION, DocumentKind.EXTENSION, DocumentKind.ANSWER)
"""What we wrote, as against what came in."""
_ANSWER = Subquery(RequestDocument.objects.filter(request_id=OuterRef("pk"), kind=DocumentKind.ANSWER).values("pk")[:1])


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request as the person sees it in the portal: nothing of who worked on it."""

    id: int
    number: str
    right: str | None
    state: str
    channel: str
    received_date: date
    deadline_date: date
    is_stopped: bool
    extension_reason: str | None
    closed_at: datetime | None
    outcome: str | None
    refusal_ground: str | None
    wish: str
    answer_id: int | None
    """The letter, for `own_document`."""


def own_requests(*, account_id: int, customer_ids: Collection[int], limit: int = 50) -> list[OwnRequest]:
    """What the signed-in person asked, the latest first. 1 query.

    Requests about these customers that somebody else sent are among them only once it is settled who that was.
    """
    linked = _linked(account_id, customer_ids)
    rows = (
        Request.objects.filter(_own(account_id, linked))
        .annotate(answer_id=_ANSWER)
        .order_by("-received_at", "-pk")[:limit]
    )
    return [_own_request(row) for row in rows]


def own_request(*, account_id: int, customer_ids: Collection[int], request_id: int) -> OwnRequest:
    """One of them. 1 query. Raises Request.DoesNotExist."""
    linked = _linked(account_id, customer_ids)
    return _own_request(Request.objects.filter(_own(account_id, linked)).annotate(answer_id=_ANSWER).get(pk=request_id))


def own_letters(*, account_id: int, customer_ids: Collection[int], request_id: int) -> list[DocumentLine]:
    """Our letters in one of the person's own requests. 2 queries."""
    own_request(account_id=account_id, customer_ids=customer_ids, request_id=request_id)
    rows = RequestDocument.objects.filter(request_id=request_id, kind__in=LETTERS).order_by("recorded_at", "pk")
    return [document_line(row) for row in rows.defer("sealed")]


def own_document(
    *, account_id: int, customer_ids: Collection[int], request_id: int, document_id: int
) -> tuple[DocumentLine, bytes | None]:
    """A letter of ours with its content. 2 queries.

    Raises Request.DoesNotExist, RequestDocument.DoesNotExist, and sealing.SealBroken.
    """
    own_request(account_id=account_id, customer_ids=customer_ids, request_id=request_id)
    row = RequestDocument.objects.get(pk=document_id, request_id=request_id, kind__in=LETTERS)
    return document_line(row), None if row.sealed is None else unseal(bytes(row.sealed))


def is_own(*, request_id: int, account_id: int, customer_ids: Collection[int]) -> bool:
    """Whether a request is one of `own_requests`. 1 query."""
    linked = _linked(account_id, customer_ids)
    return Request.objects.filter(_own(account_id, linked), pk=request_id).exists()


def _linked(account_id: int, customer_ids: Collection[int]) -> QuerySet[RequestCustomer, dict[str, int]]:
    """Requests about customers whom this account alone acts for: what one asks is not for all who share a page."""
    others = PortalAccess.objects.filter(customer_id__in=customer_ids).exclude(account_id=account_id)
    own = RequestCustomer.objects.filter(customer_id__in=customer_ids)
    return own.exclude(customer_id__in=others.values("customer_id")).values("request_id")


def _own(account_id: int, linked: QuerySet[RequestCustomer]) -> Q:
    return Q(account_id=account_id) | Q(pk__in=linked, identity_settled_at__isnull=False, on_behalf=OnBehalf.SELF)


def _own_request(row: Request) -> OwnRequest:
    return OwnRequest(
        row.pk,
        row.number,
        row.right,
        row.state,
        row.channel,
        row.received_date,
        row.deadline_date,
        row.paused_since_date is not None,
        row.extension_reason,
        row.closed_at,
        row.outcome,
        row.refusal_ground,
        row.wish,
        row.answer_id,
    )

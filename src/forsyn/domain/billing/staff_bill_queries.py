"""Reads of bills for staff: those of a run, sorted and paged, those of a customer, and one with all that it came of.

Documents (basis, calculation) are read for one bill alone; lists leave them out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Abs

from forsyn.domain.billing.models import Bill, BillState, Dispatch, Run, RunState, SettledConsumption, TariffVersion
from forsyn.domain.billing.tariff_queries import Texts, texts_of
from forsyn.domain.customers.models import Agreement
from forsyn.kernel.charges.canonical import tariff_from
from forsyn.kernel.charges.tariff import Tariff

ORDERS = {
    "aftale": ("pk",),
    "afvigelse": (F("difference").desc(nulls_last=True), "pk"),
    "beloeb": (F("to_pay_oere").desc(nulls_last=True), "pk"),
}
"""How a list of a run's bills may be sorted: by agreement, by how far from last year, by what is to be paid."""
POSTED = (BillState.POSTED, BillState.RELEASED, BillState.UNDONE)
_DOCUMENTS = ("basis", "calculation", "posting_accounts", "posting_oere", "posting_vat")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of a run's bills are asked for: all, those stopped (for one reason), left out, or with one remark."""

    stopped: bool = False
    left_out: bool = False
    reason: str = ""
    remark: str = ""
    order: str = "aftale"


def bills_of_run(*, run_id: int, chosen: Chosen, first: int, count: int) -> list[Bill]:
    """Bills of a run without their documents, with their agreement's number. 1 query."""
    rows = Bill.objects.filter(run_id=run_id).select_related("agreement").defer(*_DOCUMENTS)
    if chosen.stopped:
        rows = rows.filter(state=BillState.STOPPED)
    if chosen.left_out:
        rows = rows.filter(state=BillState.LEFT_OUT)
    if chosen.reason:
        rows = rows.filter(reasons__contains=[{"code": chosen.reason}])
    if chosen.remark:
        rows = rows.filter(remarks__contains=[chosen.remark])
    rows = rows.annotate(difference=Abs(F("net_oere") - F("last_year_net_oere")))
    return list(rows.order_by(*ORDERS.get(chosen.order, ORDERS["aftale"]))[first : first + count])


def discarded_with_bills() -> list[int]:
    """Runs that were given up and whose bills are not deleted yet. 1 query."""
    bills = Bill.objects.filter(run_id=OuterRef("pk"))
    given_up = Run.objects.filter(Exists(bills), state=RunState.DISCARDED)
    return list(given_up.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class ListedBill:
    """A bill on its customer's account. ``number`` is None until it is posted."""

    id: int
    number: int | None
    kind: str
    commodity: str
    state: str
    period: DateRange
    issue_date: date
    due_date: date
    to_pay_oere: int | None
    voucher_id: int | None


def bills_of_customer(*, customer_id: int, first: int, count: int) -> list[ListedBill]:
    """A customer's bills, the newest first, but for those that a preview alone has made. 1 query."""
    rows = Bill.objects.filter(customer_id=customer_id, state__in=POSTED).order_by("-issue_date", "-id")
    columns = (
        "id", "number", "kind", "run__commodity", "state", "period", "issue_date", "due_date", "to_pay_oere",
        "voucher_id",
    )  # fmt: skip
    return [ListedBill(*row) for row in rows.values_list(*columns)[first : first + count]]


def bill(*, bill_id: int) -> Bill:
    """A bill with its run, what it corrects, its version of the tariff. 1 query. Raises Bill.DoesNotExist."""
    found: Bill = Bill.objects.select_related("run", "corrects", "voucher", "undoing_voucher").get(pk=bill_id)
    return found


def basis_of(*, bill_id: int) -> str | None:
    """What a bill was reckoned of; None where there is nothing, or the purpose does not see the bill. 1 query."""
    found: str | None = Bill.objects.filter(pk=bill_id).values_list("basis", flat=True).first()
    return found


def corrections_of(*, bill_id: int) -> QuerySet[Bill]:
    """The bills that correct this one, the newest first. 1 query."""
    return Bill.objects.filter(corrects_id=bill_id).defer(*_DOCUMENTS).order_by("-pk")


def dispatches_of(*, bill_id: int) -> Sequence[Dispatch]:
    """By which ways a bill was sent. 1 query."""
    return list(Dispatch.objects.filter(bill_id=bill_id).order_by("made_at", "pk"))


def agreements_of_run(*, run: Run) -> int:
    """How many agreements a run goes over, at most: what its progress is measured by. 1 query."""
    if run.agreement_id is not None:
        return 1
    return Agreement.objects.filter(commodity=run.commodity, period__overlap=run.period).count()


def bill_id_of_number(*, number: int) -> int | None:
    """The bill with this number. 1 query."""
    return Bill.objects.filter(number=number).values_list("pk", flat=True).first()


def tariffs_of(*, version_ids: Collection[int]) -> dict[int, tuple[Tariff, Texts]]:
    """The documents and texts of some versions of tariffs, by id. 2 queries."""
    rows = TariffVersion.objects.filter(pk__in=set(version_ids)).values_list("pk", "document")
    texts = texts_of(version_ids=version_ids)
    return {pk: (tariff_from(document.encode()), texts.get(pk, {})) for pk, document in rows}


def settled_of(*, agreement_id: int, first: date, until: date) -> list[SettledConsumption]:
    """Amounts that staff settled in some days and that hold. 1 query."""
    rows = SettledConsumption.objects.filter(
        agreement_id=agreement_id, withdrawn_at=None, period__overlap=DateRange(first, until)
    )
    return list(rows.order_by("period"))

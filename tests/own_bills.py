"""Released bills of the world's customers, reckoned by the kernel and posted, as a run would leave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from forsyn.domain.billing.models import Bill, Instalment, Plan, Run, TariffTexts, TariffVersion
from forsyn.domain.billing.models import Tariff as TariffRow
from forsyn.domain.billing.tariff_models import Creditor
from forsyn.domain.ledger.actions import post
from forsyn.domain.ledger.rules import Line, NewVoucher
from forsyn.kernel.charges.basis import Basis, MeanTemperatures, OnAccount
from forsyn.kernel.charges.bill import Bill as Reckoned
from forsyn.kernel.charges.calculate import calculate
from forsyn.kernel.charges.canonical import basis_bytes, basis_from, bill_bytes, sha256, tariff_bytes
from forsyn.kernel.charges.tariff import Tariff
from forsyn.workflows.bill_parts import Deduction
from tests import charge_samples as charges
from tests.bill_samples import HEAT_TARIFF, TEXTS
from tests.world import NOW, Party

RECORDED_AT = datetime(2026, 1, 12, 8, tzinfo=UTC)
CREDITOR = "81234567"
_series = count(1)


def creditor() -> Creditor:
    """Where the utility is paid."""
    return Creditor.objects.create(
        period=DateRange(date(2020, 1, 1), None), fi_creditor=CREDITOR, bank_registration="1234", bank_account="1234567"
    )  # fmt: skip


def heat_basis(
    watt_hours: int = 18_250_000, *, first: date = date(2025, 1, 1), until: date = date(2026, 1, 1),
    paid: Sequence[Deduction] = (),
) -> Basis:  # fmt: skip
    """Some months of heat in 130 m², with a mean return of 36 °C."""
    edges = [first, *(day for year in range(first.year, until.year + 1) if first < (day := date(year, 1, 1)) < until)]
    return charges.basis(
        HEAT_TARIFF,
        [charges.heat(first, until, watt_hours)],
        (first, until),
        factors=(charges.square_metres("130"),),
        temperatures=tuple(
            MeanTemperatures(begins, ends, Decimal(68), Decimal(36))
            for begins, ends in zip(edges, [*edges[1:], until], strict=True)
        ),
        on_account=OnAccount(sum(each.net_oere for each in paid), sum(each.vat_oere for each in paid)),
    )


@dataclass
class Ground:
    """Makes bills, each in a run of its own."""

    numbers: Any = field(default_factory=lambda: count(4711))

    def settled(
        self, party: Party, basis: Basis, *, commodity: str = "heat", kind: str = "annual", state: str = "released",
        issued: date = date(2026, 1, 15), due: date = date(2026, 2, 15), corrects: Bill | None = None,
    ) -> Bill:  # fmt: skip
        """A settlement of a basis; of a correction, only what differs is posted."""
        reckoned = calculate(basis)
        before = bill_before(corrects)
        net = reckoned.net_oere - (before.net_oere if before else 0)
        vat = reckoned.vat_oere - (before.vat_oere if before else 0)
        taken = (reckoned.on_account.net_oere, reckoned.on_account.vat_oere) if before is None else (0, 0)
        version = _version(basis.tariff)
        return self._billed(
            party, commodity, kind, state, DateRange(basis.from_date, basis.until_date), issued, due, (net, vat), taken,
            tariff_version_id=version, corrects=corrects, basis=basis_bytes(basis).decode(),
            calculation=bill_bytes(reckoned).decode(), sha256=sha256(bill_bytes(reckoned)),
        )  # fmt: skip

    def on_account(
        self, party: Party, first: date, until: date, net: int, *, commodity: str = "heat", state: str = "released",
        issued: date | None = None, due: date | None = None,
    ) -> Bill:  # fmt: skip
        """A bill on account."""
        return self._billed(
            party, commodity, "on_account", state, DateRange(first, until), issued or first, due or first,
            (net, net // 4), (0, 0),
        )  # fmt: skip

    def _billed(
        self, party: Party, commodity: str, kind: str, state: str, period: DateRange, issued: date, due: date,
        amounts: tuple[int, int], taken: tuple[int, int], **more: Any,
    ) -> Bill:  # fmt: skip
        number = next(self.numbers)
        to_pay = sum(amounts) - sum(taken)
        run = Run.objects.create(
            kind=kind, commodity=commodity, period=period, issue_date=issued, due_date=due, state="draft",
            made_at=RECORDED_AT,
        )  # fmt: skip
        voucher = None
        if to_pay:
            lines = (
                Line("receivables", to_pay, due_date=due if to_pay > 0 else None),
                Line("sales_heat_fixed", -to_pay),
            )
            voucher = post(
                voucher=NewVoucher(
                    kind="bill", posting_date=issued, text=f"Regning {number}", origin=f"bill:{number}", lines=lines,
                    customer_id=party.customer_id,
                ),
                now=NOW,
            )  # fmt: skip
        bill = Bill.objects.create(
            run=run, agreement_id=party.agreements[commodity], customer_id=party.customer_id, kind=kind,
            state="previewed", period=period, issue_date=issued, due_date=due, vat_percent=25, net_oere=amounts[0],
            vat_oere=amounts[1], on_account_net_oere=taken[0], on_account_vat_oere=taken[1], to_pay_oere=to_pay,
            posting_accounts=[], posting_oere=[], posting_vat=[], **more,
        )  # fmt: skip
        bill.state, bill.number, bill.voucher_id = "posted", number, voucher.voucher_id if voucher else None
        bill.save()
        if state == "released":
            bill.state, bill.released_at = state, RECORDED_AT
            bill.save()
        return bill


def _version(tariff: Tariff) -> int:
    """An approved version with its texts."""
    key = f"sample-{next(_series)}"
    row = TariffRow.objects.create(key=key, commodity=tariff.commodity.value, name_da=key, name_en=key)
    version = TariffVersion.objects.create(
        tariff=row, number=1, document=tariff_bytes(tariff).decode(), sha256=sha256(tariff_bytes(tariff)),
        state="draft", drafted_at=RECORDED_AT,
    )  # fmt: skip
    TariffTexts.objects.create(version=version, texts=TEXTS)
    version.state, version.preview, version.approved_at = "approved", {}, RECORDED_AT
    version.save()
    return int(version.pk)


def bill_before(corrects: Bill | None) -> Reckoned | None:
    """What the bill that is corrected was reckoned to."""
    return calculate(basis_from(corrects.basis.encode())) if corrects and corrects.basis else None


QUARTERS = (date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1))


def planned(party: Party, *, net: int = 400_000, first: int = 0, amount: int | None = 8_760_000) -> Plan:
    """Four quarters of 2026 on account, from one of them on; 16,000 kr without VAT a year unless said."""
    plan: Plan = Plan.objects.create(
        agreement_id=party.agreements["heat"], period=DateRange(QUARTERS[first], QUARTERS[-1]),
        expected_from="degree_days", expected_amount=amount, unit="watt_hours" if amount is not None else "",
        expected_net_oere=net * (4 - first), made_at=NOW,
    )  # fmt: skip
    for begins, ends in zip(QUARTERS[first:], QUARTERS[first + 1 :], strict=False):
        Instalment.objects.create(plan=plan, period=DateRange(begins, ends), due_date=begins, net_oere=net)
    return plan


def billed(ground: Ground, party: Party, plan: Plan, number: int) -> None:
    """The first instalments of a plan have been billed, each due in a fortnight."""
    for each in list(plan.instalments.order_by("period"))[:number]:
        due = each.period.lower + timedelta(days=14)
        bill = ground.on_account(party, each.period.lower, each.period.upper, each.net_oere, due=due)
        Bill.objects.filter(pk=bill.pk).update(instalment=each)

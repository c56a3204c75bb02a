"""What lines add up to, as EN 16931-1 (BR-CO-10 to BR-CO-17) counts. Pure.

Rounding is `forsyn.kernel.money`'s: once a line, and VAT once a category on the sum of its lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from forsyn.integrations.ubl.values import EInvoice, Line, Totals, Vat
from forsyn.kernel import money


@dataclass(frozen=True, slots=True)
class VatGroup:
    """The VAT breakdown of one category: BG-23."""

    vat: Vat
    taxable_oere: int
    vat_oere: int


def line_net(line: Line) -> int:
    """Quantity times price, in øre (PEPPOL-EN16931-R120)."""
    return money.oere_of(Fraction(line.quantity) * Fraction(line.price) / Fraction(line.price_quantity))


def vat_of(taxable_oere: int, vat: Vat, percent: Decimal) -> int:
    """VAT of an amount, in øre; 0 for all but the standard rate."""
    return money.vat_of(taxable_oere, percent) if vat is Vat.STANDARD else 0


def lines_net(invoice: EInvoice) -> int:
    """The sum of the lines: BT-106."""
    return sum(line.net_oere for line in invoice.lines)


def allowances_of(invoice: EInvoice, *, charges: bool) -> int:
    """The sum of charges (BT-108), or of allowances (BT-107)."""
    return sum(each.amount_oere for each in invoice.allowances if each.is_charge is charges)


def vat_groups(invoice: EInvoice) -> tuple[VatGroup, ...]:
    """One group a category that occurs, in the order of `Vat`."""
    taxable: dict[Vat, int] = {}
    for line in invoice.lines:
        taxable[line.vat] = taxable.get(line.vat, 0) + line.net_oere
    for each in invoice.allowances:
        signed = each.amount_oere if each.is_charge else -each.amount_oere
        taxable[each.vat] = taxable.get(each.vat, 0) + signed
    return tuple(
        VatGroup(vat, taxable[vat], vat_of(taxable[vat], vat, invoice.vat_percent)) for vat in Vat if vat in taxable
    )


def totals_of(invoice: EInvoice) -> Totals:
    """What the invoice's own totals must be."""
    net = lines_net(invoice) + allowances_of(invoice, charges=True) - allowances_of(invoice, charges=False)
    vat = sum(group.vat_oere for group in vat_groups(invoice))
    return Totals(net, vat, net + vat, net + vat - invoice.prepaid_oere)

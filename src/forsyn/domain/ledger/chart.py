"""The chart of accounts that the program begins with: (number, key, Danish name, English name, kind, receivable). Pure.

Whoever posts names the key. Numbers follow the usual Danish order: income from 1000, costs from 3000, assets from 5000,
liabilities from 6000.
"""

from __future__ import annotations

RECEIVABLES, RETAINED_RESULT = "receivables", "retained_result"

CHART: tuple[tuple[int, str, str, str, str, bool], ...] = (
    (1110, "sales_heat_fixed", "Fjernvarme, fast bidrag", "District heating, fixed charge", "income", False),
    (1120, "sales_heat_variable", "Fjernvarme, forbrug", "District heating, consumption", "income", False),
    (1130, "sales_heat_incentive", "Fjernvarme, motivationstarif", "District heating, incentive", "income", False),
    (1210, "sales_water_fixed", "Vand, fast bidrag", "Water, fixed charge", "income", False),
    (1220, "sales_water_variable", "Vand, forbrug", "Water, consumption", "income", False),
    (1310, "sales_waste_water_fixed", "Spildevand, fast bidrag", "Waste water, fixed charge", "income", False),
    (1320, "sales_waste_water_variable", "Spildevand, forbrug", "Waste water, consumption", "income", False),
    (1810, "fees_with_vat", "Gebyrer med moms", "Fees with VAT", "income", False),
    (1820, "fees_without_vat", "Gebyrer uden moms", "Fees without VAT", "income", False),
    (3810, "write_off", "Tab på debitorer", "Written-off debts", "expense", False),
    (3890, "rounding", "Øreafrunding", "Rounding", "expense", False),
    (5610, RECEIVABLES, "Debitorer", "Receivables", "asset", True),
    (5810, "bank", "Bank", "Bank", "asset", False),
    (6110, RETAINED_RESULT, "Overført resultat", "Retained result", "liability", False),
    (6510, "on_account_prepayments", "Opkrævet a conto", "Charged on account", "liability", False),
    (6610, "vat_payable", "Skyldig moms", "VAT payable", "liability", False),
    (6620, "water_tax_payable", "Skyldig afgift af ledningsført vand", "Water tax payable", "liability", False),
    (6810, "suspense", "Uplacerede indbetalinger", "Payments not placed yet", "liability", False),
    (6820, "payouts_in_transit", "Udbetalinger undervejs", "Payouts on their way", "liability", False),
)

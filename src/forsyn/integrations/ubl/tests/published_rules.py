"""Published rules in our own words: Peppol BIS Billing 3 with Denmark's, and OIOUBL's, which no pinned package carries.

Each is a function that tells whether a document keeps the rule; the sentence says what it demands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

import stdnum.ean
import stdnum.luhn

NAMES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_DANISH_MEANS = {"1", "10", "31", "42", "48", "49", "50", "58", "59", "93", "97"}
Rule = Callable[[Element], bool]
_PEPPOL: dict[str, Rule] = {}
_OIOUBL: dict[str, Rule] = {}


def broken_peppol_rules(document: bytes) -> list[str]:
    root = fromstring(document)
    return [name for name, keeps in _PEPPOL.items() if not keeps(root)]


def broken_oioubl_rules(document: bytes) -> list[str]:
    root = fromstring(document)
    return [name for name, keeps in _OIOUBL.items() if not keeps(root)]


def text(element: Element, path: str) -> str:
    return (element.findtext(path, "", NAMES) or "").strip()


def money(element: Element, path: str) -> Decimal:
    return Decimal(text(element, path) or 0)


def lines(root: Element) -> Iterator[Element]:
    yield from root.findall("cac:InvoiceLine", NAMES)
    yield from root.findall("cac:CreditNoteLine", NAMES)


def _is_credit_note(root: Element) -> bool:
    return root.tag.endswith("}CreditNote")


def _rule(of: dict[str, Rule], name: str) -> Callable[[Rule], Rule]:
    def keep(rule: Rule) -> Rule:
        of[name] = rule
        return rule

    return keep


def _quantity(line: Element) -> Decimal:
    return money(line, "cbc:InvoicedQuantity") or money(line, "cbc:CreditedQuantity")


def _product(line: Element) -> Decimal:
    per = money(line, "cac:Price/cbc:BaseQuantity") or Decimal(1)
    return _quantity(line) * money(line, "cac:Price/cbc:PriceAmount") / per


def _price_times_quantity(root: Element) -> bool:
    return all(abs(money(line, "cbc:LineExtensionAmount") - _product(line)) <= Decimal("0.02") for line in lines(root))


def _nothing_empty(root: Element) -> bool:
    return all(len(each) or (each.text or "").strip() for each in root.iter())


_PEPPOL["R008 no element is empty"] = _nothing_empty
_PEPPOL["R120 a line's net amount is quantity times price"] = _price_times_quantity
_OIOUBL["F-INV348 a line's net amount is quantity times price"] = _price_times_quantity
_OIOUBL["no element is empty"] = _nothing_empty


@_rule(_PEPPOL, "R001, R004, R007 the profile and the customization are BIS Billing 3's")
def _profile(root: Element) -> bool:
    return text(root, "cbc:ProfileID") == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0" and text(
        root, "cbc:CustomizationID"
    ).endswith("#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0")


@_rule(_PEPPOL, "R003 there is a buyer's reference or an order's")
def _has_reference(root: Element) -> bool:
    return bool(text(root, "cbc:BuyerReference") or text(root, "cac:OrderReference/cbc:ID"))


@_rule(_PEPPOL, "R053 there is one tax total with subtotals")
def _one_tax_total(root: Element) -> bool:
    return len(root.findall("cac:TaxTotal", NAMES)) == len(root.findall("cac:TaxTotal[cac:TaxSubtotal]", NAMES)) == 1


@_rule(_PEPPOL, "R010, R020, R040, R042 both have an electronic address that is well made")
def _endpoints(root: Element) -> bool:
    found = root.findall(".//cac:Party/cbc:EndpointID", NAMES) + root.findall(".//cbc:CompanyID[@schemeID]", NAMES)
    well_made: dict[str, Callable[[str], bool]] = {
        "0088": stdnum.ean.is_valid,
        "0184": lambda value: len(value) == 10 and value.startswith("DK") and value[2:].isdigit(),
    }
    return len(root.findall(".//cac:Party/cbc:EndpointID", NAMES)) == 2 and all(
        well_made[each.get("schemeID", "")](each.text or "") for each in found
    )


@_rule(_PEPPOL, "R110, R111 the periods of lines lie within the document's")
def _periods(root: Element) -> bool:
    first, last = text(root, "cac:InvoicePeriod/cbc:StartDate"), text(root, "cac:InvoicePeriod/cbc:EndDate")
    starts = [each.text or "" for each in root.findall("*/cac:InvoicePeriod/cbc:StartDate", NAMES)]
    ends = [each.text or "" for each in root.findall("*/cac:InvoicePeriod/cbc:EndDate", NAMES)]
    return not first or (all(first <= each for each in starts) and all(each <= last for each in ends))


@_rule(_PEPPOL, "R051 every amount is in the document's currency")
def _currency(root: Element) -> bool:
    return {each.get("currencyID") for each in root.iter() if each.get("currencyID")} == {
        text(root, "cbc:DocumentCurrencyCode")
    }


@_rule(_PEPPOL, "DK-R-002, DK-R-014 the supplier tells its CVR number under scheme 0184")
def _supplier_cvr(root: Element) -> bool:
    return bool(
        root.findtext("cac:AccountingSupplierParty//cac:PartyLegalEntity/cbc:CompanyID[@schemeID='0184']", None, NAMES)
    )


@_rule(_PEPPOL, "DK-R-005 the means of payment are Danish")
def _means(root: Element) -> bool:
    codes = {each.text for each in root.findall("cac:PaymentMeans/cbc:PaymentMeansCode", NAMES)}
    return codes <= _DANISH_MEANS


@_rule(_PEPPOL, "DK-R-006 an account has a registration number")
def _account(root: Element) -> bool:
    account = "cac:PaymentMeans/cac:PayeeFinancialAccount"
    if text(root, "cac:PaymentMeans/cbc:PaymentMeansCode") not in {"31", "42"}:
        return True
    return bool(text(root, f"{account}/cbc:ID") and text(root, f"{account}/cac:FinancialInstitutionBranch/cbc:ID"))


@_rule(_PEPPOL, "DK-R-010, DK-R-011 a payment slip is 71# with 15 digits or 75# with 16, and a creditor of 8")
def _slip(root: Element) -> bool:
    if text(root, "cac:PaymentMeans/cbc:PaymentMeansCode") != "93":
        return True
    kind, _, digits = text(root, "cac:PaymentMeans/cbc:PaymentID").partition("#")
    creditor = text(root, "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID")
    return len(digits) == {"71": 15, "75": 16}.get(kind) and stdnum.luhn.is_valid(digits) and len(creditor) == 8


def _payable_not_negative(root: Element) -> bool:
    return money(root, "cac:LegalMonetaryTotal/cbc:PayableAmount") >= 0


_PEPPOL["DK-R-016 a credit note is not negative"] = _payable_not_negative
_OIOUBL["F-LIB016 what is due is not negative"] = _payable_not_negative


@_rule(_OIOUBL, "F-LIB001 to F-LIB004 version, customization and profile")
def _oioubl_profile(root: Element) -> bool:
    return (text(root, "cbc:UBLVersionID"), text(root, "cbc:CustomizationID"), text(root, "cbc:ProfileID")) == (
        "2.1",
        "OIOUBL-2.1",
        "urn:www.nesubl.eu:profiles:profile5:ver2.0",
    )


@_rule(
    _OIOUBL, "F-INV031, F-INV044, F-LIB179, F-LIB180 both have an endpoint: a GLN, or a CVR number with DK before it"
)
def _oioubl_endpoints(root: Element) -> bool:
    well_made: dict[str, Callable[[str], bool]] = {
        "GLN": stdnum.ean.is_valid,
        "DK:CVR": lambda value: len(value) == 10 and value.startswith("DK") and value[2:].isdigit(),
    }
    found = root.findall(".//cac:Party/cbc:EndpointID", NAMES)
    return len(found) == 2 and all(well_made[each.get("schemeID", "")](each.text or "") for each in found)


@_rule(_OIOUBL, "F-INV046, F-INV051 the customer has one contact, with an id")
def _contact(root: Element) -> bool:
    contacts = root.findall("cac:AccountingCustomerParty/cac:Party/cac:Contact", NAMES)
    return len(contacts) == 1 and bool(text(contacts[0], "cbc:ID"))


@_rule(_OIOUBL, "F-LIB187 a legal entity has a company number")
def _legal_entity(root: Element) -> bool:
    return all(text(each, "cbc:CompanyID") for each in root.findall(".//cac:PartyLegalEntity", NAMES))


@_rule(_OIOUBL, "F-LIB305 a payment slip has its number by its type, and a creditor of 8")
def _oioubl_slip(root: Element) -> bool:
    means = root.find("cac:PaymentMeans", NAMES)
    if means is None or text(means, "cbc:PaymentChannelCode") != "DK:FIK":
        return True
    digits = {"71": 15, "75": 16}.get(text(means, "cbc:PaymentID"))
    creditor = text(means, "cac:CreditAccount/cbc:AccountID")
    return len(text(means, "cbc:InstructionID")) == digits and len(creditor) == 8


@_rule(_OIOUBL, "F-INV138 every line tells its VAT")
def _line_tax(root: Element) -> bool:
    return all(line.find("cac:TaxTotal/cac:TaxSubtotal", NAMES) is not None for line in lines(root))


@_rule(_OIOUBL, "F-INV147 no quantity is zero")
def _quantities(root: Element) -> bool:
    return all(_quantity(line) for line in lines(root))


@_rule(_OIOUBL, "F-LIB309 a VAT category is StandardRated or ZeroRated, and each has one subtotal")
def _categories(root: Element) -> bool:
    found = [text(each, "cac:TaxCategory/cbc:ID") for each in root.findall("cac:TaxTotal/cac:TaxSubtotal", NAMES)]
    return set(found) <= {"StandardRated", "ZeroRated"} and len(found) == len(set(found))


@_rule(_OIOUBL, "F-LIB402 what VAT is reckoned of is the lines, with allowances and charges")
def _taxable(root: Element) -> bool:
    for subtotal in root.findall("cac:TaxTotal/cac:TaxSubtotal", NAMES):
        category = text(subtotal, "cac:TaxCategory/cbc:ID")
        expected = sum(
            (
                money(line, "cbc:LineExtensionAmount")
                for line in lines(root)
                if text(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID") == category
            ),
            Decimal(0),
        )
        for each in root.findall("cac:AllowanceCharge", NAMES):
            if text(each, "cac:TaxCategory/cbc:ID") == category:
                sign = 1 if text(each, "cbc:ChargeIndicator") == "true" else -1
                expected += sign * money(each, "cbc:Amount")
        if money(subtotal, "cbc:TaxableAmount") != expected:
            return False
    return True


@_rule(
    _OIOUBL, "F-INV126 to F-INV131 the totals: taxes are TaxExclusiveAmount, and prepaid amounts are told one by one"
)
def _totals(root: Element) -> bool:
    total = root.find("cac:LegalMonetaryTotal", NAMES)
    assert total is not None
    of_lines = sum(money(line, "cbc:LineExtensionAmount") for line in lines(root))
    prepaid = sum(Decimal(each.text or 0) for each in root.findall("cac:PrepaidPayment/cbc:PaidAmount", NAMES))
    with_vat = (
        of_lines
        + money(root, "cac:TaxTotal/cbc:TaxAmount")
        + money(total, "cbc:ChargeTotalAmount")
        - money(total, "cbc:AllowanceTotalAmount")
    )
    return (
        money(total, "cbc:LineExtensionAmount") == of_lines
        and money(total, "cbc:TaxExclusiveAmount") == money(root, "cac:TaxTotal/cbc:TaxAmount")
        and money(total, "cbc:TaxInclusiveAmount") == with_vat
        and money(total, "cbc:PrepaidAmount") == prepaid
        and money(total, "cbc:PayableAmount") == with_vat - prepaid
    )


@_rule(_OIOUBL, "F-CRN a credit note names the invoice")
def _credits(root: Element) -> bool:
    invoice = text(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID")
    return bool(invoice) or not _is_credit_note(root)

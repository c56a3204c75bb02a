"""XML elements, as the documents are put together of them. Pure.

An element without content is not there at all: neither format lets empty ones stand (PEPPOL-EN16931-R008).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from xml.etree.ElementTree import Element, indent, tostring

from forsyn.kernel.money import kr_text
from forsyn.kernel.periods import Period

_NAMESPACES = {
    "xmlns:cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "xmlns:cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_DOCUMENT = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"


def basic(name: str, value: str, **attributes: str) -> Element | None:
    """A cbc element with a value, or None without one."""
    if not value.strip():
        return None
    element = Element(f"cbc:{name}", attributes)
    element.text = value
    return element


def amount(name: str, oere: int) -> Element | None:
    """A cbc element with an amount of kroner."""
    return basic(name, kr_text(oere), currencyID="DKK")


def aggregate(name: str, *children: Element | None) -> Element | None:
    """A cac element of those children that are there, or None without any."""
    found = [child for child in children if child is not None]
    if not found:
        return None
    element = Element(f"cac:{name}")
    element.extend(found)
    return element


def document(name: str, *children: Element | None) -> bytes:
    """A whole document as UTF-8, the same bytes for the same children."""
    root = Element(name, {"xmlns": _DOCUMENT.format(name), **_NAMESPACES})
    root.extend([child for child in children if child is not None])
    indent(root)
    written: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'.encode()


def number(value: Decimal) -> str:
    """Without exponent or idle zeros, so that equal numbers are written alike."""
    plain = f"{value:f}" if value else "0"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def price(value: Decimal) -> Element | None:
    """What a unit costs, in kroner with two decimals or as many as it has (F-LIB263)."""
    plain = number(value)
    missing = 2 - len(plain.partition(".")[2])
    padded = f"{plain}{'' if '.' in plain else '.'}{'0' * missing}" if missing > 0 else plain
    return basic("PriceAmount", padded, currencyID="DKK")


def day(value: date | None) -> str:
    """ISO 8601, or nothing."""
    return value.isoformat() if value else ""


def last_day(period: Period) -> date:
    """UBL's periods end on their last day."""
    if period.until is None:
        raise ValueError("an invoice's period must have an end")
    return period.until - timedelta(days=1)


def invoice_period(period: Period | None) -> Element | None:
    """The days that are invoiced: BG-14 and BG-26."""
    if period is None:
        return None
    return aggregate("InvoicePeriod", basic("StartDate", day(period.first)), basic("EndDate", day(last_day(period))))

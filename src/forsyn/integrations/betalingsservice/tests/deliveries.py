"""Deliveries for tests: any that can be, and a few that are easy to follow."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from forsyn.integrations.betalingsservice.values import (
    Agreement,
    AgreementEvent,
    Collection,
    Delivery,
    Outcome,
    Payment,
    Section,
    SectionKind,
)

DUE = date(2026, 12, 1)
_LETTERS = "".join(chr(code) for code in range(0x20, 0x100) if not 0x7F <= code <= 0x9F)
CANCELLATIONS = [event for event in AgreementEvent if event not in (AgreementEvent.ACTIVE, AgreementEvent.SIGNED_UP)]


def digits(length: int) -> st.SearchStrategy[str]:
    return st.integers(0, 10**length - 1).map(lambda number: f"{number:0{length}d}")


def named(length: int) -> st.SearchStrategy[str]:
    """Digits that name something: not all zeros."""
    return st.integers(1, 10**length - 1).map(lambda number: f"{number:0{length}d}")


def texts(longest: int) -> st.SearchStrategy[str]:
    """What ISO 8859-1 can say, often as long as there is room; blanks at the end are not part of it."""
    short = st.text(_LETTERS, max_size=3).map(lambda text: text.rstrip(" "))
    return short | st.sampled_from(_LETTERS[1:]).map(lambda letter: letter * longest)


days = st.dates(date(1970, 1, 1), date(2069, 12, 31))
customers = st.integers(1, 10**15 - 1).map(str) | st.text("0AXÆØÅ", min_size=1, max_size=3)
amounts = st.integers(0, 10**10)


@st.composite
def collections(draw: st.DrawFn, kind: SectionKind) -> Collection:
    return Collection(
        customer_number=draw(customers),
        due_date=draw(st.dates(date(1, 1, 1), date(9999, 12, 31))),
        amount_oere=draw(amounts),
        name_lines=tuple(draw(st.lists(texts(35), min_size=1, max_size=3))),
        postal_code=draw(digits(4)),
        country_code=draw(st.sampled_from(["DK", "SE"])),
        agreement_number=draw(st.none() | named(9)),
        reference=draw(texts(30)),
        payment_id=draw(digits(15)) if kind is SectionKind.SLIPS_WITH_PAYMENT_ID else "",
        text_lines=tuple(draw(st.lists(texts(60), max_size=2))),
    )


@st.composite
def payments(draw: st.DrawFn, kind: SectionKind) -> Payment:
    slip = kind is SectionKind.SLIP_PAYMENTS
    outcome = draw(st.sampled_from([Outcome.PAID, Outcome.CHARGED_BACK] if slip else list(Outcome)))
    amount, sign = draw(amounts), draw(st.sampled_from([1, -1]))
    told: dict[str, Any] = {}
    if outcome is not Outcome.CANCELLED:
        told |= {"paid_date": draw(st.none() | days), "booked_date": draw(st.none() | days)}
        told |= {"paid_oere": draw(amounts) * (sign if amount else 1)}
    if slip:
        told |= {"slip_kind": draw(st.sampled_from(["", "71", "75"])), "fee_oere": draw(st.integers(-99999, 99999))}
        told |= {"archive_reference": draw(texts(22))}
    else:
        told |= {"agreement_number": draw(st.none() | named(9))}
    due, reference = draw(st.none() | days), draw(texts(9 if slip else 30))
    return Payment(outcome, draw(customers), due, amount * sign, reference, **told)


@st.composite
def agreements(draw: st.DrawFn, kind: SectionKind) -> Agreement:
    changed = [AgreementEvent.SIGNED_UP, *CANCELLATIONS]
    event = draw(st.sampled_from([AgreementEvent.ACTIVE] if kind is SectionKind.ACTIVE_AGREEMENTS else changed))
    return Agreement(event, draw(customers), draw(digits(9)), draw(st.none() | days), draw(st.none() | days))


OUT = [SectionKind.COLLECTIONS, SectionKind.SLIPS, SectionKind.SLIPS_WITH_PAYMENT_ID]
_ENTRIES = {
    SectionKind.AUTOMATIC_PAYMENTS: payments,
    SectionKind.SLIP_PAYMENTS: payments,
    SectionKind.ACTIVE_AGREEMENTS: agreements,
    SectionKind.CHANGED_AGREEMENTS: agreements,
}


def _different(entries: list[Any]) -> bool:
    keys = [(entry.customer_number, getattr(entry, "due_date", None)) for entry in entries]
    return not isinstance(entries[0] if entries else None, Collection) or len(keys) == len(set(keys))


@st.composite
def sections(draw: st.DrawFn, kinds: list[SectionKind]) -> Section[Any]:
    kind = draw(st.sampled_from(kinds))
    entry = _ENTRIES.get(kind, collections)(kind)
    told: dict[str, Any] = {"created_date": draw(st.none() | days), "supplier_reference": draw(texts(15))}
    if kind in OUT:
        told |= {"registration_number": draw(st.just("") | named(4)), "account_number": draw(st.just("") | named(10))}
        told |= {"heading": draw(texts(60))}
    entries = draw(st.lists(entry, max_size=3).filter(_different))
    return Section(kind, draw(digits(8)), draw(digits(5)), tuple(entries), **told)


@st.composite
def deliveries(draw: st.DrawFn, kinds: list[SectionKind]) -> Delivery[Any]:
    held = draw(st.lists(sections(kinds), max_size=2))
    return Delivery(draw(digits(8)), draw(texts(3)), draw(digits(10)), draw(st.none() | days), tuple(held))


def delivery(*held: Section[Any]) -> Delivery[Any]:
    return Delivery("12345674", "BS1", "0000000042", date(2026, 11, 21), held)


def section(kind: SectionKind, *entries: Any, **told: Any) -> Section[Any]:
    return Section(kind, "01234567", "00001", entries, **told)


def collection(customer: str = "5001", **told: Any) -> Collection:
    facts: dict[str, Any] = {
        "due_date": DUE,
        "amount_oere": 123_450,
        "name_lines": ("Åse Øllegård Prøve", "Æblevej 7, 2. tv."),
        "postal_code": "9990",
        "agreement_number": "000012345",
        "reference": "REGNING 2026-17",
        "text_lines": ("Varme, aconto 4. kvartal 2026", "  heraf moms 246,90 kr."),
    }
    return Collection(customer, **facts | told)


def payment(customer: str = "5001", outcome: Outcome = Outcome.PAID, **told: Any) -> Payment:
    facts: dict[str, Any] = {"agreement_number": "000012345", "paid_date": DUE, "booked_date": DUE}
    facts |= {"paid_oere": 123_450, "reference": "REGNING 2026-17"}
    return Payment(outcome, customer, DUE, 123_450, **facts | told)


def agreement(event: AgreementEvent = AgreementEvent.SIGNED_UP, **told: Any) -> Agreement:
    facts: dict[str, Any] = {"agreement_number": "000012345", "from_date": DUE}
    return Agreement(event, "5001", **facts | told)

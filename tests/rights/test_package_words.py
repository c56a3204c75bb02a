"""Codes of the program are words in a person's copy."""

from __future__ import annotations

import pytest

from forsyn.domain.billing.models import BillKind, BillState, Channel, ExpectedFrom
from forsyn.domain.billing.run_rules import Remark
from forsyn.domain.correspondence.models import NoteKind
from forsyn.domain.ledger.models import VatCode, VoucherKind
from forsyn.domain.payments.models import CollectionState, MandateEnd, PayoutState, ReceiptState, Route
from forsyn.domain.payments.models import Way as ToldBy
from forsyn.domain.rights.rules import Intake, OnBehalf, State, StepKind, Way
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.components import Factor
from forsyn.policy.dossier import Column, Form
from forsyn.policy.dossier_words import words
from forsyn.policy.items import Text
from forsyn.policy.vocabulary import Language
from forsyn.workflows.access_tables import Say
from forsyn.workflows.declarations import current_policy


@pytest.mark.parametrize("codes", [NoteKind, AccessKind, Aspect, Intake, OnBehalf, State, StepKind, Way])
def test_every_code_that_a_copy_can_hold_has_words(codes: type) -> None:
    assert [str(code) for code in codes if str(code) not in words().values] == []  # type: ignore[attr-defined]


OF_MONEY = {
    "kind": (BillKind, VoucherKind),
    "state": (BillState, ReceiptState, CollectionState, PayoutState),
    "channel": (Channel,),
    "way": (ToldBy,),
    "quality": (Quality,),
    "factor": (Factor,),
    "expected_from": (ExpectedFrom,),
    "route": (Route,),
    "ended_by": (MandateEnd,),
    "vat_code": (VatCode,),
    "remarks": (Remark,),
}
"""Columns of bills, the books and payments, and the codes in them."""


@pytest.mark.parametrize("name", OF_MONEY)
def test_what_a_copy_tells_of_bills_and_payments_is_in_words(name: str) -> None:
    known = words().values
    say = Say(current_policy(), Language.DANISH)
    codes = [str(code) for enumeration in OF_MONEY[name] for code in enumeration if str(code)]  # type: ignore[attr-defined]
    assert [code for code in codes if code not in known] == []
    assert [say.reading(column(name), code) for code in codes] == [known[code].da for code in codes]


def column(name: str, type_: str = "text") -> Column:
    return Column(name, Text(name, name), type_, Form.PLAIN)


@pytest.mark.parametrize(("name", "value"), [
    ("basis", '{"agreement":"A-1"}'), ("calculation", '{"lines":[]}'), ("reasons", [{"code": "needs_staff"}]),
])  # fmt: skip
def test_what_programs_read_of_a_bill_is_not_in_the_text(name: str, value: object) -> None:
    assert Say(current_policy(), Language.DANISH).reading(column(name), value) == "står i data.json"

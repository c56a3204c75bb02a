"""Codes of the program are words in a person's copy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forsyn.domain.billing.basis_rules import NotReadyCode
from forsyn.domain.billing.models import BillKind, BillState, Channel, ExpectedFrom, RunState
from forsyn.domain.billing.run_rules import Remark, StopCode
from forsyn.domain.correspondence.models import NoteKind
from forsyn.domain.ledger.chart import CHART
from forsyn.domain.ledger.models import VatCode, VoucherKind
from forsyn.domain.payments.models import CollectionState, MandateEnd, PayoutState, ReceiptState, Route
from forsyn.domain.payments.models import Way as ToldBy
from forsyn.domain.payments.rules import Aside
from forsyn.domain.rights.rules import Intake, OnBehalf, State, StepKind, Way
from forsyn.domain.safeguards.log_models import AccessKind, Aspect
from forsyn.kernel.charges.basis import Quality
from forsyn.kernel.charges.components import Factor
from forsyn.kernel.charges.reasons import ReasonCode
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
    "state": (BillState, RunState, ReceiptState, CollectionState, PayoutState),
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


OF_BILLS = list(ReasonCode)[: list(ReasonCode).index(ReasonCode.NO_COMPONENTS)]
"""What comes after these is wrong with a tariff."""
STOPS = (*StopCode, *(code.key for code in (*NotReadyCode, *OF_BILLS)))
OF_ONE_COLUMN = {
    ("payments_receipt", "reason"): [str(code) for code in Aside],
    ("billing_bill", "reasons"): [str(code) for code in STOPS],
    ("billing_bill", "posting_accounts"): [key for _, key, *_ in CHART],
}
"""Codes that only one column has."""


@pytest.mark.parametrize(("table", "name"), OF_ONE_COLUMN)
@pytest.mark.parametrize("language", Language)
def test_a_column_with_codes_of_its_own_has_words_for_each(table: str, name: str, language: Language) -> None:
    codes = words().tables[table].codes[name]
    assert set(codes) == set(OF_ONE_COLUMN[table, name])
    say = Say(current_policy(), language)
    told = replace(column(name), codes=codes)
    assert [say.reading(told, code) for code in codes] == [text.in_(language) for text in codes.values()]


def test_the_accounts_of_a_bill_are_called_as_in_the_books() -> None:
    codes = words().tables["billing_bill"].codes["posting_accounts"]
    assert codes == {key: Text(da, en) for _, key, da, en, *_ in CHART}


def test_why_a_bill_was_stopped_is_said_once_in_words() -> None:
    told = replace(column("reasons", "jsonb"), codes=words().tables["billing_bill"].codes["reasons"])
    found = [
        {"code": "missing_consumption", "from": "2025-01-01"},
        {"code": "missing_consumption"},
        {"code": "no_terms"},
    ]
    assert Say(current_policy(), Language.DANISH).reading(told, found) == (
        "der mangler forbrug; aftalen har ingen takst"
    )


@pytest.mark.parametrize(("name", "value"), [
    ("basis", '{"agreement":"A-1"}'), ("calculation", '{"lines":[]}'),
])  # fmt: skip
def test_what_programs_read_of_a_bill_is_not_in_the_text(name: str, value: object) -> None:
    assert Say(current_policy(), Language.DANISH).reading(column(name), value) == "står i data.json"

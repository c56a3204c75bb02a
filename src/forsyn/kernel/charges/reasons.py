"""Why a bill cannot be made, or a tariff cannot be: each reason with its values, and one English sentence.

Interfaces say them in Danish from the code and the values; operators read the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import unique

from forsyn.kernel.charges.worded import Worded


@unique
class ReasonCode(Worded):
    """What is wrong; its text has the places that a Reason fills."""

    EMPTY_PERIOD = "the period from {first} to {until} has no days: it must end after it begins"
    ABSURD_PERIOD = "the period from {first} to {until} cannot be right: correct its dates"
    BEFORE_AGREEMENT = "the period begins {first}, before the agreement does on {value}"
    MISSING_PRICE = "{component} has no price from {first} to {until}: add a dated price to the tariff"
    MISSING_SIZE_PRICE = (
        "{component} has no price for meter size {value} from {first} to {until}: add one to the tariff"
    )
    MISSING_FACTOR = "{component} needs {value} from {first} to {until}: register it"
    OVERLAPPING_FACTORS = "{value} is given twice from {first} to {until}: keep one"
    WRONG_FACTOR = "{value} from {first} to {until} is no size: register the right one"
    MISSING_CONSUMPTION = "consumption in {value} is missing from {first} to {until}: read or estimate it"
    OVERLAPPING_CONSUMPTION = "consumption in {value} is given twice from {first} to {until}: keep one"
    NEGATIVE_CONSUMPTION = "consumption from {first} to {until} is negative ({value}): correct the readings"
    ABSURD_CONSUMPTION = "consumption from {first} to {until} is more than any meter counts ({value}): correct it"
    ABSURD_AMOUNT = "{component} comes to {value} kr, more than any bill can: correct the price, size or readings"
    EMPTY_SPAN = "consumption in {value} from {first} to {until} has no days: it must end after it begins"
    CONSUMPTION_OUTSIDE = (
        "consumption in {value} from {first} to {until} lies outside what this bill needs: leave it out"
    )
    CONSUMPTION_ACROSS_START = (
        "consumption in {value} from {first} to {until} goes across the first day of the bill: cut it there by reading"
    )
    NOT_MEASURED_AT_CHANGE = (
        "{component} changes on {value} and is split by measured consumption: the consumption from {first} to "
        "{until} goes across that day, so a reading of {value} is needed"
    )
    MISSING_TEMPERATURES = "{component} needs the mean flow and return temperature from {first} to {until}: add them"
    TEMPERATURES_TWICE = "mean temperatures from {first} to {until} are given twice: keep one"
    WRONG_TEMPERATURES = "mean temperatures from {first} to {until} cannot be right ({value}): correct them"
    FLOW_OUTSIDE_TABLE = "{component} has no expected return for a flow of {value} °C: the tariff's table ends before"
    MISSING_BILLED_BEFORE = (
        "{component} counts from {first}: say what was billed of it from then to {until} (0 where nothing was)"
    )
    BILLED_BEFORE_UNKNOWN = "{component} counts nothing from {first} in this bill: leave out what was billed before"
    BILLED_BEFORE_TWICE = "what was billed before of {component} ({value}) from {first} is given twice: keep one"
    UNKNOWN_FEE = "{component} is no fee of the tariff: choose one that is"
    FEE_OUTSIDE_PERIOD = "{component} of {first} lies outside the bill's period: move it to the bill of its day"
    WRONG_FEE_COUNT = "{component} of {first} is charged {value} times: give a positive number"
    WRONG_VAT_PERCENT = "{value} % is no rate of VAT: give one from 0 to 100"
    WRONG_ON_ACCOUNT = "{value} øre billed on account cannot be right: give what was billed, without a sign"
    COMMODITY_DIFFERS = "the tariff is not for {value}: choose the agreement's tariff"
    # Of tariffs.
    NO_COMPONENTS = "the tariff has no components: add one"
    KEY_TWICE = "{component} is there twice: each component needs a key of its own"
    EMPTY_KEY = "a component has no {value}: name it"
    NO_PRICES = "{component} has no {value}: add one with its first day"
    EMPTY_DATES = "{component} has a {value} from {first} to {until}: it must end after it begins"
    PRICES_OVERLAP = "{component} has two {value}s on {first}: let one end where the next begins"
    WRONG_PRICE = "{component} has the price {value}: give kr without VAT with at most 6 decimals"
    NEGATIVE_PRICE = "{component} has the price {value}: it cannot be below zero"
    SIZE_NOT_CLEAR = (
        "{component} has the meter size {value} at a price: only a charge by meter size has one, above zero"
    )
    WRONG_UNIT = "{component} is charged by {value}: choose kWh, MWh, GJ or m3"
    STEPS_NOT_RISING = "{component} has steps that do not begin at 0 and rise: put them in order"
    STEP_NOT_CLEAR = "{component} has a step above {value} with both or neither of a share and prices: give one"
    WRONG_SHARE = "{component} has a step of {value}: give a share from 0 up"
    WRONG_PERCENT = "{component} has {value} %: give a percentage from 0 to 100"
    WRONG_ZONE = "{component} has a zone or limit of {value}: it cannot be below zero"
    NO_EXPECTATION_ROWS = (
        "{component} has a table or expectation that is empty, no number, or whose flows do not rise: put it in order"
    )
    DISCOUNTED_AWAY = "{component} is discounted by {value} % from {first}: all discounts of a charge are at most 100 %"
    OF_UNKNOWN = "{component} is reckoned of {value}, which the tariff lacks or which cannot carry it: name another"
    OF_TWICE = "{component} is reckoned of {value} twice: name it once"
    OF_NOTHING = "{component} is reckoned of nothing: name the components"
    OF_OTHER_VAT = "{component} has another VAT code than {value}, of which it is reckoned: use the same"
    WRONG_YEAR_START = "{value} is no day that every year has: choose the first day of the tariff's year"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way, with the component, the half-open dates and the value that it is about."""

    code: ReasonCode
    component: str = ""
    first: date | None = None
    until: date | None = None
    value: str = ""

    @property
    def sentence(self) -> str:
        """In English, for operators."""
        text = self.code.value.format(component=self.component, first=self.first, until=self.until, value=self.value)
        return f"{text[0].upper()}{text[1:]}."


class _Refusal(Exception):
    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(dict.fromkeys(reasons))
        super().__init__(" ".join(reason.sentence for reason in self.reasons))


class ImpossibleTariff(_Refusal):
    """A tariff that contradicts itself; `reasons` names everything that is wrong with it."""


class CannotBill(_Refusal):
    """A basis that gives no bill; `reasons` names everything that is missing or wrong. Nothing is billed as zero."""

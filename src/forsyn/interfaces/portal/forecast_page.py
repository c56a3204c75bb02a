"""What the year that is paid on account may come to, in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from forsyn.domain.customers.queries import AgreementView
from forsyn.interfaces.portal import wording
from forsyn.interfaces.portal.amounts import MEASURES, Level
from forsyn.interfaces.portal.consents_page import reading_language
from forsyn.interfaces.portal.instalments_page import METERED_AS
from forsyn.kernel.money import round_half_up
from forsyn.workflows.bill_numbers import money_text
from forsyn.workflows.own_forecast import Forecast

ABOUT_OERE = 100_00
"""A guess is told in whole hundreds of kroner."""


@dataclass(frozen=True, slots=True)
class ForecastWords:
    """The forecast in words: a guess."""

    used: str
    whole: str
    cost: str
    on_account: str
    result: str


def forecast_words(found: Forecast, agreement: AgreementView) -> ForecastWords:
    """What the year may come to."""
    language = reading_language()
    scale = MEASURES[METERED_AS.get(agreement.commodity, agreement.commodity)].scales[Level.YEARS]
    result = money_text(round_half_up(Decimal(abs(found.to_pay_oere)) / ABOUT_OERE) * ABOUT_OERE, language)
    more, back = _("Du skal betale omkring %(amount)s mere."), _("Du får omkring %(amount)s tilbage.")
    said = more if found.to_pay_oere > 0 else back
    return ForecastWords(
        used=_("%(amount)s indtil den %(day)s")
        % {"amount": scale.text(found.used), "day": wording.long_date(found.known_until)},
        whole=scale.text(found.amount),
        cost=money_text(found.gross_oere, language),
        on_account=money_text(found.on_account_oere, language),
        result=said % {"amount": result},
    )

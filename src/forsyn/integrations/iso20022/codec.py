"""The room's pure half: `BankReading` reads camt.053 and camt.054, `write_credit_transfers` writes pain.001."""

from forsyn.integrations.iso20022.credit_transfers import (
    CreditTransfer,
    NemKonto,
    PayeeNumber,
    Payer,
    UnpayableOrder,
    write_credit_transfers,
)
from forsyn.integrations.iso20022.statements import BankReading

__all__ = [
    "BankReading",
    "CreditTransfer",
    "NemKonto",
    "PayeeNumber",
    "Payer",
    "UnpayableOrder",
    "write_credit_transfers",
]

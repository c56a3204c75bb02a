"""Requests of persons under Art. 12–22: what was asked, by whom, until when, and what came of it.

What one row cannot say (which state follows which, what never changes) stands in triggers: migration 0002.
"""

from forsyn.domain.rights.handling_models import IdentityCheck, RequestDocument, RequestPlan, Withheld
from forsyn.domain.rights.request_models import OPEN, Request, RequestCustomer, RequestStep

__all__ = [
    "OPEN",
    "IdentityCheck",
    "Request",
    "RequestCustomer",
    "RequestDocument",
    "RequestPlan",
    "RequestStep",
    "Withheld",
]

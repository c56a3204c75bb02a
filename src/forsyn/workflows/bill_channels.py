"""By which way a bill goes to its customer, and what the mail about it says. Nothing is read or written here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from forsyn.domain.billing.run_models import Channel
from forsyn.policy.policy import Policy
from forsyn.policy.vocabulary import Language
from forsyn.workflows.recipient_letters import Words


@dataclass(frozen=True, slots=True)
class Reach:
    """How a customer can be reached: an e-invoice address, a yes to Digital Post with a CPR number, an e-mail."""

    wants_e_invoices: bool = False
    digital_post: bool = False
    email: str = ""


def channel_of(reach: Reach, *, refused: Collection[Channel] = ()) -> Channel:
    """The one way for a bill, but for those that were tried in vain: paper reaches everybody.

    Whoever asked for e-invoices gets them (public customers must); then what the person said yes to; then e-mail.
    """
    ways = (
        (Channel.E_INVOICE, reach.wants_e_invoices),
        (Channel.DIGITAL_POST, reach.digital_post),
        (Channel.EMAIL, bool(reach.email)),
    )
    return next((way for way, open_ in ways if open_ and way not in refused), Channel.PRINT)


def mail_about(policy: Policy, *, name: str, bills: int, bills_url: str, language: Language) -> Words:
    """What an e-mail says: that there is a bill, and where. Nothing of the bill itself: mails are read by others."""
    contact = policy.controller.contact
    utility = contact.name.in_(language)
    if language is Language.ENGLISH:
        what = "a new bill" if bills == 1 else f"{bills} new bills"
        return Words(
            f"You have {what} from {utility}",
            f"Dear {name}\n\nYou have {what} from {utility}. Sign in to see what you pay or get back, and how it "
            f"was worked out:\n\n{bills_url}\n\nWe never ask for a password or a card number by e-mail.\n\n"
            f"Do you have a question? Write to {contact.email} or call {contact.phone}.\n\nKind regards\n{utility}\n",
        )
    what = "en ny regning" if bills == 1 else f"{bills} nye regninger"
    return Words(
        f"Du har fået {what} fra {utility}",
        f"Kære {name}\n\nDu har fået {what} fra {utility}. Log ind for at se, hvad du skal betale eller får "
        f"tilbage, og hvordan vi har regnet:\n\n{bills_url}\n\nVi beder aldrig om adgangskode eller kortnummer "
        f"i en mail.\n\nHar du spørgsmål, så skriv til {contact.email} eller ring på {contact.phone}.\n\n"
        f"Venlig hilsen\n{utility}\n",
    )

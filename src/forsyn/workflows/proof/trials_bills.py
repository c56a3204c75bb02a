"""Trials of bills that left: all of them by the door."""

from __future__ import annotations

from forsyn.workflows.proof.bench import Bench, Finding, spoken
from forsyn.workflows.proof.trial import invariant

SENT = "select count(*) from billing_dispatch where channel <> 'betalingsservice'"
PAST_THE_DOOR = """
    select count(*) from billing_dispatch as sent join billing_bill as bill on bill.id = sent.bill_id
     where sent.channel <> 'betalingsservice'
       and not exists (select from safeguards_disclosure_person as about
                        where about.disclosure_id = sent.disclosure_id and about.part = 'about'
                          and about.customer_id = bill.customer_id)
"""


@invariant(
    "SF-17",
    da="Hver regning, der er sendt, står i fortegnelsen over videregivelser med den kunde, den er til.",
    en="Each bill that was sent is on the record of disclosures with the customer that it is to.",
)
def every_bill_left_by_the_door(bench: Bench) -> Finding:
    """All dispatches, beside whom the door has on record."""
    wrong, tried = bench.count(PAST_THE_DOOR), bench.count(SENT)
    return Finding(spoken(PAST_THE_DOOR, bench.reader), tried, wrong, ("billing_dispatch",) if wrong else ())


TRIALS = (every_bill_left_by_the_door,)

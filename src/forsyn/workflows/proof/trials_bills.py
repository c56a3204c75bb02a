"""Trials of bills: each has one sender, and those that left did so by the door."""

from __future__ import annotations

from dataclasses import replace

from forsyn.policy.consistency import supply
from forsyn.workflows.proof.attempts import none_of
from forsyn.workflows.proof.bench import Bench, Finding, spoken
from forsyn.workflows.proof.trial import control, invariant

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


@control(
    "SF-02",
    da="En politik, hvor to selskaber leverer det samme, bliver afvist: hver regning har én afsender.",
    en="A policy in which two companies supply the same is refused: each bill has one sender.",
)
def two_senders_are_refused(bench: Bench) -> Finding:
    """Each company in turn supplies what another one does."""
    companies = bench.policy.group_companies
    accepted = []
    for company in companies:
        taken = tuple(one for other in companies if other is not company for one in other.supplies)
        greedy = tuple(replace(one, supplies=taken) if one is company else one for one in companies)
        if not any(supply(replace(bench.policy, group_companies=greedy))):
            accepted.append(company.key)
    return none_of("forsyn.policy.consistency.supply", accepted, tried=len(companies))


BILLED = "select distinct commodity from billing_run"


@invariant(
    "SF-02",
    da="Hver forsyningsart, der er skrevet regninger for, har et selskab i koncernen som afsender.",
    en="Each commodity that bills were written for has a company of the group as its sender.",
)
def every_commodity_has_its_sender(bench: Bench) -> Finding:
    """The commodities of all runs, beside what the companies of the policy supply."""
    companies = bench.policy.group_companies
    supplied = {commodity.value for company in companies for commodity in company.supplies}
    billed = [str(commodity) for (commodity,) in bench.rows(BILLED)]
    missing = [commodity for commodity in billed if companies and commodity not in supplied]
    return none_of(spoken(BILLED, bench.reader), missing, tried=len(billed))


TRIALS = (every_bill_left_by_the_door, two_senders_are_refused, every_commodity_has_its_sender)

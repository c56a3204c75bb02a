"""When a customer is done with: the last agreement has ended, and everything is paid."""

from forsyn.domain.customers.privacy import LAST_AGREEMENT

_SETTLED = f"""
    select ended.person,
           case when exists (select from public.ledger_open_item as item where item.customer_id = ended.person)
                then 'infinity'
                else greatest(ended.day, (select max(voucher.posting_date) from public.ledger_voucher as voucher
                                           where voucher.customer_id = ended.person)) end as day
      from ({LAST_AGREEMENT}) as ended
"""  # noqa: S608 - both texts are ours

PERSON_EVENTS = {("customers_customer", "final_settlement_year_end"): _SETTLED}
"""Instead of the customers' own, who know of no money."""

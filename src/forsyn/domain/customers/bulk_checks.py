# ruff: noqa: S608 - the statements are put together from this file's own constants
"""SQL that finds what many registrations cannot be merged for: each statement adds rows to the table of problems.

A problem is (line, part, field, value, what, mend). ``staged`` holds the registrations, see registrations.COLUMNS.
"""

from __future__ import annotations

from collections.abc import Iterator

_PROBLEM = "insert into staged_problem (line, part, field, value, what, mend) "

_ADDRESS = "concat_ws(' ', street, house_number, nullif(floor, ''), nullif(door, ''), postal_code)"
SAME_WITHIN = {
    "customer_number": ("kind", "name", "birth_date", "cvr", "language", "email", "mobile", "landline", "work_phone"),
    "supply_point_number": (_ADDRESS, "housing_kind", "property_number", "bfe_number", "dar_address_id"),
    "dar_address_id": (_ADDRESS,),
    "installation_number": ("supply_point_number", "commodity", "installed_until"),
    "agreement_number": ("supply_point_number", "commodity", "relation", "agreement_from", "agreement_until"),
}
"""Key -> what all rows with it must agree on."""

_AGREEMENTS = """
    select distinct on (agreement_key) agreement_key, line, part, supply_point_number, commodity, agreement_number,
           agreement_from, agreement_until, daterange(agreement_from, agreement_until) as period
      from staged where agreement_from is not null order by agreement_key, line, part
"""


def statements() -> Iterator[str]:
    """Every check, in the order in which problems are told. Parameters: %(today)s."""
    for key, fields in SAME_WITHIN.items():
        for field in fields:
            yield _differs_within(key, field)
    yield _SAME_ROW
    yield _HIDDEN
    yield _OVERLAP_WITHIN
    yield _OVERLAP_WITH_REGISTER
    yield from _differs_from_register()
    yield _NAME_LATER
    yield _CONTACT_LATER


def _differs_within(key: str, field: str) -> str:
    shown = "street" if field == _ADDRESS else field
    return f"""{_PROBLEM}
        select s.line, s.part, '{shown}', {field}::text,
               format('%%s %%s has different values in lines %%s and %%s', '{key}', s.{key}, d.first, d.last),
               'let all its rows say the same'
          from staged s join (
                select {key}, min(line) as first, max(line) as last from staged
                 where {key} is not null and {field} is not null
                 group by {key} having count(distinct {field}) > 1) d using ({key})
         where {field} is not null"""


_SAME_ROW = f"""{_PROBLEM}
    select line, part, 'customer_number', customer_number, format('says the same as line %%s', first),
           'remove one of them'
      from (select line, part, customer_number, first_value(line) over w as first, row_number() over w as place
              from staged
            window w as (partition by customer_number, installation_number, agreement_key, meter_number,
                                      mounted_from order by line, part)) r
     where place > 1 and customer_number is not null"""

_HIDDEN = f"""{_PROBLEM}
    select min(line), min(part), 'customer_number', customer_number,
           'the data of this customer are restricted (Art. 18): they are kept, and not worked with',
           'leave the customer out until the data protection officer has lifted the restriction'
      from staged
      join customers_hidden_numbers((select array_agg(distinct customer_number) from staged)) as hidden (number)
        on hidden.number = customer_number
     group by customer_number"""
"""What a restriction hides from the import would otherwise be made a second time."""

_OVERLAP_WITHIN = f"""with agreement as materialized ({_AGREEMENTS})
    {_PROBLEM}
    select b.line, b.part, 'agreement_from', b.agreement_from::text,
           format('the agreement overlaps that of line %%s (%%s) for %%s at %%s',
                  a.line, to_char(a.agreement_from, 'YYYY-MM-DD')
                  || coalesce(' to ' || to_char(a.agreement_until, 'YYYY-MM-DD'), ' on'),
                  b.commodity, b.supply_point_number),
           'end the earlier one first, or correct the dates'
      from agreement a join agreement b using (supply_point_number, commodity)
     where a.agreement_key <> b.agreement_key and a.period && b.period
       and (a.agreement_from, a.agreement_key) < (b.agreement_from, b.agreement_key)"""

_OVERLAP_WITH_REGISTER = f"""with agreement as materialized ({_AGREEMENTS})
    {_PROBLEM}
    select a.line, a.part, 'agreement_from', a.agreement_from::text,
           format('agreement %%s (%%s) holds there already', r.number,
                  to_char(lower(r.period), 'YYYY-MM-DD')
                  || coalesce(' to ' || to_char(upper(r.period), 'YYYY-MM-DD'), ' on')),
           'end that one first, or correct the dates'
      from agreement a
      join customers_supply_point p on p.number = a.supply_point_number
      join customers_agreement r on r.supply_point_id = p.id and r.commodity = a.commodity and r.period && a.period
     where not exists (select from agreement m where m.agreement_number = r.number)
       and not (a.agreement_number is null and lower(r.period) = a.agreement_from)"""


def _differs_from_register() -> Iterator[str]:
    """Facts without a history of their own are never overwritten by a file."""
    customer = "join customers_customer r on r.number = s.customer_number"
    for field in ("kind", "birth_date", "cvr"):
        yield _unlike(field, f"r.{field}", customer)
    place = "join customers_supply_point r on r.number = s.supply_point_number"
    for field in ("housing_kind", "property_number", "bfe_number"):
        yield _unlike(field, f"nullif(r.{field}::text, '')", place)
    there = "concat_ws(' ', a.street, a.house_number, nullif(a.floor, ''), nullif(a.door, ''), a.postal_code)"
    given = "concat_ws(' ', s.street, s.house_number, nullif(s.floor, ''), nullif(s.door, ''), s.postal_code)"
    address = (
        f"{place} join customers_address a on a.id = r.address_id and (a.dar_address_id = s.dar_address_id) is not true"
    )
    yield _unlike("street", there, address, given)
    by_key = """join customers_address r
        using (postal_code, street, house_number, floor, door)"""
    yield _unlike("dar_address_id", "r.dar_address_id", by_key)
    installation = "join customers_installation r on r.number = s.installation_number"
    yield _unlike("commodity", "r.commodity", installation)
    yield _unlike("installed_until", "upper(r.period)", installation)
    yield _unlike(
        "supply_point_number",
        "p.number",
        f"{installation} join customers_supply_point p on p.id = r.supply_point_id",
    )
    agreement = "join customers_agreement r on r.number = s.agreement_number"
    yield _unlike("commodity", "r.commodity", agreement)
    yield _unlike("relation", "r.relation", agreement)
    yield _unlike("agreement_from", "lower(r.period)", agreement)
    unnumbered = """join customers_supply_point p on p.number = s.supply_point_number
        join customers_agreement r on r.supply_point_id = p.id and r.commodity = s.commodity
                                  and s.agreement_number is null and lower(r.period) = s.agreement_from"""
    yield _unlike("relation", "r.relation", unnumbered)
    yield _unlike("agreement_until", "upper(r.period)", unnumbered)
    yield _unlike("agreement_until", "upper(r.period)", agreement)
    yield _unlike(
        "supply_point_number", "p.number", f"{agreement} join customers_supply_point p on p.id = r.supply_point_id"
    )


def _unlike(field: str, stored: str, join: str, given: str = "") -> str:
    given = given or f"s.{field}"
    return f"""{_PROBLEM}
        select distinct s.line, s.part, '{field}', ({given})::text, format('is %%s in the register', ({stored})::text),
               'correct the file, or change it in the register first'
          from staged s {join}
         where ({stored})::text <> ({given})::text"""


_NAME_LATER = f"""{_PROBLEM}
    select distinct s.line, s.part, 'name', s.name, format('another name holds from %%s', lower(r.period)),
           'import on that day or later'
      from staged s join customers_customer c on c.number = s.customer_number
      join customers_customer_name r on r.customer_id = c.id
     where s.name is not null and lower(r.period) > %(today)s
       and not exists (select from customers_customer_name n where n.customer_id = c.id and n.name = s.name)"""

_CONTACT_LATER = f"""{_PROBLEM}
    select distinct s.line, s.part, v.kind, v.value, format('another value holds from %%s', lower(r.period)),
           'import on that day or later'
      from staged s join customers_customer c on c.number = s.customer_number
     cross join lateral (values ('email', s.email), ('mobile', s.mobile), ('landline', s.landline),
                                ('work_phone', s.work_phone)) v (kind, value)
      join customers_contact_point r on r.customer_id = c.id and r.kind = v.kind
     where v.value is not null and lower(r.period) > %(today)s
       and not exists (select from customers_contact_point n
                        where n.customer_id = c.id and n.kind = v.kind and n.value = v.value)"""

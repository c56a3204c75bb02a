# ruff: noqa: S608 - the statements are put together from this file's own constants
"""SQL that merges many registrations into the register: new rows in, changed facts as history, the rest untouched.

Each statement is named after what it counts. Parameters: %(today)s, %(now)s, %(source)s. Run in order.

A name or contact that the customer once had and left is not brought back by a file: an old file imported again
would else undo what the customer has changed since.
"""

from __future__ import annotations

# Who comes first of several rows about the same thing: the earliest line that says something.
_FIRST = "(array_agg({field} order by line, part) filter (where {field} is not null))[1] as {field}"


def _first(*fields: str) -> str:
    return ", ".join(_FIRST.format(field=field) for field in fields)


_PREPARE = [
    f"""create temp table staged_customer on commit drop as
        select customer_number, {_first("kind", "name", "name_sort", "name_search", "birth_date", "cvr", "language",
                                        "email", "mobile", "landline", "work_phone")},
               least(coalesce(min(agreement_from), %(today)s), %(today)s) as since
          from staged where customer_number is not null group by customer_number""",
    """create temp table staged_contact on commit drop as
        select s.customer_number, v.kind, v.value, s.since
          from staged_customer s
         cross join lateral (values ('email', s.email), ('mobile', s.mobile), ('landline', s.landline),
                                    ('work_phone', s.work_phone)) v (kind, value)
         where v.value is not null""",
    f"""create temp table staged_point on commit drop as
        select supply_point_number, {_first("street", "house_number", "floor", "door", "postal_code", "city",
                                            "municipality_code", "dar_address_id", "dar_access_address_id",
                                            "address_sort", "address_search", "housing_kind", "property_number",
                                            "bfe_number")}
          from staged where supply_point_number is not null group by supply_point_number""",
    f"""create temp table staged_installation on commit drop as
        select installation_number, {_first("supply_point_number", "commodity", "installed_until")},
               min(installed_from) as installed_from
          from staged where installation_number is not null group by installation_number""",
    f"""create temp table staged_agreement on commit drop as
        select agreement_key, {_first("agreement_number", "supply_point_number", "commodity", "relation",
                                      "agreement_from", "agreement_until")}, null::bigint as id
          from staged where agreement_key is not null group by agreement_key""",
    "analyze staged_customer", "analyze staged_contact", "analyze staged_point", "analyze staged_installation",
    "analyze staged_agreement",
]  # fmt: skip
PREPARE: tuple[str, ...] = tuple(_PREPARE)
"""One row a thing, from one row a customer and installation."""

_CUSTOMERS = {
    "customers locked": """select c.id from customers_customer c join staged_customer s on s.customer_number = c.number
        order by c.id for update of c""",
    "customers completed": """update customers_customer c
          set birth_date = coalesce(c.birth_date, s.birth_date), cvr = coalesce(c.cvr, s.cvr)
         from staged_customer s
        where s.customer_number = c.number
          and (c.birth_date is null and s.birth_date is not null or c.cvr is null and s.cvr is not null)""",
    "customers": """insert into customers_customer (number, kind, birth_date, cvr, language, source, recorded_at)
        select customer_number, coalesce(kind, case when cvr is null then 'person' else 'company' end), birth_date,
               cvr, coalesce(language, 'da'), %(source)s, %(now)s
          from staged_customer order by customer_number
        on conflict (number) do nothing""",
}


def _versioned(table: str, staged: str, value: str, match: str, columns: str, given: str) -> dict[str, str]:
    """Close what ends today, drop what began today and is replaced, put in what is new."""
    changed = f"""select c.id as customer_id, c.recorded_at = %(now)s as is_new, s.*
           from {staged} s join customers_customer c on c.number = s.customer_number
          where s.{value} is not null
            and not exists (select from {table} r where r.customer_id = c.id and {match} and r.{value} = s.{value})"""
    what = {"customers_customer_name": "names", "customers_contact_point": "contact points"}[table]
    return {
        f"{what} to change": f"create temp table changed_{what.replace(' ', '_')} on commit drop as {changed}",
        f"{what} replaced": f"""delete from {table} r using changed_{what.replace(" ", "_")} s
            where r.customer_id = s.customer_id and {match} and lower(r.period) = %(today)s""",
        f"{what} closed": f"""update {table} r set period = daterange(lower(r.period), %(today)s)
             from changed_{what.replace(" ", "_")} s
            where r.customer_id = s.customer_id and {match} and r.period @> %(today)s::date""",
        what: f"""insert into {table} (customer_id, {columns}, period, source, recorded_at)
            select s.customer_id, {given},
                   daterange(case when s.is_new then s.since else %(today)s end, null),
                   %(source)s, %(now)s
              from changed_{what.replace(" ", "_")} s order by s.customer_id""",
    }  # fmt: skip


_PLACES = {
    "addresses": """insert into customers_address (street, house_number, floor, door, postal_code, city,
               municipality_code, dar_address_id, dar_access_address_id, sort_key, search_key)
        select distinct on (postal_code, street, house_number, floor, door)
               street, house_number, floor, door, postal_code, city, coalesce(municipality_code, ''),
               dar_address_id, dar_access_address_id, address_sort, address_search
          from staged_point s
         where not exists (select from customers_address a where a.dar_address_id = s.dar_address_id)
         order by postal_code, street, house_number, floor, door, dar_address_id nulls last
        on conflict (postal_code, street, house_number, floor, door) do nothing""",
    "addresses completed": """update customers_address a
          set dar_address_id = s.dar_address_id,
              dar_access_address_id = coalesce(a.dar_access_address_id, s.dar_access_address_id)
         from staged_point s
        where a.dar_address_id is null and s.dar_address_id is not null
          and (a.postal_code, a.street, a.house_number, a.floor, a.door)
              = (s.postal_code, s.street, s.house_number, s.floor, s.door)""",
    "supply points completed": """update customers_supply_point p
          set property_number = coalesce(nullif(p.property_number, ''), s.property_number, ''),
              bfe_number = coalesce(p.bfe_number, s.bfe_number)
         from staged_point s
        where s.supply_point_number = p.number
          and (p.property_number = '' and s.property_number is not null
               or p.bfe_number is null and s.bfe_number is not null)""",
    "supply points": """insert into customers_supply_point (number, address_id, housing_kind, property_number,
               bfe_number)
        select s.supply_point_number, coalesce(d.id, a.id), s.housing_kind, coalesce(s.property_number, ''),
               s.bfe_number
          from staged_point s
          left join customers_address d on d.dar_address_id = s.dar_address_id
          left join customers_address a on (a.postal_code, a.street, a.house_number, a.floor, a.door)
                                         = (s.postal_code, s.street, s.house_number, s.floor, s.door)
         order by s.supply_point_number
        on conflict (number) do nothing""",
    "installations closed": """update customers_installation i
          set period = daterange(lower(i.period), s.installed_until)
         from staged_installation s
        where s.installation_number = i.number and s.installed_until is not null and upper_inf(i.period)""",
    "installations": """insert into customers_installation (number, supply_point_id, commodity, period)
        select s.installation_number, p.id, s.commodity, daterange(s.installed_from, s.installed_until)
          from staged_installation s join customers_supply_point p on p.number = s.supply_point_number
         order by s.installation_number
        on conflict (number) do nothing""",
}

_AGREEMENTS = {
    "agreements known by number": """update staged_agreement s set id = a.id
         from customers_agreement a where a.number = s.agreement_number""",
    "agreements known by place": """update staged_agreement s set id = a.id
         from customers_agreement a join customers_supply_point p on p.id = a.supply_point_id
        where s.agreement_number is null and p.number = s.supply_point_number and a.commodity = s.commodity
          and lower(a.period) = s.agreement_from""",
    "agreements ended": """update customers_agreement a
          set period = daterange(lower(a.period), s.agreement_until)
         from staged_agreement s
        where s.id = a.id and s.agreement_until is not null and upper_inf(a.period)""",
    "agreements numbered": """update staged_agreement
          set id = customers_next_agreement_id() where id is null""",
    "agreements": """insert into customers_agreement (id, number, supply_point_id, commodity, relation, period, source,
               recorded_at)
        select s.id, coalesce(s.agreement_number, 'A' || lpad(s.id::text, 7, '0')), p.id, s.commodity, s.relation,
               daterange(s.agreement_from, s.agreement_until), %(source)s, %(now)s
          from staged_agreement s join customers_supply_point p on p.number = s.supply_point_number
         where not exists (select from customers_agreement a where a.id = s.id)
         order by s.id""",
    "holders": """insert into customers_agreement_holder (agreement_id, customer_id, is_primary)
        select a.id, c.id,
               row_number() over (partition by a.id order by h.is_primary desc nulls last, h.line, h.part) = 1
               and not exists (select from customers_agreement_holder x where x.agreement_id = a.id and x.is_primary)
          from (select distinct on (agreement_key, customer_number) agreement_key, customer_number, is_primary, line,
                       part
                  from staged where agreement_key is not null and customer_number is not null
                 order by agreement_key, customer_number, line, part) h
          join staged_agreement a using (agreement_key)
          join customers_customer c on c.number = h.customer_number
         where not exists (select from customers_agreement_holder x
                            where x.agreement_id = a.id and x.customer_id = c.id)
         order by a.id, c.id""",
}

STEPS: dict[str, str] = {
    **_CUSTOMERS,
    **_versioned("customers_customer_name", "staged_customer", "name", "true", "name, sort_key, search_key",
                 "s.name, s.name_sort, s.name_search"),
    **_versioned("customers_contact_point", "staged_contact", "value", "r.kind = s.kind", "kind, value",
                 "s.kind, s.value"),
    **_PLACES,
    **_AGREEMENTS,
}  # fmt: skip
"""What is counted -> statement."""
TABLES = (
    "staged_customer", "staged_contact", "staged_point", "staged_installation", "staged_agreement", "changed_names",
    "changed_contact_points",
)  # fmt: skip
"""Temporary tables that the statements make."""
COUNTED = (
    "customers", "customers completed", "names", "contact points", "addresses", "supply points",
    "supply points completed", "installations", "installations closed", "agreements", "agreements ended", "holders",
)  # fmt: skip

"""SQL of the thinning: hours put together to days, days to months. Constants only; parameters are `%(name)s`.

Parameters of each statement: ``first`` and ``until`` (days, half-open), ``after`` and ``last`` (meter ids, the first
excluded), ``meters`` (only these; null: all between) and ``spared`` (customers' ids).
"""

from __future__ import annotations

from forsyn.domain.metering.rules import END_MISSING, MISSING, Quality

CHUNK = (
    "d.day >= %(first)s and d.day < %(until)s and d.meter_id > %(after)s and d.meter_id <= %(last)s"
    " and (%(meters)s::integer[] is null or d.meter_id = any(%(meters)s::integer[]))"
)
HAS_HOURS = "cardinality(d.values) > 1"
"""Of a register that is read once a day there are no hours to thin."""

# A meter is a customer's where it hangs, while the customer has agreed; the same path as the bindings'.
SPARED = """
    spared as materialized (
        select mounting.meter_id, range_agg(mounting.period * agreement.period) as days
          from customers_agreement_holder as holder
          join customers_agreement as agreement on agreement.id = holder.agreement_id
          join customers_installation as installation
            on installation.supply_point_id = agreement.supply_point_id
           and installation.commodity = agreement.commodity
          join metering_mounting as mounting
            on mounting.installation_id = installation.id and mounting.period && agreement.period
         where holder.customer_id = any(%(spared)s::bigint[])
         group by mounting.meter_id)"""
IS_SPARED = "exists (select from spared where spared.meter_id = d.meter_id and spared.days @> d.day)"

# -- what is left of a day without its hours -----------------------------------------------------------------------

FIRST_PRESENT = "(select min(at) from generate_subscripts(d.values, 1) as at where d.values[at] is not null)"
CARRIED = (
    f"case when d.quality is null then d.carried when cardinality(d.values) <= 1 then d.carried"
    f" when d.quality[{FIRST_PRESENT}] & {Quality.AFTER_GAP:d} <> 0 then d.values[{FIRST_PRESENT}] end"
)
_MISSING = f"case when array_position(d.values, null) is null then 0 else {MISSING:d} end"
_END_MISSING = (
    f"case when cardinality(d.values) > 0 and d.values[cardinality(d.values)] is null then {END_MISSING:d} else 0 end"
)
BITS = f"coalesce((select bit_or(b) from unnest(d.quality) as b), 0::smallint) | ({_MISSING}) | ({_END_MISSING})"  # noqa: S608
"""Bits of a day: `rules.Quality` of any of its hours, MISSING and END_MISSING; with its hours or without."""


def thin(table: str) -> str:
    """Put the hours of a chunk together: the day keeps its opening, total and quality."""
    return f"""
    with {SPARED}
    update {table} as d
       set values = '{{}}', carried = {CARRIED},
           quality = case when d.quality is null and array_position(d.values, null) is null then null
                          else array[{BITS}]::smallint[] end
     where {CHUNK} and {HAS_HOURS} and not {IS_SPARED}"""  # noqa: S608 - constants of this file


def delete(table: str) -> str:
    """Delete the days of a chunk."""
    return f"with {SPARED} delete from {table} as d where {CHUNK} and not {IS_SPARED}"  # noqa: S608 - constants


# -- months --------------------------------------------------------------------------------------------------------

# Where somebody's agreement (of any commodity, for waste water follows the water) or the meter's mounting begins or
# ends, a month is parted. Most meters have no such day and one part.
_PARTS = """
    places as materialized (
        select mounting.meter_id, mounting.period, installation.supply_point_id
          from metering_mounting as mounting
          join customers_installation as installation on installation.id = mounting.installation_id
         where mounting.meter_id > %(after)s and mounting.meter_id <= %(last)s
           and (%(meters)s::integer[] is null or mounting.meter_id = any(%(meters)s::integer[]))
           and mounting.period && daterange(%(first)s, %(until)s)),
    cuts as (
        select places.meter_id, cut
          from places cross join lateral (values (lower(places.period)), (upper(places.period))) as edge (cut)
        union
        select places.meter_id, cut
          from places
          join customers_agreement as agreement
            on agreement.supply_point_id = places.supply_point_id
           and agreement.period && daterange(%(first)s, %(until)s)
         cross join lateral (values (lower(agreement.period)), (upper(agreement.period))) as edge (cut)),
    inner_cuts as (select meter_id, cut from cuts where cut > %(first)s and cut < %(until)s),
    parts as materialized (
        select meter_id, cut as first_day,
               lead(cut, 1, %(until)s::date) over (partition by meter_id order by cut) as until_day
          from (select meter_id, cut from inner_cuts union select meter_id, %(first)s::date from inner_cuts) as b)"""

_LAST_DAY = "(array_agg(bits order by day desc))[1]"
_ENDS = f"max(day) = until_day - 1 and {_LAST_DAY} & {END_MISSING:d} = 0"
_BEGINS = (
    f"(array_agg(carried order by day))[1] is not null"
    f" or (min(day) = first_day and bit_or(bits) & {Quality.FIRST_READING:d} = 0)"
)

_MADE = f"""
    summed as (
        select meter_id, register, first_day, until_day, count(*) as days, sum(total)::bigint as total,
               count(*) filter (where bits & {MISSING:d} = 0) as complete_days,
               (array_agg(opening order by day))[1] as opening,
               (array_agg(opening + total order by day desc))[1] as closing,
               (array_agg(carried order by day))[1] as carried,
               bit_or(bits) & ~{MISSING | END_MISSING:d} as bits,
               coalesce({_BEGINS}, false) as begins, coalesce({_ENDS}, false) as ends
          from dated group by meter_id, register, first_day, until_day),
    told as (
        select summed.*, summed.complete_days = until_day - first_day
               or (register.values is not distinct from 'cumulative' and begins and ends) as whole
          from summed
          left join metering_register as register
            on register.meter_id = summed.meter_id and register.number = summed.register),
    made as (
    insert into metering_month as month (meter_id, register, first_day, until_day, days, complete_days, total, opening,
           closing, carried, quality)
    select meter_id, register, first_day, until_day, days, complete_days, total, opening, closing, carried,
           bits | case when whole then 0 else {MISSING:d} end | case when ends then 0 else {END_MISSING:d} end
      from told
        on conflict (meter_id, register, first_day) do update
       set until_day = greatest(month.until_day, excluded.until_day), days = month.days + excluded.days,
           complete_days = month.complete_days + excluded.complete_days, total = month.total + excluded.total,
           quality = month.quality | excluded.quality, closing = greatest(month.closing, excluded.closing)
    returning 1)
    select (select count(*) from gone), (select count(*) from made)"""  # noqa: S608 - constants of this file
"""Months of the days that are ``dated``, put into the table; how many days went, and how many months they became."""

TO_MONTHS = f"""
    with {SPARED}, {_PARTS},
    gone as (
        delete from metering_day as d where {CHUNK} and not {IS_SPARED}
        returning d.meter_id, d.register, d.day, d.total, d.opening, ({CARRIED}) as carried, ({BITS})::integer as bits),
    dated as (
        select gone.*, coalesce(parts.first_day, %(first)s::date) as first_day,
               coalesce(parts.until_day, %(until)s::date) as until_day
          from gone
          left join parts on parts.meter_id = gone.meter_id
           and gone.day >= parts.first_day and gone.day < parts.until_day),
{_MADE}"""  # noqa: S608 - constants of this file

# Of one person alone: the days in which the meter was this person's, in spans that no other has a part in.
_SPANS = """
    spans as materialized (
        select * from unnest(%(meters)s::integer[], %(firsts)s::date[], %(untils)s::date[])
            as span (meter_id, low, high))"""
IN_SPANS = """
    d.meter_id = any(%(meters)s::integer[]) and d.day >= %(first)s::date and d.day < %(until)s::date
    and d.meter_id = spans.meter_id and d.day >= spans.low and d.day < spans.high"""
SPANS_TO_MONTHS = f"""
    with {_SPANS},
    gone as (
        delete from metering_day as d using spans where {IN_SPANS}
        returning d.meter_id, d.register, d.day, d.total, d.opening, ({CARRIED}) as carried, ({BITS})::integer as bits,
                  spans.low, spans.high),
    dated as (
        select gone.*, greatest(low, date_trunc('month', day::timestamp)::date) as first_day,
               least(high, (date_trunc('month', day::timestamp) + interval '1 month')::date) as until_day
          from gone),
{_MADE}"""  # noqa: S608 - constants of this file
DELETE_SPANS = f"with {_SPANS} delete from metering_day_superseded as d using spans where {IN_SPANS}"  # noqa: S608
"""Parameters: ``meters``, ``firsts`` and ``untils`` side by side, and ``first`` and ``until`` around all of them."""

# -- what is kept beyond its age ------------------------------------------------------------------------------------

NOTE_SPARED = """
    with {spared}
    insert into metering_spared as noted (id, hours, days)
    select distinct d.meter_id, {hours}, not {hours} from metering_day as d
     where {chunk} and {condition} and {is_spared}
        on conflict (id) do update set hours = noted.hours or excluded.hours, days = noted.days or excluded.days"""
"""Meters of a chunk of which something is spared, to be looked at again each night."""


def note_spared(*, hours: bool) -> str:
    """`NOTE_SPARED` of one level."""
    condition = HAS_HOURS if hours else "true"
    return NOTE_SPARED.format(
        spared=SPARED, hours=str(hours).lower(), chunk=CHUNK, condition=condition, is_spared=IS_SPARED
    )


def forget_spared(*, hours: bool) -> str:
    """Strike out the meters of which nothing is kept beyond its age at a level any more; ``until``: the age."""
    level, other = ("hours", "days") if hours else ("days", "hours")
    kept = "select from metering_day as d where d.meter_id = noted.id and d.day < %(until)s"
    kept += f" and {HAS_HOURS}" if hours else ""
    return f"""
    with done as materialized (
        select id from metering_spared as noted where {level} and not exists ({kept})),
    gone as (delete from metering_spared as noted using done where noted.id = done.id and not noted.{other})
    update metering_spared as noted set {level} = false from done where noted.id = done.id and noted.{other}"""  # noqa: S608 - constants


# -- quarantine ------------------------------------------------------------------------------------------------------

IS_OLD_ITEM = """
    item.state <> 'open'
    and coalesce(item.last_at, delivery.received_at) <= %(before)s::timestamp at time zone 'Europe/Copenhagen'
    and not exists (select from spared join metering_meter as meter on meter.id = spared.meter_id
                     where meter.number = item.meter_number)"""
COUNT_DECIDED = f"""
    with {SPARED}
    select count(*) from metering_quarantine as item
      join metering_delivery as delivery on delivery.id = item.delivery_id where {IS_OLD_ITEM}"""  # noqa: S608 - constants
DELETE_DECIDED = f"""
    with {SPARED}
    delete from metering_quarantine as item using metering_delivery as delivery
     where delivery.id = item.delivery_id and {IS_OLD_ITEM}"""  # noqa: S608 - constants
"""Items that were decided, of values whose hours are not kept any more. Open ones wait for a person."""

# -- preview ---------------------------------------------------------------------------------------------------------


def count(table: str, *, hours: bool) -> str:
    """How many rows of a chunk would be thinned."""
    condition = f" and {HAS_HOURS}" if hours else ""
    return f"with {SPARED} select count(*) from {table} as d where {CHUNK}{condition} and not {IS_SPARED}"  # noqa: S608

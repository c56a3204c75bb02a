"""What the metering tables hold, and whose it is: a meter is a person's while it hangs where the person has agreed."""

from forsyn.policy.bindings import Binding, Routine, Table, day_of, not_personal, path, personal
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

INSTALLATION = "installation_id -> customers_installation.id"
HOLDERS = (
    "id -> customers_agreement_holder.agreement_id",
    "customer_id -> customers_customer.id",
)


def _agreement(during: str) -> str:
    return f"supply_point_id & commodity -> customers_agreement.supply_point_id & commodity during {during} in period"


OF_MOUNTING = path(INSTALLATION, _agreement("metering_mounting.period"), *HOLDERS)
OF_MOUNTING_READING = path(
    "mounting_id -> metering_mounting.id", INSTALLATION, _agreement("metering_mounting.period"), *HOLDERS
)
OF_METER = path("id -> metering_mounting.meter_id", INSTALLATION, _agreement("metering_mounting.period"), *HOLDERS)
OF_REGISTER = path(
    "meter_id -> metering_mounting.meter_id", INSTALLATION, _agreement("metering_mounting.period"), *HOLDERS
)
OF_PSEUDONYMOUS_DAY = path(
    "pseudonym -> metering_pseudonym.pseudonym",
    "id -> metering_mounting.meter_id during metering_pseudonymous_day.day in period",
    INSTALLATION,
    _agreement("metering_pseudonymous_day.day"),
    *HOLDERS,
)
OF_ACCOUNT = path("account_id -> accounts_account.id")


def _of_day(table: str, day: str = "day") -> tuple[str, ...]:
    return (
        f"meter_id -> metering_mounting.meter_id during {day} in period",
        INSTALLATION,
        _agreement(f"{table}.{day}"),
        *HOLDERS,
    )


# What was measured on both sides of a move is nobody's until it is decided: neither holder gets the other's values.
OF_QUARANTINE = path(
    "meter_number -> metering_meter.number",
    "id -> metering_mounting.meter_id during metering_quarantine.days within period",
    INSTALLATION,
    "supply_point_id & commodity -> customers_agreement.supply_point_id & commodity"
    " during metering_quarantine.days within period",
    *HOLDERS,
)

RECEIVED = (
    f"(select {day_of('delivery.received_at')} from public.metering_delivery as delivery"
    " where delivery.id = delivery_id)"
)
"""What waits for a decision is kept from when it came in, not from when it was measured: a late correction waits."""
ROW = not_personal("row number")
DEVICES = "the meter remains; once nobody has an agreement where it hangs, it is about nobody"
METERED = {P.METERING: "insert update"}
METER_NUMBER = personal("meter_number", source=Source.UTILITY)
CONSUMPTION = personal("consumption", source=Source.METER)
DERIVED_CONSUMPTION = personal("consumption", source=Source.DERIVED)
PSEUDONYM = personal("meter_pseudonym", source=Source.DERIVED)
COUNT = not_personal("count over a whole file")
DEVICE = not_personal("property of a type of device")

DAY_COLUMNS: dict[str, Binding] = {
    "meter_id": METER_NUMBER,
    "day": CONSUMPTION,
    "delivery_id": not_personal("the file that the values came in"),
    "register": DEVICE,
    "version": not_personal("number of the version"),
    "total": DERIVED_CONSUMPTION,
    "opening": CONSUMPTION,
    "values": CONSUMPTION,
    "quality": not_personal("how each value came about"),
    "carried": DERIVED_CONSUMPTION,
}

BINDINGS = (
    Table(
        "metering_meter",
        stays=DEVICES,
        changed_by=METERED,
        person=OF_METER,
        columns={
            "id": METER_NUMBER,
            "number": METER_NUMBER,
            "commodity": not_personal("heat, water or waste water"),
            "manufacturer": DEVICE,
            "model": DEVICE,
        },
    ),
    Table(
        "metering_register",
        stays=DEVICES,
        changed_by=METERED,
        person=OF_REGISTER,
        columns={
            "id": ROW,
            "meter_id": METER_NUMBER,
            "number": DEVICE,
            "code": DEVICE,
            "unit": DEVICE,
            "values": DEVICE,
            "resolution": DEVICE,
            "rollover": DEVICE,
            "max_per_hour": DEVICE,
        },
    ),
    Table(
        "metering_mounting",
        stays=DEVICES,
        changed_by=METERED,
        person=OF_MOUNTING,
        columns={
            "id": ROW,
            "meter_id": METER_NUMBER,
            "installation_id": personal("installation_number", source=Source.UTILITY),
            "period": METER_NUMBER,
        },
    ),
    Table(
        "metering_mounting_reading",
        kept_as="consumption",
        changed_by=METERED,
        person=OF_MOUNTING_READING,
        columns={
            "id": ROW,
            "mounting_id": METER_NUMBER,
            "register": DEVICE,
            "opening": personal("consumption", source=Source.UTILITY),
            "closing": personal("consumption", source=Source.UTILITY),
        },
    ),
    Table(
        "metering_delivery",
        stays="the list of files that came in; it tells of nobody but the clerk who took the file in",
        changed_by=METERED,
        person=OF_ACCOUNT,
        columns={
            "id": ROW,
            "file_name": not_personal("name of a file with the values of many meters"),
            "sha256": not_personal("fingerprint of a file with the values of many meters"),
            "size_bytes": COUNT,
            "profile": not_personal("name of a mapping profile"),
            "received_at": not_personal("when a file came in"),
            "account_id": personal("staff_activity", source=Source.SYSTEM),
            "delivered": COUNT,
            "stored": COUNT,
            "identical": COUNT,
            "quarantined": COUNT,
            "new": COUNT,
            "completed": COUNT,
            "corrected": COUNT,
            "first_at": not_personal("time span of a whole file"),
            "last_at": not_personal("time span of a whole file"),
            "rounded": COUNT,
            "rounding_base_units": not_personal("sum over a whole file"),
        },
    ),
    Table(
        "metering_day",
        kept_as="consumption",
        person=path(*_of_day("metering_day")),
        changed_by={P.METERING: "insert delete", P.RETENTION: "update(values, quality, carried) delete"},
        store="metering_day_store",
        columns=DAY_COLUMNS,
        partitioned=True,
    ),
    Table(
        "metering_day_superseded",
        kept_as="consumption",
        changed_by={P.METERING: "insert", P.RETENTION: "update(values, quality, carried) delete"},
        person=path(*_of_day("metering_day_superseded")),
        columns=DAY_COLUMNS
        | {
            "superseded_at": not_personal("when the version was replaced"),
            "superseded_by": not_personal("the file that replaced the version"),
        },
    ),
    Table(
        "metering_month",
        kept_as="consumption",
        person=path(*_of_day("metering_month", "first_day")),
        changed_by={P.RETENTION: "insert update(until_day, quality, days, complete_days, total, closing) delete"},
        columns={
            "first_day": CONSUMPTION,
            "until_day": CONSUMPTION,
            "meter_id": METER_NUMBER,
            "register": DEVICE,
            "quality": not_personal("how the values came about"),
            "days": not_personal("on how many days anything was delivered"),
            "complete_days": not_personal("of how many days nothing is missing"),
            "total": DERIVED_CONSUMPTION,
            "opening": CONSUMPTION,
            "closing": CONSUMPTION,
            "carried": DERIVED_CONSUMPTION,
        },
    ),
    Table(
        "metering_thinning",
        open=True,
        changed_by={P.RETENTION: "update(closed_before, done_before, done_meter)"},
        columns={
            "level": not_personal("hours or days"),
            "closed_before": not_personal("up to which day the program thins"),
            "done_before": not_personal("up to which day the program has thinned"),
            "done_meter": not_personal("where the program stopped in a month"),
        },
    ),
    Table(
        "metering_spared",
        ended_by="thinning: the row goes as soon as nobody's data there are held any more",
        changed_by={P.RETENTION: "insert update(hours, days) delete"},
        person=OF_METER,
        columns={
            "id": METER_NUMBER,
            "hours": not_personal("whether hours were kept beyond their age"),
            "days": not_personal("whether days were kept beyond their age"),
        },
    ),
    Table(
        "metering_quarantine",
        kept_as="deviations",
        events={"recorded": RECEIVED},
        changed_by=METERED | {P.RETENTION: "delete"},
        staged=True,
        person=OF_QUARANTINE,
        columns={
            "id": ROW,
            "delivery_id": not_personal("the file that the values came in"),
            "meter_number": METER_NUMBER,
            "register_code": DEVICE,
            "reason": personal("deviations", source=Source.DERIVED),
            "day": CONSUMPTION,
            "days": CONSUMPTION,
            "first_at": CONSUMPTION,
            "last_at": CONSUMPTION,
            "value_count": DERIVED_CONSUMPTION,
            "lines": not_personal("line numbers in a file"),
            "instants": CONSUMPTION,
            "values": CONSUMPTION,
            "stamp_texts": CONSUMPTION,
            "value_texts": CONSUMPTION,
            "state": not_personal("open, released or rejected"),
            "decided_by_id": personal(
                "staff_activity", source=Source.SYSTEM, person=path("decided_by_id -> accounts_account.id")
            ),
            "decided_at": personal(
                "staff_activity", source=Source.SYSTEM, person=path("decided_by_id -> accounts_account.id")
            ),
            "note": personal("deviations", source=Source.UTILITY),
        },
    ),
    Table("metering_pseudonym", person=OF_METER, stays=DEVICES, columns={"id": METER_NUMBER, "pseudonym": PSEUDONYM}),
    Table(
        "metering_pseudonymous_day",
        ended_by="a view; what it shows ends where it is kept",
        person=OF_PSEUDONYMOUS_DAY,
        pseudonymous=True,
        columns={
            "pseudonym": PSEUDONYM,
            "commodity": not_personal("heat, water or waste water"),
            "register": DEVICE,
            "unit": DEVICE,
            **{name: DAY_COLUMNS[name] for name in ("day", "total", "values", "quality")},
        },
    ),
)

ROUTINES = (
    Routine("metering_ensure_month(date)", "metering_day", change="insert"),
    Routine(
        "metering_record_access(text, text, integer[], bigint[], daterange, bigint, uuid)",
        "metering_meter",
        column="number",
    ),
)
"""Make a month's table, which no purpose may; put on record whose meters are looked at, which not each may know."""

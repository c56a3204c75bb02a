"""What the customers' tables hold, and whose it is."""

from forsyn.domain.customers.correction_privacy import CORRECTIONS
from forsyn.policy.bindings import (
    ITSELF,
    Personal,
    Routine,
    Table,
    ToldBy,
    day_of,
    last_day_of,
    not_personal,
    path,
    personal,
)
from forsyn.policy.purposes import P
from forsyn.policy.vocabulary import Source

CUSTOMER = "customer_id -> customers_customer.id"
AGREEMENTS_HERE = "customers_agreement.supply_point_id"
HOLDERS = ("id -> customers_agreement_holder.agreement_id", CUSTOMER)

# Rows about a place are about whoever has or had an agreement there.
AT_SUPPLY_POINT = path(f"id -> {AGREEMENTS_HERE}", *HOLDERS)
AT_ADDRESS = path("id -> customers_supply_point.address_id", f"id -> {AGREEMENTS_HERE}", *HOLDERS)
AT_INSTALLATION = path(
    "supply_point_id & commodity -> customers_agreement.supply_point_id & commodity during period in period",
    *HOLDERS,
)


def _given(*categories: str) -> Personal:
    return personal(*categories, source=Source.PERSON, given=True)


def _assigned(*categories: str) -> Personal:
    return personal(*categories, source=Source.UTILITY)


ROW = not_personal("row number")
PLACE = "the home and its pipes remain; once nobody has an agreement there, they are about nobody"
REGISTERED = {P.SETTLEMENT: "insert update"}
VERSIONED = dict.fromkeys((P.SETTLEMENT, P.CUSTOMER_SERVICE, P.PRIVACY_RIGHTS), "insert update delete")
SOURCE = not_personal("where the row came from, one of the policy's sources")
RECORDED = not_personal("when the row was written")

_ACCESS_CLOSED = f"""
    (select nullif(least(coalesce({last_day_of("period")}, 'infinity'), coalesce(
                max(coalesce({last_day_of("held.during")}, 'infinity')), held_by.recorded)), 'infinity')
       from (select id as holder, {day_of("recorded_at")} as recorded from public.customers_customer) as held_by
       left join (select holder.customer_id as who, agreement.period as during
                    from public.customers_agreement_holder as holder
                    join public.customers_agreement as agreement on agreement.id = holder.agreement_id) as held
         on held.who = held_by.holder
      where held_by.holder = customer_id group by held_by.recorded)
"""
"""An access that nobody closed is good for nothing once its customer's last agreement has ended: it ends then."""

BINDINGS = (
    Table(
        "customers_customer",
        changed_by=REGISTERED
        | dict.fromkeys((P.CUSTOMER_SERVICE, P.SELF_SERVICE), "update(language)")
        | {P.PRIVACY_RIGHTS: "update(birth_date, cvr, language)"},
        staged=True,
        person=ITSELF,
        masked={"birth_date": "null", "cvr": "null", "language": "'da'"},
        columns={
            "id": _assigned("customer_number"),
            "number": _assigned("customer_number"),
            "kind": not_personal("person or company"),
            "birth_date": _given("date_of_birth"),
            "cvr": _given("cvr"),
            "language": _given("preferences"),
            "source": SOURCE,
            "recorded_at": RECORDED,
        },
    ),
    Table(
        "customers_customer_name",
        changed_by=VERSIONED,
        person=path(CUSTOMER),
        columns={
            "id": ROW,
            "customer_id": _assigned("customer_number"),
            "name": _given("name"),
            "sort_key": personal("name", source=Source.DERIVED),
            "search_key": personal("name", source=Source.DERIVED),
            "period": personal("name", source=Source.UTILITY),
            "source": SOURCE,
            "recorded_at": RECORDED,
        },
    ),
    Table(
        "customers_contact_point",
        told_by=ToldBy("kind", {kind: kind for kind in ("email", "mobile", "landline", "work_phone")}),
        changed_by=VERSIONED | {P.SELF_SERVICE: "insert update delete"},
        person=path(CUSTOMER),
        columns={
            "id": ROW,
            "customer_id": _assigned("customer_number"),
            "kind": not_personal("which way to reach somebody: one of four"),
            "value": _given("email", "mobile", "landline", "work_phone"),
            "search_key": personal("email", "mobile", "landline", "work_phone", source=Source.DERIVED),
            "period": personal("email", "mobile", "landline", "work_phone", source=Source.UTILITY),
            "source": SOURCE,
            "recorded_at": RECORDED,
        },
    ),
    Table(
        "customers_address",
        changed_by=REGISTERED | {P.PRIVACY_RIGHTS: "insert delete"},
        stays=PLACE,
        person=AT_ADDRESS,
        columns={
            "id": ROW,
            "street": _given("address"),
            "house_number": _given("address"),
            "floor": _given("address"),
            "door": _given("address"),
            "postal_code": _given("address"),
            "city": _given("address"),
            "municipality_code": personal("address", source=Source.PUBLIC_REGISTER),
            "dar_address_id": personal("address", source=Source.PUBLIC_REGISTER),
            "dar_access_address_id": personal("address", source=Source.PUBLIC_REGISTER),
            "sort_key": personal("address", source=Source.DERIVED),
            "search_key": personal("address", source=Source.DERIVED),
        },
    ),
    Table(
        "customers_supply_point",
        changed_by=REGISTERED | {P.PRIVACY_RIGHTS: "update(address_id, housing_kind, property_number)"},
        stays=PLACE,
        person=AT_SUPPLY_POINT,
        columns={
            "id": ROW,
            "number": _assigned("installation_number"),
            "address_id": personal("address", source=Source.UTILITY),
            "housing_kind": personal("housing", source=Source.PERSON, given=True),
            "property_number": personal("property_number", source=Source.PUBLIC_REGISTER),
            "bfe_number": personal("property_number", source=Source.PUBLIC_REGISTER),
        },
    ),
    Table(
        "customers_installation",
        changed_by=REGISTERED,
        stays=PLACE,
        person=AT_INSTALLATION,
        columns={
            "id": ROW,
            "number": _assigned("installation_number"),
            "supply_point_id": _assigned("installation_number"),
            "commodity": not_personal("heat, water or waste water"),
            "period": not_personal("when the pipes were there"),
        },
    ),
    Table(
        "customers_agreement",
        changed_by=REGISTERED | {P.AGREEMENTS: "insert update", P.PRIVACY_RIGHTS: "update(relation, period)"},
        person=path(*HOLDERS),
        columns={
            "id": ROW,
            "number": _assigned("agreement"),
            "supply_point_id": _assigned("installation_number"),
            "commodity": not_personal("heat, water or waste water"),
            "relation": _given("housing"),
            "period": _given("moves"),
            "source": SOURCE,
            "recorded_at": RECORDED,
        },
    ),
    Table(
        "customers_agreement_holder",
        changed_by=REGISTERED | {P.AGREEMENTS: "insert update"},
        person=path(CUSTOMER),
        columns={
            "id": ROW,
            "agreement_id": _assigned("agreement"),
            "customer_id": _assigned("customer_number"),
            "is_primary": not_personal("whom letters about the agreement are addressed to first"),
        },
    ),
    Table(
        "customers_portal_access",
        changed_by={P.SIGN_IN: "insert update delete"},
        events={"account_closed": _ACCESS_CLOSED},
        person=(path(CUSTOMER), path("account_id -> accounts_account.id")),
        columns={
            "id": ROW,
            "account_id": personal("sign_in", source=Source.UTILITY),
            "customer_id": _assigned("customer_number"),
            "period": personal("sign_in", source=Source.UTILITY),
        },
    ),
    *CORRECTIONS,
)

LAST_AGREEMENT = f"""
    select customer.id as person,
           max(case when agreement.id is null then {day_of("customer.recorded_at")}
                    else coalesce({last_day_of("agreement.period")}, 'infinity') end) as day
      from public.customers_customer as customer
      left join public.customers_agreement_holder as holder on holder.customer_id = customer.id
      left join public.customers_agreement as agreement on agreement.id = holder.agreement_id
     group by customer.id
"""
_LAST_ACCESS = f"""
    select account.id as person,
           greatest({day_of("account.created_at")},
                    (select max(least(
                                coalesce({last_day_of("access.period")}, 'infinity'),
                                coalesce((select max(coalesce({last_day_of("agreement.period")}, 'infinity'))
                                            from public.customers_agreement_holder as holder
                                            join public.customers_agreement as agreement
                                              on agreement.id = holder.agreement_id
                                           where holder.customer_id = customer.id),
                                         {day_of("customer.recorded_at")})))
                       from public.customers_portal_access as access
                       join public.customers_customer as customer on customer.id = access.customer_id
                      where access.account_id = account.id),
                    (select max(coalesce({day_of("role.ended_at")}, {last_day_of("role.period")}, 'infinity'))
                       from public.accounts_staff_role as role where role.account_id = account.id)) as day
      from public.accounts_account as account
"""
PERSON_EVENTS = {
    **{
        ("customers_customer", event): LAST_AGREEMENT
        for event in ("agreement_end", "final_settlement_year_end", "customer_agreement_end", "instruction_ended")
    },
    ("accounts_account", "account_closed"): _LAST_ACCESS,
}
"""When a person's last agreement ended, and when a sign-in was last good for anything."""

SEARCH_ROUTINES = tuple(
    Routine(f"customers_{what}_{how}", f"customers_{table}", column="search_key", among_all=True)
    for what, table in (("names", "customer_name"), ("addresses", "address"))
    for how in ("matching(text[], text[], text[], integer)", "answering(text[], text[])")
)
"""What search asks of the database with the owner's rights; see migration 0005."""
ROUTINES = (
    *SEARCH_ROUTINES,
    Routine("customers_next_agreement_id()", "customers_agreement", change="insert"),
    Routine("customers_hidden_numbers(text[])", "customers_customer", change="insert"),
)

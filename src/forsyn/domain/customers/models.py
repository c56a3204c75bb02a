"""Customers, where they are supplied, and under which agreements. History is kept as periods, never overwritten."""

from __future__ import annotations

from enum import StrEnum

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from forsyn.domain.customers.correction_models import Correction as Correction
from forsyn.domain.customers.correction_models import RecipientNotice as RecipientNotice
from forsyn.domain.customers.correction_models import SourceNotice as SourceNotice
from forsyn.domain.safeguards.guarded import GuardedModel
from forsyn.policy.vocabulary import Source

EQUAL, OVERLAPS = RangeOperators.EQUAL, RangeOperators.OVERLAPS


class CustomerKind(models.TextChoices):
    """What the law sees in a customer."""

    PERSON = "person"
    COMPANY = "company"


class ContactKind(models.TextChoices):
    """How a customer is reached; every kind is a data category of its own."""

    EMAIL = "email"
    MOBILE = "mobile"
    LANDLINE = "landline"
    WORK_PHONE = "work_phone"


class Commodity(models.TextChoices):
    """What a utility supplies or takes away."""

    HEAT = "heat"
    WATER = "water"
    WASTE_WATER = "waste_water"


class Relation(models.TextChoices):
    """The customer's relation to the dwelling."""

    OWNER = "owner"
    TENANT = "tenant"
    ADMINISTRATOR = "administrator"


class HousingKind(models.TextChoices):
    """The kind of building or dwelling."""

    HOUSE = "house"
    TERRACED_HOUSE = "terraced_house"
    FLAT = "flat"
    HOLIDAY_HOME = "holiday_home"
    BUSINESS = "business"


SOURCES = [(source.value, source.value) for source in Source]


def one_of(field: str, choices: type[StrEnum | models.TextChoices], table: str) -> models.CheckConstraint:
    """The database, too, knows a field's choices."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": [choice.value for choice in choices]}), name=f"{table}_{field}"
    )


def has_days(table: str) -> models.CheckConstraint:
    """A period begins on some day and holds for one at least; exclusion constraints do not see empty ones."""
    return models.CheckConstraint(condition=Q(period__isempty=False, period__lower_inf=False), name=f"{table}_period")


class Customer(GuardedModel):
    """A person or company that has, had or will have an agreement."""

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=CustomerKind.choices)
    birth_date = models.DateField(null=True)
    cvr = models.CharField(max_length=8, null=True)
    language = models.CharField(max_length=2, default="da")
    source = models.CharField(max_length=20, choices=SOURCES)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "customers_customer"
        constraints = [
            one_of("kind", CustomerKind, "customers_customer"),
            one_of("source", Source, "customers_customer"),
            models.CheckConstraint(
                condition=Q(kind="person") | Q(birth_date=None), name="customers_company_has_no_birth"
            ),
            models.CheckConstraint(
                condition=Q(cvr=None) | Q(kind="company", cvr__regex=r"^[1-9][0-9]{7}$"),
                name="customers_customer_cvr",
            ),
            models.CheckConstraint(condition=Q(language__in=["da", "en"]), name="customers_customer_language"),
        ]
        indexes = [models.Index(fields=["cvr"], condition=Q(cvr__isnull=False), name="customers_customer_cvr_idx")]

    def __str__(self) -> str:
        return self.number


class CustomerName(GuardedModel):
    """A customer's name in a period."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=400)
    search_key = models.CharField(max_length=400)
    period = DateRangeField()
    source = models.CharField(max_length=20, choices=SOURCES)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "customers_customer_name"
        constraints = [
            ExclusionConstraint(
                name="customers_customer_name_one", expressions=[("customer", EQUAL), ("period", OVERLAPS)]
            ),
            one_of("source", Source, "customers_customer_name"),
            has_days("customers_customer_name"),
        ]
        indexes = [
            models.Index(fields=["sort_key"], name="customers_name_sort_idx"),
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="customers_name_search_idx"),
        ]


class ContactPoint(GuardedModel):
    """A way to reach a customer, in a period."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=12, choices=ContactKind.choices)
    value = models.CharField(max_length=254)
    search_key = models.GeneratedField(
        expression=Lower("value"), output_field=models.CharField(max_length=254), db_persist=True
    )
    """In small letters; stored, since PostgreSQL uses no index on lower() under row policies."""
    period = DateRangeField()
    source = models.CharField(max_length=20, choices=SOURCES)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "customers_contact_point"
        constraints = [
            ExclusionConstraint(
                name="customers_contact_point_one",
                expressions=[("customer", EQUAL), ("kind", EQUAL), ("period", OVERLAPS)],
            ),
            one_of("kind", ContactKind, "customers_contact_point"),
            one_of("source", Source, "customers_contact_point"),
            has_days("customers_contact_point"),
        ]
        # what begins so is found by index under any collation of the cluster
        indexes = [models.Index(OpClass("search_key", name="text_pattern_ops"), name="customers_contact_search_idx")]


class Address(GuardedModel):
    """An address in Denmark, with its ids in Danmarks Adresseregister (DAR) where they are known."""

    street = models.CharField(max_length=100)
    house_number = models.CharField(max_length=10)
    floor = models.CharField(max_length=10, blank=True)
    door = models.CharField(max_length=10, blank=True)
    postal_code = models.CharField(max_length=4)
    city = models.CharField(max_length=60)
    municipality_code = models.CharField(max_length=4, blank=True)
    dar_address_id = models.UUIDField(null=True, unique=True)
    dar_access_address_id = models.UUIDField(null=True)
    sort_key = models.CharField(max_length=400)
    search_key = models.CharField(max_length=400)

    class Meta:
        db_table = "customers_address"
        constraints = [
            models.UniqueConstraint(
                fields=["postal_code", "street", "house_number", "floor", "door"],
                name="customers_address_once",
            ),
            models.CheckConstraint(condition=Q(postal_code__regex=r"^[0-9]{4}$"), name="customers_address_postal_code"),
        ]
        indexes = [
            models.Index(fields=["sort_key"], name="customers_address_sort_idx"),
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="customers_address_search_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.first_line}, {self.postal_code} {self.city}"

    @property
    def first_line(self) -> str:
        """Street, number, floor and door, as on an envelope."""
        unit = " ".join(part for part in (f"{self.floor}." if self.floor.isdigit() else self.floor, self.door) if part)
        return f"{self.street} {self.house_number}" + (f", {unit}" if unit else "")


class SupplyPoint(GuardedModel):
    """A point of consumption (forsyningssted): a dwelling or business at an address."""

    number = models.CharField(max_length=20, unique=True)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="supply_points")
    housing_kind = models.CharField(max_length=20, choices=HousingKind.choices)
    property_number = models.CharField(max_length=7, blank=True)
    bfe_number = models.BigIntegerField(null=True)

    class Meta:
        db_table = "customers_supply_point"
        constraints = [one_of("housing_kind", HousingKind, "customers_supply_point")]

    def __str__(self) -> str:
        return self.number


class Installation(GuardedModel):
    """The pipes of one commodity at a supply point; meters are mounted at it."""

    number = models.CharField(max_length=20, unique=True)
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="installations")
    commodity = models.CharField(max_length=12, choices=Commodity.choices)
    period = DateRangeField()

    class Meta:
        db_table = "customers_installation"
        constraints = [
            one_of("commodity", Commodity, "customers_installation"),
            has_days("customers_installation"),
        ]

    def __str__(self) -> str:
        return self.number


class Agreement(GuardedModel):
    """A commodity supplied at a supply point, to its holders, in a period."""

    number = models.CharField(max_length=20, unique=True)
    supply_point = models.ForeignKey(SupplyPoint, on_delete=models.PROTECT, related_name="agreements")
    commodity = models.CharField(max_length=12, choices=Commodity.choices)
    relation = models.CharField(max_length=15, choices=Relation.choices)
    period = DateRangeField()
    source = models.CharField(max_length=20, choices=SOURCES)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "customers_agreement"
        constraints = [
            ExclusionConstraint(
                name="customers_agreement_one",
                expressions=[("supply_point", EQUAL), ("commodity", EQUAL), ("period", OVERLAPS)],
            ),
            one_of("commodity", Commodity, "customers_agreement"),
            one_of("relation", Relation, "customers_agreement"),
            one_of("source", Source, "customers_agreement"),
            has_days("customers_agreement"),
        ]

    def __str__(self) -> str:
        return self.number


class AgreementHolder(GuardedModel):
    """A customer who is party to an agreement; a household may have two."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="holders")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="holdings")
    is_primary = models.BooleanField()

    class Meta:
        db_table = "customers_agreement_holder"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "customer"], name="customers_agreement_holder_once"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(is_primary=True), name="customers_agreement_holder_primary"
            ),
        ]


class PortalAccess(GuardedModel):
    """An account that may see and act for a customer in the portal, in a period."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="portal_accesses")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="portal_accesses")
    period = DateRangeField()

    class Meta:
        db_table = "customers_portal_access"
        constraints = [
            ExclusionConstraint(
                name="customers_portal_access_one",
                expressions=[("account", EQUAL), ("customer", EQUAL), ("period", OVERLAPS)],
            ),
            has_days("customers_portal_access"),
        ]

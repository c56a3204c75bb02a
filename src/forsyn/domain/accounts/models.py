"""Accounts that sign in: staff, and customers by way of customers.PortalAccess."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower

from forsyn.domain.accounts.access_models import AccessRequest as AccessRequest
from forsyn.domain.accounts.access_models import Colleague as Colleague
from forsyn.domain.accounts.access_models import ConfidentialityAgreement as ConfidentialityAgreement
from forsyn.domain.accounts.access_models import ExternalStaff as ExternalStaff
from forsyn.domain.accounts.access_models import InstructionConfirmation as InstructionConfirmation
from forsyn.domain.accounts.access_models import StaffRole as StaffRole
from forsyn.policy.staff_roles import Role as Role


class AccountKind(models.TextChoices):
    """Who signs in; decides how: staff with password and second factor, customers with a code by e-mail or OIDC."""

    STAFF = "staff"
    CUSTOMER = "customer"


class AccountManager(BaseUserManager["Account"]):
    """Looks accounts up by e-mail, whatever its case."""

    def get_by_natural_key(self, email: str | None) -> Account:
        return self.get(email__iexact=email)


class Account(AbstractBaseUser):
    """Somebody who can sign in."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=AccountKind.choices)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_account_email_unique"),
            models.CheckConstraint(condition=models.Q(kind__in=AccountKind.values), name="accounts_account_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """As Django's packages ask for it."""
        return self.name


class Session(AbstractBaseSession):
    """A visit to the web pages; of nobody until somebody signs in."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="sessions")

    class Meta:
        db_table = "accounts_session"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """As Django's base class asks for it."""
        from forsyn.domain.accounts.sessions import SessionStore  # noqa: PLC0415 - the store is made of this model

        return SessionStore


class Attempts(models.Model):
    """Recent attempts to sign in, counted across all processes; the table of Django's database cache.

    ``cache_key`` is a keyed hash (see throttle.py): who tried from where cannot be read out of it.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "accounts_attempts"

"""Models whose rows are read under a purpose: what the purpose may not read is left out, and says so when touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.db import models

from forsyn.domain.safeguards.purposes import PurposeViolation, current, rules


def unreadable(model: type[models.Model]) -> frozenset[str]:
    """Names of a model's fields whose columns the purpose entered may not read; none where no purpose is entered."""
    entered = current()
    if entered is None:
        return frozenset()
    matrix, table = rules().matrix, model._meta.db_table
    if matrix.reads_all(entered.purpose.key, table):
        return frozenset()
    columns = matrix.of(entered.purpose.key, table).select
    return frozenset(field.attname for field in model._meta.concrete_fields if field.column not in columns)


class GuardedQuerySet(models.QuerySet[Any]):
    """Leaves columns out that the purpose may not read, of joined models too."""

    def select_related(self, *fields: Any) -> Self:
        """As Django's, without the columns of the related rows that the purpose may not read."""
        found: Self = super().select_related(*fields)
        closed = [
            f"{name}__{column}"
            for name, model in _related(self.model, [name for name in fields if name])
            for column in unreadable(model)
        ]
        return found.defer(*closed) if closed else found


def _related(model: type[models.Model], lookups: Sequence[str]) -> Iterable[tuple[str, type[models.Model]]]:
    """Each step of each lookup with its model: ``agreement__supply_point`` is two."""
    for lookup in lookups:
        at, passed = model, ""
        for step in lookup.split("__"):
            at = at._meta.get_field(step).related_model  # type: ignore[assignment]
            passed = f"{passed}__{step}" if passed else step
            yield passed, at


class GuardedManager(models.Manager.from_queryset(GuardedQuerySet)):  # type: ignore[misc]
    """The default manager of guarded models."""

    def get_queryset(self) -> GuardedQuerySet:
        """Rows without the columns that the purpose may not read."""
        found: GuardedQuerySet = super().get_queryset()
        closed = unreadable(self.model) - {self.model._meta.pk.attname}
        return found.defer(*closed) if closed else found


class GuardedModel(models.Model):
    """A row with people's data."""

    objects = GuardedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        """As Django's, which also calls it for a field that was left out. Raises PurposeViolation for a closed one."""
        names = list(fields) if fields is not None else None
        for name in names or ():
            refuse_closed(type(self), name)
        super().refresh_from_db(using=using, fields=names, from_queryset=from_queryset)


def refuse_closed(model: type[models.Model], name: str) -> None:
    """Raise PurposeViolation where the purpose entered may not read a field, naming column, purpose and policy line."""
    entered = current()
    field = model._meta.get_field(name)
    if entered is None or field.attname not in unreadable(model):
        return
    policy = rules().matrix.policy
    raise PurposeViolation(
        f"{model._meta.db_table}.{field.column} is closed to the purpose {entered.purpose.key!r}: "
        f"its categories, at {policy.where(entered.purpose, 'categories')}, do not hold it."
    )

"""The access log beside the policy that says how long it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

from forsyn.workflows.declarations import current_policy

CATEGORY = "access_log"
NEVER = datetime(1, 1, 1, tzinfo=UTC)


def kept_since(today: date) -> datetime:
    """Before the first day of this month the log may be gone: it goes month by month, by the policy's shortest rule."""
    periods = [rule.period for rule in current_policy().retention_of(CATEGORY)]
    months = min((12 * period.years + period.months for period in periods), default=0)
    if not months:
        return NEVER
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)

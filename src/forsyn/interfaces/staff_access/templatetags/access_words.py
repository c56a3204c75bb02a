"""Words for roles and states in the pages of staff access."""

from __future__ import annotations

from datetime import date, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from forsyn.domain.accounts.access_queries import State
from forsyn.interfaces.design import in_language
from forsyn.interfaces.staff_access.wording import STATES
from forsyn.policy.vocabulary import Language
from forsyn.policy.wording import period_words
from forsyn.workflows.declarations import current_policy

register = template.Library()


@register.filter
def role_name(key: str) -> str:
    """What the policy calls a role; its key, where the policy has it no longer."""
    declared = current_policy().staff_roles.get(key)
    return in_language(declared.name) if declared else key


@register.filter
def role_description(key: str) -> str:
    """What the policy says of a role."""
    declared = current_policy().staff_roles.get(key)
    return in_language(declared.description) if declared else ""


@register.filter
def role_purposes(key: str) -> list[str]:
    """The names of the purposes that a role serves."""
    policy = current_policy()
    declared = policy.staff_roles.get(key)
    return [in_language(policy.purposes[purpose].name) for purpose in declared.purposes] if declared else []


@register.simple_tag(takes_context=True)
def longest(context: template.Context, key: str) -> str:
    """The longest time that a role is granted for: »1 år«."""
    english = context.get("LANGUAGE_CODE") == "en"
    return period_words(current_policy().staff_roles[key].longest, Language.ENGLISH if english else Language.DANISH)


@register.filter
def last_day(until: date) -> date:
    """The day before the first one without."""
    return until - timedelta(days=1)


@register.filter
def state_badge(state: State) -> SafeString:
    """A state as a badge with its words."""
    shown = STATES[state]
    return format_html('<span class="badge {}">{}</span>', shown.badge, shown.words)

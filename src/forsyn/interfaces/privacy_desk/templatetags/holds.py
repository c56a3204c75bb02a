"""Template filters of holds."""

from __future__ import annotations

from django import template

from forsyn.interfaces.privacy_desk.templatetags.declarations import spoken
from forsyn.workflows.declarations import current_policy

register = template.Library()


@register.filter
def category_name(key: str) -> str:
    """What people call a category; an older hold may name one that the policy no longer has."""
    category = current_policy().categories.get(key)
    return key if category is None else spoken(category.name)

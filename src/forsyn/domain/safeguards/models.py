"""The area's tables, gathered for Django. Each part has a file of its own."""

from forsyn.domain.safeguards.choices_models import Consent as Consent
from forsyn.domain.safeguards.choices_models import Objection as Objection
from forsyn.domain.safeguards.choices_models import Restriction as Restriction

"""The area's tables, gathered for Django. Each part has a file of its own."""

from forsyn.domain.safeguards.choices_models import Consent as Consent
from forsyn.domain.safeguards.choices_models import Objection as Objection
from forsyn.domain.safeguards.choices_models import Restriction as Restriction
from forsyn.domain.safeguards.door_models import AgreementDocument as AgreementDocument
from forsyn.domain.safeguards.door_models import Disclosure as Disclosure
from forsyn.domain.safeguards.door_models import DisclosurePerson as DisclosurePerson
from forsyn.domain.safeguards.door_models import DisclosureRefusal as DisclosureRefusal
from forsyn.domain.safeguards.door_models import OutboxMessage as OutboxMessage
from forsyn.domain.safeguards.door_models import ProcessorAudit as ProcessorAudit
from forsyn.domain.safeguards.door_models import RecipientAgreement as RecipientAgreement
from forsyn.domain.safeguards.door_models import SubProcessor as SubProcessor
from forsyn.domain.safeguards.holds_models import Hold as Hold
from forsyn.domain.safeguards.log_models import AccessEntry as AccessEntry
from forsyn.domain.safeguards.log_models import AccessSeal as AccessSeal
from forsyn.domain.safeguards.log_models import SpotCheck as SpotCheck
from forsyn.domain.safeguards.log_models import SpotCheckItem as SpotCheckItem

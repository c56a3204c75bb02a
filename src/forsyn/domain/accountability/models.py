"""Registers that the law wants of the controller: breaches, balancing tests, impact assessments (Art. 5(2), 33, 35)."""

from forsyn.domain.accountability.assessment_models import Assessment as Assessment
from forsyn.domain.accountability.breach_models import Breach as Breach
from forsyn.domain.accountability.breach_models import BreachNotice as BreachNotice
from forsyn.domain.accountability.breach_models import BreachPerson as BreachPerson
from forsyn.domain.accountability.breach_models import BreachSearch as BreachSearch
from forsyn.domain.accountability.breach_models import BreachStep as BreachStep

"""Registers that the law wants of the controller: breaches, balancing tests, impact assessments (Art. 5(2), 33, 35)."""

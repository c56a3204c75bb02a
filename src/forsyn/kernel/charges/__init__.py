"""Charges: what a customer owes for a period, reckoned from a basis that holds everything, into an explained bill."""

"""Deliveries of Betalingsservice: collections out, payments and agreements in."""

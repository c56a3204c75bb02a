"""The payment line of Danish payment slips (FI and giro)."""

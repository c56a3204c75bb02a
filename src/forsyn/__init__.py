"""Customer, meter and billing system of a Danish utility whose published privacy policy is the program."""

__version__ = "0.1.0"

"""Bank files of ISO 20022: statements and notices in (camt), credit transfers out (pain)."""

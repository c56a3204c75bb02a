"""The nightly clock and erasures: what went, under which rule, without persons."""

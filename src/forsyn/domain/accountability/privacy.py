"""What the area's tables hold, and whose it is."""

from forsyn.policy.bindings import Table

BINDINGS: tuple[Table, ...] = ()

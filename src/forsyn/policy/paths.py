"""Paths: whose a row is, written as the joins that lead from it to its person. See `forsyn.policy.bindings`."""

import re
from dataclasses import dataclass

PERSON_ROOTS = ("customers_customer.id", "accounts_account.id")
"""Where every path ends: customers, and the accounts of staff and of those who sign in."""

_NAME = r"[a-z_][a-z0-9_]*"
_NAMES = rf"{_NAME}(?:\s*&\s*{_NAME})*"
_HOP = re.compile(
    rf"(?P<local>{_NAMES})\s*->\s*(?P<table>{_NAME})\.(?P<columns>{_NAMES})"
    rf"(?:\s+during\s+(?:(?P<bound_table>{_NAME})\.)?(?P<bound>{_NAME})\s+(?P<how>in|within)\s+(?P<period>{_NAME}))?"
)
_HOP_FORM = "'local_column -> table.column' or '... during local_column in period_column'"


class BindingError(ValueError):
    """A binding that cannot be read; the message says which and how it is written."""


@dataclass(frozen=True, slots=True)
class During:
    """Time bound of a hop: the target's ``period`` column must hold ``column``.

    ``table`` names an earlier table of the path that has the column; None is the table the hop leaves from. ``whole``:
    a column of several days must lie in the period with all of them; else one day is enough.
    """

    column: str
    period: str
    table: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """One join: each of ``local`` equals the column of ``table`` at the same place in ``columns``."""

    local: tuple[str, ...]
    table: str
    columns: tuple[str, ...]
    during: During | None = None

    def __str__(self) -> str:
        text = f"{' & '.join(self.local)} -> {self.table}.{' & '.join(self.columns)}"
        if self.during is None:
            return text
        bound = f"{self.during.table}." if self.during.table else ""
        how = "within" if self.during.whole else "in"
        return f"{text} during {bound}{self.during.column} {how} {self.during.period}"


@dataclass(frozen=True, slots=True)
class Path:
    """Chain of joins from a row to its person. Without hops, the row is itself the person's."""

    hops: tuple[Hop, ...]

    def root(self, table: str) -> str:
        """Name ``table.column`` where the path ends, for a row of ``table``."""
        if not self.hops:
            return f"{table}.id"
        return f"{self.hops[-1].table}.{' & '.join(self.hops[-1].columns)}"

    def __str__(self) -> str:
        return ", ".join(map(str, self.hops)) or "the row itself"


ITSELF = Path(())
"""Path of a table whose rows are the persons: ``customers_customer``, ``accounts_account``."""


def path(*hops: str) -> Path:
    """Read a path; see the module's first page for the form. Raises `BindingError`."""
    texts = [text.strip() for hop in hops for text in hop.split(",")]
    if not texts:
        raise BindingError(f"A path needs at least one hop, written {_HOP_FORM}; a person's own row has ITSELF.")
    return Path(tuple(_read_hop(text) for text in texts))


def _read_hop(text: str) -> Hop:
    match = _HOP.fullmatch(text)
    if match is None:
        raise BindingError(f"Cannot read the hop {text!r}. Write {_HOP_FORM}.")
    local, columns = _split(match["local"]), _split(match["columns"])
    if len(local) != len(columns):
        raise BindingError(f"The hop {text!r} joins {len(local)} columns to {len(columns)}. Name as many on each side.")
    during = None
    if match["bound"]:
        during = During(match["bound"], match["period"], match["bound_table"], match["how"] == "within")
    return Hop(local, match["table"], columns, during)


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split("&"))

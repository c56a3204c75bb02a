"""What tables, columns and values are called to the person they are about; read from ``dossier_words.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from tomllib import loads

from forsyn.policy.items import Text


class LeftOut(StrEnum):
    """Why something that is held is not in the copy that a person gets."""

    ANOTHER_PERSON = "another_person"
    """It is about somebody else, such as the member of staff who wrote it (Art. 15(4))."""
    SECRET = "secret"  # noqa: S105
    """It would open a door, or it is a key: a password's hash (Art. 32)."""
    REPEATED = "repeated"
    """It says again what stands elsewhere in the copy, such as a name as search spells it."""
    PASSING = "passing"
    """A message that waits to be sent; it reaches its addressee and is gone here."""


WHY_LEFT_OUT: Mapping[LeftOut, Text] = {
    LeftOut.ANOTHER_PERSON: Text(
        "handler om en anden end dig, for eksempel medarbejderen, der skrev det",
        "is about somebody other than you, such as the member of staff who wrote it",
    ),
    LeftOut.SECRET: Text(
        "er en nøgle eller en adgangskode i låst form, som ikke må forlade systemet",
        "is a key or a password in locked form, which must not leave the system",
    ),
    LeftOut.REPEATED: Text(
        "gentager kun, hvad der står et andet sted i pakken", "only repeats what stands elsewhere in the package"
    ),
    LeftOut.PASSING: Text(
        "er på vej ud til sin modtager og bliver slettet her, når det er sendt",
        "is on its way to its addressee and is deleted here once it is sent",
    ),
}


@dataclass(frozen=True, slots=True)
class TableWords:
    """One table: its title, its columns' own names, what is left out (``all``: the whole table) and its documents.

    ``files``: columns that hold a document, with the column that holds the document's name. ``codes``: columns that
    hold codes of the program, with the words for each.
    """

    title: Text
    columns: Mapping[str, Text]
    left_out: Mapping[str, LeftOut]
    files: Mapping[str, str]
    codes: Mapping[str, Mapping[str, Text]]


@dataclass(frozen=True, slots=True)
class Words:
    """All words. ``columns`` and ``left_out`` count wherever a table has none of its own."""

    values: Mapping[str, Text]
    columns: Mapping[str, Text]
    left_out: Mapping[str, LeftOut]
    tables: Mapping[str, TableWords]

    def table(self, name: str) -> TableWords | None:
        return self.tables.get(name)

    def column(self, table: str, column: str) -> Text | None:
        """What a column is called, or None where no words were written for it."""
        own = self.tables[table].columns if table in self.tables else {}
        return own.get(column) or self.columns.get(column)

    def why_left_out(self, table: str, column: str) -> LeftOut | None:
        own = self.tables[table].left_out if table in self.tables else {}
        return own.get("all") or own.get(column) or self.left_out.get(column)


@cache
def words() -> Words:
    """The words of this program's tables."""
    return read_words(files("forsyn.policy").joinpath("dossier_words.toml").read_text(encoding="utf-8"))


def read_words(text: str) -> Words:
    """Words from TOML. Raises KeyError, ValueError where it is not of the form that the file describes."""
    found = loads(text)
    return Words(
        values=_texts(found["values"]),
        columns=_texts(found["columns"]),
        left_out=_reasons(found["left_out"]),
        tables={
            name: TableWords(
                title=Text(*one["title"]),
                columns=_texts(one.get("columns", {})),
                left_out=_reasons(one.get("left_out", {})),
                files=one.get("files", {}),
                codes={column: _texts(texts) for column, texts in one.get("codes", {}).items()},
            )
            for name, one in found["tables"].items()
        },
    )


def _texts(found: Mapping[str, list[str]]) -> dict[str, Text]:
    return {key: Text(*both) for key, both in found.items()}


def _reasons(found: Mapping[str, str]) -> dict[str, LeftOut]:
    return {key: LeftOut(reason) for key, reason in found.items()}

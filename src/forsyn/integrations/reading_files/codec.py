"""Rows of a delivery <-> values: the one place that knows what a profile makes of them. Pure: it only computes.

A Decoder is fed the rows of one file in their order and gives a batch for each feed, and maybe a last one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from forsyn.integrations.reading_files import doubled_hours
from forsyn.integrations.reading_files.batch import Problem, ReadingBatch
from forsyn.integrations.reading_files.elements import Elements, joined
from forsyn.integrations.reading_files.profile import Profile
from forsyn.integrations.reading_files.row_stamps import RowStamps, row_stamps
from forsyn.integrations.reading_files.row_values import RowValues, register_codes_of, row_values
from forsyn.integrations.reading_files.rows import Rows

__all__ = ["Decoder", "Problem", "ReadingBatch"]

Int64s = npt.NDArray[np.int64]


class Decoder:
    """Turns rows into batches. Keeps the file's meter numbers, and rows of a doubled hour that still wait."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.meter_numbers: list[str] = []
        self.register_codes = register_codes_of(profile)
        self._meter_index: dict[str, int] = {}
        self._waiting: Elements | None = None
        self._waiting_prior = np.zeros(0, np.int64)

    def decode(self, rows: Rows) -> ReadingBatch:
        """Every row as values, or as problems; those of a doubled hour may come with a later call."""
        stamps = row_stamps(rows.stamp, self.profile)
        meter = self._meters(rows.meter_number)
        columns = [row_values(rows, number, self.profile) for number in range(len(rows.values))]
        parts = [_elements(rows, number, meter, stamps, values) for number, values in enumerate(columns)]
        if rows.malformed:
            parts.append(_malformed(rows, len(rows.values)))
        elements = joined(parts)
        if elements.doubled_by is not None or self._waiting is not None:
            elements = self._settle_doubled(elements, final=False)
        return self._batch(
            elements,
            sum(values.rounded_count for values in columns),
            sum(values.rounding_base_units for values in columns),
        )

    def finish(self) -> ReadingBatch | None:
        """The rows that still waited at the end of the file, if any."""
        if self._waiting is None:
            return None
        nothing = self._waiting.taken(np.zeros(0, np.int64))
        return self._batch(self._settle_doubled(nothing, final=True), 0, 0.0)

    def _batch(self, elements: Elements, rounded_count: int, rounding_base_units: float) -> ReadingBatch:
        return ReadingBatch(
            line=elements.line,
            meter_numbers=self.meter_numbers,
            meter=elements.meter,
            register_codes=self.register_codes,
            register=elements.register,
            at=elements.at,
            value=elements.value,
            problem=elements.problem,
            raw={position: text for position, text in elements.raw.items() if elements.problem[position]},
            rounded_count=rounded_count,
            rounding_base_units=rounding_base_units,
        )

    def _meters(self, column: pa.Array) -> npt.NDArray[np.int32]:
        """Index into meter_numbers for each row; Python sees each distinct number once a feed, not each row."""
        encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        numbers = [text.strip() if text else "" for text in encoded.dictionary.cast(pa.string()).to_pylist()]
        index = np.full(len(numbers) + 1, -1, np.int32)
        for position, number in enumerate(numbers):
            if number and number not in self._meter_index:
                self._meter_index[number] = len(self.meter_numbers)
                self.meter_numbers.append(number)
            index[position] = self._meter_index.get(number, -1)
        places = pc.fill_null(encoded.indices.cast(pa.int32()), len(numbers))
        return np.asarray(index[places.to_numpy(zero_copy_only=False)])

    def _settle_doubled(self, fresh: Elements, *, final: bool) -> Elements:
        """Decide for waiting and new rows of doubled hours; those that cannot yet be decided wait on."""
        waiting = self._waiting if self._waiting is not None else fresh.taken(np.zeros(0, np.int64))
        elements = joined([waiting, fresh])
        doubled, keys = elements.doubled(), elements.series()
        concerned = np.flatnonzero(elements.stamped() & np.isin(keys, np.unique(keys[doubled])))
        series = doubled_hours.series_of(keys[concerned], elements.local[concerned], doubled[concerned])
        series.prior[: len(waiting)] = self._waiting_prior
        decision = doubled_hours.decide(series, final=final)

        at = elements.at.copy()
        second = concerned[decision.second]
        at[second] += elements.doubled_by[second] if elements.doubled_by is not None else 0
        untold = concerned[decision.untold]
        at[untold] = 0
        settled = replace(elements, at=at).marked(untold, Problem.LOCAL_HOUR_AMBIGUOUS)
        open_rows = doubled[concerned] & ~decision.decided
        stays = concerned[open_rows]
        self._waiting = elements.taken(stays) if len(stays) else None
        self._waiting_prior = decision.prior[open_rows]
        goes = np.ones(len(elements), np.bool_)
        goes[stays] = False
        return settled.taken(np.flatnonzero(goes))


def _elements(rows: Rows, number: int, meter: npt.NDArray[np.int32], stamps: RowStamps, values: RowValues) -> Elements:
    problem = values.problem
    if stamps.problem.any():
        problem = np.where(stamps.problem != Problem.NONE, stamps.problem, problem)
    missing = meter < 0
    if missing.any():
        problem = np.where(missing, np.uint8(Problem.METER_MISSING), problem)
    wrong = problem != Problem.NONE
    told = wrong if stamps.doubled_by is None else wrong | (stamps.doubled_by > 0)
    where = np.flatnonzero(told)
    return Elements(
        line=rows.line,
        meter=meter,
        register=values.register,
        at=stamps.at,
        value=np.where(wrong, 0, values.value) if wrong.any() else values.value,
        problem=problem,
        local=stamps.local,
        doubled_by=stamps.doubled_by,
        raw=dict(
            zip(
                where.tolist(),
                zip(_texts(rows.stamp, where), _texts(rows.values[number], where), strict=True),
                strict=True,
            )
        ),
    )


def _malformed(rows: Rows, values_in_row: int) -> Elements:
    """As many elements as a good row would have given, so that counts add up."""
    lines = np.repeat(np.array([line for line, _ in rows.malformed], np.int64), values_in_row)
    texts = [text for _, text in rows.malformed for _ in range(values_in_row)]
    count = len(lines)
    return Elements(
        line=lines,
        meter=np.full(count, -1, np.int32),
        register=np.full(count, -1, np.int16),
        at=np.zeros(count, np.int64),
        value=np.zeros(count, np.int64),
        problem=np.full(count, Problem.ROW_MALFORMED, np.uint8),
        local=np.zeros(count, np.int64),
        doubled_by=None,
        raw={position: (text, "") for position, text in enumerate(texts)},
    )


def _texts(column: pa.Array, where: Int64s) -> list[str]:
    """Some cells as a person would have read them in the file."""
    if not len(where):
        return []
    cells = column.take(pa.array(where))
    if pa.types.is_timestamp(cells.type):
        # Not through Python's datetime, which cannot hold every stamp that a file can.
        ticks = pc.fill_null(cells.cast(pa.int64()), np.iinfo(np.int64).min).to_numpy(zero_copy_only=False)
        zone = "Z" if cells.type.tz else ""
        stamps = np.datetime_as_string(ticks.view(f"datetime64[{cells.type.unit}]"))
        return ["" if stamp == "NaT" else f"{stamp}{zone}" for stamp in stamps.tolist()]
    return ["" if cell is None else str(cell) for cell in cells.to_pylist()]

"""Values on their way to a batch: parallel arrays that can be split and joined."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forsyn.integrations.reading_files.batch import Problem

Raw = dict[int, tuple[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """Arrays as in ReadingBatch, and what is needed to tell the two instants of a doubled hour apart."""

    line: npt.NDArray[np.int64]
    meter: npt.NDArray[np.int32]
    register: npt.NDArray[np.int16]
    at: npt.NDArray[np.int64]
    value: npt.NDArray[np.int64]
    problem: npt.NDArray[np.uint8]
    local: npt.NDArray[np.int64]
    """The time that the local clock showed; only looked at where something is doubled."""
    doubled_by: npt.NDArray[np.int64] | None
    """Seconds from the first to the second instant that the stamp can mean; 0 or None: it means one."""
    raw: Raw
    """As delivered, for elements with a problem or a doubled stamp."""

    def __len__(self) -> int:
        return len(self.line)

    def doubled(self) -> npt.NDArray[np.bool_]:
        """Where a usable stamp means one of two instants."""
        if self.doubled_by is None:
            return np.zeros(len(self), np.bool_)
        return (self.doubled_by > 0) & self.stamped()

    def stamped(self) -> npt.NDArray[np.bool_]:
        """Where meter, register and stamp are known, whatever the value is."""
        return np.asarray(self.problem <= Problem.VALUE_TOO_LARGE)

    def series(self) -> npt.NDArray[np.int64]:
        """A number for each meter's register."""
        return self.meter.astype(np.int64) * 2**16 + self.register

    def taken(self, rows: npt.NDArray[np.int64]) -> Elements:
        """The elements at these positions, which must rise."""
        old = np.fromiter(self.raw, np.int64, len(self.raw))
        new = np.searchsorted(rows, old)
        kept = (new < len(rows)) & (rows[np.minimum(new, len(rows) - 1)] == old) if len(rows) else old < 0
        raw = {
            position: self.raw[key]
            for position, key, keep in zip(new.tolist(), old.tolist(), kept.tolist(), strict=True)
            if keep
        }
        return Elements(
            line=self.line[rows],
            meter=self.meter[rows],
            register=self.register[rows],
            at=self.at[rows],
            value=self.value[rows],
            problem=self.problem[rows],
            local=self.local[rows],
            doubled_by=None if self.doubled_by is None else self.doubled_by[rows],
            raw=raw,
        )

    def marked(self, rows: npt.NDArray[np.int64], problem: Problem) -> Elements:
        """The same with a problem at these positions."""
        codes = self.problem.copy()
        codes[rows] = problem
        return replace(self, problem=codes)


def joined(parts: list[Elements]) -> Elements:
    """All elements of the parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    doubled = any(part.doubled_by is not None for part in parts)
    offsets = np.cumsum([0, *(len(part) for part in parts)]).tolist()
    return Elements(
        line=np.concatenate([part.line for part in parts]),
        meter=np.concatenate([part.meter for part in parts]),
        register=np.concatenate([part.register for part in parts]),
        at=np.concatenate([part.at for part in parts]),
        value=np.concatenate([part.value for part in parts]),
        problem=np.concatenate([part.problem for part in parts]),
        local=np.concatenate([part.local for part in parts]),
        doubled_by=np.concatenate(
            [np.zeros(len(part), np.int64) if part.doubled_by is None else part.doubled_by for part in parts]
        )
        if doubled
        else None,
        raw={
            key + offset: text for part, offset in zip(parts, offsets, strict=False) for key, text in part.raw.items()
        },
    )

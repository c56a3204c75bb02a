"""Bytes and arrow columns of a delivery <-> values. Pure: opens nothing, and only computes."""

from __future__ import annotations

from forsyn.integrations.reading_files.batch import Problem, ReadingBatch

__all__ = ["Problem", "ReadingBatch"]

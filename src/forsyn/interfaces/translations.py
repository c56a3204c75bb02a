"""Compiles the English translations: interfaces keep .po files, Python reads .mo files, which are not kept."""

from __future__ import annotations

import os
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parents[1]


def compile_translations(root: Path = PACKAGE) -> int:
    """Write the .mo of every .po under ``root`` that has changed; return how many were written.

    Raises OSError with the file's name and line when a .po cannot be read.
    """
    written = 0
    for source in sorted(root.rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        fresh = target.with_suffix(f".{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(fresh))
        fresh.replace(target)
        written += 1
    return written

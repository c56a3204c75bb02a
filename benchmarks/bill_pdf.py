"""PDFs of bills a second: with the kept compiler, with a new one for each bill, and with a process for each bill.

Each bill is of another customer with another consumption: an annual statement for heat, two pages, with graph and every
step, as PDF/UA-1 and PDF/A-2a. The three ways take turns, so that what else runs on the machine meets all of them.
Needs no database: .venv/bin/python benchmarks/bill_pdf.py [bills]
"""

from __future__ import annotations

import json
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typst

sys.path.insert(0, str(Path(__file__).parents[1]))

from forsyn.integrations.documents.bills import STANDARDS, TEMPLATE, bill_pdf
from forsyn.integrations.documents.pdf import ROOM, midnight
from forsyn.workflows.bill_layout import layout_of
from tests import bill_samples as bills

DATED = date(2027, 1, 15)
ALONE = "import json, sys, datetime; from forsyn.integrations.documents.bills import bill_pdf;" + (
    "sys.stdout.buffer.write(bill_pdf(json.load(sys.stdin), dated=datetime.date(2027, 1, 15)))"
)


@dataclass
class Taken:
    """What the bills of one way took so far: seconds by the clock, of the processor, and bytes."""

    count: int = 0
    wall_seconds: float = 0.0
    processor_seconds: float = 0.0
    written_bytes: int = 0


def customers() -> Iterator[dict[str, Any]]:
    """Layouts of bills, no two alike."""
    chance = random.Random(7)
    for number in range(10**6):
        used = [round(kwh * chance.uniform(0.7, 1.3)) for kwh in bills.USE_NOW]
        document = bills.annual(
            net_oere=chance.randrange(300_000, 500_000, 4),
            months=bills.months(used, bills.USE_BEFORE),
            number=str(10_000 + number),
            addressee=replace(bills.PERSON, name=f"Prøve Kunde {number}", customer_number=str(200_000 + number)),
        )
        yield layout_of(document)


def kept(layout: dict[str, Any]) -> bytes:
    return bill_pdf(layout, dated=DATED)


def new_compiler(layout: dict[str, Any]) -> bytes:
    """As a single document is made: the template and the fonts are read anew."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[ROOM / "fonts"])
    compiler = typst.Compiler(ROOM / TEMPLATE, root=ROOM, font_paths=fonts, ignore_system_fonts=True)
    inputs = {"document": json.dumps(layout, ensure_ascii=False)}
    made = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=midnight(DATED), sys_inputs=inputs)
    assert isinstance(made, bytes)
    return made


def own_process(layout: dict[str, Any]) -> bytes:
    made = subprocess.run([sys.executable, "-c", ALONE], input=json.dumps(layout).encode(), capture_output=True)
    assert made.returncode == 0, made.stderr.decode()
    return made.stdout


@contextmanager
def counted(taken: Taken) -> Iterator[None]:
    wall, processor = time.perf_counter(), processor_seconds()
    yield
    taken.wall_seconds += time.perf_counter() - wall
    taken.processor_seconds += processor_seconds() - processor
    taken.count += 1


def processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main(count: int) -> None:
    ways: dict[str, tuple[Callable[[dict[str, Any]], bytes], int]] = {
        "compiler kept": (kept, 1),
        "new compiler for each": (new_compiler, 1),
        "process for each": (own_process, 10),
    }
    taken = {name: Taken() for name in ways}
    making = Taken()
    source = customers()
    kept(next(source))
    for turn in range(count):
        for name, (way, seldom) in ways.items():
            if turn % seldom:
                continue
            with counted(making):  # another bill for each way: Typst remembers, whichever compiler asks
                layout = next(source)
            with counted(taken[name]):
                made = way(layout)
            taken[name].written_bytes += len(made)
    print(f"Python {platform.python_version()}, typst {version('typst')}, {platform.machine()}, {count} bills")
    for name, each in {"calculation, document, layout": making, **taken}.items():
        milliseconds = each.processor_seconds / each.count * 1000
        print(
            f"{name:32} {each.count / each.processor_seconds:8.1f} a second of processor time ({milliseconds:.1f} ms), "
            f"{each.count / each.wall_seconds:6.1f} by the clock, {each.written_bytes // each.count // 1000} KB each"
        )
    print(f"Peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)

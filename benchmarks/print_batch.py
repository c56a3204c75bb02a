"""A batch of bills for the printer: one PDF of a thousand letters with its list, beside one PDF a letter in a ZIP.

Each bill is of another customer with another consumption: an annual statement for heat, two pages. Both ways begin with
the same PDFs, which are made once and counted apart. Needs no database:
.venv/bin/python benchmarks/print_batch.py [bills]
"""

from __future__ import annotations

import io
import os
import platform
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forsyn.config.settings")

import django

django.setup()

from forsyn.domain.customers.addressee_queries import AddresseeView  # noqa: E402 - after the settings
from forsyn.integrations.outgoing_files.codec import Manifest  # noqa: E402 - after the settings
from forsyn.integrations.outgoing_files.transport import new_batch  # noqa: E402 - after the settings
from forsyn.policy.vocabulary import Language  # noqa: E402 - after the settings
from forsyn.workflows.bill_facts import Ready  # noqa: E402 - after the settings
from forsyn.workflows.print_batch import Typeset, by_postal_round, typeset, write_letters  # noqa: E402 - after the settings
from tests import bill_samples as bills  # noqa: E402 - after the settings

STREETS = ("Fjordgade", "Ågade", "Ærøvej", "Nyvej", "Skolegade")


def ready(count: int) -> list[Ready]:
    """Bills that wait, no two alike."""
    chance = random.Random(7)
    found = []
    for number in range(count):
        street = f"{chance.choice(STREETS)} {chance.randint(1, 99)}"
        home = replace(bills.HOME, street=street, building="", postal_code=f"99{chance.randint(10, 99)}")
        used = [round(kwh * chance.uniform(0.7, 1.3)) for kwh in bills.USE_NOW]
        name = f"Prøve Kunde {number}"
        document = bills.annual(
            net_oere=chance.randrange(300_000, 500_000, 4), months=bills.months(used, bills.USE_BEFORE),
            number=str(10_000 + number),
            addressee=replace(bills.PERSON, name=name, customer_number=str(200_000 + number), address=home),
        )  # fmt: skip
        customer = AddresseeView(
            number,
            str(200_000 + number),
            False,
            f"Prøve Kunde {number}",
            "",
            Language.DANISH,
            "",
            street,
            "9999",
            "Nordby",
        )
        found.append(Ready(number, number, customer, document))
    return found


def timed(work: Callable[[], object]) -> tuple[float, float, object]:
    wall, processor = time.perf_counter(), time.process_time()
    done = work()
    return time.perf_counter() - wall, time.process_time() - processor, done


def together(letters: list[Typeset], folder: Path) -> int:
    batch = new_batch(folder)
    details = write_letters(batch, letters)
    manifest = Manifest("print", 1, "2027-01-15T08:00:00+01:00", tuple(batch.files), details)
    name, _ = batch.close(manifest)
    batch.publish(name)
    return manifest.byte_count


def apart(letters: list[Typeset]) -> int:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for letter in letters:
            archive.writestr(f"{letter.ready.document.facts.number}.pdf", letter.pdf)
    return written.tell()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    waiting = by_postal_round(ready(count))
    wall, processor, done = timed(lambda: typeset(waiting))
    letters, problems = done  # type: ignore[misc]
    assert not problems
    print(
        f"Python {platform.python_version()}, typst {version('typst')}, pypdf {version('pypdf')}, {platform.machine()}"
    )
    print(f"load {os.getloadavg()[0]:.1f}")
    print(f"{count} PDFs: {wall:.1f} s, {processor:.1f} s of processor, {count / processor:.0f} a second of it")
    with tempfile.TemporaryDirectory() as folder:
        wall, processor, size = timed(lambda: together(letters, Path(folder)))
    print(f"one PDF and its list: {wall:.1f} s, {processor:.1f} s of processor, {size / 1e6:.1f} MB")
    wall, processor, size = timed(lambda: apart(letters))
    print(f"a ZIP of them: {wall:.1f} s, {processor:.1f} s of processor, {size / 1e6:.1f} MB")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB resident at most")


if __name__ == "__main__":
    main()

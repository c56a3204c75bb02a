"""ISO 8601 durations as a policy writes them: ``P5Y``, ``P1Y6M``, ``P14D``, ``PT12H``, ``P0D``."""

import re
from dataclasses import dataclass

_FORM = re.compile(
    r"P(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,3})M)?(?:(?P<weeks>\d{1,3})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,3})H)?(?:(?P<minutes>\d{1,3})M)?)?",
    re.ASCII,
)


class PeriodError(ValueError):
    """Text that is not a period; the message says how one is written."""


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period; years and months have no fixed number of days. All zero means at once."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read an ISO 8601 duration in whole units. Raises `PeriodError`."""
        match = _FORM.fullmatch(text)
        if match is None or all(value is None for value in match.groups()):
            raise PeriodError(
                f"{text!r} is not an ISO 8601 period. Write 'P5Y' for five years, 'P6M' for six months, "
                "'P14D' for fourteen days, 'PT12H' for twelve hours, 'P0D' for at once."
            )
        return cls(**{unit: int(value) for unit, value in match.groupdict().items() if value})

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """The units that are not zero, largest first: ``(("years", 1), ("months", 6))``."""
        units = ("years", "months", "weeks", "days", "hours", "minutes")
        return tuple((unit, getattr(self, unit)) for unit in units if getattr(self, unit))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __str__(self) -> str:
        dates = "".join(f"{n}{u[0].upper()}" for u, n in self.parts if u not in ("hours", "minutes"))
        times = "".join(f"{n}{u[0].upper()}" for u, n in self.parts if u in ("hours", "minutes"))
        return f"P{dates}{'T' if times else ''}{times}" if self else "P0D"

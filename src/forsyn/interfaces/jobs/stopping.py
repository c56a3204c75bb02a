"""Being asked to stop while waiting, or between two jobs: never in the middle of one."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterator


class Stopping:
    """Whether the runner was asked to stop. A pipe, since a signal handler may not take the lock of an Event."""

    def __init__(self, parent: int | None = None) -> None:
        """With a ``parent``, a process id, it stops as well when that process is gone."""
        self._asked, self._ask = os.pipe()
        self._parent = parent

    def ask(self, *_: object) -> None:
        """Stop before the next job; also a handler of signals."""
        os.write(self._ask, b".")

    def within(self, seconds: float) -> bool:
        """Wait; whether the runner was asked to stop before or meanwhile."""
        asked = select.select([self._asked], [], [], max(0.0, seconds))[0]
        return bool(asked) or self._parent not in {None, os.getppid()}

    def close(self) -> None:
        os.close(self._ask)
        os.close(self._asked)


@contextlib.contextmanager
def stopped_by_signals(parent: int | None = None) -> Iterator[Stopping]:
    """SIGTERM and Ctrl-C ask to stop, as long as the block lasts; the second Ctrl-C interrupts as ever."""
    stopping = Stopping(parent)
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}

    def interrupted(*_: object) -> None:
        stopping.ask()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGTERM, stopping.ask)
    signal.signal(signal.SIGINT, interrupted)
    try:
        yield stopping
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        stopping.close()

"""Ctrl-C while a command starts or ends: one line and exit code 130 at once. Imports next to nothing."""

import os
import signal
from collections.abc import Callable

INTERRUPTED = 130

_tell: list[Callable[[], object]] = []


def leave_at_once(tell: Callable[[], object] | None = None) -> None:
    """From now on, end the program when interrupted; what is to be told is told first."""
    tell_with(tell or (lambda: os.write(2, b"interrupted\n")))
    signal.signal(signal.SIGINT, _leave)


def tell_with(tell: Callable[[], object]) -> None:
    """Tell of an interrupt in another way, where it ends the program at once."""
    _tell[:] = [tell]


def raise_as_usual() -> None:
    """From now on, an interrupt is an exception again, where it ended the program at once."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(_number: int, _frame: object) -> None:
    _tell[0]()
    os._exit(INTERRUPTED)

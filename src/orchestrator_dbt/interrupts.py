"""Ctrl-C while a command starts or ends: one line and exit code 130 at once. Imports next to nothing."""

import os
import signal
from collections.abc import Callable

INTERRUPTED = 130

_waiting: list[object] = []


def leave_at_once(tell: Callable[[], None] | None = None) -> None:
    """From now on, end the program when interrupted; what is to be told is told first."""

    def leave(_number: int, _frame: object) -> None:
        (tell or _tell)()
        os._exit(INTERRUPTED)

    _waiting[:] = [leave]
    signal.signal(signal.SIGINT, leave)


def tell_with(tell: Callable[[], None]) -> None:
    """Tell of an interrupt in another way; only in a program that leaves at once."""
    if _leaves():
        leave_at_once(tell)


def raise_as_usual() -> None:
    """From now on, an interrupt is an exception again; only in a program that leaves at once."""
    if _leaves():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leaves() -> bool:
    return signal.getsignal(signal.SIGINT) in _waiting


def _tell() -> None:
    os.write(2, b"interrupted\n")

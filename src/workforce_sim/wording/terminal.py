"""A terminal: what is printed on it and cannot drive it, and how far something is. Imports nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter
from typing import TextIO

Progress = Callable[[int, int, int], None]
"""Called after each year with the year, how many are done, and how many there are."""

WIDTH = 60
"""Letters of the line that shows progress: as many are written over."""

_PLAIN = str.maketrans({"─": "-", "–": "-", "…": "...", "’": "'", "“": '"', "”": '"'})


def say(text: str) -> None:
    """Print a result on standard output."""
    _print(text, sys.stdout)


def complain(text: str) -> None:
    """Print a problem, a log line or progress on standard error; what could drive a terminal is escaped."""
    _print("\n".join(printable(line) for line in text.split("\n")), sys.stderr)


def _print(text: str, stream: TextIO | None) -> None:
    if stream is not None:  # a process may run with a closed stream
        print(_encodable(text, stream.encoding or "utf-8"), file=stream)


def _encodable(text: str, encoding: str) -> str:
    """Return the text with what the stream cannot show in plainer letters."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    return text


def printable(line: str) -> str:
    """Return a line with control characters written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in line)


def ticker(verbose: bool) -> Callable[[str, bool], None] | None:
    """Return what shows how far something is, and whether that is the end; none where nobody would see it."""
    stream = sys.stderr
    terminal = stream is not None and stream.isatty()
    if not (terminal or verbose):
        return None

    def show(text: str, ended: bool) -> None:
        if terminal:  # one line, written over, gone at the end
            text = f"{'' if ended else text:<{WIDTH}}\r"
        print(text, end="" if terminal else "\n", file=stream, flush=True)

    return show


def counter(verbose: bool) -> Callable[[int, int], None] | None:
    """Return what shows how many simulations are done, and the time left; none where nobody would see it."""
    tick, left = ticker(verbose), TimeLeft()
    if tick is None:
        return None
    return lambda done, total: tick(f"{done:,} of {total:,} simulations{left.words(done, total)}", done == total)


class TimeLeft:
    """How long something still takes, judged by what it took so far.

    Args:
        clock: tells the time, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock, self._start = clock, clock()

    def words(self, done: int, total: int) -> str:
        """Return the time left in words; nothing at the end, and where it is too early to say, or hardly any."""
        passed = self._clock() - self._start
        left = passed / done * (total - done) if done else 0.0
        if passed < _EARLIEST or left < _LEAST:
            return ""
        return f", about {duration(left)} left"


_EARLIEST, _LEAST = 1.0, 1.0
"""Seconds that have passed before a judgement, and that are left."""


def duration(seconds: float) -> str:
    """Return a time in words: ``40 s``, ``5 min``, ``2 h 10 min``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"

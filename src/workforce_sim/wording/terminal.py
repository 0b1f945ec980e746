"""A terminal: what is printed on it and cannot drive it, and how far something is. Imports nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[int, int, int], None]
"""Called after each year with the year, how many are done, and how many there are."""

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
            text = f"{'' if ended else text:<40}\r"
        print(text, end="" if terminal else "\n", file=stream, flush=True)

    return show


def counter(verbose: bool) -> Callable[[int, int], None] | None:
    """Return what shows how many replicates are done; none where nobody would see it."""
    tick = ticker(verbose)
    return None if tick is None else lambda done, total: tick(f"{done:,} of {total:,} replicates", done == total)

"""A terminal: text that cannot drive it, and how far something is in one line of it. Imports nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Callable


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

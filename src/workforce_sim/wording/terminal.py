"""A terminal: what is printed on it and cannot drive it. Imports nothing heavy."""

from __future__ import annotations

import sys
from typing import TextIO

_PLAIN = str.maketrans({"─": "-", "–": "-", "…": "...", "’": "'", "“": '"', "”": '"'})


def say(text: str) -> None:
    """Print a result on standard output."""
    _print(text, sys.stdout)


def tell(text: str) -> None:
    """Print a result that has names of others; what could drive a terminal is escaped."""
    say(_escaped(text))


def complain(text: str) -> None:
    """Print a problem, a log line or progress on standard error; what could drive a terminal is escaped."""
    _print(_escaped(text), sys.stderr)


def _escaped(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))


def _print(text: str, stream: TextIO | None) -> None:
    if stream is not None:  # a process may run with a closed stream
        stream.write(_encodable(f"{text}\n", stream.encoding or "utf-8"))  # at once: an interrupt may come any time


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

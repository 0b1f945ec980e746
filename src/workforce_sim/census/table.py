"""A census before it is understood: its rows, each with its place, and what was said on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from workforce_sim.errors import CensusError

ROW = "number of the row"


@dataclass(frozen=True)
class FilePlace:
    """Where rows stand in the file that they come from.

    Attributes:
        after: number of the row before its first.
        above: lines of the file above its first row.
        word: what a row is called: ``line`` of a text file, ``sheet row``, ``row`` of a table.
        file: name of the file, where there are several.
    """

    after: int = 0
    above: int = 0
    word: str = "row"
    file: str = ""


@dataclass(frozen=True)
class CensusTable:
    """A census not understood yet.

    Attributes:
        frame: its rows with their numbers, lazily; blank ones too, unless the file's reader leaves them out.
        name: how messages call it.
        places: where its rows stand, in order.
        notes: what was decided so far.
        blank: rows without any value that are not in ``frame``.
    """

    frame: pl.LazyFrame
    name: str
    places: tuple[FilePlace, ...] = (FilePlace(),)
    notes: tuple[str, ...] = ()
    blank: int = 0

    def collect(self, lazy: pl.LazyFrame) -> pl.DataFrame:
        """Collect a plan over ``frame``.

        Raises:
            CensusError: when the file cannot be read.
        """
        try:
            return lazy.collect(engine="in-memory")
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, OverflowError) as error:
            raise CensusError(f"{self.name}: {_reason(error)}") from None

    def columns(self) -> dict[str, pl.DataType]:
        """Return the columns and their types."""
        return dict(self.collect(self.frame.head(0).drop(ROW)).schema)


def where(rows: Sequence[int], places: Sequence[FilePlace]) -> str:
    """Return where rows stand in their files, in words: ``lines 5, 9``."""
    known = [(max((p for p in places if p.after < row), key=lambda p: p.after, default=places[0]), row) for row in rows]
    files = dict.fromkeys(place.file for place, _ in known)
    return "; ".join(_in_file(file, [(p, row) for p, row in known if p.file == file]) for file in files)


def _in_file(file: str, known: Iterable[tuple[FilePlace, int]]) -> str:
    numbers = [(place.word, row - place.after + place.above) for place, row in known]
    word = numbers[0][0] + ("s" if len(numbers) > 1 else "")
    return f"{f'{file} ' if file else ''}{word} {', '.join(str(number) for _, number in numbers)}"


def _reason(error: Exception) -> str:
    """Return why a file cannot be read, without any value from it."""
    text = str(error)
    if "more than one occurrence" in text:
        return "has two columns of the same name; rename one"
    first = re.sub(r"[`\"'].*", "...", text.partition("\n")[0][:160])
    if "parquet" in first.lower():
        return f"cannot be read as Parquet, it looks truncated or damaged; write it again ({first})"
    return f"cannot be read ({first})"

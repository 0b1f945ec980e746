"""Where a census comes from: a file, or anything that Polars can take as a frame. A file of text stays text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.census.bounds import HEAD, refuse_large_parquet, refuse_no_file, refuse_wide_text, unpacked
from workforce_sim.errors import CensusError
from workforce_sim.terminal import printable

_SSN = r"^(SSN[ :#-]*[0-9]{9}|(SSN)?[ :#-]*[0-9]{3}[- ][0-9]{2}[- ][0-9]{4})$"
_SAMPLE, _LOOKED_AT = 1_000, 100  # rows, and characters of each
_CSV = (".csv", ".txt", ".tsv", ".gz")
_PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class Opened:
    """A census not read yet.

    Attributes:
        frame: its rows, lazily.
        name: how messages call it.
        is_text: whether every column is text, with blank lines as rows of nulls.
    """

    frame: pl.LazyFrame
    name: str
    is_text: bool = False

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
        return dict(self.collect(self.frame.head(0)).schema)

    def secret(self) -> list[str]:
        """List text columns whose values look like social security numbers."""
        text = self.collect(self.frame.select(pl.col(pl.String)).head(_SAMPLE))
        likeness = text.select(pl.all().str.slice(0, _LOOKED_AT).str.strip_chars().str.contains(_SSN).mean())
        return [column.name for column in likeness if (column.item() or 0) >= 0.5]


def open_census(source: Any) -> Opened:
    """Open a path or a frame of any kind.

    Raises:
        FileNotFoundError: when there is no such file.
        CensusError: when it is no table.
    """
    if isinstance(source, str | Path):
        return _open_file(Path(source))
    if isinstance(source, pl.LazyFrame):
        return Opened(source, "frame")
    return Opened(_frame(source).lazy(), "frame")


def _frame(source: Any) -> pl.DataFrame:
    if isinstance(source, pl.DataFrame):
        return source
    try:
        frame = pl.DataFrame(source)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise _no_table(f"{type(source).__name__} cannot be read as a table ({type(error).__name__})") from None
    if not frame.columns:
        raise _no_table(f"{type(source).__name__} has no columns")
    return frame


def _no_table(why: str) -> CensusError:
    return CensusError(
        f"frame: {why}; give a path, a Polars or pandas frame, an Arrow table, or an object with __arrow_c_stream__, "
        "each column of one type, names unique"
    )


def _open_file(path: Path) -> Opened:
    name = printable(path.name)
    refuse_no_file(path, name)
    head, suffix = _head(path, name), path.suffix.lower()
    if head.startswith(b"PAR1") or suffix in _PARQUET:
        refuse_large_parquet(path, name)
        return Opened(pl.scan_parquet(path, glob=False), name)
    if suffix not in _CSV:
        raise CensusError(f"{name}: is neither Parquet nor CSV; save it as one of them (.parquet or .csv)")
    content = unpacked(path, head, name)
    return _open_csv(path, head, name) if content is None else _open_csv(content, content[:HEAD], name)


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise CensusError(f"{name}: cannot be read ({error.strerror})") from None


def _open_csv(source: Path | bytes, head: bytes, name: str) -> Opened:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CensusError(f"{name}: is encoded as UTF-16; save it as UTF-8")
    if b"\0" in head:
        raise CensusError(f"{name}: is not text; save the census as CSV (UTF-8) or Parquet")
    if b"\r" in head and b"\n" not in head:
        raise CensusError(f"{name}: has lines that end in CR alone; save it with LF or CRLF")
    separator = _separator(head)
    refuse_wide_text(source, head, separator, name)
    return Opened(pl.scan_csv(source, separator=separator, infer_schema=False, glob=False), name, is_text=True)


def _separator(head: bytes) -> str:
    """Return the most frequent separator of the first line."""
    first = head.split(b"\n", 1)[0].decode("utf-8", errors="replace")
    return max(",;\t|", key=first.count)


_REASONS = (
    ("utf-8", "is not UTF-8 text; save it as UTF-8"),
    ("more fields", "some row has more fields than the header; quote values that hold the separator"),
    ("more than one occurrence", "has two columns of the same name; rename one"),
    ("empty CSV", "is empty"),
    ("could not parse", "has a row that cannot be read as CSV; look for a quotation mark that is never closed"),
)


def _reason(error: Exception) -> str:
    """Return why a file cannot be read, without any value from it."""
    text = str(error)
    for sign, reason in _REASONS:
        if sign in text:
            return reason
    first = re.sub(r"[`\"'].*", "...", text.partition("\n")[0][:160])
    if "parquet" in first.lower():
        return f"cannot be read as Parquet, it looks truncated or damaged; write it again ({first})"
    return f"cannot be read ({first})"

"""CSV that a spreadsheet shows and does not run."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from workforce_sim.errors import LedgerError, RequestError
from workforce_sim.store.layout import placed_file

_BLANK = r"[\s\x00-\x1f\u{feff}\u{200b}-\u{200f}]"
FORMULA = rf"^'*{_BLANK}*[=+\-@＝＋－＠]|^'*[\t\r\n]"
"""How text begins that a spreadsheet may run; apostrophes before it count in, so that one can be taken off again."""


def export_csv(frame: pl.DataFrame, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a table as CSV that a spreadsheet shows and does not run, for its owner alone.

    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return (white space or wide letters of the
    same before it included) gets an apostrophe before it, names of columns too; all but numbers is in quotes.
    Numbers are written as they are, negative ones too. Taking one apostrophe off text that begins with apostrophes
    and such a character gives the table back.

    Args:
        frame: any table of plain columns.
        path: file to write; it appears whole or not at all, with mode 0600.
        overwrite: whether a file that is there is replaced.

    Returns:
        The path.

    Raises:
        RequestError: for a file that is there already, columns that CSV cannot hold, or a path that cannot be written.
    """
    target = Path(path)
    if target.exists() and not overwrite:
        raise RequestError(f"{target}: exists already; choose another name, or remove it first")
    _refuse_nested(frame)
    try:
        with placed_file(target) as file:
            neutral(frame).write_csv(file, quote_style="non_numeric")
    except LedgerError as error:
        raise RequestError(str(error)) from None
    except (OSError, pl.exceptions.PolarsError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise RequestError(f"{target}: cannot be written ({why})") from None
    return target


def neutral(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose text and names of columns no spreadsheet runs."""
    columns = (_apostrophes(column) if _is_text(column.dtype) else column for column in frame.iter_columns())
    names = _apostrophes(pl.Series(frame.columns, dtype=pl.String))
    return pl.DataFrame([column.alias(name) for column, name in zip(columns, names, strict=True)])


def _is_text(dtype: pl.DataType) -> bool:
    return isinstance(dtype, (pl.String, pl.Categorical, pl.Enum))


def _apostrophes(column: pl.Series) -> pl.Series:
    text = pl.col("text")
    marked = pl.when(text.str.contains(FORMULA)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)
    return column.cast(pl.String).to_frame("text").select(marked).to_series()


def _refuse_nested(frame: pl.DataFrame) -> None:
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested() or dtype in (pl.Binary, pl.Object)]
    if nested:
        raise RequestError(f"CSV holds plain values only; leave out or spread {', '.join(nested)}")

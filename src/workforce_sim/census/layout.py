"""Where a table begins and ends: titles above the column names, totals and remarks below the rows, blank rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import polars.selectors as cs

from workforce_sim.census.fields import recognised
from workforce_sim.census.headers import forms
from workforce_sim.census.personal import PERSONAL
from workforce_sim.census.table import ROW
from workforce_sim.wording import counted

MOST_TITLES = 40
"""Records above the column names that are looked through."""

_TOTAL = (
    r"(?i)^\W*((grand|sub|report|company|department)[ -]?)?(totals?|sum|average|avg|mean|count|median)\b"
    r"|^=?(sum|subtotal)\("
)
_UNITS = r"(?i)^\W*(date|text|(mm?|dd?|yyyy|yy)[-/. ](mm?|dd?)[-/. ](yyyy|yy|dd))\W*$"
_REMARK = r"(?i)\p{L}.*\s|\s.*\p{L}|^\W+$|^(end|eof|rows?|records?|source|notes?|page|printed|confidential)\b"
_SUM_WORD, _LAST_ROWS = r"(?i)^\W*((grand|sub)[ -]?)?(totals?|sum|average|avg|mean|count|median|min|max)\W*$", 10
_SUM = r"^[$(]*[0-9][0-9,. ]*\)?$"
_SUM = r"^[$(]*[0-9][0-9,. ]*\)?$"
_ENOUGH = 2
"""Columns of a census that a line of names has at least, where it is not the first."""


def header_of(records: Sequence[Sequence[str]], wanted: Sequence[str]) -> int:
    """Return which record holds the column names: the first that has the most of them.

    Args:
        records: the first records of a file.
        wanted: columns that the configuration names.
    """
    first = next((i for i, record in enumerate(records) if any(cell.strip() for cell in record)), 0)
    counts = [_known(record, wanted) for record in records[: MOST_TITLES + 1]]
    best = max(counts, default=0)
    return counts.index(best) if best >= _ENOUGH else first


def _known(record: Sequence[str], wanted: Sequence[str]) -> int:
    """Return how many things of a census the cells of a record name."""
    every, found = recognised(), set()
    for cell in record:
        name = cell.strip()
        known = {every[form][0] for form in forms(name) if form in every} if len(name) <= 100 else set()
        found |= {name} if name in wanted or not forms(name).isdisjoint(PERSONAL) else known
    return len(found)


def names_of(record: Sequence[str]) -> list[str]:
    """Return the column names of a record: stripped, and each of its own."""
    seen: dict[str, int] = {}
    names = []
    for cell in record:
        name = cell.strip("\ufeff \t\r\xa0")
        seen[name] = seen.get(name, -1) + 1
        names.append(name if not seen[name] else f"{name}_duplicated_{seen[name] - 1}")
    return names


def trimmed(record: Sequence[str]) -> Sequence[str]:
    """Return a record without the empty cells at its end."""
    end = len(record)
    while end and not record[end - 1].strip():
        end -= 1
    return record[:end]


@dataclass(frozen=True)
class Outside:
    """Rows that are no people: their numbers by why."""

    blank: pl.Series
    total: pl.Series
    header: pl.Series

    @property
    def rows(self) -> pl.Series:
        """The numbers of all of them."""
        return pl.concat([self.blank, self.total, self.header])

    def notes(self) -> list[str]:
        """Return what was left out, in words; rows without any value are not worth any."""
        said = ((self.total, "with totals or remarks"), (self.header, "with repeated column names"))
        return [f"{counted(len(rows), 'row')} {what} left out" for rows, what in said if len(rows)]


def outside(rows: pl.DataFrame, whole: pl.LazyFrame, used: dict[str, str]) -> Outside:
    """Return the rows that are no people.

    Args:
        rows: the columns that are used, under their own names, with ``ROW``.
        whole: all columns.
        used: which column holds which field.
    """
    hired, named = rows[used["hire_date"]], rows[used["employee_id"]]
    repeated, hireless = _repeated(named, hired), _blank(hired) | _closing(named)
    header, doubtful = rows.filter(repeated)[ROW], rows.filter(hireless & ~repeated)[ROW]
    if doubtful.is_empty():
        return Outside(doubtful, doubtful, header)
    last = rows.filter(~hireless)[ROW].max()
    cells = _cells(whole, doubtful)
    total = _totals(rows, named) if last is None else _totals(rows, named) | _below(rows, named, last)
    filled = cells.filter(pl.col("cells").list.len() > 0)
    return Outside(cells.join(filled, on=ROW, how="anti")[ROW], filled.filter(total)[ROW], header)


def _closing(named: pl.Series) -> pl.Series:
    """Tell which of the last rows have a word for a sum in place of an id, whatever stands in place of a hire date."""
    if named.dtype != pl.String:
        return pl.repeat(value=False, n=len(named), dtype=pl.Boolean, eager=True)
    last = named.tail(_LAST_ROWS).str.contains(_SUM_WORD).fill_null(value=False)
    return pl.concat([pl.repeat(value=False, n=len(named) - len(last), dtype=pl.Boolean, eager=True), last])


def _cells(whole: pl.LazyFrame, numbers: pl.Series) -> pl.DataFrame:
    """Return the texts of rows, without empty ones."""
    texts = cs.all() - cs.by_name(ROW) - cs.nested() - cs.binary()
    lists = pl.concat_list(texts.cast(pl.String, strict=False).str.strip_chars().fill_null("")).alias("cells")
    filled = pl.col("cells").list.eval(pl.element().filter(pl.element() != ""))
    chosen = whole.filter(pl.col(ROW).is_in(numbers.implode())).select(ROW, lists)
    return chosen.with_columns(filled).collect(engine="in-memory")


def _totals(rows: pl.DataFrame, named: pl.Series) -> pl.Expr:
    """Tell which rows call themselves a total, in place of an id or where there is none."""
    called = rows.filter(named.str.contains(_TOTAL))[ROW] if named.dtype == pl.String else rows[ROW].head(0)
    word = pl.col("cells").list.eval(pl.element().str.contains(_TOTAL)).list.any()
    return pl.col(ROW).is_in(called.implode()) | (word & pl.col(ROW).is_in(rows.filter(_blank(named))[ROW].implode()))


def _below(rows: pl.DataFrame, named: pl.Series, last: Any) -> pl.Expr:
    """Tell which rows below the last hire date hold one remark, or at the very end one sum, alone."""
    first, end = pl.col("cells").list.first(), rows.filter(_blank(named))[ROW].max()
    alone = (pl.col("cells").list.len() == 1) & (pl.col(ROW) > last)
    return alone & (first.str.contains(_REMARK) | ((pl.col(ROW) == pl.lit(end)) & first.str.contains(_SUM)))


def _blank(values: pl.Series) -> pl.Series:
    if values.dtype == pl.String:
        return values.is_null() | (values.str.len_bytes() == 0) | (values.str.strip_chars() == "")
    return values.is_null()


def _repeated(named: pl.Series, hired: pl.Series) -> pl.Series:
    """Return where the names of the columns stand again, as above every page of a report, or their units below them."""
    if named.dtype != pl.String or hired.dtype != pl.String:
        return pl.repeat(value=False, n=len(named), dtype=pl.Boolean, eager=True)
    same = (named == named.name) & (hired == hired.name)
    units = hired.head(3).str.contains(_UNITS).fill_null(value=False)
    told = pl.Series([*units, *[False] * (len(hired) - len(units))], dtype=pl.Boolean) if units.any() else units
    return (same | told if units.any() else same).fill_null(value=False)


def titles_note(titles: int, what: str) -> str:
    """Return what was said about lines above the column names."""
    return f"{counted(titles, what)} above the column names skipped"

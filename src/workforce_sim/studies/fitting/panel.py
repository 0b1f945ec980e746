"""Dated censuses, from files, frames, a long panel, or one census with termination dates."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.census.headers import plain
from workforce_sim.census.read import Census, census_rows
from workforce_sim.census.sources import open_census
from workforce_sim.census.table import ROW
from workforce_sim.config import Config
from workforce_sim.errors import CensusError, RequestError
from workforce_sim.wording import counted
from workforce_sim.wording.progress import Count

COLUMNS: dict[str, Any] = {
    "employee_id": pl.String,
    "hire_date": pl.Date,
    "salary_cents": pl.Int64,
    "birth_date": pl.Date,
    "level": pl.String,
    "department": pl.String,
    "deferral_bp": pl.Int64,
    "termination_date": pl.Date,
    "active": pl.Boolean,
}
"""Columns kept of each row; null where a census lacks the column."""

DATED = frozenset(
    {
        *("census date", "as of", "as of date", "snapshot date", "effective date", "report date", "valuation date"),
        *("period end", "date", "census year", "snapshot year", "plan year", "fiscal year", "year"),
    }
)
"""Names of the column that dates the rows of a panel, in any spelling."""

QUIET_DAYS, LEAST_HIRES = 45, 20


@dataclass(frozen=True)
class Snapshot:
    """One census.

    Attributes:
        date: its day.
        staff: one row per employee, columns of ``COLUMNS``, sorted by id.
        others: the other rows of the census.
        notes: what was left out or assumed.
        path: its file, if the census is a whole file and no row was left out.
    """

    date: dt.date
    staff: pl.DataFrame
    others: pl.DataFrame
    notes: tuple[str, ...] = ()
    path: str | None = None


@dataclass(frozen=True)
class Panel:
    """Censuses in the order of their dates.

    Attributes:
        snapshots: the censuses.
        pay_known: whether each has its own pay; false if one census with termination dates stands for all.
    """

    snapshots: tuple[Snapshot, ...]
    pay_known: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or assumed in reading."""
        return tuple(note for snapshot in self.snapshots for note in snapshot.notes)

    def until(self, place: int) -> Panel:
        """Return the censuses up to and including one."""
        return replace(self, snapshots=self.snapshots[: place + 1])


def panel(censuses: Any, config: Config, told: Count | None = None) -> Panel:
    """Read dated censuses.

    Args:
        censuses: a mapping of dates to censuses, pairs of a date and a census, a list of files or frames dated by
            their names or columns, one long panel with such a column, or one census with termination dates.
        config: its ``census`` section applies.
        told: called with how many censuses are read, and how many there are.

    Raises:
        RequestError: for a census without a date, two of one date, or fewer than two.
        CensusError: for a census that cannot be read.
    """
    if isinstance(censuses, Panel):
        return censuses
    parts = [part for date, source in _given(censuses) for part in _dated(date, source, config)]
    snapshots = sorted(_snapshots(parts, config, told), key=lambda snapshot: snapshot.date)
    twice = [a.date for a, b in pairwise(snapshots) if a.date == b.date]
    if twice:
        raise RequestError(f"two censuses are dated {twice[0]}; give each a date of its own")
    if len(snapshots) > 1:
        return Panel(tuple(snapshots))
    return _unfolded(snapshots[0])


def _snapshots(parts: Sequence[tuple[Any, Any, str]], config: Config, told: Count | None) -> Iterator[Snapshot]:
    for done, (date, rows, name) in enumerate(parts, 1):
        yield _snapshot(date, rows, config, name)
        if told is not None:
            told(done, len(parts))


def _given(censuses: Any) -> Iterable[tuple[Any, Any]]:
    """Yield each census with the date given for it, if any."""
    if isinstance(censuses, Mapping):
        yield from censuses.items()
    elif isinstance(censuses, (str, os.PathLike)) or _is_table(censuses) or not isinstance(censuses, Iterable):
        yield None, censuses
    else:
        for item in censuses:
            yield item if isinstance(item, tuple) and len(item) == 2 else (None, item)


def _is_table(source: Any) -> bool:
    return isinstance(source, pl.LazyFrame) or hasattr(source, "__arrow_c_stream__") or hasattr(source, "__dataframe__")


def _dated(date: Any, source: Any, config: Config) -> Iterable[tuple[Any, Any, str]]:
    """Yield each dated part of a source: a date or a year, its rows, and its name in messages."""
    name = Path(source).name if isinstance(source, (str, os.PathLike)) else "census"
    if date is not None:
        yield _day(date), source, name
        return
    column, frame = _date_column(source, config)
    if column is not None:
        yield from _parts(frame, column, name)
        return
    found = _in_name(name) if name != "census" else None
    if found is None and not isinstance(source, Census):
        found = _latest(source, config)
    if found is None:
        raise RequestError(
            f"{name}: has no date; give it in the file's name (staff_2023-12-31.csv), in a column such as as_of, "
            "or from Python as {date: census}"
        )
    yield found, source, name


def _date_column(source: Any, config: Config) -> tuple[str | None, pl.DataFrame]:
    """Return the column that dates the rows of a census, and the rows."""
    if isinstance(source, Census):
        return None, source.frame
    opened = open_census(source, config.census)
    column = next((name for name in opened.columns() if plain(name) in set(map(plain, DATED))), None)
    return column, opened.collect(opened.frame.drop(ROW)) if column is not None else pl.DataFrame()


def _parts(frame: pl.DataFrame, column: str, name: str) -> Iterable[tuple[Any, Any, str]]:
    missing = frame[column].null_count()
    if missing:
        raise CensusError(f"{name}: {counted(missing, 'row')} of {frame.height:,} lack {column}; give every row a date")
    for value in frame[column].unique().sort():
        yield _day(value), frame.filter(pl.col(column) == value).drop(column), f"{name} of {value}"


def _latest(source: Any, config: Config) -> Any:
    """Return a date for an undated census: the last day on which somebody in it was hired or terminated."""
    rows = census_rows(source, config)
    if "termination_date" not in rows.columns or rows["termination_date"].null_count() == rows.height:
        return None
    return max(day for name in ("hire_date", "termination_date") for day in [rows[name].max()] if day is not None)


def _day(value: Any) -> dt.date | int:
    """Return a date, or only a year."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    found = _in_name(str(value))
    if found is None:
        raise RequestError(f"{value!r} is not a date; write 2024-12-31 or 2024")
    return found


def _in_name(name: str) -> dt.date | int | None:
    """Return the date in a text, or else the year."""
    for year, month, day in re.findall(r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)", name):
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            continue
    years = re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", name)
    return int(years[-1]) if years else None


# --- rows of one census ---


def _snapshot(date: dt.date | int, source: Any, config: Config, name: str) -> Snapshot:
    rows = census_rows(source, config).lazy()
    have = set(rows.collect_schema().names())
    columns = [(pl.col(c) if c in have else pl.lit(None)).cast(kind).alias(c) for c, kind in COLUMNS.items()]
    every = rows.select(columns).collect(engine="in-memory")
    day, notes = (date, []) if isinstance(date, dt.date) else _in_year(date, every, name)
    usable = every.filter(
        pl.col("employee_id").is_not_null(), pl.col("hire_date").is_not_null(), pl.col("salary_cents") > 0
    )
    notes += _said(every.height - usable.height, name, "without an id, hire date or pay", "left out")
    future = usable.filter(pl.col("hire_date") <= day)
    notes += _said(usable.height - future.height, name, f"hired after {day}", "left out")
    order = [
        "salary_cents",
        "hire_date",
        *(c for c in COLUMNS if c not in {"employee_id", "salary_cents", "hire_date"}),
    ]
    once = future.sort("employee_id", *order, descending=[False] + [True] * len(order), nulls_last=True).unique(
        "employee_id", keep="first", maintain_order=True
    )
    notes += _said(future.height - once.height, name, "with an id that occurs twice", "left out, highest paid row kept")
    here = pl.col("active").fill_null(value=True) & (pl.col("termination_date") > day).fill_null(value=True)
    staff = once.filter(here)
    if staff.is_empty():
        raise CensusError(f"{name}: nobody is employed on {day}; check the date and the termination dates")
    whole = isinstance(source, (str, os.PathLike)) and every.height == once.height
    path = str(Path(source).absolute()) if whole else None
    return Snapshot(day, staff, once.filter(~here), tuple(notes), path)


def _said(count: int, name: str, what: str, done: str) -> list[str]:
    return [f"{name}: {counted(count, 'row')} {what}: {done}"] if count else []


def _in_year(year: int, rows: pl.DataFrame, name: str) -> tuple[dt.date, list[str]]:
    """Return the day of a census of which only the year is known, with a note if that is not December 31."""
    end = dt.date(year, 12, 31)
    hired = rows["hire_date"].filter(rows["hire_date"].dt.year() == year)
    last = hired.max()
    if len(hired) >= LEAST_HIRES and isinstance(last, dt.date) and (end - last).days > QUIET_DAYS:
        return last, [f"{name}: nobody is hired after {last}: dated that day, not {end}; give the date if you know it"]
    return end, []


# --- one census with termination dates ---


def _unfolded(last: Snapshot) -> Panel:
    """Return the yearly censuses that one census with termination dates implies."""
    left = last.others.filter(pl.col("termination_date").is_not_null())
    first = left["termination_date"].min()
    if not isinstance(first, dt.date):
        raise RequestError("one census without termination dates shows no rates; give two or more dated censuses")
    days = [day for year in range(first.year, last.date.year) if (day := dt.date(year, 12, 31)) < last.date]
    days = [*(day for day in days if day >= first - dt.timedelta(31)), last.date]
    if len(days) < 2:
        raise RequestError(f"termination dates start at {first}; a rate needs a year of them before {last.date}")
    everybody = pl.concat([last.staff, left]).sort("employee_id")
    there = [everybody.filter(pl.col("hire_date") <= day) for day in days]
    gone = [(pl.col("termination_date") <= day).fill_null(value=False) for day in days]
    snapshots = [Snapshot(d, t.filter(~g), t.filter(g)) for d, t, g in zip(days, there, gone, strict=True)]
    snapshots[-1] = replace(snapshots[-1], notes=last.notes, path=last.path)
    return Panel(tuple(snapshots), pay_known=False)

"""Tables of a run, in memory or on disk, read no further than a question needs."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from workforce_sim.config import Config, Level
from workforce_sim.errors import LedgerError
from workforce_sim.result.result import Result, read_run
from workforce_sim.store.ledger import TABLES, by_year
from workforce_sim.store.reading import Stored
from workforce_sim.tables.output import Tables


def run_of(run: Result | str | Path) -> Result:
    """Return a run: as it is, or read from its folder."""
    return run if isinstance(run, Result) else read_run(run)


def collected(query: pl.LazyFrame) -> pl.DataFrame:
    """Return the rows of a query.

    Raises:
        LedgerError: when a file of a run on disk cannot be read.
    """
    try:
        return query.collect()
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        why = f"a table of the run cannot be read ({type(error).__name__})"
        raise LedgerError(f"{why}; workforce-sim run verify tells what is wrong") from None


def part(run: Result, year: int) -> Tables:
    """Return the tables of one year; of a run on disk only that year is read."""
    if isinstance(run.tables, Stored):
        return run.tables.part(year)
    of_year = (collected(run.scan(name).filter(pl.col("year") == year)) for name in TABLES)
    return next(by_year(Tables(*of_year)))


def levels_of(config: Config, dtype: pl.DataType) -> tuple[Level, ...]:
    """Return the levels of a run as configured, or those that a column of its tables names."""
    named = dtype.categories.to_list() if isinstance(dtype, pl.Enum) else []
    return config.workforce.levels or tuple(Level(name=name) for name in named)

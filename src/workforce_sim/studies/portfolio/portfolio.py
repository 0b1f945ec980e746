"""A portfolio: what became of each employer, and the totals over any grouping; in memory small, on disk read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.display.by_year import summary_table
from workforce_sim.display.card import Card, CardTable
from workforce_sim.display.displayed import Displayed
from workforce_sim.errors import RequestError
from workforce_sim.studies.portfolio.book import OF_EMPLOYERS, OPENS, Book
from workforce_sim.studies.portfolio.clients import Failure, first_number
from workforce_sim.studies.portfolio.folder import (
    EMPLOYERS,
    EMPLOYERS_TABLE,
    TOTALS_TABLE,
    asked_of,
    read_employer,
    table_of,
)
from workforce_sim.studies.portfolio.totals import means, totals
from workforce_sim.studies.portfolio.work import Success
from workforce_sim.studies.portfolio.years import labelled_totals
from workforce_sim.wording import counted

FAILED = "failed"


@dataclass(frozen=True, repr=False)
class Portfolio(Displayed):
    """Many employers, simulated.

    Attributes:
        folder: where their results are.
        groups: names of the grouping columns of the book.
        employers: one row per employer in the order of the book: name, the grouping columns, result (``simulated`` or
            ``failed``), census (``file`` or ``synthetic``), opens (the first day of its first plan year), employees at
            the opening, notes (how many about its census), first (the number of its first simulation), stage and
            problem of a failure.
        totals: one row per combination of groups, replicate and year: sums over employers; see ``totals.totals``.
    """

    folder: Path
    groups: tuple[str, ...]
    employers: pl.DataFrame
    totals: pl.DataFrame = field(repr=False)

    @cached_property
    def summary(self) -> pl.DataFrame:
        """Totals of all employers: one row per replicate and year, columns of ``tables.SUMMARY`` and ``employers``."""
        return self.by()

    def by(self, *groups: str) -> pl.DataFrame:
        """Return totals by groups.

        Args:
            groups: grouping columns of the book, or ``name`` for each employer.

        Returns:
            One row per group, replicate and year, sorted: the groups, replicate, year, employers, the measures.

        Raises:
            RequestError: for a column that the book does not have.
        """
        refuse_unknown(groups, self.groups)
        return totals(self._each() if "name" in groups else self.totals, groups)

    def _each(self) -> pl.DataFrame:
        """Return the summaries of all employers, with their groups."""
        known = self.employers.filter(pl.col("result") != FAILED).select("name", *self.groups).iter_rows(named=True)
        parts = [
            self.summary_of(row["name"]).with_columns(
                pl.lit(value, pl.String).alias(name) for name, value in row.items()
            )
            for row in known
        ]
        return pl.concat(parts) if parts else self.totals.with_columns(name=pl.lit(None, pl.String))

    def summary_of(self, name: str) -> pl.DataFrame:
        """Return the summary of one employer, one row per replicate and year; replicates are numbered from 0.

        Raises:
            RequestError: for an employer that was not simulated.
            LedgerError: when its folder is damaged.
        """
        known = self.employers.filter((pl.col("name") == name) & (pl.col("result") != FAILED))
        if known.is_empty():
            raise RequestError(f"no employer named {name!r:.100} was simulated")
        return read_employer(self.folder / EMPLOYERS / name)[1]

    @property
    def failures(self) -> pl.DataFrame:
        """Employers that could not be simulated: name, stage, problem."""
        return self.employers.filter(pl.col("result") == FAILED).select("name", "stage", "problem")

    @property
    def replicates(self) -> int:
        """How many simulations of each employer there are."""
        return self.totals["replicate"].n_unique()

    @cached_property
    def years(self) -> pl.DataFrame:
        """Totals of all employers by year: of several simulations their means."""
        return means(self.summary, [])

    def __repr__(self) -> str:
        return f"<Portfolio of {self.what}>"

    def _card(self) -> Card:
        failed = [f"{row['name']}: {row['problem']}" for row in self.failures.head(_SHOWN).to_dicts()]
        return Card(f"Portfolio of {self.what}", (self._by_year,), tuple(failed))

    @property
    def _by_year(self) -> CardTable:
        return summary_table(self.years, dict(zip(self.years["year"], self._labels, strict=True)).__getitem__)

    @cached_property
    def _labels(self) -> list[str]:
        """The years as people read them."""
        return [row["year"] for row in labelled_totals(self.years, self.employers)]

    @property
    def what(self) -> str:
        """How many employers there are, and of which years, in words."""
        done = self.employers.height - self.failures.height
        span = " to ".join(dict.fromkeys((self._labels[0], self._labels[-1]))) if done else "no year"
        failed = f", {counted(self.failures.height, 'employer')} failed" if self.failures.height else ""
        return f"{counted(done, 'employer')}, {span}{failed}"


_SHOWN = 10


def refuse_unknown(by: Iterable[str], groups: Iterable[str]) -> None:
    """Raise ``RequestError`` for a column that a book with these grouping columns does not have."""
    known = (*groups, "name")
    unknown = [name for name in by if name not in known]
    if unknown:
        raise RequestError(f"by: the book has no column {unknown[0]}; there are {', '.join(known)}")


def read_portfolio(path: str | Path) -> Portfolio:
    """Read a portfolio from its folder.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when it holds none, or one that is not finished.
    """
    folder = Path(path)
    known = asked_of(folder)
    opens = pl.DataFrame(schema={OPENS: pl.Date})  # of a folder that was written before there was this column
    employers = pl.concat([table_of(folder / EMPLOYERS_TABLE), opens], how="diagonal")
    return Portfolio(folder, tuple(known.groups), employers, table_of(folder / TOTALS_TABLE))


def employers_table(
    book: Book, successes: Iterable[Success], failures: Sequence[Failure], good: str = "simulated"
) -> pl.DataFrame:
    """Return one row per employer of a book, in its order, with what became of it."""
    done = {success.name: success for success in successes}
    failed = {failure.name: failure for failure in failures}
    rows = [_row(one.name, one.groups, done.get(one.name), failed.get(one.name), good) for one in book.employers]
    rows += [_row(name, (None,) * len(book.groups), None, failed[name], good) for name, _ in book.problems]
    schema = {"name": pl.String, **dict.fromkeys(book.groups, pl.String), **OF_EMPLOYERS}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _row(
    name: str, groups: Sequence[str | None], done: Success | None, failed: Failure | None, good: str
) -> tuple[Any, ...]:
    if failed is not None or done is None:
        stage, problem = ("", "") if failed is None else (failed.stage, failed.problem)
        return (name, *groups, FAILED, None, None, None, None, None, stage, problem)
    return (name, *groups, good, done.census, done.opens, done.employees, done.notes, first_number(name), None, None)

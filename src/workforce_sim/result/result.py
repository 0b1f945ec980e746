"""The result of a simulation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import period_label, year_label
from workforce_sim.display.by_year import summary_table
from workforce_sim.display.card import Card
from workforce_sim.display.passed_on import PassedOn
from workforce_sim.display.picture import Picture
from workforce_sim.display.plots import summary_plot
from workforce_sim.errors import asked
from workforce_sim.store import ledger
from workforce_sim.store.documents import Source
from workforce_sim.store.header import Header, Origin
from workforce_sim.store.reading import Stored, opened
from workforce_sim.store.writer import writing
from workforce_sim.tables.output import Tables
from workforce_sim.wording import counted


@dataclass(frozen=True, repr=False)
class Result(PassedOn):
    """The tables of a run and how it was made.

    Attributes:
        tables: events, snapshots and summary; ``.events`` and so on are short for them. In memory, or on disk and read
            when they are asked for.
        config: the configuration that was simulated.
        notes: what was imputed, ignored or dropped in the census, with counts; compliance warnings about the plan.
        opening: the completed census as the run started from it: columns of ``tables.CENSUS``, deferral rates drawn
            where it has none, and ``eligible``.
        timings: seconds by step.
        origin: census, replicate and engine of a run in memory; None of tables that no run gave.
    """

    tables: Tables | Stored
    config: Config
    notes: tuple[str, ...] = ()
    opening: pl.DataFrame | None = field(default=None, compare=False)
    timings: dict[str, float] = field(default_factory=dict, compare=False)
    origin: Origin = field(default=Origin(), compare=False)

    def __repr__(self) -> str:
        rows = f"{self._height('events'):,} events, {self._height('snapshots'):,} snapshots"
        return f"<Result of {self._span}: {rows}, {counted(len(self.notes), 'note')}>"

    def _card(self) -> Card:
        return Card(f"Run of {self._span}", (summary_table(self.summary, self._year_label),), self.notes)

    def plot(self, measure: str) -> Picture:
        """Return a picture of a measure by year.

        Args:
            measure: a measure of the summary, such as ``net_employer_cost``; ``_cents`` may be left out.

        Raises:
            RequestError: for another name, or a measure without values.
        """
        summary = self.summary
        return summary_plot(summary, asked.measure_name(measure, summary.columns[2:]), self._year_label)

    def _year_label(self, year: int) -> str:
        return year_label(self.config.simulation, year)

    @property
    def _span(self) -> str:
        return period_label(self.config.simulation, self.summary["year"].unique().sort().to_list())

    def _height(self, name: str) -> int:
        return int(self.scan(name).select(pl.len()).collect().item())

    @property
    def events(self) -> pl.DataFrame:
        """The ledger: one row per dated event, columns of ``tables.EVENTS``, in no order."""
        return self.tables.events

    @property
    def snapshots(self) -> pl.DataFrame:
        """One row per employee employed at any time in a year, columns of ``tables.SNAPSHOTS``, in no order."""
        return self.tables.snapshots

    @property
    def summary(self) -> pl.DataFrame:
        """One row per year, columns of ``tables.SUMMARY``, sorted."""
        return self.tables.summary

    @property
    def folder(self) -> Path | None:
        """Where the run is on disk; None of one in memory."""
        return self.tables.folder if isinstance(self.tables, Stored) else None

    @property
    def source(self) -> Source | None:
        """Where the census came from: ``synthetic``, ``configured`` or ``given``; None where nobody knows."""
        return self.tables.header.source if isinstance(self.tables, Stored) else self.origin.source

    @cached_property
    def header(self) -> Header:
        """The settings: configuration, replicate, fingerprint of the census, versions."""
        return self.tables.header if isinstance(self.tables, Stored) else self.origin.header(self.config, self.notes)

    def scan(self, name: str) -> pl.LazyFrame:
        """Return a table that is read lazily: from a run on disk, only the years and columns of the query.

        Args:
            name: ``events``, ``snapshots`` or ``summary``.
        """
        if name not in ledger.TABLES:
            raise ValueError(f"no table is named {name!r}; there are {', '.join(ledger.TABLES)}")
        return self.tables.scan(name) if isinstance(self.tables, Stored) else getattr(self.tables, name).lazy()

    def parts(self) -> Iterator[Tables]:
        """Yield the tables of one year after another; of a run on disk each is read when it is its turn."""
        return self.tables.parts() if isinstance(self.tables, Stored) else ledger.by_year(self.tables)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the sorted tables: equal for equal results, whatever machine, order, engine or version."""
        return ledger.chained(map(ledger.year_digest, self.parts()))

    def write(self, path: str | Path) -> Path:
        """Write the run to a new folder and return its path; ``simulate(..., out=path)`` does it year by year.

        Raises:
            LedgerError: when the folder holds anything but this run, or cannot be written.
        """
        opening = None if self.opening is None else ledger.ordered(self.opening, "census")
        with writing(Path(path), self.header, opening) as writer:
            years = self.tables.years if isinstance(self.tables, Stored) else self.header.years
            for year, part in zip(years, self.parts(), strict=True):
                if year not in writer.years:
                    writer.commit(year, part, None, {})
        return Path(path)

    def to_excel(self, path: str | Path, *, people: bool = False, overwrite: bool = False) -> Path:
        """Write a workbook in dollars and percent, with charts; see ``reporting.exports.excel.to_excel``.

        Args:
            path: file to write, ending in ``.xlsx``.
            people: whether there is a sheet of all employees for each year.
            overwrite: whether an existing file is replaced.
        """
        return self._workbook(path, people=people, overwrite=overwrite)


def read_run(path: str | Path) -> Result:
    """Read a run from its folder; its tables are read when they are used.

    Args:
        path: folder that ``simulate(..., out=path)`` or ``Result.write`` wrote, or is still writing: then the years
            that are committed.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when the folder holds no run, or one that is damaged.
    """
    stored = opened(Path(path))
    return Result(stored, stored.header.config, stored.header.notes, stored.opening)

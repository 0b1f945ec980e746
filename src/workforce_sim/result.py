"""What a simulation gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from workforce_sim import ledger
from workforce_sim.config import Config
from workforce_sim.opening import Tables


@dataclass(frozen=True, repr=False)
class Result:
    """The tables of a run and how they came about.

    Attributes:
        tables: events, snapshots and summary; ``.events`` and so on are short for them.
        config: the configuration that was simulated.
        notes: what was imputed, ignored or dropped in the census, with counts; what the law has against the plan.
        opening: the completed census as the run started from it: columns of ``tables.CENSUS``, deferral rates drawn
            where it has none, and ``eligible``; not kept on disk.
        timings: seconds by step.
    """

    tables: Tables
    config: Config
    notes: tuple[str, ...] = ()
    opening: pl.DataFrame | None = field(default=None, compare=False)
    timings: dict[str, float] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        years = self.summary["year"].unique().sort()
        rows = f"{self.events.height:,} events, {self.snapshots.height:,} snapshots"
        return f"<Result of {years[0]} to {years[-1]}: {rows}>"

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

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the sorted tables: equal for equal results, whatever machine, order, engine or version."""
        return ledger.fingerprint(self.tables)

    def write(self, path: str | Path) -> Path:
        """Write the run to a new folder and return its path.

        Raises:
            LedgerError: when the folder exists and is not empty, or cannot be written.
        """
        return ledger.write(Path(path), self.tables, self.config, self.notes)


def read_run(path: str | Path) -> Result:
    """Read a run that ``Result.write`` wrote.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when the folder holds no complete run.
    """
    tables, config, notes = ledger.read(Path(path))
    return Result(tables, config, notes)

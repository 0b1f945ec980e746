"""What a page tells of: one set of assumptions or several, each with its simulations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from workforce_sim.config import Config
from workforce_sim.dates import PlanYear, date_of, period_label, plan_year, year_label
from workforce_sim.ensembles.bands import Values
from workforce_sim.ensembles.pairing import comparable
from workforce_sim.ensembles.spread import varying
from workforce_sim.plan.legality import COMPLIANCE, plan_warnings
from workforce_sim.reporting.pages.horizon import RangedFigure, by_year, present, spread
from workforce_sim.store.header import Header
from workforce_sim.wording import counted


@dataclass(frozen=True)
class Scenario:
    """One set of assumptions and its simulations.

    Attributes:
        name: as people call it; of an ensemble it is never shown.
        header: what was asked, of which census, by which versions.
        replicates: one row per replicate and year, sorted, columns of ``tables.SUMMARY``; a plan that is off costs 0.
    """

    name: str
    header: Header
    replicates: pl.DataFrame

    @classmethod
    def of(cls, name: str, header: Header, replicates: pl.DataFrame) -> Scenario:
        """Return a scenario from the summaries as they were simulated."""
        return cls(name, header, comparable(replicates, header.config).sort("replicate", "year"))

    @property
    def config(self) -> Config:
        """The configuration."""
        return self.header.config

    @property
    def years(self) -> list[int]:
        """The plan years that were simulated."""
        return self.replicates["year"].unique().sort().to_list()

    @property
    def labels(self) -> list[str]:
        """The plan years as a page has them beside each other."""
        return [year_label(self.config.simulation, year) for year in self.years]

    @property
    def span(self) -> str:
        """The plan years in words: ``2025 to 2029``."""
        return period_label(self.config.simulation, self.years)

    @property
    def first(self) -> PlanYear:
        """The first plan year, which may be short."""
        return plan_year(self.config.simulation, self.years[0])

    @property
    def opens(self) -> str:
        """The day on which it opens, in words."""
        date = date_of(self.first.first)
        return f"{date:%B} {date.day}, {date.year}"

    def present(self, values: Values, rate: float) -> Values:
        """Return the present value of amounts by simulation and year on the day on which it opens."""
        return present(values, rate, self.first.months / 12)

    @cached_property
    def count(self) -> int:
        """How many simulations there are."""
        return self.replicates["replicate"].n_unique()

    @property
    def simulations(self) -> str:
        """How many simulations there are, in words."""
        return counted(self.count, "simulation")

    def yearly(self, measure: str) -> Values:
        """Return a measure: a row for each simulation, a column for each year, NaN where there is none."""
        rows = self.replicates[measure].cast(pl.Float64).fill_null(float("nan"))
        return rows.to_numpy().reshape(self.count, len(self.years))

    def total(self, measure: str) -> Values:
        """Return the sum of a measure over the years of each simulation."""
        return self.yearly(measure).sum(axis=1)

    def by_year(self, measure: str) -> list[RangedFigure]:
        """Return a measure year by year."""
        return by_year(self.yearly(measure))

    def last(self, measure: str) -> RangedFigure:
        """Return a measure of the last year."""
        return spread(self.yearly(measure)[:, -1])

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Compliance warnings of the plan; of a sweep, of the plans of all combinations."""
        noted = (note.partition(COMPLIANCE) for note in self.header.notes)
        return tuple(dict.fromkeys([*plan_warnings(self.config), *(text for _, found, text in noted if found)]))

    @property
    def notes(self) -> list[str]:
        """What else is to be said of the census and of settings: notes that are no compliance warning."""
        return [note for note in self.header.notes if not any(note.endswith(found) for found in self.warnings)]

    @property
    def sources(self) -> tuple[str, ...]:
        """What varies from simulation to simulation: chance, year, assumptions."""
        return varying(self.config)

"""What a page tells of: one set of assumptions or several, each with its simulations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from workforce_sim.config import Config
from workforce_sim.ensembles.bands import Values
from workforce_sim.ensembles.pairing import comparable
from workforce_sim.ensembles.spread import varying
from workforce_sim.plan.legality import COMPLIANCE, plan_warnings
from workforce_sim.reports.horizon import yearly
from workforce_sim.store.header import Header


@dataclass(frozen=True)
class Scenario:
    """One set of assumptions and its simulations.

    Attributes:
        name: as people call it; of an ensemble it is never shown.
        header: what was asked, of which census, by which versions.
        replicates: one row per replicate and year, columns of ``tables.SUMMARY``; a plan that is off costs 0.
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

    @cached_property
    def count(self) -> int:
        """How many simulations there are."""
        return self.replicates["replicate"].n_unique()

    def yearly(self, measure: str) -> Values:
        """Return a measure: a row for each simulation, a column for each year."""
        return yearly(self.replicates, measure)

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


def any_plan(scenarios: Sequence[Scenario]) -> bool:
    """Return whether any scenario has a plan; without one, a page tells of payroll in place of cost."""
    return any(each.config.plan.enabled for each in scenarios)


def simulations(number: int) -> str:
    """Return how many simulations there are, in words."""
    return "1 simulation" if number == 1 else f"{number:,} simulations"


def period(years: Sequence[int]) -> str:
    """Return the years in words: ``2025 to 2029``."""
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"

"""The whole configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from workforce_sim.config.census import CensusSection
from workforce_sim.config.enrollment import Enrollment
from workforce_sim.config.events import Compensation, Hiring, Promotion, Terminations
from workforce_sim.config.plan import FIRST_YEAR, MatchByYear, Plan
from workforce_sim.config.uncertainty import Uncertainty
from workforce_sim.config.values import MAX_TOLD, ByYear, KeyPath, PathText, Section, Share, refuse, some
from workforce_sim.config.workforce import Simulation, Workforce


class Eligibility(Section):
    """When an employee may join the plan."""

    waiting_period_days: Annotated[int, Field(ge=0, le=3650)] = 365
    """Days from hire to eligibility."""
    minimum_age: Annotated[int, Field(ge=0, le=70)] = 21
    """Age needed, completed years."""
    entry: Literal["immediate", "monthly", "quarterly", "semiannual", "annual"] = "immediate"
    """Days on which one may enter: every day, or the first day of a month, quarter, half-year or year."""
    excluded_share: Share = 0.0
    """Share of hires, and of census staff who do not participate, who never become eligible."""


class Output(Section):
    """Where a run is written."""

    path: PathText | None = None
    """Folder of the run, relative to the configuration file; nothing is written when left out."""
    compression: Literal["zstd", "lz4", "snappy", "uncompressed"] = "zstd"
    """Compression of the Parquet files."""


class Config(Section):
    """Everything that can be chosen. Frozen: derive a changed one with ``with_changes``."""

    simulation: Simulation
    workforce: Workforce
    census: CensusSection = CensusSection()
    terminations: Terminations = Field(default_factory=Terminations)
    hiring: Hiring = Field(default_factory=Hiring)
    promotion: Promotion = Field(default_factory=Promotion)
    compensation: Compensation = Field(default_factory=Compensation)
    eligibility: Eligibility = Field(default_factory=Eligibility)
    enrollment: Enrollment = Field(default_factory=Enrollment)
    plan: Plan = Field(default_factory=Plan)
    uncertainty: Uncertainty = Uncertainty()
    output: Output = Field(default_factory=Output)
    random_seed: Annotated[int, Field(ge=0, lt=2**63)]
    """Seed of every draw."""

    @model_validator(mode="after")
    def _sections_agree(self) -> Config:
        refuse(_unknown_levels(self), "unknown_name")
        refuse(_late_tables(self, self.simulation.start_year))
        refuse(_before_limits(self))
        return self

    @property
    def range_growth(self) -> ByYear:
        """Yearly growth of the pay ranges: as configured, or the cost-of-living rate."""
        return self.hiring.range_growth or self.compensation.cola_rate

    @property
    def year_effect(self) -> float:
        """Spread of the factor that a year has on all termination rates; 0 where headcount is exact."""
        return self.uncertainty.year_effects.terminations if self.workforce.headcount == "stochastic" else 0.0


def _unknown_levels(config: Config) -> Iterator[tuple[KeyPath, str, Any]]:
    """List the level names in use that ``workforce.levels`` does not have."""
    if config.workforce.levels is None:
        return
    names = [level.name for level in config.workforce.levels]
    mix = config.hiring.level_mix
    used = {("compensation", "merit_factors"): config.compensation.merit_factors}
    if isinstance(mix, dict):
        used["hiring", "level_mix"] = mix
    for path, table in used.items():
        for name in sorted(set(table) - set(names))[:MAX_TOLD]:
            yield (*path, name), f"no such level in workforce.levels ({some(names)})", name


def _late_tables(section: Section, start_year: int, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str, Any]]:
    """List the tables by year, of this section and those within, that begin after the start year."""
    for name in type(section).model_fields:
        value: Any = getattr(section, name)
        if isinstance(value, Section):
            yield from _late_tables(value, start_year, (*path, name))
        elif (
            isinstance(value, (ByYear, MatchByYear)) and value.first_year is not None and value.first_year > start_year
        ):
            what = f"the table starts in {value.first_year}, after start_year {start_year}; add an earlier year"
            yield (*path, name), what, None


def _before_limits(config: Config) -> Iterator[tuple[KeyPath, str, Any]]:
    """List a start year whose statutory limits are not known, where there is a plan."""
    year = config.simulation.start_year
    if config.plan.enabled and year < FIRST_YEAR:
        what = f"statutory limits are known from {FIRST_YEAR} on; start then or later, or set plan.enabled to false"
        yield ("simulation", "start_year"), what, year

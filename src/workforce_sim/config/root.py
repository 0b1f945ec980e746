"""The whole configuration."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from workforce_sim.config.events import Compensation, Hiring, Promotion, Terminations
from workforce_sim.config.values import Date, Section, _ByYear
from workforce_sim.config.workforce import CensusSection, Simulation, Workforce


class Eligibility(Section):
    """When an employee may join the plan; read and kept, not simulated yet."""

    waiting_period_days: Annotated[int, Field(ge=0, le=3650)] = 365
    """Days from hire to eligibility."""


class AutoEnrollment(Section):
    """Automatic enrollment; read and kept, not simulated yet."""

    hire_date_cutoff: Date = dt.date(2024, 1, 1)
    """Those hired on or after this day count as new hires."""
    scope: Literal["new_hires_only", "all_eligible", "all_eligible_employees"] = "new_hires_only"
    """Who is enrolled automatically."""


class Enrollment(Section):
    """How employees come into the plan; read and kept, not simulated yet."""

    auto_enrollment: AutoEnrollment = Field(default_factory=lambda: AutoEnrollment())


class Output(Section):
    """Where a run is written."""

    path: Annotated[str, Field(min_length=1)] | None = None
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
    output: Output = Field(default_factory=Output)
    random_seed: Annotated[int, Field(ge=0, lt=2**63)]
    """Seed of every draw."""

    @model_validator(mode="after")
    def _names_exist(self) -> Config:
        levels = self.workforce.levels
        if levels is None:
            return self
        names = {level.name for level in levels}
        used = {"compensation.merit_factors": self.compensation.merit_factors, "hiring.level_mix": self.hiring.level_mix}
        for key, value in used.items():
            unknown = sorted(set(value) - names) if isinstance(value, dict) else []
            if unknown:
                raise ValueError(f"{key} names levels that workforce.levels does not have: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _tables_cover_the_start(self) -> Config:
        for key, value in _by_year(self, ""):
            if value.first_year is not None and value.first_year > self.simulation.start_year:
                raise ValueError(f"{key}: the table starts in {value.first_year}, after start_year; add an earlier year")
        return self

    @property
    def range_growth(self) -> _ByYear:
        """Yearly growth of the pay ranges: as configured, or the cost-of-living rate."""
        return self.hiring.range_growth or self.compensation.cola_rate


def _by_year(section: Section, prefix: str) -> list[tuple[str, _ByYear]]:
    """List every by-year value of a section with its dotted key."""
    found: list[tuple[str, _ByYear]] = []
    for name in type(section).model_fields:
        value: Any = getattr(section, name)
        if isinstance(value, _ByYear):
            found.append((prefix + name, value))
        elif isinstance(value, Section):
            found += _by_year(value, f"{prefix}{name}.")
    return found

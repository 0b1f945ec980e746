"""What an event may look at besides the staff: the world of a run, and the year it happens in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from workforce_sim.assumptions import Assumptions
from workforce_sim.config import Config
from workforce_sim.dates import Days, Ints, PlanYear
from workforce_sim.draws import Draws, Keys, Stream, Uniforms
from workforce_sim.pay import PayScale
from workforce_sim.plan.limits import Limits
from workforce_sim.staff import Flags, Staff
from workforce_sim.uncertainty import year_factors


@dataclass(frozen=True)
class World:
    """What holds for a whole run.

    Attributes:
        assumptions: the configuration, compiled.
        replicates: numbers of the replicates in this batch.
        headcount: headcount of the census in each replicate.
        level_counts: staff of the census by level.
        department_shares: cumulative ppm of the departments in the census, none last.
        levels, departments: names by position; the last department is null.
        owners: who of the census owns more than 5 %, by identity.
        chance: the replicate whose draws of persons all of them share; None where each has its own.
    """

    assumptions: Assumptions
    replicates: tuple[int, ...]
    headcount: int
    level_counts: list[int]
    department_shares: Ints
    levels: pl.Series
    departments: pl.Series
    owners: Flags
    chance: int | None = None

    @property
    def lucks(self) -> tuple[int, ...]:
        """Of each replicate, the number of the one whose draws of persons it has."""
        return self.replicates if self.chance is None else (self.chance,) * len(self.replicates)

    @cached_property
    def numbers(self) -> pl.Series:
        """Replicate numbers by position."""
        return pl.Series(self.replicates, dtype=pl.Int32)


@dataclass(frozen=True)
class Context:
    """One plan year of a world, with its pay scale."""

    world: World
    year: PlanYear
    scale: PayScale

    @property
    def assumptions(self) -> Assumptions:
        """The configuration, compiled."""
        return self.world.assumptions

    @property
    def config(self) -> Config:
        """The configuration."""
        return self.world.assumptions.config

    @property
    def limits(self) -> Limits:
        """The statutory limits of the year."""
        return self.assumptions.limits(self.year.year)

    @cached_property
    def factors(self) -> list[int]:
        """The year's factor on all termination rates in each replicate, ppm."""
        config = self.config
        return year_factors(config.year_effect, config.random_seed, self.world.replicates, self.year.year)

    @property
    def replicates(self) -> int:
        """How many replicates are in the batch."""
        return len(self.world.replicates)

    def draw(self, persons: Keys, stream: Stream) -> Uniforms:
        """Return this year's draw of each person for one kind of decision."""
        return Draws(self.config.random_seed, self.year.year).of(persons, stream)


@dataclass(frozen=True)
class Employed:
    """Everybody employed at any time in the year, opening staff first; arrays of equal length.

    Attributes:
        staff: as at the opening, or on hire.
        is_hire: hired this year.
        last_day: last day of employment, 31 December for those who stay.
        age, tenure: completed years on 1 January, of hires on the hire date.
    """

    staff: Staff
    is_hire: Flags
    last_day: Days
    age: Ints
    tenure: Ints

    def first_day(self, year: PlanYear) -> Days:
        """Return the first day of employment within the year."""
        return np.maximum(self.staff.hire, np.int32(year.first))

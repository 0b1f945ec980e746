"""Small firms for the reference model, in which nothing happens but what a test asks for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from workforce_sim import draws, tables
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config, Level
from workforce_sim.draws import Stream
from workforce_sim.reference.census import census_of
from workforce_sim.reference.year import Run, Year
from workforce_sim.tables.output import Tables as Output

SEED = 42
EVEN = [{"from": 0, "factor": 1.0}]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def configured(end_year: int = 2025, **sections: Any) -> Config:
    """A configuration in which nothing happens in 2025 unless a section says so."""
    quiet = {
        "simulation": {"target_growth_rate": 0.0, **sections.pop("simulation", {})},
        "workforce": {"total_termination_rate": 0.0, "new_hire_termination_rate": 0.0, **sections.pop("workforce", {})},
        "terminations": sections.pop("terminations", {"age_factors": EVEN}),
        "promotion": {"base_rate": 0.0, **sections.pop("promotion", {})},
        "compensation": {"cola_rate": 0.0, "merit_pool": 0.0, **sections.pop("compensation", {})},
    }
    quiet["simulation"] |= {"start_year": 2025, "end_year": end_year}
    return Config.model_validate({**quiet, **sections, "random_seed": SEED})


def opened(
    size: int = 1, levels: tuple[Level, ...] = (Level(name="A"), Level(name="B")), **columns: list[Any]
) -> Opening:
    """An opening of people hired on 1 June 2015, born on 15 May 1985, paid 100,000.00 at level A, unless given."""
    given: dict[str, list[Any]] = {
        "employee_id": [f"E-{i:04d}" for i in range(1, size + 1)],
        "hire_date": [day("2015-06-01")] * size,
        "salary_cents": [10_000_000] * size,
        "birth_date": [day("1985-05-15")] * size,
        "level": [levels[0].name] * size,
        "department": [None] * size,
        "full_time_ppm": [1_000_000] * size,
        **columns,
    }
    departments = sorted({name for name in given["department"] if name is not None})
    dtypes = {"level": pl.Enum([level.name for level in levels]), "department": pl.Enum(departments)}
    staff = pl.DataFrame(given, schema_overrides={**dtypes, "full_time_ppm": pl.Int32})
    return Opening(staff, levels)


def a_year(config: Config, opening: Opening, year: int = 2025) -> Year:
    return Year(Run(config, opening.levels, census_of(opening, SEED, 0), 0), year)


def u_of(employee_id: str, stream: Stream, year: int = 2025) -> float:
    person = draws.person_number(SEED, 0, draws.census_key(employee_id))
    return draws.uniform(person, draws.decision(SEED, year, stream))


def events_of(output: Output, kind: str) -> pl.DataFrame:
    return output.events.filter(pl.col("event_type") == pl.lit(kind, dtype=tables.EVENT_TYPE))


def rates(leaving: Any, hires_leaving: float = 0.0, **others: Any) -> dict[str, Any]:
    return {"total_termination_rate": leaving, "new_hire_termination_rate": hires_leaving, **others}

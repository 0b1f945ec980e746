"""Years one after another: from an opening to a ledger, snapshots and a summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim import reference
from workforce_sim.assumptions import Assumptions
from workforce_sim.census import Census, read_census
from workforce_sim.census.completion import complete
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.config import Config
from workforce_sim.config.load import load_config, overridden
from workforce_sim.context import World
from workforce_sim.dates import Ints, years_and_days
from workforce_sim.draws import census_keys, person_numbers
from workforce_sim.errors import ConfigError
from workforce_sim.money import PPM, quota
from workforce_sim.monitor import Clock
from workforce_sim.opening import Opening, Tables
from workforce_sim.pay import pay_scale
from workforce_sim.result import Result
from workforce_sim.staff import Staff, birth_years
from workforce_sim.tables import EVENTS, SNAPSHOTS, completed
from workforce_sim.year import State, YearTables, step, tables

Progress = Callable[[int, int, int], None]
"""Called after each year with the year, how many are done, and how many there are."""


def simulate(
    config: Any = None,
    *,
    census: Any = None,
    start_year: int | None = None,
    end_year: int | None = None,
    seed: int | None = None,
    replicate: int = 0,
    engine: Literal["fast", "reference"] = "fast",
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Result:
    """Simulate a workforce year by year.

    Args:
        config: path, dict or loaded configuration; the documented defaults when left out.
        census: path, frame or read census; what the configuration names when left out, else a synthetic one.
        start_year: overrides the configuration.
        end_year: overrides the configuration.
        seed: overrides the configuration.
        replicate: which of the seed's many worlds.
        engine: the fast engine, or the one-employee-at-a-time reference model; equal to the cent.
        out: folder to write the run to.
        progress: called after each year.

    Raises:
        ConfigError: for a configuration that cannot be used.
        CensusError: for a census that cannot be used.
        SimulationError: for assumptions that cannot be carried out.
    """
    if replicate < 0:
        raise ValueError(f"replicate must not be negative (got {replicate})")
    chosen = overridden(load_config(config), start_year=start_year, end_year=end_year, seed=seed)
    clock = Clock()
    with clock("census"):
        opening = complete(_census(chosen, census), chosen)
    _check_level_names(chosen, opening)
    if engine == "reference":
        with clock("reference model"):
            found = reference.simulate(chosen, opening, replicate=replicate)
    elif engine == "fast":
        found = run(chosen, opening, (replicate,), clock, progress)
    else:
        raise ValueError(f"engine must be 'fast' or 'reference' (got {engine!r})")
    result = Result(found, chosen, opening.notes, clock.seconds)
    if out is not None:
        with clock("writing"):
            result.write(out)
    return result


def _check_level_names(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` when the configuration names a level that neither it nor the census has."""
    names = {level.name for level in opening.levels}
    mix = config.hiring.level_mix
    used = {"compensation.merit_factors": config.compensation.merit_factors, "hiring.level_mix": mix}
    for key, value in used.items():
        unknown = sorted(set(value) - names) if isinstance(value, dict) else []
        if unknown:
            have = ", ".join(level.name for level in opening.levels)
            raise ConfigError(f"{key}: no level is named {', '.join(unknown)}; the levels are {have}")


def _census(config: Config, census: Any) -> Census:
    if census is not None:
        return read_census(census, config)
    if config.census.path is not None:
        return read_census(config.census.path, config)
    as_of = dt.date(config.simulation.start_year, 1, 1)
    return synthetic_census(config.census.size, seed=config.random_seed, as_of=as_of)


def run(
    config: Config, opening: Opening, replicates: tuple[int, ...], clock: Clock, progress: Progress | None = None
) -> Tables:
    """Run a batch of replicates in one frame; each gets exactly what it gets alone."""
    with clock("preparation"):
        state, world = prepared(config, opening, replicates)
    years = range(config.simulation.start_year, config.simulation.end_year + 1)
    parts: list[Future[YearTables]] = []
    with ThreadPoolExecutor(max_workers=1) as recorder:  # a year's tables are made while the next year is decided
        for done, number in enumerate(years, start=1):
            outcome, state = step(state, number, world, clock)
            parts.append(recorder.submit(tables, outcome, clock))
            if progress is not None:
                progress(number, done, len(years))
    return _joined([part.result() for part in parts])


def _joined(parts: list[YearTables]) -> Tables:
    return Tables(
        completed(pl.concat([part.events for part in parts]), EVENTS),
        completed(pl.concat([part.snapshot for part in parts]), SNAPSHOTS),
        pl.concat([part.summary for part in parts]).sort("replicate", "year"),
    )


def prepared(config: Config, opening: Opening, replicates: tuple[int, ...]) -> tuple[State, World]:
    """Turn an opening into the first state of a batch, and what holds for the whole run."""
    assumptions = Assumptions(config, opening.levels)
    departments = _departments(opening.staff["department"])
    staff = _staff(opening, assumptions, departments)
    size, count = len(staff), len(replicates)
    world = World(
        assumptions,
        replicates,
        size,
        np.bincount(staff.level, minlength=len(opening.levels)).tolist(),
        _shares(staff.department, len(departments)),
        pl.Series(assumptions.names, dtype=pl.Enum(assumptions.names)),
        departments,
    )
    scale = pay_scale(opening.levels, config.hiring.pay, staff.level, staff.salary)
    person = [person_numbers(config.random_seed, r, staff.key) for r in replicates]
    batch = staff.take(np.tile(np.arange(size), count)) if count > 1 else staff
    replicate = np.repeat(np.arange(count, dtype=np.int32), size)
    batch = batch.with_columns(person=np.concatenate(person), replicate=replicate)
    return State(batch, scale, opening.staff["employee_id"]), world


def _shares(department: NDArray[np.int32], kinds: int) -> Ints:
    """Return cumulative ppm of the census by department, none last; any shares from nobody, who never hires."""
    counts = np.bincount(department, minlength=kinds).tolist() if len(department) else [1] * kinds
    return np.cumsum(quota(PPM, counts))


def _departments(column: pl.Series) -> pl.Series:
    """Return the departments in order, then null."""
    names = column.dtype.categories.to_list() if isinstance(column.dtype, pl.Enum) else []
    return pl.Series("department", [*names, None], dtype=pl.Enum(names) if names else pl.String)


def _staff(opening: Opening, assumptions: Assumptions, departments: pl.Series) -> Staff:
    frame = opening.staff
    key = census_keys(frame["employee_id"])
    birth = frame["birth_date"].cast(pl.Int32).to_numpy()
    hire = frame["hire_date"].cast(pl.Int32).to_numpy()
    hire_year, hire_day = years_and_days(hire)
    none = len(departments) - 1
    department = (
        frame["department"].to_physical().fill_null(none) if none else pl.Series([0]).new_from_index(0, frame.height)
    )
    return Staff(
        identity=np.arange(frame.height, dtype=np.int32),
        key=key,
        person=key,
        replicate=np.zeros(frame.height, dtype=np.int32),
        birth=birth,
        birth_year=birth_years(birth),
        hire=hire,
        hire_year=hire_year.astype(np.int16),
        hire_day=hire_day.astype(np.int16),
        level=frame["level"].to_physical().cast(pl.Int16).to_numpy(),
        department=department.cast(pl.Int32).to_numpy(),
        salary=frame["salary_cents"].to_numpy(),
        full_time=frame["full_time_ppm"].to_numpy(),
    )

"""Years one after another: from an opening to a ledger, snapshots and a summary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import polars as pl

from workforce_sim import reference
from workforce_sim.census import Census, read_census
from workforce_sim.census.completion import complete
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.config import Config
from workforce_sim.config.load import load_config as read
from workforce_sim.config.load import overridden
from workforce_sim.context import World
from workforce_sim.errors import ConfigError
from workforce_sim.ledger import refuse_taken
from workforce_sim.loading import load_config
from workforce_sim.monitor import Clock
from workforce_sim.opening import Opening, Tables
from workforce_sim.plan.legality import plan_warnings
from workforce_sim.preparation import opening_staff, prepared
from workforce_sim.result import Result
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
        out: new or empty folder to write the run to; ``output.path`` of the configuration when left out.
        progress: called after each year; of the reference model, once all are done.

    Raises:
        ConfigError: for a configuration that cannot be used.
        CensusError: for a census that cannot be used.
        SimulationError: for assumptions that cannot be carried out.
    """
    if int(replicate) != replicate or replicate < 0:
        raise ValueError(f"replicate must be a whole number, not negative (got {replicate!r})")
    if engine not in {"fast", "reference"}:
        raise ValueError(f"engine must be 'fast' or 'reference' (got {engine!r})")
    chosen = load_config(overridden(read(config), start_year=start_year, end_year=end_year, seed=seed))
    folder = out or chosen.output.path
    if folder is not None:
        refuse_taken(Path(folder))
    clock = Clock()
    with clock("census"):
        opening = complete(_census(chosen, census), chosen)
        _check_level_names(chosen, opening)
    with clock("preparation"):
        state, world = prepared(chosen, opening, (replicate,))
    staff = opening_staff(opening, state, chosen.simulation.start_year)
    if engine == "reference":
        with clock("reference model"):
            found = reference.simulate(chosen, opening, replicate=replicate)
        _tell_all(chosen, progress)
    else:
        found = advance(state, world, clock, progress)
    notes = (*opening.notes, *(f"the law: {warning}" for warning in plan_warnings(chosen)))
    result = Result(found, chosen, notes, staff, clock.seconds)
    if folder is not None:
        with clock("writing"):
            result.write(folder)
    return result


def _tell_all(config: Config, progress: Progress | None) -> None:
    years = range(config.simulation.start_year, config.simulation.end_year + 1)
    for done, year in enumerate(years, start=1):
        if progress is not None:
            progress(year, done, len(years))


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


def run(config: Config, opening: Opening, replicates: tuple[int, ...], clock: Clock) -> Tables:
    """Run a batch of replicates in one frame; each gets exactly what it gets alone."""
    return advance(*prepared(config, opening, replicates), clock)


def advance(state: State, world: World, clock: Clock, progress: Progress | None = None) -> Tables:
    """Move a prepared batch through the years of its configuration."""
    section = world.assumptions.config.simulation
    years = range(section.start_year, section.end_year + 1)
    parts: list[YearTables] = []
    for done, number in enumerate(years, start=1):
        outcome, state = step(state, number, world, clock)
        parts.append(tables(outcome, clock))
        if progress is not None:
            progress(number, done, len(years))
    return _joined(parts)


def _joined(parts: list[YearTables]) -> Tables:
    return Tables(
        completed(pl.concat([part.events for part in parts]), EVENTS),
        completed(pl.concat([part.snapshot for part in parts]), SNAPSHOTS),
        pl.concat([part.summary for part in parts]).sort("replicate", "year"),
    )

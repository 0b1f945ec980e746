"""What one plan year hands to the next, on disk: the little that the snapshots do not say, and back again."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.context import World
from workforce_sim.dates import NEVER, Days, years_and_days
from workforce_sim.draws import person_numbers
from workforce_sim.ledger import employee_keys
from workforce_sim.opening import Opening
from workforce_sim.staff import Staff, birth_years
from workforce_sim.store.writer import Carried
from workforce_sim.year import State

_CARRIED = ("eligible", "automatic", "enrolled_year", "follows", "highly_paid", "roth_catch_up")
"""Columns of the staff that no snapshot has, or has only when their day has come."""


def carried(closing: State) -> Carried:
    """Return what the next year needs of a closing besides the snapshots, in their written order."""
    rows = closing.staff.by_key()
    columns = {name: getattr(closing.staff, name).take(rows) for name in _CARRIED}
    return Carried(pl.DataFrame(columns), closing.forfeitures)


def resumed(start: State, world: World, opening: Opening, year: int, people: pl.DataFrame, kept: Carried) -> State:
    """Return the opening of the year after a committed one.

    Args:
        start: the first state of the run.
        world: what holds for the whole run.
        opening: what the run started from.
        year: the last committed plan year.
        people: its snapshots, as written.
        kept: what was kept besides them.
    """
    config, stay = world.assumptions.config, people.filter(pl.col("termination_date").is_null())
    ids = stay["employee_id"]
    identity, known = _identities(ids, opening.staff["employee_id"])
    key = employee_keys(ids)
    hire_year, hire_day = years_and_days(_days(stay["hire_date"]))
    none = len(world.departments) - 1
    staff = Staff(
        identity=identity,
        key=key,
        person=person_numbers(config.random_seed, world.lucks[0], key),
        replicate=np.zeros(len(ids), dtype=np.int32),
        birth=_days(stay["birth_date"]),
        birth_year=birth_years(_days(stay["birth_date"])),
        hire=_days(stay["hire_date"]),
        hire_year=hire_year.astype(np.int16),
        hire_day=hire_day.astype(np.int16),
        level=stay["level"].to_physical().cast(pl.Int16).to_numpy(),
        department=_codes(stay["department"], none),
        salary=stay["salary_cents"].to_numpy(),
        full_time=stay["full_time_ppm"].to_numpy(),
        deferral=stay["deferral_bp"].fill_null(0).to_numpy(),
        enrolled=_days(stay["enrollment_date"]),
        match_balance=stay["match_balance_cents"].cast(pl.Int64).fill_null(0).to_numpy(),
        nonelective_balance=stay["nonelective_balance_cents"].cast(pl.Int64).fill_null(0).to_numpy(),
        **{name: kept.staff[name].to_numpy() for name in _CARRIED},
    )
    scale = start.scale
    for later in range(config.simulation.start_year + 1, year + 2):
        scale = scale.grown(config.range_growth.ppm(later))
    return State(staff, scale, known, kept.forfeitures_cents)


def _identities(ids: pl.Series, census: pl.Series) -> tuple[NDArray[np.int32], pl.Series]:
    """Return the row of each employee in a table of ids, and that table: the census, then its hires."""
    rows = pl.DataFrame({"id": census, "row": np.arange(len(census), dtype=np.int32)})
    found = pl.DataFrame({"id": ids}).join(rows, on="id", how="left", maintain_order="left")["row"]
    hired = found.is_null()
    identity = found.fill_null(0).to_numpy().copy()
    hires = ids.filter(hired)
    identity[hired.to_numpy()] = np.arange(len(census), len(census) + len(hires), dtype=np.int32)
    return identity, pl.concat([census, hires.alias(census.name)], rechunk=True)


def _days(dates: pl.Series) -> Days:
    return dates.cast(pl.Int32).fill_null(NEVER).to_numpy()


def _codes(departments: pl.Series, none: int) -> NDArray[np.int32]:
    """Return positions in the list of departments; ``none`` stands for no department."""
    if not none:
        return np.zeros(len(departments), dtype=np.int32)
    return departments.to_physical().cast(pl.Int32).fill_null(none).to_numpy()

"""From an opening to the first state of a run."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.assumptions import Assumptions
from workforce_sim.config import Config
from workforce_sim.context import World
from workforce_sim.dates import NEVER, Ints, PlanYear, years_and_days
from workforce_sim.draws import census_keys, person_numbers
from workforce_sim.events.eligibility import dates
from workforce_sim.membership import owners, with_plan
from workforce_sim.money import PPM, quota
from workforce_sim.opening import Opening
from workforce_sim.pay import pay_scale
from workforce_sim.staff import Staff, birth_years, without_plan
from workforce_sim.tables import CENSUS, completed
from workforce_sim.year import State


def prepared(
    config: Config, opening: Opening, replicates: tuple[int, ...], chance: int | None = None
) -> tuple[State, World]:
    """Turn an opening into the first state of a batch, and what holds for the whole run.

    Args:
        config: of all replicates.
        opening: the completed census.
        replicates: their numbers.
        chance: the replicate whose draws of persons all of them share; left out, each has its own.
    """
    assumptions = Assumptions(config, opening.levels)
    census = completed(opening.staff, CENSUS)
    departments = _departments(census["department"])
    staff = _staff(census, config, departments)
    size, count = len(staff), len(replicates)
    world = World(
        assumptions,
        replicates,
        size,
        np.bincount(staff.level, minlength=len(opening.levels)).tolist(),
        _shares(staff.department, len(departments)),
        pl.Series(assumptions.names, dtype=pl.Enum(assumptions.names)),
        departments,
        owners(census),
        chance,
    )
    scale = pay_scale(opening.levels, config.hiring.pay, staff.level, staff.salary)
    person = [person_numbers(config.random_seed, r, staff.key) for r in world.lucks]
    batch = staff.take(np.tile(np.arange(size), count)) if count > 1 else staff
    replicate = np.repeat(np.arange(count, dtype=np.int32), size)
    batch = batch.with_columns(person=np.concatenate(person), replicate=replicate)
    batch = with_plan(batch, census, assumptions)
    return State(batch, scale, opening.staff["employee_id"], [0] * count), world


def opening_staff(opening: Opening, state: State, start_year: int) -> pl.DataFrame:
    """Return the staff of an opening as one replicate starts: with who is eligible, and drawn deferral rates."""
    eligible, deferral = np.empty(len(state.staff), dtype=bool), np.empty(len(state.staff), dtype=np.int32)
    deferral[state.staff.identity] = state.staff.deferral
    eligible[state.staff.identity] = state.staff.eligible < PlanYear(start_year).first
    eligible |= deferral > 0
    return opening.staff.with_columns(pl.Series("deferral_bp", deferral), eligible=pl.Series(eligible))


def _shares(department: NDArray[np.int32], kinds: int) -> Ints:
    """Return cumulative ppm of the census by department, none last; any shares from nobody, who never hires."""
    counts = np.bincount(department, minlength=kinds).tolist() if len(department) else [1] * kinds
    return np.cumsum(quota(PPM, counts))


def _departments(column: pl.Series) -> pl.Series:
    """Return the departments in order, then null."""
    names = column.dtype.categories.to_list() if isinstance(column.dtype, pl.Enum) else []
    return pl.Series("department", [*names, None], dtype=pl.Enum(names) if names else pl.String)


def _staff(frame: pl.DataFrame, config: Config, departments: pl.Series) -> Staff:
    key = census_keys(frame["employee_id"])
    birth = frame["birth_date"].cast(pl.Int32).to_numpy()
    hire = frame["hire_date"].cast(pl.Int32).to_numpy()
    hire_year, hire_day = years_and_days(hire)
    none = len(departments) - 1
    department = (
        frame["department"].to_physical().fill_null(none) if none else pl.Series([0]).new_from_index(0, frame.height)
    )
    deferral = frame["deferral_bp"].fill_null(0).to_numpy()
    excluded = frame["excluded"].fill_null(value=False).to_numpy() & (deferral == 0)
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
        eligible=np.where(excluded, NEVER, dates(hire, birth, config.eligibility)),
        **without_plan(frame.height, config.simulation.start_year - 1) | {"deferral": deferral},
    )

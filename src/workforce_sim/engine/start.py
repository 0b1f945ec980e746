"""From an opening to the first state of a run."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.config import Config
from workforce_sim.dates import NEVER, Ints, PlanYear, years_and_days
from workforce_sim.draws import census_keys, person_numbers
from workforce_sim.engine.assumptions import Assumptions
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import World
from workforce_sim.engine.event import with_arrays
from workforce_sim.engine.membership import owners, with_plan
from workforce_sim.engine.own import OwnEvent, kept
from workforce_sim.engine.partitions import parted
from workforce_sim.engine.pay_scale import pay_scale
from workforce_sim.engine.state import State, birth_years, frame_of, without_plan
from workforce_sim.money import PPM, quota
from workforce_sim.opening import Opening
from workforce_sim.plan.entry import entry_dates
from workforce_sim.tables import CENSUS, completed


def prepared(
    config: Config,
    opening: Opening,
    replicates: tuple[int, ...],
    chance: int | None = None,
    *,
    named: bool = True,
    own: tuple[OwnEvent, ...] = (),
) -> tuple[State, World]:
    """Turn an opening into the first state of a batch, and what holds for the whole run.

    Args:
        config: of all replicates.
        opening: the completed census.
        replicates: their numbers.
        chance: the replicate whose draws of persons all of them share; left out, each has its own.
        own: the user's own events.
        named: whether ledger and snapshots are wanted: then the staff carry their ids.

    Returns:
        The state, every replicate in the order of the census, and the world.
    """
    assumptions = Assumptions(config, opening.levels)
    census = completed(opening.staff, CENSUS)
    departments = _departments(census["department"])
    staff = _staff(census, config, departments)
    level, salary = staff["level"].to_numpy(), staff["salary_cents"].to_numpy()
    world = World(
        assumptions,
        replicates,
        staff.height,
        np.bincount(level, minlength=len(opening.levels)).tolist(),
        _shares(staff["department"].to_numpy(), len(departments)),
        pl.Series(assumptions.names, dtype=pl.Enum(assumptions.names)),
        departments,
        chance,
        own,
    )
    batch = with_plan(_batch(staff, world), census, assumptions).with_columns(kept(own))
    if not named:
        batch = batch.drop("employee_id")
    scale = pay_scale(opening.levels, config.hiring.pay, level, salary)
    parts = parted(batch) if len(replicates) == 1 else [batch]
    return State(parts, scale, [0] * len(replicates)), world


def _batch(staff: pl.DataFrame, world: World) -> pl.DataFrame:
    """Return the staff of every replicate, one replicate after another."""
    key, seed, count = staff["key"].to_numpy(), world.assumptions.config.random_seed, len(world.replicates)
    persons = np.concatenate([person_numbers(seed, number, key) for number in world.drawn_as])
    replicate = np.repeat(np.arange(count, dtype=np.int32), staff.height)
    batch = staff if count == 1 else pl.concat([staff] * count, rechunk=True)
    return with_arrays(batch, {"person": persons, "replicate": replicate})


def opening_staff(opening: Opening, state: State, start_year: int) -> pl.DataFrame:
    """Return the staff of an opening as one replicate starts: with who is eligible, and drawn deferral rates.

    The state stands in the order of the opening.
    """
    staff = Columns(state.staff)
    deferral = staff["deferral_bp"]
    eligible = (staff["eligibility_date"] < PlanYear(start_year).first) | (deferral > 0)
    return opening.staff.with_columns(pl.Series("deferral_bp", deferral), eligible=pl.Series(eligible))


def _shares(department: NDArray[np.int32], kinds: int) -> Ints:
    """Return cumulative ppm of the census by department, none last; any shares from nobody, who never hires."""
    counts = np.bincount(department, minlength=kinds).tolist() if len(department) else [1] * kinds
    return np.cumsum(quota(PPM, counts))


def _departments(column: pl.Series) -> pl.Series:
    """Return the departments in order, then null."""
    names = column.dtype.categories.to_list() if isinstance(column.dtype, pl.Enum) else []
    return pl.Series("department", [*names, None], dtype=pl.Enum(names) if names else pl.String)


def _staff(census: pl.DataFrame, config: Config, departments: pl.Series) -> pl.DataFrame:
    """Return the census as staff; ``person`` and what follows from it are not known yet."""
    key = census_keys(census["employee_id"])
    birth = census["birth_date"].cast(pl.Int32).to_numpy()
    hire = census["hire_date"].cast(pl.Int32).to_numpy()
    hire_year, hire_day = years_and_days(hire)
    deferral = census["deferral_bp"].fill_null(0).to_numpy()
    excluded = census["excluded"].fill_null(value=False).to_numpy() & (deferral == 0)
    known = {
        **without_plan(census.height, config.simulation.start_year - 1),
        "deferral_bp": deferral,
        "match_balance_cents": census["match_balance_cents"].fill_null(0).to_numpy(),
        "nonelective_balance_cents": census["nonelective_balance_cents"].fill_null(0).to_numpy(),
    }
    return frame_of(
        census["employee_id"],
        key=key,
        person=key,
        replicate=np.zeros(census.height, dtype=np.int32),
        birth_date=birth,
        birth_year=birth_years(birth),
        hire_date=hire,
        hire_year=hire_year.astype(np.int16),
        hire_day=hire_day.astype(np.int16),
        level=census["level"].to_physical().cast(pl.Int16).to_numpy(),
        department=_positions(census["department"], len(departments) - 1),
        salary_cents=census["salary_cents"].to_numpy(),
        full_time_ppm=census["full_time_ppm"].to_numpy(),
        eligibility_date=np.where(excluded, NEVER, entry_dates(hire, birth, config.eligibility)),
        **known,
        owner=owners(census).view(np.uint8),
    )


def _positions(department: pl.Series, none: int) -> Array:
    """Return positions in the list of departments; ``none`` stands for no department."""
    if not none:
        return np.zeros(len(department), dtype=np.int32)
    return department.to_physical().fill_null(none).cast(pl.Int32).to_numpy()

"""What one plan year passes to the next, on disk: the values that the snapshots lack, written and read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.census.opening import Opening
from workforce_sim.dates import NEVER, Days, years_and_days
from workforce_sim.draws import person_numbers
from workforce_sim.engine.columns import FLAG, Array
from workforce_sim.engine.context import World
from workforce_sim.engine.membership import owners
from workforce_sim.engine.partitions import parted
from workforce_sim.engine.pay_scale import PayScale
from workforce_sim.engine.state import STATE, State, birth_years, frame_of, in_key_order
from workforce_sim.errors import LedgerError
from workforce_sim.store.ledger import employee_keys
from workforce_sim.store.writer import Carried
from workforce_sim.tables import CENSUS, completed

_CARRIED = {
    "eligible": "eligibility_date",
    "automatic": "automatic_date",
    "enrolled_year": "enrolled_year",
    "follows": "follows",
    "highly_paid": "highly_paid",
    "roth_catch_up": "roth_catch_up",
}
"""Columns of the staff that snapshots lack, or have only once their date is reached, by name in the file."""

_FLAGS = ("follows", "highly_paid", "roth_catch_up")


def carried(closing: State) -> Carried:
    """Return what the next year needs of a closing besides the snapshots, in their written order."""
    return Carried(carried_staff(in_key_order(closing.staff)), closing.forfeitures, closing.former)


def carried_staff(staff: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of a closing that the next year needs besides the snapshots."""
    own = (name for name in staff.columns if name not in STATE and name != "employee_id")
    columns = staff.select(*(pl.col(column).alias(name) for name, column in _CARRIED.items()), *own)
    return columns.cast(dict.fromkeys(_FLAGS, pl.Boolean))


def misfit(kept: Carried, people: pl.DataFrame) -> str | None:
    """Return what is wrong with the values kept beside the snapshots of a year; None if they match."""
    types = {name: pl.Boolean() if name in _FLAGS else STATE[column][0] for name, column in _CARRIED.items()}
    if list(kept.staff.schema.items())[: len(types)] != list(types.items()):
        return "carried has other columns or types than the model"
    stay = people["termination_date"].null_count()
    if kept.staff.height != stay or kept.staff.select(*types).null_count().sum_horizontal().item():
        return f"carried has other rows than the {stay:,} staff who stay"
    return None


def carried_with(pieces: Iterable[pl.DataFrame], kept: Carried) -> Iterator[tuple[pl.DataFrame, Carried]]:
    """Yield pieces of the snapshots, each with the values kept beside it; the last with all that are left."""
    following = iter(pieces)
    people, left = next(following), kept.staff
    for more in following:
        stay = people["termination_date"].null_count()
        yield people, replace(kept, staff=left[:stay])
        people, left = more, left[stay:]
    yield people, replace(kept, staff=left)


def resumed(scale: PayScale, world: World, opening: Opening, year: int, people: pl.DataFrame, kept: Carried) -> State:
    """Return the opening of the year after a committed one.

    Args:
        scale: pay of hires in the first year of the run.
        world: what is the same in all years.
        opening: the opening that the run started from.
        year: the last committed plan year.
        people: its snapshots, as written.
        kept: the values kept beside them.

    Raises:
        LedgerError: when these do not match.
    """
    wrong = misfit(kept, people)
    if wrong:
        raise LedgerError(f"{year}: {wrong}; write the run again elsewhere")
    config, stay = world.assumptions.config, people.filter(pl.col("termination_date").is_null())
    ids = stay["employee_id"]
    key = employee_keys(ids)
    since = kept.staff["service_date"].to_numpy() if "service_date" in kept.staff.columns else _days(stay["hire_date"])
    hire_year, hire_day = years_and_days(since)
    known = kept.staff.cast(dict.fromkeys(_FLAGS, FLAG))
    staff = frame_of(
        ids,
        key=key,
        person=person_numbers(config.random_seed, world.drawn_as[0], key),
        replicate=np.zeros(len(ids), dtype=np.int32),
        birth_date=_days(stay["birth_date"]),
        birth_year=birth_years(_days(stay["birth_date"])),
        hire_date=_days(stay["hire_date"]),
        hire_year=hire_year.astype(np.int16),
        hire_day=hire_day.astype(np.int16),
        level=stay["level"].to_physical().cast(pl.Int16).to_numpy(),
        department=_codes(stay["department"], len(world.departments) - 1),
        salary_cents=stay["salary_cents"].to_numpy(),
        full_time_ppm=stay["full_time_ppm"].to_numpy(),
        deferral_bp=stay["deferral_bp"].fill_null(0).to_numpy(),
        enrollment_date=_days(stay["enrollment_date"]),
        match_balance_cents=stay["match_balance_cents"].cast(pl.Int64).fill_null(0).to_numpy(),
        nonelective_balance_cents=stay["nonelective_balance_cents"].cast(pl.Int64).fill_null(0).to_numpy(),
        **{column: known[name].to_numpy() for name, column in _CARRIED.items()},
        owner=_owners(ids, opening.staff),
    )
    staff = staff.hstack(kept.staff.drop(_CARRIED))
    for later in range(config.simulation.start_year + 1, year + 2):
        scale = scale.grown(config.range_growth.ppm(later))
    return State(parted(staff), scale, kept.forfeitures_cents, kept.former)


def _owners(ids: pl.Series, census: pl.DataFrame) -> Array:
    """Return the flags of owners for the remaining census employees; hires are not owners."""
    known = census["employee_id"].filter(pl.Series(owners(completed(census, CENSUS))))
    return ids.is_in(known.implode()).cast(FLAG).to_numpy()


def _days(dates: pl.Series) -> Days:
    return dates.cast(pl.Int32).fill_null(NEVER).to_numpy()


def _codes(departments: pl.Series, none: int) -> NDArray[np.int32]:
    """Return positions in the list of departments; ``none`` stands for no department."""
    if not none:
        return np.zeros(len(departments), dtype=np.int32)
    return departments.to_physical().cast(pl.Int32).fill_null(none).to_numpy()

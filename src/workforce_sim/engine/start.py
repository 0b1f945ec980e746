"""From an opening to the first state of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.census.opening import Opening
from workforce_sim.config import Config, Level
from workforce_sim.config.workforce import Simulation
from workforce_sim.dates import NEVER, Flags, Ints, day_number, years_and_days
from workforce_sim.draws import census_keys, person_numbers
from workforce_sim.engine.assumptions import Assumptions
from workforce_sim.engine.columns import FLAG, Array, Columns, Rows, Small
from workforce_sim.engine.context import Employer, World
from workforce_sim.engine.event import with_arrays
from workforce_sim.engine.events import eligibility
from workforce_sim.engine.membership import draws_participation, owners, prior_groups, unknown_opt_outs, with_plan
from workforce_sim.engine.own import OwnEvent, kept
from workforce_sim.engine.partitions import cut, parted
from workforce_sim.engine.pay_scale import PayScale, pay_scale, stacked
from workforce_sim.engine.state import Shelf, State, StateOnDisk, birth_years, frame_of, without_plan
from workforce_sim.engine.year import kept_by, steps_of
from workforce_sim.money import PPM, half_up, quota
from workforce_sim.plan.classes import NOT_SAID, Applicants, Said, classes_of
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
    """Turn an opening into the first state of a batch and the world of the run.

    Args:
        config: of all replicates.
        opening: the completed census.
        replicates: their numbers.
        chance: the replicate whose draws all replicates share; left out, each has its own.
        own: the user's own events.
        named: whether ledger and snapshots are wanted: the staff then have their ids.

    Returns:
        The state, every replicate in the order of the census, and the world.
    """
    census = opening.present
    world = _with_joiners(_world(config, opening.levels, census, replicates, chance, own), opening)
    batch = _batch(_staff(census, world), world)
    batch = _with_plan(batch, census, world, draws_participation(census), prior_groups([(batch, census)], config)[0])
    if not named:
        batch = batch.drop("employee_id")
    parts = parted(batch) if len(replicates) == 1 else [batch]
    return State(parts, _scale(config, opening.levels, census), [0] * len(replicates)), world


def prepared_together(
    config: Config, openings: Sequence[Opening], replicates: Sequence[Sequence[int]]
) -> tuple[State, World]:
    """Turn the openings of several employers into one batch without ids; each goes on as it would alone.

    Args:
        config: of all employers; one in which nobody's coming and going is planned, without classes and acquisitions.
        openings: one for each employer, with equal levels; participation is drawn in all of them, or in none.
        replicates: numbers of the replicates of each employer.

    Returns:
        The state, each employer's replicates in the order of its census, and the world.
    """
    levels, counts = openings[0].levels, [len(numbers) for numbers in replicates]
    census = _of_all(openings)
    ends = np.cumsum([opening.staff.height for opening in openings])
    parts = [slice(end - opening.staff.height, end) for end, opening in zip(ends, openings, strict=True)]
    world = _world(config, levels, census, tuple(number for numbers in replicates for number in numbers), None, ())
    department, level = _positions(census["department"], len(world.departments) - 1), _level(census)
    shape = len(world.departments), len(levels)
    known = [_employer(department[part], level[part], shape, at * len(levels)) for at, part in enumerate(parts)]
    world = replace(world, employers=tuple(e for e, count in zip(known, counts, strict=True) for _ in range(count)))
    rows = np.concatenate(
        [np.arange(p.start, p.stop) for p, count in zip(parts, counts, strict=True) for _ in range(count)]
    )
    census, staff = census[rows], _staff(census, world)[rows]
    batch = _numbered(staff, world, [e.headcount for e in world.employers])
    batch = _with_plan(batch, census, world, draws_participation(census), prior_groups([(batch, census)], config)[0])
    scales = [_scale(config, levels, opening.present) for opening in openings]
    return State([batch.drop("employee_id")], stacked(scales), [0] * len(world.replicates)), world


def _of_all(openings: Sequence[Opening]) -> pl.DataFrame:
    """Return the employees of all employers, with departments of one list."""
    text = (opening.present.with_columns(pl.col("department").cast(pl.String)) for opening in openings)
    census = pl.concat(text, rechunk=True)
    names = census["department"].drop_nulls().unique().sort()
    return census.with_columns(pl.col("department").cast(pl.Enum(names))) if len(names) else census


def _numbered(staff: pl.DataFrame, world: World, sizes: Sequence[int]) -> pl.DataFrame:
    """Return the staff of all replicates, one after another, with their replicates and draws."""
    keys = np.split(staff["key"].to_numpy(), np.cumsum(sizes)[:-1])
    seed = world.assumptions.config.random_seed
    persons = [person_numbers(seed, number, key) for number, key in zip(world.replicates, keys, strict=True)]
    replicate = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return with_arrays(staff, {"person": np.concatenate(persons), "replicate": replicate})


def prepared_in_parts(
    config: Config, opening: Opening, replicate: int, rows: int, own: tuple[OwnEvent, ...] = ()
) -> tuple[StateOnDisk, World, Rows]:
    """Turn an opening into the first state of a run whose staff do not fit into memory.

    Args:
        config: of the run.
        opening: the completed census.
        replicate: its number.
        rows: employees of a partition.
        own: the user's own events.

    Returns:
        The state, whose partitions are made from the census each time they are fetched, the world, and the rows of the
        census in written order.
    """
    census = opening.present
    world = _world(config, opening.levels, census, (replicate,), None, own)
    order = np.argsort(census_keys(census["employee_id"]), kind="stable")
    slices = cut(len(order), max(1, round(len(order) / rows)))
    draws = draws_participation(census)

    def made(which: slice) -> tuple[pl.DataFrame, pl.DataFrame]:
        part = census[order[which]]
        return _batch(_staff(part, world), world), part

    def fetched(which: slice, group: Flags | None) -> pl.DataFrame:
        return _with_plan(*made(which), world, draws, group)

    groups = prior_groups(map(made, slices), config)
    shelves = [
        Shelf(partial(fetched, which, group), which.stop - which.start)
        for which, group in zip(slices, groups, strict=True)
    ]
    nobody = fetched(slice(0, 0), None if groups[0] is None else groups[0][:0])
    return StateOnDisk([], shelves, nobody, _scale(config, opening.levels, census), [0]), world, order


def _world(
    config: Config,
    levels: tuple[Level, ...],
    census: pl.DataFrame,
    replicates: tuple[int, ...],
    chance: int | None,
    own: tuple[OwnEvent, ...],
) -> World:
    assumptions, departments = Assumptions(config, levels), _departments(census["department"])
    classes = "classes" in config.provisions
    positions = _positions(census["department"], len(departments) - 1)
    return World(
        assumptions,
        replicates,
        (_employer(positions, _level(census), (len(departments), len(levels))),) * len(replicates),
        pl.Series(assumptions.names, dtype=pl.Enum(assumptions.names)),
        departments,
        chance,
        own,
        tuple(pl.lit(kept.starts, dtype=kept.dtype).alias(name) for name, kept in kept_by(steps_of(config)).items()),
        union_shares(census["union"], positions, len(departments)) if classes else None,
        _staffing(positions, _level(census), (len(departments), len(levels))) if config.is_planned else None,
    )


def _employer(department: Array, level: Small, shape: tuple[int, int], first_curve: int = 0) -> Employer:
    """Return what later years need to know of the employees of one employer, by department and level."""
    counts: list[int] = np.bincount(level, minlength=shape[1]).tolist()
    return Employer(len(level), counts, _shares(department, shape[0]), first_curve)


def _staffing(department: Array, level: Small, shape: tuple[int, int]) -> Ints:
    """Return the employees of the census by department and level."""
    return np.bincount(department * shape[1] + level, minlength=shape[0] * shape[1]).reshape(shape)


def _with_joiners(world: World, opening: Opening) -> World:
    """Return the world with those who join by an acquisition later."""
    census = opening.joiners
    if not census.height:
        return world
    flagged = census["excluded"].fill_null(value=False).cast(FLAG)
    known = [census["joins_on"].cast(pl.Int32).alias("employed_from"), flagged]
    if "classes" in world.assumptions.config.provisions:
        known += [pl.Series(name, _said(census[name], known=True)) for name in ("union", "nonresident")]
    return replace(world, joiners=_staff(census, world).with_columns(known))


def _scale(config: Config, levels: tuple[Level, ...], census: pl.DataFrame) -> PayScale:
    return pay_scale(levels, config.hiring.pay, _level(census), census["salary_cents"].to_numpy())


def _level(census: pl.DataFrame) -> Small:
    return census["level"].to_physical().cast(pl.Int16).to_numpy()


def _with_plan(
    staff: pl.DataFrame, census: pl.DataFrame, world: World, draws: bool, group: Flags | None
) -> pl.DataFrame:
    return with_plan(staff, census, world.assumptions, draws=draws, group=group).with_columns(kept(world.own))


def _batch(staff: pl.DataFrame, world: World) -> pl.DataFrame:
    """Return the staff of every replicate, one replicate after another."""
    key, seed, count = staff["key"].to_numpy(), world.assumptions.config.random_seed, len(world.replicates)
    persons = np.concatenate([person_numbers(seed, number, key) for number in world.drawn_as])
    replicate = np.repeat(np.arange(count, dtype=np.int32), staff.height)
    batch = staff if count == 1 else pl.concat([staff] * count, rechunk=True)
    return with_arrays(batch, {"person": persons, "replicate": replicate})


def opening_staff(opening: Opening, state: State, simulation: Simulation) -> pl.DataFrame:
    """Return the staff of an opening at the start of one replicate, with eligibility and drawn deferral rates.

    The state is in the order of the opening. Those who join later come last.
    """
    present, later = opening.present.with_columns(_at_start(state.staff, simulation)), opening.joiners
    return present if later.is_empty() else pl.concat([present, later.with_columns(eligible=pl.lit(value=False))])


def opening_of_parts(
    opening: Opening, parts: Iterable[pl.DataFrame], order: Rows, config: Config
) -> tuple[pl.DataFrame, int]:
    """Return the same from the partitions of a state, which are in ``order``, and how many opt-outs are unknown."""
    known, unknown, start = [], 0, 0
    for part in parts:
        census = opening.staff[order[start : start + part.height]]
        known.append(pl.DataFrame(_at_start(part, config.simulation)))
        unknown, start = unknown + unknown_opt_outs(part, census, config), start + part.height
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return opening.staff.with_columns(pl.concat(known)[place].get_columns()), unknown


def _at_start(staff: pl.DataFrame, simulation: Simulation) -> list[pl.Series]:
    """Return deferral rates, and who is eligible."""
    columns = Columns(staff)
    deferral = columns["deferral_bp"]
    eligible = (columns["eligibility_date"] < day_number(simulation.opening)) | (deferral > 0)
    return [pl.Series("deferral_bp", deferral), pl.Series("eligible", eligible)]


def _shares(department: NDArray[np.int32], kinds: int) -> Ints:
    """Return cumulative ppm of the census by department, none last; arbitrary for an empty census, never used."""
    counts = np.bincount(department, minlength=kinds).tolist() if len(department) else [1] * kinds
    return np.cumsum(quota(PPM, counts))


def _departments(column: pl.Series) -> pl.Series:
    """Return the departments in order, then null."""
    names = column.dtype.categories.to_list() if isinstance(column.dtype, pl.Enum) else []
    return pl.Series("department", [*names, None], dtype=pl.Enum(names) if names else pl.String)


def _staff(census: pl.DataFrame, world: World) -> pl.DataFrame:
    """Return the census as staff, without ``person`` and the columns that depend on it."""
    config = world.assumptions.config
    key = census_keys(census["employee_id"])
    birth = census["birth_date"].cast(pl.Int32).to_numpy()
    hire = census["hire_date"].cast(pl.Int32).to_numpy()
    hire_year, hire_day = years_and_days(hire)
    deferral = census["deferral_bp"].fill_null(0).to_numpy()
    excluded = census["excluded"].fill_null(value=False).to_numpy() & (deferral == 0)
    department = _positions(census["department"], len(world.departments) - 1)
    joined = eligibility.joined(_applicants(census, department, world), config, deferral > 0)
    if "lacks_hours" in joined:
        joined["lacks_hours"] = np.where(excluded, 0, joined["lacks_hours"]).astype(np.uint8)
    known = {
        **without_plan(census.height),
        "deferral_bp": deferral,
        "match_balance_cents": census["match_balance_cents"].fill_null(0).to_numpy(),
        "nonelective_balance_cents": census["nonelective_balance_cents"].fill_null(0).to_numpy(),
    }
    staff = frame_of(
        census["employee_id"],
        key=key,
        person=key,
        replicate=np.zeros(census.height, dtype=np.int32),
        birth_date=birth,
        birth_year=birth_years(birth),
        hire_date=hire,
        hire_year=hire_year.astype(np.int16),
        hire_day=hire_day.astype(np.int16),
        level=_level(census),
        department=department,
        salary_cents=census["salary_cents"].to_numpy(),
        full_time_ppm=census["full_time_ppm"].to_numpy(),
        eligibility_date=np.where(excluded, NEVER, joined["eligibility_date"]),
        **known,
        owner=owners(census).view(np.uint8),
    )
    more = {name: kept.at_start(name, census) for name, kept in kept_by(steps_of(config)).items()}
    return staff.hstack([pl.Series(name, joined[name]) if name in joined else kept for name, kept in more.items()])


def _applicants(census: pl.DataFrame, department: Array, world: World) -> Applicants:
    """Return what entry into the plan depends on; statuses count where the configuration names classes."""
    known = "classes" in world.assumptions.config.provisions
    union, nonresident = (_said(census[name], known=known) for name in ("union", "nonresident"))
    return Applicants(
        hire=census["hire_date"].cast(pl.Int32).to_numpy(),
        birth=census["birth_date"].cast(pl.Int32).to_numpy(),
        full_time=census["full_time_ppm"].cast(pl.Int64).to_numpy(),
        level=_level(census),
        department=department,
        levels=world.assumptions.names,
        departments=world.department_names,
        union=union,
        nonresident=nonresident,
    )


def participants_in_excluded_classes(opening: Opening, world: World) -> int:
    """Return how many participants of the census are in an excluded class; they stay in the plan."""
    config = world.assumptions.config
    if "classes" not in config.provisions or not config.eligibility.excluded_classes:
        return 0
    census = completed(opening.staff, CENSUS)
    department = _positions(census["department"], len(world.departments) - 1)
    found = classes_of(_applicants(census, department, world), config.eligibility)
    return int(np.count_nonzero((found.excluded != 0) & (census["deferral_bp"].fill_null(0) > 0).to_numpy()))


def _said(status: pl.Series, *, known: bool) -> Said:
    """Return what the census says of a status."""
    if not known:
        return np.full(len(status), NOT_SAID, dtype=np.uint8)
    return status.cast(pl.UInt8).fill_null(NOT_SAID).to_numpy()


def union_shares(status: pl.Series, department: NDArray[np.int32], kinds: int) -> Ints | None:
    """Return union employees by department in ppm of those of whom the census says it; None if it says nothing.

    A department of which it says nothing has the share of all.
    """
    said, union = status.is_not_null().to_numpy(), status.fill_null(value=False).to_numpy()
    if not said.any():
        return None
    of_all = half_up(PPM * int(union.sum()), int(said.sum()))
    counts = (np.bincount(department[flags], minlength=kinds).tolist() for flags in (union, said))
    shares = [half_up(PPM * some, every) if every else of_all for some, every in zip(*counts, strict=True)]
    return np.array(shares, dtype=np.int64)


def _positions(department: pl.Series, none: int) -> Array:
    """Return positions in the list of departments; ``none`` stands for no department."""
    if not none:
        return np.zeros(len(department), dtype=np.int32)
    return department.to_physical().fill_null(none).cast(pl.Int32).to_numpy()

"""One plan year: the events, in order. The order is a fact of the model and stands here as plain statements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from workforce_sim import frames
from workforce_sim.assumptions import Assumptions
from workforce_sim.dates import Days, Ints, PlanYear
from workforce_sim.draws import Draws
from workforce_sim.events import compensation, hire, promotion, termination
from workforce_sim.events.termination import Leavers, Plan
from workforce_sim.frames import Account, Events, Labels
from workforce_sim.growth import check_ratio, exact_plan, planned_hires, target_path
from workforce_sim.monitor import Clock
from workforce_sim.pay import PayScale
from workforce_sim.staff import Flags, Staff, by_replicate, joined
from workforce_sim.summary import summarise


@dataclass(frozen=True)
class World:
    """What holds for a whole run.

    Attributes:
        assumptions: the configuration, compiled.
        replicates: numbers of the replicates in this batch; ``numbers`` holds them as a column.
        census: headcount, counts by level and department of the census.
        headcount: headcount of the census in each replicate.
        levels, departments: names by position; the last department is null.
    """

    assumptions: Assumptions
    replicates: tuple[int, ...]
    census: hire.CensusCounts
    headcount: list[int]
    levels: pl.Series
    departments: pl.Series

    @cached_property
    def numbers(self) -> pl.Series:
        """Replicate numbers by position."""
        return pl.Series(self.replicates, dtype=pl.Int32)


@dataclass(frozen=True)
class State:
    """What one year hands to the next: staff, pay scale of the coming year, and the ids behind the identities."""

    staff: Staff
    scale: PayScale
    ids: pl.Series


@dataclass(frozen=True)
class YearTables:
    """The ledger rows, the snapshot and the summary of one year; rows in no order."""

    events: pl.DataFrame
    snapshot: pl.DataFrame
    summary: pl.DataFrame


@dataclass(frozen=True)
class Outcome:
    """Everything a year decided: its events, what became of everybody, and the names behind the codes."""

    happened: list[Events]
    account: Account
    labels: Labels


@dataclass(frozen=True)
class Headcount:
    """What a year plans: exits of opening staff (None: everybody freely), hires, leavers among them (None: freely)."""

    exits: list[Plan] | None
    hires: list[int]
    hire_leavers: list[int] | None


def step(opening: State, number: int, world: World, clock: Clock) -> tuple[Outcome, State]:
    """Move the staff through one plan year: what happened, and the opening of the next."""
    year, assumptions = PlanYear(number), world.assumptions
    draws, count = Draws(assumptions.config.random_seed, number), len(world.replicates)

    with clock("terminations"):
        weight = termination.weights(opening.staff, assumptions, number)
        plan = headcount(opening.staff, weight, number, world)
        exits = termination.of_opening_staff(opening.staff, year, assumptions, plan.exits, weight, draws)
    with clock("hires"):
        mix = hire.level_mix(assumptions, world.census, opening.staff, count)
        hires = hire.decide(
            plan.hires, year, assumptions, mix, world.census.departments, opening.scale, world.replicates, draws
        )
        ids = _with_hire_ids(opening.ids, number, max(plan.hires, default=0))
    with clock("terminations of hires"):
        hire_exits = termination.of_hires(hires.staff, year, hires.age, assumptions, plan.hire_leavers, draws)

    staff, is_hire, last_day, leavers = _everybody(opening, hires, exits, hire_exits, year)
    age = np.concatenate([opening.staff.age(number), hires.age])
    tenure = np.concatenate([opening.staff.tenure(number), np.zeros(len(hires.staff), dtype=np.int64)])

    with clock("promotions"):
        promoted = promotion.decide(staff, last_day, age, tenure, year, assumptions, draws)
    with clock("raises"):
        when = compensation.dates(staff, is_hire, last_day, year, assumptions, draws)
        walk = compensation.decide(staff, when, promoted, opening.scale, assumptions, count, year, draws)
        first_day = np.maximum(staff.hire, np.int32(year.first))
        earned = compensation.earnings(staff, last_day, first_day, when, promoted, walk, year)

    with clock("closing"):
        stays = np.ones(len(staff), dtype=bool)
        stays[leavers.rows] = False
        changed = staff.with_columns(level=promotion.new_levels(staff, promoted), salary=walk.salary)
        closing = by_replicate(changed.take(np.flatnonzero(stays)), count)
        scale = opening.scale.grown(assumptions.config.range_growth.ppm(number + 1))
    happened = [
        hire.record(is_hire, staff),
        promotion.record(promoted, staff),
        *compensation.record(when, walk),
        termination.record(leavers),
    ]
    labels = Labels(number, ids, world.levels, world.departments, world.numbers)
    account = Account(changed, staff.salary, is_hire, stays, last_day, age, tenure, earned)
    return Outcome(happened, account, labels), State(closing, scale, ids)


def tables(outcome: Outcome, clock: Clock) -> YearTables:
    """Turn what a year decided into its ledger, snapshot and summary."""
    with clock("tables"):
        events, people = frames.tables(outcome.happened, outcome.account, outcome.labels)
    with clock("summary"):
        totals = summarise(events, people, outcome.labels.year, outcome.labels.replicates)
    return YearTables(events, people, totals)


def headcount(staff: Staff, weight: Ints, year: int, world: World) -> Headcount:
    """Plan exits and hires of every replicate: exactly, or hires only where everybody leaves freely."""
    config = world.assumptions.config
    section, growth = config.workforce, config.simulation.target_growth_rate
    g, t, n = growth.ppm(year), section.total_termination_rate.ppm(year), section.new_hire_termination_rate.ppm(year)
    parts = staff.bounds(len(world.replicates))
    sizes = [part.stop - part.start for part in parts]
    rates = f"growth {g / 1e6:g}, terminations {t / 1e6:g}, terminations of hires {n / 1e6:g} in {year}"
    if section.headcount == "exact":
        plans = [exact_plan(size, g, t, n) for size in sizes]
        exits = [Plan(p.terminations, p.terminations - p.reductions) for p in plans]
        planned = Headcount(exits, [p.hires for p in plans], [p.hire_terminations for p in plans])
    else:
        path = [growth.ppm(y) for y in range(config.simulation.start_year, year + 1)]
        targets = [target_path(size, path) for size in world.headcount]
        expected = [termination.expected(weight[part], t, world.assumptions) for part in parts]
        triples = zip(sizes, targets, expected, strict=True)
        planned = Headcount(
            None, [planned_hires(size, target, e, n) if size else 0 for size, target, e in triples], None
        )
    for hires, size in zip(planned.hires, sizes, strict=True):
        check_ratio(hires, size, section.max_hires_ratio, rates)
    return planned


def _with_hire_ids(ids: pl.Series, year: int, hires: int) -> pl.Series:
    """Append the ids of the year's hires; the n-th hire of every replicate shares one."""
    ordinal = pl.int_range(1, hires + 1).cast(pl.String).str.zfill(6)
    return pl.concat([ids, pl.select((pl.lit(f"NH-{year}-") + ordinal).alias(ids.name)).to_series()], rechunk=True)


def _everybody(
    opening: State, hires: hire.Hires, exits: Leavers, hire_exits: Leavers, year: PlanYear
) -> tuple[Staff, Flags, Days, Leavers]:
    """Put opening staff and hires in one frame, with everybody's last day of employment in the year."""
    size, start = len(opening.staff), len(opening.ids)
    newcomers = hires.staff.with_columns(identity=hires.staff.identity + start)
    staff = joined(opening.staff, newcomers)
    leavers = Leavers(
        np.concatenate([exits.rows, hire_exits.rows + size]),
        np.concatenate([exits.cause, hire_exits.cause]),
        np.concatenate([exits.date, hire_exits.date]),
    )
    last_day = np.full(len(staff), year.last, dtype=np.int32)
    last_day[leavers.rows] = leavers.date
    return staff, np.arange(len(staff)) >= size, last_day, leavers

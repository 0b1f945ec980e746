"""One plan year: the events, in order. The order is a fact of the model and stands here as plain statements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim import frames, headcount
from workforce_sim.context import Context, Employed, World
from workforce_sim.dates import PlanYear
from workforce_sim.events import compensation, eligibility, hire, plan, promotion, termination
from workforce_sim.events.earnings import Pay
from workforce_sim.events.hire import Hires
from workforce_sim.events.plan import PlanOutcome
from workforce_sim.events.termination import Leavers
from workforce_sim.frames import Account, Events, Labels
from workforce_sim.money import refuse_growth
from workforce_sim.monitor import Clock
from workforce_sim.opening import Tables
from workforce_sim.pay import PayScale
from workforce_sim.staff import Staff, by_replicate, joined
from workforce_sim.summary import UsedForfeitures, summarise
from workforce_sim.tables import EVENTS, SNAPSHOTS, completed


@dataclass(frozen=True)
class State:
    """What one year hands to the next: staff, pay scale of the coming year, ids behind the identities, forfeitures."""

    staff: Staff
    scale: PayScale
    ids: pl.Series
    forfeitures: list[int]


@dataclass(frozen=True)
class Outcome:
    """Everything a year decided: its events, what became of everybody, and the names behind the codes."""

    happened: list[Events]
    account: Account
    labels: Labels
    forfeitures: UsedForfeitures | None


def step(opening: State, number: int, world: World, clock: Clock) -> tuple[Outcome, State]:
    """Move the staff through one plan year: what happened, and the opening of the next."""
    context = Context(world, PlanYear(number), opening.scale)
    refuse_growth(int(opening.scale.amounts.max()), number)
    employed, leavers, ids = _employment(opening, context, clock)

    with clock("promotions"):
        promoted = promotion.decide(employed, context)
    with clock("raises"):
        when = compensation.dates(employed, context)
        walk = compensation.decide(employed, when, promoted, context)
        pay = Pay(employed, when, promoted, walk, context.year)
    of_plan = plan.decide(pay, leavers, opening.forfeitures, context, clock) if context.config.plan.enabled else None

    happened = [
        hire.record(employed),
        eligibility.record(employed, context),
        promotion.record(promoted, employed.staff),
        *compensation.record(when, walk),
        termination.record(leavers),
        *(of_plan.happened if of_plan else ()),
    ]
    with clock("closing"):
        return _closed(opening, happened, leavers, ids, pay, of_plan, context)


def _employment(opening: State, context: Context, clock: Clock) -> tuple[Employed, Leavers, pl.Series]:
    """Decide who leaves and who is hired: everybody employed in the year, leavers among them, and all ids."""
    with clock("terminations"):
        weight = termination.weights(opening.staff, context)
        planned = headcount.decide(opening.staff, weight, context)
        leavers = termination.decide(opening.staff, weight, planned, context)
    with clock("hires"):
        hires = hire.decide(planned.hires, opening.staff, context)
        ids = _with_hire_ids(opening.ids, context.year.year, max(planned.hires, default=0))
    with clock("terminations of hires"):
        hire_leavers = termination.decide_hires(hires.staff, hires.age, planned, context)
    leavers = _together(leavers, hire_leavers, len(opening.staff))
    return _employed(opening, hires, leavers, context.year), leavers, ids


def _closed(
    opening: State,
    happened: list[Events],
    leavers: Leavers,
    ids: pl.Series,
    pay: Pay,
    of_plan: PlanOutcome | None,
    context: Context,
) -> tuple[Outcome, State]:
    """Return what became of everybody, and the opening of the next year."""
    year, world = context.year.year, context.world
    stays = np.ones(len(pay.employed.staff), dtype=bool)
    stays[leavers.rows] = False
    changed = _changed(pay, of_plan)
    closing = by_replicate(changed.take(np.flatnonzero(stays)), context.replicates)
    scale = opening.scale.grown(context.config.range_growth.ppm(year + 1))
    account = Account(pay.employed, changed, stays, pay.earned, of_plan.columns if of_plan else None)
    labels = Labels(year, ids, world.levels, world.departments, world.numbers)
    forfeitures = of_plan.forfeitures if of_plan else opening.forfeitures
    outcome = Outcome(happened, account, labels, of_plan.used if of_plan else None)
    return outcome, State(closing, scale, ids, forfeitures)


def _changed(pay: Pay, of_plan: PlanOutcome | None) -> Staff:
    """Return everybody with level, salary and the columns of the plan as last in force."""
    staff = pay.employed.staff
    levels = promotion.new_levels(staff, pay.promotions)
    changed = staff.with_columns(level=levels, salary=pay.walk.salary)
    return changed.with_columns(**of_plan.changed) if of_plan else changed


def tables(outcome: Outcome, clock: Clock, *, in_order: bool = False) -> Tables:
    """Turn what a year decided into its ledger, snapshot and summary; in written order when asked."""
    with clock("tables"):
        events, people = frames.tables(outcome.happened, outcome.account, outcome.labels, in_order=in_order)
    return Tables(
        completed(events, EVENTS), completed(people, SNAPSHOTS), _summary(people, outcome, clock), in_order=in_order
    )


def totals(outcome: Outcome, clock: Clock) -> pl.DataFrame:
    """Turn what a year decided into its summary alone."""
    with clock("tables"):
        people = frames.people(outcome.account, outcome.labels)
    return _summary(people, outcome, clock)


def _summary(people: pl.DataFrame, outcome: Outcome, clock: Clock) -> pl.DataFrame:
    with clock("summary"):
        counts = frames.counts(outcome.happened, outcome.account, outcome.labels)
        return summarise(counts, people, outcome.labels.year, outcome.forfeitures)


def _with_hire_ids(ids: pl.Series, year: int, hires: int) -> pl.Series:
    """Append the ids of the year's hires; the n-th hire of every replicate shares one."""
    ordinal = pl.int_range(1, hires + 1).cast(pl.String).str.zfill(6)
    new = pl.select((pl.lit(f"NH-{year}-") + ordinal).alias(ids.name)).to_series()
    return pl.concat([ids, new], rechunk=True)


def _together(of_opening_staff: Leavers, of_hires: Leavers, opening: int) -> Leavers:
    """Return all leavers of the year as rows of everybody: opening staff, then hires."""
    return Leavers(
        np.concatenate([of_opening_staff.rows, of_hires.rows + opening]),
        np.concatenate([of_opening_staff.cause, of_hires.cause]),
        np.concatenate([of_opening_staff.date, of_hires.date]),
    )


def _employed(opening: State, hires: Hires, leavers: Leavers, year: PlanYear) -> Employed:
    """Return everybody employed at any time in the year."""
    before, size = opening.staff, len(opening.staff)
    identity = hires.staff.identity + np.int32(len(opening.ids))
    staff = joined(before, hires.staff.with_columns(identity=identity))
    last_day = np.full(len(staff), year.last, dtype=np.int32)
    last_day[leavers.rows] = leavers.date
    age = np.concatenate([before.age(year.year), hires.age])
    tenure = np.concatenate([before.tenure(year.year), np.zeros(len(hires.age), dtype=np.int64)])
    return Employed(staff, np.arange(len(staff)) >= size, last_day, age, tenure)

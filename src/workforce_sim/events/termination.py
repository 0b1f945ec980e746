"""Terminations: who leaves, why and when; of opening staff, then of the year's hires.

Chapter: ``docs/model/terminations.md``. The pattern of every event: ``decide`` gives outcomes, ``record`` the rows
that they mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workforce_sim.context import Context
from workforce_sim.dates import Days, Ints, dates_between, dates_in_year
from workforce_sim.draws import Keys, Stream
from workforce_sim.frames import Events
from workforce_sim.headcount import Headcount
from workforce_sim.money import PPM
from workforce_sim.selection import Risks, chosen_freely, ranking, scaled_risks, smallest
from workforce_sim.staff import Flags, Rows, Staff
from workforce_sim.tables import TERMINATION_CAUSES
from workforce_sim.uncertainty import all_in_year, in_year

REDUCTION = TERMINATION_CAUSES.index("reduction")


@dataclass(frozen=True)
class Leavers:
    """Who leaves: rows of the staff decided on, cause (index of ``TERMINATION_CAUSES``), last day."""

    rows: Rows
    cause: NDArray[np.int64]
    date: Days


def weights(staff: Staff, context: Context) -> Ints:
    """Return the relative weight of leaving of every employee, ppm."""
    year = context.year.year
    return context.assumptions.termination.at(staff.age(year), staff.tenure(year), staff.level)


def decide(staff: Staff, weight: Ints, planned: Headcount, context: Context) -> Leavers:
    """Choose the leavers among opening staff: as many as planned, or freely.

    Raises:
        SimulationError: when a replicate has fewer able to leave than planned.
    """
    u = context.draw(staff.person, Stream.TERMINATION)
    leaves, reduced = np.zeros(len(staff), dtype=bool), np.zeros(len(staff), dtype=bool)
    for i, part in enumerate(staff.bounds(context.replicates)):
        if planned.exits is None or planned.reductions is None:
            leaves[part] = chosen_freely(_risks(weight[part], context.factors[i], context), u[part])
        else:
            order = ranking(scaled_risks(weight[part], planned.exits[i] * PPM), u[part])
            leaves[part] = _first(order, staff.key[part], planned.exits[i])
            if planned.reductions[i]:
                regular = planned.exits[i] - planned.reductions[i]
                reduced[part] = leaves[part] & ~_first(order, staff.key[part], regular)
    rows = np.flatnonzero(leaves)
    person = staff.person[rows]
    cause = np.where(reduced[rows], REDUCTION, _causes(person, staff.age(context.year.year)[rows], context))
    profile = context.year.profile(context.config.terminations.month_weights)
    date = dates_in_year(context.draw(person, Stream.LEAVING_DATE), context.year, profile)
    return Leavers(rows, cause, date)


def _first(order: NDArray[np.float64], keys: Keys, k: int) -> Flags:
    return smallest(order, keys, k, "terminations of opening staff")


def _risks(weight: Ints, factor: int, context: Context) -> Risks:
    """Return the risks of one replicate's opening staff where everybody leaves freely."""
    if context.assumptions.rates_as_given:
        rates = all_in_year(weight, factor)
        return Risks(rates / PPM, rates >= PPM)
    rate = context.config.workforce.total_termination_rate.ppm(context.year.year)
    return scaled_risks(weight, len(weight) * in_year(rate, factor))


def decide_hires(hires: Staff, age: Ints, planned: Headcount, context: Context) -> Leavers:
    """Choose the leavers among the year's hires, with equal hazard: longer in the year, more likely to leave."""
    weight = (context.year.last - hires.hire).astype(np.int64)
    u = context.draw(hires.person, Stream.HIRE_TERMINATION)
    leaves = np.zeros(len(hires), dtype=bool)
    rate = context.config.workforce.new_hire_termination_rate.ppm(context.year.year)
    for i, part in enumerate(hires.bounds(context.replicates)):
        if planned.hire_exits is None:
            leavers = planned.hires[i] * in_year(rate, context.factors[i])
            leaves[part] = chosen_freely(scaled_risks(weight[part], leavers), u[part])
        else:
            order = ranking(scaled_risks(weight[part], planned.hire_exits[i] * PPM), u[part])
            leaves[part] = smallest(order, hires.key[part], planned.hire_exits[i], "terminations of hires")
    rows = np.flatnonzero(leaves)
    person = hires.person[rows]
    date = dates_between(context.draw(person, Stream.HIRE_LEAVING_DATE), hires.hire[rows] + 1, context.year.last)
    return Leavers(rows, _causes(person, age[rows], context), date)


def _causes(person: Keys, age: Ints, context: Context) -> NDArray[np.int64]:
    starts, cumulative = context.assumptions.causes
    shares = cumulative[np.searchsorted(starts, age, side="right") - 1]
    x = np.floor(context.draw(person, Stream.CAUSE) * PPM)
    return np.asarray((x[:, None] >= shares).sum(axis=1))


def record(leavers: Leavers) -> Events:
    """Return one termination row per leaver, with the cause only."""
    return Events("termination", leavers.rows, leavers.date, cause=leavers.cause)

"""Terminations: who leaves, why and when; of opening staff, then of the year's hires.

Chapter: ``docs/model/terminations.md``. The pattern of every event: ``decide`` gives outcomes, ``record`` the rows
that they mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workforce_sim.assumptions import Assumptions
from workforce_sim.dates import Days, Ints, PlanYear, dates_between, dates_in_year
from workforce_sim.draws import Draws, Stream
from workforce_sim.frames import Events
from workforce_sim.money import PPM, half_up
from workforce_sim.selection import Risks, chosen_freely, ranking, scaled_risks, smallest
from workforce_sim.staff import Flags, Rows, Staff
from workforce_sim.tables import TERMINATION_CAUSES

REDUCTION = TERMINATION_CAUSES.index("reduction")


@dataclass(frozen=True)
class Leavers:
    """Who leaves: rows of the staff decided on, cause (index of ``TERMINATION_CAUSES``), last day."""

    rows: Rows
    cause: NDArray[np.int64]
    date: Days


@dataclass(frozen=True)
class Plan:
    """How many of one replicate leave: the first ``regular`` for ordinary causes, the rest by reduction."""

    leavers: int
    regular: int


def weights(staff: Staff, assumptions: Assumptions, year: int) -> Ints:
    """Return the relative weight of leaving of every employee, ppm."""
    return assumptions.termination.at(staff.age(year), staff.tenure(year), staff.level)


def expected(weight: Ints, rate: int, assumptions: Assumptions) -> int:
    """Return the expected exits of one replicate in stochastic mode, a whole number, half up."""
    if assumptions.rates_as_given:
        return half_up(int(np.minimum(weight, PPM).sum()), PPM)
    return half_up(len(weight) * rate, PPM)


def of_opening_staff(
    staff: Staff, year: PlanYear, assumptions: Assumptions, plans: list[Plan] | None, weight: Ints, draws: Draws
) -> Leavers:
    """Choose the leavers among opening staff: by the plans (one per replicate), or freely without.

    Raises:
        SimulationError: when a replicate has fewer able to leave than planned.
    """
    u = draws.of(staff.person, Stream.TERMINATION)
    leaves, reduced = (
        (_freely(staff, year, assumptions, weight, u), None) if plans is None else _exactly(staff, plans, weight, u)
    )
    rows = np.flatnonzero(leaves)
    person = staff.person[rows]
    cause = _causes(draws.of(person, Stream.CAUSE), staff.age(year.year)[rows], assumptions)
    if reduced is not None:
        cause[reduced[rows]] = REDUCTION
    profile = year.profile(assumptions.config.terminations.month_weights)
    return Leavers(rows, cause, dates_in_year(draws.of(person, Stream.LEAVING_DATE), year, profile))


def _exactly(staff: Staff, plans: list[Plan], weight: Ints, u: NDArray[np.float64]) -> tuple[Flags, Flags | None]:
    leaves, reduced = np.zeros(len(staff), dtype=bool), np.zeros(len(staff), dtype=bool)
    for part, plan in zip(staff.bounds(len(plans)), plans, strict=True):
        order = ranking(scaled_risks(weight[part], plan.leavers * PPM), u[part])
        leaves[part] = smallest(order, staff.key[part], plan.leavers, "terminations of opening staff")
        if plan.regular < plan.leavers:
            regular = smallest(order, staff.key[part], plan.regular, "terminations of opening staff")
            reduced[part] = leaves[part] & ~regular
    return leaves, reduced


def _freely(staff: Staff, year: PlanYear, assumptions: Assumptions, weight: Ints, u: NDArray[np.float64]) -> Flags:
    if assumptions.rates_as_given:
        certain = weight >= PPM
        return chosen_freely(Risks(np.minimum(weight, PPM) / PPM, certain), u)
    rate = assumptions.config.workforce.total_termination_rate.ppm(year.year)
    leaves = np.zeros(len(staff), dtype=bool)
    for part in staff.bounds(int(staff.replicate.max(initial=0)) + 1):
        risks = scaled_risks(weight[part], (part.stop - part.start) * rate)
        leaves[part] = chosen_freely(risks, u[part])
    return leaves


def of_hires(
    hires: Staff, year: PlanYear, age: Ints, assumptions: Assumptions, leavers: list[int] | None, draws: Draws
) -> Leavers:
    """Choose the leavers among the year's hires, with equal hazard: longer in the year, more likely to leave.

    ``leavers`` holds how many in each replicate; without it each leaves freely at the configured rate.
    """
    weight = (year.last - hires.hire).astype(np.int64)
    u = draws.of(hires.person, Stream.HIRE_TERMINATION)
    leaves = np.zeros(len(hires), dtype=bool)
    rate = assumptions.config.workforce.new_hire_termination_rate.ppm(year.year)
    groups = len(leavers) if leavers is not None else int(hires.replicate.max(initial=0)) + 1
    for i, part in enumerate(hires.bounds(groups)):
        if leavers is None:
            leaves[part] = chosen_freely(scaled_risks(weight[part], (part.stop - part.start) * rate), u[part])
        else:
            order = ranking(scaled_risks(weight[part], leavers[i] * PPM), u[part])
            leaves[part] = smallest(order, hires.key[part], leavers[i], "terminations of hires")
    rows = np.flatnonzero(leaves)
    person = hires.person[rows]
    cause = _causes(draws.of(person, Stream.CAUSE), age[rows], assumptions)
    date = dates_between(draws.of(person, Stream.HIRE_LEAVING_DATE), hires.hire[rows] + 1, year.last)
    return Leavers(rows, cause, date)


def _causes(u: NDArray[np.float64], age: Ints, assumptions: Assumptions) -> NDArray[np.int64]:
    starts, cumulative = assumptions.causes
    shares = cumulative[np.searchsorted(starts, age, side="right") - 1]
    return np.asarray((np.floor(u * PPM)[:, None] >= shares).sum(axis=1))


def record(leavers: Leavers) -> Events:
    """Return one termination row per leaver, with the cause only."""
    return Events("termination", leavers.rows, leavers.date, cause=leavers.cause)

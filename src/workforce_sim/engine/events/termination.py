"""Terminations: who terminates, why and when; first opening staff, then the year's hires.

Chapter: ``docs/model/terminations.md``. The pattern of every event: first the columns it adds, its ledger
rows and snapshot columns, then the arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from workforce_sim.dates import NEVER, Days, Flags, Ints, dates_between, dates_in_year
from workforce_sim.draws import Keys, Stream, Uniforms
from workforce_sim.engine import headcount
from workforce_sim.engine.columns import FLAG, Array, Columns, Described, reached, spread
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Rows, node
from workforce_sim.engine.events.retirement import ADDED, may_retire
from workforce_sim.engine.groups import NO_CAUSE
from workforce_sim.engine.headcount import Headcount
from workforce_sim.engine.sampling import Groups, Risks, chosen_freely, ranking, scaled_risks, smallest
from workforce_sim.engine.state import ages_on_first_day
from workforce_sim.engine.year_effect import all_in_year, in_year
from workforce_sim.money import PPM, half_up
from workforce_sim.tables import EVENT_CAUSES

REDUCTION, RETIREMENT, VOLUNTARY = map(EVENT_CAUSES.index, ("reduction", "retirement", "voluntary"))

RISK: Described = {
    "age": (pl.Int32, "completed years on the first day of the plan year, of hires on the hire date"),
    "tenure": (pl.Int32, "completed years since hire, on the same day"),
    "weight": (pl.Int64, "relative termination risk of the year; may be changed after `risk`"),
    "chance": (pl.Float64, "draw that decides terminations"),
}
ADDS: Described = {
    "is_hire": (FLAG, "hired this year"),
    "leaves": (FLAG, "terminates this year"),
    "cause": (pl.UInt8, "of terminations: position in the list of causes"),
    "last_day": (pl.Int32, "last day of employment; December 31 for those who stay"),
}
LEAVES = pl.col("leaves") != 0


@node(adds=RISK)
def risk(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add age and tenure on the first day, the relative termination weight in ppm, and the draw that decides."""
    age, tenure = ages_on_first_day(staff, year.calendar).astype(np.int32), _tenure(staff, year)
    weight = _factored(year.assumptions.termination.at(age, tenure, staff["level"]), staff, year)
    return {"age": age, "tenure": tenure, "weight": weight, "chance": year.draw(staff["person"], Stream.TERMINATION)}


def _tenure(staff: Columns, year: Year) -> Array:
    """Return completed years of tenure on the first day of the plan year."""
    calendar = year.calendar
    not_yet = calendar.first - calendar.january_1 < calendar.anniversary(staff["hire_day"])
    return (np.int16(year.number) - staff["hire_year"] - not_yet).astype(np.int32)


def _factored(weight: Ints, staff: Columns, year: Year) -> Ints:
    """Return weights times the factor of the year's rates and that of each department."""
    section = year.config.terminations
    factor = section.factor_ppm(year.number)
    if factor != PPM:
        weight = half_up(weight * factor, PPM)
    if not section.department_factors:
        return weight
    milli = np.array([section.department_milli(name) for name in year.world.departments], dtype=np.int64)
    return half_up(weight * milli[staff["department"]], 1000)


@node(
    adds=ADDS,
    ledger=(Rows("termination", LEAVES, "last_day", {"cause": pl.col("cause")}),),
    snapshot={
        "status": pl.col("is_hire") + 2 * pl.col("leaves"),
        "termination_date": pl.when(LEAVES).then(pl.col("last_day")),
        "termination_cause": pl.when(LEAVES).then(pl.col("cause")),
        "age": pl.col("age"),
        "tenure_years": pl.col("tenure"),
    },
)
def termination(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add which opening staff terminate, why, and each last day: December 31 for those who stay."""
    employment = year.given["employment"]
    leaves, reduced = employment.leaves[staff.rows], employment.reduced[staff.rows]
    rows = np.flatnonzero(leaves)
    person = staff["person"][rows]
    date, cause = leaving_dates(person, year), None
    if employment.last_days is not None:
        date = _known(employment.last_days[staff.rows][rows], NEVER, date)
    cause = np.where(reduced[rows], REDUCTION, _causes(staff, rows, date, year))
    if employment.causes is not None:
        cause = _known(employment.causes[staff.rows][rows], NO_CAUSE, cause)
    return _columns(rows, cause, date, np.zeros(len(staff), dtype=np.uint8), year)


def leaving_dates(person: Keys, year: Year) -> Days:
    """Return last days of opening staff that are drawn."""
    profile = year.calendar.profile(year.config.terminations.month_weights)
    return dates_in_year(year.draw(person, Stream.LEAVING_DATE), year.calendar, profile)


def _known(known: Array, unknown: Any, drawn: Array) -> Array:
    """Return what is known, and what is drawn where nothing is."""
    return np.where(known == unknown, drawn, known)


def _columns(rows: Array, cause: Array, date: Array, is_hire: Array, year: Year) -> dict[str, Array]:
    size = len(is_hire)
    return {
        "is_hire": is_hire,
        "leaves": spread(rows, 1, size, np.uint8),
        "cause": spread(rows, cause, size, np.uint8),
        "last_day": spread(rows, date, size, np.int32, year.last),
    }


def leavers(
    weight: Ints, u: Uniforms, keys: Keys, planned: Headcount, replicate: int, year: Year
) -> tuple[Flags, Flags]:
    """Return who of one replicate's opening staff terminates, and who by reduction: as planned, or independently.

    Raises:
        SimulationError: when fewer can terminate than planned.
    """
    if planned.exits is None or planned.reductions is None:
        none = np.zeros(len(weight), dtype=bool)
        return chosen_freely(_risks(weight, year.factors[replicate], year), u), none
    sure = headcount.certain(weight, year)
    return chosen(weight, sure, u, keys, (planned.exits[replicate], planned.reductions[replicate]))


def chosen(weight: Ints, sure: Flags, u: Uniforms, keys: Keys, numbers: tuple[int, int]) -> tuple[Flags, Flags]:
    """Return who terminates, and who by reduction: as many as ``numbers`` says, first those who are sure to.

    Raises:
        SimulationError: when fewer can terminate.
    """
    exits, reductions = numbers
    none = np.zeros(len(weight), dtype=bool)
    order = ranking(scaled_risks(weight, exits * PPM, sure), u)
    order[sure] = _BEFORE_ALL
    leaves = _first(order, keys, exits)
    return leaves, leaves & ~_first(order, keys, exits - reductions) if reductions else none


_BEFORE_ALL = -2.0
"""The rank of those certain to terminate by their own rate: before those certain by scaling."""


def _first(order: Uniforms, keys: Keys, k: int) -> Flags:
    return smallest(order, keys, k, "terminations of existing employees")


def _risks(weight: Ints, factor: int, year: Year) -> Risks:
    """Return the risks of one replicate's opening staff if terminations are drawn independently."""
    if year.assumptions.rates_as_given:
        rates = all_in_year(weight, factor)
        return Risks(rates / PPM, (rates >= PPM) | headcount.certain(weight, year))
    rate = year.leaving(year.config.workforce.total_termination_rate)
    return scaled_risks(weight, len(weight) * in_year(rate, factor))


def of_hires(hires: Columns, planned: Headcount, year: Year) -> Mapping[str, Array]:
    """Return the columns of ``termination`` for the hires: more days left make termination more likely."""
    exits: Sequence[int | None] = planned.hire_exits or [None] * year.replicates
    each = enumerate(zip(planned.hires, exits, strict=True))
    return of_groups(hires, [HireGroup(size, i, gone) for i, (size, gone) in each], year)


class HireGroup(NamedTuple):
    """Adjacent hires: how many, of which replicate, and how many terminate; None if they are drawn independently."""

    size: int
    replicate: int
    exits: int | None


def of_groups(hires: Columns, groups: Sequence[HireGroup], year: Year) -> Mapping[str, Array]:
    """Return the columns of ``termination`` for hires, group after group."""
    days, gone = year.last - hires["hire_date"], year.hire_exits.gone
    weight = days.astype(np.int64) if gone is None else gone[days]
    u = year.draw(hires["person"], Stream.HIRE_TERMINATION)
    exact = Groups([group.size for group in groups], [group.exits or 0 for group in groups])
    leaves = exact.chosen(np.maximum(weight, 1), u, hires["key"], "terminations of new hires")
    for part, group in zip(exact.rows, groups, strict=True):
        if group.exits is None:
            risks = _risks_of_hires(weight[part], year.factors[group.replicate], year)
            leaves[part] = chosen_freely(risks, u[part])
    rows = np.flatnonzero(leaves)
    date = _last_days(hires["person"][rows], hires["hire_date"][rows], year)
    is_hire = np.ones(len(hires), dtype=np.uint8)
    return _columns(rows, _causes(hires, rows, date, year), date, is_hire, year)


def _risks_of_hires(weight: Ints, factor: int, year: Year) -> Risks:
    """Return the risks of one replicate's hires if terminations are drawn independently."""
    if year.hire_exits.gone is None:
        return scaled_risks(weight, len(weight) * in_year(year.hire_exits.rate, factor))
    rates = all_in_year(weight, factor)
    return Risks(rates / PPM, rates >= PPM)


def _last_days(person: Keys, hired: Days, year: Year) -> Days:
    """Return the last days of hires who terminate: evenly over the days left, or by the hazard."""
    u, gone = year.draw(person, Stream.HIRE_LEAVING_DATE), year.hire_exits.gone
    if gone is None:
        return dates_between(u, hired + 1, year.last)
    x = np.floor(u * gone[year.last - hired])
    days = np.searchsorted(gone, x, side="right")  # the first day by which more are gone
    return np.minimum(hired + days, year.last).astype(np.int32)


def _causes(staff: Columns, rows: Array, last: Days, year: Year) -> Ints:
    """Return why some rows terminate on their last days."""
    x = np.floor(year.draw(staff["person"][rows], Stream.CAUSE) * PPM)
    section = year.config.terminations.retirement
    if section is None:
        return _by_shares(staff["age"][rows], x, year)
    added = staff[ADDED][rows]
    rest = np.where(added < PPM, (x.astype(np.int64) - added) * PPM // np.maximum(PPM - added, 1), 0)
    cause = _by_shares(staff["age"][rows], rest, year)
    able = may_retire(staff["birth_date"][rows], staff.tenure_since[rows], last, year)
    if section.adds:
        able &= staff["hire_date"][rows] >= year.first  # of existing employees only the added rate lets retire
    cause = np.where((cause == RETIREMENT) & ~able, VOLUNTARY, cause)
    return np.where(x < added, RETIREMENT, cause)


def _by_shares(age: Ints, x: Array, year: Year) -> Ints:
    """Return the cause at a millionth of the shares of each age band."""
    starts, cumulative = year.assumptions.causes
    band = reached(starts, age) - 1
    return np.asarray(sum((x >= shares.take(band) for shares in cumulative.T), start=np.zeros(len(x), dtype=np.int64)))

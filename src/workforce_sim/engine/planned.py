"""Who is employed in a year in which people's coming and going is planned: by group, with what is known of them.

It takes the place of ``employment``, with the same outcome for each partition. Chapter: ``docs/model/actions.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.dates import NEVER, Days, Flags
from workforce_sim.engine import employment, group_numbers, joining, layoffs, planned_hires, vacancies
from workforce_sim.engine.backfill import fill_dates
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.employment import Asked, Employment, dealt, gathered
from workforce_sim.engine.event import Settlement, always
from workforce_sim.engine.events import hire, termination
from workforce_sim.engine.group_numbers import GroupOpening, GroupPlan, Numbers
from workforce_sim.engine.groups import NO_CAUSE, group_of_departments
from workforce_sim.engine.partitions import cut
from workforce_sim.engine.planned_hires import Wanted
from workforce_sim.engine.sampling import Risks, chosen_freely, scaled_risks
from workforce_sim.engine.year_effect import all_in_year, in_year
from workforce_sim.money import PPM, quota
from workforce_sim.tables import EVENT_CAUSES

_REDUCTION, _SEASON_END = (EVENT_CAUSES.index(cause) for cause in ("reduction", "season_end"))

_COLUMNS = (
    *("weight", "chance", "key", "person", "level", "age", "tenure", "department", "hire_date", "salary_cents"),
    *("known_exit", "season_end", "path_millionths"),
)


@dataclass
class _Decided:
    """What is decided of one replicate's opening staff, and what hires it wants."""

    leaves: Flags
    reduced: Flags
    promoted: Flags
    last_days: Days
    causes: Array
    path: list[int]
    wanted: Wanted


def _ask(staff: Columns, year: Year) -> Asked:
    columns = {name: staff[name] for name in _COLUMNS}
    return Asked(
        {**columns, "weight": year.leaving_weights(columns["weight"])},
        staff.bounds(year.replicates),
        "employee_id" in staff.frame.columns,
    )


def _settle(parts: list[Asked], year: Year) -> list[Employment]:
    plans = group_numbers.plans(year)
    staff = ({name: gathered(parts, name, i) for name in _COLUMNS} for i in range(year.replicates))
    found = [_decided(one, plans, i, year) for i, one in enumerate(staff)]
    sizes = [len(part.columns["key"]) for part in parts]
    outcomes = {
        name: [np.zeros(size, dtype=dtype) for size in sizes]
        for name, dtype in (*_FLAGS.items(), ("last_days", np.int32), ("causes", np.uint8))
    }
    for i, one in enumerate(found):
        for name, places in outcomes.items():
            dealt(getattr(one, name), parts, i, places)
    hires = _hires([one.wanted for one in found], year, named=parts[0].named)
    shares = [hires[share] for share in cut(len(hires), len(parts))]
    path = np.array([one.path for one in found], dtype=np.int64)
    return [
        Employment(**{name: arrays[at] for name, arrays in outcomes.items()}, hires=shares[at], path=path)
        for at in range(len(parts))
    ]


_FLAGS: Mapping[str, type[np.bool_]] = dict.fromkeys(("leaves", "reduced", "promoted"), np.bool_)


def _hires(wanted: list[Wanted], year: Year, *, named: bool) -> pl.DataFrame:
    """Return everybody who comes: hires, seasonal employees, and those who join by an acquisition."""
    hires = planned_hires.made_of(wanted, year, named=named)
    joiners = joining.joiners(year, like=hires)
    if joiners is None:
        return hires
    return pl.concat([hires, joiners]).sort("replicate", maintain_order=True)


def _decided(staff: Mapping[str, Array], plans: Sequence[GroupPlan], replicate: int, year: Year) -> _Decided:
    """Decide on one replicate's opening staff: first what is known, then group by group."""
    seasonal, exits = staff["season_end"] != NEVER, staff["known_exit"]
    laid_off = layoffs.laid_off(staff, ~seasonal & (exits == NEVER), year)
    gone = seasonal | (laid_off != NEVER)
    openings = _openings(staff, ~seasonal, gone, len(plans), year)
    numbers = [group_numbers.decide(*one, replicate, year) for one in zip(openings, plans, strict=True)]
    group_numbers.check_hires(list(zip(openings, numbers, strict=True)), year)
    reduced = np.zeros(len(gone), dtype=bool)
    for opening, plan, found in zip(openings, plans, numbers, strict=True):
        rows = opening.rows
        gone[rows], reduced[rows] = _leavers(staff, opening, plan, found, replicate, year)
    promoted, mixes = _levels(staff, openings, [found.target for found in numbers], plans, gone, year)
    known = np.where(exits <= year.last, exits, laid_off)
    filled = [_filled(staff, opening, gone, known, year) for opening in openings]
    return _Decided(
        gone,
        reduced,
        promoted,
        np.where(seasonal, staff["season_end"], known).astype(np.int32),
        np.where(seasonal, _SEASON_END, np.where(laid_off != NEVER, _REDUCTION, NO_CAUSE)).astype(np.uint8),
        [found.path for found in numbers],
        planned_hires.wanted(plans, numbers, mixes, filled, year),
    )


def _filled(staff: Mapping[str, Array], opening: GroupOpening, gone: Flags, known: Days, year: Year) -> Days:
    """Return the days on which the positions of those who terminate in a group are filled, in order."""
    rows = opening.rows[gone[opening.rows]]
    person = staff["person"][rows]
    drawn = termination.leaving_dates(person, year)
    last_day = np.where(known[rows] == NEVER, drawn, known[rows])
    return fill_dates(last_day, person, staff["key"][rows], year)


def _openings(staff: Mapping[str, Array], counted: Flags, gone: Flags, groups: int, year: Year) -> list[GroupOpening]:
    """Return each group of one replicate at the opening."""
    of_group = group_of_departments(year.world)[staff["department"]]
    weight = np.where(staff["known_exit"] == NEVER, staff["weight"], 0)
    known = staff["known_exit"] <= year.last
    found = []
    for at in range(groups):
        in_group = counted & (of_group == at)
        there, rows = np.flatnonzero(in_group), np.flatnonzero(in_group & ~gone)
        path = int(staff["path_millionths"][there[0]]) if len(there) else 0
        found.append(GroupOpening(there, rows, weight[rows], known[rows], path))
    return found


def _leavers(
    staff: Mapping[str, Array], opening: GroupOpening, plan: GroupPlan, found: Numbers, replicate: int, year: Year
) -> tuple[Flags, Flags]:
    """Return who of a group terminates, and who by reduction, of those not laid off."""
    u, weight = staff["chance"][opening.rows], opening.weight
    if found.exits is not None:
        sure, keys = group_numbers.certain(opening, year), staff["key"][opening.rows]
        return termination.chosen(weight, sure, u, keys, (found.exits, found.reductions))
    factor = year.factors[replicate]
    if year.assumptions.rates_as_given:
        rates = all_in_year(weight, factor)
        risks = Risks(rates / PPM, (rates >= PPM) | group_numbers.certain(opening, year))
    else:
        risks = scaled_risks(weight, len(weight) * in_year(plan.termination_rate, factor), opening.known)
    return chosen_freely(risks, u), np.zeros(len(u), dtype=bool)


def _levels(
    staff: Mapping[str, Array],
    openings: Sequence[GroupOpening],
    targets: Sequence[int],
    plans: Sequence[GroupPlan],
    gone: Flags,
    year: Year,
) -> tuple[Flags, list[list[int]]]:
    """Return who is promoted into a vacancy, and the weights of the levels among the hires of each group."""
    promoted = np.zeros(len(gone), dtype=bool)
    if not year.config.fills_vacancies:
        return promoted, [
            _mix(staff["level"][one.there], plan, year) for one, plan in zip(openings, plans, strict=True)
        ]
    rows = np.concatenate([opening.there for opening in openings])
    columns = {name: staff[name][rows] for name in ("key", "person", "level", "age", "tenure")}
    sizes = [len(opening.there) for opening in openings]
    pairs = zip(targets, plans, strict=True)
    aims = [quota(target, plan.counts) if any(plan.counts) else plan.counts for target, plan in pairs]
    groups = vacancies.Staff(**columns, sizes=sizes, stays=~gone[rows])
    promoted[rows], needed = vacancies.filled_vacancies(groups, aims, year)
    left = [planned_hires.less_known(of, plan.known, year) for of, plan in zip(needed, plans, strict=True)]
    return promoted, [of if any(of) else plan.counts for of, plan in zip(left, plans, strict=True)]


def _mix(levels: Array, plan: GroupPlan, year: Year) -> list[int]:
    """Return the weights of the levels among the hires of a group by rates."""
    mix = year.config.hiring.level_mix
    if isinstance(mix, dict):
        return hire.level_mix([], year)[0]
    if mix == "adaptive" and len(levels):
        counts: list[int] = np.bincount(levels, minlength=len(plan.counts)).tolist()
        return counts
    return plan.counts


PLANNED_EMPLOYMENT = Settlement(employment.NAME, always, _ask, _settle, used=lambda config: config.is_planned)

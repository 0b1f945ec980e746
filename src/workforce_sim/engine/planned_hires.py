"""The hires of a planned year: known hires, those that the groups need, seasonal employees.

Chapter: ``docs/model/actions.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
import polars as pl

from workforce_sim.config.actions import FULL_TIME_HOURS, KnownHire, Position, Season
from workforce_sim.dates import NEVER, Days, Ints, PlanYear, day_number
from workforce_sim.draws import Stream
from workforce_sim.engine.backfill import delays
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import with_arrays
from workforce_sim.engine.events import hire, termination
from workforce_sim.engine.events.hire import Strangers
from workforce_sim.engine.group_numbers import GroupPlan, Numbers
from workforce_sim.engine.groups import NO_CAUSE, department_counts
from workforce_sim.money import PPM, half_up, quota
from workforce_sim.tables import EVENT_CAUSES

KNOWN, SEASONAL, SEASON_END = (EVENT_CAUSES.index(cause) for cause in ("known", "seasonal", "season_end"))
_OPEN = -1
"""In place of a level, department, salary or hours: drawn."""


@dataclass(frozen=True)
class HireBatch:
    """Hires of a replicate who have the same things known of them, in the order of their numbers.

    Attributes:
        count: how many they are.
        position: what is known; None of hires like all others.
        group: of theirs; None of seasonal employees.
        dates: hire dates by the positions that they fill; None where they are drawn, or known.
        waits: whether they fill positions that are open at the opening.
    """

    count: int
    position: Position | None
    group: int | None
    dates: Days | None = None
    waits: bool = False


@dataclass(frozen=True)
class Wanted:
    """The hires of one replicate.

    Attributes:
        batches: in the order of their numbers, group by group.
        mixes: weights of the levels, by group.
        exits: terminations of the hires, by group; None if they are drawn independently.
    """

    batches: list[HireBatch] = field(default_factory=list)
    mixes: list[list[int]] = field(default_factory=list)
    exits: list[int | None] = field(default_factory=list)


def wanted(
    plans: Sequence[GroupPlan], numbers: Sequence[Numbers], mixes: list[list[int]], filled: Sequence[Days], year: Year
) -> Wanted:
    """Return the hires of one replicate.

    Args:
        plans: what is assumed of each group.
        numbers: of each group.
        mixes: weights of the levels, by group.
        filled: days on which positions of each group are filled, in order.
        year: the plan year.
    """
    batches: list[HireBatch] = []
    exits: list[int | None] = []
    for at, (plan, found) in enumerate(zip(plans, numbers, strict=True)):
        own = [HireBatch(one.count, one, at) for one in plan.known] + _others(at, plan, found, filled[at], year)
        count = sum(batch.count for batch in own)
        exits.append(None if found.hire_exits is None else min(found.hire_exits, count))
        batches += own
    staff = sum(found.staff for found in numbers)
    if year.world.employer.headcount:
        seasons = (one for one in year.config.hiring.seasonal if year.day(one.hired) >= year.first)
        batches += [HireBatch(season.number(staff), season, None) for season in seasons]
    return Wanted(batches, mixes, exits)


def _others(at: int, plan: GroupPlan, found: Numbers, filled: Days, year: Year) -> list[HireBatch]:
    """Return the hires of a group besides known ones: with a time to fill, first those who fill open positions."""
    count = found.hires - plan.known_hires
    if year.config.hiring.time_to_fill is None:
        return [HireBatch(count, None, at)]
    waiting = min(found.vacant, count)
    replacing = filled[: count - waiting]
    dates = replacing[replacing < year.last]
    rest = count - waiting - len(replacing)
    return [HireBatch(waiting, None, at, waits=True), HireBatch(len(dates), None, at, dates), HireBatch(rest, None, at)]


def less_known(needed: Sequence[int], known: Sequence[KnownHire], year: Year) -> list[int]:
    """Return how many outside hires each level needs besides known hires at it."""
    left = list(needed)
    for one in known:
        if one.level is not None:
            at = year.level(one.level)
            left[at] = max(0, left[at] - one.count)
    return left


def made_of(all_wanted: Sequence[Wanted], year: Year, *, named: bool) -> pl.DataFrame:
    """Return the hires of every replicate with the columns that opening staff have after ``termination``."""
    batches = [batch for one in all_wanted for batch in one.batches]
    counts = [sum(batch.count for batch in one.batches) for one in all_wanted]
    who, known = hire.strangers(counts, year), _Known(batches, year)
    level = _levels(who, known, all_wanted, year)
    pay, full_time = _pay(who, known, level, year)
    hires = hire.made(
        who,
        year,
        named=named,
        hire=_dates(who, known, year),
        level=level,
        department=_departments(who, known, year),
        salary_cents=pay,
        full_time_ppm=full_time,
    )
    columns: dict[str, Array] = {
        "hire_cause": known.cause,
        "season_end": known.ends,
        "employed_from": hires["hire_date"].to_numpy(),
    }
    return _with_terminations(with_arrays(hires, columns), known, all_wanted, year)


class _Known:
    """What is known of each hire, as columns; ``_OPEN`` or ``NEVER`` where nothing is."""

    def __init__(self, batches: Sequence[HireBatch], year: Year) -> None:
        self._counts = [batch.count for batch in batches]
        positions = [batch.position for batch in batches]
        self.group = self._spread([_OPEN if batch.group is None else batch.group for batch in batches])
        self.level = self._spread([_level(batch, year) for batch in batches])
        self.department = self._spread([_department(batch, year) for batch in batches])
        self.salary = self._spread(
            [_OPEN if p is None or p.salary_cents is None else p.salary_cents for p in positions]
        )
        self.hours = self._spread([_OPEN if p is None else p.hours for p in positions])
        self.full_time = self._spread([PPM if p is None else p.full_time_ppm for p in positions])
        self.date = self._spread([_date(p, year) for p in positions])
        self.waits = self._spread([batch.waits for batch in batches]).astype(bool)
        for batch, end in zip(batches, accumulate(self._counts), strict=True):
            if batch.dates is not None:
                self.date[end - batch.count : end] = batch.dates
        self.ends = self._spread([_end(p, year) for p in positions]).astype(np.int32)
        self.cause = self._spread([_cause(p) for p in positions]).astype(np.uint8)

    def _spread(self, values: Sequence[int]) -> Ints:
        return np.repeat(np.array(values, dtype=np.int64), self._counts)


def _level(batch: HireBatch, year: Year) -> int:
    name = None if batch.position is None else batch.position.level
    if name is not None:
        return year.level(name)
    return _OPEN if batch.group is not None else 0


def _department(batch: HireBatch, year: Year) -> int:
    name, listed = None if batch.position is None else batch.position.department, year.config.groups
    if name is None and batch.group is not None and batch.group < len(listed):
        name = listed[batch.group]
    return _OPEN if name is None else year.department(name)


def _date(position: Position | None, year: Year) -> int:
    if isinstance(position, KnownHire):
        return day_number(position.date)
    return year.day(position.hired) if isinstance(position, Season) else int(NEVER)


def _end(position: Position | None, year: Year) -> int:
    if not isinstance(position, Season):
        return int(NEVER)
    end = year.day(position.ends)
    return end if end > year.day(position.hired) else PlanYear(year.number + 1).day(position.ends)


def _cause(position: Position | None) -> int:
    if position is None:
        return NO_CAUSE
    return KNOWN if isinstance(position, KnownHire) else SEASONAL


def _levels(who: Strangers, known: _Known, all_wanted: Sequence[Wanted], year: Year) -> Ints:
    """Return the level of each hire: as known, else by quotas within its group."""
    rows = np.flatnonzero(known.level == _OPEN)
    counts = [
        sum(batch.count for batch in one.batches if batch.group == at and _is_open(batch))
        for one in all_wanted
        for at in range(len(one.mixes))
    ]
    mixes = [mix for one in all_wanted for mix in one.mixes]
    level = known.level.copy()
    level[rows] = hire.levels(year.draw(who.person[rows], Stream.HIRE_LEVEL), counts, mixes)
    return level


def _is_open(batch: HireBatch) -> bool:
    return batch.position is None or batch.position.level is None


def _pay(who: Strangers, known: _Known, level: Ints, year: Year) -> tuple[Ints, Array]:
    """Return pay and full-time share: of hires like all others by chance part-time, of the rest by known hours."""
    drawn = hire.drawn_pay(level, who.person, year)
    pay, full_time = hire.part_time(drawn, who.person, year)
    by_hours = np.where(known.salary == _OPEN, half_up(drawn * known.hours, FULL_TIME_HOURS), known.salary)
    is_known = known.hours != _OPEN
    return np.where(is_known, by_hours, pay), np.where(is_known, known.full_time, full_time).astype(np.int32)


def _dates(who: Strangers, known: _Known, year: Year) -> Days:
    """Return hire dates: as known, by the positions that are filled, or drawn."""
    date = np.where(known.date == NEVER, hire.drawn_dates(who.person, year), known.date).astype(np.int32)
    section = year.config.hiring.time_to_fill
    if section is not None:
        rows = np.flatnonzero(known.waits)
        date[rows] = year.first - 1 + delays(who.person[rows], section, year)
    return date


def _departments(who: Strangers, known: _Known, year: Year) -> Ints:
    """Return the department of each hire: as known, else by chance, of seasonal employees like all of the census."""
    place = hire.millionths(year.draw(who.person, Stream.HIRE_DEPARTMENT))
    drawn = [_by_counts(department_counts(year, of_rest=of_rest), place) for of_rest in (True, False)]
    return np.where(known.department != _OPEN, known.department, np.where(known.group == _OPEN, drawn[1], drawn[0]))


def _by_counts(counts: Sequence[int], place: Ints) -> Ints:
    """Return a department by its share of employees; none, the last, where there are no employees."""
    if not any(counts):
        return np.full(len(place), len(counts) - 1, dtype=np.int64)
    return np.searchsorted(np.cumsum(quota(PPM, counts)), place, side="right").astype(np.int64)


def _with_terminations(hires: pl.DataFrame, known: _Known, all_wanted: Sequence[Wanted], year: Year) -> pl.DataFrame:
    """Add who of the hires terminates in the year: seasonal employees at the end of a season within it."""
    staff = Columns(hires)
    found = dict(termination.of_groups(staff, [*_groups(all_wanted)], year))
    ends = np.flatnonzero(known.ends <= year.last)
    for name, value in (("leaves", 1), ("cause", SEASON_END)):
        found[name][ends] = value
    found["last_day"][ends] = known.ends[ends]
    return with_arrays(hires, found)


def _groups(all_wanted: Sequence[Wanted]) -> Iterator[termination.HireGroup]:
    """Yield the groups of hires; of those without a group nobody terminates by chance."""
    for replicate, one in enumerate(all_wanted):
        for group, exits in [*enumerate(one.exits), (None, 0)]:
            size = sum(batch.count for batch in one.batches if batch.group == group)
            yield termination.HireGroup(size, replicate, exits)

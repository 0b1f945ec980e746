"""Promotion into vacancies: how many of each level move up, who they are, and what is missing from outside.

Chapter: ``docs/model/promotions.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workforce_sim.dates import Flags, Ints
from workforce_sim.draws import Keys, Stream
from workforce_sim.engine import headcount
from workforce_sim.engine.columns import Rows, Small
from workforce_sim.engine.context import Year
from workforce_sim.engine.sampling import ranking, scaled_risks, smallest
from workforce_sim.money import PPM, half_up, quota


@dataclass(frozen=True)
class Staff:
    """Opening staff of one replicate: who they are, and at which level, age and tenure; whether they stay."""

    key: Keys
    person: Keys
    level: Small
    age: Ints
    tenure: Ints
    stays: Flags


def targets(year: Year) -> list[list[int]]:
    """Return the staff aimed at by level in each replicate: the headcount aimed at, in the mix of the census."""
    counts = year.world.level_counts
    return [quota(aim, counts) if any(counts) else counts for aim in headcount.targets(year)]


def decide(staff: Staff, aims: Sequence[int], year: Year) -> tuple[Flags, list[int]]:
    """Return who is promoted, and by level how many are missing from outside; by the census where none is.

    Args:
        staff: of one replicate.
        aims: staff aimed at by level.
        year: the plan year.
    """
    size, weight = len(aims), year.assumptions.promotion_weights.at(staff.age, staff.tenure, staff.level)
    rows = np.flatnonzero(staff.stays & (staff.tenure >= year.config.promotion.minimum_tenure) & (weight > 0))
    rows = rows[np.argsort(staff.level[rows], kind="stable")]
    able = np.bincount(staff.level[rows], minlength=size)
    stay = np.bincount(staff.level[staff.stays], minlength=size)
    within = [year.config.promotion.within_ppm(name) for name in year.assumptions.names]
    ups, outside = filled(aims, stay.tolist(), able.tolist(), within)
    promoted = np.zeros(len(staff.key), dtype=bool)
    for count, of_level in zip(ups, np.split(rows, np.cumsum(able)[:-1]), strict=True):
        promoted[_chosen(count, of_level, weight, staff, year)] = True
    return promoted, outside if any(outside) else year.world.level_counts


def filled(
    aims: Sequence[int], stay: Sequence[int], able: Sequence[int], within: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return how many move up from each level, and how many are missing at each from outside, from the top down.

    Args:
        aims: staff aimed at by level, from the lowest.
        stay: those of the opening who do not leave.
        able: those of them who may be promoted.
        within: share of a level's vacancies filled from below, ppm.
    """
    ups, outside = [0] * len(aims), [0] * len(aims)
    for level in reversed(range(len(aims))):
        missing = max(0, aims[level] - stay[level] + ups[level])
        below = min(half_up(missing * within[level], PPM), able[level - 1]) if level else 0
        outside[level] = missing - below
        if below:
            ups[level - 1] = below
    return ups, outside


def _chosen(count: int, rows: Rows, weight: Ints, staff: Staff, year: Year) -> Rows:
    """Return exactly ``count`` of some rows, in proportion to their weights."""
    if not count:
        return rows[:0]
    u = year.draw(staff.person[rows], Stream.PROMOTION)
    order = ranking(scaled_risks(weight[rows], count * PPM), u)
    return rows[smallest(order, staff.key[rows], count, "promotions")]

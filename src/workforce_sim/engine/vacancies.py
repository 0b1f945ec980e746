"""Promotion into vacancies: how many of each level are promoted, who they are, and how many outside hires are needed.

Chapter: ``docs/model/promotions.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workforce_sim.dates import Flags, Ints
from workforce_sim.draws import Keys, Stream
from workforce_sim.engine import headcount
from workforce_sim.engine.columns import Small
from workforce_sim.engine.context import Year
from workforce_sim.engine.sampling import Groups
from workforce_sim.money import PPM, half_up, quota


@dataclass(frozen=True)
class Staff:
    """Opening staff, one replicate after another: who they are, at which level, age and tenure; whether they stay.

    ``sizes`` are the numbers of each replicate.
    """

    sizes: Sequence[int]
    key: Keys
    person: Keys
    level: Small
    age: Ints
    tenure: Ints
    stays: Flags


def targets(year: Year) -> list[list[int]]:
    """Return the target staff by level in each replicate: the headcount target in the mix of the census."""
    census = (employer.level_counts for employer in year.world.employers)
    each = zip(census, headcount.targets(year), strict=True)
    return [quota(aim, counts) if any(counts) else counts for counts, aim in each]


def decide(staff: Staff, aims: Sequence[Sequence[int]], year: Year) -> tuple[Flags, list[list[int]]]:
    """Return who is promoted, and the outside hires needed by replicate and level; the census mix if none."""
    promoted, needed = filled_vacancies(staff, aims, year)
    each = zip(needed, year.world.employers, strict=True)
    return promoted, [outside if any(outside) else employer.level_counts for outside, employer in each]


def filled_vacancies(staff: Staff, aims: Sequence[Sequence[int]], year: Year) -> tuple[Flags, list[list[int]]]:
    """Return who is promoted, and the outside hires needed by replicate and level.

    Args:
        staff: of all replicates.
        aims: target staff, by replicate and level.
        year: the plan year.
    """
    names, weight = year.assumptions.names, year.assumptions.promotion_weights.at(staff.age, staff.tenure, staff.level)
    shape = len(staff.sizes), len(names)
    cells = shape[0] * shape[1]
    small = np.min_scalar_type(cells)  # the smaller the numbers, the faster they are sorted
    first = (np.arange(shape[0]) * shape[1]).astype(small)
    group = np.repeat(first, staff.sizes) + staff.level.astype(small)
    rows = np.flatnonzero(staff.stays & (staff.tenure >= year.config.promotion.minimum_tenure) & (weight > 0))
    rows = rows[np.argsort(group[rows], kind="stable")]
    able, stay = (np.bincount(group.take(who), minlength=cells) for who in (rows, np.flatnonzero(staff.stays)))
    within = [year.config.promotion.within_ppm(name) for name in names]
    found = [filled(*one, within) for one in zip(aims, _listed(stay, shape), _listed(able, shape), strict=True)]
    promoted = np.zeros(len(staff.key), dtype=bool)
    groups = Groups(able.tolist(), [up for ups, _ in found for up in ups])
    u = year.draw(staff.person[rows], Stream.PROMOTION)
    promoted[rows[groups.chosen(weight[rows], u, staff.key[rows], "promotions")]] = True
    return promoted, [outside for _, outside in found]


def _listed(counts: Ints, shape: tuple[int, int]) -> list[list[int]]:
    listed: list[list[int]] = counts.reshape(shape).tolist()
    return listed


def filled(
    aims: Sequence[int], stay: Sequence[int], able: Sequence[int], within: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return how many are promoted from each level, and how many outside hires each needs, from the top down.

    Args:
        aims: target staff by level, from the lowest.
        stay: opening staff who stay.
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

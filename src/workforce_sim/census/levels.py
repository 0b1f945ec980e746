"""The levels of a census: their names in order, and everybody's level. The rules are in ``docs/model/census.md``."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from workforce_sim.census.bands import Ints
from workforce_sim.census.headers import listed
from workforce_sim.census.read import SYNTHETIC, Census
from workforce_sim.config import Config, Level
from workforce_sim.config.workforce import MAX_LEVELS
from workforce_sim.errors import CensusError
from workforce_sim.money import PPM, half_up

FIVE = tuple(Level(name=str(n)) for n in range(1, 6))
_CUTS = (0, 350_000, 650_000, 850_000, 950_000, PPM)  # cumulated shares of the five levels cut from pay
_MANY = 50
_WHOLE = re.compile(r"-?[0-9]+")


def leveled(census: Census, config: Config) -> tuple[tuple[Level, ...], pl.Series, tuple[str, ...]]:
    """Return the levels in order, everybody's level as an Enum of their names, and what was imputed.

    Raises:
        CensusError: when the census has levels that the configuration does not name.
    """
    levels = _levels(census, config)
    names = [level.name for level in levels]
    column, notes = _known(census, names), _many(levels)
    missing = column.null_count()
    if not missing:
        return levels, column, notes
    index, how = _imputed(column, census.frame["salary_cents"], levels)
    filled = pl.Series("level", names, dtype=column.dtype).gather(index)
    return levels, filled, (*notes, f"level missing in {missing} of {len(column)} rows: {how}")


def _many(levels: tuple[Level, ...]) -> tuple[str, ...]:
    if len(levels) <= _MANY:
        return ()
    return (f"{len(levels)} levels: if these are job titles, map level to another column, or set workforce.levels",)


def _levels(census: Census, config: Config) -> tuple[Level, ...]:
    """Return the configured levels, else those the census names, else five."""
    if config.workforce.levels is not None:
        return config.workforce.levels
    names = _names(census.frame)
    if len(names) > MAX_LEVELS:
        raise CensusError(
            f"{census.source}: has {len(names):,} different levels, at most {MAX_LEVELS:,} are allowed; "
            "map level to another column, or set workforce.levels"
        )
    return tuple(Level(name=name) for name in names) or FIVE


def _names(frame: pl.DataFrame) -> list[str]:
    """Return the level names of a census in order; none when it has no levels."""
    column = frame["level"]
    if isinstance(column.dtype, pl.Enum) and column.null_count() < len(column):
        return column.dtype.categories.to_list()
    medians = _twice_median(column, frame["salary_cents"])
    if all(_WHOLE.fullmatch(name) for name in medians):
        return sorted(medians, key=lambda name: (int(name), name))
    return sorted(medians, key=lambda name: (medians[name], name))


def _twice_median(level: pl.Series, salary: pl.Series) -> dict[str, int]:
    """Return twice the median salary of each level in cents, exactly."""
    pairs = pl.DataFrame({"level": level.cast(pl.String), "salary": salary}).drop_nulls("level")
    medians = pairs.group_by("level").agg((pl.col("salary").median() * 2).cast(pl.Int64))
    return dict(medians.iter_rows())


def _known(census: Census, names: list[str]) -> pl.Series:
    """Return the levels as an Enum; those of a synthetic census that are not among ``names`` are null."""
    column = census.frame["level"].cast(pl.String)
    unknown = (column.is_not_null() & ~column.is_in(names)).sum()
    if unknown and census.source != SYNTHETIC:
        raise CensusError(
            f"{census.source}: {unknown} of {len(column)} employees have a level that workforce.levels does not name; "
            f"use {listed(names)}, or name the others there"
        )
    return column.cast(pl.Enum(names), strict=False)


def _imputed(column: pl.Series, salary: pl.Series, levels: tuple[Level, ...]) -> tuple[Ints, str]:
    """Return everybody's position in ``levels``, imputed from pay where missing, and how."""
    index = column.to_physical().cast(pl.Int64).fill_null(-1).to_numpy().copy()
    rows = np.flatnonzero(index < 0)
    pay = salary.to_numpy()[rows]
    ranges = [(i, level.range_cents[0]) for i, level in enumerate(levels) if level.range_cents]
    medians = _twice_median(column, salary)
    if ranges:
        index[rows], how = _by_minimum(pay, ranges), "the highest level whose minimum the salary reaches"
    elif medians:
        anchors = [(i, medians[level.name]) for i, level in enumerate(levels) if level.name in medians]
        index[rows], how = _nearest(pay, anchors), "the level whose median pay is nearest"
    else:
        index[rows], how = _cut(pay, len(levels)), f"{len(levels)} levels cut from pay"
    return index, how


def _by_minimum(pay: Ints, minimums: list[tuple[int, int]]) -> Ints:
    """Return the highest level whose minimum is not above the pay, else the lowest that has one."""
    level = np.full(len(pay), minimums[0][0], dtype=np.int64)
    for i, minimum in minimums:
        level[pay >= minimum] = i
    return level


def _nearest(pay: Ints, twice_medians: list[tuple[int, int]]) -> Ints:
    """Return the level whose median is nearest, ties to the lower."""
    level = np.full(len(pay), twice_medians[0][0], dtype=np.int64)
    least = np.full(len(pay), np.iinfo(np.int64).max)
    for i, median in twice_medians:
        distance = np.abs(2 * pay - median)
        nearer = distance < least
        level[nearer], least[nearer] = i, distance[nearer]
    return level


def _cut(pay: Ints, n: int) -> Ints:
    """Return 0 to n - 1 by pay; with five levels the cuts are the 35th, 65th, 85th and 95th percentiles.

    Pay equal to a cut stays below it.
    """
    ordered = np.sort(pay)
    cuts = [_percentile(ordered, _cut_ppm(i, n)) for i in range(1, n)]
    return np.searchsorted(np.array(cuts, dtype=np.int64), pay, side="left")


def _cut_ppm(i: int, n: int) -> int:
    """Return the share of staff in the lowest i of n levels, between the shares of five levels in proportion."""
    band, rest = divmod(5 * i, n)
    return _CUTS[band] + rest * (_CUTS[band + 1] - _CUTS[band]) // n


def _percentile(ordered: Ints, share_ppm: int) -> int:
    """Return the value at a share of sorted numbers: linear interpolation at rank share x (n - 1), half up."""
    k, rest = divmod(share_ppm * (len(ordered) - 1), PPM)
    lower, upper = int(ordered[k]), int(ordered[min(k + 1, len(ordered) - 1)])
    return half_up((PPM - rest) * lower + rest * upper, PPM)

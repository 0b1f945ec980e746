"""The exit level and the factors of tenure, age, level and department."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from workforce_sim.studies.fitting.credibility import Cells, Floats, RateLevel, cells, level
from workforce_sim.studies.fitting.exposure import Exposure, Ints
from workforce_sim.studies.fitting.priors import AGES, CELL_YEAR_SPREAD, EXIT_SPREAD, LEAST_EXITS, TENURES, at_size

ROUNDS = 3


@dataclass(frozen=True)
class Direction:
    """The cells of one kind.

    Attributes:
        kind: tenure, age, level or department.
        names: of the cells, in order.
        starts: completed years from which each cell holds; the places of groups.
        cell: the cell of each employee, -1 for none.
        prior: the factor of the cell in the table, 1 on average.
        found: the factor by experience, on top of the prior.
        exposure, actual, expected: years, exits, and exits expected without the cell's own factor.
        merged: how many cells had fewer than five exits.
    """

    kind: str
    names: tuple[str, ...]
    starts: tuple[int, ...]
    cell: Ints
    prior: Floats
    found: Cells
    exposure: Floats
    actual: Floats
    expected: Floats
    merged: int

    @property
    def factors(self) -> Floats:
        """The factor of each cell: prior times experience."""
        return self.prior * self.found.factors

    def of(self, cell: Ints) -> Floats:
        """Return the factor of some cells, 1 for no cell."""
        return np.where(cell >= 0, self.factors[np.maximum(cell, 0)], 1.0)


@dataclass(frozen=True)
class Exits:
    """The estimates of exits.

    Attributes:
        level: the level of all exits, relative to the prior.
        directions: factors, by kind.
        base: the prior rate that the factors multiply.
        expected: exits expected in each interval by the prior and the factors.
        actual: exits of each interval.
        years: exposure of each interval.
    """

    level: RateLevel
    directions: dict[str, Direction]
    base: float
    expected: Floats
    actual: Floats
    years: Floats

    @property
    def rate(self) -> float:
        """Yearly rate of all who were exposed, in a mean year."""
        return self.level.factor * float(self.expected.sum() / self.years.sum())

    def risks(self, places: dict[str, Ints]) -> Floats:
        """Return the yearly rate of employees in a mean year, by their cell of each kind."""
        found = np.array(self.base * self.level.factor)
        for kind, place in places.items():
            found = found * self.directions[kind].of(place)
        return np.asarray(found)


def exits(people: Exposure, prior: Floats, lengths: Floats) -> Exits:
    """Fit the exits of all exposed employees, with their prior rates."""
    n = len(lengths)
    actual, years = (people.by(people.interval, values, n) for values in (people.left, people.years))
    base = float((people.years @ prior) / people.years.sum())
    shares = _separated(people, prior / base)
    directions = {kind: _blank(people, kind, shares.get(kind)) for kind in _kinds(people)}
    staff = float(years.sum() / lengths.sum())
    for _ in range(ROUNDS):
        for kind in directions:
            year_spread = at_size(CELL_YEAR_SPREAD[kind], staff)
            directions[kind] = _refitted(people, directions, kind, base, actual, year_spread)
    expected = people.by(people.interval, people.years * base * _product(directions), n)
    found = level(actual, np.maximum(expected, 1e-9), lengths, at_size(EXIT_SPREAD, staff))
    return Exits(found, directions, base, expected, actual, years)


def _kinds(people: Exposure) -> list[str]:
    ages = ["age"] if (people.age >= 0).any() else []
    groups = [kind for kind in people.groups.columns if people.groups[kind].n_unique() > 1]
    return ["tenure", *ages, *groups]


def places(kind: str, people: Exposure) -> tuple[Ints, tuple[str, ...], tuple[int, ...]]:
    """Return each employee's cell before merging, the names of the cells, and where they begin."""
    if kind in ("tenure", "age"):
        starts = TENURES if kind == "tenure" else AGES
        values = people.tenure if kind == "tenure" else people.age
        cell = np.searchsorted(starts, values, side="right") - 1
        return np.where(values < 0, -1, cell), tuple(str(start) for start in starts), starts
    names = people.groups[kind].drop_nulls().unique().sort()
    cell = people.groups[kind].cast(pl.Enum(names)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return cell, tuple(names), tuple(range(len(names)))


def _separated(people: Exposure, relative: Floats) -> dict[str, Floats]:
    """Return the prior as one factor for each cell of tenure times one for each of age, by proportional fitting."""
    kinds = [kind for kind in ("tenure", "age") if kind in _kinds(people)]
    cell = {kind: places(kind, people)[0] for kind in kinds}
    size = {"tenure": len(TENURES), "age": len(AGES)}
    found: dict[str, Floats] = {kind: np.ones(size[kind]) for kind in kinds}
    weights = people.years
    for _ in range(20 if len(kinds) > 1 else 1):
        for kind in kinds:
            others = [found[o][np.maximum(cell[o], 0)] for o in kinds if o != kind]
            rest = weights * np.prod(others, axis=0) if others else weights
            wanted = people.by(cell[kind], weights * relative, size[kind])
            have = people.by(cell[kind], rest, size[kind])
            found[kind] = np.divide(wanted, have, out=np.ones(size[kind]), where=have > 0)
    return found


def _blank(people: Exposure, kind: str, prior: Floats | None) -> Direction:
    """Return cells without experience, after merging those with few exits."""
    cell, names, starts = places(kind, people)
    size = len(names)
    given = np.ones(size) if prior is None else prior
    actual = people.by(cell, people.left, size)
    target = _merged(actual) if prior is not None else np.arange(size)
    exposed = people.by(cell, people.years, size)
    kept = np.unique(target)
    place = np.searchsorted(kept, target)
    weight: Floats = np.bincount(place, weights=exposed).astype(np.float64)
    average = np.bincount(place, weights=exposed * given)
    shares = np.divide(average, weight, out=given[kept].copy(), where=weight > 0)
    moved = np.where(cell >= 0, place[np.maximum(cell, 0)], -1)
    ones = np.ones(len(kept))
    return Direction(
        kind,
        tuple(names[i] for i in kept),
        tuple(starts[i] for i in kept),
        moved,
        shares,
        Cells(ones, ones, ones),
        weight,
        np.bincount(place, weights=actual).astype(np.float64),
        ones,
        size - len(kept),
    )


def _merged(actual: Floats) -> Ints:
    """Return for each cell the one it is part of: those with fewer than five leavers join the one before."""
    target = np.arange(len(actual))
    sums = actual.copy()
    for i in range(len(actual) - 1, 0, -1):
        if sums[i] < LEAST_EXITS:
            sums[i - 1] += sums[i]
            target[target == i] = i - 1
    return target


def _product(directions: dict[str, Direction], leave_out: str = "") -> Floats:
    factors = [direction.of(direction.cell) for kind, direction in directions.items() if kind != leave_out]
    return np.asarray(np.prod(factors, axis=0)) if factors else np.array(1.0)


def _refitted(
    people: Exposure, directions: dict[str, Direction], kind: str, base: float, actual: Floats, year_spread: float
) -> Direction:
    """Return one direction fitted beside the others; each year's level is that of the year."""
    old = directions[kind]
    size = len(old.names)
    prior = np.where(old.cell >= 0, old.prior[np.maximum(old.cell, 0)], 1.0)
    expected = people.years * base * _product(directions, kind) * prior
    own = np.where(old.cell >= 0, old.found.factors[np.maximum(old.cell, 0)], 1.0)
    yearly = people.by(people.interval, expected * own, len(actual))
    scale = np.divide(actual, yearly, out=np.ones(len(actual)), where=yearly > 0)
    e, d = people.by(old.cell, expected * scale[people.interval], size), people.by(old.cell, people.left, size)
    found = cells(d, e, len(actual), year_spread)
    mean = float((found.factors @ e) / e.sum()) if e.sum() else 1.0
    centred = Cells(found.factors / mean, found.errors, found.credibility)
    return Direction(kind, old.names, old.starts, old.cell, old.prior, centred, old.exposure, d, e, old.merged)

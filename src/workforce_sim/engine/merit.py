"""Merit: who gets how much, by level, rating and position in the range, and the pool that it comes from.

Chapters: ``docs/model/raises.md``, ``docs/model/pay-ranges.md``.
"""

from __future__ import annotations

import numpy as np

from workforce_sim.dates import NEVER, Days, Flags, Ints, PlanYear, days_in_leap_year, months_after, years_before
from workforce_sim.draws import Stream
from workforce_sim.engine.columns import Columns, Rows, group_sums
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Settlement
from workforce_sim.engine.groups import groups_of, merit_pools, pay_blocks
from workforce_sim.engine.position import InRange
from workforce_sim.money import PPM, half_up, refuse_merit

MIDPOINT = {"compa_ratio": PPM, "penetration": PPM // 2}
"""The position of those whose level has no range."""


# --- who, and how much of the year ---


def hired_in_time(hired: Days, merit: Days, month_day: str, year: Year) -> Flags:
    """Return who is hired by the last such day before each merit date."""
    this, before = year.day(month_day), PlanYear(year.number - 1).day(month_day)
    return np.asarray(hired <= np.where(merit > this, this, before))


def _employed_shares(staff: Columns, year: Year) -> Ints | None:
    """Return the share of the year before the merit date in which each is employed, ppm; None for all of it."""
    how = year.config.compensation.merit_proration
    if how == "none":
        return None
    hired, merit = staff["hire_date"], staff["merit_date"]
    rows = np.flatnonzero((merit != NEVER) & (hired > merit - np.int32(367)))
    shares = np.full(len(staff), PPM, dtype=np.int64)
    shares[rows] = (_by_days if how == "days" else _by_months)(hired[rows], merit[rows], year)
    return shares


def _by_days(hired: Days, merit: Days, year: Year) -> Ints:
    day = days_in_leap_year(merit, year.calendar)
    whole = (merit - years_before(day, year.number, np.ones_like(day))).astype(np.int64)
    return np.minimum((2 * PPM * (merit - hired).astype(np.int64) + whole) // (2 * whole), PPM)


def _by_months(hired: Days, merit: Days, year: Year) -> Ints:
    completed = sum((months_after(hired, n) <= merit).astype(np.int64) for n in range(1, 13))
    return half_up(PPM * np.asarray(completed), 12)


# --- cells and the pool ---


def _pooled(year: Year) -> bool:
    """Return whether the increases depend on the payroll of all who get one."""
    matrix, weights = year.config.compensation.merit_matrix, year.assumptions.merit_weights
    uneven = not (weights == weights[0, 0, 0]).all()
    return matrix.pool if matrix is not None else uneven or year.config.compensation.merit_proration != "none"


def _cells(staff: Columns, rows: Rows | slice, year: Year) -> Ints:
    """Return the cell of each of some rows: replicate, level just before merit, rating, and column of the matrix."""
    levels, ratings, columns = year.assumptions.merit_weights.shape
    level = staff.level_on(staff["merit_date"][rows], rows).astype(np.int64)
    cell = (pay_blocks(staff, year)[rows] * np.int64(levels) + level) * ratings + _ratings(staff, rows, year)
    return cell * columns + _columns(staff, rows, level, year)


def _ratings(staff: Columns, rows: Rows | slice, year: Year) -> Ints | int:
    """Return the rating of the year, by position."""
    shares = year.assumptions.rating_shares
    if len(shares) == 1:
        return 0
    x = np.floor(year.draw(staff["person"][rows], Stream.RATING) * PPM).astype(np.int64)
    return np.searchsorted(shares, x, side="right")


def _columns(staff: Columns, rows: Rows | slice, level: Ints, year: Year) -> Ints | int:
    """Return the column of the merit matrix."""
    matrix = year.config.compensation.merit_matrix
    if matrix is None:
        return 0
    ranges = InRange(year.scale, level, staff["full_time_ppm"][rows])
    measured = ranges.compa_ratio if matrix.position == "compa_ratio" else ranges.penetration
    position, known = measured(staff["merit_before_cents"][rows])
    return np.searchsorted(matrix.edges_ppm, np.where(known, position, MIDPOINT[matrix.position]), side="right")


def _payroll(staff: Columns, year: Year) -> tuple[list[int], list[int]]:
    """Return the payroll of each cell just before merit, and the same times the shares employed."""
    rows = np.flatnonzero(staff["merit_date"] != NEVER)
    pay, cells = staff["merit_before_cents"][rows], _cells(staff, rows, year)
    size = year.replicates * len(_pools(year)) * year.assumptions.merit_weights.size
    whole, shares = group_sums(cells, pay, size), _employed_shares(staff, year)
    return whole, [PPM * sum_ for sum_ in whole] if shares is None else group_sums(cells, pay * shares[rows], size)


def _spent(parts: list[tuple[list[int], list[int]]], year: Year) -> list[Ints]:
    """Return the increase of each cell in ppm, for each partition."""
    payroll, shared = ([sum(cell) for cell in zip(*sums, strict=True)] for sums in zip(*parts, strict=True))
    fractions = _fractions(_pools(year), payroll, shared, year.assumptions.merit_weights.ravel().tolist())
    paid = (rate for rate, pay in zip(fractions, payroll, strict=True) if pay)
    refuse_merit(max(paid, default=0), year.number)
    return [np.array(fractions, dtype=np.int64)] * len(parts)


def _pools(year: Year) -> list[int]:
    """Return the pools of a replicate, ppm: one for all, or that of each group."""
    return merit_pools(year) if year.config.groups else [year.config.compensation.merit_pool.ppm(year.number)]


def _fractions(pools: list[int], payroll: list[int], shared: list[int], weights: list[int]) -> list[int]:
    """Return the increase of each cell in ppm, pool by pool: pool x f x sum(w) / sum(w f p), half up, exactly."""
    size = len(weights)
    fractions = []
    for start in range(0, len(payroll), size):
        pool = pools[start // size % len(pools)]
        whole = PPM * sum(payroll[start : start + size])
        weighted = sum(w * f for w, f in zip(shared[start : start + size], weights, strict=True))
        fractions += [half_up(pool * f * whole, weighted) if weighted else 0 for f in weights]
    return fractions


MERIT_POOL = Settlement("merit pool", _pooled, _payroll, _spent)


# --- what each gets ---


def merit_rates(staff: Columns, year: Year) -> Ints | int:
    """Return each employee's increase in ppm; one for all if nothing tells them apart.

    Raises:
        SimulationError: when anybody would get more than 1,000 %.
    """
    rates, shares = _whole_rates(staff, year), _employed_shares(staff, year)
    return rates if shares is None else half_up(rates * shares, PPM)


def _whole_rates(staff: Columns, year: Year) -> Ints | int:
    """Return increases in ppm before those of recent hires are reduced."""
    section, weights = year.config.compensation, year.assumptions.merit_weights
    if _pooled(year):
        return np.asarray(year.given[MERIT_POOL.name][_cells(staff, slice(None), year)])
    if section.merit_matrix is None:
        pools = _pools(year) if weights[0, 0, 0] else [0]
        return pools[0] if len(pools) == 1 else np.array(pools, dtype=np.int64)[groups_of(staff, year)]
    rates = weights.ravel()[_cells(staff, slice(None), year) % weights.size]
    has = (staff["merit_date"] != NEVER) & (staff["salary_cents"] > 0)
    refuse_merit(int(rates[has].max(initial=0)), year.number)
    return rates

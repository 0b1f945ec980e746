"""A synthetic census: a US private employer of any size, the same people for the same seed.

Every attribute is a keyed draw, so employee n is the same person in a census of any size. No logarithm, exponential
or normal quantile: table lookups and whole-number interpolation, the same on every machine. Levels, pay, departments
and participation are invented; ages, tenures and deferral rates follow the sources cited beside the tables.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.census.bands import Bands, Ints
from workforce_sim.census.read import SYNTHETIC, Census
from workforce_sim.config.census import MAX_SIZE
from workforce_sim.draws import Keys, Stream, census_keys, decision, person_numbers, uniforms
from workforce_sim.errors.asked import whole
from workforce_sim.money import PPM, half_up, quota
from workforce_sim.tables import CENSUS, completed

LEVELS = ("Staff", "Senior", "Manager", "Director", "Executive")
DEPARTMENTS = ("Administration", "Finance", "Marketing", "Operations", "Sales", "Technology")
_EIGHTEEN = 6_575  # days, at most, of 18 years: nobody is hired before

# Wage and salary workers in private industries by age, thousands (Current Population Survey, table A-22, April 2025).
_AGE_EDGES = (18, 20, 25, 35, 45, 55, 65, 72)
_AGES = Bands.of(_AGE_EDGES, quota(PPM, [3_323, 12_400, 30_183, 29_372, 24_499, 20_340, 8_057]))

# Tenure with the current employer by age, tenths of a percent (BLS, Employee Tenure in 2016; the last band ends at 35
# years).
_TENURE_DAYS = (0, 366, 731, 1_096, 1_827, 3_653, 5_479, 7_305, 12_784)
_TENURE_BY_AGE = (
    (16, (737, 117, 75, 70, 1, 0, 0, 0)),
    (20, (508, 142, 108, 191, 50, 1, 0, 0)),
    (25, (289, 94, 78, 249, 217, 67, 7, 0)),
    (35, (171, 61, 48, 184, 244, 165, 94, 34)),
    (45, (124, 50, 34, 137, 206, 157, 119, 173)),
    (55, (102, 35, 29, 117, 181, 144, 113, 280)),
    (65, (99, 29, 23, 98, 199, 156, 116, 281)),
)

# Shares of the levels by age, in thousandths.
_LEVELS_BY_AGE = (
    (0, (930, 70, 0, 0, 0)),
    (25, (610, 300, 80, 10, 0)),
    (35, (400, 330, 190, 65, 15)),
    (45, (340, 310, 220, 100, 30)),
    (55, (350, 310, 210, 95, 35)),
)

# Pay by level in dollars at 0, 10, 25, 50, 75, 90 and 100 percent of its spread, before tenure.
_PAY_KNOTS = np.array([0, 100_000, 250_000, 500_000, 750_000, 900_000, PPM], dtype=np.int64)
_PAY = np.array(
    [
        (29_000, 33_000, 37_000, 42_500, 50_000, 58_500, 72_000),
        (42_000, 51_000, 58_000, 67_000, 79_000, 92_000, 115_000),
        (62_000, 76_000, 87_000, 101_000, 119_000, 139_000, 175_000),
        (95_000, 120_000, 137_000, 160_000, 190_000, 222_000, 285_000),
        (150_000, 190_000, 225_000, 280_000, 365_000, 480_000, 750_000),
    ],
    dtype=np.int64,
)
_TENURE_PPM = 8_000  # more pay for each completed year, to 25

_DEPARTMENT_SHARES = Bands.of(range(7), (90_000, 80_000, 90_000, 400_000, 200_000, 140_000))

# Participation by level in millionths, half of it in the first year: two thirds of all. Rates of those who participate,
# mean about 7.4% (Vanguard, How America Saves 2024 and 2025: 7.4 and 7.7%), heaped on whole percentages.
_PARTICIPATION = np.array([660_000, 800_000, 870_000, 915_000, 950_000], dtype=np.int64)
_RATES_BP = np.array([100, 200, 300, 400, 500, 600, 700, 800, 1_000, 1_200, 1_500, 2_000], dtype=np.int32)
_RATE_SHARES = Bands.of(range(13), [x * 1_000 for x in (10, 30, 110, 85, 120, 205, 45, 90, 155, 60, 60, 30)])


def synthetic_census(size: int, *, seed: int = 42, as_of: dt.date | str | None = None) -> Census:
    """Invent a census of ``size`` employees on the eve of ``as_of``.

    The first rows of a larger census are the smaller one exactly. Nobody is younger than 18 at hire; salaries are whole
    dollars; about two thirds participate.

    Args:
        size: number of employees, one row each.
        seed: seed of every draw, 0 to 2^63 - 1.
        as_of: the opening, the first day of a month, as a date or written YYYY-MM-DD; 2025-01-01 when left out.

    Raises:
        TypeError: when ``size`` or ``seed`` is no whole number, or ``as_of`` neither a date nor text.
        ValueError: when ``size`` is not from 1 to 20,000,000, ``seed`` is out of range or ``as_of`` is not the first
            day of a month.
    """
    size, seed, opening = _whole("size", size), _whole("seed", seed), _date("2025-01-01" if as_of is None else as_of)
    if not 1 <= size <= MAX_SIZE or not 0 <= seed < 2**63 or opening.day != 1:
        raise ValueError(
            f"size must be at least 1 and at most {MAX_SIZE:,}, seed from 0 to 2^63 - 1, as_of the first day of a month"
        )
    ids = _ids(size)
    day = (opening - dt.date(1970, 1, 1)).days
    blocks = (ids[start : start + _BLOCK] for start in range(0, size, _BLOCK))
    people = pl.concat([_People(census_keys(block), seed).frame(day).insert_column(0, block) for block in blocks])
    return Census(frame=completed(people.rechunk(), CENSUS), notes=(), source=SYNTHETIC)


_BLOCK = 2**17
"""Employees who are invented at a time: their arrays stay in the caches."""


def _whole(name: str, value: int) -> int:
    number = whole(value)
    if number is None:
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    return number


def _date(value: dt.date | str) -> dt.date:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError("as_of must be a date written YYYY-MM-DD") from None
    if not isinstance(value, dt.date):
        raise TypeError(f"as_of must be a date, not {type(value).__name__}")
    return dt.date(value.year, value.month, value.day)  # of a datetime too


def _ids(size: int) -> pl.Series:
    numbers = pl.int_range(1, size + 1, eager=True).cast(pl.String).str.zfill(7)
    return ("E-" + numbers).alias("employee_id")


class _People:
    """The draws of everybody, one stream each."""

    def __init__(self, keys: Keys, seed: int) -> None:
        self._seed = seed
        self._persons = person_numbers(seed, 0, keys)

    def frame(self, opening: int) -> pl.DataFrame:
        """Return the invented columns; ``opening`` in days since 1970."""
        birth, age = self._births(opening)
        hire, tenure = self._hires(opening, birth, age)
        level = self._levels(age)
        dates = [pl.Series("hire_date", hire, dtype=pl.Int32), pl.Series("birth_date", birth, dtype=pl.Int32)]
        return pl.DataFrame(
            [
                dates[0].cast(pl.Date),
                pl.Series("salary_cents", self._pay(level, tenure) * 100),
                dates[1].cast(pl.Date),
                _named("level", level, LEVELS),
                _named("department", self._department(), DEPARTMENTS),
                pl.Series("full_time_ppm", np.full(len(level), PPM), dtype=pl.Int32),
                pl.Series("deferral_bp", self._deferral(level, tenure)),
            ]
        )

    def _u(self, stream: Stream) -> NDArray[np.float64]:
        return uniforms(self._persons, decision(self._seed, 0, stream))

    def _births(self, opening: int) -> tuple[Ints, Ints]:
        """Return birth dates and ages at the opening."""
        age = _AGES.drawn(self._u(Stream.SYNTHETIC_AGE))
        birthday = np.floor(self._u(Stream.SYNTHETIC_BIRTHDAY) * 365).astype(np.int64)
        birth = _years_before(opening, _AGE_EDGES[-1])[age] - birthday
        return np.minimum(birth, opening - 1 - _EIGHTEEN), age

    def _hires(self, opening: int, birth: Ints, age: Ints) -> tuple[Ints, Ints]:
        """Return hire dates, at 18 or older, and completed years of tenure."""
        u = self._u(Stream.SYNTHETIC_TENURE)
        days = np.zeros(len(age), dtype=np.int64)
        for start, stop, shares in _by_age(age, _TENURE_BY_AGE):
            rows = np.flatnonzero((age >= start) & (age < stop))
            days[rows] = Bands.of(_TENURE_DAYS, quota(PPM, shares)).drawn(u[rows])
        days = self._possible(days, opening - birth - _EIGHTEEN)
        return opening - 1 - days, days * 4 // 1_461

    def _possible(self, days: Ints, limit: Ints) -> Ints:
        """Return the days below their limit; longer ones become something in its upper half."""
        half = limit // 2
        upper = half + np.floor(self._u(Stream.SYNTHETIC_HIRE_DAY) * (limit - half)).astype(np.int64)
        return np.where(days < limit, days, upper)

    def _levels(self, age: Ints) -> Ints:
        u = self._u(Stream.SYNTHETIC_LEVEL)
        level = np.zeros(len(age), dtype=np.int64)
        for start, stop, shares in _by_age(age, _LEVELS_BY_AGE):
            rows = np.flatnonzero((age >= start) & (age < stop))
            level[rows] = Bands.of(range(6), [share * 1_000 for share in shares]).drawn(u[rows])
        return level

    def _pay(self, level: Ints, tenure: Ints) -> Ints:
        """Return annual pay in whole dollars."""
        x = np.floor(self._u(Stream.SYNTHETIC_PAY) * PPM).astype(np.int64)
        knot = np.searchsorted(_PAY_KNOTS[1:], x, side="right")
        a, b = _PAY_KNOTS[knot], _PAY_KNOTS[knot + 1]
        weighted = (b - x) * _PAY[level, knot] + (x - a) * _PAY[level, knot + 1]
        base = (2 * weighted + (b - a)) // (2 * (b - a))
        return half_up(base * (PPM + _TENURE_PPM * np.minimum(tenure, 25)), PPM)

    def _department(self) -> Ints:
        return _DEPARTMENT_SHARES.drawn(self._u(Stream.SYNTHETIC_DEPARTMENT))

    def _deferral(self, level: Ints, tenure: Ints) -> NDArray[np.int32]:
        """Return deferral rates in basis points, 0 for those who do not participate."""
        chance = np.where(tenure < 1, _PARTICIPATION[level] // 2, _PARTICIPATION[level])
        joined = np.floor(self._u(Stream.SYNTHETIC_PARTICIPATION) * PPM) < chance
        rate = _RATES_BP[_RATE_SHARES.drawn(self._u(Stream.SYNTHETIC_DEFERRAL))]
        return np.where(joined, rate, np.int32(0))


def _named(name: str, index: Ints, names: tuple[str, ...]) -> pl.Series:
    return pl.Series(name, names, dtype=pl.Enum(names)).gather(index)


def _by_age(age: Ints, table: tuple[tuple[int, tuple[int, ...]], ...]) -> list[tuple[int, int, tuple[int, ...]]]:
    """List (first age, age after the last, shares) of the table's rows that anybody needs."""
    stops = [start for start, _ in table[1:]] + [200]
    rows = [(start, stop, shares) for (start, shares), stop in zip(table, stops, strict=True)]
    return [row for row in rows if ((age >= row[0]) & (age < row[1])).any()]


def _years_before(opening: int, most: int) -> Ints:
    """Return the day 0, 1, ... ``most`` years before the first day of a month, in days since 1970."""
    month = np.datetime64(opening, "D").astype("M8[M]")
    days: Ints = (month - 12 * np.arange(most + 1)).astype("M8[D]").astype(np.int64)
    return days

"""Random censuses and configurations, valid by construction: Hypothesis strategies for the laws of the model.

Each section of the configuration is a table of its keys, so that a test can tell whether one is missing.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.support import Scenario, census_of
from workforce_sim.census import Census
from workforce_sim.config import CAUSES, Config

PPM = 1_000_000
LEVEL_NAMES = ("1", "2", "Älteste", "Vice President", "☂")
DEPARTMENTS = ("Finance", "Opérations", "東京")
START_YEARS = (1950, 1999, 2000, 2023, 2024, 2025, 2028, 2100, 2196)  # 2000, 2024, 2028 and 2196 are leap

Values = st.SearchStrategy[Any]
Keys = dict[str, Values]

SEEDS = st.sampled_from([0, 42, 2**63 - 1]) | st.integers(0, 2**63 - 1)


# --- numbers ----------------------------------------------------------------------------------------------------------


def millionths(lowest: int, highest: int) -> Values:
    """Fractions of at most six decimals between bounds in millionths; the bounds and round ones often."""
    bounds = st.sampled_from([lowest, highest, max(lowest, 0), *range(max(lowest, 0), highest, 50_000)])
    return (st.integers(lowest, highest) | bounds).map(lambda n: n / PPM)


def shares(parts: int) -> st.SearchStrategy[list[float]]:
    """Shares of at most six decimals that add up to exactly 1."""
    cuts = st.lists(st.integers(0, PPM) | st.sampled_from([0, PPM]), min_size=parts - 1, max_size=parts - 1)
    edges = cuts.map(lambda inner: [0, *sorted(inner), PPM])
    return edges.map(lambda e: [(b - a) / PPM for a, b in itertools.pairwise(e)])


def by_year(values: Values, start_year: int) -> Values:
    """One value, or a table by year that has begun by the start year."""
    first = st.tuples(st.integers(max(1950, start_year - 2), start_year), values)
    later = st.lists(st.tuples(st.integers(start_year + 1, start_year + 2), values), min_size=1, max_size=2)
    return values | st.builds(lambda one, more: dict([one, *more]), first, later)


def rising(lowest: int, highest: int, most: int) -> st.SearchStrategy[list[int]]:
    """Whole numbers in rising order, each once, the lowest always among them."""
    inner = st.lists(st.integers(lowest + 1, highest), max_size=most - 1, unique=True)
    return inner.map(lambda starts: [lowest, *sorted(starts)])


FACTOR = (st.sampled_from([0, 1000, 1000, 50_000]) | st.integers(0, 3000)).map(lambda n: n / 1000)
MERIT_FACTOR = (st.sampled_from([0, 10_000, 10_000, 500_000]) | st.integers(0, 30_000)).map(lambda n: n / 10_000)
MONTH_WEIGHT = st.sampled_from([0.0, 0.0, 1.0, 1.0, 0.000001, 1000.0]) | millionths(0, 5 * PPM)
ANY_MONTHS = st.lists(MONTH_WEIGHT, min_size=12, max_size=12).filter(lambda weights: sum(weights) > 0)
ONE_MONTH = st.integers(1, 12).map(lambda month: [float(n == month) for n in range(1, 13)])
MONTH_WEIGHTS = ANY_MONTHS | ONE_MONTH
MONTH_DAY = st.sampled_from(["01-01", "02-29", "03-01", "04-01", "04-01", "04-01", "07-15", "12-31"])  # often one day
TENURE = st.sampled_from([0, 1, 1, 2, 5, 30])


def bands(values: Values, highest: int = 75) -> Values:
    """Up to four bands from 0 on, with the keys that ``values`` makes."""
    listed = rising(0, highest, 4).flatmap(lambda starts: st.tuples(*(st.tuples(st.just(s), values) for s in starts)))
    return listed.map(lambda rows: [{"from": start, **row} for start, row in rows])


FACTORS = bands(st.fixed_dictionaries({"factor": FACTOR}))


# --- sections ---------------------------------------------------------------------------------------------------------


@st.composite
def level(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A level with or without range, midpoint, percentiles and factors."""
    amount = st.integers(1, 10**10) | st.integers(3_000_000, 20_000_000)
    low, *middle, high = sorted(n / 100 for n in draw(st.lists(amount, min_size=7, max_size=7)))
    made: dict[str, Any] = {"name": name}
    if draw(st.booleans()):
        made |= {"minimum": low, "maximum": high}
        if draw(st.booleans()):
            made["midpoint"] = middle[2]
    if draw(st.booleans()):
        made["percentiles"] = dict(zip(("p10", "p25", "p50", "p75", "p90"), middle, strict=True))
    factors = st.fixed_dictionaries({}, optional={"termination_factor": FACTOR, "promotion_factor": FACTOR})
    return made | draw(factors)


@cache
def simulation(year: int) -> Keys:
    return {
        "start_year": st.just(year),
        "end_year": st.integers(year, year + 2),
        "target_growth_rate": by_year(millionths(-900_000, PPM) | millionths(-100_000, 100_000), year),
    }


@cache
def workforce(year: int, level_count: int) -> Keys:
    return {
        "total_termination_rate": by_year(millionths(0, PPM) | millionths(0, 300_000), year),
        "new_hire_termination_rate": by_year(millionths(0, 950_000), year),
        "headcount": st.sampled_from(["exact", "stochastic"]),
        "max_hires_ratio": st.sampled_from([0.5, 10.0, 1000.0, 1000.0]),
        "levels": st.tuples(*(level(name) for name in LEVEL_NAMES[:level_count])).map(list),
    }


@st.composite
def rate_cells(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A table of rates by age and tenure."""
    ages = draw(rising(0, 75, 4))
    rows = [(age, tenure) for age in ages for tenure in draw(rising(0, 40, 3))]
    return [{"age_from": a, "tenure_from": t, "value": draw(millionths(0, PPM))} for a, t in rows]


@cache
def terminations() -> Keys:
    return {
        "age_factors": FACTORS,
        "tenure_factors": FACTORS,
        "rates": rate_cells(),
        "causes": bands(shares(5).map(lambda s: dict(zip(CAUSES, s, strict=True)))),
        "month_weights": MONTH_WEIGHTS,
    }


@st.composite
def hire_ages(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Contiguous bands of ages at hire, at least one with a weight."""
    edges = draw(st.lists(st.integers(14, 90), min_size=2, max_size=5, unique=True).map(sorted))
    weights = [draw(st.sampled_from([0.0, 1.0, 2.5, 0.000001, 100_000.0])) for _ in edges[1:]]
    if not any(weights):
        weights[0] = 1.0
    return [{"from": a, "to": b, "weight": w} for (a, b), w in zip(itertools.pairwise(edges), weights, strict=True)]


@cache
def hiring(year: int, level_count: int) -> Keys:
    names = LEVEL_NAMES[:level_count]
    mix = shares(len(names)).map(lambda s: dict(zip(names, s, strict=True)))
    return {
        "level_mix": st.sampled_from(["census", "adaptive"]) | mix,
        "ages": hire_ages(),
        "month_weights": MONTH_WEIGHTS,
        "pay": st.sampled_from(["percentiles", "uniform"]),
        "range_growth": by_year(millionths(0, PPM) | millionths(0, 50_000), year),
        "part_time_share": by_year(millionths(0, PPM), year),
        "part_time_hours": st.integers(1, 2080),
    }


@cache
def promotion(year: int) -> Keys:
    ends = st.tuples(millionths(0, PPM), millionths(0, PPM)).map(sorted)
    return {
        "base_rate": by_year(millionths(0, PPM), year),
        "age_factors": FACTORS,
        "tenure_factors": FACTORS,
        "minimum_tenure": TENURE,
        "increase": ends.map(lambda pair: {"lowest": pair[0], "highest": pair[1]}),
        "max_increase": millionths(0, PPM),
        "max_amount": st.sampled_from([0.0, 0.01, 1234.56, 100_000_000.0]),
        "date": MONTH_DAY,
        "month_weights": MONTH_WEIGHTS,
    }


@st.composite
def ratings(draw: st.DrawFn) -> dict[str, Any]:
    """Up to four ratings whose names are not listed in order."""
    names = ["good", "Ausgezeichnet", "poor", "✓"][: draw(st.integers(1, 4))]
    return {
        name: {"share": share, "factor": draw(MERIT_FACTOR)}
        for name, share in zip(names, draw(shares(len(names))), strict=True)
    }


@cache
def compensation(year: int, level_count: int) -> Keys:
    return {
        "cola_rate": by_year(millionths(0, PPM) | millionths(0, 50_000), year),
        "cola_date": MONTH_DAY,
        "merit_pool": by_year(millionths(0, PPM) | millionths(0, 50_000), year),
        "merit_date": MONTH_DAY,
        "merit_month_weights": MONTH_WEIGHTS,
        "merit_minimum_tenure": TENURE,
        "merit_factors": st.dictionaries(st.sampled_from(LEVEL_NAMES[:level_count]), MERIT_FACTOR),
        "ratings": ratings(),
    }


def some(keys: Keys, *, excluding: tuple[tuple[str, ...], ...] = ((),), required: tuple[str, ...] = ()) -> Values:
    """Any choice of the keys that holds the required ones and leaves out one of the groups ``excluding``."""
    choices = [
        st.fixed_dictionaries(
            {key: keys[key] for key in required},
            optional={key: value for key, value in keys.items() if key not in (*required, *left_out)},
        )
        for left_out in excluding
    ]
    return st.one_of(choices)


ELIGIBILITY: Keys = {
    "waiting_period_days": st.sampled_from([0, 1, 90, 365]) | st.integers(0, 800),
    "minimum_age": st.sampled_from([0, 18, 21]) | st.integers(0, 40),
    "entry": st.sampled_from(["immediate", "monthly", "quarterly", "semiannual", "annual"]),
    "excluded_share": st.sampled_from([0.0, 0.3, 1.0]),
}


@cache
def sections(year: int, level_count: int) -> Keys:
    """The sections of a configuration that names its levels."""
    needed = ("total_termination_rate", "levels")
    return {
        "simulation": st.fixed_dictionaries(simulation(year)),
        "workforce": some(workforce(year, level_count), required=needed),
        "terminations": some(terminations(), excluding=(("rates",), ("age_factors", "tenure_factors"))),
        "hiring": some(hiring(year, level_count)),
        "promotion": some(promotion(year), excluding=(("date",), ("month_weights",))),
        "compensation": some(compensation(year, level_count), excluding=(("merit_date",), ("merit_month_weights",))),
        "eligibility": some(ELIGIBILITY),
        "random_seed": SEEDS,
    }


# --- census and scenario --------------------------------------------------------------------------------------------


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=4)
DAYS = st.integers(0, 364) | st.sampled_from([0, 58, 59, 363, 364])


def day_of(year: int, number: int) -> dt.date:
    """Return a day of a year: the 58th is 29 February in a leap year, 28 February in others; 364 is 31 December."""
    if number == 364:
        return dt.date(year, 12, 31)
    if number == 58 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        return dt.date(year, 2, 29)
    return dt.date(year, 1, 1) + dt.timedelta(days=number)


PERSON = st.tuples(
    TEXT,
    st.integers(1, 10) | st.integers(1, 70),  # years from the hire year to the start year
    DAYS,
    st.integers(15, 80) | st.integers(15, 80) | st.just(0),  # from the birth year to the hire year; 0: birth unknown
    DAYS,
    st.integers(3_000_000, 20_000_000) | st.integers(1, 10**10),
    st.integers(0, 5),
    st.sampled_from([None, *DEPARTMENTS]),
    st.sampled_from([(None, None), (0, None), (0, True), (600, None), (600, False)]),  # deferral rate, excluded
)


@st.composite
def censuses(draw: st.DrawFn, year: int, names: Sequence[str], smallest: int = 0, largest: int = 60) -> Census:
    """A census of staff hired before ``year`` at these levels."""
    size = draw(st.integers(smallest, largest) | st.integers((smallest + largest) // 2, largest))
    people = draw(st.lists(PERSON, min_size=size, max_size=size))
    hires = [max(dt.date(1900, 1, 1), day_of(year - tenure, day)) for _, tenure, day, *_ in people]
    return census_of(
        employee_id=[f"{n}-{text}".strip() for n, (text, *_) in enumerate(people)],
        hire_date=hires,
        birth_date=[
            day_of(hired.year - age, day) if age else None
            for hired, (_, _, _, age, day, *_) in zip(hires, people, strict=True)
        ],
        salary_cents=[salary for *_, salary, _, _, _ in people],
        level=[None if place == 5 else names[place % len(names)] for *_, place, _, _ in people],
        department=[department for *_, department, _ in people],
        deferral_bp=[rate for *_, (rate, _) in people],
        excluded=[flag for *_, (_, flag) in people],
    )


@st.composite
def scenarios(draw: st.DrawFn, *, headcount: str | None = None, smallest: int = 0, largest: int = 60) -> Scenario:
    """Any valid census and configuration, of any headcount mode or this one."""
    year, level_count = draw(st.sampled_from(START_YEARS)), draw(st.integers(1, 5))
    chosen = draw(st.fixed_dictionaries(sections(year, level_count)))
    if headcount is not None:
        chosen["workforce"]["headcount"] = headcount
    census = draw(censuses(year, LEVEL_NAMES[:level_count], smallest, largest))
    return Scenario(census, Config.model_validate(chosen))

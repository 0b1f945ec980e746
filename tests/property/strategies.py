"""Random censuses and configurations, valid by construction: Hypothesis strategies for the laws of the model.

Each section of the configuration is a table of its keys, so that a test can tell whether one is missing.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import typing
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import polars as pl
from hypothesis import strategies as st

from tests.support import Scenario, census_of
from workforce_sim.census import Census
from workforce_sim.config import CAUSES, Config
from workforce_sim.config.enrollment import Enrollment
from workforce_sim.config.events import Compensation, Hiring, Promotion
from workforce_sim.config.other_pay import KINDS
from workforce_sim.config.plan import Plan
from workforce_sim.config.values import MonthDay, MonthWeights, Section, Share, ShareByYear

PPM = 1_000_000
LEVEL_NAMES = ("1", "2", "Älteste", "Vice President", "☂")
DEPARTMENTS = ("Finance", "Opérations", "東京")
START_YEARS = (1950, 1999, 2000, 2011, 2023, 2024, 2025, 2026, 2028, 2100, 2196)  # 2000, 2024, 2028 and 2196 are leap
"""Statutory limits are known from 2011 on; catch-up at 60 to 63 begins in 2025, Roth catch-up in 2026."""

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


@st.composite
def either(draw: st.DrawFn, one: Values, other: Values) -> Any:
    """One or the other, as often, however many choices each has."""
    return draw(other if draw(st.booleans()) else one)


def by_year(values: Values, start_year: int) -> Values:
    """One value, or a table by year that has begun by the start year."""
    first = st.tuples(st.integers(max(1950, start_year - 2), start_year), values)
    later = st.lists(st.tuples(st.integers(start_year + 1, start_year + 2), values), min_size=1, max_size=2)
    return either(values, st.builds(lambda one, more: dict([one, *more]), first, later))


def rising(lowest: int, highest: int, most: int) -> st.SearchStrategy[list[int]]:
    """Whole numbers in rising order, each once, the lowest always among them."""
    inner = st.lists(st.integers(lowest + 1, highest), max_size=most - 1, unique=True)
    return inner.map(lambda starts: [lowest, *sorted(starts)])


CHANCE = st.sampled_from([0.0, 0.5, 1.0]) | millionths(0, PPM)
FACTOR = (st.sampled_from([0, 1000, 1000, 50_000]) | st.integers(0, 3000)).map(lambda n: n / 1000)
MERIT_FACTOR = (st.sampled_from([0, 10_000, 10_000, 500_000]) | st.integers(0, 30_000)).map(lambda n: n / 10_000)
MONTH_WEIGHT = st.sampled_from([0.0, 0.0, 1.0, 1.0, 0.000001, 1000.0]) | millionths(0, 5 * PPM)
ANY_MONTHS = st.lists(MONTH_WEIGHT, min_size=12, max_size=12).filter(lambda weights: sum(weights) > 0)
ONE_MONTH = st.integers(1, 12).map(lambda month: [float(n == month) for n in range(1, 13)])
MONTH_WEIGHTS = ANY_MONTHS | ONE_MONTH
MONTH_DAY = st.sampled_from(["01-01", "02-29", "03-01", "04-01", "04-01", "04-01", "07-15", "12-31"])  # often one day
TENURE = st.sampled_from([0, 1, 1, 2, 5, 30])

DAYS = st.integers(0, 364) | st.sampled_from([0, 58, 59, 363, 364])


def day_of(year: int, number: int) -> dt.date:
    """Return a day of a year: the 58th is 29 February in a leap year, 28 February in others; 364 is 31 December."""
    if number == 364:
        return dt.date(year, 12, 31)
    if number == 58 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        return dt.date(year, 2, 29)
    return dt.date(year, 1, 1) + dt.timedelta(days=number)


def bands(values: Values, highest: int = 75) -> Values:
    """Up to four bands from 0 on, with the keys that ``values`` makes."""
    listed = rising(0, highest, 4).flatmap(lambda starts: st.tuples(*(st.tuples(st.just(s), values) for s in starts)))
    return listed.map(lambda rows: [{"from": start, **row} for start, row in rows])


FACTORS = bands(st.fixed_dictionaries({"factor": FACTOR}))


# --- sections ---------------------------------------------------------------------------------------------------------


def drawn(section: type[Section], year: int, *, without: Collection[str] = (), **own: Values) -> Keys:
    """Draw the keys of a section but for some: each by a strategy of its own, or else by its type."""
    types = typing.get_type_hints(section, include_extras=True)
    keys = {name: field.alias or name for name, field in section.model_fields.items() if name not in without}
    return {key: own[key] if key in own else by_type(types[name], year) for name, key in keys.items()}


def by_type(kind: Any, year: int) -> Values:
    """Draw any value of the type of a key; one whose values must suit others needs a strategy of its own."""
    if typing.get_origin(kind) is typing.Literal:
        return st.sampled_from(typing.get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Section):
        return some(drawn(kind, year))
    known = [values for one, values in BY_TYPE if kind in (one, one | None)]
    known += [by_year(CHANCE, year)] * (kind is ShareByYear)
    if not known:
        raise TypeError(f"no strategy for values of {kind}: give the key one of its own")
    return known[0]


BY_TYPE: list[tuple[Any, Values]] = [
    (bool, st.booleans()),
    (Share, CHANCE),
    (MonthDay, MONTH_DAY),
    (MonthWeights, MONTH_WEIGHTS),
]


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


def openings(year: int) -> Values:
    """The first day of any month."""
    return st.integers(1, 12).map(lambda month: dt.date(year, month, 1))


def moved(census: Census, opening: dt.date) -> Census:
    """Return a census of January 1 as one of the opening: everybody born, hired and gone so many months later."""
    dates = pl.col("hire_date", "birth_date", "leaves_on").dt.offset_by(f"{opening.month - 1}mo")
    return Census(census.frame.with_columns(dates))


@cache
def simulation(year: int) -> Keys:
    return {
        "start_year": st.just(year),
        "end_year": st.integers(year, year + 2),
        "opening_date": st.none() | openings(year),
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


@st.composite
def curves(draw: st.DrawFn) -> dict[int, float]:
    """Shares gone by days since hire, which never fall."""
    days = sorted(draw(st.sets(st.integers(1, 365), min_size=1, max_size=4)))
    return dict(zip(days, sorted(draw(millionths(0, PPM)) for _ in days), strict=True))


@st.composite
def retirement(draw: st.DrawFn) -> dict[str, Any]:
    """Ages and service to retire, with rates or factors or neither."""
    line = st.fixed_dictionaries({"age": st.integers(0, 75)}, optional={"service": st.integers(0, 20)})
    made: dict[str, Any] = {"eligible": draw(st.lists(line, min_size=1, max_size=3))}
    if draw(st.booleans()):
        starts, rates = draw(rising(0, 75, 3)), millionths(0, PPM) | st.just(1.0)
        first = draw(st.integers(0, len(starts) - 1))
        made["rates"] = [{"from": start, "rate": draw(rates)} for start in starts[first:]]
        made["combine"] = draw(st.sampled_from(["replace", "add"]))
    elif draw(st.booleans()):
        made["factors"] = draw(FACTORS)
    return made


def terminations_together(section: dict[str, Any]) -> dict[str, Any]:
    """Leave out rates of retirement beside relative factors."""
    if section.keys().isdisjoint({"age_factors", "tenure_factors"}) or not section.get("retirement"):
        return section
    kept = {key: value for key, value in section["retirement"].items() if key not in ("rates", "combine")}
    return {**section, "retirement": kept}


@cache
def terminations() -> Keys:
    return {
        "age_factors": FACTORS,
        "tenure_factors": FACTORS,
        "rates": rate_cells(),
        "rate_factor": millionths(0, 3 * PPM),
        "department_factors": st.just({}),  # by names of a census: see test_uncertainty_comparison
        "causes": bands(shares(5).map(lambda s: dict(zip(CAUSES, s, strict=True)))),
        "month_weights": MONTH_WEIGHTS,
        "new_hire_hazard": st.sampled_from(["days_left", "level", "level"]) | curves(),
        "retirement": retirement(),
    }


@st.composite
def hire_ages(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Contiguous bands of ages at hire, at least one with a weight."""
    edges = draw(st.lists(st.integers(14, 90), min_size=2, max_size=5, unique=True).map(sorted))
    weights = [draw(st.sampled_from([0.0, 1.0, 2.5, 0.000001, 100_000.0])) for _ in edges[1:]]
    if not any(weights):
        weights[0] = 1.0
    return [{"from": a, "to": b, "weight": w} for (a, b), w in zip(itertools.pairwise(edges), weights, strict=True)]


RETURNING_CAUSES = ("voluntary", "involuntary", "retirement", "disability", "reduction")


@cache
def rehires(year: int) -> Keys:
    return {
        "share": by_year(st.sampled_from([0.0, 0.5, 1.0]) | millionths(0, PPM), year),
        "within_years": st.sampled_from([1, 1, 2, 10]),
        "causes": st.lists(st.sampled_from(RETURNING_CAUSES), min_size=1, max_size=5, unique=True),
    }


@st.composite
def leave(draw: st.DrawFn, year: int) -> dict[str, Any]:
    """Leave of these lengths, the shorter first."""
    days = sorted(draw(st.tuples(*[st.sampled_from([1, 30, 31, 180, 365]) | st.integers(1, 365)] * 2)))
    share = by_year(st.sampled_from([0.0, 0.5, 1.0]) | millionths(0, PPM), year)
    made = {"shortest_days": days[0], "longest_days": days[1]}
    return made | draw(some({"share": share, "month_weights": MONTH_WEIGHTS}))


@cache
def hiring(year: int, level_count: int) -> Keys:
    names = LEVEL_NAMES[:level_count]
    mix = shares(len(names)).map(lambda s: dict(zip(names, s, strict=True)))
    return drawn(
        Hiring,
        year,
        level_mix=st.sampled_from(["census", "adaptive"]) | mix | st.none(),
        ages=hire_ages(),
        range_growth=by_year(millionths(-PPM // 2, PPM) | millionths(-20_000, 50_000), year),
        part_time_share=by_year(millionths(0, PPM), year),
        part_time_hours=st.integers(1, 2080),
        known=st.just([]),  # by departments of a census: see planned_scenarios
        seasonal=st.just([]),
        time_to_fill=st.none(),
        rehires=some(rehires(year)),
    )


@cache
def promotion(year: int, level_count: int) -> Keys:
    names, share = LEVEL_NAMES[:level_count], millionths(0, PPM)
    ends = st.tuples(millionths(0, PPM), millionths(0, PPM)).map(sorted)
    return drawn(
        Promotion,
        year,
        mode=st.sampled_from(["vacancies", "vacancies", "rates", None]),
        from_within=share | st.dictionaries(st.sampled_from(names), share),
        base_rate=by_year(share, year) | st.none(),
        age_factors=FACTORS,
        tenure_factors=FACTORS,
        minimum_tenure=TENURE,
        increase=ends.map(lambda pair: {"lowest": pair[0], "highest": pair[1]}),
        max_increase=millionths(0, PPM),
        max_amount=st.sampled_from([0.0, 0.01, 1234.56, 100_000_000.0]),
    )


RATING_NAMES = ("good", "Ausgezeichnet", "poor", "✓")


@st.composite
def ratings(draw: st.DrawFn) -> dict[str, Any]:
    """Up to four ratings whose names are not listed in order."""
    names = RATING_NAMES[: draw(st.integers(1, 4))]
    return {
        name: {"share": share, "factor": draw(MERIT_FACTOR)}
        for name, share in zip(names, draw(shares(len(names))), strict=True)
    }


PAY_SHARE = millionths(0, 4 * PPM) | millionths(0, 200_000)


def other_pay(year: int, level_count: int) -> Keys:
    """An entry of other pay but for its name; departments are those of a census: see test_other_pay."""
    return {
        "kind": st.sampled_from(KINDS),
        "share": by_year(PAY_SHARE, year),
        "by_level": st.dictionaries(st.sampled_from(LEVEL_NAMES[:level_count]), PAY_SHARE),
        "departments": st.none(),
        "receivers": by_year(millionths(0, PPM), year),
        "spread": millionths(0, PPM),
        "date": MONTH_DAY | st.none(),
        "prorated": st.booleans(),
    }


def all_other_pay(year: int, level_count: int) -> Values:
    """Up to three entries, or none."""
    entry = some(other_pay(year, level_count), required=("kind", "share"))
    named = st.lists(entry, max_size=3).map(
        lambda entries: [{"name": name, **each} for name, each in zip(("a", "ünd ☂", "c"), entries, strict=False)]
    )
    return either(st.just([]), named)


@st.composite
def merit_matrix(draw: st.DrawFn) -> dict[str, Any]:
    """A matrix of one to four columns beside the first, with a row for each rating that there may be."""
    edges = sorted(draw(st.sets(millionths(0, 2 * PPM), min_size=1, max_size=4)))
    number = millionths(0, 100_000) | st.sampled_from([0.0, 0.03, 1.0])
    row = st.lists(number, min_size=len(edges) + 1, max_size=len(edges) + 1)
    chosen = st.fixed_dictionaries(
        {}, optional={"position": st.sampled_from(["compa_ratio", "penetration"]), "pool": st.booleans()}
    )
    return {"edges": edges, "increases": {name: draw(row) for name in RATING_NAMES}, **draw(chosen)}


def compensation_together(section: dict[str, Any]) -> dict[str, Any]:
    """Give a matrix the rows of the ratings; without ratings one row."""
    matrix = section.get("merit_matrix")
    if matrix is None:
        return section
    rows, names = matrix["increases"], section.get("ratings") or {"all": None}
    first = next(iter(rows.values()))
    return {**section, "merit_matrix": {**matrix, "increases": {name: rows.get(name, first) for name in names}}}


NEED_RANGES = ("merit_matrix", "range_minimum", "range_maximum")


def without_ranges(section: dict[str, Any], levels: Sequence[Any]) -> dict[str, Any]:
    """Leave out what needs pay ranges where none of these levels, as written, has one."""
    if any(level.get("minimum") is not None and level.get("maximum") for level in levels):
        return section
    return {key: value for key, value in section.items() if key not in NEED_RANGES}


@cache
def compensation(year: int, level_count: int) -> Keys:
    return drawn(
        Compensation,
        year,
        cola_rate=by_year(millionths(-PPM // 2, PPM) | millionths(-20_000, 50_000), year),
        merit_pool=by_year(millionths(0, PPM) | millionths(0, 50_000), year),
        merit_minimum_tenure=TENURE,
        merit_factors=st.dictionaries(st.sampled_from(LEVEL_NAMES[:level_count]), MERIT_FACTOR),
        ratings=ratings(),
        other_pay=all_other_pay(year, level_count),
        merit_hired_by=MONTH_DAY | st.none(),
        merit_matrix=merit_matrix(),
    )


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
    "waiting_period_years": st.none() | st.integers(0, 2),
    "waiting_period_months": st.none() | st.sampled_from([0, 1, 6, 12]) | st.integers(0, 30),
    "minimum_age": st.sampled_from([0, 18, 21]) | st.integers(0, 40),
    "entry": st.sampled_from(["immediate", "monthly", "quarterly", "semiannual", "annual"]),
    "excluded_share": st.sampled_from([0.0, 0.3, 1.0]),
    "excluded_scope": st.sampled_from(["all", "hires"]),
}
"""Of an eligibility by elapsed time, and the same for everybody."""
SERVICE: Keys = {
    "method": st.just("hours"),
    "hours": st.sampled_from([1, 499, 500, 501, 1000, 1000, 1040, 2080]) | st.integers(1, 2080),
    "periods": st.sampled_from(["anniversary", "plan_year"]),
}
LONG_TERM_PART_TIME: Keys = {
    "enabled": st.sampled_from([True, True, True, False]),
    "employer_money": st.booleans(),
    "tested": st.booleans(),
}
RULE: Keys = {
    "waiting_period_days": ELIGIBILITY["waiting_period_days"],
    "waiting_period_years": st.integers(0, 2),
    "waiting_period_months": st.integers(0, 14),
    "minimum_age": ELIGIBILITY["minimum_age"],
    "entry": ELIGIBILITY["entry"],
}


@st.composite
def by_hours(draw: st.DrawFn, keys: Values) -> dict[str, Any]:
    """Keys of a wait, of which one in three is a number of years with enough hours."""
    found = draw(keys)
    if draw(st.sampled_from([True, True, False])):
        return dict(found)
    rest = {key: value for key, value in found.items() if key != "waiting_period_months"}
    return {
        **rest,
        "waiting_period_years": draw(st.integers(1, 3)),
        "service": draw(some(SERVICE, required=("method",))),
    }


def listed_levels(level_count: int) -> Values:
    return st.lists(st.sampled_from(LEVEL_NAMES[:level_count]), min_size=1, max_size=2, unique=True)


@cache
def eligibility(level_count: int) -> Values:
    """Any eligibility; departments of classes are added where a census is known."""
    levels = listed_levels(level_count)
    other = st.fixed_dictionaries({"reason": st.just("other"), "level": levels})
    reasons = st.sampled_from(["union", "union", "nonresident_alien"])
    excluded = other | st.fixed_dictionaries({"reason": reasons}, optional={"level": levels})
    rule = some({**RULE, "level": levels, "union": st.booleans()}, required=("level",)) | some(
        {**RULE, "union": st.booleans()}, required=("union",)
    )
    more = {
        "long_term_part_time": some(LONG_TERM_PART_TIME),
        "excluded_classes": st.lists(excluded, max_size=2),
        "classes": st.lists(by_hours(rule), max_size=2),
    }
    return by_hours(some(ELIGIBILITY) | some({**ELIGIBILITY, **more}, required=("classes",)))


@st.composite
def with_departments(draw: st.DrawFn, section: dict[str, Any], census: Census) -> dict[str, Any]:
    """The same eligibility, of one year or by year, with departments of the census in some of its classes."""
    there = census.frame["department"].drop_nulls().unique(maintain_order=True).to_list()
    if section and all(isinstance(year, int) for year in section):
        return {year: draw(with_departments(one, census)) for year, one in section.items()}
    found = dict(section)
    for key in ("excluded_classes", "classes"):
        if key in found and there:
            names = st.lists(st.sampled_from(there), min_size=1, unique=True)
            found[key] = [one | draw(st.just({}) | st.fixed_dictionaries({"department": names})) for one in found[key]]
    return found


# --- enrollment -------------------------------------------------------------------------------------------------------


def basis_points(lowest: int, highest: int, *often: int) -> Values:
    """Fractions of whole basis points between bounds; the bounds and these often."""
    return (st.integers(lowest, highest) | st.sampled_from([lowest, highest, *often])).map(lambda n: n / 10_000)


DEFERRAL = basis_points(1, 10_000, 300, 600, 1200)
SMALL_DEFERRAL = basis_points(1, 1500, 100, 300, 600)


@st.composite
def cells(draw: st.DrawFn, values: Values) -> list[dict[str, Any]]:
    """A table by age and pay that covers everybody."""
    pay = st.lists(st.sampled_from([0.01, 30_000, 50_000.5, 120_000, 100_000_000]), max_size=2, unique=True)
    rows = [(age, amount) for age in draw(rising(0, 75, 3)) for amount in (0, *sorted(draw(pay)))]
    return [{"age_from": age, "pay_from": amount, "value": draw(values)} for age, amount in rows]


def one_or_cells(values: Values) -> Values:
    """One value for all, or a table of them by age and pay."""
    return either(values, cells(values))


@cache
def auto_enrollment(year: int) -> Keys:
    day = st.builds(day_of, st.integers(year - 4, year + 2), DAYS)
    return {
        "enabled": st.sampled_from([True, True, True, False]),
        "hire_date_cutoff": day,
        "scope": st.sampled_from(["new_hires_only", "all_eligible", "all_eligible_employees"]),
        "window_days": st.sampled_from([0, 1, 30, 45, 365]) | st.integers(0, 365),
        "default_deferral_rate": basis_points(1, 9999, 100, 300, 400, 600, 1000),
        "opt_out": one_or_cells(CHANCE),
        "unknown_opt_outs": st.sampled_from(["opted_out", "enroll"]),
    }


CHANGE: Keys = {"probability": CHANCE, "step": basis_points(1, 9999, 100, 200, 500)}
ESCALATION: Keys = {
    "enabled": st.sampled_from([True, True, True, False]),
    "date": MONTH_DAY,
    "increment": basis_points(0, 2000, 100, 100, 200),
    "cap": basis_points(0, 10_000, 600, 1000, 1500),
    "delay_years": st.sampled_from([0, 0, 1, 1, 2, 10]),
    "scope": st.sampled_from(["automatic", "all"]),
    "declining_share": CHANCE,
    "census_source": st.sampled_from(["all", "in_scope", "none"]),
}


MATCH_RATE = basis_points(0, 40_000, 2500, 5000, 10_000)
UP_TO = basis_points(1, 1500, 300, 500, 600) | DEFERRAL
PRESETS = ("simple", "tiered", "stretch", "safe_harbor_basic", "safe_harbor_enhanced", "qaca", "none")


def tiers(edges: Values) -> Values:
    """One to three tiers with rising upper edges."""
    rows = st.lists(st.tuples(edges, MATCH_RATE), min_size=1, max_size=3, unique_by=lambda row: row[0])
    return rows.map(lambda found: [{"up_to": edge, "rate": rate} for edge, rate in sorted(found)])


TIERS = tiers(UP_TO)
MATCH_RESPONSE: Keys = {
    "below": CHANCE,
    "above": CHANCE,
    "move": st.sampled_from([1.0, 0.5, 0.000001]) | millionths(1, PPM),
    "before": st.none() | st.sampled_from(PRESETS) | TIERS,
}


@cache
def enrollment(year: int) -> Keys:
    return drawn(
        Enrollment,
        year,
        auto_enrollment=some(auto_enrollment(year)),
        election=one_or_cells(CHANCE),
        deferral_rates=one_or_cells(SMALL_DEFERRAL | DEFERRAL),
        change=some(CHANGE),
        stop=st.sampled_from([0.0, 0.1, 1.0]) | millionths(0, PPM),
        max_deferral=DEFERRAL,
        escalation=some(ESCALATION),
        match_response=some(MATCH_RESPONSE),
    )


# --- plan -------------------------------------------------------------------------------------------------------------


EMPLOYER_SHARE = millionths(0, 120_000) | millionths(0, PPM)
COUNTED_PAY = st.sampled_from(["all", "all", "base"]) | st.lists(st.sampled_from(KINDS), min_size=1, unique=True).map(
    lambda kinds: {"excluding": kinds}
)
EMPLOYER_MONEY: Keys = {
    "compensation": st.sampled_from(["plan_year", "eligible", "participating"]),
    "pay": COUNTED_PAY,
    "minimum_service_years": st.sampled_from([0, 0, 1, 2, 10]),
    "last_day": st.booleans(),
    "minimum_hours": st.sampled_from([0, 1, 500, 1000, 1040, 2080]),
    "waived_for": st.lists(st.sampled_from(["death", "disability", "retirement"]), unique=True),
}

SOURCE_ELIGIBILITY: Keys = {
    "waiting_period_days": st.none() | st.sampled_from([0, 90, 366]),
    "waiting_period_years": st.none() | st.integers(0, 2),
    "waiting_period_months": st.none() | st.sampled_from([0, 1, 6, 18]),
    "minimum_age": st.none() | st.sampled_from([0, 18, 21, 40]),
    "entry": st.none() | st.sampled_from(["immediate", "monthly", "quarterly", "semiannual", "annual"]),
}
OF_A_SOURCE: Keys = {
    "eligibility": st.none() | some(SOURCE_ELIGIBILITY),
    "annual_limit": st.none() | st.sampled_from([0.01, 500.0, 1234.56, 10_000.0]),
}
"""What each source of employer contributions may have of its own."""


UP_TO_DOLLARS = st.sampled_from([0.01, 500.0, 1234.56, 5000.0, 100_000_000.0]) | st.integers(1, 30_000).map(float)
ONE_RATE = st.fixed_dictionaries({"rate": MATCH_RATE, "max": UP_TO})
FORMULAS: Keys = {
    "preset": st.sampled_from(PRESETS),
    "tiers": TIERS,
    "dollar_tiers": tiers(UP_TO_DOLLARS),
    "by_tenure": bands(st.fixed_dictionaries({"tiers": TIERS}), 40),
    "by_service": bands(ONE_RATE, 40),
    "by_points": bands(ONE_RATE, 120),
}
MATCH: Keys = {**FORMULAS, "basis": st.sampled_from(["annual", "payroll"]), **EMPLOYER_MONEY, **OF_A_SOURCE}


def one_of_the(keys: Keys, alternatives: Keys) -> Values:
    """Any choice of the keys that has exactly one of the alternatives."""
    others = {key: value for key, value in keys.items() if key not in alternatives}
    return st.one_of([some(others | {key: value}, required=(key,)) for key, value in alternatives.items()])


@st.composite
def integrated(draw: st.DrawFn) -> dict[str, Any]:
    """An integrated formula within the law of every year; in dollars below any wage base that is drawn."""
    level, most = draw(
        st.tuples(st.just({}), st.just(57_000))
        | st.tuples(st.just({"level_share": 1.0}), st.just(57_000))
        | st.tuples(millionths(800_001, 999_999).map(lambda share: {"level_share": share}), st.just(54_000))
        | st.tuples(millionths(200_001, 800_000).map(lambda share: {"level_share": share}), st.just(43_000))
        | st.tuples(millionths(1, 200_000).map(lambda share: {"level_share": share}), st.just(57_000))
        | st.tuples(st.sampled_from([0.01, 5000, 9999.99]).map(lambda amount: {"level": amount}), st.just(57_000))
        | st.tuples(st.integers(1, 50_000).map(lambda amount: {"level": amount}), st.just(43_000))
    )
    excess = draw(st.sampled_from([0, most]) | st.integers(0, most))
    base = draw(st.just(excess) | st.integers(excess, 200_000))
    return {"base_rate": base / PPM, "excess_rate": excess / PPM, **level}


SHARE_OF_PAY = st.fixed_dictionaries({"rate": EMPLOYER_SHARE})
NONELECTIVE_TABLES: dict[str, Keys] = {
    "none": {},
    "flat": {"rate": EMPLOYER_SHARE},
    "service": {"by_service": bands(SHARE_OF_PAY, 40)},
    "points": {"by_points": bands(SHARE_OF_PAY, 120)},
    "age": {"by_age": bands(SHARE_OF_PAY)},
    "integrated": {"integrated": integrated()},
}
NONELECTIVE = st.one_of(
    [
        some({"kind": st.just(kind), **table, **EMPLOYER_MONEY, **OF_A_SOURCE}, required=("kind", *table))
        for kind, table in NONELECTIVE_TABLES.items()
    ]
)


def integration_level() -> Values:
    """An integration level, in dollars below any wage base that is drawn."""
    return (
        st.just({})
        | millionths(1, PPM).map(lambda share: {"level_share": share})
        | st.integers(1, 50_000).map(lambda amount: {"level": amount})
    )


WEIGHT = millionths(0, 10 * PPM) | st.sampled_from([0.0, 1.0, 10.0])
WEIGHTED = st.fixed_dictionaries({"weight": WEIGHT})


def group(levels: tuple[str, ...], departments: tuple[str, ...]) -> Values:
    """An allocation group of owners or not, at these levels and in these departments."""
    who = {
        "owners": st.booleans(),
        **({"levels": st.lists(st.sampled_from(levels), max_size=2)} if levels else {}),
        **({"departments": st.lists(st.sampled_from(departments), max_size=2)} if departments else {}),
    }
    amount = st.builds(lambda rate: {"rate": rate}, EMPLOYER_SHARE) | st.builds(
        lambda dollars: {"dollars": dollars}, st.sampled_from([0.0, 0.01, 750.25, 60_000.0])
    )
    return st.builds(lambda one, other: one | other, st.fixed_dictionaries({}, optional=who), amount)


ALLOCATIONS: dict[str, Keys] = {
    "pay": {},
    "equal": {},
    "service": {"by_service": bands(WEIGHTED, 40)},
    "points": {"by_points": bands(WEIGHTED, 120)},
    "age": {"by_age": bands(WEIGHTED)},
    "age_weighted": {"interest": st.sampled_from([0.0, 0.075, 0.085, 0.2]) | millionths(0, 200_000)},
    "integrated": {"integrated": integration_level()},
}


def pool(year: int) -> Values:
    """A pool in dollars or of payroll, by year or not, with any allocation."""
    pots = (
        {"dollars": by_year(st.sampled_from([0.0, 0.01, 1.0, 12_345.67, 5_000_000.0]), year)},
        {"payroll_share": by_year(EMPLOYER_SHARE, year)},
    )
    return st.one_of(
        [
            st.fixed_dictionaries({**pot, "allocation": st.just(allocation), **keys})
            for pot in pots
            for allocation, keys in ALLOCATIONS.items()
        ]
    )


@cache
def profit_sharing(year: int, levels: tuple[str, ...] = (), departments: tuple[str, ...] = ()) -> Values:
    """Profit sharing of any kind, its groups at these levels and in these departments."""
    graded = {name: NONELECTIVE_TABLES[name] for name in ("service", "points", "age")}
    excess = st.builds(lambda level, rate: {**level, "rate": rate}, integration_level(), EMPLOYER_SHARE)
    tables = [
        *NONELECTIVE_TABLES.items(),
        *((name, {**keys, "excess": excess}) for name, keys in graded.items()),
        ("dollars", {"dollars": st.sampled_from([0.01, 500.0, 80_000.0])}),
        ("groups", {"groups": st.lists(group(levels, departments), min_size=1, max_size=3)}),
        ("pool", {"pool": pool(year)}),
        ("pool", {"pool": pool(year)}),
    ]
    own = {**EMPLOYER_MONEY, **OF_A_SOURCE}
    return st.one_of([some({"kind": st.just(kind), **keys, **own}, required=("kind", *keys)) for kind, keys in tables])


@cache
def discretionary_match(year: int) -> Values:
    """A second match, by year or not, or none."""
    return st.none() | by_year(one_of_the(MATCH, FORMULAS), year)


SCHEDULES = ("immediate", "cliff_1", "cliff_2", "cliff_3", "graded_3", "graded_4", "graded_5", "graded_6", "qaca_2")
VESTED = st.lists(basis_points(0, 10_000, 0, 5000), max_size=6).map(lambda found: [*sorted(found), 1.0])
VESTING: Keys = {
    "match": st.sampled_from(SCHEDULES) | VESTED,
    "nonelective": st.sampled_from(SCHEDULES) | VESTED,
    "profit_sharing": st.sampled_from(SCHEDULES) | VESTED,
    "discretionary_match": st.sampled_from(SCHEDULES) | VESTED,
    "normal_retirement_age": st.sampled_from([50, 55, 65, 75]),
    "service": some(SERVICE | {"method": st.sampled_from(["hours", "hours", "elapsed"])}),
}

BITING = {
    "elective_deferral": (500.0, 5000.0, 123.45),
    "catch_up": (0.0, 100.0, 20_000.0),
    "super_catch_up": (0.0, 150.0, 30_000.0),
    "annual_additions": (3000.0, 0.01, 10_000.0),
    "compensation": (20_000.0, 1000.0, 100_000.0),
    "highly_compensated": (0.0, 30_000.0, 60_000.0),
    "key_officer": (30_000.0, 100_000.0),
    "one_percent_owner": (30_000.0, 100_000.0),
    "wage_base": (50_000.0, 60_000.0, 300_000.0),
    "roth_catch_up_wages": (0.0, 30_000.0, 60_000.0),
}
"""Dollars of a limit, small enough to bind or else too large to; a wage base is no less than ``integrated`` allows."""


@cache
def overrides(year: int) -> Values:
    """Other limits of some years, the year before the run included."""
    years = st.integers(max(2011, year - 1), year + 2)
    by_name = {
        name: st.dictionaries(years, st.sampled_from(amounts), min_size=1, max_size=3)
        for name, amounts in BITING.items()
    }
    return st.lists(st.sampled_from(sorted(BITING)), max_size=4, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: by_name[name] for name in names})
    )


@cache
def plan_limits(year: int) -> Keys:
    return {
        "inflation": st.sampled_from([-0.05, 0.0, 0.025, 0.05]),
        "wage_growth": st.sampled_from([-0.05, 0.0, 0.035, 0.05]),
        "overrides": overrides(year),
    }


ROTH: Keys = {"available": st.sampled_from([True, True, False]), "share": CHANCE}
TESTING: Keys = {
    "method": st.sampled_from(["current", "prior"]),
    "top_paid_group": st.booleans(),
    "safe_harbor": st.none() | st.booleans() | st.just("qaca"),
    "interest_rate": st.sampled_from([0.075, 0.08, 0.085]),
    "otherwise_excludable": st.sampled_from(["together", "apart", "left_out"]),
    "pay": COUNTED_PAY,
}


@cache
def plan(year: int, levels: tuple[str, ...] = ()) -> Keys:
    returns = st.sampled_from([0.0, 0.07, -0.3, 1.0]) | millionths(-999_999, 200_000)
    formula = one_of_the(MATCH, FORMULAS) | some({"basis": MATCH["basis"], **EMPLOYER_MONEY, **OF_A_SOURCE})
    return drawn(
        Plan,
        year,
        enabled=st.sampled_from([True] * 7 + [False]),
        match=by_year(formula, year),
        nonelective=NONELECTIVE,
        deferral_pay=COUNTED_PAY,
        profit_sharing=st.just({"kind": "none"}) | profit_sharing(year, levels),
        discretionary_match=discretionary_match(year),
        roth=some(ROTH),
        catch_up=st.sampled_from([True, True, False]),
        super_catch_up=st.sampled_from([True, True, False]),
        hce_deferral_limit=st.none() | by_year(basis_points(0, 10_000, 0, 300, 600), year),
        vesting=some(VESTING),
        annual_return=by_year(returns, year),
        limits=some(plan_limits(year), required=("overrides",)),
        testing=some(TESTING),
        established=st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),
        employer_since=st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31)),
    )


def with_plan(year: int, levels: tuple[str, ...] = ()) -> Values:
    """A section of the plan; what the employer pays and which limits bind are seldom left to the defaults."""
    keys = plan(year, levels)
    return some(keys) | some(keys, required=("match", "nonelective")) | some(keys, required=("match", "limits"))


ELSEWHERE = "census", "actions", "departments", "uncertainty", "output"
"""Sections of which some tests of their own draw."""


@cache
def sections(year: int, level_count: int) -> Keys:
    """The sections of a configuration that names its levels."""
    needed = ("total_termination_rate", "levels")
    return drawn(
        Config,
        year,
        without=ELSEWHERE,
        simulation=st.fixed_dictionaries(simulation(year)),
        workforce=some(workforce(year, level_count), required=needed),
        terminations=some(terminations(), excluding=(("rates",), ("age_factors", "tenure_factors"))).map(
            terminations_together
        ),
        hiring=some(hiring(year, level_count)),
        leave=leave(year),
        promotion=some(promotion(year, level_count), excluding=(("date",), ("month_weights",))),
        compensation=some(compensation(year, level_count), excluding=(("merit_date",), ("merit_month_weights",))).map(
            compensation_together
        ),
        eligibility=eligibility(level_count),
        enrollment=some(enrollment(year)),
        plan=with_plan(year, LEVEL_NAMES[:level_count]) if year >= 2011 else st.just({"enabled": False}),
        random_seed=SEEDS,
    )


def without(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in names}


@st.composite
def amended(draw: st.DrawFn, chosen: dict[str, Any], year: int, level_count: int) -> dict[str, Any]:
    """Sections of the plan by year, in one configuration of three: those that are chosen, then others."""
    others = {"eligibility": eligibility(level_count), "enrollment": some(enrollment(year))}
    others |= {"plan": some(plan(year))} if year >= 2011 else {}
    names = draw(st.just([]) | st.just([]) | st.lists(st.sampled_from([*others]), min_size=1, max_size=3, unique=True))
    found = {}
    for name in names:
        always = {key: chosen[name][key] for key in ("enabled", "limits") if key in chosen[name]}
        later = [
            without(one, "enabled", "limits") | always for one in draw(st.lists(others[name], min_size=1, max_size=2))
        ]
        found[name] = {year + n: one for n, one in enumerate([chosen[name], *later])}
    return found


# --- census and scenario --------------------------------------------------------------------------------------------


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=4)
PERSON = st.tuples(
    TEXT,
    st.integers(1, 10) | st.integers(1, 70),  # years from the hire year to the start year
    DAYS,
    st.integers(15, 80) | st.integers(15, 80) | st.just(0),  # from the birth year to the hire year; 0: birth unknown
    DAYS,
    st.integers(3_000_000, 20_000_000) | st.integers(1, 10**10),
    st.integers(0, 5),
    st.sampled_from([None, *DEPARTMENTS]),
)

AMOUNTS = (None, 0, 1, 250_001, 12_345_678)
MEMBER: dict[str, tuple[Any, ...]] = {
    "deferral_bp": (None, 0, 1, 300, 600, 1200, 9000),
    "opted_out": (None, False, True),
    "excluded": (None, None, False, True),
    "owner_share_ppm": (None, None, 0, 50_000, 50_001, PPM),
    "prior_year_pay_cents": (None, None, 0, 12_000_000, 15_500_001, 40_000_000),
    "match_balance_cents": AMOUNTS,
    "nonelective_balance_cents": AMOUNTS,
    "profit_sharing_balance_cents": AMOUNTS[:3],
    "discretionary_match_balance_cents": AMOUNTS[:3],
    "full_time_ppm": (None, PPM, PPM, 500_000, 437_500, 437_499, 480_769, 300_000, 240_384),
    "union": (None, None, False, True),
    "nonresident": (None, None, True),
}
"""What a census may know of somebody and the plan; those who defer at once opted out or are excluded, too."""


def member(number: int) -> dict[str, Any]:
    """Return one of all combinations of ``MEMBER``; 0 is the first of each."""
    found = {}
    for name, values in MEMBER.items():
        number, place = divmod(number, len(values))
        found[name] = values[place]
    return found


MEMBERS = st.integers(0, math.prod(map(len, MEMBER.values())) - 1).map(member)


@st.composite
def censuses(draw: st.DrawFn, year: int, names: Sequence[str], smallest: int = 0, largest: int = 60) -> Census:
    """A census of staff hired before ``year`` at these levels; of one in five, nobody's deferral rate is known."""
    size = draw(st.integers(smallest, largest) | st.integers((smallest + largest) // 2, largest))
    people = draw(st.lists(PERSON, min_size=size, max_size=size))
    members = draw(st.lists(MEMBERS, min_size=size, max_size=size))
    unknown = {"deferral_bp": None} if draw(st.sampled_from([False] * 4 + [True])) else {}
    hires = [max(dt.date(1900, 1, 1), day_of(year - tenure, day)) for _, tenure, day, *_ in people]
    return census_of(
        employee_id=[f"{n}-{text}".strip() for n, (text, *_) in enumerate(people)],
        hire_date=hires,
        birth_date=[
            day_of(hired.year - age, day) if age else None
            for hired, (_, _, _, age, day, *_) in zip(hires, people, strict=True)
        ],
        salary_cents=[salary for *_, salary, _, _ in people],
        level=[None if place == 5 else names[place % len(names)] for *_, place, _ in people],
        department=[department for *_, department in people],
        **{name: [(one | unknown)[name] for one in members] for name in MEMBER},
    )


@st.composite
def scenarios(draw: st.DrawFn, *, headcount: str | None = None, smallest: int = 0, largest: int = 60) -> Scenario:
    """Any valid census and configuration, of any headcount mode or this one."""
    year, level_count = draw(st.sampled_from(START_YEARS)), draw(st.integers(1, 5))
    chosen = draw(st.fixed_dictionaries(sections(year, level_count)))
    chosen |= draw(amended(chosen, year, level_count))
    if headcount is not None:
        chosen["workforce"]["headcount"] = headcount
    chosen["compensation"] = without_ranges(chosen["compensation"], chosen["workforce"]["levels"])
    census = draw(censuses(year, LEVEL_NAMES[:level_count], smallest, largest))
    chosen["eligibility"] = draw(with_departments(chosen["eligibility"], census))
    config = Config.model_validate(chosen)
    return Scenario(moved(census, config.simulation.opening), config)


# --- planned changes --------------------------------------------------------------------------------------------------


@cache
def position(levels: tuple[str, ...], departments: tuple[str, ...]) -> Keys:
    """What may be known of hires, by the names of a census."""
    return {
        "level": st.sampled_from(levels),
        "department": st.sampled_from([None, *departments]),
        "salary": st.integers(1, 20_000_000).map(lambda n: n / 100),
        "hours": st.sampled_from([2080, 1040, 1]) | st.integers(1, 2080),
    }


def counted() -> Values:
    """A count or a share."""
    few = st.sampled_from([1, 2, 3, 200])
    return st.fixed_dictionaries({"count": few}) | st.fixed_dictionaries({"share": millionths(0, PPM)})


def merged(*parts: Values) -> Values:
    """Dictionaries as one."""
    return st.tuples(*parts).map(lambda found: {key: value for part in found for key, value in part.items()})


def planned(years: range, levels: tuple[str, ...], departments: tuple[str, ...]) -> Keys:
    """What may be planned, by dotted key."""
    day = st.builds(day_of, st.integers(years[0], years[-1] + 1), DAYS)
    hire_day = day.filter(lambda date: (date.month, date.day) != (12, 31))
    start = MONTH_DAY.filter(lambda one: one != "12-31")
    season = st.tuples(start, MONTH_DAY).filter(lambda pair: pair[0] != pair[1])
    ends = season.map(lambda pair: {"hired": pair[0], "ends": pair[1]})
    known = some({"date": hire_day, "count": st.integers(1, 3), **position(levels, departments)}, required=("date",))
    within = {"department": st.sampled_from([None, *departments]), "level": st.sampled_from([None, *levels])}
    select = st.sampled_from(["random", "shortest_service", "longest_service", "lowest_paid", "highest_paid"])
    layoff = merged(some({"date": day, "select": select, **within}, required=("date",)), counted())
    freeze = some({"year": st.sampled_from(years), "department": within["department"]}, required=("year",))
    own = {
        "growth": by_year(millionths(-900_000, PPM) | millionths(-100_000, 100_000), years[0]),
        "termination_rate": by_year(millionths(0, PPM) | millionths(0, 300_000), years[0]),
        "promotion_rate": by_year(millionths(0, PPM), years[0]),
        "cola_rate": by_year(millionths(-20_000, 50_000), years[0]),
        "merit_pool": by_year(millionths(0, 50_000), years[0]),
    }
    named = st.dictionaries(st.sampled_from(departments), some(own)) if departments else st.just({})
    waits = st.lists(st.sampled_from([1, 30, 364]) | st.integers(1, 364), min_size=2, max_size=2).map(sorted)
    return {
        "hiring.time_to_fill": waits.map(lambda pair: {"shortest_days": pair[0], "longest_days": pair[1]}),
        "hiring.known": st.lists(known, max_size=3),
        "hiring.seasonal": st.lists(merged(ends, counted(), some(position(levels, departments))), max_size=2),
        "actions.freezes": st.lists(freeze, max_size=2),
        "actions.layoffs": st.lists(layoff, max_size=3),
        "departments": named,
    }


@st.composite
def planned_scenarios(draw: st.DrawFn, **asked: Any) -> Scenario:
    """Any valid census and configuration with planned changes; of some employees the last day is known."""
    scenario = draw(scenarios(**asked))
    staff, years = scenario.census.frame, scenario.config.simulation.years
    departments = tuple(sorted(staff["department"].cast(pl.String).drop_nulls().unique()))
    levels = tuple(level.name for level in scenario.config.workforce.levels or ())
    changes = draw(some(planned(years, levels, departments)))
    changes["hiring.rehires.share"] = 0.0  # nobody returns in a run with planned changes
    if draw(st.booleans()):
        exits = st.none() | st.none() | st.builds(day_of, st.integers(years[0], years[-1] + 1), DAYS)
        days = draw(st.lists(exits, min_size=staff.height, max_size=staff.height))
        opening = scenario.config.simulation.opening
        known = pl.Series(days, dtype=pl.Date).dt.offset_by(f"{opening.month - 1}mo")
        scenario = Scenario(Census(staff.with_columns(leaves_on=known)), scenario.config)
        changes["census.known_exits"] = "honor"
    return scenario.changed(changes)

"""Random plans over staff of whom many may join, choose and leave: a strategy for the laws of the plan.

Sections of the plan are those of ``strategies``; the workforce around them is plain and lively.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
from hypothesis import reject
from hypothesis import strategies as st

from tests import support, support_plan
from tests.property import strategies
from tests.support import Scenario
from workforce_sim import Result
from workforce_sim.census import Census
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.errors import SimulationError

YEARS = (2011, 2019, 2024, 2025, 2026, 2028)  # Roth catch-up begins in 2026; 2024 and 2028 are leap
SIZES = (2, 60, 200)
ELIGIBILITY = {
    **strategies.ELIGIBILITY,
    "waiting_period_days": st.sampled_from([0, 1, 30, 90, 365, 400]),
    "waiting_period_years": st.sampled_from([None, None, 0, 1]),
    "waiting_period_months": st.sampled_from([None, None, 1, 6]),
    "minimum_age": st.sampled_from([0, 18, 21, 30]),
    "excluded_share": st.sampled_from([0.0, 0.0, 0.3]),
    "excluded_scope": st.sampled_from(["all", "hires"]),
}
"""By elapsed time, and the same for everybody: hours and classes have laws of their own."""


def staff(size: int, opening: dt.date, seed: int, *, rates_known: bool) -> Census:
    """Invent staff of whom some opted out, are excluded or part-time, or own a share, and some have balances."""
    frame = synthetic_census(size, seed=seed, as_of=opening).frame
    chance = np.random.default_rng(seed)

    def one_of(*values: Any) -> pl.Series:
        return pl.Series([values[n] for n in chance.integers(len(values), size=size)])

    out, lot = pl.col("deferral_bp") == 0, pl.Series(chance.integers(10, size=size))
    known = {
        "opted_out": out & (lot < 3),
        "excluded": out & (lot > 8),
        "full_time_ppm": one_of(1_000_000, 1_000_000, 500_000),
        "prior_year_pay_cents": one_of(None, None, 0, 16_000_000, 40_000_000),
        "match_balance_cents": one_of(None, 0, 250_001, 12_345_678),
        "nonelective_balance_cents": one_of(None, 0, 999_999),
        "deferral_bp": pl.when(lot == 0, ~out).then(9000).otherwise("deferral_bp") if rates_known else pl.lit(None),
    }
    types = {name: frame.schema[name] for name in known}
    return Census(frame.with_columns(**known).cast(types))


def whole(keys: strategies.Keys) -> strategies.Values:
    """All of the keys, or some."""
    return st.fixed_dictionaries(keys) | strategies.some(keys)


def sections(year: int) -> dict[str, strategies.Values]:
    """The sections of the plan."""
    return {
        "eligibility": strategies.some(ELIGIBILITY),
        "enrollment": whole(strategies.enrollment(year)),
        "plan": whole({**strategies.plan(year), "enabled": st.just(True)}),
        "hiring": st.just({}) | st.fixed_dictionaries({"rehires": strategies.some(strategies.rehires(year))}),
        "leave": st.just({}) | strategies.leave(year),
    }


@st.composite
def plans(draw: st.DrawFn, *, rates_known: bool | None = None, enrollment: Any = None, plan: Any = None) -> Scenario:
    """Any plan; rates of the census known or not, and these keys of enrollment and plan."""
    year = draw(st.sampled_from(YEARS))
    known = draw(st.sampled_from([True, True, True, False])) if rates_known is None else rates_known
    opening = draw(st.just(dt.date(year, 1, 1)) | strategies.openings(year))
    census = staff(draw(st.sampled_from(SIZES)), opening, draw(st.integers(0, 2**32)), rates_known=known)
    drawn = draw(st.fixed_dictionaries(sections(year)))
    drawn["enrollment"].update(enrollment or {})
    drawn["plan"].update(plan or {})
    config = support.configured(
        year,
        year + draw(st.integers(0, 2)),
        simulation={"target_growth_rate": draw(st.sampled_from([-0.2, 0.03, 0.3])), "opening_date": opening},
        workforce={"total_termination_rate": draw(st.sampled_from([0.0, 0.12, 0.4])), "max_hires_ratio": 1000.0},
        promotion={"base_rate": 0.3, "minimum_tenure": 0},
        compensation={"cola_date": draw(strategies.MONTH_DAY), "merit_month_weights": [1.0] * 12},
        random_seed=draw(strategies.SEEDS),
        **drawn,
    )
    return Scenario(census, config)


def simulated(scenario: Scenario) -> Result:
    """Run; assumptions that cannot be carried out are no example."""
    try:
        return support_plan.run(scenario)
    except SimulationError:
        reject()

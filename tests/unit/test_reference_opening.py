"""The reference model of a run that opens within a year: the worked example of its chapter, and the edges of dates."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.unit.plain_firms import a_year, configured, day, events_of, opened, rates
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.reference import simulate
from workforce_sim.reference.growth import hires_by_draw
from workforce_sim.tables.output import Tables

JULY = "2025-07-01"
WEIGHTS = [1.3, 0.8, 1, 1, 1, 1.2, 1.2, 1.3, 1, 0.9, 0.8, 0.5]
STILL = {
    "election": 0.0,
    "conversion": 0.0,
    "stop": 0.0,
    "change": {"probability": 0.0},
    "escalation": {"enabled": False},
}


def opening_on(date: str, growth: float = 0.0, **sections: Any) -> Config:
    return configured(simulation={"target_growth_rate": growth, "opening_date": date}, **sections)


# The numbers of employees


def test_the_thousand_of_the_chapter_close_on_1015_and_1045() -> None:
    config = opening_on(JULY, 0.03, end_year=2026, workforce=rates(0.12, 0.25))
    columns = ("terminations_opening_staff", "hires", "terminations_new_hires", "headcount_closing")
    output = simulate(config, opened(1000))

    assert output.summary.select(columns).rows() == [(60, 86, 11, 1015), (122, 203, 51, 1045)]
    first = output.events.filter(pl.col("year") == 2025)["effective_date"]
    assert first.min() >= day(JULY)  # type: ignore[operator]


def test_the_rates_of_the_chapter() -> None:
    whole = rates(0.12, 0.25)
    year = a_year(opening_on(JULY, workforce=whole), opened())
    assert (year.months, year.length, year.days) == (6, 184, 365)
    assert (year.leaving_ppm, year.hazard.share_ppm) == (60_000, 125_000)
    monthly = {"age_factors": [{"from": 0, "factor": 1.0}], "month_weights": WEIGHTS}
    assert a_year(opening_on(JULY, workforce=whole, terminations=monthly), opened()).leaving_ppm == 57_000
    assert a_year(opening_on("2025-05-01", workforce=whole), opened()).hazard.share_ppm == 166_667
    # 10^6 x 15 + 60,000,000 over 875,000: 85, and one more below 625,000.
    missing = 15_000_000 + 60_000_000
    assert [hires_by_draw(missing, 125_000, floor / 875_000) for floor in (624_999.5, 625_000.5)] == [86, 85]


def test_a_table_of_rates_as_given_has_its_months_unless_it_is_certain() -> None:
    table = {"rates": [{"age_from": 0, "tenure_from": 0, "value": 0.1}]}
    year = a_year(opening_on(JULY, workforce={"headcount": "stochastic"}, terminations=table), opened())
    assert [year.as_given(weight) for weight in (100_000, 999_999, 1_000_000, 1_200_000)] == [
        50_000,
        500_000,
        1_000_000,
        1_200_000,
    ]


def test_hires_of_a_curve_leave_at_its_mean_over_the_hire_dates_that_are_left() -> None:
    curve = {"age_factors": [{"from": 0, "factor": 1.0}], "new_hire_hazard": {364: 0.364}}
    # G(d) = 1,000 d; from December 1 to 30 d is 30 to 1: 15,500 on average.
    assert a_year(opening_on("2025-12-01", terminations=curve), opened()).hazard.share_ppm == 15_500
    no_december = {"month_weights": [1] * 11 + [0]}  # so each day counts as 1
    short = a_year(opening_on("2025-12-01", terminations=curve, hiring=no_december), opened())
    assert short.hazard.share_ppm == 15_500


# Three employees of the chapter

BORN = {"Ana": "1970-05-15", "Bo": "1985-05-15", "Cy": "1980-05-15"}
SALARIES = [40_000_000, 6_000_000, 20_000_000]


def the_three(**columns: list[Any]) -> Opening:
    """Bo alone has the tenure of a merit increase."""
    hired = [day("2022-03-01"), day("2010-06-01"), day("2022-03-01")]
    given = {
        "employee_id": list(BORN),
        "birth_date": [day(born) for born in BORN.values()],
        "hire_date": hired,
        "salary_cents": SALARIES,
        "deferral_bp": [1000, 600, 500],
        "match_balance_cents": [0, 1_000_000, 0],
    }
    return opened(3, **{**given, **columns})


def of_the_three(opening: Opening, end_year: int = 2025, **plan: Any) -> Tables:
    config = opening_on(
        JULY,
        end_year=end_year,
        compensation={"cola_rate": 0.03, "merit_pool": 0.03, "merit_date": "10-01", "merit_minimum_tenure": 5},
        enrollment=STILL,
        eligibility={"waiting_period_days": 0, "minimum_age": 0},
        plan={"match": {"preset": "safe_harbor_basic"}, "roth": {"available": False}, "annual_return": 0.05, **plan},
    )
    return simulate(config, opening)


def column(output: Tables, name: str, year: int = 2025) -> list[Any]:
    rows = output.snapshots.filter(pl.col("year") == year)
    return rows.sort(pl.col("employee_id").cast(pl.String))[name].to_list()


def test_the_three_employees_of_the_chapter() -> None:
    output = of_the_three(the_three(), 2026)

    assert column(output, "earnings_cents") == [20_164_384, 3_070_027, 10_082_192]
    assert column(output, "pre_tax_cents") == [1_550_000, 184_202, 504_110]
    assert column(output, "catch_up_cents") == [375_000, 0, 0]
    assert column(output, "plan_compensation_cents") == [17_500_000, 3_070_027, 10_082_192]
    assert column(output, "match_cents") == [700_000, 122_801, 403_288]
    assert column(output, "match_balance_cents")[1] == 1_148_006
    assert column(output, "hce", 2026) == [True, False, True]
    raised = events_of(output, "cola").filter(pl.col("year") == 2025)
    assert (raised.height, events_of(output, "merit")["effective_date"].to_list()[0]) == (0, day("2025-10-01"))


@pytest.mark.parametrize(("share", "gets"), [(450_000, 0), (1_000_000, 50_000)])
def test_hours_and_the_annual_limit_of_the_match(share: int, gets: int) -> None:
    part_time = the_three(full_time_ppm=[1_000_000, 1_000_000, share])
    output = of_the_three(part_time, match={"preset": "safe_harbor_basic", "minimum_hours": 1000, "annual_limit": 1000})
    assert column(output, "match_cents") == [50_000, 50_000, gets]


def test_pay_of_the_12_months_before_the_opening_decides_who_is_highly_compensated() -> None:
    hired = [day("2010-01-01"), day("2010-01-01"), day("2024-09-11")]
    # Cy was employed 293 of the 365 days from July 1, 2024: half up(20,000,000 x 293 / 365) = 16,054,795, above
    # 155,000.00; hired two weeks later 279 days: 15,287,671.
    assert column(of_the_three(the_three(hire_date=hired)), "hce") == [True, False, True]
    hired[2] = day("2024-09-25")
    assert column(of_the_three(the_three(hire_date=hired)), "hce") == [True, False, False]


# Fixed dollars


def test_dollars_of_profit_sharing_are_those_of_the_months() -> None:
    # Half of 1,000.01 is 500.005.
    dollars = of_the_three(the_three(), profit_sharing={"kind": "dollars", "dollars": 1000.01})
    assert column(dollars, "profit_sharing_cents") == [50_001] * 3


def test_a_pool_shares_the_dollars_of_its_months_at_the_excess_rate_of_the_annual_level() -> None:
    pool = {"dollars": 24_000, "allocation": "integrated", "integrated": {"level": 120_000}}
    config = opening_on(
        "2025-12-01",
        enrollment=STILL,
        eligibility={"waiting_period_days": 0, "minimum_age": 0},
        plan={"profit_sharing": {"kind": "pool", "pool": pool}},
    )
    output = simulate(config, opened(2, salary_cents=[21_900_000, 3_650_000], deferral_bp=[0, 0]))
    # Pay of 31 days is 18,600 and 3,100, 8,600 of it above 10,000. 120,000 is 68% of 176,100: 4.3% of 30,300 =
    # 1,302.90, in proportion to 27,200 and 3,100; the other 697.10 of 2,000 in proportion to pay, 6 to 1.
    assert column(output, "profit_sharing_cents") == [116_960 + 59_751, 13_330 + 9_959]


# Dates


def test_what_is_dated_before_the_opening_does_not_happen() -> None:
    known = [{"date": "2025-06-30"}, {"date": "2025-07-01"}]
    config = opening_on(
        JULY,
        0.5,
        end_year=2026,
        workforce=rates(0.2),
        compensation={
            "cola_rate": 0.03,
            "cola_date": "06-30",
            "other_pay": [
                {"name": "spring", "kind": "bonus", "share": 0.05, "date": "06-30"},
                {"name": "summer", "kind": "bonus", "share": 0.05, "date": "07-01"},
            ],
        },
        hiring={"known": known, "seasonal": [{"hired": "05-01", "ends": "09-30", "count": 1}]},
        actions={"layoffs": [{"date": "2025-06-30", "count": 3}]},
        leave={"share": 1.0, "shortest_days": 5, "longest_days": 5},
    )
    events = simulate(config, opened(10)).events.filter(pl.col("year") == 2025)

    counts = dict(events.group_by(pl.col("event_type").cast(pl.String)).len().iter_rows())
    by_cause = dict(events.group_by(pl.col("cause").cast(pl.String)).len().iter_rows())
    assert events["effective_date"].min() == day(JULY)
    assert (counts.get("cola", 0), by_cause.get("known"), by_cause.get("seasonal")) == (0, 1, None)
    assert by_cause.get("reduction", 0) == 0
    assert 0 < counts["leave_start"] < 10 + counts["hire"]
    # 5% of 100,000 for each of the ten, and for the known hire 1 / 365 of it.
    assert sorted(events["amount_cents"].drop_nulls(), reverse=True)[:10] == [500_000] * 10
    assert counts["other_pay"] == 11


def test_january_1_is_the_run_without_the_key() -> None:
    with_key, without = (
        simulate(configured(2026, simulation={"target_growth_rate": 0.1, **key}, workforce=rates(0.2, 0.3)), opened(20))
        for key in ({"opening_date": "2025-01-01"}, {})
    )
    assert with_key.events.equals(without.events)
    assert with_key.snapshots.equals(without.snapshots)

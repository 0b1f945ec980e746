"""The reference model, pay ranges and who gets merit: the chapter's example and its edges by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.unit.plain_firms import SEED, a_year, configured, day, events_of, opened
from workforce_sim.census.opening import Opening
from workforce_sim.config import Level
from workforce_sim.reference import simulate
from workforce_sim.reference.census import census_of
from workforce_sim.reference.chance import completed_months
from workforce_sim.reference.merit import gets_merit, proration_ppm
from workforce_sim.reference.pay_ranges import Range, compa_ratio, own, range_penetration, start_range, stop_at
from workforce_sim.reference.records import person_year
from workforce_sim.tables.output import Tables

LEVELS = (
    Level(name="Analyst", minimum=40_000, maximum=60_000),
    Level(name="Lead", minimum=80_000, maximum=120_000),
)
EXAMPLE: dict[str, Any] = {
    "cola_rate": 0.02,
    "merit_matrix": {"edges": [0.9, 1.0, 1.1], "increases": {"all": [0.05, 0.04, 0.03, 0.02]}},
    "merit_minimum_tenure": 0,
    "merit_proration": "months",
    "range_minimum": "lift",
    "range_maximum": "lump_sum",
}


def the_four() -> Opening:
    return opened(
        4,
        LEVELS,
        employee_id=["P-1", "P-2", "P-3", "P-4"],
        hire_date=[day("2015-06-01")] * 3 + [day("2024-10-16")],
        salary_cents=[3_900_000, 5_800_000, 12_500_000, 2_450_000],
        level=["Analyst", "Analyst", "Lead", "Analyst"],
        full_time_ppm=[1_000_000] * 3 + [500_000],
    )


def example(**changes: Any) -> Tables:
    levels = [level.model_dump(exclude_none=True) for level in LEVELS]
    config = configured(compensation={**EXAMPLE, **changes}, workforce={"levels": levels})
    return simulate(config, the_four())


def column(output: Tables, name: str) -> list[Any]:
    return output.snapshots.sort("employee_id")[name].to_list()


def test_the_example_of_the_chapter() -> None:
    output = example()

    assert column(output, "salary_cents") == [4_200_000, 6_000_000, 12_500_000, 2_540_651]
    assert column(output, "lump_sum_cents") == [0, 34_320, 500_000, 0]
    assert column(output, "earnings_cents") == [4_150_685, 6_013_608, 13_000_000, 2_530_381]
    assert column(output, "compa_ratio_ppm") == [840_000, 1_200_000, 1_250_000, 1_016_260]
    assert column(output, "range_penetration_ppm") == [100_000, 1_000_000, 1_125_000, 540_651]


def test_measures_and_rows_of_the_example() -> None:
    output = example()
    paid = events_of(output, "lump_sum").sort("employee_id", "effective_date")
    lifted = events_of(output, "range_lift")

    assert paid.select("employee_id", pl.col("cause").cast(pl.String), "amount_cents").rows() == [
        ("P-2", "merit", 34_320),
        ("P-3", "cola", 250_000),
        ("P-3", "merit", 250_000),
    ]
    assert lifted.select("employee_id", "salary_before_cents", "salary_after_cents").rows() == [
        ("P-1", 3_978_000, 4_000_000)
    ]
    measures = "range_lifts", "lump_sums_cents", "below_range", "above_range", "average_compa_ratio"
    assert output.summary.select(measures).row(0) == (1, 534_320, 0, 1, 4_306_260 / 4_000_000)


def test_the_matrix_as_shares_of_a_pool() -> None:
    matrix = {**EXAMPLE["merit_matrix"], "pool": True}
    output = example(merit_matrix=matrix, merit_pool=0.03)
    merit = events_of(output, "merit").sort("employee_id")

    assert (merit["salary_after_cents"] - merit["salary_before_cents"]).to_list() == [245_076, 84_000, 51_037]
    assert column(output, "lump_sum_cents") == [0, 60_989, 250_000 + 306_350, 0]


def test_frozen_pay_loses_what_is_beyond_the_maximum() -> None:
    output = example(range_maximum="freeze")

    assert column(output, "salary_cents")[1:3] == [6_000_000, 12_500_000]
    assert column(output, "earnings_cents")[2] == 12_500_000
    assert column(output, "lump_sum_cents") == [0, 0, 0, 0]


def test_columns_are_null_without_pay_range_rules() -> None:
    output = example(merit_matrix=None, range_minimum="ignore", range_maximum="ignore")

    assert column(output, "compa_ratio_ppm") == [None] * 4
    assert output.summary["range_lifts"].to_list() == [None]


@pytest.mark.parametrize(
    ("before", "after", "salary", "excess"),
    [(50, 40, 40, 0), (50, 50, 50, 0), (50, 59, 59, 0), (50, 65, 60, 5), (70, 75, 70, 5), (70, 65, 65, 0)],
)
def test_a_raise_stops_at_the_maximum_and_a_cut_stays_a_cut(before: int, after: int, salary: int, excess: int) -> None:
    assert stop_at(60, before, after) == (salary, excess)


def test_a_range_has_a_midpoint_and_a_maximum_above_0() -> None:
    assert start_range(Level(name="A", minimum=0.01, maximum=0.02)) == Range(1, 2, 2)  # 1.5 cents, half up
    assert start_range(Level(name="A", minimum=1, midpoint=3, maximum=9)) == Range(100, 300, 900)
    assert start_range(Level(name="A", minimum=0, maximum=0)) is None
    assert start_range(Level(name="A")) is None


def test_a_position_is_that_of_full_time_pay() -> None:
    band = Range(4_000_000, 5_000_000, 6_000_000)

    assert (compa_ratio(2_000_000, 400_000, band), range_penetration(2_000_000, 400_000, band)) == (1_000_000, 500_000)
    assert range_penetration(3_999_999, 1_000_000, band) == 0  # -0.5 ppm, half up
    assert range_penetration(3_999_990, 1_000_000, band) == -5
    assert compa_ratio(100, 1_000_000, Range(0, 0, 9)) is None
    # Full-time pay is at most 10^11 cents: 10^10 ppm of a midpoint of 10^7 cents, and more than that of a lower one.
    assert compa_ratio(10**11, 500_000, Range(0, 10**7, 10**8)) == 10**10
    assert compa_ratio(10**11, 1_000_000, Range(0, 10**7 - 1, 10**8)) == 10**10
    assert compa_ratio(10**11, 1_000_000, Range(0, 10**7 + 1, 10**8)) == 9_999_999_000
    assert range_penetration(100, 1_000_000, Range(9, 9, 9)) is None
    assert own(4_000_001, 500_000) == 2_000_001


def test_ranges_grow_year_by_year() -> None:
    levels = [level.model_dump(exclude_none=True) for level in LEVELS]
    config = configured(2027, hiring={"range_growth": {2025: 0.5, 2026: 0.1}}, workforce={"levels": levels})

    assert a_year(config, the_four()).ranges[0] == Range(4_000_000, 5_000_000, 6_000_000)
    assert a_year(config, the_four(), 2027).ranges[0] == Range(4_840_000, 6_050_000, 7_260_000)


@pytest.mark.parametrize(
    ("hired", "date", "how", "expected"),
    [
        ("2024-10-16", "2025-04-01", "none", 1_000_000),
        ("2024-10-16", "2025-04-01", "months", 416_667),
        ("2024-10-01", "2025-04-01", "months", 500_000),
        ("2024-08-31", "2025-02-28", "months", 500_000),  # August 31 and six months: the last of February
        ("2024-02-29", "2025-02-28", "months", 916_667),  # a whole year on March 1
        ("2024-02-29", "2025-03-01", "months", 1_000_000),
        ("2025-04-01", "2025-04-01", "days", 0),
        ("2024-10-16", "2025-04-01", "days", 457_534),  # 167 of 365 days
        ("2024-01-31", "2024-02-29", "days", 79_235),  # 29 of the 366 days since 2023-02-28
        ("2001-01-01", "2025-04-01", "days", 1_000_000),
    ],
)
def test_merit_of_recent_hires(hired: str, date: str, how: str, expected: int) -> None:
    assert proration_ppm(day(hired), day(date), how) == expected


def test_completed_months() -> None:
    assert completed_months(day("2025-01-31"), day("2025-02-27")) == 0
    assert completed_months(day("2025-01-31"), day("2025-02-28")) == 1
    assert completed_months(day("2025-01-31"), day("2025-03-30")) == 1
    assert completed_months(day("2024-02-29"), day("2028-02-29")) == 48


@pytest.mark.parametrize(
    ("cutoff", "hired", "raised"),
    [
        ("10-01", "2024-10-01", True),
        ("10-01", "2024-10-02", False),
        ("04-01", "2024-04-01", True),  # of the year before: the merit date itself is not before it
        ("04-01", "2024-04-02", False),
        ("02-29", "2025-03-01", True),  # March 1 in a year without it
        ("02-29", "2025-03-02", False),
    ],
)
def test_a_cut_off_decides_in_place_of_tenure(cutoff: str, hired: str, raised: bool) -> None:
    given = {"merit_pool": 0.03, "merit_hired_by": cutoff, "merit_minimum_tenure": 30}
    person = person_year(census_of(opened(hire_date=[day(hired)]), SEED, 0)[0], day("2025-01-01"), day("2025-12-31"))

    assert gets_merit(person, day("2025-04-01"), a_year(configured(compensation=given), opened())) is raised

"""Pay ranges: the example of ``docs/model/pay-ranges.md``, and the edges."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support import Scenario, census_of, configured, fast, of_type
from workforce_sim.tables.output import Tables

LEVELS = [
    {"name": "Analyst", "minimum": 40_000, "maximum": 60_000},
    {"name": "Lead", "minimum": 80_000, "maximum": 120_000},
]
ROW = {"edges": [0.9, 1.0, 1.1], "increases": {"all": [0.05, 0.04, 0.03, 0.02]}}
RULES: dict[str, Any] = {
    "cola_rate": 0.02,
    "merit_minimum_tenure": 0,
    "merit_proration": "months",
    "merit_matrix": ROW,
    "range_minimum": "lift",
    "range_maximum": "lump_sum",
}
STILL = {"total_termination_rate": 0.0, "new_hire_termination_rate": 0.0}
LONG, RECENT = dt.date(2015, 6, 1), dt.date(2024, 10, 16)


def firm(compensation: dict[str, Any], people: list[dict[str, Any]], end_year: int = 2025, **sections: Any) -> Scenario:
    """Employees who all stay, nobody promoted or hired."""
    columns = {
        "hire_date": LONG,
        "birth_date": dt.date(1980, 5, 5),
        "level": "Analyst",
        "full_time_ppm": 1_000_000,
        "deferral_bp": 0,
    }
    rows = [{**columns, "employee_id": f"P-{n}", **person} for n, person in enumerate(people, start=1)]
    staff = census_of(**{name: [row[name] for row in rows] for name in rows[0]})
    config = configured(
        2025,
        end_year,
        simulation={"target_growth_rate": 0.0},
        workforce={**STILL, "levels": sections.pop("levels", LEVELS)},
        promotion={"mode": "rates", "base_rate": 0.0},
        compensation=compensation,
        **{"plan": {"enabled": False}, **sections},
    )
    return Scenario(staff, config)


FOUR: list[dict[str, Any]] = [
    {"salary_cents": 3_900_000},
    {"salary_cents": 5_800_000},
    {"salary_cents": 12_500_000, "level": "Lead"},
    {"salary_cents": 2_450_000, "hire_date": RECENT, "full_time_ppm": 500_000},
]


def people(tables: Tables, *columns: str) -> list[tuple[Any, ...]]:
    return tables.snapshots.sort("employee_id").select(columns).rows()


def rows(tables: Tables, kind: str, *columns: str) -> list[tuple[Any, ...]]:
    found = (
        of_type(tables.events, kind).sort("employee_id", "effective_date").with_columns(pl.col("cause").cast(pl.String))
    )
    return found.select("employee_id", *columns).rows()


def test_the_four_of_the_chapter() -> None:
    found = fast(firm(RULES, FOUR))

    assert people(found, "salary_cents", "lump_sum_cents", "earnings_cents") == [
        (4_200_000, 0, 4_150_685),
        (6_000_000, 34_320, 6_013_608),
        (12_500_000, 500_000, 13_000_000),
        (2_540_651, 0, 2_530_381),
    ]
    assert people(found, "compa_ratio_ppm", "range_penetration_ppm") == [
        (840_000, 100_000),
        (1_200_000, 1_000_000),
        (1_250_000, 1_125_000),
        (1_016_260, 540_651),
    ]
    assert rows(found, "range_lift", "salary_before_cents", "salary_after_cents") == [("P-1", 3_978_000, 4_000_000)]
    january, april = dt.date(2025, 1, 1), dt.date(2025, 4, 1)
    assert rows(found, "lump_sum", "effective_date", "cause", "amount_cents") == [
        ("P-2", april, "merit", 34_320),
        ("P-3", january, "cola", 250_000),
        ("P-3", april, "merit", 250_000),
    ]


def test_the_measures_of_the_four() -> None:
    (row,) = fast(firm(RULES, FOUR)).summary.iter_rows(named=True)

    names = ("range_lifts", "lump_sums_cents", "below_range", "above_range")
    assert [row[name] for name in names] == [1, 534_320, 0, 1]
    assert row["average_compa_ratio"] == pytest.approx((0.84 + 1.2 + 1.25 + 1.01626) / 4)
    assert row["merit_raises"] == 3


def test_the_pool_of_the_chapter() -> None:
    found = fast(firm({**RULES, "merit_matrix": {**ROW, "pool": True}}, FOUR))

    assert people(found, "salary_cents", "lump_sum_cents") == [
        (4_245_076, 0),
        (6_000_000, 60_989),
        (12_500_000, 250_000 + 306_350),
        (2_550_037, 0),
    ]


def test_what_is_beyond_the_maximum_is_lost_where_pay_is_frozen() -> None:
    paid, frozen = (fast(firm({**RULES, "range_maximum": rule}, FOUR)) for rule in ("lump_sum", "freeze"))

    assert people(frozen, "salary_cents") == people(paid, "salary_cents")
    assert people(frozen, "lump_sum_cents") == [(0,)] * 4
    assert people(frozen, "earnings_cents") == [(4_150_685,), (5_979_288,), (12_500_000,), (2_530_381,)]


def test_a_cut_of_pay_goes_on_at_the_maximum() -> None:
    found = fast(firm({"cola_rate": -0.1, "merit_pool": 0.0, "range_maximum": "freeze"}, FOUR[2:3]))

    assert people(found, "salary_cents") == [(11_250_000,)]


@pytest.mark.parametrize(("salary", "increase"), [(4_500_000, 4), (4_499_000, 5), (5_000_000, 3), (5_500_000, 2)])
def test_an_edge_belongs_to_the_column_above_it(salary: int, increase: int) -> None:
    found = fast(firm({"cola_rate": 0.0, "merit_matrix": ROW}, [{"salary_cents": salary}]))

    assert rows(found, "merit", "salary_after_cents") == [("P-1", (salary * (100 + increase) + 50) // 100)]


@pytest.mark.parametrize(("salary", "increase"), [(3_999_900, 5), (4_000_000, 4), (5_000_000, 3), (6_000_000, 2)])
def test_penetration_counts_from_the_minimum(salary: int, increase: int) -> None:
    matrix = {**ROW, "position": "penetration", "edges": [0.0, 0.5, 1.0]}
    found = fast(firm({"cola_rate": 0.0, "merit_matrix": matrix}, [{"salary_cents": salary}]))

    assert rows(found, "merit", "salary_after_cents") == [("P-1", salary * (100 + increase) // 100)]


def test_who_has_no_range_counts_at_the_midpoint_and_is_not_limited() -> None:
    levels = [LEVELS[0], {"name": "Lead"}]
    lead = {"salary_cents": 30_000_000, "level": "Lead"}
    found = fast(firm(RULES, [FOUR[0], lead], levels=levels))

    assert people(found, "compa_ratio_ppm", "range_penetration_ppm")[1] == (None, None)
    assert people(found, "salary_cents", "lump_sum_cents")[1] == (30_000_000 * 1.02 * 1.03, 0)
    assert found.summary["average_compa_ratio"].item() == 0.84


def test_a_compa_ratio_is_at_most_ten_thousand_so_that_the_mean_of_many_can_be_told() -> None:
    levels = [{"name": "Analyst", "minimum": 0.01, "maximum": 0.01}]
    paid = [{"salary_cents": 5 * 10**10, "full_time_ppm": 500_000}] * 100 + [
        {"salary_cents": 9_999},
        {"salary_cents": 10_001},
    ]
    found = fast(firm({"cola_rate": 0.0, "merit_pool": 0.0, "range_maximum": "freeze"}, paid, levels=levels))

    assert sorted(people(found, "compa_ratio_ppm")) == [(9_999_000_000,)] + [(10**10,)] * 101
    assert found.summary["average_compa_ratio"].item() == pytest.approx((101 * 10_000 + 9_999) / 102)


def test_ranges_grow_with_the_cost_of_living_or_as_configured() -> None:
    def at_maximum(growth: float) -> Tables:
        rule = {"cola_rate": 0.03, "merit_pool": 0.0, "range_maximum": "freeze"}
        return fast(firm(rule, [{"salary_cents": 6_000_000}], 2027, hiring={"range_growth": growth}))

    assert people(at_maximum(0.0), "salary_cents") == [(6_000_000,)] * 3
    assert people(at_maximum(0.01), "salary_cents") == [(6_000_000,), (6_060_000,), (6_120_600,)]


def test_a_lump_sum_is_pay_of_the_plan_from_its_day_on() -> None:
    plan = {"plan": {"match": {"preset": "simple"}}, "enrollment": {"change": {"probability": 0.0}, "stop": 0.0}}
    lead = {**FOUR[2], "deferral_bp": 1000}
    limited, frozen = (fast(firm({**RULES, "range_maximum": rule}, [lead], **plan)) for rule in ("lump_sum", "freeze"))

    columns = ("plan_compensation_cents", "pre_tax_cents", "roth_cents")
    (more,), (less,) = people(limited, *columns), people(frozen, *columns)
    assert more[0] - less[0] == 500_000
    assert sum(more[1:]) - sum(less[1:]) == 50_000


def test_a_part_timer_is_lifted_to_the_minimum_for_the_hours() -> None:
    half = {"salary_cents": 1_900_000, "full_time_ppm": 500_000}
    found = fast(
        firm({"cola_rate": 0.0, "merit_pool": 0.0, "range_minimum": "lift", "range_lift_date": "07-01"}, [half])
    )

    assert rows(found, "range_lift", "effective_date", "salary_after_cents") == [
        ("P-1", dt.date(2025, 7, 1), 2_000_000)
    ]
    assert people(found, "earnings_cents") == [((1_900_000 * 181 + 2_000_000 * 184 + 182) // 365,)]


# --- recent hires ---


@pytest.mark.parametrize(
    ("hired", "days", "months"),
    [
        (dt.date(2024, 4, 1), 365 / 365, 12 / 12),
        (dt.date(2024, 4, 2), 364 / 365, 11 / 12),
        (dt.date(2024, 10, 1), 182 / 365, 6 / 12),
        (dt.date(2024, 10, 31), 152 / 365, 5 / 12),
        (dt.date(2024, 12, 31), 91 / 365, 3 / 12),
        (dt.date(2015, 1, 1), 1, 1),
    ],
)
def test_merit_of_recent_hires_is_by_days_or_months(hired: dt.date, days: float, months: float) -> None:
    for how, share in (("none", 1.0), ("days", days), ("months", months)):
        matrix = {"edges": [5.0], "increases": {"all": [0.1, 0.0]}}
        rules = {"cola_rate": 0.0, "merit_minimum_tenure": 0, "merit_matrix": matrix, "merit_proration": how}
        found = fast(firm(rules, [{"salary_cents": 5_000_000, "hire_date": hired}]))
        assert people(found, "salary_cents") == [(round(5_000_000 * (1 + round(100_000 * share) / 1e6)),)]


def test_the_pool_is_met_with_recent_hires_as_well() -> None:
    staff = [{"salary_cents": 5_000_000, "hire_date": dt.date(2024, month, 3)} for month in range(1, 13)]
    rules = {"cola_rate": 0.0, "merit_minimum_tenure": 0, "merit_proration": "days", "merit_pool": 0.04}
    found = fast(firm(rules, staff))

    spent = found.summary["salary_roll_cents"].item() - 60_000_000
    assert spent == pytest.approx(2_400_000, abs=60 * 2 + 6)


@pytest.mark.parametrize(
    ("cutoff", "merit", "latest"),
    [
        ("10-01", "04-01", dt.date(2024, 10, 1)),
        ("10-01", "12-01", dt.date(2025, 10, 1)),
        ("04-01", "04-01", dt.date(2024, 4, 1)),
        ("02-29", "04-01", dt.date(2025, 3, 1)),
        ("02-29", "03-01", dt.date(2024, 2, 29)),
    ],
)
def test_the_cut_off_decides_in_place_of_tenure(cutoff: str, merit: str, latest: dt.date) -> None:
    before_the_start = [day for day in (latest, latest + dt.timedelta(days=1)) if day.year < 2025]
    staff = [{"salary_cents": 5_000_000, "hire_date": day} for day in (LONG, *before_the_start)]
    rules = {"cola_rate": 0.0, "merit_date": merit, "merit_hired_by": cutoff, "merit_minimum_tenure": 30}
    found = fast(firm(rules, staff))

    in_time = [f"P-{n}" for n, person in enumerate(staff, start=1) if person["hire_date"] <= latest]
    assert [row[0] for row in rows(found, "merit")] == in_time


# --- what is refused, and what is noted ---


@pytest.mark.parametrize(
    ("compensation", "told"),
    [
        ({"range_maximum": "freeze"}, "need pay ranges; give at least one level of workforce.levels"),
        ({"merit_matrix": {**ROW, "edges": [1.0, 0.9]}}, "edges must be listed in rising order"),
        ({"merit_matrix": {**ROW, "edges": [1.0]}}, "increases.all has 4 numbers; 1 edges make 2 columns"),
        ({"merit_matrix": {**ROW, "increases": {"top": [0.1] * 4}}}, "needs one row, as there are no ratings: all"),
        ({"merit_matrix": {**ROW, "increases": {"all": [1.5] * 4}}}, "larger numbers need pool: true"),
        (
            {"ratings": {"good": {"share": 1.0}}, "merit_matrix": ROW},
            r"needs the ratings: good \(it has all\)",
        ),
    ],
)
def test_what_cannot_be_is_refused(compensation: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        firm(compensation, FOUR[:1], levels=[{"name": "Analyst"}])


def test_levels_of_a_census_have_no_ranges() -> None:
    config = {
        "simulation": {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.0},
        "workforce": {"total_termination_rate": 0.1},
        "compensation": {"range_minimum": "lift"},
        "random_seed": 1,
    }
    with pytest.raises(ws.ConfigError, match="the levels of the census have none"):
        ws.simulate(config, census=ws.synthetic_census(20))


def test_an_increase_beyond_all_measure_ends_the_run() -> None:
    rules = {"merit_factors": {"Analyst": 50.0}, "merit_matrix": {"edges": [5.0], "increases": {"all": [0.5, 0.0]}}}
    with pytest.raises(ws.SimulationError, match="a merit increase of more than 1,000% in 2025"):
        fast(firm(rules, FOUR[:1]))


def test_pay_out_of_range_at_the_opening_is_noted_by_level() -> None:
    half = {"salary_cents": 1_999_999, "full_time_ppm": 500_000}
    at_the_ends = [{"salary_cents": 4_000_000}, {"salary_cents": 6_000_000}, {**half, "salary_cents": 2_000_000}]
    staff = firm({"range_maximum": "freeze"}, [*FOUR, half, *at_the_ends])

    (note,) = staff.opening.notes
    assert note == (
        "pay of 3 of 8 employees is outside the range of their level, by hours worked: 2 below the minimum, "
        "1 above the maximum (Analyst: 2 below, Lead: 1 above)"
    )
    assert firm({"range_maximum": "freeze"}, at_the_ends).opening.notes == firm({}, FOUR).opening.notes == ()


# --- on the disk ---


def test_a_run_with_ranges_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    scenario = firm(RULES, FOUR, 2027)
    whole = ws.simulate(scenario.config, census=scenario.census, out=tmp_path / "whole")
    for end_year in (2025, 2026, 2027):
        found = ws.simulate(
            ws.config.with_changes(scenario.config, {"simulation.end_year": end_year})
            if end_year < 2027
            else scenario.config,
            census=scenario.census,
            out=tmp_path / "run",
        )
    assert found.fingerprint == whole.fingerprint == ws.simulate(scenario.config, census=scenario.census).fingerprint
    assert ws.verify_run(tmp_path / "run", deep=True).problems == ()

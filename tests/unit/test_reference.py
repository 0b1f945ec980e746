"""The reference model against cases worked out by hand: the arithmetic stands beside each number."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.unit.plain_firms import EVEN, SEED, a_year, configured, day, events_of, opened, rates, u_of
from workforce_sim import draws, tables
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config, Level
from workforce_sim.draws import Stream
from workforce_sim.errors import SimulationError
from workforce_sim.reference import simulate
from workforce_sim.reference.census import census_of
from workforce_sim.reference.chance import (
    chances_in_proportion,
    completed_years,
    cumulated_days,
    date_between,
    day_of_year,
    taking_order,
    years_before,
)
from workforce_sim.reference.growth import Growth, exact_growth, hires_by_draw
from workforce_sim.reference.hires import pay_at
from workforce_sim.reference.promotions import promoted_salary
from workforce_sim.reference.raises import decide_cost_of_living
from workforce_sim.reference.records import person_year

# Chapter 1: dates


@pytest.mark.parametrize(
    ("since", "on", "years"),
    [
        ("2000-05-15", "2025-05-14", 24),
        ("2000-05-15", "2025-05-15", 25),
        ("1990-01-01", "2025-01-01", 35),
        ("2000-02-29", "2025-02-28", 24),
        ("2000-02-29", "2025-03-01", 25),
        ("2000-02-29", "2024-02-28", 23),
        ("2000-02-29", "2024-02-29", 24),
    ],
)
def test_completed_years_turn_on_the_anniversary_and_on_1_march_for_29_february(
    since: str, on: str, years: int
) -> None:
    assert completed_years(day(since), day(on)) == years


def test_29_february_is_1_march_going_to_a_year_without_it_and_28_february_going_back() -> None:
    assert day_of_year(2024, "02-29") == day("2024-02-29")
    assert day_of_year(2025, "02-29") == day("2025-03-01")
    assert years_before(day("2024-02-29"), 20) == day("2004-02-29")
    assert years_before(day("2024-02-29"), 25) == day("1999-02-28")


# Chapter 2: chance


def test_an_even_date_is_the_floor_of_u_times_the_days() -> None:
    first, last = day("2025-03-01"), day("2025-03-10")  # 10 days
    assert date_between(0.0, first, last) == first
    assert date_between(0.499, first, last) == day("2025-03-05")  # floor(4.99) = 4 days on
    assert date_between(0.5, first, last) == day("2025-03-06")
    assert date_between(0.999, first, last) == last


def test_a_profile_gives_each_day_its_months_weight_over_the_days_of_the_month() -> None:
    weights = [0.0] * 12
    weights[1], weights[2] = 0.28, 0.62
    profile = cumulated_days(weights, 2025)
    assert profile is not None
    # February: 280,000 ppm x 1000 / 28 = 10,000,000 a day; March: 620,000,000 / 31 = 20,000,000 a day.
    assert profile[31] == 0
    assert profile[31 + 28] == 280_000_000
    assert profile[-1] == 900_000_000
    year = day("2025-01-01"), day("2025-12-31")
    # u = 0.1: x = 90,000,000, the total after 9 days of February; the 10th is the first above it.
    assert date_between(0.1, *year, profile) == day("2025-02-10")
    # u = 0.5: x = 450,000,000 = 280,000,000 + 8.5 x 20,000,000: the 9th of March.
    assert date_between(0.5, *year, profile) == day("2025-03-09")
    # From 3 March on 29 days, 580,000,000; u = 0.25: x = 145,000,000 = 7.25 days: the 8th of them, 10 March.
    assert date_between(0.25, day("2025-03-03"), year[1], profile) == day("2025-03-10")


def test_an_exact_choice_takes_the_certain_then_by_rising_odds_then_by_key_and_never_the_impossible() -> None:
    chances = [0.5, 1.0, 0.0, 0.5, 0.2, 1.0]
    us = [0.5, 0.9, 0.0, 0.5, 0.1, 0.1]
    keys = [9, 8, 1, 4, 5, 7]
    # Q = u (1 - q) / (q (1 - u)): 1 and 1 for the first and fourth (keys 9 and 4), 0.1 x 0.8 / (0.2 x 0.9) = 0.44.
    assert taking_order(chances, us, keys) == [5, 1, 4, 3, 0]


def test_chances_follow_weights_and_who_would_pass_certainty_is_taken_out_with_the_number() -> None:
    # 2 of weights 6, 1, 1, 0: 2 x 6 >= 8, certain; 1 of 1, 1 is left: 1 x 1 < 2, so each has 1 / 2.
    assert chances_in_proportion([6, 1, 1, 0], 2_000_000) == [1.0, 0.5, 0.5, 0.0]
    # 1 of 6, 1, 1 (stochastic 1.0): 6/8, 1/8, 1/8.
    assert chances_in_proportion([6, 1, 1], 1_000_000) == [0.75, 0.125, 0.125]
    # As many as there are with a weight: all certain, pass after pass.
    assert chances_in_proportion([5, 0, 1, 1], 3_000_000) == [1.0, 0.0, 1.0, 1.0]
    assert chances_in_proportion([5, 1], 0) == [0.0, 0.0]
    assert chances_in_proportion([0, 0], 1_000_000) == [0.0, 0.0]


# Chapter 4: growth


@pytest.mark.parametrize(
    ("opening", "target", "ordinary", "terminations", "hires", "hires_leaving"),
    [
        # 120 leave; 880 stay; net 150; 150 / 0.75 = 200, of whom 50 leave
        (1000, 1030, 120, 120, 200, 50),
        # 124 leave; 906 stay; net 155; 155 / 0.75 = 206.7 -> 207, 52 leave
        (1030, 1061, 124, 124, 207, 52),
        # net 120; 120 / 0.75 = 160, 40 leave
        (1000, 1000, 120, 120, 160, 40),
        # net 70; 70 / 0.75 = 93.3 -> 94, 24 leave
        (1000, 950, 120, 120, 94, 24),
        # net 0: neither hires nor reductions
        (1000, 880, 120, 120, 0, 0),
        # net -80: 120 + 80 leave
        (1000, 800, 120, 200, 0, 0),
    ],
)
def test_exact_growth_closes_on_its_target(
    opening: int, target: int, ordinary: int, terminations: int, hires: int, hires_leaving: int
) -> None:
    found = exact_growth(opening, target, ordinary, 250_000)
    assert found == Growth(terminations * 1_000_000, ordinary, hires, hires_leaving * 1_000_000)


def test_16_people_at_3_percent_are_22_after_ten_years() -> None:
    config = configured(2034, simulation={"target_growth_rate": 0.03}, workforce=rates(0.12, 0.25))
    closing = simulate(config, opened(16)).summary["headcount_closing"].to_list()
    # 16.48, 16.97, 17.48, 18.01, 18.55, 19.10, 19.68, 20.27, 20.88, 21.50 (21.5027)
    assert closing == [16, 17, 17, 18, 19, 19, 20, 20, 21, 22]


def test_the_path_takes_the_growth_of_each_year_and_rounds_once() -> None:
    config = configured(2027, simulation={"target_growth_rate": {2025: -0.04, 2026: 0.04, 2027: 0.5}})
    output = simulate(config, opened(10))
    # 9.6 -> 10, 9.984 -> 10, 14.976 -> 15; in 2025 nobody has to leave.
    assert output.summary["headcount_closing"].to_list() == [10, 10, 15]


def test_a_part_of_a_hire_is_hired_by_the_draw() -> None:
    # Missing 2.5 of whom three quarters stay: 2,500,000 = 3 x 750,000 + 250,000: three, and a fourth with 1/3.
    assert [hires_by_draw(2_500_000, 250_000, u) for u in (0.0, 0.333332, 0.333334, 0.999)] == [4, 4, 3, 3]
    # Nothing left over: no draw lets one more in. 200 = 150 / 0.75.
    assert [hires_by_draw(150_000_000, 250_000, u) for u in (0.0, 0.999)] == [200, 200]
    # A millionth of one is missing: with u below a millionth.
    assert [hires_by_draw(1, 0, u) for u in (0.0, 0.00000099, 0.000001)] == [1, 1, 0]
    # Nobody is missing, or too many are there already.
    assert [hires_by_draw(missing, 250_000, 0.0) for missing in (0, -26_000_000)] == [0, 0]


def test_the_draw_of_a_part_of_a_hire_belongs_to_the_replicate_and_year() -> None:
    config = configured(2026, workforce=rates({2025: 0.1, 2026: 0.0}, headcount="stochastic"))
    for replicate in range(8):
        output = simulate(config, opened(4), replicate=replicate)
        u = draws.uniform(draws.person_number(SEED, replicate, 0), draws.decision(SEED, 2025, 42))
        # a = 10^6 (4 - 4) + 4 x 100,000 and b = 10^6: one hire with 0.4. The next year makes good what came out.
        first = int(int(u * 1_000_000) < 400_000)
        closing = 4 - output.summary["terminations_opening_staff"][0] + first
        assert output.summary["hires"].to_list() == [first, max(0, 4 - closing)]


def test_exact_years_follow_one_another_on_target() -> None:
    config = configured(2026, simulation={"target_growth_rate": 0.03}, workforce=rates(0.12, 0.25))
    summary = simulate(config, opened(100)).summary
    # 2025: target 103; 12 leave; net 15; 20 hires, 5 leave. 2026: 106.09 -> 106; 12.36 -> 12; net 15; 20, 5.
    columns = [
        "headcount_opening",
        "hires",
        "terminations_opening_staff",
        "terminations_new_hires",
        "headcount_closing",
    ]
    assert summary.select(columns).rows() == [(100, 20, 12, 5, 103), (103, 20, 12, 5, 106)]


def test_the_stochastic_target_path_starts_from_the_census() -> None:
    growth = {"target_growth_rate": {2025: 0.0, 2026: 0.1, 2027: 0.05}}
    config = configured(2027, simulation=growth, workforce=rates({2025: 0.2, 2026: 0.0}, headcount="stochastic"))
    summary = simulate(config, opened(50)).summary
    k = draws.decision(SEED, 2025, Stream.TERMINATION)
    people = [draws.person_number(SEED, 0, draws.census_key(f"E-{i:04d}")) for i in range(1, 51)]
    terminations = sum(draws.uniform(person, k) < 0.2 for person in people)
    closing = 50 - terminations + 10  # 10 hires for the 10 expected to leave
    # 2026: target 55; nobody is expected to leave. 2027: 50 x 1.1 x 1.05 = 57.75 -> 58.
    assert terminations != 10
    assert summary["hires"].to_list() == [10, max(0, 55 - closing), 58 - max(55, closing)]
    assert summary["headcount_closing"].to_list() == [closing, max(55, closing), 58]


def test_too_many_hires_are_an_error_that_names_the_three_rates() -> None:
    config = configured(workforce=rates(0.5, 0.5, max_hires_ratio=0.99))
    with pytest.raises(SimulationError, match=r"2025: 10 hires for an opening of 10 .*0\.99.*growth.*termin.*new_hire"):
        simulate(config, opened(10))  # 5 leave; 5 / 0.5 = 10 hires > 9.9
    at_the_limit = configured(workforce=rates(0.5, 0.5, max_hires_ratio=1.0))
    assert simulate(at_the_limit, opened(10)).summary["hires"].to_list() == [10]


# Chapter 5: terminations


def test_fewer_staff_with_a_weight_than_terminations_are_an_error() -> None:
    config = configured(workforce=rates(0.5), terminations={"age_factors": [{"from": 0, "factor": 0}]})
    with pytest.raises(SimulationError, match="2025: 5 of 10 existing employees must leave, but only 0 have"):
        simulate(config, opened(10))


def test_terminations_by_reduction_beyond_the_usual_ones_have_that_cause() -> None:
    causes = [{"from": 0, "retirement": 1.0}]
    config = configured(
        simulation={"target_growth_rate": -0.5},
        workforce=rates(0.2),
        terminations={"age_factors": EVEN, "causes": causes},
    )
    output = simulate(config, opened(10))
    # Target 5; 2 leave anyway, 3 more by reduction. Equal weights: the five smallest draws leave, in that order.
    ranked = sorted(range(1, 11), key=lambda i: u_of(f"E-{i:04d}", Stream.TERMINATION))
    expected = {f"E-{i:04d}": "retirement" if rank < 2 else "reduction" for rank, i in enumerate(ranked[:5])}
    terminated = events_of(output, "termination")
    assert dict(terminated.select("employee_id", "cause").iter_rows()) == expected
    assert output.summary.select("terminations_opening_staff", "reductions", "hires").row(0) == (5, 3, 0)


def test_leaving_dates_follow_the_months_and_31_december_is_a_last_day_not_a_closing_one() -> None:
    december = [0.0] * 11 + [1.0]
    config = configured(
        simulation={"target_growth_rate": -0.5},
        workforce=rates(0.5),
        terminations={"age_factors": EVEN, "month_weights": december},
    )
    output = simulate(config, opened(100))
    terminated = output.snapshots.filter(pl.col("termination_date").is_not_null())
    for employee_id, last in terminated.select("employee_id", "termination_date").iter_rows():
        # 31 equal days: the day is floor(31 u) after 1 December.
        assert last == day("2025-12-01") + dt.timedelta(days=int(31 * u_of(employee_id, Stream.LEAVING_DATE)))
    assert day("2025-12-31") in terminated["termination_date"]
    assert output.summary.select("headcount_closing").item() == 50
    assert set(terminated["status"].cast(pl.String)) == {"terminated"}


def test_weights_pick_terminated_employees_by_age_tenure_and_level() -> None:
    levels = (Level(name="A"), Level(name="B", termination_factor=0))
    config = configured(
        simulation={"target_growth_rate": -0.25},
        workforce=rates(0.25),
        terminations={
            "age_factors": [{"from": 0, "factor": 1}, {"from": 40, "factor": 0}],
            "tenure_factors": [{"from": 0, "factor": 1}, {"from": 10, "factor": 0}],
        },
    )
    # On 1 January 2025: 39 (40 on 2 January); 40; 39 but 10 years of tenure; 39 at level B. Only the first can leave.
    opening = opened(
        4,
        levels,
        birth_date=[day("1985-01-02"), day("1985-01-01"), day("1985-01-02"), day("1985-01-02")],
        hire_date=[day("2015-01-02"), day("2015-01-02"), day("2015-01-01"), day("2015-01-02")],
        level=["A", "A", "A", "B"],
    )
    assert events_of(simulate(config, opening), "termination")["employee_id"].to_list() == ["E-0001"]


def test_a_configured_table_of_rates_is_used_as_given_in_stochastic_mode() -> None:
    table = [
        {"age_from": 0, "tenure_from": 0, "value": 1.0},
        {"age_from": 0, "tenure_from": 5, "value": 0.0},
        {"age_from": 50, "tenure_from": 0, "value": 0.5},
    ]
    levels = (Level(name="A"), Level(name="B", termination_factor=3))
    config = configured(workforce=rates(0.1, headcount="stochastic"), terminations={"rates": table})
    opening = opened(
        4,
        levels,
        birth_date=[day("1985-01-01")] * 3 + [day("1970-01-01")],
        hire_date=[day("2024-01-01"), day("2015-01-01"), day("2024-01-01"), day("2015-01-01")],
        level=["A", "A", "B", "B"],
    )
    # q: 1; 0; min(3, 1) = 1; min(1.5, 1) = 1. Expected terminations 3, so 3 hires for a target of 4.
    output = simulate(config, opening)
    assert sorted(events_of(output, "termination")["employee_id"]) == ["E-0001", "E-0003", "E-0004"]
    assert output.summary.select("hires", "headcount_closing").row(0) == (3, 4)


def test_hires_leave_after_their_first_day_and_the_longer_they_could_stay_the_likelier() -> None:
    config = configured(simulation={"target_growth_rate": 1.0}, workforce=rates(0.0, 0.5))
    output = simulate(config, opened(40))
    # Target 80: 40 / 0.5 = 80 hires, 40 leave. w = days to 31 December; two passes at most settle the certain ones.
    hires = output.snapshots.filter(pl.col("opening_salary_cents").is_null())
    assert hires.height == 80
    days = [(day("2025-12-31") - date).days for date in hires["hire_date"]]
    chances = chances_in_proportion(days, 40_000_000)
    assert sum(chances) == pytest.approx(40)
    keys = [draws.hire_key(2025, int(employee_id[-6:])) for employee_id in hires["employee_id"]]
    k = draws.decision(SEED, 2025, Stream.HIRE_TERMINATION)
    us = [draws.uniform(draws.person_number(SEED, 0, key), k) for key in keys]
    chosen = {hires["employee_id"][i] for i in taking_order(chances, us, keys)[:40]}
    terminated = hires.filter(pl.col("termination_date").is_not_null())
    assert set(terminated["employee_id"]) == chosen
    assert terminated.select((pl.col("termination_date") > pl.col("hire_date")).all()).item()


# Chapter 6: hires


def test_pay_lies_on_straight_lines_through_the_knots_half_up() -> None:
    knots = [(0, 1000), (500_000, 2000), (1_000_000, 2003)]
    assert pay_at(0, knots) == 1000
    assert pay_at(250_000, knots) == 1500
    assert pay_at(500_000, knots) == 2000
    assert pay_at(749_999, knots) == 2001  # 2000 + 3 x 0.499998 = 2001.499994
    assert pay_at(750_000, knots) == 2002  # 2001.5, half up


def test_knots_come_from_the_level_or_from_everybody_when_few_and_are_clamped_and_indexed() -> None:
    levels = (Level(name="A"), Level(name="B", minimum=1_500.0, maximum=1_800.0))
    # 31 people at A: 1,000.00, 1,010.00 ... 1,300.00; 10 at B: 2,000.00. Ranks p (n - 1): 3, 7.5, 15, 22.5, 27.
    salaries = [100_000 + 1000 * i for i in range(31)] + [200_000] * 10
    opening = opened(41, levels, salary_cents=salaries, level=["A"] * 31 + ["B"] * 10)
    config = configured(2026, hiring={"range_growth": {2025: 0.5, 2026: 0.1}})
    start = a_year(config, opening)
    of_a = [(0, 103_000), (100_000, 103_000), (250_000, 107_500), (500_000, 115_000)]
    assert start.pay_knots[0] == [*of_a, (750_000, 122_500), (900_000, 127_000), (1_000_000, 127_000)]
    # All 41, ranks 4, 10, 20, 30, 36: 1,040; 1,100; 1,200; 1,300; 2,000: clamped into 1,500 to 1,800.
    ends = [(0, 150_000), (100_000, 150_000), (250_000, 150_000), (500_000, 150_000)]
    assert start.pay_knots[1] == [*ends, (750_000, 150_000), (900_000, 180_000), (1_000_000, 180_000)]
    assert start.minimums == [None, 150_000]
    later = a_year(config, opening, 2026)  # the growth of 2026 only: 10%
    assert later.pay_knots[0][2] == (250_000, 118_250)
    assert later.minimums == [None, 165_000]


def test_uniform_pay_runs_through_the_midpoint_and_without_a_range_from_p10_to_p90() -> None:
    levels = (
        Level(name="A", minimum=100.0, midpoint=120.0, maximum=200.0),
        Level(name="B", minimum=100.0, maximum=200.0),
        Level(name="C"),
    )
    opening = opened(11, levels, salary_cents=[1000 * i for i in range(11)])
    knots = a_year(configured(hiring={"pay": "uniform"}), opening).pay_knots
    assert knots[0] == [(0, 10_000), (500_000, 12_000), (1_000_000, 20_000)]
    assert knots[1] == [(0, 10_000), (1_000_000, 20_000)]
    assert knots[2] == [(0, 1000), (1_000_000, 9000)]


@pytest.mark.parametrize(
    ("mix", "per_year"),
    [
        # Census 3 : 1 each year; the year's four hires: 3 and 1.
        ("census", [{"A": 3, "B": 1}, {"A": 6, "B": 2}]),
        # 70 : 30 of 4: 2.8 and 1.2: 2 and 1, and one to the larger remainder; of 8: 5.6 and 2.4: 6 and 2.
        ({"A": 0.7, "B": 0.3}, [{"A": 3, "B": 1}, {"A": 6, "B": 2}]),
        ({"B": 1.0}, [{"B": 4}, {"B": 8}]),
        ("adaptive", [{"A": 3, "B": 1}, {"A": 6, "B": 2}]),
    ],
)
def test_levels_of_hires_are_quotas(mix: Any, per_year: list[dict[str, int]]) -> None:
    config = configured(2026, simulation={"target_growth_rate": 1.0}, hiring={"level_mix": mix})
    hires = events_of(simulate(config, opened(4, level=["A", "A", "B", "A"])), "hire")
    for year, expected in zip((2025, 2026), per_year, strict=True):
        levels = hires.filter(pl.col("year") == year)["level_after"].cast(pl.String).to_list()
        assert {name: levels.count(name) for name in sorted(set(levels))} == expected


def test_the_adaptive_mix_follows_the_opening_of_the_year() -> None:
    levels = (Level(name="A", promotion_factor=50), Level(name="B"), Level(name="C"))
    promotion = {"base_rate": {2025: 1.0, 2026: 0.0}, "age_factors": EVEN, "tenure_factors": EVEN, "date": "07-01"}
    growth = {"target_growth_rate": {2025: 0.0, 2026: 1.0}}
    counts = {}
    for mix in ("census", "adaptive"):
        config = configured(2026, simulation=growth, promotion=promotion, hiring={"level_mix": mix})
        hires = events_of(simulate(config, opened(3, levels, level=["A", "B", "C"])), "hire")
        counts[mix] = sorted(hires["level_after"].cast(pl.String))
    # In 2025 A moves to B and B to C: the opening of 2026 is B, C, C.
    assert counts == {"census": ["A", "B", "C"], "adaptive": ["B", "C", "C"]}


def test_levels_go_out_in_ascending_draws() -> None:
    config = configured(simulation={"target_growth_rate": 1.0})
    hires = events_of(simulate(config, opened(4, level=["A", "A", "B", "B"])), "hire")
    k = draws.decision(SEED, 2025, Stream.HIRE_LEVEL)
    people = {i: draws.person_number(SEED, 0, draws.hire_key(2025, i)) for i in range(1, 5)}
    ranked = sorted(people, key=lambda i: draws.uniform(people[i], k))
    levels = dict(hires.select("employee_id", pl.col("level_after").cast(pl.String)).iter_rows())
    assert [levels[f"NH-2025-{i:06d}"] for i in ranked] == ["A", "A", "B", "B"]


def test_a_hire_has_the_age_of_its_band_and_a_date_that_lets_it_leave() -> None:
    ages = [{"from": 20, "to": 22, "weight": 1}, {"from": 22, "to": 23, "weight": 1}]
    config = configured(simulation={"target_growth_rate": 1.0}, hiring={"ages": ages})
    hires = simulate(config, opened(200)).snapshots.filter(pl.col("opening_salary_cents").is_null())
    k = {s: draws.decision(SEED, 2025, s) for s in (Stream.HIRE_AGE, Stream.HIRE_DATE, Stream.BIRTHDAY)}
    for name, hired, birth, age in hires.select("employee_id", "hire_date", "birth_date", "age").iter_rows():
        person = draws.person_number(SEED, 0, draws.hire_key(2025, int(name[-6:])))
        u = {s: draws.uniform(person, k[s]) for s in k}
        # Half the draws give 20 or 21 (a quarter each), the other half 22.
        assert age == (20 if u[Stream.HIRE_AGE] < 0.25 else 21 if u[Stream.HIRE_AGE] < 0.5 else 22)
        assert hired == day("2025-01-01") + dt.timedelta(days=int(u[Stream.HIRE_DATE] * 364))  # to 30 December
        assert birth == years_before(hired, age) - dt.timedelta(days=int(u[Stream.BIRTHDAY] * 365))
    assert set(hires["tenure_years"]) == {0}


def test_part_time_hires_are_paid_by_their_hours() -> None:
    levels = (Level(name="A", minimum=100.0, maximum=100.0), Level(name="B"))
    hiring = {"pay": "uniform", "part_time_share": 1.0, "part_time_hours": 1000}
    config = configured(simulation={"target_growth_rate": 1.0}, hiring=hiring)
    # 10,000 cents x 1000 / 2080 = 4,807.69 -> 4,808
    assert set(events_of(simulate(config, opened(3, levels)), "hire")["salary_after_cents"]) == {4808}


def test_departments_of_hires_follow_the_census_by_name_with_null_last() -> None:
    config = configured(simulation={"target_growth_rate": 1.0})
    opening = opened(8, department=["Z", "M", None, "Z", "M", "Z", "Z", None])
    output = simulate(config, opening)
    hires = output.snapshots.filter(pl.col("opening_salary_cents").is_null())
    k = draws.decision(SEED, 2025, Stream.HIRE_DEPARTMENT)
    for name, department in hires.select("employee_id", "department").iter_rows():
        u = draws.uniform(draws.person_number(SEED, 0, draws.hire_key(2025, int(name[-6:]))), k)
        assert department == ("M" if u < 0.25 else "Z" if u < 0.75 else None)
    assert output.snapshots.schema["department"] == opening.staff.schema["department"]


def test_hires_fall_in_the_months_of_their_profile() -> None:
    config = configured(simulation={"target_growth_rate": 1.0}, hiring={"month_weights": [0, 0, 3, 0, 0, 1] + [0] * 6})
    hired = events_of(simulate(config, opened(100)), "hire")["effective_date"]
    assert set(hired.dt.month()) == {3, 6}


# Chapter 7: promotions


@pytest.mark.parametrize(
    ("increase", "minimum", "max_increase", "max_amount", "expected"),
    [
        (100_000, None, 300_000, 50_000_000, 11_000_000),  # 10% of 100,000.00
        (100_000, 12_000_000, 300_000, 50_000_000, 12_000_000),  # up to the minimum of the new range
        (100_000, 15_000_000, 300_000, 50_000_000, 13_000_000),  # the cap of 30% wins over the minimum
        (100_000, 15_000_000, 300_000, 2_000_000, 12_000_000),  # and so does the amount
        (100_000, None, 300_000, 0, 10_000_000),
    ],
)
def test_promotion_pay_meets_the_new_range_but_the_caps_win(
    increase: int, minimum: int | None, max_increase: int, max_amount: int, expected: int
) -> None:
    assert promoted_salary(10_000_000, increase, minimum, max_increase, max_amount) == expected


def promoting(**others: Any) -> dict[str, Any]:
    everybody = {"base_rate": 1.0, "age_factors": EVEN, "tenure_factors": EVEN}
    return {**everybody, "date": "07-01", "increase": {"lowest": 0.10, "highest": 0.10}, **others}


def test_a_promotion_is_one_level_up_never_from_the_top_and_has_a_row() -> None:
    levels = (Level(name="A"), Level(name="B", minimum=120_000.0, maximum=180_000.0), Level(name="C"))
    output = simulate(configured(promotion=promoting()), opened(3, levels, level=["A", "B", "C"]))
    rows = events_of(output, "promotion").select(
        "employee_id",
        "effective_date",
        "salary_before_cents",
        "salary_after_cents",
        pl.col("level_before").cast(pl.String),
        pl.col("level_after").cast(pl.String),
    )
    assert sorted(rows.iter_rows()) == [
        ("E-0001", day("2025-07-01"), 10_000_000, 12_000_000, "A", "B"),  # 110,000 is below the minimum
        ("E-0002", day("2025-07-01"), 10_000_000, 11_000_000, "B", "C"),
    ]
    assert output.summary["promotions"].item() == 2


def test_a_promotion_without_a_raise_still_has_a_row() -> None:
    rows = events_of(simulate(configured(promotion=promoting(max_amount=0.0)), opened()), "promotion")
    assert rows.select("salary_before_cents", "salary_after_cents").row(0) == (10_000_000, 10_000_000)


@pytest.mark.parametrize(
    ("hired", "on", "promoted"),
    [
        ("2024-07-01", "07-01", True),
        ("2024-07-02", "07-01", False),
        ("2024-02-29", "02-28", False),
        ("2024-02-29", "03-01", True),
        ("2024-02-29", "02-29", True),  # 1 March in 2025
    ],
)
def test_the_minimum_tenure_counts_on_the_date(hired: str, on: str, promoted: bool) -> None:
    output = simulate(configured(promotion=promoting(date=on)), opened(hire_date=[day(hired)]))
    assert events_of(output, "promotion").height == int(promoted)


def test_nobody_is_promoted_after_leaving() -> None:
    january = {"age_factors": EVEN, "month_weights": [1] + [0] * 11}
    config = configured(
        simulation={"target_growth_rate": -0.5}, workforce=rates(0.5), terminations=january, promotion=promoting()
    )
    output = simulate(config, opened(2))
    terminated = events_of(output, "termination")["employee_id"].item()
    assert terminated not in events_of(output, "promotion")["employee_id"]
    assert events_of(output, "promotion").height == 1


# Chapter 8: raises and earnings


def test_earnings_are_the_days_at_each_salary() -> None:
    config = configured(compensation={"cola_rate": 0.025, "cola_date": "07-01", "merit_pool": 0.03})
    output = simulate(config, opened())
    rows = output.events.sort("effective_date").select(
        pl.col("event_type").cast(pl.String), "effective_date", "salary_before_cents", "salary_after_cents"
    )
    # One person gets the whole pool, 3%, on 1 April; then 2.5% on 1 July.
    assert rows.rows() == [
        ("merit", day("2025-04-01"), 10_000_000, 10_300_000),
        ("cola", day("2025-07-01"), 10_300_000, 10_557_500),
    ]
    # 90 days to 31 March, 91 to 30 June, 184 to the end:
    # 900,000,000 + 937,300,000 + 1,942,580,000 = 3,779,880,000 over 365 = 10,355,835.6
    snapshot = output.snapshots.select("opening_salary_cents", "salary_cents", "earnings_cents").row(0)
    assert snapshot == (10_000_000, 10_557_500, 10_355_836)
    summary = output.summary
    assert summary["payroll_cents"].item() == 10_355_836
    assert summary["salary_roll_cents"].item() == 10_557_500
    assert summary["average_salary_growth_continuing"].item() == 10_557_500 / 10_000_000 - 1.0


def test_earnings_of_a_terminated_employee_run_through_the_last_day_and_a_leap_year_has_366() -> None:
    config = Config.model_validate(
        {
            "simulation": {"start_year": 2024, "end_year": 2024, "target_growth_rate": -0.5},
            "workforce": rates(0.5),
            "terminations": {"age_factors": EVEN, "month_weights": [0, 1] + [0] * 10},
            "promotion": {"base_rate": 0.0},
            "compensation": {"cola_rate": 0.0, "merit_pool": 0.0},
            "random_seed": SEED,
        }
    )
    output = simulate(config, opened(2))
    terminated = output.snapshots.filter(pl.col("termination_date").is_not_null())
    days = terminated["termination_date"].dt.ordinal_day().item()  # both ends count
    assert 32 <= days <= 60
    assert terminated["earnings_cents"].item() == (2 * 10_000_000 * days + 366) // (2 * 366)


def test_same_day_raises_come_as_promotion_cost_of_living_merit() -> None:
    config = configured(
        promotion=promoting(),
        compensation={"cola_rate": 0.02, "cola_date": "07-01", "merit_pool": 0.05, "merit_date": "07-01"},
    )
    output = simulate(config, opened())
    # 100,000 x 1.10 = 110,000; x 1.02 = 112,200; x 1.05 = 117,810
    kinds = output.events["event_type"].cast(pl.String).to_list()
    assert sorted(zip(output.events["salary_before_cents"], kinds, strict=True)) == [
        (10_000_000, "promotion"),
        (11_000_000, "cola"),
        (11_220_000, "merit"),
    ]
    assert output.snapshots["salary_cents"].item() == 11_781_000


def test_cost_of_living_is_for_opening_staff_and_for_hires_of_before_its_date() -> None:
    year = a_year(configured(compensation={"cola_rate": 0.02, "cola_date": "07-01"}), opened())
    people = []
    for hired, last in [
        ("2020-01-01", "12-31"),
        ("2020-01-01", "07-01"),
        ("2020-01-01", "06-30"),
        ("2025-06-30", "12-31"),
    ]:
        employee = census_of(opened(hire_date=[day(hired)]), SEED, 0)[0]
        people.append(person_year(employee, year.first, day(f"2025-{last}")))
    on_the_day = census_of(opened(hire_date=[day("2025-07-01")]), SEED, 0)[0]
    people.append(person_year(on_the_day, year.first, year.last))
    decide_cost_of_living(people, year)
    assert [len(person.raises) for person in people] == [1, 1, 0, 1, 0]


def test_a_raise_that_changes_nothing_has_no_row() -> None:
    assert simulate(configured(), opened(3)).events.height == 0
    # 2% of one cent rounds to nothing.
    config = configured(compensation={"cola_rate": 0.02})
    assert simulate(config, opened(salary_cents=[1])).events.height == 0


def test_the_merit_pool_is_shared_by_level_and_rating() -> None:
    ratings = {"low": {"share": 0.5, "factor": 0.5}, "high": {"share": 0.5, "factor": 1.5}}
    compensation = {"merit_pool": 0.04, "ratings": ratings, "merit_factors": {"B": 2}}
    levels = (Level(name="A"), Level(name="B"))
    opening = opened(2, levels, level=["A", "B"], salary_cents=[6_000_000, 9_000_000])
    output = simulate(configured(compensation=compensation), opening)
    # Ratings in the order of their names: high below u = 0.5, then low. f = level factor x rating factor.
    f = [1.5 if u_of("E-0001", Stream.RATING) < 0.5 else 0.5, 3.0 if u_of("E-0002", Stream.RATING) < 0.5 else 1.0]
    weighted = 6_000_000 * f[0] + 9_000_000 * f[1]
    after = dict(events_of(output, "merit").select("employee_id", "salary_after_cents").iter_rows())
    for name, salary, factor in [("E-0001", 6_000_000, f[0]), ("E-0002", 9_000_000, f[1])]:
        fraction = int(40_000 * factor * 15_000_000 / weighted + 0.5)  # ppm, half up
        assert after[name] == (2 * salary * (1_000_000 + fraction) + 1_000_000) // 2_000_000


def test_the_merit_pool_is_spent_to_within_a_millionth_and_half_a_cent_a_person() -> None:
    ratings = {name: {"share": 0.25, "factor": factor} for name, factor in zip("pqrs", (0, 0.7, 1.1, 1.9), strict=True)}
    compensation = {"cola_rate": 0.02, "merit_pool": 0.033333, "ratings": ratings, "merit_factors": {"A": 1.2345}}
    compensation["merit_month_weights"] = [1.0] * 12
    salaries = [5_000_000 + 12_345 * i for i in range(200)]
    opening = opened(200, salary_cents=salaries, level=["A", "B"] * 100)
    output = simulate(configured(compensation=compensation), opening)
    merit = events_of(output, "merit")
    spent = sum(merit["salary_after_cents"].to_list()) - sum(merit["salary_before_cents"].to_list())
    # Nobody leaves and cost of living comes on 1 January: the payroll of the pool is every salary after it.
    payroll = sum((2 * salary * 1_020_000 + 1_000_000) // 2_000_000 for salary in salaries)
    assert abs(spent - 0.033333 * payroll) <= payroll / 1_000_000 + 0.5 * 200
    assert 100 < merit.height < 200  # a factor of 0 gives no row


def test_a_pool_over_factors_of_zero_is_not_spent() -> None:
    compensation = {"merit_pool": 0.03, "merit_factors": {"A": 0}}
    assert simulate(configured(compensation=compensation), opened(3)).events.height == 0


# Stochastic mode, tables, and a few laws


def test_in_stochastic_mode_those_leave_whose_draw_is_below_their_chance() -> None:
    config = configured(simulation={"target_growth_rate": -0.9}, workforce=rates(0.3, headcount="stochastic"))
    output = simulate(config, opened(50))
    expected = {f"E-{i:04d}" for i in range(1, 51) if u_of(f"E-{i:04d}", Stream.TERMINATION) < 0.3}
    assert set(events_of(output, "termination")["employee_id"]) == expected
    assert expected
    assert output.summary.select("reductions", "hires").row(0) == (0, 0)


def test_the_tables_have_their_columns_and_types() -> None:
    growing = {"simulation": {"target_growth_rate": 0.5}, "workforce": rates(0.2, 0.2), "promotion": promoting()}
    config = configured(2026, **growing, plan={"enabled": False})
    output = simulate(config, opened(10))
    for frame, table in [
        (output.events, tables.EVENTS),
        (output.snapshots, tables.SNAPSHOTS),
        (output.summary, tables.SUMMARY),
    ]:
        assert frame.columns == tables.names(table)
        fixed = {column.name: column.dtype for column in table if column.dtype is not tables.NAME}
        assert {name: frame.schema[name] for name in fixed} == fixed
        planned = [column.name for column in table if column.owner == "plan"]
        assert all(frame[name].null_count() == frame.height for name in planned)
    assert output.snapshots.schema["level"] == pl.Enum(["A", "B"])
    text = opened(2).staff.with_columns(department=pl.lit("East"))
    assert simulate(config, Opening(text, opened().levels)).snapshots.schema["department"] == pl.String


def test_an_empty_opening_stays_empty() -> None:
    for headcount in ("exact", "stochastic"):
        config = configured(simulation={"target_growth_rate": 0.5}, workforce=rates(0.2, headcount=headcount))
        output = simulate(config, opened(0))
        assert output.events.height == output.snapshots.height == 0
        assert output.summary.select("headcount_opening", "hires", "headcount_closing").row(0) == (0, 0, 0)
        assert output.summary["average_salary_cents"].item() is None


def test_snapshots_say_who_stayed_and_who_came_and_ages_count_on_1_january_or_the_hire_date() -> None:
    config = configured(2026, simulation={"target_growth_rate": 0.5}, workforce=rates(0.25, 0.25))
    output = simulate(config, opened(40, birth_date=[day("1985-01-01")] * 40))
    for year, opening, closing in [(2025, 40, 60), (2026, 60, 90)]:
        snapshot = output.snapshots.filter(pl.col("year") == year)
        status = snapshot["status"].cast(pl.String).to_list()
        assert status.count("continuing") + status.count("terminated") == opening
        assert status.count("continuing") + status.count("new_hire") == closing
        census = snapshot.filter(pl.col("employee_id").str.starts_with("E-"))
        assert set(census.select("age", "tenure_years").iter_rows()) == {(year - 1985, year - 2016)}


def test_a_longer_run_begins_with_the_shorter_one_and_another_replicate_differs() -> None:
    sections = {
        "simulation": {"target_growth_rate": 0.1},
        "workforce": rates(0.2, 0.2),
        "promotion": {"base_rate": 0.3},
    }
    short = simulate(configured(2025, **sections), opened(30))
    long = simulate(configured(2027, **sections), opened(30))
    assert long.events.filter(pl.col("year") == 2025).equals(short.events)
    assert long.snapshots.filter(pl.col("year") == 2025).equals(short.snapshots)
    other = simulate(configured(2025, **sections), opened(30), replicate=1)
    assert set(other.events["replicate"]) == {1}
    assert not other.events.drop("replicate").equals(short.events.drop("replicate"))


def test_the_ledger_day_by_day_gives_salaries_and_earnings() -> None:
    everything = {
        "simulation": {"target_growth_rate": {2025: 0.2, 2027: -0.1}},
        "workforce": rates(0.15, 0.25),
        "promotion": promoting(base_rate=0.4, minimum_tenure=0) | {"date": None, "month_weights": [1] * 12},
        "compensation": {"cola_rate": 0.03, "cola_date": "05-01", "merit_pool": 0.04, "merit_month_weights": [1] * 12},
    }
    output = simulate(configured(2028, **everything), opened(25))
    raises = output.events.filter(pl.col("salary_after_cents").is_not_null()).sort(
        "effective_date", maintain_order=True
    )
    rows: dict[tuple[int, str], dict[dt.date, int]] = {}
    for year, who, on, salary in raises.select(
        "year", "employee_id", "effective_date", "salary_after_cents"
    ).iter_rows():
        rows.setdefault((year, who), {})[on] = salary
    closing: dict[str, int] = {f"E-{i:04d}": 10_000_000 for i in range(1, 26)}
    columns = [
        "year",
        "employee_id",
        "hire_date",
        "termination_date",
        "opening_salary_cents",
        "salary_cents",
        "earnings_cents",
    ]
    for year, who, hired, last, opening, salary, earnings in output.snapshots.select(columns).iter_rows():
        assert opening == closing.pop(who, None)
        date, today, total = max(hired, dt.date(year, 1, 1)), opening, 0
        while date <= (last or dt.date(year, 12, 31)):
            today = rows.get((year, who), {}).get(date, today)
            total += today
            date += dt.timedelta(days=1)
        days = dt.date(year, 12, 31).timetuple().tm_yday
        assert (today, (2 * total + days) // (2 * days)) == (salary, earnings)
        if last is None:
            closing[who] = today
    kinds = {"hire", "eligibility", "promotion", "cola", "merit", "termination"}
    assert set(output.events["event_type"].cast(pl.String)) > kinds


def test_unknown_level_names_are_an_error() -> None:
    config = configured(compensation={"merit_factors": {"Z": 1}})
    with pytest.raises(SimulationError, match="merit_factors names 1 levels that the opening does not have"):
        simulate(config, opened())

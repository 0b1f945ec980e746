"""The reference model's terminations against cases by hand: who is certain, and when the year's hires leave."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.unit.plain_firms import EVEN, SEED, configured, day, events_of, opened, rates, u_of
from workforce_sim import draws
from workforce_sim.config import Config, Level
from workforce_sim.draws import Stream
from workforce_sim.errors import SimulationError
from workforce_sim.reference import simulate
from workforce_sim.reference.chance import chances_in_proportion, taking_order
from workforce_sim.reference.hazard import curve_through, hire_dates, hire_hazard, level_curve
from workforce_sim.store.ledger import fingerprint
from workforce_sim.tables.output import Tables as Output

CURVE = {30: 0.06, 60: 0.09, 90: 0.11, 180: 0.16}


def by_tenure(*steps: tuple[int, float]) -> dict[str, Any]:
    return {"rates": [{"age_from": 0, "tenure_from": tenure, "value": value} for tenure, value in steps]}


def terminated(output: Output) -> dict[str, str]:
    """Return the cause of each of the opening staff who leave."""
    gone = output.snapshots.filter(pl.col("status").cast(pl.String) == "terminated")["employee_id"]
    rows = events_of(output, "termination").filter(pl.col("employee_id").is_in(gone.implode()))
    return dict(rows.select("employee_id", pl.col("cause").cast(pl.String)).iter_rows())


# Who is certain to leave


def mixed_tenures(certain: set[int], size: int = 10) -> dict[str, Any]:
    """Hire dates of people with 0 years of service on 1 January 2025, and with 9 years."""
    return {"hire_date": [day("2024-03-01" if i in certain else "2015-06-01") for i in range(1, size + 1)]}


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3])
def test_rates_of_1_count_in_exact_headcount(rate: float) -> None:
    config = configured(workforce=rates(rate), terminations=by_tenure((0, 1.0), (1, 0.5)))
    output = simulate(config, opened(10, **mixed_tenures({2, 5, 9})))
    # X = max(half up(10 rate), 3) = 3, whoever has the smallest draw.
    assert terminated(output).keys() == {"E-0002", "E-0005", "E-0009"}
    assert output.summary.select("hires", "reductions", "headcount_closing").row(0) == (3, 0, 10)


def test_beside_the_certain_the_others_share_what_is_left_in_proportion() -> None:
    certain = {2, 5, 9}
    config = configured(workforce=rates(0.5), terminations=by_tenure((0, 1.0), (1, 0.02)))
    output = simulate(config, opened(10, **mixed_tenures(certain)))
    # T = 5, of whom 3 are certain. The other 7, all alike, make up 2: those with the smallest draws.
    others = sorted(set(range(1, 11)) - certain, key=lambda i: u_of(f"E-{i:04d}", Stream.TERMINATION))
    assert terminated(output).keys() == {f"E-{i:04d}" for i in certain | set(others[:2])}


def test_rates_below_1_pick_the_same_number_whatever_they_are() -> None:
    low, high = (configured(2027, workforce=rates(0.2), terminations=by_tenure((0, rate))) for rate in (0.02, 0.999999))
    assert fingerprint(simulate(low, opened(10))) == fingerprint(simulate(high, opened(10)))


def test_a_level_factor_may_make_somebody_certain() -> None:
    levels = (Level(name="A"), Level(name="B", termination_factor=2))
    config = configured(workforce=rates(0.0), terminations=by_tenure((0, 0.5)))
    output = simulate(config, opened(6, levels, level=["A", "B", "A", "B", "A", "A"]))
    assert terminated(output).keys() == {"E-0002", "E-0004"}


def test_factors_and_the_default_table_make_nobody_certain() -> None:
    fifty = [{"from": 0, "factor": 50}]
    levels = (Level(name="A", termination_factor=50),)
    for terminations in ({"age_factors": fifty, "tenure_factors": fifty}, {}):
        output = simulate(configured(workforce=rates(0.0), terminations=terminations), opened(5, levels))
        assert terminated(output) == {}


@pytest.mark.parametrize("certain", [{1, 2}, {3, 4}, {1, 4}])
def test_the_certain_leave_for_a_usual_cause_and_others_by_reduction(certain: set[int]) -> None:
    config = configured(
        simulation={"target_growth_rate": -0.9},
        workforce=rates(0.25),
        terminations=by_tenure((0, 1.0), (1, 0.5)) | {"causes": [{"from": 0, "retirement": 1.0}]},
    )
    output = simulate(config, opened(4, **mixed_tenures(certain, 4)))
    # Target half up(0.4) = 0: all four leave. X = max(1, 2) = 2, so two by reduction: those who are not certain.
    expected = {f"E-{i:04d}": "retirement" if i in certain else "reduction" for i in range(1, 5)}
    assert terminated(output) == expected


def test_more_certain_terminations_than_the_target_lets_go_are_replaced() -> None:
    config = configured(
        simulation={"target_growth_rate": -0.2}, workforce=rates(0.0, 0.5), terminations=by_tenure((0, 1.0))
    )
    output = simulate(config, opened(10))
    # All ten leave; the target is 8; 8 / 0.5 = 16 hires, 8 of whom leave.
    columns = "terminations_opening_staff", "reductions", "hires", "headcount_closing"
    assert output.summary.select(columns).row(0) == (10, 0, 16, 8)


def test_who_is_certain_leaves_in_a_good_year_too() -> None:
    config = configured(
        workforce=rates(0.0, headcount="stochastic"),
        terminations=by_tenure((0, 1.0)),
        uncertainty={"year_effects": {"terminations": 1.0}},
    )
    # Replicate 0 in 2025 with s = 1: F = 528,384, and 1 x F would keep about half of them.
    assert len(terminated(simulate(config, opened(50)))) == 50


# The share of hires gone by a day


def test_a_curve_runs_on_straight_lines_from_0_and_on_at_its_last_slope() -> None:
    gone = curve_through(CURVE)
    assert [gone[k] for k in (0, 1, 15, 30, 45, 60, 90, 180)] == [
        0,
        2000,
        30_000,
        60_000,
        75_000,
        90_000,
        110_000,
        160_000,
    ]
    # Beyond day 180 by (160,000 - 110,000) / 90 = 555.6 a day: 160,000 + 185 x 555.6 = 262,777.8.
    assert gone[365] == 262_778
    # 10 ppm by day 3: 3.33 and 6.67. 1 ppm by day 2: half a ppm goes up; 1.5 on day 3 as well.
    assert list(curve_through({3: 0.00001})[:4]) == [0, 3, 7, 10]
    assert list(curve_through({2: 0.000001})[:5]) == [0, 1, 1, 2, 2]
    # One knot goes on from 0, to 1 at most: 0.9 by day 90 is 0.01 a day.
    assert [curve_through({90: 0.9})[k] for k in (89, 90, 99, 100, 101, 365)] == [
        890_000,
        900_000,
        990_000,
        1_000_000,
        1_000_000,
        1_000_000,
    ]
    # Nobody for a month, and nobody after two.
    flat = curve_through({30: 0.0, 60: 0.2, 90: 0.2})
    assert [flat[k] for k in (29, 30, 45, 60, 75, 365)] == [0, 0, 100_000, 200_000, 200_000, 200_000]


@pytest.mark.parametrize(
    ("year", "months", "share_ppm"),
    [
        # A thousandth a day. 364 to 1 days left: 182.5 on average; 365 to 1 in a leap year: 183.
        (2025, None, 182_500),
        (2028, None, 183_000),
        # From 1 to 30 December 30 to 1 days are left.
        (2025, [0] * 11 + [1], 15_500),
        # January: 364 to 334 days left. 31 days of 32,258,065 against 30 of 32,258,065: (31 x 349 + 30 x 15.5) / 61.
        (2025, [1] + [0] * 10 + [1], 184_984),
    ],
)
def test_a_curve_says_how_many_hires_leave(year: int, months: Any, share_ppm: int) -> None:
    config = configured(
        2028,
        workforce=rates(0.0, 0.9),
        terminations={"new_hire_hazard": {364: 0.364}},
        hiring={"month_weights": months} if months else {},
    )
    assert hire_hazard(config, year).share_ppm == share_ppm


def test_the_level_hazard_is_the_least_that_loses_the_share() -> None:
    # Two days are left to everybody: S S <= 0.81, so S = 0.9. After three days 1 - 0.729 are gone.
    assert list(level_curve(190_000, [(2, 1)])[:4]) == [0, 100_000, 190_000, 271_000]
    # A day is left to three, two days to one: 3 (1 - S) + (1 - S S) >= 4 x 0.1375, so
    # S S + 3 S = 3.45: S = (sqrt(22.8) - 3) / 2 = 0.8874673..., so 1 - S is 112,532.7 ppm; floors reach
    # 550,000 only with 112,533, at S = 0.887467, where 1 - S S is 212,402.3 ppm.
    assert list(level_curve(137_500, [(1, 3), (2, 1)])[:3]) == [0, 112_533, 212_402]
    assert list(level_curve(0, [(2, 1)])) == [0] * 366
    assert list(level_curve(1_000_000, [(1, 1), (2, 1)])) == [0] + [1_000_000] * 365


def test_at_60_percent_a_hire_of_1_january_leaves_with_89_percent_and_of_1_march_with_84() -> None:
    dates = hire_dates(None, 2025)
    assert (dates[0], dates[-1], len(dates)) == ((364, 1), (1, 1), 364)
    gone = level_curve(600_000, dates)
    assert (gone[364], gone[305]) == (891_641, 844_653)
    mean = sum(gone[days] for days, _ in dates) / len(dates)
    assert 600_000 <= mean < 600_001


# The year's hires


def hiring(hazard: Any, share: float = 0.0, headcount: str = "exact", **sections: Any) -> Config:
    """Everybody stays but the year's hires, and headcount doubles."""
    return configured(
        simulation={"target_growth_rate": 1.0},
        workforce=rates(0.0, share, headcount=headcount),
        terminations={"age_factors": EVEN, "new_hire_hazard": hazard},
        **sections,
    )


def u_of_hire(employee_id: str, stream: Stream) -> float:
    person = draws.person_number(SEED, 0, draws.hire_key(2025, int(employee_id[-6:])))
    return draws.uniform(person, draws.decision(SEED, 2025, stream))


def hires_of(output: Output) -> list[tuple[str, int, int | None]]:
    """Return id, days left on the hire date, and days employed after it of those who leave."""
    hires = output.snapshots.filter(pl.col("opening_salary_cents").is_null()).sort("employee_id")
    rows = hires.select("employee_id", "hire_date", "termination_date").iter_rows()
    last = dt.date(2025, 12, 31)
    return [(who, (last - hired).days, None if gone is None else (gone - hired).days) for who, hired, gone in rows]


def first_day_beyond(gone: Any, place: int) -> int:
    return next(k for k, value in enumerate(gone) if value > place)


@pytest.mark.parametrize(("hazard", "share"), [("level", 0.5), (CURVE, 0.0), ({30: 0.0, 60: 1.0}, 0.0)])
def test_exact_terminations_among_hires_follow_the_hazard_and_so_do_their_dates(hazard: Any, share: float) -> None:
    config = hiring(hazard, share)
    found = hires_of(simulate(config, opened(40)))
    curve = hire_hazard(config, 2025)
    # As many hires as let 40 stay, and as many of them leave as are too many.
    number = -(-40_000_000 // (1_000_000 - curve.share_ppm))
    assert len(found) == number > 40
    chances = chances_in_proportion([curve.gone[left] for _, left, _ in found], (number - 40) * 1_000_000)
    us = [u_of_hire(who, Stream.HIRE_TERMINATION) for who, _, _ in found]
    order = taking_order(chances, us, [draws.hire_key(2025, int(who[-6:])) for who, _, _ in found])
    stays = {found[i][0] for i in range(number)} - {found[i][0] for i in order[: number - 40]}
    for who, left, after in found:
        place = int(u_of_hire(who, Stream.HIRE_LEAVING_DATE) * curve.gone[left])
        assert after == (None if who in stays else first_day_beyond(curve.gone, place))


def test_nobody_leaves_on_days_on_which_the_curve_stands_still() -> None:
    found = hires_of(simulate(hiring({30: 0.0, 60: 0.5, 90: 0.5}), opened(200)))
    days = [after for _, _, after in found if after is not None]
    assert (min(days), max(days)) == (31, 60)


@pytest.mark.parametrize(("hazard", "share"), [("level", 0.5), (CURVE, 0.0)])
def test_hires_who_leave_freely_do_so_with_the_share_gone_by_31_december(hazard: Any, share: float) -> None:
    config = hiring(hazard, share, "stochastic")
    found = hires_of(simulate(config, opened(60)))
    gone = hire_hazard(config, 2025).gone
    expected = {who for who, left, _ in found if u_of_hire(who, Stream.HIRE_TERMINATION) < gone[left] / 1_000_000}
    assert {who for who, _, after in found if after is not None} == expected
    assert 0 < len(expected) < len(found)


def test_a_years_factor_multiplies_each_ones_share_and_moves_no_date() -> None:
    with_year, without = (
        hires_of(
            simulate(hiring("level", 0.6, "stochastic", uncertainty={"year_effects": {"terminations": s}}), opened(90))
        )
        for s in (1.0, 0.0)
    )
    gone = hire_hazard(hiring("level", 0.6), 2025).gone
    # F = 528,384: at most (2 G F + 10^6) // (2 10^6) ppm of them.
    expected = {
        who
        for who, left, _ in without
        if u_of_hire(who, Stream.HIRE_TERMINATION) < (2 * gone[left] * 528_384 + 10**6) // (2 * 10**6) / 10**6
    }
    assert {who for who, _, after in with_year if after is not None} == expected
    dates = {who: after for who, _, after in without}
    assert [who for who, _, after in with_year if after is not None and after != dates[who]] == []
    assert len(expected) < sum(after is not None for _, _, after in without)


def test_the_days_left_are_the_default() -> None:
    named = hiring("days_left", 0.4)
    default = configured(simulation={"target_growth_rate": 1.0}, workforce=rates(0.0, 0.4))
    assert fingerprint(simulate(named, opened(30))) == fingerprint(simulate(default, opened(30)))
    for who, left, after in hires_of(simulate(named, opened(30))):
        if after is not None:
            assert after == 1 + int(u_of_hire(who, Stream.HIRE_LEAVING_DATE) * left)


def test_a_curve_with_which_no_hire_stays_is_an_error_that_names_it() -> None:
    with pytest.raises(
        SimulationError, match=r"2025: 10 more employees are needed, and with terminations\.new_hire_hazard 1"
    ):
        simulate(hiring({1: 1.0}), opened(10))
    assert simulate(configured(terminations={"age_factors": EVEN, "new_hire_hazard": {1: 1.0}}), opened(10)).summary[
        "headcount_closing"
    ].to_list() == [10]


def test_too_many_hires_name_the_curve() -> None:
    config = configured(
        simulation={"target_growth_rate": 1.0},
        workforce=rates(0.0, max_hires_ratio=1.1),
        terminations={"age_factors": EVEN, "new_hire_hazard": {364: 0.364}},
    )
    # 10 / (1 - 0.1825) = 12.2 -> 13
    with pytest.raises(SimulationError, match=r"13 hires for an opening of 10 .*new_hire_hazard \(0\.1825\)"):
        simulate(config, opened(10))


def test_as_many_hires_as_must_leave_do_though_the_curve_lets_nobody_go() -> None:
    # Nobody leaves before day 360, all from day 364 on: only a hire of the first four days of January could leave.
    output = simulate(hiring({360: 0.0, 364: 1.0}), opened(10))
    gone = events_of(output, "termination").filter(pl.col("employee_id").str.starts_with("NH-"))
    assert (output.summary["hires"][0], gone["effective_date"].to_list()) == (11, [day("2025-12-31")])

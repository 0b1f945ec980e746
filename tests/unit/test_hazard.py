"""Exits of the year's hires: the share that leaves, how soon, and who is certain to."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from tests import support
from tests.support_statistics import matches, spread_as
from workforce_sim import ConfigError, SimulationError, load_config, simulate
from workforce_sim.cli.main import main
from workforce_sim.config import Config, with_changes
from workforce_sim.dates import PlanYear
from workforce_sim.engine.hazard import certain_days, hire_exits
from workforce_sim.tables.output import Tables

ISSUE = {30: 0.06, 60: 0.09, 90: 0.11, 180: 0.16}
SUMMER = [0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0]


def config(hazard: Any = "level", rate: Any = 0.6, **sections: Any) -> Config:
    workforce = {"new_hire_termination_rate": rate, "max_hires_ratio": 1000.0, **sections.pop("workforce", {})}
    chosen = {"plan": {"enabled": False}, "workforce": workforce, **sections}
    return support.configured(terminations={"new_hire_hazard": hazard}, **chosen)


def gone(hazard: Any = "level", rate: float = 0.6, year: int = 2025, **sections: Any) -> Any:
    found = hire_exits(config(hazard, rate, **sections), PlanYear(year)).gone
    assert found is not None
    return found


# --- level ------------------------------------------------------------------------------------------------------------


def test_at_a_level_hazard_hires_of_january_are_not_certain_to_leave() -> None:
    found = gone()
    assert (found[364], found[305], found[1]) == (891_641, 844_653, 6_086)  # of 1 January, 1 March, 30 December
    assert abs(found[1:].mean() - 600_000) < 1  # over the hire dates of the year


@pytest.mark.parametrize("rate", [0.000001, 0.0001, 0.25, 0.6, 0.97])
@pytest.mark.parametrize("months", [None, SUMMER, [1.0] * 12, [0.000001, *[0] * 10, 1000.0]])
@pytest.mark.parametrize("year", [2024, 2025])
def test_one_daily_hazard_lets_the_wanted_share_leave_over_the_hire_dates(rate: float, months: Any, year: int) -> None:
    chosen = config("level", rate, hiring={"month_weights": months})
    found, days = hire_exits(chosen, PlanYear(year)).gone, PlanYear(year).days
    assert found is not None
    assert len(found) == days
    stays = 1 - found[1:] / 10**6
    early = stays[:20] > 0.01
    daily = stays[:20][early] ** (1 / np.arange(1, 21)[early])
    assert daily.max() - daily.min() < 3e-5  # rounded to millionths
    profile = PlanYear(year).profile(months)
    weights = np.ones(days - 1) if profile is None else np.diff(profile[:-1], prepend=0.0)
    assert abs((weights[::-1] * found[1:]).sum() / weights.sum() - rate * 10**6) < 1.5


@pytest.mark.parametrize(("rate", "share"), [(0.0, 0), (1.0, 10**6)])
def test_a_rate_of_0_lets_nobody_leave_and_one_of_1_everybody(rate: float, share: int) -> None:
    assert (gone("level", rate)[1:] == share).all()


# --- a curve ----------------------------------------------------------------------------------------------------------


def test_a_curve_is_straight_between_its_days_and_goes_on_after_the_last() -> None:
    found = gone(ISSUE)
    assert [found[day] for day in (0, 1, 15, 30, 45, 60)] == [0, 2_000, 30_000, 60_000, 75_000, 90_000]
    assert [found[day] for day in (75, 90, 180, 270, 360)] == [100_000, 110_000, 160_000, 210_000, 260_000]


@pytest.mark.parametrize(
    ("curve", "shares"),
    [
        ({30: 0.5}, {15: 500_000 // 2, 30: 500_000, 45: 750_000, 60: 10**6, 364: 10**6}),  # at most everybody
        ({30: 0.2, 60: 0.2}, {30: 200_000, 60: 200_000, 364: 200_000}),  # level after the first month
        ({365: 0.365}, {1: 1_000, 364: 364_000}),
        ({1: 1.0}, {1: 10**6, 2: 10**6}),
        ({10: 0.0, 20: 0.5}, {5: 0, 10: 0, 11: 50_000, 30: 10**6}),
        ({3: 0.000001}, {1: 0, 2: 1, 3: 1, 4: 1, 5: 2}),  # half up of 1/3, 2/3, 1, 4/3, 5/3
    ],
)
def test_other_curves(curve: Any, shares: dict[int, int]) -> None:
    found = gone(curve)
    assert {day: found[day] for day in shares} == shares


def test_a_curve_says_how_many_leave_and_the_rate_plays_no_part() -> None:
    rates = {hire_exits(config(ISSUE, rate), PlanYear(2025)).rate for rate in (0.0, 0.25, 1.0)}
    assert rates == {157_350}  # the mean over 364 hire dates
    late = {"hiring": {"month_weights": [*[0] * 11, 1]}}
    assert hire_exits(config(ISSUE, **late), PlanYear(2025)).rate == 31_000  # 30 dates: 2,000 to 60,000


def test_days_are_read_in_their_order_also_as_text() -> None:
    written = {"90": 0.11, 30: 0.06, "180": 0.16, 60: 0.09}
    assert list(config(written).terminations.new_hire_hazard.items()) == list(ISSUE.items())
    again = Config.model_validate_json(config(ISSUE).model_dump_json(by_alias=True))
    assert again == config(ISSUE)


@pytest.mark.parametrize(
    ("hazard", "what"),
    [
        ({}, "at least one day"),
        ({30: 0.2, 60: 0.1}, "must not fall"),
        ({0: 0.1}, "greater than or equal to 1"),
        ({366: 0.1}, "less than or equal to 365"),
        ({30: 1.1}, "less than or equal to 1"),
        ({30: 0.1234567}, "more than 6 decimals"),
        ({30: 0.1, "30": 0.2}, "names a day twice"),
        ({"thirty": 0.1}, "valid integer"),
        ({30.5: 0.1}, "valid integer"),
        ("steep", "'days_left' or 'level'"),
        ([0.1], "'days_left' or 'level'"),
    ],
)
def test_what_is_no_hazard_is_refused(hazard: Any, what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        config(hazard)


def test_a_hazard_of_a_file_is_refused_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0}\nrandom_seed: 1\n"
        "workforce: {total_termination_rate: 0.1}\nterminations:\n  new_hire_hazard: {30: 0.2, 60: 0.1}\n"
    )
    with pytest.raises(ConfigError, match=r"a\.yaml:5:\d+: terminations\.new_hire_hazard: .*must not fall"):
        load_config(file)


# --- in a run ---------------------------------------------------------------------------------------------------------


def hires(chosen: Config, staff: int = 20_000, replicates: tuple[int, ...] = (0,)) -> pl.DataFrame:
    tables: Tables = support.fast(support.synthetic(staff, chosen), replicates)
    new = tables.snapshots.filter(pl.col("opening_salary_cents").is_null())
    stayed = (pl.col("termination_date") - pl.col("hire_date")).dt.total_days()
    return new.select("replicate", "hire_date", left=pl.col("termination_date").is_not_null(), stayed=stayed)


@pytest.mark.parametrize("mode", ["exact", "stochastic"])
@pytest.mark.parametrize("hazard", ["level", ISSUE, {2: 0.3, 200: 0.5}])
def test_hires_leave_as_the_hazard_says_by_their_date_and_by_the_day(mode: str, hazard: Any) -> None:
    rate = 0.4 if hazard == "level" else 0.25
    chosen = config(hazard, rate, workforce={"headcount": mode}, simulation={"target_growth_rate": 1.0})
    table = hire_exits(chosen, PlanYear(2025))
    new = hires(chosen)
    assert table.gone is not None
    assert matches(new["left"].sum(), new.height, table.rate / 10**6, off=0.08)
    days = (dt.date(2025, 12, 31) - pl.col("hire_date")).dt.total_days()
    early = new.filter(days > 182)
    expected = table.gone[183:].mean() / 10**6
    assert matches(early["left"].sum(), early.height, expected, off=0.1)
    left = early.filter("left")["stayed"].to_numpy()
    assert left.min() >= 1
    months = list(itertools.pairwise([0, 30, 60, 90, 120, 182]))
    observed = [((left > a) & (left <= b)).sum() for a, b in months]
    assert spread_as(observed, [table.gone[b] - table.gone[a] for a, b in months])


def test_days_left_are_what_they_were() -> None:
    chosen, left_out = config("days_left", 0.25), support.configured(plan={"enabled": False})
    assert "new_hire_hazard" not in left_out.terminations.model_fields_set
    assert hire_exits(chosen, PlanYear(2025)).gone is None
    tables = [support.fast(support.synthetic(200, each)) for each in (chosen, left_out)]
    support.assert_same(*tables)


@pytest.mark.parametrize("hazard", [{300: 0.0, 360: 0.5}, "level"])
def test_as_many_as_planned_can_always_leave_in_exact_headcount(hazard: Any) -> None:
    """The weight of most is 0: one at least lets the year close on its target."""
    chosen = config(hazard, 0.000001, simulation={"target_growth_rate": 0.5}, hiring={"month_weights": SUMMER})
    for size in (3, 10):
        summary = support.fast(support.synthetic(size, chosen)).summary
        assert summary["headcount_closing"].to_list() == [(3 * size + 1) // 2]


def test_an_early_curve_in_a_bad_year_takes_more_and_nobody_twice() -> None:
    bad = {"uncertainty": {"year_effects": {"terminations": 1.0}}}
    chosen = config({30: 0.3, 60: 0.5}, workforce={"headcount": "stochastic"}, **bad)
    by_replicate = hires(chosen, 2_000, tuple(range(6))).group_by("replicate").agg(pl.col("left").mean())
    shares = by_replicate["left"].to_list()
    assert max(shares) - min(shares) > 0.2


def test_where_every_hire_leaves_a_year_that_needs_some_is_an_error_that_names_the_curve() -> None:
    with pytest.raises(SimulationError, match=r"or terminations\.new_hire_hazard, is 1; lower it"):
        hires(config({1: 1.0}), 20)


# --- what is said of it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hazard", "rate", "days", "note"),
    [
        ("days_left", 0.5, None, ""),
        (
            "days_left",
            0.6,
            293,
            "hires before March 14 are certain to terminate in 2025, by days_left at a rate of 0.6;",
        ),
        ("days_left", {2025: 0.5, 2026: 0.6}, None, "before March 14 are certain to terminate in 2026, by days_left"),
        ("level", 0.9, None, ""),
        ({30: 0.5}, 0.25, 60, "hires before November 2 are certain to terminate in 2025, by the curve"),
        (ISSUE, 0.25, None, ""),
    ],
)
def test_a_note_says_who_is_certain_to_leave(
    hazard: Any, rate: Any, days: int | None, note: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    years = {"simulation.end_year": 2026}
    chosen = with_changes(config(hazard, rate, simulation={"target_growth_rate": -0.5}), years)
    assert certain_days(chosen, PlanYear(2025)) == days
    said = [line for line in simulate(chosen, census=support.synthetic(20, chosen).census).notes if "certain" in line]
    assert len(said) == bool(note)
    assert note in "".join(said)
    file = tmp_path / "a.yaml"
    file.write_text(chosen.model_dump_json(by_alias=True))
    assert main(["config", "check", str(file)]) == 0
    out = capsys.readouterr().out
    assert all(line in out for line in said)
    assert ("certain to terminate" in out) == bool(note)


def test_months_without_hires_make_nobody_certain() -> None:
    assert certain_days(config("days_left", 0.6, hiring={"month_weights": SUMMER}), PlanYear(2025)) is None
    assert certain_days(config({300: 0.0, 301: 1.0}, hiring={"month_weights": SUMMER}), PlanYear(2025)) is None


def test_a_note_says_that_rates_count_in_proportion_alone_where_headcount_is_exact() -> None:
    table = [{"age_from": 0, "tenure_from": 0, "value": 0.02}]
    chosen = support.configured(terminations={"rates": table})
    staff = support.synthetic(20, chosen).census
    assert any(note.startswith("terminations.rates: with") for note in simulate(chosen, census=staff).notes)
    for other in (
        support.configured(terminations={"rates": table}, workforce={"headcount": "stochastic"}),
        support.configured(),
    ):
        assert not any(note.startswith("terminations.rates") for note in simulate(other, census=staff).notes)

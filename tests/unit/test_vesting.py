"""Vesting: schedules by name and by list, and what the law asks of them."""

import typing
from typing import Any

import numpy as np
import polars as pl
import pytest

from workforce_sim.config.match import MatchPreset
from workforce_sim.config.plan import Plan
from workforce_sim.config.plan_values import presets
from workforce_sim.config.vesting import VestingName, schedule_bp
from workforce_sim.errors import ConfigError
from workforce_sim.plan.vesting import share_bp, slower_than_law, vested_cents, vested_share, vesting_warnings


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("immediate", [10000, 10000, 10000, 10000, 10000, 10000, 10000]),
        ("cliff_1", [0, 10000, 10000, 10000, 10000, 10000, 10000]),
        ("cliff_2", [0, 0, 10000, 10000, 10000, 10000, 10000]),
        ("cliff_3", [0, 0, 0, 10000, 10000, 10000, 10000]),
        ("graded_3", [0, 3333, 6667, 10000, 10000, 10000, 10000]),
        ("graded_4", [0, 2500, 5000, 7500, 10000, 10000, 10000]),
        ("graded_5", [0, 2000, 4000, 6000, 8000, 10000, 10000]),
        ("graded_6", [0, 0, 2000, 4000, 6000, 8000, 10000]),
        ("qaca_2", [0, 0, 10000, 10000, 10000, 10000, 10000]),
    ],
)
def test_schedules_by_name(name: str, shares: list[int]) -> None:
    assert [vested_share(name, years) for years in range(7)] == shares
    assert vested_share(name, pl.Series(range(7))).to_list() == shares
    assert vested_share(name, 80) == 10_000


def test_every_preset_has_its_name_in_the_schema() -> None:
    assert set(presets("vesting")) == set(typing.get_args(VestingName))
    assert set(presets("match")) == set(typing.get_args(MatchPreset))


def test_a_schedule_of_ones_own() -> None:
    assert [vested_share([0, 0.5, 1], years) for years in range(4)] == [0, 5000, 10_000, 10_000]


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("graded_7", "^schedule: unknown name; did you mean graded_6.* \\(known: immediate, cliff_1, "),
        ([], "^schedule: the last share must be 1"),
        ([0.0, 0.5], "the last share must be 1"),
        ([0.5, 0.4, 1.0], "never falls"),
        ([0.0, 0.33333, 1.0], "more than 4 decimals"),
        ([0.0, 1.5], "less than or equal to 1"),
    ],
)
def test_a_schedule_that_cannot_be_read(schedule: str | list[float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        vested_share(schedule, 3)


@pytest.mark.parametrize("schedule", [None, 3, {"match": "cliff_3"}])
def test_a_schedule_is_a_name_or_a_list(schedule: Any) -> None:
    with pytest.raises(TypeError, match="schedule: expected a name such as graded_6, or a list of shares"):
        vested_share(schedule, 2)


@pytest.mark.parametrize("years", [None, "2", True, ["2"]])
def test_years_of_another_kind(years: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^years"):
        vested_share("graded_6", years)


def test_a_list_or_an_array_of_years_is_a_column() -> None:
    assert (
        vested_share("graded_6", [2, 3]).to_list()
        == vested_share("graded_6", np.array([2, 3])).to_list()
        == [2000, 4000]
    )


@pytest.mark.parametrize("years", [-1, 2.5, pl.Series([1, None]), pl.Series([1, -2])])
def test_years_must_be_completed_years(years: float | pl.Series) -> None:
    with pytest.raises(ValueError, match=r"^years"):
        vested_share("graded_6", years)  # type: ignore[arg-type]


def test_everything_is_vested_at_retirement_age_death_and_disability() -> None:
    graded = schedule_bp("graded_6")

    assert share_bp(graded, 2, full=True) == 10_000
    assert share_bp(graded, np.array([2, 2]), np.array([True, False])).tolist() == [10_000, 2000]


def test_the_vested_part_of_a_balance() -> None:
    """Three years, graded: of 8,000 match 3,200 is kept and 4,800 forfeited."""
    assert vested_cents(800_000, vested_share("graded_6", 3)) == 320_000
    assert vested_cents(1, 5000) == 1


@pytest.mark.parametrize(
    ("schedule", "slower"),
    [
        ("cliff_3", False),
        ("graded_6", False),
        ((0.0, 0.0, 0.0, 0.0, 1.0), True),
        ((0.0, 0.0, 0.1, 0.99, 1.0), True),  # below the one at 2 years, below the other at 3
        ((0.0, 0.0, 0.1, 1.0), False),
        ((0.0, 0.0, 0.2, 0.4, 0.6, 0.8, 0.99, 1.0), True),
    ],
)
def test_the_slowest_that_the_law_allows(schedule: str | tuple[float, ...], slower: bool) -> None:
    assert slower_than_law(schedule_bp(schedule)) is slower


@pytest.mark.parametrize(
    ("vesting", "section"),
    [
        ({"match": [0, 0, 0, 0, 1.0]}, "411(a)(2)(B)"),
        ({"nonelective": [0, 0, 0, 0, 1.0]}, "411(a)(2)(B)"),
        ({"normal_retirement_age": 66}, "411(a)(8)"),
    ],
)
def test_each_warning_names_its_section_of_the_code(vesting: dict[str, Any], section: str) -> None:
    (warning,) = vesting_warnings(Plan.model_validate({"vesting": vesting}))

    assert f"IRC {section})" in warning


@pytest.mark.parametrize(
    "vesting",
    [{}, {"match": "qaca_2"}, {"match": "graded_6", "nonelective": "cliff_3"}, {"normal_retirement_age": 62}],
)
def test_what_the_law_allows_of_any_plan_has_no_warning(vesting: dict[str, Any]) -> None:
    assert vesting_warnings(Plan.model_validate({"vesting": vesting})) == []

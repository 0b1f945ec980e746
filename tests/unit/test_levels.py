"""Levels: their order, and the level of who has none."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_series_equal

from tests.censuses import config, people
from workforce_sim.census import SYNTHETIC, Census, read_census
from workforce_sim.census.completion import complete
from workforce_sim.census.opening import Opening
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.errors import CensusError


def completed(levels: list[dict[str, Any]] | None = None, **columns: Any) -> Opening:
    """Complete a census with the given columns, births and deferral rates known."""
    rows = max(len(value) for value in columns.values())
    known = people(rows, birth_date="1980-01-01", deferral_rate=0.0, **columns)
    return complete(read_census(known, config(pay_basis="annual")), config(levels=levels))


def names(opening: Opening) -> list[str]:
    assert opening.staff["level"].dtype == pl.Enum([level.name for level in opening.levels])
    return [level.name for level in opening.levels]


def test_whole_numbers_stand_in_numeric_order() -> None:
    assert names(completed(level=[10, 9, 2, -1])) == ["-1", "2", "9", "10"]


def test_equal_numbers_stand_in_the_order_of_their_text() -> None:
    assert names(completed(level=["1", "01", "0"])) == ["0", "01", "1"]


def test_other_names_stand_in_order_of_median_pay_ties_by_name() -> None:
    opening = completed(level=["z", "z", "b", "a", "c"], annual_salary=[1e4, 3e4, 2e4, 2e4, 1.9e4])

    assert names(opening) == ["c", "a", "b", "z"]


def test_one_name_that_is_no_number_makes_pay_decide() -> None:
    assert names(completed(level=["2", "1", "x"], annual_salary=[1e4, 2e4, 3e4])) == ["2", "1", "x"]


def test_an_enum_keeps_its_order_and_its_unused_names() -> None:
    level = pl.Series("level", ["low"], dtype=pl.Enum(["high", "none", "low"]))
    census = read_census(people(birth_date="1980-01-01").with_columns(level))

    assert names(complete(census, config())) == ["high", "none", "low"]


def test_configured_levels_stand_as_listed() -> None:
    opening = completed([{"name": "B"}, {"name": "A", "termination_factor": 0.5}], level=["A", "B", "A"])

    assert names(opening) == ["B", "A"]
    assert opening.levels[1].termination_factor == 0.5
    assert opening.staff["level"].to_list() == ["A", "B", "A"]
    assert opening.notes == ()


def test_a_census_without_levels_gets_five_cut_from_pay() -> None:
    opening = completed(annual_salary=[float(n) for n in range(101, 0, -1)])

    assert names(opening) == ["1", "2", "3", "4", "5"]
    counts = opening.staff["level"].value_counts(sort=False).sort("level")["count"].to_list()
    assert counts == [36, 30, 20, 10, 5]  # of 1, 2, ... 101 the cuts are at 36, 66, 86 and 96
    assert opening.staff["level"].to_list()[0] == "5"
    assert opening.notes[-1] == "level missing in 101 of 101 rows: 5 levels cut from pay"


def test_pay_equal_to_a_cut_stays_below_it() -> None:
    assert set(completed(annual_salary=[5e4] * 3).staff["level"]) == {"1"}


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [100]),
        (2, [75, 25]),
        (3, [55, 33, 12]),
        (5, [35, 30, 20, 10, 5]),
        (10, [18, 17, 15, 15, 10, 10, 5, 5, 3, 2]),
    ],
)
def test_configured_levels_without_pay_are_cut_in_the_proportions_of_five(count: int, expected: list[int]) -> None:
    opening = completed([{"name": f"L{n}"} for n in range(count)], annual_salary=[float(n) for n in range(1, 101)])

    held = opening.staff["level"].value_counts(sort=False).sort("level")["count"].to_list()
    assert sum(held) == 100
    assert all(abs(have - want) <= 1 for have, want in zip(held, expected, strict=True))


RANGES = [
    {"name": "A", "minimum": 30_000.0, "maximum": 50_000.0},
    {"name": "B", "minimum": 45_000.0, "maximum": 70_000.0},
    {"name": "C", "minimum": 65_000.0, "maximum": 90_000.0},
]


@pytest.mark.parametrize(
    ("salary", "level"),
    [
        (29_999.99, "A"),
        (30_000.0, "A"),
        (44_999.99, "A"),
        (45_000.0, "B"),
        (64_999.99, "B"),
        (65_000.0, "C"),
        (1e6, "C"),
    ],
)
def test_with_ranges_a_missing_level_is_the_highest_whose_minimum_is_reached(salary: float, level: str) -> None:
    opening = completed(RANGES, annual_salary=[salary, 1e6], level=[None, "A"])

    assert opening.staff["level"].to_list() == [level, "A"]
    assert opening.notes == ("level missing in 1 of 2 rows: the highest level whose minimum the salary reaches",)


@pytest.mark.parametrize(
    ("salary", "level"), [(1_000.0, "A"), (29_999.99, "A"), (30_000.0, "A"), (30_000.01, "B"), (1e6, "B")]
)
def test_without_ranges_a_missing_level_is_the_nearest_by_median_pay(salary: float, level: str) -> None:
    opening = completed(annual_salary=[salary, 1e4, 3e4, 4e4], level=[None, "A", "A", "B"])

    assert opening.staff["level"].to_list() == [level, "A", "A", "B"]
    assert opening.notes == ("level missing in 1 of 4 rows: the level whose median pay is nearest",)


def test_a_configured_level_that_nobody_has_is_not_imputed_without_a_range() -> None:
    levels = [{"name": "A"}, {"name": "B"}, {"name": "C"}]

    opening = completed(levels, annual_salary=[9e4, 1e4, 1e5], level=[None, "A", "C"])

    assert opening.staff["level"].to_list() == ["C", "A", "C"]


def test_levels_that_the_configuration_does_not_name_are_an_error() -> None:
    census = Census(read_census(people(2, level=["A", "Secret"])).frame)

    with pytest.raises(
        CensusError, match=r"1 of 2 employees have a level that workforce\.levels does not name"
    ) as caught:
        complete(census, config(levels=[{"name": "A"}]))
    assert "Secret" not in str(caught.value)


def test_an_invented_census_takes_the_configured_levels() -> None:
    opening = complete(synthetic_census(200), config(levels=RANGES))

    assert names(opening) == ["A", "B", "C"]
    assert opening.staff["level"].null_count() == 0
    assert opening.notes == ("level missing in 200 of 200 rows: the highest level whose minimum the salary reaches",)


def test_an_invented_census_keeps_levels_that_are_configured() -> None:
    census = synthetic_census(200)
    levels = [{"name": name} for name in ("Staff", "Senior", "Manager", "Director", "Executive")]

    opening = complete(census, config(levels=levels))

    assert census.source == SYNTHETIC
    assert_series_equal(opening.staff["level"], census.frame["level"])
    assert opening.notes == ()


def test_pay_is_compared_exactly_to_half_a_cent() -> None:
    frame = read_census(
        people(3, level=["A", "A", "B"], annual_salary=[0.01, 0.02, 0.02]), config(pay_basis="annual")
    ).frame
    more = pl.concat(
        [frame, frame.head(1).with_columns(level=pl.lit(None, pl.String), salary_cents=pl.lit(2, pl.Int64))]
    )

    assert complete(Census(more), config()).staff["level"].to_list()[-1] == "B"  # medians 1.5 and 2 cents


@pytest.mark.parametrize(("count", "notes"), [(50, 0), (51, 1)])
def test_very_many_levels_are_a_note(count: int, notes: int) -> None:
    opening = completed(level=[f"title {n}" for n in range(count)])

    assert len(opening.notes) == notes
    assert all(note.startswith("51 levels: if these are job titles") for note in opening.notes)

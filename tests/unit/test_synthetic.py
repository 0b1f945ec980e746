"""The invented census: the same people in any size, and figures like those it cites."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.censuses import config, data
from workforce_sim.census import SYNTHETIC, read_census
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.tables import CENSUS, names

OPENING = date(2025, 1, 1)


@pytest.fixture(scope="module")
def many() -> pl.DataFrame:
    """Return 100,000 employees with age and tenure in years."""
    years = [(pl.lit(OPENING) - pl.col(column)).dt.total_days() / 365.25 for column in ("birth_date", "hire_date")]
    return synthetic_census(100_000).frame.with_columns(age=years[0], tenure=years[1])


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_a_small_census_is_the_start_of_a_large_one(size: int) -> None:
    assert_frame_equal(synthetic_census(size).frame, synthetic_census(10_000).frame.head(size))


def test_the_table_is_that_of_a_census() -> None:
    census = synthetic_census(3)

    assert census.frame.columns == names(CENSUS)
    assert census.frame["employee_id"].to_list() == ["E-0000001", "E-0000002", "E-0000003"]
    assert census.frame["level"].dtype == pl.Enum(["Staff", "Senior", "Manager", "Director", "Executive"])
    assert (census.source, census.notes) == (SYNTHETIC, ())


def test_it_keeps_every_rule_of_a_census() -> None:
    assert_frame_equal(read_census(synthetic_census(20_000).frame, config()).frame, synthetic_census(20_000).frame)


def test_another_seed_gives_other_people() -> None:
    one, other = synthetic_census(1_000).frame, synthetic_census(1_000, seed=43).frame

    for column in ("birth_date", "hire_date", "salary_cents", "level", "department", "deferral_bp"):
        assert (one[column] != other[column]).mean() > 0.3


def test_another_year_moves_everybody() -> None:
    one, later = synthetic_census(1_000).frame, synthetic_census(1_000, as_of=date(2030, 1, 1)).frame

    moved = [(later[column] - one[column]).dt.total_days() for column in ("birth_date", "hire_date")]
    assert {int(days) for series in moved for days in series.unique()} <= {1_826, 1_827}
    assert_frame_equal(
        one.select("salary_cents", "level", "deferral_bp"), later.select("salary_cents", "level", "deferral_bp")
    )


@pytest.mark.parametrize(
    "arguments",
    [{"size": 0}, {"size": 1, "seed": -1}, {"size": 1, "seed": 2**63}, {"size": 1, "as_of": date(2025, 7, 2)}],
)
def test_what_cannot_be_invented_is_an_error(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="size must be at least 1"):
        synthetic_census(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"size": 5.5}, TypeError, "size must be a whole number, not float"),
        ({"size": "5"}, TypeError, "size must be a whole number, not str"),
        ({"size": 1, "seed": 1.0}, TypeError, "seed must be a whole number, not float"),
        ({"size": 1, "as_of": 2030}, TypeError, "as_of must be a date, not int"),
        ({"size": 1, "as_of": "soon"}, ValueError, "as_of must be a date written YYYY-MM-DD"),
        ({"size": 1, "as_of": "2030-07-02"}, ValueError, "as_of the first day of a month"),
    ],
)
def test_arguments_of_another_kind_are_named(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        synthetic_census(**arguments)


@pytest.mark.parametrize("as_of", ["2030-01-01", datetime(2030, 1, 1, 12, 0)])
def test_the_day_may_be_text_or_a_time_of_that_day(as_of: Any) -> None:
    assert_frame_equal(synthetic_census(20, as_of=as_of).frame, synthetic_census(20, as_of=date(2030, 1, 1)).frame)


def test_nobody_is_hired_before_eighteen_or_after_the_opening(many: pl.DataFrame) -> None:
    eighteenth = pl.col("birth_date").dt.offset_by("18y")

    assert many.filter(pl.col("hire_date") < eighteenth).is_empty()
    assert many["hire_date"].max() == date(2024, 12, 31)
    assert many["age"].min() >= 18
    assert many["age"].max() < 72


def test_salaries_are_whole_dollars(many: pl.DataFrame) -> None:
    assert (many["salary_cents"] % 100 == 0).all()
    assert many["salary_cents"].is_between(29_000_00, 900_000_00).all()


def test_ages_and_participation_are_those_of_a_us_employer(many: pl.DataFrame) -> None:
    joined = many.filter(pl.col("deferral_bp") > 0)

    assert many["age"].mean() == pytest.approx(42.3, abs=0.2)
    assert joined.height / many.height == pytest.approx(2 / 3, abs=0.01)
    assert joined["deferral_bp"].mean() == pytest.approx(740, abs=10)


def test_pay_rises_with_level_and_tenure(many: pl.DataFrame) -> None:
    by_level = many.group_by("level").agg(pl.col("salary_cents").median()).sort("level")["salary_cents"].to_list()
    staff = many.filter(pl.col("level") == "Staff")

    assert by_level == sorted(by_level)
    assert by_level[-1] > 5 * by_level[0]
    assert (
        staff.filter(pl.col("tenure") > 10)["salary_cents"].median()
        > 1.08 * staff.filter(pl.col("tenure") < 1)["salary_cents"].median()
    )


def share_of_tenure(many: pl.DataFrame, ages: str, years: int) -> float:
    """Return the share of an age group, such as 35-44, with so many years of tenure at most."""
    low, high = map(int, ages.split("-"))
    group = many.filter(pl.col("age") >= low, pl.col("age") < high + 1)
    return group.filter(pl.col("tenure") <= years + 0.003).height / group.height


@pytest.mark.parametrize(
    ("ages", "rows"),
    [("20-24", 1), ("25-34", 2), ("35-44", 5), ("45-54", 5), ("55-64", 5)],  # the young cannot have the longest tenures
)
def test_tenure_by_age_follows_the_published_table(many: pl.DataFrame, ages: str, rows: int) -> None:
    with data("bls_tenure_by_age_2016.csv").open() as file:
        published = [float(row[ages] or 0) / 100 for row in csv.DictReader(file)]

    for row, years in enumerate((1, 2, 3, 5, 10)[:rows], start=1):
        assert share_of_tenure(many, ages, years) == pytest.approx(sum(published[:row]), abs=0.012)

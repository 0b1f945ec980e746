"""Completion: imputed births, full-time shares and departments; nothing silent."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil, floor
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.censuses import config, data, people
from workforce_sim.census import Census, read_census
from workforce_sim.census.completion import complete
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.config import Config, with_changes
from workforce_sim.draws import Stream, census_key, decision, person_number, uniform
from workforce_sim.errors import CensusError
from workforce_sim.tables import CENSUS, names


def aged(*bands: tuple[int, int, float], start_year: int = 2025, **other: Any) -> Config:
    """Return a configuration with the given ages at hire."""
    ages = [{"from": low, "to": high, "weight": weight} for low, high, weight in bands]
    whole = config(start_year, **other).model_dump(by_alias=True, exclude_unset=True)
    return Config.model_validate(whole | {"hiring": {"ages": ages}})


NO_RATES = "no deferral rates: participants at the opening are drawn from enrollment.election"


def drawn(employee_id: str, stream: Stream) -> float:
    return uniform(person_number(0, 0, census_key(employee_id)), decision(0, 0, stream))


def completed_years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def earlier(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def birth_by_hand(employee_id: str, hired: date, settings: Config) -> date:
    """Return the imputed birth date, from the rule in docs/model/census.md with plain numbers."""
    limit = 70 - completed_years(hired, date(settings.simulation.start_year, 1, 1))
    bands, upto = settings.hiring.ages, [0]
    for share in settings.hiring.age_ppm:
        upto.append(upto[-1] + share)
    reach = 10**6 if limit >= bands[-1].end else 0
    for band, before, after in zip(bands, upto, upto[1:], strict=False):
        if band.start <= limit < band.end:
            reach = before + ceil((limit - band.start) * (after - before) / (band.end - band.start))
    age = bands[0].start
    if reach:
        x = floor(drawn(employee_id, Stream.IMPUTED_BIRTH) * reach)
        i = next(i for i in range(len(bands)) if x < upto[i + 1])
        age = bands[i].start + (x - upto[i]) * (bands[i].end - bands[i].start) // (upto[i + 1] - upto[i])
    return earlier(hired, age) - timedelta(floor(drawn(employee_id, Stream.IMPUTED_BIRTHDAY) * 365))


@given(
    st.lists(st.dates(date(1900, 1, 1), date(2024, 12, 31)) | st.just(date(2024, 2, 29)), min_size=1, max_size=20),
    st.sampled_from([((18, 25, 0.27), (25, 65, 0.73)), ((14, 20, 0.0), (20, 30, 1.0)), ((60, 75, 1.0),)]),
)
def test_births_follow_the_rule_written_out(hired: list[date], bands: tuple[tuple[int, int, float], ...]) -> None:
    settings = aged(*bands)
    frame = people(len(hired), hire_date=hired)

    born = complete(read_census(frame), settings).staff["birth_date"].to_list()

    ids = frame["employee_id"].to_list()
    assert born == [birth_by_hand(one, day, settings) for one, day in zip(ids, hired, strict=True)]


@pytest.mark.parametrize("tenure", [0, 1, 10, 40, 51])
def test_age_at_hire_and_tenure_stay_below_seventy(tenure: int) -> None:
    hired = date(2024 - tenure, 6, 1)
    opening = complete(read_census(people(400, hire_date=hired)), config())

    ages = [completed_years(born, hired) for born in opening.staff["birth_date"]]

    assert max(ages) + tenure < 70
    assert min(ages) >= 18
    assert len(set(ages)) > 1 or tenure == 51


def test_an_impossible_tenure_gets_the_youngest_age() -> None:
    hired = date(1960, 1, 1)
    born = complete(read_census(people(50, hire_date=hired)), config()).staff["birth_date"]

    assert {completed_years(one, hired) for one in born} == {18}


def test_births_do_not_depend_on_seed_rows_or_company() -> None:
    frame = people(30)
    other = Config.model_validate(config().model_dump(by_alias=True, exclude_unset=True) | {"random_seed": 7})

    whole = complete(read_census(frame), config()).staff
    part = complete(read_census(frame.reverse().head(7)), other).staff.drop("level")

    assert_frame_equal(part, whole.drop("level").reverse().head(7))
    assert whole["birth_date"].n_unique() > 25


def test_known_births_stay_and_imputed_ones_are_counted() -> None:
    known = date(1961, 2, 3)

    opening = complete(read_census(people(3, birth_date=[None, known, None])), config())

    assert opening.staff["birth_date"][1] == known
    assert opening.staff["birth_date"].null_count() == 0
    assert "birth date missing in 2 of 3 rows: imputed from hiring.ages and tenure" in opening.notes


def test_a_complete_census_is_left_alone() -> None:
    census = synthetic_census(100)

    opening = complete(census, config())

    assert opening.notes == ()
    assert_frame_equal(opening.staff, census.frame)
    assert opening.staff.columns == names(CENSUS)


def test_missing_full_time_shares_are_full_time_and_counted() -> None:
    opening = complete(read_census(people(3, fte=[None, 0.5, None], birth_date=date(1980, 1, 1), level="A")), config())

    assert opening.staff["full_time_ppm"].to_list() == [1_000_000, 500_000, 1_000_000]
    assert opening.notes == ("full-time share missing in 2 of 3 rows: taken as full-time", NO_RATES)


def test_a_census_without_full_time_shares_is_full_time_without_a_word() -> None:
    opening = complete(read_census(people(2, birth_date=date(1980, 1, 1), level="A")), config())

    assert opening.staff["full_time_ppm"].to_list() == [1_000_000] * 2
    assert opening.notes == (NO_RATES,)


def test_a_census_without_any_deferral_rate_says_that_participation_is_drawn() -> None:
    def notes(settings: Config, **columns: Any) -> tuple[str, ...]:
        read = read_census(people(2, birth_date=date(1980, 1, 1), level="A", **columns), settings)
        return complete(read, settings).notes

    without = Config.model_validate(
        config().model_dump(by_alias=True, exclude_unset=True) | {"plan": {"enabled": False}}
    )
    assert notes(config()) == (NO_RATES,)
    assert notes(config(), deferral_rate=[0.0, None]) == ()
    assert notes(without) == ()


def test_departments_are_an_enum_of_their_sorted_names() -> None:
    department = complete(read_census(people(3, dept=["b", None, "a"])), config()).staff["department"]

    assert department.dtype == pl.Enum(["a", "b"])
    assert department.to_list() == ["b", None, "a"]


def test_without_departments_the_column_is_null() -> None:
    department = complete(read_census(people(2)), config()).staff["department"]

    assert department.dtype == pl.String
    assert department.null_count() == 2


def test_notes_of_the_reader_come_first() -> None:
    opening = complete(read_census(people(first_name="x")), config())

    assert [note.split(":")[0] for note in opening.notes] == [
        "columns dropped as personal",
        "level missing in 1 of 1 rows",
        "birth date missing in 1 of 1 rows",
        "no deferral rates",
    ]


def test_a_census_of_later_hires_than_the_start_is_an_error() -> None:
    read = read_census(people(3, hire_date=[date(2019, 12, 31), date(2020, 1, 1), date(2021, 5, 5)]))
    census = Census(read.frame)  # made by hand: no rows of a file to name

    with pytest.raises(CensusError, match="2 of 3 employees have hire_date on or after 2020-01-01; remove"):
        complete(census, config(start_year=2020))


def test_rows_keep_their_order_and_number() -> None:
    census = Census(synthetic_census(500).frame.sample(fraction=1, shuffle=True, seed=1))

    assert complete(census, config()).staff["employee_id"].to_list() == census.frame["employee_id"].to_list()


def test_a_city_payroll_is_completed_and_says_so() -> None:
    panel = pl.read_parquet(data("baltimore/baltimore_panel_2011_2016.parquet"))
    staff = panel.filter(pl.col("fiscal_year") == 2016, "regular").unique(
        "person_id", keep="first", maintain_order=True
    )

    opening = complete(read_census(staff, config(2017)), config(2017))

    tenure = (pl.date(2017, 1, 1) - pl.col("hire_date")).dt.total_days() / 365.25
    age = (pl.date(2017, 1, 1) - pl.col("birth_date")).dt.total_days() / 365.25
    assert opening.staff.select("level", "birth_date", "full_time_ppm").null_count().row(0) == (0, 0, 0)
    assert opening.staff.filter(age - tenure < 17.99).is_empty()
    assert opening.staff.filter(age > 71, tenure < 52).is_empty()
    assert opening.staff.select(age.median()).item() == pytest.approx(45, abs=5)
    assert opening.notes[1:] == (
        "level missing in 11880 of 11880 rows: 5 levels cut from pay",
        "birth date missing in 11880 of 11880 rows: imputed from hiring.ages and tenure",
        NO_RATES,
    )


def test_balances_of_a_source_that_the_plan_does_not_have_count_as_those_of_another() -> None:
    census = read_census(
        pl.DataFrame(
            {
                "employee_id": ["a", "b"],
                "hire_date": ["2020-01-01"] * 2,
                "annual_salary": [50_000.0, 60_000.0],
                "nonelective_balance": [1.0, None],
                "profit_sharing_balance": [2.5, None],
                "match_balance": [None, 4.0],
                "discretionary_match_balance": [3.0, 1.0],
            }
        )
    )
    without = complete(census, config())
    sharing, match = {"kind": "flat", "rate": 0.01}, {"preset": "simple"}
    both = complete(census, with_changes(config(), {"plan.profit_sharing": sharing, "plan.discretionary_match": match}))
    columns = [
        f"{source}_balance_cents" for source in ("nonelective", "profit_sharing", "match", "discretionary_match")
    ]

    assert without.staff.select(columns).rows() == [(350, None, 300, None), (None, None, 500, None)]
    assert [note for note in without.notes if "balance" in note] == [
        "profit_sharing_balance of 1 employee counts as nonelective_balance: the plan has no profit_sharing",
        "discretionary_match_balance of 2 employees counts as match_balance: the plan has no discretionary_match",
    ]
    assert both.staff.select(columns).rows() == [(100, 250, None, 300), (None, None, 400, 100)]
    assert not any("balance" in note for note in both.notes)

"""A census of another day than January 1: who is employed on it, whole-year pay, imputed births, a synthetic one."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

import workforce_sim as ws
from tests.support import configured
from workforce_sim.census.completion import complete
from workforce_sim.errors import CensusError, RequestError

JULY = {"opening_date": "2025-07-01"}


def people(**columns: list[str | int | None]) -> pl.DataFrame:
    hired = {"hire_date": ["2024-07-01", "2024-07-02", "2025-06-30", "2025-03-01", "2020-02-29"]}
    left = {"termination_date": [None, None, None, "2025-06-30", "2025-07-01"]}
    pay = {"annual_salary": [50_000, 50_000, 100, 20_000, 60_000]}
    return pl.DataFrame({"employee_id": [*"abcde"], **hired, **left, **pay, **columns})


def test_staff_are_those_employed_on_the_opening_date() -> None:
    config = configured(simulation=JULY, census={"known_exits": "honor", "pay_basis": "annual"})
    census = ws.read_census(people(), config)
    assert census.account["staff_on"] == "2025-07-01"
    assert [*census.frame.select("employee_id", "leaves_on").iter_rows()] == [
        *(("a", None), ("b", None), ("c", None), ("e", dt.date(2025, 7, 1))),
    ]


def test_part_year_pay_is_made_that_of_the_twelve_months_before() -> None:
    config = configured(simulation=JULY, census={"annualize_part_year": True, "pay_basis": "annual"})
    census = ws.read_census(people(), config)
    assert [*census.frame["salary_cents"]] == [5_000_000, 5_013_736, 3_650_000, 6_000_000]  # x 365 / 364, x 365
    assert any("3 hired from 2024-07-02 annualized" in note for note in census.notes)
    with pytest.raises(CensusError, match="annualized for 2025-07-01, not 2025-01-01"):
        complete(census, configured())


def test_a_hire_of_the_opening_date_is_an_error() -> None:
    late = people(hire_date=["2024-07-01", "2024-07-01", "2025-07-01", "2020-01-01", "2020-01-01"])
    with pytest.raises(CensusError, match=r"on or after 2025-07-01 .* move the opening date"):
        ws.read_census(late, configured(simulation=JULY, census={"pay_basis": "annual"}))


def test_imputed_births_count_tenure_to_the_opening_date() -> None:
    """Age at hire stays below 70 less the completed tenure: 30 years of who was hired on July 1, 1995."""
    hired = pl.DataFrame({"employee_id": [f"{n}" for n in range(300)], "annual_salary": 50_000})
    ages = {"hiring": {"ages": [{"from": 39, "to": 42, "weight": 1}]}}
    for day, below in (("1995-07-01", 40), ("1995-07-02", 41)):
        staff = hired.with_columns(hire_date=pl.lit(day))
        config = configured(simulation=JULY, **ages)
        born = complete(ws.read_census(staff, config), config).staff["birth_date"]
        at_hire = (pl.Series([dt.date.fromisoformat(day)] * 300) - born).dt.total_days() / 365.25
        assert below - 0.1 < at_hire.max() < below + 0.01


def test_a_synthetic_census_is_one_of_the_opening_date() -> None:
    july = ws.synthetic_census(300, as_of="2025-07-01").frame
    january = ws.synthetic_census(300, as_of="2025-01-01").frame
    assert july["hire_date"].max() == dt.date(2025, 6, 29)
    assert set((july["birth_date"] - january["birth_date"]).dt.total_days()) == {181, 182}


def test_the_key_is_one_of_those_that_no_scenario_combination_or_lever_may_change() -> None:
    base, july = configured(end_year=2026), configured(end_year=2026, simulation=JULY)
    with pytest.raises(RequestError, match=r"simulation\.opening_date: cannot vary in a sweep"):
        ws.sweep(base, {"simulation.opening_date": ["2025-07-01"]})
    with pytest.raises(RequestError, match=r"simulation\.opening_date: cannot be a lever"):
        ws.optimize(base, {"simulation.opening_date": ["2025-07-01"]}, "net_employer_cost")
    for first, second in ((base, july), (july, base)):
        with pytest.raises(ws.ConfigError, match=r"simulation\.opening_date: "):
            ws.compare({"a": first, "b": second})

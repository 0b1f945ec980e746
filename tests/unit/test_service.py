"""An HR table by completed service, turned into rates by calendar year."""

from __future__ import annotations

from math import log
from typing import Any

import polars as pl
import pytest

from tests import support
from workforce_sim import rates_by_calendar_year
from workforce_sim.census.synthetic import synthetic_census
from workforce_sim.config import Config
from workforce_sim.tables.output import Tables


def values(*shares: float) -> list[float]:
    return [cell["value"] for cell in rates_by_calendar_year(shares).rates]


def test_the_example_of_the_page() -> None:
    table = rates_by_calendar_year([0.20, 0.12, 0.08])
    assert table.new_hire_termination_rate == 0.103716
    assert [cell["tenure_from"] for cell in table.rates] == [0, 1, 2]
    assert table.rates[0] == {"age_from": 0, "tenure_from": 0, "value": 0.162121}


def test_a_rate_that_is_the_same_in_every_year_of_service_is_that_rate() -> None:
    table = rates_by_calendar_year([0.2])
    assert table.rates == [{"age_from": 0, "tenure_from": 0, "value": 0.2}]
    assert table.new_hire_termination_rate == 0.103716
    assert values(0.2, 0.2, 0.2) == [0.2, 0.2, 0.2]


@pytest.mark.parametrize(
    ("shares", "hires", "rates"),
    [
        ([0.0], 0.0, [0.0]),
        ([0.0, 0.5], 0.0, [0.278652, 0.5]),  # half of the second year of service lies in the calendar year
        ([1.0], 1.0, [1.0]),
        ([0.5, 1.0], 0.278652, [1.0, 1.0]),
        ([1.0, 0.5], 1.0, [1.0, 1.0]),  # nobody gets there
        ([0.999999, 0.0], 0.927618, [0.999986, 0.0]),
    ],
)
def test_rates_of_0_and_1_are_limits(shares: list[float], hires: float, rates: list[float]) -> None:
    table = rates_by_calendar_year(shares)
    assert table.new_hire_termination_rate == hires
    assert [cell["value"] for cell in table.rates] == rates


def test_tables_by_age_are_put_together() -> None:
    cells = [*rates_by_calendar_year([0.3, 0.1]).rates, *rates_by_calendar_year([0.05], age_from=50).rates]
    config = support.configured(terminations={"rates": cells})
    assert [(cell.age_from, cell.tenure_from) for cell in config.terminations.rate_table] == [(0, 0), (0, 1), (50, 0)]


@pytest.mark.parametrize("shares", [[], [0.2, 1.1], [-0.1], [float("nan")]])
def test_what_is_no_table_is_an_error(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="one share or more, each from 0 to 1"):
        rates_by_calendar_year(shares)


def test_of_the_hires_of_a_year_as_many_stay_as_the_table_of_service_has_it() -> None:
    """By a table of 30% and 10%, of people hired evenly over a year, 84% are there at its end; then 66 and 60 %."""
    table = rates_by_calendar_year([0.30, 0.10])
    expected = [0.3 / -log(0.7), 0.7 * 0.1 / -log(0.9), 0.7 * 0.9 * 0.1 / -log(0.9)]
    assert still_there(table.rates, table.new_hire_termination_rate) == pytest.approx(expected, abs=0.01)
    naive = [{"age_from": 0, "tenure_from": tenure, "value": rate} for tenure, rate in enumerate((0.30, 0.10))]
    assert still_there(naive, 0.30)[1] == pytest.approx(0.49, abs=0.01)  # a first year that acts for a year and a half


def still_there(rates: list[dict[str, Any]], of_hires: float) -> list[float]:
    """Return the share of the hires of 2025 who are there at the end of it, of 2026 and of 2027."""
    people = simulated(rates, of_hires).snapshots.filter(pl.col("employee_id").str.starts_with("NH-2025-"))
    stay = people.filter(pl.col("termination_date").is_null()).group_by("year").len().sort("year")
    return [count / people["employee_id"].n_unique() for count in stay["len"]]


def simulated(rates: list[dict[str, Any]], of_hires: float) -> Tables:
    workforce = {"headcount": "stochastic", "new_hire_termination_rate": of_hires, "max_hires_ratio": 1000.0}
    sections: dict[str, Any] = {"workforce": workforce, "simulation": {"target_growth_rate": {2025: 1.0, 2026: 0.0}}}
    terminations = {"rates": rates, "new_hire_hazard": "level"}
    config: Config = support.configured(2025, 2027, plan={"enabled": False}, terminations=terminations, **sections)
    return support.fast(support.Scenario(synthetic_census(20_000), config))

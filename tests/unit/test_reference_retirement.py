"""The reference model, retirement: weights, causes and columns by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.plain_firms import SEED, a_year, configured, day, opened, u_of
from workforce_sim.census.opening import Opening
from workforce_sim.draws import Stream
from workforce_sim.reference import simulate
from workforce_sim.reference.census import census_of
from workforce_sim.reference.records import PersonYear, person_year
from workforce_sim.reference.retirement import may_retire, retiring_ppm, weight_of_eligible
from workforce_sim.reference.year import Year
from workforce_sim.tables.output import Tables

RATES = [{"age_from": 0, "tenure_from": 0, "value": 0.1}]
ONLY_RETIRE = [{"from": 0, "retirement": 1.0}]


def firm() -> Opening:
    """E-0007 and E-0008 of the firm of the examples, and a hire of last year at 66."""
    return opened(
        3,
        birth_date=[day("1970-03-03"), day("1960-12-31"), day("1958-06-01")],
        hire_date=[day("2005-09-01"), day("1998-05-04"), day("2024-07-01")],
    )


def staff(year: Year) -> list[PersonYear]:
    return [person_year(one, year.first, year.last) for one in census_of(firm(), SEED, 0)]


def ruled(**rule: Any) -> Year:
    eligible = [{"age": 55, "service": 10}, {"age": 66, "service": 5}]
    return a_year(configured(terminations={"retirement": {"eligible": eligible, **rule}}), firm())


@pytest.mark.parametrize(
    ("rule", "weight"),
    [
        ({}, 123_300),
        ({"rates": [{"from": 62, "rate": 0.3}]}, 300_000),
        ({"rates": [{"from": 62, "rate": 0.3}], "combine": "add"}, 423_300),
        ({"rates": [{"from": 65, "rate": 0.3}]}, 123_300),
        ({"rates": [{"from": 62, "rate": 0.3}, {"from": 64, "rate": 0.0}]}, 0),
        ({"factors": [{"from": 0, "factor": 2}, {"from": 64, "factor": 1.005}]}, 123_917),  # 123,916.5
    ],
)
def test_weights_of_the_eligible_alone_change(rule: dict[str, Any], weight: int) -> None:
    year = ruled(**rule)

    assert [weight_of_eligible(person, 123_300, year) for person in staff(year)] == [123_300, weight, 123_300]


def test_the_share_of_a_weight_that_retires() -> None:
    year = ruled(rates=[{"from": 62, "rate": 0.3}], combine="add")

    assert [retiring_ppm(person, 423_300, year) for person in staff(year)] == [0, 708_717, 0]


def test_who_may_retire_is_asked_on_the_last_day() -> None:
    year = ruled()
    person = staff(year)[0]
    may = []
    for last in ("2025-03-02", "2025-03-03"):
        person.last_day = day(last)
        may.append(may_retire(person, year))

    assert may == [False, True]


def everybody_leaves(**rule: Any) -> Tables:
    eligible = [{"age": 55, "service": 10}]
    terminations = {"rates": RATES, "causes": ONLY_RETIRE, "retirement": {"eligible": eligible, **rule}}
    workforce = {"total_termination_rate": 1.0}
    return simulate(configured(terminations=terminations, workforce=workforce), firm())


def causes(output: Tables) -> list[str]:
    left = output.events.filter(output.events["event_type"] == "termination")
    return left.sort("employee_id")["cause"].cast(str).to_list()


def test_only_the_eligible_retire() -> None:
    output = everybody_leaves()
    on_last_day = output.snapshots.sort("employee_id")["retirement_eligible"].to_list()[:3]

    assert on_last_day[1:] == [True, False]
    assert causes(output) == ["retirement" if may else "voluntary" for may in on_last_day]
    assert output.summary.select("retirements", "retirement_eligible", "retirement_eligible_share").row(0) == (
        sum(on_last_day),
        0,
        0.0,
    )


def test_by_an_added_rate_existing_employees_retire_by_it_alone() -> None:
    alone = everybody_leaves(rates=[{"from": 55, "rate": 0.9}], combine="add")
    part = u_of("E-0002", Stream.CAUSE) * 10**6 < 900_000

    assert causes(alone) == ["voluntary", "retirement" if part else "voluntary", "voluntary"]


def test_columns_are_null_without_a_rule() -> None:
    output = simulate(configured(), firm())

    assert output.snapshots["retirement_eligible"].to_list() == [None] * 3
    assert output.summary["retirements"].to_list() == [None]

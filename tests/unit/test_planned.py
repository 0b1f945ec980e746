"""Planned changes: the example of the chapter, and the edges of each rule, worked by hand."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import workforce_sim as ws
from tests.support import few
from tests.support_store import hashes, interrupted, through_disk
from workforce_sim.census import Census
from workforce_sim.errors import CensusError, ConfigError, SimulationError
from workforce_sim.plan.people import deferral_balances, people_of
from workforce_sim.plan.percentages import who_may_be_matched
from workforce_sim.result.result import Result
from workforce_sim.store.ledger import ordered

CHAPTERS = Path(__file__).parents[2] / "docs/model"
LEVELS = [
    {"name": "Staff", "minimum": 40_000, "maximum": 60_000},
    {"name": "Lead", "minimum": 80_000, "maximum": 90_000},
]
FIRM: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.0},
    "workforce": {"total_termination_rate": 0.0, "new_hire_termination_rate": 0.0, "levels": LEVELS},
    "random_seed": 1,
}
"""Nobody comes or goes but as planned."""


def firm(**sections: Any) -> dict[str, Any]:
    """Return the firm's configuration with sections laid over its own."""
    return {**FIRM, **{name: {**FIRM.get(name, {}), **section} for name, section in sections.items()}}


def people(count: int = 10, **columns: list[Any]) -> pl.DataFrame:
    """Return staff hired a year apart, the first last, each paid 1,000 more than the one before; half in Sales."""
    plain = {
        "employee_id": [f"E{n}" for n in range(count)],
        "hire_date": [dt.date(2024 - n, 3, 1) for n in range(count)],
        "birth_date": [dt.date(1985, 5, 5)] * count,
        "annual_salary": [45_000 + 1_000 * n for n in range(count)],
        "level": ["Staff"] * count,
        "department": ["Sales" if n % 2 else "Finance" for n in range(count)],
    }
    return pl.DataFrame(plain | columns)


def simulated(config: dict[str, Any], census: Any = None) -> Result:
    return ws.simulate(config, census=people() if census is None else census)


def leaving(result: Result) -> dict[str, dt.date]:
    """Return the last days by employee."""
    gone = result.snapshots.filter(pl.col("termination_date").is_not_null())
    return dict(gone.select("employee_id", "termination_date").iter_rows())


def coming(result: Result, cause: str | None) -> pl.DataFrame:
    """Return the hires of a cause, with their snapshots of that year."""
    of_cause = pl.col("cause").is_null() if cause is None else pl.col("cause").cast(pl.String) == cause
    hires = result.events.filter((pl.col("event_type").cast(pl.String) == "hire") & of_cause)
    return hires.select("year", "employee_id", "effective_date").join(result.snapshots, on=["year", "employee_id"])


def measure(result: Result, name: str) -> list[Any]:
    return result.summary.sort("year")[name].to_list()


# --- the example of the chapter ---------------------------------------------------------------------------------------


def block(page: str, language: str, number: int = 0) -> str:
    text = (CHAPTERS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)[number]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Result:
    place = tmp_path_factory.mktemp("example")
    changes = yaml.safe_load(block("actions.md", "yaml"))
    (place / "acme.csv").write_text(block("actions.md", "csv"), encoding="utf-8")
    changes["actions"]["acquisitions"][0]["census"] = str(place / "acme.csv")
    exits = {"E-0003": "2025-08-31", "E-0006": "2026-03-31"}
    census = pl.read_csv(io.StringIO(block("index.md", "csv")), schema_overrides={"annual_salary": pl.String})
    census = census.with_columns(termination_date=pl.col("employee_id").replace_strict(exits, default=None))
    return ws.simulate(yaml.safe_load(block("index.md", "yaml")) | changes, census=census)


def test_who_comes_and_goes_in_the_example(example: Result) -> None:
    rows = ordered(example.events, "events")
    rows = rows.filter(pl.col("event_type").cast(pl.String).is_in(["hire", "termination"]))
    expected = block("actions.md", "csv", 1)

    assert rows.select(expected.partition("\n")[0].split(",")).write_csv() == expected


def test_the_numbers_of_the_example(example: Result) -> None:
    assert measure(example, "headcount_closing") == [10, 11]
    assert measure(example, "known_hires") == [1, 0]
    assert measure(example, "seasonal_hires") == [1, 1]
    assert measure(example, "acquired_employees") == [0, 2]
    groups = ws.summary_by(example, "department").filter(pl.col("department") == "Finance")
    assert groups.sort("year")["headcount_closing"].to_list() == [3, 2]


def test_the_cents_of_the_example(example: Result) -> None:
    earned = dict(example.snapshots.filter(pl.col("year") == 2026).select("employee_id", "earnings_cents").iter_rows())
    first = dict(example.snapshots.filter(pl.col("year") == 2025).select("employee_id", "earnings_cents").iter_rows())
    acquired = example.snapshots.filter(pl.col("employee_id") == "ACME-1").row(0, named=True)

    assert (acquired["salary_cents"], earned["ACME-1"]) == (6_630_221, 4_995_372)
    assert first["NH-2025-000006"] == 529_315
    assert (acquired["status"], acquired["hire_date"], acquired["tenure_years"]) == (
        "new_hire",
        dt.date(2015, 6, 1),
        10,
    )


# --- where nothing planned happens ------------------------------------------------------------------------------------

IDLE: dict[str, dict[str, Any]] = {
    "known exits, of whom there are none": {"census": {"known_exits": "honor"}},
    "a freeze after the run": {"actions": {"freezes": [{"year": 2040}]}},
    "a known hire after the run": {"hiring": {"known": [{"date": "2040-01-02"}]}},
}


@pytest.mark.parametrize("headcount", ["exact", "stochastic"])
@pytest.mark.parametrize("mode", ["vacancies", "rates"])
@pytest.mark.parametrize("idle", few(IDLE, 3))
def test_a_planned_run_without_anything_planned_is_like_any_other(idle: str, mode: str, headcount: str) -> None:
    years = {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.04}
    config: dict[str, Any] = {
        "simulation": years,
        "workforce": {"total_termination_rate": 0.15, "headcount": headcount},
        "promotion": {"mode": mode},
        "census": {"size": 150},
        "random_seed": 3,
    }
    plain, planned = (
        ws.simulate(config),
        ws.simulate({**config, **{k: {**config.get(k, {}), **v} for k, v in IDLE[idle].items()}}),
    )

    for name in ("events", "snapshots"):
        assert getattr(planned, name).equals(getattr(plain, name))
    assert planned.summary.drop("known_hires").equals(plain.summary.drop("known_hires"))


# --- known exits ------------------------------------------------------------------------------------------------------


def honored(**exits: str) -> Result:
    dates = [exits.get(f"E{n}") for n in range(10)]
    return simulated(firm(census={"known_exits": "honor"}), people(termination_date=dates))


def test_known_exits_leave_on_their_day_and_others_stay() -> None:
    found = honored(E2="2025-12-31", E5="2027-02-28")

    assert leaving(found) == {"E2": dt.date(2025, 12, 31), "E5": dt.date(2027, 2, 28)}
    assert measure(found, "headcount_closing") == [10, 10, 10]  # they are replaced


def test_known_exits_come_first_within_the_terminations_of_the_rate() -> None:
    rate = {"total_termination_rate": 0.2}
    dates = [None] * 9 + ["2025-05-05"]
    found = simulated(firm(workforce=rate, census={"known_exits": "honor"}), people(termination_date=dates))

    assert measure(found, "terminations_opening_staff") == [2, 2, 2]
    assert leaving(found)["E9"] == dt.date(2025, 5, 5)


def test_nobody_leaves_before_a_known_last_day() -> None:
    dates = ["2027-10-10"] * 9 + [None]
    rates = {"total_termination_rate": 0.1}
    config = firm(simulation={"end_year": 2025}, workforce=rates, census={"known_exits": "honor"})

    assert list(leaving(simulated(config, people(termination_date=dates)))) == ["E9"]
    with pytest.raises(SimulationError, match="2 must be chosen but only 1"):
        simulated(
            firm(workforce={"total_termination_rate": 0.2}, census={"known_exits": "honor"}),
            people(termination_date=dates),
        )


def test_more_known_exits_than_the_rate_plans_all_leave() -> None:
    dates = ["2025-01-01", "2025-06-30", "2025-12-31"] + [None] * 7
    found = simulated(
        firm(workforce={"total_termination_rate": 0.1}, census={"known_exits": "honor"}), people(termination_date=dates)
    )

    assert measure(found, "terminations_opening_staff")[0] == 3


@pytest.mark.parametrize("how", ["ignore", "honor"])
def test_an_exit_before_the_start_is_none_and_an_ignored_one_is_forgotten(how: str) -> None:
    dates = ["2024-06-30", "2025-06-30"] + [None] * 8
    found = simulated(firm(census={"known_exits": how}), people(termination_date=dates))

    assert found.opening is not None
    assert found.opening.height == 9
    assert found.opening["leaves_on"].drop_nulls().to_list() == ([dt.date(2025, 6, 30)] if how == "honor" else [])
    assert set(leaving(found)) == ({"E1"} if how == "honor" else set())


def test_in_stochastic_years_a_known_exit_is_certain() -> None:
    config = firm(workforce={"headcount": "stochastic"}, census={"known_exits": "honor"})
    found = simulated(config, people(termination_date=[None, "2026-07-07"] + [None] * 8))

    assert leaving(found) == {"E1": dt.date(2026, 7, 7)}
    assert measure(found, "hires") == [0, 1, 0]  # E is the known exit, with no termination rate


# --- known hires ------------------------------------------------------------------------------------------------------


def test_known_hires_come_on_their_day_with_what_is_known() -> None:
    known = [
        {"date": "2025-03-03", "level": "Lead", "department": "Sales", "salary": 85_000},
        {"date": "2026-12-30", "count": 2, "hours": 1040, "salary": 20_000.5, "level": "Staff"},
    ]
    found = coming(simulated(firm(simulation={"target_growth_rate": 0.2}, hiring={"known": known})), "known")
    rows = found.sort("employee_id").select(
        "employee_id", "effective_date", "hire_date", "level", "department", "salary_cents", "full_time_ppm"
    )

    lead, *others = rows.rows()
    assert lead == ("NH-2025-000001", dt.date(2025, 3, 3), dt.date(2025, 3, 3), "Lead", "Sales", 8_500_000, 1_000_000)
    assert [row[0] for row in others] == ["NH-2026-000001", "NH-2026-000002"]
    assert {row[5:] for row in others} == {(2_000_050, 500_000)}


def test_known_hires_are_within_the_hires_of_the_year_or_more_than_those() -> None:
    known = [{"date": "2025-02-03", "count": 3}, {"date": "2026-02-02"}]
    found = simulated(
        firm(simulation={"target_growth_rate": {2025: 0.1, 2026: 0.2, 2027: 0.0}}, hiring={"known": known})
    )

    assert measure(found, "hires") == [3, 1, 0]  # one planned, three known; then the path of 13.2 asks for none
    assert measure(found, "known_hires") == [3, 1, 0]
    assert measure(found, "headcount_closing") == [13, 14, 13]
    assert measure(found, "reductions") == [0, 0, 1]


def test_a_known_hire_may_terminate_like_others() -> None:
    config = firm(
        simulation={"target_growth_rate": 0.0, "end_year": 2025},
        workforce={"new_hire_termination_rate": 0.5},
        hiring={"known": [{"date": "2025-01-01", "count": 4}]},
    )

    assert measure(simulated(config), "terminations_new_hires") == [2]


def test_known_hires_take_the_place_of_drawn_ones_and_leave_them_as_they_are() -> None:
    config = firm(simulation={"target_growth_rate": 0.5, "end_year": 2025})
    plain = coming(simulated(config), None).sort("employee_id")
    known = coming(simulated({**config, "hiring": {"known": [{"date": "2025-07-07"}]}}), None).sort("employee_id")

    names = ["employee_id", "hire_date", "birth_date", "department"]
    assert known.select(names).equals(plain[1:].select(names))


def test_known_hires_fill_the_vacancies_of_their_level() -> None:
    levels = ["Lead"] * 5 + ["Staff"] * 5
    config = firm(
        simulation={"end_year": 2025, "target_growth_rate": 0.4},
        promotion={"from_within": 0},
        hiring={"known": [{"date": "2025-07-07", "count": 2, "level": "Lead"}]},
    )
    found = simulated(config, people(level=levels))

    assert coming(found, None)["level"].to_list() == ["Staff", "Staff"]


# --- freezes and layoffs ----------------------------------------------------------------------------------------------


def test_a_freeze_stops_hires_and_the_next_year_makes_up_for_it() -> None:
    config = firm(workforce={"total_termination_rate": 0.2}, actions={"freezes": [{"year": 2026}]})
    found = simulated(config)

    assert measure(found, "hires") == [2, 0, 4]
    assert measure(found, "headcount_closing") == [10, 8, 10]
    assert any("actions.freezes: 2026 (all)" in note for note in found.notes)


def test_a_freeze_of_a_department_concerns_that_department() -> None:
    config = firm(
        workforce={"total_termination_rate": 0.2}, actions={"freezes": [{"year": 2026, "department": "Sales"}]}
    )
    by = ws.summary_by(simulated(config), "department").sort("department", "year")

    assert by["headcount_closing"].to_list() == [5, 5, 5, 5, 4, 5]


def test_known_hires_and_seasons_come_in_a_freeze() -> None:
    config = firm(
        workforce={"total_termination_rate": 0.2},
        hiring={"known": [{"date": "2026-03-03"}], "seasonal": [{"hired": "06-01", "ends": "08-31", "count": 2}]},
        actions={"freezes": [{"year": 2026}]},
    )

    assert measure(simulated(config), "hires") == [4, 3, 5]


LAID_OFF = {
    "shortest_service": ["E0", "E1"],
    "longest_service": ["E8", "E9"],
    "lowest_paid": ["E0", "E1"],
    "highest_paid": ["E8", "E9"],
}


@pytest.mark.parametrize("select", LAID_OFF)
def test_layoffs_choose_as_they_are_told(select: str) -> None:
    found = simulated(firm(actions={"layoffs": [{"date": "2026-06-30", "count": 2, "select": select}]}))

    assert leaving(found) == dict.fromkeys(LAID_OFF[select], dt.date(2026, 6, 30))
    assert measure(found, "reductions") == [0, 2, 0]
    assert measure(found, "headcount_closing") == [10, 8, 8]  # nobody is hired in their place
    assert measure(found, "hires") == [0, 0, 0]


def test_a_layoff_by_chance_is_another_with_another_seed() -> None:
    config = firm(actions={"layoffs": [{"date": "2025-06-30", "count": 3}]})
    drawn = [sorted(leaving(simulated({**config, "random_seed": seed}))) for seed in range(5)]

    assert {len(names) for names in drawn} == {3}
    assert len({tuple(names) for names in drawn}) > 1


@pytest.mark.parametrize(
    ("layoff", "expected"),
    [
        ({"share": 0.25}, 3),  # half up of 2.5
        ({"share": 0.5, "department": "Sales"}, 3),
        ({"share": 0.0}, 0),
        ({"count": 99, "department": "Sales"}, 5),
        ({"count": 99, "level": "Lead"}, 0),
        ({"count": 4, "level": "Staff", "department": "Finance"}, 4),
    ],
)
def test_how_many_are_laid_off(layoff: dict[str, Any], expected: int) -> None:
    found = simulated(firm(actions={"layoffs": [{"date": "2025-06-30", **layoff}]}))

    assert measure(found, "reductions")[0] == expected
    assert measure(found, "headcount_closing")[-1] == 10 - expected


def test_layoffs_are_carried_out_in_the_order_of_their_dates() -> None:
    layoffs = [
        {"date": "2025-09-30", "count": 1, "select": "highest_paid"},
        {"date": "2025-03-31", "count": 1, "select": "highest_paid"},
    ]
    found = leaving(simulated(firm(actions={"layoffs": layoffs})))

    assert found == {"E9": dt.date(2025, 3, 31), "E8": dt.date(2025, 9, 30)}


def test_after_a_layoff_growth_goes_on_from_the_lower_path() -> None:
    config = firm(simulation={"target_growth_rate": 0.25}, actions={"layoffs": [{"date": "2026-06-30", "count": 4}]})

    assert measure(simulated(config), "headcount_closing") == [13, 12, 15]  # 12.5; 15.625 - 4; 14.53125


def test_terminations_are_those_of_who_is_not_laid_off() -> None:
    config = firm(workforce={"total_termination_rate": 0.5}, actions={"layoffs": [{"date": "2025-06-30", "count": 6}]})

    assert measure(simulated(config), "terminations_opening_staff")[0] == 6 + 2


def test_a_layoff_of_all_leaves_nobody_and_the_group_stays_empty() -> None:
    found = simulated(firm(actions={"layoffs": [{"date": "2025-06-30", "share": 1.0}]}))

    assert measure(found, "headcount_closing") == [0, 0, 0]


def test_known_exits_and_seasonal_employees_are_not_laid_off() -> None:
    config = firm(
        census={"known_exits": "honor"},
        hiring={"seasonal": [{"hired": "10-01", "ends": "09-30", "count": 3}]},
        actions={"layoffs": [{"date": "2026-06-30", "share": 1.0}]},
    )
    found = simulated(config, people(termination_date=["2027-03-31"] + [None] * 9))
    laid_off = found.events.filter(pl.col("cause").cast(pl.String) == "reduction")

    assert sorted(laid_off["employee_id"]) == [f"E{n}" for n in range(1, 10)]


# --- seasons ----------------------------------------------------------------------------------------------------------


def test_a_season_over_new_year_ends_in_the_next_year() -> None:
    season = {"hired": "10-01", "ends": "01-15", "count": 3, "hours": 1040, "salary": 21_000, "level": "Lead"}
    found = simulated(firm(hiring={"seasonal": [season]}))
    hired = coming(found, "seasonal")

    assert hired["hire_date"].unique().sort().to_list() == [dt.date(year, 10, 1) for year in (2025, 2026, 2027)]
    assert hired.select("level", "salary_cents", "full_time_ppm").unique().rows() == [("Lead", 2_100_000, 500_000)]
    assert sorted(set(leaving(found).values())) == [dt.date(2026, 1, 15), dt.date(2027, 1, 15)]
    assert measure(found, "headcount_closing") == [13, 13, 13]
    assert measure(found, "terminations_opening_staff") == [0, 3, 3]
    assert measure(found, "hires") == measure(found, "seasonal_hires") == [3, 3, 3]


def test_a_season_within_a_year_begins_and_ends_in_it() -> None:
    found = simulated(firm(hiring={"seasonal": [{"hired": "06-01", "ends": "08-31", "share": 0.25}]}))
    causes = found.events.filter(pl.col("event_type").cast(pl.String) == "termination")["cause"].cast(pl.String)

    assert measure(found, "hires") == measure(found, "terminations_new_hires") == [3, 3, 3]  # half up of 2.5
    assert measure(found, "headcount_closing") == [10, 10, 10]
    assert set(causes) == {"season_end"}
    assert coming(found, "seasonal")["level"].unique().to_list() == ["Staff"]  # the lowest


def test_a_season_of_one_day_in_february_lasts_a_year() -> None:
    """February 29 is March 1 in 2025: not after the hire date of March 1, so the season ends in the next year."""
    found = simulated(firm(hiring={"seasonal": [{"hired": "03-01", "ends": "02-29", "count": 1}]}))

    assert sorted(leaving(found).values()) == [dt.date(2026, 3, 1), dt.date(2027, 3, 1)]


def test_seasonal_employees_are_not_promoted() -> None:
    config = firm(
        promotion={"mode": "rates", "base_rate": 1.0, "minimum_tenure": 0},
        hiring={"seasonal": [{"hired": "01-02", "ends": "01-01", "count": 5}]},
    )
    found = simulated(config)
    promoted = found.events.filter(pl.col("event_type").cast(pl.String) == "promotion")["employee_id"]

    assert promoted.str.starts_with("E").all()
    assert len(promoted) > 0


def test_nobody_is_hired_for_a_season_without_staff() -> None:
    config = firm(
        hiring={"seasonal": [{"hired": "06-01", "ends": "08-31", "count": 5}]},
        actions={"layoffs": [{"date": "2025-01-01", "share": 1.0}]},
    )

    assert measure(simulated(config), "seasonal_hires") == [5, 0, 0]


# --- time to fill -----------------------------------------------------------------------------------------------------


def filling(shortest: int, longest: int, *exits: str | None, **sections: Any) -> Result:
    """Return the firm's run in which these leave, the first of them first."""
    waiting = {"time_to_fill": {"shortest_days": shortest, "longest_days": longest}}
    config = firm(census={"known_exits": "honor"}, **{**sections, "hiring": {**waiting, **sections.get("hiring", {})}})
    return simulated(config, people(termination_date=[*exits, *[None] * (10 - len(exits))]))


def test_positions_are_filled_days_after_the_exit_and_some_in_the_next_year() -> None:
    found = filling(30, 30, "2025-12-15", "2025-06-30", None)

    assert coming(found, None).sort("hire_date")["hire_date"].to_list() == [dt.date(2025, 7, 30), dt.date(2026, 1, 30)]
    assert measure(found, "headcount_closing") == [9, 10, 10]
    assert coming(found, None).sort("hire_date")["employee_id"].to_list() == ["NH-2025-000001", "NH-2026-000001"]


@pytest.mark.parametrize(
    ("exit_", "hired"), [("2025-11-30", dt.date(2025, 12, 30)), ("2025-12-01", dt.date(2026, 1, 30))]
)
def test_the_last_position_of_a_year_is_filled_on_december_30(exit_: str, hired: dt.date) -> None:
    assert coming(filling(30, 30, exit_), None)["hire_date"].to_list() == [hired]


def test_growth_comes_on_drawn_days_after_the_positions() -> None:
    config = {"simulation": {"target_growth_rate": {2025: 0.3, 2026: 0.0}}}
    drawn = coming(simulated(firm(**config)), None).sort("employee_id")["hire_date"].to_list()
    found = coming(filling(10, 10, "2025-03-01", **config), None).sort("employee_id")["hire_date"].to_list()

    assert found[0] == dt.date(2025, 3, 11)
    assert found[1:3] == drawn[1:3]
    assert len(found) == 4


def test_the_time_to_fill_is_between_its_bounds_and_differs() -> None:
    found = coming(filling(5, 9, *["2025-03-01"] * 10, workforce={"max_hires_ratio": 2.0}), None)
    days = [(date - dt.date(2025, 3, 1)).days for date in found.sort("employee_id")["hire_date"]]

    assert days == sorted(days)  # positions are filled in the order of their days
    assert set(days) <= {5, 6, 7, 8, 9}
    assert len(set(days)) > 1


def test_known_hires_fill_positions_at_once_and_layoffs_leave_none() -> None:
    known = {"known": [{"date": "2025-01-02"}]}
    layoffs = {"layoffs": [{"date": "2025-02-02", "count": 2}]}
    found = filling(30, 30, "2025-05-05", hiring=known, actions=layoffs)

    assert coming(found, "known").height == 1
    assert coming(found, None).is_empty()
    assert measure(found, "headcount_closing") == [8, 8, 8]


def test_after_a_freeze_open_positions_come_first() -> None:
    found = filling(30, 30, "2025-05-05", "2025-06-06", actions={"freezes": [{"year": 2025}]})

    assert coming(found, None)["hire_date"].to_list() == [dt.date(2026, 1, 30)] * 2


# --- departments ------------------------------------------------------------------------------------------------------


def test_departments_grow_by_their_own_rates_and_add_up_to_the_whole() -> None:
    sales = {"growth": {2025: 0.2, 2027: -0.4}, "termination_rate": 0.2}
    found = simulated(firm(departments={"Sales": sales}))
    by = ws.summary_by(found, "department").sort("department", "year")

    assert by["headcount_closing"].to_list() == [5, 5, 5, 6, 7, 4]  # 6; 7.2; 4.32
    assert by["hires"].to_list() == [0, 0, 0, 2, 2, 0]
    assert by["reductions"].to_list() == [0, 0, 0, 0, 0, 2]  # 7 - 1 leave the rate, 4 are wanted
    assert measure(found, "headcount_closing") == [11, 12, 9]


def test_hires_of_a_department_work_there_and_others_elsewhere() -> None:
    growth = {"target_growth_rate": 0.5, "end_year": 2025}
    config = firm(simulation=growth, departments={"Sales": {"growth": 1.0}})
    found = coming(simulated(config, people(department=["Sales"] * 4 + ["Finance"] * 3 + [None] * 3)), None)

    assert found["department"].value_counts().filter(pl.col("department") == "Sales")["count"].to_list() == [4]
    assert found.height == 7


def test_pay_and_promotion_follow_the_department() -> None:
    config = firm(
        simulation={"end_year": 2025},
        compensation={"cola_rate": 0.0, "merit_pool": 0.0},
        promotion={"mode": "rates", "base_rate": 0.0},
        departments={
            "Sales": {"cola_rate": 0.1, "merit_pool": 0.05, "promotion_rate": 1.0},
        },
    )
    events = simulated(config).events.join(people().select("employee_id", "department"), on="employee_id")
    kinds = events.with_columns(pl.col("event_type").cast(pl.String)).filter(
        pl.col("event_type").is_in(["cola", "merit", "promotion"])
    )
    first = events.filter(pl.col("employee_id") == "E1").sort("effective_date", "event_type")

    assert set(kinds["department"]) == {"Sales"}
    assert set(kinds["event_type"]) == {"cola", "merit", "promotion"}
    assert first["salary_after_cents"].to_list()[0] == 5_060_000  # 46,000 and a tenth


def test_a_pool_of_a_department_is_spent_on_its_own_people() -> None:
    ratings = {"good": {"share": 0.5, "factor": 2}, "fair": {"share": 0.5, "factor": 1}}
    config = firm(
        simulation={"end_year": 2025},
        compensation={"cola_rate": 0.0, "merit_pool": 0.03, "ratings": ratings},
        promotion={"mode": "rates", "base_rate": 0.0},
        departments={"Sales": {"merit_pool": 0.1}},
    )
    found = simulated(config, people(hire_date=[dt.date(2015, 1, 1)] * 10)).snapshots
    raised = found.group_by("department").agg(pl.col("salary_cents", "opening_salary_cents").sum())
    shares = {name: after / before - 1 for name, after, before in raised.iter_rows()}

    assert shares["Sales"] == pytest.approx(0.1, abs=1e-5)
    assert shares["Finance"] == pytest.approx(0.03, abs=1e-5)


# --- acquisitions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def acme(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def written(**keys: Any) -> dict[str, Any]:
        staff = people(
            4,
            department=["Sales", "Service", None, "Service"],
            match_balance=[100.5, 0, 0, 0],
            owner_share=[0.2, 0, 0, 0],
            deferral_rate=[0.05] * 4,
            deferral_balance=[1000.0, 200.5, None, 0.0],
        )
        staff.write_csv(tmp_path / "acme.csv")
        return {"census": str(tmp_path / "acme.csv"), "date": "2026-07-01", "prefix": "A-", **keys}

    return written


def test_an_acquisition_joins_on_its_day_and_keeps_its_history(acme: Callable[..., dict[str, Any]]) -> None:
    found = simulated(firm(compensation={"cola_rate": 0.0, "merit_pool": 0.0}, actions={"acquisitions": [acme()]}))
    joined = coming(found, "acquisition").sort("employee_id")

    assert measure(found, "acquired_employees") == [0, 4, 0]
    assert measure(found, "headcount_closing") == [10, 14, 14]
    assert joined["employee_id"].to_list() == ["A-E0", "A-E1", "A-E2", "A-E3"]
    assert joined["effective_date"].unique().to_list() == [dt.date(2026, 7, 1)]
    assert joined["hire_date"].to_list() == [dt.date(2024 - n, 3, 1) for n in range(4)]
    assert joined["department"].to_list() == ["Sales", "Service", None, "Service"]
    assert joined["earnings_cents"].to_list()[0] == 2_268_493  # 45,000 for 184 of 365 days
    assert joined["tenure_years"].to_list() == [2, 3, 4, 5]
    assert joined["match_balance_cents"].to_list()[0] >= 10_050
    assert joined["eligibility_date"].to_list() == [dt.date(2026, 7, 1)] * 4
    assert joined["hce"].to_list()[0] is True


@pytest.mark.parametrize(
    "match", [{"minimum_hours": 1050}, {"minimum_hours": 1040}, {"minimum_service_years": 3}], ids=str
)
def test_the_tests_of_a_year_count_what_is_worked_from_the_first_day_on(
    acme: Callable[..., dict[str, Any]], match: dict[str, Any]
) -> None:
    enrollment = {"election": 1.0, "deferral_rates": 0.05}
    plan = {"match": {"preset": "simple", **match}}
    found = simulated(firm(actions={"acquisitions": [acme()]}, enrollment=enrollment, plan=plan))
    rows = found.snapshots.filter(pl.col("year") == 2026).sort("employee_id")
    everybody = people_of(found, 2026, 0)
    defers = (rows["pre_tax_cents"] > 0).to_numpy()

    assert defers[:4].all()  # 184 days from July 1 are 1,048 hours
    assert (who_may_be_matched(found.config, everybody) == (rows["match_cents"] > 0).to_numpy())[defers].all()
    assert everybody.age.tolist() == rows["age"].to_list()
    assert everybody.tenure.tolist() == rows["tenure_years"].to_list()


def test_deferral_balances_of_an_acquisition_count_from_its_year_on(acme: Callable[..., dict[str, Any]]) -> None:
    found = simulated(
        firm(actions={"acquisitions": [acme()]}, plan={"annual_return": {2025: 0.1, 2026: 0.05, 2027: 0}})
    )
    paid = found.snapshots.with_columns(paid=pl.col("pre_tax_cents") + pl.col("roth_cents"))
    assert found.opening is not None

    for year, years in ((2026, [2026]), (2027, [2026, 2027])):
        by_person = paid.filter(pl.col("year").is_in(years)).group_by("employee_id").agg(pl.col("paid").sum())
        added = by_person.sort("employee_id")["paid"].to_list()[:4]
        balances = deferral_balances(found, found.opening, year, 0).tolist()
        assert balances[:4] == [105_000 + added[0], 21_053 + added[1], added[2], added[3]]


def test_service_may_begin_with_the_acquisition(acme: Callable[..., dict[str, Any]]) -> None:
    found = simulated(firm(actions={"acquisitions": [acme(service="new")]}))
    joined = coming(found, "acquisition")

    assert set(joined["hire_date"]) == {dt.date(2026, 7, 1)}
    assert set(joined["tenure_years"]) == {0}
    assert joined["eligibility_date"].null_count() == 4  # a year later


def test_an_acquisition_raises_the_path_for_good(acme: Callable[..., dict[str, Any]]) -> None:
    growth = {"target_growth_rate": 0.5}
    found = simulated(firm(simulation=growth, actions={"acquisitions": [acme(date="2025-12-31")]}))

    assert measure(found, "headcount_closing") == [19, 29, 43]  # 15 + 4; 28.5; 42.75
    assert measure(found, "hires") == [9, 10, 14]


def test_nobody_of_an_acquisition_leaves_in_its_year(acme: Callable[..., dict[str, Any]]) -> None:
    found = simulated(firm(workforce={"total_termination_rate": 0.5}, actions={"acquisitions": [acme()]}))
    gone = {who: day.year for who, day in leaving(found).items() if who.startswith("A-")}

    assert set(gone.values()) <= {2027}


def test_two_files_with_one_prefix_are_refused(acme: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(CensusError, match="8 rows have an id that another has; give each file another prefix"):
        simulated(firm(actions={"acquisitions": [acme(), acme(date="2027-01-01")]}))


def test_a_file_that_cannot_be_used_is_refused_with_the_way_on(tmp_path: Path) -> None:
    (tmp_path / "acme.csv").write_text("employee_id,hire_date\n1,2015-01-01\n")
    joining = {"census": str(tmp_path / "acme.csv"), "date": "2026-07-01", "prefix": "A-"}
    with pytest.raises(CensusError, match=r"no column for annual_salary(.|\n)*change the file instead"):
        simulated(firm(actions={"acquisitions": [joining]}))
    with pytest.raises(FileNotFoundError, match=r"no\.csv"):
        simulated(firm(actions={"acquisitions": [{**joining, "census": str(tmp_path / "no.csv")}]}))


def test_an_acquisition_that_never_comes_leaves_all_as_it_is(acme: Callable[..., dict[str, Any]]) -> None:
    found = simulated(firm(actions={"acquisitions": [acme(date="2030-01-01")]}))

    assert measure(found, "headcount_closing") == [10, 10, 10]
    assert any("the run is from 2025 to 2027" in note for note in found.notes)


def test_the_opening_tells_who_joins_later(acme: Callable[..., dict[str, Any]]) -> None:
    found = simulated(firm(actions={"acquisitions": [acme()]}))

    assert found.opening is not None
    assert found.opening.height == 14
    assert found.opening["joins_on"].drop_nulls().unique().to_list() == [dt.date(2026, 7, 1)]
    assert ws.level_mix(found).filter(pl.col("year") == 2024)["headcount"].sum() == 10


# --- why --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "event", "expected"),
    [
        ("NH-2025-000003", "hire", ["hiring.known[0]"]),
        ("NH-2025-000006", "hire", ["hiring.seasonal"]),
        ("NH-2025-000006", "termination", ["hiring.seasonal"]),
        ("NH-2025-000002", "termination", ["actions.layoffs[0]"]),
        ("ACME-1", "hire", ["actions.acquisitions[0].date"]),
    ],
)
def test_the_timeline_names_the_plan_behind_an_event(
    example: Result, who: str, event: str, expected: list[str]
) -> None:
    lines = ws.timeline(example, who).lines

    assert [reason.key for line in lines if line.event == event for reason in line.assumptions] == expected
    assert [line.event for line in lines].count("opening") == 0


def test_the_timeline_names_the_rates_of_a_department(example: Result) -> None:
    keys = {reason.key for line in ws.timeline(example, "NH-2025-000001").lines for reason in line.assumptions}

    assert "departments.Finance.growth" in keys


# --- together, on disk, in parts --------------------------------------------------------------------------------------


def everything(acme: Callable[..., dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "simulation": {"start_year": 2025, "end_year": 2028, "target_growth_rate": 0.05},
        "workforce": {"total_termination_rate": 0.15},
        "census": {"size": 60, "known_exits": "honor"},
        "hiring": {
            "known": [{"date": "2026-02-02", "count": 2}],
            "seasonal": [{"hired": "10-01", "ends": "01-31", "share": 0.1}],
            "time_to_fill": {"shortest_days": 20, "longest_days": 90},
        },
        "actions": {
            "freezes": [{"year": 2026, "department": "Sales"}],
            "layoffs": [{"date": "2027-05-05", "share": 0.1}],
            "acquisitions": [] if acme is None else [acme()],
        },
        "departments": {"Operations": {"growth": 0.1, "termination_rate": 0.2, "cola_rate": 0.03, "merit_pool": 0.02}},
        "random_seed": 5,
    }


def leveled(acme: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    config = everything(acme)
    names = [{"name": name} for name in ("Staff", "Senior", "Manager", "Director", "Executive")]
    return {**config, "workforce": {**config["workforce"], "levels": names}}


def test_a_planned_run_goes_on_after_every_year(acme: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    config = leveled(acme)
    ws.simulate(config, out=tmp_path / "whole")
    for after in (1, 2, 3):
        interrupted(config, tmp_path / str(after), after)
        ws.simulate(config, out=tmp_path / str(after))
        assert hashes(tmp_path / str(after)) == hashes(tmp_path / "whole")


def test_a_planned_run_is_the_same_through_the_disk(tmp_path: Path) -> None:
    ws.simulate(everything(), out=tmp_path / "whole")
    for rows in (25, 1000):
        through_disk(everything(), tmp_path / str(rows), rows)
        assert hashes(tmp_path / str(rows)) == hashes(tmp_path / "whole")


def test_a_planned_run_is_verified_by_simulating_it_again(acme: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    ws.simulate(leveled(acme), out=tmp_path / "run")

    assert ws.verify_run(tmp_path / "run", deep=True).problems == ()


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"hiring": {"known": [{"date": "2025-12-31"}]}}, "the last hire date of a year is December 30"),
        ({"hiring": {"seasonal": [{"hired": "06-01", "ends": "06-01", "count": 1}]}}, "hired and ends must differ"),
        ({"hiring": {"seasonal": [{"hired": "12-31", "ends": "06-01", "count": 1}]}}, "December 30"),
        ({"hiring": {"seasonal": [{"hired": "06-01", "ends": "08-01"}]}}, "give count or share"),
        ({"hiring": {"time_to_fill": {"shortest_days": 9, "longest_days": 8}}}, "longest_days must not be below"),
        ({"actions": {"layoffs": [{"date": "2025-06-30", "count": 1, "share": 0.1}]}}, "give count or share"),
        ({"actions": {"layoffs": [{"date": "2025-06-30", "count": 1, "level": "Boss"}]}}, "no such level"),
        ({"hiring": {"known": [{"date": "2025-06-30", "department": "Salse"}]}}, "hiring.known: no department"),
        ({"departments": {"Salse": {}}}, "departments: no department of the census is named Salse"),
        ({"departments": {"Sales": {"growth": {2026: 0.1}}}}, "the table starts in 2026, after start_year 2025"),
        ({"actions": {"freezes": [{"year": 2025, "department": "Salse"}]}}, "actions.freezes: no department"),
    ],
)
def test_what_cannot_be_planned_is_refused(sections: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        simulated(firm(**sections))


def test_too_many_hires_are_refused_over_all_groups() -> None:
    """The rest plans 5 hires, Sales one: together more than half of 10, and known hires are no part of it."""
    growth, ratio = {"target_growth_rate": 1.0, "end_year": 2025}, {"max_hires_ratio": 0.5}
    known = {"known": [{"date": "2025-02-02", "department": "Sales", "count": 7}]}
    config = firm(simulation=growth, workforce=ratio, departments={"Sales": {"growth": 0.0}}, hiring=known)

    assert measure(simulated(config), "hires") == [12]
    with pytest.raises(SimulationError, match="6 hires for an opening headcount of 10"):
        simulated({**config, "departments": {"Sales": {"growth": 0.2}}})


def test_a_census_made_by_hand_may_say_who_leaves() -> None:
    frame = (
        people()
        .rename({"annual_salary": "salary_cents"})
        .with_columns(
            pl.col("salary_cents") * 100, leaves_on=pl.when(pl.col("employee_id") == "E3").then(dt.date(2026, 2, 2))
        )
    )
    made = Census(ws.read_census(people()).frame.with_columns(frame["leaves_on"]))

    assert leaving(simulated(firm(census={"known_exits": "honor"}), made)) == {"E3": dt.date(2026, 2, 2)}

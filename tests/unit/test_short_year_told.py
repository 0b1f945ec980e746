"""A short first year after it is simulated: its tests, its explanations, its notes and its pages."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

import workforce_sim as ws
from tests.support import configured
from tests.unit.tested_years import Person, Run, found, high, other, run
from workforce_sim.config import with_changes
from workforce_sim.config.drawing import drawing
from workforce_sim.config.effect.notes import effect_notes
from workforce_sim.dates import PlanYear, day_number, year_label
from workforce_sim.errors import LedgerError
from workforce_sim.explaining.figure import explain
from workforce_sim.explaining.years_text import mix_table
from workforce_sim.plan.coverage import non_excludable
from workforce_sim.plan.people import limits_of, pay_of_year_before, people_of
from workforce_sim.reporting.exports.run_sheets import run_sheets
from workforce_sim.reporting.pages.horizon import present
from workforce_sim.studies.explore import views
from workforce_sim.studies.explore.design import ExploredDesign
from workforce_sim.studies.explore.futures import DesignFutures, FuturesBatch
from workforce_sim.studies.fitting.calibration import calibrate
from workforce_sim.tables.output import Tables
from workforce_sim.verify.checks import check_year

OPENING = {"simulation.end_year": 2026, "simulation.opening_date": dt.date(2025, 7, 1)}


def short(*people: Person, **plan: Any) -> Run:
    """Return a run whose first year begins on July 1, 2025."""
    whole = run(*people, **plan)
    return replace(whole, config=with_changes(whole.config, OPENING))


class TestPayOfTheYearBefore:
    def test_is_that_of_the_twelve_months_before_the_opening(self) -> None:
        """Hired on April 2, 2025: 90 of the 365 days from July 1, 2024."""
        people = people_of(short(other(), other(hire_date=dt.date(2025, 4, 2))), 2025, 0)
        assert [*pay_of_year_before(people, None, None)] == [10_000_000, 2_465_753]

    def test_is_that_of_the_calendar_year_in_the_year_after(self) -> None:
        """Cy of ``docs/model/opening.md``; a hire of September has what the short year paid."""
        cy = other(earnings_cents=10_082_192, opening_salary_cents=20_000_000)
        hire = other(earnings_cents=3_000_000, opening_salary_cents=None, hire_date=dt.date(2025, 9, 1))
        both = short(cy, hire, {"employee_id": "A"} | other(year=2026), {"employee_id": "B"} | other(year=2026))
        before, people = people_of(both, 2025, 0), people_of(both, 2026, 0)
        assert [*pay_of_year_before(people, before, None)] == [20_000_000, 3_000_000]


def test_limits_of_tests_are_those_of_the_months() -> None:
    config = short(other()).config
    first, second = limits_of(config, 2025), limits_of(config, 2026)
    assert (first.compensation_cents, first.highly_compensated_cents) == (17_500_000, 16_000_000)
    assert second == limits_of(with_changes(config, {"simulation.opening_date": None}), 2026)


def test_entry_of_coverage_is_by_the_calendar() -> None:
    """Who has a year of service by January 1 may not be left out, and nobody may enter after July 1."""
    dates = [dt.date(2024, 1, 1), dt.date(2024, 7, 1), dt.date(2024, 7, 2)]
    hire, born = (np.array([day_number(day) for day in days], dtype=np.int32) for days in (dates, [dates[0]] * 3))
    last = np.full(3, day_number(dt.date(2025, 10, 31)), dtype=np.int32)
    assert [*non_excludable(hire, born - 12_000, last, PlanYear(2025, 10))] == [True, True, False]


def test_a_plan_is_top_heavy_by_the_balances_of_the_day_before_the_opening() -> None:
    census = [
        {"employee_id": "A", "officer": True, "owner_share_ppm": 0, "deferral_balance_cents": 9_000_000},
        {"employee_id": "B", "officer": False, "owner_share_ppm": 0, "deferral_balance_cents": 0},
    ]
    people = [high(1, opening_salary_cents=30_000_000), other(1)]
    tests = short(*people, opening=census, match={"preset": "simple", "minimum_hours": 1})
    assert found(tests, "Top-heavy minimum").note == "top-heavy on June 30, 2025"


def test_deferral_balances_have_the_return_of_the_days_since_the_opening() -> None:
    census = [
        {"employee_id": "A", "officer": True, "owner_share_ppm": 0, "deferral_balance_cents": 1_000_000},
        {"employee_id": "B", "officer": False, "owner_share_ppm": 0, "deferral_balance_cents": 0},
    ]
    tests = short(other(), other(), opening=census, annual_return=0.05)
    assert found(tests, "Top-heavy").figures["all_balances"] == (1_000_000 + 25_205) / 100


def test_partial_termination_tells_what_the_run_does_not_know() -> None:
    assert "Rev. Rul. 2007-43" in found(short(other()), "Partial termination").note
    assert "2007-43" not in found(run(other()), "Partial termination").note


def test_an_employer_is_three_years_old_by_the_opening_date() -> None:
    plan = {"established": dt.date(2023, 1, 1), "employer_since": dt.date(2022, 6, 1)}
    summary = [{"year": 2025, "headcount_opening": 50}]
    assert "younger" in found(run(other(), summary=summary, **plan), "Automatic enrollment").note
    assert "younger" not in found(short(other(), summary=summary, **plan), "Automatic enrollment").note


# --- a simulated run --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def result() -> ws.Result:
    """Return a run with every kind of fixed dollars and conditions."""
    match = {"dollar_tiers": [{"up_to": 2_000, "rate": 0.5}], "minimum_hours": 1_000, "annual_limit": 900}
    level = {"base_rate": 0.02, "excess_rate": 0.02, "level": 80_000}
    pool = {"dollars": 100_000, "allocation": "integrated", "integrated": {"level": 90_000}}
    plan = {
        "match": match,
        "nonelective": {"kind": "integrated", "integrated": level},
        "profit_sharing": {"kind": "pool", "pool": pool},
    }
    simulation = {"opening_date": dt.date(2025, 7, 1)}
    return ws.simulate(configured(end_year=2026, simulation=simulation, plan=plan, census={"size": 60}))


@pytest.mark.parametrize("measure", ["payroll", "deferral", "net_employer_cost"])
def test_figures_of_employees_are_worked_out_to_the_cent(result: ws.Result, measure: str) -> None:
    for year in (2025, 2026):
        people = result.snapshots.filter(year=year)["employee_id"].cast(str)
        for employee in people.to_list()[::20]:
            found = explain(result, measure, year, employee=employee).worked
            assert found is not None
            assert found.cents == found.kept


def test_what_explains_a_figure_has_the_limits_of_the_months(result: ws.Result) -> None:
    text = str(explain(result, "match", 2025))
    for words in ("up to $1,000.00", "$450.00 in 6 months", "6/12 of 1,000 hours", "at most $175,000"):
        assert words in text
    assert "at most $35,000" in text
    assert "2025 (from July 1)" in text


def test_the_length_of_the_year_is_a_driver_where_one_is_short(result: ws.Result) -> None:
    change = ws.explain_change(result, "profit_sharing")
    drivers = dict(change.drivers.rows())
    assert sum(drivers.values()) == change.change == 5_000_000  # the pool of a year less that of six months
    assert drivers["length of the year"] == pytest.approx(5_000_000, rel=0.05)
    assert drivers["profit sharing formula"] == drivers["limits"] == 0
    later = with_changes(result.config, {"simulation.start_year": 2026, "simulation.opening_date": None})
    whole = ws.explain_change(result, "payroll", 2026, beside=ws.simulate(later))
    assert "length of the year" not in whole.drivers["driver"].to_list()


def test_a_timeline_begins_on_the_day_before_the_opening(result: ws.Result) -> None:
    first = result.snapshots["employee_id"].cast(str).to_list()[0]
    assert ws.timeline(result, first).lines[0].date == dt.date(2025, 6, 30)


def test_reasons_say_of_how_many_months_yearly_dollars_are(result: ws.Result) -> None:
    matched = result.snapshots.filter(pl.col("match_cents") > 0, year=2025)["employee_id"].cast(str)
    lines = re.sub(" +", " ", str(ws.timeline(result, matched[0]))).split("2026-")
    for words in (
        "plan.match 50% to $1,000.00 on annual pay, in 6 months",
        "plan.match.annual_limit $450.00 for one employee, in 6 months",
        "plan.match.minimum_hours 1,000 6/12 of 1,000 hours",
        "plan.profit_sharing $50,000.00 a pool, shared by pay, integrated with Social Security, in 6 months",
    ):
        assert words in lines[0]
    assert "plan.nonelective integrated" in lines[0]
    assert "in 6 months" not in "".join(lines[1:])


def test_an_event_before_the_opening_breaks_a_law(result: ws.Result) -> None:
    assert result.opening is not None
    opening = result.opening.with_columns(replicate=0)
    first = Tables(*(getattr(result, name).filter(year=2025) for name in ("events", "snapshots", "summary")))
    check_year(opening, first, opens=dt.date(2025, 7, 1))
    with pytest.raises(LedgerError, match="events are dated outside the year"):
        check_year(opening, first, opens=dt.date(2025, 12, 1))


def test_dates_before_the_opening_have_no_effect_in_its_year() -> None:
    config = configured(simulation={"opening_date": dt.date(2025, 4, 1)})
    notes = [note for note in effect_notes(drawing(config), 0) if "opening_date" in note]
    assert notes == [
        "compensation.cola_date, enrollment.escalation.date: no effect in 2025: before simulation.opening_date"
    ]  # merit is on April 1


def test_the_label_of_a_short_year() -> None:
    simulation = configured(end_year=2026, simulation={"opening_date": dt.date(2025, 7, 1)}).simulation
    assert [year_label(simulation, year) for year in (2025, 2026)] == ["2025 (from July 1)", "2026"]
    mix = [{"year": 2024, "level": level, "headcount": 1, "share": 0.5} for level in ("a", "b")]
    assert mix_table(mix, "2025-07-01").split()[:2] == ["on", "level"]


HEADING = ("", "2025 (from July 1)", "2026")


def test_a_short_year_is_labelled_wherever_years_are_side_by_side(result: ws.Result) -> None:
    assert re.search(r"\n +2025 \(from July 1\) +2026 +Trend", str(result))
    assert result.plot("payroll").table.heading == HEADING
    found = ws.simulate_ensemble(result.config, replicates=2)
    assert found.plot("payroll").table.heading == HEADING
    sheets = {sheet.name: sheet for sheet in run_sheets(result, people=False)}
    assert sheets["Summary"].head == ["", "2025 (from July 1)", 2026]
    assert list(sheets["Levels"].about) == ["Rows of 2024 are the census of July 1, 2025."]


def test_the_explorer_says_that_the_first_year_is_short(result: ws.Result) -> None:
    batch = FuturesBatch(result.summary, 0, 1.0, result.notes)
    shown = views.parts([DesignFutures(ExploredDesign(name, {}, result.config, {}), (batch,), 1.0) for name in "AB"])
    assert "2025 (from July 1)" in shown["charts"]
    assert "2025 (from July 1) to 2026" in shown["figures"]
    assert shown["warnings"].count("the first plan year is July 1 to December 31, 2025") == 1


def test_present_value_counts_a_short_year_at_its_middle() -> None:
    values = np.array([[100.0, 200.0]])
    assert present(values, 0.1, 0.5)[0] == pytest.approx(100 / 1.1**0.25 + 200 / 1.1)


def test_calibration_measures_the_first_whole_year() -> None:
    config = configured(end_year=2026, simulation={"opening_date": dt.date(2025, 7, 1)}, census={"size": 100})
    found = calibrate(config, {"headcount_closing": 110}, replicates=1, progress=False)
    assert found.facts["before"][0] == ws.simulate(config).summary["headcount_closing"][1]

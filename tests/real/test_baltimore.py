"""The real roster of the City of Baltimore, fiscal year 2016: five years from 2017."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

import workforce_sim as ws

ROOT = Path(__file__).parents[2]
PANEL = ROOT.parent / "shared/data/baltimore/baltimore_panel_2011_2016.parquet"
pytestmark = pytest.mark.skipif(not PANEL.exists(), reason="the Baltimore panel is not beside this project")


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("baltimore_roster", ROOT / "examples/baltimore_roster.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def result(example: ModuleType) -> ws.Result:
    simulated: ws.Result = example.simulate(PANEL)
    return simulated


def test_a_person_listed_twice_is_refused_with_the_rows(example: ModuleType) -> None:
    panel = pl.read_parquet(PANEL).filter(pl.col("fiscal_year") == 2016, pl.col("regular"))
    with pytest.raises(ws.CensusError, match=r"2 of 11881 rows have an employee_id that another row has too"):
        ws.read_census(panel, ws.load_config(example.CONFIG))


def test_what_is_missing_is_imputed_and_said(result: ws.Result) -> None:
    notes = "\n".join(result.notes)
    assert "birth date missing in 11880 of 11880 rows" in notes
    assert "level missing in 11880 of 11880 rows" in notes


def test_headcount_follows_the_growth_set(result: ws.Result) -> None:
    assert result.summary["headcount_closing"].to_list() == [11_880] * 5
    assert result.summary["terminations_opening_staff"].to_list() == [1_069] * 5  # 9% of 11,880, half up


def test_exits_by_tenure_fall_as_the_risks_set_do_and_as_the_city_saw(example: ModuleType, result: ws.Result) -> None:
    rates = dict(example.exits_by_tenure(result).select("tenure_band", "exit_rate").rows())
    assert rates["under 2"] > rates["2-4"] > rates["5-9"] > rates["10-19"]
    seen = {"under 2": 0.165, "2-4": 0.125, "5-9": 0.075}  # the panel's own exits of regular staff, 2011 to 2016
    for band, rate in seen.items():
        assert rates[band] == pytest.approx(rate, rel=0.35), band


def test_nothing_is_absurd(result: ws.Result) -> None:
    staff = result.snapshots
    assert staff["salary_cents"].is_between(1_000_000, 50_000_000).all()  # 2016: 15,000 to 238,772 dollars
    first, last = result.summary["average_salary_cents"][0], result.summary["average_salary_cents"][-1]
    assert 1.0 < (last / first) ** 0.25 < 1.05
    opening = staff.filter(pl.col("year") == 2017, pl.col("opening_salary_cents").is_not_null())
    assert (opening["age"] >= 18).all()
    assert opening.filter(pl.col("age") >= 80).height < 0.01 * opening.height
    growth = result.summary["average_salary_growth_continuing"]
    assert growth.is_between(0.03, 0.06).all()


def test_departments_keep_their_shares(result: ws.Result) -> None:
    shares = ws.summary_by(result, "department").filter(pl.col("headcount_closing") > 100)
    change = shares.group_by("department").agg(
        ratio=pl.col("headcount_closing").sort_by("year").last() / pl.col("headcount_closing").sort_by("year").first()
    )
    assert change["ratio"].is_between(0.6, 1.6).all()

"""The reference model's planned changes against the example of the chapter, and cases worked out by hand."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from workforce_sim.census import read_census
from workforce_sim.census.completion import complete
from workforce_sim.config import Config
from workforce_sim.errors import SimulationError
from workforce_sim.reference import simulate
from workforce_sim.store.ledger import ordered
from workforce_sim.tables.output import Tables

CHAPTERS = Path(__file__).parents[2] / "docs" / "model"
KNOWN_EXITS = {"E-0003": "2025-08-31", "E-0006": "2026-03-31"}


def blocks(chapter: str, kind: str) -> list[str]:
    """Return the blocks of one kind that a chapter shows."""
    return re.findall(rf"```{kind}\n(.*?)```", (CHAPTERS / chapter).read_text(encoding="utf-8"), re.DOTALL)


def laid_over(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration's data with the keys of another in it."""
    both = {
        key: laid_over(base[key], changes[key]) for key in base.keys() & changes.keys() if isinstance(base[key], dict)
    }
    return {**base, **changes, **both}


def firm_csv(known_exits: dict[str, str]) -> str:
    rows = list(csv.reader(io.StringIO(blocks("index.md", "csv")[0])))
    lines = [[*rows[0], "termination_date"], *([*row, known_exits.get(row[0], "")] for row in rows[1:])]
    return "\n".join(",".join(line) for line in lines)


def run_firm(folder: Path, changes: dict[str, Any], exits: dict[str, str] | None = None, replicate: int = 0) -> Tables:
    """Run the firm of the examples with other keys."""
    (folder / "firm.csv").write_text(firm_csv(exits or {}))
    config = Config.model_validate(laid_over(yaml.safe_load(blocks("index.md", "yaml")[0]), changes))
    return simulate(config, complete(read_census(folder / "firm.csv", config), config), replicate=replicate)


def example_keys(folder: Path) -> dict[str, Any]:
    (folder / "acme.csv").write_text(blocks("actions.md", "csv")[0])
    changes: dict[str, Any] = yaml.safe_load(blocks("actions.md", "yaml")[0])
    changes["actions"]["acquisitions"][0]["census"] = str(folder / "acme.csv")
    return changes


@pytest.fixture
def example(tmp_path: Path) -> Tables:
    """The run of the chapter's example."""
    return run_firm(tmp_path, example_keys(tmp_path), KNOWN_EXITS)


def comings_and_goings(run: Tables) -> pl.DataFrame:
    kinds = pl.col("event_type").cast(pl.String).is_in(["hire", "termination"])
    columns = ["employee_id", "event_type", "cause", "effective_date", "salary_after_cents", "level_after"]
    return ordered(run.events, "events").filter(kinds).select(pl.col(columns).cast(pl.String))


def test_the_example_has_the_rows_of_the_chapter(example: Tables) -> None:
    shown = pl.read_csv(io.StringIO(blocks("actions.md", "csv")[-1]), infer_schema=False)

    assert comings_and_goings(example).rows() == shown.rows()


def test_the_example_closes_on_the_headcounts_of_the_chapter(example: Tables) -> None:
    summary = example.summary.sort("year")

    assert summary["headcount_closing"].to_list() == [10, 11]
    assert summary["known_hires"].to_list() == [1, 0]
    assert summary["seasonal_hires"].to_list() == [1, 1]
    assert summary["acquired_employees"].to_list() == [0, 2]
    assert summary["reductions"].to_list() == [0, 1]


def test_those_who_join_and_the_seasonal_earn_by_days(example: Tables) -> None:
    earned = dict(example.snapshots.sort("year").select("employee_id", "earnings_cents").rows())
    of_2025 = dict(example.snapshots.filter(year=2025).select("employee_id", "earnings_cents").rows())

    assert earned["ACME-1"] == 4_995_372
    assert of_2025["NH-2025-000006"] == 529_315


def who(run: Tables, kind: str, cause: str | None, year: int) -> dict[str, str]:
    """Return who has a row of a type and cause in a year, and its day."""
    rows = run.events.filter(year=year).with_columns(pl.col("event_type", "cause", "effective_date").cast(pl.String))
    rows = rows.filter(event_type=kind).filter(pl.col("cause").eq_missing(pl.lit(cause)))
    return dict(rows.select("employee_id", "effective_date").rows())


def test_a_freeze_hires_nobody_and_the_year_after_makes_good(tmp_path: Path) -> None:
    run = run_firm(tmp_path, {"actions": {"freezes": [{"year": 2025}]}})

    # 2025: half up(8 x 25%) = 2 leave, nobody comes: 6. 2026: half up(8,800,000 x 1.1 / 10^6) = 10 (9.68).
    assert run.summary.sort("year").select("hires", "headcount_closing").rows()[0] == (0, 6)
    assert run.summary.sort("year")["headcount_closing"][1] == 10


def test_a_layoff_lowers_the_path_and_is_beside_the_rate(tmp_path: Path) -> None:
    layoffs = [{"date": "2025-05-05", "share": 0.3, "select": "highest_paid"}]
    run = run_firm(tmp_path, {"actions": {"layoffs": layoffs}})
    year = run.summary.sort("year").row(0, named=True)

    # half up(8 x 0.3) = 2 of the highest paid; M = 6, of whom half up(6 x 25%) = 2 terminate (1.5).
    # G = 8,800,000, P' = 6,800,000: 7.
    assert who(run, "termination", "reduction", 2025) == {"E-0007": "2025-05-05", "E-0008": "2025-05-05"}
    assert year["terminations_opening_staff"] == 4
    assert year["headcount_closing"] == 7


def test_of_equal_rank_the_smaller_draw_is_laid_off(tmp_path: Path) -> None:
    layoff = {"date": "2025-05-05", "count": 1, "department": "Sales", "level": "Analyst", "select": "longest_service"}
    run = run_firm(tmp_path, {"actions": {"layoffs": [layoff]}})

    assert who(run, "termination", "reduction", 2025) == {"E-0002": "2025-05-05"}


def test_a_known_last_day_of_a_later_year_keeps_an_employee(tmp_path: Path) -> None:
    later = {f"E-000{n}": f"2026-05-0{n}" for n in range(1, 7)} | {"E-0008": "2025-02-02"}
    honored = {"census": {"known_exits": "honor"}}
    run = run_firm(tmp_path, honored, later)

    # half up(8 x 25%) = 2 leave in 2025: E-0008 on the known day, and E-0007 as nobody else can.
    left = run.snapshots.filter(year=2025, status="terminated").sort("employee_id")
    assert left["employee_id"].to_list() == ["E-0007", "E-0008"]
    assert str(left["termination_date"][1]) == "2025-02-02"

    with pytest.raises(SimulationError, match="only 1 have"):
        run_firm(tmp_path, honored, later | {"E-0007": "2026-05-07"})


def test_a_season_over_the_end_of_a_year(tmp_path: Path) -> None:
    season = {"hired": "02-29", "ends": "03-01", "share": 0.5, "level": "Lead", "salary": 50_000}
    run = run_firm(tmp_path, {"hiring": {"seasonal": [season]}})
    hired = who(run, "hire", "seasonal", 2025)

    # March 1 in 2025 is not after the hire date of that day: the season ends on March 1, 2026.
    assert set(hired.values()) == {"2025-03-01"}
    assert len(hired) == 4
    assert who(run, "termination", "season_end", 2026) == dict.fromkeys(hired, "2026-03-01")


def test_time_to_fill_counts_from_the_last_day(tmp_path: Path) -> None:
    run = run_firm(tmp_path, {"hiring": {"time_to_fill": {"shortest_days": 30, "longest_days": 30}}})
    left = [day for cause in ("voluntary", "involuntary", "retirement") for day in left_in(run, cause)]

    # Two of the eight leave, E-0002 on October 7 is filled on November 6, E-0007 on another day; the rest are drawn.
    assert "2025-10-07" in left
    assert "2025-11-06" in who(run, "hire", None, 2025).values()


def left_in(run: Tables, cause: str) -> list[str]:
    return [day for name, day in who(run, "termination", cause, 2025).items() if name.startswith("E-")]


def test_new_service_begins_on_the_first_day(tmp_path: Path) -> None:
    keys = example_keys(tmp_path)
    credited = run_firm(tmp_path, keys, KNOWN_EXITS).snapshots.filter(employee_id="ACME-1", year=2026)
    keys["actions"]["acquisitions"][0]["service"] = "new"
    new = run_firm(tmp_path, keys, KNOWN_EXITS).snapshots.filter(employee_id="ACME-1", year=2026)

    assert credited["tenure_years"].to_list() == [10]
    assert new["tenure_years"].to_list() == [0]
    # Hired on 2015-06-01, a year of wait is long over: eligible on the first day.
    assert str(credited["eligibility_date"][0]) == "2026-04-01"


def test_a_department_has_rates_of_its_own(tmp_path: Path) -> None:
    own = {"Finance": {"cola_rate": 0, "merit_pool": 0, "termination_rate": 0, "promotion_rate": 0, "growth": 0}}
    run = run_firm(tmp_path, {"departments": own})
    finance = run.snapshots.filter(department="Finance", year=2025)

    assert finance["employee_id"].sort().to_list() == ["E-0003", "E-0004", "E-0007"]
    assert finance["salary_cents"].sort().to_list() == [5_800_000, 7_100_000, 12_000_000]

"""An interrupted run goes on, and a finished one is extended, to the byte as if it had never stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import workforce_sim as ws
from tests.support import few
from tests.support_store import hashes, interrupted, of_years, run_of, strays, year_folders

DESIGNS = sorted(Path("config/plan_designs").glob("*.yaml"))
YEARS = 3
LEVELS = [
    {"name": name, "minimum": low, "midpoint": 1.4 * low, "maximum": 2 * low}
    for name, low in (("Staff", 30e3), ("Senior", 60e3), ("Head", 110e3))
]
PAID = [
    {"name": "bonus", "kind": "bonus", "share": 0.1, "receivers": 0.7, "spread": 0.5, "date": "03-15"},
    {"name": "overtime", "kind": "overtime", "share": 0.05, "receivers": 0.5},
]
CASES: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "without a plan": {"plan": {"enabled": False}},
    "nobody leaves": {"workforce": {"total_termination_rate": 0.0, "new_hire_termination_rate": 0.0}},
    "nobody is hired": {"simulation": {"target_growth_rate": -0.12}},
    "half of them leave": {"workforce": {"total_termination_rate": 0.5}},
    "people leave freely": {"workforce": {"headcount": "stochastic"}},
    "another rate each year": {"simulation": {"target_growth_rate": {2025: 0.2, 2026: -0.3, 2027: 0.4}}},
    "levels of the configuration": {"workforce": {"levels": LEVELS}, "promotion": {"base_rate": 0.5}},
    "ranges that grow": {"workforce": {"levels": LEVELS}, "hiring": {"range_growth": {2025: 0.01, 2027: 0.1}}},
    "pay ranges and retirement": {
        "workforce": {"levels": LEVELS},
        "compensation": {"range_minimum": "lift", "range_maximum": "lump_sum", "merit_proration": "days"},
        "terminations": {"retirement": {"eligible": [{"age": 55, "service": 5}], "rates": [{"from": 55, "rate": 0.3}]}},
    },
    "part time": {"hiring": {"part_time_share": 0.5}},
    "pay other than salary": {"compensation": {"other_pay": PAID}, "plan": {"deferral_pay": "base"}},
    "vested late": {"plan": {"vesting": {"match": "cliff_3"}}},
    "forfeitures are used": {"plan": {"vesting": {"match": "graded_6", "nonelective": "cliff_3"}}},
    "several sources": {
        "plan": {
            "profit_sharing": {"kind": "pool", "pool": {"payroll_share": 0.03}, "last_day": True},
            "discretionary_match": {"preset": "stretch"},
            "vesting": {"profit_sharing": "graded_6", "discretionary_match": "cliff_2"},
            "annual_return": 0.05,
        }
    },
    "most come back": {
        "simulation": {"target_growth_rate": {2025: 0.2, 2026: -0.1, 2027: 0.3}},
        "workforce": {"total_termination_rate": 0.4},
        "hiring": {"rehires": {"share": 0.9, "within_years": 2}},
        "plan": {"vesting": {"match": "graded_6"}},
    },
    "in 2028 a leap year": {"simulation": {"start_year": 2027}},
}


def every_interruption(config: Any, place: Path, **arguments: Any) -> None:
    """Assert that the run ends the same after its first year, and when it is interrupted after each of them."""
    ws.simulate(config, out=place / "whole", **arguments)
    expected = hashes(place / "whole")
    years = year_folders(place / "whole")
    for run, interruptions in ((place / "once", [1]), (place / "each", range(1, len(years)))):
        for after in interruptions:
            interrupted(config, run, after, **arguments)
            assert (year_folders(run), strays(run)) == (years[:after], [])
            assert of_years(hashes(run), {*years[:after]}) == of_years(expected, {*years[:after]})
        ws.simulate(config, out=run, **arguments)
        assert (hashes(run), strays(run)) == (expected, [])


@pytest.mark.parametrize("case", few(CASES, 6))
def test_a_run_goes_on_after_every_year(case: str, tmp_path: Path) -> None:
    every_interruption(run_of(YEARS, **CASES[case]), tmp_path)


@pytest.mark.parametrize("design", few(DESIGNS, 6), ids=lambda path: path.stem)
def test_every_plan_design_goes_on_after_every_year(design: Path, tmp_path: Path) -> None:
    config = {**yaml.safe_load(design.read_text(encoding="utf-8")), "census": {"size": 80}}
    years = {**config["simulation"], "end_year": config["simulation"]["start_year"] + YEARS - 1}
    every_interruption({**config, "simulation": years}, tmp_path, census=None)


def test_the_reference_engine_goes_on_after_every_year(tmp_path: Path) -> None:
    every_interruption(run_of(3), tmp_path, engine="reference")


def test_replicate_3_goes_on_after_every_year(tmp_path: Path) -> None:
    every_interruption(run_of(YEARS), tmp_path, replicate=3)


def census(**columns: pl.Expr) -> pl.DataFrame:
    return ws.synthetic_census(60, seed=5).frame.with_columns(**columns)


CENSUSES: dict[str, pl.DataFrame] = {
    "no departments": census(department=pl.lit(None, pl.String)),
    "a department each": census(department=pl.format("D{}", pl.int_range(60))),
    "some in no department": census(department=pl.when(pl.int_range(60) % 3 > 0).then(pl.lit("東京"))),
    "no deferral rates": census(deferral_bp=pl.lit(None, pl.Int32)),
    "in another order": census().sample(fraction=1.0, shuffle=True, seed=2),
    "ids of any kind": census(employee_id=pl.format("NH-1999-{} ☂\n", pl.int_range(60))),
    "one level": census(level=pl.lit("Only")),
    "two people": census().head(2),
}


@pytest.mark.parametrize("name", few(CENSUSES, 8))
def test_every_census_goes_on_after_every_year(name: str, tmp_path: Path) -> None:
    every_interruption(run_of(YEARS), tmp_path, census=CENSUSES[name])


def test_it_may_go_on_in_another_order_of_the_census_from_another_folder_of_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws.simulate(run_of(YEARS), census=census(), out=tmp_path / "whole")
    interrupted(run_of(YEARS), tmp_path / "run", 2, census=census())
    monkeypatch.chdir(tmp_path)
    ws.simulate(run_of(YEARS), census=CENSUSES["in another order"], out="run")
    assert (hashes(tmp_path / "run"), strays(tmp_path / "run")) == (hashes(tmp_path / "whole"), [])


def test_years_that_stand_are_never_written_again(tmp_path: Path) -> None:
    run = tmp_path / "run"
    interrupted(run_of(YEARS), run, 2)
    stood = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in run.glob("year=*/*")}
    ws.simulate(run_of(YEARS), out=run)
    ws.simulate(run_of(YEARS + 2), out=run)
    assert stood == {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in stood}


# --- extended ---


@pytest.mark.parametrize("arguments", [{}, {"engine": "reference"}, {"replicate": 3}], ids=str)
def test_a_finished_run_is_extended_as_if_it_had_been_asked_for_at_once(
    arguments: dict[str, Any], tmp_path: Path
) -> None:
    told: list[int] = []
    for years in (1, 2, 4):
        extended = ws.simulate(
            run_of(years), out=tmp_path / "run", progress=lambda year, done, of: told.append(year), **arguments
        )
        assert extended.config.simulation.end_year == 2024 + years
        assert len(extended.summary) == years
    ws.simulate(run_of(4), out=tmp_path / "whole", **arguments)
    assert told == [2025, 2026, 2027, 2028]
    assert (hashes(tmp_path / "run"), strays(tmp_path / "run")) == (hashes(tmp_path / "whole"), [])


def test_an_interrupted_extension_goes_on_and_is_not_cut_back(tmp_path: Path) -> None:
    ws.simulate(run_of(2), out=tmp_path / "run")
    interrupted(run_of(5), tmp_path / "run", 3)
    for years in (2, 3):
        with pytest.raises(ws.LedgerError, match=rf"simulation\.end_year: 2029 there, {2024 + years} asked for"):
            ws.simulate(run_of(years), out=tmp_path / "run")
    ws.simulate(run_of(5), out=tmp_path / "run")
    ws.simulate(run_of(5), out=tmp_path / "whole")
    assert (hashes(tmp_path / "run"), strays(tmp_path / "run")) == (hashes(tmp_path / "whole"), [])


def test_a_warning_of_the_law_about_later_years_comes_with_them(tmp_path: Path) -> None:
    matches = {2025: {"preset": "safe_harbor_basic"}, 2027: {"tiers": [{"up_to": 0.08, "rate": 1.0}]}}
    plan = {"match": matches, "testing": {"safe_harbor": True}}
    short = ws.simulate(run_of(2, plan=plan), out=tmp_path / "run")
    longer = ws.simulate(run_of(4, plan=plan), out=tmp_path / "run")
    ws.simulate(run_of(4, plan=plan), out=tmp_path / "whole")
    of_law = [{note for note in run.notes if note.startswith("compliance warning")} for run in (short, longer)]
    assert of_law[0] < of_law[1]
    assert "plan.match: no effect in 2027: the run covers 2025 to 2026" in {*short.notes} - {*longer.notes}
    assert ws.read_run(tmp_path / "run").notes == longer.notes
    assert hashes(tmp_path / "run") == hashes(tmp_path / "whole")


# --- what it goes on from must be what was written ---


@pytest.mark.parametrize("name", ["carried", "snapshots", "events", "summary"])
def test_nothing_is_built_on_a_year_that_was_changed(name: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    interrupted(run_of(YEARS), run, 2)
    file = run / "year=2026" / f"{name}.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)
    before = hashes(run)
    with pytest.raises(ws.LedgerError, match=rf"year=2026/{name}\.parquet: was changed since it was written"):
        ws.simulate(run_of(YEARS), out=run)
    assert (hashes(run), strays(run)) == (before, [])


def test_nothing_is_built_on_a_year_of_another_run(tmp_path: Path) -> None:
    interrupted(run_of(YEARS), tmp_path / "run", 2)
    ws.simulate(run_of(YEARS), out=tmp_path / "other", seed=8)
    (tmp_path / "run" / "year=2026").rename(tmp_path / "aside")
    (tmp_path / "other" / "year=2026").rename(tmp_path / "run" / "year=2026")
    with pytest.raises(ws.LedgerError, match=r"year=2026: belongs to another run"):
        ws.simulate(run_of(YEARS), out=tmp_path / "run")


def test_what_a_killed_writer_left_is_cleared_away(tmp_path: Path) -> None:
    run = tmp_path / "run"
    interrupted(run_of(YEARS), run, 2)
    (run / ".year=2027.part").mkdir()
    (run / ".year=2027.part" / "events.parquet").write_bytes(b"PAR1 half of it")
    (run / ".run.json.part").write_text("{")
    (run / ".lock").write_text(json.dumps({"pid": 2**22 + 1, "host": "elsewhere", "since": "2020-01-01"}))
    ws.simulate(run_of(YEARS), out=run)
    ws.simulate(run_of(YEARS), out=tmp_path / "whole")
    assert (hashes(run), strays(run)) == (hashes(tmp_path / "whole"), [])
    (run / ".lock").touch()
    (run / ".year=2029.part").mkdir()
    ws.simulate(run_of(YEARS), out=run)
    assert (hashes(run), strays(run)) == (hashes(tmp_path / "whole"), [])

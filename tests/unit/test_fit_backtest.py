"""``backtest``: rolling origins of an employer whose rates are known, scores and words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support_fit import people, world
from workforce_sim.studies.fitting.labels import label
from workforce_sim.studies.fitting.scoring import by_measure

WORLD = world(11, 400, years=4)
MEASURES = ["headcount", "exits", "hires", "payroll", "average pay"]


@pytest.fixture(scope="module")
def test_of_world() -> ws.Backtest:
    return ws.backtest(WORLD, replicates=20)


def test_every_origin_horizon_and_measure_has_a_score(test_of_world: ws.Backtest) -> None:
    scores = test_of_world.scores

    assert [day.year for day in test_of_world.origins] == [2020, 2021, 2022]
    assert scores.group_by("origin", maintain_order=True).len()["len"].to_list() == [15, 10, 5]
    assert scores["measure"].unique(maintain_order=True).to_list() == MEASURES
    assert {"actual", "mean", "p5", "p50", "p95", "crps", "crps_flat", "crps_last"} <= set(scores.columns)


def test_what_happened_is_what_the_censuses_say(test_of_world: ws.Backtest) -> None:
    row = test_of_world.scores.filter(pl.col("horizon") == 2, pl.col("measure") == "headcount").row(0, named=True)
    before, after = WORLD[dt.date(2021, 12, 31)], WORLD[dt.date(2022, 12, 31)]
    exits = test_of_world.scores.filter(pl.col("horizon") == 2, pl.col("measure") == "exits").row(0, named=True)
    payroll = test_of_world.scores.filter(pl.col("horizon") == 2, pl.col("measure") == "payroll").row(0, named=True)

    assert row["actual"] == after.height
    assert exits["actual"] == before.join(after, on="employee_id", how="anti").height
    assert payroll["actual"] == pytest.approx(after["annual_salary"].sum())


def test_last_years_exits_are_taken_for_as_long_as_the_interval() -> None:
    """Two years passed before the origin, one after it: half of those who left in the two."""
    ids = [f"e{n}" for n in range(100)]
    days = [dt.date(2020, 12, 31), dt.date(2022, 12, 31), dt.date(2023, 12, 31)]
    found = ws.backtest(
        dict(zip(days, (people(id=ids), people(id=ids[20:]), people(id=ids[25:])), strict=True)), replicates=2
    )
    row = found.scores.filter(pl.col("measure") == "exits").row(0, named=True)

    assert row["actual"] == 5
    assert row["crps_last"] == 10 - 5


def test_bands_of_a_world_that_the_model_knows_hold(test_of_world: ws.Backtest) -> None:
    assert (test_of_world.scores["p5"] <= test_of_world.scores["p95"]).all()
    assert test_of_world.measures["cover_90"].mean() > 0.7


def test_a_forecast_knows_nothing_of_later_censuses(test_of_world: ws.Backtest) -> None:
    known = dict(list(WORLD.items())[:4])
    spoiled = {**known, dt.date(2023, 12, 31): WORLD[dt.date(2023, 12, 31)].head(50)}
    again = ws.backtest(spoiled, origins=[2020], horizons=[1, 2, 3], replicates=20)
    names = ["horizon", "measure", "mean", "p5", "p95"]
    first = pl.col("origin") == dt.date(2020, 12, 31)

    assert again.scores.select(names).equals(test_of_world.scores.filter(first).select(names))


def test_the_verdict_has_a_sentence_for_each_measure(test_of_world: ws.Backtest) -> None:
    lines = test_of_world.verdict.splitlines()

    assert [line.split(":")[0] for line in lines[:5]] == [label(measure) for measure in MEASURES]
    assert all("80% band" in line and "a flat rate" in line for line in lines[:5])
    assert lines[-1].startswith("thresholds: an 80% band is right if 70% to 95% of the values are within it; a median")
    assert "farthest off" in str(test_of_world)
    assert test_of_world.report().count("<svg") == 5 * (1 + 2)  # every forecast; fans of two origins


def test_the_page_has_a_section_for_each_measure(test_of_world: ws.Backtest, tmp_path: Path) -> None:
    page = test_of_world.report(tmp_path / "backtest.html").read_text(encoding="utf-8")

    assert page.count("<svg") == 15
    assert all(f'id="{measure.replace(" ", "-")}"' in page for measure in MEASURES)
    assert all(line in page for line in test_of_world.verdict.splitlines())
    assert page.count("from 2020-12-31") >= 5


def test_the_driver_that_was_off_is_named() -> None:
    """Pay is doubled in the last year: raises are off, and nothing else is so far."""
    last = dt.date(2023, 12, 31)
    raised = {**WORLD, last: WORLD[last].with_columns(pl.col("annual_salary") * 2)}
    found = ws.backtest(raised, origins=[2022], replicates=10)

    assert found.missed["driver"].to_list() == ["raise"]
    assert "farthest off: raises" in found.verdict


def test_coverage_skill_and_width_by_hand() -> None:
    row: dict[str, Any] = {"measure": "exits", **{f"p{p}": float(p) for p in (5, 10, 25, 50, 75, 90, 95)}, "pit": 0.5}
    scores = pl.DataFrame(
        [
            {**row, "actual": 50.0, "crps": 1.0, "crps_flat": 2.0, "crps_last": 4.0},
            {**row, "actual": 92.0, "crps": 2.0, "crps_flat": 4.0, "crps_last": 2.0},
        ]
    )
    (found,) = by_measure(scores).to_dicts()

    assert (found["cover_50"], found["cover_80"], found["cover_90"]) == (0.5, 0.5, 1.0)
    assert (found["skill_flat"], found["skill_last"]) == (0.5, 0.5)
    assert found["width_80"] == pytest.approx(160 / 142)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"origins": [1999]}, "no such origin; there are 2020-12-31"),
        ({"horizons": [0]}, "horizons: expected whole numbers from 1"),
    ],
)
def test_what_cannot_be_scored_is_refused(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ws.RequestError, match=says):
        ws.backtest(WORLD, **more)


def test_two_censuses_cannot_be_scored() -> None:
    with pytest.raises(ws.RequestError, match=r"needs three or more censuses \(there are 2\)"):
        ws.backtest(dict(list(WORLD.items())[:2]))

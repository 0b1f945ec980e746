"""The face of a simulation: what is checked at the door, and what a result offers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from workforce_sim.engine.events import hire
from workforce_sim.store.header import FORMAT

CONFIG: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 40},
    "random_seed": 7,
}


def test_everything_may_be_overridden() -> None:
    result = ws.simulate(CONFIG, start_year=2027, end_year=2027, seed=8)
    assert result.summary["year"].to_list() == [2027]
    assert result.config.random_seed == 8
    assert result.fingerprint != ws.simulate(CONFIG, start_year=2027, end_year=2027, seed=9).fingerprint


def test_a_configuration_may_be_a_path_a_dict_or_a_config(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        "simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}\n"
        "workforce: {total_termination_rate: 0.12}\ncensus: {size: 40}\nrandom_seed: 7\n",
        encoding="utf-8",
    )
    prints = {ws.simulate(source).fingerprint for source in (file, str(file), CONFIG, ws.load_config(CONFIG))}
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"engine": "slow"}, "engine must be"),
        ({"replicate": -1}, "from 0 to 2,147,483,647"),
        ({"replicate": 1.5}, "whole number"),
    ],
)
def test_wrong_arguments_are_told(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ws.simulate(CONFIG, **wrong)


def test_a_taken_folder_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    seen: list[int] = []
    with pytest.raises(ws.LedgerError, match="not an empty folder"):
        ws.simulate(CONFIG, out=tmp_path, progress=lambda year, done, of: seen.append(year))
    assert seen == []
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_configured_folder_is_written(tmp_path: Path) -> None:
    result = ws.simulate({**CONFIG, "output": {"path": str(tmp_path / "run")}})
    assert ws.read_run(tmp_path / "run").fingerprint == result.fingerprint


def test_progress_is_told_after_each_year() -> None:
    seen: list[tuple[int, int, int]] = []
    ws.simulate(CONFIG, progress=lambda year, done, of: seen.append((year, done, of)))
    assert seen == [(2025, 1, 2), (2026, 2, 2)]


def test_a_census_of_a_later_day_is_refused() -> None:
    census = ws.synthetic_census(40, as_of=dt.date(2025, 1, 1))
    with pytest.raises(ws.CensusError, match=r"of 40 employees have hire_date on or after 2015-01-01"):
        ws.simulate(CONFIG, census=census, start_year=2015)


def test_level_names_that_nobody_has_are_refused() -> None:
    with pytest.raises(ws.ConfigError, match=r"hiring.level_mix: no level is named Chief; the levels are Staff, "):
        ws.simulate({**CONFIG, "hiring": {"level_mix": {"Staff": 0.5, "Chief": 0.5}}})


def test_the_opening_replays_into_the_first_closing() -> None:
    result = ws.simulate(CONFIG)
    assert result.opening is not None
    stays = result.snapshots.filter(pl.col("year") == 2025, pl.col("termination_date").is_null())
    year = stays.with_columns(eligible=pl.col("eligibility_date").is_not_null())
    closing = ws.replay(result.opening, result.events.filter(pl.col("year") == 2025))
    assert closing.equals(year.select(closing.columns).sort("replicate", "employee_id"))
    assert closing.height == 41
    assert 0 < closing["enrolled"].sum() < closing["eligible"].sum() < 41


def test_the_opening_has_who_is_eligible_and_the_deferral_rates_drawn_for_a_census_without_any() -> None:
    hired = [dt.date(2020, 5, 1), dt.date(2020, 5, 1), dt.date(2024, 12, 31)]
    census = {"employee_id": ["a", "b", "c"], "hire_date": hired, "annual_salary": [5e4] * 3, "excluded": [0, 1, 0]}
    one = {"election": 1.0, "deferral_rates": 0.07}
    changes = {"enrollment": one, "workforce": {"total_termination_rate": 0.0}}
    result = ws.simulate(
        {**CONFIG, **changes}, census=pl.DataFrame({**census, "birth_date": [dt.date(1980, 5, 1)] * 3})
    )
    assert result.opening is not None
    columns = "employee_id", "eligible", "deferral_bp"
    assert result.opening.select(columns).rows() == [("a", True, 700), ("b", False, 0), ("c", False, 0)]
    assert result.notes[-1] == "no deferral rates: participants at the opening are drawn from enrollment.election"


def test_a_census_has_a_length_and_is_an_arrow_stream() -> None:
    census = ws.synthetic_census(40)
    assert len(census) == 40
    assert pl.DataFrame(census)["salary_cents"].equals(census.frame["salary_cents"])


def test_the_reference_engine_gives_the_same_result() -> None:
    assert ws.simulate(CONFIG, engine="reference").fingerprint == ws.simulate(CONFIG).fingerprint


def test_every_public_name_is_there() -> None:
    assert sorted(ws.__all__) == ws.__all__
    assert all(getattr(ws, name) is not None for name in ws.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = ws.nonsense


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"compensation": {"cola_rate": 1.0}}, r"pay of more than \$1,000,000,000 is reached in 20"),
        ({"hiring": {"range_growth": 1.0}}, r"pay of more than \$1,000,000,000 is reached in 20"),
        (
            {
                "compensation": {
                    "merit_pool": 1.0,
                    "ratings": {"a": {"share": 0.99, "factor": 0}, "b": {"share": 0.01, "factor": 1}},
                },
                "census": {"size": 1000},
            },
            r"a merit increase of more than 1,000% in 2025",
        ),
    ],
)
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_pay_never_grows_out_of_its_integers(changes: dict[str, Any], says: str, engine: Any) -> None:
    with pytest.raises(ws.SimulationError, match=says):
        ws.simulate({**CONFIG, **changes}, end_year=2060, engine=engine)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_both_engines_tell_their_progress(engine: Any) -> None:
    seen: list[int] = []
    ws.simulate(CONFIG, engine=engine, progress=lambda year, done, of: seen.append(year))
    assert seen == [2025, 2026]


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ("[]", r"cannot be read"),
        ("{}", r"was changed since it was written"),
        (f'{{"format": "{FORMAT}"}}', r"was changed since it was written"),
        (
            f'{{"format": "{FORMAT}", "configuration": {{"simulation": 3}}, "notes": []}}',
            r"was changed since it was written",
        ),
        ("x", r"cannot be read"),
        ("", r"cannot be read"),
    ],
)
def test_a_damaged_description_of_a_run_is_one_clear_error(about: str, says: str, tmp_path: Path) -> None:
    ws.simulate(CONFIG, out=tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text(about, encoding="utf-8")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    for use in (ws.read_run, lambda run: ws.simulate(CONFIG, out=run)):
        with pytest.raises(ws.LedgerError, match=rf"run\.json: {says}"):
            use(tmp_path / "run")
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}


def test_a_table_of_other_columns_is_no_run(tmp_path: Path) -> None:
    ws.simulate(CONFIG, out=tmp_path / "run")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "run" / "year=2026" / "events.parquet")
    with pytest.raises(ws.LedgerError, match=r"year=2026/events\.parquet: was changed since it was written"):
        ws.read_run(tmp_path / "run")


@pytest.mark.parametrize(("opening", "together"), [([5, 6, 90], [5, 6, 7, 8, 90]), ([90, 6, 5], [90, 6, 5, 7, 8])])
def test_hires_stand_where_their_keys_belong_in_staff_in_the_order_of_keys(
    opening: list[int], together: list[int]
) -> None:
    staff, hires = (pl.DataFrame({"key": keys}, schema={"key": pl.UInt64}) for keys in (opening, [7, 8]))

    assert hire.together(staff, hires, 1)["key"].to_list() == together

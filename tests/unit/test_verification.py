"""A run on disk verified: what is good is said to be, and what is wrong is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests import support
from tests.support import few
from workforce_sim import LedgerError, read_run, simulate, synthetic_census, verify_run
from workforce_sim.cli.main import main
from workforce_sim.simulation.run import begin
from workforce_sim.simulation.simulate import simulated_years
from workforce_sim.store.header import read_header
from workforce_sim.store.layout import sealed, write_new, year_folder
from workforce_sim.store.ledger import ordered
from workforce_sim.store.parquet import write_tables
from workforce_sim.store.writer import writing

CONFIG = support.configured(2025, 2027)
CENSUS = synthetic_census(150)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("once") / "run"
    simulate(CONFIG, census=CENSUS, out=run)
    return run


@pytest.fixture
def run(once: Path, tmp_path: Path) -> Path:
    """Give the folder of a run, for a test to change."""
    return shutil.copytree(once, tmp_path / "run")


def test_a_run_is_good_and_is_what_another_simulation_gives(run: Path) -> None:
    found = verify_run(run, deep=True)
    assert found
    assert found.years == (2025, 2026, 2027)
    assert str(found) == f"{run}: good; 2025 to 2027: hashes, chain, columns, laws, replay, simulated again"


@pytest.mark.parametrize(
    "columns",
    [
        {"level": pl.lit(None, dtype=pl.String)},
        {"deferral_bp": pl.lit(None, dtype=pl.Int32)},
        {"birth_date": pl.lit(None, dtype=pl.Date)},
        {"department": pl.lit(None, dtype=pl.String)},
    ],
)
def test_what_the_census_left_out_is_completed_alike(tmp_path: Path, columns: dict[str, pl.Expr]) -> None:
    census = type(CENSUS)(CENSUS.frame.with_columns(**columns))
    simulate(CONFIG, census=census, out=tmp_path / "run")
    assert verify_run(tmp_path / "run", deep=True).problems == ()


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_either_engine_is_verified_by_the_fast_one(tmp_path: Path, engine: str) -> None:
    simulate(CONFIG, census=CENSUS, out=tmp_path / "run", engine=engine, replicate=2)
    assert verify_run(tmp_path / "run", deep=True).problems == ()


def test_an_unfinished_run_says_in_a_line_which_years_are_missing(tmp_path: Path) -> None:
    run = begin(CONFIG, census=CENSUS)
    years = simulated_years(run, tmp_path / "run")
    next(years)
    years.close()
    for deep in (False, True):
        found = verify_run(tmp_path / "run", deep=deep)
        assert not found
        (problem,) = found.problems
        told = "missing, and all years to 2027; the run is not finished, or lost them: simulate it again with the same"
        assert problem == f"{year_folder(tmp_path / 'run', 2026)}: {told} folder"
    rewritten(tmp_path / "run", 2025, "snapshots", pl.col("match_cents") + 1)
    problem, missing = verify_run(tmp_path / "run", deep=True).problems
    assert problem == f"{year_folder(tmp_path / 'run', 2025)}: snapshots is not what the simulation gives"
    assert missing.startswith(f"{year_folder(tmp_path / 'run', 2026)}: missing")


def test_years_that_were_lost_are_a_line_for_each_gap(run: Path) -> None:
    simulate(CONFIG, census=CENSUS, out=run, end_year=2031)
    for year in (2026, 2027, 2029):
        shutil.rmtree(year_folder(run, year))
    assert verify_run(run).problems == (
        f"{year_folder(run, 2026)}: missing, and all years to 2027; the run lost them: simulate it again elsewhere",
        f"{year_folder(run, 2029)}: missing; the run lost it: simulate it again elsewhere",
    )


def rewritten(run: Path, year: int, name: str, change: pl.Expr, *, more_rows: int = 0) -> None:
    """Change a table and everything that would tell: its hash, its manifest, the chain after it.

    ``more_rows``: how many the manifest says beyond those that there are.
    """
    stored = read_run(run)
    header = json.loads((run / "run.json").read_text())
    before = None
    for number in stored.summary["year"]:
        folder = year_folder(run, number)
        manifest = json.loads((folder / "manifest.json").read_text())
        del manifest["seal"]
        if number == year:
            frame = getattr(stored.tables.part(number), name).with_columns(change)
            (folder / f"{name}.parquet").unlink()
            manifest["files"] |= write_tables({folder / f"{name}.parquet": frame}, "zstd", header["level"])
            manifest["files"][f"{name}.parquet"]["rows"] += more_rows
        manifest["before"] = before or manifest["before"]
        done = sealed(manifest)
        before = done.seal
        (folder / "manifest.json").unlink()
        write_new(folder / "manifest.json", done.content)


def forged(run: Path, year: int, forge: Callable[[Path, dict[str, Any]], None]) -> None:
    """Change what a year is said to hand on, and everything that would tell."""
    before = None
    for number in sorted(int(path.name[5:]) for path in run.glob("year=*")):
        folder = year_folder(run, number)
        manifest = json.loads((folder / "manifest.json").read_text())
        if number == year:
            forge(folder, manifest)
        manifest["before"] = before or manifest["before"]
        done = sealed({name: value for name, value in manifest.items() if name != "seal"})
        before = done.seal
        (folder / "manifest.json").write_bytes(done.content)


def with_carried(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Path, dict[str, Any]], None]:
    def forge(folder: Path, manifest: dict[str, Any]) -> None:
        frame = change(pl.read_parquet(folder / "carried.parquet"))
        (folder / "carried.parquet").unlink()
        manifest["files"] |= write_tables({folder / "carried.parquet": frame}, "zstd")

    return forge


def more_forfeitures(_: Path, manifest: dict[str, Any]) -> None:
    manifest["forfeitures_cents"][0] += 1


FORGERIES: dict[str, tuple[Callable[[Path, dict[str, Any]], None], str]] = {
    "forfeitures": (more_forfeitures, "forfeitures_cents of manifest.json"),
    "highly paid": (with_carried(lambda frame: frame.with_columns(~pl.col("highly_paid"))), "carried.parquet"),
    "eligible": (with_carried(lambda frame: frame.with_columns(pl.col("eligible") + 1)), "carried.parquet"),
    "enrolled": (with_carried(lambda frame: frame.with_columns(pl.col("enrolled_year") - 1)), "carried.parquet"),
    "one person": (
        with_carried(lambda frame: frame.with_columns(follows=pl.Series(changed(frame)))),
        "carried.parquet",
    ),
    "order": (with_carried(lambda frame: frame.reverse()), "carried.parquet"),
    "a column more": (with_carried(lambda frame: frame.with_columns(more=1)), "carried.parquet"),
}


def changed(frame: pl.DataFrame) -> pl.Series:
    first, *others = frame["follows"].to_list()
    return pl.Series([not first, *others])


@pytest.mark.parametrize("year", support.few([2025, 2027], 2))
@pytest.mark.parametrize("what", FORGERIES)
def test_forged_state_that_a_year_hands_on_is_told_by_another_simulation(what: str, year: int, run: Path) -> None:
    forge, named = FORGERIES[what]
    forged(run, year, forge)
    assert verify_run(run)
    (problem,) = verify_run(run, deep=True).problems
    assert problem == f"{year_folder(run, year)}: {named} is not what the simulation gives"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda frame: frame.head(-1), "carried has other rows than the"),
        (lambda frame: frame.with_columns(eligible=None), "carried has other columns or types"),
        (lambda frame: frame.with_columns(pl.col("follows").replace(True, None)), "carried has other rows than the"),
        (lambda frame: frame.drop("roth_catch_up"), "carried has other columns or types"),
        (lambda frame: frame.with_columns(pl.col("eligible").cast(pl.Int64)), "carried has other columns or types"),
    ],
)
def test_nothing_is_built_on_state_that_does_not_fit(
    change: Callable[[pl.DataFrame], pl.DataFrame], told: str, run: Path
) -> None:
    forged(run, 2027, with_carried(change))
    (problem,) = verify_run(run).problems
    assert problem.startswith(f"{year_folder(run, 2027)}: {told}")
    with pytest.raises(LedgerError, match=told):
        simulate(CONFIG, census=CENSUS, out=run, end_year=2028)


def without_opening(run: Path) -> None:
    """Write a run of tables that no opening is known of."""
    result = simulate(CONFIG, census=CENSUS)
    replace(result, opening=None).write(run)


def test_without_an_opening_the_first_year_has_its_laws_and_no_replay(tmp_path: Path) -> None:
    run = tmp_path / "run"
    without_opening(run)
    told = "hashes, chain, columns, laws, replay of all years but the first; without an opening 2025 cannot be replayed"
    assert str(verify_run(run)) == f"{run}: good; 2025 to 2027: {told}"
    (problem,) = verify_run(run, deep=True).problems
    assert problem == f"{run}: has no opening; it cannot be simulated again"


@pytest.mark.parametrize(
    ("table", "change", "told"),
    [
        ("snapshots", pl.lit(-5, dtype=pl.Int64).alias("salary_cents"), "values of salary_cents are below"),
        ("snapshots", pl.lit(20_000, dtype=pl.Int32).alias("deferral_bp"), "values of deferral_bp are above"),
        ("summary", pl.col("headcount_closing") + 1, "1 headcount bridges do not close"),
        ("events", pl.col("effective_date").dt.offset_by("1y"), "events are dated outside the year"),
    ],
)
def test_without_an_opening_a_broken_law_of_the_first_year_is_told(
    table: str, change: pl.Expr, told: str, tmp_path: Path
) -> None:
    without_opening(tmp_path / "run")
    rewritten(tmp_path / "run", 2025, table, change)
    assert told in "\n".join(verify_run(tmp_path / "run").problems)


def test_a_run_of_another_version_is_not_called_forged_without_a_word(run: Path) -> None:
    result = simulate(CONFIG, census=CENSUS)
    header = replace(read_header(run), versions={"workforce_sim": "0.0.9", "pyarrow": "1"}, opening=None)
    assert result.opening is not None
    with writing(run.parent / "old", header, ordered(result.opening, "census")) as writer:
        for year, part in zip(header.years, result.parts(), strict=True):
            raised = replace(part, snapshots=part.snapshots.with_columns(pl.col("match_cents") + 1))
            writer.commit(year, raised, None, {})
    first, *_ = verify_run(run.parent / "old", deep=True).problems
    assert first.endswith("snapshots is not what the simulation gives; another version wrote the run (0.0.9)")


def test_a_forged_table_breaks_a_law_or_is_not_what_the_simulation_gives(run: Path) -> None:
    rewritten(run, 2026, "events", pl.col("salary_after_cents") + 1)
    (problem,) = verify_run(run).problems
    assert problem.startswith(f"{year_folder(run, 2026)}: 2026: the ledger replayed over the opening does not give")


@pytest.mark.parametrize(
    ("name", "column"), [("events", "amount_cents"), ("snapshots", "hce"), ("summary", "payroll_cents")]
)
def test_a_forged_table_of_other_types_is_told(run: Path, name: str, column: str) -> None:
    rewritten(run, 2026, name, pl.col(column).cast(pl.Float64))
    told = f"{year_folder(run, 2026)}/{name}.parquet: has other columns or types than the model; restore it from a copy"
    (found,) = verify_run(run).problems
    assert found.startswith(told)


@pytest.mark.parametrize("name", ["events", "snapshots", "summary"])
def test_a_forged_table_with_a_column_more_is_told(run: Path, name: str) -> None:
    rewritten(run, 2027, name, pl.lit(1).alias("own"))
    told = f"{year_folder(run, 2027)}/{name}.parquet: has other columns or types than the model; restore it from a copy"
    (found,) = verify_run(run).problems
    assert found.startswith(told)


@pytest.mark.parametrize("name", ["events", "snapshots", "summary"])
@pytest.mark.parametrize("more", few([-1, 1], 2))
def test_a_manifest_of_other_rows_is_told(run: Path, name: str, more: int) -> None:
    rows = getattr(read_run(run), name).filter(year=2025).height
    rewritten(run, 2025, name, pl.all(), more_rows=more)
    told = f"{year_folder(run, 2025)}: {name} has {rows} rows, the manifest says otherwise"
    assert verify_run(run).problems == (told,)


@pytest.mark.parametrize("name", ["events", "snapshots", "summary"])
def test_rows_of_another_year_are_told(run: Path, name: str) -> None:
    first = pl.int_range(pl.len()) == 0
    rewritten(run, 2026, name, pl.when(first).then(2027).otherwise("year").cast(pl.Int32).alias("year"))
    assert verify_run(run).problems == (f"{year_folder(run, 2026)}: {name} has rows of other years",)


def test_only_another_simulation_tells_a_forgery_that_keeps_the_laws(run: Path) -> None:
    rewritten(run, 2026, "snapshots", pl.col("match_cents") + 1)
    assert verify_run(run)
    (problem,) = verify_run(run, deep=True).problems
    assert problem == f"{year_folder(run, 2026)}: snapshots is not what the simulation gives"


def test_no_folder_and_no_run_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"):
        verify_run(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    assert verify_run(tmp_path / "empty").problems == (f"{tmp_path / 'empty'}: holds no complete run; write it again",)


def test_the_command_says_good_or_what_is_wrong(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "verify", str(run)]) == 0
    assert capsys.readouterr().out == f"{run}: good; 2025 to 2027: hashes, chain, columns, laws, replay\n"
    (run / "year=2026" / "events.parquet").write_bytes(b"PAR1")
    assert main(["run", "verify", str(run), "--deep"]) == 1
    assert "year=2026/events.parquet: was changed" in capsys.readouterr().out


def test_a_run_being_written_says_so(tmp_path: Path) -> None:
    run = begin(CONFIG, census=CENSUS)
    simulate(CONFIG, census=CENSUS, out=tmp_path / "run")
    header = run.origin.header(CONFIG, run.notes)
    with writing(tmp_path / "run", header, None):
        assert ".lock: the run is being written" in verify_run(tmp_path / "run").problems[0]
        with pytest.raises(LedgerError, match="is writing this run"), writing(tmp_path / "run", header, None):
            pass
    assert verify_run(tmp_path / "run")

"""A run on disk verified: what is good is said to be, and what is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests import support
from workforce_sim import LedgerError, read_run, simulate, synthetic_census, verify_run
from workforce_sim.cli.main import main
from workforce_sim.run import begin
from workforce_sim.simulation import simulated_years
from workforce_sim.store.layout import sealed, write_new, year_folder
from workforce_sim.store.parquet import write_tables
from workforce_sim.store.writer import writing

CONFIG = support.configured(2025, 2027)
CENSUS = synthetic_census(150)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    simulate(CONFIG, census=CENSUS, out=tmp_path / "run")
    return tmp_path / "run"


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


def test_an_unfinished_run_says_which_years_are_missing(tmp_path: Path) -> None:
    run = begin(CONFIG, census=CENSUS)
    years = simulated_years(run, tmp_path / "run")
    next(years)
    years.close()
    found = verify_run(tmp_path / "run")
    assert not found
    assert [problem.partition(": ")[0] for problem in found.problems] == [
        str(year_folder(tmp_path / "run", year)) for year in (2026, 2027)
    ]


def rewritten(run: Path, year: int, name: str, change: pl.Expr, *, more_rows: int = 0) -> None:
    """Change a table and everything that would tell: its hash, its manifest, the chain after it.

    ``more_rows``: how many the manifest says beyond those that there are.
    """
    stored = read_run(run)
    header = json.loads((run / "run.json").read_text())
    before = None
    for number in (2025, 2026, 2027):
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
        before = done["seal"]
        (folder / "manifest.json").unlink()
        write_new(folder / "manifest.json", json.dumps(done, indent=2, sort_keys=True).encode() + b"\n")


def test_a_forged_table_breaks_a_law_or_is_not_what_the_simulation_gives(run: Path) -> None:
    rewritten(run, 2026, "events", pl.col("salary_after_cents") + 1)
    (problem,) = verify_run(run).problems
    assert problem.startswith(f"{year_folder(run, 2026)}: 2026: the ledger replayed over the opening does not give")


@pytest.mark.parametrize(
    ("name", "column"), [("events", "amount_cents"), ("snapshots", "hce"), ("summary", "payroll_cents")]
)
def test_a_forged_table_of_other_types_is_told(run: Path, name: str, column: str) -> None:
    rewritten(run, 2026, name, pl.col(column).cast(pl.Float64))
    told = f"{year_folder(run, 2026)}: {name} has other columns or types than the model"
    assert verify_run(run).problems == (told,)


@pytest.mark.parametrize("name", ["events", "snapshots", "summary"])
def test_a_forged_table_with_a_column_more_is_told(run: Path, name: str) -> None:
    rewritten(run, 2027, name, pl.lit(1).alias("own"))
    told = f"{year_folder(run, 2027)}: {name} has other columns or types than the model"
    assert verify_run(run).problems == (told,)


@pytest.mark.parametrize("name", ["events", "snapshots", "summary"])
@pytest.mark.parametrize("more", [-1, 1])
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

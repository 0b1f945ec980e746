"""What a command wrote is read back as what it was: a run, an ensemble, a comparison, a sweep."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.support_store import run_of
from workforce_sim import Comparison, Ensemble, LedgerError, RequestError, Result, Sweep, read_results, simulate
from workforce_sim.cli.main import main
from workforce_sim.ensembles.saved import other_tables, read_table

YAML = """\
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.1}
random_seed: 1
census: {size: 60}
"""
OFF = f"{YAML}plan: {{enabled: false}}\n"
COMPARE = ["compare", "a=c.yaml", "off=off.yaml", "--replicates", "3", "--out", "it"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(YAML)
    Path("off.yaml").write_text(OFF)


def test_a_run_is_read() -> None:
    written = simulate(run_of(2, census={"size": 20}), out="it")
    found = read_results("it")
    assert isinstance(found, Result)
    assert found.fingerprint == written.fingerprint


def test_an_ensemble_is_read() -> None:
    assert main(["ensemble", "c.yaml", "--replicates", "3", "--out", "it"]) == 0
    found = read_results("it")
    assert isinstance(found, Ensemble)
    assert_frame_equal(found.bands, pl.read_parquet("it/bands.parquet"))


def test_a_comparison_is_read_with_all_that_it_can_tell() -> None:
    assert main(COMPARE) == 0
    found = read_results("it")
    assert isinstance(found, Comparison)
    assert list(found.ensembles) == ["a", "off"]
    for name in ("replicates", "bands", "differences", "cost_per_point", "configurations"):
        assert_frame_equal(getattr(found, name), pl.read_parquet(f"it/{name}.parquet"))
    assert found.ensembles["off"].config.plan.enabled is False
    assert len(found.headers["a"].census) == 64
    with pytest.raises(RequestError, match="has no census"):
        found.gains()


def test_a_sweep_is_read() -> None:
    grid = ["--set", "compensation.cola_rate=[0.02, 0.03]", "--set", "plan.enabled=[true, false]"]
    assert main(["sweep", "c.yaml", *grid, "--replicates", "2", "--out", "it"]) == 0
    found = read_results("it")
    assert isinstance(found, Sweep)
    for name in ("replicates", "summary", "combinations"):
        assert_frame_equal(getattr(found, name), pl.read_parquet(f"it/{name}.parquet"))


def test_other_tables_of_the_folder_are_read_too() -> None:
    assert main([*COMPARE, "--gains", "level"]) == 0
    others = dict(other_tables(Path("it"), {"bands", "replicates"}))
    assert {"gains", "differences"} <= set(others)
    assert not {"bands", "replicates"} & set(others)
    assert_frame_equal(others["gains"], pl.read_parquet("it/gains.parquet"))
    with pytest.raises(LedgerError, match="is no table of this folder"):
        read_table(Path("it"), "people")


def test_a_changed_table_is_named() -> None:
    assert main(COMPARE) == 0
    table = Path("it/replicates.parquet")
    table.write_bytes(table.read_bytes()[:-1] + b"!")
    with pytest.raises(LedgerError, match=r"replicates.parquet: was changed since it was written"):
        read_results("it")


def test_a_folder_of_an_earlier_version_is_called_so() -> None:
    assert main(COMPARE) == 0
    Path("it/asked.json").unlink()
    with pytest.raises(LedgerError, match="is a comparison of an earlier version"):
        read_results("it")


def test_no_folder_and_another_folder() -> None:
    with pytest.raises(FileNotFoundError, match="it: no such folder"):
        read_results("it")
    Path("it").mkdir()
    with pytest.raises(LedgerError, match="holds no complete run"):
        read_results("it")

"""What a command wrote is read back as what it was: a run, an ensemble, a comparison, a sweep."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.support import few
from tests.support_store import run_of
from workforce_sim import Comparison, Ensemble, LedgerError, RequestError, Result, Sweep, read_results, simulate
from workforce_sim.cli.main import main
from workforce_sim.ensembles.saved import other_tables, read_table
from workforce_sim.store.layout import sealed

YAML = """\
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.1}
random_seed: 1
census: {size: 60}
"""
OFF = f"{YAML}plan: {{enabled: false}}\n"
COMPARE = ["compare", "a=c.yaml", "off=off.yaml", "--replicates", "3", "--out", "it"]


def configured() -> None:
    Path("c.yaml").write_text(YAML)
    Path("off.yaml").write_text(OFF)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    configured()


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("comparison"))
        configured()
        assert main(COMPARE) == 0
        return Path("it").absolute()


@pytest.fixture
def compared(comparison: Path, tmp_path: Path) -> None:
    """Have a comparison that was written, for a test to read or change."""
    shutil.copytree(comparison, tmp_path / "it")


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


@pytest.mark.usefixtures("compared")
def test_a_comparison_is_read_with_all_that_it_can_tell() -> None:
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


@pytest.mark.usefixtures("compared")
def test_a_changed_table_is_named() -> None:
    table = Path("it/replicates.parquet")
    table.write_bytes(table.read_bytes()[:-1] + b"!")
    with pytest.raises(LedgerError, match=r"replicates.parquet: was changed since it was written"):
        read_results("it")


def forged(change: Callable[[dict[str, Any]], None], **tables: pl.DataFrame | bytes) -> None:
    """Change what a folder says of itself and its tables, and mend all hashes."""
    content = json.loads(Path("it/asked.json").read_text())
    content.pop("seal")
    for name, table in tables.items():
        path = Path(f"it/{name}.parquet")
        path.write_bytes(table) if isinstance(table, bytes) else table.write_parquet(path)
        content["files"][path.name] |= {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    change(content)
    Path("it/asked.json").write_bytes(sealed(content).content)


FORGED: dict[str, tuple[Callable[[dict[str, Any]], None], dict[str, Any]]] = {
    "another scenario": (lambda content: content["scenarios"][0].update(name="x"), {}),
    "a scenario twice": (lambda content: content["scenarios"].append(content["scenarios"][0]), {}),
    "no scenario": (lambda content: content.update(scenarios=[]), {}),
    "another kind": (lambda content: content.update(kind="sweep"), {}),
    "no kind": (lambda content: content.update(kind="party"), {}),
    "a file elsewhere": (lambda content: content["files"].update({"../../etc/passwd": {}}), {}),
    "no table": (lambda content: None, {"replicates": b"PAR1"}),
    "other columns": (lambda content: None, {"replicates": pl.DataFrame({"scenario": ["a", "off"]})}),
    "another format": (lambda content: content.update(format=9), {}),
}


@pytest.mark.parametrize("how", few(FORGED, 3))
@pytest.mark.usefixtures("compared")
def test_whatever_a_folder_says_it_ends_in_one_error(how: str, capsys: pytest.CaptureFixture[str]) -> None:
    change, tables = FORGED[how]
    forged(change, **tables)
    with pytest.raises(LedgerError, match=r"it/(asked\.json|replicates\.parquet): "):
        read_results("it")
    capsys.readouterr()
    assert main(["export", "it", "--xlsx", "it.xlsx"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not Path("it.xlsx").exists()


@pytest.mark.usefixtures("compared")
def test_a_folder_of_an_earlier_version_is_called_so() -> None:
    Path("it/asked.json").unlink()
    with pytest.raises(LedgerError, match="is a comparison of an earlier version"):
        read_results("it")


def test_no_folder_and_another_folder() -> None:
    with pytest.raises(FileNotFoundError, match="it: no such folder"):
        read_results("it")
    Path("it").mkdir()
    with pytest.raises(LedgerError, match="holds no complete run"):
        read_results("it")

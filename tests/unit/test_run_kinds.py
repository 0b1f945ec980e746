"""Where a run is looked for and something else is there, or one of another format, that is what is said."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support_store import run_of
from workforce_sim import LedgerError, simulate, simulate_ensemble
from workforce_sim.cli.main import main
from workforce_sim.ensembles.merging import merge
from workforce_sim.store.header import software
from workforce_sim.store.layout import sealed

OWN = software()["workforce_sim"]
Captured = pytest.CaptureFixture[str]
TWO = run_of(2, census={"size": 20})
YAML = """\
simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.1}
random_seed: 1
census: {size: 40}
"""
KINDS = {
    "ensemble": (["ensemble", "c.yaml", "--replicates", "2"], "it: is not a run but an ensemble, "),
    "comparison": (["compare", "a=c.yaml", "b=c.yaml", "--replicates", "2"], "it: is not a run but a comparison: open"),
    "sweep": (["sweep", "c.yaml", "--set", "compensation.cola_rate=[0.02]"], "it: is not a run but a sweep: open"),
}
COMMANDS = {
    "show": ["run", "show", "it"],
    "verify": ["run", "verify", "it"],
    "deep": ["run", "verify", "it", "--deep"],
    "export": ["run", "export", "it", "--to", "csv"],
    "timeline": ["run", "timeline", "it", "NH-2025-000001"],
    "diff": ["run", "diff", "it", "it"],
    "evidence": ["evidence", "it", "--out", "it.zip"],
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(YAML)


def told(command: str, capsys: Captured) -> str:
    """Return the one line of a command that fails."""
    assert main(COMMANDS[command]) == 1
    out, err = capsys.readouterr()
    assert not Path("csv").exists()
    (line,) = (out + err).splitlines()
    return line.replace(f"{Path.cwd()}/", "")


@pytest.mark.parametrize("kind", KINDS)
def test_an_ensemble_a_comparison_and_a_sweep_are_called_what_they_are(kind: str, capsys: Captured) -> None:
    command, expected = KINDS[kind]
    assert main([*command, "--out", "it"]) == 0
    capsys.readouterr()
    for each in COMMANDS.keys() - {"show", "export"}:  # these know them all
        assert told(each, capsys).startswith(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_show_prints_what_the_command_printed(kind: str, capsys: Captured) -> None:
    command, _ = KINDS[kind]
    assert main([*command, "--out", "it"]) == 0
    printed = capsys.readouterr().out

    assert main(["run", "show", "it"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(printed)
    assert re.fullmatch(r"\nseed 1; census [0-9a-f]{12}\.\.\.; .*workforce_sim .*\n", out.removeprefix(printed))


def test_an_ensemble_that_is_not_finished_is_called_an_ensemble(capsys: Captured) -> None:
    simulate_ensemble(TWO, replicates=2, out="it")
    Path("it/replicates.parquet").unlink()
    assert told("verify", capsys).startswith("it: is not a run but an ensemble, ")
    assert told("show", capsys).startswith("it: is not finished; run its command again")


@pytest.mark.parametrize("part", ["run/year=2025", "ensemble/batch=000000"])
def test_a_part_is_called_a_part(part: str, capsys: Captured) -> None:
    simulate(TWO, out="run")
    simulate_ensemble(TWO, replicates=2, out="ensemble")
    shutil.copytree(part, "it")
    expected = "it: is a part of a run or of an ensemble; give the folder that it lies in"
    assert all(told(each, capsys) == expected for each in COMMANDS)


def test_a_file_and_any_other_folder_are_called_so(capsys: Captured) -> None:
    Path("it").write_text("x")
    assert all(told(each, capsys) == "it: is a file; give the folder of a run" for each in COMMANDS)
    Path("it").unlink()
    Path("it").mkdir()
    assert all(told(each, capsys) == "it: holds no complete run; write it again" for each in COMMANDS)


def test_a_run_is_no_shard() -> None:
    simulate(TWO, out="run")
    with pytest.raises(LedgerError, match=r"^run: holds a run, not an ensemble; give the folders of shards$"):
        merge(["run"], "merged")


# --- other formats ---


def about(change: Callable[[dict[str, Any]], None]) -> None:
    """Change what a run says of itself, and its seal."""
    content = json.loads(Path("it/run.json").read_text())
    content.pop("seal")
    change(content)
    Path("it/run.json").write_bytes(sealed(content).content)


OLDER: dict[str, Callable[[dict[str, Any]], None]] = {
    "a hash": lambda content: content.update(format="2-0123456789abcdef"),
    "a number": lambda content: content.update(format=1),
    "other fields": lambda content: content.pop("level") and content.update(format=1),
    "fields of now and a hash": lambda content: content.pop("level") and content.update(format="1-0123456789abcdef"),
}


@pytest.mark.parametrize("how", OLDER)
def test_a_run_of_an_older_format_is_not_called_damaged(how: str, capsys: Captured) -> None:
    simulate(TWO, out="it")
    about(OLDER[how])
    for each in COMMANDS:
        line = told(each, capsys)
        assert line.startswith("it/run.json: is of an older format (")
        assert line.endswith(f"simulate it again elsewhere, or read it with workforce_sim {OWN}, which wrote it")


def test_a_configuration_that_this_version_does_not_know_is_told_with_the_way_on(capsys: Captured) -> None:
    simulate(TWO, out="it")
    about(lambda content: content["configuration"]["plan"].update(a_key_of_before=1))
    for each in COMMANDS:
        assert told(each, capsys) == (
            "it/run.json: holds a configuration that this version cannot read: plan.a_key_of_before; simulate it again "
            f"elsewhere, or read it with workforce_sim {OWN}, which wrote it"
        )

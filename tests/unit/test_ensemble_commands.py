"""``workforce-sim ensemble``, ``compare`` and ``sweep`` as a user meets them: printed, written, gone on with."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.support import few
from workforce_sim import compare, simulate_ensemble, sweep
from workforce_sim.cli.main import main
from workforce_sim.ensembles.bands_text import readable

Captured = pytest.CaptureFixture[str]

TODAY = """
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12, headcount: stochastic}
census: {size: 60}
plan: {match: {tiers: [{up_to: 0.06, rate: 0.5}]}}
random_seed: 4
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two configurations that differ in the match."""
    monkeypatch.chdir(tmp_path)
    Path("today.yaml").write_text(TODAY)
    Path("richer.yaml").write_text(TODAY.replace("rate: 0.5", "rate: 0.6"))
    return tmp_path


def only_for_the_owner(folder: Path) -> bool:
    paths = [folder, *folder.rglob("*")]
    return all(stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600) for path in paths)


# --- ensemble ---------------------------------------------------------------------------------------------------------


def test_an_ensemble_prints_its_bands(capsys: Captured) -> None:
    assert main(["ensemble", "today.yaml", "--replicates", "8"]) == 0

    out, err = capsys.readouterr()
    assert out.startswith(readable(simulate_ensemble("today.yaml", replicates=8)))
    assert err == ""
    assert out.isascii()
    for name in ("closing headcount", "payroll", "participation", "match", "net employer cost"):
        assert f"\n{name}" in out
    assert re.search("P5 +P50 +P95", out)
    assert max(map(len, out.split("\n\n")[1].splitlines())) <= 100


def test_an_ensemble_says_how_sure_it_is(capsys: Captured) -> None:
    assert (
        main(
            [
                "ensemble",
                "today.yaml",
                "--replicates",
                "40",
                "--until",
                "net_employer_cost=50%",
                "--until",
                "hires=0.0001",
            ]
        )
        == 0
    )

    out = capsys.readouterr().out
    assert out.startswith("40 simulations, 2025 to 2026\n")
    assert "\nstopped after 40 simulations: target precision reached (standard error of net_employer_cost: " in out
    assert "\ntarget precision not reached after 40 simulations (standard error of hires: " in out


def test_too_few_simulations_to_tell_the_precision_say_so(capsys: Captured) -> None:
    assert main(["ensemble", "today.yaml", "--replicates", "3", "--until", "net_employer_cost=50%"]) == 0

    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("target precision not reached after 3 simulations (standard error of net_employer_cost: ")
    assert line.endswith(" of its mean; target: 50.00%; it takes 30 simulations to tell)")


def test_an_ensemble_stops_when_sure(capsys: Captured) -> None:
    assert main(["ensemble", "today.yaml", "--replicates", "40", "--until", "net_employer_cost=50%"]) == 0

    assert capsys.readouterr().out.startswith("30 simulations, ")


def test_an_ensemble_as_json(capsys: Captured) -> None:
    assert main(["ensemble", "today.yaml", "--replicates", "3", "--json"]) == 0

    page = json.loads(capsys.readouterr().out)
    assert (page["replicates"], page["years"], page["random_seed"]) == (3, [2025, 2026], 4)
    assert page["bands"] == simulate_ensemble("today.yaml", replicates=3).bands.to_dicts()


def test_progress_is_told_when_asked(capsys: Captured) -> None:
    assert main(["ensemble", "today.yaml", "--replicates", "3", "--verbose"]) == 0

    assert capsys.readouterr().err.endswith("3 of 3 simulations\n")


def test_notes_are_printed(capsys: Captured) -> None:
    Path("legal.yaml").write_text(TODAY + "eligibility: {waiting_period_days: 800}\n")

    assert main(["ensemble", "legal.yaml", "--replicates", "1"]) == 0

    assert "\nnotes\n  compliance warning: " in capsys.readouterr().out


def test_an_ensemble_is_written_and_gone_on_with(capsys: Captured) -> None:
    assert main(["ensemble", "today.yaml", "--replicates", "3", "--out", "out"]) == 0
    assert main(["ensemble", "today.yaml", "--replicates", "9", "--out", "out"]) == 0
    assert main(["ensemble", "today.yaml", "--replicates", "9", "--out", "straight"]) == 0

    assert capsys.readouterr().err == "written to out\nwritten to out\nwritten to straight\n"
    for name in ("replicates.parquet", "bands.parquet", "bands.json"):
        assert (Path("out") / name).read_bytes() == (Path("straight") / name).read_bytes()
    assert only_for_the_owner(Path("out"))


def test_another_ensemble_is_not_written_over(capsys: Captured) -> None:
    assert main(["ensemble", "today.yaml", "--replicates", "2", "--out", "out"]) == 0
    assert main(["ensemble", "richer.yaml", "--replicates", "2", "--out", "out"]) == 1

    err = capsys.readouterr().err
    assert "out: holds another ensemble; choose another folder\n" in err
    assert "plan.match.tiers" in err
    assert "Traceback" not in err


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("how", few([signal.SIGINT, signal.SIGKILL], 2))
def test_an_ensemble_ended_from_outside_goes_on_to_the_same_bytes(how: signal.Signals) -> None:
    Path("long.yaml").write_text(TODAY.replace("end_year: 2026", "end_year: 2025").replace("size: 60", "size: 6000"))
    arguments = ["ensemble", "long.yaml", "--out", "out", "--replicates"]
    command = [sys.executable, "-m", "workforce_sim", *arguments, "5000", "--verbose"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert re.match("[0-9]+ of 5,000 simulations", process.stderr.readline())
        process.send_signal(how)
        out, err = process.communicate(timeout=120)

    assert out == ""
    assert Path("out/batch=000000").is_dir()
    assert not Path("out/replicates.parquet").exists()
    if how == signal.SIGINT:
        assert process.returncode == 130
        told = r"interrupted; ([\d,]+) simulations are kept in out: give the same command again to go on"
        kept = re.fullmatch(told, err.splitlines()[-1])
        assert kept is not None
        manifests = [json.loads(path.read_bytes()) for path in Path("out").glob("batch=*/manifest.json")]
        assert int(kept[1].replace(",", "")) == sum(len(manifest["replicates"]) for manifest in manifests)
        assert "Traceback" not in err
        assert not list(Path("out").glob(".*"))

    assert main([*arguments, "60"]) == 0
    straight = simulate_ensemble("long.yaml", replicates=60, out="straight")
    assert_frame_equal(pl.read_parquet("out/replicates.parquet"), straight.replicates)
    assert Path("out/replicates.parquet").read_bytes() == Path("straight/replicates.parquet").read_bytes()


# --- compare ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenarios", [["today.yaml", "richer.yaml"], ["today=today.yaml", "richer=richer.yaml"]])
def test_a_comparison_is_printed(scenarios: list[str], capsys: Captured) -> None:
    assert main(["compare", *scenarios, "--replicates", "4"]) == 0

    out, err = capsys.readouterr()
    assert out == f"{compare({'today': 'today.yaml', 'richer': 'richer.yaml'}, replicates=4)}\n"
    assert err == ""


COMPARED = ["compare", "a=today.yaml", "b=richer.yaml", "--replicates", "1"]
GAINS = [*COMPARED, "--by", "level"]


def test_who_gains_is_printed_without_small_cells(capsys: Captured) -> None:
    assert main([*GAINS, "--out", "out"]) == 0

    out = capsys.readouterr().out
    assert "b: who gains and who loses employer contributions; " in out
    assert "b: by level; " in out
    assert "\nhidden: cells of fewer than 10 people, and others that would give them away by subtraction;\n" in out
    found = pl.read_parquet("out/gains.parquet")
    assert found["suppressed"].any()
    assert not found["persons"].is_null().all()
    assert [row for row in found.to_dicts() if row["persons"] is not None and row["persons"] < 10] == []


def test_small_cells_are_shown_when_asked_for_internal_use(capsys: Captured) -> None:
    assert main([*GAINS, "--show-small", "--json"]) == 0

    page = json.loads(capsys.readouterr().out)
    found = compare({"a": "today.yaml", "b": "richer.yaml"}, replicates=1).gains("level")
    assert found["persons"].is_between(1, 9).any()
    assert page["gains"] == found.to_dicts()

    assert main([*GAINS, "--show-small"]) == 0
    assert "hidden" not in capsys.readouterr().out


def test_a_comparison_is_written_whole_and_names_nobody(capsys: Captured) -> None:
    arguments = ["compare", "today=today.yaml", "richer=richer.yaml", "--replicates", "4", "--out", "out"]
    assert main([*arguments, "--json"]) == 0

    out, err = capsys.readouterr()
    found = compare({"today": "today.yaml", "richer": "richer.yaml"}, replicates=4)
    assert err == "written to out\n"
    assert json.loads(out) == json.loads(Path("out/comparison.json").read_text())
    page = json.loads(out)
    assert (page["baseline"], page["scenarios"], page["replicates"]) == ("today", ["today", "richer"], 4)
    assert page["differences"] == found.differences.to_dicts()
    for name in ("bands", "differences", "cost_per_point", "configurations", "replicates"):
        assert_frame_equal(pl.read_parquet(f"out/{name}.parquet"), getattr(found, name))
    assert only_for_the_owner(Path("out"))
    assert not any(b"E-0000" in path.read_bytes() or b"NH-2025" in path.read_bytes() for path in Path("out").iterdir())

    assert main(arguments) == 1
    assert capsys.readouterr().err == "out: exists already; choose another folder, or remove it first\n"


# --- sweep ------------------------------------------------------------------------------------------------------------


def test_a_sweep_is_printed_and_written(capsys: Captured) -> None:
    tiers = "plan.match.tiers=[[{up_to: 0.06, rate: 0.5}], [{up_to: 0.04, rate: 1}]]"
    arguments = ["sweep", "today.yaml", "--set", tiers, "--set", "compensation.cola_rate=[0.02, 0.03]"]
    assert main([*arguments, "--replicates", "2", "--out", "out"]) == 0

    grid = {
        "plan.match.tiers": [[{"up_to": 0.06, "rate": 0.5}], [{"up_to": 0.04, "rate": 1}]],
        "compensation.cola_rate": [0.02, 0.03],
    }
    found = sweep("today.yaml", grid, replicates=2)
    assert capsys.readouterr().out == f"{found}\n"
    for name in ("combinations", "summary", "replicates"):
        assert_frame_equal(pl.read_parquet(f"out/{name}.parquet"), getattr(found, name))
    assert json.loads(Path("out/sweep.json").read_text())["combinations"] == found.combinations.to_dicts()
    assert only_for_the_owner(Path("out"))


def test_a_sweep_as_json(capsys: Captured) -> None:
    assert main(["sweep", "today.yaml", "--set", "plan.enabled=[true, false]", "--replicates", "1", "--json"]) == 0

    page = json.loads(capsys.readouterr().out)
    assert [row["plan.enabled"] for row in page["combinations"]] == ["yes", "no"]


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ensemble", "nowhere.yaml"], "nowhere.yaml: no such configuration file"),
        (["ensemble", "today.yaml", "--replicates", "0"], "replicates must be 1 or more"),
        (["ensemble", "today.yaml", "--until", "cost=1%"], "until: no measure is named 'cost'"),
        (["ensemble", "today.yaml", "--until", "hires=9"], "until: hires: expected a share"),
        (["ensemble", "today.yaml", "--until", "hires=1%", "--until", "hires=2%"], "--until hires: given twice"),
        (
            ["compare", "today.yaml"],
            "today.yaml: is one configuration, and a comparison needs two or more: name another",
        ),
        (["compare", "a=today.yaml", "a=richer.yaml"], "scenario a: given twice"),
        (["compare", "a=today.yaml", "b=nowhere.yaml"], "nowhere.yaml: no such configuration file"),
        (["compare", "a=today.yaml", "b=richer.yaml", "--out", "no/where"], "no: no such folder; make it first"),
        (
            ["sweep", "today.yaml", "--set", "plan.enabled=[true]", "--sort", "cost"],
            "--sort: no measure or swept key is",
        ),
        (["sweep", "today.yaml", "--set", "plan.enabled=[true]", "--filter", "match"], "--filter: expected MEASURE<="),
        (["sweep", "today.yaml", "--set", "plan.enabled=true"], "--set plan.enabled: expected a list"),
        (["sweep", "today.yaml", "--set", "plan.enabled=[true"], "--set plan.enabled: expected a list"),
        (["sweep", "today.yaml", "--set", "plan.enable=[true]"], "plan.enable: unknown key (did you mean enabled?)"),
        (["sweep", "today.yaml", "--set", "random_seed=[1]"], "random_seed: cannot vary in a sweep"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line_and_nothing_is_written(
    arguments: list[str], told: str, capsys: Captured, folder: Path
) -> None:
    before = sorted(folder.iterdir())

    assert main(arguments) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(told)
    assert "Traceback" not in err
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["ensemble"],
        ["ensemble", "today.yaml", "--replicates", "many"],
        ["ensemble", "today.yaml", "--until", "hires"],
        ["compare"],
        ["compare", "a=", "b=richer.yaml"],
        ["compare", "=today.yaml", "b=richer.yaml"],
        ["compare", "a=today.yaml", "b=richer.yaml", "--gains", "name"],
        ["sweep", "today.yaml"],
        ["sweep", "today.yaml", "--set", "plan.enabled"],
    ],
)
def test_a_wrong_command_line_is_usage(arguments: list[str], capsys: Captured) -> None:
    assert main(arguments) == 2

    assert capsys.readouterr().err.startswith("usage: workforce-sim")


# --- processes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["ensemble", "today.yaml"], ["compare", "today.yaml", "richer.yaml"]])
def test_processes_print_what_threads_print(command: list[str], capsys: Captured) -> None:
    printed = []
    for workers in ([], ["--workers", "2"]):
        assert main([*command, "--replicates", "3", *workers]) == 0
        printed.append(capsys.readouterr().out)

    assert printed[0] == printed[1]


def test_a_scheduler_has_its_own_workers(capsys: Captured) -> None:
    assert main(["ensemble", "today.yaml", "--workers", "2", "--scheduler", "tcp://nowhere"]) == 1
    assert capsys.readouterr().err.startswith("--workers: the scheduler has workers of its own")


def test_a_process_that_is_ended_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def broken(_: int) -> None:
        raise BrokenExecutor

    monkeypatch.setattr("workforce_sim.ensembles.processes.processes", broken)

    assert main(["ensemble", "today.yaml", "--workers", "2"]) == 1
    assert capsys.readouterr().err.startswith("a worker process was ended; was memory short?")

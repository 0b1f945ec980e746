"""What goes wrong, by real causes: in files, on the command line, in the middle of a run; and many runs at once."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestrator_dbt.run_multi_year import OptimizationLevel, main, run_enhanced_multi_year_simulation
from tests.compat.conftest import SMALL, Write
from tests.support import examples, few
from workforce_sim import read_run, synthetic_census
from workforce_sim.engine.clock import Clock
from workforce_sim.engine.course import Course
from workforce_sim.engine.state import State
from workforce_sim.tables.output import Tables

ROOT = Path(__file__).parents[2]
MODULE = [sys.executable, "-W", "error", "-m", "orchestrator_dbt.run_multi_year"]
LEFT_OUT = "Sequential year execution validation failed"
posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals, pipes and limits")


async def simulated(path: str, **changes: Any) -> dict[str, Any]:
    """Run three years as configured and return the answer, which JSON must be able to hold."""
    chosen: dict[str, Any] = {
        "start_year": 2025,
        "end_year": 2027,
        "optimization_level": OptimizationLevel.HIGH,
        "max_workers": 4,
        "batch_size": 1000,
        "enable_compression": False,
        "fail_fast": False,
        "config_path": path,
    }
    answer = await run_enhanced_multi_year_simulation(**chosen | changes)
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    return answer


def answered(path: str, **changes: Any) -> dict[str, Any]:
    return asyncio.run(simulated(path, **changes))


# --- two hundred wrong configurations and command lines ---------------------------------------------------------------


def called(*arguments: str) -> tuple[int, str, str]:
    """Call the command line and return its exit code and what it printed."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


def written(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def is_clear(lines: list[str]) -> None:
    """Check that lines can be read: no traceback, nothing of the inside."""
    assert lines
    for line in lines:
        assert line.isprintable()
        assert len(line) < 500
        assert not re.search(r"Traceback|pydantic|polars|\.py\b|error of the program|0x[0-9a-f]{6}", line)


def paths(config: Any, *before: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the places of all sections and values of nested sections."""
    if before:
        yield before
    if isinstance(config, dict):
        for name, value in config.items():
            yield from paths(value, *before, name)


EXAMPLE = yaml.safe_load((ROOT / "config/simulation_config.yaml").read_text(encoding="utf-8"))
YEARS = {("simulation", "start_year"), ("simulation", "end_year")}
"""Those of the command line hold in their place."""
PLACES = sorted({*paths(EXAMPLE)} - YEARS)
WRONG: list[Any] = [["?"], [[]], float("nan"), float("-inf"), 10**40, -(10**40), {"?": ["?"]}]
"""What fits no key. A dictionary of unknown keys fits a section: they are kept and not used."""


def put(config: Any, place: tuple[Any, ...], value: Any) -> bool:
    """Put a value at a place; tell whether the place is still there and the value is wrong in it."""
    *sections, key = place
    for name in sections:
        if not (isinstance(config, dict) and name in config):
            return False
        config = config[name]
    if not (isinstance(config, dict) and key in config):
        return False
    if (config[key] is None or isinstance(config[key], dict)) and isinstance(value, dict):
        return False  # a section, or the place of one
    config[key] = value
    return True


@hypothesis_settings(max_examples=examples(200))
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(WRONG)), min_size=1, max_size=4, unique_by=itemgetter(0)
    )
)
def test_a_wrong_configuration_is_answered_by_its_keys(
    tmp_path_factory: pytest.TempPathFactory, mistakes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    folder = tmp_path_factory.mktemp("wrong")
    config = deepcopy(EXAMPLE)
    config["census"]["size"], config["output"]["path"] = 50, "out"
    made = [place for place, value in sorted(mistakes, key=lambda one: len(one[0])) if put(config, place, value)]
    assume(made)
    (folder / "c.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")

    code, out, err = called("--start-year", "2025", "--end-year", "2025", "--config", str(folder / "c.yaml"))

    assert (code, out) == (1, "")
    is_clear(err.splitlines())
    for place in made:
        assert any(str(place[-1]) in line for line in err.splitlines()), place
    assert written(folder) == {"c.yaml"}


USAGE: dict[str, list[list[str]]] = {
    "--start-year": [
        ["--start-year", "2201"],
        ["--start-year", "soon"],
        ["--start-year", "2025.5"],
        ["--start-year", ""],
        ["--start-year"],
    ],
    "--end-year": [["--end-year", "x"], ["--end-year", "1949"], ["--end-year", "٢٠٢٥"], ["--end-year", "0x7e9"]],
    "--optimization": [["--optimization", "HIGH"], ["--optimization", ""], ["--optimization"]],
    "--max-workers": [["--max-workers", "0"], ["--max-workers", "-1"], ["--max-workers", "1e3"], ["--max-workers"]],
    "--batch-size": [["--batch-size", "0"], ["--batch-size", "many"], ["--batch-size", "\x1b[31m"]],
    "--test-config": [["--test-config", "--compare-mvp"], ["--foundation-only", "--test-config"]],
    "--compare-mvp": [["--foundation-only", "--compare-mvp"]],
    "--config": [["--config", ""], ["--config="], ["--config"]],
    "--log-file": [["--log-file", ""], ["--log-file="]],
    "--fail-fast": [["--fail-fast=yes"]],
    "--verbose": [["--verbose=2"]],
    "--colour": [["--colour", "red"], ["--colour"]],
    "--max": [["--max", "3"]],
    "extra": [["extra"], ["2025", "extra"]],
}
"""Wrong usage, by the word that the answer must have."""


@hypothesis_settings(max_examples=examples(200))
@given(st.data())
def test_a_wrong_command_line_is_answered_by_its_option(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    folder = tmp_path_factory.mktemp("usage")
    word = data.draw(st.sampled_from(sorted(USAGE)))
    wrong = data.draw(st.sampled_from(USAGE[word]))
    (folder / "c.yaml").write_text(yaml.safe_dump(SMALL | {"output": {"path": "out"}}), encoding="utf-8")
    good = [
        ["--start-year", "2025"],
        ["--end-year", "2025"],
        ["--config", str(folder / "c.yaml")],
        ["--log-file", str(folder / "logs/a.log")],
        *data.draw(st.lists(st.sampled_from([["--fail-fast"], ["-v"], ["--benchmark"], ["--enable-compression"]]))),
    ]
    parts = data.draw(st.permutations(good))

    code, out, err = called(*itertools.chain(*parts, wrong))

    assert (code, out) == (2, "")
    is_clear(err.splitlines())
    assert word in err
    assert len(err.splitlines()) <= 2  # how it is used, and what is wrong
    assert written(folder) == {"c.yaml"}


# --- interrupts -------------------------------------------------------------------------------------------------------


@posix
def test_an_interrupt_is_one_line_and_leaves_the_years_that_are_done(tmp_path: Path, write: Write) -> None:
    years = SMALL["simulation"] | {"end_year": 2032}
    config, told = write(output={"path": "out"}, simulation=years), tmp_path / "log"
    os.mkfifo(told)
    arguments = ["--start-year", "2025", "--end-year", "2032", "--config", config, "--log-file", str(told)]
    with subprocess.Popen(
        [*MODULE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        with told.open(encoding="utf-8") as log:
            while "2025 done" not in log.readline():
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            rest = log.read()
        out, err = process.communicate(timeout=300)

    assert (process.returncode, out, err) == (130, "", "interrupted\n")
    assert rest.rstrip().endswith("ERROR orchestrator_dbt: interrupted")
    assert rest.count(" done, ") < 7
    left = read_run(tmp_path / "out").summary["year"].to_list()
    assert left == list(range(2025, 2025 + len(left)))
    assert 1 <= len(left) < 8
    whole = answered(config, end_year=2032)  # it goes on after them
    assert whole["fingerprint"] == answered(write(simulation=years), end_year=2032)["fingerprint"]


CANCELLED = """
import asyncio, logging, sys
from orchestrator_dbt.run_multi_year import *

class Years(logging.Handler):
    def emit(self, record):
        print(record.getMessage(), flush=True)
        if "done" in record.getMessage() and not first.is_set():
            loop.call_soon_threadsafe(first.set)

async def cancelled():
    global loop, first
    loop, first = asyncio.get_running_loop(), asyncio.Event()
    logging.getLogger("orchestrator_dbt").addHandler(Years())
    logging.getLogger("orchestrator_dbt").setLevel(logging.INFO)
    run = run_enhanced_multi_year_simulation(2025, 2199, "low", 1, 1000, False, False, False, sys.argv[1])
    task = asyncio.create_task(run)
    await first.wait()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", flush=True)

asyncio.run(cancelled())
"""


def test_a_cancelled_run_ends_within_a_year_of_the_plan(write: Write) -> None:
    """The process ends only when the thread of the run has; it logs a line a year until then."""
    path = write(output={"path": "out"})
    command = [sys.executable, "-W", "error", "-c", CANCELLED, path]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["a large year range, 2025 to 2199 (over 10 years)", "2025 done, 1 of 175"]
    assert lines.index("cancelled") + 1 >= len(lines) - 1  # at most the year that was under way
    assert len(lines) < 20
    left = read_run(Path(path).with_name("out")).summary["year"].to_list()
    assert left == list(range(2025, 2025 + len(left)))
    assert len(left) < 20


# --- many runs at once ------------------------------------------------------------------------------------------------


def test_runs_at_once_give_what_they_give_one_after_another(write: Write) -> None:
    chosen = [
        (write(random_seed=seed), {"optimization_level": level, "max_workers": workers})
        for seed, level, workers in itertools.product((1, 2), ("high", "fallback"), (1, 4))
    ]

    async def at_once() -> list[dict[str, Any]]:
        return await asyncio.gather(*(simulated(path, **changes) for path, changes in chosen))

    found = asyncio.run(at_once())
    alone = [answered(path, **changes) for path, changes in chosen]

    assert [one["fingerprint"] for one in found] == [one["fingerprint"] for one in alone]
    assert [one["yearly_results"] for one in found] == [one["yearly_results"] for one in alone]
    assert len({one["fingerprint"] for one in found}) == 2
    assert len({one["simulation_id"] for one in found + alone}) == 2 * len(chosen)


def test_the_loop_goes_on_while_runs_are_under_way(write: Write) -> None:
    path = write()

    async def ticks() -> int:
        runs = [asyncio.create_task(simulated(path)) for _ in range(3)]
        count = 0
        while not any(run.done() for run in runs):
            await asyncio.sleep(0)
            count += 1
        await asyncio.gather(*runs)
        return count

    assert asyncio.run(ticks()) > 100  # a blocked loop ticks a few times


def test_one_of_many_that_is_wrong_harms_no_other(write: Write) -> None:
    good, bad = write(), write(simulation={"start_year": 2025})

    async def at_once() -> list[Any]:
        runs = [simulated(path) for path in (good, bad, good, "none.yaml")]
        return await asyncio.gather(*runs, return_exceptions=True)

    first, wrong, second, missing = asyncio.run(at_once())
    assert first["fingerprint"] == second["fingerprint"]
    assert (type(missing), isinstance(wrong, ValueError)) == (FileNotFoundError, True)


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Return a configuration and what the documented settings give for it."""
    path = tmp_path_factory.mktemp("settings") / "c.yaml"
    path.write_text(yaml.safe_dump(SMALL | {"census": {"size": 120}}), encoding="utf-8")
    return str(path), answered(str(path))


@hypothesis_settings(max_examples=examples(30))
@given(
    optimization_level=st.sampled_from([*OptimizationLevel, "high", "medium", "low", "fallback"]),
    max_workers=st.sampled_from([1, 2, 3, 4, 8, 64, 10**6]),
    batch_size=st.sampled_from([1, 7, 1000, 2000, 16_385, 10**9]),
    enable_compression=st.booleans(),
    fail_fast=st.booleans(),
    performance_mode=st.booleans(),
)
def test_no_setting_changes_a_result(base: tuple[str, dict[str, Any]], **settings: Any) -> None:
    path, expected = base
    found = answered(path, **settings)

    assert found["fingerprint"] == expected["fingerprint"]
    for key in ("success", "completed_years", "failed_years", "success_rate", "yearly_results", "notes"):
        assert found[key] == expected[key]


@pytest.mark.parametrize("compression", [False, True])
@pytest.mark.parametrize("level", few(OptimizationLevel, 4))
def test_no_setting_changes_what_is_written(
    level: OptimizationLevel, compression: bool, write: Write, tmp_path: Path
) -> None:
    path = write(output={"path": "out"})
    found = answered(path, optimization_level=level, enable_compression=compression)

    assert found["success"] is True
    assert read_run(tmp_path / "out").fingerprint == found["fingerprint"]


# --- runs that fail ---------------------------------------------------------------------------------------------------

KEYS = {
    "success",
    "simulation_id",
    "completed_years",
    "failed_years",
    "success_rate",
    "total_execution_time",
    "performance_metrics",
    "yearly_results",
    "random_seed",
    "fingerprint",
}


def is_failure(answer: dict[str, Any], completed: list[int], failed: list[int]) -> None:
    """Check the shape of the answer to a run that failed after some years."""
    assert answer.keys() >= KEYS | {"error", "error_type"}
    assert answer["success"] is False
    assert (answer["completed_years"], answer["failed_years"]) == (completed, failed)
    assert answer["success_rate"] == len(completed) / 3
    assert [year["year"] for year in answer["yearly_results"]] == completed
    assert bool(answer["fingerprint"]) == bool(completed)
    assert answer["error"]
    assert answer["error_type"].isidentifier()
    assert answer["random_seed"] == 42
    assert answer["performance_metrics"].keys() >= {"records_per_second", "peak_memory_mb", "memory_efficiency"}


TOO_MANY = {"simulation": {**SMALL["simulation"], "target_growth_rate": {2025: 0.03, 2026: 0.9}}}
TOO_MANY |= {"workforce": {"total_termination_rate": 0.12, "max_hires_ratio": 0.5}}
"""Growth in the second year that needs more hires than are allowed."""


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("level", few(OptimizationLevel, 4))
@pytest.mark.parametrize(("fail_fast", "failed"), [(True, [2026]), (False, [2026, 2027])])
def test_a_year_that_cannot_be_carried_out_is_a_failure(
    level: OptimizationLevel, workers: int, fail_fast: bool, failed: list[int], write: Write
) -> None:
    whole = answered(write(), end_year=2025)
    found = answered(write(**TOO_MANY), optimization_level=level, max_workers=workers, fail_fast=fail_fast)

    is_failure(found, [2025], failed)
    assert found["error_type"] == "SimulationError"
    assert "max_hires_ratio" in found["error"]
    assert found["yearly_results"] == whole["yearly_results"]
    assert found["fingerprint"] == whole["fingerprint"]
    if not fail_fast:
        assert found["failures"] == {"2026": found["error"], "2027": LEFT_OUT}


def test_the_command_line_prints_the_years_before_a_failure(write: Write) -> None:
    code, out, err = called("--start-year", "2025", "--end-year", "2027", "--config", write(**TOO_MANY))

    assert code == 1
    assert re.search(r"^2025 ", out, re.MULTILINE)
    assert not re.search(r"^2026 ", out, re.MULTILINE)
    is_clear(err.splitlines())
    assert "max_hires_ratio" in err
    assert "years that failed: 2026, 2027; completed: 1" in err


def damage(number: int, damaged: Callable[[Tables], Tables], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine give damaged tables of one year."""
    step = Course.step

    def stepped(course: Course, opening: State, year: int, clock: Clock) -> tuple[Tables, State]:
        tables, closing = step(course, opening, year, clock)
        return (damaged(tables) if year == number else tables), closing

    monkeypatch.setattr(Course, "step", stepped)


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize(("fail_fast", "failed"), [(True, [2026]), (False, [2026, 2027])])
def test_a_law_broken_by_damaged_state_is_seen_by_low(
    fail_fast: bool, failed: list[int], workers: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(year: Tables) -> Tables:
        cent_more = year.snapshots.with_columns(salary_cents=pl.col("salary_cents") + 1)
        return Tables(year.events, cent_more, year.summary)

    damage(2026, damaged, monkeypatch)
    found = answered(write(), optimization_level="low", max_workers=workers, fail_fast=fail_fast)

    is_failure(found, [2025], failed)
    assert found["error_type"] == "LedgerError"
    assert found["error"] == "2026: the ledger replayed over the opening does not give the closing"


@pytest.mark.parametrize("workers", [1, 4])
def test_damage_found_beside_the_run_is_a_failure_too(
    workers: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(year: Tables) -> Tables:
        return Tables(year.events.drop("effective_date"), year.snapshots, year.summary)

    damage(2026, damaged, monkeypatch)
    found = answered(write(), max_workers=workers)

    is_failure(found, [2025], [2026, 2027])
    assert "effective_date" in found["error"]


def damaged_census(folder: Path, kind: str) -> None:
    """Write a census of two hundred employees that cannot be read, in one of several ways."""
    path = folder / "staff.parquet"
    synthetic_census(200, seed=1).frame.write_parquet(path)
    whole = path.read_bytes()
    middle = len(whole) // 3
    if kind == "folder":
        path.unlink()
        path.mkdir()
    elif kind == "forbidden":
        path.chmod(0)
    else:
        found = {"truncated": whole[:-100], "empty": b"", "text": b"no Parquet at all\n"}
        damaged = whole[:middle] + bytes(200) + whole[middle + 200 :]
        path.write_bytes(found.get(kind, damaged))


@pytest.mark.parametrize("kind", ["truncated", "empty", "text", "damaged", "folder", "forbidden"])
def test_a_census_that_cannot_be_read_is_a_failure(kind: str, write: Write, tmp_path: Path) -> None:
    if kind == "forbidden" and (os.name == "nt" or os.geteuid() == 0):
        pytest.skip("nothing is forbidden to this user")
    damaged_census(tmp_path, kind)
    path = write(census={"path": "staff.parquet"})
    found = answered(path)

    is_failure(found, [], [2025, 2026, 2027])
    is_clear(found["error"].splitlines())
    assert "staff.parquet" in found["error"]

    code, out, err = called("--start-year", "2025", "--end-year", "2027", "--config", path)
    assert (code, out) == (1, "")
    is_clear(err.splitlines())
    assert "staff.parquet" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_onto_a_device_is_a_failure(write: Write) -> None:
    found = answered(write(output={"path": "/dev/full"}))

    assert (found["success"], found["error_type"]) == (False, "LedgerError")
    assert found["error"].startswith("/dev/full: exists and is not an empty folder")


LIMITED = """
import asyncio, json, resource, sys
from orchestrator_dbt.run_multi_year import *

run = run_enhanced_multi_year_simulation(2025, 2027, sys.argv[2], 4, 1000, False, False, False, sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
print(json.dumps(asyncio.run(run), allow_nan=False))
"""


@posix
@pytest.mark.parametrize("level", few(["high", "medium"], 2))
def test_a_disk_that_is_full_is_a_failure_and_leaves_no_file(level: str, write: Write, tmp_path: Path) -> None:
    path = write(output={"path": "out"})
    before = written(tmp_path)
    command = [sys.executable, "-W", "error", "-c", LIMITED, path, level]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=True)

    found = json.loads(done.stdout)
    is_failure(found, [], [2025, 2026, 2027])  # a year counts once it is on disk
    assert "out: cannot be written" in found["error"]
    assert found["error_type"] == "LedgerError"
    assert written(tmp_path) == before


def test_output_over_another_run_is_refused(write: Write, tmp_path: Path) -> None:
    path = write(output={"path": "out"})
    assert answered(path)["success"] is True
    before = contents(tmp_path / "out")

    other = write(output={"path": "out"}, random_seed=7)
    code, out, err = called("--start-year", "2025", "--end-year", "2027", "--config", other)

    assert (code, out) == (1, "")
    assert "out: holds another run; choose another folder" in err
    assert "Database" not in err  # nothing is wrong with a disk
    assert contents(tmp_path / "out") == before


def test_output_into_a_folder_of_other_things_is_refused_without_a_word_on_databases(
    write: Write, tmp_path: Path
) -> None:
    path = write(output={"path": "."})
    code, out, err = called("--start-year", "2025", "--end-year", "2027", "--config", path)

    assert (code, out) == (1, "")
    assert (
        err.splitlines()[0]
        == f"{tmp_path}: exists and is not an empty folder; choose another or remove it first (in it: c0.yaml)"
    )
    assert "Database" not in err


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_growth_beyond_the_memory_is_refused_with_the_headcount(write: Write) -> None:
    path = write(simulation={**SMALL["simulation"], "target_growth_rate": 1.0})
    code, out, err = called("--start-year", "2025", "--end-year", "2060", "--config", path)

    assert (code, out) == (1, "")
    assert "a projected headcount of 13,743,895,347,200 in 2060" in err
    is_clear(err.splitlines())
    run = run_enhanced_multi_year_simulation(2025, 2060, OptimizationLevel.HIGH, 1, 1000, False, False, False, path)
    with pytest.raises(ValueError, match="a projected headcount of"):
        asyncio.run(run)

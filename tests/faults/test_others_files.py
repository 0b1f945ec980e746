"""What is not ours stays: files and folders of others in, beside and behind the folder of a run or an ensemble."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from tests.support_store import SMALL, hashes, interrupted, run_of, strays
from workforce_sim.cli.main import main
from workforce_sim.ensembles.merging import merge

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs are written on POSIX systems")

TWO = run_of(2, census={"size": 20})
IMPOSSIBLE = run_of(3, compensation={"cola_rate": {2025: 0.0}}, workforce={"max_hires_ratio": 0.0001})
WRITES: dict[str, Callable[[Any, Path], object]] = {
    "run": lambda config, out: ws.simulate(config, out=out),
    "ensemble": lambda config, out: ws.simulate_ensemble(config, replicates=2, out=out),
    "result": lambda _, out: ws.simulate(TWO).write(out),
    "attempt": lambda config, out: raised(ws.attempt({**config, "output": {"path": str(out)}}).error),
}


def raised(error: Exception | None) -> None:
    if error is not None:
        raise error


def content(folder: Path) -> dict[str, bytes | str | None]:
    """Return everything in a folder: bytes of files, targets of links, None of all else."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else (path.read_bytes() if path.is_file() else None)
        for path in folder.rglob("*")
    }


def put(path: Path) -> None:
    """Write somebody's file, in a folder of theirs where the name ends in a slash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"mine")


MINE = [
    "opening.parquet",
    ".thesis.part/chapter",
    ".thesis.part",
    ".opening.parquet.part",
    ".year=2025.part/chapter",
    ".run.json.part/chapter",
    ".ensemble.json.part/chapter",
    ".batch=000000.part/chapter",
    ".replicates.parquet.part",
    ".lock",
    ".lock/chapter",
    "run.json",
    "ensemble.json",
    "year=2025/chapter",
    "batch=000000/chapter",
    "replicates.parquet",
    "run.json/chapter",
    "ensemble.json/chapter",
]


@pytest.mark.parametrize("config", [TWO, IMPOSSIBLE], ids=["that can be", "that fails"])
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("name", MINE)
def test_a_folder_with_a_file_of_others_is_refused_named_and_left_as_it_is(
    name: str, write: str, config: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    put(out / name)
    before = content(tmp_path)

    with pytest.raises(ws.LedgerError) as refused:
        WRITES[write](config, out)

    assert name.partition("/")[0] in str(refused.value)
    assert content(tmp_path) == before


@pytest.mark.parametrize("name", ["opening.parquet", "run.json", "census.parquet", "replicates.parquet"])
@pytest.mark.parametrize("write", ["run", "ensemble"])
def test_the_census_of_a_run_is_never_written_over(name: str, write: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    ws.synthetic_census(20, seed=1).frame.write_parquet(out / name)
    before = content(tmp_path)
    for config in (TWO, IMPOSSIBLE):
        with pytest.raises(ws.LedgerError, match=name):
            WRITES[write]({**config, "census": {"path": str(out / name)}}, out)
    assert content(tmp_path) == before


@pytest.mark.parametrize("how", ["a path", "the configuration", "a link", "through a link"])
def test_a_census_in_the_folder_of_a_run_or_an_ensemble_is_refused(how: str, tmp_path: Path) -> None:
    out, frame = tmp_path / "out", ws.synthetic_census(20, seed=1).frame
    ws.simulate_ensemble(TWO, census=frame, replicates=2, out=out)
    path = out / "bands.parquet"
    path.unlink()
    if how == "a link":
        frame.write_parquet(tmp_path / "census.parquet")
        path.symlink_to(tmp_path / "census.parquet")
    else:
        frame.write_parquet(path)
    if how == "through a link":
        (tmp_path / "link").symlink_to(out)
        path = tmp_path / "link" / path.name
    before = content(tmp_path)
    config, census = ({**TWO, "census": {"path": str(path)}}, None) if how == "the configuration" else (TWO, path)

    with pytest.raises(ws.LedgerError, match=r"bands\.parquet: is read, and lies in .*out, which is written"):
        ws.simulate_ensemble(config, census=census, replicates=3, out=out)

    assert content(tmp_path) == before


def test_a_shard_is_not_merged_into_itself(tmp_path: Path) -> None:
    shards = [tmp_path / "one", tmp_path / "two"]
    for number, shard in enumerate(shards):
        ws.simulate_ensemble(TWO, replicates=[number], out=shard)
    before = content(tmp_path)
    with pytest.raises(ws.LedgerError, match=r"two: is read, and lies in .*two, which is written"):
        merge(shards, shards[1])
    assert content(tmp_path) == before


def test_others_files_among_the_years_of_a_run_stay_and_the_run_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    interrupted(SMALL, out, 2)
    put(out / ".thesis.part" / "chapter")
    put(out / ".other.part")
    (out / ".year=2027.part").mkdir()
    ws.simulate(SMALL, out=out)
    assert (out / ".thesis.part" / "chapter").read_bytes() == (out / ".other.part").read_bytes() == b"mine"
    assert not (out / ".year=2027.part").exists()
    assert {problem.rpartition(": ")[0] for problem in ws.verify_run(out).problems} == {
        f"{out / name}" for name in (".thesis.part", ".other.part")
    }


def test_an_opening_of_others_beside_a_run_that_only_began_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    interrupted(SMALL, out, 1)
    for path in (out / "year=2025").iterdir():
        path.unlink()
    (out / "year=2025").rmdir()
    put(out / "opening.parquet")
    before = content(out)
    for config in (SMALL, run_of(4, compensation={"cola_rate": 1.0})):
        with pytest.raises(ws.LedgerError, match=r"opening\.parquet: was changed|holds another run"):
            ws.simulate(config, out=out)
        assert content(out) == before
    (out / "opening.parquet").unlink()
    ws.simulate(SMALL, out=out)
    ws.simulate(SMALL, out=tmp_path / "whole")
    assert (hashes(out), strays(out)) == (hashes(tmp_path / "whole"), [])


@pytest.mark.parametrize(
    "command",
    [
        ["run", "export", "run", "--to", "thesis"],
        ["compare", "a=c.yaml", "b=c.yaml", "--replicates", "2", "--out", "thesis"],
        ["sweep", "c.yaml", "--set", "compensation.cola_rate=[0.02, 0.03]", "--replicates", "2", "--out", "thesis"],
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize("kind", ["a folder", "a file", "a link"])
def test_what_has_the_name_of_a_part_beside_new_output_stays(
    command: list[str], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ws.simulate(TWO, out="run")
    Path("c.yaml").write_text(
        "simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.03}\n"
        "workforce: {total_termination_rate: 0.1}\nrandom_seed: 1\ncensus: {size: 40}\n"
    )
    part = Path(".thesis.part")
    if kind == "a link":
        part.symlink_to("nowhere")
    else:
        put(part / "chapter" if kind == "a folder" else part)
    before = content(tmp_path)

    assert main(command) == 1

    assert ".thesis.part: is in the way of thesis, which is written under that name first" in capsys.readouterr().err
    assert content(tmp_path) == before


def test_what_has_the_name_of_a_part_beside_a_csv_file_stays(tmp_path: Path) -> None:
    put(tmp_path / ".t.csv.part" / "chapter")
    with pytest.raises(ws.RequestError, match=r"\.t\.csv\.part: is in the way of t\.csv"):
        ws.export_csv(pl.DataFrame({"a": [1]}), tmp_path / "t.csv")
    assert (tmp_path / ".t.csv.part" / "chapter").read_bytes() == b"mine"


# --- links, pipes and folders where files belong ---


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("kind", ["a link", "a link that leads nowhere", "a pipe", "a folder", "another name"])
@pytest.mark.parametrize("begun", [False, True], ids=["new", "begun"])
def test_a_lock_that_is_no_file_of_its_own_is_refused(begun: bool, kind: str, write: str, tmp_path: Path) -> None:
    out, target = tmp_path / "out", tmp_path / "mine"
    if begun:
        WRITES[write](TWO, out)
    out.mkdir(exist_ok=True)
    put(target)
    _made(out / ".lock", kind, target)
    longer = {**TWO, "simulation": {**TWO["simulation"], "end_year": 2027}} if write == "run" else TWO
    before = {name: held for name, held in content(out).items() if name != ".lock"}

    with pytest.raises(ws.LedgerError, match=r"\.lock"):
        WRITES[write](longer, out)

    assert target.read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()
    assert os.path.lexists(out / ".lock")
    (out / ".lock").rmdir() if kind == "a folder" else (out / ".lock").unlink()
    assert content(out) == before


def _made(path: Path, kind: str, target: Path) -> None:
    """Put something other than a file in a place."""
    if kind == "a link":
        path.symlink_to(target)
    elif kind == "a link that leads nowhere":
        path.symlink_to(target.parent / "nowhere")
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "another name":
        path.hardlink_to(target)
    else:
        path.mkdir()


# --- what another user may not read ---

USES = {
    "read_run": "ws.read_run(path).events",
    "provenance": "ws.provenance(path)",
    "verify_run": "print(ws.verify_run(path))",
    "simulate": "ws.simulate(config, out=path)",
    "extend": "ws.simulate({**config, 'simulation': {**config['simulation'], 'end_year': 2027}}, out=path)",
    "timeline": "ws.timeline(path, 'NH-2025-000001')",
    "merge": "merge([path], path + '-merged')",
    "ensemble": "ws.simulate_ensemble(config, replicates=3, out=path)",
}
CODE = """
import json, sys
import workforce_sim as ws
from tests.faults.child import become_ordinary
from workforce_sim.ensembles.merging import merge
path, config, uses = json.loads(sys.argv[1])
become_ordinary()
for use in uses:
    try:
        exec(use)
    except ws.LedgerError as error:
        print(error)
"""


@pytest.mark.parametrize(
    ("what", "closed"),
    [
        *(("run", name) for name in ("", "..", "run.json", "year=2025", "year=2025/manifest.json", "opening.parquet")),
        *(("ensemble", name) for name in ("", "..", "ensemble.json", "batch=000000", "batch=000000/summary.parquet")),
    ],
)
def test_what_another_user_may_not_read_is_one_line(what: str, closed: str, tmp_path: Path) -> None:
    folder = tmp_path / "theirs" / "it"
    WRITES[what](TWO, folder)
    names = (
        ["merge", "ensemble"] if what == "ensemble" else ["read_run", "provenance", "verify_run", "simulate", "extend"]
    )
    (folder / closed).chmod(0)
    asked = [str(folder), TWO, [USES[name] for name in names]]
    command = [sys.executable, "-c", CODE, json.dumps(asked)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    (folder / closed).chmod(0o700)

    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) == (3 if closed == "opening.parquet" else len(names))  # others need not read the opening
    assert all("(Permission denied)" in line and str(folder.parent) in line for line in lines)

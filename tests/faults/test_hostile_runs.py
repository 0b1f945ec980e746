"""JSON of runs and ensembles made to do harm, with right seals too: one error that names the file, soon."""

from __future__ import annotations

import copy
import json
import os
import re
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import workforce_sim as ws
from tests.support import few
from tests.support_store import run_of
from workforce_sim.cli.main import main
from workforce_sim.ensembles.merging import merge
from workforce_sim.explaining.diff import diff_runs
from workforce_sim.store import documents
from workforce_sim.store.layout import sealed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX limits and pipes")

TWO = run_of(2, census={"size": 20})
HUGE = 10**4000
Use = Callable[[Path], object]
RUN_USES: dict[str, Use] = {
    "read": ws.read_run,
    "tables": lambda run: (ws.read_run(run).events, ws.read_run(run).opening),
    "provenance": ws.provenance,
    "timeline": lambda run: ws.timeline(run, "NH-2025-000001"),
    "diff": lambda run: diff_runs(run, run),
    "simulate": lambda run: ws.simulate(TWO, out=run),
    "extend": lambda run: ws.simulate(TWO, end_year=2027, out=run),
    "verify": lambda run: raised(ws.verify_run(run)),
    "verify deep": lambda run: raised(ws.verify_run(run, deep=True)),
}
BROAD = ("read", "provenance", "extend", "verify")
"""One use of each kind."""

ENSEMBLE_USES: dict[str, Use] = {
    "go on": lambda out: ws.simulate_ensemble(TWO, replicates=3, out=out),
    "merge": lambda out: merge([out], out.parent / "merged"),
}


def raised(found: ws.Verification) -> None:
    """Raise what a verification found."""
    if not found:
        raise ws.LedgerError("\n".join(found.problems))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    ws.simulate(TWO, out=folder)
    return folder


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ensembles") / "out"
    ws.simulate_ensemble(TWO, replicates=2, out=folder)
    return folder


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    """Let nothing fill the memory."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def refused(use: Use, folder: Path, file: str) -> None:
    """Assert that a use is one error that names the file, or a folder that it lies in."""
    with pytest.raises(ws.LedgerError) as error:
        use(folder)
    told = str(error.value)
    assert str(folder / file) in told or str((folder / file).parent) in told
    assert len(told) < 5_000
    assert not re.search(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]", told)


def changed_at(path: Path, place: str, value: Any) -> None:
    """Write a value to a dotted place of a sealed file, and the right seal."""
    content = json.loads(path.read_text())
    content.pop("seal")
    inner, keys = content, place.split(".")
    for key in keys[:-1]:
        inner = inner[int(key) if isinstance(inner, list) else key.replace("~", ".")]
    last = int(keys[-1]) if isinstance(inner, list) else keys[-1].replace("~", ".")
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    path.write_bytes(sealed(content).content)


# --- bytes that are no JSON of ours ---

NO_JSON: dict[str, bytes] = {
    "nothing": b"",
    "text": b"x",
    "a list": b"[]\n",
    "a number": b"1\n",
    "null": b"null\n",
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "1e400": b'{"a": 1e400}',
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a lone surrogate as a key": b'{"\\udfff": 1}',
    "Latin-1": b'{"a": "\xeb"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a mark": b"\xef\xbb\xbf{}",
    "NUL": b"\0" * 100,
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a long number": b'{"a": ' + b"1" * 100_000 + b"}",
    "twice": b'{"format": 2, "format": 3}',
    "an empty object": b"{}\n",
    "much": b'{"a": "' + b"x" * documents.MOST_BYTES + b'"}',
}


@pytest.mark.parametrize("what", NO_JSON)
@pytest.mark.parametrize("file", ["run.json", "year=2026/manifest.json", "year=2026/made.json"])
def test_a_file_of_a_run_that_is_no_json_of_ours_is_refused(file: str, what: str, run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "run" / file).write_bytes(NO_JSON[what])
    for use in uses_of(file):
        refused(RUN_USES[use], tmp_path / "run", file)


@pytest.mark.parametrize("what", NO_JSON)
@pytest.mark.parametrize("file", ["ensemble.json", "batch=000000/manifest.json"])
def test_a_file_of_an_ensemble_that_is_no_json_of_ours_is_refused(
    file: str, what: str, ensemble: Path, tmp_path: Path
) -> None:
    shutil.copytree(ensemble, tmp_path / "out")
    (tmp_path / "out" / file).write_bytes(NO_JSON[what])
    for use in ENSEMBLE_USES.values():
        refused(use, tmp_path / "out", file)
    assert not (tmp_path / "merged").exists()


def uses_of(file: str) -> list[str]:
    """Return the uses that read a file: nothing but the page and verifying reads when a year was made."""
    return ["provenance", "verify", "verify deep"] if file.endswith("made.json") else [*RUN_USES]


# --- wrong shapes with right seals ---

WRONG: tuple[Any, ...] = (None, True, -1, HUGE, 1.5, "x", "\x1b[31m", [], [1], {}, {"a": 1}, ...)
PLACES = {
    "run.json": [
        "configuration",
        "configuration.simulation",
        "configuration.simulation.start_year",
        "configuration.simulation.end_year",
        "configuration.census",
        "configuration.census.path",
        "configuration.output",
        "configuration.output.path",
        "configuration.output.compression",
        "configuration.random_seed",
        "configuration.workforce",
        "configuration.plan",
        "replicate",
        "engine",
        "census",
        "opening",
        "opening.rows",
        "opening.bytes",
        "opening.sha256",
        "notes",
        "versions",
        "level",
        "own",
        "format",
    ],
    "year=2026/manifest.json": [
        "run",
        "year",
        "files",
        "files.events~parquet",
        "files.carried~parquet",
        "files.events~parquet.rows",
        "files.events~parquet.bytes",
        "files.events~parquet.sha256",
        "forfeitures_cents",
        "forfeitures_cents.0",
        "before",
    ],
    "year=2026/made.json": [
        "committed",
        "python",
        "libraries",
        "system",
        "processors",
        "threads",
        "peak_memory_mb",
        "seconds",
    ],
    "ensemble.json": ["format", "header", "header.configuration", "header.configuration.simulation.end_year"],
    "batch=000000/manifest.json": [
        "ensemble",
        "replicates",
        "replicates.0",
        "files",
        "files.summary~parquet",
        "files.summary~parquet.sha256",
    ],
}
FINE: list[tuple[str, Any]] = [
    ("configuration.census.path", "x"),
    ("configuration.output.path", "x"),
    ("configuration.census.path", None),
    ("configuration.output.path", None),
    ("notes", []),
    ("own", {}),
    ("own", ...),
    ("processors", None),
    ("seconds", {}),
    ("seconds", ...),
    ("libraries", {}),
    *((place, text) for place in ("committed", "python", "system") for text in ("x", "\x1b[31m")),
    ("peak_memory_mb", -1),
    ("peak_memory_mb", 1.5),
    ("seconds", {"a": 1}),
    ("forfeitures_cents", [1]),
]
"""What a file may say, though no run does."""

CASES = [
    (file, place, number)
    for file, places in PLACES.items()
    for place in places
    for number, value in enumerate(WRONG)
    if not any(place == known and value == fine and type(value) is type(fine) for known, fine in FINE)
]


@pytest.mark.parametrize(("file", "place", "number"), few(CASES, 3, arguments=3), ids=str)
def test_a_wrong_shape_with_a_right_seal_is_refused(
    file: str, place: str, number: int, run: Path, ensemble: Path, tmp_path: Path
) -> None:
    of_run = (run / file).exists()
    folder = shutil.copytree(run if of_run else ensemble, tmp_path / "it")
    try:
        changed_at(folder / file, place, copy.deepcopy(WRONG[number]))
    except ValueError:  # a number that Python does not write
        return
    uses = [RUN_USES[name] for name in uses_of(file) if name in BROAD] if of_run else ENSEMBLE_USES.values()
    for use in uses:
        refused(use, folder, file)


@pytest.mark.parametrize(("place", "value"), FINE, ids=str)
def test_what_a_file_may_say_is_read(place: str, value: Any, run: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(run, tmp_path / "it")
    (file,) = (file for file, places in PLACES.items() if place in places)
    changed_at(folder / file, place, value)
    assert "\x1b" not in ws.provenance(folder)
    assert ws.read_run(folder).events.height
    assert main(["run", "show", str(folder)]) == 0


HARM: dict[str, tuple[str, str, Any]] = {
    "a billion years": ("run.json", "configuration.simulation.end_year", 10**9),
    "years before": ("run.json", "configuration.simulation.end_year", 2024),
    "a year as text": ("run.json", "configuration.simulation.end_year", "2026"),
    "a year as a float": ("run.json", "configuration.simulation.end_year", 2026.0),
    "a level beyond": ("run.json", "level", 10**6),
    "a replicate beyond": ("run.json", "replicate", 2**31),
    "bytes beyond": ("run.json", "opening.bytes", 2**80),
    "an engine": ("run.json", "engine", "warp"),
    "another field": ("run.json", "more", 1),
    "a key unknown": ("run.json", "configuration.plan.unknown", 1),
    "a table elsewhere": ("year=2026/manifest.json", "files.~~/secret~parquet", {"rows": 1, "bytes": 1}),
    "a table of the root": ("year=2026/manifest.json", "files./etc/passwd", {"rows": 1, "bytes": 1}),
    "a table by another name": ("year=2026/manifest.json", "files.events~parquet\n", {"rows": 1, "bytes": 1}),
    "two accounts": ("year=2026/manifest.json", "forfeitures_cents", [0, 0]),
    "cents beyond": ("year=2026/manifest.json", "forfeitures_cents", [2**63]),
    "another year": ("year=2026/manifest.json", "year", 2025),
    "libraries": ("year=2026/made.json", "libraries", {"polars": 1}),
    "seconds": ("year=2026/made.json", "seconds", {"hires": "1"}),
    "replicates not there": ("batch=000000/manifest.json", "replicates", [0, 1, 2, 3]),
    "a billion years of an ensemble": ("ensemble.json", "header.configuration.simulation.end_year", 10**9),
    "a summary elsewhere": ("batch=000000/manifest.json", "files.~~/summary~parquet", {"rows": 1}),
}


@pytest.mark.parametrize("what", HARM)
def test_what_would_do_harm_is_refused(what: str, run: Path, ensemble: Path, tmp_path: Path) -> None:
    file, place, value = HARM[what]
    of_run = (run / file).exists()
    folder = shutil.copytree(run if of_run else ensemble, tmp_path / "it")
    changed_at(folder / file, place, value)
    for use in [RUN_USES[name] for name in uses_of(file)] if of_run else ENSEMBLE_USES.values():
        refused(use, folder, file)


# --- links, pipes and folders where files belong ---

FILES = ["run.json", "opening.parquet", *(f"year=2026/{name}" for name in ("manifest.json", "events.parquet"))]
KINDS = ["a link to itself elsewhere", "a pipe", "a folder", "a link that leads nowhere", "a link in a circle"]


def put_instead(path: Path, kind: str) -> None:
    """Put something else in the place of a file or a folder."""
    elsewhere = path.parent.parent / f"elsewhere-{path.name}"
    path.rename(elsewhere)
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to({"a link that leads nowhere": "nowhere", "a link in a circle": path.name}.get(kind, elsewhere))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file", [*FILES, "year=2026/made.json", "year=2026/carried.parquet", "year=2026"])
def test_what_is_no_file_of_a_run_is_refused_and_waited_for_by_nobody(
    file: str, kind: str, run: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(run, tmp_path / "deep" / "it")
    put_instead(folder / file, kind)
    for use in uses_of(file):
        refused(RUN_USES[use], folder, file)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "file", ["ensemble.json", "batch=000000", "batch=000000/manifest.json", "batch=000000/summary.parquet"]
)
def test_what_is_no_file_of_an_ensemble_is_refused(file: str, kind: str, ensemble: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ensemble, tmp_path / "deep" / "it")
    put_instead(folder / file, kind)
    for use in ENSEMBLE_USES.values():
        refused(use, folder, file)


@pytest.mark.parametrize("kind", [*KINDS[1:3], "no table", "another table"])
def test_the_replicates_of_a_shard_that_are_no_table_are_refused(kind: str, ensemble: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ensemble, tmp_path / "deep" / "it")
    path = folder / "replicates.parquet"
    if kind == "no table":
        path.write_bytes(b"PAR1")
    elif kind == "another table":
        shutil.copyfile(folder / "bands.parquet", path)
    else:
        put_instead(path, kind)
    refused(ENSEMBLE_USES["merge"], folder, "replicates.parquet")

"""What a worker does: ``python -m workforce_sim.operate.service.work`` takes tasks one by one from standard input.

A task is a line of JSON, then as many bytes as it says: the file of a census. What comes of it goes to standard output,
a line each: progress, at last an answer or why it failed. The process ends with the service, whatever ends that one.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from queue import SimpleQueue
from traceback import extract_tb
from typing import IO, Any

import polars as pl

from workforce_sim.census.read import Census, examined, read_census
from workforce_sim.ensembles.comparing import compare
from workforce_sim.ensembles.ensemble import simulate_ensemble
from workforce_sim.ensembles.pages import of_comparison, of_ensemble, tables_of_comparison
from workforce_sim.errors import WorkforceSimError
from workforce_sim.operate.service.asked import KINDS, AnyAsked, ComparisonAsked, EnsembleAsked, RunAsked, reading
from workforce_sim.operate.service.worker import CHECK, RESULT, TABLES
from workforce_sim.plan.testing import nondiscrimination
from workforce_sim.reporting.exports.tables import tables_of
from workforce_sim.result.result import Result
from workforce_sim.share.suppression import LEAST
from workforce_sim.simulation.simulate import simulate
from workforce_sim.store.layout import json_bytes, placed_folder, write_new
from workforce_sim.store.parquet import write_tables
from workforce_sim.store.writer import writable

BELOW = 5
"""How much lower the priority of a worker is than that of the service, which is to answer meanwhile."""

Told = Callable[[int, int], None]
Page = dict[str, Any]
Made = tuple[Page, Iterator[tuple[str, pl.DataFrame]]]


def main() -> None:
    """Take tasks until the service ends."""
    os.nice(BELOW)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints is no answer
    tasks: SimpleQueue[tuple[dict[str, Any], bytes]] = SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, tasks), daemon=True).start()

    def tell(line: Mapping[str, Any]) -> None:
        answers.write(json.dumps(line).encode() + b"\n")

    while True:
        task, content = tasks.get()
        tell(outcome(task, content, lambda done, of: tell({"done": done, "of": of})))


def _read(source: IO[bytes], tasks: SimpleQueue[tuple[dict[str, Any], bytes]]) -> None:
    for line in source:
        task = json.loads(line)
        tasks.put((task, source.read(task["bytes"])))
    os._exit(0)


def outcome(task: Mapping[str, Any], content: bytes, told: Told) -> Page:
    """Return ``answer`` or why it ``failed``, in words that have no value of an employee."""
    try:
        return {"answer": _checked(task, content) if task["kind"] == CHECK else _carried_out(task, content, told)}
    except WorkforceSimError as error:
        return {"failed": str(error)}
    except MemoryError:
        return {"failed": "not enough memory; simulate fewer years or a smaller census"}
    except BaseException as error:  # of the program, or a panic of Polars
        at = extract_tb(error.__traceback__)[-1]
        where = f"{Path(at.filename).name}:{at.lineno}"
        return {"failed": f"an error of the program itself, please report it: {type(error).__name__} at {where}"}


def _file(task: Mapping[str, Any], content: bytes) -> BytesIO | None:
    if task["name"] is None:
        return None
    file = BytesIO(content)
    file.name = task["name"]
    return file


def _checked(task: Mapping[str, Any], content: bytes) -> Page:
    """Return the account of a census whose rows all keep the rules."""
    config = reading(task["reading"], task["start_year"], task["opening_date"])
    account = examined(_file(task, content), config)
    if account["errors"]:
        read_census(_file(task, content), config)  # raises
    return account


def _carried_out(task: Mapping[str, Any], content: bytes, told: Told) -> Page:
    """Carry a job out and write what comes of it to a new folder, which appears whole or not at all."""
    asked, place = KINDS[task["kind"]].model_validate_json(task["asked"]), Path(task["place"])
    file = _file(task, content)
    census = None if file is None else read_census(file, next(iter(asked.configs().values())))
    page, tables = _made(asked, census, told)
    with writable(place), placed_folder(place) as part:
        (part / TABLES).mkdir(mode=0o700)
        names = [_written(part / TABLES / f"{name}.parquet", table) for name, table in tables] if asked.tables else []
        write_new(part / RESULT, json_bytes({"kind": asked.kind, **page, "tables": names}))
    return {}


def _written(path: Path, table: pl.DataFrame) -> str:
    write_tables({path: table}, "zstd")
    return path.stem


def _made(asked: AnyAsked, census: Census | None, told: Told) -> Made:
    if isinstance(asked, RunAsked):
        return _run(asked, census, told)
    return _ensemble(asked, census, told) if isinstance(asked, EnsembleAsked) else _comparison(asked, census, told)


def _run(asked: RunAsked, census: Census | None, told: Told) -> Made:
    config = asked.configs()["configuration"]
    result = simulate(config, census=census, replicate=asked.replicate, progress=lambda _, done, of: told(done, of))
    page = {"fingerprint": result.fingerprint, "notes": [*result.notes], "summary": result.summary.to_dicts()}
    return {**page, "tests": _tests(result, asked.replicate)}, tables_of(result)


def _tests(result: Result, replicate: int) -> list[Page]:
    """Return the plan's nondiscrimination tests of the last year; none without a plan."""
    if not result.config.plan.enabled:
        return []
    return nondiscrimination(result, result.config.simulation.end_year, replicate=replicate).frame.to_dicts()


def _ensemble(asked: EnsembleAsked, census: Census | None, told: Told) -> Made:
    config = asked.configs()["configuration"]
    found = simulate_ensemble(config, census=census, replicates=asked.replicates, spread=asked.spread, progress=told)
    return {**of_ensemble(found), "notes": [*found.notes]}, tables_of(found)


def _comparison(asked: ComparisonAsked, census: Census | None, told: Told) -> Made:
    by = () if asked.by is None else asked.by
    found = compare(asked.configs(), census=census, replicates=asked.replicates, by=by, progress=told)
    tables = tables_of_comparison(found, asked.by, LEAST)
    return of_comparison(found, tables), iter(tables.items())


if __name__ == "__main__":
    main()

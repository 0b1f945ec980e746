"""``python -m benchmarks.portfolio``: a book of many employers, and one employer of as many people, in turn.

Sizes are log-normal. Each measurement is a process of its own and prints its processor time, that of its workers
included, and its peak memory. With ``--kill`` a worker is killed in the middle, and the bytes are compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import psutil

from workforce_sim import load_config, read_census, simulate, simulate_portfolio, synthetic_census
from workforce_sim.census.completion import complete
from workforce_sim.ensembles.batch import Job, summaries

EMPLOYERS, PEOPLE = 2_000, 1_000_000
SPREAD, SMALLEST, LARGEST = 1.7, 5, 50_000
"""Standard deviation of the logarithm of an employer's size, and the bounds of sizes."""
PLAN = """
simulation: {start_year: 2025, end_year: 2029, target_growth_rate: 0.03}
workforce:
  total_termination_rate: 0.12
  levels: [{name: Staff}, {name: Senior}, {name: Manager}, {name: Director}, {name: Executive}]
random_seed: 42
"""


def sizes(employers: int, people: int) -> list[int]:
    """Return log-normal sizes that add up to about so many people."""
    drawn = np.exp(np.random.default_rng(7).normal(0, SPREAD, employers))
    found: list[int] = np.clip(drawn * people / drawn.sum(), SMALLEST, LARGEST).astype(int).tolist()
    return found


def make(folder: Path, employers: int, people: int) -> None:
    """Write a book of Parquet censuses, and the same people as one census."""
    counts = sizes(employers, people)
    staff = synthetic_census(sum(counts), seed=3).frame
    staff = staff.select(column for column in staff if column.null_count() < staff.height)
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    rows, start = [], 0
    for number, count in enumerate(counts):
        name = f"employer-{number:05d}"
        staff[start : start + count].write_parquet(folder / f"{name}.parquet")
        rows.append({"name": name, "census": f"{name}.parquet", "configuration": "plan.yaml"})
        start += count
    pl.DataFrame(rows).with_columns(
        industry=pl.Series(["health", "retail", "public"])[np.arange(employers) % 3]
    ).write_csv(folder / "book.csv")
    staff.write_parquet(folder / "one.parquet.whole")
    print(f"{employers:,} employers, {start:,} people, median {int(np.median(counts)):,}, largest {max(counts):,}")


def measured(what: str, folder: Path, workers: int, out: Path, kill: bool) -> None:
    """Carry one measurement out in this process and print it."""
    if what == "book":
        killing = killer() if kill else None
        found = simulate_portfolio(folder / "book.csv", out=out, workers=workers, progress=killing)
        assert found.failures.is_empty(), found.failures
    elif what == "one":
        simulate(folder / "plan.yaml", census=pl.read_parquet(folder / "one.parquet.whole"), out=out)
    else:
        config = load_config(folder / "plan.yaml")
        census = read_census(pl.read_parquet(folder / "one.parquet.whole"), config)
        summaries(Job(config, complete(census, config)), [0])
    own, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    spent = {"cpu": sum(u.ru_utime + u.ru_stime for u in (own, theirs)), "gib": own.ru_maxrss / 2**20}
    print(json.dumps({**spent, "worker_gib": theirs.ru_maxrss / 2**20}))


def killer() -> Callable[[int, int], None]:
    """Return a progress that kills one worker as soon as something is done."""
    killed: list[int] = []

    def kill(done: int, total: int) -> None:
        found = [one for one in psutil.Process().children() if "spawn_main" in " ".join(one.cmdline())]
        if found and not killed:
            killed.append(found[0].pid)
            os.kill(killed[0], signal.SIGKILL)
            print(f"killed a worker after {done:,} of {total:,} employers", file=sys.stderr)

    return kill


def alone(what: str, folder: Path, workers: int = 1, kill: bool = False) -> tuple[float, dict[str, str]]:
    """Measure in a process of its own; return processor seconds and the hashes of what was written."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        out = Path(place) / "out"
        line = [sys.executable, "-m", "benchmarks.portfolio", "--measure", what, "--folder", str(folder)]
        line += ["--out", str(out), "--workers", str(workers), *(["--kill"] if kill else [])]
        start = time.perf_counter()
        found = json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
        files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != "made.json")
        digests = {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    told = f"{what}, {workers} worker(s){', one killed' if kill else ''}"
    memory = f"peak {found['gib']:.2f} GiB, of a worker {found['worker_gib']:.2f} GiB"
    print(
        f"{told}: {found['cpu']:.1f} s of processors, {time.perf_counter() - start:.0f} s passed, {memory}", flush=True
    )
    return found["cpu"], digests


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--employers", type=int, default=EMPLOYERS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--kill", action="store_true", help="also with two workers, and with one of them killed")
    parser.add_argument("--measure", choices=("book", "one", "summary"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--workers", type=int, default=1, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.measure:
        measured(asked.measure, asked.folder, asked.workers, asked.out, asked.kill)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make(folder, asked.employers, asked.people)
        (written, _), (summed, _) = alone("one", folder), alone("summary", folder)
        book, files = alone("book", folder)
        print(f"a book takes {book / written:.2f} times one employer with its tables, {book / summed:.2f} without them")
        if asked.kill:
            for kill in (False, True):
                other = [name for name, _ in alone("book", folder, 2, kill)[1].items() ^ files.items()]
                print(f"{len(other)} files differ: {other[:3]}" if other else "the same bytes")


if __name__ == "__main__":
    main()

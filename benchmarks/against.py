"""``python -m benchmarks --against REV``: the working tree and a revision of git, in turn on one machine.

Each measurement has a process of its own, and both sides take turns, so that what else the machine does meets both. A
first turn, which also compiles the sources, does not count.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
JOB = Path(__file__).with_name("job.py")
ONCE = ("startup", "first")
"""What is measured once, whatever the sizes."""
WHAT = ("run", "out", "ensemble", *ONCE)
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 5

Measured = dict[str, float]


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called, and the folder with its ``src``."""

    name: str
    tree: Path


@dataclass(frozen=True)
class Case:
    """What is measured of both sides; the size is 0 where it does not matter."""

    what: str
    size: int

    def __str__(self) -> str:
        return f"{self.what} of {self.size:,} staff" if self.size else self.what


def cases(what: Sequence[str], sizes: Sequence[int]) -> list[Case]:
    """Return what is measured, size by size; a start once."""
    sized = [Case(name, size) for size in sizes for name in what if name not in ONCE]
    return sized + [Case(name, 0) for name in ONCE if name in what]


def compare(revision: str, what: Sequence[str], sizes: Sequence[int], rounds: int) -> None:
    """Measure both sides and print the table as it comes.

    Raises:
        SystemExit: outside a git checkout, for an unknown revision, and when a side fails.
    """
    commit = commit_of(revision, ROOT)
    print(f"Working tree: {state_of(ROOT)}. Against: {revision}, commit {commit[:7]}.")
    print(load_line("before"))
    with checked_out(commit, ROOT) as tree:
        sides = [Side(revision, tree), Side("working tree", ROOT)]
        print(HEADER, flush=True)
        for case in cases(what, sizes):
            print("\n".join(lines(case, in_turn(case, sides, rounds))), flush=True)
    print(load_line("after"))


def in_turn(case: Case, sides: Sequence[Side], rounds: int) -> dict[str, list[Measured]]:
    """Measure the sides in turn, A B A B, after one turn that does not count."""
    turns = [{side.name: measured(case, side) for side in sides} for _ in range(rounds + 1)]
    return {side.name: [turn[side.name] for turn in turns[1:]] for side in sides}


def measured(case: Case, side: Side) -> Measured:
    """Measure a side once, in a process of its own."""
    command = [sys.executable, "-P", str(JOB), case.what, str(case.size)]
    environment = {**os.environ, "PYTHONPATH": str(side.tree / "src")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as users have it: sources are compiled once
    answer = subprocess.run(command, check=False, capture_output=True, text=True, cwd=side.tree, env=environment)
    if answer.returncode:
        raise SystemExit(f"{side.name}: {case} failed: {(answer.stderr.strip() or 'no message').splitlines()[-1]}")
    found = json.loads(answer.stdout)
    source = found.pop("source") or ""
    if not Path(source).is_relative_to(side.tree):
        raise SystemExit(f"{side.name}: Python took workforce_sim from {source}, not from {side.tree}")
    return found


HEADER = f"{'staff':>9}  {'what':<8}  {'revision':<20}  {'median s':>8}  {'best s':>8}  {'CPU s':>8}  {'peak MiB':>8}"


def lines(case: Case, found: dict[str, list[Measured]]) -> Iterator[str]:
    """Yield the lines of a case: each side, then the second over the first."""
    first, second = (figures(rounds) for rounds in found.values())
    size = f"{case.size:,}" if case.size else ""
    for name, row in zip(found, (first, second), strict=True):
        median, best, cpu, mib = row
        start = f"{size:>9}  {case.what:<8}  {name[:20]:<20}"
        yield f"{start}  {median:8.3f}  {best:8.3f}  {cpu:8.3f}  {mib:8.0f}"
    ratios = "  ".join(f"{new / old:8.2f}" if old else f"{'-':>8}" for old, new in zip(first, second, strict=True))
    yield f"{'':>9}  {'':<8}  {'ratio':<20}  {ratios}"


def figures(rounds: Sequence[Measured]) -> tuple[float, float, float, float]:
    """Return median and best of the seconds, and the medians of processor seconds and peak memory."""
    seconds = [row["seconds"] for row in rounds]
    cpu, mib = (statistics.median(row[name] for row in rounds) for name in ("cpu", "mib"))
    return statistics.median(seconds), min(seconds), cpu, mib


def load_line(when: str) -> str:
    """Return how busy the machine is; a busy one moves the seconds of the clock, and less those of the processors."""
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    quiet = "quiet" if load < 0.75 * processors else "busy: trust CPU seconds and memory, not the clock"
    return f"Load of the machine {when}: {load:.1f} on {processors} processors ({quiet})."


def git(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", "-C", str(tree), *arguments], check=False, capture_output=True, text=True)
    except FileNotFoundError:
        raise SystemExit("--against needs git, which is not installed") from None


def commit_of(revision: str, tree: Path) -> str:
    """Return the full name of a revision's commit.

    Raises:
        SystemExit: outside a git checkout, for an unknown revision, and for one without the library.
    """
    if git(tree, "rev-parse", "--is-inside-work-tree").returncode:
        raise SystemExit(f"--against needs a git checkout, and {tree} is none")
    found = git(tree, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    commit = found.stdout.strip()
    if found.returncode:
        raise SystemExit(f"--against {revision}: no such revision; git log --oneline lists what there is")
    if git(tree, "cat-file", "-e", f"{commit}:src/workforce_sim").returncode:
        raise SystemExit(f"--against {revision}: it has no src/workforce_sim, so there is nothing to measure")
    return commit


def state_of(tree: Path) -> str:
    """Return what the working tree is: its commit, and whether its sources differ from it."""
    commit = git(tree, "rev-parse", "--short=7", "HEAD").stdout.strip()
    dirty = git(tree, "status", "--porcelain", "--", "src").stdout.strip()
    return f"commit {commit}, {'with changes in src that are not committed' if dirty else 'nothing changed in src'}"


@contextmanager
def checked_out(commit: str, tree: Path) -> Iterator[Path]:
    """Check a commit out beside the working tree, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="workforce-sim-against-") as folder:
        beside = Path(folder).resolve() / "tree"
        made = git(tree, "worktree", "add", "--detach", "--quiet", str(beside), commit)
        if made.returncode:
            raise SystemExit(f"git could not check {commit[:7]} out: {made.stderr.strip()}")
        try:
            yield beside
        finally:
            git(tree, "worktree", "remove", "--force", str(beside))

"""Killed at any moment, a run keeps its committed years, and run again it ends as if nothing had happened.

``WORKFORCE_SIM_FAULTS=300`` kills about so many times; without it about half a dozen times.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

import workforce_sim as ws
from tests.faults.children import Writer
from tests.support_store import hashes, of_years, run_of, strays, through_disk, year_folders

KILLS = int(os.environ.get("WORKFORCE_SIM_FAULTS", "6"))
AT_RANDOM, AT_CALLS, EXTENDING = KILLS // 3, KILLS // 3, KILLS // 6
MANY_YEARS = run_of(12, census={"size": 20})
TWO_YEARS = run_of(2, census={"size": 20})
LEFT_BY_A_KILL = {".lock", "opening.parquet", "run.json", ".run.json.part", ".opening.parquet.part", ".spool.part"}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs are written on POSIX systems")


def whole(config: dict[str, Any], run: Path) -> dict[str, str]:
    """Return the hashes of a run that nobody interrupted."""
    ws.simulate(config, out=run)
    assert strays(run) == []
    return hashes(run)


def assert_only_whole_years(run: Path, expected: dict[str, str]) -> None:
    """Assert that the years that stand are the first ones, and are those of the run to the byte."""
    years = year_folders(run)
    assert years == sorted({name.partition("/")[0] for name in expected if name.startswith("year=")})[: len(years)]
    assert of_years(hashes(run), set(years)) == of_years(expected, set(years))
    beside = {path.name for path in run.iterdir()} - set(years) if run.exists() else set()
    assert {name for name in beside if not name.startswith(".year=")} <= LEFT_BY_A_KILL
    if years:
        assert ws.read_run(run).summary["year"].to_list() == [int(name.removeprefix("year=")) for name in years]


def writers(**asked: Any) -> Generator[Writer]:
    """Yield one writer after another, ready to begin; the next one gets up while the one before is at work."""
    following = Writer(**asked)
    try:
        while True:
            writer, following = following, Writer(**asked)
            with writer:
                yield writer.ready()
    finally:
        with following:
            pass


def killed_after(writer: Writer, seconds: float, run: Path) -> bool:
    """Let a writer begin and kill it after a while; return whether it was still at work."""
    writer.begin(out=run)
    timer = Timer(seconds, writer.process.kill)
    timer.start()
    outcome = writer.outcome()
    timer.cancel()
    assert outcome is None or "fingerprint" in outcome, outcome
    return outcome is None


def test_killed_at_random_moments_a_run_ends_byte_for_byte_as_if_nothing_had_happened(place: Path) -> None:
    chance = random.Random(20_250_101)
    expected = whole(MANY_YEARS, place / "whole")
    with closing(writers(config=MANY_YEARS)) as more:
        writer = next(more)
        began = time.perf_counter()
        writer.begin(out=place / "timed")
        assert writer.outcome() is not None
        longest = time.perf_counter() - began
        kills = finished = 0
        while kills < AT_RANDOM:
            run = place / f"run {finished}"
            if killed_after(next(more), chance.uniform(0, longest), run):
                kills += 1
                assert_only_whole_years(run, expected)
            else:
                finished += 1
                assert (hashes(run), strays(run)) == (expected, [])
    ws.simulate(MANY_YEARS, out=run)
    assert (hashes(run), strays(run)) == (expected, [])
    print(f"{kills} kills at random moments of {finished + 1} runs of 12 years")


def test_killed_before_and_after_each_call_of_a_commit_a_run_goes_on(place: Path) -> None:
    expected = whole(TWO_YEARS, place / "whole")
    with Writer(config=TWO_YEARS, kill_at=0) as counting:
        outcome = counting.run(out=place / "counted")
    assert outcome is not None
    moments = [1 + half / 2 for half in range(2 * outcome["calls"])]  # before each call, and after it
    if len(moments) > AT_CALLS:
        moments = random.Random(KILLS).sample(moments, AT_CALLS)
    left = set()
    for number, moment in enumerate(moments):
        run = place / f"run {number}"
        with Writer(config=TWO_YEARS, kill_at=moment) as writer:
            died = writer.run(out=run) is None
        assert died, f"call {moment} was never made"
        assert_only_whole_years(run, expected)
        left.add(tuple(sorted(path.name for path in run.rglob("*"))) if run.exists() else ())
        ws.simulate(TWO_YEARS, out=run)
        assert (hashes(run), strays(run)) == (expected, [])
        shutil.rmtree(run)
    print(f"{len(moments)} kills at calls of a commit, which left {len(left)} kinds of folders")
    assert len(left) > len(moments) // 4


def test_killed_at_any_call_a_run_whose_staff_go_through_the_disk_goes_on_in_other_partitions(place: Path) -> None:
    expected = whole(TWO_YEARS, place / "whole")
    with Writer(config=TWO_YEARS, rows=7, kill_at=0) as counting:
        outcome = counting.run(out=place / "counted")
    assert outcome is not None
    assert (hashes(place / "counted"), strays(place / "counted")) == (expected, [])
    left = set()
    for number, moment in enumerate(random.Random(KILLS).sample(range(2, 2 * outcome["calls"] + 2), AT_CALLS)):
        run = place / f"run {number}"
        with Writer(config=TWO_YEARS, rows=7, kill_at=moment / 2) as writer:
            assert writer.run(out=run) is None
        assert_only_whole_years(run, expected)
        left.add(tuple(sorted(path.name for path in run.rglob("*"))) if run.exists() else ())
        through_disk(TWO_YEARS, run, rows=5)
        assert (hashes(run), strays(run)) == (expected, [])
    assert len(left) > AT_CALLS // 4


def test_killed_while_it_is_extended_a_run_keeps_what_it_had(place: Path) -> None:
    five = run_of(5, census={"size": 20})
    expected = whole(five, place / "whole")
    chance = random.Random(5)
    with Writer(config=five, kill_at=0) as counting:
        ws.simulate(TWO_YEARS, out=place / "counted")
        outcome = counting.run(out=place / "counted")
    assert outcome is not None
    for number in range(EXTENDING):
        run = place / f"run {number}"
        ws.simulate(TWO_YEARS, out=run)
        with Writer(config=five, kill_at=chance.randint(2, 2 * outcome["calls"]) / 2) as writer:
            assert writer.run(out=run) is None
        assert year_folders(run)[:2] == ["year=2025", "year=2026"]
        assert_only_whole_years(run, expected)
        ws.simulate(five, out=run)
        assert (hashes(run), strays(run)) == (expected, [])

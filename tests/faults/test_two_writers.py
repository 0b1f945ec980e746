"""Two writers of one folder: one writes, the other says who does, and a dead one is in nobody's way."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

import workforce_sim as ws
from tests.faults.children import Writer
from tests.support_store import hashes, interrupted, run_of, strays

STARTS = 50 if int(os.environ.get("WORKFORCE_SIM_FAULTS", "25")) > 25 else 4
CONFIG = run_of(4, census={"size": 20})
HELD = r"{run}: process {pid} on \S+ \(since [0-9T:+-]+\) is writing this run; wait for it, or choose another folder"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs are written on POSIX systems")


def held(run: Path, pid: int | str) -> str:
    """Return what the loser says, as a pattern."""
    return HELD.format(run=re.escape(str(run)), pid=pid)


def test_two_writers_started_together_leave_one_whole_run(place: Path) -> None:
    ws.simulate(CONFIG, out=place / "whole")
    expected, lost = hashes(place / "whole"), 0
    with Writer(config=CONFIG) as one, Writer(config=CONFIG) as other:
        both = (one.ready(), other.ready())
        for number in range(STARTS):
            run = place / f"run {number}"
            for writer in both:
                writer.begin(out=run)
            outcomes = [writer.outcome() for writer in both]
            assert (hashes(run), strays(run)) == (expected, [])
            finished = [found for found in outcomes if found and "fingerprint" in found]
            refused = [found for found in outcomes if found and "error" in found]
            assert len(finished) + len(refused) == 2
            assert {found["fingerprint"] for found in finished} == {ws.read_run(run).fingerprint}
            for found in refused:
                (winner,) = finished
                assert found["error"] == "LedgerError"
                assert re.fullmatch(held(run, winner["pid"]), found["says"]), found["says"]
                lost += 1
    print(f"{STARTS} times two writers started together: {lost} times one was refused, else both ended with the run")


def test_two_writers_of_different_runs_leave_the_run_of_one(place: Path) -> None:
    configs = [CONFIG, {**CONFIG, "random_seed": 8}]
    for number, config in enumerate(configs):
        ws.simulate(config, out=place / str(number))
    with Writer() as one, Writer() as other:
        both = (one.ready(), other.ready())
        for number in range(STARTS // 2):
            run = place / f"run {number}"
            for writer, config in zip(both, configs, strict=True):
                writer.begin(config=config, out=run)
            outcomes = [writer.outcome() for writer in both]
            won = [which for which, found in enumerate(outcomes) if found and "fingerprint" in found]
            assert len(won) == 1
            assert (hashes(run), strays(run)) == (hashes(place / str(won[0])), [])
            lost = outcomes[1 - won[0]]
            assert lost is not None
            assert re.match(rf"{held(run, '[0-9]+')}|{re.escape(str(run))}: holds another run", lost["says"])


def test_a_writer_that_is_stopped_still_holds_its_run_and_one_that_is_dead_does_not(place: Path) -> None:
    run = place / "run"
    ws.simulate(CONFIG, out=place / "whole")
    with Writer(config=CONFIG, out=run, tell=True) as writer:
        writer.ready().begin()
        assert writer.told() == 2025  # it waits to be told to go on
        os.kill(writer.pid, signal.SIGSTOP)
        for config in (CONFIG, run_of(9, census={"size": 20})):
            with pytest.raises(ws.LedgerError, match=held(run, writer.pid)):
                ws.simulate(config, out=run)
        assert ws.read_run(run).summary["year"].to_list() == [2025]
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        assert json.loads((run / ".lock").read_text())["pid"] == writer.pid
        ws.simulate(CONFIG, out=run)
    assert (hashes(run), strays(run)) == (hashes(place / "whole"), [])


def test_a_lock_that_nobody_holds_is_taken_over_whatever_it_says(place: Path) -> None:
    ws.simulate(CONFIG, out=place / "whole")
    expected, run = hashes(place / "whole"), place / "run"
    interrupted(CONFIG, run, 3)
    for content in ("", "{", "[1]", "null", '{"pid": 1}', '{"pid": 1, "host": "x", "since": "y"}', "\0" * 9000):
        shutil.rmtree(run / "year=2028", ignore_errors=True)
        (run / ".lock").write_text(content)
        ws.simulate(CONFIG, out=run)
        assert (hashes(run), strays(run)) == (expected, []), content


def test_two_threads_are_two_writers(place: Path) -> None:
    run, refused = place / "run", []

    def tell(year: int, done: int, of: int) -> None:
        with pytest.raises(ws.LedgerError, match=held(run, os.getpid())):
            ws.simulate(CONFIG, out=run)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    def other() -> None:
        try:
            ws.simulate(CONFIG, out=run)
        except ws.LedgerError as error:
            refused.append(str(error))

    ws.simulate(CONFIG, out=run, progress=tell)
    assert len(refused) == 4
    assert all(re.fullmatch(held(run, os.getpid()), text) for text in refused)
    assert strays(run) == []


def test_a_writer_never_waits_for_a_reader(place: Path) -> None:
    run = place / "run"
    interrupted(CONFIG, run, 1)
    found: Any = ws.read_run(run)
    query = found.scan("events").filter(year=2025)
    with (run / "year=2025" / "events.parquet").open("rb") as held_open:
        ws.simulate(CONFIG, out=run)
        assert held_open.read(4) == b"PAR1"
    assert query.collect().equals(found.events)

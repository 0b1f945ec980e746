"""Full disks, folders that may not be written, files that changed: one clear error, and earlier years stand."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import workforce_sim as ws
from tests.faults.children import Writer
from tests.support import few
from tests.support_store import hashes, interrupted, of_years, run_of, strays, year_folders

KILLS = int(os.environ.get("WORKFORCE_SIM_FAULTS", "25"))
DISKS, POSITIONS = max(5, KILLS // 4), KILLS // 8
CONFIG = run_of(4, census={"size": 20})
GROWING = run_of(8, census={"size": 40}, simulation={"target_growth_rate": 0.3})

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs are written on POSIX systems")


def assert_first_years(run: Path, expected: dict[str, str]) -> int:
    """Assert that what stands is the beginning of a run and nothing else, and return how many years do."""
    if not run.exists():
        return 0
    years = year_folders(run)
    assert years == [f"year={2025 + number}" for number in range(len(years))]
    assert of_years(hashes(run), set(years)) == of_years(expected, set(years))
    assert strays(run) == []
    assert years, "a run without a year was left"
    return len(years)


# --- no space ---


@pytest.mark.parametrize("asked", few([{}, {"rows": 7}], 2), ids=["in memory", "through the disk"])
@pytest.mark.parametrize("share", few([0.02, 0.3, 0.6, 0.8, 0.9, 0.99], 3))
def test_files_that_cannot_grow_are_one_error_and_the_run_goes_on_later(
    share: float, asked: dict[str, int], place: Path
) -> None:
    ws.simulate(GROWING, out=place / "whole")
    expected, run = hashes(place / "whole"), place / "run"
    largest = max(path.stat().st_size for path in (place / "whole").rglob("*"))
    with Writer(config=GROWING, limit=int(share * largest), **asked) as writer:
        outcome = writer.run(out=run)
    assert outcome is not None
    assert outcome["error"] == "LedgerError"
    assert re.fullmatch(
        rf"{re.escape(str(run))}: cannot be written \(.*\); check space and permissions", outcome["says"]
    )
    assert_first_years(run, expected)
    ws.simulate(GROWING, out=run)
    assert (hashes(run), strays(run)) == (expected, [])


def mount(options: str, folder: Path) -> None:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"{options},mode=700", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"no disk may be mounted here: {done.stderr.decode().strip()}")


@contextmanager
def disk(folder: Path, kilobytes: int) -> Iterator[Callable[[int], None]]:
    """Mount a small disk, and give a function that makes it larger."""
    if shutil.which("mount") is None:
        pytest.skip("no disk may be mounted here: there is no mount")
    folder.mkdir(exist_ok=True)
    mount(f"size={kilobytes}k", folder)
    try:
        yield lambda more: mount(f"remount,size={more}k", folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=True)


def test_a_full_disk_is_one_error_and_the_run_goes_on_when_there_is_space(tmp_path: Path) -> None:
    ws.simulate(GROWING, out=tmp_path / "whole")
    expected, stood = hashes(tmp_path / "whole"), set()
    needed = sum(path.stat().st_size for path in (tmp_path / "whole").rglob("*")) // 1024
    for size in (4 + (needed - 8) * number // (DISKS - 1) for number in range(DISKS)):  # almost none to almost all
        run = tmp_path / "disk" / "run"
        with disk(run.parent, size) as enlarge:
            with pytest.raises(ws.LedgerError, match=r"cannot be written \(.*No space left on device.*\); check space"):
                ws.simulate(GROWING, out=run)
            stood.add(assert_first_years(run, expected))
            enlarge(4 * needed)
            ws.simulate(GROWING, out=run)
            assert (hashes(run), strays(run)) == (expected, [])
    assert len(stood) > 3
    print(f"disks of {DISKS} sizes were full; {sorted(stood)} years stood")


def test_a_disk_that_is_full_when_a_run_is_extended_leaves_it_as_it_was(tmp_path: Path) -> None:
    longer = run_of(9, census={"size": 40}, simulation={"target_growth_rate": 0.3})
    ws.simulate(longer, out=tmp_path / "whole")
    run = tmp_path / "disk" / "run"
    with disk(run.parent, 4096):
        ws.simulate(GROWING, out=run)
        before = of_years(hashes(run), set(year_folders(run)))
        with (run.parent / "full").open("wb", buffering=0) as other, suppress(OSError):
            while True:
                other.write(bytes(4096))
        for _ in range(2):
            with pytest.raises(ws.LedgerError, match=r"No space left on device"):
                ws.simulate(longer, out=run)
            assert strays(run) == []
            assert of_years(hashes(run), set(year_folders(run))) == before
            assert len(ws.read_run(run).summary) == 8
        (run.parent / "full").unlink()
        ws.simulate(longer, out=run)
        assert (hashes(run), strays(run)) == (hashes(tmp_path / "whole"), [])


# --- no permission ---


def sealed_off(run: Path) -> None:
    for path in (*run.rglob("*"), run):
        path.chmod(0o500 if path.is_dir() else 0o400)


def opened_up(run: Path) -> None:
    for path in (run, *run.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def test_a_finished_run_in_a_read_only_folder_is_returned(place: Path) -> None:
    run = place / "run"
    result = ws.simulate(CONFIG, out=run)
    sealed_off(run)
    with Writer(config=CONFIG, ordinary=True) as writer:
        outcome = writer.run(out=run)
    opened_up(run)
    assert outcome is not None
    assert outcome["fingerprint"] == result.fingerprint


@pytest.mark.parametrize("what", few(["an unfinished run", "an empty folder", "a folder above"], 3))
def test_a_read_only_folder_is_one_error_and_is_left_as_it_is(what: str, place: Path) -> None:
    run = place / "run"
    if what == "an unfinished run":
        interrupted(CONFIG, run, 2)
    else:
        run.mkdir()
    before = hashes(run)
    sealed_off(run)
    out = run / "below" if what == "a folder above" else run
    with Writer(config=CONFIG, ordinary=True) as writer:
        outcome = writer.run(out=out)
    opened_up(run)
    assert outcome is not None
    assert outcome["error"] == "LedgerError"
    assert outcome["says"] == f"{out}: cannot be written (Permission denied); check space and permissions"
    assert hashes(run) == before
    ws.simulate(CONFIG, out=run)
    assert strays(run) == []


def test_a_run_that_may_not_be_read_is_one_error(place: Path) -> None:
    run = place / "run"
    ws.simulate(CONFIG, out=run)
    with Writer(config=CONFIG, ordinary=True) as writer:
        writer.ready()
        for name in ("run.json", "year=2026/manifest.json", "year=2026/events.parquet"):
            (run / name).chmod(0)
            writer.begin(out=run)
            outcome = writer.outcome()
            (run / name).chmod(0o600)
            assert outcome is not None
            assert outcome["error"] == "LedgerError"
            assert name in outcome["says"]


# --- changed afterwards ---


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("finished") / "run"
    ws.simulate(CONFIG, out=run)
    assert ws.verify_run(run)
    return run


@pytest.fixture
def finished(once: Path, place: Path) -> Path:
    """Give the folder of a finished run, for a test to change."""
    return shutil.copytree(once, place / "run")


def assert_named(run: Path, name: str) -> None:
    """Assert that a verification names a file, whole, and finds no fault with another one."""
    found = ws.verify_run(run)
    assert not found
    assert any(str(run / name) in problem for problem in found.problems), found.problems
    assert all(str(run / name) in problem for problem in found.problems), found.problems


def test_every_flipped_bit_is_found_and_its_file_named(finished: Path) -> None:
    chance, flips = random.Random(3), 0
    for file in sorted(path for path in finished.rglob("*") if path.is_file()):
        good = file.read_bytes()
        for position in {0, len(good) - 1, *chance.sample(range(len(good)), min(POSITIONS, len(good)))}:
            bad = bytearray(good)
            bad[position] ^= 1 << chance.randrange(8)
            file.write_bytes(bad)
            assert_named(finished, str(file.relative_to(finished)))
            flips += 1
        file.write_bytes(good)
    assert ws.verify_run(finished).problems == ()
    print(f"{flips} flipped bits found")


def test_a_truncated_or_removed_file_is_found_and_named(finished: Path) -> None:
    for file in sorted(path for path in finished.rglob("*") if path.is_file()):
        name, good = str(file.relative_to(finished)), file.read_bytes()
        for length in (0, len(good) - 1):
            file.write_bytes(good[:length])
            assert_named(finished, name)
        file.write_bytes(good + b"\0")
        assert_named(finished, name)
        file.unlink()
        found = ws.verify_run(finished)
        assert not found
        assert name == "run.json" or any(str(file) in problem for problem in found.problems), found.problems
        file.write_bytes(good)
    assert ws.verify_run(finished)


def test_a_removed_year_is_found_and_named_and_is_not_made_up_for(finished: Path) -> None:
    for year in year_folders(finished):
        aside = (finished / year).rename(finished.parent / "aside")
        found = ws.verify_run(finished)
        assert any(str(finished / year) in problem and "missing" in problem for problem in found.problems)
        aside.rename(finished / year)
    assert ws.verify_run(finished)


@pytest.mark.parametrize(("one", "other"), [(2025, 2026), (2026, 2027), (2025, 2028)])
def test_swapped_years_are_found_and_named(one: int, other: int, finished: Path) -> None:
    first, second = finished / f"year={one}", finished / f"year={other}"
    first.rename(finished.parent / "aside")
    second.rename(first)
    (finished.parent / "aside").rename(second)
    problems = ws.verify_run(finished).problems
    assert any(str(first) in problem for problem in problems)
    assert any(str(second) in problem for problem in problems)
    with pytest.raises(ws.LedgerError, match="belongs to another run"):
        ws.read_run(finished)


@pytest.mark.parametrize(
    "name", ["notes.txt", "year=2026/notes.txt", "year=2026/more.parquet", "year=2031/x", ".year=2029.part/x"]
)
def test_a_file_too_many_is_found_and_named(name: str, finished: Path) -> None:
    (finished / name).parent.mkdir(exist_ok=True)
    (finished / name).write_text("mine")
    found = ws.verify_run(finished)
    assert not found
    assert any(str(finished / name.partition("/x")[0]) in problem for problem in found.problems), found.problems


def test_a_file_of_the_same_run_in_another_year_is_found_and_named(finished: Path) -> None:
    for name in ("events.parquet", "snapshots.parquet", "summary.parquet", "carried.parquet", "manifest.json"):
        there = finished / "year=2027" / name
        good = there.read_bytes()
        there.write_bytes((finished / "year=2026" / name).read_bytes())
        problems = ws.verify_run(finished).problems
        assert any("year=2027" in problem for problem in problems), (name, problems)
        there.write_bytes(good)
    assert ws.verify_run(finished)

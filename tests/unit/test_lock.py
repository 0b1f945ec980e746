"""The lock of a run when its holder ends between the moment that a file is opened and the moment it is locked."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workforce_sim import LedgerError
from workforce_sim.store.layout import LOCK
from workforce_sim.store.lock import locked

Ending = Callable[[Path], None]


def taken_along(path: Path) -> None:
    """The holder ends, and its file with it."""
    path.unlink()


def replaced(path: Path) -> None:
    """The holder ends, and another file of the same name is there by now, held by nobody."""
    path.unlink()
    path.touch()


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, Ending], None]:
    """Let something happen to the lock file just before the system locks what was opened."""

    def once(run: Path, end: Ending) -> None:
        lock, ends = fcntl.flock, iter([end])

        def late(handle: int, how: int) -> None:
            for happens in ends:
                happens(run / LOCK)
            lock(handle, how)

        monkeypatch.setattr(fcntl, "flock", late)

    return once


@pytest.mark.parametrize("end", [taken_along, replaced])
def test_a_lock_on_a_file_that_is_gone_is_no_lock(
    end: Ending, tmp_path: Path, ending: Callable[[Path, Ending], None]
) -> None:
    ending(tmp_path, end)
    with locked(tmp_path):
        assert f'"pid": {os.getpid()}' in (tmp_path / LOCK).read_text()
        with pytest.raises(LedgerError, match=f"process {os.getpid()} on "), locked(tmp_path):
            pass
    assert not (tmp_path / LOCK).exists()


def test_a_file_that_another_writer_holds_by_now_is_refused(
    tmp_path: Path, ending: Callable[[Path, Ending], None]
) -> None:
    handles = []

    def held_by_another(path: Path) -> None:
        path.unlink()
        path.write_text('{"pid": 7, "host": "there", "since": "now"}')
        handles.append(os.open(path, os.O_RDWR))
        fcntl.flock(handles[0], fcntl.LOCK_EX | fcntl.LOCK_NB)

    ending(tmp_path, held_by_another)
    with pytest.raises(LedgerError, match=r"process 7 on there \(since now\) is writing this run"), locked(tmp_path):
        pass
    os.close(handles[0])

"""The allocator: threads keep the memory that they free while an ensemble lasts, unless the user says otherwise."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workforce_sim.engine import allocator

CHURN = """
import threading, numpy as np, resource
from workforce_sim.engine.allocator import freed_memory_kept, keep_freed_memory

def work():
    for _ in range(20):
        some = [np.ones(300_000) for _ in range(60)]  # more than one of the pieces that a thread has

def pages():
    keep_freed_memory()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

usual = pages()
with freed_memory_kept():
    kept = pages()
print(usual, kept)
"""
LINUX = pytest.mark.skipif(allocator._glibc() is None, reason="glibc, without settings of the environment")


@LINUX
def test_a_thread_gets_fewer_pages_anew() -> None:
    done = subprocess.run([sys.executable, "-c", CHURN], capture_output=True, text=True, timeout=120, check=True)
    usual, kept = map(int, done.stdout.split())

    assert kept < usual / 2


class Library:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, ...]] = []

    def mallopt(self, *given: int) -> None:
        self.calls.append(given)

    def malloc_trim(self, *given: int) -> None:
        self.calls.append(given)


BEGIN, END = [(-3, 2**25), (-1, 2**30), (-2, 2**26)], [(-1, 2**26), (-2, 2**17), (0,)]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    found = Library()
    monkeypatch.setattr(allocator, "_glibc", lambda: found)
    monkeypatch.setattr(allocator, "_begun", [])
    return found


def test_what_was_kept_is_returned_at_the_end(library: Library) -> None:
    with pytest.raises(ZeroDivisionError), allocator.freed_memory_kept():
        raise ZeroDivisionError

    assert library.calls == BEGIN + END


def test_of_several_ensembles_at_once_the_last_returns_it(library: Library) -> None:
    with allocator.freed_memory_kept():
        with allocator.freed_memory_kept():
            pass
        assert library.calls == BEGIN + BEGIN

    assert library.calls == BEGIN + BEGIN + END


@pytest.mark.parametrize("name", ["MALLOC_ARENA_MAX", "GLIBC_TUNABLES"])
def test_settings_of_the_environment_are_left_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "1")

    assert allocator._glibc() is None
    with allocator.freed_memory_kept():
        pass


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    assert allocator._glibc() is None

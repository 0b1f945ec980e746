"""Where runs are killed over and over: on a disk in memory, where there is one, for it waits for nothing."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

IN_MEMORY = Path("/dev/shm")
MANY = ("test_hostile_runs.py", "test_others_files.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Call five in six of very many cases alike slow: see ``nox -s thorough``."""
    alike = [item for item in items if item.path.name in MANY]
    for number, item in enumerate(alike):
        if number % 6:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Give an empty folder on a disk in memory; on the ordinary one where there is none."""
    if not os.access(IN_MEMORY, os.W_OK):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="workforce_sim-", dir=IN_MEMORY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)

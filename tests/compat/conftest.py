"""A small configuration in a file, for tests of the documented interface."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

SMALL: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2027, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 200},
    "random_seed": 42,
}
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a small configuration with other sections and returns its path."""
    count = itertools.count()

    def write(**sections: Any) -> str:
        path = tmp_path / f"c{next(count)}.yaml"
        path.write_text(yaml.safe_dump(SMALL | sections), encoding="utf-8")
        return str(path)

    return write

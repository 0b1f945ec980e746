"""The smallest configuration, and the errors of a file that begins with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from workforce_sim import load_config
from workforce_sim.errors import ConfigError

SMALLEST = """\
simulation: {start_year: 2025, end_year: 2029, target_growth_rate: 0.03}
workforce: {total_termination_rate: 0.12}
random_seed: 42
"""


def told(text: str, folder: Path) -> list[str]:
    """Return the lines of the error of a file: the smallest configuration, which is right, with more of YAML."""
    path = folder / "c.yaml"
    path.write_text(SMALLEST + text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return str(caught.value).replace(f"{path}:", "").split("\n")

"""The examples print what they say they print."""

from __future__ import annotations

import importlib.util
import textwrap
from pathlib import Path
from types import ModuleType

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_designs_compare_as_printed() -> None:
    comparison = example("compare_designs")
    text = comparison.__doc__ or ""
    printed = "\n".join(line for line in text.splitlines() if line.startswith("    "))

    assert comparison.compared() == textwrap.dedent(printed)
    assert "automatic_3_simple_match" in printed

"""What a user writes passes the type checker as strictly as it gets, and a mistake is found."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "typing" / "own_event.py"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is in requirements-dev.txt only"),
]


def checked(path: Path) -> list[str]:
    """Return the errors of a file, as a user has it who knows nothing of this project's settings."""
    options = [
        "--strict",
        "--config-file=",
        "--follow-imports=silent",
        "--no-error-summary",
        "--cache-dir=.mypy_cache/user",
    ]
    command, known = [sys.executable, "-m", "mypy", *options, str(path)], {**os.environ, "MYPYPATH": "src"}
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_an_own_event_passes() -> None:
    assert checked(EXAMPLE) == []


def test_a_mistake_is_found(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    bare = tmp_path / "bare.py"
    bare.write_text(text.replace("  # type: ignore[arg-type]", ""), encoding="utf-8")
    errors = [line for line in checked(bare) if " error: " in line]

    assert [error.rpartition("  ")[2] for error in errors] == ["[arg-type]"]

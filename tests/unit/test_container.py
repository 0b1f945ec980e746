"""The image has what the service needs and no more, and runs without rights; ``docs/installing.md`` builds it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
LET_IN = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_it_runs_as_a_user_without_rights() -> None:
    (user,) = (line.split()[1] for line in LINES if line.startswith("USER "))
    last = max(number for number, line in enumerate(LINES) if line.startswith(("COPY", "RUN")))

    assert int(user) >= 10_000
    assert LINES.index(f"USER {user}") > last


def test_what_it_copies_is_there_and_let_in() -> None:
    copied = [source for line in LINES if re.match(r"COPY (?!--)", line) for source in line.split()[1:-1]]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert copied == ["."]
    assert {"src", "pyproject.toml", project["readme"]} == set(LET_IN)
    assert [name for name in LET_IN if not (ROOT / name).exists()] == []

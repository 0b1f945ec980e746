"""The tutorials, followed step by step in an empty folder; ``python -m tests.tutorials NAME...`` prints them anew.

A block of YAML, CSV or Python whose introduction ends with the name of a file is saved under that name; other Python
runs; a console runs its commands. What is printed stands in the console, or in the block of text after the Python.
Needs only the library: ``nox -s release`` follows the tutorials from the wheel.
"""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from workforce_sim.cli.main import main

FOLDER = Path(__file__).parents[1] / "docs" / "tutorials"
PAGES = sorted(FOLDER.glob("*.md"))
STEP = re.compile(r"(?P<said>[^\n]*)\n\n```(?P<kind>\w+)\n(?P<body>.*?)```", flags=re.DOTALL)
NAMED = re.compile(r"`([\w.-]+)`:$")
ELIDED = "...\n"

Other = Callable[[list[str]], str]
"""What a command that is not ours prints."""


def no_other(command: list[str]) -> str:
    raise LookupError(f"{command[0]} cannot be run here")


def followed(page: str, other: Other = no_other) -> str:
    """Return a page as it is after its steps were taken: with what they print now."""
    names: dict[str, Any] = {"__name__": "page"}
    printed = ""

    def taken(step: re.Match[str]) -> str:
        nonlocal printed
        kind, body = step["kind"], step["body"]
        if named := NAMED.search(step["said"]):
            Path(named[1]).write_text(body, encoding="utf-8")
        elif kind == "python":
            printed = _told(_run, body, names)
        elif kind == "text":
            body = _as_shown(body, printed)
        elif kind == "console":
            body = "".join(_answered(part, other) for part in re.split(r"^(?=\$ )", body, flags=re.MULTILINE) if part)
        return f"{step['said']}\n\n```{kind}\n{body}```"

    return STEP.sub(taken, page)


def _answered(part: str, other: Other) -> str:
    """Return a command, and what it prints."""
    lines = re.match(r"\$ (?:.*\\\n)*.*\n", part)
    assert lines is not None, part
    command = shlex.split(lines[0][2:].replace("\\\n", " "))
    ours = command[0] == "workforce-sim"
    printed = _told(main, command[1:]) if ours else other(command)
    return lines[0] + _as_shown(part.removeprefix(lines[0]), printed)


def _as_shown(shown: str, printed: str) -> str:
    """Return what is shown where it is what was printed, with dots for what is left out; else all that was printed."""
    with_gaps = ".*".join(map(re.escape, shown.split(ELIDED)))
    return shown if re.fullmatch(with_gaps, printed, flags=re.DOTALL) else printed


def _told(do: Callable[..., object], *arguments: Any) -> str:
    with redirect_stdout(StringIO()) as out, redirect_stderr(out):
        do(*arguments)
    return out.getvalue()


def _run(lines: str, names: dict[str, Any]) -> None:
    exec(compile(lines, "page", "exec"), names)


def anew(page: Path) -> str:
    """Return a tutorial as it is, followed in an empty folder."""
    with tempfile.TemporaryDirectory() as empty, chdir(empty):
        return followed(page.read_text(encoding="utf-8"))


def as_program(*names: str) -> int:
    """Print tutorials anew; with ``--check`` return 1 where one prints something else now, and say which."""
    pages = [FOLDER / f"{name}.md" for name in names if name != "--check"]
    if "--check" not in names:
        for page in pages:
            page.write_text(anew(page), encoding="utf-8")
        return 0
    others = [page.name for page in pages if anew(page) != page.read_text(encoding="utf-8")]
    print(*(f"{name}: prints something else now" for name in others), sep="\n")
    return min(1, len(others))


if __name__ == "__main__":
    sys.exit(as_program(*sys.argv[1:]))

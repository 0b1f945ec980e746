"""The examples of ``docs/explaining.md`` are what the commands print."""

import re
import shlex
from pathlib import Path

import pytest

from workforce_sim import read_run, summary_by, suppress_small
from workforce_sim.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "explaining.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ workforce-sim (.+)\n((?:.*\n)*?)```", PAGE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the page begins it: two configurations, their runs, a key."""
    folder = tmp_path_factory.mktemp("page")
    base = re.search(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert base
    (folder / "base.yaml").write_text(base[1], encoding="utf-8")
    (folder / "stretch.yaml").write_text(base[1].replace("preset: simple", "preset: stretch"), encoding="utf-8")
    (folder / "key").write_text("of sixteen bytes or more\n", encoding="utf-8")
    for name in ("base", "stretch"):
        assert main(["simulate", str(folder / f"{name}.yaml"), "--out", str(folder / name)]) == 0
    return folder


@pytest.mark.parametrize(("command", "printed"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_what_a_command_prints(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, printed: str
) -> None:
    monkeypatch.chdir(folder)

    assert main(shlex.split(command)) == 0
    out, err = capsys.readouterr()
    beginning, elided, _ = printed.partition("...\n")
    assert (out + err).startswith(beginning) if elided else out + err == printed


def test_the_page_has_examples_of_every_command() -> None:
    assert {command.removeprefix("run ").split()[0] for command, _ in EXAMPLES} == {
        "timeline",
        "explain",
        "diff",
        "why",
        "show",
        "export",
    }


def test_the_table_without_small_cells(folder: Path) -> None:
    by_level = summary_by(read_run(folder / "base"), "level")
    found = suppress_small(by_level, count=["headcount_opening", "headcount_closing"]).filter(year=2027)
    rows = found.select("level", "headcount_opening", "headcount_closing", "payroll_cents", "suppressed").rows()

    for level, *cells, hidden in rows:
        text = " | ".join("" if cell is None else str(cell) for cell in cells)
        assert f"| {level} | {text} | {str(hidden).lower()} |".replace("|  |", "| |").replace("|  |", "| |") in PAGE

"""``docs/fit.md``: its files, its commands and its lines of Python, on the censuses of a real city."""

from __future__ import annotations

import datetime as dt
import re
import shlex
import shutil
from pathlib import Path

import polars as pl
import pytest

import workforce_sim as ws
from workforce_sim.cli.main import main
from workforce_sim.studies.fitting.scoring import by_measure

ROOT = Path(__file__).parents[2]
PANEL = ROOT.parent / "shared/data/baltimore/baltimore_panel_2011_2016.parquet"
pytestmark = [
    pytest.mark.skipif(not PANEL.exists(), reason="the Baltimore panel is not beside this project"),
    pytest.mark.slow,
]

PAGE = (ROOT / "docs" / "fit.md").read_text(encoding="utf-8")
SPLIT, *LINES = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
EXAMPLES = re.findall(r"```console\n\$ workforce-sim (.+)\n((?:.*\n)*?)```", PAGE)


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut the panel into one file a census, as the page does."""
    folder = tmp_path_factory.mktemp("baltimore")
    shutil.copy(PANEL, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(compile(SPLIT, "fit.md", "exec"), {})
    return folder


def expanded(command: str) -> list[str]:
    parts = [sorted(map(str, Path().glob(part))) if "*" in part else [part] for part in shlex.split(command)]
    return [word for part in parts for word in part]


def test_the_commands_print_what_the_page_says(
    cut: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(cut)
    for command, printed in EXAMPLES:
        assert main(expanded(command)) == 0
        assert capsys.readouterr().out == printed
    exec(compile("\n".join(LINES), "fit.md", "exec"), {})


def test_the_page_has_both_commands() -> None:
    assert [command.split()[0] for command, _ in EXAMPLES] == ["fit", "ensemble", "backtest"]


def test_forecasts_of_the_city_are_sharp_and_better_than_a_flat_rate(cut: Path) -> None:
    test = ws.backtest(sorted(cut.glob("*.csv")))
    found = test.measures.rows_by_key("measure", named=True, unique=True)
    known = by_measure(test.scores.filter(pl.col("origin") > dt.date(2014, 1, 1)))
    from_three_intervals_on = dict(known.select("measure", "skill_last").rows())
    widest = {"headcount": 0.12, "exits": 0.40, "hires": 0.80, "payroll": 0.12}
    better = {"headcount": 0.15, "exits": 0.15, "hires": 0.30, "payroll": 0.15}
    than_last_year = {"headcount": 0.20, "payroll": 0.50}

    assert all(found[measure]["cover_80"] >= 0.75 for measure in widest)
    assert all(found[measure]["width_80"] <= width for measure, width in widest.items())
    assert all(found[measure]["skill_flat"] >= skill for measure, skill in better.items())
    assert all(found[measure]["skill_last"] >= skill for measure, skill in than_last_year.items())
    assert from_three_intervals_on["exits"] >= 0.25
    assert from_three_intervals_on["hires"] >= 0.20

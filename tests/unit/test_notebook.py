"""The example notebook runs from top to bottom, shows something in every cell, and is kept without outputs."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from workforce_sim.display.picture import Picture

NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook.ipynb"


@cache
def notebook() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return found


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a notebook does: return the value of its last line where that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if isinstance(last, ast.Expr) else None


def test_every_cell_runs_and_shows_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    for cell in notebook()["cells"]:
        if cell["cell_type"] == "code":
            source = re.sub(r"replicates=\d+", "replicates=2", "".join(cell["source"]))
            shown[cell["id"]] = run_cell(source, names)

    assert isinstance(shown["simulate"], ws.Result)
    assert isinstance(shown["comparison"], ws.Comparison)
    assert "safe harbor" in shown["comparison"]._repr_html_()
    pictures = ("headcount", "why-cost", "ensemble", "cost", "difference", "sweep")
    assert all(isinstance(shown[name], Picture) for name in pictures)
    assert isinstance(shown["in-dollars"], pl.DataFrame)
    assert "mean_employer_dollars" in shown["gains"].columns
    assert {path.name for path in tmp_path.iterdir()} == {"cost.svg", "comparison.html", "comparison.xlsx"}
    assert shown.keys() - {name for name, value in shown.items() if value is not None} == {"designs"}


def test_the_notebook_is_kept_tidy_and_without_outputs() -> None:
    code = [cell for cell in notebook()["cells"] if cell["cell_type"] == "code"]

    assert [cell for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []
    assert NOTEBOOK.read_text(encoding="utf-8") == json.dumps(notebook(), indent=1, ensure_ascii=False) + "\n"
    ids = [cell["id"] for cell in notebook()["cells"]]
    assert len(ids) == len(set(ids))


def test_the_design_of_the_notebook_is_a_safe_harbor() -> None:
    names: dict[str, Any] = {}
    (designs,) = ("".join(cell["source"]) for cell in notebook()["cells"] if cell["id"] == "designs")
    run_cell(designs, names)

    (adp, *_) = ws.nondiscrimination(ws.simulate(names["safe_harbor"], end_year=2025), 2025).tests
    assert adp.outcome == "exempt"

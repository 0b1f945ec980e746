"""The examples of ``docs/own-events.md`` run and print what the page says; its table is what the code prints."""

import re
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

import workforce_sim as ws
from workforce_sim.engine.state import STATE
from workforce_sim.engine.year import PLAN, WORKFORCE
from workforce_sim.explain.staff_columns import MEANINGS, PLACES, columns, table

PAGE = (Path(__file__).parents[2] / "docs" / "own-events.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", PAGE, flags=re.DOTALL)


def test_the_examples_print_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    names = {"__name__": "page"}
    for lines, printed in EXAMPLES:
        exec(compile(lines, "own-events.md", "exec"), names)
        out, _ = capsys.readouterr()
        assert out == printed or not printed

    assert [bool(printed) for _, printed in EXAMPLES] == [True, True, True, False]


def test_the_tuition_benefit_keeps_to_its_cap() -> None:
    names: dict[str, object] = {"__name__": "page"}
    exec(compile("\n".join(lines for lines, _ in EXAMPLES), "own-events.md", "exec"), names)
    both = names["both"]
    assert isinstance(both, ws.Result)
    paid = both.events.filter(pl.col("event_type").cast(pl.String) == "tuition")

    assert paid["amount_cents"].max() == 5_250_00
    assert paid.group_by("employee_id", "year").len()["len"].max() == 1
    assert paid["amount_cents"].sum() == both.summary["tuition_cost_cents"].sum()


def test_the_table_is_what_the_code_prints() -> None:
    assert PAGE.endswith(table()), "run python -m workforce_sim.explain.staff_columns"


def test_every_column_of_every_event_has_a_meaning() -> None:
    added = {name for step in WORKFORCE + PLAN for name in getattr(step, "adds", ())}

    assert added == {*MEANINGS}
    assert STATE.keys() | added | {"employee_id"} == columns()[PLACES[-1]].keys()


def test_places_stand_in_the_order_of_the_year() -> None:
    order = [step.name for step in WORKFORCE + PLAN]

    assert [name for name in order if name in PLACES] == [*PLACES]
    assert all(a.keys() <= b.keys() for a, b in pairwise(columns().values()))

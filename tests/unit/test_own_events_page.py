"""The examples of ``docs/own-events.md`` run and print what the page says; its table is what the code prints."""

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workforce_sim as ws
from workforce_sim.census.synthetic import LEVELS
from workforce_sim.config import with_changes
from workforce_sim.engine.state import STATE
from workforce_sim.engine.year import steps_of
from workforce_sim.explaining.staff_columns import EVENTS, table

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
    assert PAGE.endswith(table()), "run python -m workforce_sim.explaining.staff_columns"


AMENDED = {"eligibility": {2025: {}, 2026: {"waiting_period_days": 90}}}
BACK = {"hiring.rehires.share": 0.1, "leave.share": 0.1}
PAID = {"compensation.other_pay": [{"name": "bonus", "kind": "bonus", "share": 0.1, "date": "03-15"}]}
BY_HOURS = {
    "eligibility": {
        "waiting_period_years": 1,
        "service": {"method": "hours"},
        "excluded_classes": [{"reason": "union"}],
    }
}
PLANNED = {"hiring.seasonal": [{"hired": "10-01", "ends": "01-15", "count": 9}]}
OF_ENTRIES = ("payment_", "other_pay_0")
"""Columns of single entries of other pay, of which there are as many as are configured."""

RANGED = {
    "workforce.levels": [{"name": name, "minimum": 40_000, "maximum": 90_000} for name in LEVELS],
    "compensation.range_maximum": "lump_sum",
    "terminations.retirement": {"eligible": [{"age": 62}]},
}
AWAY = {"hiring.rehires.share": 0.1, "leave.share": 0.1}


@pytest.mark.parametrize("provisions", [{}, AMENDED, PAID, RANGED, AWAY, BY_HOURS, PLANNED])
def test_the_staff_have_after_each_event_what_is_declared(provisions: dict[str, Any]) -> None:
    seen: dict[str, dict[str, pl.DataType]] = {}
    config = with_changes(ws.load_config(), {"simulation.end_year": 2025, **provisions})
    there = {step.name for step in steps_of(config)}
    events = [event for event in EVENTS if event.name in there and event.used(config)]
    ws.simulate(config, events=[watching(event.name, seen) for event in events])
    kept = {name: kept.dtype for event in events for name, kept in event.kept.items()}
    declared = {"employee_id": pl.String(), **{name: dtype for name, (dtype, _) in STATE.items()}, **kept}

    for event in events:
        declared |= event.adds
        assert {name: dtype for name, dtype in seen[event.name].items() if not name.startswith(OF_ENTRIES)} == declared
        assert event.meanings.keys() == event.adds.keys()


def watching(place: str, seen: dict[str, dict[str, pl.DataType]]) -> ws.OwnEvent:
    """Return an event that writes down the columns of the staff, and changes nothing."""

    def after(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
        seen[place] = dict(staff.collect_schema())
        return staff

    after.__name__ = f"after_{place}"
    return ws.event(after=place)(after)

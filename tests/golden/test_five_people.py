"""A firm of five over two years, as text that can be checked with a pencil; ``by_hand.txt`` does so.

``python -m tests.golden.test_five_people`` writes ``five_people.txt`` anew; a change of it is a change of results.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import polars as pl
import pytest
import yaml

from tests.support import Scenario, census_of, fast, slow, table
from workforce_sim import load_config
from workforce_sim.draws import census_key, decision, hire_key, person_number, uniform
from workforce_sim.tables.output import Tables

PAGE = Path(__file__).with_name("five_people.txt")
BY_HAND = Path(__file__).with_name("by_hand.txt")
CONFIG = """\
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.2}
workforce:
  total_termination_rate: 0.2
  new_hire_termination_rate: 0.25
  levels:
    - {name: Crew, minimum: 40000, maximum: 60000}
    - {name: Lead, minimum: 62000, maximum: 90000}
terminations:
  age_factors: [{from: 0, factor: 1}, {from: 50, factor: 2}]
hiring: {level_mix: {Crew: 0.5, Lead: 0.5}, pay: uniform, ages: [{from: 20, to: 40, weight: 1}]}
promotion:
  base_rate: 0.5
  age_factors: [{from: 0, factor: 1}]
  tenure_factors: [{from: 0, factor: 1}]
  increase: {lowest: 0.1, highest: 0.1}
  date: 07-01
compensation: {cola_rate: 0.02, merit_pool: 0.03, merit_factors: {Lead: 0.5}}
enrollment:
  auto_enrollment: {window_days: 45, opt_out: 0.1}
  election: 0.5
  deferral_rates: 0.05
  match_seeking: 0.5
  conversion: 0.2
  change: {probability: 0.2, step: 0.02}
  stop: 0.1
plan:
  match: {preset: simple}
  vesting: {match: graded_6}
  roth: {share: 0.15}
  annual_return: 0.05
random_seed: 7
"""


def days(*texts: str) -> list[dt.date]:
    return [dt.date.fromisoformat(text) for text in texts]


SCENARIO = Scenario(
    census_of(
        employee_id=["Ada", "Ben", "Cleo", "Dev", "Eve"],
        hire_date=[
            dt.date(y, m, d) for y, m, d in [(2010, 3, 1), (2020, 2, 29), (2019, 7, 1), (2022, 12, 31), (2024, 9, 1)]
        ],
        birth_date=[
            dt.date(y, m, d) for y, m, d in [(1970, 5, 5), (1984, 2, 29), (1991, 1, 1), (1996, 6, 30), (2001, 12, 1)]
        ],
        salary_cents=[8_800_000, 7_000_000, 5_600_000, 5_000_000, 4_400_000],
        level=["Lead", "Lead", "Crew", "Crew", "Crew"],
        department=["Office", "Shop", "Shop", "Shop", None],
        deferral_bp=[3000, 600, 300, 0, None],
        match_balance_cents=[1_200_000, 400_000, 350_000, 0, None],
    ),
    load_config(yaml.safe_load(CONFIG)),
)


FIRST_OF_PLAN = {"snapshots": "eligibility_date", "summary": "eligible"}


def page(tables: Tables) -> str:
    opening = ("employee_id", "hire_date", "birth_date", "salary_cents", "level", "department")
    staff = SCENARIO.opening.staff.select(*opening, "deferral_bp", "match_balance_cents")
    parts = ["Configuration\n", CONFIG, "\nOpening\n", written(staff)]
    for year in (2025, 2026):
        for name in ("events", "snapshots", "summary"):
            frame = table(tables, name).filter(pl.col("year") == year).drop("replicate", "year")
            for title, part in apart(name, frame):
                parts += [f"\n{year}: {title}\n", written(part)]
    return "".join(parts)


def apart(name: str, frame: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Return a table as it is, or in two that fit a page: the workforce, and what the plan has in it."""
    if name not in FIRST_OF_PLAN:
        return [(name, frame)]
    at = frame.columns.index(FIRST_OF_PLAN[name])
    whose = [column for column in frame.columns[:at] if column == "employee_id"]
    of_plan = frame.select(*whose, *(column for column in frame.columns[at:] if any(frame[column])))
    return [(name, frame.select(frame.columns[:at])), (f"{name}, the plan", of_plan)]


def written(frame: pl.DataFrame) -> str:
    """Write the columns that hold anything, aligned."""
    frame = frame.select(name for name in frame.columns if frame[name].null_count() < frame.height)
    rows = [frame.columns, *([("" if value is None else str(value)) for value in row] for row in frame.iter_rows())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join("  ".join(v.ljust(w) for v, w in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows)


@pytest.mark.parametrize("engine", [fast, slow])
def test_the_firm_of_five_is_what_it_was(engine: Callable[[Scenario], Tables]) -> None:
    assert page(engine(SCENARIO)) == PAGE.read_text(encoding="utf-8")


# --- the arithmetic beside it -----------------------------------------------------------------------------------------


def u(who: str, stream: int, year: int) -> Fraction:
    """Return a draw to six places."""
    key = hire_key(int(who[3:7]), int(who[8:])) if who.startswith("NH-") else census_key(who)
    return Fraction(f"{uniform(person_number(7, 0, key), decision(7, year, stream)):.6f}")


NAMES = {"half": lambda x: floor(x + Fraction(1, 2)), "floor": floor, "ceil": ceil, "Fraction": Fraction}
BETWEEN = (
    *("department ", "payroll ", "weighted", "share ", "spent", "minimum ", "would ", "could "),
    *("pay of Eve", "pay of Cleo", "pay of Ada", "pay of hire", "all ", "return ", "vested "),
)
"""How lines begin whose results lead to an amount of the page."""
LINES = [line.strip() for line in BY_HAND.read_text(encoding="utf-8").splitlines() if line.startswith("  ")]


def computed(arithmetic: str) -> Fraction:
    """Compute exactly; numbers are read as they are written."""
    drawn = re.sub(r"u\(([\w-]+), (\d+), (\d+)\)", lambda m: str(float(u(m[1], int(m[2]), int(m[3])))), arithmetic)
    exact = re.sub(r"\d[\d,]*(\.\d+)?", lambda n: f"Fraction('{n[0].replace(',', '')}')", drawn.replace(" x ", " * "))
    return Fraction(eval(exact, NAMES))


@pytest.mark.parametrize("line", LINES)
def test_the_arithmetic_by_hand_is_right(line: str) -> None:
    what, _, sum_ = line.rpartition(": ")
    arithmetic, _, result = sum_.rpartition(" = ")
    assert what
    places = len(result.partition(".")[2])
    assert f"{float(computed(arithmetic)):,.{places}f}" == result


def test_the_page_holds_the_amounts_that_were_computed_by_hand() -> None:
    on_page = set(re.findall(r"\d+", PAGE.read_text(encoding="utf-8")))
    amounts = [line.rpartition(" = ")[2].replace(",", "") for line in LINES if not line.startswith(BETWEEN)]
    large = [amount for amount in amounts if len(amount) >= 5 and amount.isdigit()]
    assert len(large) > 25
    assert [amount for amount in large if amount not in on_page] == []


if __name__ == "__main__":
    PAGE.write_text(page(fast(SCENARIO)), encoding="utf-8")

"""Small censuses by hand, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from workforce_sim.census import check_census, read_census
from workforce_sim.config import Config

HIRED = dt.date(2020, 1, 2)
DATA = Path(__file__).parents[1].parent / "shared" / "data"


def config(start_year: int = 2025, levels: list[dict[str, Any]] | None = None, **census: Any) -> Config:
    workforce: dict[str, Any] = {"total_termination_rate": 0.12}
    return Config.model_validate(
        {
            "simulation": {"start_year": start_year, "end_year": start_year, "target_growth_rate": 0.03},
            "workforce": workforce | ({"levels": levels} if levels else {}),
            "census": census,
            "random_seed": 42,
        }
    )


def people(rows: int = 1, **columns: Any) -> pl.DataFrame:
    """Return a clean census, with columns replaced, added, or (None) left out; one value stands for every row."""
    clean = {"employee_id": [f"E{n}" for n in range(rows)], "hire_date": [HIRED] * rows, "annual_salary": [5e4] * rows}
    every = {name: value if isinstance(value, list) else [value] * rows for name, value in (clean | columns).items()}
    return pl.DataFrame({name: value for name, value in every.items() if columns.get(name, ...) is not None})


def found(source: Any, settings: Config | None = None, severity: str = "error") -> dict[str, list[int]]:
    """Return each broken rule with its first rows."""
    report = check_census(source, settings).filter(pl.col("severity") == severity)
    return dict(report.select("rule", "first_rows").iter_rows())


def one(column: str, value: Any, our: str, **census: Any) -> Any:
    """Return what a census of one employee holds in our column."""
    return read_census(people(**{column: [value]}), config(**census)).frame[our].item()


def data(name: str) -> Path:
    """Return a file of the shared data, or skip."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no {name} beside the project")
    return path

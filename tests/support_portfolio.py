"""What the tests of portfolios share: a small book of clients, and the bytes of what comes of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import polars as pl

import workforce_sim as ws

PLAN = """
simulation: {start_year: 2025, end_year: 2026, target_growth_rate: 0.03}
workforce:
  total_termination_rate: 0.12
  levels: [{name: Staff}, {name: Senior}, {name: Manager}, {name: Director}, {name: Executive}]
random_seed: 4
"""
SIZES = (9, 1, 40, 17, 25)


def census(size: int, seed: int = 0) -> pl.DataFrame:
    """Return a census in our own columns and types, as leaves no doubt."""
    return ws.synthetic_census(size, seed=seed).frame.drop("leaves_on", "joins_on")


def book(folder: Path, sizes: Sequence[int] = SIZES) -> Path:
    """Write a book of employers with one configuration into a new folder, and return the path of its table."""
    folder.mkdir()
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    names = [f"Client {number}" for number in range(len(sizes))]
    for number, (name, size) in enumerate(zip(names, sizes, strict=True)):
        census(size, number).write_parquet(folder / f"{name}.parquet")
    rows = {
        "name": names,
        "census": [f"{name}.parquet" for name in names],
        "configuration": ["plan.yaml"] * len(names),
        "industry": [("health", "retail")[number % 2] for number in range(len(names))],
        "state": [("NY", "CA", None)[number % 3] for number in range(len(names))],
    }
    pl.DataFrame(rows).write_csv(folder / "book.csv")
    return folder / "book.csv"


def contents(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

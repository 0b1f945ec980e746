"""Five years of an actual city's workforce: the City of Baltimore's salary roster of fiscal year 2016.

The roster is public (Open Baltimore, "Baltimore City Employee Salaries"). It holds no birth dates and no levels, so
both are imputed, and the run says so. Give the path of a panel with the columns fiscal_year, person_id, agency,
hire_date, annual_salary and regular:

    python examples/baltimore_roster.py baltimore_panel_2011_2016.parquet

Growth is set to zero and terminations to 9% of existing employees, about what the panel itself shows.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

import workforce_sim as ws

CONFIG = {
    "simulation": {"start_year": 2017, "end_year": 2021, "target_growth_rate": 0.0},
    "workforce": {"total_termination_rate": 0.09, "new_hire_termination_rate": 0.17},
    "compensation": {"cola_rate": 0.02, "merit_pool": 0.01},
    "census": {"columns": {"department": "agency"}},
    "random_seed": 2016,
}


def regular_staff(panel: Path, fiscal_year: int = 2016) -> pl.DataFrame:
    """Return the regular employees of one year; a person listed under two jobs is kept once, at the higher salary."""
    chosen = pl.scan_parquet(panel).filter(pl.col("fiscal_year") == fiscal_year, pl.col("regular"))
    once = chosen.sort("annual_salary", descending=True).unique("person_id", keep="first", maintain_order=True)
    return once.select("person_id", "agency", "hire_date", "annual_salary").collect(engine="in-memory")


def simulate(panel: Path) -> ws.Result:
    """Return five simulated years of the roster."""
    config = ws.load_config(CONFIG)
    return ws.simulate(config, census=ws.read_census(regular_staff(panel), config))


def exits_by_tenure(result: ws.Result) -> pl.DataFrame:
    """Return the share of existing employees who terminated, by tenure band, over all years."""
    counts = pl.col("headcount_opening", "terminations_opening_staff").sum()
    bands = ws.summary_by(result, "tenure_band").group_by("tenure_band").agg(counts)
    rate = (pl.col("terminations_opening_staff") / pl.col("headcount_opening")).round(3).alias("exit_rate")
    return bands.sort("tenure_band").with_columns(rate)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python {sys.argv[0]} PANEL.parquet")
    run = simulate(Path(sys.argv[1]))
    print(*run.notes, sep="\n")
    columns = ["year", "headcount_opening", "hires", "headcount_closing", "promotions", "average_salary_cents"]
    print(run.summary.select(columns))
    print(exits_by_tenure(run))

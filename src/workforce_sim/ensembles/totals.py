"""All years of a simulation together: totals by simulation, so that each has its own spread and error."""

from __future__ import annotations

import polars as pl

from workforce_sim.ensembles.bands import measures
from workforce_sim.tables import OF_A_DAY

COST, PAYROLL, OF_PAYROLL = "net_employer_cost_cents", "payroll_cents", "employer_cost_share_of_payroll"


def horizon(replicates: pl.DataFrame) -> pl.DataFrame:
    """Return the totals of each replicate over all of its years.

    Args:
        replicates: one row per replicate and year, its measures.

    Returns:
        One row per replicate: replicate, the sums of what adds up (amounts, events), and cost over payroll of all years
        together; null where a year has no value.
    """
    adding = [name for name in measures(replicates) if name not in OF_A_DAY and replicates.schema[name].is_integer()]
    whole = [pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in adding]
    found = replicates.group_by("replicate").agg(whole).sort("replicate")
    if not {COST, PAYROLL} <= {*adding}:
        return found
    return found.with_columns(pl.when(pl.col(PAYROLL) > 0).then(pl.col(COST) / pl.col(PAYROLL)).alias(OF_PAYROLL))


def with_year(totals: pl.DataFrame) -> pl.DataFrame:
    """Return totals as the replicates of one year."""
    return totals.with_columns(pl.lit(0, dtype=pl.Int32).alias("year"))

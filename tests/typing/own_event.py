"""An own event as a user types it; mypy --strict must pass it, and find the one mistake that is marked."""

from __future__ import annotations

import polars as pl

import workforce_sim as ws

PAID = pl.col("bonus_cents") > 0


@ws.event(
    after="compensation",
    adds={"bonus_date": pl.Int32, "bonus_cents": pl.Int64(), "band": pl.String},
    ledger=[ws.ledger_rows(when=PAID, date="bonus_date", amount_cents=pl.col("bonus_cents"))],
    measures={"bonuses": PAID},
    keeps=["band"],
)
def bonus(staff: pl.LazyFrame, year: ws.Year) -> pl.LazyFrame:
    """Pay everybody of a level a bonus on one day."""
    there = (pl.col("level") == year.level("Manager")) & (pl.col("last_day") >= year.day("03-15"))
    return year.draws(staff, _u=ws.Stream.user("bonus")).with_columns(
        bonus_date=pl.lit(year.day("03-15"), dtype=pl.Int32),
        bonus_cents=pl.when(there & (pl.col("_u") < 0.5)).then(year.limits.compensation_cents // 100).otherwise(0),
        band=pl.lit("all"),
    )


def total(events: list[ws.OwnEvent]) -> int:
    """Return what a run and a replicate of an ensemble pay."""
    result = ws.simulate(events=events)
    ensemble = ws.simulate_ensemble(own_events=events, replicates=2)
    return int(result.summary["bonuses"].sum()) + ensemble.count


BONUSES: ws.OwnEvent = bonus
TOTAL: int = total([bonus, BONUSES])


@ws.event(after="hire")  # type: ignore[arg-type]  # the year is the second argument
def without_year(staff: pl.LazyFrame) -> pl.LazyFrame:
    """Forget the year."""
    return staff

"""What participants do, if the censuses have deferral rates; each share is shrunk to the configured one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.engine.assumptions import by_age_and_pay
from workforce_sim.studies.fitting.credibility import Floats, mean, share
from workforce_sim.studies.fitting.exposure import ages
from workforce_sim.studies.fitting.linking import Interval
from workforce_sim.studies.fitting.priors import SHARE_PEOPLE
from workforce_sim.wording import counted

MOST_AT_ONE_RATE, MOST_AT_ONE_STEP, LEAST = 0.4, 0.1, 30
MOST_EARLY = 0.1


@dataclass(frozen=True)
class Share:
    """An estimated share.

    Attributes:
        what: the share in words.
        key: its key of the configuration.
        count, exposure: how many did it, of how many.
        prior: the configured share.
        value, low, high: the estimate, with its 90% interval.
        people: how many employees the prior counts as.
    """

    what: str
    key: str
    count: float
    exposure: float
    prior: float
    value: float
    low: float
    high: float
    people: float

    @property
    def why(self) -> str:
        """The source of the value."""
        return f"{self.count:,.0f} of {self.exposure:,.0f} {self.what}; configured {self.prior:.4g}"


@dataclass(frozen=True)
class PlanShares:
    """Shares of the plan.

    Attributes:
        shares: the shares that were counted.
        values: other keys with their values and sources.
    """

    shares: tuple[Share, ...] = ()
    values: tuple[tuple[str, Any, str], ...] = field(default=())

    def entries(self) -> Iterator[tuple[str, Any, str]]:
        """Yield the keys with their values and sources."""
        given = {key for key, _, _ in self.values}
        for s in self.shares:
            if s.key not in given:
                yield s.key, round(s.value, 6), s.why
        yield from self.values


def plan_shares(parts: Sequence[Interval], config: Config) -> PlanShares:
    """Return the shares of the plan; none if a census lacks deferral rates."""
    staff = [parts[0].before.staff, *(part.after.staff for part in parts)]
    if not config.plan.enabled or any(frame["deferral_bp"].null_count() == frame.height for frame in staff):
        return PlanShares()
    both = pl.concat([_both(part) for part in parts])
    moves = _moves(both, config)
    wait, sooner = _wait(parts, config)
    new = pl.concat([_newly_eligible(part, wait, config.enrollment.auto_enrollment.window_days) for part in parts])
    return PlanShares((*moves.shares, *_entry(new, config)), (*sooner, *moves.values, *_tables(new, config)))


def _share(what: str, key: str, count: float, exposure: float, prior: float, people: float = SHARE_PEOPLE) -> Share:
    return Share(what, key, count, exposure, prior, *share(count, exposure, prior, people), people)


# --- those in two censuses ---


def _both(part: Interval) -> pl.DataFrame:
    """Return rates before and after of those in both censuses."""
    rate = pl.col("deferral_bp").fill_null(0)
    aged = part.before.staff.select("employee_id", "salary_cents", before=rate, age=pl.Series(ages(part.before)))
    frame = aged.join(part.after.staff.select("employee_id", after=rate), on="employee_id", maintain_order="left")
    return frame.with_columns(years=pl.lit(part.years))


def _moves(both: pl.DataFrame, config: Config) -> PlanShares:
    """Return how employees changed their rates between two censuses."""
    taking = both.filter(pl.col("before") > 0)
    stays = taking.filter(pl.col("after") > 0).with_columns(step=pl.col("after") - pl.col("before"))
    common, risen = _commonest(stays.filter(pl.col("step") > 0)["step"])
    escalates = stays.height >= LEAST and risen >= MOST_AT_ONE_STEP * stays.height
    changed = stays.filter(pl.col("step") != 0, pl.col("step") != (common if escalates else 0))
    values: list[tuple[str, Any, str]] = []
    if escalates:
        told = f"{risen:,} of {stays.height:,} participants increased their rate by it"
        found = {"enabled": True, "increment": common / 10_000}
        values = [(f"enrollment.escalation.{name}", value, told) for name, value in found.items()]
    elif stays.height >= LEAST:
        values = [("enrollment.escalation.enabled", False, f"no common step among {stays.height:,} participants")]
    if changed.height >= LEAST:
        step = float(np.median(changed["step"].abs().to_numpy())) / 10_000
        values.append(("enrollment.change.step", round(step, 4), f"median of {changed.height:,} changes"))
    return PlanShares(_moved(both.filter(pl.col("before") == 0), taking, stays, changed.height, config), tuple(values))


def _moved(
    out: pl.DataFrame, taking: pl.DataFrame, stays: pl.DataFrame, changed: int, config: Config
) -> tuple[Share, ...]:
    """Return the share of non-participants who enrolled, and of participants who stopped or changed their rate."""
    section = config.enrollment
    years = [float(people["years"].sum()) for people in (out, taking, stays)]
    enrolled, stopped = int((out["after"] > 0).sum()), int((taking["after"] == 0).sum())
    change = "enrollment.change.probability"
    return (
        _share("non-participants enrolled", "enrollment.conversion", enrolled, years[0], section.conversion),
        _share("participants stopped", "enrollment.stop", stopped, years[1], section.stop),
        _share("participants changed their rate", change, changed, years[2], section.change.probability),
    )


def _commonest(values: pl.Series) -> tuple[int, int]:
    """Return the most frequent value and its count; of several, the lowest."""
    if values.is_empty():
        return 0, 0
    counts = values.value_counts().sort("count", values.name, descending=[True, False])
    return int(counts[0, 0]), int(counts[0, 1])


# --- newly eligible employees ---


def _wait(parts: Sequence[Interval], config: Config) -> tuple[int, tuple[tuple[str, Any, str], ...]]:
    """Return the days to eligibility: 0 if many hires participate before the configured wait is over."""
    kind, length = config.eligibility.waiting_period
    days = length if kind == "days" else round(length * 30.44)
    early = taking = 0
    for part in parts:
        served = (pl.lit(part.after.date) - pl.col("hire_date")).dt.total_days()
        waits = part.entrants.filter(served < days)
        early, taking = early + waits.height, taking + int((waits["deferral_bp"].fill_null(0) > 0).sum())
    if early < LEAST or taking <= MOST_EARLY * early:
        return days, ()
    why = f"{taking:,} of {early:,} hires participate before the configured wait of {length} {kind} is over"
    return 0, tuple(
        (f"eligibility.waiting_period_{unit}", value, why)
        for unit, value in (("days", 0), ("months", None), ("years", None))
    )


def _newly_eligible(part: Interval, wait: int, window: int) -> pl.DataFrame:
    """Return age, pay and rate of the employees whose election window closed between two censuses."""
    eligible = pl.col("hire_date") + pl.duration(days=wait + window)
    frame = part.after.staff.with_columns(age=pl.Series(ages(part.after)))
    return frame.filter(eligible > part.before.date, eligible <= part.after.date).select(
        "age", "salary_cents", rate=pl.col("deferral_bp").fill_null(0)
    )


def _automatic(new: pl.DataFrame) -> int:
    """Return the most frequent rate of newly eligible participants; 0 if too few have it."""
    taking = new.filter(pl.col("rate") > 0)["rate"]
    common, count = _commonest(taking)
    return common if len(new) >= LEAST and count >= MOST_AT_ONE_RATE * len(taking) else 0


def _entry(new: pl.DataFrame, config: Config) -> list[Share]:
    """Return the shares of the newly eligible who chose a rate and who opted out."""
    automatic, total = _automatic(new), new.height
    out, swept = int((new["rate"] == 0).sum()), int((new["rate"] == automatic).sum()) if automatic else 0
    found = [
        _share(
            "newly eligible chose a rate",
            "enrollment.election",
            total - out - swept,
            total,
            float(_expected(new, config.enrollment.election).mean()) if total else 0.0,
        )
    ]
    if automatic:
        prior = float(_expected(new, config.enrollment.auto_enrollment.opt_out).mean())
        key = "enrollment.auto_enrollment.opt_out"
        found.append(_share("automatically enrolled opted out", key, out, out + swept, prior))
    return found


def _tables(new: pl.DataFrame, config: Config) -> Iterator[tuple[str, Any, str]]:
    """Yield the tables by age and pay, scaled, and automatic enrollment."""
    section, automatic = config.enrollment, _automatic(new)
    for s in _entry(new, config):
        table = section.election if s.key == "enrollment.election" else section.auto_enrollment.opt_out
        yield s.key, _scaled(table, s.value / s.prior if s.prior else 1.0, 1.0, 6), f"{s.why}; shape as configured"
    if new.height >= LEAST:
        told = f"of {new.height:,} newly eligible"
        yield "enrollment.auto_enrollment.enabled", automatic > 0, told
        if automatic:
            yield "enrollment.auto_enrollment.default_deferral_rate", automatic / 10_000, f"most frequent rate {told}"
    chosen = new.filter(pl.col("rate") > 0, pl.col("rate") != automatic)
    if chosen.height:
        expected = float(_expected(chosen, section.deferral_rates, 4).sum())
        half = SHARE_PEOPLE / 2 * expected / chosen.height
        ratio = (float(chosen["rate"].sum()) / 10_000 + half) / (expected + half)
        why = f"mean of {counted(chosen.height, 'chosen rate')} is {mean(chosen['rate']) / 100:.2f}%"
        yield "enrollment.deferral_rates", _scaled(section.deferral_rates, ratio, 0.9, 4), f"{why}; shape as configured"


def _expected(people: pl.DataFrame, table: Any, places: int = 6) -> Floats:
    """Return the values of a table by age and pay for some employees; an unknown age counts as 40."""
    age = np.where(people["age"].to_numpy() < 0, 40, people["age"].to_numpy())
    return np.asarray(by_age_and_pay(table, places).at(age, people["salary_cents"].to_numpy()) / 10**places)


def _scaled(table: Any, ratio: float, most: float, places: int) -> Any:
    """Return a number, or a table of numbers, times a ratio, in the form of a configuration."""
    least = 10.0**-places
    if isinstance(table, float):
        return round(min(max(table * ratio, least), most), places)
    return [{**cell.model_dump(), "value": round(min(max(cell.value * ratio, least), most), places)} for cell in table]

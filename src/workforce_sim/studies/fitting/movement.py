"""Growth, raises and jumps of pay, year by year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from workforce_sim.studies.fitting.credibility import Z80, Floats, mean, spread
from workforce_sim.studies.fitting.linking import Interval
from workforce_sim.studies.fitting.priors import (
    GROWTH_SPREAD,
    GROWTH_YEARS,
    MIX_MEAN,
    RAISE_MEAN,
    RAISE_SPREAD,
    RAISE_YEARS,
    at_size,
)

JUMP, FARTHEST_JUMP = 0.05, 1.0


@dataclass(frozen=True)
class Yearly:
    """Something that every year has anew.

    Attributes:
        values: of each interval, a year.
        mean: what is believed of the mean.
        error: its standard error.
        spread: of a year about it.
        prior_spread: what that was shrunk to.
        credibility: weight of the experience.
        noise: of each interval, variance that is not its year's.
    """

    values: Floats
    mean: float
    error: float
    spread: float
    prior_spread: float
    credibility: float
    noise: Floats


def growth(parts: Sequence[Interval], rate: float, exit_spread: float) -> Yearly:
    """Return the growth of headcount a year, surprises of exits taken off its spread: a run makes them anew.

    Args:
        parts: the intervals.
        rate: share of staff who leave in a year.
        exit_spread: of a year about it, on the logarithm.
    """
    ratios = [part.after.staff.height / max(int(part.exposed.sum()), 1) for part in parts]
    values = np.array([ratio ** (1 / part.years) - 1 for ratio, part in zip(ratios, parts, strict=True)])
    staff = np.array([part.before.staff.height for part in parts])
    surprise = (rate * exit_spread) ** 2 + rate * (1 - rate) / staff
    return _yearly(values, _weights(parts), 0.0, GROWTH_YEARS, at_size(GROWTH_SPREAD, float(staff.mean())), surprise)


def _weights(parts: Sequence[Interval]) -> Floats:
    return np.array([part.years for part in parts])


def _yearly(values: Floats, lengths: Floats, prior: float, years: float, prior_spread: float, noise: Floats) -> Yearly:
    """Return the estimate from values whose variance is partly noise, partly an effect of years."""
    n = len(values)
    s = spread((values - np.average(values, weights=lengths)) * np.sqrt(lengths), prior_spread, noise)
    mean = (float(values.sum()) + years * prior) / (n + years)
    seen = s**2 + float(noise.mean())
    return Yearly(values, mean, math.sqrt(seen / (n + years)), s, prior_spread, n / (n + years), noise)


@dataclass(frozen=True)
class Raises:
    """Raises of those in both censuses.

    Attributes:
        total: of pay in all, a year.
        common: the median raise.
        jump_share: share who jump in a year, of those below the highest level.
        jump_lowest, jump_highest: ends of a uniform distribution of the size above the common raise.
        jump_pay: what jumps add to the pay of all.
        jumps, people: how many jumped, of how many.
        merit_spread: of raises of those who do not jump about the common one, as a standard deviation.
        mix: yearly growth of average pay apart from raises, from new and terminated employees.
    """

    total: Yearly
    common: float
    jump_share: float
    jump_lowest: float
    jump_highest: float
    jump_pay: float
    jumps: int
    people: int
    merit_spread: float
    mix: float

    @property
    def ranges(self) -> float:
        """Growth of hires' pay: that of average pay, so that both stay in proportion."""
        return (1 + self.total.mean) * (1 + self.mix) - 1

    @property
    def cola(self) -> float:
        """The common raise, at most what the total leaves after the jumps."""
        return min(self.common, (1 + self.total.mean) / (1 + self.jump_pay) - 1)

    @property
    def merit(self) -> float:
        """The rest of the total."""
        return max((1 + self.total.mean) / (1 + self.jump_pay) / (1 + self.cola) - 1, 0.0)


_NONE = np.array([])
_PRIOR = Yearly(_NONE, RAISE_MEAN, RAISE_SPREAD / math.sqrt(RAISE_YEARS), RAISE_SPREAD, RAISE_SPREAD, 0.0, _NONE)
NOTHING = Raises(_PRIOR, 0.02, 0.0, 0.0, 0.0, 0.0, 0, 0, 0.0, MIX_MEAN)
"""The estimate without pay of two years."""


def raises(parts: Sequence[Interval], top: str, *, named: bool) -> Raises:
    """Return raises from the intervals in which anybody stayed.

    Args:
        parts: the intervals.
        top: the highest level, from which nobody is promoted.
        named: whether censuses name levels, so that another level is a jump.
    """
    parts = [part for part in parts if part.both.height]
    if not parts:
        return NOTHING
    frames = [_raised(part, named=named) for part in parts]
    ratios = [float(f["after"].sum()) / float(f["before"].sum()) for f in frames]
    totals = [ratio ** (1 / part.years) - 1 for ratio, part in zip(ratios, parts, strict=True)]
    total = _yearly(np.array(totals), _weights(parts), RAISE_MEAN, RAISE_YEARS, RAISE_SPREAD, np.zeros(len(parts)))
    mix = _mix(parts, totals)
    every = pl.concat(frames)
    common = float(np.mean([_median(frame) for frame in frames]))
    varied = _spread(every.filter(~pl.col("jump"))["beside"])
    below = every.filter(pl.col("level").ne_missing(top))
    jumped, years = below.filter("jump"), float(below["years"].sum())
    if not jumped.height:
        return replace(NOTHING, total=total, common=common, people=below.height, merit_spread=varied, mix=mix)
    sizes = jumped["size"].clip(0, FARTHEST_JUMP).to_numpy()
    low = float(np.quantile(sizes, 0.1))
    pay = float((jumped["before"].to_numpy() * sizes).sum() / (every["before"] * every["years"]).sum())
    share, high = min(jumped.height / years, 1.0), min(2 * float(sizes.mean()) - low, FARTHEST_JUMP)
    return Raises(total, common, share, low, high, pay, jumped.height, below.height, varied, mix)


def _mix(parts: Sequence[Interval], raised: Sequence[float]) -> float:
    """Return the mean yearly growth of average pay apart from raises."""
    pays = [[mean(census.staff["salary_cents"]) for census in (part.before, part.after)] for part in parts]
    seen = [
        (after / before) ** (1 / part.years) / (1 + rise) - 1
        for (before, after), part, rise in zip(pays, parts, raised, strict=True)
    ]
    return (sum(seen) + RAISE_YEARS * MIX_MEAN) / (len(seen) + RAISE_YEARS)


def _spread(values: pl.Series) -> float:
    """Return the standard deviation of a normal distribution with the same 10th and 90th percentile."""
    low, high = np.quantile(values.to_numpy(), (0.1, 0.9)) if len(values) else (0.0, 0.0)
    return float(high - low) / (2 * Z80)


def _median(frame: pl.DataFrame) -> float:
    return float(np.median(frame["raise"].to_numpy()))


def _raised(part: Interval, *, named: bool) -> pl.DataFrame:
    """Return pay before and after, the yearly raise, and who jumped, for employees in both censuses."""
    before, after = pl.col("salary_cents"), pl.col("salary_cents_after")
    frame = part.both.select(
        "level",
        before=before,
        after=after,
        years=pl.lit(part.years),
        moved=pl.col("level") != pl.col("level_after"),
        **{"raise": (after / before) ** (1 / part.years) - 1},
    )
    common, up = _median(frame), pl.col("raise")
    jump = up > common + JUMP
    moved = pl.col("moved").fill_null(value=False) & (up > common) if named else pl.lit(value=False)
    return frame.with_columns(size=(1 + up) / (1 + common) - 1, beside=up - common, jump=jump | moved)

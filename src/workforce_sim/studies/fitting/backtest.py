"""Rolling origins: fit what was known, forecast, and compare with the actual values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from workforce_sim.config import Config, read_config
from workforce_sim.display.card import Card
from workforce_sim.errors import RequestError
from workforce_sim.studies.fitting.fit import BASE, fitted
from workforce_sim.studies.fitting.forecasting import drivers, foretold, happened, paths, plain, times
from workforce_sim.studies.fitting.linking import Interval, intervals
from workforce_sim.studies.fitting.paged import Paged
from workforce_sim.studies.fitting.panel import Panel, panel
from workforce_sim.studies.fitting.report import backtest_report
from workforce_sim.studies.fitting.scoring import by_measure, scored
from workforce_sim.studies.fitting.verdict import backtest_card, backtest_text, verdict
from workforce_sim.wording import counted
from workforce_sim.wording.progress import meter

REPLICATES = 200


@dataclass(frozen=True, repr=False)
class Backtest(Paged):
    """The quality of forecasts from past censuses.

    Attributes:
        scores: one row per origin, horizon and measure: origin, date, horizon, measure, actual, mean, sd, p5 to p95,
            flat and last (two simple forecasts), crps, crps_flat, crps_last, pit.
        drivers: one row per origin, horizon and driver: actual, mean, sd, off (actual less mean over sd).
        origins: the dates.
    """

    scores: pl.DataFrame
    drivers: pl.DataFrame
    origins: tuple[dt.date, ...]

    @cached_property
    def measures(self) -> pl.DataFrame:
        """One row per measure: median error, coverage of the 50, 80 and 90% bands, skill, width, mean PIT."""
        return by_measure(self.scores)

    @property
    def missed(self) -> pl.DataFrame:
        """The driver that was farthest off, for each origin and horizon."""
        far = self.drivers.with_columns(far=pl.col("off").abs())
        first = far.sort("origin", "horizon", "far", descending=[False, False, True])
        return first.unique(["origin", "horizon"], keep="first", maintain_order=True).drop("far")

    @property
    def verdict(self) -> str:
        """The scores in sentences, one for each measure."""
        return verdict(self)

    def _card(self) -> Card:
        return backtest_card(self)

    def __str__(self) -> str:
        return backtest_text(self)

    def _page(self, path: str | Path | None) -> str | Path:
        return backtest_report(self, path)

    def __repr__(self) -> str:
        return f"<Backtest of {len(self.origins):,} origins, {self.scores.height:,} scores>"


def backtest(
    censuses: Any,
    config: Any = None,
    *,
    origins: Iterable[Any] | None = None,
    horizons: Iterable[int] = (1, 2, 3),
    replicates: int = REPLICATES,
    progress: bool = True,
) -> Backtest:
    """Forecast from past censuses and compare with those after them.

    Args:
        censuses: as for ``fit``; three or more.
        config: as for ``fit``.
        origins: dates or years of the censuses to forecast from; left out, all that have one before and one after.
        horizons: how many censuses ahead.
        replicates: of each forecast.
        progress: whether a terminal or a notebook shows how many forecasts are done, with the time left.

    Raises:
        RequestError: for fewer than three censuses, an origin that is none, horizons below 1.
        CensusError, ConfigError: as ``fit``.
    """
    base = read_config(BASE if config is None else config)
    given = panel(censuses, base)
    ahead = sorted(set(horizons))
    if not ahead or ahead[0] < 1:
        raise RequestError("horizons: expected whole numbers from 1")
    parts = intervals(given)
    places = _places(given, origins)
    with meter(progress) as tell:
        every = []
        for done, place in enumerate(places, start=1):
            every.append(_from(given, parts, place, ahead, base, replicates))
            if tell is not None:
                tell(f"forecasts from {done} of {counted(len(places), 'census', 'censuses')}", done, len(places))
    scores, off = (pl.DataFrame([row for rows in every for row in rows[i]]) for i in (0, 1))
    return Backtest(scores, off, tuple(given.snapshots[place].date for place in places))


def _places(given: Panel, origins: Iterable[Any] | None) -> list[int]:
    dates = [snapshot.date for snapshot in given.snapshots]
    possible = range(1, len(dates) - 1)
    if not possible:
        raise RequestError(f"a backtest needs three or more censuses (there are {len(dates)})")
    if origins is None:
        return list(possible)
    found = [
        place
        for origin in origins
        for place in possible
        if origin in (dates[place], dates[place].year, str(dates[place]))
    ]
    if not found:
        raise RequestError(f"no such origin; there are {', '.join(str(dates[place]) for place in possible)}")
    return sorted(set(found))


Rows = list[dict[str, Any]]


def _from(
    given: Panel, parts: Sequence[Interval], place: int, ahead: Sequence[int], base: Config, replicates: int
) -> tuple[Rows, Rows]:
    """Return the scores and the drivers of one origin."""
    fit = fitted(given.until(place), base, whole_years=True)
    reached = [h for h in ahead if place + h <= len(parts)]
    if not reached:
        return [], []
    path = paths(fit, times(parts, place, reached[-1])[1], replicates)
    simple = plain(parts[:place])
    scores: Rows = []
    off: Rows = []
    for horizon in reached:
        part, (start, end) = parts[place + horizon - 1], times(parts, place, horizon)
        about = {"origin": given.snapshots[place].date, "date": part.after.date, "horizon": horizon}
        for measure, actual in happened(part).items():
            if measure in path.flows or measure in path.levels or measure == "average pay":
                points = simple.flat(measure, start, end), simple.as_before(measure, start, end)
                scores.append({**about, "measure": measure, **scored(path.at(measure, start, end), actual, *points)})
        said = foretold(path, start, end)
        for name, actual in drivers(part).items():
            mean, sd = float(said[name].mean()), max(float(said[name].std(ddof=1)), 1e-9)
            off.append({**about, "driver": name, "actual": actual, "mean": mean, "sd": sd, "off": (actual - mean) / sd})
    return scores, off

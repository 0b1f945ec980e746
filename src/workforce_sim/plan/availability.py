"""Whether each rate of match is available to enough others, section 401(a)(4). Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from workforce_sim.config import Config
from workforce_sim.config.match import MatchTier
from workforce_sim.dates import Flags
from workforce_sim.plan.conditions import band_place
from workforce_sim.plan.coverage import classification_harbors, ratio_percentage_bp
from workforce_sim.plan.findings import PlanTest
from workforce_sim.plan.match import match_rate
from workforce_sim.plan.people import People

Tiers = Sequence[MatchTier]


def match_availability(test: str, config: Config, people: People, may_be: Flags, counted: Flags) -> Iterator[PlanTest]:
    """Yield the test of a graded match: the rate of each band, or a better one, is for enough others.

    Enough is the safe harbor percentage, 26 CFR 1.401(a)(4)-4(b); a rate that no highly compensated gets needs none.

    Args:
        test: its name.
        config: in force in the year.
        people: of the year.
        may_be: who would get some match for deferring.
        counted: who could not be excluded from the match.
    """
    match = config.plan.match.at(people.year.year)
    if len(match.bands) == 1:
        return
    place = np.asarray(band_place(match.graded_by, people.tenure, people.age))
    band = np.searchsorted([start for start, _ in match.bands], place, side="right") - 1
    hce, ratios = people.hce[counted], []
    for _, wanted in match.bands:
        better = np.array([at_least(tiers, wanted) for _, tiers in match.bands])
        ratios.append(ratio_percentage_bp((may_be & better[band])[counted], hce))
    lowest = min((ratio for ratio in ratios if ratio is not None), default=None)
    least = classification_harbors(int(hce.sum()), int((~hce).sum())).safe
    figures = {
        "lowest_available_percent": None if lowest is None else lowest / 100,
        "safe_harbor_percent": least / 100,
        "rates": len(match.bands),
    }
    passed = lowest is None or lowest >= least
    note = "" if passed else "some rate of match is available to too few NHCEs (26 CFR 1.401(a)(4)-4(b))"
    yield PlanTest(test, "passed" if passed else "failed", "401(a)(4)", figures, note)


def at_least(tiers: Tiers, others: Tiers) -> bool:
    """Return whether tiers give at least as much as others at every deferral rate."""
    edges = {0, *(tier.upper for tier in (*tiers, *others))}
    return all(match_rate(edge, tiers) >= match_rate(edge, others) for edge in edges)

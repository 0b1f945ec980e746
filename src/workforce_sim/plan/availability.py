"""Whether each rate of match is available to enough others, section 401(a)(4). Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from workforce_sim.config.match import Match, MatchTier
from workforce_sim.dates import Flags
from workforce_sim.plan.conditions import band_place
from workforce_sim.plan.coverage import classification_harbors, ratio_percentage_bp
from workforce_sim.plan.findings import PlanTest
from workforce_sim.plan.match import match_rate
from workforce_sim.plan.people import People

Tiers = Sequence[MatchTier]


def match_availability(
    matches: Mapping[str, Match], people: People, may_be: Flags, plans: Sequence[tuple[str, Flags]]
) -> Iterator[PlanTest]:
    """Yield the tests of graded matches: the rate of each band, or a better one, is for enough others.

    Enough is the safe harbor percentage, 26 CFR 1.401(a)(4)-4(b); a rate that no highly compensated gets needs none.

    Args:
        matches: of the year by name of their source.
        people: of the year.
        may_be: who would get some match for deferring.
        plans: who could not be excluded from the match, of each plan that is tested.
    """
    for source, match in matches.items():
        called = "" if source == "match" else f", {source.replace('_', ' ')}"
        for name, counted in plans if len(match.bands) > 1 else ():
            yield _of_match(f"Availability of match rates{called}{name}", match, people, may_be, counted)


def _of_match(test: str, match: Match, people: People, may_be: Flags, counted: Flags) -> PlanTest:
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
    return PlanTest(test, "passed" if passed else "failed", "401(a)(4)", figures, note)


def at_least(tiers: Tiers, others: Tiers) -> bool:
    """Return whether tiers give at least as much as others at every deferral rate."""
    edges = {0, *(tier.upper for tier in (*tiers, *others))}
    return all(match_rate(edge, tiers) >= match_rate(edge, others) for edge in edges)

"""What a search wants: figures to raise or lower, and bounds that a design must keep."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np

from workforce_sim.config.workforce import Simulation
from workforce_sim.errors import RequestError
from workforce_sim.studies.searching.certainty import at_most, surely_above_0
from workforce_sim.studies.searching.figures import Figure, Floats, figure

_WAY = {"maximize": 1, "raise": 1, "minimize": -1, "lower": -1}
_GOAL = re.compile(r"(maximize|minimize|raise|lower)\s+(?:p([0-9]{1,2})\s+of\s+)?(.+)", re.IGNORECASE)
_BOUND = re.compile(r"(.+?)\s*(<=|>=|<|>)\s*(\$?-?[0-9.,]+\s*[%kKmMbB]?)(?:\s+in\s+([0-9]+)\s+of\s+([0-9]+).*)?")
_SIZES = {"k": 3, "m": 6, "b": 9, "%": -2, "": 0}
"""Powers of ten."""
TESTS, WARNINGS = "no failed test", "no compliance warning"
COMPLIANCE = {
    TESTS: TESTS,
    "tests passed": TESTS,
    "no failed tests": TESTS,
    WARNINGS: WARNINGS,
    "no warning": WARNINGS,
    "no compliance warnings": WARNINGS,
}
"""Bounds in words."""


@dataclass(frozen=True)
class Goal:
    """A figure to raise or lower.

    Attributes:
        figure: which.
        sign: 1 to raise it, -1 to lower it.
        percent: a percentile of the simulations; None for their mean.
    """

    figure: Figure
    sign: int
    percent: int | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{'highest' if self.sign > 0 else 'lowest'} {self.what}"

    @property
    def what(self) -> str:
        """What people call its value."""
        return self.figure.name if self.percent is None else f"P{self.percent} of {self.figure.name}"

    def of(self, values: Floats) -> float:
        """Return its value from those of the simulations."""
        return float(values.mean() if self.percent is None else np.percentile(values, self.percent))


@dataclass(frozen=True)
class Bound:
    """A bound on a figure.

    Attributes:
        figure: which.
        most: whether the bound is the most, else the least.
        value: in the unit of the measure: cents, fraction or count.
        share: in which share of the simulations it must hold; None for their mean.
        text: as it was asked.
    """

    figure: Figure
    most: bool
    value: float
    share: float | None
    text: str

    def room(self, values: Floats) -> Floats:
        """Return by how much each simulation keeps the bound."""
        return (self.value - values) if self.most else (values - self.value)

    def slack(self, values: Floats) -> Floats:
        """Return by how much each simulation keeps the bound; of a share of simulations, by how much that is kept."""
        room = self.room(values)
        return room if self.share is None else (room >= 0).astype(np.float64) - self.share

    def surely_breaks(self, values: Floats, confidence: float) -> bool:
        """Return whether the bound is so surely broken: by Student's t, or the binomial distribution for a share."""
        room = self.room(values)
        if self.share is None:
            return surely_above_0(-room, confidence)
        return at_most(int((room >= 0).sum()), len(room), self.share) < 1 - confidence

    def keeps(self, values: Floats) -> bool:
        """Return whether the simulations keep the bound: their mean, or the share of them."""
        return bool(self.slack(values).mean() >= -1e-12)


def looked_at(goals: Iterable[Goal], bounds: Iterable[Bound]) -> tuple[Figure, ...]:
    """Return all figures of goals and bounds, each once."""
    return tuple(dict.fromkeys([*(each.figure for each in goals), *(each.figure for each in bounds)]))


def goals_of(asked: str | Iterable[str], simulation: Simulation) -> tuple[Goal, ...]:
    """Return goals from texts such as ``maximize participation`` or ``minimize p90 of net_employer_cost``.

    Raises:
        RequestError: for none, or a text that is no goal.
    """
    texts = [asked] if isinstance(asked, str) else list(asked or ())
    if not texts:
        raise RequestError("goal: say what to maximize or minimize, such as 'maximize participation'")
    return tuple(_goal(text, simulation) for text in texts)


def _goal(text: str, simulation: Simulation) -> Goal:
    said = _GOAL.fullmatch(text.strip())
    if said is None:
        raise RequestError(f"goal: {text!r:.60}: expected 'maximize MEASURE' or 'minimize MEASURE'")
    percent = None if said[2] is None else int(said[2])
    if percent == 0:
        raise RequestError(f"goal: {text!r:.60}: percentiles are P1 to P99")
    return Goal(figure(said[3], simulation, "goal"), _WAY[said[1].lower()], percent)


def bounds_of(asked: str | Iterable[str], simulation: Simulation) -> tuple[tuple[Bound, ...], frozenset[str]]:
    """Return bounds from texts such as ``net_employer_cost<=2.5M in 9 of 10``, and those on compliance.

    Raises:
        RequestError: for a text that is no bound.
    """
    texts = [text.strip() for text in ([asked] if isinstance(asked, str) else asked)]
    words = frozenset(COMPLIANCE[text.lower()] for text in texts if text.lower() in COMPLIANCE)
    return tuple(_bound(text, simulation) for text in texts if text.lower() not in COMPLIANCE), words


def _bound(text: str, simulation: Simulation) -> Bound:
    said = _BOUND.fullmatch(text)
    if said is None:
        known = " or ".join((TESTS, WARNINGS))
        raise RequestError(
            f"subject_to: {text!r:.60}: expected MEASURE<=NUMBER or MEASURE>=NUMBER, such as "
            f"'net_employer_cost<=2.5M in 9 of 10', or {known}"
        )
    what = figure(said[1], simulation, "subject_to")
    share = None if said[4] is None else _share(text, int(said[4]), int(said[5]))
    return Bound(what, said[2].startswith("<"), amount(said[3], "subject_to") * what.unit, share, text)


def amount(text: str, what: str = "value") -> float:
    """Return a number such as ``4%``, ``$2.5M`` or ``12,000``.

    Raises:
        RequestError: for anything else.
    """
    plain = text.replace("$", "").replace(",", "").strip().lower()
    size = plain[-1:] if plain[-1:] in _SIZES else ""
    try:
        found = float(Decimal(plain.removesuffix(size)).scaleb(_SIZES[size]))
    except (InvalidOperation, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise RequestError(f"{what}: {text!r:.40} is no number; give one such as 4%, 2.5M or 12,000")
    return found


def _share(text: str, of: int, all_of: int) -> float:
    if not 0 < of <= all_of:
        raise RequestError(f"subject_to: {text!r:.60}: expected so many of as many or more, such as 9 of 10")
    return of / all_of

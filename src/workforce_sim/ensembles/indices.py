"""How much of the spread of a figure each uncertain assumption makes, by itself and with all others: Sobol's indices.

Chapter: ``docs/model/searching.md``. Sources: A. Saltelli and others, "Variance based sensitivity analysis of model
output", Computer Physics Communications 181 (2010), table 2, (b), (c) and (f); M. J. W. Jansen, "Analysis of variance
designs for model output", Computer Physics Communications 117 (1999).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.drawing import Swap
from workforce_sim.engine.own import OwnEvent
from workforce_sim.ensembles.attribution import share_of
from workforce_sim.ensembles.bands import Values
from workforce_sim.ensembles.batch import Job
from workforce_sim.ensembles.carrying import carried_out
from workforce_sim.ensembles.spread import certain
from workforce_sim.simulation.run import begin

_NOTHING = 1e-20
"""A variance of so small a part of the squares is of rounding."""


def varies(values: Values) -> bool:
    """Return whether values vary by more than rounding; none do not."""
    return len(values) > 0 and float(values.var()) > _NOTHING * float((values**2).sum())


class Indices(NamedTuple):
    """The share of a variance that a source makes by itself, and with all others, with their standard errors."""

    first: float | None
    first_error: float | None
    total: float | None
    total_error: float | None


def index(one: Values, other: Values, swapped: Values) -> Indices:
    """Return the indices of a source; without values where nothing varies.

    The first-order index is estimated twice, and the estimate with the smaller error counts: Saltelli's is more precise
    where it is below about a half, Jansen's above.

    Args:
        one: a figure in some replicates.
        other: in as many others.
        swapped: in the first ones, with the draws of the source from the others.
    """
    if not varies(np.concatenate([one, other])):
        return Indices(None, None, None, None)
    mean = float((one.mean() + other.mean()) / 2)
    squares = ((one - mean) ** 2 + (other - mean) ** 2) / 2
    whole = float(squares.mean())
    firsts = (other - mean) * (swapped - one), squares - (other - swapped) ** 2 / 2
    first, first_error = min((share_of(part, squares, whole) for part in firsts), key=lambda found: found[1] or 0.0)
    return Indices(first, first_error, *share_of((one - swapped) ** 2 / 2, squares, whole))


def draws_of(config: Config) -> dict[str, list[str]]:
    """Return the uncertain keys of a configuration by the name of their draw."""
    found: dict[str, list[str]] = {}
    for entry in config.uncertainty.assumptions:
        found.setdefault(entry.drawn_by, []).append(entry.key)
    return found


def swapped(
    config: Config, swap: Swap, census: Any, replicates: Sequence[int], own: Iterable[OwnEvent] = ()
) -> pl.DataFrame:
    """Return the summaries of replicates of which some draws of assumptions are those of others."""
    events = tuple(own)
    run = begin(certain(config), census=census, own=events)
    return pl.concat(carried_out(Job(config, run.opening, own=events, swap=swap), replicates, None))

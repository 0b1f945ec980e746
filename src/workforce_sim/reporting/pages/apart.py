"""Chance, years and assumptions apart, for the report of a folder: its configuration is simulated anew."""

from __future__ import annotations

from workforce_sim.ensembles.attribution import FEWEST, Attribution, attribution
from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.ensemble import Ensemble
from workforce_sim.ensembles.saved import Results
from workforce_sim.ensembles.spread import certain, varying
from workforce_sim.errors import RequestError
from workforce_sim.simulation.run import begin
from workforce_sim.store.header import Header

AGAIN = "report from Python, with attribution="


def told_apart(found: Results, replicates: int) -> Attribution:
    """Return how much of the range each source makes, of an ensemble or of the baseline of a comparison.

    Args:
        found: what a folder holds.
        replicates: how many simulations of each source are made.

    Raises:
        RequestError: for a run or a sweep; for too few replicates; where only chance varies; for a census that is not
            the one of the folder.
        ConfigError, CensusError, SimulationError: as ``attribution``.
    """
    header = _header(found)
    if replicates < FEWEST:
        raise RequestError(f"--apart: {FEWEST} simulations or more of each source (got {replicates})")
    if len(varying(header.config)) < 2:
        raise RequestError("--apart: only chance varies in this result, so there is nothing to tell apart")
    if header.source == "given" or header.own:
        raise RequestError(f"--apart: the census or an event was given from Python; {AGAIN}")
    made = begin(certain(header.config)).origin.header(header.config, ())
    if made.census != header.census:
        raise RequestError(f"--apart: the census is not the one of the result any more; restore it, or {AGAIN}")
    return attribution(header.config, replicates=replicates)


def _header(found: Results) -> Header:
    if isinstance(found, Ensemble):
        return found.header
    if isinstance(found, Comparison):
        return found.headers[found.baseline]
    raise RequestError("--apart: is for ensembles and comparisons")

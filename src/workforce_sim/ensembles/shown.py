"""Any folder of results as text: what ``workforce-sim run show`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workforce_sim.ensembles import bands_text, comparing_text, sweeping_text
from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.ensemble import Ensemble, any_plan
from workforce_sim.ensembles.groups_text import gains_table, hidden_note
from workforce_sim.ensembles.saved import Results, read_results
from workforce_sim.ensembles.sweeping import Sweep
from workforce_sim.explaining.provenance import provenance
from workforce_sim.result.summary import HIRED
from workforce_sim.share.suppression import LEAST
from workforce_sim.store.header import Header


def shown(path: str | Path) -> str:
    """Return the contents of the folder of a run, an ensemble, a comparison or a sweep as text.

    Args:
        path: of a run, the page of ``provenance``; of others, what their command printed, and what made them.

    Raises:
        FileNotFoundError: when there is no such folder.
        LedgerError: when it holds none of these, or one that is damaged or not finished.
    """
    found = read_results(path)
    if not isinstance(found, (Ensemble, Comparison, Sweep)):
        return provenance(path).rstrip()
    return "\n".join([_text(found), "", *_made(found)])


def _text(found: Results) -> str:
    if isinstance(found, Comparison):
        return "\n".join(_comparison(found))
    if isinstance(found, Sweep):
        return sweeping_text.readable(found)
    assert isinstance(found, Ensemble)
    return "\n".join([bands_text.readable(found), *(f"note: {note}" for note in found.notes)])


def _comparison(found: Comparison) -> Iterator[str]:
    by = next((name for name in found.made_by if name != HIRED), None)
    yield comparing_text.readable(found, by, None)
    gains = found.saved.get("gains")
    if gains is not None and any_plan(found.ensembles.values()):
        yield from (*gains_table(gains), *hidden_note(gains, LEAST))


def _made(found: Ensemble | Comparison | Sweep) -> Iterator[str]:
    """Yield how it was made: seed, census and versions, which are the same in all of its parts."""
    header = _header(found)
    seed = header.configuration["random_seed"]
    yield f"seed {seed}; census {header.census[:12]}...; {header.software}"


def _header(found: Ensemble | Comparison | Sweep) -> Header:
    return found.header if isinstance(found, Ensemble) else next(iter(found.headers.values()))

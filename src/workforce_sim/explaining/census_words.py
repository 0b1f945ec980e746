"""Where the census of a run came from, in words; and which keys have an effect in the run, which depends on it."""

from __future__ import annotations

from pathlib import Path

from workforce_sim.config import Config
from workforce_sim.config.effect.live import Live, live
from workforce_sim.explaining.reasons import Reason
from workforce_sim.store.documents import Source

_GIVEN = "given to the run"


def census_words(config: Config, source: Source | None) -> str:
    """Return where the census came from; a file by its name alone, as its folders say nothing of the run."""
    if source is None:  # a run that was written without it
        return "not recorded: from the configuration, or given to the run"
    return {"synthetic": "synthetic", "configured": _file(config), "given": _GIVEN}[source]


def census_reason(config: Config, source: Source | None) -> list[Reason]:
    """Return the assumption behind a line of the census; none where nobody knows where it came from."""
    if source is None:
        return []
    of_source = {
        "synthetic": Reason("census.size", f"{config.census.size:,}"),
        "configured": Reason("census.path", _file(config)),
        "given": Reason("census", _GIVEN),
    }
    return [of_source[source]]


def playing(config: Config, source: Source | None) -> Live:
    """Return which keys have an effect in a run; of a census that may have been given, none of the synthetic one."""
    return live(config, given=source not in ("synthetic", "configured"))


def _file(config: Config) -> str:
    return "" if config.census.path is None else Path(config.census.path).name

"""The run of an archive simulated again on this machine, and compared with what the archive says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from workforce_sim.census.completion import complete
from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.config.drawing import drawing
from workforce_sim.errors import RequestError
from workforce_sim.plan.loading import load_config
from workforce_sim.simulation.run import Engine, census_of
from workforce_sim.store.header import Header, Origin, software
from workforce_sim.store.ledger import year_digest
from workforce_sim.verify.evidence.facts import RunFacts
from workforce_sim.verify.evidence.recomputation import computed
from workforce_sim.verify.evidence.tables import SUMMARY_FILE
from workforce_sim.wording import shortened
from workforce_sim.wording.progress import Progress


def simulated_again(
    header: Header,
    facts: RunFacts,
    summary: pl.DataFrame,
    *,
    census: Path | None,
    config: Path | None,
    engine: Engine,
    tell: Progress | None,
) -> Iterator[str]:
    """Yield what a simulation gives otherwise than an archive says.

    Args:
        header: of the run, with its configuration as it was shared.
        facts: the chain of its years.
        summary: its totals.
        census: file of its census; None of a synthetic one.
        config: file of the whole configuration, where the archive does not have it.
        engine: which engine simulates it.
        tell: told of each year.

    Raises:
        RequestError: when a census is needed and not given, or given and not needed; the same of a configuration; when
            the run has events of its user.
        CensusError, ConfigError, SimulationError: as ``simulate``.
    """
    if header.own:
        raise RequestError(f"the run has events of its user ({', '.join(header.own)}), which the archive does not hold")
    chosen = _configuration(header, facts, config)
    if (census is None) != (header.source == "synthetic" and chosen.census.path is None):
        raise RequestError(_SYNTHETIC if census is not None else _NEEDED)
    opening = complete(census_of(chosen, census), chosen)
    if _fingerprint(header, chosen, opening) != header.census:
        yield "the census given is not that of the run: its completed values have another hash"
        return
    wrote = header.versions.get("workforce_sim")
    other = "" if software()["workforce_sim"] == wrote else f"; another version wrote the run ({wrote})"
    for known, found in zip(facts.years, computed(engine, chosen, opening, header.replicate), strict=True):
        if year_digest(found).hex() != known.tables:
            differing = _measures(summary, found.summary, known.year)
            yield f"{known.year}: the simulation gives other tables; {differing}{other}"
        if tell is not None:
            tell(known.year, known.year - facts.years[0].year + 1, len(facts.years))


_SYNTHETIC = "the census of the run is synthetic, it comes from the configuration; leave out --census"
_NEEDED = "the run has a census of its own, which is not in the archive; give it with --census FILE"


def _configuration(header: Header, facts: RunFacts, config: Path | None) -> Config:
    if config is None and facts.withheld:
        keys = shortened(", ".join(facts.withheld), 200)
        raise RequestError(f"the archive has not all of the configuration ({keys}); give it with --config FILE")
    if config is None:
        return header.config
    found = load_config(drawing(load_config(config)).of(header.replicate))
    if replace(header, configuration=found.model_dump(mode="json", by_alias=True)).root() != facts.root:
        raise RequestError(f"{config}: is not the configuration of the run")
    return found


def _fingerprint(header: Header, config: Config, opening: Opening) -> str:
    return Origin(header.replicate, header.engine, opening.staff).header(config, ()).census


def _measures(known: pl.DataFrame, found: pl.DataFrame, year: int) -> str:
    """Return which totals differ."""
    one, other = known.filter(year=year).row(0, named=True), found.row(0, named=True)
    names = [name for name, value in other.items() if one.get(name) != value]
    if not names:
        return f"{SUMMARY_FILE} agrees, so events or employees differ"
    return f"of {SUMMARY_FILE} differ: {shortened(', '.join(names), 300)}"

"""What a configuration names, and the census does not have."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.named import What, names_in
from workforce_sim.config.root import NO_RANGES, without_ranges
from workforce_sim.config.values import some
from workforce_sim.errors import ConfigError
from workforce_sim.opening import Opening


def refuse_unknown(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` for levels, departments and pay ranges that a configuration needs and a census lacks."""
    _check(config, "level", [level.name for level in opening.levels], ("no level is named", "the levels are"))
    departments = opening.staff["department"].unique().drop_nulls().cast(pl.String).sort().to_list()
    _check(config, "department", departments, ("no department of the census is named", "there are"))
    _check_ranges(config, opening)


def _check(config: Config, what: What, known: Sequence[str], words: tuple[str, str]) -> None:
    """Raise ``ConfigError`` when the configuration names a level or department that is not known."""
    for path, names in (found for one in config.versions for found in names_in(one, what).items()):
        unknown = sorted({*names.values()} - {*known})
        if unknown:
            key, (none, have) = ".".join(map(str, path)), words
            raise ConfigError(f"{key}: {none} {some(unknown)}; {have} {some(known) or 'none'}")


def _check_ranges(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` when pay depends on pay ranges that the levels of the census lack."""
    if without_ranges(config, opening.levels):
        raise ConfigError(f"{NO_RANGES}; the levels of the census have none")

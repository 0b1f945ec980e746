"""What a configuration names, and the census does not have."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from workforce_sim.census.opening import Opening
from workforce_sim.config import Config
from workforce_sim.config.named import What, names_in
from workforce_sim.config.root import NO_RANGES, without_ranges
from workforce_sim.config.values import some
from workforce_sim.errors import ConfigError


def refuse_unknown(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` for levels, departments and pay ranges that a configuration needs and a census lacks."""
    _check(config, "level", lambda: [level.name for level in opening.levels], ("no level is named", "the levels are"))
    _check(config, "department", lambda: _departments(opening), ("no department of the census is named", "there are"))
    _check_ranges(config, opening)


def _departments(opening: Opening) -> list[str]:
    return opening.staff["department"].unique().drop_nulls().cast(pl.String).sort().to_list()


def _check(config: Config, what: What, names_of_census: Callable[[], list[str]], words: tuple[str, str]) -> None:
    """Raise ``ConfigError`` when the configuration names a level or department that is not known."""
    named = [(path, names) for one in config.versions for path, names in names_in(one, what).items() if names]
    known = names_of_census() if named else []
    for path, names in named:
        unknown = sorted({*names.values()} - {*known})
        if unknown:
            key, (none, have) = ".".join(map(str, path)), words
            raise ConfigError(f"{key}: {none} {some(unknown)}; {have} {some(known) or 'none'}")


def _check_ranges(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` when pay depends on pay ranges that the levels of the census lack."""
    if without_ranges(config, opening.levels):
        raise ConfigError(f"{NO_RANGES}; the levels of the census have none")

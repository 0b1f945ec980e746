"""What a configuration names, and the census does not have."""

from __future__ import annotations

import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.root import NO_RANGES, without_ranges
from workforce_sim.config.values import some
from workforce_sim.errors import ConfigError
from workforce_sim.opening import Opening


def refuse_unknown(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` for levels, departments and pay ranges that a configuration needs and a census lacks."""
    _check_level_names(config, opening)
    _check_departments(config, opening)
    _check_allocation_groups(config, opening)
    _check_ranges(config, opening)


def _departments(opening: Opening) -> set[str]:
    return set(opening.staff["department"].unique().drop_nulls().cast(pl.String))


def _check_level_names(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` when the configuration names a level that neither it nor the census has."""
    names = {level.name for level in opening.levels}
    for path, table in (named for one in config.versions for named in one.named_levels.items()):
        unknown = sorted(set(table) - names)
        if unknown:
            have = ", ".join(level.name for level in opening.levels)
            raise ConfigError(
                f"{'.'.join(map(str, path))}: no level is named {', '.join(unknown)}; the levels are {have}"
            )


def _check_ranges(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` when pay depends on pay ranges that the levels of the census lack."""
    if without_ranges(config, opening.levels):
        raise ConfigError(f"{NO_RANGES}; the levels of the census have none")


def _check_departments(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` when the configuration names a department that the census does not have."""
    known = _departments(opening)
    classes = (each for one in config.versions for each in one.eligibility.named("department").items())
    for key, names in (*config.by_department.items(), *classes):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise ConfigError(
                f"{'.'.join(map(str, key))}: no department of the census is named {some(unknown)}; "
                f"there are {some(sorted(known)) or 'none'}"
            )


def _check_allocation_groups(config: Config, opening: Opening) -> None:
    """Raise ``ConfigError`` when a group of profit sharing names a level or department that the census lacks."""
    there = {
        "levels": {level.name for level in opening.levels},
        "departments": _departments(opening),
    }
    groups = [group for version in config.versions for group in version.plan.profit_sharing.groups or ()]
    for what, known in there.items():
        unknown = {name for group in groups for name in getattr(group, what) or () if name not in known}
        if unknown:
            raise ConfigError(
                f"plan.profit_sharing.groups: the census has no {what} named {some(sorted(unknown))}; "
                f"there are {some(sorted(known)) or 'none'}"
            )

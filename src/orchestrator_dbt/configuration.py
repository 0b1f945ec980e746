"""Configurations as the document describes them: dictionaries, checked all at once."""

# ruff: noqa: UP006, UP035, UP045 - signatures as the document prints them; a path may be a ``Path`` all the same
# Annotations are evaluated, as those of the document are: ``inspect`` shows types, not texts.

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from orchestrator_dbt.arguments import check_path
from orchestrator_dbt.checking import MANY_YEARS, Checked, check, large_range
from orchestrator_dbt.documented import DOCUMENTED
from workforce_sim.config import Config
from workforce_sim.config.changing import with_defaults
from workforce_sim.config.values import KeyPath, value_at
from workforce_sim.plan.loading import load_config
from workforce_sim.wording.terminal import printable

log = logging.getLogger("orchestrator_dbt")


def load_and_validate_config(config_path: Optional[str] = None) -> Dict[str, Any]:
    """Loads and validates simulation configuration with comprehensive error checking.

    Unknown keys are kept, and warned about. Optional keys of the documented schema that are left out take their
    defaults, and a deprecated spelling gets the documented one beside it.

    Args:
        config_path: path of a YAML file, which must hold the required fields itself; without one, the values of the
            documented schema.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: for anything wrong in the file, a line each with its place, and for what is no path.
    """
    if config_path is None:
        return with_defaults({}, DOCUMENTED)
    found = _of_path(config_path)
    found.usable()
    return with_defaults(found.renamed, DOCUMENTED)


def validate_configuration(config: Dict[str, Any]) -> Tuple[bool, List[str]]:
    """Validates configuration structure and value ranges.

    Unknown keys and large year ranges are warned about. Never raises, and leaves the configuration as it is.

    Returns:
        Whether it is valid, and everything that is wrong with it, a line each.
    """
    try:
        errors = _checked(config).errors
    except Exception as error:  # what the caller gives may be anything
        errors = (f"Invalid configuration: it cannot be read ({type(error).__name__})",)
    return not errors, list(errors)


def test_configuration_compatibility(config_path: Optional[str] = None) -> Dict[str, Any]:  # noqa: PT028
    """Tests configuration compatibility with both new and legacy systems.

    The new system is the fast engine, the legacy system of this package the reference model. Both read the same typed
    configuration, key by key; what is valid, and has its census where it says, suits both.

    Returns:
        ``config_valid``, ``new_system_compatible``, ``legacy_compatible``, ``issues`` and ``recommendations``: unknown
        keys, deprecated spellings, rounded rates, large year ranges.
    """
    try:
        found = _of_path(config_path)
        wrong, advice, config = found.errors, found.advice, found.config
    except (OSError, ValueError) as error:
        wrong, advice, config = (str(error),), (), None
    issues = [f"Configuration validation failed: {line}" for line in wrong]
    lacking = "the configuration is not valid" if config is None else _lacking(config)
    if lacking:
        issues.append(f"Legacy compatibility issue: {lacking}")
    return {
        "config_valid": config is not None,
        "new_system_compatible": not lacking,
        "legacy_compatible": not lacking,
        "issues": issues,
        "recommendations": list(advice),
    }


test_configuration_compatibility.__test__ = False  # type: ignore[attr-defined]  # or pytest collects it


def typed_config(
    source: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    *,
    start_year: int | None = None,
    end_year: int | None = None,
) -> Config:
    """Return the typed configuration of a run: unknown keys dropped, deprecated spellings translated.

    Args:
        source: path of a YAML file, whose paths count from its folder; a dictionary; or nothing, for the documented
            schema. All but the years that are given must be valid by itself.
        start_year: goes over the configuration's.
        end_year: goes over the configuration's; may equal the start year, for a run of one year.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: for anything wrong.
    """
    given: dict[KeyPath, int | None] = {("simulation", "start_year"): start_year, ("simulation", "end_year"): end_year}
    over = {path: year for path, year in given.items() if year is not None}
    found = _checked(source, over) if isinstance(source, Mapping) else _of_path(source, over)
    chosen, years = found.usable(), found.usable().simulation.years
    if len(years) - 1 > MANY_YEARS and any(value_at(found.renamed, path) != year for path, year in over.items()):
        log.warning("%s", large_range(years[0], years[-1]))
    return load_config(chosen)


def config_of_run(config_path: Any, *, start_year: int | None = None, end_year: int | None = None) -> Config:
    """Return the ``typed_config`` of a run; ``FileNotFoundError`` as well when its census is not where it says."""
    check_path(config_path)
    config = typed_config(config_path, start_year=start_year, end_year=end_year)
    lacking = _lacking(config)
    if lacking:
        raise FileNotFoundError(lacking)
    return config


def _of_path(config_path: Any, years: Mapping[KeyPath, int] | None = None) -> Checked:
    """Check a file, or the documented values without one; an empty path is no file."""
    check_path(config_path)
    if config_path is not None and not os.fspath(config_path):
        raise FileNotFoundError("config_path is empty: no such configuration file")
    return _checked(DOCUMENTED if config_path is None else Path(config_path), years)


def _checked(source: Any, years: Mapping[KeyPath, int] | None = None) -> Checked:
    """Check a file or a dictionary, and warn about what is only worth a word."""
    found = check(source, years)
    for line in found.advice:
        log.warning("%s", printable(line))
    return found


def _lacking(config: Config) -> str:
    """Return what either engine would miss; nothing when all is there."""
    path = config.census.path
    return f"census.path: no such file ({path})" if path is not None and not Path(path).exists() else ""

"""Configurations as the document describes them: dictionaries, checked all at once.

The engine is imported when something is checked, not before, so that a command line answers ``--help`` at once.
"""

# ruff: noqa: UP006, UP035, UP045 - signatures as the document prints them; a path may be a ``Path`` all the same
# Annotations are evaluated, as those of the document are: ``inspect`` shows types, not texts.

import logging
import os
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from workforce_sim.terminal import printable

if TYPE_CHECKING:
    from orchestrator_dbt.checking import Checked
    from workforce_sim.config import Config

log = logging.getLogger("orchestrator_dbt")

DEFAULTS: Mapping[str, Any] = {
    "workforce": {"new_hire_termination_rate": 0.25},
    "eligibility": {"waiting_period_days": 365},
    "enrollment": {"auto_enrollment": {"hire_date_cutoff": "2024-01-01", "scope": "new_hires_only"}},
    "compensation": {"cola_rate": 0.025, "merit_pool": 0.03},
}
"""What the optional keys of the documented schema are when left out."""

DOCUMENTED: Mapping[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2029, "target_growth_rate": 0.03},
    **DEFAULTS,
    "workforce": {"total_termination_rate": 0.12, **DEFAULTS["workforce"]},
    "random_seed": 42,
}
"""The documented schema with its values: the configuration when none is given."""


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
        return deepcopy(dict(DOCUMENTED))
    found = _looked_at(_file(config_path))
    found.usable()
    return merged(DEFAULTS, found.renamed)


def validate_configuration(config: Dict[str, Any]) -> Tuple[bool, List[str]]:
    """Validates configuration structure and value ranges.

    Unknown keys and large year ranges are warned about. Never raises, and leaves the configuration as it is.

    Returns:
        Whether it is valid, and everything that is wrong with it, a line each.
    """
    try:
        errors = _looked_at(config).errors
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
        found = _looked_at(DOCUMENTED if config_path is None else _file(config_path))
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
) -> "Config":
    """Return the typed configuration of a run: unknown keys dropped, deprecated spellings translated.

    Args:
        source: path of a YAML file, whose paths count from its folder; a dictionary; or nothing, for the documented
            schema. It must be valid by itself.
        start_year: goes over the configuration's.
        end_year: goes over the configuration's; may equal the start year, for a run of one year.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: for anything wrong.
    """
    from workforce_sim.config import overridden  # noqa: PLC0415
    from workforce_sim.plan.loading import load_config  # noqa: PLC0415

    given = DOCUMENTED if source is None else source
    config = _looked_at(given if isinstance(given, Mapping) else _file(given)).usable()
    chosen = overridden(config, start_year=start_year, end_year=end_year)
    if chosen.simulation.years != config.simulation.years:
        _warn_of_many(chosen.simulation.years)
    return load_config(chosen)


def _warn_of_many(years: range) -> None:
    from orchestrator_dbt.checking import MANY_YEARS, large_range  # noqa: PLC0415

    if len(years) - 1 > MANY_YEARS:
        log.warning("%s", large_range(years[0], years[-1]))


def config_of_run(config_path: Any, *, start_year: int | None = None, end_year: int | None = None) -> "Config":
    """Return the typed configuration of a run, which has its census where it says.

    Raises:
        FileNotFoundError: when there is no such configuration file, or no such census file.
        ValueError: for anything wrong.
    """
    config = typed_config(config_path, start_year=start_year, end_year=end_year)
    lacking = _lacking(config)
    if lacking:
        raise FileNotFoundError(lacking)
    return config


def merged(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of what is given, with defaults for the keys that it leaves out, section by section."""
    result = {key: deepcopy(value) for key, value in given.items()}
    for key, default in defaults.items():
        if isinstance(default, Mapping):
            result[key] = merged(default, given.get(key) or {})
        else:
            result.setdefault(key, default)
    return result


def _file(config_path: Any) -> Path:
    """Return the path of a configuration file; nothing at all is no file."""
    from orchestrator_dbt.arguments import check_path  # noqa: PLC0415

    check_path(config_path)
    if not os.fspath(config_path):
        raise FileNotFoundError("config_path is empty: no such configuration file")
    return Path(config_path)


def _looked_at(source: Any) -> "Checked":
    """Check a file or a dictionary, and warn about what is only worth a word."""
    from orchestrator_dbt.checking import check, check_file  # noqa: PLC0415

    found = check_file(source) if isinstance(source, Path) else check(source)
    for line in found.advice:
        log.warning("%s", printable(line))
    return found


def _lacking(config: "Config") -> str:
    """Return what either engine would miss; nothing when all is there."""
    path = config.census.path
    return f"census.path: no such file ({path})" if path is not None and not Path(path).exists() else ""

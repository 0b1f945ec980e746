"""A configuration that can be simulated: read, and checked against the law of each of its years."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from workforce_sim.config import Config, read_config
from workforce_sim.errors import ConfigError
from workforce_sim.plan.legality import check_years


def load_config(source: str | os.PathLike[str] | Mapping[str, Any] | Config | None = None) -> Config:
    """Return a checked configuration.

    Args:
        source: path of a YAML file, which must hold the required keys itself; a dict in the same form; a configuration,
            returned as it is; or nothing, for the documented defaults. Relative paths in a file count from its folder.

    Raises:
        ConfigError: for anything wrong in the source, all problems at once; for an integrated formula beyond permitted
            disparity in a year of the run.
        FileNotFoundError: when there is no such file.
        TypeError: for any other kind of source.
    """
    config = read_config(source)
    try:
        check_years(config)
    except ConfigError as error:
        where = f"{source}: " if isinstance(source, (str, os.PathLike)) else ""
        raise ConfigError(f"{where}{error}") from None
    return config

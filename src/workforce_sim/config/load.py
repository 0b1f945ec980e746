"""A configuration from a YAML file, a dict or nothing; every problem at once, with its place.

A problem reads ``file:line:column: key.path: what (got value)``, one a line; without a file it starts at the key path.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workforce_sim.config.actions import Actions
from workforce_sim.config.changing import changed_data
from workforce_sim.config.document import MAX_BYTES, Node, Problem, read_yaml
from workforce_sim.config.drawing import wrong_assumptions
from workforce_sim.config.problems import MAX_LINES, found_in, report, shown
from workforce_sim.config.repair import Repair
from workforce_sim.config.root import Config
from workforce_sim.errors import ConfigError

MAX_LOOKS = 4
"""How often a configuration is read, each time without what was wrong before, to find what that hid."""

DOCUMENTED: Mapping[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2029, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12, "new_hire_termination_rate": 0.25},
    "random_seed": 42,
}
"""What holds when no configuration is given; all the rest are the defaults of the models."""


def read_config(source: str | os.PathLike[str] | Mapping[str, Any] | Config | None = None) -> Config:
    """Return a checked configuration.

    Args:
        source: path of a YAML file, which must hold the required keys itself; a dict in the same form; a configuration,
            returned as it is; or nothing, for the documented defaults. Relative paths in a file count from its folder.

    Raises:
        ConfigError: for anything wrong in the source, all problems at once.
        FileNotFoundError: when there is no such file.
        TypeError: for any other kind of source.
    """
    if isinstance(source, Config):
        return source
    if source is None or isinstance(source, Mapping):
        return _from_data(DOCUMENTED if source is None else source)
    if isinstance(source, (str, os.PathLike)):
        return _from_file(Path(source))
    raise TypeError(f"a configuration is a path, a dict or a Config, not {type(source).__name__}")


def overridden(
    config: Config, *, start_year: int | None = None, end_year: int | None = None, seed: int | None = None
) -> Config:
    """Return the configuration with other years or another seed, checked again; None leaves a value as it is."""
    changes = {"simulation.start_year": start_year, "simulation.end_year": end_year, "random_seed": seed}
    return with_changes(config, {key: value for key, value in changes.items() if value is not None})


def with_changes(config: Config, changes: Mapping[str, Any]) -> Config:
    """Return the configuration with other values at some keys, checked again.

    Args:
        config: what to start from.
        changes: values by dotted key, such as ``{"compensation.cola_rate": 0.03}``.

    Raises:
        ConfigError: when the result cannot be used.
    """
    if not changes:
        return config
    return _from_data(changed_data(config, changes))


def _from_data(data: Mapping[str, Any]) -> Config:
    config, problems = checked(dict(data), None)
    if config is None:
        raise ConfigError(report(problems, None))
    return config


def _from_file(path: Path) -> Config:
    root, problems = read_yaml(content(path))
    config, found = (None, []) if root is None else checked(root.value, root)
    if config is None or problems:
        raise ConfigError(report([*problems, *found], str(path)))
    try:
        return beside(config, path.resolve().parent)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def checked(data: Any, root: Node | None) -> tuple[Config | None, list[Problem]]:
    """Return the configuration, or all that is wrong: what one problem hides is found with that one repaired."""
    repair = Repair(data)
    problems: list[Problem] = []
    for _ in range(MAX_LOOKS):
        try:
            config = Config.model_validate(repair.data)
            problems += [wrong for wrong in wrong_assumptions(config, root) if not repair.explains(wrong)]
            return (None if problems else config), problems
        except ValidationError as error:
            problems += [problem for problem in found_in(error, root) if not repair.explains(problem)]
            if len(problems) > MAX_LINES:
                break
            repair.mend(error)
    return None, problems


def content(path: Path) -> bytes:
    """Return the bytes of a configuration file, and one more than is allowed of a longer one."""
    try:
        mode = path.stat().st_mode
        data = _beginning(path) if stat.S_ISREG(mode) else b""
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last for a path with a NUL in it
        raise FileNotFoundError(f"{path}: no such configuration file") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(mode):
        what = "a folder, not a configuration file" if stat.S_ISDIR(mode) else "not a file; save it as one"
        raise ConfigError(f"{path}: {what}")
    return data


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def beside(config: Config, folder: Path) -> Config:
    """Return the configuration with the paths in it counted from a folder.

    Raises:
        ConfigError: for a path that begins with ``~`` where no home folder is known.
    """
    changes = {}
    for name in ("census", "output"):
        section = getattr(config, name)
        if section.path is not None:
            path = folder / _at_home(f"{name}.path", section.path)
            changes[name] = section.model_copy(update={"path": str(path)})
    if config.actions.acquisitions:
        changes["actions"] = _acquired_beside(config.actions, folder)
    return config.model_copy(update=changes)


def _acquired_beside(actions: Actions, folder: Path) -> Actions:
    """Return the actions with the files of acquired employers counted from a folder."""
    found = [
        one.model_copy(update={"census": str(folder / _at_home("actions.acquisitions", one.census))})
        for one in actions.acquisitions
    ]
    return actions.model_copy(update={"acquisitions": tuple(found)})


def _at_home(key: str, text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ConfigError(f"{key}: no home folder is known for {shown(Path(text).parts[0])}; write it out") from None

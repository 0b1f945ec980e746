"""A file of named scenarios, each told by its differences from one configuration.

.. code-block:: yaml

    extends: today.yaml
    scenarios:
      today: {}
      stretch: {plan.match: {preset: stretch}}
      earlier:
        eligibility: {waiting_period_days: 30}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workforce_sim.config import Config
from workforce_sim.config.changing import flattened
from workforce_sim.config.document import read_yaml
from workforce_sim.config.load import content
from workforce_sim.ensembles.sweeping import laid_over
from workforce_sim.errors import ConfigError
from workforce_sim.plan.loading import load_config

_KEYS = {"extends", "scenarios"}


@dataclass(frozen=True)
class ScenarioFile:
    """Scenarios as a file has them.

    Attributes:
        base: the configuration that they extend.
        changes: by name of the scenario, values by dotted key.
    """

    base: Config
    changes: Mapping[str, Mapping[str, Any]]

    def configs(self) -> dict[str, Config]:
        """Return the configuration of each scenario.

        Raises:
            ConfigError: for one that cannot be.
        """
        return {name: self.config(name) for name in self.changes}

    def config(self, name: str) -> Config:
        """Return the configuration of one scenario.

        Raises:
            ConfigError: for one that cannot be.
        """
        try:
            return laid_over(self.base, self.changes[name])
        except ConfigError as error:
            raise ConfigError(f"scenario {name}: {error}") from None


def scenario_file(path: Path) -> ScenarioFile | None:
    """Return the scenarios of a file; None for a file that holds a configuration.

    Raises:
        ConfigError: for a file that cannot be read, or has other keys than ``extends`` and ``scenarios``.
        FileNotFoundError: when there is no such file.
    """
    root, problems = read_yaml(content(path))
    data = None if root is None or problems else root.value
    if not isinstance(data, Mapping) or "scenarios" not in data:
        return None
    return ScenarioFile(load_config(path.parent / _base(path, data)), _scenarios(path, data["scenarios"]))


def _base(path: Path, data: Mapping[str, Any]) -> str:
    unknown = sorted(set(map(str, data)) - _KEYS)
    if unknown:
        raise ConfigError(f"{path}: {unknown[0]}: unknown; a file of scenarios has extends and scenarios")
    base = data.get("extends")
    if not isinstance(base, str):
        raise ConfigError(f"{path}: extends: name the configuration file that the scenarios change")
    return base


def _scenarios(path: Path, found: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(found, Mapping) or not found:
        raise ConfigError(f"{path}: scenarios: expected names with their differences, such as stretch: {{...}}")
    wrong = [str(name) for name, changes in found.items() if changes is not None and not isinstance(changes, Mapping)]
    if wrong:
        raise ConfigError(f"{path}: scenarios.{wrong[0]}: expected keys with their values, or {{}} for none")
    return {str(name): dict(by_key(changes or {})) for name, changes in found.items()}


def by_key(changes: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Yield sections key by key; a dotted key has its value as a whole."""
    for name, value in changes.items():
        inside = isinstance(value, Mapping) and "." not in str(name)
        yield from flattened(value, str(name)) if inside else ((str(name), value),)

"""A design: a configuration with some levers moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workforce_sim.config import Config, with_changes
from workforce_sim.config.written import yaml_text
from workforce_sim.ensembles.sweeping import refuse_uncertain
from workforce_sim.errors import ConfigError, RequestError
from workforce_sim.plan.loading import load_config
from workforce_sim.studies.explore.controls import AS_CONFIGURED, CONTROLS, Control, Slider, Value

LONGEST = 40
"""Letters of the name of a design."""

BY_YEAR = "differs by year in the configuration"
DRAWN = "drawn anew for each simulation"


@dataclass(frozen=True)
class Setting:
    """A lever as the configuration has it.

    Attributes:
        control: the lever.
        value: where it stands; None for a table of values, that moving it replaces by one.
        fixed: why it cannot be moved; nothing where it can.
    """

    control: Control
    value: Value | None
    fixed: str = ""


def settings(config: Config) -> dict[str, Setting]:
    """Return all levers by name, as a configuration has them."""
    return {name: _setting(config, control) for name, control in CONTROLS.items()}


def _setting(config: Config, control: Control) -> Setting:
    try:
        refuse_uncertain(config, control.keys)
        found = control.configured(config)
    except RequestError:
        return Setting(control, control.usual, DRAWN)
    except ConfigError:  # no value at the key: its section is a table by year, or left out
        return Setting(control, control.usual, "" if control.usual is not None else BY_YEAR)
    return Setting(control, control.usual if found is None else found)


@dataclass(frozen=True)
class ExploredDesign:
    """What a user chose.

    Attributes:
        name: as the user calls it.
        moved: the levers that are not where the configuration has them, by name.
        config: the configuration with them.
        changes: what they change in it, by dotted key.
    """

    name: str
    moved: Mapping[str, Value]
    config: Config
    changes: Mapping[str, Any]

    def written(self, base: Config) -> str:
        """Return the design as a configuration file: what ``base`` sets, and what was changed."""
        head = [f"{self.name}: changed in the explorer", *(f"  {line}" for line in self.told())]
        return yaml_text(base, self.changes, head)

    def told(self) -> list[str]:
        """Return what was moved, in words."""
        return [f"{CONTROLS[name].label}: {shown(CONTROLS[name], value)}" for name, value in self.moved.items()]


def shown(control: Control, value: Value | None) -> str:
    """Return the value of a lever as people read it."""
    if isinstance(control, Slider):
        return "as configured" if value is None else f"{value:g}%"
    return "As configured" if value in (None, AS_CONFIGURED) else control.choices[str(value)][0]


def design(base: Config, known: Mapping[str, Setting], asked: Any) -> ExploredDesign:
    """Return the design that a request asks for: ``{"name": ..., "moved": {lever: value}}``.

    Raises:
        RequestError: for anything else, a lever that is fixed or unknown, or a value that it does not have.
        ConfigError: for levers that cannot be so together.
    """
    if not isinstance(asked, Mapping) or not isinstance(asked.get("moved"), Mapping):
        raise RequestError('expected a design: {"name": "...", "moved": {"default_rate": 6}}')
    name = str(asked.get("name") or "").strip()
    if not name or len(name) > LONGEST or not name.isprintable():
        raise RequestError(f"name of a design: expected 1 to {LONGEST} letters")
    moved = {name: _value(known.get(str(name)), str(name), value) for name, value in asked["moved"].items()}
    changes = {key: value for part in _changes(known, moved) for key, value in part.items()}
    return ExploredDesign(name, moved, load_config(with_changes(base, changes)), changes)


def _value(setting: Setting | None, name: str, value: Any) -> Value:
    if setting is None:
        raise RequestError(f"{name:.40}: no such lever; there are {', '.join(CONTROLS)}")
    control = setting.control
    if setting.fixed:
        raise RequestError(f"{control.label}: {setting.fixed}; change it there")
    if isinstance(control, Slider):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not control.low <= value <= control.high:
            raise RequestError(f"{control.label}: expected {control.low:g} to {control.high:g}, in percent")
        return round(float(value), 4)
    if not isinstance(value, str) or value not in control.choices:
        raise RequestError(f"{control.label}: expected one of {', '.join(control.choices)}")
    return value


def _changes(known: Mapping[str, Setting], moved: Mapping[str, Value]) -> Iterator[Mapping[str, Any]]:
    """Yield what each moved lever changes, a choice before the levers that it needs."""
    now = {name: moved.get(name, setting.value) for name, setting in known.items()}
    for name, control in CONTROLS.items():
        choice, values = control.needs
        told = name in moved or choice in moved
        value = now[name]
        if told and value not in (None, AS_CONFIGURED) and (not choice or now[choice] in values):
            yield control.changes(value)

"""Scenarios as given: each loaded, and all with the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workforce_sim.config import Config
from workforce_sim.errors import ConfigError, RequestError
from workforce_sim.plan.loading import load_config
from workforce_sim.wording import ABSENT, value_text

CENSUS_PATH = ("path", "size")
"""Keys of ``census`` that choose one: ignored if a census is given."""


def loaded(scenarios: Mapping[str, Any], baseline: str | None, *, given: bool) -> dict[str, Config]:
    """Return the configurations by name, the baseline first; ``given`` says whether a census is given beside them.

    Raises:
        RequestError: for fewer than two, or a baseline that is not among them.
        ConfigError: for configurations that cannot be used, or that differ in what must be the same.
    """
    configs = {name: _loaded(name, scenarios[name]) for name in _names(scenarios, baseline)}
    _refuse_other_draws(configs, given=given)
    return configs


def _names(scenarios: Mapping[str, Any], baseline: str | None) -> list[str]:
    """Return the names, the baseline first."""
    names = list(scenarios)
    if len(names) < 2 or not all(map(_is_name, names)):
        raise RequestError(f"give two scenarios or more, each with a name (got {len(names)})")
    first = names[0] if baseline is None else baseline
    if first not in names:
        raise RequestError(f"baseline: no scenario is named {first!r}; there are {', '.join(names)}")
    return [first, *(name for name in names if name != first)]


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip())


def _loaded(name: str, config: Any) -> Config:
    try:
        return load_config(config)
    except ConfigError as error:
        raise ConfigError("\n".join(f"scenario {name}: {line}" for line in str(error).split("\n"))) from None


def _refuse_other_draws(configs: Mapping[str, Config], *, given: bool) -> None:
    """Raise ``ConfigError`` when scenarios differ in what must be the same, all problems at once."""
    (first, base), *others = configs.items()
    known = _drawn_from(base, given=given)
    problems = [
        f"{key}: {value_text(value)} in {name}, {value_text(known.get(key, ABSENT))} in {first}"
        for name, config in others
        for key, value in _drawn_from(config, given=given).items()
        if value != known.get(key, ABSENT)
    ]
    if problems:
        why = "all scenarios use the same random draws, so give them the same seed, years and census; these differ:"
        raise ConfigError("\n  ".join([why, *problems]))


def _drawn_from(config: Config, *, given: bool) -> dict[str, Any]:
    """Return what must be the same in all scenarios, by key."""
    census = config.census.model_dump(mode="json", by_alias=True)
    idle = CENSUS_PATH if given else ("size",) if config.census.path is not None else ()
    used = {name: value for name, value in census.items() if name not in idle}
    asked = config.simulation
    years = {f"simulation.{end}": getattr(asked, end) for end in ("start_year", "end_year")}
    years["simulation.opening_date"] = asked.opening_date if asked.opening.month > 1 else None
    return {"random_seed": config.random_seed, **years, **{f"census.{name}": value for name, value in used.items()}}

"""Notes about settings that have no effect, or less than they ask for: notes of a run and of a check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workforce_sim.config import Config
from workforce_sim.config.drawing import Drawing
from workforce_sim.config.effect.given import Given, given, years_of
from workforce_sim.config.effect.less import laid_off_by_nobody, lessened
from workforce_sim.config.effect.live import Live, live
from workforce_sim.config.effect.workforce import planned_years
from workforce_sim.dates import plan_year

MAX_KEYS = 10
"""How many keys a note names."""

ON_BY_DEFAULT = ("enrollment.escalation.enabled",)
"""Switches that are on without being set, and reported when another key makes them idle."""

AT_START = (
    "eligibility.excluded_scope",
    "enrollment.auto_enrollment.unknown_opt_outs",
    "enrollment.escalation.census_source",
    "enrollment.match_response.before",
)
"""Keys that are read once, at the start, so that a later year's value has no effect."""


_PROMOTION = "promotion.date"
DATES = (
    *("compensation.cola_date", "compensation.merit_date", "compensation.range_lift_date", _PROMOTION),
    *("compensation.other_pay[].date", "enrollment.escalation.date"),
)
"""Days of each year, MM-DD; promotions into vacancies alone come later where theirs is before the opening."""


def effect_notes(drawing: Drawing, replicate: int, *, census: bool = False) -> tuple[str, ...]:
    """Return the notes about the settings of a replicate.

    Only keys that are set to another value than their default are reported, and escalation, which is on by default. Who
    gives a census to a run knows that it takes the place of the configuration's.

    Args:
        drawing: the configuration, ready to be drawn.
        replicate: its number.
        census: whether the census is given to the run, in place of that of the configuration.
    """
    config = drawing.of(replicate)
    found, keys = live(config, given=census), list(given(config))
    return (
        *_idle(found, (key for key in _told(config, keys) if not (census and key.startswith("census.")))),
        *_idle_draws(drawing.config, found),
        *_outside(config, found, keys),
        *_late(config, keys),
        *_before_opening(config, found),
        *lessened(config, found),
        *laid_off_by_nobody(config),
        *_planned_outside(config),
    )


def idle(config: Config, keys: Iterable[str]) -> tuple[str, ...]:
    """Return notes about those of these keys that have no effect in a configuration, with the reason."""
    return tuple(_idle(live(config), keys))


def _planned_outside(config: Config) -> Iterator[str]:
    """Yield a note for each list of planned changes with years that the run does not come to."""
    years = config.simulation.years
    for key, planned in planned_years(config).items():
        late = [f"{key}[{at}]" for at, year in enumerate(planned) if year not in years]
        if late:
            yield f"{_names(late)}: no effect, because the run is from {years.start} to {years[-1]}"


def idle_draws(config: Config) -> tuple[str, ...]:
    """Return the notes about keys that are drawn, but have no effect while the rest is as it is written."""
    return tuple(_idle_draws(config, live(config)))


def _idle_draws(config: Config, found: Live) -> Iterator[str]:
    return _idle(found, (entry.key for entry in config.uncertainty.assumptions), "uncertainty.assumptions: ")


def _told(config: Config, keys: Iterable[Given]) -> Iterator[str]:
    """Yield the keys that are reported when they have no effect; a switch that is off asks for none."""
    for key in keys:
        off = key.key.endswith(".enabled") and not key.value
        if not off and (key.is_set or (key.key in ON_BY_DEFAULT and config.plan.enabled)):
            yield key.key


def _idle(found: Live, keys: Iterable[str], before: str = "") -> Iterator[str]:
    """Yield a note for each reason, with the keys that have no effect for it."""
    by_reason: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):
        why = found.why_not(key)
        if why is not None and not _within(key, by_reason.get(why, [])):
            by_reason.setdefault(why, []).append(key)
    yield from (f"{before}{_names(idle)}: no effect, because {why}" for why, idle in by_reason.items())


def _names(keys: list[str]) -> str:
    more = len(keys) - MAX_KEYS
    return ", ".join(keys[:MAX_KEYS]) + (f" and {more:,} more" if more > 0 else "")


def _within(key: str, others: list[str]) -> bool:
    return any(key.startswith((f"{other}.", f"{other}[")) for other in others)


def _outside(config: Config, found: Live, keys: Iterable[Given]) -> Iterator[str]:
    """Yield a note for each table by year that has years which the run does not come to."""
    for key in keys:
        years = years_of(key.value)
        if years and found.why_not(key.key) is None:
            idle = _idle_years(config, key.key, years)
            if idle:
                first, last = config.simulation.start_year, config.simulation.end_year
                named = _names([str(year) for year in idle])
                yield f"{key.key}: no effect in {named}: the run covers {first} to {last}"


def _late(config: Config, keys: Iterable[Given]) -> Iterator[str]:
    """Yield a note for each table by year of a key that only the start year reads."""
    for key in keys:
        later = [year for year in years_of(key.value) if year > config.simulation.start_year]
        if key.key in AT_START and later:
            yield f"{key.key}: no effect in {_names([str(year) for year in later])}: only the start year's counts"


def _before_opening(config: Config, found: Live) -> Iterator[str]:
    """Yield a note of the dates that a short first year no longer comes to."""
    year = plan_year(config.simulation, config.simulation.start_year)
    if not year.short:
        return
    dates = [key for key in given(config.at(year.year)) if key.key in DATES and isinstance(key.value, str)]
    early = dict.fromkeys(key.key for key in dates if year.day(key.value) < year.first)
    named = [key for key in early if found.why_not(key) is None and not (key == _PROMOTION and config.fills_vacancies)]
    if named:
        yield f"{_names(named)}: no effect in {year.year}: before simulation.opening_date"


def _idle_years(config: Config, key: str, years: list[int]) -> list[int]:
    """Return the years of a table whose values are never in force."""
    first, last = config.simulation.start_year, config.simulation.end_year
    if key.startswith("plan.limits.overrides."):  # each holds for its year; pay of the year before decides, too
        return [year for year in years if not first - 1 <= year <= last]
    in_force = max(year for year in years if year <= first)
    return [year for year in years if year > last or year < in_force]

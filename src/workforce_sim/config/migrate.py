"""A configuration of the database pipeline that came before, in the words of this one.

Every setting is either translated or dropped with a reason; units are those that the old names say, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from workforce_sim.config.changing import flattened
from workforce_sim.config.document import read_yaml
from workforce_sim.config.load import content, read_config
from workforce_sim.config.migrate_core import translate_core
from workforce_sim.config.migrate_match import translate_conditions, translate_match
from workforce_sim.config.migrate_old import Found, value_at
from workforce_sim.config.migrate_promotion import translate_promotion
from workforce_sim.config.problems import report
from workforce_sim.errors import ConfigError
from workforce_sim.wording import counted

Translate = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _percent(value: Any) -> Any:
    return round(value / 100, 6)


MOVES: Mapping[str, tuple[str, Translate]] = {
    "simulation.start_year": ("simulation.start_year", _same),
    "simulation.end_year": ("simulation.end_year", _same),
    "simulation.target_growth_rate": ("simulation.target_growth_rate", _same),
    "simulation.random_seed": ("random_seed", _same),
    "random_seed": ("random_seed", _same),
    "workforce.total_termination_rate": ("workforce.total_termination_rate", _same),
    "workforce.new_hire_termination_rate": ("workforce.new_hire_termination_rate", _same),
    "workforce.part_time_new_hire_pct": ("hiring.part_time_share", _same),
    "compensation.cola_rate": ("compensation.cola_rate", _same),
    "compensation.cola_rate_percent": ("compensation.cola_rate", _percent),
    "compensation.merit_budget": ("compensation.merit_pool", _same),
    "compensation.merit_pool": ("compensation.merit_pool", _same),
    "compensation.merit_budget_percent": ("compensation.merit_pool", _percent),
    "compensation.promotion_compensation.max_cap_pct": ("promotion.max_increase", _same),
    "compensation.promotion_compensation.max_cap_amount": ("promotion.max_amount", _same),
    "eligibility.waiting_period_days": ("eligibility.waiting_period_days", _same),
    "eligibility.minimum_age": ("eligibility.minimum_age", _same),
    "eligibility.new_hire_ineligible_pct": ("eligibility.excluded_share", _same),
    "plan_eligibility.minimum_age": ("eligibility.minimum_age", _same),
    "dc_plan.eligibility_months": ("eligibility.waiting_period_months", _same),
    "enrollment.auto_enrollment.enabled": ("enrollment.auto_enrollment.enabled", _same),
    "enrollment.auto_enrollment.window_days": ("enrollment.auto_enrollment.window_days", _same),
    "enrollment.auto_enrollment.default_deferral_rate": ("enrollment.auto_enrollment.default_deferral_rate", _same),
    "enrollment.auto_enrollment.scope": ("enrollment.auto_enrollment.scope", _same),
    "enrollment.auto_enrollment.hire_date_cutoff": ("enrollment.auto_enrollment.hire_date_cutoff", _same),
    "enrollment.auto_enrollment.opt_out_rates.target": ("enrollment.auto_enrollment.opt_out", _same),
    "enrollment.match_magnet.snap_probability": ("enrollment.match_seeking", _same),
    "enrollment.match_magnet.max_deferral_rate": ("enrollment.max_deferral", _same),
    "dc_plan.max_voluntary_deferral_percent": ("enrollment.max_deferral", _same),  # a fraction, in spite of its name
    "deferral_auto_escalation.enabled": ("enrollment.escalation.enabled", _same),
    "deferral_auto_escalation.effective_day": ("enrollment.escalation.date", _same),
    "deferral_auto_escalation.increment_amount": ("enrollment.escalation.increment", _same),
    "deferral_auto_escalation.maximum_rate": ("enrollment.escalation.cap", _same),
    "deferral_auto_escalation.first_escalation_delay_years": ("enrollment.escalation.delay_years", _same),
    "deferral_match_response.upward_participation_rate": ("enrollment.match_response.below", _same),
    "deferral_match_response.downward_participation_rate": ("enrollment.match_response.above", _same),
    "setup.census_parquet_path": ("census.path", _same),
    "dc_plan.auto_enroll": ("enrollment.auto_enrollment.enabled", _same),
    "dc_plan.auto_enroll_window_days": ("enrollment.auto_enrollment.window_days", _same),
    "dc_plan.auto_enroll_scope": ("enrollment.auto_enrollment.scope", _same),
    "dc_plan.auto_enroll_hire_date_cutoff": ("enrollment.auto_enrollment.hire_date_cutoff", _same),
    "dc_plan.default_deferral_percent": ("enrollment.auto_enrollment.default_deferral_rate", _percent),
    "dc_plan.auto_escalation": ("enrollment.escalation.enabled", _same),
    "dc_plan.escalation_rate_percent": ("enrollment.escalation.increment", _percent),
    "dc_plan.escalation_cap_percent": ("enrollment.escalation.cap", _percent),
    "dc_plan.escalation_effective_day": ("enrollment.escalation.date", _same),
    "dc_plan.escalation_delay_years": ("enrollment.escalation.delay_years", _same),
    "dc_plan.match_magnet_probability": ("enrollment.match_seeking", _same),
}
"""Settings that have a place here: their dotted key, and how their value is said."""

SWITCHES: Mapping[str, tuple[str, Any]] = {
    "enrollment.match_magnet.enabled": ("enrollment.match_seeking", 0.0),
    "dc_plan.match_magnet_enabled": ("enrollment.match_seeking", 0.0),
    "deferral_match_response.enabled": ("enrollment.match_response", {"below": 0.0, "above": 0.0}),
    "deferral_match_response.downward_enabled": ("enrollment.match_response.above", 0.0),
}
"""Switches whose ``false`` says something; their ``true`` is what the settings beside them say."""

BY_HAND: Mapping[str, str] = {
    "compensation.promotion_increase": "write promotion.increase; the old system took 0.125 for not set",
    "compensation.promotion_distribution_range": "write promotion.increase; the old system took 0.05 for not set",
    "compensation.promotion_rate_multiplier": "write promotion.base_rate and its factors",
    "compensation.promotion_compensation.level_overrides": "promotion.increase is one range for all levels",
    "compensation.new_hire_comp_multiplier_default": "write workforce.levels, with pay percentiles",
    "compensation.new_hire_comp_multipliers": "write workforce.levels, with pay percentiles",
    "deferral_auto_escalation.hire_date_cutoff": "escalation ignores the hire date; see enrollment.escalation.scope",
    "dc_plan.escalation_hire_date_cutoff": "escalation ignores the hire date; see enrollment.escalation.scope",
    "deferral_match_response": "participants move to the new full-match rate, not part of the way",
    "dc_plan": "write it under enrollment and plan",
    "eligibility.new_hire_eligibility_match_census": "write eligibility.excluded_share as the census has it",
    "employer_core_contribution": "write plan.nonelective, by service, points, age or integrated",
    "employer_match": "write plan.match, with tiers, by_tenure, by_service or by_points",
    "enrollment.auto_enrollment.opt_out_rates": "write enrollment.auto_enrollment.opt_out, by age and pay",
    "enrollment.auto_enrollment.voluntary_enrollment_rate": (
        "a factor on the old system's own shares, not a share: write enrollment.election, by age and pay"
    ),
    "dc_plan.voluntary_enrollment_rate": (
        "a factor on the old system's own shares, not a share: write enrollment.election, by age and pay"
    ),
    "enrollment.proactive_enrollment": "an election comes before the automatic date: write enrollment.election",
    "enrollment.voluntary_enrollment": "write enrollment.election and enrollment.deferral_rates, by age and pay",
    "enrollment.year_over_year_conversion": "write enrollment.conversion, one share a year",
    "new_hire": "write workforce.levels and hiring.ages",
}
"""Settings that change results and are to be written by hand, by the longest beginning of their key."""

LEFT_OUT: Mapping[str, str] = {
    "scenario_id": "a run is named by its folder",
    "plan_design_id": "a run is named by its folder",
    "compensation.growth_target": "of the old system's calibration",
    "compensation.growth_tolerance": "of the old system's calibration",
    "compensation.calculation_methodology": "of the old system's reports",
    "compensation.promotion_budget": "the old system never read it",
    "compensation.promotion_compensation": "the old system never read it",
    "compensation.promotion_compensation.distribution_range": "another setting says it",
    "compensation.promotion_compensation.base_increase_pct": "another setting says it",
    "compensation.promotion_compensation.advanced.normal_std_dev": "only for increases that are drawn normally",
    "enrollment.auto_enrollment.opt_out_grace_period": "an opt-out comes on the day of automatic enrollment",
    "dc_plan.auto_enroll_opt_out_grace_period": "an opt-out comes on the day of automatic enrollment",
    "enrollment.auto_enrollment.opt_out_rates.by_age": "the old system never read it",
    "enrollment.auto_enrollment.opt_out_rates.by_income": "the old system never read it",
    "enrollment.auto_enrollment.plan_overrides": "the old system never read it",
    "enrollment.proactive_enrollment.timing_distribution": "the old system never read it",
    "enrollment.proactive_enrollment.probability_by_demographics": "the old system never read it",
    "enrollment.voluntary_enrollment.timing_distribution": "the old system never read it",
    "enrollment.timing": "the old system never read it",
    "enrollment.multi_year": "the old system never read it",
    "enrollment.performance": "how a run is carried out is said on the command line",
    "plan_eligibility.waiting_period_days": "the old system never read it",
    "new_hire_compensation": "the old system never read it; write workforce.levels",
    "raise_timing": "the old system never read it; write compensation.merit_date",
    "event_calendar": "the old system never read it",
    "plan_year": "the plan year is the calendar year",
    "deferral_auto_escalation.require_active_enrollment": "only participants are escalated",
    "setup": "of the old system's own database",
    "optimization": "how a run is carried out is said on the command line",
    "orchestrator": "how a run is carried out is said on the command line",
    "resource_management": "how a run is carried out is said on the command line",
    "multi_year": "how a run is carried out is said on the command line",
    "ops": "how a run is carried out is said on the command line",
    "ensemble": "an ensemble is asked for, not configured",
    "storage": "of the old system's own database",
    "corporate_network": "no network is used",
    "employee_id_generation": "ids of hires are NH-YYYY-NNNNNN",
    "deferral_rates": "participants keep the rates of the census",
    "deferral_baseline": "the old system never read it",
}
"""Settings that change nothing, by the longest beginning of their key."""

UNKNOWN = "nothing here corresponds to it; see whether results depend on it"


@dataclass
class Migration:
    """What became of an old configuration.

    Attributes:
        config: ours, as nested tables.
        translated: old and new key of each setting that has a place here.
        changing: key of each that changes results and has no place, and what to write by hand.
        unknown: key of each that nobody knows here, and that.
        without_effect: key of each that changes nothing, and why.
    """

    config: dict[str, Any] = field(default_factory=dict)
    translated: list[tuple[str, str]] = field(default_factory=list)
    changing: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    without_effect: list[tuple[str, str]] = field(default_factory=list)

    @property
    def dropped(self) -> list[tuple[str, str]]:
        """All that has no place here, what changes results first."""
        return [*self.changing, *self.unknown, *self.without_effect]

    def put(self, old: str, new: str, value: Any) -> None:
        """Set a key of ours; a setting said twice keeps what was said last, as the old system did."""
        *sections, name = new.split(".")
        place = self.config
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = value
        self.told(old, new)

    def told(self, old: str, new: str) -> None:
        """Tell of a setting that has had its say in what was put at a key of ours."""
        if (old, new) not in self.translated:
            self.translated.append((old, new))

    def value(self, new: str) -> Any:
        """Return what was put at a key of ours; None for nothing."""
        return value_at(self.config, new)

    def remove(self, new: str) -> None:
        """Take back what was put at a key of ours."""
        section, _, name = new.rpartition(".")
        del value_at(self.config, section)[name]

    def by_hand(self, old: str, why: str) -> None:
        """Tell of what changes results and has to be written by hand."""
        self.changing.append((old, why))

    def left_out(self, old: str, why: str) -> None:
        """Tell of what changes nothing."""
        self.without_effect.append((old, why))

    def knows(self, old: str) -> bool:
        """Return whether something was said of a setting, or of a table that it stands in."""
        said = {key for key, _ in [*self.translated, *self.dropped]}
        parts = old.split(".")
        return any(".".join(parts[:n]) in said for n in range(1, len(parts) + 1))

    def report(self) -> list[str]:
        """Return what is to be printed: what changes results first, what changes nothing last and in few lines."""
        return [
            *_listed("changes results: write these by hand", _grouped(self.changing)),
            *_listed("not known here", self.unknown),
            "translated",
            *(f"  {old} -> {to}" for old, to in self.translated),
            "",
            *_listed("changes nothing", _grouped(self.without_effect)),
        ]

    def text(self) -> str:
        """Return our configuration as YAML."""
        return yaml.safe_dump(self.config, sort_keys=False, allow_unicode=True)

    def problems(self) -> list[str]:
        """Return what our configuration lacks, or has that cannot be used; nothing when it is good."""
        try:
            read_config(self.config)
        except ConfigError as error:
            return str(error).split("\n")
        return []


def migrated_file(path: Path) -> Migration:
    """Translate a YAML file of the old system.

    Raises:
        ConfigError: for a file that cannot be read, is not YAML, or no table.
        FileNotFoundError: when there is no such file.
    """
    root, problems = read_yaml(content(path))
    if root is None or problems:
        raise ConfigError(report(problems, str(path)))
    if not isinstance(root.value, Mapping) or not root.value:
        raise ConfigError(f"{path}: holds no table of settings")
    return migrated(root.value)


_OF_FORMULAS = ("employer_match.", "dc_plan.match_", "dc_plan.tenure_", "dc_plan.points_")
_OF_CORE = ("employer_core_contribution.", "dc_plan.core_")


def migrated(old: Mapping[str, Any]) -> Migration:
    """Translate a configuration of the old system; of every setting, or the table it stands in, something is said."""
    found = Migration()
    settings = dict(flattened(old))
    _wholes(old, settings, found)
    for key in sorted((key for key in settings if not found.knows(key)), key=lambda key: key.startswith("dc_plan.")):
        if key not in SWITCHES:
            _move(key, settings[key], found)
    _switch(settings, found)
    if "eligibility.new_hire_ineligible_pct" in settings:
        found.put("eligibility.new_hire_ineligible_pct", "eligibility.excluded_scope", "hires")
    return found


_PARTS: tuple[tuple[Callable[[Mapping[str, Any], Found], None], tuple[str, ...]], ...] = (
    (translate_match, _OF_FORMULAS),
    (translate_conditions, _OF_FORMULAS),
    (translate_core, _OF_CORE),
    (translate_promotion, ("compensation.promotion_",)),
)
"""What is translated as a whole, and the beginnings of its keys."""


def _wholes(old: Mapping[str, Any], settings: Mapping[str, Any], found: Migration) -> None:
    """Translate what several settings say together; of a table of another shape tell that it cannot be read."""
    for translate, starts in _PARTS:
        try:
            translate(old, found)
        except (TypeError, ValueError, AttributeError, KeyError):
            for key in settings:
                if key.startswith(starts) and not found.knows(key):
                    found.by_hand(key, "cannot be read as the old system wrote it")


def _move(key: str, value: Any, found: Migration) -> None:
    """Put one setting where it belongs, or say why it has no place here."""
    new, translate = MOVES.get(key, ("", _same))
    said = _said(translate, value) if new and value is not None else None
    if said is not None:
        found.put(key, new, said)
        return
    why, changes = _reason(key, value)
    (found.unknown if why == UNKNOWN else found.changing if changes else found.without_effect).append((key, why))


def _said(translate: Translate, value: Any) -> Any:
    """Return a value as we say it; nothing for one of another kind, such as text where a percentage belongs."""
    try:
        return translate(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _switch(settings: Mapping[str, Any], found: Migration) -> None:
    for key, (new, off) in SWITCHES.items():
        if key not in settings:
            continue
        if settings[key] is False:
            found.put(key, new, off)
        else:
            found.told(key, new)


_NO_CHANGE: Mapping[str, Any] = {
    "compensation.promotion_increase": 0.125,
    "compensation.promotion_distribution_range": 0.05,
    "compensation.promotion_rate_multiplier": 1.0,
    "eligibility.new_hire_eligibility_match_census": False,
    "enrollment.auto_enrollment.voluntary_enrollment_rate": 1.0,
    "dc_plan.voluntary_enrollment_rate": 1.0,
}
"""Values with which a setting changes nothing."""


def _reason(key: str, value: Any) -> tuple[str, bool]:
    """Return why a setting has no place here, and whether it changes results: by the longest beginning of its key."""
    if key.startswith((*_OF_FORMULAS, *_OF_CORE)):
        return "not the formula in force", False
    parts = key.split(".")
    for start in (".".join(parts[:n]) for n in range(len(parts), 0, -1)):
        if start in LEFT_OUT:
            return LEFT_OUT[start], False
        if start in BY_HAND:
            return BY_HAND[start], value is not None and _NO_CHANGE.get(key, ...) != value
    return UNKNOWN, True


def _listed(title: str, lines: list[tuple[str, str]]) -> list[str]:
    return [title, *(f"  {key}: {why}" for key, why in lines), ""] if lines else []


def _grouped(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return one line for each section and reason, with the number of settings where it has several."""
    groups: dict[tuple[str, str], list[str]] = {}
    for key, why in lines:
        groups.setdefault((key.split(".")[0], why), []).append(key)
    return [(_group(keys), why) for (_, why), keys in groups.items()]


def _group(keys: list[str]) -> str:
    """Return a key, or what several begin with and how many they are."""
    if len(keys) == 1:
        return keys[0]
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*(key.split(".") for key in keys), strict=False))
    return f"{'.'.join(parts[0] for parts in shared)} ({counted(len(keys), 'setting')})"

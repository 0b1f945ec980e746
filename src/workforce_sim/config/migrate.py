"""A configuration of the database pipeline that came before, in the words of this one.

Every setting is either translated or dropped with a reason; units are those that the old names say, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from workforce_sim.config.changing import flattened
from workforce_sim.config.document import read_yaml
from workforce_sim.config.load import content, read_config
from workforce_sim.config.problems import report
from workforce_sim.errors import ConfigError

Translate = Callable[[Any], Any]

_FORMULAS = {
    "simple_match": "simple",
    "tiered_match": "tiered",
    "stretch_match": "stretch",
    "safe_harbor_basic": "safe_harbor_basic",
    "safe_harbor_enhanced": "safe_harbor_enhanced",
    "qaca_match": "qaca",
    "qaca": "qaca",
}


def _same(value: Any) -> Any:
    return value


def _percent(value: Any) -> Any:
    return round(value / 100, 6)


def _months(value: Any) -> Any:
    return round(30 * value)


def _formula(value: Any) -> Any:
    return _FORMULAS.get(value)


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
    "compensation.promotion_compensation.max_cap_percentage": ("promotion.max_increase", _same),
    "compensation.promotion_compensation.max_cap_amount": ("promotion.max_amount", _same),
    "eligibility.waiting_period_days": ("eligibility.waiting_period_days", _same),
    "eligibility.minimum_age": ("eligibility.minimum_age", _same),
    "eligibility.new_hire_ineligible_pct": ("eligibility.excluded_share", _same),
    "plan_eligibility.minimum_age": ("eligibility.minimum_age", _same),
    "dc_plan.eligibility_months": ("eligibility.waiting_period_days", _months),
    "enrollment.auto_enrollment.enabled": ("enrollment.auto_enrollment.enabled", _same),
    "enrollment.auto_enrollment.window_days": ("enrollment.auto_enrollment.window_days", _same),
    "enrollment.auto_enrollment.default_deferral_rate": ("enrollment.auto_enrollment.default_deferral_rate", _same),
    "enrollment.auto_enrollment.scope": ("enrollment.auto_enrollment.scope", _same),
    "enrollment.auto_enrollment.hire_date_cutoff": ("enrollment.auto_enrollment.hire_date_cutoff", _same),
    "enrollment.auto_enrollment.opt_out_rates.target": ("enrollment.auto_enrollment.opt_out", _same),
    "enrollment.auto_enrollment.voluntary_enrollment_rate": ("enrollment.election", _same),
    "enrollment.match_magnet.snap_probability": ("enrollment.match_seeking", _same),
    "enrollment.match_magnet.max_deferral_rate": ("enrollment.max_deferral", _same),
    "deferral_auto_escalation.enabled": ("enrollment.escalation.enabled", _same),
    "deferral_auto_escalation.effective_day": ("enrollment.escalation.date", _same),
    "deferral_auto_escalation.increment_amount": ("enrollment.escalation.increment", _same),
    "deferral_auto_escalation.maximum_rate": ("enrollment.escalation.cap", _same),
    "deferral_auto_escalation.first_escalation_delay_years": ("enrollment.escalation.delay_years", _same),
    "deferral_match_response.upward_participation_rate": ("enrollment.match_response.below", _same),
    "deferral_match_response.downward_participation_rate": ("enrollment.match_response.above", _same),
    "employer_match.active_formula": ("plan.match.preset", _formula),
    "employer_match.eligibility.minimum_tenure_years": ("plan.match.minimum_service_years", _same),
    "employer_match.eligibility.require_active_at_year_end": ("plan.match.last_day", _same),
    "employer_match.eligibility.minimum_hours_annual": ("plan.match.minimum_hours", _same),
    "employer_core_contribution.contribution_rate": ("plan.nonelective.rate", _same),
    "employer_core_contribution.eligibility.minimum_tenure_years": ("plan.nonelective.minimum_service_years", _same),
    "employer_core_contribution.eligibility.require_active_at_year_end": ("plan.nonelective.last_day", _same),
    "employer_core_contribution.eligibility.minimum_hours_annual": ("plan.nonelective.minimum_hours", _same),
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
    "dc_plan.core_contribution_rate_percent": ("plan.nonelective.rate", _percent),
}
"""Settings that have a place here: their dotted key, and how their value is said."""

SWITCHES: Mapping[str, tuple[str, Any]] = {
    "enrollment.match_magnet.enabled": ("enrollment.match_seeking", 0.0),
    "deferral_match_response.enabled": ("enrollment.match_response", {"below": 0.0, "above": 0.0}),
    "employer_core_contribution.enabled": ("plan.nonelective", {"kind": "none"}),
    "dc_plan.core_enabled": ("plan.nonelective", {"kind": "none"}),
    "dc_plan.match_enabled": ("plan.match", {"preset": "none"}),
}
"""Switches whose ``false`` says something; their ``true`` is what the settings beside them say."""

REASONS: Mapping[str, str] = {
    "scenario_id": "a run is named by its folder",
    "plan_design_id": "a run is named by its folder",
    "enrollment.auto_enrollment.opt_out_grace_period": "an opt-out comes on the day of automatic enrollment",
    "enrollment.auto_enrollment.opt_out_rates": "write enrollment.auto_enrollment.opt_out, by age and pay",
    "enrollment.proactive_enrollment": "an election comes before the automatic date: write enrollment.election",
    "enrollment.voluntary_enrollment": "write enrollment.election and enrollment.deferral_rates, by age and pay",
    "enrollment.year_over_year_conversion": "write enrollment.conversion, one share a year",
    "deferral_match_response": "participants move to the new full-match rate, not part of the way",
    "deferral_auto_escalation": "escalation follows enrollment.escalation",
    "employer_match": "write plan.match, with tiers, by_tenure, by_service or by_points",
    "employer_core_contribution": "write plan.nonelective, by service, points, age or integrated",
    "compensation": "write promotion.increase, promotion.base_rate and their factors",
    "new_hire": "write workforce.levels and hiring.ages",
    "new_hire_compensation": "the old system never read it; write workforce.levels",
    "raise_timing": "the old system never read it; write compensation.merit_date",
    "plan_year": "the plan year is the calendar year",
    "setup": "of the old system's own database",
    "optimization": "how a run is carried out is said on the command line",
    "orchestrator": "how a run is carried out is said on the command line",
    "resource_management": "how a run is carried out is said on the command line",
    "multi_year": "how a run is carried out is said on the command line",
    "ensemble": "an ensemble is asked for, not configured",
    "storage": "of the old system's own database",
    "corporate_network": "no network is used",
    "employee_id_generation": "ids of hires are NH-YYYY-NNNNNN",
    "deferral_rates": "participants keep the rates of the census",
    "deferral_baseline": "the old system never read it",
    "dc_plan": "write it under enrollment and plan",
}
"""Why settings have no place here, by the longest beginning of their key."""


@dataclass
class Migration:
    """What became of an old configuration.

    Attributes:
        config: ours, as nested tables.
        translated: old and new key of each setting that has a place here.
        dropped: key of each that has none, and why.
    """

    config: dict[str, Any] = field(default_factory=dict)
    translated: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)

    def put(self, old: str, new: str, value: Any) -> None:
        """Set a key of ours; a setting said twice keeps what was said last, as the old system did."""
        *sections, name = new.split(".")
        place = self.config
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = value
        self.translated.append((old, new))

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


def migrated(old: Mapping[str, Any]) -> Migration:
    """Translate a configuration of the old system; every setting is in one of the two lists."""
    found = Migration()
    settings = dict(flattened(old))
    for key, value in settings.items():
        if key in SWITCHES:
            continue
        new, translate = MOVES.get(key, ("", _same))
        said = _said(translate, value) if new and value is not None else None
        if said is None:
            found.dropped.append((key, _reason(key)))
        else:
            found.put(key, new, said)
    if "rate" in found.config.get("plan", {}).get("nonelective", {}):
        found.config["plan"]["nonelective"]["kind"] = "flat"
    _switch(settings, found)
    return found


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
            found.translated.append((key, new))


def _reason(key: str) -> str:
    """Return why a setting has no place here: the reason of the longest beginning of its key."""
    parts = key.split(".")
    beginnings = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((REASONS[start] for start in beginnings if start in REASONS), "nothing here corresponds to it")

"""The core contribution of the old system: its kind, its schedule, integration with Social Security, its conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workforce_sim.config.migrate_match import conditions
from workforce_sim.config.migrate_old import NO_SCHEDULE, Found, Old, bands, first_of, value_at

_CORE = {
    "graded_by_service": ("service", "by_service", "graded_schedule"),
    "points_based": ("points", "by_points", "points_schedule"),
    "age_banded": ("age", "by_age", "age_schedule"),
}
"""Kinds of core contribution: ours, its table, and the old schedule."""


def translate_core(old: Old, found: Found) -> None:
    """Translate the core contribution in force, with its conditions."""
    block = "employer_core_contribution"
    key, enabled = first_of(old, "dc_plan.core_enabled", f"{block}.enabled")
    status_key, status = first_of(old, "dc_plan.core_status", f"{block}.status")
    off = enabled is False or status == "none"
    if off:
        found.put(key if enabled is False else status_key, "plan.nonelective", {"kind": "none"})
        return
    if enabled is not None:
        found.told(key, "plan.nonelective")
    if status in _CORE:
        _graded_core(old, found, status_key, status)
    else:
        _flat_core(old, found, status_key, status)
    _integration(old, found)
    conditions(old, found, block, "core")


def _graded_core(old: Old, found: Found, status_key: str, status: str) -> None:
    kind, table, schedule = _CORE[status]
    key, rows = first_of(old, f"dc_plan.core_{schedule}", f"employer_core_contribution.{schedule}")
    if rows is None:
        found.by_hand(status_key, f"{status}: {NO_SCHEDULE}; write plan.nonelective.{table}")
        return
    found.put(status_key, "plan.nonelective.kind", kind)
    found.put(
        key, f"plan.nonelective.{table}", [{"from": start, "rate": _core_rate(row)} for start, row in bands(rows)]
    )


def _core_rate(row: Mapping[str, Any]) -> float:
    """Return the share of pay of a row: ``contribution_rate`` is a fraction, ``rate`` a percentage."""
    share = row.get("contribution_rate")
    return round(float(row.get("rate", 0)) / 100 if share is None else share, 6)


def _flat_core(old: Old, found: Found, status_key: str, status: Any) -> None:
    key, rate = first_of(old, "dc_plan.core_contribution_rate_percent", "employer_core_contribution.contribution_rate")
    if status not in (None, "flat"):
        found.by_hand(status_key, "not a status of the old system: write plan.nonelective")
        return
    if rate is None:
        return
    found.put(key, "plan.nonelective.kind", "flat")
    found.put(key, "plan.nonelective.rate", round(rate / 100, 6) if key.startswith("dc_plan") else rate)
    if status is not None:
        found.put(status_key, "plan.nonelective.kind", "flat")


_INTEGRATION = ("enabled", "level_mode", "level_value", "disparity_rate", "disparity_rate_percent")


def _integration(old: Old, found: Found) -> None:
    """Translate integration with Social Security, which here goes with a flat rate alone."""
    studio = value_at(old, "dc_plan.core_integration_enabled") is not None
    prefix = "dc_plan.core_integration_" if studio else "employer_core_contribution.integration."
    said = {name: value_at(old, f"{prefix}{name}") for name in _INTEGRATION}
    keys = [f"{prefix}{name}" for name, value in said.items() if value is not None]
    if not said["enabled"]:
        for key in keys:
            found.left_out(key, "integration is off")
        return
    flat, rule = found.value("plan.nonelective.kind") == "flat", _integrated(said)
    if rule is None or not flat:
        why = "beside a schedule" if rule else "of this level"
        found.by_hand(keys[0], f"integration {why} has no place here: see plan.nonelective.integrated")
        return
    base = found.value("plan.nonelective.rate")
    found.remove("plan.nonelective.rate")
    found.put(keys[0], "plan.nonelective.kind", "integrated")
    for key in keys:
        found.put(key, "plan.nonelective.integrated", {"base_rate": base, **rule})


def _integrated(said: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the excess rate and the level; None for a level that is not known."""
    percents, value = said["disparity_rate_percent"], said["level_value"]
    excess = {"excess_rate": round(percents / 100, 6) if percents is not None else said["disparity_rate"] or 0.0}
    levels: dict[str, dict[str, float]] = {"ss_wage_base": {"level_share": 1.0}}
    if value is not None:
        levels |= {
            "percent_of_ss_wage_base": {"level_share": round(value / 100, 6)},
            "fixed_dollar": {"level": float(value)},
        }
    level = levels.get(said["level_mode"] or "ss_wage_base")
    return None if level is None else excess | level

"""Raises on promotion of the old system: a middle and what lies around it, said in one of two places."""

from __future__ import annotations

from typing import Any

from workforce_sim.config.migrate_old import Found, Old, value_at

_NOT_SET = {"promotion_increase": 0.125, "promotion_distribution_range": 0.05}
"""Values that the old system takes for not set: then those of ``promotion_compensation`` hold."""


def translate_promotion(old: Old, found: Found) -> None:
    """Translate the increase on promotion."""
    block = "compensation.promotion_compensation"
    middle_key, middle = _set_or(old, "promotion_increase", f"{block}.base_increase_pct")
    width_key, width = _set_or(old, "promotion_distribution_range", f"{block}.distribution_range")
    kind = value_at(old, f"{block}.distribution_type")
    if middle is not None or width is not None:
        middle, width = 0.20 if middle is None else middle, 0.05 if width is None else width
        width = 0.0 if kind == "deterministic" else width
        ends = {"lowest": round(max(0.0, middle - width), 6), "highest": round(min(1.0, middle + width), 6)}
        for key in dict.fromkeys((middle_key, width_key)):
            if value_at(old, key) is not None:
                found.put(key, "promotion.increase", ends)
    if kind == "normal":
        found.by_hand(
            f"{block}.distribution_type", "increases are drawn evenly between promotion.increase.lowest and highest"
        )
    elif kind is not None:
        found.told(f"{block}.distribution_type", "promotion.increase")


def _set_or(old: Old, name: str, nested: str) -> tuple[str, Any]:
    """Return where the old system finds a part of the increase, and what; percents as fractions."""
    percents = value_at(old, f"compensation.{name}_percent")
    flat = value_at(old, f"compensation.{name}")
    if flat is not None and flat != _NOT_SET[name]:
        return f"compensation.{name}", flat
    if flat is None and percents is not None and percents / 100 != _NOT_SET[name]:
        return f"compensation.{name}_percent", percents / 100
    return nested, value_at(old, nested)

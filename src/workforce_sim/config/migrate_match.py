"""The match of the old system: which formula was in force, its bands, its conditions.

What ``dc_plan`` says goes over the block ``employer_match``, and a formula that the file defines over one that is known
by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workforce_sim.config.migrate_old import NO_SCHEDULE, Found, Old, bands, first_of, value_at
from workforce_sim.config.plan_values import presets

PRESETS = {
    "simple": "simple",
    "simple_match": "simple",
    "tiered": "tiered",
    "tiered_match": "tiered",
    "enhanced_tiered": "tiered",
    "stretch": "stretch",
    "stretch_match": "stretch",
    "safe_harbor": "safe_harbor_basic",
    "safe_harbor_basic": "safe_harbor_basic",
    "safe_harbor_match": "safe_harbor_basic",
    "safe_harbor_enhanced": "safe_harbor_enhanced",
    "qaca": "qaca",
    "qaca_match": "qaca",
    "qaca_safe_harbor": "qaca",
}
"""Formulas of the old system by name, and ours."""

_GRADED = {
    "graded_by_service": ("by_service", ("dc_plan.match_graded_schedule",)),
    "tenure_based": ("by_service", ("dc_plan.tenure_match_tiers", "employer_match.tenure_match_tiers")),
    "tenure_graded": (
        "by_tenure",
        ("dc_plan.tenure_graded_bands", "employer_match.tenure_graded_bands"),
    ),
    "points_based": ("by_points", ("dc_plan.points_match_tiers", "employer_match.points_match_tiers")),
}
"""Ways in which a match depends on the person: our key, and where the old tables stand."""


def translate_match(old: Old, found: Found) -> None:
    """Translate the formula in force."""
    if value_at(old, "dc_plan.match_enabled") is False:
        found.put("dc_plan.match_enabled", "plan.match", {"preset": "none"})
        return
    key, status = first_of(old, "dc_plan.match_status", "employer_match.employer_match_status")
    if status not in (None, "deferral_based", *_GRADED):
        found.by_hand(key, "not a status of the old system: write plan.match")
    if status in _GRADED:
        _graded_match(old, found, key, status)
    elif value_at(old, "dc_plan.match_tiers"):
        cap = value_at(old, "dc_plan.match_cap_percent")
        _tiers(found, "dc_plan.match_tiers", value_at(old, "dc_plan.match_tiers"), cap)
        if cap is not None:
            found.told("dc_plan.match_cap_percent", "plan.match.tiers")
    else:
        _named_match(old, found)
    if status == "deferral_based":
        found.told(key, "plan.match")


def _graded_match(old: Old, found: Found, key: str, status: str) -> None:
    ours, places = _GRADED[status]
    place, rows = first_of(old, *places)
    if rows is None and status == "tenure_graded":
        ours, (place, rows) = "by_service", first_of(old, *_GRADED["tenure_based"][1])
    if rows is None:
        found.by_hand(key, f"{status}: {NO_SCHEDULE}; write plan.match.{ours}")
        return
    convert = _tenure_tiers if ours == "by_tenure" else _one_rate(ours, percents=place.startswith("employer_match"))
    found.put(place, f"plan.match.{ours}", [{"from": start, **convert(row)} for start, row in bands(rows)])
    found.told(key, f"plan.match.{ours}")


def _tenure_tiers(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"tiers": _ours(row.get("tiers") or [], None) or [{"up_to": 1.0, "rate": 0.0}]}


def _one_rate(ours: str, *, percents: bool) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return the conversion of a row of one rate up to a share of pay.

    Where the old file has percents they are percents; ``dc_plan`` has them as fractions too, and the old system took
    match rates up to 2 and shares of pay up to 1 for fractions.
    """

    def convert(row: Mapping[str, Any]) -> dict[str, Any]:
        rate, most = row.get("match_rate"), row.get("max_deferral_pct", 6)
        if rate is None:
            rate = row.get("rate", 0) / 100
        elif percents or rate > 2:
            rate = rate / 100
        return {"rate": round(rate, 4), "max": round(most / 100 if percents or most > 1 else most, 4) or 0.0001}

    return convert


def _named_match(old: Old, found: Found) -> None:
    """Translate a formula that is named: as the file defines it, or as the name is known."""
    key, name = first_of(old, "dc_plan.match_template", "employer_match.active_formula")
    if name is None:
        return
    formulas = value_at(old, "employer_match.formulas")
    defined = formulas.get(name) if isinstance(formulas, Mapping) else None
    tiers = _defined(defined) if isinstance(defined, Mapping) else None
    preset = PRESETS.get(str(name))
    if tiers and not (preset and tiers == presets("match")[preset]["tiers"]):
        found.put(f"employer_match.formulas.{name}", "plan.match.tiers", tiers)
        found.told(key, "plan.match.tiers")
        if defined is not None and defined.get("type") in ("safe_harbor", "qaca"):
            found.by_hand(
                f"employer_match.formulas.{name}.type", "write plan.testing.safe_harbor: true if the plan is one"
            )
    elif preset and (tiers or defined is None):
        found.put(key, "plan.match.preset", preset)
        if tiers:
            found.told(f"employer_match.formulas.{name}", "plan.match.preset")
    else:
        why = (
            "is not defined in the file and not known here"
            if defined is None
            else "is of a kind that is not known here"
        )
        found.by_hand(key, f"this formula {why}, so that the default, safe_harbor_basic, holds: write plan.match")


def _defined(formula: Mapping[str, Any]) -> list[dict[str, float]]:
    """Return the tiers of a formula that the file defines; none of a kind that is not known."""
    rate, most = formula.get("match_rate"), formula.get("max_match_percentage")
    if formula.get("tiers"):
        return _ours(formula["tiers"], most)
    return [{"up_to": round(most, 4), "rate": round(rate, 4)}] if rate is not None and most else []


def _tiers(found: Found, key: str, rows: Sequence[Mapping[str, Any]], cap: float | None) -> None:
    tiers = _ours(rows, cap)
    if tiers:
        found.put(key, "plan.match.tiers", tiers)
    else:
        found.by_hand(key, "tiers without an upper end: write plan.match.tiers")


def _ours(rows: Sequence[Mapping[str, Any]], cap: float | None) -> list[dict[str, float]]:
    """Return tiers in our words, cut where the match comes to ``cap`` of pay; slices without a match have rate 0."""
    found: list[dict[str, float]] = []
    paid, reached = 0.0, 0.0
    for row in sorted(rows, key=lambda row: row.get("employee_max", 0)):
        low, high, rate = row.get("employee_min", reached), row.get("employee_max", 0), row.get("match_rate", 0)
        if low > reached:
            found.append({"up_to": round(low, 4), "rate": 0.0})
        if cap is not None and rate and paid + (high - low) * rate > cap:
            high = low + (cap - paid) / rate
        paid, reached = paid + (high - low) * rate, high
        if round(high, 4) > round(low, 4):
            found.append({"up_to": round(high, 4), "rate": round(rate, 4)})
        if cap is not None and paid >= cap - 1e-9:
            break
    return found


_CONDITIONS = {
    "minimum_tenure_years": ("min_tenure_years", "minimum_service_years"),
    "minimum_hours_annual": ("min_hours_annual", "minimum_hours"),
    "require_active_at_year_end": ("require_year_end_active", "last_day"),
}
"""Conditions of the old blocks, in ``dc_plan``, and here."""

_OLD_RULE = (
    "false: its conditions are left out; the old system then asked for 1,000 hours and employment on December 31 all "
    "the same: write plan.match.minimum_hours and last_day for that"
)

_EXCEPTIONS = ("allow_new_hires", "allow_terminated_new_hires", "allow_experienced_terminations")


def translate_conditions(old: Old, found: Found) -> None:
    """Translate the conditions of the match, which hold where the file applies them, or ``dc_plan`` sets one."""
    studio = [f"dc_plan.match_{name}" for name, _ in _CONDITIONS.values()] + [f"dc_plan.match_{n}" for n in _EXCEPTIONS]
    if value_at(old, "employer_match.apply_eligibility") is True or any(
        value_at(old, key) is not None for key in studio
    ):
        conditions(old, found, "employer_match", "match")
        if value_at(old, "employer_match.apply_eligibility") is not None:
            found.told("employer_match.apply_eligibility", "plan.match")
        return
    if value_at(old, "employer_match.apply_eligibility") is False:
        found.by_hand("employer_match.apply_eligibility", _OLD_RULE)
    if value_at(old, "employer_match.eligibility"):
        found.left_out("employer_match.eligibility", "not applied, as apply_eligibility is not true")


def conditions(old: Old, found: Found, block: str, money: str) -> None:
    """Translate the conditions of employer contributions."""
    prefix, ours = ("match", "plan.match") if money == "match" else ("core", "plan.nonelective")
    places = {name: (f"dc_plan.{prefix}_{name}", f"{block}.eligibility.{name}") for name in _EXCEPTIONS}
    stays = {name: bool(first_of(old, *keys)[1]) for name, keys in places.items()}
    for name, (short, new) in _CONDITIONS.items():
        key, value = first_of(old, f"dc_plan.{prefix}_{short}", f"{block}.eligibility.{name}")
        if value is None:
            continue
        if new == "last_day":
            value = bool(value) and not (
                stays["allow_terminated_new_hires"] and stays["allow_experienced_terminations"]
            )
        found.put(key, f"{ours}.{new}", value)
    _exceptions(old, found, places, stays, block, prefix)


def _exceptions(
    old: Old, found: Found, places: Mapping[str, tuple[str, str]], stays: Mapping[str, bool], block: str, prefix: str
) -> None:
    """Tell of exceptions from the conditions that have no place here, where they except anybody."""
    last_day = first_of(
        old, f"dc_plan.{prefix}_require_year_end_active", f"{block}.eligibility.require_active_at_year_end"
    )[1]
    service = first_of(old, f"dc_plan.{prefix}_min_tenure_years", f"{block}.eligibility.minimum_tenure_years")[1]
    both = stays["allow_terminated_new_hires"] and stays["allow_experienced_terminations"]
    excepts = {"allow_new_hires": bool(service), **dict.fromkeys(_EXCEPTIONS[1:], bool(last_day) and not both)}
    for name, keys in places.items():
        key, value = first_of(old, *keys)
        if value is None:
            continue
        if value and excepts[name]:
            found.by_hand(
                key, "exceptions from the conditions of employer contributions are not modeled: nobody is exempt"
            )
        else:
            found.left_out(key, "excepts nobody here")

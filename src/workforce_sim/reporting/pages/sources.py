"""Where the defaults of the configuration come from, in a few words: the chapter on assumptions says it in full.

The longest beginning of a key counts. A test keeps what is cited here in ``docs/model/assumptions.md``.
"""

from __future__ import annotations

JUDGMENT = "default: judgment"
DOCUMENTED = "default: documented value"
NOT_USED = "default: left out or off"
HAS = "Vanguard, How America Saves"

SOURCES = {
    "terminations.rates": "default: Society of Actuaries, table 1549, 2003; retirement by judgment",
    "terminations.causes": "default: Society of Actuaries, Pri-2012; BLS JOLTS 2024; rest by judgment",
    "hiring.ages": "default: BLS, Employee Tenure in 2016; Current Population Survey 2025",
    "hiring": JUDGMENT,
    "promotion.increase": "default: Wilson Group, 2025",
    "promotion": JUDGMENT,
    "compensation.cola_rate": DOCUMENTED,
    "compensation.merit_pool": DOCUMENTED,
    "compensation": JUDGMENT,
    "eligibility.waiting_period_days": DOCUMENTED,
    "eligibility.minimum_age": "default: longest the law allows, IRC 410(a)(1)",
    "enrollment.auto_enrollment.enabled": f"default: {HAS} 2025; PSCA",
    "enrollment.auto_enrollment.default_deferral_rate": f"default: Fidelity 2023; {HAS} 2024",
    "enrollment.auto_enrollment.hire_date_cutoff": DOCUMENTED,
    "enrollment.auto_enrollment.scope": DOCUMENTED,
    "enrollment.auto_enrollment.opt_out": "default: Vanguard 2015",
    "enrollment.auto_enrollment": JUDGMENT,
    "enrollment.election": "default: Vanguard 2015; Madrian and Shea, 2001; shape by judgment",
    "enrollment.deferral_rates": "default: Vanguard 2012 data; shape by judgment",
    "enrollment.change": f"default: {HAS} 2024; Fidelity 2025; step by judgment",
    "enrollment.stop": "default: judgment; Fidelity 2025",
    "enrollment.escalation.enabled": f"default: {HAS} 2025; PSCA",
    "enrollment.escalation.increment": "default: IRC 414A",
    "enrollment.escalation.cap": "default: IRC 414A",
    "enrollment": JUDGMENT,
    "plan.match": JUDGMENT,
    "plan.vesting": "default: Vanguard 2021; PSCA 61st survey",
    "plan.roth": JUDGMENT,
    "plan.annual_return": JUDGMENT,
    "plan.forfeitures": JUDGMENT,
    "plan.limits": JUDGMENT,
    "workforce.new_hire_termination_rate": DOCUMENTED,
    "workforce.headcount": JUDGMENT,
    "workforce.max_hires_ratio": JUDGMENT,
}


def source_of(key: str) -> str:
    """Return where the default of a key comes from."""
    parts = key.split(".")
    names = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((SOURCES[name] for name in names if name in SOURCES), NOT_USED)

"""Names that are reserved for what this version does not simulate yet, and parts of the plan kept for later."""

from __future__ import annotations

NOT_SIMULATED_YET = frozenset(
    {
        "plan",
        "enrollment.auto_enrollment.enabled",
        "enrollment.auto_enrollment.window_days",
        "enrollment.auto_enrollment.default_deferral_rate",
        "enrollment.auto_enrollment.opt_out",
        "enrollment.election",
        "enrollment.deferral_rates",
        "enrollment.match_seeking",
        "enrollment.conversion",
        "enrollment.change",
        "enrollment.stop",
        "enrollment.max_deferral",
        "enrollment.escalation",
        "enrollment.match_response",
    }
)

"""Every event type, in the order within a day. What others need to know of one stands here and nowhere else."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.declared import EventType, causes_of

_COMING = ("simulation.target_growth_rate", "workforce.", "terminations.", "hiring.")
_PLANNED = ("actions.", "departments.", "census.known_exits")
_RANGES = ("workforce.levels", "hiring.range_growth")
_SALARY = ("salary_before_cents", "salary_after_cents")
_RATE = ("deferral_before_bp", "deferral_after_bp")

TERMINATION_CAUSES = ("voluntary", "involuntary", "retirement", "death", "disability", "reduction", "season_end")
HIRE_CAUSES = ("known", "seasonal", "acquisition")
OPTIONAL_SOURCES = ("profit_sharing", "discretionary_match")
SOURCES = ("match", "nonelective", *OPTIONAL_SOURCES)
"""Sources of employer contributions; a run has columns of the optional ones only where its plan has them."""

PAY_KINDS = ("bonus", "discretionary_bonus", "overtime", "commission")
"""Kinds of pay other than salary."""
STATUSES = ("continuing", "new_hire", "terminated", "new_hire_terminated")
EXCLUSIONS = ("none", "union", "nonresident_alien", "other")

EVENT_KINDS = (
    EventType(
        name="hire",
        words="hired",
        otherwise="hired at a different level or pay",
        sets=("salary_after_cents", "level_after"),
        causes=HIRE_CAUSES,
        keys=(*_COMING, *_PLANNED, "compensation.", "promotion."),
        enters=True,
    ),
    EventType(
        name="rehire",
        words="rehired",
        otherwise="rehired at a different level or pay",
        sets=("salary_after_cents", "level_after"),
        keys=("hiring.rehires", *_COMING, "compensation.", "promotion."),
        enters=True,
    ),
    EventType(
        name="leave_return",
        words="returned from leave",
        otherwise="returned from leave with other values",
        keys=("leave.",),
        lasting=True,
    ),
    EventType(
        name="leave_start",
        words="went on leave",
        otherwise="went on leave with other values",
        keys=("leave.",),
    ),
    EventType(
        name="eligibility",
        words="eligible",
        otherwise="eligible with other values",
        keys=("eligibility.", "plan.enabled"),
        lasting=True,
        in_plan=True,
    ),
    EventType(
        name="promotion",
        words="promoted",
        otherwise="different promotion increase",
        sets=(*_SALARY, "level_before", "level_after"),
        keys=("promotion.", *_COMING),
        amount_keys=("compensation.",),
    ),
    EventType(
        name="cola",
        words="cost-of-living increase",
        otherwise="different cost-of-living increase",
        sets=_SALARY,
        keys=("compensation.cola", "compensation.range_maximum"),
    ),
    EventType(
        name="range_lift",
        words="lifted to the minimum of the range",
        otherwise="different lift to the minimum of the range",
        sets=_SALARY,
        keys=("compensation.range_minimum", "compensation.range_lift_date", *_RANGES),
        amount_keys=("compensation.cola", "promotion."),
    ),
    EventType(
        name="merit",
        words="merit increase",
        otherwise="different merit increase",
        sets=_SALARY,
        keys=("compensation.merit", "compensation.ratings", "compensation.range_maximum"),
    ),
    EventType(
        name="other_pay",
        words="paid beside salary",
        otherwise="different pay beside salary",
        sets=("amount_cents",),
        causes=PAY_KINDS,
        keys=("compensation.other_pay",),
        amount_keys=("compensation.", "promotion."),
        often=True,
    ),
    EventType(
        name="enrollment",
        words="enrolled",
        otherwise="enrolled at a different rate",
        otherwise_caused="enrolled in a different way",
        sets=_RATE,
        causes=("election", "automatic", "conversion"),
        keys=("eligibility.", "enrollment.", "plan."),
        lasting=True,
        in_plan=True,
    ),
    EventType(
        name="opt_out",
        words="opted out",
        otherwise="opted out with other values",
        sets=("deferral_after_bp",),
        keys=("enrollment.auto_enrollment",),
        in_plan=True,
    ),
    EventType(
        name="rate_change",
        words="changed rate",
        otherwise="changed to a different rate",
        sets=_RATE,
        causes=("own", "match_response"),
        keys=("enrollment.change", "enrollment.match_response", "enrollment.max_deferral", "plan.match"),
        often=True,
        in_plan=True,
    ),
    EventType(
        name="escalation",
        words="escalated",
        otherwise="escalated to a different rate",
        sets=_RATE,
        keys=("enrollment.escalation", "enrollment.max_deferral"),
        in_plan=True,
    ),
    EventType(
        name="stop",
        words="stopped deferring",
        otherwise="stopped from a different rate",
        sets=_RATE,
        keys=("enrollment.stop",),
        in_plan=True,
    ),
    EventType(
        name="lump_sum",
        words="paid a lump sum",
        otherwise="different lump sum",
        sets=("amount_cents",),
        causes=("cola", "merit"),
        keys=("compensation.range_maximum", *_RANGES),
        amount_keys=("compensation.cola", "compensation.merit", "compensation.ratings"),
        often=True,
    ),
    EventType(
        name="termination",
        words="terminated",
        otherwise="terminated for a different cause",
        causes=TERMINATION_CAUSES,
        keys=(*_COMING, *_PLANNED),
        lasting=True,
    ),
    EventType(
        name="forfeiture",
        words="forfeited",
        otherwise="different forfeiture",
        sets=("amount_cents",),
        keys=("plan.vesting",),
        in_plan=True,
        follows=True,
    ),
)

EVENT_TYPES = tuple(kind.name for kind in EVENT_KINDS)
EVENT_CAUSES = causes_of(EVENT_KINDS)

EVENT_TYPE = pl.Enum(EVENT_TYPES)
EVENT_CAUSE = pl.Enum(EVENT_CAUSES)
STATUS = pl.Enum(STATUSES)
TERMINATION_CAUSE = pl.Enum(TERMINATION_CAUSES)
EXCLUSION = pl.Enum(EXCLUSIONS)

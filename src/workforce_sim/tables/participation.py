"""Who is in the plan: columns of the snapshot, and measures."""

from __future__ import annotations

import polars as pl

from workforce_sim.tables.counting import HEADS, PARTICIPANTS, STAYS, TAKES_PART, ratio
from workforce_sim.tables.declared import Column, Counts, Last, Positive, Reached
from workforce_sim.tables.event_types import EXCLUSION
from workforce_sim.tables.measuring import counted, employees, fraction

_ALL_BP = 10_000

MEMBERSHIP = (
    Column(
        "eligibility_date",
        pl.Date,
        "When eligible; null before that, and for the excluded",
        owner="eligibility",
        in_plan=True,
        state=Reached("eligibility", "eligible"),
        differs="eligible on a different day",
    ),
    Column(
        "long_term_part_time",
        pl.Boolean,
        "Eligible as a long-term part-time employee",
        owner="eligibility",
        in_plan=True,
        needs="hours",
        differs="long-term part-time or not",
        keys=("eligibility.",),
    ),
    Column(
        "union",
        pl.Boolean,
        "Union employee",
        owner="hire",
        in_plan=True,
        needs="classes",
        differs="union employee or not",
        keys=("eligibility.classes", "eligibility.excluded_classes"),
    ),
    Column(
        "excluded_class",
        EXCLUSION,
        "Reason of the class that is excluded from the plan; none for those not in one",
        owner="eligibility",
        in_plan=True,
        needs="classes",
        differs="excluded by class or not",
        keys=("eligibility.excluded_classes",),
    ),
    Column(
        "enrollment_date",
        pl.Date,
        "Latest enrollment since the start; null before",
        owner="enrollment",
        in_plan=True,
        differs="enrolled on a different day",
    ),
    Column(
        "enrolled",
        pl.Boolean,
        "Participates: defers at the end of the year or at termination",
        owner="enrollment, stop",
        in_plan=True,
        state=Positive("deferral_bp"),
        differs="in the plan or not",
        keys=("eligibility.", "enrollment.", "plan."),
    ),
    Column(
        "deferral_bp",
        pl.Int32,
        "Deferral rate last in force",
        "basis points",
        "enrollment and deferral events",
        lowest=0,
        highest=_ALL_BP,
        in_plan=True,
        state=Last("deferral_after_bp", starts=0),
        differs="different rate at the opening",
        keys=("enrollment.election", "enrollment.deferral_rates"),
    ),
)

PARTICIPATION = (
    employees(
        "eligible",
        "Active and eligible at year end",
        "eligibility",
        STAYS & pl.col("eligibility_date").is_not_null(),
        of_a_day=True,
        label="Eligible employees",
    ),
    employees(
        "long_term_part_time",
        "Active and eligible as long-term part-time employees at year end",
        "eligibility",
        STAYS & pl.col("long_term_part_time"),
        needs="hours",
        of_a_day=True,
        label="Long-term part-time employees",
    ),
    employees(
        "participants",
        "Active and deferring at year end",
        "plan",
        TAKES_PART,
        in_plan=True,
        of_a_day=True,
        label="Participants",
    ),
    fraction(
        "participation_rate",
        "Participants over eligible",
        "plan",
        ratio(PARTICIPANTS, pl.col("eligible")),
        in_plan=True,
        label="Participation: eligible employees",
    ),
    fraction(
        "participation_rate_all",
        "Participants over headcount",
        "plan",
        ratio(PARTICIPANTS, HEADS),
        in_plan=True,
        label="Participation: all employees",
    ),
    counted("enrollments", "Enrollments", Counts("enrollment"), in_plan=True),
    counted("opt_outs", "Opt-outs", Counts("opt_out"), in_plan=True),
    counted("escalations", "Automatic escalations", Counts("escalation"), in_plan=True),
    fraction(
        "average_deferral_rate",
        "Mean deferral rate of participants",
        "plan",
        ratio(pl.col("_deferral_bp"), 10_000 * PARTICIPANTS),
        in_plan=True,
        label="Average deferral rate",
    ),
)

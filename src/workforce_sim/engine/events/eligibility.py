"""Eligibility: when an employee may join the plan and is enrolled automatically; determined once, at hire.

Chapters: ``docs/model/eligibility.md``, ``docs/model/enrollment.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.eligibility import Eligibility
from workforce_sim.config.enrollment import AutoEnrollment
from workforce_sim.dates import NEVER, Days, Flags, day_number, plan_year
from workforce_sim.draws import Draws, Keys, Stream
from workforce_sim.engine.columns import FLAG, Array, Columns
from workforce_sim.engine.columns import Rows as Selected
from workforce_sim.engine.context import Year
from workforce_sim.engine.event import Rows, node
from workforce_sim.money import PPM, ppm
from workforce_sim.plan.classes import NO, NOT_SAID, YES, Applicants, Entry, Said, classes_of, entry_of
from workforce_sim.plan.entry import entry_dates


@node(
    adds={"becomes_eligible": (FLAG, "becomes eligible this year")},
    ledger=(Rows("eligibility", pl.col("becomes_eligible") != 0, "eligibility_date"),),
    snapshot={
        "eligibility_date": pl.when(pl.col("eligibility_date") <= pl.col("last_day")).then(pl.col("eligibility_date"))
    },
)
def eligibility(staff: Columns, year: Year) -> Mapping[str, Array]:
    """Add who becomes eligible: whose eligibility date falls in the year while employed."""
    date = staff["eligibility_date"]
    reached = (date >= year.first) & (date <= staff["last_day"]) & (staff["deferral_bp"] == 0)
    return {"becomes_eligible": reached.view(np.uint8)}


def excluded(person: Keys, section: Eligibility, seed: int) -> Flags:
    """Return who is excluded by a draw, permanently."""
    return Draws(seed, 0).of(person, Stream.EXCLUDED) < ppm(section.excluded_share) / PPM


def automatic_dates(
    eligible: Days, hire: Days, section: AutoEnrollment, start: int, unasked: Flags | None = None
) -> Days:
    """Return the dates of automatic enrollment on or after ``start``, the opening, or never.

    Only employees who have not participated, opted out or been excluded have a date. ``unasked`` are those not offered
    enrollment yet, however long ago their day was; without it no past day counts.
    """
    if not section.enabled:
        return np.full(len(eligible), NEVER, dtype=np.int32)
    new, past = hire >= day_number(section.hire_date_cutoff), past_due(eligible, hire, section, start)
    swept = ~new & section.everybody if unasked is None else np.where(new, past & unasked, section.everybody)
    date = np.where(eligible == NEVER, NEVER, eligible + np.where(eligible == NEVER, 0, section.window_days))
    asked = np.where(new & ~past, date, NEVER)
    return np.where(swept, np.maximum(date, start + section.window_days), asked).astype(np.int32)


def past_due(eligible: Days, hire: Days, section: AutoEnrollment, start: int) -> Flags:
    """Return who in scope by hire date would have been enrolled automatically before ``start``."""
    new = hire >= day_number(section.hire_date_cutoff)
    return np.asarray(section.enabled & new & (eligible < start - section.window_days))


def joined(people: Applicants, config: Config, stays: Flags | None = None) -> dict[str, Array]:
    """Return eligibility dates, never for those in an excluded class, and what runs with classes or hours keep.

    Args:
        people: of the census, or hires.
        config: in force at the opening, or in the year.
        stays: who takes part already, and so is excluded by no class.
    """
    section = config.eligibility
    if not config.provisions & {"classes", "hours"}:
        return {"eligibility_date": entry_dates(people.hire, people.birth, section, people.full_time)}
    found = classes_of(people, section)
    entry, out = entry_of(people, found, section), found.excluded if stays is None else found.excluded * ~stays
    return {
        "eligibility_date": np.where(out != 0, NEVER, entry.date),
        "long_term_part_time": entry.part_time.view(np.uint8),
        "lacks_hours": ((entry.date == NEVER) & (out == 0)).view(np.uint8),
        "union": found.union.view(np.uint8),
        "nonresident": found.nonresident.view(np.uint8),
        "class_level": people.level.astype(np.int16),
        "excluded_class": out.astype(np.uint8),
    }


def rules_of(staff: Columns, rows: Selected, year: Year) -> Entry:
    """Return when some existing employees may join by the rules of a year, and in which way; statuses stay theirs."""
    people, section = applicants_of(staff, rows, year), year.config.eligibility
    return entry_of(people, classes_of(people, section), section)


def applicants_of(staff: Columns, rows: Selected, year: Year) -> Applicants:
    """Return what entry of some employees depends on, with what is known of their statuses."""
    classes, nothing = "classes" in year.config.provisions, np.full(len(rows), NOT_SAID, dtype=np.uint8)
    return Applicants(
        hire=staff.served_since[rows],
        birth=staff["birth_date"][rows],
        full_time=staff["full_time_ppm"][rows].astype(np.int64),
        level=staff["class_level" if classes else "level"][rows],
        department=staff["department"][rows],
        levels=year.assumptions.names,
        departments=year.world.department_names,
        union=staff["union"][rows] if classes else nothing,
        nonresident=staff["nonresident"][rows] if classes else nothing,
    )


def of_hires(people: Applicants, person: Keys, year: Year, flagged: Flags | bool = False) -> dict[str, Array]:
    """Return the same of the year's hires; without a plan nobody has a date, nor who is flagged as excluded."""
    section = year.config.eligibility
    if not year.config.plan.enabled:
        return {"eligibility_date": np.full(len(person), NEVER, dtype=np.int32)}
    found = joined(people, year.config)
    out = excluded(person, section, year.config.random_seed) | flagged
    found["eligibility_date"] = np.where(out, NEVER, found["eligibility_date"])
    if "lacks_hours" in found:
        found["lacks_hours"] = np.where(out, 0, found["lacks_hours"]).astype(np.uint8)
    return found


def union_of_hires(department: Array, person: Keys, year: Year) -> Said:
    """Return what is said of the union status of hires: drawn by the share of their department in the census."""
    shares = year.world.union_shares
    if shares is None:
        return np.full(len(person), NOT_SAID, dtype=np.uint8)
    u = Draws(year.config.random_seed, 0).of(person, Stream.UNION)
    return np.where(u < shares[department] / PPM, YES, NO).astype(np.uint8)


def automatic_of_hires(eligible: Days, hire: Days, year: Year) -> Days:
    """Return the dates of automatic enrollment of the year's hires."""
    simulation = year.config.simulation
    start = plan_year(simulation, simulation.start_year).first
    return automatic_dates(eligible, hire, year.config.enrollment.auto_enrollment, start)

"""The plan's part of the first state: who takes part at the opening, and what the census says of their accounts."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.assumptions import Assumptions
from workforce_sim.config import Config
from workforce_sim.dates import NEVER, Days, Ints, PlanYear, day_number
from workforce_sim.draws import Draws, Stream
from workforce_sim.events.eligibility import automatic_dates, excluded
from workforce_sim.events.look_back import decide
from workforce_sim.money import PPM, half_up
from workforce_sim.plan.hce import FIVE_PERCENT_PPM
from workforce_sim.staff import Flags, Staff


def with_plan(staff: Staff, census: pl.DataFrame, assumptions: Assumptions) -> Staff:
    """Return the staff of a batch with the columns of the plan; ``identity`` is the row of the census."""
    config = assumptions.config
    if not config.plan.enabled:
        never = np.full(len(staff), NEVER, dtype=np.int32)
        return staff.with_columns(eligible=never, deferral=np.zeros(len(staff), dtype=np.int32))
    eligible = _eligible(staff, config)
    opted_out = census["opted_out"].fill_null(value=False).to_numpy()[staff.identity]
    deferral = staff.deferral
    if draws_participation(census):
        deferral = _drawn(staff, eligible, opted_out, assumptions)
    staff = staff.with_columns(eligible=eligible, deferral=deferral)
    last_year = PlanYear(config.simulation.start_year - 1)
    pay = _prior_pay(staff, census, last_year)
    return staff.with_columns(
        automatic=_automatic(staff, opted_out, config),
        follows=_follows(staff, config),
        match_balance=_amounts(census["match_balance_cents"])[staff.identity],
        nonelective_balance=_amounts(census["nonelective_balance_cents"])[staff.identity],
        **decide(pay, staff, last_year.last, last_year, assumptions),
    )


def draws_participation(census: pl.DataFrame) -> bool:
    """Return whether nobody in the census has a deferral rate, so that participation is drawn."""
    return census["deferral_bp"].null_count() == census.height


def owners(census: pl.DataFrame) -> Flags:
    """Return who owns more than 5 % of the employer."""
    return (census["owner_share_ppm"].fill_null(0) > FIVE_PERCENT_PPM).to_numpy()


def _amounts(column: pl.Series) -> Ints:
    return column.fill_null(0).to_numpy()


def _eligible(staff: Staff, config: Config) -> Days:
    """Return eligibility dates: participants of the census by the start, others unless excluded by chance."""
    start = np.int32(PlanYear(config.simulation.start_year).first)
    out = excluded(staff.person, config.eligibility, config.random_seed)
    waiting = np.where(out, NEVER, staff.eligible)
    return np.where(staff.deferral > 0, np.minimum(staff.eligible, start), waiting).astype(np.int32)


def _drawn(staff: Staff, eligible: Days, opted_out: Flags, assumptions: Assumptions) -> NDArray[np.int32]:
    """Return drawn deferral rates, 0 of those who do not take part."""
    config, start = assumptions.config, PlanYear(assumptions.config.simulation.start_year)
    age = staff.age(start.year)
    u = Draws(config.random_seed, start.year).of(staff.person, Stream.OPENING_PARTICIPATION)
    joins = (eligible < start.first) & ~opted_out & (u < assumptions.election.at(age, staff.salary) / PPM)
    rate = np.minimum(assumptions.deferral_rates.at(age, staff.salary), config.enrollment.max_deferral_bp)
    return np.where(joins, rate, 0).astype(np.int32)


def _automatic(staff: Staff, opted_out: Flags, config: Config) -> Days:
    """Return dates of automatic enrollment; never for participants and those who opted out."""
    start = PlanYear(config.simulation.start_year).first
    date = automatic_dates(staff.eligible, staff.hire, config.enrollment.auto_enrollment, start)
    return np.where((staff.deferral > 0) | opted_out, NEVER, date).astype(np.int32)


def _follows(staff: Staff, config: Config) -> Flags:
    """Return which participants of the census count as enrolled automatically."""
    section = config.enrollment
    source, takes_part = section.escalation.census_source, staff.deferral > 0
    if not section.auto_enrollment.enabled or source == "none":
        return np.zeros(len(staff), dtype=bool)
    new = staff.hire >= day_number(section.auto_enrollment.hire_date_cutoff)
    return takes_part if source == "all" else takes_part & new


def _prior_pay(staff: Staff, census: pl.DataFrame, year: PlanYear) -> Ints:
    """Return pay of the year before the start: of the census, else the opening salary for the days employed."""
    days = year.last - np.maximum(staff.hire, np.int32(year.first)).astype(np.int64) + 1
    estimate = half_up(staff.salary * days, year.days)
    known = census["prior_year_pay_cents"]
    if known.null_count() == len(known):
        return estimate
    missing = known.is_null().to_numpy()[staff.identity]
    return np.where(missing, estimate, _amounts(known)[staff.identity])

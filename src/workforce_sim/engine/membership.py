"""The plan's part of the first state: who participates at the opening, and account data of the census."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workforce_sim.config import Config
from workforce_sim.config.workforce import Simulation
from workforce_sim.dates import NEVER, Days, Flags, Ints, PlanYear, day_number, plan_year
from workforce_sim.draws import Draws, Stream
from workforce_sim.engine.assumptions import Assumptions
from workforce_sim.engine.columns import Array, Columns
from workforce_sim.engine.event import with_arrays
from workforce_sim.engine.events import look_back
from workforce_sim.engine.events.eligibility import automatic_dates, excluded, past_due
from workforce_sim.engine.state import ages_on_first_day
from workforce_sim.money import PPM, half_up
from workforce_sim.plan.hce import FIVE_PERCENT_PPM


def with_plan(
    staff: pl.DataFrame, census: pl.DataFrame, assumptions: Assumptions, *, draws: bool, group: Flags | None
) -> pl.DataFrame:
    """Return staff with the columns of the plan.

    Args:
        staff: of a batch, every replicate in the order of the census, or of a part of the census.
        census: their rows.
        assumptions: the configuration, compiled.
        draws: whether participation is drawn, as ``draws_participation`` says of the whole census.
        group: who of them is in the top-paid group of the year before the start; None where the plan elects none.
    """
    config = assumptions.config
    if not config.plan.enabled:
        return with_arrays(staff, _without(staff.height))
    known = Columns(staff)
    opted_out = _each(census["opted_out"].fill_null(value=False).to_numpy(), known)
    found: dict[str, Array] = {"eligibility_date": _eligible(known, config)}
    if "long_term_part_time" in staff.columns:
        found["long_term_part_time"] = _part_time(known, config)
        found["lacks_hours"] = _lacks_hours(known, config)
    if draws:
        found["deferral_bp"] = _drawn(known, found["eligibility_date"], opted_out, assumptions)
    known = Columns(with_arrays(staff, found))
    hired = known["hire_date"] >= plan_year(config.simulation, config.simulation.start_year).january_1
    enrolled = np.where(known["deferral_bp"] > 0, config.simulation.start_year - 1 + hired, 0)
    decided: dict[str, Array] = {
        "enrolled_year": enrolled.astype(np.int16),
        "automatic_date": _automatic(known, census["opted_out"], config),
        "follows": _follows(known, config).view(np.uint8),
        **_look_back(known, census, assumptions, group),
    }
    return with_arrays(known.frame, decided)


def _without(size: int) -> dict[str, Array]:
    """Return the columns of employees in no plan, whatever the census has."""
    nothing = np.zeros(size, dtype=np.int64)
    return {
        "eligibility_date": np.full(size, NEVER, dtype=np.int32),
        "deferral_bp": np.zeros(size, dtype=np.int32),
        "match_balance_cents": nothing,
        "nonelective_balance_cents": nothing,
    }


def _look_back(staff: Columns, census: pl.DataFrame, assumptions: Assumptions, group: Flags | None) -> dict[str, Array]:
    """Return what pay of the 12 months before the opening decides for the first year."""
    simulation = assumptions.config.simulation
    pay, limits = prior_pay(staff, census, simulation), PlanYear(simulation.start_year - 1)
    found = look_back.decided(pay, group, limits, assumptions)
    return {name: flags.view(np.uint8) for name, flags in found.items()}


def prior_groups(parts: Iterable[tuple[pl.DataFrame, pl.DataFrame]], config: Config) -> list[Flags | None]:
    """Return who is in the top-paid group of the year before the start, for each part: its staff and its census."""
    if not (config.plan.enabled and config.plan.testing.top_paid_group):
        return [None for _ in parts]
    return [*look_back.groups([_counted(Columns(staff), census, config.simulation) for staff, census in parts])]


def _counted(staff: Columns, census: pl.DataFrame, simulation: Simulation) -> dict[str, Array]:
    last, year = day_number(simulation.opening) - 1, PlanYear(simulation.start_year - 1)
    through = last if last > year.last else None
    return look_back.counted(staff["hire_date"], last, staff, prior_pay(staff, census, simulation), year, through)


def draws_participation(census: pl.DataFrame) -> bool:
    """Return whether nobody in the census has a deferral rate, so that participation is drawn."""
    return census["deferral_bp"].null_count() == census.height


def owners(census: pl.DataFrame) -> Flags:
    """Return who owns more than 5% of the employer."""
    return (census["owner_share_ppm"].fill_null(0) > FIVE_PERCENT_PPM).to_numpy()


def _each(column: Array, staff: Columns) -> Array:
    """Return a column of the census for every replicate."""
    return np.tile(column, len(staff) // max(len(column), 1))


def _eligible(staff: Columns, config: Config) -> Days:
    """Return eligibility dates: participants of the census by the start, others unless excluded by chance."""
    start = np.int32(day_number(config.simulation.opening))
    date = staff["eligibility_date"]
    waiting = np.where(_out(staff, config), NEVER, date)
    return np.where(staff["deferral_bp"] > 0, np.minimum(date, start), waiting).astype(np.int32)


def _out(staff: Columns, config: Config) -> Flags:
    """Return who is excluded by chance."""
    out = excluded(staff["person"], config.eligibility, config.random_seed)
    return out & (config.eligibility.excluded_scope != "hires")


def _part_time(staff: Columns, config: Config) -> Array:
    """Return who joins as a long-term part-time employee: not who took part before that date."""
    start = np.int32(day_number(config.simulation.opening))
    by_rule = (staff["deferral_bp"] == 0) | (staff["eligibility_date"] <= start)
    return np.where(by_rule, staff["long_term_part_time"], 0).astype(np.uint8)


def _lacks_hours(staff: Columns, config: Config) -> Array:
    """Return who has no date for lack of hours alone: no participant, and nobody excluded by chance."""
    return np.where((staff["deferral_bp"] > 0) | _out(staff, config), 0, staff["lacks_hours"]).astype(np.uint8)


def _drawn(staff: Columns, eligible: Days, opted_out: Flags, assumptions: Assumptions) -> NDArray[np.int32]:
    """Return drawn deferral rates, 0 for those who do not participate."""
    config = assumptions.config
    start = plan_year(config.simulation, config.simulation.start_year)
    age = ages_on_first_day(staff, start)
    u = Draws(config.random_seed, start.year).of(staff["person"], Stream.OPENING_PARTICIPATION)
    share = assumptions.election.at(age, staff["salary_cents"]) / PPM
    joins = (eligible < start.first) & ~opted_out & (u < share)
    rate = np.minimum(assumptions.deferral_rates.at(age, staff["salary_cents"]), config.enrollment.max_deferral_bp)
    return np.where(joins, rate, 0).astype(np.int32)


def _automatic(staff: Columns, told: pl.Series, config: Config) -> Days:
    """Return dates of automatic enrollment; never for participants and known opt-outs."""
    start = day_number(config.simulation.opening)
    section = config.enrollment.auto_enrollment
    opted_out = _each(told.fill_null(value=False).to_numpy(), staff)
    unasked = ~_each(told.fill_null(value=section.unknown_opt_outs == "opted_out").to_numpy(), staff)
    date = automatic_dates(staff["eligibility_date"], staff["hire_date"], section, start, unasked)
    return np.where((staff["deferral_bp"] > 0) | opted_out, NEVER, date).astype(np.int32)


def unknown_opt_outs(staff: pl.DataFrame, census: pl.DataFrame, config: Config) -> int:
    """Return how many of one replicate were due for automatic enrollment before the start, as far as is known.

    ``census`` has their rows in the same order.
    """
    if not config.plan.enabled:
        return 0
    start, section = day_number(config.simulation.opening), config.enrollment.auto_enrollment
    known = Columns(staff)
    due = past_due(known["eligibility_date"], known["hire_date"], section, start) & (known["deferral_bp"] == 0)
    return int(np.count_nonzero(due & census["opted_out"].is_null().to_numpy()))


def _follows(staff: Columns, config: Config) -> Flags:
    """Return which participants of the census count as enrolled automatically."""
    section = config.enrollment
    source, takes_part = section.escalation.census_source, staff["deferral_bp"] > 0
    if not section.auto_enrollment.enabled or source == "none":
        return np.zeros(len(staff), dtype=bool)
    new = staff["hire_date"] >= day_number(section.auto_enrollment.hire_date_cutoff)
    return takes_part if source == "all" else takes_part & new


def prior_pay(staff: Columns, census: pl.DataFrame, simulation: Simulation) -> Ints:
    """Return pay of the 12 months before the opening: of the census, else the opening salary for the days employed.

    Of ``staff`` it reads ``hire_date`` and ``salary_cents``.
    """
    opening, first = (
        day_number(simulation.opening),
        day_number(simulation.opening.replace(year=simulation.start_year - 1)),
    )
    days = opening - np.maximum(staff["hire_date"], np.int32(first)).astype(np.int64)
    estimate = half_up(staff["salary_cents"] * days, opening - first)
    known = census["prior_year_pay_cents"]
    if known.null_count() == len(known):
        return estimate
    missing = _each(known.is_null().to_numpy(), staff)
    return np.where(missing, estimate, _each(known.fill_null(0).to_numpy(), staff))

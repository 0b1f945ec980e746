"""Assumptions behind hires, terminations and raises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from workforce_sim.config.values import band_at
from workforce_sim.dates import PlanYear, day_number
from workforce_sim.draws import Draws, Stream, category, person_numbers
from workforce_sim.engine.assumptions import Table
from workforce_sim.engine.year_effect import year_factors, year_shifts
from workforce_sim.explaining.reasons import pay_range, retiring
from workforce_sim.explaining.reasons.moment import Moment, Reason
from workforce_sim.explaining.reasons.planned import of_department, planned_exit, planned_hire
from workforce_sim.money import PPM
from workforce_sim.store.ledger import employee_keys
from workforce_sim.wording import counted, dollars, number, percent, value_text


def hire(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a hire."""
    return _drawn_hire(moment) if moment.event["cause"] is None else planned_hire(moment)


def _drawn_hire(moment: Moment) -> list[Reason]:
    config, totals = moment.config, moment.totals
    needed = f"{counted(totals['hires'], 'hire')} that year, {totals['headcount_opening']:,} employees at the opening"
    section = config.hiring
    age = moment.person["age"]
    band = next(i for i, b in enumerate(section.ages) if b.start <= age < b.end)
    return [
        _growth(moment, needed),
        *_year_shift(moment, "growth", config.uncertainty.year_effects.growth, Stream.YEAR_GROWTH),
        _rate(moment),
        _hire_rate(moment),
        _level_of_hire(moment),
        Reason("hiring.pay", section.pay, f"of {moment.event['level_after']} in {moment.year}"),
        Reason(f"hiring.ages[{band}]", percent(Decimal(section.age_ppm[band]).scaleb(-6)), f"of hires; age {age}"),
        *_months("hiring.month_weights", section.month_weights, moment.date),
        *_part_time(moment),
    ]


def _growth(moment: Moment, note: str = "") -> Reason:
    rate = moment.config.simulation.target_growth_rate
    return of_department(moment, "growth", "simulation.target_growth_rate", rate, note)


def _rate(moment: Moment, note: str = "") -> Reason:
    rate = moment.config.workforce.total_termination_rate
    return of_department(moment, "termination_rate", "workforce.total_termination_rate", rate, note)


def rehire(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a return."""
    config = moment.config
    section, returned = config.hiring.rehires, f"{counted(moment.totals['rehires'], 'rehire')} that year"
    growth = "compensation.cola_rate" if config.hiring.range_growth is None else "hiring.range_growth"
    return [
        Reason("hiring.rehires.share", value_text(section.share.root), "by year of termination"),
        Reason("hiring.rehires.within_years", str(section.within_years), returned),
        moment.by_year(growth, config.range_growth, "pay has grown with the pay ranges since termination"),
    ]


def _level_of_hire(moment: Moment) -> Reason:
    """Return what gave the hire a level."""
    if moment.config.fills_vacancies:
        return Reason("promotion.mode", "vacancies", "hires fill the vacancies left at each level")
    return Reason("hiring.level_mix", value_text(moment.config.hiring.level_mix or "census"))


def _part_time(moment: Moment) -> list[Reason]:
    section = moment.config.hiring
    if moment.person["full_time_ppm"] == PPM:
        return []
    hours = Reason("hiring.part_time_hours", f"{section.part_time_hours:,}", "hours a year of 2,080")
    return [moment.by_year("hiring.part_time_share", section.part_time_share), hours]


def other_pay(moment: Moment) -> list[Reason]:
    """Return the entries behind a payment beside salary."""
    kind, level, found = moment.event["cause"], moment.level_on(moment.date), []
    for place, entry in enumerate(moment.config.compensation.other_pay):
        on_the_day = entry.date is not None and PlanYear(moment.year).day(entry.date) == day_number(moment.date)
        if entry.kind == kind and on_the_day and entry.covers(moment.person["department"]):
            share = Decimal(entry.share_ppm(moment.year, level)).scaleb(-6)
            salary = dollars(moment.salary_on(moment.date))
            note = f"{entry.name}: of a salary of {salary} as {level}"
            found.append(Reason(f"compensation.other_pay[{place}].share", percent(share), note))
    return found


def termination(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a termination."""
    planned = planned_exit(moment)
    if planned:
        return planned
    hired = moment.person["opening_salary_cents"] is None
    who = _of_hires(moment) if hired else _of_staff(moment)
    return [*who, *_year_effect(moment), *_cause(moment), *retiring.of_cause(moment)]


def _year_effect(moment: Moment) -> list[Reason]:
    """Return what the year did to everybody's termination rate."""
    spread, seed = moment.config.year_effect, moment.config.random_seed
    (factor,) = year_factors(spread, seed, [moment.event["replicate"]], moment.year)
    note = f"all rates of {moment.year} times {factor / PPM:.3f}"
    return [Reason("uncertainty.year_effects.terminations", number(spread), note)] if spread else []


def _year_shift(moment: Moment, name: str, spread: float, stream: Stream) -> list[Reason]:
    """Return what the year added to a rate."""
    (shift,) = year_shifts(spread, moment.config.random_seed, [moment.event["replicate"]], moment.year, stream)
    note = f"{shift / 10_000:+.2f} points in {moment.year}"
    return [Reason(f"uncertainty.year_effects.{name}", number(spread), note)] if spread else []


def _of_hires(moment: Moment) -> list[Reason]:
    totals, hazard = moment.totals, moment.config.terminations.new_hire_hazard
    note = f"{totals['terminations_new_hires']:,} of {counted(totals['hires'], 'hire')}"
    how = Reason("terminations.new_hire_hazard", value_text(hazard), note)
    return [how] if isinstance(hazard, dict) else [_hire_rate(moment, note), how._replace(note="")]


def _hire_rate(moment: Moment, note: str = "") -> Reason:
    rate = moment.config.workforce.new_hire_termination_rate
    return moment.by_year("workforce.new_hire_termination_rate", rate, note)


def _of_staff(moment: Moment) -> list[Reason]:
    config, totals = moment.config, moment.totals
    leaving = f"{totals['terminations_opening_staff']:,} of {totals['headcount_opening']:,} existing employees"
    rate, growth = _rate(moment, leaving), _growth(moment)
    reduced = moment.event["cause"] == "reduction"
    months = _months("terminations.month_weights", config.terminations.month_weights, moment.date)
    total = [] if moment.assumptions.rates_as_given else [rate]
    risk = [] if retiring.replaces(moment) else _risk(moment)
    return [*([growth] if reduced else []), *total, *risk, *retiring.once_eligible(moment), *months]


def _risk(moment: Moment) -> list[Reason]:
    """Return what makes a termination more or less likely than for others."""
    section, age, tenure = moment.config.terminations, moment.person["age"], moment.person["tenure_years"]
    level = _level_factor(moment, "termination_factor")
    if section.uses_factors:
        by_age = _band("terminations.age_factors", section.age_factors, age, "age")
        by_tenure = _band("terminations.tenure_factors", section.tenure_factors, tenure, "tenure")
        return [*by_age, *by_tenure, *level, *_department(moment)]
    cells = [c for c in section.rate_table if c.age_from <= age]
    oldest = max(c.age_from for c in cells)
    cell = max((c for c in cells if c.age_from == oldest and c.tenure_from <= tenure), key=lambda c: c.tenure_from)
    sure = section.rates is not None and _cell(moment, moment.assumptions.termination) >= PPM
    meaning = "" if moment.assumptions.rates_as_given else "; scaled to the total rate"
    meaning = "; certain to terminate" if sure else meaning
    return [
        Reason("terminations.rates", percent(cell.value), f"{moment.risk_age}{meaning}"),
        *_factor(moment),
        *level,
        *_department(moment),
    ]


def _factor(moment: Moment) -> list[Reason]:
    """Return the factor of the year's rates, where one is configured."""
    section = moment.config.terminations
    plain = section.factor_ppm(moment.year) == PPM
    return [] if plain else [moment.by_year("terminations.rate_factor", section.rate_factor)]


def _department(moment: Moment) -> list[Reason]:
    """Return the factor of the person's department, where one is configured."""
    name, factors = moment.person["department"], moment.config.terminations.department_factors
    return [Reason(f"terminations.department_factors.{name}", number(factors[name]))] if name in factors else []


def _cell(moment: Moment, table: Table) -> int:
    """Return what a table by age, tenure and level has for the person."""
    person, place = moment.person, moment.assumptions.names.index(moment.level_on())
    at = np.array([person["age"]]), np.array([person["tenure_years"]]), np.array([place], dtype=np.int16)
    return int(table.at(*at)[0])


def _cause(moment: Moment) -> list[Reason]:
    cause, bands = str(moment.event["cause"]), moment.config.terminations.causes
    if cause == "reduction":
        return []
    band = band_at(bands, moment.person["age"])
    note = f"of terminations from age {band.start}"
    return [Reason(f"terminations.causes[{bands.index(band)}].{cause}", percent(getattr(band, cause)), note)]


def _band(key: str, bands: Any, years: int, what: str) -> list[Reason]:
    """Return the factor that holds at an age or tenure; nothing where none is configured."""
    if bands is None:
        return []
    band = band_at(bands, years)
    return [Reason(f"{key}[{bands.index(band)}]", f"x {number(band.factor)}", f"from {what} {band.start}; {years}")]


def _level_factor(moment: Moment, name: str) -> list[Reason]:
    levels, own = moment.config.workforce.levels or (), moment.level_on()
    found = [(i, getattr(level, name)) for i, level in enumerate(levels) if level.name == own]
    return [Reason(f"workforce.levels[{i}].{name}", f"x {number(f)}", own) for i, f in found if f != 1]


def _months(key: str, weights: Sequence[float] | None, date: dt.date) -> list[Reason]:
    """Return the weight of the month; nothing where every day is alike."""
    if weights is None:
        return []
    share = 100 * weights[date.month - 1] / sum(weights)
    return [Reason(key, number(weights[date.month - 1]), f"{share:.1f}% of the year in {date:%B}")]


# --- pay ---


def promotion(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a promotion."""
    section, person = moment.config.promotion, moment.person
    increase = section.increase
    return [
        *(_into_vacancy(moment) if moment.config.fills_vacancies else _by_chance(moment)),
        *_band("promotion.age_factors", section.age_factors, person["age"], "age"),
        *_band("promotion.tenure_factors", section.tenure_factors, person["tenure_years"], "tenure"),
        *_level_factor(moment, "promotion_factor"),
        Reason("promotion.minimum_tenure", counted(section.minimum_tenure, "year")),
        Reason("promotion.increase", f"{percent(increase.lowest)} to {percent(increase.highest)}"),
        Reason("promotion.max_increase", percent(section.max_increase)),
        Reason("promotion.max_amount", dollars(section.max_amount_cents)),
        *([Reason("promotion.date", section.date)] if section.date else []),
        *_months("promotion.month_weights", section.month_weights, moment.date),
    ]


def _by_chance(moment: Moment) -> list[Reason]:
    section = moment.config.departments.get(moment.person["department"])
    rate = (section and section.promotion_rate) or moment.config.promotion.rate
    chance = Decimal(_cell(moment, moment.assumptions.promotion(rate.ppm(moment.year)))).scaleb(-6)
    note = f"with factors a chance of {percent(chance)}"
    return [of_department(moment, "promotion_rate", "promotion.base_rate", moment.config.promotion.rate, note)]


def _into_vacancy(moment: Moment) -> list[Reason]:
    level = str(moment.event["level_after"])
    share = Decimal(moment.config.promotion.within_ppm(level)).scaleb(-6)
    promoted = f"{counted(moment.totals['promotions'], 'promotion')} that year"
    of_level = Reason("promotion.from_within", percent(share), f"of vacancies at {level}")
    return [Reason("promotion.mode", "vacancies", promoted), of_level]


def cola(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a cost-of-living increase."""
    section, spread = moment.config.compensation, moment.config.uncertainty.year_effects.raises
    rate = of_department(moment, "cola_rate", "compensation.cola_rate", section.cola_rate)
    of_year = _year_shift(moment, "raises", spread, Stream.YEAR_RAISES)
    return [rate, *of_year, Reason("compensation.cola_date", section.cola_date), *pay_range.limited(moment)]


def range_lift(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a lift to the minimum of the range."""
    section = moment.config.compensation
    note = f"of {moment.level_on(moment.date)} in {moment.year}"
    return [
        Reason("compensation.range_minimum", section.range_minimum, note),
        Reason("compensation.range_lift_date", section.range_lift_date),
    ]


def lump_sum(moment: Moment) -> list[Reason]:
    """Return the assumptions behind what a raise pays once."""
    return cola(moment) if moment.event["cause"] == "cola" else merit(moment)


def merit(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a merit increase."""
    section, level = moment.config.compensation, moment.level_on(moment.date)
    alike = not section.merit_factors and not section.ratings and section.merit_matrix is None
    note = "" if alike else "of the payroll of all who receive one, by level and rating"
    factor = section.merit_factors.get(level)
    day = [] if section.fixed_merit_date is None else [Reason("compensation.merit_date", section.fixed_merit_date)]
    rating = _rating_drawn(moment)
    return [
        of_department(moment, "merit_pool", "compensation.merit_pool", section.merit_pool, note),
        *day,
        *_months("compensation.merit_month_weights", section.merit_month_weights, moment.date),
        *_who_gets_merit(moment),
        *([] if factor is None else [Reason(f"compensation.merit_factors.{level}", f"x {number(factor)}")]),
        *_rating(moment, rating),
        *pay_range.by_matrix(moment, rating),
        *pay_range.limited(moment),
    ]


def _who_gets_merit(moment: Moment) -> list[Reason]:
    section = moment.config.compensation
    cutoff, share = section.merit_hired_by, section.merit_proration
    return [
        Reason("compensation.merit_minimum_tenure", counted(section.merit_minimum_tenure, "year")),
        *([] if cutoff is None else [Reason("compensation.merit_hired_by", cutoff)]),
        *([] if share == "none" else [Reason("compensation.merit_proration", share)]),
    ]


def _rating_drawn(moment: Moment) -> str | None:
    """Return the rating drawn for the person that year; None where everybody is rated alike."""
    ratings = moment.config.compensation.ratings
    if not ratings:
        return None
    key = employee_keys(pl.Series("employee_id", [moment.event["employee_id"]]))
    seed = moment.config.random_seed
    u = Draws(seed, moment.year).of(person_numbers(seed, moment.event["replicate"], key), Stream.RATING)[0]
    return sorted(ratings)[category(int(u * PPM), moment.assumptions.rating_shares.tolist())]


def _rating(moment: Moment, name: str | None) -> list[Reason]:
    """Return what a rating gives."""
    if name is None:
        return []
    found = moment.config.compensation.ratings[name]
    note = f"rating drawn; {percent(found.share)} of employees receive it"
    factor = "" if moment.config.compensation.merit_matrix is not None else f"x {number(found.factor)}"
    return [Reason(f"compensation.ratings.{name}", factor or name, note)]

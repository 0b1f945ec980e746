"""Assumptions behind what happens in the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from workforce_sim.config.eligibility import PART_TIME_HOURS, EntryRule
from workforce_sim.dates import Days, day_number
from workforce_sim.explaining.reasons.moment import Moment, Reason, Row, years_on
from workforce_sim.explaining.reasons.money import match
from workforce_sim.plan.classes import rule_of
from workforce_sim.plan.entry import entry_dates, waited
from workforce_sim.plan.service import part_time_wait, scheduled_hours
from workforce_sim.tables import EMPLOYER_MONEY
from workforce_sim.wording import bp_percent, counted, dollars, percent, value_text


def eligibility(moment: Moment) -> list[Reason]:
    """Return the assumptions behind the day of eligibility."""
    section, person = moment.config.eligibility, moment.person
    number = rule_of(section, person["department"], person["level"], union=bool(person["union"]))
    rule, where = section.rules[number], "eligibility"
    if number < len(section.classes):
        where = f"eligibility.classes[{number}]"
    wait = _part_time(rule, where, person) if person["long_term_part_time"] else _wait(rule, where, person)
    age = f"age {years_on(person['birth_date'], moment.date)}"
    moved = entry_dates(_day(_served(person)), _day(person["birth_date"]), rule)[0] < day_number(moment.date)
    began = "not before January 1, when these rules began" * bool(moved and not person["long_term_part_time"])
    return [
        *wait,
        Reason(f"{where}.minimum_age", str(rule.minimum_age), age),
        Reason(f"{where}.entry", rule.entry, began),
    ]


def _wait(rule: EntryRule, where: str, person: Row) -> Iterator[Reason]:
    """Yield the keys of the wait that count: the days, or the years and months in place of them, and the hours."""
    (over,) = waited(_day(_served(person)), rule).astype("datetime64[D]").tolist()
    units = ("days",) if rule.waiting_period[0] == "days" else ("years", "months")
    for unit in units:
        number = getattr(rule, f"waiting_period_{unit}")
        if number is not None:
            yield Reason(f"{where}.waiting_period_{unit}", counted(number, unit[:-1]), f"ends on {over}")
    if rule.by_hours:
        yield Reason(f"{where}.service.hours", f"{rule.service.hours:,}", _hours(person))


def _part_time(rule: EntryRule, where: str, person: Row) -> Iterator[Reason]:
    """Yield what lets a long-term part-time employee in."""
    days = part_time_wait(_day(_served(person)), _day(person["birth_date"]), rule)
    over = days.astype("datetime64[D]").tolist()[0]
    yield Reason(f"{where}.service.hours", f"{rule.service.hours:,}", _hours(person))
    note = f"{PART_TIME_HOURS} hours in three 12-month periods, from 2025 in two: ends on {over}"
    yield Reason("eligibility.long_term_part_time.enabled", "true", note)


def _served(person: Row) -> dt.date:
    """Return where service counts from in the plan."""
    since: dt.date = person["plan_service_date"] or person["hire_date"]
    return since


def _hours(person: Row) -> str:
    hours = scheduled_hours(np.array([person["full_time_ppm"]], dtype=np.int64))
    return f"{hours[0]:,} hours a year"


def _day(date: dt.date) -> Days:
    return np.array([day_number(date)], dtype=np.int32)


def enrollment(moment: Moment) -> list[Reason]:
    """Return the assumptions behind an enrollment, by its way."""
    cause = str(moment.event["cause"])
    if cause == "automatic":
        return [*opt_out(moment), _default_rate(moment)]
    section, tables = moment.config.enrollment, moment.assumptions
    if cause == "election":
        entry = moment.person["eligibility_date"]
        way = moment.by_age_and_pay("enrollment.election", tables.election, entry, 6)
    else:
        way = Reason(
            "enrollment.conversion", percent(section.conversion), "a year, of eligible employees who do not participate"
        )
    rate = moment.by_age_and_pay("enrollment.deferral_rates", tables.deferral_rates, moment.date, 4)
    seeking = Reason("enrollment.match_seeking", percent(section.match_seeking), "defer enough for the full match")
    return [way, rate, seeking, *_most(moment)]


def opt_out(moment: Moment) -> list[Reason]:
    """Return the assumptions behind opting out of automatic enrollment, and behind that."""
    section, hired = moment.config.enrollment.auto_enrollment, moment.person["hire_date"]
    days = counted(section.window_days, "day")
    return [
        Reason("enrollment.auto_enrollment.scope", section.scope),
        Reason("enrollment.auto_enrollment.hire_date_cutoff", str(section.hire_date_cutoff), f"hired {hired}"),
        Reason("enrollment.auto_enrollment.window_days", days, f"eligible {moment.person['eligibility_date']}"),
        moment.by_age_and_pay("enrollment.auto_enrollment.opt_out", moment.assumptions.opt_out, moment.date, 6),
    ]


def _default_rate(moment: Moment) -> Reason:
    rate = moment.config.enrollment.auto_enrollment.default_deferral_rate
    return Reason("enrollment.auto_enrollment.default_deferral_rate", percent(rate))


def _most(moment: Moment) -> list[Reason]:
    """Return the cap on rates where it was reached."""
    section = moment.config.enrollment
    reached = moment.event["deferral_after_bp"] == section.max_deferral_bp
    return [Reason("enrollment.max_deferral", percent(section.max_deferral), "reached")] if reached else []


def rate_change(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a change of the deferral rate."""
    section = moment.config.enrollment
    if moment.event["cause"] == "match_response":
        rose = moment.event["deferral_after_bp"] > moment.event["deferral_before_bp"]
        side = "below" if rose else "above"
        share = percent(getattr(section.match_response, side))
        full = f"of those {side} the full-match rate move {'up' if rose else 'down'}"
        return [
            match(moment.config, moment.person),
            Reason(f"enrollment.match_response.{side}", share, full),
            Reason("enrollment.match_response.move", percent(section.match_response.move), "of the way to that rate"),
        ]
    change = section.change
    return [
        Reason("enrollment.change.probability", percent(change.probability), "of participants a year"),
        Reason("enrollment.change.step", percent(change.step), "3 of 4 changes are increases"),
        *_most(moment),
    ]


def escalation(moment: Moment) -> list[Reason]:
    """Return the assumptions behind an automatic escalation."""
    section = moment.config.enrollment.escalation
    capped = moment.event["deferral_after_bp"] == section.cap_bp
    found = {
        "increment": percent(section.increment),
        "cap": percent(section.cap),
        "date": section.date,
        "delay_years": counted(section.delay_years, "year"),
        "scope": section.scope,
        "declining_share": percent(section.declining_share),
    }
    notes = {"cap": "reached" if capped else "", "delay_years": "from the latest enrollment"}
    return [Reason(f"enrollment.escalation.{name}", text, notes.get(name, "")) for name, text in found.items()]


def stop(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a stop."""
    return [Reason("enrollment.stop", percent(moment.config.enrollment.stop), "of participants a year")]


def forfeiture(moment: Moment) -> list[Reason]:
    """Return the assumptions behind a forfeiture."""
    section = moment.config.plan.vesting
    by_hours = moment.person["vesting_years"] if section.by_hours else None
    years = years_on(_served(moment.person), moment.date) if by_hours is None else by_hours
    found = []
    for source in (name.removesuffix("_cents") for name in EMPLOYER_MONEY):
        balance, share = moment.person.get(f"{source}_balance_cents"), moment.person.get(f"vested_share_{source}_bp")
        if balance:
            note = f"{bp_percent(share)} of {dollars(balance)} vested after {counted(years, 'year')}"
            found.append(Reason(f"plan.vesting.{source}", value_text(getattr(section, source)), note))
    return [*found, Reason("plan.forfeitures", moment.config.plan.forfeitures, "how they are used in later years")]

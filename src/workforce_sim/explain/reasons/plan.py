"""Assumptions behind what happens in the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from workforce_sim.config.root import Eligibility
from workforce_sim.dates import day_number
from workforce_sim.explain.reasons.moment import Moment, Reason, years_on
from workforce_sim.explain.reasons.money import match
from workforce_sim.plan.entry import entry_dates, waited
from workforce_sim.wording import bp_percent, counted, dollars, percent, value_text


def eligibility(moment: Moment) -> list[Reason]:
    """Return the assumptions behind the day of eligibility."""
    section, person = moment.config.eligibility, moment.person
    hire, birth = (np.array([day_number(person[name])], dtype=np.int32) for name in ("hire_date", "birth_date"))
    moved = entry_dates(hire, birth, section)[0] < day_number(moment.date)
    return [
        *_wait(section, person["plan_service_date"] or person["hire_date"]),
        Reason(
            "eligibility.minimum_age", str(section.minimum_age), f"age {years_on(person['birth_date'], moment.date)}"
        ),
        Reason("eligibility.entry", section.entry, "not before January 1, when these rules began" * bool(moved)),
    ]


def _wait(section: Eligibility, hired: dt.date) -> Iterator[Reason]:
    """Yield the keys of the wait that count: the days, or the years and months in place of them."""
    (over,) = waited(np.array([day_number(hired)], dtype=np.int32), section).astype("datetime64[D]").tolist()
    units = ("days",) if section.waiting_period[0] == "days" else ("years", "months")
    for unit in units:
        number = getattr(section, f"waiting_period_{unit}")
        if number is not None:
            yield Reason(f"eligibility.waiting_period_{unit}", counted(number, unit[:-1]), f"ends on {over}")


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
    years = years_on(moment.person["hire_date"], moment.date)
    found = []
    for source in ("match", "nonelective"):
        balance, share = moment.person[f"{source}_balance_cents"], moment.person[f"vested_share_{source}_bp"]
        if balance:
            note = f"{bp_percent(share)} of {dollars(balance)} vested after {counted(years, 'year')}"
            found.append(Reason(f"plan.vesting.{source}", value_text(getattr(section, source)), note))
    return [*found, Reason("plan.forfeitures", moment.config.plan.forfeitures, "how they are used in later years")]

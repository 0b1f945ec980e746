"""The reference model, chapter 8: who participate in the plan, from when, at which rate.

The automatic date belongs to the person and is found once. A year enrolls those who are out by one of three ways,
and takes the rates of participants on (``deferral``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from workforce_sim import draws
from workforce_sim.config import Config
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, ppm
from workforce_sim.reference.agepay import AgePay
from workforce_sim.reference.chance import DAY, completed_years, date_between
from workforce_sim.reference.deferral import RateRules, escalate, set_rate, walk_rate
from workforce_sim.reference.match import bp
from workforce_sim.reference.opening_date import opening_of
from workforce_sim.reference.records import DRAWN_ONCE, NEVER, Employee, Event, From, PersonYear
from workforce_sim.reference.year import Year

# --- What belongs to the person ---


def draw_participation(census: Sequence[Employee], config: Config) -> None:
    """Give those who could have elected before the opening a rate with their chance; of a census without rates."""
    rule, start = config.enrollment, opening_of(config)
    election, rates = AgePay(rule.election, ppm), AgePay(rule.deferral_rates, bp)
    scalar = draws.decision(config.random_seed, DRAWN_ONCE, Stream.OPENING_PARTICIPATION)
    for employee in census:
        entry = employee.eligibility_date
        if entry is None or entry >= start or employee.opted_out:
            continue
        place = completed_years(employee.birth_date, start), employee.salary_cents
        if draws.uniform(employee.person, scalar) < election.at(*place) / PPM:
            employee.participates = True
            employee.deferral_bp = min(rates.at(*place), bp(rule.max_deferral))


def settle_participants(census: Sequence[Employee], config: Config) -> None:
    """Count participants of the census as enrolled in the year before the start year, automatically where said.

    Those hired in the start year count as enrolled in it.
    """
    auto, source = config.enrollment.auto_enrollment, config.enrollment.escalation.census_source
    for employee in census:
        if employee.participates:
            among = source == "all" or (source == "in_scope" and employee.hire_date >= auto.hire_date_cutoff)
            employee.automatic = auto.enabled and among
            employee.asked = True
            employee.enrollment_year = max(config.simulation.start_year - 1, employee.hire_date.year)


def find_automatic_dates(staff: Sequence[Employee], config: Config) -> None:
    """Give everybody in scope the date of automatic enrollment: of the census, or of a year's hires."""
    if config.enrollment.auto_enrollment.enabled:
        for employee in staff:
            if not employee.participates and not employee.opted_out:
                employee.automatic_date = _automatic_date(employee, config)


def _automatic_date(employee: Employee, config: Config) -> dt.date | None:
    """Return the day on which the window of somebody in scope ends; of the swept, the window from the opening on."""
    auto, entry = config.enrollment.auto_enrollment, employee.eligibility_date
    window, start = dt.timedelta(days=auto.window_days), opening_of(config)
    by_hire_date = employee.first_day >= auto.hire_date_cutoff
    if entry is None or not (by_hire_date or auto.everybody):
        return None
    if entry == NEVER:
        return NEVER
    if by_hire_date and entry + window >= start:
        return entry + window
    if by_hire_date and employee.opted_out is None and auto.unknown_opt_outs == "opted_out":
        employee.asked = True
        return None
    return max(entry, start) + window


# --- A year ---


class WaysIn:
    """How one comes into the plan in one plan year, in whole numbers."""

    def __init__(self, year: Year) -> None:
        rule = year.config.enrollment
        self.year = year
        self.rates_of_year = RateRules(year)
        self.election, self.opt_out = AgePay(rule.election, ppm), AgePay(rule.auto_enrollment.opt_out, ppm)
        self.rates = AgePay(rule.deferral_rates, bp)
        self.conversion = ppm(rule.conversion) / PPM
        self.match_seeking = ppm(rule.match_seeking) / PPM
        self.default_bp = bp(rule.auto_enrollment.default_deferral_rate)


def enroll(people: Sequence[PersonYear], year: Year) -> None:
    """Take everybody's deferral rate through the year: those who participate at the opening, and those who are out."""
    ways = WaysIn(year)
    for person in people:
        person.rates.append(From(person.first_day, person.employee.deferral_bp))
        if person.employee.deferral_bp > 0:
            walk_rate(person, ways.rates_of_year)
        else:
            _come_in(person, ways)


def _come_in(person: PersonYear, ways: WaysIn) -> None:
    """Enroll somebody who is out, at most once in the year, by the first way that is open."""
    entry, automatic_date = person.eligibility_date, person.employee.automatic_date
    if entry is None:
        return
    year = ways.year
    elected = _election_date(person, entry, ways) if entry >= year.first else None
    if elected is not None:
        if elected <= person.last_day:
            _enroll(person, elected, "election", _chosen_rate(person, elected, ways), ways)
    elif automatic_date is not None:
        if year.first <= automatic_date <= person.last_day:
            _enroll_automatically(person, automatic_date, ways)
    elif entry < year.first:
        _convert(person, ways)


def _election_date(person: PersonYear, entry: dt.date, ways: WaysIn) -> dt.date | None:
    """Return when somebody enrolls by choice: before the automatic date, or on entry; None without an election."""
    year, employee = ways.year, person.employee
    if not year.u(employee, Stream.ELECTION) < ways.election.on(person, entry) / PPM:
        return None
    end = year.last if employee.automatic_date is None else min(employee.automatic_date - DAY, year.last)
    return date_between(year.u(employee, Stream.ELECTION_DATE), entry, max(end, entry))


def _enroll_automatically(person: PersonYear, day: dt.date, ways: WaysIn) -> None:
    employee = person.employee
    if ways.year.u(employee, Stream.OPT_OUT) < ways.opt_out.on(person, day) / PPM:
        person.events.append(Event("opt_out", day, deferral_after=0))
        employee.automatic_date, employee.asked = None, True
    else:
        _enroll(person, day, "automatic", ways.default_bp, ways)


def _convert(person: PersonYear, ways: WaysIn) -> None:
    """Enroll with the chance of those who entered before the plan year and wait for no automatic date."""
    year, employee = ways.year, person.employee
    if year.u(employee, Stream.CONVERSION) < ways.conversion:
        day = date_between(year.u(employee, Stream.CONVERSION_DATE), year.january_1, year.last)
        if year.first <= day <= person.last_day:
            _enroll(person, day, "conversion", _chosen_rate(person, day, ways), ways)


def _chosen_rate(person: PersonYear, day: dt.date, ways: WaysIn) -> int:
    """Return the rate of an election or conversion: of the table; of match seekers at least the full match."""
    rate = ways.rates.on(person, day)
    if ways.year.u(person.employee, Stream.MATCH_SEEKING) < ways.match_seeking:
        return max(rate, ways.rates_of_year.full_match_on(person, day))
    return rate


def _enroll(person: PersonYear, day: dt.date, cause: str, rate_bp: int, ways: WaysIn) -> None:
    """Set the first rate, at most the highest, and escalate it where the day of that is still to come."""
    employee, rules = person.employee, ways.rates_of_year
    rate_bp = min(rate_bp, rules.max_bp)
    set_rate(person, Event("enrollment", day, cause, deferral_before=0, deferral_after=rate_bp))
    employee.automatic_date, employee.asked = None, True
    employee.enrollment_date, employee.enrollment_year = day, day.year
    employee.automatic = cause == "automatic"
    if rules.escalation.enabled and day < rules.escalation_day <= person.last_day:
        escalate(person, rules.escalation_day, rules)

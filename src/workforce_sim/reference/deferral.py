"""The reference model, chapter 8: what becomes of a deferral rate once it is there.

A participant of the opening stops or changes, answers to a new match, and is escalated; whoever enrolls may be
escalated later in the year. Rates are walked once per person in date order.
"""

from __future__ import annotations

import datetime as dt
from enum import IntEnum
from typing import NamedTuple

from workforce_sim import draws
from workforce_sim.config import Config
from workforce_sim.config.match import Match
from workforce_sim.draws import Stream
from workforce_sim.money import PPM, half_up, ppm
from workforce_sim.reference.chance import date_between, day_of_year
from workforce_sim.reference.match import bp, formula_of, full_match_bp, tiers_at
from workforce_sim.reference.records import DRAWN_ONCE, Employee, Event, From, PersonYear
from workforce_sim.reference.year import Year

LOWEST_CHANGED_BP = 100
"""A decrease of one's own goes no lower."""
UP = 3 / 4
"""Share of changes that are increases."""


class Kind(IntEnum):
    """What moves a rate, in the order of one day."""

    OWN = 0
    MATCH_RESPONSE = 1
    ESCALATION = 2
    STOP = 3


class Step(NamedTuple):
    """One planned move of a rate."""

    day: dt.date
    kind: Kind


class RateRules:
    """What may move a deferral rate in one plan year, in whole numbers."""

    def __init__(self, year: Year) -> None:
        rule = year.config.enrollment
        self.year = year
        self.max_bp = bp(rule.max_deferral)
        self.stop = ppm(rule.stop) / PPM
        self.change = ppm(rule.change.probability) / PPM
        self.step_bp = bp(rule.change.step)
        self.below = ppm(rule.match_response.below) / PPM
        self.above = ppm(rule.match_response.above) / PPM
        self.move_ppm = ppm(rule.match_response.move)
        self.match = year.config.plan.match.at(year.year)
        self.new_match = _match_is_new(year.run.config, year.year)
        self.escalation = rule.escalation
        self.escalation_day = day_of_year(year.year, rule.escalation.date)
        self.declining = ppm(rule.escalation.declining_share) / PPM
        self._declines = draws.decision(year.config.random_seed, DRAWN_ONCE, Stream.DECLINES_ESCALATION)
        self.increment_bp, self.cap_bp = bp(rule.escalation.increment), bp(rule.escalation.cap)

    def declines(self, employee: Employee) -> bool:
        """Return whether somebody declines all escalation, at the share of the year."""
        return draws.uniform(employee.person, self._declines) < self.declining

    def full_match_on(self, person: PersonYear, day: dt.date) -> int:
        """Return the lowest whole bp that earns somebody the full match of a whole year, with the salary of a day."""
        tiers = tiers_at(self.match, person.age, person.tenure)
        if self.match.dollar_tiers is None:
            return full_match_bp(self.match, tiers, 0)
        return full_match_bp(self.match, tiers, min(person.salary_on(day), self.year.annual_limits.compensation_cents))


def _match_is_new(config: Config, year: int) -> bool:
    """Return whether the tiers differ from those of the year before, in the start year from those given, if any."""
    now = config.at(year).plan.match.at(year)
    if year > config.simulation.start_year:
        return formula_of(now) != formula_of(config.at(year - 1).plan.match.at(year - 1))
    before = config.enrollment.match_response.before
    if before is None:
        return False
    former = Match(preset=before) if isinstance(before, str) else Match(tiers=before)
    return formula_of(now) != formula_of(former)


def walk_rate(person: PersonYear, rules: RateRules) -> None:
    """Take the rate of a participant of the opening through the year; what is not between its ends is void."""
    for day, kind in sorted(_planned(person, rules)):
        if person.first_day <= day <= person.last_day:
            _move(person, day, kind, rules)


def _planned(person: PersonYear, rules: RateRules) -> list[Step]:
    """Return a stop or else a change of one's own, the response to a new match, and the escalation."""
    year, employee = rules.year, person.employee
    planned = []
    if year.u(employee, Stream.STOP) < rules.stop:
        planned.append(Step(_own_day(person, year), Kind.STOP))
    elif year.u(employee, Stream.CHANGE) < rules.change:
        planned.append(Step(_own_day(person, year), Kind.OWN))
    if rules.new_match:
        planned.append(Step(year.first, Kind.MATCH_RESPONSE))
    if rules.escalation.enabled:
        planned.append(Step(rules.escalation_day, Kind.ESCALATION))
    return planned


def _own_day(person: PersonYear, year: Year) -> dt.date:
    return date_between(year.u(person.employee, Stream.CHANGE_OR_STOP_DATE), year.january_1, year.last)


def _move(person: PersonYear, day: dt.date, kind: Kind, rules: RateRules) -> None:
    if kind is Kind.OWN:
        change(person, day, rules)
    elif kind is Kind.MATCH_RESPONSE:
        respond(person, day, rules)
    elif kind is Kind.ESCALATION:
        escalate(person, day, rules)
    else:
        stop(person, day)


def set_rate(person: PersonYear, event: Event) -> None:
    """Enter an event in the ledger, and its rate as that of its day."""
    person.events.append(event)
    person.employee.deferral_bp = event.deferral_after or 0
    person.rates.append(From(event.day, person.employee.deferral_bp))


def stop(person: PersonYear, day: dt.date) -> None:
    """Set the rate to 0; escalation of an automatic enrollment ends for good."""
    set_rate(person, Event("stop", day, deferral_before=person.employee.deferral_bp, deferral_after=0))
    person.employee.automatic = False


def change(person: PersonYear, day: dt.date, rules: RateRules) -> None:
    """Change the rate by one's own step, up or down; a changed rate ends escalation of an automatic enrollment."""
    old = person.employee.deferral_bp
    up = rules.year.u(person.employee, Stream.CHANGE_DIRECTION) < UP
    new = min(max(old + rules.step_bp if up else old - rules.step_bp, min(old, LOWEST_CHANGED_BP)), rules.max_bp)
    if new != old:
        set_rate(person, Event("rate_change", day, "own", deferral_before=old, deferral_after=new))
        person.employee.automatic = False


def respond(person: PersonYear, day: dt.date, rules: RateRules) -> None:
    """Move a part of the way to the new full-match rate, from below or from above with their own shares."""
    old, full = person.employee.deferral_bp, rules.full_match_on(person, day)
    share = rules.below if old < full else rules.above
    way = min(full, rules.max_bp) - old
    step = half_up(rules.move_ppm * abs(way), PPM)
    new = old + step if way > 0 else old - step
    moves = full > 0 and old != full and rules.year.u(person.employee, Stream.MATCH_RESPONSE) < share
    if moves and new != old:
        set_rate(person, Event("rate_change", day, "match_response", deferral_before=old, deferral_after=new))


def escalate(person: PersonYear, day: dt.date, rules: RateRules) -> None:
    """Raise the rate of a participant by the increment up to the cap, never lowering it."""
    employee, rule = person.employee, rules.escalation
    old = employee.deferral_bp
    long_enough = employee.enrollment_year <= rules.year.year - rule.delay_years
    in_scope = rule.scope == "all" or employee.automatic
    if old > 0 and long_enough and in_scope and not rules.declines(employee):
        new = max(old, min(old + rules.increment_bp, rules.cap_bp, rules.max_bp))
        if new > old:
            set_rate(person, Event("escalation", day, deferral_before=old, deferral_after=new))

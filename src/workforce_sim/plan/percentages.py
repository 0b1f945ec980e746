"""The ADP and the ACP test of a plan year of a run, with what corrects them. Chapter: ``docs/model/testing.md``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from workforce_sim.config import Config
from workforce_sim.config.match import Match
from workforce_sim.config.plan_values import EmployerMoney
from workforce_sim.dates import Flags, Ints, years_and_days
from workforce_sim.plan.adp import AdpTest, group_bp, measured
from workforce_sim.plan.amounts import by_band
from workforce_sim.plan.classes import classes_of
from workforce_sim.plan.conditions import band_place, who_meets
from workforce_sim.plan.correction import excess_of
from workforce_sim.plan.coverage import non_excludable
from workforce_sim.plan.findings import Outcome, PlanTest
from workforce_sim.plan.harbor import Kind, safe_harbor_of
from workforce_sim.plan.limits import ROTH_CATCH_UP_FROM, Limits, catch_up_limit
from workforce_sim.plan.match import BP
from workforce_sim.plan.people import People
from workforce_sim.plan.qnec import Qnecs, qnecs_of
from workforce_sim.plan.service import YEAR_OF_SERVICE_HOURS, scheduled_hours
from workforce_sim.plan.shifting import adp_to_acp_shift
from workforce_sim.plan.sources import may_enter

Test = Literal["ADP", "ACP"]

SECTIONS = {
    "ADP": {None: "401(k)(3)", "traditional": "401(k)(12)", "automatic": "401(k)(13)"},
    "ACP": {None: "401(m)(2)", "traditional": "401(m)(11)", "automatic": "401(m)(12)"},
}
"""Of each test by the kind of safe harbor, which exempts."""

HARBORS = {"match": "safe-harbor match", "nonelective": "safe-harbor nonelective contribution"}

NO_YEAR_BEFORE = "prior-year method, but the run has no prior year: tested against this year's NHCE figures"
NO_OTHERS_BEFORE = "prior-year method, but no NHCE was eligible last year: tested against this year's NHCE figures"

EARLY, OTHERWISE_EXCLUDABLE, BARGAINED = "early entrants", "otherwise excludable", "collectively bargained"
"""Plans that are tested beside that of the others."""

OLDEST = 150


class Percentages(NamedTuple):
    """An ADP or ACP test: its figures, the finding, and the rows of ``refunds`` and ``qnecs`` of what was found."""

    figures: AdpTest
    found: PlanTest
    refunds: pl.DataFrame
    qnecs: pl.DataFrame

    def named(self, name: str) -> Percentages:
        """Return the same as the test of a plan of its own."""
        test, *more = self.found.test.split(", ")
        return self._replace(found=replace(self.found, test=", ".join((test, name, *more))))


class _Part(NamedTuple):
    """One of the plans of which a test is made.

    Attributes:
        test: which.
        name: nothing for the plan of most people, or of all.
        tested: who is tested in it.
        harbor: whether safe-harbor contributions exempt.
        prior_bp: percentage of the others in the year before; None to take this year's.
        of_prior: what to know of it.
    """

    test: Test
    name: str
    tested: Flags
    harbor: Harbor
    prior_bp: int | None
    of_prior: str


def percentages(
    test: Test, config: Config, people: People, before: People | None, room: Ints | int = 0
) -> list[Percentages]:
    """Return a test of the eligible of a year: one, or of two plans one each, that of most people first.

    Args:
        test: which.
        config: of the run.
        people: of the year.
        before: of the year before; None where the run has none.
        room: catch-up that each one may still make, cents.
    """
    rules = config.at(people.year.year)
    harbor = safe_harbor(test, rules, people.year.year)
    found = []
    for name, tested in _parts(test, rules, people, harbor).items():
        if name and not tested.any():
            continue
        then = None if before is None else (before, _then(test, config, before, harbor, name))
        held = WITHOUT_MONEY if name == EARLY else harbor
        found.append(_percentages(_Part(test, name, tested, held, *_others_before(test, rules, then)), people, room))
    return found


def _parts(test: Test, config: Config, people: People, harbor: Harbor) -> dict[str, Flags]:
    """Return who is tested together, by the name of their plan."""
    tested, how = who_is_tested(test, config, people), config.plan.testing.otherwise_excludable
    early = early_entrants(config, people)
    if harbor.kind or early.any():
        return {"": tested & ~early, EARLY: tested & early}
    if how == "together":
        return {"": tested}
    old = not_excludable(config, people)
    if how == "apart":
        return {"": tested & old, OTHERWISE_EXCLUDABLE: tested & ~old}
    return {"": tested & (old | people.hce)}


def not_excludable(config: Config, people: People, service_years: int = 1) -> Flags:
    """Return who could lawfully not be kept out of the plan; the others in it are otherwise excludable.

    Where service is by hours, who has fewer than 1,000 a year has no year of service.
    """
    section = config.eligibility
    lawful = non_excludable(people.since_in_plan, people.birth, people.last_day, people.year, service_years)
    if not section.counts_hours:
        return lawful
    by_hours = np.array([rule.by_hours for rule in section.rules])[classes_of(people.applicants, section).rule]
    return np.asarray(lawful & (~by_hours | (scheduled_hours(people.full_time) >= YEAR_OF_SERVICE_HOURS)))


def _then(test: Test, config: Config, before: People, harbor: Harbor, name: str) -> Flags:
    """Return who was tested in the plan of a name the year before; nobody where there was none."""
    nobody = np.zeros(len(before.ids), dtype=np.bool_)
    return _parts(test, config.at(before.year.year), before, harbor).get(name, nobody)


def _percentages(part: _Part, people: People, room: Ints | int) -> Percentages:
    columns = _columns(part.test, people, part.tested)
    figures = measured(*columns, part.prior_bp)
    excess = np.zeros(len(people.ids), dtype=np.int64)
    if part.harbor.kind is None:
        excess[part.tested] = excess_of(*columns, part.prior_bp).cents
    kept = np.minimum(excess, room)
    qnecs = qnecs_of(*columns) if excess.any() and part.prior_bp is None else None
    found = PlanTest(
        test=", ".join(filter(None, (part.test, part.name))),
        outcome=_outcome(part.test, figures, part.harbor, columns[0]),
        section=SECTIONS[part.test][part.harbor.kind],
        figures=_in_words(figures) | _correction(excess, kept) | _in_place(qnecs),
        note=part.harbor.note if part.harbor.kind else "; ".join(filter(None, (part.harbor.note, part.of_prior))),
    )
    refunds = _refunds(part.test, people.ids, excess, kept)
    return Percentages(figures, found, refunds, _contributed(part, people.ids, qnecs))


class Harbor(NamedTuple):
    """The kind of safe harbor that exempts from a test, None where it is made; and which contributions, or why not."""

    kind: Kind | None
    note: str


WITHOUT_MONEY = Harbor(None, "no safe-harbor contribution before its year of service (26 CFR 1.401(k)-3(h)(3))")


def safe_harbor(test: Test, config: Config, year: int) -> Harbor:
    """Return whether safe-harbor contributions exempt from a test in a year: declared contributions must qualify."""
    harbor = safe_harbor_of(config, year)
    if harbor is None:
        return Harbor(None, "")
    problems = [*harbor.problems, *(_beyond_acp_harbor(config, year) if test == "ACP" else ())]
    if problems:
        return Harbor(None, f"not exempt: {'; '.join(problems)}")
    return Harbor(harbor.kind, HARBORS[harbor.money])


def early_entrants(config: Config, people: People) -> Flags:
    """Return who is eligible without the service that safe-harbor contributions require; nobody where there are none.

    They are a plan of their own, 26 CFR 1.401(k)-3(h)(3) and 1.401(m)-3(j)(3).
    """
    year, plan = people.year.year, config.plan
    harbor = safe_harbor_of(config, year)
    if harbor is None or harbor.problems:
        return np.zeros(len(people.ids), dtype=np.bool_)
    source = plan.sources(year)[harbor.money]
    return people.eligible & ((people.service < source.minimum_service_years) | ~in_source(config, people, source))


def _beyond_acp_harbor(config: Config, year: int) -> Iterator[str]:
    """Yield what keeps the match of a year within a safe harbor from being exempt from ACP, section 401(m)(11)(B).

    A safe-harbor match has been looked at but for deferrals above 6%; one beside a safe-harbor nonelective
    contribution, and a discretionary match, have not.
    """
    for name, match in matches_of(config, year).items():
        if match.matches_above_six_percent:
            yield f"plan.{name}: matches deferrals above 6% of pay (IRC 401(m)(11)(B)(i))"
        if name == config.plan.safe_harbor_money(year):
            continue
        if any(a.rate_bp < b.rate_bp for _, tiers in match.bands for a, b in pairwise(tiers)):
            yield f"plan.{name}: rates that rise with deferrals (IRC 401(m)(11)(B)(ii))"
        if len(match.bands) > 1 or match.last_day or match.minimum_hours or match.minimum_service_years > 1:
            yield (
                f"plan.{name}: graded or with conditions, so that a highly compensated employee may get more at the "
                "same deferral (IRC 401(m)(11)(B)(iii))"
            )
        if name == "discretionary_match" and _most_of_pay(match) > _MOST_DISCRETIONARY:
            yield f"plan.{name}: more than 4% of pay (26 CFR 1.401(m)-3(d)(3)(ii))"


_MOST_DISCRETIONARY = 4 * BP * BP // 100


def _most_of_pay(match: Match) -> int:
    """Return the most that a match gives, a share of pay in units of 10^-8; 0 of tiers in dollars."""
    if match.in_dollars:
        return 0
    return max(sum((tier.upper - tier.lower) * tier.rate_bp for tier in tiers) for _, tiers in match.bands)


def matches_of(config: Config, year: int) -> dict[str, Match]:
    """Return the matches of a year by name of their source."""
    sources = config.plan.sources(year)
    return {name: money for name, money in sources.items() if isinstance(money, Match)}


def in_source(config: Config, people: People, money: EmployerMoney) -> Flags:
    """Return who is in a source of employer contributions at some time in the year."""
    if money.eligibility is None:
        return people.eligible
    return people.eligible & may_enter(people.since_in_plan, people.birth, people.last_day, money, config.eligibility)


def who_is_tested(test: Test, config: Config, people: People) -> Flags:
    """Return the eligible: who may defer, of ACP those of them who would get some match for it."""
    return people.eligible if test == "ADP" else people.eligible & who_may_be_matched(config, people)


def who_may_be_matched(config: Config, people: People) -> Flags:
    """Return who would get some match for deferring: who meets its conditions, in a band that pays."""
    of_each = [_may_get(match, config, people) for match in matches_of(config, people.year.year).values()]
    return np.logical_or.reduce(of_each) & people.may_get(config)


def _may_get(match: Match, config: Config, people: People) -> Flags:
    meets = who_meets(
        match,
        people.hire,
        people.last_day,
        people.full_time,
        people.year,
        people.since_in_plan,
        people.leave_days,
        people.waived(match),
    )
    place = band_place(match.graded_by, people.tenure, people.age)
    pays: Flags = by_band(match.bands, place, lambda tiers: any(tier.rate_bp > 0 for tier in tiers))
    return meets & pays & (True if match.eligibility is None else in_source(config, people, match))


def catch_up_room(config: Config, people: People, limits: Limits, prior_pay: Ints) -> Ints:
    """Return in cents what each one may still defer as catch-up; nothing where it would have to be Roth and cannot.

    Args:
        config: of the run.
        people: of the year.
        limits: of the year.
        prior_pay: pay of the year before, cents.
    """
    plan = config.plan
    of_age = [
        catch_up_limit(age, limits, catch_up=plan.catch_up, super_catch_up=plan.super_catch_up)
        for age in range(OLDEST + 1)
    ]
    ages = np.clip(people.year.year - years_and_days(people.birth)[0], 0, OLDEST)
    room = np.maximum(np.array(of_age, dtype=np.int64)[ages] - people.catch_up, 0)
    wages = limits.roth_catch_up_wages_cents
    if plan.roth.available or wages is None or people.year.year < ROTH_CATCH_UP_FROM:
        return room
    return np.where(prior_pay > wages, 0, room)


def _columns(test: Test, people: People, tested: Flags) -> tuple[Ints, Ints, Flags]:
    """Return contributions, compensation and who is highly compensated, of those tested."""
    amounts = people.deferral if test == "ADP" else people.match
    return amounts[tested], people.compensation[tested], people.hce[tested]


def _others_before(test: Test, config: Config, before: tuple[People, Flags] | None) -> tuple[int | None, str]:
    """Return last year's percentage of the others in bp where it counts, and what to know of it.

    Args:
        test: which.
        config: of the run.
        before: everybody of the year before and who was tested; None where the run has no year before.
    """
    if config.plan.testing.method == "current":
        return None, ""
    if before is None:
        return None, NO_YEAR_BEFORE
    amounts, compensation, hce = _columns(test, *before)
    last = group_bp(amounts, compensation, ~hce)
    return last, "tested against last year's NHCE figures" if last is not None else NO_OTHERS_BEFORE


def _outcome(test: Test, figures: AdpTest, harbor: Harbor, amounts: Ints) -> Outcome:
    if harbor.kind and (test == "ADP" or amounts.any()):
        return "exempt"
    if not amounts.any():
        return "not applicable"
    return "passed" if figures.passed else "failed"


def _in_words(figures: AdpTest) -> dict[str, float | int | None]:
    return {
        "hce_percent": figures.hce_percentage,
        "nhce_percent": figures.nhce_percentage,
        "highest_passing_percent": figures.highest_passing,
        "hces": figures.hces,
        "nhces": figures.nhces,
    }


def _correction(excess: Ints, kept: Ints) -> dict[str, float | int | None]:
    if not excess.any():
        return {}
    total, recharacterized = int(excess.sum()), int(kept.sum())
    return {
        "excess": total / 100,
        "recharacterized": recharacterized / 100,
        "refunds": (total - recharacterized) / 100,
        "refunded_to": int(np.count_nonzero(excess)),
    }


def _in_place(qnecs: Qnecs | None) -> dict[str, float | int | None]:
    """Return the figures of QNECs that would do in place of refunds."""
    if qnecs is None or qnecs.flat_bp is None:
        return {}
    flat, targeted = int(qnecs.flat.sum()), int(qnecs.targeted.sum())
    return {"qnec_percent": qnecs.flat_bp / 100, "qnec": flat / 100, "targeted_qnec": targeted / 100}


def _contributed(part: _Part, ids: pl.Series, qnecs: Qnecs | None) -> pl.DataFrame:
    """Return the rows of ``Nondiscrimination.qnecs``."""
    which = ids.filter(pl.Series(part.tested))
    nothing = np.zeros(len(which), dtype=np.int64)
    every = pl.DataFrame(
        {
            "test": pl.repeat(part.test, len(which), dtype=pl.String, eager=True),
            "employee_id": which,
            "flat_cents": nothing if qnecs is None else qnecs.flat,
            "targeted_cents": nothing if qnecs is None else qnecs.targeted,
        }
    )
    return every.filter((pl.col("flat_cents") > 0) | (pl.col("targeted_cents") > 0))


def with_shift(adp: Percentages, acp: Percentages, config: Config) -> Percentages:
    """Return a failed ACP test with what it takes to shift deferrals to it from an ADP test of this year's figures."""
    averages = [one for test in (adp, acp) for one in (test.figures.nhce_percentage, test.figures.hce_percentage)]
    if acp.found.outcome != "failed" or adp.found.outcome != "passed" or config.plan.testing.method == "prior":
        return acp
    if None in averages:
        return acp
    shift = adp_to_acp_shift(*(average or 0.0 for average in averages))
    if not shift.passes:
        return acp
    note = f"passes with {shift.shift:.2f}% of pay shifted from the NHCEs' deferrals (26 CFR 1.401(m)-2(a)(6)(ii))"
    told = "; ".join(filter(None, (acp.found.note, note)))
    return acp._replace(
        found=replace(acp.found, figures={**acp.found.figures, "shift_percent": shift.shift}, note=told)
    )


def _refunds(test: Test, ids: pl.Series, excess: Ints, kept: Ints) -> pl.DataFrame:
    every = pl.DataFrame(
        {
            "test": pl.repeat(test, len(ids), dtype=pl.String, eager=True),
            "employee_id": ids,
            "excess_cents": excess,
            "recharacterized_cents": kept,
            "refund_cents": excess - kept,
        }
    )
    return every.filter(pl.col("excess_cents") > 0)

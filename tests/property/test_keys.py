"""Every configuration key, where it is live, changes some output; and no key is without an entry here."""

from __future__ import annotations

import datetime as dt
import json
import typing
from collections.abc import Iterator
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import RootModel

from tests import support
from tests.property import strategies
from tests.support import Scenario, fast, only
from tests.support_events import said
from workforce_sim import CensusError, ConfigError, SimulationError, simulate
from workforce_sim.census.synthetic import LEVELS, synthetic_census
from workforce_sim.cli.main import main
from workforce_sim.config import CAUSES, Config
from workforce_sim.config import plan as of_plan
from workforce_sim.config.effect.live import ALWAYS, Live, live
from workforce_sim.config.effect.notes import AT_START
from workforce_sim.config.eligibility import ClassRule, Eligibility, LongTermPartTime, Service
from workforce_sim.config.enrollment import AutoEnrollment, Change, Escalation, MatchResponse
from workforce_sim.config.match import FORMULAS
from workforce_sim.config.plan_values import SourceEligibility
from workforce_sim.config.profit_sharing import Pool, ProfitSharing
from workforce_sim.config.root import AMENDED
from workforce_sim.config.switches import switched
from workforce_sim.config.values import Section
from workforce_sim.config.vesting import VestingService
from workforce_sim.result.result import Result
from workforce_sim.store.ledger import fingerprint

Changes = dict[str, Any]


# --- what there is to choose ------------------------------------------------------------------------------------------


def keys(model: type[Section] = Config, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Walk the models: dotted keys as written in YAML with their types, ``[]`` for a list and ``*`` for any name."""
    for name, field in model.model_fields.items():
        key = prefix + (field.alias or name)
        inner = list(sections_in(field.annotation))
        if not inner or any(suffix for suffix, _ in inner) or any(map(by_year, parts(field.annotation))):
            yield key, field.annotation
        for suffix, section in inner:
            yield from keys(section, f"{key}{suffix}.")


def parts(annotation: Any) -> tuple[Any, ...]:
    """A type, and what it is one of."""
    return annotation, *typing.get_args(annotation)


def sections_in(annotation: Any) -> Iterator[tuple[str, type[Section]]]:
    """Find the sections that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield "", annotation
    if by_year(annotation):  # a year of a table has the keys of one value
        yield from {("", section): None for _, section in sections_in(annotation.model_fields["root"].annotation)}
        return
    suffix = {tuple: "[]", dict: ".*"}.get(typing.get_origin(annotation), "")
    for argument in typing.get_args(annotation):
        yield from ((suffix + inner, section) for inner, section in sections_in(argument))


def by_year(annotation: Any) -> bool:
    """Tell whether a type is one value or a table by year."""
    return isinstance(annotation, type) and issubclass(annotation, RootModel)


EVERY_KEY = dict(keys())
BY_YEAR = [
    key
    for key, kind in EVERY_KEY.items()
    if any(map(by_year, parts(kind))) and "[]" not in key and not key.startswith("departments.")
]
"""Keys of one value or a table by year; those in the rows of lists are in tests/unit/test_other_pay.py, those of
departments in tests/unit/test_planned.py."""
OF_TESTS = {
    "plan.testing.method",
    "plan.testing.otherwise_excludable",
    "eligibility.long_term_part_time.tested",
    "plan.testing.interest_rate",
    "plan.established",
    "plan.employer_since",
    "plan.governmental_or_church",
}
"""What only the tests of a plan year look at, of a finished run, and the warnings about section 414A."""
OF_REPLICATES = {
    "uncertainty.assumptions",
    "uncertainty.assumptions[].key",
    "uncertainty.assumptions[].draw",
    "uncertainty.assumptions[].uniform",
    "uncertainty.assumptions[].triangular",
    "uncertainty.assumptions[].normal",
    "uncertainty.assumptions[].lognormal",
    "uncertainty.assumptions[].values",
}
"""What gives each replicate its own configuration; in tests/unit/test_uncertainty.py."""
OF_FILES = {
    "census.path",
    "census.size",
    "census.columns",
    "census.date_format",
    "census.encoding",
    "census.sheet",
    "census.header_row",
    "census.pay_basis",
    "census.hours_per_year",
    "census.annualize_part_year",
    "census.rates",
    "census.several_rows",
    "census.service_from",
    "census.status_words",
    "census.leave_out",
    "census.pseudonym_key",
    "census.known_exits",
    "census.id_prefix",
    "actions.acquisitions",
    "actions.acquisitions[].census",
    "actions.acquisitions[].date",
    "actions.acquisitions[].prefix",
    "actions.acquisitions[].service",
    "output.path",
    "output.compression",
}
"""What is read and written; each has a test of its own below, ``sheet`` and ``pseudonym_key`` where workbooks and
identifiers are tested, acquisitions where planned changes are."""


# --- keys of the model: what makes one live, and a change -------------------------------------------------------------

PERCENTILES = {"p10": 34_000, "p25": 38_000, "p50": 45_000, "p75": 52_000, "p90": 60_000}
RANGE = {"minimum": 30_000, "midpoint": 44_000, "maximum": 75_000}
STAFF = {"name": "Staff", **RANGE, "percentiles": PERCENTILES}
OTHERS = [{"name": name} for name in LEVELS[1:]]
YOUNG_AND_OLD = [{"from": 0, "factor": 1}, {"from": 40, "factor": 3}]
SHORT_AND_LONG = [{"from": 0, "factor": 1}, {"from": 7, "factor": 3}]
RATES = [
    {"age_from": 0, "tenure_from": 0, "value": 0.1},
    {"age_from": 40, "tenure_from": 0, "value": 0.2},
    {"age_from": 40, "tenure_from": 8, "value": 0.4},
]
AGES = [{"from": 18, "to": 40, "weight": 1}, {"from": 40, "to": 60, "weight": 1}]
RATINGS = {"good": {"share": 0.5, "factor": 1.5}, "fair": {"share": 0.5, "factor": 0.5}}
TWO_TO_NINE = {"lowest": 0.02, "highest": 0.09}
SUMMER = [0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0]


KNOWN = [{"date": "2025-03-03", "count": 2, "level": "Staff", "department": "Sales", "salary": 50_000.0, "hours": 2080}]
SEASON = [{"hired": "10-01", "ends": "01-15", "count": 5, "level": "Staff", "department": "Sales", "hours": 1040}]
LAYOFF = [{"date": "2025-06-30", "count": 9, "department": "Sales", "level": "Staff", "select": "lowest_paid"}]
WAITING: Changes = {"hiring.time_to_fill": {"shortest_days": 30, "longest_days": 60}}
OF_RATES: Changes = {"promotion.base_rate": 0.1, "departments": {"Sales": {}}}


def levels(**change: Any) -> list[dict[str, Any]]:
    """The levels, the lowest one changed."""
    return [{**STAFF, **change}, *OTHERS]


def last(rows: list[dict[str, Any]], **change: Any) -> list[dict[str, Any]]:
    """The rows, the last one changed."""
    return [*rows[:-1], {**rows[-1], **change}]


def cause(name: str) -> list[dict[str, Any]]:
    """Every exit of one cause."""
    return [{"from": 0, name: 1.0}]


def half(name: str) -> list[dict[str, Any]]:
    """Half of the exits of one cause, the others of another."""
    return [{"from": 0, name: 0.5, next(one for one in CAUSES if one != name): 0.5}]


LOW_AND_HIGH = [
    {"age_from": 0, "pay_from": 0, "value": 0.1},
    {"age_from": 0, "pay_from": 50_000, "value": 0.9},
    {"age_from": 40, "pay_from": 0, "value": 0.2},
]
SIX_AND_NINE = [{**cell, "value": value} for cell, value in zip(LOW_AND_HIGH, (0.06, 0.09, 0.07), strict=True)]
TIERS = [{"up_to": 0.02, "rate": 1.0}, {"up_to": 0.06, "rate": 0.5}]
DOLLAR_TIERS = [{"up_to": 1000.0, "rate": 1.0}, {"up_to": 3000.0, "rate": 0.5}]
BY_TENURE = [{"from": 0, "tiers": [{"up_to": 0.06, "rate": 0.25}]}, {"from": 8, "tiers": TIERS}]
BY_SERVICE = [{"from": 0, "rate": 0.25, "max": 0.06}, {"from": 8, "rate": 0.75, "max": 0.05}]
BY_POINTS = [{"from": 0, "rate": 0.25, "max": 0.06}, {"from": 50, "rate": 0.75, "max": 0.05}]
THREE_AND_FIVE = [{"from": 0, "rate": 0.03}, {"from": 8, "rate": 0.05}]
BY_AGE = [{"from": 0, "rate": 0.03}, {"from": 45, "rate": 0.05}]
AT_HALF = {"base_rate": 0.05, "excess_rate": 0.04, "level_share": 0.5}
AT_DOLLARS = {"base_rate": 0.05, "excess_rate": 0.04, "level": 80_000.0}
FLAT: Changes = {"plan.nonelective": {"kind": "flat", "rate": 0.03}}
BY_SHARE: Changes = {"plan.nonelective": {"kind": "integrated", "integrated": AT_HALF}}
SWEPT: Changes = {"enrollment.auto_enrollment.scope": "all_eligible"}
RISING: Changes = {"enrollment.escalation.scope": "all"}
RESPONDING: Changes = {"plan.match": {"tiers": TIERS}, "enrollment.match_response.below": 0.5}
OVERTIME = {"name": "overtime", "kind": "overtime", "share": 0.06, "receivers": 0.7}
BONUS = {"name": "bonus", "kind": "bonus", "share": 0.1, "receivers": 0.5, "spread": 0.3, "date": "11-15"}
PAID: Changes = {"compensation.other_pay": [OVERTIME, BONUS]}
LATE = [0.0] * 30 + [1.0]
COMING_BACK: Changes = {"hiring.rehires": {"share": 0.8, "within_years": 1}}
BEYOND_WHAT_IS_PUBLISHED: Changes = {"simulation.end_year": 2028}


PART_TIME: Changes = {
    "simulation.end_year": 2028,
    "hiring.part_time_share": 0.4,
    "hiring.part_time_hours": 1200,
    "eligibility.waiting_period_years": 1,
    "eligibility.service.method": "hours",
    "eligibility.service.hours": 1250,
}
"""Hires of 2025 who work part-time are long-term part-time employees in 2027."""
EXCLUDED = [{"reason": "other", "department": ["Sales"], "level": ["Staff"]}]
IN_SALES = [{"department": ["Sales"], "level": ["Staff"], "union": True, "waiting_period_days": 30, "entry": "monthly"}]
BY_HOURS = [
    {"department": ["Sales"], "waiting_period_years": 1, "service": {"method": "hours", "hours": 1250}},
]
ELAPSED = last(BY_HOURS, service={"method": "elapsed"})


def limited(**dollars: float) -> Changes:
    """Other limits, from the year before the run."""
    years = ("2024", "2025", "2026")
    return {"plan.limits.overrides": {name: dict.fromkeys(years, amount) for name, amount in dollars.items()}}


def in_cells(key: str, setup: Changes, cells: list[dict[str, Any]]) -> dict[str, tuple[Changes, Any]]:
    """A table by age and pay, and each key of its cells."""
    return {
        f"{key}[].age_from": (setup | {key: cells}, last(cells, age_from=50)),
        f"{key}[].pay_from": (setup | {key: cells[:2]}, last(cells[:2], pay_from=70_000)),
        f"{key}[].value": (setup | {key: cells}, last(cells, value=0.8)),
    }


def in_rows(key: str, setup: Changes, rows: list[dict[str, Any]], **others: Any) -> dict[str, tuple[Changes, Any]]:
    """A list, and a change of each of these keys of its last row."""
    changed = {name.rstrip("_"): value for name, value in others.items()}
    return {f"{key}[].{name}": (setup | {key: rows}, last(rows, **{name: value})) for name, value in changed.items()}


def without_deferrals(
    section: str, kind: str, key: str, rows: list[dict[str, Any]], start: int
) -> dict[str, tuple[Changes, Any]]:
    """A kind of a contribution without deferrals, its table, and each key of the table."""
    written_at, setup = f"{section}.{key}", {section: {"kind": kind, key: rows}}
    return {
        written_at: (setup, rows[:1]),
        f"{written_at}[].from": (setup, last(rows, **{"from": start})),
        f"{written_at}[].rate": (setup, last(rows, rate=0.08)),
    }


IN_RANGES: Changes = {"workforce.levels": levels()}
LIFTED: Changes = {"workforce.levels": levels(minimum=33_900), "compensation.range_minimum": "lift"}
MATRIX: Changes = {
    "position": "compa_ratio",
    "edges": [0.9, 1.1],
    "increases": {"all": [0.05, 0.03, 0.01]},
    "pool": False,
}
BY_MATRIX: Changes = IN_RANGES | {"compensation.merit_matrix": MATRIX}
BY_POOL: Changes = IN_RANGES | {"compensation.merit_matrix": MATRIX | {"pool": True}}
BY_RATED_MATRIX: Changes = IN_RANGES | {
    "compensation.merit_matrix": MATRIX | {"increases": {"good": [0.06, 0.04, 0.02], "fair": [0.03, 0.02, 0.0]}},
    "compensation.ratings": {"good": {"share": 0.5}, "fair": {"share": 0.5}},
}
RETIRING: Changes = {
    "eligible": [{"age": 50, "service": 2}, {"age": 60, "service": 0}],
    "rates": [{"from": 45, "rate": 0.3}, {"from": 60, "rate": 0.6}],
    "combine": "replace",
}
MAY_RETIRE: Changes = {"terminations.retirement": RETIRING}
RETIRE_BY_FACTORS: Changes = {"terminations.retirement": {"eligible": [{"age": 45}], "factors": YOUNG_AND_OLD}}


def match_keys(section: str, formula: Changes) -> dict[str, tuple[Changes, Any]]:
    """The keys of a match; ``formula`` is what makes those live that need one."""
    return {
        f"{section}.preset": (formula, "stretch"),
        f"{section}.tiers": ({}, TIERS),
        **in_rows(f"{section}.tiers", {}, TIERS, up_to=0.05, rate=0.25),
        f"{section}.dollar_tiers": ({}, DOLLAR_TIERS),
        **in_rows(f"{section}.dollar_tiers", {}, DOLLAR_TIERS, up_to=4000.0, rate=0.25),
        f"{section}.by_tenure": ({}, BY_TENURE),
        **in_rows(f"{section}.by_tenure", {}, BY_TENURE, from_=12, tiers=TIERS[:1]),
        f"{section}.by_tenure[].tiers[].up_to": (
            {f"{section}.by_tenure": BY_TENURE},
            last(BY_TENURE, tiers=last(TIERS, up_to=0.05)),
        ),
        f"{section}.by_tenure[].tiers[].rate": (
            {f"{section}.by_tenure": BY_TENURE},
            last(BY_TENURE, tiers=last(TIERS, rate=0.75)),
        ),
        f"{section}.by_service": ({}, BY_SERVICE),
        **in_rows(f"{section}.by_service", {}, BY_SERVICE, from_=12, rate=0.5, max=0.04),
        f"{section}.by_points": ({}, BY_POINTS),
        **in_rows(f"{section}.by_points", {}, BY_POINTS, from_=60, rate=0.5, max=0.04),
        f"{section}.basis": (formula, "payroll"),
        **source_keys(section, formula),
    }


def source_keys(section: str, setup: Changes) -> dict[str, tuple[Changes, Any]]:
    """What every source of employer contributions has of its own."""
    own = f"{section}.eligibility"
    entry = {name: {**keys, "eligibility": {}} for name, keys in setup.items()}
    return {
        f"{section}.compensation": (setup, "plan_year"),
        f"{section}.pay": (setup | PAID, {"excluding": ["overtime"]}),
        f"{own}.waiting_period_days": (entry, 1500),
        f"{own}.waiting_period_years": (entry, 3),
        f"{own}.waiting_period_months": (entry, 30),
        f"{own}.minimum_age": (entry, 40),
        f"{own}.entry": (entry, "annual"),
        f"{section}.minimum_service_years": (setup, 7),
        f"{section}.last_day": (setup, True),
        f"{section}.minimum_hours": (setup, 1500),
        f"{section}.annual_limit": (setup, 500.0),
        f"{section}.waived_for": (setup | {f"{section}.last_day": True}, ["retirement"]),
    }


def sharing(kind: str, **keys: Any) -> Changes:
    """Profit sharing of a kind."""
    return {"plan.profit_sharing": {"kind": kind, **keys}}


def pooled(**keys: Any) -> Changes:
    """Profit sharing from a pool."""
    return sharing("pool", pool=keys)


def weighted(allocation: str, table: str) -> dict[str, tuple[Changes, Any]]:
    """The keys of a table of weights."""
    rows = [{"from": 0, "weight": 1.0}, {"from": 8 if allocation == "service" else 45, "weight": 2.0}]
    written_at = f"plan.profit_sharing.pool.{table}"
    setup = pooled(dollars=100_000.0, allocation=allocation, **{table: rows})
    return {
        written_at: (setup, rows[:1]),
        f"{written_at}[].from": (setup, last(rows, **{"from": 50})),
        f"{written_at}[].weight": (setup, last(rows, weight=3.0)),
    }


SECOND: Changes = {"plan.discretionary_match": {"preset": "simple"}}
SHARING = sharing("flat", rate=0.03)
EXCESS = sharing("age", by_age=BY_AGE, excess={"rate": 0.1, "level_share": 0.5})
GROUPS = [
    {"levels": ["Senior"], "owners": False, "dollars": 800.0},
    {"levels": ["Staff"], "departments": ["Sales"], "rate": 0.05},
]

LIVE: dict[str, tuple[Changes, Any]] = {
    # key: (what makes it live, another value of the key or of the list or mapping that it stands in)
    "random_seed": ({}, 43),
    "eligibility.waiting_period_days": ({}, 30),
    "eligibility.waiting_period_years": ({}, 2),
    "eligibility.waiting_period_months": ({}, 3),
    "eligibility.minimum_age": ({}, 30),
    "eligibility.entry": ({}, "quarterly"),
    "eligibility.service.method": ({"eligibility.waiting_period_years": 1}, "hours"),
    "eligibility.service.hours": (PART_TIME, 1100),
    "eligibility.service.periods": (PART_TIME, "plan_year"),
    "eligibility.long_term_part_time.enabled": (PART_TIME, False),
    "eligibility.long_term_part_time.employer_money": (PART_TIME, True),
    "eligibility.excluded_classes": ({}, EXCLUDED),
    **in_rows("eligibility.excluded_classes", {}, EXCLUDED, reason="union", department=["Finance"], level=["Manager"]),
    "eligibility.classes": ({}, IN_SALES),
    **in_rows(
        "eligibility.classes",
        {},
        IN_SALES,
        department=["Finance"],
        level=["Manager"],
        union=False,
        waiting_period_days=60,
        waiting_period_years=2,
        waiting_period_months=2,
        minimum_age=30,
        entry="quarterly",
    ),
    "eligibility.classes[].service.method": (PART_TIME | {"eligibility.classes": BY_HOURS[:1]}, ELAPSED),
    "eligibility.classes[].service.hours": (
        PART_TIME | {"eligibility.classes": BY_HOURS},
        last(BY_HOURS, service={"method": "hours", "hours": 1100}),
    ),
    "eligibility.classes[].service.periods": (
        PART_TIME | {"eligibility.classes": BY_HOURS},
        last(BY_HOURS, service={"method": "hours", "periods": "plan_year"}),
    ),
    "eligibility.excluded_share": ({}, 0.4),
    "eligibility.excluded_scope": ({"eligibility.excluded_share": 0.4}, "hires"),
    "enrollment.auto_enrollment.enabled": ({}, False),
    "enrollment.auto_enrollment.hire_date_cutoff": ({}, "2030-01-01"),
    "enrollment.auto_enrollment.scope": ({}, "all_eligible"),
    "enrollment.auto_enrollment.window_days": ({}, 10),
    "enrollment.auto_enrollment.default_deferral_rate": ({}, 0.03),
    "enrollment.auto_enrollment.opt_out": ({}, 0.5),
    "enrollment.auto_enrollment.unknown_opt_outs": (
        {"enrollment.auto_enrollment.hire_date_cutoff": "2010-01-01"},
        "enroll",
    ),
    **in_cells("enrollment.auto_enrollment.opt_out", SWEPT, LOW_AND_HIGH),
    "enrollment.election": ({}, 0.9),
    **in_cells("enrollment.election", {}, LOW_AND_HIGH),
    "enrollment.deferral_rates": ({}, 0.11),
    **in_cells("enrollment.deferral_rates", {}, SIX_AND_NINE),
    "enrollment.match_seeking": ({}, 1.0),
    "enrollment.conversion": ({}, 0.5),
    "enrollment.change.probability": ({}, 0.5),
    "enrollment.change.step": ({}, 0.05),
    "enrollment.stop": ({}, 0.2),
    "enrollment.max_deferral": ({}, 0.05),
    "enrollment.escalation.enabled": (RISING, False),
    "enrollment.escalation.date": (RISING, "07-01"),
    "enrollment.escalation.increment": (RISING, 0.02),
    "enrollment.escalation.cap": (RISING, 0.06),
    "enrollment.escalation.delay_years": (RISING, 2),
    "enrollment.escalation.scope": ({}, "all"),
    "enrollment.escalation.declining_share": (RISING, 0.9),
    "enrollment.escalation.census_source": ({}, "all"),
    "enrollment.match_response.below": (
        {"plan.match": {"2025": {"preset": "simple"}, "2026": {"preset": "stretch"}}},
        0.5,
    ),
    "enrollment.match_response.above": (
        {"plan.match": {"2025": {"preset": "stretch"}, "2026": {"preset": "safe_harbor_enhanced"}}},
        0.5,
    ),
    "enrollment.match_response.move": (
        {
            "plan.match": {"2025": {"preset": "simple"}, "2026": {"preset": "stretch"}},
            "enrollment.match_response.below": 0.5,
        },
        0.5,
    ),
    "enrollment.match_response.before": ({"enrollment.match_response.below": 0.5}, "stretch"),
    **in_rows("enrollment.match_response.before", RESPONDING, TIERS, up_to=0.05, rate=0.25),
    "plan.enabled": ({}, False),
    "plan.match": ({}, {"preset": "simple"}),
    "plan.match.preset": ({}, "stretch"),
    "plan.match.tiers": ({}, TIERS),
    **in_rows("plan.match.tiers", {}, TIERS, up_to=0.05, rate=0.25),
    "plan.match.dollar_tiers": ({}, DOLLAR_TIERS),
    **in_rows("plan.match.dollar_tiers", {}, DOLLAR_TIERS, up_to=4000.0, rate=0.25),
    "plan.match.by_tenure": ({}, BY_TENURE),
    **in_rows("plan.match.by_tenure", {}, BY_TENURE, from_=12, tiers=TIERS[:1]),
    "plan.match.by_tenure[].tiers[].up_to": (
        {"plan.match.by_tenure": BY_TENURE},
        last(BY_TENURE, tiers=last(TIERS, up_to=0.05)),
    ),
    "plan.match.by_tenure[].tiers[].rate": (
        {"plan.match.by_tenure": BY_TENURE},
        last(BY_TENURE, tiers=last(TIERS, rate=0.75)),
    ),
    "plan.match.by_service": ({}, BY_SERVICE),
    **in_rows("plan.match.by_service", {}, BY_SERVICE, from_=12, rate=0.5, max=0.04),
    "plan.match.by_points": ({}, BY_POINTS),
    **in_rows("plan.match.by_points", {}, BY_POINTS, from_=60, rate=0.5, max=0.04),
    "plan.match.basis": ({}, "payroll"),
    "plan.match.compensation": ({}, "plan_year"),
    "plan.match.pay": (PAID, "base"),
    "plan.match.minimum_service_years": ({}, 7),
    "plan.match.last_day": ({}, True),
    "plan.match.minimum_hours": ({}, 1500),
    **match_keys("plan.match", {}),
    "plan.discretionary_match": (SECOND, {"preset": "stretch"}),
    **match_keys("plan.discretionary_match", SECOND),
    "plan.nonelective.kind": ({}, FLAT["plan.nonelective"]),
    "plan.nonelective.rate": (FLAT, 0.04),
    **without_deferrals("plan.nonelective", "service", "by_service", THREE_AND_FIVE, 12),
    **without_deferrals("plan.nonelective", "points", "by_points", BY_AGE, 60),
    **without_deferrals("plan.nonelective", "age", "by_age", BY_AGE, 55),
    "plan.nonelective.integrated.base_rate": (BY_SHARE, 0.06),
    "plan.nonelective.integrated.excess_rate": (BY_SHARE, 0.03),
    "plan.nonelective.integrated.level_share": (BY_SHARE, 0.4),
    "plan.nonelective.integrated.level": (
        {"plan.nonelective": {"kind": "integrated", "integrated": AT_DOLLARS}},
        70_000.0,
    ),
    "plan.nonelective.compensation": (FLAT, "plan_year"),
    "plan.nonelective.pay": (FLAT | PAID, {"excluding": ["overtime"]}),
    "plan.nonelective.minimum_service_years": (FLAT, 7),
    "plan.nonelective.last_day": (FLAT, True),
    "plan.nonelective.minimum_hours": (FLAT, 1500),
    **source_keys("plan.nonelective", FLAT),
    **source_keys("plan.profit_sharing", SHARING),
    "plan.profit_sharing.kind": ({}, SHARING["plan.profit_sharing"]),
    "plan.profit_sharing.rate": (SHARING, 0.04),
    **without_deferrals("plan.profit_sharing", "service", "by_service", THREE_AND_FIVE, 12),
    **without_deferrals("plan.profit_sharing", "points", "by_points", BY_AGE, 60),
    **without_deferrals("plan.profit_sharing", "age", "by_age", BY_AGE, 55),
    "plan.profit_sharing.integrated.base_rate": (sharing("integrated", integrated=AT_HALF), 0.06),
    "plan.profit_sharing.integrated.excess_rate": (sharing("integrated", integrated=AT_HALF), 0.03),
    "plan.profit_sharing.integrated.level_share": (sharing("integrated", integrated=AT_HALF), 0.4),
    "plan.profit_sharing.integrated.level": (sharing("integrated", integrated=AT_DOLLARS), 70_000.0),
    "plan.profit_sharing.excess.rate": (EXCESS, 0.2),
    "plan.profit_sharing.excess.level_share": (EXCESS, 0.4),
    "plan.profit_sharing.excess.level": (
        sharing("age", by_age=BY_AGE, excess={"rate": 0.1, "level": 80_000.0}),
        70_000.0,
    ),
    "plan.profit_sharing.dollars": (sharing("dollars", dollars=500.0), 600.0),
    "plan.profit_sharing.groups": (sharing("groups", groups=GROUPS), GROUPS[1:]),
    **in_rows(
        "plan.profit_sharing.groups",
        sharing("groups", groups=GROUPS),
        GROUPS,
        levels=["Senior"],
        departments=["Sales", "Technology"],
        rate=0.09,
    ),
    "plan.profit_sharing.groups[].owners": (
        sharing("groups", groups=GROUPS),
        [{**GROUPS[0], "owners": True}, GROUPS[1]],
    ),
    "plan.profit_sharing.groups[].dollars": (
        sharing("groups", groups=GROUPS),
        [{**GROUPS[0], "dollars": 900.0}, GROUPS[1]],
    ),
    "plan.profit_sharing.pool.dollars": (pooled(dollars=100_000.0), 90_000.0),
    "plan.profit_sharing.pool.payroll_share": (pooled(payroll_share=0.03), 0.04),
    "plan.profit_sharing.pool.allocation": (pooled(dollars=100_000.0), "equal"),
    **{
        key: value
        for allocation, table in (("service", "by_service"), ("points", "by_points"), ("age", "by_age"))
        for key, value in weighted(allocation, table).items()
    },
    "plan.profit_sharing.pool.interest": (pooled(dollars=100_000.0, allocation="age_weighted"), 0.05),
    "plan.profit_sharing.pool.integrated.level_share": (
        pooled(dollars=100_000.0, allocation="integrated", integrated={"level_share": 0.5}),
        0.3,
    ),
    "plan.profit_sharing.pool.integrated.level": (
        pooled(dollars=100_000.0, allocation="integrated", integrated={"level": 80_000.0}),
        60_000.0,
    ),
    "plan.deferral_pay": (PAID, {"excluding": ["bonus"]}),
    "plan.roth.available": ({}, False),
    "plan.roth.share": ({}, 0.4),
    "plan.catch_up": (limited(elective_deferral=3000), False),
    "plan.super_catch_up": (limited(elective_deferral=1000, catch_up=100), False),
    "plan.deferrals_stop_at_pay_limit": (limited(compensation=30_000), True),
    "plan.hce_deferral_limit": (limited(highly_compensated=30_000) | {"plan.hce_deferral_limit": 0.05}, 0.02),
    "plan.vesting.match": ({}, "graded_6"),
    "plan.vesting.nonelective": (FLAT, "graded_6"),
    "plan.vesting.service.method": ({"plan.vesting.match": "graded_6"}, "hours"),
    "plan.vesting.service.hours": ({"plan.vesting.service.method": "hours"}, 1900),
    "plan.vesting.service.periods": ({"plan.vesting.service.method": "hours"}, "anniversary"),
    "plan.vesting.profit_sharing": (SHARING, "graded_6"),
    "plan.vesting.discretionary_match": (SECOND, "graded_6"),
    "plan.vesting.normal_retirement_age": ({"plan.vesting.match": "graded_6"}, 50),
    "plan.forfeitures": ({"plan.vesting.match": LATE}, "expenses"),
    "plan.annual_return": ({}, 0.05),
    "plan.limits.inflation": (BEYOND_WHAT_IS_PUBLISHED, 0.3),
    "plan.limits.wage_growth": (BEYOND_WHAT_IS_PUBLISHED | BY_SHARE, 0.2),
    "plan.limits.overrides": ({}, limited(elective_deferral=3000)["plan.limits.overrides"]),
    "plan.testing.pay": (PAID, "base"),
    "plan.testing.top_paid_group": (limited(highly_compensated=30_000), True),
    "plan.testing.safe_harbor": (limited(annual_additions=3000), False),
    "simulation.start_year": ({}, 2024),
    "simulation.end_year": ({}, 2027),
    "simulation.opening_date": ({}, "2025-07-01"),
    "simulation.target_growth_rate": ({}, 0.04),
    "workforce.total_termination_rate": ({}, 0.13),
    "workforce.new_hire_termination_rate": ({}, 0.27),
    "workforce.headcount": ({}, "stochastic"),
    "workforce.max_hires_ratio": ({}, 0.1),
    "workforce.levels": ({}, levels()),
    "workforce.levels[].name": ({"workforce.levels": levels()}, levels(name="Crew")),
    "workforce.levels[].minimum": ({"workforce.levels": levels()}, levels(minimum=20_000)),
    "workforce.levels[].midpoint": (
        {"workforce.levels": levels(), "hiring.pay": "uniform"},
        levels(midpoint=50_000),
    ),
    "workforce.levels[].maximum": ({"workforce.levels": levels()}, levels(maximum=90_000)),
    **{
        f"workforce.levels[].percentiles.{name}": (
            {"workforce.levels": levels()},
            levels(percentiles={**PERCENTILES, name: amount + 1000}),
        )
        for name, amount in PERCENTILES.items()
    },
    "workforce.levels[].termination_factor": ({"workforce.levels": levels()}, levels(termination_factor=0.5)),
    "workforce.levels[].promotion_factor": (
        {"promotion.mode": "rates", "workforce.levels": levels()},
        levels(promotion_factor=0.5),
    ),
    "uncertainty.year_effects.terminations": ({"workforce.headcount": "stochastic"}, 0.3),
    "uncertainty.year_effects.growth": ({}, 0.1),
    "uncertainty.year_effects.raises": ({}, 0.1),
    "terminations.age_factors": ({}, YOUNG_AND_OLD),
    "terminations.age_factors[].from": (
        {"terminations.age_factors": YOUNG_AND_OLD},
        last(YOUNG_AND_OLD, **{"from": 50}),
    ),
    "terminations.age_factors[].factor": ({"terminations.age_factors": YOUNG_AND_OLD}, last(YOUNG_AND_OLD, factor=2)),
    "terminations.tenure_factors": ({}, SHORT_AND_LONG),
    "terminations.tenure_factors[].from": (
        {"terminations.tenure_factors": SHORT_AND_LONG},
        last(SHORT_AND_LONG, **{"from": 12}),
    ),
    "terminations.tenure_factors[].factor": (
        {"terminations.tenure_factors": SHORT_AND_LONG},
        last(SHORT_AND_LONG, factor=2),
    ),
    "terminations.rates": ({}, RATES),
    "terminations.rates[].age_from": ({"terminations.rates": RATES[:2]}, last(RATES[:2], age_from=50)),
    "terminations.rates[].tenure_from": ({"terminations.rates": RATES}, last(RATES, tenure_from=12)),
    "terminations.rates[].value": ({"terminations.rates": RATES}, last(RATES, value=0.8)),
    "terminations.rate_factor": ({"terminations.rates": RATES, "workforce.headcount": "stochastic"}, 1.5),
    "terminations.department_factors": ({}, {"Sales": 5.0}),
    "terminations.causes": ({}, cause("voluntary")),
    "terminations.causes[].from": (
        {"terminations.causes": [*cause("voluntary"), {"from": 40, "death": 1.0}]},
        [*cause("voluntary"), {"from": 50, "death": 1.0}],
    ),
    **{f"terminations.causes[].{name}": ({"terminations.causes": cause(name)}, half(name)) for name in CAUSES},
    "terminations.month_weights": ({}, SUMMER),
    "terminations.new_hire_hazard": ({}, "level"),
    "terminations.retirement.eligible": (MAY_RETIRE, [{"age": 62}]),
    "terminations.retirement.eligible[].age": (MAY_RETIRE, [{"age": 48, "service": 2}]),
    "terminations.retirement.eligible[].service": (MAY_RETIRE, [{"age": 50, "service": 9}]),
    "terminations.retirement.rates": (MAY_RETIRE, None),
    "terminations.retirement.rates[].from": (MAY_RETIRE, last(RETIRING["rates"], **{"from": 55})),
    "terminations.retirement.rates[].rate": (MAY_RETIRE, last(RETIRING["rates"], rate=0.9)),
    "terminations.retirement.combine": (MAY_RETIRE, "add"),
    "terminations.retirement.factors": (RETIRE_BY_FACTORS, None),
    "terminations.retirement.factors[].from": (RETIRE_BY_FACTORS, last(YOUNG_AND_OLD, **{"from": 55})),
    "terminations.retirement.factors[].factor": (RETIRE_BY_FACTORS, last(YOUNG_AND_OLD, factor=9)),
    "hiring.level_mix": ({"promotion.mode": "rates"}, dict.fromkeys(LEVELS, 0.2)),
    "hiring.ages": ({}, AGES),
    "hiring.ages[].from": ({"hiring.ages": AGES[1:]}, [{**AGES[1], "from": 30}]),
    "hiring.ages[].to": ({"hiring.ages": AGES}, last(AGES, to=70)),
    "hiring.ages[].weight": ({"hiring.ages": AGES}, last(AGES, weight=3)),
    "hiring.month_weights": ({}, SUMMER),
    "hiring.pay": ({}, "uniform"),
    "hiring.range_growth": ({}, 0.04),
    "hiring.part_time_share": ({}, 0.2),
    "hiring.part_time_hours": ({"hiring.part_time_share": 0.2}, 1041),
    "hiring.rehires.share": (COMING_BACK, 0.4),
    "hiring.rehires.within_years": (COMING_BACK, 2),
    "hiring.rehires.causes": (COMING_BACK, ["retirement"]),
    "plan.breaks.buy_back": (COMING_BACK | {"plan.vesting.match": "graded_6"}, False),
    "plan.breaks.rule_of_parity": (
        {"hiring.rehires.share": 1.0, "simulation.end_year": 2032, "enrollment.election": 0.0},
        True,
    ),
    "promotion.mode": ({}, "rates"),
    "promotion.from_within": ({}, {"Senior": 0.2}),
    "promotion.base_rate": ({"promotion.base_rate": 0.1}, 0.2),
    "promotion.age_factors": ({}, YOUNG_AND_OLD),
    "promotion.age_factors[].from": ({"promotion.age_factors": YOUNG_AND_OLD}, last(YOUNG_AND_OLD, **{"from": 50})),
    "promotion.age_factors[].factor": ({"promotion.age_factors": YOUNG_AND_OLD}, last(YOUNG_AND_OLD, factor=2)),
    "promotion.tenure_factors": ({}, SHORT_AND_LONG),
    "promotion.tenure_factors[].from": (
        {"promotion.tenure_factors": SHORT_AND_LONG},
        last(SHORT_AND_LONG, **{"from": 12}),
    ),
    "promotion.tenure_factors[].factor": ({"promotion.tenure_factors": SHORT_AND_LONG}, last(SHORT_AND_LONG, factor=2)),
    "promotion.minimum_tenure": ({}, 8),
    "promotion.increase.lowest": ({"promotion.increase": TWO_TO_NINE}, 0.03),
    "promotion.increase.highest": ({"promotion.increase": TWO_TO_NINE}, 0.08),
    "promotion.max_increase": ({}, 0.08),
    "promotion.max_amount": ({}, 2_000),
    "promotion.date": ({}, "07-01"),
    "promotion.month_weights": ({}, SUMMER),
    "compensation.cola_rate": ({}, 0.026),
    "compensation.cola_date": ({}, "02-01"),
    "compensation.merit_pool": ({}, 0.031),
    "compensation.merit_date": ({}, "05-01"),
    "compensation.merit_month_weights": ({}, SUMMER),
    "compensation.merit_minimum_tenure": ({}, 8),
    "compensation.merit_factors": ({}, {"Manager": 1.5}),
    "compensation.merit_hired_by": ({"compensation.merit_minimum_tenure": 0}, "10-01"),
    "compensation.merit_proration": ({"compensation.merit_minimum_tenure": 0}, "months"),
    "compensation.merit_matrix.position": (BY_MATRIX, "penetration"),
    "compensation.merit_matrix.edges": (BY_MATRIX, [0.8, 1.2]),
    "compensation.merit_matrix.increases": (BY_MATRIX, {"all": [0.06, 0.03, 0.01]}),
    "compensation.merit_matrix.pool": (BY_MATRIX, True),
    "compensation.range_minimum": (IN_RANGES, "lift"),
    "compensation.range_lift_date": (LIFTED, "07-01"),
    "compensation.range_maximum": (IN_RANGES | {"compensation.range_maximum": "freeze"}, "lump_sum"),
    "compensation.ratings": ({}, RATINGS),
    "compensation.ratings.*.share": (
        {"compensation.ratings": RATINGS},
        {"good": {"share": 0.6, "factor": 1.5}, "fair": {"share": 0.4, "factor": 0.5}},
    ),
    "compensation.ratings.*.factor": (
        {"compensation.ratings": RATINGS},
        {"good": {"share": 0.5, "factor": 1.6}, "fair": {"share": 0.5, "factor": 0.5}},
    ),
    "hiring.known": ({}, KNOWN),
    **in_rows("hiring.known", {}, KNOWN, date="2025-03-04", count=3, level="Senior", department="Finance"),
    **in_rows("hiring.known", {}, KNOWN, salary=50_000.5, hours=1040),
    "hiring.seasonal": ({}, SEASON),
    **in_rows("hiring.seasonal", {}, SEASON, hired="10-02", ends="01-16", count=6, level="Senior"),
    **in_rows("hiring.seasonal", {}, SEASON, department="Finance", hours=1041, salary=20_000.0),
    "hiring.seasonal[].share": (
        {"hiring.seasonal": [{"hired": "10-01", "ends": "01-15", "share": 0.1}]},
        [{"hired": "10-01", "ends": "01-15", "share": 0.2}],
    ),
    "hiring.time_to_fill.shortest_days": (WAITING, 10),
    "hiring.time_to_fill.longest_days": (WAITING, 80),
    "actions.freezes": ({}, [{"year": 2025}]),
    "actions.freezes[].year": ({"actions.freezes": [{"year": 2025}]}, [{"year": 2026}]),
    "actions.freezes[].department": (
        {"actions.freezes": [{"year": 2025, "department": "Sales"}]},
        [{"year": 2025, "department": "Finance"}],
    ),
    "actions.layoffs": ({}, LAYOFF),
    **in_rows("actions.layoffs", {}, LAYOFF, date="2025-07-01", count=8, department="Finance", level="Senior"),
    **in_rows("actions.layoffs", {}, LAYOFF, select="highest_paid"),
    "actions.layoffs[].share": (
        {"actions.layoffs": [{"date": "2025-06-30", "share": 0.1}]},
        [{"date": "2025-06-30", "share": 0.2}],
    ),
    "departments": ({}, {"Sales": {"growth": 0.2}}),
    **{
        f"departments.*.{name}": (OF_RATES, {"Sales": {name: value}})
        for name, value in (
            *(("growth", 0.2), ("termination_rate", 0.3), ("promotion_rate", 0.5)),
            *(("cola_rate", 0.05), ("merit_pool", 0.08)),
        )
    },
    "compensation.other_pay": ({}, [BONUS]),
    **in_rows(
        "compensation.other_pay",
        {},
        [OVERTIME, BONUS],
        name="gift",
        kind="commission",
        share=0.2,
        by_level={"Manager": 0.3},
        departments=["Sales"],
        receivers=0.4,
        spread=0.2,
        date="12-15",
        prorated=False,
    ),
    **said("LIVE"),
}


def written(key: str) -> str:
    """Return the key that a change is written at: of what stands in a list or a mapping, that list or mapping.

    A kind goes with its table: it is written with the section.
    """
    return key.partition("[]")[0].partition(".*")[0].removesuffix(".kind")


@cache
def base() -> Scenario:
    return Scenario(synthetic_census(300, as_of=dt.date(2020, 1, 1)), support.configured(2025, 2026))


@cache
def found(changes: str) -> str:
    """Return the fingerprint of the base run with changes (as JSON), or the error that they end in."""
    try:
        return support.fingerprint(base().changed(json.loads(changes)))
    except SimulationError as error:
        return str(error)


@pytest.mark.parametrize("key", support.few(LIVE, 24))
def test_every_key_changes_some_output_where_it_is_live(key: str) -> None:
    setup, value = LIVE[key]
    assert found(json.dumps(setup | {written(key): value})) != found(json.dumps(setup))


AMENDABLE = [
    key
    for key in LIVE
    if key.startswith(tuple(f"{section}." for section in AMENDED))
    and not key.startswith(("plan.enabled", "plan.limits", "plan.annual_return"))
    and "[]" not in key
    and key not in AT_START
    and key.removeprefix("plan.discretionary_match.") not in FORMULAS  # it has one in every year, or is not there
]


@pytest.mark.parametrize("key", support.few(AMENDABLE, 16))
def test_every_key_of_the_plan_may_change_from_a_year_on(key: str) -> None:
    """Nothing moves before the year, and something does then or later."""
    setup, value = LIVE[key]
    before = base().changed({"simulation.end_year": 2028} | setup)
    parts, usual = written(key).split("."), before.config.model_dump(by_alias=True)
    place: list[str] = []
    while parts and usual is not None:
        place.append(parts.pop(0))
        usual = usual[place[-1]]
    for part in reversed(parts):  # within a section that is not there before
        value = {part: value}
    after = before.changed({".".join(place): {"2025": usual, "2026": value}})
    one, other = fast(before), fast(after)

    there = [column.name for column in one.snapshots if column.null_count() < len(column)]
    assert one.snapshots.filter(year=2025).select(there).equals(other.snapshots.filter(year=2025).select(there))
    assert not one.snapshots.equals(other.snapshots) or not one.summary.equals(other.summary)


def test_an_adaptive_mix_of_levels_is_not_that_of_the_census() -> None:
    mixes = [json.dumps({"hiring.level_mix": mix}) for mix in ("adaptive", "census")]
    assert found(mixes[0]) != found(mixes[1])


def test_a_rate_a_mix_or_a_mode_chooses_promotion_by_rates_with_the_defaults_of_rates() -> None:
    given = {"promotion.base_rate": 0.1}, {"hiring.level_mix": "census"}, {"promotion.mode": "rates"}
    assert len({found(json.dumps(changes)) for changes in given} - {found("{}")}) == 1
    closed = {"workforce.levels": levels(promotion_factor=0)}
    assert found(json.dumps(closed)) != found(json.dumps({"workforce.levels": levels()}))
    vacancies = {"promotion.mode": "vacancies", "promotion.base_rate": 0.3, "hiring.level_mix": "adaptive"}
    assert found(json.dumps(vacancies)) == found("{}")


def test_a_reallocation_of_forfeitures_is_no_offset_and_no_expense() -> None:
    setup = {"plan.vesting.match": LATE}
    used = [found(json.dumps(setup | {"plan.forfeitures": use})) for use in ("offset", "expenses", "reallocate")]
    assert len(set(used)) == 3


def test_every_key_has_an_entry() -> None:
    assert set(EVERY_KEY) == {*LIVE, *OF_TESTS, *OF_REPLICATES, *OF_FILES}


def test_random_plans_and_enrollments_hold_every_key() -> None:
    drawn: list[tuple[strategies.Keys, type[Section]]] = [
        (strategies.auto_enrollment(2025), AutoEnrollment),
        (strategies.CHANGE, Change),
        (strategies.ESCALATION, Escalation),
        (strategies.MATCH_RESPONSE, MatchResponse),
        (strategies.MATCH, of_plan.Match),
        (strategies.VESTING, of_plan.Vesting),
        (strategies.SERVICE, Service),
        (strategies.SERVICE, VestingService),
        (strategies.LONG_TERM_PART_TIME, LongTermPartTime),
        (strategies.ROTH, of_plan.Roth),
        (strategies.plan_limits(2025), of_plan.PlanLimits),
        (strategies.TESTING, of_plan.Testing),
    ]
    for keys_drawn, section in drawn:
        assert set(keys_drawn) == set(section.model_fields)
    tables = {key for table in strategies.NONELECTIVE_TABLES.values() for key in table}
    of_a_source = {*strategies.EMPLOYER_MONEY, *strategies.OF_A_SOURCE}
    assert {"kind", *tables, *of_a_source} == set(of_plan.Nonelective.model_fields)
    assert {*tables, *of_a_source} < set(ProfitSharing.model_fields)
    assert set(strategies.SOURCE_ELIGIBILITY) == set(SourceEligibility.model_fields)
    allocations = {key for table in strategies.ALLOCATIONS.values() for key in table}
    assert {"dollars", "payroll_share", "allocation", *allocations} == set(Pool.model_fields)
    assert set(strategies.BITING) == set(of_plan.LIMITS)
    classes = {"department", "level", "union", "service"}
    assert {*strategies.RULE, *classes} == set(ClassRule.model_fields)
    of_all = {"service", "long_term_part_time", "excluded_classes", "classes"}
    assert {*strategies.ELIGIBILITY, *of_all} == set(Eligibility.model_fields)


def test_a_share_of_rehires_is_that_of_the_year_of_termination() -> None:
    """The share of 2026 moves nothing up to then, and who comes back in 2027."""
    changes = COMING_BACK | {"simulation.end_year": 2027}
    runs = [fast(base().changed(changes | {"hiring.rehires.share": share})) for share in (0.8, {2025: 0.8, 2026: 0.1})]
    for year, same in ((2025, True), (2026, True), (2027, False)):
        one, other = (fingerprint(only(tables, pl.col("year") == year)) for tables in runs)
        assert (one == other) == same


@pytest.mark.parametrize("key", support.few((key for key in BY_YEAR if key != "hiring.rehires.share"), 3))
def test_a_table_by_year_holds_from_its_year_on(key: str) -> None:
    """The value of 2026 moves nothing in 2025 and something in 2026."""
    setup, value = LIVE[key]
    scenario = base().changed({"hiring.range_growth": 0.02, **setup})  # else the cost of living moves the pay of hires
    before = attrgetter(key)(scenario.config).at(2025)

    def years(values: Any) -> list[str]:
        tables = fast(scenario.changed({key: values}))
        return [fingerprint(only(tables, pl.col("year") == year)) for year in (2025, 2026)]

    constant, stepped, held = years(before), years({2025: before, 2026: value}), years({2020: value, 2024: before})
    assert held == constant
    assert stepped[0] == constant[0]
    assert stepped[1] != constant[1]


def test_the_keys_by_year_are_those_of_the_model() -> None:
    assert {key.rpartition(".")[2] for key in BY_YEAR} == {
        *("target_growth_rate", "total_termination_rate", "new_hire_termination_rate", "range_growth"),
        *("share", "part_time_share", "base_rate", "cola_rate", "merit_pool", "match", "annual_return", "rate_factor"),
        *("discretionary_match", "dollars", "payroll_share", "hce_deferral_limit"),
    }


# --- keys of files ----------------------------------------------------------------------------------------------------

CSV = """\
employee_id,hire_date,salary,other_salary,termination_date
1,03/04/2015,50000,60000,07/06/2025
2,05/06/2016,70000,80000,
"""
YEARS = {"start_year": 2025, "end_year": 2025, "target_growth_rate": 0.5}


def simulated(**sections: Any) -> Result:
    config = {"simulation": YEARS, "workforce": support.RATES, "random_seed": 42, **sections}
    return simulate(config)


@pytest.fixture
def file(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "census.csv").write_text(CSV)
    return {"path": str(tmp_path / "census.csv"), "date_format": "%d/%m/%Y"}


@pytest.mark.parametrize(
    "change", [{"columns": {"annual_salary": "other_salary"}}, {"date_format": "%m/%d/%Y"}, {"id_prefix": "A-"}]
)
def test_keys_of_a_census_file_change_the_staff(change: Changes, file: dict[str, Any]) -> None:
    plain = {"columns": {"annual_salary": "salary"}}
    one, other = (simulated(census={**file, **plain, **changes}).snapshots for changes in ({}, change))
    assert not one.equals(other)


PEOPLE = """\
EE,hired,rehire date,annual pay,hourly rate,status,deferral
a,2024-04-01,2024-06-01,52000,,Active,1
b,2015-04-01,2024-03-01,61000,,Away,1
b,2015-04-01,2024-03-01,62000,,Away,1
c,2015-04-01,2024-03-01,,30,Active,1
d,2015-04-01,,,,Active,1
"""
ANSWERS: Changes = {
    "rates": "share",
    "several_rows": "first",
    "status_words": {"Away": "staff"},
    "leave_out": ["rows-without-pay"],
}


@pytest.mark.parametrize(
    "change",
    [
        {"hours_per_year": 1800.0},
        {"annualize_part_year": True},
        {"rates": "percent"},
        {"several_rows": "last"},
        {"service_from": "last"},
        {"status_words": {"Away": "left"}},
        {"pay_basis": "weekly"},
        {"header_row": 3, "columns": {"employee_id": "b", "hire_date": "2015-04-01", "annual_salary": "61000"}},
        {"encoding": "utf-16"},
        {"leave_out": []},
    ],
)
def test_keys_of_reading_change_what_is_read(change: Changes, tmp_path: Path) -> None:
    """Each changes the staff, or refuses what was read."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    plain = simulated(census={"path": str(tmp_path / "people.csv"), **ANSWERS}).snapshots
    try:
        other = simulated(census={"path": str(tmp_path / "people.csv"), **ANSWERS, **change}).snapshots
    except CensusError:
        return
    assert not plain.equals(other)


def test_known_exits_are_ignored_or_an_error(file: dict[str, Any]) -> None:
    plain = {**file, "columns": {"annual_salary": "salary"}}
    assert simulated(census=plain).snapshots.height > 1
    with pytest.raises(CensusError, match="termination_date on or after 2025-01-01"):
        simulated(census={**plain, "known_exits": "error"})


def test_the_path_of_the_census_chooses_the_staff(file: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(CSV.replace("50000", "51000"))
    plain = {**file, "columns": {"annual_salary": "salary"}}
    one, other = (simulated(census={**plain, "path": path}) for path in (file["path"], str(tmp_path / "other.csv")))
    assert not one.snapshots.equals(other.snapshots)


def test_the_size_of_the_census_is_that_of_the_invented_one() -> None:
    assert simulated(census={"size": 12}).summary["headcount_opening"].item() == 12
    assert simulated(census={"size": 13}).summary["headcount_opening"].item() == 13


def test_the_output_section_says_where_and_how_a_run_is_written(tmp_path: Path) -> None:
    size = {}
    for compression in ("uncompressed", "zstd"):
        folder = tmp_path / compression
        output = f"output: {{path: {folder}, compression: {compression}}}"
        years = "simulation: {start_year: 2025, end_year: 2025, target_growth_rate: 0.03}"
        text = f"{years}\nworkforce: {{total_termination_rate: 0.1}}\ncensus: {{size: 50}}\nrandom_seed: 1\n{output}\n"
        (tmp_path / "config.yaml").write_text(text)
        assert main(["simulate", str(tmp_path / "config.yaml")]) == 0
        size[compression] = (folder / "year=2025" / "events.parquet").stat().st_size
    assert size["zstd"] < size["uncompressed"]


# --- keys that another key switches off -------------------------------------------------------------------------------

SWITCHED = dict(switched(base().config))
OF_A_SWITCH = {
    name: False if isinstance(getattr(section, section.switch), bool) else 0.0 for name, section in SWITCHED.items()
}
OFF: dict[str, Changes] = {
    # what is switched off, in a few words: what switches it off
    "the plan": {"plan.enabled": False},
    "exclusion": {"eligibility.excluded_share": 0.0},
    "service by hours": {"eligibility.service.method": "elapsed"},
    "service by hours, of nobody": {"eligibility.service.method": "elapsed", "eligibility.classes": ELAPSED},
    "service by few hours": PART_TIME | {"eligibility.service.hours": 500},
    "long-term part-time employees": PART_TIME | {"eligibility.long_term_part_time.enabled": False},
    "long-term part-time employees, of whom none gets money": PART_TIME | {"plan.match": {"preset": "none"}},
    "vesting by hours": {"plan.vesting.service.method": "elapsed"},
    "automatic enrollment of new hires, of whom there are none": {
        "enrollment.auto_enrollment.hire_date_cutoff": "2030-01-01"
    },
    "escalation by nothing": RISING | {"enrollment.escalation.increment": 0.0},
    "escalation that all decline": RISING | {"enrollment.escalation.declining_share": 1.0},
    "escalation after the run": RISING | {"enrollment.escalation.delay_years": 3},
    "escalation of all": RISING,
    "choices of one's own": {"enrollment.election": 0.0, "enrollment.conversion": 0.0},
    "a match that stays the same": {"plan.match": {"preset": "simple"}},
    "a response, by nobody": {"enrollment.match_response.below": 0.0, "enrollment.match_response.above": 0.0},
    "a match that ends": {"plan.match": {"2025": {"preset": "simple"}, "2026": {"preset": "none"}}},
    "the match": {"plan.match": {"preset": "none"}},
    "the match, in tiers of nothing": {"plan.match": {"tiers": [{"up_to": 0.06, "rate": 0.0}]}},
    "all employer money": {"plan.match": {"preset": "none"}, "plan.nonelective": {"kind": "flat", "rate": 0.0}},
    "nonelective money, beside forfeitures that are reallocated": {
        "plan.vesting.match": LATE,
        "plan.forfeitures": "reallocate",
    },
    "the discretionary match": {"plan.discretionary_match": {"preset": "none"}},
    "profit sharing": {"plan.profit_sharing": {"kind": "flat", "rate": 0.0}},
    "a pool that is not weighted by age": pooled(dollars=100_000.0),
    "days beside months": {
        f"plan.{source}.eligibility.waiting_period_months": 6
        for source in ("match", "nonelective", "profit_sharing", "discretionary_match")
    }
    | SECOND
    | SHARING,
    "vesting": {},
    "catch-up": {"plan.catch_up": False},
    "the higher catch-up": {"plan.super_catch_up": False},
    "limits before they are projected": BY_SHARE,
    "an integration level in dollars": BEYOND_WHAT_IS_PUBLISHED
    | {"plan.nonelective": {"kind": "integrated", "integrated": AT_DOLLARS}},
    "years before catch-up must be Roth": {"simulation.end_year": 2025},
    "leaving": {"workforce.total_termination_rate": 0.0, "workforce.new_hire_termination_rate": 0.0},
    "leaving, of staff": {"workforce.total_termination_rate": 0.0},
    "leaving, freely": {
        "workforce.headcount": "stochastic",
        "terminations.rates": [{"age_from": 0, "tenure_from": 0, "value": 0.0}],
        "workforce.new_hire_termination_rate": 0.0,
    },
    "leaving, with reductions": {"workforce.total_termination_rate": 0.0, "simulation.target_growth_rate": -0.1},
    "one rate for all": {"workforce.headcount": "stochastic", "terminations.rates": RATES},
    "the year's effect": {"workforce.headcount": "exact"},
    "hiring": {"simulation.target_growth_rate": -0.2},
    "hiring, of a level with a range": {"simulation.target_growth_rate": -0.2, "workforce.levels": levels()},
    "part-time hires": {"hiring.part_time_share": 0.0},
    "midpoints": {"workforce.levels": levels()},
    "percentiles": {"workforce.levels": levels(), "hiring.pay": "uniform"},
    "promotions": {"promotion.base_rate": 0.0, "workforce.levels": levels()},
    "the cost of living": {"compensation.cola_rate": 0.0},
    "merit increases": {"compensation.merit_pool": 0.0},
    "pay other than salary": {"compensation.other_pay": []},
    "other pay that nobody receives": {"compensation.other_pay": [{**BONUS, "receivers": 0.0}]},
    "other pay of nothing": {"compensation.other_pay": [{**OVERTIME, "share": 0.0}]},
    "a merit pool that a matrix divides": BY_POOL | {"compensation.merit_pool": 0.0},
    "a merit pool, beside a matrix": BY_RATED_MATRIX,
    "a tenure, beside a latest day of hire": {"compensation.merit_hired_by": "10-01"},
    "the share of recent hires": {"compensation.merit_minimum_tenure": 1},
    "lifts": IN_RANGES | {"compensation.range_minimum": "ignore"},
    "retirement rates": {"terminations.retirement": {"eligible": [{"age": 50}]}},
    **{f"the switch of {name}": {f"{name}.{section.switch}": OF_A_SWITCH[name]} for name, section in SWITCHED.items()},
}


def combined(off: Changes, setup: Changes) -> Changes:
    """What makes a key live, and over it what switches it off."""
    return {key: value for key, value in setup.items() if not any(key.startswith(other) for other in off)} | off


PARTS = 12
PARTS_OFF = [(name, part) for part in range(PARTS) for name in OFF]
"""Every setting that switches keys off, with every twelfth key."""


def tries(off: Changes, part: int) -> Iterator[tuple[str, str, str]]:
    """Every twelfth key, in a setting that switches it off, that can be put together with what makes it live."""
    for key, (setup, value) in list(LIVE.items())[part::PARTS]:
        before = combined(off, setup)
        if any(written(key).startswith(one) or one.startswith(f"{written(key)}.") for one in off):
            continue
        after = before | {written(key): value}
        if is_off(key, json.dumps(before)) and accepted(json.dumps(after)) is not None:
            yield key, json.dumps(before), json.dumps(after)


@cache
def accepted(changes: str) -> Config | None:
    """Return the configuration with changes (as JSON); None where they do not go together."""
    try:
        return base().changed(json.loads(changes)).config
    except ConfigError:
        return None


@cache
def what_is_live(changes: str) -> Live | None:
    config = accepted(changes)
    return None if config is None else live(config)


def is_off(key: str, changes: str) -> bool:
    """Return whether changes (as JSON) go together and switch a key off."""
    there = what_is_live(changes)
    return there is not None and there.why_not(key) is not None


@pytest.mark.parametrize("case", support.few(PARTS_OFF, 170), ids=str)
def test_what_is_switched_off_changes_nothing(case: tuple[str, int]) -> None:
    name, part = case
    for key, before, after in tries(OFF[name], part):
        assert found(after) == found(before), f"{key} acts without {name}"


@pytest.mark.parametrize("key", support.few(LIVE, 12))
def test_what_is_live_is_not_said_to_be_switched_off(key: str) -> None:
    setup, value = LIVE[key]
    config = base().changed(setup | {written(key): value}).config
    assert live(config).why_not(key) is None


def test_of_every_key_it_is_said_what_switches_it_off_or_that_nothing_does() -> None:
    off = [live(base().changed(changes).config) for changes in OFF.values()]
    always = Live(tuple((key, "") for key in ALWAYS))
    keys_of_files = {key for key in OF_FILES if not key.startswith("output")}
    switches = {f"{name}.{section.switch}" for name, section in SWITCHED.items()}
    unsaid = [key for key in EVERY_KEY if all(one.why_not(key) is None for one in (always, *off))]
    unsaid = [key for key in unsaid if key not in switches]
    assert [key for key in unsaid if key not in keys_of_files] == []

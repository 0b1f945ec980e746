"""Laws of two plans beside one another: what a change may move, in which direction, and what it must not."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import polars as pl
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests import support
from tests.property import plans, strategies
from tests.support import Scenario, fast, of_type, only
from tests.support_plan import OF_THE_PLAN, RATES, plan_years
from workforce_sim.census import Census
from workforce_sim.errors import SimulationError
from workforce_sim.store import ledger
from workforce_sim.tables.output import Tables

some_examples = settings(max_examples=support.examples(25))
any_plan = given(scenario=plans.plans())
PERSON = ["employee_id", "year"]
OF_THE_WORKFORCE = [
    *("status", "birth_date", "hire_date", "termination_date", "age", "tenure_years", "level", "department"),
    *("opening_salary_cents", "salary_cents", "earnings_cents"),
]
NO_SEEKING: dict[str, Any] = {"match_seeking": 0.0, "match_response": {}}
"""The formula of the match moves no deferral rate."""
MATCHES = st.fixed_dictionaries({"basis": strategies.MATCH["basis"], **strategies.EMPLOYER_MONEY})


def both(one: Scenario, other: Scenario) -> tuple[Tables, Tables]:
    """Run two scenarios; assumptions that cannot be carried out are no example."""
    try:
        return fast(one), fast(other)
    except SimulationError:
        reject()


def beside(one: Tables, other: Tables, *columns: str) -> pl.DataFrame:
    """Return columns of everybody's snapshots in two runs; those of the other end in ``_right``."""
    frames = (tables.snapshots.select(*PERSON, *columns) for tables in (one, other))
    return next(frames).join(next(frames), on=PERSON, validate="1:1")


def other(data: st.DataObject, scenario: Scenario, *names: str) -> Scenario:
    """Return the scenario with other sections."""
    drawn = plans.sections(scenario.config.simulation.start_year)
    return scenario.changed({name: data.draw(drawn[name], label=name) for name in names})


# --- what does not move -----------------------------------------------------------------------------------------------


@some_examples
@given(scenario=plans.plans(), data=st.data(), enabled=st.booleans())
def test_the_plan_moves_nothing_of_the_workforce(scenario: Scenario, data: st.DataObject, enabled: bool) -> None:
    changed = other(data, scenario, "eligibility", "enrollment", "plan").changed({"plan.enabled": enabled})
    one, two = both(scenario, changed)
    rows = [tables.events.filter(~pl.col("event_type").cast(pl.String).is_in(OF_THE_PLAN)) for tables in (one, two)]
    assert_frame_equal(*rows, check_row_order=False)
    people = [tables.snapshots.select(*PERSON, *OF_THE_WORKFORCE) for tables in (one, two)]
    assert_frame_equal(*people, check_row_order=False)


@some_examples
@given(scenario=plans.plans(enrollment=NO_SEEKING), data=st.data())
def test_the_money_of_the_plan_moves_no_rate(scenario: Scenario, data: st.DataObject) -> None:
    one, two = both(scenario, other(data, scenario, "plan"))
    rows = [of_type(tables.events, "eligibility", *RATES) for tables in (one, two)]
    assert_frame_equal(*rows, check_row_order=False)


ZERO: dict[str, Any] = {
    "enrollment.auto_enrollment.enabled": False,
    "enrollment.election": 0.0,
    "enrollment.conversion": 0.0,
    "enrollment.change.probability": 0.0,
    "enrollment.stop": 0.0,
    "enrollment.escalation.enabled": False,
    "enrollment.match_response": {},
    "plan.match": {"preset": "none"},
    "plan.nonelective": {"kind": "none"},
    "plan.forfeitures": "offset",
    "plan.annual_return": 0.0,
}


@any_plan
@some_examples
def test_where_every_rate_is_zero_nothing_of_the_plan_moves_but_eligibility_and_payouts(scenario: Scenario) -> None:
    for one in plan_years(plans.simulated(scenario.changed(ZERO))):
        assert not {*one.kinds} & {*RATES}
        assert one.now["deferral_bp"] == one.rate
        assert one.now["match_cents"] == one.now["nonelective_cents"] == 0
        for source in ("match_balance_cents", "nonelective_balance_cents"):
            assert one.now[source] == ((one.before or {}).get(source) or 0)


# --- runs beside one another ------------------------------------------------------------------------------------------


@any_plan
@some_examples
def test_a_longer_run_begins_with_the_shorter_one(scenario: Scenario) -> None:
    last = scenario.config.simulation.end_year
    longer, shorter = both(scenario.changed({"simulation.end_year": last + 2}), scenario)
    support.assert_same(only(longer, pl.col("year") <= last), shorter)


@any_plan
@some_examples
def test_each_replicate_of_a_batch_gets_what_it_gets_alone(scenario: Scenario) -> None:
    try:
        batch = fast(scenario, (0, 3, 7))
    except SimulationError:
        reject()
    for replicate in (0, 3, 7):
        support.assert_same(only(batch, pl.col("replicate") == replicate), fast(scenario, (replicate,)))


@some_examples
@given(scenario=plans.plans(), order=st.integers(0, 2**32))
def test_the_order_of_the_census_changes_nothing(scenario: Scenario, order: int) -> None:
    shuffled = scenario.census.frame.sample(fraction=1.0, shuffle=True, seed=order)
    one, two = both(scenario, Scenario(Census(shuffled), scenario.config))
    assert ledger.fingerprint(one) == ledger.fingerprint(two)


# --- directions -------------------------------------------------------------------------------------------------------


@st.composite
def richer(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A formula, and one with higher rates and a higher last edge; tiers in shares of pay or in dollars."""
    dollars = draw(st.booleans())
    tiers = draw(strategies.FORMULAS["dollar_tiers"] if dollars else strategies.TIERS)
    more = draw(st.integers(0, 20_000))
    raised = [{**tier, "rate": min(round(tier["rate"] * 10_000) + more, 40_000) / 10_000} for tier in tiers]
    further = draw(st.integers(0, 500))
    edge = (
        tiers[-1]["up_to"] + further if dollars else min(round(tiers[-1]["up_to"] * 10_000) + further, 10_000) / 10_000
    )
    raised[-1]["up_to"] = min(edge, 100_000_000.0)
    common, key = draw(MATCHES), "dollar_tiers" if dollars else "tiers"
    return {**common, key: tiers}, {**common, key: raised}


@some_examples
@given(
    scenario=plans.plans(enrollment=NO_SEEKING, plan={"forfeitures": "offset"}),
    formulas=richer(),
    annual_return=st.sampled_from([0.0, -0.3]),
)
def test_a_richer_match_never_costs_less(scenario: Scenario, formulas: Any, annual_return: float) -> None:
    """Neither anybody's money, nor the net cost of all years so far.

    The net cost of one year alone may be less, when forfeitures of the richer match of earlier years are used in it;
    that of all years too, when they have grown by a return.
    """
    poorer, better = (
        scenario.changed({"plan.match": formula, "plan.annual_return": annual_return}) for formula in formulas
    )
    one, two = both(poorer, better)
    money = beside(one, two, "match_cents", "nonelective_cents").with_columns(
        before=pl.col("match_cents") + pl.col("nonelective_cents"),
        after=pl.col("match_cents_right") + pl.col("nonelective_cents_right"),
    )
    assert (money["match_cents"] <= money["match_cents_right"]).all()
    assert (money["before"] <= money["after"]).all()
    costs = [list(accumulate(tables.summary.sort("year")["net_employer_cost_cents"])) for tables in (one, two)]
    assert all(less <= more for less, more in zip(*costs, strict=True))


def closing(tables: Tables, condition: pl.Expr) -> set[tuple[str, int]]:
    stays = tables.snapshots.filter(pl.col("termination_date").is_null() & condition)
    return set(stays.select(PERSON).iter_rows())


def waiting(scenario: Scenario, more: int) -> Scenario:
    unit, number = scenario.config.eligibility.waiting_period
    if unit == "days":
        return scenario.changed({"eligibility.waiting_period_days": number + more})
    longer = {"waiting_period_years": 0, "waiting_period_months": min(number + more // 30, 120)}
    return scenario.changed({f"eligibility.{key}": value for key, value in longer.items()})


@some_examples
@given(scenario=plans.plans(), more=st.integers(0, 400))
def test_after_a_longer_wait_nobody_is_eligible_who_was_not(scenario: Scenario, more: int) -> None:
    soon, late = both(scenario, waiting(scenario, more))
    eligible = pl.col("eligibility_date").is_not_null()
    assert closing(late, eligible) <= closing(soon, eligible)
    counts = zip(late.summary.sort("year")["eligible"], soon.summary.sort("year")["eligible"], strict=True)
    assert all(fewer <= many for fewer, many in counts)


EVERYBODY_CHOOSES: dict[str, Any] = {
    "auto_enrollment": {"enabled": False},
    "election": 1.0,
    "conversion": 1.0,
    "stop": 0.0,
}


@some_examples
@given(scenario=plans.plans(enrollment=EVERYBODY_CHOOSES), more=st.integers(0, 400))
def test_after_a_longer_wait_nobody_takes_part_who_did_not_where_everybody_chooses_to(
    scenario: Scenario, more: int
) -> None:
    """Where choosing is left to chance a longer wait may add participants: it puts off entry to a year whose draw says
    yes, past the start of the run, so that somebody is enrolled automatically who was not, or behind a stop.
    """
    soon, late = both(scenario, waiting(scenario, more))
    assert closing(late, pl.col("enrolled")) <= closing(soon, pl.col("enrolled"))
    assert closing(soon, pl.col("enrolled")) == closing(soon, pl.col("eligibility_date").is_not_null())


CERTAIN = st.sampled_from([0.0, 1.0])


@some_examples
@given(
    scenario=plans.plans(enrollment={"stop": 0.0}),
    changes=st.fixed_dictionaries(
        {
            "enrollment.election": CERTAIN,
            "enrollment.conversion": CERTAIN,
            "enrollment.auto_enrollment.opt_out": CERTAIN,
            "enrollment.auto_enrollment.enabled": st.booleans(),
        }
    ),
    more=st.integers(0, 400),
)
def test_after_a_longer_wait_no_hire_takes_part_who_did_not_where_choices_are_certain(
    scenario: Scenario, changes: dict[str, Any], more: int
) -> None:
    """Hires of the run alone: of older staff, a longer wait may bring an entry or automatic date into the run."""
    certain = scenario.changed(changes)
    soon, late = both(certain, waiting(certain, more))
    takes_part = pl.col("enrolled") & pl.col("employee_id").str.starts_with("NH-")
    assert closing(late, takes_part) <= closing(soon, takes_part)


@some_examples
@given(
    scenario=plans.plans(plan={"testing": {"safe_harbor": False}}),
    rates=st.tuples(st.integers(1, 2000), st.integers(0, 2000)),
    alike=st.sampled_from([{"enrollment.change.probability": 0.0}, {"enrollment.escalation.scope": "all"}]),
)
def test_a_higher_default_rate_never_lowers_a_deferral(
    scenario: Scenario, rates: tuple[int, int], alike: dict[str, Any]
) -> None:
    """Where a change of one's own ends escalation it may: 100 bp cannot be lowered, 300 bp can, and no longer rise.

    Nor is it a law where section 415 returns deferrals because nothing comes off a safe-harbor match, which is higher.
    """
    key = "enrollment.auto_enrollment.default_deferral_rate"
    low, high = (
        scenario.changed({"enrollment.auto_enrollment.enabled": True, **alike, key: rate / 10_000})
        for rate in (rates[0], rates[0] + rates[1])
    )
    found = beside(*both(low, high), "deferral_bp", "pre_tax_cents", "roth_cents")
    assert (found["deferral_bp"] <= found["deferral_bp_right"]).all()
    deferral, more = (found[f"pre_tax_cents{right}"] + found[f"roth_cents{right}"] for right in ("", "_right"))
    assert (deferral <= more).all()


@st.composite
def concave(draw: st.DrawFn) -> dict[str, Any]:
    """A preset, or tiers whose rates, at most 2, fall from one to the next."""
    tiers = draw(strategies.TIERS)
    rates = sorted((min(tier["rate"], 2.0) for tier in tiers), reverse=True)
    own = {"tiers": [{**tier, "rate": rate} for tier, rate in zip(tiers, rates, strict=True)]}
    return {
        **draw(MATCHES),
        **draw(st.just(own) | st.sampled_from(strategies.PRESETS).map(lambda name: {"preset": name})),
    }


@some_examples
@given(scenario=plans.plans(enrollment=NO_SEEKING), formula=concave())
def test_the_annual_basis_never_gives_less_for_a_concave_formula(scenario: Scenario, formula: dict[str, Any]) -> None:
    """But for a cent, which rounding the deferral may cost."""
    annual, payroll = (scenario.changed({"plan.match": {**formula, "basis": basis}}) for basis in ("annual", "payroll"))
    found = beside(*both(annual, payroll), "match_cents")
    assert (found["match_cents"] + 1 >= found["match_cents_right"]).all()

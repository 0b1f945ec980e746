"""The match: exact whole numbers, edges of tiers, limits that bind, real payrolls."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest

from workforce_sim.config.match import Match
from workforce_sim.errors import ConfigError
from workforce_sim.plan.match import (
    annual_match,
    dollar_match,
    formula_match,
    formula_of,
    formula_payroll_match,
    full_match_rate_bp,
    full_rate_bp,
    match_amount,
    match_rate,
    payroll_match,
)
from workforce_sim.plan.period_match import period_match

BASIC = Match(preset="safe_harbor_basic").bands[0][1]
SIMPLE = Match(preset="simple").bands[0][1]
NEVER = 10**10
BY_SERVICE = {"by_service": [{"from": 0, "rate": 0.25, "max": 0.04}, {"from": 5, "rate": 1.0, "max": 0.06}]}
BY_POINTS = {"by_points": [{"from": 0, "rate": 0.5, "max": 0.06}, {"from": 60, "rate": 1.0, "max": 0.06}]}
BY_TENURE = {
    "by_tenure": [
        {"from": 0, "tiers": [{"up_to": 0.06, "rate": 0.5}]},
        {"from": 3, "tiers": [{"up_to": 0.03, "rate": 1.0}, {"up_to": 0.06, "rate": 0.5}]},
    ]
}
IN_DOLLARS = {
    "dollar_tiers": [{"up_to": 500, "rate": 1.0}, {"up_to": 1000, "rate": 0.75}, {"up_to": 1500, "rate": 0.5}]
}


@pytest.mark.parametrize(
    ("deferral", "match"),
    [
        (0, 0),
        (1, 1),
        (149_999, 149_999),  # 3% of 50,000.00 is 1,500.00
        (150_000, 150_000),
        (150_001, 150_001),  # half a cent goes up
        (150_002, 150_001),
        (250_000, 200_000),
        (250_001, 200_000),
        (9_000_000, 200_000),  # more than pay: C is capped, D is not
    ],
)
def test_annual_match_at_the_edges_of_tiers(deferral: int, match: int) -> None:
    assert annual_match(deferral, 5_000_000, BASIC) == match


def test_edges_are_not_rounded_to_cents() -> None:
    """3% of 1.50 dollars is 4.5 cents: five cents deferred earn 4.5 + 0.25 cents."""
    assert annual_match(5, 150, BASIC) == 5
    assert annual_match(5, 110, BASIC) == 4  # 3.3 + 0.5 x 1.7 = 4.15


def test_no_pay_no_tier_no_deferral_no_match() -> None:
    assert annual_match(100_000, 0, BASIC) == 0
    assert annual_match(100_000, 5_000_000, ()) == 0
    assert annual_match(0, 5_000_000, BASIC) == 0


def test_arrays_do_not_overflow_at_the_largest_amounts_and_rates() -> None:
    tiers = Match(tiers=[{"up_to": 1.0, "rate": 4.0}]).bands[0][1]  # type: ignore[list-item]
    most = 10**12
    array = np.array([most, most - 1], dtype=np.int64)

    assert annual_match(array, array, tiers).tolist() == [4 * most, 4 * (most - 1)]
    assert payroll_match([(np.array([10_000] * 2), array)], tiers, array, array).tolist() == [4 * most, 4 * (most - 1)]


def test_dollar_tiers_go_by_dollars_whatever_the_pay() -> None:
    tiers = Match.model_validate(IN_DOLLARS).bands[0][1]

    assert [dollar_match(d, tiers) for d in (0, 50_000, 100_000, 120_001, 900_000)] == [
        0,
        50_000,
        87_500,
        97_501,
        112_500,
    ]


@pytest.mark.parametrize(("rate_bp", "bp_of_pay"), [(0, 0), (300, 300), (450, 375), (500, 400), (10_000, 400)])
def test_match_rate_of_the_basic_safe_harbor(rate_bp: int, bp_of_pay: int) -> None:
    assert match_rate(rate_bp, BASIC) == 10_000 * bp_of_pay


class TestPayroll:
    def test_uneven_rates_lose_what_a_true_up_would_give(self) -> None:
        segments = [(800, 3_000_000), (0, 3_000_000)]

        assert payroll_match(segments, SIMPLE, NEVER, NEVER) == 90_000
        assert annual_match(240_000, 6_000_000, SIMPLE) == 120_000

    def test_nothing_is_matched_after_pay_reaches_the_limit_on_compensation(self) -> None:
        segments = [(600, 20_000_000), (600, 20_000_000), (600, 20_000_000)]

        assert payroll_match(segments, SIMPLE, NEVER, 35_000_000) == 35_000_000 * 3 // 100

    def test_pay_without_deferrals_uses_up_the_limit_on_compensation(self) -> None:
        assert payroll_match([(0, 35_000_000), (600, 20_000_000)], SIMPLE, NEVER, 35_000_000) == 0

    def test_nothing_is_matched_after_deferrals_reach_their_limit(self) -> None:
        """10% of 300,000 stops at 23,500, after 235,000 of pay; 3% of that is matched."""
        assert payroll_match([(1000, 30_000_000)], SIMPLE, 2_350_000, NEVER) == 705_000
        assert payroll_match([(1000, 30_000_000), (500, 10_000_000)], SIMPLE, 2_350_000, NEVER) == 705_000

    def test_pay_matched_where_deferrals_stop_is_what_is_left_over_the_rate(self) -> None:
        """7% of pay until 1,000.01 dollars are deferred: m(r) = 3%, pay = 1,000.01 / 0.07, one rounding."""
        exact = Fraction(100_001 * 10_000, 700) * 300 / 10_000

        assert payroll_match([(700, 9_000_000)], SIMPLE, 100_001, NEVER) == (exact + Fraction(1, 2)).__floor__()

    def test_a_limit_of_zero_matches_nothing(self) -> None:
        assert payroll_match([(700, 9_000_000)], SIMPLE, 0, NEVER) == 0
        assert payroll_match([(700, 9_000_000)], SIMPLE, NEVER, 0) == 0

    def test_a_year_without_pay_in_the_plan(self) -> None:
        assert payroll_match([], SIMPLE, NEVER, NEVER) == 0

    def test_dollar_tiers_run_on_deferrals_to_date(self) -> None:
        formula = Match.model_validate({**IN_DOLLARS, "basis": "payroll"})
        segments = [(100, 1_000_000), (0, 5_000_000), (2000, 2_000_000)]

        assert formula_payroll_match(formula, segments, NEVER, NEVER) == 112_500
        assert formula_payroll_match(formula, segments, 60_000, NEVER) == 57_500


class TestBands:
    @pytest.mark.parametrize(("years", "match"), [(0, 500.0), (4, 500.0), (5, 3000.0), (40, 3000.0)])
    def test_by_service(self, years: int, match: float) -> None:
        assert match_amount(5_000, 50_000, BY_SERVICE, tenure_years=years) == match

    @pytest.mark.parametrize(("age", "years", "match"), [(40, 19, 1500.0), (40, 20, 3000.0), (60, 0, 3000.0)])
    def test_by_points(self, age: int, years: int, match: float) -> None:
        assert match_amount(5_000, 50_000, BY_POINTS, tenure_years=years, age=age) == match

    def test_by_tenure(self) -> None:
        years = pl.Series([0, 2, 3])

        assert match_amount(5_000, 50_000, BY_TENURE, tenure_years=years).to_list() == [1500, 1500, 2250]

    @pytest.mark.parametrize(
        ("formula", "given", "needed"),
        [
            (BY_SERVICE, {}, "tenure_years"),
            (BY_POINTS, {"age": 40}, "tenure_years"),
            (BY_POINTS, {}, "tenure_years and age"),
        ],
    )
    def test_what_is_needed_must_be_given(self, formula: Any, given: dict[str, Any], needed: str) -> None:
        with pytest.raises(ValueError, match=f"give {needed}$"):
            match_amount(5_000, 50_000, formula, **given)


class TestFullMatch:
    @pytest.mark.parametrize(
        ("preset", "rate_bp"),
        [
            ("simple", 600),
            ("tiered", 500),
            ("stretch", 1200),
            ("safe_harbor_basic", 500),
            ("safe_harbor_enhanced", 400),
            ("qaca", 600),
            ("none", 0),
        ],
    )
    def test_of_every_preset(self, preset: str, rate_bp: int) -> None:
        assert full_match_rate_bp(formula_of(preset).bands[0][1]) == rate_bp

    def test_a_last_tier_without_match_asks_for_nothing(self) -> None:
        formula = formula_of([{"up_to": 0.04, "rate": 1.0}, {"up_to": 0.10, "rate": 0.0}])

        assert full_rate_bp(formula, 5_000_000) == 400

    def test_goes_by_band(self) -> None:
        formula = formula_of(BY_SERVICE)

        assert [full_rate_bp(formula, 5_000_000, years) for years in (4, 5)] == [400, 600]
        assert full_rate_bp(formula, np.array([1, 2]), np.array([4, 5])).tolist() == [400, 600]

    def test_in_dollars_it_depends_on_pay(self) -> None:
        formula = formula_of(IN_DOLLARS)

        assert [full_rate_bp(formula, pay) for pay in (15_000_000, 14_900_000, 150_000, 100_000, 0)] == [
            100,
            101,
            10_000,
            10_000,
            10_000,
        ]
        assert full_rate_bp(formula_of({"dollar_tiers": [{"up_to": 0.01, "rate": 1.0}]}), 1) == 10_000


class TestDollars:
    def test_one_person(self) -> None:
        assert match_amount(3_000, 50_000, "simple") == 1500.0
        assert match_amount(1234.57, 80_000.0, "simple") == 617.29
        assert match_amount(Decimal("1234.57"), Decimal(80_000), "simple") == 617.29

    def test_amounts_are_taken_to_the_nearest_cent(self) -> None:
        assert match_amount(0.07 * 100, 100, [{"up_to": 1.0, "rate": 1.0}]) == 7.0
        assert match_amount(Decimal("0.005"), 100, [{"up_to": 1.0, "rate": 1.0}]) == 0.01

    @pytest.mark.parametrize("kind", [float, Decimal])
    def test_half_a_cent_goes_up_as_it_is_written_whatever_the_double(self, kind: Any) -> None:
        """The doubles of 0.285 and 1.005 are a little less."""
        formula, written = [{"up_to": 1.0, "rate": 1.0}], ["0.285", "1.005", "0.2849999", "0.275"]
        deferrals = [kind(text) for text in written]

        assert [match_amount(deferral, 100, formula) for deferral in deferrals] == [0.29, 1.01, 0.28, 0.28]
        assert match_amount(pl.Series(deferrals), 100, formula).to_list() == [0.29, 1.01, 0.28, 0.28]

    def test_columns_of_a_frame(self) -> None:
        frame = pl.DataFrame({"deferral": [0.0, 1500.0, 9999.99], "pay": [50_000, 50_000, 50_000]})

        given = frame.with_columns(match=match_amount(frame["deferral"], frame["pay"], "safe_harbor_basic"))

        assert given["match"].to_list() == [0, 1500, 2000]
        assert match_amount(frame["deferral"], 50_000, "safe_harbor_basic").equals(given["match"])

    def test_an_empty_frame(self) -> None:
        empty = pl.Series([], dtype=pl.Float64)

        assert match_amount(empty, empty, "simple").to_list() == []

    @pytest.mark.parametrize(
        ("deferral", "message"),
        [
            (-1, "deferral: 1 of 1 values are not dollars"),
            (float("nan"), "deferral: 1 of 1"),
            (float("inf"), "deferral: 1 of 1"),
            (Decimal("NaN"), "deferral: 1 of 1"),
            (pl.Series([1.0, None, 2.0]), "deferral: 1 of 3 values are missing"),
            (pl.Series([1.0, -3.0, float("nan")]), "deferral: 2 of 3"),
        ],
    )
    def test_what_is_no_amount_is_refused_without_being_shown(self, deferral: Any, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            match_amount(deferral, 50_000, "simple")

    @pytest.mark.parametrize(
        ("formula", "message"),
        [
            ("simpel", r"^preset: unknown name; did you mean simple\? \(known: simple, tiered, stretch, "),
            ("zzz", r"^preset: unknown name \(known: simple, "),
            ([{"up_to": 0.06, "rat": 0.5}], r"tiers.0.rat: unknown key \(did you mean rate\?\)"),
            ([{"upto": 0.06, "rate": 0.5}], r"tiers.0.up_to: Field required"),
            (
                {"tiers": [{"up_to": 0.06, "rate": 0.5}], "preset": "simple"},
                "^give one of preset, .* not preset and tiers$",
            ),
        ],
    )
    def test_a_formula_that_cannot_be_read(self, formula: object, message: str) -> None:
        with pytest.raises(ConfigError, match=message):
            match_amount(1, 2, formula)

    def test_an_expression_is_no_column(self) -> None:
        with pytest.raises(TypeError, match="deferral: expected a number, a list or a Polars Series, not Expr"):
            match_amount(pl.col("deferral"), 50_000, "simple")

    @pytest.mark.parametrize("kind", [list, tuple, np.array, pl.Series])
    def test_a_list_or_an_array_is_a_column(self, kind: Any) -> None:
        assert match_amount(kind([3_000, 6_000]), 50_000, "simple").to_list() == [1500, 1500]
        assert match_amount(5_000, 50_000, BY_SERVICE, tenure_years=kind([5, 5])).to_list() == [3000, 3000]

    def test_columns_are_equally_long(self) -> None:
        two, three = pl.Series([1, 2]), pl.Series([1, 2, 3])
        with pytest.raises(ValueError, match=r"equally long \(deferral 2, compensation 3\)"):
            match_amount(two, three, "simple")
        with pytest.raises(ValueError, match=r"equally long \(deferral 2, compensation 2, tenure_years_and_age 1\)"):
            match_amount(two, two, BY_SERVICE, tenure_years=[1])
        with pytest.raises(ValueError, match=r"equally long \(tenure_years 2, age 3\)"):
            match_amount(5, 50, BY_POINTS, tenure_years=two, age=three)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((True, 50_000, "simple"), r"deferral: expected a number,.*, not bool"),
            ((1, False, "simple"), r"compensation: expected a number,.*, not bool"),
            (("1", 2, "simple"), r"deferral: expected a number,.*, not str"),
            ((1, None, "simple"), r"compensation: expected a number,.*, not NoneType"),
            ((np.ones((2, 2)), 1, "simple"), r"deferral: expected a number,.*, not ndarray"),
            ((1, 2, None), r"formula: expected a preset by name, .*, not NoneType"),
            ((1, 2, 0.5), r"formula: expected a preset by name, .*, not float"),
        ],
    )
    def test_arguments_of_another_kind_are_named(self, arguments: Any, message: str) -> None:
        with pytest.raises(TypeError, match=message):
            match_amount(*arguments)

    def test_numbers_of_numpy_are_numbers(self) -> None:
        years = np.int64(5)

        assert match_amount(np.float64(5_000), np.int64(50_000), BY_SERVICE, tenure_years=years) == 3000

    def test_years_must_be_whole(self) -> None:
        for years in (4.5, pl.Series([4.5])):
            with pytest.raises(ValueError, match="completed years, whole numbers"):
                match_amount(5_000, 50_000, BY_SERVICE, tenure_years=years)


class TestPeriods:
    def test_each_payroll_is_matched_by_itself_to_the_cent(self) -> None:
        paid = period_match([(2050, 164), (2050, 0), (33.33, 1)], "safe_harbor_basic")

        assert paid.periods == (82.0, 0.0, 1.0)
        assert (paid.true_up, paid.total) == (0.0, 83.0)

    def test_true_up_lifts_the_year_to_the_match_on_its_totals(self) -> None:
        paid = period_match([(1000, 80)] * 6 + [(1000, 0)] * 6, "simple", true_up=True)

        assert (sum(paid.periods), paid.true_up, paid.total) == (180.0, 60.0, 240.0)

    def test_rounding_up_every_payroll_is_never_taken_back(self) -> None:
        paid = period_match([(100, 0.01)] * 4, "simple", true_up=True)

        assert (paid.periods, paid.true_up, paid.total) == ((0.01,) * 4, 0.0, 0.04)

    def test_pay_beyond_the_limit_on_compensation_is_not_matched(self) -> None:
        paid = period_match([(200_000, 10_000), (200_000, 10_000), (10, 10)], "simple", compensation_limit=350_000)

        assert paid.periods == (5000.0, 4500.0, 0.0)

    def test_dollar_tiers_run_on_deferrals_to_date(self) -> None:
        paid = period_match([(5000, 400), (5000, 400), (5000, 800)], IN_DOLLARS, true_up=True)

        assert paid.periods == (400.0, 325.0, 400.0)
        assert paid.true_up == 0

    def test_no_payroll_no_match(self) -> None:
        assert period_match([], "simple", true_up=True).total == 0

    def test_bands(self) -> None:
        assert period_match([(1000, 100)], BY_POINTS, tenure_years=20, age=40).total == 60

    def test_a_frame_of_payrolls_is_its_pairs(self) -> None:
        pairs = [(2050, 164), (2050, 0), (33.33, 1)]
        frame = pl.DataFrame(pairs, schema={"pay": pl.Float64, "deferral": pl.Float64}, orient="row")

        assert period_match(frame, "simple", true_up=True) == period_match(pairs, "simple", true_up=True)

    def test_payrolls_that_are_no_pairs(self) -> None:
        with pytest.raises(ValueError, match="expected pairs of pay and deferral"):
            period_match([(1, 2, 3)], "simple")  # type: ignore[list-item]
        for wrong in ([1000, 50], 5, None):
            with pytest.raises(TypeError, match=r"payrolls: expected pairs .* such as \[\(2_000, 100\)"):
                period_match(wrong, "simple")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=r"^pay: expected a number; these are payrolls of one person"):
            period_match([([1, 2], 1)], "simple")
        with pytest.raises(TypeError, match="tenure_years and age: expected a number"):
            period_match([(1, 1)], BY_SERVICE, tenure_years=[1, 2])  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="compensation_limit: expected a number"):
            period_match([(1, 1)], "simple", compensation_limit=[1, 2])
        with pytest.raises(ValueError, match="no column deferral"):
            period_match(pl.DataFrame({"pay": [1.0]}), "simple")
        with pytest.raises(ValueError, match="deferral: 1 of 1 values are missing"):
            period_match(pl.DataFrame({"pay": [1.0], "deferral": [None]}), "simple")
        with pytest.raises(TypeError, match="pay: expected numbers, not String"):
            period_match(pl.DataFrame({"pay": ["1"], "deferral": [1]}), "simple")


def test_formula_match_of_a_preset_is_its_tiers() -> None:
    assert formula_match(Match(), 250_000, 5_000_000) == annual_match(250_000, 5_000_000, BASIC)

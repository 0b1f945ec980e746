"""Which combinations of a sweep are shown, and in which order."""

from __future__ import annotations

import polars as pl
import pytest

from workforce_sim import RequestError
from workforce_sim.ensembles.picking import picked

KEYS = ["plan.match.tiers[0].rate", "enrollment.auto_enrollment.scope"]
RESULTS = pl.DataFrame(
    {
        "combination": [0, 1, 2, 3],
        KEYS[0]: [0.5, 0.5, 0.6, 0.6],
        KEYS[1]: ["new_hires_only", "all_eligible"] * 2,
        "net_employer_cost_cents": [80_000_000.0, 90_000_000.0, 95_000_000.0, 120_000_000.0],
        "participation_rate": [0.80, 0.90, 0.81, None],
    }
)


def numbers(sort: str | None = None, *conditions: str) -> list[int]:
    return picked(RESULTS, KEYS, sort=sort, conditions=conditions)["combination"].to_list()


@pytest.mark.parametrize(
    ("conditions", "left"),
    [
        (["net_employer_cost<=900000"], [0, 1]),
        (["net_employer_cost < $900,000"], [0]),
        (["net_employer_cost<=0.9M"], [0, 1]),
        (["net_employer_cost_cents<=90000000"], [0, 1]),
        (["participation_rate>=81%"], [1, 2]),
        (["participation_rate>0.8", "net_employer_cost>=950K"], [2]),
        (["rate=0.6"], [2, 3]),
        (["scope=all_eligible", "plan.match.tiers[0].rate=0.5"], [1]),
        (["net_employer_cost>2B"], []),
        ([], [0, 1, 2, 3]),
    ],
)
def test_combinations_that_meet_all_conditions_are_left(conditions: list[str], left: list[int]) -> None:
    assert numbers(None, *conditions) == left


def test_the_order_is_that_of_a_measure_or_a_key() -> None:
    assert numbers("participation_rate") == [0, 2, 1, 3]  # without a value last
    assert numbers("-participation_rate") == [1, 2, 0, 3]
    assert numbers("-rate") == [2, 3, 0, 1]
    assert numbers("scope") == [1, 3, 0, 2]


@pytest.mark.parametrize(
    ("sort", "condition", "told"),
    [
        ("cost", "rate=1", "--sort: no measure or swept key is named 'cost'; there are "),
        (None, "cost<1", "--filter: no measure or swept key is named 'cost'; there are .*net_employer_cost, "),
        (None, "net_employer_cost", "--filter: expected MEASURE<=VALUE, such as net_employer_cost<=1.2M"),
        (None, "net_employer_cost<=lots", "--filter: 'lots' is no number .*; write 1200000, 1.2M or 85%"),
        (None, "scope<all", "--filter: scope has words for values; compare it with = "),
    ],
)
def test_what_is_no_condition_is_refused(sort: str | None, condition: str, told: str) -> None:
    with pytest.raises(RequestError, match=told):
        numbers(sort, condition)

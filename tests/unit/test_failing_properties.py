"""What a property prints when it fails: of a configuration the keys that differ from the defaults, of staff a few."""

from __future__ import annotations

from hypothesis.vendor.pretty import pretty

from tests.support import Scenario, census_of, configured
from workforce_sim.config import Config

MATCH = {"tiers": [{"up_to": 0.05, "rate": 1.0}]}


def printed(config: Config, staff: int = 1) -> list[str]:
    people = census_of(employee_id=[f"E-{n}" for n in range(staff)], salary_cents=[5_000_000] * staff)
    return [line.strip() for line in pretty(Scenario(people, config)).splitlines()]


def test_keys_at_their_defaults_are_not_printed() -> None:
    config = configured(2025, 2027, compensation={"cola_rate": 0.01, "merit_pool": 0.03}, plan={"match": MATCH})

    assert printed(config)[1:] == [
        "Scenario of 1 of staff; keys that differ from the defaults:",
        "simulation.start_year: 2025",
        "simulation.end_year: 2027",
        "simulation.target_growth_rate: 0.03",
        "workforce.total_termination_rate: 0.12",
        "compensation.cola_rate: 0.01",
        "plan.match.tiers: [{'up_to': 0.05, 'rate': 1.0}]",
        "random_seed: 42",
        "staff, the first 3, without nulls:",
        "employee_id E-0, salary_cents 5000000",
    ]


def test_of_many_staff_a_few_are_printed() -> None:
    lines = printed(configured(), staff=50)

    assert lines[1] == "Scenario of 50 of staff; keys that differ from the defaults:"
    assert lines[-3:] == [f"employee_id E-{n}, salary_cents 5000000" for n in range(3)]
    assert len(lines) == 11

"""The levels and departments that a configuration names: each is found, and refused where nobody has it."""

from __future__ import annotations

from typing import Any

import pytest

from workforce_sim import ConfigError, load_config, simulate
from workforce_sim.config import Config, with_changes
from workforce_sim.config.named import What, names_in

LEAVING = {"date": "2025-06-30", "count": 1}
NAMED: dict[What, dict[str, Any]] = {
    "level": {
        "compensation.merit_factors": {"?": 1.1},
        "compensation.other_pay": [{"name": "a", "kind": "bonus", "share": 0.1, "by_level": {"?": 0.2}}],
        "hiring.level_mix": {"?": 1.0},
        "hiring.known": [{"date": "2025-03-01", "count": 1, "level": "?", "salary": 50_000}],
        "hiring.seasonal": [{"hired": "06-01", "ends": "08-31", "count": 1, "level": "?", "salary": 30_000}],
        "promotion.from_within": {"?": 0.5},
        "actions.layoffs": [{**LEAVING, "department": "Sales"}, {**LEAVING, "level": "?"}],
        "eligibility.classes": [{"level": ["Staff", "?"], "minimum_age": 18}],
        "eligibility.excluded_classes": [{"reason": "other", "level": ["?"]}],
        "plan.profit_sharing": {"kind": "groups", "groups": [{"rate": 0.01}, {"levels": ["?"], "rate": 0.02}]},
    },
    "department": {
        "compensation.other_pay": [{"name": "a", "kind": "bonus", "share": 0.1, "departments": ["?"]}],
        "terminations.department_factors": {"?": 1.1},
        "departments": {"?": {"growth": 0.1}},
        "hiring.known": [{"date": "2025-03-01", "count": 1, "department": "?", "level": "Staff", "salary": 50_000}],
        "actions.freezes": [{"year": 2025, "department": "?"}],
        "actions.layoffs": [{**LEAVING, "department": "?"}],
        "eligibility.classes": [{"department": ["?"], "minimum_age": 18}],
        "plan.profit_sharing": {"kind": "groups", "groups": [{"departments": ["?"], "rate": 0.02}]},
    },
}
CASES = [(what, key) for what, named in NAMED.items() for key in named]


def configured(what: What, key: str) -> Config:
    return with_changes(load_config(), {"census.size": 50, "simulation.end_year": 2025, key: NAMED[what][key]})


@pytest.mark.parametrize(("what", "key"), CASES)
def test_a_name_is_found_where_it_stands(what: What, key: str) -> None:
    config = configured(what, key)
    found = [
        (*path, *place) for path, names in names_in(config, what).items() for place in names if names[place] == "?"
    ]
    (path,) = found

    there: Any = config.model_dump(by_alias=True)
    for part in path:
        there, holder = there[part], there
    assert ".".join(map(str, path)).startswith(f"{key}.")
    assert "?" in ((there, path[-1]) if isinstance(holder, dict) else (there,))


@pytest.mark.parametrize(("what", "key"), CASES)
def test_a_name_that_nobody_has_is_refused(what: What, key: str) -> None:
    none = {"level": "no level is named", "department": "no department of the census is named"}

    with pytest.raises(ConfigError, match=rf"{key}[.a-z0-9_]*: {none[what]} \?; "):
        simulate(configured(what, key))


def test_a_level_that_is_not_configured_is_told_of_at_its_place() -> None:
    two = {"workforce.levels": [{"name": name, "minimum": pay} for name, pay in (("Staff", 0), ("Chief", 90_000))]}

    with pytest.raises(ConfigError, match=r"actions\.layoffs\.1\.level: no such level in workforce\.levels"):
        with_changes(load_config(), {**two, "actions.layoffs": NAMED["level"]["actions.layoffs"]})

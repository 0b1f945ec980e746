"""The levels and departments that a configuration names, by the keys that hold the names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from workforce_sim.config.values import KeyPath

if TYPE_CHECKING:
    from workforce_sim.config.root import Config

What = Literal["level", "department"]
Names = dict[KeyPath, str]
"""Names by their place within the table or list that holds them."""


def names_in(config: Config, what: What) -> dict[KeyPath, Names]:
    """Return the names of levels or departments in use, by the key of the table or list that holds them."""
    return {**_tables(config, what), **_entries(config, what), **_lists(config, what)}


def _tables(config: Config, what: What) -> dict[KeyPath, Names]:
    """Return the names of tables by level or department."""
    by_level: dict[KeyPath, Any] = {
        ("compensation", "merit_factors"): config.compensation.merit_factors,
        ("hiring", "level_mix"): config.hiring.level_mix,
        ("promotion", "from_within"): config.promotion.from_within,
        **{
            ("compensation", "other_pay", number, "by_level"): entry.by_level
            for number, entry in enumerate(config.compensation.other_pay)
        },
    }
    by_department: dict[KeyPath, Any] = {
        ("terminations", "department_factors"): config.terminations.department_factors,
        ("departments",): config.departments,
    }
    tables = by_level if what == "level" else by_department
    return {path: {(name,): name for name in table} for path, table in tables.items() if isinstance(table, dict)}


def _entries(config: Config, what: What) -> dict[KeyPath, Names]:
    """Return the names of entries with one level or department each."""
    entries: dict[KeyPath, Sequence[Any]] = {
        ("actions", "freezes"): config.actions.freezes,
        ("actions", "layoffs"): config.actions.layoffs,
        ("hiring", "known"): config.hiring.known,
        ("hiring", "seasonal"): config.hiring.seasonal,
    }
    return {path: _of_each(listed, what) for path, listed in entries.items()}


def _of_each(entries: Iterable[Any], what: What) -> Names:
    names = ((at, getattr(entry, what, None)) for at, entry in enumerate(entries))
    return {(at, what): name for at, name in names if name is not None}


def _lists(config: Config, what: What) -> dict[KeyPath, Names]:
    """Return the names of lists of levels or departments."""
    section, groups = config.eligibility, config.plan.profit_sharing.groups or ()
    lists: dict[KeyPath, Sequence[Any]] = {
        ("eligibility", "excluded_classes"): section.excluded_classes,
        ("eligibility", "classes"): section.classes,
    }
    found = {(*path, at, what): getattr(one, what) for path, some in lists.items() for at, one in enumerate(some)}
    found |= {
        ("plan", "profit_sharing", "groups", at, f"{what}s"): getattr(one, f"{what}s") for at, one in enumerate(groups)
    }
    if what == "department":
        other_pay = enumerate(config.compensation.other_pay)
        found |= {("compensation", "other_pay", at, "departments"): entry.departments for at, entry in other_pay}
    return {path: {(at,): name for at, name in enumerate(names or ())} for path, names in found.items()}

"""The years of a run as plain tables: people and payroll, then the plan. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

_GAP = "  "


def year_table(years: Sequence[Row]) -> str:
    """Return the years of a summary as a table: people, payroll in dollars, and average pay."""
    unit, divisor = _unit(max((row["payroll_cents"] or 0 for row in years), default=0))
    columns = [
        ("", "year", [str(row["year"]) for row in years]),
        ("opening", "staff", _counts(years, "headcount_opening")),
        ("", "hires", _counts(years, "hires")),
        ("leavers,", "staff", _counts(years, "terminations_opening_staff")),
        ("of them", "reduced", _counts(years, "reductions")),
        ("leavers,", "hires", _counts(years, "terminations_new_hires")),
        ("promo-", "tions", _counts(years, "promotions")),
        ("cola", "raises", _counts(years, "cola_raises")),
        ("merit", "raises", _counts(years, "merit_raises")),
        ("closing", "staff", _counts(years, "headcount_closing")),
        ("payroll", "$", [_amount(row["payroll_cents"], divisor, unit) for row in years]),
        ("average", "pay $", [_amount(row["average_salary_cents"], 100) for row in years]),
    ]
    reduced = any(row["reductions"] for row in years)
    return _table([column for column in columns if reduced or column[1] != "reduced"])


def plan_table(years: Sequence[Row]) -> str:
    """Return the plan as a table: who takes part, what is saved and what it costs; nothing without one."""
    if any(row["participants"] is None for row in years):
        return ""
    unit, divisor = _unit(max((row["deferral_cents"] for row in years), default=0))
    money = {
        ("defer-", "rals $"): "deferral_cents",
        ("", "match $"): "match_cents",
        ("non-", "elective $"): "nonelective_cents",
        ("forfeitures", "used $"): "forfeitures_used_cents",
        ("net cost to", "employer $"): "net_employer_cost_cents",
    }
    columns = [
        ("", "year", [str(row["year"]) for row in years]),
        ("", "eligible", _counts(years, "eligible")),
        ("partici-", "pants", _counts(years, "participants")),
        ("of the", "eligible", _percents(years, "participation_rate")),
        ("average", "deferral", _percents(years, "average_deferral_rate")),
        *((*heading, [_amount(row[name], divisor, unit) for row in years]) for heading, name in money.items()),
        ("of", "payroll", _percents(years, "employer_cost_share_of_payroll")),
    ]
    unused = {"elective $": "nonelective_cents", "used $": "forfeitures_used_cents"}
    empty = {heading for heading, name in unused.items() if not any(row[name] for row in years)}
    return _table([column for column in columns if column[1] not in empty])


MOST_LEVELS = 20
"""More levels are no short table."""


def mix_table(rows: Sequence[Row]) -> str:
    """Return the mix of levels as a table: of the census, and at the end of the first and of the last year.

    Args:
        rows: those of ``level_mix``, one for each year and level; nothing is shown of very many levels.
    """
    levels, years = list(dict.fromkeys(row["level"] for row in rows)), sorted({row["year"] for row in rows})
    if not 1 < len(levels) <= MOST_LEVELS:
        return ""
    found = {(row["year"], row["level"]): row for row in rows}
    columns = [("", "level", levels)]
    for year in dict.fromkeys((years[0], *years[1:2], years[-1])):
        of_year = [found.get((year, level), {"headcount": 0, "share": 0.0}) for level in columns[0][2]]
        counts = ("end of", str(year), _counts(of_year, "headcount"))
        columns += [counts, ("", "share", _percents(of_year, "share"))]
    return _table(columns)


def _table(columns: Sequence[tuple[str, str, list[str]]]) -> str:
    """Return columns of two headings and cells, right aligned, with a rule under the headings."""
    widths = [max(map(len, (first, second, *cells))) for first, second, cells in columns]
    rule = ["─" * width for width in widths]
    cells = zip(*(cells for _, _, cells in columns), strict=True)
    lines = [[c[0] for c in columns], [c[1] for c in columns], rule, *cells]
    return "\n".join(_GAP.join(text.rjust(w) for text, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def _counts(rows: Sequence[Row], name: str) -> list[str]:
    return ["-" if row[name] is None else f"{row[name]:,}" for row in rows]


def _percents(rows: Sequence[Row], name: str) -> list[str]:
    return ["-" if row[name] is None else f"{100 * row[name]:.1f} %" for row in rows]


def _unit(most_cents: int) -> tuple[str, int]:
    """Return the unit that fits the largest amount, and the cents in one of it."""
    return (" m", 10**8) if most_cents >= 10**8 else ("", 100)


def _amount(cents: int | None, divisor: int, unit: str = "") -> str:
    return "-" if cents is None else f"{cents / divisor:,.{1 if unit else 0}f}{unit}"

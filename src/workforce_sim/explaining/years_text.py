"""The years of a run as plain tables: people and payroll, then the plan. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workforce_sim.wording.alike import WHOLE_DOLLARS, Scale, scale_of_dollars

Row = Mapping[str, Any]

_GAP = "  "


def year_table(years: Sequence[Row]) -> str:
    """Return the years of a summary as a table: headcount, payroll and average salary."""
    seldom = {"reductions", "rehires", "on leave"}
    happened = {name for name in seldom if any(row.get(name.replace(" ", "_")) for row in years)}
    columns = [
        ("", "year", [str(row["year"]) for row in years]),
        ("opening", "headcount", _counts(years, "headcount_opening")),
        ("", "hires", _counts(years, "hires")),
        ("of them", "rehires", _counts(years, "rehires")),
        ("terminations:", "existing", _counts(years, "terminations_opening_staff")),
        ("of them", "reductions", _counts(years, "reductions")),
        ("terminations:", "new hires", _counts(years, "terminations_new_hires")),
        ("", "promotions", _counts(years, "promotions")),
        ("COLA", "raises", _counts(years, "cola_raises")),
        ("merit", "raises", _counts(years, "merit_raises")),
        ("closing", "headcount", _counts(years, "headcount_closing")),
        ("of them", "on leave", _counts(years, "on_leave")),
        ("", "payroll", _amounts(years, "payroll_cents", _scale(years, "payroll_cents"))),
        ("average", "salary", _amounts(years, "average_salary_cents", WHOLE_DOLLARS)),
    ]
    return _table([column for column in columns if column[1] not in seldom - happened])


def plan_table(years: Sequence[Row]) -> str:
    """Return the plan as a table: who participates, what is contributed and what it costs; nothing without a plan."""
    if any(row["participants"] is None for row in years):
        return ""
    money = {
        ("employee", "deferrals"): "deferral_cents",
        ("employer", "match"): "match_cents",
        ("", "nonelective"): "nonelective_cents",
        ("profit", "sharing"): "profit_sharing_cents",
        ("discretionary", "match"): "discretionary_match_cents",
        ("forfeitures", "used"): "forfeitures_used_cents",
        ("forfeitures", "restored"): "restored_cents",
        ("net employer", "cost"): "net_employer_cost_cents",
    }
    always = {"deferral_cents", "match_cents", "net_employer_cost_cents"}
    shown = {heading: name for heading, name in money.items() if name in always or any(row.get(name) for row in years)}
    scale = _scale(years, "deferral_cents")
    return _table(
        [
            ("", "year", [str(row["year"]) for row in years]),
            ("", "eligible", _counts(years, "eligible")),
            ("", "participants", _counts(years, "participants")),
            ("participation", "rate", _percents(years, "participation_rate")),
            ("average", "deferral", _percents(years, "average_deferral_rate")),
            *((*heading, _amounts(years, name, scale)) for heading, name in shown.items()),
            ("share of", "payroll", _percents(years, "employer_cost_share_of_payroll")),
        ]
    )


MOST_LEVELS = 20
"""More levels are no short table."""


def mix_table(rows: Sequence[Row], opens: str = "") -> str:
    """Return the mix of levels as a table: of the census, and at the end of the first and of the last year.

    Args:
        rows: those of ``level_mix``, one for each year and level; nothing is shown of very many levels.
        opens: the day of the census where it is no January 1.
    """
    levels, years = list(dict.fromkeys(row["level"] for row in rows)), sorted({row["year"] for row in rows})
    if not 1 < len(levels) <= MOST_LEVELS:
        return ""
    found = {(row["year"], row["level"]): row for row in rows}
    columns = [("", "level", levels)]
    for year in dict.fromkeys((years[0], *years[1:2], years[-1])):
        of_year = [found.get((year, level), {"headcount": 0, "share": 0.0}) for level in columns[0][2]]
        heading = ("on", opens) if opens and year == years[0] else ("end of", str(year))
        counts = (*heading, _counts(of_year, "headcount"))
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
    return ["-" if row.get(name) is None else f"{row[name]:,}" for row in rows]


def _percents(rows: Sequence[Row], name: str) -> list[str]:
    return ["-" if row[name] is None else f"{100 * row[name]:.1f}%" for row in rows]


_EXACT = 10 * 10**8
"""Cents below which amounts are whole dollars, to the dollar."""


def _scale(rows: Sequence[Row], name: str) -> Scale:
    """Return how amounts of a table are written: large ones in millions with a decimal, or in billions with two."""
    amounts = [row[name] or 0 for row in rows]
    if max(amounts, default=0) < _EXACT:
        return WHOLE_DOLLARS
    found = scale_of_dollars(amounts)
    return found if found.after == "B" else found._replace(places=1)


def _amounts(rows: Sequence[Row], name: str, scale: Scale) -> list[str]:
    return ["-" if row[name] is None else scale.text(row[name]) for row in rows]

"""Five plan designs for one workforce, side by side: the last of five years of 10,000 employees and 3% growth.

Run it with ``python examples/compare_designs.py``:

    design                              take  average  deferrals  match  nonelective  net cost   of pay     ADP     ACP
                                        part     rate        $ m    $ m          $ m       $ m
    automatic_3_simple_match          85.3%    6.4%       54.6   20.0          0.0      19.1   1.91%  passed  passed
    integrated_nonelective            66.4%    7.8%       47.3   11.9         45.0      54.8   5.48%  passed  passed
    no_automatic_enrollment_stretch   66.4%    8.4%       49.9   11.8          0.0      11.4   1.14%  passed  passed
    qaca_escalation                   92.6%    6.7%       61.7   27.5          0.0      26.9   2.69%  exempt  exempt
    safe_harbor                       86.6%    7.5%       57.1   28.9          0.0      28.9   2.89%  exempt  exempt

They differ by the plan alone (``config/README.md``), so the same people are hired, promoted and gone on the same days.
Who takes part is a share of the eligible, the rate an average of participants; net cost is match and nonelective money
less forfeitures used for them.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import workforce_sim as ws

DESIGNS = sorted((Path(__file__).parents[1] / "config" / "plan_designs").glob("*.yaml"))
COLUMNS = (
    ("design", "", "<32"),
    ("take", "part", ">7"),
    ("average", "rate", ">8"),
    ("deferrals", "$ m", ">10"),
    ("match", "$ m", ">6"),
    ("nonelective", "$ m", ">12"),
    ("net cost", "$ m", ">9"),
    ("of pay", "", ">8"),
    ("ADP", "", ">7"),
    ("ACP", "", ">7"),
)


def last_year(design: Path, census: ws.Census) -> tuple[str, ...]:
    """Return the figures of the last year of a design, as printed."""
    result = ws.simulate(design, census=census)
    year = result.summary.row(-1, named=True)
    outcome = {test.test: test.outcome for test in ws.nondiscrimination(result, year["year"]).tests}
    dollars = ("deferral_cents", "match_cents", "nonelective_cents", "net_employer_cost_cents")
    return (
        design.stem,
        f"{100 * year['participation_rate']:.1f}%",
        f"{100 * year['average_deferral_rate']:.1f}%",
        *(f"{year[name] / 1e8:.1f}" for name in dollars),
        f"{100 * year['employer_cost_share_of_payroll']:.2f}%",
        outcome["ADP"],
        outcome["ACP"],
    )


def compared(size: int = 10_000) -> str:
    """Return the table for an invented census of this size."""
    census = ws.synthetic_census(size, as_of=dt.date(2025, 1, 1))
    names, units, forms = zip(*COLUMNS, strict=True)
    rows = [names, units, *(last_year(design, census) for design in DESIGNS)]
    lines = (" ".join(f"{cell:{form}}" for cell, form in zip(row, forms, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    print(compared())

"""Five plan designs for one workforce: the last of five years of 10,000 employees and 3% growth.

Run it with ``python examples/compare_designs.py``:

    design                             share who   average   employee              non-     net  cost of
                                     participate  deferral  deferrals   match  elective    cost  payroll     ADP     ACP
    automatic_3_simple_match               85.3%      6.4%     $54.6M  $20.0M     $0.0M  $19.1M    1.91%  passed  passed
    integrated_nonelective                 66.4%      7.8%     $47.3M  $11.9M    $45.0M  $54.8M    5.48%  passed  passed
    no_automatic_enrollment_stretch        66.4%      8.4%     $49.9M  $11.8M     $0.0M  $11.4M    1.14%  passed  passed
    qaca_escalation                        92.6%      6.7%     $61.7M  $27.5M     $0.0M  $26.9M    2.69%  exempt  exempt
    safe_harbor                            86.6%      7.5%     $57.1M  $28.9M     $0.0M  $28.9M    2.89%  exempt  exempt

The designs differ only in the plan (``config/README.md``), so hires, promotions and terminations are the same. The
share who participate is one of eligible employees, the deferral rate an average of participants. Net cost is match and
nonelective contributions less forfeitures used for them.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import workforce_sim as ws

FOLDER = Path(__file__).parents[1] / "config" / "plan_designs"
NAMES = (
    "automatic_3_simple_match",
    "integrated_nonelective",
    "no_automatic_enrollment_stretch",
    "qaca_escalation",
    "safe_harbor",
)
COLUMNS = (
    ("design", "", "<31"),
    ("share who", "participate", ">12"),
    ("average", "deferral", ">9"),
    ("employee", "deferrals", ">10"),
    ("", "match", ">7"),
    ("non-", "elective", ">9"),
    ("net", "cost", ">7"),
    ("cost of", "payroll", ">8"),
    ("", "ADP", ">7"),
    ("", "ACP", ">7"),
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
        *(f"${year[name] / 1e8:.1f}M" for name in dollars),
        f"{100 * year['employer_cost_share_of_payroll']:.2f}%",
        outcome["ADP"],
        outcome["ACP"],
    )


def compared(size: int = 10_000) -> str:
    """Return the table for a synthetic census of this size."""
    census = ws.synthetic_census(size, as_of=dt.date(2025, 1, 1))
    names, units, forms = zip(*COLUMNS, strict=True)
    rows = [names, units, *(last_year(FOLDER / f"{name}.yaml", census) for name in NAMES)]
    lines = (" ".join(f"{cell:{form}}" for cell, form in zip(row, forms, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    print(compared())

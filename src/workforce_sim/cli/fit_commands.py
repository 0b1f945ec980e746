"""``workforce-sim fit`` and ``backtest``: what an employer's own censuses say, and how well that forecasts.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import SUCCESS, whole_number
from workforce_sim.cli.parser import command
from workforce_sim.wording.terminal import complain, tell

_REPORT = "page (FILE.html) or Markdown (FILE.md) to write tables and pictures to"


def add_fit(commands: Any, about: str) -> None:
    """Add the command that learns from censuses."""
    example = "workforce-sim fit 2023.csv 2024.csv 2025.csv --out fitted.yaml"
    fit = command(commands, "fit", about, _fit, example=example)
    _censuses(fit)
    fit.add_argument("--out", metavar="FILE", type=Path, help="YAML file for the fitted configuration")
    fit.add_argument("--report", metavar="FILE", type=Path, help=_REPORT)


def add_backtest(commands: Any, about: str) -> None:
    """Add the command that scores forecasts from censuses."""
    example = "workforce-sim backtest 2021.csv 2022.csv 2023.csv 2024.csv --scores scores.csv"
    test = command(commands, "backtest", about, _backtest, example=example)
    _censuses(test)
    about = "year or date of a census to forecast from; may be repeated; default: all with one before and one after"
    test.add_argument("--origin", metavar="DATE", action="append", help=about)
    about = "how many censuses ahead; may be repeated; default: 1, 2 and 3"
    test.add_argument("--horizon", metavar="N", action="append", type=whole_number, help=about)
    test.add_argument(
        "--replicates", metavar="N", type=whole_number, default=200, help="of each forecast; default: 200"
    )
    test.add_argument("--scores", metavar="FILE", type=Path, help="CSV file to write every score to")
    test.add_argument("--report", metavar="FILE", type=Path, help=_REPORT)


def _censuses(parser: argparse.ArgumentParser) -> None:
    about = (
        "censuses, CSV or Parquet, dated by their names (2023.csv, staff_2023-06-30.csv) or by a column such as as_of"
    )
    parser.add_argument("censuses", metavar="FILE", type=Path, nargs="+", help=about)
    parser.add_argument("--config", metavar="FILE", type=Path, help="configuration that the fit changes")


def _sources(options: argparse.Namespace) -> Any:
    return options.censuses[0] if len(options.censuses) == 1 else options.censuses


def _fit(options: argparse.Namespace) -> int:
    from workforce_sim.studies.fitting.fit import fit  # noqa: PLC0415

    _refuse(options.report)
    found = fit(_sources(options), options.config)
    tell(str(found))
    if options.out is not None:
        for path in found.write(options.out):
            complain(f"written to {path}")
    _report(options.report, found)
    return SUCCESS


def _backtest(options: argparse.Namespace) -> int:
    from workforce_sim.studies.fitting.backtest import backtest  # noqa: PLC0415

    _refuse(options.report)
    origins = None if options.origin is None else [int(o) if o.isdigit() else o for o in options.origin]
    found = backtest(
        _sources(options),
        options.config,
        origins=origins,
        horizons=options.horizon or (1, 2, 3),
        replicates=options.replicates,
    )
    tell(str(found))
    if options.scores is not None:
        found.scores.write_csv(options.scores)
        complain(f"written to {options.scores}")
    _report(options.report, found)
    return SUCCESS


def _refuse(path: Path | None) -> None:
    """Refuse a place for a report before the work that it would be of."""
    from workforce_sim.reporting.pages.written import refuse_place  # noqa: PLC0415

    if path is not None and not _is_markdown(path):
        refuse_place(path)


def _is_markdown(path: Path) -> bool:
    return path.suffix.lower() == ".md"


def _report(path: Path | None, found: Any) -> None:
    if path is None:
        return
    if _is_markdown(path):
        path.write_text(found.report(), encoding="utf-8", newline="\n")
    else:
        found.report(path)
    complain(f"written to {path}")

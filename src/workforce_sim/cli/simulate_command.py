"""``workforce-sim simulate``: a configuration simulated, its years printed, the run kept.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workforce_sim.cli.console import SUCCESS, USAGE, whole_number
from workforce_sim.cli.parser import command
from workforce_sim.cli.printed import json_text, run_report
from workforce_sim.wording.progress import years
from workforce_sim.wording.terminal import complain, say

if TYPE_CHECKING:
    from workforce_sim.result.result import Result

SIMULATED = (
    "Reads a configuration (YAML) and its census, or makes a synthetic census. Prints employees, pay, participation "
    "and the employer's cost of each year, in dollars. With --out it also writes every event, every employee of each "
    "year and the summary as Parquet, amounts in cents; after an interruption the same command continues from there."
)


def add_simulate(commands: Any, about: str) -> None:
    """Add the command that simulates."""
    example = "workforce-sim simulate plan.yaml --out runs/base"
    parser = command(commands, "simulate", about, _simulate, details=SIMULATED, example=example)
    about = "YAML file; begin one with: workforce-sim config init"
    parser.add_argument("config", metavar="CONFIG", type=Path, help=about)
    about = "new folder to write the run to; default: output.path of the configuration, or nowhere"
    parser.add_argument("--out", metavar="DIR", type=Path, help=about)
    about = "plan year, in place of the configuration's"
    parser.add_argument("--start-year", metavar="YEAR", type=whole_number, help=f"first {about}")
    parser.add_argument("--end-year", metavar="YEAR", type=whole_number, help=f"last {about}")
    about = "seed of the random draws, in place of the configuration's"
    parser.add_argument("--seed", metavar="NUMBER", type=whole_number, help=about)
    about = "also print the plan's nondiscrimination tests of the last year"
    parser.add_argument("--tests", action="store_true", help=about)
    about = "print the summary as JSON, columns of docs/data-model.md, amounts in cents"
    parser.add_argument("--json", action="store_true", help=about)


def _simulate(options: argparse.Namespace) -> int:
    start = perf_counter()
    from workforce_sim.config import overridden  # noqa: PLC0415
    from workforce_sim.plan.loading import load_config  # noqa: PLC0415
    from workforce_sim.result.summary import labelled_years, level_mix  # noqa: PLC0415
    from workforce_sim.simulation.simulate import simulate  # noqa: PLC0415

    config = load_config(options.config)
    config = overridden(config, start_year=options.start_year, end_year=options.end_year, seed=options.seed)
    if options.tests and not config.plan.enabled:
        complain(f"--tests: plan.enabled is false in {options.config}: there is no plan to test; leave out --tests")
        return USAGE
    started = perf_counter() - start
    options.out = options.out or (config.output.path and Path(config.output.path))
    with years(True, verbose=options.verbose) as progress:
        result = simulate(config, out=options.out, progress=progress)
    if options.json:
        say(_page(result, tests=options.tests))
    else:
        opening, timings = config.simulation.opening, {"start-up": started, **result.timings}
        rows, mix = labelled_years(result.summary.to_dicts(), opening), level_mix(result).to_dicts()
        opens = str(opening) if opening.month > 1 else ""
        say(run_report(rows, result.notes, timings, perf_counter() - start, mix, opens))
    if options.tests and not options.json:
        from workforce_sim.plan.testing import nondiscrimination  # noqa: PLC0415

        say(f"\n{nondiscrimination(result, config.simulation.end_year)}")
    if options.out is not None:
        complain(f"written to {options.out}")
    return SUCCESS


def _page(result: Result, *, tests: bool) -> str:
    """Return the summary of a run as JSON; with the tests of the last year, when they are asked for."""
    from workforce_sim.plan.testing import nondiscrimination  # noqa: PLC0415

    last = result.config.simulation.end_year
    page = {"fingerprint": result.fingerprint, "notes": result.notes, "summary": result.summary.to_dicts()}
    tested = {"tests": nondiscrimination(result, last).frame.to_dicts()} if tests else {}
    return json_text({**page, **tested})

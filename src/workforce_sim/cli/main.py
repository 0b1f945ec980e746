"""``workforce-sim``: simulate, check a census, check or begin a configuration.

Arguments are read first and the engine is imported after, so that ``--help`` answers at once. Results go to standard
output, everything else to standard error. Exit codes: 0 success, 1 failure, 2 usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn

from workforce_sim.cli.census_commands import add_census_commands
from workforce_sim.cli.completion import add_completion_command
from workforce_sim.cli.console import FAILURE, INTERRUPTED, SUCCESS, USAGE, guarded, json_text, run_report, whole_number
from workforce_sim.cli.ensemble_commands import add_ensemble_commands
from workforce_sim.cli.evidence_commands import add_evidence_command
from workforce_sim.cli.explore_command import add_explore_command
from workforce_sim.cli.export_commands import add_export_command
from workforce_sim.cli.fit_commands import add_fit_commands
from workforce_sim.cli.kept import interrupted
from workforce_sim.cli.parser import Help, Parser, command, new_file
from workforce_sim.cli.plot_command import add_plot_command
from workforce_sim.cli.portfolio_commands import add_portfolio_commands
from workforce_sim.cli.report_commands import add_report_command
from workforce_sim.cli.run_commands import add_run_commands
from workforce_sim.cli.search_commands import add_search_commands
from workforce_sim.cli.serve_command import add_serve_command
from workforce_sim.wording.progress import years
from workforce_sim.wording.terminal import complain, say

if TYPE_CHECKING:
    from workforce_sim.result.result import Result

EXAMPLE = "simulation_config.yaml"
FIRST_STEPS = """\
first steps:
  workforce-sim config init                                 write simulation_config.yaml, every key with its default
  workforce-sim census check staff.csv                      see how a census is read
  workforce-sim simulate simulation_config.yaml --out base  simulate, print the years, keep the run
  workforce-sim export base --xlsx base.xlsx                an Excel workbook of it

workforce-sim COMMAND --help tells what a command reads and writes. docs/command-line.md has all of it on one page.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = _parser()
    try:
        options = parser.parse_args(argv)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else USAGE
    if "action" not in options:
        parser.print_help(sys.stderr)
        return USAGE
    told = partial(interrupted, options)
    code = guarded(lambda: int(options.action(options)), verbose=options.verbose, interrupted=told)
    if code == INTERRUPTED and argv is None:
        _leave(code)
    return code


def _leave(code: int) -> NoReturn:
    """End the program at once: threads that are still computing are not waited for."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def _parser() -> argparse.ArgumentParser:
    about = "Simulate a workforce and its 401(k) plan year by year."
    parser = Parser(prog="workforce-sim", description=about, epilog=FIRST_STEPS, formatter_class=Help)
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_simulate(commands)
    add_ensemble_commands(commands, command)
    add_portfolio_commands(commands, command)
    add_fit_commands(commands, command)
    add_search_commands(commands, command)
    add_explore_command(commands, command)
    add_census_commands(commands, command)
    add_export_command(commands, command)
    add_plot_command(commands, command)
    add_report_command(commands, command)
    add_evidence_command(commands, command)
    add_serve_command(commands, command)
    _add_config_commands(commands)
    about = "explain, compare, show or export a run on disk"
    run = commands.add_parser("run", help=about).add_subparsers(required=True, metavar="COMMAND")
    add_run_commands(run, command)
    add_completion_command(commands, command, parser)
    return parser


def _add_config_commands(commands: Any) -> None:
    about = "check, begin or translate a configuration"
    config = commands.add_parser("config", help=about).add_subparsers(required=True, metavar="COMMAND")
    about = "list every problem of a configuration, settings without effect and compliance warnings"
    example = "workforce-sim config check simulation_config.yaml"
    check = command(config, "check", about, _config_check, details=CHECKED, example=example)
    check.add_argument("file", metavar="FILE", type=Path, help="YAML file")
    about, example = "print the JSON schema of configurations, for editors", "workforce-sim config schema > schema.json"
    command(config, "schema", about, _config_schema, example=example)
    about = "translate a configuration of the database pipeline that came before"
    migrate = command(config, "migrate", about, _config_migrate, example="workforce-sim config migrate old.yaml")
    migrate.add_argument("file", metavar="OLD", type=Path, help="YAML file of that pipeline")
    new_file(migrate, "NEW", None, "file to write; default: OLD.migrated.yaml")
    about = "write a commented example with every key, its unit and its default"
    init = command(config, "init", about, _config_init, example="workforce-sim config init plan.yaml")
    new_file(init, "FILE", Path(EXAMPLE), f"file to write; default: {EXAMPLE}")


class _Version(argparse.Action):
    """Looks the version up only when asked."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="show the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

        try:
            say(f"workforce-sim {version('workforce-sim')}")
        except PackageNotFoundError:
            say("workforce-sim, not installed")
        parser.exit()


CHECKED = "Problems are printed one a line with file, line and column; the exit code is 1 where there is one."
SIMULATED = (
    "Reads a configuration (YAML) and its census, or makes a synthetic census. Prints employees, pay, participation "
    "and the employer's cost of each year, in dollars. With --out it also writes every event, every employee of each "
    "year and the summary as Parquet, amounts in cents; after an interruption the same command continues from there."
)


def _add_simulate(commands: Any) -> None:
    about, example = "simulate a configuration and print its years", "workforce-sim simulate plan.yaml --out runs/base"
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


def _config_check(options: argparse.Namespace) -> int:
    from workforce_sim.config.drawing import drawing  # noqa: PLC0415
    from workforce_sim.plan.loading import load_config  # noqa: PLC0415
    from workforce_sim.simulation.run import configuration_notes  # noqa: PLC0415

    config = load_config(options.file)
    census = config.census.path or f"synthetic, {config.census.size:,} employees"
    if config.census.path is not None and not Path(config.census.path).exists():
        complain(f"{options.file}: census.path: no such file yet: {config.census.path}")
    years = f"{config.simulation.start_year} to {config.simulation.end_year}"
    for note in configuration_notes(drawing(config)):
        say(f"{options.file}: {note}")
    say(f"{options.file}: good; {years}, seed {config.random_seed}, census: {census}")
    return SUCCESS


def _config_schema(_: argparse.Namespace) -> int:
    from workforce_sim.config.schema import schema_text  # noqa: PLC0415

    say(schema_text().rstrip())
    return SUCCESS


def _config_migrate(options: argparse.Namespace) -> int:
    from workforce_sim.config.migrate import migrated_file  # noqa: PLC0415

    new = options.out or options.new or options.file.with_suffix(".migrated.yaml")
    if new.exists():
        complain(f"{new}: exists already; choose another name, or remove it first")
        return FAILURE
    found = migrated_file(options.file)
    say("\n".join(found.report()).rstrip())
    new.write_text(found.text(), encoding="utf-8", newline="\n")
    complain(f"written to {new}")
    for problem in found.problems():
        complain(f"{new}: {problem}")
    return SUCCESS if not found.problems() else FAILURE


def _config_init(options: argparse.Namespace) -> int:
    new: Path = options.out or options.new
    shipped = Path(__file__).parents[1] / "config" / EXAMPLE
    *_, example = shipped.read_text(encoding="utf-8").split("\n", 2)  # first it names the schema beside it
    try:
        with new.open("x", encoding="utf-8", newline="\n") as file:
            file.write(example)
    except FileExistsError:
        complain(f"{new}: exists already; choose another name, or remove it first")
        return FAILURE
    complain(f"written to {new}; try: workforce-sim simulate {new}")
    return SUCCESS

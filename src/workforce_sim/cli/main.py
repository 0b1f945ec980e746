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
from pathlib import Path
from time import perf_counter
from typing import NoReturn

from workforce_sim.cli.census_commands import add_census_commands
from workforce_sim.cli.console import FAILURE, INTERRUPTED, SUCCESS, USAGE, guarded, run_report, whole_number
from workforce_sim.cli.ensemble_commands import add_ensemble_commands
from workforce_sim.cli.export_commands import add_export_command
from workforce_sim.cli.fit_commands import add_fit_commands
from workforce_sim.cli.parser import Parser, command
from workforce_sim.cli.plot_command import add_plot_command
from workforce_sim.cli.report_commands import add_report_command
from workforce_sim.cli.run_commands import add_run_commands
from workforce_sim.wording.progress import years
from workforce_sim.wording.terminal import complain, say

EXAMPLE = "simulation_config.yaml"


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
    code = guarded(lambda: int(options.action(options)), verbose=options.verbose)
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
    parser = Parser(prog="workforce-sim", description="Simulate a workforce and its 401(k) plan year by year.")
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _simulate_options(
        command(commands, "simulate", "simulate a configuration and print a table of its years", _simulate)
    )
    add_ensemble_commands(commands, command)
    add_fit_commands(commands, command)
    add_census_commands(commands, command)
    add_export_command(commands, command)
    add_plot_command(commands, command)
    about = "check or begin a configuration"
    config = commands.add_parser("config", help=about).add_subparsers(required=True, metavar="COMMAND")
    check = command(
        config,
        "check",
        "list every problem of a configuration, settings without effect and compliance warnings",
        _config_check,
    )
    check.add_argument("file", metavar="FILE", type=Path, help="YAML file")
    command(config, "schema", "print the JSON schema of configurations", _config_schema)
    migrate = command(config, "migrate", "translate a configuration of the earlier system", _config_migrate)
    migrate.add_argument("file", metavar="OLD", type=Path, help="YAML file of the earlier system")
    migrate.add_argument("new", metavar="NEW", type=Path, nargs="?", help="file to write; default: OLD.migrated.yaml")
    init = command(config, "init", "write a commented example of every key", _config_init)
    init.add_argument("file", metavar="FILE", type=Path, nargs="?", default=Path(EXAMPLE), help=f"default: {EXAMPLE}")
    about = "explain, compare, show or export a run on disk"
    run = commands.add_parser("run", help=about).add_subparsers(required=True, metavar="COMMAND")
    add_run_commands(run, command)
    add_report_command(commands, command)
    return parser


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


def _simulate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "config", metavar="CONFIG", type=Path, help="YAML file; begin one with: workforce-sim config init"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="new folder for the run; default: output.path of the configuration"
    )
    parser.add_argument(
        "--start-year", metavar="YEAR", type=whole_number, help="first plan year, in place of the configuration's"
    )
    parser.add_argument(
        "--end-year", metavar="YEAR", type=whole_number, help="last plan year, in place of the configuration's"
    )
    parser.add_argument(
        "--seed", metavar="NUMBER", type=whole_number, help="random seed, in place of the configuration's"
    )
    parser.add_argument("--tests", action="store_true", help="also print the plan tests of the last year")


def _simulate(options: argparse.Namespace) -> int:
    start = perf_counter()
    from workforce_sim.config import overridden  # noqa: PLC0415
    from workforce_sim.plan.loading import load_config  # noqa: PLC0415
    from workforce_sim.simulation import simulate  # noqa: PLC0415
    from workforce_sim.summary import level_mix  # noqa: PLC0415

    config = load_config(options.config)
    config = overridden(config, start_year=options.start_year, end_year=options.end_year, seed=options.seed)
    if options.tests and not config.plan.enabled:
        complain(f"--tests: plan.enabled is false in {options.config}: there is no plan to test; leave out --tests")
        return USAGE
    started = perf_counter() - start
    with years(True, verbose=options.verbose) as progress:
        result = simulate(config, out=options.out, progress=progress)
    timings = {"start-up": started, **result.timings}
    rows, mix = result.summary.to_dicts(), level_mix(result).to_dicts()
    say(run_report(rows, result.notes, timings, perf_counter() - start, mix))
    if options.tests:
        from workforce_sim.plan.testing import nondiscrimination  # noqa: PLC0415

        say(f"\n{nondiscrimination(result, config.simulation.end_year)}")
    out = options.out or config.output.path
    if out is not None:
        complain(f"written to {out}")
    return SUCCESS


def _config_check(options: argparse.Namespace) -> int:
    from workforce_sim.config.drawing import drawing  # noqa: PLC0415
    from workforce_sim.plan.loading import load_config  # noqa: PLC0415
    from workforce_sim.run import configuration_notes  # noqa: PLC0415

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

    new = options.new or options.file.with_suffix(".migrated.yaml")
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
    shipped = Path(__file__).parents[1] / "config" / EXAMPLE
    *_, example = shipped.read_text(encoding="utf-8").split("\n", 2)  # first it names the schema beside it
    try:
        with options.file.open("x", encoding="utf-8", newline="\n") as file:
            file.write(example)
    except FileExistsError:
        complain(f"{options.file}: exists already; choose another name, or remove it first")
        return FAILURE
    complain(f"written to {options.file}; try: workforce-sim simulate {options.file}")
    return SUCCESS

"""``workforce-sim config``: a configuration checked, begun or translated.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workforce_sim.cli.console import FAILURE, SUCCESS
from workforce_sim.cli.parser import command, new_file
from workforce_sim.wording.terminal import complain, say

EXAMPLE = "simulation_config.yaml"
CHECKED = "Problems are printed one a line with file, line and column; the exit code is 1 where there is one."


def add_config(commands: Any, about: str) -> None:
    """Add the commands of a configuration."""
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

"""``workforce-sim ensemble``, ``compare`` and ``sweep``: many replicates, of one configuration or of several.

As in ``cli``, what a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workforce_sim.console import SUCCESS, complain, note_list, printable, say, ticker, whole_number
from workforce_sim.run_commands import Command

if TYPE_CHECKING:
    import polars as pl

    from workforce_sim.ensembles.comparing import Comparison
    from workforce_sim.ensembles.ensemble import Ensemble
    from workforce_sim.ensembles.sweeping import Sweep

GROUPS = ("age_band", "tenure_band", "level", "pay_band")
LEAST = 10
"""Fewest persons of a group whose gains the command line shows."""

FOLDER = "new folder for tables (Parquet) and a page (JSON)"


def add_ensemble_commands(commands: Any, command: Command) -> None:
    """Add the commands of many replicates."""
    ensemble = command(commands, "ensemble", "simulate many replicates and tell how far they spread", _ensemble)
    ensemble.add_argument("config", metavar="CONFIG", type=Path, help="YAML file")
    _options(ensemble, 1_000, "folder for the replicates; a killed ensemble goes on there where it was")
    about = "stop when the standard error of a mean is this share of it, as net_employer_cost=0.5%%; may be repeated"
    ensemble.add_argument("--until", metavar="MEASURE=SHARE", action="append", type=_pair, default=[], help=about)
    compare = command(commands, "compare", "simulate scenarios under the same luck and tell how they differ", _compare)
    about = "name and YAML file of each scenario, the one to compare with first"
    compare.add_argument("scenarios", metavar="NAME=CONFIG", nargs="+", type=_pair, help=about)
    _options(compare, 100, FOLDER)
    about = f"tell who gains and who loses in replicate 0, by group; groups of fewer than {LEAST} are hidden"
    compare.add_argument("--gains", choices=GROUPS, help=about)
    sweep = command(commands, "sweep", "simulate every combination of some values under the same luck", _sweep)
    sweep.add_argument("config", metavar="CONFIG", type=Path, help="YAML file that the values are laid over")
    about = "a key and its values, as compensation.cola_rate=[0.02, 0.03]; may be repeated"
    sweep.add_argument("--set", metavar="KEY=[...]", action="append", type=_pair, required=True, help=about)
    _options(sweep, 100, FOLDER)


def _options(parser: argparse.ArgumentParser, replicates: int, out: str) -> None:
    about = f"how many, from 0; default: {replicates:,}"
    parser.add_argument("--replicates", metavar="N", type=whole_number, default=replicates, help=about)
    parser.add_argument("--out", metavar="DIR", type=Path, help=out)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")


def _pair(text: str) -> tuple[str, str]:
    """Read ``NAME=VALUE``."""
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {printable(text)!r}")
    return name.strip(), value.strip()


def _once(pairs: list[tuple[str, str]], what: str) -> dict[str, str]:
    """Return pairs by name, each given once."""
    from workforce_sim.errors import RequestError  # noqa: PLC0415

    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RequestError(f"{what} {twice}: given twice; give each once")
    return dict(pairs)


def _counter(verbose: bool) -> Callable[[int, int], None] | None:
    """Return what shows the progress of replicates on standard error; none where nobody would see it."""
    tick = ticker(verbose)
    return None if tick is None else lambda done, total: tick(f"{done:,} of {total:,} replicates", done == total)


def _tell(options: argparse.Namespace, found: Any, page: Mapping[str, Any]) -> None:
    """Print a result, as a page of text or as JSON, and say where it was written."""
    text = json.dumps(page, indent=2, ensure_ascii=True, allow_nan=False) if options.json else str(found)
    say("\n".join(map(printable, text.split("\n"))))
    if options.out is not None:
        complain(f"written to {options.out}")


# --- ensemble ---


def _ensemble(options: argparse.Namespace) -> int:
    from workforce_sim.ensembles.bands_text import readable  # noqa: PLC0415
    from workforce_sim.ensembles.ensemble import relative_targets, simulate_ensemble  # noqa: PLC0415
    from workforce_sim.ensembles.pages import of_ensemble  # noqa: PLC0415

    until = _once(options.until, "--until")
    found: Ensemble = simulate_ensemble(
        options.config,
        replicates=options.replicates,
        progress=_counter(options.verbose),
        until=until,
        out=options.out,
    )
    text = [readable(found, relative_targets(until)), note_list(found.notes)]
    _tell(options, "\n\n".join(part for part in text if part), of_ensemble(found))
    return SUCCESS


# --- compare ---


def _compare(options: argparse.Namespace) -> int:
    from workforce_sim.ensembles.comparing import compare  # noqa: PLC0415
    from workforce_sim.ensembles.folder import refuse_existing, write_folder  # noqa: PLC0415
    from workforce_sim.ensembles.pages import of_comparison, tables_of_comparison  # noqa: PLC0415

    if options.out is not None:
        refuse_existing(options.out)
    scenarios = {name: Path(file) for name, file in _once(options.scenarios, "scenario").items()}
    found: Comparison = compare(scenarios, replicates=options.replicates, progress=_counter(options.verbose))
    gains = None if options.gains is None else found.gains(options.gains, least=LEAST)
    page = of_comparison(found, gains)
    if options.out is not None:
        write_folder(options.out, tables_of_comparison(found, gains), page, "comparison.json")
    _tell(options, "\n".join([str(found), *_gains_text(gains)]), page)
    return SUCCESS


def _gains_text(gains: pl.DataFrame | None) -> Iterator[str]:
    from workforce_sim.ensembles.comparing_text import gains_table  # noqa: PLC0415

    if gains is not None:
        yield from gains_table(gains)


# --- sweep ---


def _sweep(options: argparse.Namespace) -> int:
    from workforce_sim.ensembles.folder import refuse_existing, write_folder  # noqa: PLC0415
    from workforce_sim.ensembles.pages import of_sweep, tables_of_sweep  # noqa: PLC0415
    from workforce_sim.ensembles.sweeping import sweep  # noqa: PLC0415

    if options.out is not None:
        refuse_existing(options.out)
    grid = {key: _values(key, text) for key, text in _once(options.set, "--set").items()}
    found: Sweep = sweep(options.config, grid, replicates=options.replicates, progress=_counter(options.verbose))
    page = of_sweep(found)
    if options.out is not None:
        write_folder(options.out, tables_of_sweep(found), page, "sweep.json")
    _tell(options, found, page)
    return SUCCESS


def _values(key: str, text: str) -> Any:
    """Return the values of a key, written as in a configuration."""
    from workforce_sim.config.document import read_yaml  # noqa: PLC0415
    from workforce_sim.errors import RequestError  # noqa: PLC0415

    root, problems = read_yaml(f"values: {text}".encode())
    values = None if root is None or problems else root.value["values"]
    if not isinstance(values, list):
        raise RequestError(f"--set {key}: expected a list as in a configuration, such as [0.02, 0.03]")
    return values

"""``workforce-sim ensemble``, ``compare`` and ``sweep``: many replicates, of one configuration or of several.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workforce_sim.cli.console import SUCCESS, json_option, once, pair, positive, whole_number
from workforce_sim.cli.parser import command
from workforce_sim.cli.printed import json_text, note_list
from workforce_sim.wording.progress import simulations
from workforce_sim.wording.terminal import complain, printable, tell

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import polars as pl

    from workforce_sim.ensembles.comparing import Comparison
    from workforce_sim.ensembles.ensemble import Ensemble
    from workforce_sim.ensembles.sweeping import Sweep

GROUPS = ("department", "level", "age_band", "tenure_band", "pay_band")
SOURCES = ("chance", "year", "assumptions")
LEAST = 10
"""Fewest people of a cell or a group that the command line shows."""
_named = pair("NAME=VALUE")

FOLDER = "new folder for all tables (Parquet) and what was asked; workforce-sim export and report read it"
SPREAD = "Prints the mean of each measure in each year and the range that nine of ten simulations are in, in dollars."
COMPARED = (
    "Prints each scenario beside the first one: means, differences with their standard errors and ranges, what differs "
    "in the configurations. Amounts are dollars."
)
SWEPT = (
    "Prints participation and the employer's net cost of each combination, and differences from the first. Amounts are "
    "dollars."
)


def add_ensemble(commands: Any, about: str) -> None:
    """Add the command of many simulations."""
    example = "workforce-sim ensemble plan.yaml --replicates 1000 --out runs/futures"
    ensemble = command(commands, "ensemble", about, _ensemble, details=SPREAD, example=example)
    about = "YAML file; or: merge SHARD..., to merge the folders of shards into --out"
    ensemble.add_argument("config", metavar="CONFIG", type=Path, help=about)
    ensemble.add_argument("shards", metavar="DIR", type=Path, nargs="*", help=argparse.SUPPRESS)
    _options(ensemble, 1_000, "folder for all simulations; run the command again to continue after an interruption")
    about = "stop when the standard error of a mean is this share of it, as net_employer_cost=0.5%%; may be repeated"
    ensemble.add_argument("--until", metavar="MEASURE=SHARE", action="append", type=_named, default=[], help=about)
    about = "what varies: chance, year or assumptions; may be repeated; default: all of the configuration"
    ensemble.add_argument("--spread", metavar="SOURCE", action="append", choices=SOURCES, help=about)
    about = "simulate only the I-th of N parts, to be put together with merge"
    ensemble.add_argument("--shard", metavar="I/N", type=_part, help=about)
    _worker_options(ensemble)


def add_compare(commands: Any, about: str) -> None:
    """Add the command of several scenarios."""
    example = "workforce-sim compare today=today.yaml proposed=proposed.yaml --out runs/proposal"
    compare = command(commands, "compare", about, _compare, details=COMPARED, example=example)
    about = (
        "YAML file of each scenario, the baseline first; NAME=FILE gives it a name other than that of the file; or one "
        "file with extends and scenarios"
    )
    compare.add_argument("scenarios", metavar="SCENARIO", nargs="+", type=_scenario, help=about)
    _options(compare, 100, FOLDER)
    _worker_options(compare)
    about = f"show cost, and who gains and who loses, by group; cells of fewer than {LEAST} employees are hidden"
    compare.add_argument("--by", "--gains", choices=GROUPS, help=about)
    about = "hide no cell; for internal use, in tables, JSON and files alike"
    compare.add_argument("--no-suppression", "--show-small", action="store_true", help=about)


def add_sweep(commands: Any, about: str) -> None:
    """Add the command of every combination of values."""
    example = 'workforce-sim sweep plan.yaml --set "compensation.cola_rate=[0.02, 0.03]" --out runs/grid'
    sweep = command(commands, "sweep", about, _sweep, details=SWEPT, example=example)
    sweep.add_argument("config", metavar="CONFIG", type=Path, help="YAML file whose values are replaced")
    about = "a key and its values, such as compensation.cola_rate=[0.02, 0.03]; may be repeated"
    sweep.add_argument("--set", metavar="KEY=[...]", action="append", type=_named, required=True, help=about)
    about = "show combinations by a measure or a swept key, from the lowest; --sort=-MEASURE from the highest"
    sweep.add_argument("--sort", metavar="MEASURE", help=about)
    about = "show combinations that meet it: net_employer_cost<=1.2M, participation_rate>=85%%; may be repeated"
    sweep.add_argument("--filter", metavar="MEASURE<=VALUE", action="append", default=[], help=about)
    _options(sweep, 100, FOLDER)
    _worker_options(sweep)


def _options(parser: argparse.ArgumentParser, replicates: int, out: str) -> None:
    about = f"number of simulations of each configuration; default: {replicates:,}"
    parser.add_argument("--replicates", metavar="N", type=whole_number, default=replicates, help=about)
    parser.add_argument("--out", metavar="DIR", type=Path, help=out)
    json_option(parser)


def _worker_options(parser: argparse.ArgumentParser) -> None:
    about = "processes that share the simulations; default: threads of one process, which need less memory"
    parser.add_argument("--workers", metavar="N", type=positive, help=about)
    scheduler_option(parser)


def scheduler_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a scheduler."""
    about = "use the cluster of this Dask scheduler, such as tcp://10.0.0.5:8786; needs workforce-sim[cluster]"
    parser.add_argument("--scheduler", metavar="ADDRESS", help=about)


@contextmanager
def executor_of(address: str | None, workers: int | None = None) -> Iterator[Executor | None]:
    """Give the workers of a cluster, or so many processes; None where nobody asked for either."""
    from workforce_sim.ensembles.cluster import cluster  # noqa: PLC0415
    from workforce_sim.errors import RequestError  # noqa: PLC0415

    if address is not None and workers is not None:
        raise RequestError("--workers: the scheduler has workers of its own; leave out --workers or --scheduler")
    if address is not None:
        with cluster(address) as executor:
            yield executor
    elif workers is not None:
        with _own(workers) as executor:
            yield executor
    else:
        yield None


@contextmanager
def _own(workers: int) -> Iterator[Executor]:
    """Give processes of our own, and say what to do when one of them is ended."""
    from concurrent.futures import BrokenExecutor  # noqa: PLC0415

    from workforce_sim.ensembles.processes import processes  # noqa: PLC0415
    from workforce_sim.errors import SimulationError  # noqa: PLC0415

    try:
        with processes(workers) as executor:
            yield executor
    except BrokenExecutor:
        raise SimulationError(
            "a worker process was ended; was memory short? run it again with fewer --workers"
        ) from None


def _part(text: str) -> tuple[int, int]:
    """Read ``I/N``."""
    numbers = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    if numbers is None:
        raise argparse.ArgumentTypeError(f"expected I/N such as 3/10, got {printable(text)!r}")
    return int(numbers[1]), int(numbers[2])


def _scenario(text: str) -> tuple[str, str]:
    """Read ``NAME=CONFIG``, or a file that names the scenario."""
    return _named(text) if "=" in text else (Path(text).stem, text)


def _tell(options: argparse.Namespace, found: Any, page: Mapping[str, Any]) -> None:
    """Print a result, as a page of text or as JSON, and say where it was written."""
    tell(json_text(page) if options.json else str(found))
    if options.out is not None:
        complain(f"written to {options.out}")


# --- ensemble ---


def _ensemble(options: argparse.Namespace) -> int:
    from workforce_sim.ensembles.bands_text import readable  # noqa: PLC0415
    from workforce_sim.ensembles.ensemble import relative_targets  # noqa: PLC0415
    from workforce_sim.ensembles.pages import of_ensemble  # noqa: PLC0415

    until = once(options.until, "--until")
    merges = options.config == Path("merge")
    found = _merged(options) if merges or options.shards else _simulated(options, until)
    text = [readable(found, relative_targets(until)), note_list(found.notes)]
    _tell(options, "\n\n".join(part for part in text if part), of_ensemble(found))
    return SUCCESS


def _simulated(options: argparse.Namespace, until: Mapping[str, str]) -> Ensemble:
    from workforce_sim.ensembles.ensemble import simulate_ensemble  # noqa: PLC0415
    from workforce_sim.ensembles.merging import shard  # noqa: PLC0415
    from workforce_sim.errors import RequestError  # noqa: PLC0415

    if options.shard is not None and until:
        raise RequestError(
            "--until: a shard cannot tell when all shards together reach it; leave out --until or --shard"
        )
    replicates = options.replicates if options.shard is None else shard(options.replicates, *options.shard)
    with (
        executor_of(options.scheduler, options.workers) as executor,
        simulations(True, verbose=options.verbose) as progress,
    ):
        return simulate_ensemble(
            options.config,
            replicates=replicates,
            executor=executor,
            progress=progress,
            until=until,
            out=options.out,
            spread=options.spread,
        )


def _merged(options: argparse.Namespace) -> Ensemble:
    from workforce_sim.ensembles.merging import merge  # noqa: PLC0415
    from workforce_sim.errors import RequestError  # noqa: PLC0415

    others = (options.until, options.spread, options.shard, options.scheduler, options.workers)
    if options.config != Path("merge") or options.out is None or any(others):
        line = "workforce-sim ensemble merge SHARD... --out DIR, and no more options"
        raise RequestError(f"expected one CONFIG, or: {line}")
    return merge(options.shards, options.out)


# --- compare ---


def _compare(options: argparse.Namespace) -> int:
    from workforce_sim.ensembles.comparing import compare  # noqa: PLC0415
    from workforce_sim.ensembles.comparing_text import readable  # noqa: PLC0415
    from workforce_sim.ensembles.ensemble import any_plan  # noqa: PLC0415
    from workforce_sim.ensembles.folder import refuse_existing, write_folder  # noqa: PLC0415
    from workforce_sim.ensembles.grouped import report_tables  # noqa: PLC0415
    from workforce_sim.ensembles.pages import of_comparison, tables_of_comparison  # noqa: PLC0415

    if options.out is not None:
        refuse_existing(options.out)
    named = {name: Path(file) for name, file in once(options.scenarios, "scenario").items()}
    scenarios = named if len(named) > 1 else next(iter(named.values()))
    by = () if options.by is None else (options.by,)
    with (
        executor_of(options.scheduler, options.workers) as executor,
        simulations(True, verbose=options.verbose) as progress,
    ):
        asked = {"replicates": options.replicates, "progress": progress}
        found: Comparison = compare(scenarios, executor=executor, by=by, **asked)
    least = None if options.no_suppression else LEAST
    tables = tables_of_comparison(found, options.by, least)
    page = of_comparison(found, tables)
    if options.out is not None:
        write_folder(options.out, {**tables, **report_tables(found, least)}, page, "comparison", found.headers)
    gains = tables.get("gains") if any_plan(found.ensembles.values()) else None
    _tell(options, "\n".join([readable(found, options.by, least), *_gains_text(gains, least)]), page)
    return SUCCESS


def _gains_text(gains: pl.DataFrame | None, least: int | None) -> Iterator[str]:
    from workforce_sim.ensembles.groups_text import gains_table, hidden_note  # noqa: PLC0415

    if gains is not None:
        yield from (*gains_table(gains), *(() if least is None else hidden_note(gains, least)))


# --- sweep ---


def _sweep(options: argparse.Namespace) -> int:
    from workforce_sim.ensembles.folder import refuse_existing, write_folder  # noqa: PLC0415
    from workforce_sim.ensembles.pages import of_sweep, tables_of_sweep  # noqa: PLC0415
    from workforce_sim.ensembles.picking import picked, refuse_unknown  # noqa: PLC0415
    from workforce_sim.ensembles.sweeping import combinations_of, sweep  # noqa: PLC0415
    from workforce_sim.ensembles.sweeping_text import readable  # noqa: PLC0415

    if options.out is not None:
        refuse_existing(options.out)
    grid = {key: _values(key, text) for key, text in once(options.set, "--set").items()}
    refuse_unknown(combinations_of(grid), options.sort, options.filter)
    with (
        executor_of(options.scheduler, options.workers) as executor,
        simulations(True, verbose=options.verbose) as progress,
    ):
        asked = {"replicates": options.replicates, "progress": progress}
        found: Sweep = sweep(options.config, grid, executor=executor, **asked)
    page = of_sweep(found)
    if options.out is not None:
        write_folder(options.out, tables_of_sweep(found), page, "sweep", found.headers)
    shown = picked(found.results, found.keys, sort=options.sort, conditions=options.filter)["combination"].to_list()
    _tell(options, readable(found, shown), {**page, "shown": shown})
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

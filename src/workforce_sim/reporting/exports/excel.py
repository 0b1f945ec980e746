"""A result of any kind as an Excel workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workforce_sim.config.workforce import Simulation
from workforce_sim.ensembles.comparing import Comparison
from workforce_sim.ensembles.ensemble import Ensemble
from workforce_sim.ensembles.folder import refuse_within
from workforce_sim.ensembles.saved import Results, idle_tables, other_tables, read_results
from workforce_sim.ensembles.sweeping import Sweep
from workforce_sim.errors import LedgerError, RequestError
from workforce_sim.reporting.exports.comparison_sheets import comparison_sheets
from workforce_sim.reporting.exports.ensemble_sheets import ensemble_sheets
from workforce_sim.reporting.exports.measure_rows import with_labels
from workforce_sim.reporting.exports.run_sheets import run_sheets
from workforce_sim.reporting.exports.sheet import Sheet
from workforce_sim.reporting.exports.sweep_sheets import sweep_sheets
from workforce_sim.reporting.exports.table_sheet import table_sheet
from workforce_sim.reporting.exports.tables import tables_of
from workforce_sim.reporting.exports.workbook import workbook_bytes
from workforce_sim.result.result import Result
from workforce_sim.store.files import is_there
from workforce_sim.store.layout import placed_file


def to_excel(found: Results | str | Path, path: str | Path, *, people: bool = False, overwrite: bool = False) -> Path:
    """Write a result as a workbook for its owner alone; the same result gives the same bytes.

    Args:
        found: a run, an ensemble, a comparison or a sweep, or its folder: then other tables there are sheets too.
        path: file to write, ending in ``.xlsx``; it appears whole or not at all, with mode 0600.
        people: of a run, whether there is a sheet for each year with everybody employed in it.
        overwrite: whether a file that is there is replaced.

    Returns:
        The path.

    Raises:
        FileNotFoundError: when there is no such result.
        RequestError: when XlsxWriter is not installed; for another ending, a file that is there already or cannot be
            written; for people of what is no run, or more of them than Excel holds.
        LedgerError: when the result cannot be read, or the workbook would lie in its folder.
    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise RequestError(f"{target}: a workbook needs a name that ends in .xlsx")
    if is_there(target) and not overwrite:
        raise RequestError(f"{target}: exists already; choose another name, or remove it first")
    if isinstance(found, str | Path):
        refuse_within(target, Path(found))
        sheets = _of_folder(Path(found), people=people)
    else:
        sheets = sheets_of(found, people=people)
    content = workbook_bytes(sheets, sheets[0].title)
    try:
        with placed_file(target) as file:
            file.write(content)
    except LedgerError as error:
        raise RequestError(str(error)) from None
    except OSError as error:
        raise RequestError(f"{target}: cannot be written ({error.strerror})") from None
    return target


def _of_folder(folder: Path, *, people: bool) -> list[Sheet]:
    """Return the sheets of what a folder holds, other tables before the assumptions."""
    found = read_results(folder)
    sheets = sheets_of(found, people=people)
    made = () if isinstance(found, Result) else (*idle_tables(found), *(name for name, _ in tables_of(found)))
    place = next(number for number, sheet in enumerate(sheets) if sheet.name == "Assumptions")
    others = (table_sheet(_named(name), _named(name), table) for name, table in other_tables(folder, (*SHOWN, *made)))
    return [*sheets[:place], *(with_labels(sheet, _simulation(found)) for sheet in others), *sheets[place:]]


def _named(table: str) -> str:
    return NAMES.get(table, table.replace("_", " ").capitalize())


NAMES = {"gains": "Who gains", "groups": "Who gains by group", "drivers": "Why the cost differs"}
"""Of sheets, by table of a folder."""


SHOWN = ("by_hired", "by_group")
"""Tables of a folder that the sheets of a comparison show in a way of their own."""


def sheets_of(found: Results, *, people: bool = False) -> list[Sheet]:
    """Return the sheets of a result."""
    return [with_labels(sheet, _simulation(found)) for sheet in _sheets(found, people=people)]


def _simulation(found: Results) -> Simulation:
    if isinstance(found, Comparison):
        return found.ensembles[found.baseline].config.simulation
    return (found.ensembles[0] if isinstance(found, Sweep) else found).config.simulation


def _sheets(found: Results, *, people: bool) -> Iterator[Sheet]:
    if isinstance(found, Result):
        return run_sheets(found, people=people)
    if people:
        raise RequestError("people: only a run has tables of single employees; leave it out, or simulate one run")
    if isinstance(found, Ensemble):
        return ensemble_sheets(found)
    return comparison_sheets(found) if isinstance(found, Comparison) else sweep_sheets(found)

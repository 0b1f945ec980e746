"""A page into a file: written beside its place and moved there; nothing but an older report is replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workforce_sim.display.markup.page import is_page
from workforce_sim.errors import RequestError
from workforce_sim.reporting.pages.horizon import DISCOUNT_RATE, MOST_DISCOUNT
from workforce_sim.store.files import is_file, is_there, opened_file
from workforce_sim.store.layout import replace_file
from workforce_sim.store.writer import writable

_HEAD = 4096


def write_page(path: str | Path, content: bytes) -> Path:
    """Write a page to a file and return its path; a report that is there is replaced.

    Raises:
        RequestError: for a name that does not end in ``.html``, a folder that is not there, or another file.
        LedgerError: when it cannot be written.
    """
    path = refuse_place(path)
    with writable(path):
        replace_file(path, content)
    return path


def refuse_place(path: str | Path) -> Path:
    """Return where a page is to be written; raise ``RequestError`` where that cannot be."""
    path = Path(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise RequestError(f"{path}: a report is an HTML file; give a name that ends in .html")
    if not path.parent.is_dir():
        raise RequestError(f"{path.parent}: no such folder; make it first")
    if is_there(path) and not _is_report(path):
        raise RequestError(f"{path}: exists and is not a report; choose another name, or remove it first")
    return path


def place_beside(folder: Path, out: Path | None) -> Path:
    """Return where the page of a folder is to be written: beside it when nothing else is said, never within it.

    Raises:
        RequestError: where it cannot be written.
    """
    if not is_there(folder):
        raise RequestError(f"{folder}: no such folder")
    place = folder.resolve().with_name(f"{folder.resolve().name}.html") if out is None else out
    if place.resolve().is_relative_to(folder.resolve()):
        raise RequestError(
            f"{place}: lies in the folder of the result, where nothing else may be; choose another place"
        )
    return refuse_place(place)


def _is_report(path: Path) -> bool:
    if not is_file(path):
        return False
    with opened_file(path) as file:
        return is_page(file.read(_HEAD))


def discount_rate(rate: Any) -> float:
    """Return the discount rate that is asked for; raise ``RequestError`` for one that is none."""
    if rate is None:
        return DISCOUNT_RATE
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= MOST_DISCOUNT:
        raise RequestError(f"discount rate: expected a share from 0 to {MOST_DISCOUNT}, such as 0.05 (got {rate!r})")
    return float(rate)

"""What results of simulations have too: a page and a workbook to send."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from workforce_sim.display.displayed import Displayed


class PassedOn(Displayed):
    """A result that can be sent as a page or a workbook; both packages are above results, so imports are by name."""

    __slots__ = ()

    def report(self, path: str | Path, *, discount_rate: float | None = None) -> Path:
        """Write one page about the result, an HTML file for people to read, and return its path.

        Args:
            path: file to write, ending in ``.html``; an existing report there is replaced.
            discount_rate: yearly rate for present values; 0.05 when left out.

        Raises:
            RequestError: for a path that cannot hold a report, or a rate below 0 or above 0.5.
            LedgerError: when the file cannot be written, or a table of a run cannot be read.
        """
        return self._page(path, rate=discount_rate)

    def to_excel(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write a workbook in dollars and percent, with charts; see ``reporting.exports.excel.to_excel``."""
        return self._workbook(path, overwrite=overwrite)

    def _page(self, path: str | Path, **options: Any) -> Path:
        written: Path = import_module("workforce_sim.reporting.pages.results").report(self, path, **options)
        return written

    def _workbook(self, path: str | Path, **options: Any) -> Path:
        written: Path = import_module("workforce_sim.reporting.exports.excel").to_excel(self, path, **options)
        return written

"""What results of fitting have too: a page to send."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import overload

from workforce_sim.display.displayed import Displayed


class Paged(Displayed):
    """A result with a page about it."""

    __slots__ = ()

    @overload
    def report(self) -> str: ...
    @overload
    def report(self, path: str | Path) -> Path: ...
    def report(self, path: str | Path | None = None) -> str | Path:
        """Write one page about the result, an HTML file for people to read, and return its path.

        Args:
            path: file to write, ending in ``.html``; an older report there is replaced. Left out, the same is returned
                as Markdown.

        Raises:
            RequestError: for a path that is no place for a report.
            LedgerError: when the file cannot be written.
        """
        return self._page(path)

    @abstractmethod
    def _page(self, path: str | Path | None) -> str | Path:
        """Write the page, or return it as Markdown."""

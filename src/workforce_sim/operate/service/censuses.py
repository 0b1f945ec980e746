"""Censuses that were uploaded: held in memory for an hour, or kept on disk where that was asked for."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from workforce_sim.errors import RequestError
from workforce_sim.operate.service.index import CensusRow, Index, new_id
from workforce_sim.store.files import is_file, opened_file
from workforce_sim.store.layout import remove, replace_file

HELD = 3_600.0
"""Seconds for which a census that is not kept is held; longer while a job waits for it."""


class Censuses:
    """All uploaded censuses, for all threads.

    Args:
        folder: of those that are kept.
        index: where they are noted.
        most: bytes of all others.
    """

    def __init__(self, folder: Path, index: Index, most: int) -> None:
        self._folder, self._index, self._most = folder, index, most
        self._held: dict[str, tuple[CensusRow, bytes]] = {}
        self._lock = threading.Lock()

    def add(self, name: str, content: bytes, rows: int, *, kept: bool) -> CensusRow:
        """Take a checked census.

        Raises:
            OverflowError: when memory for censuses is used up.
        """
        census = CensusRow(new_id(), name, rows, len(content), kept, time.time())
        if kept:
            replace_file(self._folder / census.id, content)
            self._index.add_census(census)
            return census
        with self._lock:
            self._let_go()
            if self.held_bytes + len(content) > self._most:
                raise OverflowError
            self._held[census.id] = census, content
        return census

    @property
    def held_bytes(self) -> int:
        """Bytes of the censuses in memory."""
        return sum(census.bytes for census, _ in [*self._held.values()])

    def about(self, name: str) -> CensusRow | None:
        """Return what is known of a census; None where there is none."""
        with self._lock:
            self._let_go()
            if name in self._held:
                return self._held[name][0]
        return self._index.census(name)

    def read(self, name: str) -> tuple[str, bytes]:
        """Return the name and the content of a census.

        Raises:
            RequestError: when it is gone.
        """
        if name in self._held:
            census, content = self._held[name]
            return census.name, content
        known = self._index.census(name)
        if known is None or not is_file(self._folder / name):
            raise RequestError(
                "its census was held in memory only, and is gone since the service was started again; upload it again, "
                "with keep=true if jobs are to survive that"
            )
        with opened_file(self._folder / name) as file:
            return known.name, file.read()

    def remove(self, name: str) -> None:
        """Forget a census, and remove its file."""
        with self._lock:
            if self._held.pop(name, None) is None:
                remove(self._folder / name)
                self._index.remove_census(name)

    def _let_go(self) -> None:
        late = time.time() - HELD
        old = {name for name, (census, _) in self._held.items() if census.added < late}
        for name in old - self._index.censuses_in_use() if old else ():
            del self._held[name]

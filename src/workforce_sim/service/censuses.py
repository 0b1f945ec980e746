"""Censuses that were uploaded: held in memory for an hour, or kept on disk where that was asked for."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from workforce_sim.errors import LedgerError, RequestError
from workforce_sim.service.index import Index, KeptCensus, new_id
from workforce_sim.store.files import is_file, opened_file
from workforce_sim.store.layout import remove, replace_file

HELD = 3_600.0
"""Seconds for which a census that is not kept is held, and as long as a job waits for it."""


@dataclass(frozen=True)
class Upload:
    """A census: its file, and what is known of it."""

    about: KeptCensus
    content: bytes
    kept: bool


class Censuses:
    """All uploaded censuses, for all threads."""

    def __init__(self, folder: Path, index: Index, most: int) -> None:
        self._folder, self._index, self._most = folder, index, most
        self._held: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def add(self, name: str, content: bytes, rows: int, *, kept: bool) -> Upload:
        """Take a checked census.

        Raises:
            OverflowError: when memory for censuses is used up.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        about = KeptCensus(new_id(), name, rows, len(content), sha256, time.time())
        upload = Upload(about, b"" if kept else content, kept)
        if kept:
            replace_file(self._file(about.id), content)
            self._index.keep_census(about)
            return upload
        with self._lock:
            self._let_go()
            if self.held_bytes + len(content) > self._most:
                raise OverflowError
            self._held[about.id] = upload
        return upload

    @property
    def held_bytes(self) -> int:
        """Bytes of the censuses in memory."""
        return sum(len(upload.content) for upload in [*self._held.values()])

    def about(self, name: str) -> tuple[KeptCensus, bool] | None:
        """Return what is known of a census and whether it is kept; None where there is none."""
        with self._lock:
            self._let_go()
            if name in self._held:
                return self._held[name].about, False
        known = self._index.census(name)
        return None if known is None else (known, True)

    def read(self, name: str) -> tuple[str, bytes]:
        """Return the name and the content of a census.

        Raises:
            RequestError: when it is gone.
        """
        held = self._held.get(name)
        if held is not None:
            return held.about.name, held.content
        known = self._index.census(name)
        if known is None or not is_file(self._file(name)):
            raise RequestError(
                "its census was held in memory only, and is gone since the service was started again; upload it again, "
                "with keep=true if jobs are to survive that"
            )
        with opened_file(self._file(name)) as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() != known.sha256:
            raise LedgerError("its census was changed since it was uploaded; upload it again")
        return known.name, content

    def remove(self, name: str) -> None:
        """Forget a census, and remove its file."""
        with self._lock:
            if self._held.pop(name, None) is not None:
                return
        remove(self._file(name))
        self._index.remove_census(name)

    def _file(self, name: str) -> Path:
        return self._folder / name

    def _let_go(self) -> None:
        late = time.time() - HELD
        old = {name for name, upload in self._held.items() if upload.about.added < late}
        for name in old - self._index.censuses_in_use() if old else ():
            del self._held[name]

"""Memory that is freed is kept for the next array, not returned to the system: a year makes thousands of a few sizes.

Every page that comes anew from the system costs about as long as the arithmetic on it. Only the allocator of Linux
(glibc) is told; elsewhere nothing happens.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np

_MIB = 2**20
_LARGEST = 32 * _MIB
"""Bytes of the largest array that the allocator takes from memory of its own."""

_ALL = 2**30
"""Free bytes at the end of the main thread's memory up to which none goes back."""

_TRIM, _TOP_PAD, _MMAP = -1, -2, -3
"""Parameters of ``mallopt``, as malloc.h numbers them."""

_turn, _begun = Lock(), list[Any]()


def keep_freed_memory() -> None:
    """Let the allocator keep what this thread frees.

    It adapts to the largest block that it has seen freed, up to 32 MiB; this shows it one, without touching its pages.
    """
    np.empty(_LARGEST - _MIB // 16, dtype=np.uint8)


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Let the allocator also keep what other threads free.

    Threads have memory in pieces of 64 MiB, and a piece goes back as soon as nothing is left in it, unless as much is
    wanted in reserve. When the last to ask for a reserve is done, it has its default again, and what is free goes back;
    the sizes from which memory goes back at once stay. Settings of the environment (``MALLOC_...``,
    ``GLIBC_TUNABLES``) are left alone.
    """
    library = _glibc()
    if library is None:
        yield
        return
    with _turn:
        _begun.append(library)
        for parameter, size in ((_MMAP, _LARGEST), (_TRIM, _ALL), (_TOP_PAD, 2 * _LARGEST)):
            library.mallopt(parameter, size)
    try:
        yield
    finally:
        with _turn:
            _begun.pop()
            if not _begun:
                library.mallopt(_TRIM, 2 * _LARGEST)
                library.mallopt(_TOP_PAD, _MIB // 8)
                library.malloc_trim(0)


def _glibc() -> Any:
    """Return the C library, where it is glibc and the user has not configured its allocator."""
    configured = any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ)
    library = ctypes.CDLL(None) if sys.platform == "linux" and not configured else None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None

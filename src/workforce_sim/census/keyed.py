"""Keyed hashes of ids: without the key nobody can tell whose one is, or make the same."""

from __future__ import annotations

import hmac

LEAST_KEY = 16
"""Bytes that a key needs at least."""

PREFIX = "P-"
_DIGITS = 32


def pseudonym(secret: bytes, employee_id: str) -> str:
    """Return ``P-`` and 32 digits of HMAC-SHA256(secret, id)."""
    return PREFIX + hmac.digest(secret, employee_id.encode(), "sha256").hex()[:_DIGITS]

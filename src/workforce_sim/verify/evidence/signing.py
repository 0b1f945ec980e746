"""Ed25519 signatures of a manifest, with keys as ``openssl`` makes them; needs ``cryptography``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workforce_sim.errors import RequestError
from workforce_sim.store.files import opened_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_MOST = 1 << 16
_MAKE = "make one with: openssl genpkey -algorithm ed25519 -out key.pem"
_PUBLIC = "take it from the key with: openssl pkey -in key.pem -pubout -out public.pem"
_INSTALL = 'signatures need cryptography; install it with: pip install "workforce-sim[sign]"'


def private_key(path: Path) -> Ed25519PrivateKey:
    """Return the key of a PEM file that is not encrypted.

    Raises:
        RequestError: where there is none, or ``cryptography`` is not installed.
    """
    from_pem, kind = _reader("load_pem_private_key", "Ed25519PrivateKey")
    content = _content(path)
    try:
        found = from_pem(content, password=None)
    except TypeError:
        raise RequestError(
            f"{path}: the key is encrypted; decrypt it with: openssl pkey -in KEY -out key.pem"
        ) from None
    except ValueError:
        raise RequestError(f"{path}: holds no private key in PEM; {_MAKE}") from None
    if not isinstance(found, kind):
        raise RequestError(f"{path}: is a key of another kind than Ed25519; {_MAKE}")
    return found


def public_key(path: Path) -> Ed25519PublicKey:
    """Return the public key of a PEM file; errors as of ``private_key``."""
    from_pem, kind = _reader("load_pem_public_key", "Ed25519PublicKey")
    content = _content(path)
    try:
        found = from_pem(content)
    except ValueError:
        raise RequestError(f"{path}: holds no public key in PEM; {_PUBLIC}") from None
    if not isinstance(found, kind):
        raise RequestError(f"{path}: is a key of another kind than Ed25519; {_MAKE}")
    return found


def _reader(function: str, kind: str) -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    except ImportError:
        raise RequestError(_INSTALL) from None
    return getattr(serialization, function), getattr(ed25519, kind)


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise RequestError(f"{path}: no such key file")
    with opened_file(path) as file:
        return file.read(_MOST)


def key_hash(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key, by which a manifest says who signed."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def signed_by(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Return whether a signature of a content is of this key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415

    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True

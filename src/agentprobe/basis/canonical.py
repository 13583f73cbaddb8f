"""One spelling for equal values, and a short name for any bytes."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: equal values give equal bytes."""
    return _encoder.encode(value)


def digest(data: bytes | str) -> str:
    """The first 32 hexadecimal digits of the SHA-256 of `data`."""
    raw = data.encode() if isinstance(data, str) else data
    return hashlib.sha256(raw).hexdigest()[:32]


def digest_of(value: Any) -> str:
    """The digest of a value's canonical spelling."""
    return digest(canonical(value))

"""What stands in a secret's place: always the same for the same secret, and alike to it where it can be."""

from __future__ import annotations

import base64
import re
from hashlib import blake2b

KEPT = b"[redacted:"
"""How the stand-in of a secret begins that has no known form."""
MARK = b"REDACTED"
"""What stands behind the known beginning of any other."""

_BEGINNINGS = (
    rb"sk-(?:proj-|svcacct-|ant-(?:api\d\d-)?|or-v1-)?|[spr]?k_(?:live|test)_|xai-|gsk_|hf_|AIza|A[KS]IA|"
    rb"gh[pousr]_|github_pat_|glpat-|xox[a-z]-|eyJ"
)
_KNOWN = re.compile(rb"(?P<begin>" + _BEGINNINGS + rb")(?P<rest>[A-Za-z0-9._-]{12,})")
_STAND_IN = re.compile(rb"(?:" + _BEGINNINGS + rb")" + MARK + rb"[A-Z2-7._-]{4,}")
STAND_INS = re.compile(rb"(\[redacted:[^\]\s\"]*\]|" + _STAND_IN.pattern + rb")")
"""All that stands in secrets' places."""
_SCHEME = re.compile(rb"(?i)(?:bearer|basic)\s+")
_PLAIN = re.compile(rb"[A-Za-z0-9]")
LONGEST = 160
"""A stand-in is no longer than this, however long the secret."""


def stand_in(secret: bytes, name: str, key: bytes) -> bytes:
    """The word for this secret under this key; nobody without the key can test a guess."""
    scheme = _SCHEME.match(secret)
    if scheme:
        return scheme[0] + stand_in(secret[scheme.end() :], name, key)
    if is_stand_in(secret):
        return secret
    plain = secret.replace(b"\\", b"")
    known = _KNOWN.fullmatch(secret)
    if known is None:
        return KEPT + f"{name}:{blake2b(plain, key=key[:64], digest_size=4).hexdigest()}]".encode()
    return known["begin"] + MARK + _letters(known["rest"][len(MARK) : LONGEST], plain, key)


def is_stand_in(text: bytes) -> bool:
    """Was this put in a secret's place?"""
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text
    return rest.lstrip(b"\\\"'").startswith(KEPT) or _STAND_IN.fullmatch(rest) is not None


def holds_stand_in(data: bytes) -> bool:
    """Does something in it stand in a secret's place?"""
    return KEPT in data or (MARK in data and _STAND_IN.search(data) is not None)


def _letters(pattern: bytes, secret: bytes, key: bytes) -> bytes:
    """Letters that tell this secret from others, with its dots and dashes where they were."""
    drawn = blake2b(secret, key=key[:64], digest_size=64).digest() * 2
    letters = iter(base64.b32encode(drawn).rstrip(b"="))
    return _PLAIN.sub(lambda _: bytes([next(letters)]), pattern)

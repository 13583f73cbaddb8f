"""Payloads on their way into a trace and out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from agentprobe.dialects._compression import decompressed, looks_compressed, sniffed
from agentprobe.errors import Malformed
from agentprobe.trace.blobs import InPieces
from agentprobe.trace.records import Body

Finds = Callable[[bytes], bool]
"""Says whether bytes hold a secret."""
UNKNOWN = "$repr"
"""The key under which a part of a value stands as it prints, when it has no JSON form."""

_raw: msgspec.json.Decoder[Raw] = msgspec.json.Decoder(Raw)


def packed(data: bytes, encodings: str = "", finds: Finds = lambda _: False) -> Body:
    """Bytes from the wire, uncompressed; what nobody can read nobody can clean, so it is withheld."""
    try:
        plain = decompressed(data, encodings) if encodings else sniffed(data) or data
    except Malformed:
        return Body(withheld=len(data), coding=encodings)
    coding = encodings if plain is not data else ""
    if _is_on_one_line(plain) and _is_json(plain):
        return Body(json=Raw(plain), coding=coding)
    try:
        return Body(text=plain.decode(), coding=coding)
    except UnicodeDecodeError:
        if finds(plain):
            return Body(withheld=len(data), coding=coding)
        return Body(base64=plain, coding=coding)


def packed_reply(data: bytes, encodings: str, finds: Finds) -> Body:
    """The same for what an agent was told: what its head does not call compressed stays as it is."""
    if not encodings and looks_compressed(data):
        return Body(withheld=len(data)) if _hides(data, finds) else Body(base64=data)
    return packed(data, encodings, finds)


def _hides(data: bytes, finds: Finds) -> bool:
    try:
        return finds(data) or finds(sniffed(data) or b"")
    except Malformed:
        return False


def bounded(body: Body, most: int, digest: Callable[[bytes], str]) -> Body:
    """The payload, or only its size and digest where it has more bytes than are kept."""
    if body.withheld is not None:
        return body
    data = unpacked_bytes(body) or (body.repr or "").encode(errors="replace")
    if len(data) <= most:
        return body
    return Body(withheld=len(data), digest=digest(data), coding=body.coding)


def packed_value(value: Any) -> Body:
    """A value of the agent's language: as JSON, with what has no JSON form as it prints."""
    if isinstance(value, (bytes, bytearray)):
        return packed(bytes(value))
    try:
        return Body(json=Raw(msgspec.json.encode(value, enc_hook=_printed)))
    except Exception:  # noqa: BLE001 - somebody else's object may fail in any way when it is looked at
        return Body(repr=printed(value))


def printed(value: Any) -> str:
    """What an object prints as, whatever it does when asked."""
    try:
        return ascii(value)
    except Exception as error:  # noqa: BLE001 - the same
        return f"<{type(value).__name__} that raises {type(error).__name__} when printed>"


def said(error: BaseException) -> str:
    """What an exception says, in characters that a file can hold."""
    try:
        return str(error).encode("utf-8", "backslashreplace").decode()
    except Exception:  # noqa: BLE001 - the same
        return printed(error)


def unpacked(body: Body | None) -> Any:
    """The payload as a value: JSON read, text as text; None for what was not kept."""
    if body is None:
        return None
    if body.json is not UNSET:
        return msgspec.json.decode(body.json)
    if isinstance(body, InPieces):
        return msgspec.json.decode(body.data)
    if body.shape is not UNSET:
        return msgspec.json.decode(_without_content(body))
    return next((form for form in (body.text, body.base64, body.repr) if form is not None), None)


def unpacked_bytes(body: Body | None) -> bytes:
    """The payload as bytes, uncompressed; none for what was not kept."""
    if body is None:
        return b""
    if body.json is not UNSET:
        return bytes(body.json)
    if isinstance(body, InPieces):
        return body.data
    if body.shape is not UNSET:
        return _without_content(body)
    return body.base64 if body.base64 is not None else (body.text or "").encode()


def _without_content(body: Body) -> bytes:
    """What stands for a payload of which no content was kept; equal for equal payloads."""
    return msgspec.json.encode({"$digest": body.digest, "$bytes": body.size, "$shape": body.shape})


def _printed(part: Any) -> dict[str, str]:
    """What stands for a part that has no JSON form.

    A part of a plain type comes here only as a key of a dictionary, and no key can be written this way.
    """
    if isinstance(part, (dict, list, tuple)):
        raise TypeError("a key that is no text")
    return {UNKNOWN: printed(part)}


def _is_on_one_line(data: bytes) -> bool:
    """May it be an object or an array that can stand in a line of JSON as it is?"""
    if not data.startswith((b"{", b"[")) or not data.endswith((b"}", b"]")) or b"\n" in data or b"\r" in data:
        return False
    return data.isascii() or _is_text(data)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_json(data: bytes) -> bool:
    try:
        _raw.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True

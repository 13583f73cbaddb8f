"""Bytes in whatever encoding, as text: what cannot be read is told, and stops nothing."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

BROKEN = "\ufffd"
_CHUNK = 1 << 20


def _marked(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return BROKEN * (error.end - error.start), error.end


def _western(error: UnicodeError) -> tuple[str, int]:
    """Read what is no UTF-8 as Windows-1252, in which files of several origins are most often written."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("agentprobe.marked", _marked)
codecs.register_error("agentprobe.western", _western)


def as_text(values: pa.Array[Any]) -> tuple[pa.Array[Any], int]:
    """Bytes as text, with the number of bytes that were no UTF-8; each of them stands as U+FFFD."""
    try:
        return values.cast(pa.string()), 0
    except pa.ArrowInvalid:
        pass
    broken = 0
    texts: list[str | None] = []
    for value in values.to_pylist():
        if value is None:
            texts.append(None)
            continue
        text = value.decode("utf-8", "agentprobe.marked")
        broken += text.count(BROKEN) - value.count(BROKEN.encode())
        texts.append(text)
    return pa.array(texts, pa.string()), broken


def field_of(name: str, type: pa.DataType, broken: int = 0) -> pa.Field[Any]:
    """A batch's field; one with broken text says how many bytes were."""
    return pa.field(name, type, metadata={"broken": str(broken)} if broken else None)


def decoded(raw: bytes) -> str:
    """A file's bytes as text, by its byte order mark, else as UTF-8 with what is none in Windows-1252."""
    encoding, skipped = encoding_of(raw[:4])
    if encoding == "utf-8":
        return raw[skipped:].decode("utf-8", "agentprobe.western")
    return raw[skipped:].decode(encoding, "replace")


def encoding_of(head: bytes) -> tuple[str, int]:
    """What a file's byte order mark says of its encoding, and how many bytes the mark takes."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return name, len(mark)
    return "utf-8", 0


class Utf8(io.RawIOBase):
    """A file in whatever encoding, to read as UTF-8 without a mark; memory stays small."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        head = file.read(4)
        encoding, skipped = encoding_of(head)
        errors = "agentprobe.western" if encoding == "utf-8" else "replace"
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._decode: Callable[[bytes, bool], str] = decoder.decode
        self._ready = memoryview(self._decode(head[skipped:], False).encode())
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            raw = self._file.read(_CHUNK)
            self._ended = not raw
            self._ready = memoryview(self._decode(raw, self._ended).encode("utf-8", "replace"))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


_DIGITS = np.full(256, 255, dtype=np.uint8)
for _value, _digit in enumerate("0123456789abcdef"):
    _DIGITS[ord(_digit)] = _DIGITS[ord(_digit.upper())] = _value


def from_hex(texts: pa.Array[Any]) -> pa.Array[Any]:
    """The bytes that texts of hexadecimal digits stand for."""
    texts = pa.concat_arrays([texts])  # so that nothing of a longer array stands before it
    buffered: list[Any] = texts.buffers()
    _, offsets, data = buffered
    ends = np.frombuffer(offsets, dtype=np.int32, count=len(texts) + 1 + texts.offset)[texts.offset :]
    digits = _DIGITS[np.frombuffer(data or b"", dtype=np.uint8)[ends[0] : ends[-1]]]
    raw = (digits[0::2] << 4) | digits[1::2]
    starts = ((ends - ends[0]) // 2).astype(np.int32)
    valid = pa.array(~np.asarray(texts.is_null())).buffers()[1] if texts.null_count else None
    buffers = [valid, pa.py_buffer(starts.tobytes()), pa.py_buffer(raw.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(texts), buffers, texts.null_count)

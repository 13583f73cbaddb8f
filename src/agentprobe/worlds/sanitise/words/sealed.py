"""Parts of texts that are written already: signs that the replacing of words leaves as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from agentprobe.worlds.sanitise.words.pieces import pc

_FIRST = 0xE100
"""Where such signs begin, among those that Unicode gives no meaning (private use)."""
_ONES = r"[\x{e100}-\x{e1ff}]"
_OURS = r"[\x{e000}\x{e100}-\x{e1ff}]"
"""With the sign that closes up long numbers."""
_SEALS = {code: _FIRST + code for code in range(256)}


def sealed(text: str) -> str:
    """A text of Latin letters, digits and signs in signs that are neither."""
    return text.translate(_SEALS)


def without_seals(texts: pa.Array[Any]) -> pa.Array[Any]:
    """Texts of the source, in which nothing may pass for written already."""
    if pc.all(pc.string_is_ascii(texts)).as_py() is not False:
        return texts
    found: pa.Array[Any] = pc.replace_substring_regex(texts, _OURS, "\ufffd")
    return found


def unsealed(texts: pa.Array[Any]) -> pa.Array[Any]:
    """The texts with what was sealed as it was."""
    buffers: Any = texts.buffers()
    _, ends, data = buffers
    offsets = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    raw = np.frombuffer(data, np.uint8)[: offsets[-1]].copy() if data is not None else np.zeros(0, np.uint8)
    # each sign is three bytes in UTF-8: EE, then 84 to 87, then the rest
    at = np.flatnonzero(raw == 0xEE)
    at = at[(raw[at + 1] & 0xFC) == 0x84]
    codes = (raw[at + 1] - 0x84) * np.uint8(64) + (raw[at + 2] & 0x3F)
    wide = codes >= 128
    raw[at] = np.where(wide, 0xC0 | codes >> 6, codes)
    raw[at + 1] = 0x80 | codes & 0x3F
    stays = np.ones(len(raw), bool)
    stays[at + 2] = False
    stays[at[~wide] + 1] = False
    kept = np.concatenate([[0], np.cumsum(stays)]).astype(np.int32)[offsets]
    whole: list[Any] = [kept, raw[stays]]
    parts: Any = [pa.py_buffer(one) for one in whole]
    valid = texts.is_valid() if texts.null_count else None
    opened: pa.Array[Any] = pa.StringArray.from_buffers(len(texts), *parts)
    return opened if valid is None else pc.if_else(valid, opened, pa.scalar(None, pa.string()))

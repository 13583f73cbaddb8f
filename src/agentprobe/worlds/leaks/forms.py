"""The forms in which a value is looked for: without case, accents, punctuation and blanks."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # its stubs know no large strings

_BLANK = pa.scalar(" ", pa.large_string())
_NONE = pa.scalar("", pa.large_string())


def worded(values: pa.Array[Any]) -> pa.Array[Any]:
    """Each text as its words in small letters without accents, a blank before, between and behind them."""
    plain = pc.replace_substring_regex(_plain(values), r"[^\p{L}\p{N}]+", " ")
    words: pa.Array[Any] = pc.binary_join_element_wise(_BLANK, pc.utf8_trim_whitespace(plain), _BLANK, _NONE)
    return words


def joined(words: pa.Array[Any]) -> pa.Array[Any]:
    """Texts of `worded` without their blanks."""
    letters: pa.Array[Any] = pc.replace_substring(words, " ", "")
    return letters


def _plain(values: pa.Array[Any]) -> pa.Array[Any]:
    large: Any = values.cast(pa.large_string())
    if not pc.all(pc.string_is_ascii(large)).as_py():
        large = pc.replace_substring_regex(pc.utf8_normalize(large, "NFKD"), r"\p{M}+", "")
    lower: pa.Array[Any] = pc.utf8_lower(large)
    return lower

"""Texts cut into tokens by a provider's own table, without a network; by their length where no table is."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

BYTES_A_TOKEN = 4
"""What a token of English prose or JSON comes to, where nothing better is known."""
_OURS = (
    ("cl100k_base", ("gpt-4-", "gpt-3.5", "gpt-35")),
    ("o200k_base", ("gpt-", "o1", "o3", "o4", "chatgpt-4o")),
)
"""Which of OpenAI's tables its models use, judged by the beginning of their names; the first that fits."""
_FRAMED = ("gpt-3.5-turbo", "gpt-4-0", "gpt-4-turbo", "gpt-4o")
"""The models of which OpenAI has published what it puts around a message."""


@dataclass(frozen=True)
class Tokenizer:
    """How the texts of one model are counted."""

    table: str
    """The name of the table; empty when texts are only measured."""
    own: bool
    """Is it the model's own table?"""
    framed: bool = False
    """Is it known what the provider puts around messages?"""

    def count(self, text: str) -> int:
        """The tokens of a text."""
        return _counted(self.table, text)


def tokenizer_for(model: str) -> Tokenizer:
    """The best there is for a model: its own table, another one, or none."""
    name = model.lower().rpartition("/")[2]
    own = "cl100k_base" if name == "gpt-4" else next((t for t, heads in _OURS if name.startswith(heads)), "")
    table = own or "o200k_base"
    if _encoder(table) is None:
        return Tokenizer("", own=False)
    return Tokenizer(table, own=bool(own), framed=name == "gpt-4" or name.startswith(_FRAMED))


@lru_cache(maxsize=4096)
def _counted(table: str, text: str) -> int:
    """Agents tell their history again and again: a text is cut once."""
    encode = _encoder(table) if table else None
    if encode is None:
        return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)
    return encode(text)


@cache
def _encoder(table: str) -> Callable[[str], int] | None:
    """What cuts by a table; None where the extra `tokens` is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the way in which it reads its own files
            from bpe_openai import get_encoding

            encoding = get_encoding(table)
    except ImportError:
        return None
    return lambda text: len(encoding.encode_ordinary(text))

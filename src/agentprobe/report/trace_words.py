"""How figures and foreign text of a trace are written on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentprobe.domain.model import Usage

_INVISIBLE = {"\n": "⏎", "\r": "⏎", "\t": " "}


def plain(text: str) -> str:
    """Untrusted text with every character shown that could write elsewhere or change how others are shown."""
    return "".join(letter if letter.isprintable() else _shown(letter) for letter in text)


def clipped(text: str, width: int) -> str:
    """The beginning of an untrusted text, in `width` letters at most."""
    shown = plain(text[: width + 1])
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"


def duration(seconds: float | None) -> str:
    """A span of time, in the unit that suits it; nothing when it is unknown."""
    if seconds is None:
        return ""
    if seconds < 0.9995:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 999.5 else f"{seconds:,.0f} s"


def tokens(usage: Usage) -> str:
    """What went in and what came out."""
    given, taken = (f"{figure:,}" if figure is not None else "?" for figure in _figures(usage))
    return f"{given}→{taken} tokens"


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count:,} {one if count == 1 else many}"


def in_words(result: Any) -> Any:
    """The texts of a result that a tool server gave in blocks; any other result as it is."""
    blocks = result.get("content") if isinstance(result, Mapping) else None
    if not isinstance(blocks, list):
        return result
    texts = [_text(block) for block in blocks]
    return "\n".join(texts) if texts and all(texts) else result


def _text(block: Any) -> str:
    text = block.get("text") if isinstance(block, Mapping) else None
    return text if isinstance(text, str) else ""


def _figures(usage: Usage) -> tuple[int | None, int | None]:
    return usage.input_tokens, usage.output_tokens


def _shown(letter: str) -> str:
    return _INVISIBLE.get(letter) or letter.encode("unicode_escape").decode()

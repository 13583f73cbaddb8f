"""Characters that are taken for tokens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity

Scan = Callable[..., list[Finding]]
RULE = "chars-as-tokens"


@pytest.mark.parametrize(
    "line",
    [
        "    return len(text) // 4 <= max_tokens",
        "    return len(text) > max_tokens",
        "    return len(text.split()) * 1.3 > token_limit",
        "    return text[:max_tokens]",
        "    tokens = int(len(text) / 3.5)\n    return tokens > 1000",
        "    return max(1, len(text) // 4)",
    ],
)
def test_lengths_that_stand_for_tokens_are_found(found: Scan, line: str) -> None:
    (finding,) = found(f"def count_tokens(text, max_tokens, token_limit):\n{line}\n", RULE)
    assert (finding.place.line, finding.severity) == (2, Severity.LOW)


@pytest.mark.parametrize(
    "line",
    [
        "    return len(encoding.encode(text)) <= max_tokens",
        "    return len(token_ids) > max_tokens",
        "    return token_ids[:max_tokens]",
        "    return len(messages) > max_tokens",
        "    tokens = len(text) // 4\n    print(f'about {tokens} tokens')",
        "    return len(text) <= max_tokens * 4",
        "    try:\n        return len(encode(text))\n    except ImportError:\n        return len(text) // 4",
        "    half = len(text) // 2\n    return text[:half]",
    ],
)
def test_tokens_shown_numbers_and_fallbacks_are_not(found: Scan, line: str) -> None:
    assert not found(f"def fits(text, token_ids, messages, max_tokens):\n{line}\n", RULE)

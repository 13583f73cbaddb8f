"""Caps above what a model can write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
CODE = """
from openai import OpenAI

MOST = {most}

def ask(messages):
    return OpenAI({client}).chat.completions.create(model="{model}", max_tokens=MOST, messages=messages)
"""


def test_a_cap_above_the_limit_is_found_through_a_constant(found: Scan) -> None:
    (finding,) = found(CODE.format(most=20_000, model="gpt-4o", client=""), "cap-exceeds-model")
    assert "20,000 tokens are allowed, gpt-4o writes 16,384" in finding.message
    assert finding.tier is Tier.PROVED


def test_a_cap_that_a_wrapper_hands_on_is_found(found: Scan) -> None:
    code = """
    from openai import OpenAI

    def ask(messages, max_tokens):
        return OpenAI().chat.completions.create(model="gpt-4o", max_tokens=max_tokens, messages=messages)

    ask([], max_tokens=50_000)
    """
    (finding,) = found(code, "cap-exceeds-model")
    assert finding.tier is Tier.INFERRED


@pytest.mark.parametrize(
    ("most", "model", "client"),
    [
        (16_384, "gpt-4o", ""),
        (90_000, "our-own-model", ""),
        (90_000, "gpt-4o", "base_url='http://localhost:8000/v1'"),
    ],
)
def test_fitting_caps_unknown_models_and_own_servers_are_not(
    found: Scan, most: int, model: str, client: str
) -> None:
    assert not found(CODE.format(most=most, model=model, client=client), "cap-exceeds-model")


def test_the_fix_clamps_the_constant(found: Scan, tmp_path: Path) -> None:
    (finding,) = found(CODE.format(most=20_000, model="gpt-4o", client=""), "cap-exceeds-model")
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / "agent.py").read_bytes()
    mended = (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()
    assert "MOST = 16384" in mended
    assert not found(mended, "cap-exceeds-model")

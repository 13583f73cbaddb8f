"""A temperature for a model that takes none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "sampling-ignored"


def ask(arguments: str, before: str = "") -> str:
    return (
        f"from openai import OpenAI\n\nclient = OpenAI()\n{before}\ndef ask(m):\n"
        f"    return client.chat.completions.create(messages=m, {arguments})\n"
    )


@pytest.mark.parametrize(
    "model", ["o3", "o4-mini", "gpt-5", "openai/gpt-5-mini", "gpt-5-2025-08-07", "deepseek-reasoner"]
)
def test_a_temperature_for_a_reasoning_model_is_found(found: Scan, model: str) -> None:
    (finding,) = found(ask(f'model="{model}", temperature=0'), RULE)
    assert finding.place.line == 6
    assert "does not take one" in finding.message


@pytest.mark.parametrize(
    "arguments",
    ['model="o3", temperature=0', 'temperature=0, model="o3"', 'model="o3",\n        temperature=0,\n    '],
)
def test_its_fix_leaves_it_out_and_the_code_stays_sound(found: Scan, tmp_path: Path, arguments: str) -> None:
    (finding,) = found(ask(arguments), RULE)
    assert finding.fix is not None
    assert finding.fix.safe
    (edit,) = finding.fix.edits
    raw = (tmp_path / edit.path).read_bytes()
    mended = (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()
    compile(mended, "agent.py", "exec")
    assert "temperature" not in mended
    assert not found(mended, RULE)


def test_thinking_refuses_it_too(found: Scan) -> None:
    code = """
    import anthropic

    client = anthropic.Anthropic()

    def ask(m):
        return client.messages.create(model="claude-sonnet-4-20250514", max_tokens=9, messages=m,
                                      temperature=0.2, thinking={"type": "enabled", "budget_tokens": 2000})
    """
    assert len(found(code, RULE)) == 1


@pytest.mark.parametrize(
    ("arguments", "before"),
    [
        ('model="gpt-4.1", temperature=0', ""),
        ('model="gpt-5-chat-latest", temperature=0', ""),
        ('model="o3", temperature=1', ""),
        ('model="o3"', ""),
        ("model=MODEL, temperature=0", "import os\nMODEL = 'o3' if os.getenv('X') else 'gpt-4.1'\n"),
        ('model="gpt-4o", temperature=0', ""),
    ],
)
def test_other_models_and_open_choices_are_not(found: Scan, arguments: str, before: str) -> None:
    assert not found(ask(arguments, before), RULE)

"""Comments that allow a finding need a rule, a reason, and something to allow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.engine import Scanned, scan
from agentprobe.scan.severity import Persona

CODE = """
from openai import OpenAI

client = OpenAI(timeout=30)

def ask(messages):
    {above}
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception:  {beside}
        return None
"""


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., Scanned]:
    def go(above: str = "pass", beside: str = "", before: str = "") -> Scanned:
        (tmp_path / "agent.py").write_text(before + CODE.format(above=above, beside=beside))
        return scan(tmp_path)

    return go


def _swallowed(scanned: Scanned) -> bool:
    return "ERR001" in {one.code for one in scanned.findings}


@pytest.mark.parametrize("rule", ["allow model-error-swallowed", "allow[ERR001]", "allow[LAT001, ERR001]"])
def test_a_comment_with_a_reason_allows(told: Callable[..., Scanned], rule: str) -> None:
    scanned = told(beside=f"# agentprobe: {rule} -- the caller asks a person")
    assert not _swallowed(scanned)
    assert [(one.code, reason) for one, reason in scanned.allowed] == [("ERR001", "the caller asks a person")]


def test_a_comment_for_the_file_allows_wherever_it_stands(told: Callable[..., Scanned]) -> None:
    assert not _swallowed(told(before="# agentprobe: allow-file model-error-swallowed -- a sample\n"))


def test_a_comment_without_a_reason_allows_nothing_and_is_told(told: Callable[..., Scanned]) -> None:
    scanned = told(beside="# agentprobe: allow model-error-swallowed")
    assert _swallowed(scanned)
    assert "without a reason" in scanned.notices[0].text


def test_a_comment_elsewhere_allows_nothing(told: Callable[..., Scanned]) -> None:
    scanned = told(above="pass  # agentprobe: allow model-error-swallowed -- not here")
    assert _swallowed(scanned)
    assert scanned.notices[0].persona is Persona.PEDANTIC


def test_an_unknown_rule_is_told_with_the_nearest(told: Callable[..., Scanned]) -> None:
    scanned = told(beside="# agentprobe: allow model-error-swalowed -- typing")
    assert _swallowed(scanned)
    assert "did you mean 'model-error-swallowed'" in scanned.notices[0].text


def test_comments_above_a_line_allow_it_also_in_settings(tmp_path: Path) -> None:
    text = "dev:\n  model: gpt-4.1\n  temperature: 0\nprod:\n  model: gpt-4.1\n  {}temperature: 0.9\n"
    (tmp_path / "agent_config.yaml").write_text(text.format(""))
    found = scan(tmp_path).findings
    assert found
    codes = ", ".join({one.code for one in found})
    (tmp_path / "agent_config.yaml").write_text(
        f"# agentprobe: allow-file[{codes}] -- a test\n" + text.format("")
    )
    assert scan(tmp_path).findings == ()

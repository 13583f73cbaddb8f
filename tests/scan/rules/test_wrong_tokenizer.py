"""Tokens that are counted by the table of another model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentprobe.scan.finding import Finding

Scan = Callable[..., list[Finding]]
RULE = "wrong-tokenizer"
CODE = """
import tiktoken
from openai import OpenAI

encoding = {encoding}

def ask(messages):
    return OpenAI().chat.completions.create(model="{model}", messages=messages)
"""


def test_a_table_of_older_models_is_found_and_put_right(found: Scan, tmp_path: Path) -> None:
    code = CODE.format(encoding="tiktoken.get_encoding('cl100k_base')", model="gpt-4o")
    (finding,) = found(code, RULE)
    assert finding.place.line == 5
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    raw = (tmp_path / "agent.py").read_bytes()
    mended = (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()
    assert 'get_encoding("o200k_base")' in mended
    assert not found(mended, RULE)


def test_models_of_others_have_no_table_there(found: Scan) -> None:
    code = CODE.format(encoding="tiktoken.encoding_for_model('gpt-4')", model="claude-sonnet-4-5")
    (finding,) = found(code, RULE)
    assert finding.fix is None


@pytest.mark.parametrize(
    ("encoding", "model"),
    [
        ("tiktoken.get_encoding('o200k_base')", "gpt-4o"),
        ("tiktoken.encoding_for_model('gpt-4o-mini')", "gpt-4o"),
        ("tiktoken.get_encoding('cl100k_base')", "our-own-model"),
        ("tiktoken.encoding_for_model(MODEL)", "gpt-4o"),
    ],
)
def test_the_right_table_and_unknown_models_are_not(found: Scan, encoding: str, model: str) -> None:
    assert not found(CODE.format(encoding=encoding, model=model), RULE)


def test_a_table_for_models_that_tiktoken_does_not_know_is_not(found: Scan) -> None:
    code = """
    import tiktoken
    from openai import OpenAI

    def count(text, model):
        try:
            encoding = tiktoken.encoding_for_model(model)
        except KeyError:
            encoding = tiktoken.get_encoding("cl100k_base")
        return len(encoding.encode(text))

    def ask(messages):
        return OpenAI().chat.completions.create(model="gpt-4o", messages=messages)
    """
    assert not found(code, RULE)

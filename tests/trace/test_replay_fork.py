"""Answers that people write in the place of a recorded one."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.domain.model import Finish
from agentprobe.errors import ConfigError
from agentprobe.trace.replay.fork import read_edit


def written(folder: Path, text: str) -> Path:
    path = folder / "answer"
    path.write_text(text)
    return path


def test_plain_text_is_what_the_model_says(tmp_path: Path) -> None:
    answer = read_edit(written(tmp_path, "Two lines,\nno more.\n"))
    assert (answer.text, answer.finish) == ("Two lines,\nno more.", Finish.STOP)


def test_json_may_wish_for_tools(tmp_path: Path) -> None:
    text = '{"tool_calls": [{"name": "refund", "arguments": {"order": 7}}, {"name": "list"}]}'
    answer = read_edit(written(tmp_path, text))
    calls = [(call.id, call.name, call.arguments) for call in answer.tool_calls]
    assert calls == [("edited_1", "refund", '{"order":7}'), ("edited_2", "list", "{}")]
    assert answer.finish is Finish.TOOL_CALLS


@pytest.mark.parametrize("text", ['{"txt": "a"}', '{"tool_calls": [{"nam": "x"}]}', "{", "{}x"])
def test_what_is_no_answer_is_said_with_the_form_of_one(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"is no answer.*tool_calls"):
        read_edit(written(tmp_path, text))


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "answer"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot read the edited answer"):
        read_edit(path)

"""A recorded run up to one of its model calls, from which on it goes another way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.dialects import dialect_named
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call, Outcome
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall
from agentprobe.errors import ConfigError, TraceError
from agentprobe.trace.replay.answer import REPLAYED
from agentprobe.trace.replay.script import Scene, Script
from agentprobe.trace.view import Trace

EDITED = "replay:edited"
"""The mark of an answer that was put in the place of the recorded one."""
Edit = Callable[[Scene, Call], Outcome | None]


class Edited(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model's answer as a person writes it."""

    text: str = ""
    tool_calls: tuple[EditedTool, ...] = ()


class EditedTool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tool that the model wishes to have run."""

    name: str
    arguments: dict[str, Any] = {}


def forked(trace: Trace, number: int, edit: Path | None) -> tuple[Script, Edit]:
    """What is replayed before model call `number`, and how that one is answered if not by the world.

    Raises TraceError for a call that the trace does not have, ConfigError for an edit that cannot be read.
    """
    models = trace.logical_calls
    if not 1 <= number <= len(models):
        raise TraceError(f"{trace.path} has no model call {number} to fork at; it has {len(models)}")
    place = models[number - 1].first.dispatched
    before = [call for call in trace.calls if call.dispatched < place]
    if edit is None:
        return Script(before), lambda *_: None
    answer = read_edit(edit)
    last = models[number - 1].first
    script = Script([*before, last])

    def edited(scene: Scene, call: Call) -> Outcome | None:
        return _said(answer, call) if scene.call is last else None

    return script, edited


def read_edit(path: Path) -> ModelAnswer:
    """A model's answer from a file: text, or a JSON object with `text` and `tool_calls`.

    Raises ConfigError when it cannot be read.
    """
    try:
        data = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the edited answer {path}: {error}") from error
    if not data.lstrip().startswith("{"):
        return ModelAnswer(id="edited", text=data.rstrip("\n"), finish=Finish.STOP)
    try:
        written = msgspec.json.decode(data, type=Edited)
    except msgspec.MsgspecError as error:
        how = 'write text, or JSON as {"text": "…", "tool_calls": [{"name": "…", "arguments": {}}]}'
        raise ConfigError(f"{path} is no answer: {error}; {how}") from error
    tools = tuple(
        ToolCall(id=f"edited_{n}", name=tool.name, arguments=msgspec.json.encode(tool.arguments).decode())
        for n, tool in enumerate(written.tool_calls, start=1)
    )
    finish = Finish.TOOL_CALLS if tools else Finish.STOP
    return ModelAnswer(id="edited", text=written.text, tool_calls=tools, finish=finish)


def _said(answer: ModelAnswer, call: Call) -> Outcome:
    """The answer in the protocol, and the form, that this call asks for."""
    dialect = dialect_named(call.dialect)
    request = dialect.read_request(plain_request(call.request), call.request.target)
    reply = dialect.write_answer(answer, request)
    return Outcome(value=reply, marks=(REPLAYED, EDITED))

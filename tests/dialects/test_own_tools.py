"""The shells and patches that models ask the agent's own side for, and what the provider runs itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.responses import Response

from agentprobe.dialects import Edits, Round, dialect_named
from agentprobe.domain.model import Finish, ToolCall, ToolResult
from agentprobe.domain.wire import Chunk, HttpReply

RESPONSES = dialect_named("openai_responses")
EXEC = {"type": "exec", "command": ["ls"], "env": {}}
LOCAL = {"id": "l1", "call_id": "a", "type": "local_shell_call", "status": "completed", "action": EXEC}
SHELL = {
    "id": "s1",
    "call_id": "b",
    "type": "shell_call",
    "status": "completed",
    "action": {"commands": ["pwd"]},
}
DELETE = {"type": "delete_file", "path": "x"}
PATCH = {"id": "p1", "call_id": "c", "type": "apply_patch_call", "status": "completed", "operation": DELETE}
HOSTED: list[dict[str, Any]] = [
    {"id": "w", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}},
    {
        "id": "i",
        "type": "code_interpreter_call",
        "status": "completed",
        "code": "1",
        "container_id": "k",
        "outputs": [],
    },
    {"id": "m", "type": "mcp_call", "name": "look", "server_label": "s", "arguments": "{}", "output": "x"},
    {**SHELL, "id": "h", "environment": {"type": "container_reference", "container_id": "k"}},
]
OWN = (
    ToolCall(id="a", name="local_shell", arguments='{"type":"exec","command":["ls"],"env":{}}'),
    ToolCall(id="b", name="shell", arguments='{"commands":["pwd"]}'),
    ToolCall(id="c", name="apply_patch", arguments='{"type":"delete_file","path":"x"}'),
)


def whole(items: list[dict[str, Any]]) -> HttpReply:
    body = {
        "id": "r",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": items,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    return HttpReply(status=200, chunks=(Chunk(json.dumps(body).encode()),))


def streamed(items: list[dict[str, Any]]) -> HttpReply:
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": "r", "model": "m"}}]
    for index, item in enumerate(items):
        early = {key: value for key, value in item.items() if key not in ("action", "operation")}
        events.append({"type": "response.output_item.added", "output_index": index, "item": early})
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    events.append({"type": "response.completed", "response": json.loads(whole(items).body)})
    frames = tuple(Chunk(b"data: " + json.dumps(event).encode() + b"\n\n") for event in events)
    return HttpReply(status=200, headers=(("content-type", "text/event-stream"),), chunks=frames)


@pytest.mark.parametrize("make", [whole, streamed])
def test_what_the_agent_s_side_runs_is_a_tool_call_and_what_the_provider_runs_is_none(make: Any) -> None:
    Response.model_validate_json(whole([LOCAL, SHELL, PATCH, *HOSTED]).body)
    answer = RESPONSES.read_answer(make([LOCAL, SHELL, PATCH, *HOSTED]))
    assert (answer.tool_calls, answer.finish, answer.complete) == (OWN, Finish.TOOL_CALLS, True)
    hosted = RESPONSES.read_answer(make(HOSTED))
    assert (hosted.tool_calls, hosted.finish) == ((), Finish.STOP)


@pytest.mark.parametrize("make", [whole, streamed])
def test_they_are_taken_out_and_told_again_each_with_a_result_of_its_own_form(make: Any) -> None:
    reply = make([LOCAL, SHELL, PATCH, *HOSTED])
    left = RESPONSES.read_answer(RESPONSES.without(reply, lambda call: call.name != "shell"))
    assert left.tool_calls == OWN[1:2]
    results = tuple(ToolResult(call_id=call.id, content=call.name) for call in OWN)
    more = Edits(more=(Round(said=RESPONSES.said(reply), results=results),))
    body = RESPONSES.edited(b'{"model":"m","input":"hi"}', more)
    assert json.loads(body)["input"][-3:] == [
        {"type": "local_shell_call_output", "id": "a", "output": "local_shell"},
        {
            "type": "shell_call_output",
            "call_id": "b",
            "output": [{"stdout": "shell", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
        },
        {"type": "apply_patch_call_output", "call_id": "c", "status": "completed", "output": "apply_patch"},
    ]
    told = [result for message in RESPONSES.read_request(body).messages for result in message.results]
    assert told == list(results)
    edits = Edits(results={call.id: ToolResult(call_id=call.id, content="else") for call in OWN})
    again = RESPONSES.read_request(RESPONSES.edited(body, edits)).messages
    assert [result.content for message in again for result in message.results] == ["else"] * 3

"""A tool that the agent's own process records is struck there, and not once more where its result is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agentprobe.adapters.orders import Orders
from agentprobe.gateway.launcher import launch
from agentprobe.trace.read import read_trace

from .conftest import Provider, asking, saying, wish

AGENT = """
import agentprobe, openai

@agentprobe.tool(effect="read")
def find():
    return '["a"]'

def look():
    return '["b"]'

client, messages = openai.OpenAI(), [{"role": "user", "content": "go"}]
while True:
    message = client.chat.completions.create(model="m", messages=messages).choices[0].message
    messages.append(message)
    if not message.tool_calls:
        break
    for call in message.tool_calls:
        result = {"find": find, "look": look}[call.function.name]()
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
"""


@pytest.mark.parametrize("site", ["tool", "tool:find"])
def test_a_tool_is_struck_once_by_whichever_process_sees_it_nearest(tmp_path: Path, site: str) -> None:
    (tmp_path / "agent.py").write_text(AGENT)
    provider = Provider(asking(wish("find"), wish("look")), saying("Done."))
    orders = Orders(
        id="s", trace=tmp_path / "t.jsonl", schedule=f"oversized_result(times=2)@{site}", simulated=True
    )
    launched = launch([sys.executable, str(tmp_path / "agent.py")], orders, answer=provider.pieces)
    assert (launched.code, launched.complaints) == (0, ())
    struck = '["b","b"]' if site == "tool" else '["b"]'
    assert provider.results(1) == {"find_1": '["a","a"]', "look_1": struck}
    uses = read_trace(tmp_path / "t.jsonl").tool_calls
    marks = [(use.name, use.seen, use.call.marks) for use in uses if use.call]
    assert ("find", "process", ("fault:oversized_result",)) in marks
    assert [name for name, _, _ in marks].count("find") == 1

"""Of several tool calls only the first is carried out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from openai import OpenAI

client = OpenAI()

def ask(messages):
    return client.chat.completions.create(model="gpt-5", messages=messages, tools=TOOLS).choices[0].message
"""


def test_the_first_of_several_is_found(found: Scan) -> None:
    code = """
def step(message):
    call = message.tool_calls[0]
    return TABLE[call.function.name](call.function.arguments)
"""
    (finding,) = found(HEAD + code, "first-tool-call-only")
    assert (finding.place.line, finding.tier) == (10, Tier.PROVED)
    assert "tool_calls" in finding.message


def test_the_first_block_of_a_kind_is_found(found: Scan) -> None:
    code = """
def step(message):
    block = next(one for one in message.content if one.type == "tool_use")
    return run(block.name, block.input)
"""
    (finding,) = found(HEAD + code, "first-tool-call-only")
    assert (finding.place.line, finding.tier) == (10, Tier.PROVED)
    assert "tool_use" in finding.message


def test_running_over_all_is_right(found: Scan) -> None:
    code = """
def step(message):
    first = message.tool_calls[0]
    print(first.function.name)
    return [run(call.function.name) for call in message.tool_calls]
"""
    assert not found(HEAD + code, "first-tool-call-only")


def test_pieces_of_a_stream_hold_one(found: Scan) -> None:
    code = """
def step(chunk):
    call = chunk.choices[0].delta.tool_calls[0]
    return run(call.function.name)
"""
    assert not found(HEAD + code, "first-tool-call-only")


def test_structured_output_has_one_by_its_making(found: Scan) -> None:
    code = """
def parse(message):
    return json.loads(message.tool_calls[0].function.arguments)
"""
    assert not found(HEAD + code, "first-tool-call-only")


def test_several_may_be_refused(found: Scan) -> None:
    code = """
def step(message):
    if len(message.tool_calls) > 1:
        raise ValueError("one at a time")
    call = message.tool_calls[0]
    return run(call.function.name)
"""
    assert not found(HEAD + code, "first-tool-call-only")


def test_parallel_calls_may_be_off(found: Scan) -> None:
    code = """
def step(messages):
    message = client.chat.completions.create(model="gpt-5", messages=messages, parallel_tool_calls=False)
    call = message.choices[0].message.tool_calls[0]
    return run(call.function.name)
"""
    assert not found(HEAD + code, "first-tool-call-only")


def test_another_file_of_the_folder_may_switch_them_off(found: Scan) -> None:
    files = {
        "desk/ask.py": "def bound(model):\n    return model.bind_tools(TOOLS, parallel_tool_calls=False)\n",
        "desk/act.py": "import langgraph\n\n"
        "def act(state):\n    call = state.tool_calls[0]\n    return run(call.name)\n",
    }
    assert not found(files, "first-tool-call-only")
    assert found({"alone/act.py": files["desk/act.py"]}, "first-tool-call-only")


BLOCKS = """
def step(answer):
    chosen = None
    for block in answer.content:
        if block.type == "tool_use":
            {kept}
    return run({used})
"""


@pytest.mark.parametrize(
    ("kept", "used", "count"),
    [
        ("chosen = block", "chosen.name, chosen.input", 1),
        ("chosen = block; done.append(block)", "chosen.name, chosen.input", 0),
        ("chosen = run(block)", "chosen", 0),
        ("chosen = block", "chosen is not None", 0),
    ],
)
def test_the_last_of_a_loop_takes_the_place_of_the_others(
    kept: str, used: str, count: int, found: Scan
) -> None:
    findings = found(HEAD + BLOCKS.format(kept=kept, used=used), "first-tool-call-only")
    assert [one.place.line for one in findings] == [13] * count


@pytest.mark.parametrize(
    ("test", "count"),
    [
        ("len(message.tool_calls) > 0", 1),
        ("message.tool_calls and len(message.tool_calls) >= 1", 1),
        ("len(message.tool_calls) == 1", 0),
        ("len(message.tool_calls) > 1", 0),
    ],
)
def test_a_count_that_only_asks_for_any_is_none(test: str, count: int, found: Scan) -> None:
    code = f"""
def step(message):
    if {test}:
        return run(message.tool_calls[0].function.name)
"""
    assert len(found(HEAD + code, "first-tool-call-only")) == count

"""Tools that no decorator shows are struck where their results are told to the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import agentprobe
from agentprobe.cli.commands.trace import _tell
from agentprobe.domain.call import Kind
from agentprobe.lab.judge import never_struck
from agentprobe.lab.reading import seen_of
from agentprobe.splice.results import REWRITTEN
from agentprobe.trace.read import read_trace
from agentprobe.trace.swallowed import swallowed
from agentprobe.trace.tools import PROCESS, WIRE

from .conftest import Agent, Provider, asking, saying, wish

ITEMS = '{"items": [1, 2]}'
TWICE = (asking(wish("find", 1)), asking(wish("find", 2)), saying("Done."))


def run(agent: Agent, provider: Provider, schedule: str, trace: Path, **more: Any) -> Any:
    with agentprobe.session(trace=trace, schedule=schedule, model=provider, **more) as active:
        assert agent.ask("go") == "Done."
    return active


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("tool_error", "Error: the service is temporarily unavailable"),
        ("empty_result", '{"items": []}'),
        ("oversized_result(times=2)", '{"items": [1, 2, 1, 2]}'),
    ],
)
def test_the_struck_result_is_told_in_every_later_request(
    agent: Agent, tmp_path: Path, fault: str, told: str
) -> None:
    provider = Provider(*TWICE)
    run(agent, provider, f"{fault}@tool:find:1", tmp_path / "t.jsonl")
    assert provider.results(1) == {"find_1": told}
    assert provider.results(2) == {"find_1": told, "find_2": ITEMS}
    assert agent.ran == ["find", "find"], "the tool itself has run"


def test_a_stale_result_is_what_the_tool_gave_before(tmp_path: Path) -> None:
    given = iter(["old", "new", "newest"])
    agent = Agent(find=lambda: next(given))
    provider = Provider(
        asking(wish("find", 1)), asking(wish("find", 2)), asking(wish("find", 3)), saying("Done.")
    )
    run(agent, provider, "stale_result@tool", tmp_path / "t.jsonl")
    assert provider.results(3) == {"find_1": "old", "find_2": "old", "find_3": "new"}


def test_the_trace_shows_the_struck_call_once_with_its_mark_and_a_receipt(
    agent: Agent, tmp_path: Path
) -> None:
    schedule = "tool_error@tool:find:2"
    active = run(agent, Provider(*TWICE), schedule, tmp_path / "t.jsonl")
    trace = read_trace(tmp_path / "t.jsonl")
    assert [(use.seen, use.ref, bool(use.error)) for use in trace.tool_calls] == [
        (WIRE, "find_1", False),
        (WIRE, "find_2", True),
    ]
    struck = trace.tool_calls[1]
    assert struck.call is not None
    assert struck.call.marks == ("fault:tool_error",)
    assert struck.asked_by is trace.model_calls[1]
    assert [str(receipt) for receipt in active.injector.receipts] == ["tool_error@told:find_2"]
    assert never_struck(schedule, seen_of(trace).receipts) == []
    own = [call.value for call in trace.asked if call.kind is Kind.TOOL]
    assert own == [ITEMS], "on the world's side stands what the tool itself gave"
    assert REWRITTEN in trace.model_calls[2].marks
    assert REWRITTEN not in trace.model_calls[1].marks
    assert trace.ledger().effects == (), "of a tool that is only told of nobody knows what it wrote"


def test_an_error_that_the_model_was_told_in_the_agents_place_is_not_swallowed(
    agent: Agent, tmp_path: Path
) -> None:
    once = Provider(asking(wish("find", 1)), saying("Done."))
    run(agent, once, "tool_error@tool:find:1", tmp_path / "t.jsonl")
    assert swallowed(read_trace(tmp_path / "t.jsonl")) == ()


def test_an_attempt_that_the_sdk_repeats_tells_the_same_and_strikes_no_second_time(
    agent: Agent, tmp_path: Path
) -> None:
    provider = Provider(*TWICE)
    schedule = "tool_error@tool:find:1, server_error@model:2"
    active = run(agent, provider, schedule, tmp_path / "t.jsonl", virtual=True)
    assert provider.results(1)["find_1"].startswith("Error:")
    assert provider.results(2)["find_1"].startswith("Error:")
    assert sorted(receipt.fault for receipt in active.injector.receipts) == ["server_error", "tool_error"]
    assert len(agent.ran) == 2


def test_chance_strikes_the_same_calls_for_the_same_seed(tmp_path: Path) -> None:
    def struck(seed: int, number: int) -> dict[str, str]:
        calls = [wish("find", n, f'{{"n": {n}}}') for n in range(20)]
        provider = Provider(asking(*calls), saying("Done."))
        agent = Agent(find=lambda: "here")
        run(agent, provider, "tool_error@tool:find~0.5", tmp_path / f"{number}.jsonl", seed=seed)
        return provider.results(1)

    once, again, other = struck(1, 1), struck(1, 2), struck(2, 3)
    assert once == again
    assert once != other
    assert 0 < sum(text.startswith("Error") for text in once.values()) < 20


def test_a_tool_that_is_seen_where_it_runs_is_struck_there_and_only_there(tmp_path: Path) -> None:
    @agentprobe.tool(effect="read", name="find")
    def find() -> str:
        return ITEMS

    agent, provider = Agent(find=find), Provider(*TWICE)
    active = run(agent, provider, "empty_result@tool:find", tmp_path / "t.jsonl")
    trace = read_trace(tmp_path / "t.jsonl")
    assert [receipt.call.startswith("told:") for receipt in active.injector.receipts] == [False, False]
    assert [use.seen for use in trace.tool_calls] == [PROCESS, PROCESS]
    assert provider.results(2) == {"find_1": '{"items": []}', "find_2": '{"items": []}'}


def test_a_result_that_the_model_never_asked_for_is_left_alone(agent: Agent, tmp_path: Path) -> None:
    agent.messages = [
        {"role": "user", "content": "before"},
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "old", "type": "function", "function": {"name": "find", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "old", "content": "of another session"},
    ]
    provider = Provider(saying("Done."))
    active = run(agent, provider, "tool_error@tool", tmp_path / "t.jsonl")
    assert provider.results(0) == {"old": "of another session"}
    assert active.injector.receipts == ()


@pytest.mark.parametrize("fault", ["latency(seconds=9)", "hang"])
def test_a_tool_that_is_only_told_of_cannot_be_made_to_wait_and_this_is_said(
    agent: Agent, tmp_path: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from rich.console import Console

    provider = Provider(*TWICE)
    active = run(agent, provider, f"{fault}@tool:find", tmp_path / "t.jsonl", virtual=True)
    assert active.injector.receipts == ()
    assert active.session.clock.now() < 1
    _tell(read_trace(tmp_path / "t.jsonl"), Console(width=300))
    assert "never struck" in (said := capsys.readouterr().out)
    assert "cannot be made to wait" in said


def test_a_failure_that_the_agent_tells_itself_stays_as_it_is(tmp_path: Path) -> None:
    import anthropic

    block = {"type": "tool_use", "id": "find_1", "name": "find", "input": {}}
    told = {"type": "tool_result", "tool_use_id": "find_1", "content": "broken", "is_error": True}
    provider = Provider(asking(wish("find", 1)), saying("Done."))
    with (
        agentprobe.session(
            trace=tmp_path / "t.jsonl", schedule="empty_result@tool", model=provider
        ) as active,
        anthropic.Anthropic(api_key="none", base_url="http://127.0.0.1:9") as client,
    ):
        messages: Any = [{"role": "user", "content": "go"}]
        client.messages.create(model="m", max_tokens=9, messages=messages)
        messages += [{"role": "assistant", "content": [block]}, {"role": "user", "content": [told]}]
        client.messages.create(model="m", max_tokens=9, messages=messages)
    assert active.injector is not None
    assert active.injector.receipts == ()
    assert provider.results(1) == {"find_1": "broken"}

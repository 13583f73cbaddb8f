"""A suppressed tool is never run, the model believes that it was, and the agent knows of nothing."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import openai
import pytest
from rich.console import Console

import agentprobe
from agentprobe.adapters import http_hook
from agentprobe.adapters.orders import Orders
from agentprobe.cli.suppressed import never_suppressed, results_of
from agentprobe.domain.model import Finish, ToolCall, Usage
from agentprobe.errors import ConfigError
from agentprobe.report.json_trace import trace_facts
from agentprobe.report.terminal_trace import draw
from agentprobe.splice.suppress import DONE, EXHAUSTED, ROUNDS, SUPPRESSED, Suppression
from agentprobe.trace.read import read_trace
from agentprobe.trace.replay.script import Script

from .conftest import Agent, Provider, asking, saying, wish

PAID = {"pay": "it is paid"}


def run(agent: Agent, provider: Provider, trace: Path, **more: Any) -> Any:
    with agentprobe.session(**{"trace": trace, "suppress": PAID, "model": provider, **more}) as active:
        assert agent.ask("go") == "Done."
    return active


def ids(provider: Provider, nth: int) -> list[list[str]]:
    """What the nth request told, message by message: the calls, and the results with a mark."""
    told = [
        [call.id for call in m.tool_calls] + [f"={r.call_id}" for r in m.results]
        for m in provider.requests[nth].messages
    ]
    return [names for names in told if names]


def test_one_of_two_parallel_calls_is_hidden_and_put_back_at_its_place(agent: Agent, tmp_path: Path) -> None:
    provider = Provider(
        asking(wish("pay"), wish("look"), text="Both."), asking(wish("find")), saying("Done.")
    )
    run(agent, provider, tmp_path / "t.jsonl")
    assert agent.ran == ["look", "find"]
    assert ids(provider, 1) == [["pay_1", "look_1"], ["=pay_1"], ["=look_1"]]
    assert provider.results(2) == {"pay_1": "it is paid", "look_1": "seen", "find_1": '{"items": [1, 2]}'}
    assert provider.requests[2].messages[1].text == "Both."


def test_a_turn_with_nothing_but_suppressed_calls_is_never_seen_by_the_agent(
    agent: Agent, tmp_path: Path
) -> None:
    provider = Provider(asking(wish("pay")), asking(wish("look")), asking(wish("pay", 2)), saying("Done."))
    run(agent, provider, tmp_path / "t.jsonl")
    assert agent.ran == ["look"]
    answers_seen = [message for message in agent.messages if not isinstance(message, dict)]
    assert (len(provider.requests), len(answers_seen)) == (4, 2)
    assert ids(provider, 1) == [["pay_1"], ["=pay_1"]]
    assert ids(provider, 3) == [["pay_1"], ["=pay_1"], ["look_1"], ["=look_1"], ["pay_2"], ["=pay_2"]]


def test_a_hidden_turn_before_a_last_word_is_told_when_the_user_goes_on(agent: Agent, tmp_path: Path) -> None:
    provider = Provider(asking(wish("pay")), saying("Done."), saying("Bye."))
    with agentprobe.session(suppress=PAID, model=provider):
        agent.ask("pay")
        agent.ask("thanks")
    roles = [message.role for message in provider.requests[2].messages]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]


def test_suppressed_calls_are_in_the_trace_as_not_carried_out_and_never_in_the_ledger(
    agent: Agent, tmp_path: Path
) -> None:
    provider = Provider(
        asking(wish("pay", 1, '{"sum": 5}'), wish("look")), asking(wish("pay", 2)), saying("Done.")
    )
    run(agent, provider, tmp_path / "t.jsonl")
    trace = read_trace(tmp_path / "t.jsonl")
    hidden = [use for use in trace.tool_calls if use.call is not None]
    assert [(use.name, use.arguments, use.result, use.ref) for use in hidden] == [
        ("pay", {"sum": 5}, "it is paid", "pay_1"),
        ("pay", {}, "it is paid", "pay_2"),
    ]
    assert all(use.call is not None and use.call.marks == (SUPPRESSED,) for use in hidden)
    assert trace.ledger().effects == ()
    assert [len(call.answer.tool_calls) for call in trace.model_calls if call.answer] == [1, 0]
    assert [call.record.purpose for call in trace.asked] == ["", "", "shadow"]
    assert trace.complete
    assert all(scene.call.kind == "model" for scene in Script.of(trace).scenes)


def test_a_suppressed_tool_that_the_agent_calls_by_itself_is_not_run_either(tmp_path: Path) -> None:
    ran = []

    @agentprobe.tool(effect="write")
    def charge(amount: int) -> dict[str, Any]:
        ran.append(amount)
        return {"ok": True}

    with agentprobe.session(trace=tmp_path / "t.jsonl", suppress={"charge": '{"ok": "simulated"}'}):
        assert charge(5) == {"ok": "simulated"}
    trace = read_trace(tmp_path / "t.jsonl")
    assert ran == []
    assert trace.tool_calls[0].call is not None
    assert trace.tool_calls[0].call.marks == (SUPPRESSED,)
    assert trace.ledger().effects == ()


def test_a_model_that_will_not_stop_asking_is_let_go_without_the_call(agent: Agent, tmp_path: Path) -> None:
    provider = Provider(replace(asking(wish("pay")), text="Done."))
    run(agent, provider, tmp_path / "t.jsonl")
    assert len(provider.requests) == ROUNDS + 1
    (call,) = read_trace(tmp_path / "t.jsonl").model_calls
    assert call.marks == (SUPPRESSED, EXHAUSTED)
    assert call.answer is not None
    assert (call.answer.tool_calls, call.answer.finish) == ((), Finish.STOP)
    assert agent.ran == []


def test_a_suppressed_call_that_was_cut_at_the_limit_is_taken_out_and_the_model_not_asked_again(
    agent: Agent,
) -> None:
    cut = replace(asking(wish("pay", 1, '{"sum": 10')), finish=Finish.LENGTH)
    provider = Provider(cut)
    with agentprobe.session(suppress=PAID, model=provider):
        agent.ask("go")
    assert agent.ran == []
    assert len(provider.requests) == 1


def test_a_failure_while_the_model_is_asked_again_reaches_the_agent_s_own_retry(
    agent: Agent, tmp_path: Path
) -> None:
    from agentprobe.dialects import dialect_named
    from agentprobe.errors import ServerError

    failed = dialect_named("openai_chat").write_failure(ServerError())
    assert failed is not None
    provider = Provider(asking(wish("pay")), failed, asking(wish("pay", 2)), saying("Done."))
    run(agent, provider, tmp_path / "t.jsonl", virtual=True)
    assert agent.ran == []
    assert len(provider.requests) == 4


def test_a_stream_is_held_until_nothing_suppressed_is_in_it(tmp_path: Path) -> None:
    provider = Provider(asking(wish("look"), wish("pay"), text="One moment."))
    with (
        agentprobe.session(suppress=PAID, model=provider),
        openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1") as client,
    ):
        chunks = list(
            client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "go"}], stream=True
            )
        )
    calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or ()]
    assert [call.id for call in calls if call.id] == ["look_1"]
    assert "".join(c.delta.content or "" for chunk in chunks for c in chunk.choices) == "One moment."
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_what_decides_may_look_at_the_arguments() -> None:
    def small(call: ToolCall) -> str | None:
        return "held back" if '"sum": 9' in call.arguments else None

    agent = Agent(pay=lambda: "paid")
    provider = Provider(asking(wish("pay", 1, '{"sum": 9}'), wish("pay", 2, '{"sum": 1}')), saying("Done."))
    with Orders(id="s").open(answer=provider.pieces, rooms=[lambda _: Suppression(small)]):
        http_hook.install()
        agent.ask("go")
    assert provider.results(1) == {"pay_1": "held back", "pay_2": "paid"}
    assert agent.ran == ["pay"]


def test_faults_strike_what_is_left_when_a_tool_is_suppressed(agent: Agent, tmp_path: Path) -> None:
    provider = Provider(asking(wish("pay"), wish("find")), saying("Done."))
    run(agent, provider, tmp_path / "t.jsonl", schedule="empty_result@tool")
    assert provider.results(1) == {"pay_1": "it is paid", "find_1": '{"items": []}'}


# -- the command line --------------------------------------------------------------------------------


def test_results_are_read_from_words() -> None:
    assert results_of(["refund", 'charge={"ok": true}', "note="]) == {
        "refund": DONE,
        "charge": '{"ok": true}',
        "note": "",
    }


@pytest.mark.parametrize(("words", "why"), [(["=x"], "names no tool"), (["a", "a=1"], "twice")])
def test_words_that_cannot_be_meant_are_refused(words: list[str], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        results_of(words)


def test_a_name_that_never_came_is_said_with_the_nearest_that_did(agent: Agent, tmp_path: Path) -> None:
    suppress = {"py": "x", "pay": "it is paid"}
    run(agent, Provider(asking(wish("pay")), saying("Done.")), tmp_path / "t.jsonl", suppress=suppress)
    (line,) = never_suppressed(read_trace(tmp_path / "t.jsonl"))
    assert line == "'py' was never suppressed: the agent has no tool of that name; did you mean 'pay'?"


def test_the_tokens_of_hidden_turns_are_told_apart_and_are_not_the_agents(
    agent: Agent, tmp_path: Path
) -> None:
    def spent(answer: Any, given: int) -> Any:
        return replace(answer, usage=Usage(input_tokens=given, output_tokens=1))

    provider = Provider(
        spent(asking(wish("pay")), 10), spent(asking(wish("pay", 2)), 200), spent(saying("Done."), 3000)
    )
    run(agent, provider, tmp_path / "t.jsonl")
    trace = read_trace(tmp_path / "t.jsonl")
    assert (trace.usage.input_tokens, trace.usage.output_tokens) == (3000, 1)
    told = trace_facts(trace).own
    assert told is not None
    assert (told.calls, told.tokens.input, told.tokens.output) == (2, 210, 2)
    page = Console(width=200, record=True, file=StringIO())
    page.print(draw(trace))
    assert "210→2 tokens in 2 calls that agentprobe itself made" in page.export_text()


def test_a_run_without_hidden_turns_says_nothing_of_them(agent: Agent, tmp_path: Path) -> None:
    run(agent, Provider(asking(wish("look")), saying("Done.")), tmp_path / "t.jsonl")
    assert trace_facts(read_trace(tmp_path / "t.jsonl")).own is None

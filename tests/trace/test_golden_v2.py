"""The trace of version 2 that stands in the golden folder is read for ever."""

from __future__ import annotations

from pathlib import Path

from agentprobe.trace.body import unpacked, unpacked_bytes
from agentprobe.trace.read import read_trace

GOLDEN = Path(__file__).parents[1] / "golden" / "trace_v2.jsonl"


def test_the_trace_of_version_2_reads_as_it_was_written() -> None:
    trace = read_trace(GOLDEN)
    assert trace.complete
    assert (trace.session, trace.header.seed, len(trace.header.key)) == ("golden-2", 11, 16)
    assert trace.header.identity["python"] == "3.11.7"
    assert [call.status for call in trace.model_calls] == [429, 200, 200, 200, 200, 200]
    assert [model.retries for model in trace.logical_calls] == [1, 0, 0, 0, 0]
    assert [use.name for use in trace.tool_calls] == ["find", "refund"]
    assert [len(call.request["messages"]) for call in trace.model_calls] == [2, 2, 4, 6, 6, 6]
    assert trace.said == ("All done.", trace.said[1], "Half an")
    assert trace.said[1].startswith("key sk-proj-REDACTED")
    assert trace.truncated_answers == (trace.model_calls[-1],)
    assert (trace.usage.input_tokens, trace.usage.output_tokens) == (80, 10)
    assert trace.ledger().times() == {"refund 17": 1}
    assert trace.ended is not None
    assert trace.ended.facts == {"libraries": {"openai": "3.52.0"}}


def test_pieces_are_shared_by_calls_and_snapshots() -> None:
    trace = read_trace(GOLDEN)
    (state,) = trace.states
    assert unpacked(state.value)["messages"] == trace.model_calls[-1].request["messages"]
    told = sum(len(call.request_bytes) for call in trace.model_calls)
    assert GOLDEN.stat().st_size < told + len(unpacked_bytes(state.value))


def test_prompts_and_settings_are_read_out_of_the_requests() -> None:
    first, again, later = read_trace(GOLDEN).model_calls[:3]
    assert first.settings is not None
    assert first.settings.temperature == 0.5
    assert first.prompt is not None
    assert later.prompt is not None
    assert first.prompt == again.prompt
    assert first.prompt.system == later.prompt.system
    assert first.prompt.messages != later.prompt.messages

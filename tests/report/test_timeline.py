"""What a trace tells of when: real sessions on virtual time, with faults."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import openai

import agentprobe
from agentprobe.dialects import dialect_for
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall
from agentprobe.domain.wire import HttpRequest, Piece
from agentprobe.report.timeline import Timeline, timeline
from agentprobe.trace.read import read_trace

DONE = ModelAnswer(text="Done.", finish=Finish.STOP)
WISH = ModelAnswer(
    tool_calls=(ToolCall(id="c1", name="look", arguments='{"order": "A-1"}'),), finish=Finish.TOOL_CALLS
)
ASKED: Any = [{"role": "user", "content": "hi"}]


@agentprobe.tool(name="refund")
def refund(order: str) -> str:
    return f"refunded {order}"


@agentprobe.tool(name="look", effect="read")
def look(order: str) -> str:
    return order


class Provider:
    """Gives the same answer to every request."""

    def __init__(self, answer: ModelAnswer = DONE) -> None:
        self.answer = answer

    def pieces(self, request: HttpRequest) -> Generator[Piece, None, None]:
        dialect = dialect_for(request.method, request.target)
        assert dialect is not None
        reply = dialect.write_answer(self.answer, dialect.read_request(request.body))
        yield reply.head
        yield from reply.chunks


def told(tmp_path: Path, schedule: str, *acts: Any, answer: ModelAnswer = DONE) -> Timeline:
    path = tmp_path / "trace.jsonl"
    with agentprobe.session(virtual=True, schedule=schedule, model=Provider(answer), trace=path):
        for act in acts:
            with suppress(Exception):
                act()
    return timeline(read_trace(path))


def ask() -> None:
    with openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1") as client:
        client.chat.completions.create(model="m", messages=ASKED)


def test_calls_stand_in_order_with_their_place_in_schedules(tmp_path: Path) -> None:
    found = told(tmp_path, "latency(seconds=3)@model:2", ask, lambda: look("A-1"), ask)
    assert [span.label for span in found.spans] == ["model:1", "tool:look:1", "model:2"]
    assert [span.struck for span in found.spans] == [(), (), ("latency",)]
    assert found.spans[2].seconds == 3
    assert found.models == 2
    assert found.end.seconds >= 3


def test_attempts_of_an_sdk_are_named_retries(tmp_path: Path) -> None:
    found = told(tmp_path, "server_error@model:1", ask)
    first, second = found.spans
    assert (first.failed, first.struck, first.notes) == (True, ("server_error",), ("status 500",))
    assert second.notes == ("asked again, attempt 2 of 2",)


def test_a_write_says_how_often_the_world_did_it(tmp_path: Path) -> None:
    acts = [lambda: refund("A-1"), lambda: refund("A-2"), lambda: refund("A-3"), lambda: look("A-1")]
    schedule = "duplicate_delivery@tool:refund:2, tool_error@tool:refund:3"
    spans = told(tmp_path, schedule, *acts).spans
    assert [span.carried_out for span in spans] == [1, 2, 0, None]
    assert spans[2].failed


def test_an_equal_tool_call_is_the_same_again(tmp_path: Path) -> None:
    spans = told(tmp_path, "", lambda: look("A-1"), lambda: look("A-2"), lambda: look("A-1")).spans
    assert [span.notes for span in spans] == [(), (), ("the same again",)]


def test_a_tool_that_only_the_model_traffic_tells_of_stands_where_it_was_wished_for(tmp_path: Path) -> None:
    model, tool = told(tmp_path, "", ask, answer=WISH).spans
    assert tool.label == "tool:look"
    assert tool.began.seconds == model.ended.seconds
    assert tool.notes == ("seen in the model traffic, without its time",)


def test_a_call_without_an_outcome_lasts_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    told(tmp_path, "", ask, lambda: look("A-1"))
    lines = path.read_bytes().splitlines(keepends=True)
    of_the_tool = [line for line in lines if b'"record":"outcome"' in line][-2:]
    path.write_bytes(b"".join(line for line in lines if line not in of_the_tool))
    last = timeline(read_trace(path)).spans[-1]
    assert last.label == "tool:look:1"
    assert last.failed
    assert last.notes == ("no outcome was recorded",)

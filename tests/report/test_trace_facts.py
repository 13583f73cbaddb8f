"""What a trace tells of money, context, errors and state, as a person and as a program read it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from jsonschema import validate  # type: ignore[import-untyped]  # it has no types
from rich.console import Console, RenderableType

from agentprobe.basis.clock import VirtualClock
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.model import Message, ModelAnswer, ModelRequest, Usage
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.kernel.boundary import Boundary
from agentprobe.report.json_trace import TraceFacts, as_json
from agentprobe.report.live_trace import Watch
from agentprobe.report.terminal_trace import draw
from agentprobe.report.trace_facts import money
from agentprobe.trace.body import packed_value
from agentprobe.trace.facts.models import Model, Provider, Rates, Table
from agentprobe.trace.facts.slow import Timed, slow_ones
from agentprobe.trace.facts.told import facts_of
from agentprobe.trace.read import Follower, read_trace
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.records import CallRecord, EndRecord, Header, OutcomeRecord, StateRecord, encode
from agentprobe.trace.view import Trace
from agentprobe.trace.writer import TraceWriter

GOLDEN = Path(__file__).parents[1] / "golden" / "trace_v1.jsonl"
HI = ModelRequest(model="gpt-4o", messages=(Message(role="user", text="Hello"),))
TABLE = Table(
    date="2026-11-20",
    source="made up",
    providers=(
        Provider(
            id="openai",
            models=(Model(id="gpt-4o", window=1000, rates=(Rates(input=((0, 2.0),), output=((0, 8.0),)),)),),
        ),
    ),
)


def _giving(reply: HttpReply) -> Callable[[Call], HttpReply]:
    return lambda _: reply


def _trace(path: Path, *calls: tuple[str, str, int, int], states: tuple[object, ...] = ()) -> Trace:
    """A trace of calls: model, what a person says last, tokens in and out."""
    clock, chat = VirtualClock(), dialect_named("openai_chat")
    writer = TraceWriter(path)
    writer.header(session="s", started=clock.date().isoformat())
    boundary = Boundary([Recorder(writer, clock)], clock)
    told: tuple[Message, ...] = ()
    for model, text, given, taken in calls:
        told = (*told, Message(role="user", text=text))
        request = replace(HI, model=model, messages=told)
        usage = Usage(input_tokens=given, output_tokens=taken, cached_tokens=0)
        reply = chat.write_answer(ModelAnswer(id="a", model=model, text="Fine.", usage=usage), request)
        wire = HttpRequest(method="POST", target="/v1/x", body=chat.write_request(request))
        call = Call(kind=Kind.MODEL, name=model, request=wire, dialect="openai_chat")
        boundary.call(call, _giving(reply))
        told = (*told, Message(role="assistant", text="Fine."))
        clock.sleep(1.0)
    for value in states:
        order, at, kept = writer.order(), writer.elapsed(), packed_value(value)
        writer.add(StateRecord(order=order, by=writer.by, at=at, name="cart", value=kept))
    writer.end("ok", exit=0)
    return read_trace(path)


def _printed(what: RenderableType, width: int = 80) -> str:
    file = io.StringIO()
    Console(width=width, file=file).print(what)
    return file.getvalue()


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    return _trace(
        tmp_path / "t.jsonl",
        ("gpt-4o", "Hello", 300, 10),
        ("gpt-4o", "And more", 760, 20),
        ("my-own-model", "And yet more", 900, 10),
        states=({"items": [1]}, {"items": [1, 2], "total": 9}),
    )


def test_a_person_reads_what_it_cost_and_where_the_context_filled_up(trace: Trace) -> None:
    text = _printed(draw(trace, facts_of(trace, TABLE)))
    assert "cost         $0.00236 and an unknown sum for call 3: the table of" in text
    assert "OVER 75 % from call 2 on" in text
    assert "910 tokens" in text
    assert "OWN COUNT of output: 2" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_person_reads_how_the_state_changed(trace: Trace) -> None:
    text = _printed(draw(trace, facts_of(trace, TABLE)))
    assert 'state cart #1 · {"items":[1]}' in text
    assert "state cart #2 · 2 changes" in text
    assert "+ items[1] = 2" in text
    assert "+ total = 9" in text


def test_no_price_no_window_no_bar_is_made_up(tmp_path: Path) -> None:
    one = _trace(tmp_path / "t.jsonl", ("nobodys", "Hello", 5, 5), ("nobodys", "More", 9, 5))
    text = _printed(draw(one, facts_of(one, TABLE)))
    assert "cost         unknown: the table of 2026-11-20 does not know it" in text
    assert "· 14 tokens \n" in text.replace("  ", "") or "· 14 tokens" in text
    assert "%" not in text.partition("context")[2].partition("\n")[0]


def test_a_program_reads_the_same(trace: Trace) -> None:
    facts = json.loads(as_json(trace, facts_of(trace, TABLE)))
    validate(facts, msgspec.json.schema(TraceFacts))
    assert (facts["agentprobe"], facts["version"], facts["prices_of"]) == ("trace-facts", 1, "2026-11-20")
    assert facts["dollars"] == pytest.approx((1060 * 2 + 30 * 8) / 1e6)
    assert [call.get("dollars") is None for call in facts["model_calls"]] == [False, False, True]
    assert facts["conversations"] == [
        {"calls": [1, 2, 3], "tokens": [310, 780, 910], "window": 1000, "over_mark_from": 2}
    ]
    assert facts["states"][1]["changes"] == [
        {"path": "$.items[1]", "after": 2},
        {"path": "$.total", "after": 9},
    ]


def test_the_golden_trace_as_json_names_all_that_went_wrong() -> None:
    facts = json.loads(as_json(read_trace(GOLDEN)))
    assert facts["swallowed"][0]["call"] == 3
    assert facts["overtaken"] == [["log_view #1", "find_customer #1"]]
    assert facts["truncated"] == ["call 3"]
    assert facts["retried"] == [1]
    assert "dollars" not in facts


def test_a_call_is_slow_by_its_kind_or_when_it_takes_most_of_the_run() -> None:
    usual = [Timed(Kind.TOOL, "search", f"search #{n}", 0.1) for n in range(1, 6)]
    outlier = Timed(Kind.TOOL, "search", "search #6", 0.9)
    model = Timed(Kind.MODEL, "m", "call 1", 0.9)
    (found,) = slow_ones([*usual, outlier, model], whole=10.0)
    assert (found.call, found.usual, found.share) == (outlier, 0.1, 0.09)
    (most,) = slow_ones([model], whole=1.0)
    assert (most.call, most.usual) == (model, None)
    assert slow_ones([replace(model, seconds=0.04)], whole=0.04) == ()


def _watched(path: Path, console: Console, clock: VirtualClock, *, redrawn: bool) -> Watch:
    return Watch(Follower(path), console, clock, redrawn=redrawn)


def _record(name: str, identity: str = "c1") -> CallRecord:
    return CallRecord(order=1, id=identity, by="p", place="agent", at=0.5, kind="model", name=name)


def test_calls_under_way_are_drawn_with_their_time_and_vanish_when_they_end(tmp_path: Path) -> None:
    path, clock, file = tmp_path / "t.jsonl", VirtualClock(), io.StringIO()
    watch = _watched(path, Console(file=file, width=100), clock, redrawn=True)
    path.write_bytes(encode(Header()) + b"\n" + encode(_record("slow\x1b[2J")) + b"\n")
    watch.look()
    clock.sleep(3.2)
    assert "model slow\\x1b[2J · under way for 3.2 s" in _printed(watch.under_way())
    with path.open("ab") as more:
        came = OutcomeRecord(order=2, id="c1", by="p", place="agent", at=4.0, seconds=3.5, status=200)
        more.write(encode(came) + b"\n")
    watch.look()
    assert _printed(watch.under_way()).strip() == ""
    assert "200 ok · 3.5 s" in file.getvalue()
    assert "under way" not in file.getvalue()


def test_where_nothing_is_redrawn_a_long_call_is_named_each_time_its_time_has_doubled(tmp_path: Path) -> None:
    path, clock, file = tmp_path / "t.jsonl", VirtualClock(), io.StringIO()
    watch = _watched(path, Console(file=file, width=100), clock, redrawn=False)
    path.write_bytes(encode(Header()) + b"\n" + encode(_record("slow")) + b"\n")
    for _ in range(90):
        watch.look()
        clock.sleep(0.1)
    said = [float(line.split("for ")[1].split()[0]) for line in file.getvalue().splitlines()]
    assert said == pytest.approx([2, 4, 8], abs=0.11)


def test_sums_are_written_so_that_small_ones_can_be_read() -> None:
    assert [money(sum_) for sum_ in (0.0, 0.00001234, 0.001234, 0.5, 12.345, 1234.5)] == [
        "$0", "$1.2e-05", "$0.00123", "$0.5", "$12.35", "$1,234.50",
    ]  # fmt: skip


def test_a_run_that_broke_off_claims_no_good_end(tmp_path: Path) -> None:
    end = EndRecord(order=1, by="p", status="failed")
    facts = json.loads(as_json(Trace(tmp_path, Header(session="s"), ended=end)))
    assert facts["ended"] == "failed"
    assert "model_calls" not in facts

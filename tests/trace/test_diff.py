"""Two runs compared: what was done to the second run is what the comparison says, and no more than that."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from agentprobe.basis.clock import VirtualClock
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.model import (
    Finish,
    Message,
    ModelAnswer,
    ModelRequest,
    ModelSettings,
    ToolCall,
    ToolResult,
    ToolSpec,
)
from agentprobe.domain.wire import HttpReply, HttpRequest, Piece
from agentprobe.errors import RateLimited
from agentprobe.kernel.boundary import Boundary
from agentprobe.trace.diff.compare import RunDiff, diff
from agentprobe.trace.diff.explain import Why, explained
from agentprobe.trace.diff.pairs import Fate
from agentprobe.trace.diff.paths import Change
from agentprobe.trace.diff.steps import Cause
from agentprobe.trace.read import read_trace
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.records import BlobRecord, Header, Record, decode
from agentprobe.trace.view import Trace
from agentprobe.trace.writer import TraceWriter

SCHEMA = {"type": "object", "properties": {"id": {"type": "integer"}}}
COLD = ModelSettings(temperature=0.0)
TOOLS = (ToolSpec(name="look", description="Looks", schema=SCHEMA), ToolSpec(name="send", schema=SCHEMA))


@dataclass(frozen=True)
class Turn:
    """One tool that the model asks for, what it writes, and what the tool gives."""

    tool: str = "look"
    arguments: str = '{"id": 1}'
    result: Any = "ok"


@dataclass(frozen=True, kw_only=True)
class Script:
    """Everything that decides how a run goes."""

    turns: tuple[Turn, ...] = (Turn(), Turn(arguments='{"id": 2}', result={"rows": [1, 2]}), Turn("send"))
    prompt: str = "Be kind.\nBe brief."
    user: str = "Go."
    settings: ModelSettings = COLD
    model: str = "m-1"
    tools: tuple[ToolSpec, ...] = TOOLS
    answer: str = "Done."
    finish: Finish = Finish.STOP
    build: str = "m-1-2026"
    limited_at: int | None = None
    slow_at: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class Teller:
    """Lets a script happen on virtual time, with the names that a provider would invent for this run."""

    def __init__(self, path: Path, run: str, dialect: str) -> None:
        self.path, self.run = path, run
        self.clock = VirtualClock()
        self.dialect = dialect_named(dialect)
        self.writer = TraceWriter(path)
        self.writer.header(session=run)
        self.boundary = Boundary([Recorder(self.writer, self.clock)], self.clock)

    def model(self, request: ModelRequest, *replies: HttpReply, seconds: float = 0.01) -> None:
        body = self.dialect.write_request(request)
        for reply in replies:
            wire = HttpRequest(method="POST", target="/v1/x", body=body)
            call = Call(kind=Kind.MODEL, name=request.model, request=wire, dialect=self.dialect.name)

            def answering(_: Call, reply: HttpReply = reply) -> Generator[Piece, None, None]:
                self.clock.sleep(seconds)
                yield reply.head
                yield from reply.chunks

            list(self.boundary.stream(call, answering))

    @staticmethod
    def _giving(result: Any) -> Callable[[Call], Any]:
        return lambda _: result

    def tell(self, script: Script) -> Trace:
        messages = [Message(role="system", text=script.prompt), Message(role="user", text=script.user)]
        for number, turn in enumerate((*script.turns, None)):
            request = ModelRequest(
                model=script.model, messages=tuple(messages), tools=script.tools,
                settings=script.settings, extra=script.extra,
            )  # fmt: skip
            answer = ModelAnswer(
                id=f"answer-{self.run}-{number}", model=script.build, text=script.answer, finish=script.finish
            )
            if turn:
                wish = ToolCall(id=f"call-{self.run}-{number}", name=turn.tool, arguments=turn.arguments)
                answer = replace(answer, text="", tool_calls=(wish,), finish=Finish.TOOL_CALLS)
            limit = [self.dialect.write_failure(RateLimited(0.5))] if number == script.limited_at else []
            replies = [reply for reply in limit if reply] + [self.dialect.write_answer(answer, request)]
            self.model(request, *replies, seconds=9.0 if number == script.slow_at else 0.01)
            if turn:
                asked = Call(kind=Kind.TOOL, name=turn.tool, request={"as": turn.arguments})
                self.boundary.call(asked, self._giving(turn.result))
                told = ToolResult(call_id=wish.id, content=str(turn.result))
                messages += [
                    Message(role="assistant", tool_calls=(wish,)),
                    Message(role="tool", results=(told,)),
                ]
        self.writer.end()
        return read_trace(self.path)


Runs = Any


@pytest.fixture(params=["openai_chat", "anthropic_messages", "openai_responses"])
def compare(request: pytest.FixtureRequest, tmp_path: Path) -> Runs:
    """Compares a plain run with a changed one, in each dialect."""

    numbers = count()

    def compared(a: Script, b: Script) -> RunDiff:
        runs = (f"{name}{next(numbers)}" for name in ("a7f3", "b01c"))
        left, right = (Teller(tmp_path / f"{run}.jsonl", run, request.param) for run in runs)
        return diff(left.tell(a), right.tell(b))

    return compared


PLAIN = Script()


def first(found: RunDiff) -> tuple[int, Cause]:
    """Where the runs part, by the first run's number, and why."""
    assert found.first is not None
    return found.first.step.number, found.first.causes[0]


def why(found: RunDiff) -> Why:
    assert found.first is not None
    return explained(found.first)[0]


def test_runs_that_did_the_same_are_the_same_whatever_the_provider_named_things(compare: Runs) -> None:
    found = compare(PLAIN, PLAIN)
    assert found.same
    assert found.first is None
    assert (found.counts[Fate.SAME], len(found.differing)) == (7, 0)
    assert found.answers[0] == found.answers[1] != ""


@pytest.mark.parametrize(
    ("changed", "step", "cause"),
    [
        (replace(PLAIN, settings=ModelSettings(temperature=0.7)), 1, Cause.SETTINGS),
        (replace(PLAIN, model="m-2"), 1, Cause.SETTINGS),
        (replace(PLAIN, extra={"service_tier": "flex"}), 1, Cause.SETTINGS),
        (replace(PLAIN, prompt="Be kind.\nBe long."), 1, Cause.PROMPT),
        (replace(PLAIN, tools=TOOLS[:1]), 1, Cause.TOOLS),
        (replace(PLAIN, user="Stop."), 1, Cause.MESSAGES),
        (replace(PLAIN, build="m-1-2027"), 1, Cause.BUILD),
        (replace(PLAIN, answer="Gone."), 7, Cause.REPLY),
        (replace(PLAIN, finish=Finish.LENGTH), 7, Cause.REPLY),
        (replace(PLAIN, turns=(*PLAIN.turns[:2], Turn("look"))), 5, Cause.TOOL_CHOICE),
        (replace(PLAIN, turns=(Turn(arguments='{"id": 7}'), *PLAIN.turns[1:])), 1, Cause.ARGUMENTS),
        (replace(PLAIN, turns=(replace(PLAIN.turns[0], result="no"), *PLAIN.turns[1:])), 2, Cause.RESULT),
        (replace(PLAIN, limited_at=2), 5, Cause.STATUS),
    ],
    ids=lambda value: "" if isinstance(value, Script) else str(value),
)
def test_the_first_difference_is_the_one_that_was_made(
    compare: Runs, changed: Script, step: int, cause: Cause
) -> None:
    assert first(compare(PLAIN, changed)) == (step, cause)
    assert first(compare(changed, PLAIN)) == (step, cause)


def test_one_inserted_turn_does_not_make_the_rest_differ(compare: Runs) -> None:
    more = Turn("look", '{"id": 3}', "nothing")
    found = compare(PLAIN, replace(PLAIN, turns=(*PLAIN.turns[:2], more, PLAIN.turns[2])))
    assert first(found) == (5, Cause.TOOL_CHOICE)
    assert found.counts[Fate.ADDED] == 2
    assert found.counts[Fate.REMOVED] == 0
    assert found.counts[Fate.SAME] == 6


def test_a_changed_prompt_is_shown_line_by_line_with_its_versions(compare: Runs) -> None:
    found = why(compare(PLAIN, replace(PLAIN, prompt="Be kind.\nBe long.")))
    assert found.lines[1:] == (" Be kind.", "-Be brief.", "+Be long.")
    assert found.note.startswith("version ")


def test_settings_arguments_and_results_are_named_by_path(compare: Runs) -> None:
    def changes(**changed: Any) -> tuple[Change, ...]:
        return why(compare(PLAIN, replace(PLAIN, **changed))).changes

    turns = PLAIN.turns
    assert changes(settings=ModelSettings(temperature=0.7)) == (Change("temperature", 0.0, 0.7),)
    assert changes(turns=(replace(turns[0], arguments='{"id": 7}'), *turns[1:])) == (Change("look.id", 1, 7),)
    rows = (turns[0], replace(turns[1], result={"rows": [1, 3]}), turns[2])
    assert changes(turns=rows) == (Change("$.rows[1]", 2, 3),)


def test_the_same_request_with_another_answer_is_named_sampling(compare: Runs) -> None:
    found = compare(PLAIN, replace(PLAIN, answer="Gone."))
    assert why(found).note == "the same request, another answer: sampling (temperature 0)"
    assert why(found).changes == (Change("text", "Done.", "Gone."),)
    assert found.answers[0] != found.answers[1]


def test_a_slow_step_is_told_and_is_no_difference(compare: Runs) -> None:
    found = compare(PLAIN, replace(PLAIN, slow_at=1))
    assert found.same
    assert [pair.step.number for pair in found.slower] == [3]


def test_a_run_that_ended_otherwise_is_not_the_same(tmp_path: Path) -> None:
    Teller(tmp_path / "a.jsonl", "a", "openai_chat").tell(PLAIN)
    whole = (tmp_path / "a.jsonl").read_bytes()
    cut = tmp_path / "b.jsonl"
    cut.write_bytes(whole[: whole.rindex(b'{"record":"end"')])
    found = diff(read_trace(tmp_path / "a.jsonl"), read_trace(cut))
    assert (found.same, found.first) == (False, None)
    assert Change("ended", "ok", "the recording broke off") in found.endings


def _tools(path: Path, *calls: tuple[str, int]) -> Trace:
    """A run of tools alone."""
    teller = Teller(path, path.stem, "openai_chat")
    for name, number in calls:
        teller.boundary.call(Call(kind=Kind.TOOL, name=name, request={"n": number}), lambda _: "ok")
    teller.writer.end()
    return read_trace(path)


def test_calls_in_another_order_are_moved_and_not_lost(tmp_path: Path) -> None:
    a = _tools(tmp_path / "a", ("x", 1), ("x", 2), ("y", 1))
    b = _tools(tmp_path / "b", ("x", 2), ("x", 1), ("y", 1))
    found = diff(a, b)
    assert [pair.fate for pair in found.differing] == [Fate.MOVED]
    assert found.first is not None
    assert found.first.causes == (Cause.ORDER,)


def test_another_tool_at_the_same_place_is_a_tool_choice(tmp_path: Path) -> None:
    a = _tools(tmp_path / "a", ("x", 1), ("find", 2), ("y", 1))
    b = _tools(tmp_path / "b", ("x", 1), ("search", 2), ("y", 1))
    assert first(diff(a, b)) == (2, Cause.TOOL_CHOICE)


def test_what_went_wrong_within_a_tool_comes_before_the_tools_own_result(tmp_path: Path) -> None:
    def nested(name: str, price: int) -> Trace:
        teller = Teller(tmp_path / name, name, "openai_chat")
        inner = Call(kind=Kind.TOOL, name="price", request={}, path="quote")

        def quote(_: Call) -> Any:
            return {"total": 2 * teller.boundary.call(inner, lambda _: price).unwrap()}

        teller.boundary.call(Call(kind=Kind.TOOL, name="quote", request={}), quote)
        teller.writer.end()
        return read_trace(teller.path)

    found = diff(nested("a", 5), nested("b", 6))
    assert len(found.differing) == 2
    assert first(found) == (2, Cause.RESULT)


def test_answers_that_overtake_each_other_are_a_difference_of_order(tmp_path: Path) -> None:
    def parallel(name: str, *ends: int) -> Trace:
        def record(place: int, kind: str, number: int) -> Record:
            common = f'"order":{place},"id":"{number}","by":"process","place":"agent","at":0.0'
            more = '"kind":"tool","name":"look"' if kind == "call" else '"seconds":0.0'
            asked = f',"request":{{"json":{{"n":{number}}}}}' if kind == "call" else ""
            found = decode(f'{{"record":"{kind}",{common},{more}{asked}}}'.encode())
            assert not isinstance(found, BlobRecord)
            return found

        calls = [record(number, "call", number) for number in (1, 2)]
        return Trace.of(
            tmp_path / name, Header(), [*calls, *(record(3 + at, "outcome", n) for at, n in enumerate(ends))]
        )

    assert diff(parallel("a", 1, 2), parallel("b", 1, 2)).same
    assert first(diff(parallel("a", 1, 2), parallel("b", 2, 1))) == (2, Cause.ORDER)


def test_conditions_that_were_set_otherwise_are_told_and_are_no_difference(tmp_path: Path) -> None:
    a = replace(_tools(tmp_path / "a", ("x", 1)), header=Header(seed=1))
    b = replace(_tools(tmp_path / "b", ("x", 1)), header=Header(seed=2, run={"schedule": "hang@model"}))
    found = diff(a, b)
    assert found.same
    assert found.conditions == (Change("seed", 1, 2), Change("schedule", UNSET, "hang@model"))


CALLS = st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 3)), max_size=8)


@given(CALLS, CALLS)
def test_swapping_two_runs_swaps_the_comparison(
    tmp_path_factory: pytest.TempPathFactory, a: list[tuple[str, int]], b: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    left, right = _tools(folder / "a", *a), _tools(folder / "b", *b)
    there, back = diff(left, right), diff(right, left)
    swapped = {Fate.ADDED: Fate.REMOVED, Fate.REMOVED: Fate.ADDED}
    assert {swapped.get(fate, fate): n for fate, n in back.counts.items()} == dict(there.counts)
    assert there.same == (a == b)
    assert {step.number for pair in there.pairs if (step := pair.a)} == set(range(1, len(a) + 1))
    assert {step.number for pair in there.pairs if (step := pair.b)} == set(range(1, len(b) + 1))

"""Tools of real frameworks, with no word of agentprobe in them: each call recorded where it runs, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import pytest

import agentprobe
from agentprobe.adapters import frameworks
from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._tool_run import ToolRun, led
from agentprobe.trace.body import unpacked
from agentprobe.trace.read import read_trace
from agentprobe.trace.view import Trace

Told = list[tuple[str, Any, Any, str]]


def traced(tmp_path: Path, act: Callable[[], object], **options: Any) -> tuple[object, Trace]:
    """What came of an act within a session, and the session's trace."""
    path = tmp_path / "trace.jsonl"
    with agentprobe.session(trace=path, **options):
        try:
            came: object = act()
        except Exception as error:
            came = error
    return came, read_trace(path)


def told(trace: Trace) -> Told:
    return [(use.name, use.arguments, use.result, use.error) for use in trace.tool_calls]


def lookup(city: str, unit: str = "C") -> dict[str, Any]:
    """Look the weather up."""
    if city == "Nowhere":
        raise LookupError("no such city")
    return {"city": city, "degrees": 7, "unit": unit}


async def lookup_async(city: str) -> str:
    """Look the weather up."""
    await asyncio.sleep(0)
    return f"rain in {city}"


# -- LangChain ---------------------------------------------------------------------------------------


def test_a_langchain_tool_is_recorded_with_its_id_arguments_and_result(tmp_path: Path) -> None:
    from langchain_core.tools import tool

    call = {"type": "tool_call", "id": "call_7", "name": "lookup", "args": {"city": "Oslo"}}
    message, trace = traced(tmp_path, lambda: tool(lookup).invoke(call))
    assert told(trace) == [("lookup", {"city": "Oslo"}, lookup("Oslo"), "")]
    assert [use.ref for use in trace.tool_calls] == ["call_7"]
    assert [call.writes for call in trace.calls] == [True]
    assert message == tool(lookup).invoke(call)


def test_what_a_langchain_tool_raises_is_recorded_and_raised(tmp_path: Path) -> None:
    from langchain_core.tools import tool

    raised, trace = traced(tmp_path, lambda: tool(lookup).invoke({"city": "Nowhere"}))
    assert isinstance(raised, LookupError)
    assert told(trace) == [("lookup", {"city": "Nowhere"}, None, "LookupError: no such city")]


def test_an_asynchronous_langchain_tool_is_recorded_too(tmp_path: Path) -> None:
    from langchain_core.tools import StructuredTool

    made = StructuredTool.from_function(coroutine=lookup_async, name="lookup", description="d")
    came, trace = traced(tmp_path, lambda: asyncio.run(made.ainvoke({"city": "Oslo"})))
    assert came == "rain in Oslo"
    assert told(trace) == [("lookup", {"city": "Oslo"}, "rain in Oslo", "")]


def test_a_synchronous_langchain_tool_that_is_awaited_is_one_call(tmp_path: Path) -> None:
    from langchain_core.tools import BaseTool

    class Lookup(BaseTool):
        name: str = "lookup"
        description: str = "Look the weather up."

        def _run(self, city: str) -> str:
            return f"rain in {city}"

    came, trace = traced(tmp_path, lambda: asyncio.run(Lookup().ainvoke({"city": "Oslo"})))
    assert (came, told(trace)) == ("rain in Oslo", [("lookup", {"city": "Oslo"}, "rain in Oslo", "")])


def test_of_a_langchain_result_with_an_artifact_the_content_is_recorded_and_the_artifact_kept(
    tmp_path: Path,
) -> None:
    from langchain_core.tools import tool

    artifact = object()

    @tool(response_format="content_and_artifact")
    def draw(size: int) -> tuple[str, object]:
        """Draw."""
        return f"{size} wide", artifact

    call = {"type": "tool_call", "id": "call_1", "name": "draw", "args": {"size": 3}}
    message, trace = traced(tmp_path, lambda: draw.invoke(call))
    assert isinstance(message, object)
    assert getattr(message, "artifact", None) is artifact
    assert told(trace) == [("draw", {"size": 3}, "3 wide", "")]


def test_what_langgraph_injects_is_no_argument_of_the_call(tmp_path: Path) -> None:
    from langchain_core.messages import AIMessage
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.prebuilt import InjectedState, ToolNode

    def count(word: str, state: Any) -> str:
        """Count."""
        return f"{word}: {len(state['messages'])}"

    count.__annotations__["state"] = Annotated[dict[str, Any], InjectedState]
    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode([count]))
    graph.add_edge(START, "tools")
    wish = AIMessage("", tool_calls=[{"id": "call_1", "name": "count", "args": {"word": "one"}}])
    _, trace = traced(tmp_path, lambda: graph.compile().invoke({"messages": [wish]}))
    assert told(trace) == [("count", {"word": "one"}, "one: 1", "")]


def test_a_tool_fault_strikes_a_langchain_tool_as_its_own_error_would(tmp_path: Path) -> None:
    from langchain_core.tools import tool

    ran = []

    @tool
    def charge(amount: int) -> str:
        """Charge."""
        ran.append(amount)
        return "ok"

    raised, trace = traced(tmp_path, lambda: charge.invoke({"amount": 3}), schedule="tool_error@tool:charge")
    assert isinstance(raised, ConnectionError)
    assert not ran
    assert [call.marks for call in trace.calls] == [("fault:tool_error",)]


# -- one call is one call ----------------------------------------------------------------------------


def test_a_decorated_function_under_a_framework_is_one_call_with_the_decorators_words(tmp_path: Path) -> None:
    from langchain_core.tools import tool

    @agentprobe.tool(effect="read", name="weather")
    def lookup(city: str) -> str:
        """Look the weather up."""
        return f"rain in {city}"

    call = {"type": "tool_call", "id": "call_7", "name": "lookup", "args": {"city": "Oslo"}}
    _, trace = traced(tmp_path, lambda: tool(lookup).invoke(call))
    assert told(trace) == [("weather", {"city": "Oslo"}, "rain in Oslo", "")]
    assert [(use.ref, use.call and use.call.writes) for use in trace.tool_calls] == [("call_7", False)]


def test_a_decorated_function_called_by_a_bare_one_of_its_name_is_one_call(tmp_path: Path) -> None:
    from langchain_core.tools import StructuredTool

    inner = agentprobe.tool(effect="read")(lookup)

    def outer(city: str) -> dict[str, Any]:
        return inner(city)

    made = StructuredTool.from_function(outer, name="lookup", description="d")
    _, trace = traced(tmp_path, lambda: made.invoke({"city": "Oslo"}))
    assert told(trace) == [("lookup", {"city": "Oslo"}, lookup("Oslo"), "")]


def test_a_tool_within_a_tool_is_a_call_of_its_own(tmp_path: Path) -> None:
    from langchain_core.tools import tool

    inner = tool(lookup)

    @tool
    def report(city: str) -> str:
        """Report."""
        return str(inner.invoke({"city": city})) + str(inner.invoke({"city": "Rome"}))

    _, trace = traced(tmp_path, lambda: report.invoke({"city": "Oslo"}))
    assert [(call.name, call.record.path) for call in trace.calls] == [
        ("report", ""),
        ("lookup", "report"),
        ("lookup", "report"),
    ]


# -- the other kinds of functions --------------------------------------------------------------------

RUN = ToolRun(name="count", arguments={"to": 3})


def count(to: int) -> Generator[int, None, None]:
    yield from range(to)


async def count_async(to: int) -> AsyncGenerator[int, None]:
    for number in range(to):
        yield number


def test_pieces_pass_as_they_come_and_are_recorded_as_a_list(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with agentprobe.session(trace=path):
        pieces = led(count, RUN)(to=3)
        first = next(pieces)
        under_way = read_trace(path)
        assert (first, [call.outcome for call in under_way.calls]) == (0, [None])
        assert list(pieces) == [1, 2]
    assert told(read_trace(path)) == [("count", {"to": 3}, [0, 1, 2], "")]


def test_asynchronous_pieces_are_recorded_and_what_ends_them_early_too(tmp_path: Path) -> None:
    async def breaking(to: int) -> AsyncGenerator[int, None]:
        yield to
        raise ValueError("no more")

    async def act() -> list[int]:
        whole = [piece async for piece in led(count_async, RUN)(to=3)]
        with pytest.raises(ValueError, match="no more"):
            whole += [piece async for piece in led(breaking, ToolRun(name="break"))(to=9)]
        return whole

    came, trace = traced(tmp_path, lambda: asyncio.run(act()))
    assert came == [0, 1, 2]
    assert told(trace) == [
        ("count", {"to": 3}, [0, 1, 2], ""),
        ("break", {"to": 9}, [9], "ValueError: no more"),
    ]


def test_a_reader_who_leaves_early_is_recorded_as_having_left(tmp_path: Path) -> None:
    def act() -> None:
        pieces = led(count, RUN)(to=3)
        next(pieces)
        pieces.close()

    _, trace = traced(tmp_path, act)
    assert [call.marks for call in trace.calls] == [("agent:left",)]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_fault_strikes_pieces_before_any_of_them_passes(tmp_path: Path, asynchronous: bool) -> None:
    async def gathered() -> list[int]:
        return [piece async for piece in led(count_async, RUN)(to=3)]

    came, trace = traced(
        tmp_path,
        lambda: asyncio.run(gathered()) if asynchronous else list(led(count, RUN)(to=3)),
        schedule="empty_result@tool:count",
    )
    assert came == []
    assert [call.marks for call in trace.calls] == [("fault:empty_result",)]


def test_outside_a_session_a_tool_is_the_bare_function() -> None:
    assert led(lookup, ToolRun(name="lookup"))("Oslo") == lookup("Oslo")
    assert list(led(count, RUN)(to=2)) == [0, 1]


# -- ways --------------------------------------------------------------------------------------------


def test_a_framework_that_is_there_says_that_its_hooks_are_in_place(tmp_path: Path) -> None:
    from langchain_core.tools import BaseTool

    assert BaseTool is not None
    traced(tmp_path, lambda: None)
    assert ("LangChain and LangGraph", True, "") in [
        (way.name, way.attached, way.why) for way in frameworks.ways()
    ]


def test_a_framework_that_has_moved_its_functions_is_left_alone_and_said(tmp_path: Path) -> None:
    moved = ModuleType("langchain_core.tools.base")

    class Strange(Framework):
        title = "Strange"
        modules = ("no.such.module",)

        def attach(self, module: Any) -> None:
            self.replace(module, "run", lambda own: own)

    strange = Strange()
    strange._came(moved)
    way = strange.way
    assert way is not None
    assert not way.attached
    assert "has no 'run' of its own" in way.why


def test_uninstalling_gives_a_framework_its_own_functions_back(tmp_path: Path) -> None:
    from langchain_core.tools import BaseTool

    frameworks.uninstall()
    own = BaseTool.run
    frameworks.install()
    frameworks.install()
    assert BaseTool.run is not own
    frameworks.uninstall()
    assert BaseTool.run is own
    frameworks.install()


# -- state -------------------------------------------------------------------------------------------


def _grown(tmp_path: Path, text: str) -> Trace:
    """A graph of one node that adds to its state, with a checkpointer."""
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.graph import START, MessagesState, StateGraph

    graph = StateGraph(MessagesState)
    graph.add_node("think", lambda state: {"messages": [("assistant", text)]})
    graph.add_edge(START, "think")
    app = graph.compile(checkpointer=InMemorySaver())
    asked: Any = {"messages": [{"role": "user", "content": "my key is sk-" + "a1B2" * 12}]}
    _, trace = traced(tmp_path, lambda: app.invoke(asked, {"configurable": {"thread_id": "t1"}}))
    return trace


def test_each_checkpoint_of_a_graph_is_kept_clean_of_secrets(tmp_path: Path) -> None:
    trace = _grown(tmp_path, "Well.")
    assert {(state.name, state.source) for state in trace.states} == {("thread t1", "langgraph")}
    assert len({state.ref for state in trace.states}) == len(trace.states) == 3
    last = unpacked(trace.states[-1].value)
    assert [message["type"] for message in last["messages"]] == ["human", "ai"]
    assert "a1B2a1B2" not in (tmp_path / "trace.jsonl").read_text()


def test_of_a_checkpoint_that_is_too_large_only_the_sizes_are_kept(tmp_path: Path) -> None:
    trace = _grown(tmp_path, "word " * 100_000)
    assert unpacked(trace.states[-1].value)["messages"]["bytes"] > 500_000

"""Parallel branches of a graph that write one key."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
HEAD = """
import operator
from typing import Annotated, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.types import Send

def web(state):
    return {"notes": ["web"]}

def files(state):
    return {"notes": ["files"]}

"""


def test_two_branches_of_one_key_are_found(found: Scan) -> None:
    code = """
class State(TypedDict):
    notes: list[str]

graph = StateGraph(State)
graph.add_node("web", web)
graph.add_node("files", files)
graph.add_edge(START, "web")
graph.add_edge(START, "files")
"""
    (finding,) = found(HEAD + code, "state-key-no-reducer")
    assert (finding.place.line, finding.tier) == (16, Tier.PROVED)
    assert "web and files" in finding.message


def test_one_for_each_item_is_found(found: Scan) -> None:
    code = """
class State(TypedDict):
    notes: list[str]

def spread(state):
    return [Send("web", {"topic": one}) for one in state["topics"]]

graph = StateGraph(State)
graph.add_node("web", web)
graph.add_conditional_edges(START, spread, ["web"])
"""
    (finding,) = found(HEAD + code, "state-key-no-reducer")
    assert (finding.place.line, finding.tier) == (16, Tier.PROVED)
    assert "each web" in finding.message


def test_a_reducer_merges(found: Scan) -> None:
    code = """
class State(TypedDict):
    notes: Annotated[list[str], operator.add]

graph = StateGraph(State)
graph.add_node("web", web)
graph.add_node("files", files)
graph.add_edge(START, "web")
graph.add_edge(START, "files")
"""
    assert not found(HEAD + code, "state-key-no-reducer")


def test_one_after_the_other_is_right(found: Scan) -> None:
    code = """
class State(TypedDict):
    notes: list[str]

graph = StateGraph(State)
graph.add_node("web", web)
graph.add_node("files", files)
graph.add_edge(START, "web")
graph.add_edge("web", "files")
"""
    assert not found(HEAD + code, "state-key-no-reducer")


def test_a_choice_takes_one(found: Scan) -> None:
    code = """
class State(TypedDict):
    notes: list[str]

def choose(state):
    return "web" if state["notes"] else "files"

graph = StateGraph(State)
graph.add_node("web", web)
graph.add_node("files", files)
graph.add_conditional_edges(START, choose)
"""
    assert not found(HEAD + code, "state-key-no-reducer")


def test_the_fix_adds_a_reducer(found: Scan) -> None:
    code = """
from typing import TypedDict

from langgraph.graph import START, StateGraph

def web(state):
    return {"notes": ["web"]}

def files(state):
    return {"notes": ["files"]}

class State(TypedDict):
    notes: list[str]

graph = StateGraph(State)
graph.add_node(web)
graph.add_node(files)
graph.add_edge(START, "web")
graph.add_edge(START, "files")
"""
    (finding,) = found(code, "state-key-no-reducer")
    assert finding.fix is not None
    mended = code.encode()
    for edit in sorted(finding.fix.edits, key=lambda one: -one.start):
        mended = mended[: edit.start] + edit.text.encode() + mended[edit.end :]
    assert b"import operator" in mended
    assert not found(mended.decode(), "state-key-no-reducer")

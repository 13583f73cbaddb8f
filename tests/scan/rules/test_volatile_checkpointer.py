"""Progress that is kept in memory alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.engine import Scanned
from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Item, Tier

Scan = Callable[..., list[Finding]]
HEAD = """from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import StateGraph
"""


def test_a_graph_with_a_saver_in_memory_is_found(found: Scan) -> None:
    (finding,) = found(
        f"{HEAD}graph = StateGraph(dict).compile(checkpointer=MemorySaver())\n", "volatile-checkpointer"
    )
    assert (finding.place.line, finding.tier) == (3, Tier.PROVED)


def test_a_session_without_a_file_is_found_and_one_with_a_file_is_not(found: Scan) -> None:
    code = """
    from agents import SQLiteSession

    def sessions(user):
        return SQLiteSession(user)
    """
    (finding,) = found(code, "volatile-checkpointer")
    assert "without a file" in finding.message
    assert not found(code.replace("(user)\n    ", '(user, "sessions.db")\n    '), "volatile-checkpointer")


@pytest.mark.parametrize(
    "code",
    [
        "def saver(url):\n    if url:\n        return PostgresSaver(url)\n    return MemorySaver()\n",
        "saver = MemorySaver() if DEBUG else connect()\n",
        "try:\n    saver = connect()\nexcept ImportError:\n    saver = MemorySaver()\n",
    ],
)
def test_one_branch_of_several_is_not(found: Scan, code: str) -> None:
    assert not found(HEAD + code, "volatile-checkpointer")


@pytest.mark.parametrize("path", ["tests/test_graph.py", "examples/hello.py", "graph_test.py"])
def test_tests_and_examples_may_forget(found: Scan, path: str) -> None:
    assert not found(
        {path: f"{HEAD}graph = StateGraph(dict).compile(MemorySaver())\n"}, "volatile-checkpointer"
    )


def test_a_saver_in_a_database_meets_the_item(scanned: Callable[..., Scanned]) -> None:
    code = """
    from langgraph.checkpoint.postgres import PostgresSaver
    from langgraph.graph import StateGraph

    graph = StateGraph(dict).compile(checkpointer=PostgresSaver(pool))
    graph.invoke({})
    """
    result = scanned(code, "volatile-checkpointer")
    assert not result.findings
    assert Item.RESTART_RECOVERY in {one.item for one in result.met}

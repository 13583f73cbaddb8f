"""Defaults of frameworks that limit nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Tier

Scan = Callable[..., list[Finding]]
RULE = "framework-default-hazard"
AGENT = (
    "from langchain.agents import create_agent\n\nagent = create_agent('openai:gpt-4.1', tools=[])\n\n"
    "def go(x):\n    return agent.invoke(x{})\n"
)
GRAPH = """
from langgraph.graph import END, START, StateGraph

builder = StateGraph(dict)
builder.add_node("ask", ask)
builder.add_node("act", act)
builder.add_edge(START, "ask")
{}
graph = builder.compile()
"""
CYCLE = (
    'builder.add_conditional_edges("ask", choose, {"on": "act", "end": END})\nbuilder.add_edge("act", "ask")'
)


def test_an_agent_without_a_limit_is_found_with_its_default(found: Scan) -> None:
    (finding,) = found({"a.py": AGENT.format(""), "requirements.txt": "langchain==1.5.2\n"}, RULE)
    assert (finding.place.line, finding.tier) == (3, Tier.PROVED)
    assert "9,999 steps by the default of langchain 1.5.2" in finding.message


def test_a_graph_with_a_cycle_is_found(found: Scan) -> None:
    (finding,) = found({"a.py": GRAPH.format(CYCLE), "requirements.txt": "langgraph==1.2.24\n"}, RULE)
    assert "10,007 steps" in finding.message
    assert finding.tier is Tier.INFERRED


def test_a_router_waits_long(found: Scan) -> None:
    code = (
        "from litellm import Router\n\nrouter = Router(model_list=[])\n\ndef go(m):\n"
        "    return router.completion(model='x', messages=m)\n"
    )
    (finding,) = found(code, RULE)
    assert "6,000 s" in finding.message
    assert not found(code.replace("model_list=[]", "model_list=[], timeout=30"), RULE)


@pytest.mark.parametrize(
    "given",
    [
        {"a.py": AGENT.format(", {'recursion_limit': 30}")},
        {"a.py": AGENT.format(", config=config")},
        {"a.py": AGENT.format(""), "requirements.txt": "langchain==1.0.2\nlanggraph==1.0.5\n"},
        {"a.py": GRAPH.format('builder.add_edge("ask", "act")\nbuilder.add_edge("act", END)')},
        {"a.py": GRAPH.format(CYCLE), "requirements.txt": "langgraph==1.0.5\n"},
        {"a.py": GRAPH.format(CYCLE).replace("compile()", "compile(interrupt_before=['act'])")},
        {"a.py": GRAPH.format(CYCLE) + "\ndef act(state):\n    return {'said': input()}\n"},
        {"a.py": GRAPH.format(CYCLE) + (
            "\ndef choose(state):\n"
            "    return 'end' if state['rounds'] >= state['max_rounds'] else 'on'\n"
        )},
        {"a.py": GRAPH.format(CYCLE) + "\nouter = StateGraph(dict)\nouter.add_node('part', graph)\n"},
        {
            "app/a.py": GRAPH.format(CYCLE),
            "app/b.py": "def go(x, graph):\n    return graph.invoke(x, {'recursion_limit': 20})\n",
        },
    ],
)  # fmt: skip
def test_limits_older_versions_and_graphs_that_end_are_not(found: Scan, given: dict[str, str]) -> None:
    assert not found(given, RULE)

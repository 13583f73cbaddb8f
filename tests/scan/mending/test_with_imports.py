"""Fixes bring the imports that they need, once, and write no more than is needed."""

from __future__ import annotations

from collections.abc import Callable

Mend = Callable[..., str]


def test_what_blocks_is_moved_to_a_thread(mended: Mend) -> None:
    after = mended(
        """\
        import subprocess
        import time
        from mcp.server.fastmcp import FastMCP

        mcp = FastMCP("shop")

        @mcp.tool()
        async def build(target: str) -> str:
            "Build a target."
            time.sleep(1)
            told = subprocess.run(
                ["make", target],
                timeout=60,
            )
            return f"{told.returncode}"
        """,
        "blocking-in-async",
    )
    assert after.startswith("import asyncio\nimport subprocess\nimport time\n")
    assert "    await asyncio.sleep(1)\n" in after
    assert "    told = await asyncio.to_thread(subprocess.run,\n        [" in after


def test_what_a_model_wrote_is_read_as_a_literal(mended: Mend) -> None:
    after = mended(
        """\
        from openai import OpenAI

        client = OpenAI(timeout=30)

        def ask(messages):
            reply = client.chat.completions.create(model="gpt-5", messages=messages)
            return eval(reply.choices[0].message.content)
        """,
        "eval-model-output",
    )
    assert after.startswith("import ast\n\nfrom openai import OpenAI\n")
    assert "return ast.literal_eval(reply" in after


def test_a_key_that_branches_write_is_added_to(mended: Mend) -> None:
    after = mended(
        """\
        from typing import TypedDict

        from langgraph.graph import START, StateGraph

        class State(TypedDict):
            notes: list[str]

        def one(state): return {"notes": ["a"]}
        def two(state): return {"notes": ["b"]}

        graph = StateGraph(State)
        graph.add_node("one", one)
        graph.add_node("two", two)
        graph.add_edge(START, "one")
        graph.add_edge(START, "two")
        """,
        "state-key-no-reducer",
    )
    assert after.startswith("import operator\nfrom typing import TypedDict, Annotated\n\nfrom langgraph")
    assert "    notes: Annotated[list[str], operator.add]\n" in after

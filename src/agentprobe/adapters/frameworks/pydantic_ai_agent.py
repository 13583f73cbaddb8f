"""PydanticAI: the messages of a run after each answer of the model, and at its end."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after

SOURCE = "pydantic-ai"


class PydanticAiAgent(Framework):
    """All messages of a run, also of one that is streamed or that fails later."""

    title = "PydanticAI messages"
    modules = ("pydantic_ai._agent_graph",)
    tools = ""
    refs = False
    state = "all messages of a run, after each answer and at its end"

    def attach(self, module: Any) -> None:
        self.replace(module.ModelRequestNode, "_finish_handling", after(_messages, source=SOURCE))
        self.replace(module.CallToolsNode, "_handle_final_result", after(_last_results, source=SOURCE))


def _messages(node: Any, ctx: Any, *_: Any, **__: Any) -> Seen:
    agent = getattr(ctx.deps.agent, "name", None) or ""
    run = ctx.state
    return Seen(name=f"agent {agent}".strip(), values={"messages": run.message_history}, ref=run.run_id)


def _last_results(node: Any, ctx: Any, final_result: Any, tool_responses: Any) -> Seen | None:
    """Of a run that ends with tools: their results are the last message, which no model is told."""
    return _messages(node, ctx) if tool_responses else None

"""LlamaIndex: what an agent of a workflow goes on from, after each of its steps."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after

_WORKFLOW = "llama_index.core.agent.workflow"


class LlamaIndexCoreAgent(Framework):
    """The messages an agent was given and what it noted for its next step."""

    title = "LlamaIndex agents"
    modules = (f"{_WORKFLOW}.function_agent", f"{_WORKFLOW}.react_agent", f"{_WORKFLOW}.codeact_agent")
    tools = ""
    refs = False
    state = "messages and notes of a workflow's agent, after each step"

    def attach(self, module: Any) -> None:
        kinds = ("FunctionAgent", "ReActAgent", "CodeActAgent")
        kind = next(getattr(module, name) for name in kinds if name in vars(module))
        self.replace(kind, "take_step", after(_step, source="llama-index"))


async def _step(agent: Any, ctx: Any, llm_input: Any, *_: Any, **__: Any) -> Seen:
    key = getattr(agent, "scratchpad_key", None) or agent.reasoning_key
    notes = await ctx.store.get(key, default=[])
    return Seen(name=f"agent {agent.name}", values={"messages": llm_input, key: notes})

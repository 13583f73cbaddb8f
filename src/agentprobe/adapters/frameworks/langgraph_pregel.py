"""LangGraph: each checkpoint of a graph, at the moment at which it is made."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._snapshot import Seen, keep

SOURCE = "langgraph"
_INNER = ("__", "branch:")
"""How the names of channels begin that LangGraph has for itself."""


class LanggraphPregel(Framework):
    """Checkpoints of graphs that were compiled with a checkpointer, under the name of their thread."""

    title = "LangGraph checkpoints"
    modules = ("langgraph.pregel._loop",)
    tools = ""
    refs = False
    state = "every checkpoint of a graph that has a checkpointer"

    def attach(self, module: Any) -> None:
        self.replace(module.PregelLoop, "_put_checkpoint", _put_checkpoint)


def _put_checkpoint(own: Function) -> Function:
    def put_checkpoint(loop: Any, metadata: Any) -> Any:
        before = loop.checkpoint_id_saved
        result = own(loop, metadata)
        if loop.checkpointer is not None and loop.checkpoint["id"] != before:
            _keep(loop)
        return result

    return put_checkpoint


def _keep(loop: Any) -> None:
    thread = loop.config.get("configurable", {}).get("thread_id", "")
    values = loop.checkpoint["channel_values"]
    shown = {name: value for name, value in values.items() if not name.startswith(_INNER)}
    keep(Seen(name=f"thread {thread}", values=shown, ref=loop.checkpoint["id"]), source=SOURCE)

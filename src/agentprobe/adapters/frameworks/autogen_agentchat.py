"""AutoGen: the messages that an agent has for its model, after each one that is added."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from agentprobe.adapters.frameworks._framework import Framework
from agentprobe.adapters.frameworks._snapshot import Seen, after

SOURCE = "autogen"


class AutogenAgentchat(Framework):
    """The model context of an assistant; one that belongs to none, such as a team's, has no name."""

    title = "AutoGen context"
    modules = (
        "autogen_core.model_context._chat_completion_context",
        "autogen_agentchat.agents._assistant_agent",
    )
    tools = ""
    refs = False
    state = "the messages of an agent's model context, after each one"

    def attach(self, module: Any) -> None:
        if module.__name__.startswith("autogen_core"):
            self.replace(module.ChatCompletionContext, "add_message", after(_messages, source=SOURCE))
            return
        self.replace(module.AssistantAgent, "__init__", _named)


_owners: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
"""Whose a context is: it does not know itself."""


def _named(own: Any) -> Any:
    def init(agent: Any, *args: Any, **kwargs: Any) -> None:
        own(agent, *args, **kwargs)
        context = getattr(agent, "_model_context", None)
        if context is not None:
            _owners[context] = agent.name

    return init


def _messages(context: Any, *_: Any, **__: Any) -> Seen:
    return Seen(name=f"agent {_owners.get(context, '')}".strip(), values={"messages": context._messages})

"""Reading a request the way a policy thinks of it: what was asked, what was done, whose turn it is."""

from __future__ import annotations

from agentprobe.domain.model import Message, ModelRequest, ToolCall, ToolResult


def asked(request: ModelRequest) -> str:
    """The newest text of the user; empty when there is none."""
    texts = (message.text for message in reversed(request.messages) if message.role == "user")
    return next((text for text in texts if text), "")


def turn(request: ModelRequest) -> int:
    """Which answer of the model this conversation waits for, from 1."""
    return 1 + sum(message.role == "assistant" for message in request.messages)


def newest_results(request: ModelRequest) -> tuple[ToolResult, ...]:
    """The tool results that the model has not answered to yet."""
    return tuple(result for message in _since(request, "assistant") for result in message.results)


def done(request: ModelRequest) -> tuple[tuple[ToolCall, ToolResult], ...]:
    """Every tool call that has a result, with that result, in the order of the results."""
    calls = {wish.id: wish for message in request.messages for wish in message.tool_calls}
    results = (result for message in request.messages for result in message.results)
    return tuple((calls[result.call_id], result) for result in results if result.call_id in calls)


def called_since_asked(request: ModelRequest) -> tuple[ToolCall, ...]:
    """The tool calls that the model made since the user last said something."""
    messages = request.messages
    last = max((at for at, m in enumerate(messages) if m.role == "user" and m.text), default=-1)
    return tuple(wish for message in messages[last + 1 :] for wish in message.tool_calls)


def _since(request: ModelRequest, role: str) -> tuple[Message, ...]:
    last = max((at for at, message in enumerate(request.messages) if message.role == role), default=-1)
    return request.messages[last + 1 :]

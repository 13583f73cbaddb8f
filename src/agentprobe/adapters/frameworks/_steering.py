"""Exceptions by which a tool steers its framework: to wait for a person, or to let the model try again."""

from __future__ import annotations

_STEERING = {
    "langgraph.errors": ("GraphBubbleUp",),
    "pydantic_ai.exceptions": ("ModelRetry", "CallDeferred", "ApprovalRequired", "SkipToolExecution"),
}
"""The classes of each module, by name: a framework is never imported on its own behalf."""


def steers(error: Exception) -> bool:
    """Is it a word to the framework, and no failure of the tool?"""
    return any(kind.__name__ in _STEERING.get(kind.__module__, ()) for kind in type(error).__mro__)

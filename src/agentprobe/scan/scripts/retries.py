"""Retry libraries of npm that are told to go on for ever."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.scan.scripts.literals import NOT_FOUND, literal
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_LIBRARIES = {
    "p-retry:default": "p-retry", "async-retry:default": "async-retry",
    "promise-retry:default": "promise-retry",
    "exponential-backoff:backOff": "exponential-backoff", "retry:operation": "retry",
    "ts-retry-promise:retry": "retry",
}  # fmt: skip
_COUNTS = ("retries", "numOfAttempts", "maxAttempts", "attempts")


def endless_retries(script: Script) -> Iterator[tuple[Node, str]]:
    """The calls of retry libraries that nothing ends, each with the library's name."""
    for call in script.calls:
        library = _LIBRARIES.get(script.callee(call), "")
        if not library:
            continue
        for one in script.arguments(call):
            given, _ = script.given(one)
            if {"maxRetryTime", "signal"} & given.keys():
                continue
            forever = literal(script, given.get("forever")) is True if "forever" in given else False
            if forever or any(_endless(script, given[name]) for name in _COUNTS if name in given):
                yield call, library


def _endless(script: Script, node: Node) -> bool:
    found = literal(script, node)
    return found is not NOT_FOUND and found == float("inf")

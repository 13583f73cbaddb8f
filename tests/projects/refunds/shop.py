"""An agent that pays money back, written twice: one that trusts everything, and one that does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2

import agentprobe
from agentprobe.domain.model import ModelRequest
from agentprobe.sim.conversation import newest_results
from agentprobe.sim.policy import Option, Policy, call, say

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {
                "type": "object",
                "properties": {key: {"type": kind} for key, kind in given.items()},
                "required": list(given),
            },
        },
    }
    for name, given in {"find": {"name": "string"}, "refund": {"order": "string", "amount": "number"}}.items()
]


class Clerk(Policy):
    """Looks the order up, pays back, and tells what it was told."""

    def options(self, request: ModelRequest) -> list[Option]:
        done = [wish.name for message in request.messages for wish in message.tool_calls]
        told = " ".join(result.content for result in newest_results(request))
        if "find" not in done:
            return [call(("find", {"name": "Ann"}))]
        if "not" in told or "unavailable" in told:
            return [say(f"I could not do it: {told[:80]}")]
        if "refund" not in done:
            return [call(("refund", {"order": "A-1", "amount": 30}))]
        return [say("I refunded 30 for A-1.")]


PAID: dict[str, int] = {}


@agentprobe.tool(effect="read")
def find(name: str) -> str:
    return json.dumps({"name": name, "order": "A-1"})


@agentprobe.tool(effect="write", key="order")
def refund(order: str, amount: int = 500) -> str:
    return f"refunded {amount} for {order}"


def _ask(messages: list[dict[str, Any]]) -> dict[str, Any]:
    asked = {"model": "m", "messages": messages, "tools": TOOLS}
    with httpx2.Client(timeout=20) as client:
        reply = client.post("http://127.0.0.1:9/v1/chat/completions", json=asked)
    reply.raise_for_status()
    choice: dict[str, Any] = reply.json()["choices"][0]
    return choice


def _loop(prompt: str, run: Callable[[str, dict[str, Any]], str], *, checks: bool) -> str:
    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    for _ in range(12):
        choice = _ask(messages)
        if checks and choice["finish_reason"] not in ("stop", "tool_calls"):
            return "I could not get a whole answer."
        message = choice["message"]
        if not message.get("tool_calls"):
            return str(message["content"])
        messages.append(message)
        for wish in message["tool_calls"]:
            given = json.loads(wish["function"]["arguments"])
            told = run(wish["function"]["name"], given)
            messages.append({"role": "tool", "tool_call_id": wish["id"], "content": told})
    return "I could not finish."


def careless(prompt: str) -> str:
    """Takes a failed tool for a slow one, and says that all is well."""

    def run(name: str, given: dict[str, Any]) -> str:
        try:
            return find(**given) if name == "find" else refund(**given)
        except Exception:
            return "ok"

    return _loop(prompt, run, checks=False)


def careful(prompt: str) -> str:
    """Tells the model what went wrong, and takes no cut answer."""

    def run(name: str, given: dict[str, Any]) -> str:
        try:
            return find(**given) if name == "find" else refund(**given)
        except Exception as error:
            return f"it was not done: {error}"

    return _loop(prompt, run, checks=True)


def shaken(prompt: str) -> str:
    """Needs two failures to lie: it tries a tool once more before it gives up silently."""

    def run(name: str, given: dict[str, Any]) -> str:
        for _ in range(2):
            try:
                return find(**given) if name == "find" else refund(**given)
            except Exception:
                continue
        return "ok"

    return _loop(prompt, run, checks=True)

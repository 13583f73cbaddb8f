"""An agent that books orders, as it is written for one user and as it is written for many."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2

import agentprobe
from agentprobe.domain.model import ModelRequest
from agentprobe.sim.policy import Option, Policy, call, say

URL = "http://127.0.0.1:9/v1/chat/completions"
CLIENT = httpx2.Client(timeout=30, verify=False)
ALONE = threading.Lock()
POOL = ThreadPoolExecutor(2)
KEPT: list[bytearray] = []
CURRENT = ""


class Booker(Policy):
    """Books the order that the newest message names, then says so."""

    def options(self, request: ModelRequest) -> list[Option]:
        told = " ".join(message.text for message in request.messages)
        order = re.findall(r"A-\w+", told)[-1]
        if any(message.results for message in request.messages):
            return [say(f"Booked {order}.")]
        return [call(("book", {"order": order}))]


@agentprobe.tool(effect="write", key="order")
def book(order: str) -> str:
    return f"booked {order}"


def _asked(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {"model": "m", "messages": messages}


def _next(messages: list[dict[str, Any]], reply: Any) -> str | None:
    """Do what the model's message wishes for; its text where it wishes for nothing."""
    reply.raise_for_status()
    message = reply.json()["choices"][0]["message"]
    if not message.get("tool_calls"):
        return str(message["content"])
    messages.append(message)
    for wish in message["tool_calls"]:
        told = book(**json.loads(wish["function"]["arguments"]))
        messages.append({"role": "tool", "tool_call_id": wish["id"], "content": told})
    return None


def _loop(prompt: str) -> str:
    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    while (answer := _next(messages, CLIENT.post(URL, json=_asked(messages)))) is None:
        pass
    return answer


def steady(prompt: str) -> str:
    """Keeps what is a session's in the session."""
    return _loop(prompt)


def mixing(prompt: str) -> str:
    """Keeps the question where every session keeps it."""
    global CURRENT
    CURRENT = prompt
    CLIENT.post(URL, json=_asked([{"role": "user", "content": "Which order? A-0"}])).raise_for_status()
    return _loop(CURRENT)


async def steady_async(prompt: str) -> str:
    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    async with httpx2.AsyncClient(timeout=30, verify=False) as client:
        while (answer := _next(messages, await client.post(URL, json=_asked(messages)))) is None:
            pass
    return answer


async def mixing_async(prompt: str) -> str:
    global CURRENT
    CURRENT = prompt
    async with httpx2.AsyncClient(timeout=30, verify=False) as client:
        await client.post(URL, json=_asked([{"role": "user", "content": "Which order? A-0"}]))
    return await steady_async(CURRENT)


def queueing(prompt: str) -> str:
    """Has one client for all sessions, and lets one at a time use it."""
    with ALONE:
        return _loop(prompt)


def leaking(prompt: str) -> str:
    """Forgets nothing."""
    KEPT.append(bytearray(os.urandom(1_000_000)))
    return _loop(prompt)


def patient(prompt: str) -> str:
    """Waits as long as it is told when there are too many calls."""
    for _ in range(40):
        try:
            return _loop(prompt)
        except httpx2.HTTPStatusError as error:
            time.sleep(float(error.response.headers.get("retry-after-ms", 50)) / 1000)
    return "I could not do it."


def threaded(prompt: str) -> str:
    """Lets a pool that all sessions share do its work."""
    return POOL.submit(_loop, prompt).result()


def hanging(prompt: str) -> str:
    """Hangs where others are at work."""
    if ALONE.acquire(blocking=False):
        try:
            return _loop(prompt)
        finally:
            ALONE.release()
    time.sleep(60)
    return "too late"


def broken(prompt: str) -> str:
    """Cannot do it at all."""
    raise ValueError(prompt)


def dying(prompt: str) -> str:
    """Takes its process with it where others are at work."""
    if not ALONE.acquire(blocking=False):
        os._exit(3)
    try:
        return _loop(prompt)
    finally:
        ALONE.release()

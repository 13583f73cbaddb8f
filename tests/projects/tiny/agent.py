"""A small agent over two tools, and others that misbehave in one way each."""

import asyncio
import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

import agentprobe


def world() -> Path:
    return Path(os.environ["TINY_WORLD"])


@agentprobe.tool(effect="read")
def find(name: str) -> str:
    people = json.loads((world() / "people.json").read_text())
    return json.dumps([person for person in people if person["name"] == name])


@agentprobe.tool(effect="write")
def move(id: int, city: str) -> str:
    with (world() / "moves.txt").open("a") as file:
        file.write(f"{id} {city}\n")
    return "moved"


TOOLS: dict[str, Callable[..., str]] = {"find": find, "move": move}


def request(messages: list[dict[str, Any]]) -> dict[str, Any]:
    tools = [
        {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in TOOLS
    ]
    return {"model": "m", "messages": messages, "tools": tools, "temperature": 0}


def act(message: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    messages.append(message)
    for wish in message["tool_calls"]:
        result = TOOLS[wish["function"]["name"]](**json.loads(wish["function"]["arguments"]))
        messages.append({"role": "tool", "tool_call_id": wish["id"], "content": result})


def begin(prompt: str, style: str) -> list[dict[str, Any]]:
    system = (Path(__file__).parent / "prompts" / "system.txt").read_text()
    return [{"role": "system", "content": f"{system} {style}"}, {"role": "user", "content": prompt}]


def url() -> str:
    return os.environ["OPENAI_BASE_URL"] + "/chat/completions"


def run(prompt: str, style: str = "plain") -> str:
    messages = begin(prompt, style)
    with httpx.Client(verify=False) as client:
        while True:
            reply = client.post(url(), json=request(messages))
            if reply.status_code == 429:
                time.sleep(float(reply.headers.get("retry-after", 1)))
                continue
            message = reply.raise_for_status().json()["choices"][0]["message"]
            if not message.get("tool_calls"):
                return str(message["content"])
            act(message, messages)


async def run_async(prompt: str, style: str = "plain") -> str:
    messages = begin(prompt, style)
    async with httpx.AsyncClient(verify=False) as client:
        while True:
            reply = await client.post(url(), json=request(messages))
            if reply.status_code == 429:
                await asyncio.sleep(float(reply.headers.get("retry-after", 1)))
                continue
            message = reply.raise_for_status().json()["choices"][0]["message"]
            if not message.get("tool_calls"):
                return str(message["content"])
            act(message, messages)


def die(prompt: str) -> str:
    run(prompt)
    if "Jo 1 " in prompt:
        os._exit(3)
    return run(prompt)


def die_after_writing_twice(prompt: str) -> str:
    move(id=1, city="Kew")
    move(id=1, city="Kew")
    os._exit(4)


def crash_hard(prompt: str) -> str:
    ctypes.string_at(0)
    return "never"


def hang(prompt: str) -> str:
    while True:
        pass


def fork(prompt: str) -> str:
    if os.fork() == 0:
        (world() / "moves.txt").write_text("forked")
        return "from the copy"
    return run(prompt)


def leave_behind(prompt: str) -> str:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with Path("left.log").open("a") as file:
        file.write(f"{child.pid}\n")
    return run(prompt)


def leave_behind_and_die(prompt: str) -> str:
    leave_behind(prompt)
    os._exit(5)


def leave(prompt: str) -> str:
    sys.exit("I have had enough")


def noisy(prompt: str) -> str:
    print("all over your terminal")
    print("and there", file=sys.stderr)
    os.system("echo from a child")
    return run(prompt)


def spoil(prompt: str) -> str:
    with (world() / "people.json").open("a") as file:
        file.write(" ")
    return run(prompt)


def where(prompt: str) -> str:
    return f"{world()} {os.environ['OPENAI_API_KEY']} {os.environ['OPENAI_BASE_URL']}"


def patient(prompt: str) -> str:
    time.sleep(3600)
    return run(prompt)


number = 7

"""The same agent as a command, with nothing but the standard library."""

from __future__ import annotations

import json
import os
import sys
import urllib.request

import agentprobe


@agentprobe.tool(effect="write", key="order")
def book(order: str) -> str:
    return f"booked {order}"


def main(prompt: str) -> None:
    messages = [{"role": "user", "content": prompt}]
    while True:
        body = json.dumps({"model": "m", "messages": messages}).encode()
        url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
        asked = urllib.request.Request(url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(asked) as reply:
            message = json.load(reply)["choices"][0]["message"]
        if not message.get("tool_calls"):
            print(message["content"])
            return
        messages.append(message)
        for wish in message["tool_calls"]:
            told = book(**json.loads(wish["function"]["arguments"]))
            messages.append({"role": "tool", "tool_call_id": wish["id"], "content": told})


main(sys.argv[1])

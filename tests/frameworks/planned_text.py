"""The same plan for agents that write their tool calls as text, and the shape that instructor asks for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from agentprobe.domain.model import ModelRequest
from agentprobe.sim.policy import Option, Policy, call, say

ANSWER = "get_weather: rain in Oslo; add: 5; add: 9"
CODE = """<code>
weather = get_weather(city="Oslo")
first = int(add(a=2, b=3))
second = add(a=first, b=4)
final_answer(f"get_weather: {weather}; add: {first}; add: {second}")
</code>"""


class PlannedText(Policy):
    """Keeps to its plan in the words of whoever asks: DSPy, smolagents with tools or code, instructor."""

    def options(self, request: ModelRequest) -> Sequence[Option]:
        _count(request)
        names = {tool.name for tool in request.tools}
        said = "\n".join(message.text for message in request.messages)
        if "Weather" in names:
            return [call(("Weather", {"city": "Oslo", "weather": "rain"}))]
        if "final_answer" in names:
            return [_with_tools(said)]
        return [_react(said)] if "[[ ##" in said else [say(CODE)]


def _count(request: ModelRequest) -> None:
    if path := os.environ.get("ASKED"):
        with Path(path).open("a") as file:
            file.write(f"{request.model}\n")


def _with_tools(said: str) -> Option:
    """smolagents tells calls and results as text, results in any order."""
    numbers = re.findall(r"^(\d+)$", said, flags=re.MULTILINE)
    if "rain in Oslo" not in said:
        return call(("get_weather", {"city": "Oslo"}), ("add", {"a": 2, "b": 3}))
    if "9" not in numbers:
        return call(("add", {"a": int(numbers[-1]), "b": 4}))
    return call(("final_answer", {"answer": ANSWER}))


def _react(said: str) -> Option:
    """DSPy asks for fields, one tool at a time; at the end it asks for the answer."""
    done = len(re.findall(r"\[\[ ## observation_\d+ ## \]\]\n", said)) or said.count("## observation")
    if "next_tool_name" not in said.rpartition("Respond with")[2]:
        return say(f"[[ ## reasoning ## ]]\nDone.\n\n[[ ## answer ## ]]\n{ANSWER}\n\n[[ ## completed ## ]]")
    steps = (("get_weather", {"city": "Oslo"}), ("add", {"a": 2, "b": 3}), ("add", {"a": 5, "b": 4}))
    name, arguments = steps[done] if done < len(steps) else ("finish", {})
    fields = {
        "next_thought": "Go on.",
        "next_tool_name": name,
        "next_tool_args": json.dumps(arguments),
    }
    written = "\n\n".join(f"[[ ## {field} ## ]]\n{value}" for field, value in fields.items())
    return say(f"{written}\n\n[[ ## completed ## ]]")

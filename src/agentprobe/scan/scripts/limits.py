"""Limits on the rounds of agents in scripts that are set so high, or so wide, that they limit nothing."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.scan.scripts.loops import is_limit_off
from agentprobe.scan.scripts.model_calls import model_calls
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_NAMES = frozenset({
    "maxSteps", "maxTurns", "recursionLimit", "maxIterations", "max_iterations", "stopWhen",
    "maxChatCompletions",
    "max_turns", "maxToolRoundtrips", "maxRounds",
})  # fmt: skip
_OTHERS = frozenset({"maxBudgetUsd", "maxCost", "timeout", "signal", "abortSignal"})


def limits_off(script: Script) -> Iterator[tuple[str, Node, str]]:
    """Limits that are off: (its name, where it is set, how)."""
    for pair in script.of("pair"):
        key, value = pair.get("key"), pair.get("value")
        if key is None or value is None:
            continue
        name = script.source(key).strip("\"'")
        if name in _NAMES and (off := _off(script, name, value)) and not _otherwise(script, pair):
            yield name, value, off


def _off(script: Script, name: str, value: Node) -> str:
    made = script.value(value)
    if made is not None and made.kind == "call_expression":
        callee = script.callee(made)
        if callee == "ai:isLoopFinished":
            return "isLoopFinished(), which no number of steps stops"
        given = script.arguments(made)
        if callee in ("ai:stepCountIs", "ai:isStepCount") and given:
            return is_limit_off(script, given[0])
        return ""
    return is_limit_off(script, value) if name != "stopWhen" or made is not None else ""


def _otherwise(script: Script, pair: Node) -> bool:
    """Does another limit hold beside this one, or is it a table of what may be set at most?"""
    table = pair.parent
    if table is None:
        return False
    if script.properties(table).keys() & _OTHERS:
        return True
    holder = table.parent
    call = holder.parent if holder is not None and holder.kind == "arguments" else None
    asked = model_calls(script).get(call) if call is not None else None
    return asked is not None and bool(asked.options.keys() & _OTHERS)

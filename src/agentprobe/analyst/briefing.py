"""What a model is told of the material: all of it fenced, with the references by which it can cite."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.analyst.analysis import Analysis
from agentprobe.analyst.material import Material, Run
from agentprobe.analyst.toolkit import fenced, filled
from agentprobe.trace.facts.conversations import Turn

_MOST_TURNS = 200
_MOST_FINDINGS = 100
_TEXT = 300


def briefing(material: Material, found: Analysis, most_letters: int) -> tuple[str, str]:
    """The prompt, and the material in it as it stands there, by which quotes are checked."""
    half = most_letters // 2
    architecture = _bounded("\n".join(_architecture(material)), half)
    scenario = _bounded("\n".join(_scenario(material, found)), half)
    prompt = filled(
        "failure_analyst",
        {
            "AGENT_ARCHITECTURE_DESCRIPTION": fenced(architecture),
            "FAILURE_SCENARIO_DESCRIPTION": fenced(scenario),
        },
    )
    return prompt, f"{architecture}\n{scenario}"


def _bounded(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\n(the rest is left out)"


def _architecture(material: Material) -> Iterator[str]:
    yield material.architecture or "(nobody has described the architecture)"
    for run in material.runs:
        yield from _of_run(run)
    if material.scan is not None:
        yield f"\nA scan of its code, {material.scan.files} files, found:"
        for finding in material.scan.findings[:_MOST_FINDINGS]:
            yield f"[{finding.place.path}:{finding.place.line}] {finding.severity}: {finding.message}"


def _of_run(run: Run) -> Iterator[str]:
    models = sorted({call.name for call in run.trace.logical_calls})
    tools = sorted({use.name for use in run.trace.tool_calls})
    offered = sorted({t.name for turn in run.trace.turns if turn.request for t in turn.request.tools})
    yield f"\nRun {run.name}: models {', '.join(models) or 'none'}"
    yield f"tools called: {', '.join(tools) or 'none'}"
    if offered:
        yield f"tools offered: {', '.join(offered)}"
    systems = dict.fromkeys(turn.request.system for turn in run.trace.turns if turn.request)
    for system in systems:
        if system:
            yield f"system prompt: {_short(system)}"


def _scenario(material: Material, found: Analysis) -> Iterator[str]:
    yield material.scenario or "(nobody has described a failure)"
    for run in material.runs:
        yield f"\nThe calls of run {run.name}:"
        for turn in run.trace.turns[:_MOST_TURNS]:
            yield _line(run, turn)
    yield "\nWhat was found by rules, without a model:"
    for mode in found.modes:
        yield f"{mode.mode.value}: {mode.presence.value}"
        for one in mode.evidence[:10]:
            yield f"- [{one.where}] {one.text}" if one.where else f"- {one.text}"


def _line(run: Run, turn: Turn) -> str:
    call, settings = turn.call, turn.call.first.settings
    parts = [f"[{run.call(turn.number)}]", call.name]
    if settings is not None:
        parts.append(f"temperature {settings.temperature}, max_tokens {settings.max_tokens}")
    parts.append("statuses " + ", ".join(map(str, call.statuses)))
    answer = call.answer
    if answer is not None:
        parts.append(f"finish {answer.finish_raw or answer.finish}")
        parts += [f"wants tool {wish.name}({_short(wish.arguments)})" for wish in answer.tool_calls]
        if answer.text:
            parts.append(f"says {_short(answer.text)}")
    if call.failed:
        parts.append(f"failed: {_short(call.last.error)}")
    results = [r.content for m in (turn.request.messages[-5:] if turn.request else ()) for r in m.results]
    parts += [f"was told a tool's result {_short(text)}" for text in results]
    return "; ".join(parts)


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= _TEXT else f"{shown[:_TEXT]}…"

"""Why two steps differ, in full: settings by name, prompts line by line, arguments and results by path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from typing import Any

from agentprobe.basis.canonical import digest
from agentprobe.trace.diff.asked import asked
from agentprobe.trace.diff.pairs import Pair
from agentprobe.trace.diff.paths import Change, changes
from agentprobe.trace.diff.steps import ASKED, Cause, ModelStep, ToolStep

MOST_CHANGES = 200
"""So many places of one step are named."""
MOST_LINES = 2000
"""Of so many lines of a prompt the differing ones are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One cause with its particulars."""

    cause: Cause
    note: str = ""
    changes: tuple[Change, ...] = ()
    lines: tuple[str, ...] = ()
    """A text's unified diff."""


def explained(pair: Pair) -> tuple[Why, ...]:
    """Every cause of a pair with its particulars, the first one first."""
    return tuple(_why(pair, cause) for cause in pair.causes)


def version(prompt: str) -> str:
    """A prompt's digest as it is shown to people."""
    return prompt[:8]


def _why(pair: Pair, cause: Cause) -> Why:
    a, b = pair.a, pair.b
    if isinstance(a, ModelStep) and isinstance(b, ModelStep):
        if cause in ASKED:
            return _asked(a, b, cause)
        if cause in _OF_MODELS:
            return Why(
                cause=cause,
                note=_sampling(a, pair, cause),
                changes=_some(_came(a, cause), _came(b, cause), _OF_MODELS[cause]),
            )
    if isinstance(a, ToolStep) and isinstance(b, ToolStep) and cause in _OF_TOOLS:
        return Why(cause=cause, changes=_some(_of_tool(a, cause), _of_tool(b, cause), _OF_TOOLS[cause]))
    if a is None or b is None:
        return Why(cause=cause, note=f"only {'B' if a is None else 'A'} has this step")
    return _of_any(a, b, cause, moved=pair.moved)


def _of_any(a: ModelStep | ToolStep, b: ModelStep | ToolStep, cause: Cause, *, moved: bool) -> Why:
    if cause is Cause.TIMING:
        return Why(cause=cause, changes=(Change("seconds", a.seconds, b.seconds),))
    if cause is Cause.STATUS:
        return Why(cause=cause, changes=_some(a.state, b.state, ""))
    if moved:
        return Why(cause=cause, note=f"step {a.number} of A is step {b.number} of B")
    return Why(cause=cause, changes=_some(list(a.overtook), list(b.overtook), "came back before"))


def _asked(a: ModelStep, b: ModelStep, cause: Cause) -> Why:
    left, right = asked(a.call.first), asked(b.call.first)
    match cause:
        case Cause.SETTINGS:
            return Why(cause=cause, changes=_some(left.settings, right.settings, ""))
        case Cause.PROMPT:
            versions = " → ".join(_version(text) for text in (left.system, right.system))
            return Why(cause=cause, note=f"version {versions}", lines=_lines(left.system, right.system))
        case Cause.TOOLS:
            return Why(cause=cause, changes=_some(left.tools, right.tools, ""))
    news = _some(left.news, right.news, "new")
    if news:
        return Why(cause=cause, note="what the model is told anew differs", changes=news)
    told = _some(left.history, right.history, "")
    return Why(cause=cause, note="the conversation so far is told otherwise", changes=told)


_OF_MODELS = {Cause.BUILD: "build", Cause.REPLY: "", Cause.TOOL_CHOICE: "tools", Cause.ARGUMENTS: ""}
"""What a model answered, and under which path it is shown."""
_OF_TOOLS = {Cause.ARGUMENTS: "$", Cause.RESULT: "$", Cause.TOOL_CHOICE: "tool"}


def _came(step: ModelStep, cause: Cause) -> Any:
    match cause:
        case Cause.BUILD:
            return step.build
        case Cause.REPLY:
            return step.reply
        case Cause.TOOL_CHOICE:
            return step.tools
    several = len(set(step.tools)) < len(step.tools)
    names = (f"{name} {at}" if several else name for at, name in enumerate(step.tools, start=1))
    return dict(zip(names, step.arguments, strict=True))


def _of_tool(step: ToolStep, cause: Cause) -> Any:
    if cause is Cause.TOOL_CHOICE:
        return step.name
    return step.use.arguments if cause is Cause.ARGUMENTS else step.use.result


def _sampling(a: ModelStep, pair: Pair, cause: Cause) -> str:
    """Where the same was asked and another answer came, only chance or the provider can be the cause."""
    if cause is Cause.BUILD or pair.causes[0] is not cause or not _same_request(pair):
        return ""
    heat = a.call.first.settings.temperature if a.call.first.settings else None
    at = "no temperature was set" if heat is None else f"temperature {heat:g}"
    return f"the same request, another answer: sampling ({at})"


def _same_request(pair: Pair) -> bool:
    a, b = pair.a, pair.b
    return a is not None and b is not None and (a.exact == b.exact or a.history == b.history)


def _some(a: Any, b: Any, path: str) -> tuple[Change, ...]:
    return tuple(islice(changes(a, b, path), MOST_CHANGES))


def _lines(a: str, b: str) -> tuple[str, ...]:
    left, right = (text.splitlines()[:MOST_LINES] for text in (a, b))
    return tuple(_body(unified_diff(left, right, lineterm="", n=2)))


def _body(lines: Iterator[str]) -> Iterator[str]:
    """Without the two lines that would name files."""
    return islice(lines, 2, None)


def _version(text: str) -> str:
    return version(digest(text)) if text else "none"

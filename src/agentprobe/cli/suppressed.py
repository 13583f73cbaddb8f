"""What `--suppress` says, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentprobe.dialects import dialect_named
from agentprobe.errors import ConfigError, Malformed, did_you_mean
from agentprobe.splice.suppress import DONE, SUPPRESSED
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.view import Trace


def results_of(words: Iterable[str]) -> dict[str, str]:
    """The tools to suppress and their results, from `TOOL` or `TOOL=RESULT`; raises ConfigError."""
    results: dict[str, str] = {}
    for word in words:
        name, has_result, result = word.partition("=")
        name = name.strip()
        if not name:
            raise ConfigError(f"--suppress '{word}' names no tool; write TOOL or TOOL=RESULT")
        if name in results:
            raise ConfigError(f"--suppress names '{name}' twice; give each tool one result")
        results[name] = result if has_result else DONE
    return results


def never_suppressed(trace: Trace) -> Iterator[str]:
    """A line for each tool that was to be suppressed and never was, with the nearest that there is."""
    wanted = trace.header.run.get("suppress") or {}
    done = {call.name for call in trace.calls if SUPPRESSED in call.marks}
    for name in (name for name in wanted if name not in done):
        known = _tools(trace)
        near = "" if name in known else did_you_mean(name, known)
        why = "the model did not ask for it" if name in known else "the agent has no tool of that name"
        yield f"'{name}' was never suppressed: {why}{near}"


def _tools(trace: Trace) -> set[str]:
    """The tools that the model was told of, and those that were called."""
    offered = {name for call in trace.model_calls for name in _offered(call)}
    return offered | {use.name for use in trace.tool_calls}


def _offered(call: TracedCall) -> list[str]:
    try:
        request = dialect_named(call.record.dialect).read_request(call.request_bytes, call.target)
    except Malformed:
        return []
    return [tool.name for tool in request.tools]

"""A comparison of runs as JSON, for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from agentprobe.report import diff_words as words
from agentprobe.trace.diff.compare import RunDiff
from agentprobe.trace.diff.explain import Why, explained
from agentprobe.trace.diff.pairs import AnyStep, Pair
from agentprobe.trace.view import Trace

VERSION = 1
MOST_EXPLAINED = 1000
"""So many differing steps come with their particulars; the others with their causes."""


def diff_json(found: RunDiff) -> bytes:
    """The whole comparison, indented, with a newline at its end."""
    shown = [_pair(pair, particulars=number < MOST_EXPLAINED) for number, pair in enumerate(found.differing)]
    said = {
        "agentprobe": "diff",
        "version": VERSION,
        "same": found.same,
        "said": words.verdict(found),
        "a": _run(found.a, found.answers[0]),
        "b": _run(found.b, found.answers[1]),
        "conditions": found.conditions,
        "first": _pair(found.first) if found.first else None,
        "steps": {fate.name.lower(): number for fate, number in found.counts.items()},
        "differing": shown,
        "endings": found.endings,
        "other_class_of_time": [_numbers(pair) for pair in found.slower],
    }
    return indented(said)


def indented(said: Any) -> bytes:
    """JSON for people and programs alike."""
    return msgspec.json.format(msgspec.json.encode(said, enc_hook=str), indent=2) + b"\n"


def _run(trace: Trace, answer: str) -> dict[str, Any]:
    return {
        "file": str(trace.path),
        "session": trace.session,
        "model_calls": len(trace.logical_calls),
        "tool_calls": len(trace.tool_calls),
        "seconds": trace.seconds,
        "answer_hash": answer or None,
        "problems": list(trace.problems),
    }


def _pair(pair: Pair, *, particulars: bool = True) -> dict[str, Any]:
    said: dict[str, Any] = {
        "fate": pair.fate.name.lower(),
        **_numbers(pair),
        "cause": pair.causes[0].value,
        "causes": [cause.value for cause in pair.causes],
    }
    return {**said, "why": [_why(why) for why in explained(pair)]} if particulars else said


def _numbers(pair: Pair) -> dict[str, Any]:
    return {"a": _step(pair.a), "b": _step(pair.b)}


def _step(step: AnyStep | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {"step": step.number, "kind": step.kind.value, "name": step.name, "seconds": step.seconds}


def _why(why: Why) -> dict[str, Any]:
    said = {
        "cause": why.cause.value,
        "note": why.note,
        "changes": why.changes,
        "diff": list(why.lines),
    }
    return {name: part for name, part in said.items() if part}

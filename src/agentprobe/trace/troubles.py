"""What came back to an agent and was not what it should be: failed calls, cut answers, tools that broke."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from agentprobe.domain.call import STEERED
from agentprobe.domain.model import Finish, ModelAnswer
from agentprobe.trace.attempts import LogicalCall
from agentprobe.trace.tools import ToolUse


class Came(StrEnum):
    """What came back."""

    FAILED = "model call failed"
    CUT = "answer cut off"
    LENGTH = "answer stopped at a limit"
    REFUSED = "model refused"
    BROKEN = "tool arguments unreadable"
    EMPTY = "empty answer"
    TOOL = "tool failed"


@dataclass(frozen=True)
class Trouble:
    """Something that came back wrong."""

    came: Came
    what: str
    """The error in its own words, or what shows it."""


_STOPPED_SHORT = (Finish.LENGTH, Finish.CONTEXT)
_REFUSED = (Finish.REFUSAL, Finish.CONTENT_FILTER)
_ERROR_TEXT = re.compile(
    r"^\s*(?:error\b|exception\b|traceback \(|failed\b|\w+(?:Error|Exception)\b)", re.IGNORECASE
)
"""How a text begins that tells of an error."""
_TEXT = 2000
"""So much of a tool's result is looked at."""


def model_trouble(call: LogicalCall) -> Trouble | None:
    """What is wrong with what a model call brought in the end; None when nothing is."""
    last, answer = call.last, call.answer
    if last.truncated:
        return Trouble(Came.CUT, "the answer ended without its end")
    if last.failed:
        attempts = f" after {len(call.attempts)} attempts" if call.retries else ""
        status = f"{last.status} " if last.status is not None else ""
        return Trouble(Came.FAILED, f"{status}{last.error}{attempts}".strip())
    return _in_answer(answer) if answer is not None else None


def tool_trouble(use: ToolUse) -> Trouble | None:
    """What went wrong in a tool; a result that only reads like an error counts as one."""
    if use.call is not None and STEERED in use.call.marks:
        return None
    what = use.error or _in_result(use.result)
    return Trouble(Came.TOOL, what) if what else None


def _in_answer(answer: ModelAnswer) -> Trouble | None:
    stopped = answer.finish_raw or answer.finish or ""
    if answer.finish in _STOPPED_SHORT:
        return Trouble(Came.LENGTH, f"the model stopped at a limit ({stopped})")
    if answer.refusal or answer.finish in _REFUSED:
        return Trouble(Came.REFUSED, answer.refusal or f"the answer was withheld ({stopped})")
    broken = next((call for call in answer.tool_calls if not _is_object(call.arguments)), None)
    if broken is not None:
        return Trouble(Came.BROKEN, f"the arguments of {broken.name} are no JSON object")
    if answer.finish is Finish.STOP and not answer.text.strip() and not answer.tool_calls:
        return Trouble(Came.EMPTY, "the answer is empty")
    return None


def _in_result(result: Any) -> str:
    if isinstance(result, Mapping):
        return _in_object(result)
    if not isinstance(result, str):
        return ""
    text = result[:_TEXT]
    parsed = _parsed(result) if text[:1] == "{" else None
    if isinstance(parsed, Mapping):
        return _in_object(parsed)
    return text if _ERROR_TEXT.match(text) else ""


def _in_object(result: Mapping[str, Any]) -> str:
    """The error in a result that is little else than an error, or that says so by MCP's flag."""
    if result.get("isError") is True:
        return str(result.get("content") or "isError")[:_TEXT]
    error = result.get("error")
    return str(error)[:_TEXT] if error and len(result) <= _FEW else ""


_FEW = 3
"""An object with more keys than this that names an error beside them tells mainly of something else."""


def _is_object(text: str) -> bool:
    return not text or isinstance(_parsed(text), Mapping)


def _parsed(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return None

"""What a tool server answers as an outcome of the corridor, and an outcome as a server would say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentprobe.domain.call import ASKED_BACK, Call, Kind, Outcome
from agentprobe.errors import AgentStopped, Rejected, ReplayMiss, ToolFailed, WorldFailure

INTERNAL, STOPPED = -32603, -32000


def outcome_of(call: Call, answer: Mapping[str, Any]) -> Outcome:
    """What a response means: of a tool its result, also where it says that it failed; else what was said."""
    if call.kind is not Kind.TOOL:
        return Outcome(value=dict(answer))
    if "error" in answer:
        said = answer["error"] if isinstance(answer["error"], Mapping) else {}
        code = said.get("code")
        error = Rejected(str(said.get("message", "")), code if isinstance(code, int) else INTERNAL)
        return Outcome(value=answer["error"], error=error)
    result = answer.get("result")
    if not isinstance(result, Mapping):
        return Outcome(value=result)
    if result.get("isError") is True:
        return Outcome(value=result, error=ToolFailed(text_of(result)))
    marks = (ASKED_BACK,) if result.get("resultType") == "input_required" else ()
    return Outcome(value=result, marks=marks)


def answer_of(call: Call, outcome: Outcome, *, stateless: bool = False) -> dict[str, Any]:
    """How the server would have said it: what a tool failed at in its result, all else as an error."""
    error, value = outcome.error, outcome.value
    if call.kind is not Kind.TOOL and isinstance(value, Mapping) and ("result" in value or "error" in value):
        return dict(value)
    if isinstance(error, Rejected):
        said = value if isinstance(value, Mapping) else {"code": error.code, "message": str(error)}
        return {"error": said}
    if isinstance(error, ToolFailed) and value is not None:
        return {"result": value}
    if isinstance(error, WorldFailure) and call.kind is Kind.TOOL:
        return {"result": failed(str(error), stateless=stateless)}
    if error is not None:
        return {"error": {"code": _code(error), "message": _said(error)}}
    return {"result": value if value is not None else {}}


def failed(text: str, *, stateless: bool = False) -> dict[str, Any]:
    """The result of a tool that failed, as servers tell it to the model."""
    told = {"content": [{"type": "text", "text": text}], "isError": True}
    return {**told, "resultType": "complete"} if stateless else told


def text_of(result: Mapping[str, Any]) -> str:
    """The words in a tool's result."""
    content = result.get("content")
    blocks = content if isinstance(content, list) else []
    return "\n".join(
        block["text"] for block in blocks if isinstance(block, Mapping) and isinstance(block.get("text"), str)
    )


def _code(error: BaseException) -> int:
    return STOPPED if isinstance(error, AgentStopped | ReplayMiss) else INTERNAL


def _said(error: BaseException) -> str:
    match error:
        case AgentStopped():
            return f"agentprobe stopped this agent: {error}"
        case ReplayMiss() | WorldFailure():
            return str(error)
        case _:
            return f"agentprobe itself failed: {type(error).__name__}: {error}"

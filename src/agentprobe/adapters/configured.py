"""An agent that is described by settings alone: a model, a system prompt, tools, and a loop around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import msgspec

from agentprobe.adapters.tools import tool
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Effect
from agentprobe.domain.model import (
    Finish,
    Message,
    ModelAnswer,
    ModelRequest,
    ToolCall,
    ToolResult,
    ToolSpec,
)
from agentprobe.domain.wire import HttpReply
from agentprobe.errors import AgentProbeError, WorldFailure

Ask = Callable[[bytes], HttpReply]
"""Sends a request's body to the model; what it gives back is the last attempt's reply."""


@dataclass(frozen=True, kw_only=True)
class ConfiguredTool:
    """A tool as the model is told of it, and what runs it."""

    spec: ToolSpec
    run: Callable[[Mapping[str, Any]], str]
    effect: Effect = Effect.WRITE


class NoAnswer(AgentProbeError):
    """The agent came to no answer; the message says why."""


class ConfiguredAgent:
    """Asks the model, runs the tools it wishes for, and asks again until it has an answer.

    It is as careful as an agent should be: it runs no tool from an answer that was cut off, tells the model
    what a tool said when it failed, and stops after `max_steps` model calls. It is less so only where it is
    told to be: without a limit, with no more than `max_history` messages after the question, or so that a
    call that failed passes for an empty answer (`goes_on`).
    """

    def __init__(
        self,
        dialect: Dialect,
        request: ModelRequest,
        tools: tuple[ConfiguredTool, ...],
        ask: Ask,
        *,
        max_steps: int | None = 20,
        max_history: int | None = None,
        goes_on: bool = False,
    ) -> None:
        self._dialect = dialect
        self._request = replace(request, tools=tuple(each.spec for each in tools))
        self._tools = {each.spec.name: _seen(each) for each in tools}
        self._ask = ask
        self._max_steps = max_steps
        self._max_history = max_history
        self._goes_on = goes_on

    def answer(self, prompt: str) -> str:
        """The model's last words; raises NoAnswer when there are none."""
        asked = (*self._request.messages, Message(role="user", text=prompt))
        rounds: tuple[tuple[Message, ...], ...] = ()
        for _ in count() if self._max_steps is None else range(self._max_steps):
            try:
                said = self._said((*asked, *self._recent(rounds)))
            except (NoAnswer, WorldFailure):
                if self._goes_on:
                    return ""
                raise
            if not said.tool_calls:
                return said.text
            results = tuple(self._result(call) for call in said.tool_calls)
            wished = Message(role="assistant", text=said.text, tool_calls=said.tool_calls)
            rounds = (*rounds, (wished, *(Message(role="tool", results=(one,)) for one in results)))
        raise NoAnswer(
            f"no answer after {self._max_steps} model calls; raise max_steps, or look at the trace"
        )

    def _recent(self, rounds: tuple[tuple[Message, ...], ...]) -> tuple[Message, ...]:
        """The newest whole rounds that fit, the last one in any case: a result needs the call before it."""
        kept: tuple[Message, ...] = ()
        for one in reversed(rounds):
            if kept and self._max_history is not None and len(kept) + len(one) > self._max_history:
                break
            kept = (*one, *kept)
        return kept

    def _said(self, messages: tuple[Message, ...]) -> ModelAnswer:
        request = replace(self._request, messages=messages)
        reply = self._ask(self._dialect.write_request(request))
        answer = self._dialect.read_answer(reply)
        if answer.error is not None or reply.status >= 400:
            said = answer.error.message if answer.error is not None else "no reason given"
            raise NoAnswer(f"the model answered with status {reply.status}: {said}")
        if not answer.complete or answer.finish is Finish.LENGTH:
            raise NoAnswer("the model's answer was cut off; raise max_tokens, or look at the trace")
        if answer.refusal or answer.finish in (Finish.REFUSAL, Finish.CONTENT_FILTER):
            raise NoAnswer(f"the model refused: {answer.refusal or answer.text or 'no reason given'}")
        return answer

    def _result(self, call: ToolCall) -> ToolResult:
        try:
            return ToolResult(call_id=call.id, content=self._run(call))
        except Exception as error:  # noqa: BLE001 - whatever a tool raises, the model is told
            said = f"{type(error).__name__}: {error}"
            return ToolResult(call_id=call.id, content=said, is_error=True)

    def _run(self, call: ToolCall) -> str:
        run = self._tools.get(call.name)
        if run is None:
            raise LookupError(f"no tool '{call.name}'; known: {', '.join(self._tools) or 'none'}")
        return run(**msgspec.json.decode(call.arguments or "{}", type=dict[str, Any]))


def _seen(each: ConfiguredTool) -> Callable[..., str]:
    """The tool's function, whose calls the session sees."""

    def run(**arguments: Any) -> str:
        return each.run(arguments)

    return tool(effect=each.effect, name=each.spec.name)(run)

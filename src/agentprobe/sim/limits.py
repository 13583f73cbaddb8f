"""What a provider does to its model's answers: stop words, one call at a time, token limit and count."""

from __future__ import annotations

from dataclasses import replace

from agentprobe.domain.model import Finish, ModelAnswer, ModelSettings, ToolCall

CHARACTERS_A_TOKEN = 4
"""The stated estimate of a simulation; real tokenisers differ by model and language."""


def tokens(characters: int) -> int:
    """How many tokens so many characters are estimated at."""
    return -(-characters // CHARACTERS_A_TOKEN)


def written(answer: ModelAnswer) -> int:
    """How many characters the model wrote."""
    calls = sum(len(call.name) + len(call.arguments) for call in answer.tool_calls)
    return len(answer.reasoning) + len(answer.text) + len(answer.refusal or "") + calls


def obey(settings: ModelSettings, answer: ModelAnswer) -> ModelAnswer:
    """The answer as the request's settings allow it, and why it ends where it does."""
    stopped = _stopped(answer, settings.stop)
    if settings.parallel_tool_calls is False:
        stopped = replace(stopped, tool_calls=stopped.tool_calls[:1])
    if settings.max_tokens is not None:
        stopped = _cut(stopped, settings.max_tokens * CHARACTERS_A_TOKEN)
    return stopped if stopped.finish else replace(stopped, finish=_reason(stopped))


def _stopped(answer: ModelAnswer, stop: tuple[str, ...]) -> ModelAnswer:
    ends = [at for word in stop if word and (at := answer.text.find(word)) >= 0]
    if not ends:
        return answer
    return replace(answer, text=answer.text[: min(ends)], tool_calls=(), finish=Finish.STOP)


def _cut(answer: ModelAnswer, room: int) -> ModelAnswer:
    """End the answer after `room` characters, in the middle of a word or of a tool's arguments."""
    if written(answer) <= room:
        return answer
    reasoning = answer.reasoning[:room]
    room -= len(reasoning)
    text = answer.text[:room]
    room -= len(text)
    refusal = answer.refusal[:room] if answer.refusal else answer.refusal
    room -= len(refusal or "")
    calls = _cut_calls(answer.tool_calls, room)
    return replace(
        answer, reasoning=reasoning, text=text, refusal=refusal, tool_calls=calls, finish=Finish.LENGTH
    )


def _cut_calls(calls: tuple[ToolCall, ...], room: int) -> tuple[ToolCall, ...]:
    kept = []
    for call in calls:
        room -= len(call.name)
        if room <= 0:
            break
        kept.append(replace(call, arguments=call.arguments[:room]))
        room -= len(call.arguments)
    return tuple(kept)


def _reason(answer: ModelAnswer) -> Finish:
    if answer.tool_calls:
        return Finish.TOOL_CALLS
    return Finish.REFUSAL if answer.refusal is not None else Finish.STOP

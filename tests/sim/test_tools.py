from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types

from agentprobe.domain.model import Message, ModelAnswer, ModelRequest, ModelSettings, ToolResult, ToolSpec
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policies.tools import Tools

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
OFFERED = (ToolSpec(name="weather", schema=CITY), ToolSpec(name="time", schema=CITY), ToolSpec(name="bare"))


def asking(*told: Message, settings: ModelSettings | None = None, **fields: Any) -> ModelRequest:
    return ModelRequest(
        model="m",
        messages=(Message(role="user", text="What is it like?"), *told),
        tools=OFFERED,
        settings=settings or ModelSettings(),
        **fields,
    )


def played(model: SimulatedModel, settings: ModelSettings) -> tuple[list[list[str]], str]:
    """The rounds of tool names that the model calls until it answers, and its answer."""
    told: list[Message] = []
    rounds: list[list[str]] = []
    for _ in range(10):
        answer = model.answer(asking(*told, settings=settings))
        if not answer.tool_calls:
            return rounds, answer.text
        rounds.append([wish.name for wish in answer.tool_calls])
        told += [Message(role="assistant", tool_calls=answer.tool_calls), *results(answer)]
    raise AssertionError("the policy calls tools for ever")


def results(answer: ModelAnswer) -> list[Message]:
    return [
        Message(role="tool", results=(ToolResult(call_id=wish.id, content=f"{wish.name} is fine"),))
        for wish in answer.tool_calls
    ]


def test_every_tool_is_called_once_in_parallel_and_then_summed_up() -> None:
    rounds, answer = played(SimulatedModel(Tools()), ModelSettings())
    assert rounds == [["weather", "time", "bare"]]
    assert answer == "The tools said: weather is fine; time is fine; bare is fine"


def test_tools_are_called_one_after_the_other_where_parallel_calls_are_forbidden() -> None:
    rounds, answer = played(SimulatedModel(Tools()), ModelSettings(parallel_tool_calls=False))
    assert rounds == [["weather"], ["time"], ["bare"]]
    assert answer.count("is fine") == 3


def test_arguments_conform_to_the_schema_and_differ_by_seed() -> None:
    seen = set()
    for seed in range(30):
        first, _, bare = SimulatedModel(Tools(), seed=seed).answer(asking()).tool_calls
        jsonschema.validate(json.loads(first.arguments), CITY)
        seen.add(first.arguments)
        assert bare.arguments == "{}"
    assert len(seen) > 1


def test_a_new_question_has_the_tools_called_again() -> None:
    model = SimulatedModel(Tools())
    first = model.answer(asking())
    told = (Message(role="assistant", tool_calls=first.tool_calls), *results(first))
    again = asking(*told, Message(role="assistant", text="Fine."), Message(role="user", text="And now?"))
    assert len(model.answer(again).tool_calls) == 3


def test_an_answer_wanted_in_a_schema_is_given_in_it() -> None:
    wanted = {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": CITY}}}
    request = asking(settings=ModelSettings(tool_choice="none"), extra=wanted)
    jsonschema.validate(json.loads(SimulatedModel(Tools()).answer(request).text), CITY)


def test_without_tools_the_user_is_answered() -> None:
    request = ModelRequest(model="m", messages=(Message(role="user", text="hello"),))
    assert SimulatedModel(Tools()).answer(request).text == "You said: hello"

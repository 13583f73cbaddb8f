from __future__ import annotations

from agentprobe.domain.model import Message, ModelRequest, ToolResult
from agentprobe.sim.policy import Option, call, say
from agentprobe.sim.script import Script, Turn, When


def request(*messages: Message) -> ModelRequest:
    return ModelRequest(model="m", messages=messages)


def user(text: str) -> Message:
    return Message(role="user", text=text)


def answered(times: int) -> ModelRequest:
    return request(user("hi"), *(Message(role="assistant", text="…") for _ in range(times)))


def texts(script: Script, asked: ModelRequest) -> list[str]:
    return [option.answer.text for option in script.options(asked)]


def test_turns_are_given_one_after_the_other() -> None:
    script = Script(call(("weather", {"city": "Oslo"})), say("It rains."))
    (first,) = script.options(answered(0))
    assert [wish.arguments for wish in first.answer.tool_calls] == ['{"city":"Oslo"}']
    assert texts(script, answered(1)) == ["It rains."]


def test_past_its_last_turn_a_script_says_so_and_calls_nothing() -> None:
    (last,) = Script(call(("weather", {}))).options(answered(1))
    assert "no turn 2" in last.answer.text
    assert last.answer.tool_calls == ()


def test_a_condition_goes_before_the_order() -> None:
    script = Script(
        say("in order"),
        Turn((say("sorry"),), when=When(result_contains="ERROR")),
        Turn((say("refunds are closed"),), when=When(user_contains="refund", system_contains="shop")),
    )
    assert texts(script, request(user("hello"))) == ["in order"]
    assert texts(script, request(user("a REFUND please"))) == ["in order"]
    assert texts(script, request(Message(role="system", text="A shop."), user("a REFUND please"))) == [
        "refunds are closed"
    ]
    failed = Message(role="tool", results=(ToolResult(call_id="1", content="error: no such city"),))
    assert texts(script, request(user("hello"), Message(role="assistant"), failed)) == ["sorry"]


def test_a_condition_without_words_always_holds_so_that_loops_can_be_played() -> None:
    script = Script(Turn((call(("again", {})),), when=When()))
    assert all(script.options(answered(times))[0].answer.tool_calls for times in range(5))


def test_a_turn_can_be_bound_to_its_number() -> None:
    script = Script(say("first"), say("second"), Turn((say("special"),), when=When(turn=2)))
    assert [texts(script, answered(n)) for n in (0, 1)] == [["first"], ["special"]]


def test_alternatives_are_offered_with_their_weights() -> None:
    script = Script([say("often", weight=2), say("seldom")])
    offered: list[Option] = list(script.options(answered(0)))
    assert [(option.answer.text, option.weight) for option in offered] == [("often", 2), ("seldom", 1)]

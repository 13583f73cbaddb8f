from __future__ import annotations

from agentprobe.domain.model import Message, ModelRequest, ToolCall, ToolResult
from agentprobe.sim.conversation import asked, called_since_asked, done, newest_results, turn

FIRST = ToolCall(id="1", name="find", arguments="{}")
SECOND = ToolCall(id="2", name="look", arguments="{}")
REQUEST = ModelRequest(
    model="m",
    messages=(
        Message(role="system", text="Be brief."),
        Message(role="user", text="Who is Ann?"),
        Message(role="assistant", tool_calls=(FIRST,)),
        Message(role="tool", results=(ToolResult(call_id="1", content="two found"),)),
        Message(role="assistant", text="Which one?"),
        Message(role="user", text="The one in Oslo."),
        Message(role="assistant", tool_calls=(SECOND,)),
        Message(role="user", results=(ToolResult(call_id="2", content="Ann Berg"),)),
    ),
)


def test_a_conversation_tells_what_was_asked_last_and_whose_turn_it_is() -> None:
    assert asked(REQUEST) == "The one in Oslo."
    assert turn(REQUEST) == 4


def test_only_results_that_the_model_has_not_answered_to_are_new() -> None:
    assert [result.content for result in newest_results(REQUEST)] == ["Ann Berg"]


def test_every_result_is_found_with_its_call() -> None:
    assert [(call.name, result.content) for call, result in done(REQUEST)] == [
        ("find", "two found"),
        ("look", "Ann Berg"),
    ]


def test_calls_before_the_newest_question_do_not_count_as_made_for_it() -> None:
    assert called_since_asked(REQUEST) == (SECOND,)


def test_an_empty_conversation_waits_for_its_first_answer() -> None:
    empty = ModelRequest(model="m")
    assert (asked(empty), turn(empty), newest_results(empty), called_since_asked(empty)) == ("", 1, (), ())

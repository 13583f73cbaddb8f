"""Errors that a run swallowed: found by what was sent next, and never where somebody noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall, ToolResult
from agentprobe.errors import RateLimited, ServerError
from agentprobe.trace.swallowed import swallowed
from agentprobe.trace.troubles import Came

from .conftest import Teller

ASKED = ModelRequest(model="m-1", messages=(Message(role="user", text="How many orders are open?"),))
DONE = ModelAnswer(id="a", model="m-1", text="There are 12 open orders.", finish=Finish.STOP)
CUT = replace(DONE, text="There are 12 open orders, and of th", finish=None, complete=False)
LONG = replace(DONE, text="There are 12 open orders, and of th", finish=Finish.LENGTH)
WISH = ToolCall(id="c1", name="find", arguments='{"q": "open"}')
WISHING = ModelAnswer(id="w", model="m-1", tool_calls=(WISH,), finish=Finish.TOOL_CALLS)


def _then(answer: ModelAnswer, *more: Message) -> ModelRequest:
    """The next request of the conversation."""
    said = Message(role="assistant", text=answer.text, tool_calls=answer.tool_calls)
    return replace(ASKED, messages=(*ASKED.messages, said, *more))


def _result(text: str, *, is_error: bool = False) -> Message:
    return Message(role="tool", results=(ToolResult(call_id="c1", content=text, is_error=is_error),))


def _user(text: str) -> Message:
    return Message(role="user", text=text)


@pytest.mark.parametrize("failure", [RateLimited(), ServerError()])
def test_a_run_that_ends_well_although_its_last_call_failed(telling: Teller, failure: Exception) -> None:
    story = telling()
    reply = story.dialect.write_failure(failure)  # type: ignore[arg-type]  # both are failures of the world
    assert reply is not None
    story.model(ASKED, reply)
    (entry,) = swallowed(story.ended())
    assert entry.trouble.came is Came.FAILED
    assert entry.trouble.what.startswith(str(reply.status))
    assert entry.went_on == "nothing more was asked, and the run ended well, exit code 0"


def test_a_failure_that_ends_the_run_or_is_asked_again_is_none(telling: Teller) -> None:
    story = telling()
    reply = story.dialect.write_failure(ServerError())
    assert reply is not None
    story.model(ASKED, reply)
    story.model(ASKED, DONE)
    assert swallowed(story.ended()) == ()


def test_a_failure_that_the_process_reports_is_none(telling: Teller) -> None:
    story = telling()
    reply = story.dialect.write_failure(ServerError())
    assert reply is not None
    story.model(ASKED, reply)
    assert swallowed(story.ended(exit=1)) == ()


def test_a_failure_after_which_something_else_is_asked(telling: Teller) -> None:
    story = telling()
    reply = story.dialect.write_failure(ServerError())
    assert reply is not None
    story.model(ASKED, reply)
    story.model(replace(ASKED, messages=(_user("Say good night."),)), DONE)
    (entry,) = swallowed(story.ended())
    assert (entry.number, entry.next_number) == (1, 2)
    assert entry.went_on == "call 2 was asked next and shows no sign of it"


@pytest.mark.parametrize(("bad", "came"), [(CUT, Came.CUT), (LONG, Came.LENGTH)])
def test_a_cut_text_that_is_carried_on_as_a_whole_one(telling: Teller, bad: ModelAnswer, came: Came) -> None:
    story = telling()
    story.model(replace(ASKED, stream=not bad.complete), bad)
    story.model(_then(bad, _user("Thanks. And closed ones?")), DONE)
    (entry,) = swallowed(story.ended())
    assert entry.trouble.came is came
    assert entry.went_on == "call 2 carries its text on as if it were whole"


def test_an_agent_that_asks_to_go_on_has_noticed(telling: Teller) -> None:
    story = telling()
    story.model(ASKED, LONG)
    story.model(_then(LONG, _user("Please continue where you stopped.")), DONE)
    assert swallowed(story.ended()) == ()


def test_a_cut_answer_that_another_conversation_is_told(telling: Teller) -> None:
    story = telling()
    story.model(ASKED, LONG)
    story.model(replace(ASKED, messages=(_user(f"A colleague says: {LONG.text}"),)), DONE)
    (entry,) = swallowed(story.ended())
    assert entry.went_on == "call 2 carries its text on as if it were whole"


def test_a_tool_that_ran_on_arguments_that_were_cut(telling: Teller) -> None:
    bad = replace(WISHING, finish=Finish.LENGTH, tool_calls=(replace(WISH, arguments='{"q": "op'),))
    story = telling()
    story.model(ASKED, bad)
    story.model(_then(bad, _result("12 orders")), DONE)
    (entry,) = swallowed(story.ended())
    assert entry.trouble.came is Came.LENGTH
    assert entry.went_on == "find ran on what it asked for, and call 2 told the result"


def test_unreadable_arguments_end_a_run_in_silence(telling: Teller) -> None:
    story = telling()
    story.model(ASKED, replace(WISHING, tool_calls=(replace(WISH, arguments="{'q'"),)))
    (entry,) = swallowed(story.ended())
    assert entry.trouble.what == "the arguments of find are no JSON object"


def test_a_model_that_is_told_what_was_wrong_with_its_arguments(telling: Teller) -> None:
    bad = replace(WISHING, tool_calls=(replace(WISH, arguments="{'q'"),))
    story = telling()
    story.model(ASKED, bad)
    story.model(_then(bad, _result("arguments are not valid JSON")), DONE)
    assert swallowed(story.ended()) == ()


def test_refusals_and_empty_answers_that_end_a_run_well(telling: Teller) -> None:
    story = telling()
    story.model(ASKED, replace(DONE, text="", refusal="I cannot help with that."))
    story.model(replace(ASKED, messages=(_user("Other"),)), replace(DONE, text=""))
    assert [entry.trouble.came for entry in swallowed(story.ended())] == [Came.REFUSED, Came.EMPTY]


def test_a_tool_error_in_whose_place_the_model_was_told_something_else(telling: Teller) -> None:
    story = telling()
    story.model(ASKED, WISHING)
    story.tool("find", TimeoutError("no database"), q="open")
    story.model(_then(WISHING, _result("[]")), DONE)
    (entry,) = swallowed(story.ended())
    assert (entry.trouble.came, entry.tool, entry.number) == (Came.TOOL, "find", 1)
    assert entry.went_on == "call 2 told the model “[]” in its place"


@pytest.mark.parametrize("told", ["TimeoutError: no database", "The tool failed.", "no database"])
def test_a_tool_error_that_the_model_was_told_is_none(telling: Teller, told: str) -> None:
    story = telling()
    story.model(ASKED, WISHING)
    story.tool("find", TimeoutError("no database"), q="open")
    story.model(_then(WISHING, _result(told)), DONE)
    assert swallowed(story.ended()) == ()


def test_a_tool_that_was_called_again_with_success_is_none(telling: Teller) -> None:
    story = telling()
    story.model(ASKED, WISHING)
    story.tool("find", TimeoutError("no database"), q="open")
    story.tool("find", "12 orders", q="open")
    story.model(_then(WISHING, _result("12 orders")), DONE)
    assert swallowed(story.ended()) == ()


def test_a_result_that_says_by_its_flag_that_it_is_an_error(telling: Teller) -> None:
    story = telling()
    story.model(ASKED, WISHING)
    story.tool("find", {"isError": True, "content": [{"type": "text", "text": "gone"}]}, q="open")
    story.model(_then(WISHING, _result("12 orders")), DONE)
    (entry,) = swallowed(story.ended())
    assert "gone" in entry.trouble.what


def test_a_result_that_names_an_error_among_much_else_is_no_error(telling: Teller) -> None:
    story = telling()
    story.model(ASKED, WISHING)
    story.tool("find", {"id": 1, "name": "x", "error": "E7 (historic)", "state": "open"}, q="open")
    story.model(_then(WISHING, _result("one order")), DONE)
    assert swallowed(story.ended()) == ()


def test_a_sound_run_has_swallowed_nothing(telling: Teller) -> None:
    story = telling()
    story.model(ASKED, WISHING)
    story.tool("find", "12 orders", q="open")
    story.model(_then(WISHING, _result("12 orders")), DONE)
    assert swallowed(story.ended()) == ()


def test_where_no_model_was_seen_nobody_can_tell_what_it_was_told(telling: Teller) -> None:
    story = telling()
    story.tool("find", LookupError("no such order"), q="open")
    assert swallowed(story.ended()) == ()

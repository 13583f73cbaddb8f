"""Our own count of tokens beside the provider's, and how full a conversation's context became."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from agentprobe.domain.model import Message, ModelAnswer, ModelRequest, ToolCall, ToolResult, ToolSpec, Usage
from agentprobe.trace.facts.calibrate import calibrated
from agentprobe.trace.facts.ledger import Ledger, ledger_of
from agentprobe.trace.facts.models import Model, Provider, Table, shipped
from agentprobe.trace.facts.tokens import How, estimate, input_count, output_count

from .conftest import Teller

pytest.importorskip("bpe_openai")

HAIKU = "Write a haiku about production. Old pond, new release. A frog jumps into the logs."


def _asked(*texts: str, model: str = "gpt-4o", **more: object) -> ModelRequest:
    roles = ("user", "assistant")
    told = tuple(Message(role=roles[i % 2], text=text) for i, text in enumerate(texts))
    return replace(ModelRequest(model=model, messages=told), **more)  # type: ignore[arg-type]  # any field


def _answer(text: str = "Yes.", given: int | None = 10, taken: int = 2, **more: object) -> ModelAnswer:
    usage = Usage(input_tokens=given, output_tokens=taken) if given is not None else None
    return replace(ModelAnswer(id="a", model="gpt-4o", text=text, usage=usage), **more)  # type: ignore[arg-type]  # any field


def test_plain_messages_to_a_model_whose_framing_is_published_are_counted_exactly() -> None:
    """The figures of the provider's own published example, for gpt-4 and for gpt-4o."""
    said = (
        ("system", None, "You are a helpful, pattern-following assistant that translates corporate jargon "
         "into plain English."),
        ("system", "example_user", "New synergies will help drive top-line growth."),
        ("system", "example_assistant", "Things working well together will increase revenue."),
        ("system", "example_user", "Let's circle back when we have more bandwidth to touch base on "
         "opportunities for increased leverage."),
        ("system", "example_assistant", "Let's talk later when we're less busy about how to do better."),
        ("user", None, "This late pivot means we don't have time to boil the ocean for the client "
         "deliverable."),
    )  # fmt: skip
    messages = tuple(Message(role=role, name=name, text=text) for role, name, text in said)
    for model, tokens in (("gpt-4-0613", 129), ("gpt-3.5-turbo-0125", 129), ("gpt-4o-mini", 124)):
        count = input_count(ModelRequest(model=model, messages=messages), b"{}", "openai_chat")
        assert count is not None
        assert (count.tokens, count.how) == (tokens, How.EXACT), model


def test_tools_other_makers_and_unpublished_framings_are_estimates_with_their_error() -> None:
    tool = ToolSpec(name="find", description="Finds.", schema={"type": "object", "properties": {}})
    for request in (
        _asked(HAIKU, tools=(tool,)),
        _asked(HAIKU, model="claude-sonnet-4-5"),
        _asked(HAIKU, model="gpt-5.4"),
    ):
        count = input_count(request, b"{}", "openai_chat")
        assert count is not None
        assert count.how is How.ESTIMATE
        assert count.low < count.tokens < count.high
    assert input_count(_asked(HAIKU), b'{"type": "image_url"}', "openai_chat") is None


def test_thoughts_that_are_not_shown_leave_the_output_uncounted() -> None:
    shown = output_count(_answer(HAIKU), "gpt-4o")
    assert shown is not None
    assert shown.how is How.EXACT
    hidden = Usage(input_tokens=1, output_tokens=900, reasoning_tokens=880)
    assert output_count(_answer(HAIKU, usage=hidden), "gpt-5.4") is None
    assert output_count(_answer(HAIKU), "o3-mini") is None
    told = Usage(input_tokens=1, output_tokens=22, reasoning_tokens=0)
    assert output_count(_answer(HAIKU, usage=told), "o3-mini") is not None


def test_without_the_extra_texts_are_measured_and_said_to_be() -> None:
    code = (
        "import sys; sys.modules['bpe_openai'] = None\n"
        "from agentprobe.domain.model import Message, ModelRequest\n"
        "from agentprobe.trace.facts.tokens import input_count\n"
        "told = ModelRequest(model='gpt-4o', messages=(Message(role='user', text='x' * 400),))\n"
        "count = input_count(told, b'', 'openai_chat')\n"
        "print(count.how, 90 < count.tokens < 120, count.error > 0.5)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "estimate True True\n"


def test_an_estimate_is_set_right_by_the_other_calls_and_one_wrong_report_does_not_bend_it() -> None:
    others = [(100 * n, 130 * n + 40) for n in range(1, 9)]
    count = calibrated(estimate(450, 0.5), others)
    assert (count.tokens, count.how) == (450 * 1.3 + 40, How.CALIBRATED)
    assert count.error < 0.07
    bent = calibrated(estimate(450, 0.5), [*others, (900, 90_000)])
    assert bent.tokens == pytest.approx(625, rel=0.02)
    assert calibrated(estimate(450, 0.5), others[:3]).how is How.ESTIMATE


def _ledger(telling: Teller, *calls: tuple[ModelRequest, ModelAnswer], table: Table | None = None) -> Ledger:
    story = telling()
    for request, answer in calls:
        story.model(request, answer)
    return ledger_of(story.ended(), table or shipped())


def test_a_report_that_our_count_contradicts_is_marked_and_others_are_not(telling: Teller) -> None:
    request = _asked(HAIKU)
    count = input_count(request, b"", "openai_chat")
    assert count is not None
    right, wrong = _answer(HAIKU, count.tokens, 22), _answer(HAIKU, count.tokens * 3, 22)
    ledger = _ledger(telling, (request, right), (_asked(HAIKU, "", HAIKU), wrong))
    assert [entry.doubts for entry in ledger.entries] == [(), ("input",)]


def test_a_simulated_models_figures_are_neither_checked_nor_priced(telling: Teller) -> None:
    story = telling(simulated=True)
    story.model(_asked(HAIKU), _answer(given=3))
    ledger = ledger_of(story.ended(), shipped())
    assert (ledger.spends, ledger.dollars, ledger.doubted) == (False, None, ())
    assert ledger.entries[0].given == 3


SMALL = Table(
    date="2026-11-20",
    source="made up",
    providers=(Provider(id="openai", models=(Model(id="gpt-4o", window=100),)),),
)


def test_calls_that_tell_a_history_on_are_one_conversation_and_the_call_that_passes_the_mark_is_named(
    telling: Teller,
) -> None:
    ledger = _ledger(
        telling,
        (_asked("one"), _answer("a", 20, 10)),
        (_asked("another"), _answer("b", 5, 5)),
        (_asked("one", "a", "two"), _answer("c", 60, 14)),
        (_asked("one", "a", "two", "c", "three"), _answer("d", 70, 5)),
        table=SMALL,
    )
    first, second = ledger.conversations
    assert [point.number for point in first.points] == [1, 3, 4]
    assert [point.share for point in first.points] == [0.3, 0.74, 0.75]
    assert first.crossed is not None
    assert first.crossed.number == 4
    assert (len(second.points), second.crossed) == (1, None)


def test_a_history_that_the_server_keeps_is_joined_by_the_id_of_the_answer(telling: Teller) -> None:
    story = telling("openai_responses")
    story.model(_asked("one"), _answer("a", 20, 10, id="resp_1"))
    extra = {"previous_response_id": "resp_1"}
    story.model(_asked("two", extra=extra), _answer("b", 50, 10, id="resp_2"))
    ledger = ledger_of(story.ended(), SMALL)
    assert [[point.tokens for point in talk.points] for talk in ledger.conversations] == [[30, 60]]
    assert ledger.entries[1].own_input is None


def test_tool_results_are_part_of_the_history(telling: Teller) -> None:
    wish = ToolCall(id="c1", name="find", arguments="{}")
    asked = _asked("look")
    told = replace(
        asked,
        messages=(
            *asked.messages,
            Message(role="assistant", tool_calls=(wish,)),
            Message(role="tool", results=(ToolResult(call_id="c1", content="found"),)),
        ),
    )
    ledger = _ledger(telling, (asked, _answer("", tool_calls=(wish,))), (told, _answer("done")))
    assert len(ledger.conversations) == 1


def test_what_nobody_reported_is_counted_and_said_to_be(telling: Teller) -> None:
    ledger = _ledger(telling, (_asked(HAIKU), _answer("Fine.", None)))
    (point,) = ledger.conversations[0].points
    assert point.counted
    assert point.tokens is not None
    assert ledger.entries[0].cost is not None
    assert ledger.entries[0].cost.dollars is None

"""direct_injection in what the user says, as the real SDKs send it and as every dialect tells it."""

from __future__ import annotations

import json
from typing import Any

from tests.chaos.conftest import MakeRig
from tests.chaos.faults.listing import ANSWER, EACH_DIALECT, FIND, REFUND, Session, asking, stays

from agentprobe.chaos.canary import canaries_in
from agentprobe.chaos.faults.direct_injection import DirectInjection
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest
from agentprobe.domain.wire import HttpRequest

DONE = ModelAnswer(text="Done.", finish=Finish.STOP)
IMAGE = "data:image/png;base64,iVBORw0KGgo="


@EACH_DIALECT
def test_behind_the_users_text_stands_an_instruction_that_wants_one_of_the_tools(dialect: str) -> None:
    session = Session(DirectInjection())
    asked, outcome = session.meet(asking(dialect, FIND, REFUND), ANSWER)
    (said,) = dialect_named(dialect).read_request(asked.request.body).messages
    (canary,) = canaries_in(session.told[0])
    assert said.text.startswith("Refund A-1.\n\n")
    assert canary in said.text
    assert "find" in said.text or "refund" in said.text.removeprefix("Refund A-1.")
    assert outcome.marks == ("fault:direct_injection",)


def test_the_same_text_gets_the_same_words_in_all_of_a_session() -> None:
    session = Session(DirectInjection())
    bodies = {session.meet(asking("openai_chat", FIND), ANSWER)[0].request.body for _ in range(3)}
    assert len(bodies) == len(set(session.told)) == 1


def test_a_request_in_which_no_user_speaks_stays() -> None:
    request = ModelRequest(model="m", messages=(Message(role="system", text="Be kind."),))
    body = dialect_named("openai_chat").write_request(request)
    asked = HttpRequest(method="POST", target="/", body=body)
    stays(DirectInjection(), Call(kind=Kind.MODEL, name="m", request=asked, dialect="openai_chat"), ANSWER)
    stays(DirectInjection(), Call(kind=Kind.MODEL, name="m", request="?", dialect=""), Outcome(value=1))


def test_openais_sdk_sends_all_else_as_it_was(rig: MakeRig) -> None:
    made = rig("openai_chat", "direct_injection(template=override)@model", DONE)
    content: Any = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": IMAGE}},
    ]
    messages: Any = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": content}]
    answer = made.openai_client().chat.completions.create(model="m", messages=messages)
    assert answer.choices[0].message.content == "Done."
    sent, came = (json.loads(request.body) for request in (made.attempts[0], made.asked[0]))
    text = came["messages"][1]["content"][0].pop("text")
    assert sent["messages"][1]["content"][0].pop("text") == "What is this?"
    assert came == sent
    assert text.startswith("What is this?\n\n")
    plain = made.asked[0].body.replace(json.dumps(text).encode(), b'"What is this?"')
    assert plain == made.attempts[0].body


def test_anthropics_sdk_streams_and_sends_all_else_as_it_was(rig: MakeRig) -> None:
    made = rig("anthropic_messages", "direct_injection@model", DONE)
    messages: Any = [{"role": "user", "content": "What now?"}]
    client = made.anthropic_client()
    with client.messages.stream(model="m", max_tokens=9, system="Be kind.", messages=messages) as stream:
        assert stream.get_final_text() == "Done."
    sent, came = (json.loads(request.body) for request in (made.attempts[0], made.asked[0]))
    assert came["messages"][0].pop("content").startswith("What now?\n\n")
    assert sent["messages"][0].pop("content") == "What now?"
    assert came == sent

"""A provider that says what it was told to say, and an agent that does what it is asked."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import openai
import pytest

from agentprobe.dialects import dialect_for
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, ToolCall
from agentprobe.domain.wire import HttpReply, HttpRequest, Piece

Answer = ModelAnswer | HttpReply


def wish(name: str, number: int = 1, arguments: str = "{}") -> ToolCall:
    return ToolCall(id=f"{name}_{number}", name=name, arguments=arguments)


def asking(*calls: ToolCall, text: str = "") -> ModelAnswer:
    return ModelAnswer(text=text, tool_calls=calls, finish=Finish.TOOL_CALLS)


def saying(text: str) -> ModelAnswer:
    return ModelAnswer(text=text, finish=Finish.STOP)


class Provider:
    """Gives its answers one after another, the last one again and again; keeps what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[ModelRequest] = []
        self.bodies: list[bytes] = []

    def pieces(self, request: HttpRequest) -> Generator[Piece, None, None]:
        dialect = dialect_for(request.method, request.target)
        assert dialect is not None
        self.bodies.append(request.body)
        self.requests.append(dialect.read_request(request.body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        asked = self.requests[-1]
        reply = answer if isinstance(answer, HttpReply) else dialect.write_answer(answer, asked)
        yield reply.head
        yield from reply.chunks

    def results(self, nth: int) -> dict[str, str]:
        """The tool results that its nth request told, by the id of the call."""
        told = (result for message in self.requests[nth].messages for result in message.results)
        return {result.call_id: result.content for result in told}


class Agent:
    """A loop around the openai package, as many write it."""

    def __init__(self, **tools: Callable[..., Any]) -> None:
        self.tools = tools
        self.ran: list[str] = []
        self.messages: list[Any] = []

    def ask(self, question: str) -> str | None:
        self.messages.append({"role": "user", "content": question})
        with openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1") as client:
            while True:
                answer = client.chat.completions.create(model="m", messages=self.messages)
                message = answer.choices[0].message
                self.messages.append(message)
                if not message.tool_calls:
                    return message.content
                self._run(message.tool_calls)

    def _run(self, calls: Sequence[Any]) -> None:
        for call in calls:
            name = call.function.name
            self.ran.append(name)
            result = str(self.tools[name]())
            self.messages.append({"role": "tool", "tool_call_id": call.id, "content": result})


@pytest.fixture
def agent() -> Agent:
    return Agent(find=lambda: '{"items": [1, 2]}', pay=lambda: "paid", look=lambda: "seen")

"""Stories that the tests of a trace's facts are told in."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Protocol

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Effect, Kind
from agentprobe.domain.model import ModelAnswer, ModelRequest
from agentprobe.domain.wire import HttpReply, HttpRequest, Piece
from agentprobe.kernel.boundary import Boundary
from agentprobe.trace.body import packed_value
from agentprobe.trace.read import read_trace
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.records import StateRecord
from agentprobe.trace.view import Trace
from agentprobe.trace.writer import TraceWriter


class Telling:
    """A session on virtual time that is told call by call and then read back."""

    def __init__(self, path: Path, dialect: str = "openai_chat", **run: Any) -> None:
        self.path = path
        self.clock = VirtualClock()
        self.writer = TraceWriter(path)
        self.writer.header(session="story", started=self.clock.date().isoformat(), run=run)
        self.dialect = dialect_named(dialect)
        self.boundary = Boundary([Recorder(self.writer, self.clock)], self.clock)

    def model(self, request: ModelRequest, answer: ModelAnswer | HttpReply, seconds: float = 0.0) -> None:
        """The agent asks and gets an answer."""
        reply = self.dialect.write_answer(answer, request) if isinstance(answer, ModelAnswer) else answer

        def answering(_: Call) -> Generator[Piece, None, None]:
            self.clock.sleep(seconds)
            yield reply.head
            yield from reply.chunks

        wire = HttpRequest(method="POST", target="/v1/x", body=self.dialect.write_request(request))
        call = Call(kind=Kind.MODEL, name=request.model, request=wire, dialect=self.dialect.name)
        list(self.boundary.stream(call, answering))

    def tool(self, name: str, result: Any, *, ref: str = "", seconds: float = 0.0, **arguments: Any) -> None:
        """The agent runs a tool in its own process; a result that is an exception is raised."""

        def performing(_: Call) -> Any:
            self.clock.sleep(seconds)
            if isinstance(result, Exception):
                raise result
            return result

        call = Call(kind=Kind.TOOL, name=name, request=arguments, effect=Effect.READ, ref=ref)
        self.boundary.call(call, performing)

    def state(self, name: str, value: Any) -> None:
        """The agent's framework shows what it keeps."""
        writer = self.writer
        writer.add(
            StateRecord(
                order=writer.order(), by=writer.by, at=writer.elapsed(), name=name, value=packed_value(value)
            )
        )

    def ended(self, exit: int = 0) -> Trace:
        """The process is over; the trace as its readers get it."""
        self.writer.end("ok" if exit == 0 else "failed", exit=exit)
        return read_trace(self.path)


class Teller(Protocol):
    """Begins a story."""

    def __call__(self, dialect: str = ..., **run: Any) -> Telling: ...


@pytest.fixture
def telling(tmp_path: Path) -> Callable[..., Telling]:
    """Begins a story in a file of its own."""
    return lambda dialect="openai_chat", **run: Telling(tmp_path / "story.jsonl", dialect, **run)

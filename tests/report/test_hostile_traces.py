"""What a model or a tool says can neither write elsewhere on a screen nor run in a page."""

from __future__ import annotations

import json
from collections.abc import Generator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from agentprobe.basis.clock import VirtualClock
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.kernel.boundary import Boundary
from agentprobe.report.html_diff import diff_page
from agentprobe.report.terminal_diff import draw_diff
from agentprobe.report.terminal_trace import draw
from agentprobe.trace.diff.compare import diff
from agentprobe.trace.read import read_trace
from agentprobe.trace.recorder import Recorder
from agentprobe.trace.view import Trace
from agentprobe.trace.writer import TraceWriter

HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "\u202egnp.exe\u2066",
    "[bold red]markup[/] [link=http://x]y[/link]",
    "\r\nmodel calls  0\x08\x7f\x9b31m",
)


def _trace(path: Path, text: str) -> Trace:
    clock, writer = VirtualClock(), TraceWriter(path)
    writer.header(session=text, agent={"command": [text]}, run={"schedule": text})
    boundary = Boundary([Recorder(writer, clock)], clock)
    asked = {"model": text, "messages": [{"role": "user", "content": text}], "stop": text}
    told = {"id": text, "model": text, "choices": [{"message": {"content": text}, "finish_reason": text}]}

    def answering(_: Call) -> Generator[Piece, None, None]:
        yield HttpReply(status=200, headers=((text[:1].strip() or "x", text),))
        yield Chunk(json.dumps(told).encode())

    wire = HttpRequest(method="POST", target=f"/{text}", body=json.dumps(asked).encode())
    list(boundary.stream(Call(kind=Kind.MODEL, name=text, request=wire, dialect="openai_chat"), answering))

    def failing(_: Call) -> None:
        raise ValueError(text)

    boundary.call(Call(kind=Kind.TOOL, name=text, request={text: text}, intent=text), failing)
    writer.end(text, error=text)
    return read_trace(path)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_harmless_on_a_screen_and_in_a_page(tmp_path: Path, text: str) -> None:
    trace, other = _trace(tmp_path / "a.jsonl", text), _trace(tmp_path / "b.jsonl", f"{text} again")
    pair = diff(trace, other)
    for drawn in (draw(trace), draw_diff(pair, every=True)):
        screen = StringIO()
        Console(file=screen, width=100, force_terminal=False).print(drawn)
        shown = screen.getvalue()
        assert all(letter.isprintable() or letter == "\n" for letter in shown), text
        assert "\n model calls  0" not in shown
    page = diff_page(pair)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\x1b" not in page

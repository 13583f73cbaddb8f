"""A trace in a terminal: words before colours, 80 columns, and nothing that foreign text can break out of."""

from __future__ import annotations

import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.console import Console, RenderableType

from agentprobe.report.terminal_trace import _tool, draw, live_line
from agentprobe.report.trace_words import clipped, duration, plain
from agentprobe.trace.body import packed_value
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.read import read_trace
from agentprobe.trace.records import CallRecord, EndRecord, Failure, Header, OutcomeRecord, RequestNotes
from agentprobe.trace.tools import WIRE, ToolUse
from agentprobe.trace.view import Trace

GOLDEN = Path(__file__).parents[1] / "golden" / "trace_v1.jsonl"


def _printed(what: RenderableType, *, colour: bool = False) -> str:
    file = io.StringIO()
    console = Console(width=80, file=file, force_terminal=colour, color_system="standard" if colour else None)
    console.print(what)
    return file.getvalue()


def test_a_trace_is_drawn_with_attempts_tools_and_totals() -> None:
    text = _printed(draw(read_trace(GOLDEN)))
    for said in (
        "attempt 1 · 429 FAILED",
        "tool find_customer(name=Example Ltd) · ok · 30 ms",
        "seen on the wire",
        "WRITE · FAILED",
        "200 CUT OFF",
        "LEFT by the agent",
        "5 and 1 retry",
        "200 ×5  429 ×1",
        "320→34 tokens",
        "REPEATED     2× refund 17",
        "log_view #1 before find_customer #1",
    ):
        assert said in text, said
    assert max(map(len, text.splitlines())) <= 80


def test_what_colour_says_words_say_too() -> None:
    assert _printed(draw(read_trace(GOLDEN)), colour=True) != _printed(draw(read_trace(GOLDEN)))
    assert "FAILED" in _printed(draw(read_trace(GOLDEN)))


def test_each_finished_call_has_a_line_that_fits() -> None:
    lines = [_printed(live_line(call)) for call in read_trace(GOLDEN).calls]
    assert [line.count("\n") for line in lines] == [1] * len(lines)
    assert "0.000 s  model gpt-4o-mini · 429 FAILED · 250 ms" in lines[0]


@given(
    text=st.text(st.characters(codec="utf-8"), max_size=30)
    | st.sampled_from(["\x1b[2J", "\x9b2J", "[red]x[/]", "‮txt"])
)
def test_foreign_text_cannot_write_elsewhere_on_the_screen(text: str) -> None:
    call = CallRecord(
        order=1, id="c", by="process", place="agent", at=0.0, kind="tool", name=text, path=text,
        request=packed_value({text: text}),
    )  # fmt: skip
    came = OutcomeRecord(
        order=2, id="c", by="process", place="agent", at=0.0, seconds=0.0,
        error=Failure(type=text, message=text), marks=(text,),
    )  # fmt: skip
    end = EndRecord(order=3, by="process", status=text, facts={"error": text})
    header = Header(session=text, run={"schedule": text})
    trace = Trace.of(Path("t"), header, [call, came, end], (text,))
    traced = TracedCall(call, came)
    for shown in (_printed(draw(trace)), _printed(live_line(traced))):
        assert all(letter.isprintable() for letter in shown.replace("\n", ""))


def test_markup_in_foreign_text_is_shown_and_not_obeyed() -> None:
    assert plain("[red]x[/red]\x1b[0m\n") == "[red]x[/red]\\x1b[0m⏎"


def test_an_empty_and_a_broken_trace_can_be_drawn() -> None:
    assert "NO END" in _printed(draw(Trace(Path("t"), Header(session="s"))))
    record = CallRecord(order=1, id="c", by="process", place="agent", at=0.0, kind="model", name="m")
    assert "NO OUTCOME" in _printed(draw(Trace.of(Path("t"), Header(), [record])))


def test_figures_have_fitting_units() -> None:
    assert [duration(s) for s in (None, 0.0, 0.0123, 0.9999, 12.34, 1234.5)] == [
        "", "0 ms", "12.3 ms", "1 s", "12.3 s", "1,234 s",
    ]  # fmt: skip
    assert clipped("abcdef", 4) == "abc…"


def test_a_result_that_was_not_kept_is_not_called_unseen() -> None:
    kept = CallRecord(order=1, id="c1", by="p", place="agent", at=0, kind="model", name="m", site="model")
    for record, said in ((kept, "no result seen"), (replace(kept, noted=RequestNotes()), "not kept")):
        assert said in _tool(ToolUse(name="f", arguments={}, seen=WIRE, asked_by=TracedCall(record))).plain

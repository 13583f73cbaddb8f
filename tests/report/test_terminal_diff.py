"""A comparison on a screen, on a page and as JSON: everything is said, and foreign text stays text."""

from __future__ import annotations

import io
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from agentprobe.report.diff_words import values
from agentprobe.report.html_diff import diff_page
from agentprobe.report.json_diff import diff_json
from agentprobe.report.terminal_diff import MOST_STEPS, draw_diff
from agentprobe.trace.body import packed_value
from agentprobe.trace.diff.compare import RunDiff, diff
from agentprobe.trace.diff.paths import Change
from agentprobe.trace.read import read_trace
from agentprobe.trace.records import CallRecord, EndRecord, Header, OutcomeRecord, Record
from agentprobe.trace.view import Trace

GOLDEN = Path(__file__).parents[1] / "golden" / "trace_v1.jsonl"
HOSTILE = "<script>alert('x')</script> \x1b[2J [red]x[/]"


def _run(path: str, *results: str, name: str = "look", seed: int = 0) -> Trace:
    """A run of one tool that gave these results."""
    records: list[Record] = []
    for number, result in enumerate(results):
        asked, came, ref = 2 * number, 2 * number + 1, f"c{number}"
        request, body = packed_value({"n": number}), packed_value(result)
        records += [
            CallRecord(
                order=asked, id=ref, by="process", place="agent", at=0.0, kind="tool", name=name,
                request=request,
            ),
            OutcomeRecord(
                order=came, id=ref, by="process", place="agent", at=0.0, seconds=0.0, body=body,
            ),
        ]  # fmt: skip
    return Trace.of(
        Path(path), Header(seed=seed), [*records, EndRecord(order=len(records), by="process", status="ok")]
    )


def _printed(found: RunDiff, *, every: bool = False) -> str:
    file = io.StringIO()
    Console(width=80, file=file, force_terminal=False).print(draw_diff(found, every=every))
    return file.getvalue()


def test_the_first_difference_is_said_with_its_path_and_both_values() -> None:
    text = _printed(diff(_run("a", "one", "two"), _run("b", "one", "three", seed=4)))
    assert "The runs part at step 2 (tool look): result." in text
    assert "$  “two” → “three”" in text
    assert "seed  0 → 4" in text
    assert "1 step the same, 1 changed" in text


def test_the_same_run_is_said_to_be_the_same() -> None:
    text = _printed(diff(read_trace(GOLDEN), read_trace(GOLDEN)))
    assert "The runs are the same." in text
    assert "why" not in text


def test_long_lists_of_differences_are_cut_and_say_so() -> None:
    results = [str(number) for number in range(MOST_STEPS + 5)]
    found = diff(_run("a", *results), _run("b", *(f"{text}!" for text in results)))
    assert "5 more steps; --all lists them" in _printed(found)
    assert "more steps" not in _printed(found, every=True)
    assert _printed(found, every=True).count("tool look") == len(results) + 1


def test_long_values_are_shown_from_where_they_part() -> None:
    a, b = values(Change("$", "x" * 500 + "A", "x" * 500 + "B"), 60)
    assert (a[-2:], b[-2:]) == ("A”", "B”")
    assert max(len(a), len(b)) <= 60


@given(st.text(st.characters(codec="utf-8"), max_size=20) | st.just(HOSTILE))
def test_foreign_text_cannot_write_elsewhere_on_the_screen(text: str) -> None:
    found = diff(_run(text, text, name=text), _run(text, text + "x", text, name=text))
    assert all(letter.isprintable() for letter in _printed(found).replace("\n", ""))


def test_foreign_text_on_the_page_stays_text() -> None:
    page = diff_page(diff(_run("a", "calm", "one"), _run(HOSTILE, HOSTILE, HOSTILE)))
    assert "<script" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page
    assert "Every step that differs" in page


def test_json_has_everything_a_program_needs() -> None:
    said = json.loads(diff_json(diff(_run("a", "one"), _run("b", "two", "more"))))
    assert (said["same"], said["first"]["cause"]) == (False, "result")
    assert said["first"]["why"][0]["changes"] == [{"path": "$", "a": "one", "b": "two"}]
    assert (said["steps"]["changed"], said["steps"]["added"]) == (1, 1)
    assert [pair["fate"] for pair in said["differing"]] == ["changed", "added"]
    assert said["differing"][1]["a"] is None

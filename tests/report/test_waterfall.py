"""A drawn run: every call in a row of its own, nothing over anything else, foreign text as text."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

import pytest

from agentprobe.domain.call import Kind
from agentprobe.report.timeline import Moment, Span, Timeline
from agentprobe.report.waterfall import LINE, MOST, MOST_LETTERS, waterfall

HOSTILE = "</text><script>alert(1)</script>\"'&\x1b[31m\u202e"


def span(number: int, began: float, seconds: float, **more: object) -> Span:
    settings: dict[str, object] = {"kind": Kind.MODEL, "label": f"model:{number}", **more}
    return Span(
        began=Moment(began, 2 * number),
        ended=Moment(began + seconds, 2 * number + 1),
        **settings,  # type: ignore[arg-type]  # spelled by the tests one by one
    )


def run(*spans: Span) -> Timeline:
    last = max((one.ended.seconds for one in spans), default=0.0)
    return Timeline(spans=spans, end=Moment(last, float("inf")))


def drawn(timeline: Timeline, ending: str = "lied") -> Element:
    return fromstring(waterfall(timeline, ending))


def texts(svg: Element) -> list[str]:
    return ["".join(one.itertext()) for one in svg.iter("text")]


def bars(picture: Element) -> list[Element]:
    return [one for one in picture.iter("rect") if "bar" in one.attrib["class"]]


def check_nothing_overlaps(picture: Element) -> None:
    """In each row lines of words keep their distance, the bar stands beneath them, and all is inside."""
    for row in picture.findall("svg"):
        height = float(row.attrib["height"])
        words = [float(one.attrib["y"]) for one in row.iter("text") if one.attrib["x"] == "4"]
        assert all(b - a >= LINE for a, b in pairwise(words))
        assert all(12 <= y <= height - 3 for y in words)
        for bar in bars(row):
            top, bottom = float(bar.attrib["y"]), float(bar.attrib["y"]) + float(bar.attrib["height"])
            assert max(words) + 3 < top < bottom <= height
            x, width = (float(bar.attrib[name].rstrip("%")) for name in ("x", "width"))
            assert min(x, width) >= 0
            assert x + width <= 100.02
    labels = sorted(_extent(one) for one in picture.iter("text") if one.attrib["class"] == "axis")
    assert all(a[1] <= b[0] for a, b in pairwise(labels))
    assert all(len(text) <= MOST_LETTERS + 8 for text in texts(picture))


def _extent(label: Element) -> tuple[float, float]:
    """What a label covers of a drawing that is 300 pixels wide, in per cent."""
    at, wide = float(label.attrib["x"].rstrip("%")), len(label.text or "") * 6.5 / 3
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}[label.attrib["text-anchor"]]
    return at - wide * before, at + wide * (1 - before)


def test_a_run_without_calls_is_only_its_end() -> None:
    svg = drawn(run())
    assert texts(svg)[-1] == "the end: lied"
    check_nothing_overlaps(svg)


def test_one_call_is_one_bar_with_its_time() -> None:
    svg = drawn(run(span(1, 0.0, 1.25)))
    assert "model:1 · 1.25 s" in texts(svg)
    assert texts(svg)[-1] == "the end at 1.25 s: lied"
    check_nothing_overlaps(svg)


def test_what_struck_and_what_was_carried_out_stands_in_words() -> None:
    tool = {"kind": Kind.TOOL, "label": "tool:refund:1"}
    svg = drawn(
        run(
            span(1, 0, 1, **tool, struck=("duplicate_delivery",), carried_out=2),
            span(2, 1, 1, **tool, failed=True, carried_out=0, notes=("status 503",)),
            span(3, 2, 1, **tool, carried_out=1, notes=("the same again",)),
        )
    )
    said = texts(svg)
    assert "struck by duplicate_delivery" in said
    assert [text for text in said if "write" in text] == [
        "◆◆ write, carried out 2 times",
        "◇ write, not carried out",
        "◆ write, carried out",
    ]
    assert "status 503" in said
    assert "the same again" in said
    check_nothing_overlaps(svg)


def test_many_calls_are_bounded_and_the_rest_is_summed() -> None:
    spans = [span(n, n, 0.5, struck=("hang",) if n == 70 else ()) for n in range(2_000)]
    picture = waterfall(run(*spans), "looped")
    svg = fromstring(picture)
    assert len(bars(svg)) == MOST + 1
    said = texts(svg)
    assert "… 1,940 calls more" in said
    assert "1,940 model calls, 0 tool calls, 1" in said
    assert "model:0 · 500 ms" in said
    assert "model:1999 · 500 ms" in said
    assert len(picture) < 60_000
    check_nothing_overlaps(svg)


def test_a_long_wait_is_cut_with_a_mark_and_its_length() -> None:
    svg = drawn(run(span(1, 0, 1), span(2, 1, 600, struck=("hang",)), span(3, 601, 1)))
    assert "// 600 s" in texts(svg)
    assert [one.attrib["class"] for one in svg.iter("path")] == ["cut", "edge"]
    check_nothing_overlaps(svg)


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 1e9, 1e200, 1.7e308])
def test_huge_and_tiny_times_are_drawn(seconds: float) -> None:
    svg = drawn(run(span(1, 0, 1), span(2, 1, seconds), span(3, 1 + seconds, 1)))
    assert "nan" not in "".join(f"{one.attrib}" for one in svg.iter()).lower()
    assert all(float(bar.attrib["width"].rstrip("%")) > 1 for bar in bars(svg))


def test_many_long_waits_do_not_write_over_each_other_on_the_axis() -> None:
    spans = [one for n in range(20) for one in (span(2 * n, 601 * n, 600), span(2 * n + 1, 601 * n + 600, 1))]
    check_nothing_overlaps(drawn(run(*spans)))


def test_a_clock_that_stands_still_shows_the_order_and_no_times() -> None:
    svg = drawn(run(span(1, 0, 0), span(2, 0, 0)))
    said = texts(svg)
    assert "the clock stood still: widths show the order" in said
    assert not any("ms" in text for text in said)
    begins = [float(bar.attrib["x"].rstrip("%")) for bar in bars(svg)]
    assert begins == sorted(set(begins))


def test_hostile_text_stays_text() -> None:
    one = span(1, 0, 1, label=HOSTILE, struck=(HOSTILE,), notes=(HOSTILE,), failed=True)
    picture = waterfall(run(one), HOSTILE)
    svg = fromstring(picture)
    assert "<script" not in picture
    assert {one.tag for one in svg.iter()} <= {"div", "svg", "rect", "line", "text", "path"}
    assert not re.search("[\x00-\x1f\u202e]", picture)


def test_long_notes_are_clipped_and_wrapped() -> None:
    svg = drawn(run(span(1, 0, 1, label="x" * 300, notes=("word " * 300, "y" * 500))))
    check_nothing_overlaps(svg)
    assert len(texts(svg)) < 12

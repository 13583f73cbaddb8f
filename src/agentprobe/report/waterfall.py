"""A run drawn as a waterfall: a bar a call on the run's own clock, with what befell it in words above it.

Positions are shares of the width and sizes are in pixels, so that the drawing fits a phone and a wide screen
without its letters changing. Its colours are classes of the page that it stands in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from agentprobe.domain.call import Kind
from agentprobe.report.broken_axis import Axis, axis
from agentprobe.report.timeline import Moment, Span, Timeline
from agentprobe.report.trace_words import clipped, counted, duration, plain

MOST = 60
"""So many calls are drawn, the first and the last; those between them are summed up in one row."""
MOST_LAST = 20
LINE, BAR, GAP, HEAD = 16, 9, 12, 24
"""Heights in pixels: of a line of words, of a bar, between rows, of the axis."""
MOST_LETTERS = 38
"""So many letters of a line are sure to fit on a phone."""
MOST_NOTE = 120
"""So much of a note is written out; it is foreign text."""
_LETTER = 2.5
"""About how much of the narrowest drawing's width a letter takes, in per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What stands in one row: words above, a bar beneath."""

    title: str
    lines: tuple[tuple[str, str], ...]
    """A class and words, line by line."""
    began: Moment
    ended: Moment
    kind: str

    @property
    def height(self) -> int:
        return (1 + len(self.lines)) * LINE + BAR + GAP


def waterfall(run: Timeline, ending: str) -> str:
    """The drawing, an SVG a row; `ending` says what the run came to. All foreign text in it is escaped.

    Each row is a picture of its own, so that a printed page can end between any two of them.
    """
    rows = _rows(run.spans, timed=run.end.seconds > 0)
    moments = sorted({moment for row in rows for moment in (row.began, row.ended)} | {run.end, Moment(0, -1)})
    laid = axis([moment.seconds for moment in moments])
    at = dict(zip(moments, laid.at, strict=True))
    when = f" at {duration(run.end.seconds)}" if run.end.seconds > 0 else ""
    said = f"{counted(len(run.spans), 'call', 'calls')}, the end{when}: {ending}"
    return "".join(
        (
            f'<div class="waterfall" role="group" aria-label="{_text(said)}">',
            _picture(HEAD, _axis(laid, run.end.seconds)),
            *(_picture(row.height, _drawn(row, at[row.began], at[row.ended], laid)) for row in rows),
            _picture(LINE + GAP, _words(LINE, f"the end{when}: {ending}", "name")),
            "</div>",
        )
    )


def _picture(height: int, parts: Iterable[str]) -> str:
    return f'<svg width="100%" height="{height}">{"".join(parts)}</svg>'


# -- what stands in the rows -------------------------------------------------------------------------------


def _rows(spans: Sequence[Span], *, timed: bool) -> list[_Row]:
    if len(spans) <= MOST:
        return [_row(span, timed=timed) for span in spans]
    first = MOST - MOST_LAST
    middle = spans[first : len(spans) - MOST_LAST]
    return [
        *(_row(span, timed=timed) for span in spans[:first]),
        _summed(middle),
        *(_row(span, timed=timed) for span in spans[-MOST_LAST:]),
    ]


def _row(span: Span, *, timed: bool) -> _Row:
    title = clipped(span.label, MOST_LETTERS - 10)
    return _Row(
        title=f"{title} · {duration(span.seconds)}" if timed else title,
        lines=tuple(_lines(span)),
        began=span.began,
        ended=span.ended,
        kind=" ".join(
            [span.kind.value, *(["failed"] if span.failed else []), *(["struck"] if span.struck else [])]
        ),
    )


def _lines(span: Span) -> Iterator[tuple[str, str]]:
    if span.struck:
        yield from _wrapped("hit", f"struck by {', '.join(dict.fromkeys(span.struck))}")
    if span.carried_out is not None:
        yield from _wrapped("effect", _effect(span.carried_out))
    if span.notes:
        yield from _wrapped("note", "; ".join(clipped(note, MOST_NOTE) for note in span.notes))


def _effect(times: int) -> str:
    if not times:
        return "◇ write, not carried out"
    return "◆ write, carried out" if times == 1 else f"◆◆ write, carried out {times} times"


def _wrapped(kind: str, text: str) -> Iterator[tuple[str, str]]:
    yield from ((kind, line) for line in wrap(plain(text), MOST_LETTERS))


def _summed(spans: Sequence[Span]) -> _Row:
    models = sum(span.kind is Kind.MODEL for span in spans)
    struck = sum(bool(span.struck) for span in spans)
    done = sum(span.carried_out or 0 for span in spans)
    tools = len(spans) - models
    told = f"{counted(models, 'model call', 'model calls')}, {counted(tools, 'tool call', 'tool calls')}"
    facts = [
        f"{struck} struck" if struck else "",
        f"{counted(done, 'write', 'writes')} carried out" if done else "",
    ]
    return _Row(
        title=f"… {len(spans):,} calls more",
        lines=tuple(_wrapped("note", ", ".join(filter(None, (told, *facts))))),
        began=min(span.began for span in spans),
        ended=max(span.ended for span in spans),
        kind="summed",
    )


# -- how it is drawn -----------------------------------------------------------------------------------------


def _drawn(row: _Row, began: float, ended: float, laid: Axis) -> Iterator[str]:
    yield from _words(LINE, row.title, "name")
    for place, (kind, line) in enumerate(row.lines, 2):
        yield from _words(place * LINE, line, kind)
    yield from _bar(row.kind, row.height - BAR - GAP // 3, began, ended, laid)


def _bar(kind: str, y: int, began: float, ended: float, laid: Axis) -> Iterator[str]:
    for cut in laid.cuts:
        x = _share(cut.at)
        yield f'<line class="skip" x1="{x}" x2="{x}" y1="{y}" y2="{y + BAR + GAP // 3}"/>'
    x, width = _share(began), _share(max(ended - began, 0.0))
    yield f'<rect class="bar {kind}" x="{x}" y="{y}" width="{width}" height="{BAR}"/>'
    yield f'<line class="tick {kind}" x1="{x}" x2="{x}" y1="{y}" y2="{y + BAR}"/>'
    for cut in laid.cuts:
        if began < cut.at < ended:
            yield (
                f'<svg x="{_share(cut.at)}" y="{y}" width="1" height="1" overflow="visible">'
                f'<path class="cut" d="M-5 {BAR + 3}L-1 -3H5L1 {BAR + 3}Z"/>'
                f'<path class="edge" d="M-5 {BAR + 3}L-1 -3M1 {BAR + 3}L5 -3"/></svg>'
            )


def _axis(laid: Axis, seconds: float) -> Iterator[str]:
    """Where the clock stood at both ends, and how long the waits were that are drawn shorter."""
    yield f'<line class="rule" x1="0" x2="100%" y1="{HEAD - 4}" y2="{HEAD - 4}"/>'
    if seconds <= 0:
        yield _label("0", "start", "the clock stood still: widths show the order")
        return
    last = duration(seconds)
    yield _label("0", "start", "0 s")
    yield _label("100%", "end", last)
    taken = [(0.0, 4 * _LETTER), (100 - (len(last) + 1) * _LETTER, 100.0)]
    for cut in laid.cuts:
        words = f"// {duration(cut.seconds)}"
        half = (len(words) + 1) * _LETTER / 2
        span = cut.at * 100 - half, cut.at * 100 + half
        if all(span[1] <= low or high <= span[0] for low, high in taken):
            taken.append(span)
            yield _label(_share(cut.at), "middle", words)


def _label(x: str, anchor: str, words: str) -> str:
    return f'<text class="axis" x="{x}" y="13" text-anchor="{anchor}">{_text(words)}</text>'


def _words(y: int, words: str, kind: str) -> Iterator[str]:
    yield f'<text class="{kind}" x="4" y="{y}">{_text(words)}</text>'


def _share(value: float) -> str:
    return f"{value * 100:.2f}%"


def _text(words: str) -> str:
    return escape(plain(words), quote=True)

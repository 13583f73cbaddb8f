"""The matrix as a picture: a square for each cell, its left half the tool call, its right half the answer."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from conformance.facts import Point
from conformance.grid import Grid, Shown
from conformance.judge import Verdict

SIDE, HIGH, GAP = 30, 15, 2
"""The square's width and height, and what is between two, in pixels."""
LEFT, TOP = 356, 118
LEGEND = 160
GROUPS = {
    "right": ("right", (Verdict.RIGHT,)),
    "raised": ("raised, the library's own error", (Verdict.RAISED,)),
    "gave-up": ("the model gave up", (Verdict.GIVEN_UP,)),
    "yours": ("left to the program's own check", (Verdict.OWN_CHECK,)),
    "foreign": ("raised foreign", (Verdict.FOREIGN,)),
    "silent": ("silent: cut, empty or other text as the answer", tuple(v for v in Verdict if v.silent)),
    "harm": ("WRONG: unfinished or other arguments, or twice", tuple(v for v in Verdict if v.wrong)),
    "hung": ("hung", (Verdict.HUNG,)),
    "none": ("not struck", (Verdict.NOT_STRUCK,)),
}
_GROUP = {verdict: name for name, (_, verdicts) in GROUPS.items() for verdict in verdicts}
STYLE = """
  svg { --ink: #1f2328; --muted: #656d76; --ground: #ffffff; --right: #b4dfc0; --raised: #a9c9ee;
        --gave-up: #d6e6c4; --yours: #d3c4ee;
        --foreign: #e9b0dd; --silent: #f5cf6b; --harm: #cf222e; --hung: #57606a;
        --none: #eef0f2;
        background: var(--ground); font: 11px system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --muted: #8d96a0; --ground: #0d1117; --right: #1f5130; --raised: #1d4272;
          --gave-up: #3d4a2c; --yours: #4a3a78;
          --foreign: #7d3a70; --silent: #9e7716; --harm: #f85149; --hung: #8b949e;
          --none: #1a2028; }
  }
  text { fill: var(--ink); }
  .family { fill: var(--muted); font-weight: 600; }
  .fault { font: 11px ui-monospace, monospace; }
"""


def picture(grid: Grid, *, streamed: bool) -> str:
    """One mode of the matrix as an SVG that stands alone, in light and dark."""
    body = list(_body(grid, streamed))
    width = LEFT + len(grid.columns) * (SIDE + GAP) + 60
    height = TOP + _lines(grid, streamed) * (HIGH + GAP) + LEGEND
    style = STYLE + "".join(f"  .{name} {{ fill: var(--{name}); }}\n" for name in GROUPS)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img"><style>{style}</style>'
    )
    return "\n".join([head, *body, "</svg>"]) + "\n"


def _lines(grid: Grid, streamed: bool) -> int:
    speaking = grid.speaking(streamed)
    return len(speaking) + len({row.family for row in speaking})


def _body(grid: Grid, streamed: bool) -> Iterator[str]:
    for number, column in enumerate(grid.columns):
        x = LEFT + number * (SIDE + GAP) + SIDE / 2
        yield f'<text transform="translate({x:g} {TOP - 8}) rotate(-45)">{escape(column.title)}</text>'
    y, family = float(TOP), None
    for row in grid.speaking(streamed):
        if row.family is not family:
            family = row.family
            yield f'<text class="family" x="8" y="{y + HIGH - 4:g}">{family}</text>'
            y += HIGH + GAP
        yield f'<text class="fault" x="8" y="{y + HIGH - 4:g}">{escape(row.text)}</text>'
        for number, column in enumerate(grid.columns):
            x = LEFT + number * (SIDE + GAP)
            for half, point in enumerate(Point):
                shown = grid.shown(streamed, row, column, point)
                if shown is not None:
                    yield from _half(shown, x + half * SIDE / 2, y)
        y += HIGH + GAP
    yield from _legend(y + 20)


def _half(shown: Shown, x: float, y: float) -> Iterator[str]:
    """Half a square; a strip below it for what comes of it where the fault lasts."""
    place = f'x="{x:g}" width="{SIDE / 2 - 0.5:g}"'
    yield f'<rect class="{_GROUP[shown.first]}" {place} y="{y:g}" height="{HIGH}"/>'
    if shown.lasting is not None and shown.lasting is not shown.first:
        yield f'<rect class="{_GROUP[shown.lasting]}" {place} y="{y + HIGH - 5:g}" height="5"/>'


def _legend(y: float) -> Iterator[str]:
    for number, (name, (told, _)) in enumerate(GROUPS.items()):
        x, at = 8 + (number % 2) * 330, y + (number // 2) * 20
        yield f'<rect class="{name}" x="{x}" y="{at:g}" width="14" height="12"/>'
        yield f'<text x="{x + 20}" y="{at + 10:g}">{escape(told)}</text>'
    note = "Left half: at the tool call; right half: at the answer after it. Strip: if the fault lasts."
    yield f'<text class="family" x="8" y="{y + 20 * -(-len(GROUPS) // 2) + 14:g}">{note}</text>'

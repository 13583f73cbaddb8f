"""Lists of sessions, hits of a search, and figures by name, as they are read in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agentprobe.report.trace_words import clipped, counted, duration
from agentprobe.trace.store.found import SessionFound, SpanFound, Stat

WIDTH, AROUND, NAME = 60, 30, 40
_STATUS = {"ok": "green", "failed": "red", "stopped": "yellow", "open": "cyan", "unreadable": "red"}


def draw_sessions(found: Sequence[SessionFound]) -> RenderableType:
    """One line a session, the newest first."""
    names = [clipped(one.session or one.path, NAME) for one in found]
    table = _named("session", names)
    for name in ("began", "took", "ended", "models", "tools", "tokens", "cost"):
        table.add_column(name, justify="left" if name in ("began", "ended") else "right")
    table.add_column("what stands out" if any(map(_telling, found)) else "", overflow="fold")
    for name, one in zip(names, found, strict=True):
        table.add_row(
            Text(name, "bold"),
            Text(clipped(one.started[:16].replace("T", " "), 16)),
            duration(one.seconds),
            Text(one.status + (f" {one.exit}" if one.exit else ""), _STATUS.get(one.status, "")),
            f"{one.models:,}",
            f"{one.tools:,}",
            _tokens(one),
            "simulated" if one.simulated else _dollars(one.dollars),
            _telling(one),
        )
    return table


def draw_hits(hits: Iterable[tuple[SpanFound, str]], text: str) -> RenderableType:
    """One line a hit: where, and the words around it."""
    table = _table(("session", "left"), ("span", "left"), ("where", "left"))
    for span, said in hits:
        where = Text(f"{span.number} {span.kind} {clipped(span.name, 30)}")
        table.add_row(Text(clipped(span.session, 40), "bold"), where, _around(said, text))
    return table


def draw_stats(found: Sequence[Stat], errors: Sequence[tuple[str, str, int]]) -> RenderableType:
    """Figures of every model and tool, and the commonest errors."""
    parts: list[RenderableType] = []
    for kind in dict.fromkeys(one.kind for one in found):
        parts += [_figures(kind, [one for one in found if one.kind == kind]), Text()]
    if errors:
        table = _table(("times", "right"), ("at", "left"), ("error", "left"))
        for name, said, times in errors:
            table.add_row(f"{times:,}", Text(clipped(name, 30)), Text(clipped(said, 80), "red"))
        parts.append(table)
    return Group(*parts)


def _figures(kind: str, found: Sequence[Stat]) -> Table:
    names = [clipped(one.name, NAME) for one in found]
    table = _named(kind, names)
    for name in ("calls", "attempts", "failed", "cut off", "p50", "p95", "p99", "tokens in", "out", "cost"):
        table.add_column(name, justify="right")
    for name, one in zip(names, found, strict=True):
        share = f" {one.failed / one.calls:.1%}" if one.failed else ""
        table.add_row(
            Text(name, "bold"),
            f"{one.calls:,}",
            f"{one.attempts:,}",
            Text(f"{one.failed:,}{share}", "red" if one.failed else ""),
            f"{one.truncated:,}",
            *(duration(seconds) for seconds in (one.p50_seconds, one.p95_seconds, one.p99_seconds)),
            f"{one.input_tokens:,}",
            f"{one.output_tokens:,}",
            _dollars(one.dollars) + (" or more" if one.dollars is not None and one.unpriced else ""),
        )
    return table


def _named(column: str, names: Sequence[str]) -> Table:
    """A table whose rows have names, which stay whole however narrow the terminal is."""
    table = _table()
    table.add_column(column, no_wrap=True, min_width=max([cell_len(name) for name in names], default=0))
    return table


def _table(*columns: tuple[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name, side in columns:
        table.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    return table


def _tokens(one: SessionFound) -> str:
    if one.input_tokens is None and one.output_tokens is None:
        return ""
    return f"{one.input_tokens or 0:,}→{one.output_tokens or 0:,}"


def _dollars(dollars: float | None) -> str:
    if dollars is None:
        return ""
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def _telling(one: SessionFound) -> Text:
    told: list[tuple[int, Callable[[int], str]]] = [
        (one.failed, lambda n: f"{n:,} failed"),
        (one.retried, lambda n: counted(n, "retry", "retries")),
        (one.truncated, lambda n: f"{n:,} cut off"),
    ]
    parts = [say(number) for number, say in told if number]
    if one.problems:
        parts.append(clipped(one.problems, WIDTH))
    return Text(" · ".join(parts), "yellow")


def _around(said: str, text: str) -> Text:
    """The words around the first place where the text stands."""
    at = said.lower().find(text.lower())
    if at < 0:
        return Text(clipped(said, WIDTH))
    start = max(at - AROUND, 0)
    before, hit = said[start:at], said[at : at + len(text)]
    after = said[at + len(text) : at + len(text) + AROUND]
    lead = "…" if start else ""
    return Text.assemble(
        lead + clipped(before, AROUND + 1), (clipped(hit, WIDTH), "bold yellow"), clipped(after, AROUND)
    )

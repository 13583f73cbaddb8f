"""How quickly the index of many traces answers; a million spans take a few minutes to put in, once.

Run it with `python benchmarks/store.py [SPANS]`. Beside each question stands the time of a bare look-up of
one row by its key in the same file: the least that SQLite can do.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from agentprobe.trace.store import query
from agentprobe.trace.store.found import Wanted
from agentprobe.trace.store.index import Index
from agentprobe.trace.store.rows import Row, Span

A_TRACE = 10
"""Spans of one session."""
MODELS = ("gpt-4.1-mini", "gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-pro", "o4-mini")
WORDS = [f"w{number}" for number in range(20_000)]
ROUNDS = 7


def span(number: int, dice: random.Random) -> Span:
    """One call with about 600 bytes of text."""
    is_model = number % 2 == 0
    return Span(
        number=number + 1,
        kind="model" if is_model else "tool",
        name=dice.choice(MODELS) if is_model else f"tool_{dice.randrange(20)}",
        at=float(number),
        seconds=dice.lognormvariate(0, 1),
        http=200,
        error="RateLimited: slow down" if dice.random() < 0.02 else "",
        input_tokens=dice.randrange(5000),
        output_tokens=dice.randrange(500),
        dollars=dice.random() / 100,
        prompt=f"{dice.randrange(40):032x}",
        text=" ".join(dice.choices(WORDS, k=90)) + (" order 4711" if dice.random() < 0.0001 else ""),
    )


def fill(index: Index, spans: int) -> None:
    """Sessions of ten spans each, spread over a year."""
    dice = random.Random(1)
    for start in range(0, spans // A_TRACE, 500):
        with index.change():
            for number in range(start, min(start + 500, spans // A_TRACE)):
                began = f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}T{number % 24:02d}:00:00"
                made = tuple(span(place, dice) for place in range(A_TRACE))
                row = Row(
                    path=f"{number}.jsonl",
                    stamp="1",
                    session=f"s{number}",
                    started=began,
                    status="ok",
                    spans=made,
                )
                index.put(row)


def main(spans: int) -> None:
    """Fill an index, ask it, and print what each question takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.sqlite"
        index = Index(path)
        began = time.perf_counter()
        fill(index, spans)
        took = time.perf_counter() - began
        print(f"{spans:,} spans in {took:.0f} s ({spans / took:,.0f}/s), {path.stat().st_size / 1e6:,.0f} MB")
        report(index)
        index.close()


def report(index: Index) -> None:
    """Ask every question in turn, several times."""
    questions: dict[str, Callable[[], Sequence[object]]] = {
        "one row by its key": lambda: index.db.execute("SELECT * FROM spans WHERE id = 777").fetchall(),
        "list 50": lambda: query.sessions(index, Wanted()),
        "one trace": lambda: index.db.execute(
            "SELECT * FROM spans WHERE trace = (SELECT id FROM sessions WHERE session = 's777')"
        ).fetchall(),
        "list by model": lambda: query.sessions(index, Wanted(model="gpt-4.1")),
        "list failed": lambda: query.sessions(index, Wanted(failed=True)),
        "list by error": lambda: query.sessions(index, Wanted(error="slow")),
        "list by error, none": lambda: query.sessions(index, Wanted(error="absent")),
        "list by prompt": lambda: query.sessions(index, Wanted(prompt=f"{1:032x}")),
        "list slower than 20 s": lambda: query.sessions(index, Wanted(slower_seconds=20)),
        "list dearer": lambda: query.sessions(index, Wanted(dearer_dollars=0.0099)),
        "text, rare words": lambda: query.sessions(index, Wanted(text="order 4711")),
        "text, a common word": lambda: query.sessions(index, Wanted(text="w17")),
        "text, none": lambda: query.sessions(index, Wanted(text="w17 w18 w19")),
        "percentiles by name": lambda: query.stats(index),
        "commonest errors": lambda: query.errors(index),
    }
    taken: dict[str, list[float]] = {name: [] for name in questions}
    for _ in range(ROUNDS):
        for name, ask in questions.items():
            began = time.perf_counter()
            ask()
            taken[name].append((time.perf_counter() - began) * 1000)
    least = min(taken["one row by its key"])
    print(f"{'question':24} {'best ms':>9} {'median':>9} {'worst':>9} {'x a row':>9}")
    for name, times in taken.items():
        ordered = sorted(times)
        best, middle, worst = ordered[0], ordered[len(ordered) // 2], ordered[-1]
        print(f"{name:24} {best:9.2f} {middle:9.2f} {worst:9.2f} {best / least:9.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

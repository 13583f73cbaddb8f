"""How quickly the index of many traces answers; a million spans take a few minutes to put in, once.

Run it with `python benchmarks/store.py [SPANS] [--postgres URL]`. Beside each question stands the time of a
bare look-up of one row by its key in the same database: the least that it can do. With a URL the store of a
team is measured in place of the folder's index; give it an empty database.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from agentprobe.adapters.team.address import Address
from agentprobe.adapters.team.change import Parcel, put
from agentprobe.adapters.team.push import TOGETHER
from agentprobe.adapters.team.store import TeamStore
from agentprobe.basis.canonical import digest
from agentprobe.trace.store.folder import NAME, TraceFolder
from agentprobe.trace.store.found import Traces, Wanted
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


def sessions(spans: int) -> Iterator[list[Row]]:
    """Sessions of ten spans each, spread over a year, five hundred at a time."""
    dice = random.Random(1)
    for start in range(0, spans // A_TRACE, 500):
        yield [session(number, dice) for number in range(start, min(start + 500, spans // A_TRACE))]


def session(number: int, dice: random.Random) -> Row:
    """One session."""
    return Row(
        path=f"{number}.jsonl",
        stamp="1",
        session=f"s{number}",
        started=f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}T{number % 24:02d}:00:00",
        status="ok",
        spans=tuple(span(place, dice) for place in range(A_TRACE)),
    )


def main(spans: int) -> None:
    """Fill an index, ask it, and print what each question takes."""
    with tempfile.TemporaryDirectory() as folder:
        traces = TraceFolder(Path(folder))
        began = time.perf_counter()
        for rows in sessions(spans):
            with traces.index.change():
                for row in rows:
                    traces.index.put(row)
        told(spans, time.perf_counter() - began, (Path(folder) / NAME).stat().st_size)
        one = "SELECT * FROM spans WHERE {}"
        report(traces, lambda condition: traces.index.db.execute(one.format(condition)).fetchall())
        traces.close()


def team(spans: int, url: str) -> None:
    """The same in the store of a team; the bytes of a trace are those of its texts."""
    with TeamStore.opened(Address.of(url), "benchmark", make=True) as store:
        began = time.perf_counter()
        for rows in sessions(spans):
            for start in range(0, len(rows), TOGETHER):
                put(store, [parcel(row) for row in rows[start : start + TOGETHER]])
        took = time.perf_counter() - began
        store.connection.execute("ANALYZE")
        ((size,),) = store.ask("SELECT pg_database_size(current_database())")
        told(spans, took, int(size))
        one = "SELECT * FROM agentprobe.spans WHERE {}"
        report(
            store,
            lambda condition: store.ask(one.format(condition.replace("sessions", "agentprobe.sessions"))),
        )


def parcel(row: Row) -> Parcel:
    """A session on its way into the store."""
    data = "\n".join([row.session, *(span.text for span in row.spans)]).encode()
    return Parcel(digest=digest(data), data=data, row=row)


def told(spans: int, took: float, size: int) -> None:
    """How long it took to put everything in."""
    print(f"{spans:,} spans in {took:.0f} s ({spans / took:,.0f}/s), {size / 1e6:,.0f} MB")


def report(traces: Traces, rows: Callable[[str], Sequence[object]]) -> None:
    """Ask every question in turn, several times; `rows` gives the spans that meet a condition."""
    questions: dict[str, Callable[[], Sequence[object]]] = {
        "one row by its key": lambda: rows("trace = 77 AND number = 7"),
        "list 50": lambda: traces.sessions(Wanted()),
        "one trace": lambda: rows("trace = (SELECT id FROM sessions WHERE session = 's777')"),
        "list by model": lambda: traces.sessions(Wanted(model="gpt-4.1")),
        "list failed": lambda: traces.sessions(Wanted(failed=True)),
        "list by error": lambda: traces.sessions(Wanted(error="slow")),
        "list by error, none": lambda: traces.sessions(Wanted(error="absent")),
        "list by prompt": lambda: traces.sessions(Wanted(prompt=f"{1:032x}")),
        "list slower than 20 s": lambda: traces.sessions(Wanted(slower_seconds=20)),
        "list dearer": lambda: traces.sessions(Wanted(dearer_dollars=0.0099)),
        "text, rare words": lambda: traces.sessions(Wanted(text="order 4711")),
        "text, a common word": lambda: traces.sessions(Wanted(text="w17")),
        "text, none": lambda: traces.sessions(Wanted(text="w17 w18 w19")),
        "percentiles by name": traces.stats,
        "commonest errors": traces.errors,
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spans", nargs="?", type=int, default=1_000_000)
    parser.add_argument(
        "--postgres", metavar="URL", help="measure the store of a team in this empty database"
    )
    given = parser.parse_args()
    if given.postgres:
        team(given.spans, given.postgres)
    else:
        main(given.spans)

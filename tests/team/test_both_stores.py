"""A folder and a team's store answer alike: the same traces, the same conditions, the same answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.adapters.team.address import Address
from agentprobe.adapters.team.change import Parcel, put
from agentprobe.adapters.team.store import TeamStore
from agentprobe.basis.canonical import digest
from agentprobe.trace.store import query
from agentprobe.trace.store.found import Stat, Wanted
from agentprobe.trace.store.index import Index
from agentprobe.trace.store.rows import Row, Span

TEXTS = [
    "",
    'he said "order 4711" today',
    "order 47",
    "Ärger in Łódź_straße; order-4711, order 4711!",
    "a" * 3000 + " tail",
    "4711 order zero\0byte",
    "中文 ② É\u0302e 100%_sure",
    "again and again and once again",
    "b" * 3000 + "c",
    "b" * 3000 + "d",
]
spans = st.builds(
    Span,
    number=st.integers(1, 9),
    kind=st.sampled_from(["model", "tool"]),
    name=st.sampled_from(["gpt-4.1", "GPT-4.1-mini", "look_up", "a'b\"c", "ÄRGER"]),
    at=st.floats(0, 9),
    seconds=st.one_of(st.none(), st.floats(0.001, 100)),
    http=st.one_of(st.none(), st.just(429)),
    attempts=st.integers(1, 4),
    error=st.sampled_from(["", "RateLimited: slow down", "100%_sure", "Über ?"]),
    truncated=st.booleans(),
    writes=st.booleans(),
    input_tokens=st.one_of(st.none(), st.integers(0, 99)),
    dollars=st.one_of(st.none(), st.integers(0, 8).map(lambda n: n / 4)),
    prompt=st.sampled_from(["", "ab12", "ab34", "ff00"]),
    text=st.sampled_from(TEXTS),
)
rows = st.lists(
    st.builds(
        Row,
        path=st.just(""),
        stamp=st.just("1"),
        session=st.sampled_from(["s", "s-2", "Ä%"]),
        started=st.sampled_from(["2026-01-05", "2026-02-05T09:00:00", ""]),
        seconds=st.floats(0, 9),
        status=st.sampled_from(["ok", "failed"]),
        exit=st.one_of(st.none(), st.integers(0, 255)),
        simulated=st.booleans(),
        command=st.sampled_from(["", "python agent.py ?"]),
        problems=st.sampled_from(["", "line 3 is damaged"]),
        spans=st.lists(spans, max_size=4).map(tuple),
    ),
    max_size=6,
)
ASKED = ["", "order 4711", "ORDER", "4711 order", "AND (", "arger", "strasse", "straße", "a" * 3000, "tail"]
SIGNS = ["zero byte", "zero\0byte", "中文", "and again", "again and once", "%", "100 sure", "e", "_", "?"]
wanted = st.builds(
    Wanted,
    model=st.sampled_from(["", "gpt-4.1", "gpt*", "%", "*"]),
    tool=st.sampled_from(["", "look_up", "look?up", "ärger"]),
    text=st.sampled_from([*ASKED, *SIGNS]),
    error=st.sampled_from(["", "SLOW", "%_", "über", "Über", "!"]),
    failed=st.booleans(),
    prompt=st.sampled_from(["", "ab", "ab1", "ff"]),
    slower_seconds=st.one_of(st.none(), st.just(5.0)),
    dearer_dollars=st.one_of(st.none(), st.just(0.5)),
    status=st.one_of(st.none(), st.sampled_from(["ok", "failed", "open"])),
    since=st.sampled_from(["", "2026-02"]),
    until=st.sampled_from(["", "2026-02"]),
    limit=st.sampled_from([1, 2, 50]),
)


projects = count(1)


@settings(max_examples=50)
@given(rows, st.lists(wanted, min_size=1, max_size=8))
def test_both_stores_answer_alike(shared_database: str, made: list[Row], asked: list[Wanted]) -> None:
    index = Index(":memory:")
    named = [replace(row, path=f"{place}.jsonl") for place, row in enumerate(made)]
    for row in named:
        index.put(row)
    with TeamStore.opened(Address.of(shared_database), f"p{next(projects)}", make=True) as store:
        put(store, [parcel(row) for row in named])
        compare(index, store, asked)
        gone = [row.path for row in named[::2]]
        index.drop(gone)
        store.delete(gone)
        compare(index, store, asked)
    index.close()


def test_both_stores_find_the_same_words_standing_together(shared_database: str) -> None:
    index = Index(":memory:")
    texts = [Span(number=number, kind="tool", name="t", at=0, text=text) for number, text in enumerate(TEXTS)]
    row = Row(path="0.jsonl", stamp="1", spans=tuple(texts))
    index.put(row)
    with TeamStore.opened(Address.of(shared_database), "words", make=True) as store:
        put(store, [parcel(row)])
        for text in [*ASKED, *SIGNS, *TEXTS, "b" * 3000 + "c"]:
            if text:
                found = list(store.spans(Wanted(text=text)))
                assert found == list(query.spans(index, Wanted(text=text))), text
                assert {store.said(span).replace("\0", " ") for span in found} == {
                    TEXTS[span.number].replace("\0", " ") for span in found
                }
        assert [span.number for span in store.spans(Wanted(text="order 4711"))] == [3, 1]
    index.close()


def parcel(row: Row) -> Parcel:
    return Parcel(digest=digest(row.path), data=row.path.encode(), row=row)


def compare(index: Index, store: TeamStore, asked: list[Wanted]) -> None:
    for one in asked:
        assert store.sessions(one) == query.sessions(index, one)
        if one.text:
            assert list(store.spans(one)) == list(query.spans(index, one))
    assert [rounded(stat) for stat in store.stats()] == [rounded(stat) for stat in query.stats(index)]
    assert store.stats("tool") == [stat for stat in store.stats() if stat.kind == "tool"]
    assert store.errors() == query.errors(index)
    assert store.ended() == query.ended(index)
    assert store.called("s") == query.called(index, "s")
    assert store.called("0.jsonl") == query.called(index, "0.jsonl")


def rounded(stat: Stat) -> Stat:
    """Sums of money hang on the order of their parts in the last place."""
    return replace(stat, dollars=round(stat.dollars, 9) if stat.dollars is not None else None)

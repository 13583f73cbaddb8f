"""The index of many traces: it says what the files say, whatever was put in, changed and taken away."""

from __future__ import annotations

import contextlib
import io
import sqlite3
import tarfile
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import agentprobe
from agentprobe.errors import ConfigError, TraceError
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policies.echo import Echo
from agentprobe.trace.read import read_trace
from agentprobe.trace.store import archive, prune, query
from agentprobe.trace.store.folder import NAME, TraceFolder
from agentprobe.trace.store.found import Wanted
from agentprobe.trace.store.index import Index
from agentprobe.trace.store.rows import Row, Span, span_text
from agentprobe.trace.store.times import age, moment

names = st.sampled_from(["gpt-4.1", "gpt-4.1-mini", "look_up", "a'b\"c"])
spans = st.builds(
    Span,
    number=st.integers(1, 9),
    kind=st.sampled_from(["model", "tool"]),
    name=names,
    at=st.just(0.0),
    seconds=st.one_of(st.none(), st.floats(0.001, 100)),
    error=st.sampled_from(["", "RateLimited: slow down", "100%_sure"]),
    input_tokens=st.one_of(st.none(), st.integers(0, 99)),
    dollars=st.one_of(st.none(), st.floats(0, 2)),
    prompt=st.sampled_from(["", "ab12", "ab34"]),
    text=st.sampled_from(["", 'he said "order 4711" today', "order 47", "fjord"]),
)
rows = st.lists(
    st.builds(
        Row,
        path=st.sampled_from(["a.jsonl", "b/c.jsonl", "d.jsonl"]),
        stamp=st.text("12", min_size=1, max_size=2),
        session=st.just("s"),
        started=st.sampled_from(["2026-01-05", "2026-02-05T09:00:00"]),
        status=st.just("ok"),
        spans=st.lists(spans, max_size=4).map(tuple),
    ),
    max_size=6,
)
wanted = st.builds(
    Wanted,
    model=st.sampled_from(["", "gpt-4.1", "gpt*", "%"]),
    tool=st.sampled_from(["", "look_up", "look?up"]),
    error=st.sampled_from(["", "slow", "%_"]),
    failed=st.booleans(),
    prompt=st.sampled_from(["", "ab", "ab1"]),
    slower_seconds=st.one_of(st.none(), st.just(5.0)),
    since=st.sampled_from(["", "2026-02"]),
)


@given(rows, wanted)
def test_an_index_finds_what_a_look_at_every_span_finds(given_rows: list[Row], asked: Wanted) -> None:
    index = Index(":memory:")
    for row in given_rows:
        index.put(row)
    last = {row.path: row for row in given_rows}
    expected = {path for path, row in last.items() if _meets(row, asked)}
    assert {one.path for one in query.sessions(index, asked)} == expected
    index.close()


def _meets(row: Row, asked: Wanted) -> bool:
    if asked.since and row.started < asked.since:
        return False
    of_span = (asked.model, asked.tool, asked.error, asked.failed, asked.prompt, asked.slower_seconds)
    return not any(of_span) or any(_is(span, asked) for span in row.spans)


def _is(span: Span, asked: Wanted) -> bool:
    def named(pattern: str, kind: str) -> bool:
        fits = span.name.startswith(pattern[:-1]) if pattern.endswith("*") else span.name == pattern
        return not pattern or (span.kind == kind and fits)

    return (
        named(asked.model, "model")
        and named(asked.tool, "tool")
        and asked.error in span.error
        and (bool(span.error) or not (asked.failed or asked.error))
        and span.prompt.startswith(asked.prompt)
        and (asked.slower_seconds is None or (span.seconds or 0) > asked.slower_seconds)
    )


@given(rows)
def test_the_kept_sums_are_those_of_the_spans_that_are_there(given_rows: list[Row]) -> None:
    index = Index(":memory:")
    for row in given_rows:
        index.put(row)
    there = [span for row in {row.path: row for row in given_rows}.values() for span in row.spans]
    for stat in query.stats(index):
        mine = [span for span in there if (span.kind, span.name) == (stat.kind, stat.name)]
        assert (stat.calls, stat.failed) == (len(mine), sum(bool(span.error) for span in mine))
        assert stat.dollars == pytest.approx(sum(span.dollars or 0 for span in mine)) or stat.dollars is None
        times = sorted(span.seconds for span in mine if span.seconds)
        if times:
            assert stat.p50_seconds == pytest.approx(times[(len(times) + 1) // 2 - 1], rel=0.006)
    index.drop(["a.jsonl", "b/c.jsonl", "d.jsonl"])
    assert query.stats(index) == []
    assert index.db.execute("SELECT count(*) FROM durations WHERE times <> 0").fetchone() == (0,)
    index.close()


@pytest.mark.parametrize(
    ("text", "found"), [("order 4711", 1), ("ORDER", 2), ('"order 4711"', 1), ("4711 order", 0), ("AND (", 0)]
)
def test_words_are_found_that_stand_together_whatever_signs_are_asked_for(text: str, found: int) -> None:
    index = Index(":memory:")
    for place, said in enumerate(['he said "order 4711" today', "an order 47"]):
        span = Span(number=1, kind="model", name="m", at=0, text=said)
        index.put(Row(path=f"{place}.jsonl", stamp="1", spans=(span,)))
    assert len(list(query.spans(index, Wanted(text=text)))) == found
    assert len(query.sessions(index, Wanted(text=text))) == found
    index.close()


@agentprobe.tool(effect="read")
def look_up(city: str) -> str:
    if city == "Rome":
        raise LookupError("no Rome")
    return f"rain in {city}"


def record(path: Path, city: str = "Oslo", question: str = "What of order 4711?") -> None:
    import openai

    with (
        agentprobe.session(path.stem, trace=path, virtual=True, model=SimulatedModel(Echo())),
        openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1") as client,
    ):
        client.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": question}])
        with contextlib.suppress(LookupError):
            look_up(city)


def test_a_folder_knows_its_traces_and_notices_what_changes(tmp_path: Path) -> None:
    record(tmp_path / "one.jsonl")
    record(tmp_path / "deep" / "two.jsonl", "Rome", "What of order 5?")
    (tmp_path / "notes.json").write_text("{}")
    folder = TraceFolder(tmp_path)
    assert folder.refresh().read == 2
    assert folder.refresh().read == 0
    assert [one.session for one in query.sessions(folder.index, Wanted(failed=True))] == ["two"]
    assert [one.session for one in query.sessions(folder.index, Wanted(text="order 4711"))] == ["one"]
    (hit,) = query.spans(folder.index, Wanted(text="order 4711"))
    assert "What of order 4711?" in span_text(tmp_path / hit.path, hit.number)
    (tmp_path / "one.jsonl").unlink()
    record(tmp_path / "three.jsonl", question="order 4711, again")
    assert folder.refresh()[:2] == (1, 1)
    assert [one.session for one in query.sessions(folder.index, Wanted(text="order 4711"))] == ["three"]
    assert {(stat.name, stat.calls) for stat in query.stats(folder.index)} == {("gpt-4.1", 2), ("look_up", 2)}
    folder.close()


def test_an_index_that_is_damaged_is_made_anew(tmp_path: Path) -> None:
    record(tmp_path / "one.jsonl")
    (tmp_path / NAME).write_bytes(b"no database, but long enough to be looked at as one" * 100)
    folder = TraceFolder(tmp_path)
    assert folder.refresh().read == 1
    folder.close()


def test_an_index_of_another_version_is_made_anew(tmp_path: Path) -> None:
    record(tmp_path / "one.jsonl")
    with sqlite3.connect(tmp_path / NAME) as old:
        old.execute("CREATE TABLE sessions (other TEXT)")
        old.execute("PRAGMA user_version = 99")
    old.close()
    folder = TraceFolder(tmp_path)
    assert folder.refresh().read == 1
    folder.close()


def test_a_trace_that_cannot_be_read_is_said_and_hides_nothing(tmp_path: Path) -> None:
    record(tmp_path / "one.jsonl")
    (tmp_path / "future.jsonl").write_text('{"agentprobe":"trace","version":999}\n')
    folder = TraceFolder(tmp_path)
    (why,) = folder.refresh().unreadable
    assert "written by a newer agentprobe" in why
    assert sorted(one.status for one in query.sessions(folder.index, Wanted())) == ["ok", "unreadable"]
    folder.close()


def named(files: list[Path], folder: Path) -> list[tuple[str, contextlib.nullcontext[Path]]]:
    return [(str(file.relative_to(folder)), contextlib.nullcontext(file)) for file in files]


def test_what_was_packed_is_taken_in_again_once(tmp_path: Path) -> None:
    record(tmp_path / "here" / "one.jsonl")
    record(tmp_path / "here" / "deep" / "two.jsonl")
    files = sorted((tmp_path / "here").rglob("*.jsonl"))
    assert archive.pack(named(files, tmp_path / "here"), tmp_path / "pack.tar.gz") == 2
    there = tmp_path / "there"
    assert [one.already for one in archive.take_in(tmp_path / "pack.tar.gz", there)] == [False, False]
    assert [one.already for one in archive.take_in(tmp_path / "pack.tar.gz", there)] == [True, True]
    assert (there / "deep" / "two.jsonl").read_bytes() == (tmp_path / "here/deep/two.jsonl").read_bytes()
    (there / "one.jsonl").write_bytes(files[0].read_bytes())
    assert [one.path.name for one in archive.take_in(files[1], there)] == ["one-2.jsonl"]
    assert read_trace(there / "one-2.jsonl").session == "one"


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("../out.jsonl", tarfile.REGTYPE, b'{"agentprobe":"trace","version":1}\n'),
        ("/tmp/out.jsonl", tarfile.REGTYPE, b'{"agentprobe":"trace","version":1}\n'),
        ("link.jsonl", tarfile.SYMTYPE, b""),
        ("run.sh", tarfile.REGTYPE, b"echo"),
        ("no.jsonl", tarfile.REGTYPE, b"no trace"),
    ],
)
def test_an_archive_brings_traces_and_nothing_else(
    name: str, kind: bytes, data: bytes, tmp_path: Path
) -> None:
    with tarfile.open(tmp_path / "p.tar.gz", "w:gz") as pack:
        member = tarfile.TarInfo(name)
        member.type, member.size, member.linkname = kind, len(data), "/etc/passwd"
        pack.addfile(member, io.BytesIO(data))
    with pytest.raises(TraceError):
        list(archive.take_in(tmp_path / "p.tar.gz", tmp_path / "in" / "deep"))
    assert not list((tmp_path / "in").rglob("*")) if (tmp_path / "in").exists() else True


def test_a_cut_archive_is_said(tmp_path: Path) -> None:
    record(tmp_path / "one.jsonl")
    archive.pack(named([tmp_path / "one.jsonl"], tmp_path), tmp_path / "p.tar.gz")
    data = (tmp_path / "p.tar.gz").read_bytes()
    (tmp_path / "p.tar.gz").write_bytes(data[: len(data) // 2])
    with pytest.raises(TraceError, match="damaged"):
        list(archive.take_in(tmp_path / "p.tar.gz", tmp_path / "in"))


def test_old_and_superfluous_traces_go_and_open_ones_stay() -> None:
    index = Index(":memory:")
    for day in range(1, 6):
        status = "open" if day == 1 else "ok"
        index.put(
            Row(path=f"{day}.jsonl", stamp="1", started=f"2026-01-0{day}T00:00:00+00:00", status=status)
        )
    now = datetime(2026, 1, 6, tzinfo=UTC)
    assert prune.to_go(query.ended(index), now=now, older=timedelta(days=3)) == ["2.jsonl"]
    assert prune.to_go(query.ended(index), now=now, keep=2) == ["2.jsonl", "3.jsonl"]
    index.close()


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "3 months"])
def test_an_age_is_a_number_and_a_unit(text: str) -> None:
    with pytest.raises(ConfigError, match="such as 30d"):
        age(text)


NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2h", "2026-11-21T00:00:00+00:00"),
        ("2026", "2026-01-01T00:00:00+00:00"),
        ("2026-11", "2026-11-01T00:00:00+00:00"),
        ("2026-11-20 18:30", "2026-11-20T18:30:00+00:00"),
        ("2026-11-20T18:30+02:00", "2026-11-20T16:30:00+00:00"),
    ],
)
def test_a_moment_is_a_date_a_time_or_an_age(text: str, meant: str) -> None:
    assert moment(text, now=NOW, option="--since") == meant


@pytest.mark.parametrize("text", ["yesterdy", "2026-13-45", "5x", "26"])
def test_what_is_no_moment_is_said_with_its_option(text: str) -> None:
    with pytest.raises(ConfigError, match=f"--since '{text}' is no date"):
        moment(text, now=NOW, option="--since")


def test_an_age_beyond_the_calendar_is_its_beginning() -> None:
    ended = [("old.jsonl", "2001-01-01T00:00:00+00:00")]
    assert prune.to_go(ended, now=NOW, older=age("99999999w")) == []
    assert prune.to_go(ended, now=NOW, older=age("30d")) == ["old.jsonl"]


def test_what_holds_the_words_of_traces_is_for_its_owners_eyes(tmp_path: Path) -> None:
    record(tmp_path / "one.jsonl")
    folder = TraceFolder(tmp_path)
    folder.refresh()
    folder.close()
    archive.pack([("one.jsonl", nullcontext(tmp_path / "one.jsonl"))], tmp_path / "pack.tar.gz")
    kept = [tmp_path / NAME, tmp_path / "pack.tar.gz", tmp_path / "one.jsonl"]
    assert [file.stat().st_mode & 0o777 for file in kept] == [0o600] * 3

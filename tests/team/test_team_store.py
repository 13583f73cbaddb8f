"""The store of a team: nothing is lost, doubled or half there, whoever pushes at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

import agentprobe
from agentprobe.adapters.orders import Orders
from agentprobe.adapters.team import schema
from agentprobe.adapters.team.address import Address, StoreError
from agentprobe.adapters.team.change import Parcel, changing, put
from agentprobe.adapters.team.contents import PIECE
from agentprobe.adapters.team.push import Pushed, push
from agentprobe.adapters.team.store import TeamStore
from agentprobe.basis.canonical import digest
from agentprobe.errors import ConfigError, TraceError
from agentprobe.trace.store.found import Wanted
from agentprobe.trace.store.rows import Row


@agentprobe.tool(effect="read")
def look_up(city: str) -> str:
    return f"rain in {city}"


def record(path: Path, *cities: str) -> Path:
    with Orders(id=path.stem, trace=path, virtual=True).open():
        for city in cities:
            look_up(city)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name in ("one", "deep/two", "three"):
        record(tmp_path / f"{name}.jsonl", "Oslo", "Bern")
    return tmp_path


PATHS = ("one.jsonl", "deep/two.jsonl", "three.jsonl")


def pushed(database: str, folder: Path, paths: Sequence[str] = PATHS, project: str = "desk") -> Pushed:
    with TeamStore.opened(Address.of(database), project, make=True) as store:
        return push(store, folder, paths)


@pytest.fixture
def store(database: str, folder: Path) -> Iterator[TeamStore]:
    with TeamStore.opened(Address.of(database), "desk", make=True) as store:
        yield store


def everything(store: TeamStore) -> dict[str, int]:
    tables = ("contents", "pieces", "sessions", "spans", "texts")
    return {table: store.ask(f"SELECT count(*) FROM agentprobe.{table}")[0][0] for table in tables}


def test_what_was_pushed_comes_back_byte_for_byte_and_is_pushed_once(store: TeamStore, folder: Path) -> None:
    assert push(store, folder, PATHS) == Pushed(new=3)
    assert push(store, folder, PATHS) == Pushed(already=3)
    for path in PATHS:
        assert store.content(path) == (folder / path).read_bytes()
    assert everything(store) == {"contents": 3, "pieces": 3, "sessions": 3, "spans": 6, "texts": 6}


def test_a_trace_larger_than_a_piece_comes_back(store: TeamStore) -> None:
    data = Random(1).randbytes(PIECE * 2 + 1)
    put(store, [Parcel(digest=digest(data), data=data, row=Row(path="big.jsonl", stamp=""))])
    assert everything(store)["pieces"] == 3
    assert store.content("big.jsonl") == data


def at_once(tasks: Sequence[Callable[[], Pushed]]) -> list[Pushed]:
    """What came of them all, begun together; an error of one is missing in it."""
    ready, done = threading.Barrier(len(tasks)), list[Pushed]()

    def one(task: Callable[[], Pushed]) -> None:
        ready.wait(10)
        done.append(task())

    threads = [threading.Thread(target=one, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return done


def test_many_who_push_the_same_at_once_make_one_of_each(database: str, tmp_path: Path) -> None:
    paths = [record(tmp_path / f"{number}.jsonl", "Oslo", "Bern").name for number in range(12)]
    orders = [paths, paths[::-1], paths[5:] + paths[:5], paths[::-1], paths, paths[7:] + paths[:7]]
    done = at_once([partial(pushed, database, tmp_path, order) for order in orders])
    assert [each.new + each.already for each in done] == [12] * 6
    assert sum(each.new for each in done) == 12
    with TeamStore.opened(Address.of(database), "desk") as store:
        assert everything(store)["sessions"] == 12
        (stat,) = store.stats()
        assert stat.calls == 24


def test_many_who_push_others_of_one_name_at_once_keep_them_all(database: str, tmp_path: Path) -> None:
    folders = [
        record(tmp_path / city / "one.jsonl", city).parent for city in ("Oslo", "Bern", "Rome", "Bari")
    ]
    done = at_once([partial(pushed, database, folder, ["one.jsonl"]) for folder in folders])
    assert [each.new for each in done] == [1] * 4
    with TeamStore.opened(Address.of(database), "desk") as store:
        contents = {store.content(one.path) for one in store.sessions(Wanted())}
    assert contents == {(folder / "one.jsonl").read_bytes() for folder in folders}


def test_a_push_waits_for_another_change_of_the_project(
    store: TeamStore, database: str, folder: Path
) -> None:
    impatient = f"{database}&options=-clock_timeout%3D50"
    with changing(store), pytest.raises(StoreError, match="lock timeout"):
        pushed(impatient, folder)
    assert set(everything(store).values()) == {0}


def test_projects_know_nothing_of_each_other(database: str, folder: Path) -> None:
    pushed(database, folder, project="desk")
    pushed(database, folder, PATHS[:1], project="shop")
    with TeamStore.opened(Address.of(database), "shop") as store:
        assert [one.path for one in store.sessions(Wanted())] == ["one.jsonl"]
        assert [one.path for one in store.sessions(Wanted(text="rain in Oslo"))] == ["one.jsonl"]
        assert [one.path for one in store.sessions(Wanted(tool="look*"))] == ["one.jsonl"]
        assert len(list(store.spans(Wanted(text="Oslo")))) == 1
        assert store.stats()[0].calls == 2
        store.delete(["one.jsonl"])
        assert store.sessions(Wanted()) == []
    with TeamStore.opened(Address.of(database), "desk") as store:
        assert len(store.sessions(Wanted())) == 3
        assert store.content("one.jsonl") == (folder / "one.jsonl").read_bytes()


class Cut(TeamStore):
    """Loses its connection when all bytes are brought and the rows are to follow."""

    def ask(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        if "nextval" in query:
            self.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return super().ask(query, values)


def test_a_connection_lost_in_the_middle_leaves_nothing_half(database: str, folder: Path) -> None:
    with (
        pytest.raises(StoreError, match="terminating connection"),
        Cut.opened(Address.of(database), "desk", make=True) as cut,
    ):
        push(cut, folder, PATHS)
    with TeamStore.opened(Address.of(database), "desk") as store:
        assert set(everything(store).values()) == {0}
        assert push(store, folder, PATHS).new == 3


def test_what_was_whole_before_an_interruption_stays_and_the_next_push_goes_on(
    store: TeamStore, folder: Path
) -> None:
    def pressed(done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        push(store, folder, PATHS, pressed, together=1)
    assert everything(store)["sessions"] == 2
    assert push(store, folder, PATHS) == Pushed(new=1, already=2)
    assert store.stats()[0].calls == 6


def test_a_session_that_has_gone_on_takes_the_place_of_its_beginning(store: TeamStore, folder: Path) -> None:
    whole = (folder / "one.jsonl").read_bytes()
    lines = whole.splitlines(keepends=True)
    (folder / "one.jsonl").write_bytes(b"".join(lines[:4]))
    push(store, folder, ["one.jsonl"])
    assert [one.status for one in store.sessions(Wanted())] == ["open"]
    (folder / "one.jsonl").write_bytes(whole)
    assert push(store, folder, ["one.jsonl"]).new == 1
    (found,) = store.sessions(Wanted())
    assert (found.path, found.status) == ("one.jsonl", "ok")
    assert store.stats()[0].calls == 2
    assert everything(store)["contents"] == 1


def test_two_traces_of_one_name_stand_side_by_side(store: TeamStore, folder: Path, tmp_path: Path) -> None:
    push(store, folder, ["one.jsonl"])
    record(tmp_path / "other" / "one.jsonl", "Rome")
    push(store, tmp_path / "other", ["one.jsonl"])
    paths = {path for _, path in store.called("one")}
    assert len(paths) == 2
    assert {store.content(path) for path in paths} == {
        (folder / "one.jsonl").read_bytes(),
        (tmp_path / "other/one.jsonl").read_bytes(),
    }


def test_what_cannot_be_read_is_said_and_stays_behind(store: TeamStore, folder: Path) -> None:
    (folder / "bad.jsonl").write_text('{"agentprobe":"trace","version":999}\n')
    done = push(store, folder, ["bad.jsonl", "gone.jsonl", *PATHS])
    assert done.new == 3
    assert len(done.unreadable) == 2
    assert "newer agentprobe" in done.unreadable[0]


def test_a_copy_that_was_changed_in_the_store_is_not_given_out(store: TeamStore, folder: Path) -> None:
    push(store, folder, PATHS)
    store.connection.execute(
        "UPDATE agentprobe.pieces SET bytes = "
        "(SELECT bytes FROM agentprobe.pieces other WHERE other.digest <> pieces.digest LIMIT 1)"
    )
    with pytest.raises(TraceError, match=r"damaged copy of one\.jsonl"):
        store.content("one.jsonl")
    store.connection.execute("UPDATE agentprobe.pieces SET bytes = 'no'")
    with pytest.raises(TraceError, match=r"damaged copy of one\.jsonl"):
        store.content("one.jsonl")


def test_a_store_of_a_newer_schema_is_left_alone(database: str, folder: Path) -> None:
    pushed(database, folder)
    with Address.of(database).connected() as connection:
        connection.execute("UPDATE agentprobe.about SET version = %s", (schema.VERSION + 1,))
    with pytest.raises(StoreError, match="upgrade agentprobe"):
        pushed(database, folder)


def test_a_database_of_another_encoding_is_refused_with_the_remedy(database: str, folder: Path) -> None:
    with Address.of(database).connected() as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    name = database.rpartition("/test_")[2].partition("?")[0]
    with pytest.raises(StoreError, match="createdb --encoding UTF8"):
        pushed(database.replace(f"/test_{name}?", "/latin?"), folder)


def test_an_empty_store_and_an_unknown_project_are_said(database: str, folder: Path) -> None:
    with (
        pytest.raises(StoreError, match="holds no traces yet"),
        TeamStore.opened(Address.of(database), "desk"),
    ):
        pass
    pushed(database, folder)
    with (
        pytest.raises(ConfigError, match="no project 'dsek' in the store; did you mean 'desk'"),
        TeamStore.opened(Address.of(database), "dsek"),
    ):
        pass


def test_a_reader_may_read_and_not_push(database: str, folder: Path) -> None:
    pushed(database, folder)
    with Address.of(database).connected() as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'reading'")
        connection.execute("GRANT USAGE ON SCHEMA agentprobe TO reader")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA agentprobe TO reader")
    _, _, rest = database.partition("@/")
    reader = f"postgresql://reader:reading@/{rest}"
    with TeamStore.opened(Address.of(reader), "desk") as store:
        assert len(store.sessions(Wanted(text="Oslo"))) == 3
        assert store.content("one.jsonl") == (folder / "one.jsonl").read_bytes()
    with pytest.raises(StoreError, match="permission denied"):
        pushed(reader, folder)


# -- the address -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:s3cr3t@word@db.example:x/traces",
        "postgresql://anna:s3cr3tword/@[db/traces",
        "mysql://anna:s3cr3tword@db/traces",
        "host=db password=s3cr3tword",
        "postgresql://anna:s3cr3tword@db/traces?sslmod=require",
    ],
)
def test_no_message_about_an_address_tells_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as said:
        Address.of(url)
    assert "s3cr3t" not in str(said.value)
    assert "s3cr3t" not in repr(said.value.__cause__)


def test_a_store_that_cannot_be_reached_is_named_without_its_password(database: str) -> None:
    wrong = database.replace("%40night", "wrong")
    address = Address.of(wrong)
    assert "sesame" not in address.shown + repr(address)
    with pytest.raises(StoreError, match="password authentication failed") as said, address.connected():
        pass
    assert "sesame" not in str(said.value)
    with (
        pytest.raises(StoreError, match=r"127\.0\.0\.1:1/"),
        Address.of("postgresql://anna:s3cr3tword@127.0.0.1:1/traces").connected(),
    ):
        pass

"""Orders travel as text, and open into a session whose rooms are those that the orders need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.adapters.orders import Orders
from agentprobe.basis.clock import RealClock, VirtualClock
from agentprobe.errors import BudgetSpent, ConfigError
from agentprobe.kernel.place import Place

if TYPE_CHECKING:
    from tests.adapters.conftest import Notes

WORDS = st.text(st.characters(codec="utf-8"), max_size=10)


@given(
    id=WORDS,
    seed=st.integers(-(2**63), 2**63),
    schedule=WORDS,
    virtual=st.booleans(),
    trace=st.none() | st.from_regex(r"/[a-z]{1,5}/[a-z ]{0,5}x\.jsonl", fullmatch=True).map(Path),
    agent=st.dictionaries(WORDS, WORDS | st.integers(0, 9), max_size=3),
)
def test_orders_come_out_of_an_environment_variable_as_they_went_in(
    id: str, seed: int, schedule: str, virtual: bool, trace: Path | None, agent: dict[str, str | int]
) -> None:
    orders = Orders(id=id, seed=seed, schedule=schedule, virtual=virtual, trace=trace, agent=agent)
    text = orders.to_json()
    assert "\n" not in text
    assert text.isascii()  # a locale without other letters refuses them in the environment
    assert Orders.from_json(text) == orders


def test_a_traces_path_means_the_same_file_in_a_child_that_stands_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    orders = Orders(id="t", trace=Path("here.jsonl"))
    assert Orders.from_json(orders.to_json()).trace == tmp_path / "here.jsonl"


def test_orders_of_a_newer_version_are_read_without_what_is_new() -> None:
    assert Orders.from_json('{"id": "t", "colour": "red"}') == Orders(id="t")


@pytest.mark.parametrize("text", ["", "{}", "yes", '{"id": 3}', '{"id": "t", "seed": "x"}'])
def test_orders_that_cannot_be_read_say_which_variable_is_wrong(text: str) -> None:
    with pytest.raises(ConfigError, match="AGENTPROBE_SESSION does not hold a session's orders"):
        Orders.from_json(text)


def places(orders: Orders) -> list[Place]:
    active = orders.open()
    active.close()
    return [room.place for room in active.session.boundary.rooms]


def test_only_the_rooms_that_are_needed_are_built(tmp_path: Path) -> None:
    trace = tmp_path / "t.jsonl"
    assert places(Orders(id="t")) == []
    assert places(Orders(id="t", trace=trace)) == [Place.AGENT_SIDE]
    assert places(Orders(id="t", schedule="latency@model")) == [Place.INJECT]
    both = Orders(id="t", trace=trace, schedule="latency@model")
    assert places(both) == [Place.AGENT_SIDE, Place.INJECT, Place.WORLD_SIDE]


def test_a_schedule_that_cannot_be_read_leaves_no_file_behind(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="latency"):
        Orders(id="t", trace=tmp_path / "t.jsonl", schedule="laetncy@model").open()
    assert list(tmp_path.iterdir()) == []


def test_the_clock_is_the_one_that_was_ordered() -> None:
    assert isinstance(Orders(id="t").open().session.clock, RealClock)
    assert isinstance(Orders(id="t", virtual=True).open().session.clock, VirtualClock)
    clock = VirtualClock()
    assert Orders(id="t").open(clock=clock).session.clock is clock


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_trace_begins_with_what_was_ordered_and_ends_with_how_it_went(tmp_path: Path) -> None:
    orders = Orders(id="t", seed=7, trace=tmp_path / "t.jsonl", virtual=True, agent={"name": "desk"})
    with orders.open():
        pass
    header, end = lines(tmp_path / "t.jsonl")
    assert (header["session"], header["seed"], header["clock"]) == ("t", 7, "virtual")
    assert header["agent"] == {"name": "desk"}
    assert (end["record"], end["status"]) == ("end", "ok")


def test_a_trace_says_why_a_session_failed_or_was_stopped(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="odd"), Orders(id="t", trace=tmp_path / "failed.jsonl").open():
        raise ValueError("odd")
    with (
        pytest.raises(BudgetSpent),
        Orders(id="t", trace=tmp_path / "stopped.jsonl").open(),
    ):
        raise BudgetSpent("enough")
    failed, stopped = lines(tmp_path / "failed.jsonl")[-1], lines(tmp_path / "stopped.jsonl")[-1]
    assert failed["status"] == "failed"
    assert "'error': 'ValueError: odd'" in str(failed["facts"])
    assert stopped["status"] == "stopped"
    assert "'error': 'BudgetSpent: enough'" in str(stopped["facts"])


def test_rooms_of_ones_own_are_built_for_each_session(notes: Notes) -> None:
    orders = Orders(id="t")
    first, second = (orders.open(rooms=[lambda session: notes]) for _ in range(2))
    assert first.session is not second.session
    assert list(first.session.boundary.rooms) == [notes]

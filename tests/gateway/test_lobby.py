"""One address for many sessions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.errors import ConfigError, Refused
from agentprobe.gateway.heads import Arrival
from agentprobe.gateway.lobby import MOST, Lobby
from agentprobe.gateway.proxy import Proxying
from agentprobe.kernel.session import Session

if TYPE_CHECKING:
    from agentprobe.adapters.active import Answer


@dataclass
class Guest:
    session: Session
    answer: Answer | None = None
    simulated: bool = False
    proxying: Proxying | None = None
    ended: list[str] = field(default_factory=list)

    def close(self, status: str = "ok") -> None:
        self.ended.append(status)


def arrival(*headers: tuple[bytes, bytes]) -> Arrival:
    return Arrival("POST", "", list(headers), b"", keep=True, chunks_allowed=True)


@pytest.fixture
def guests() -> dict[str, Guest]:
    return {}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def lobby(guests: dict[str, Guest], clock: VirtualClock) -> Lobby:
    def open_(name: str) -> Guest:
        guests[name] = Guest(Session(name or "nameless"))
        return guests[name]

    return Lobby(open_, {}, clock)


@pytest.mark.parametrize(
    ("target", "headers", "name", "rest"),
    [
        ("/v1/messages", (), "", "/v1/messages"),
        ("/run/a/v1/messages?beta=true", (), "a", "/v1/messages?beta=true"),
        ("/v1/messages", ((b"X-AgentProbe-Session", b" nightly.7 "),), "nightly.7", "/v1/messages"),
        ("/run/a/v1/messages", ((b"x-agentprobe-session", b"b"),), "a", "/v1/messages"),
        ("/running/v1", (), "", "/running/v1"),
    ],
)
def test_a_request_is_led_to_the_session_that_it_names(
    lobby: Lobby, target: str, headers: tuple[tuple[bytes, bytes], ...], name: str, rest: str
) -> None:
    _, behind = lobby.enter(arrival(*headers), target)
    assert (lobby.names, behind) == ((name,), rest)


def test_a_name_that_comes_again_is_the_same_session(lobby: Lobby, guests: dict[str, Guest]) -> None:
    first, _ = lobby.enter(arrival(), "/run/a/v1")
    again, _ = lobby.enter(arrival(), "/run/a/v1")
    assert first is again
    assert len(guests) == 1


@pytest.mark.parametrize("name", ["..", ".", "a%2Fb", "a b", "", "x" * 65, "é"])
def test_a_name_that_could_be_a_path_is_refused(lobby: Lobby, name: str) -> None:
    with pytest.raises(Refused, match="is no name"):
        lobby.enter(arrival(), f"/run/{name}/v1")
    if name:
        with pytest.raises(Refused, match="is no name"):
            lobby.enter(arrival((b"x-agentprobe-session", name.encode())), "/v1")


def test_a_session_that_has_been_quiet_is_the_one_to_end(lobby: Lobby, clock: VirtualClock) -> None:
    lobby.enter(arrival(), "/run/old/v1")
    clock.sleep(60)
    lobby.enter(arrival(), "/run/new/v1")
    assert list(lobby.quiet(60)) == ["old"]


def test_what_is_under_way_is_never_quiet(lobby: Lobby, clock: VirtualClock) -> None:
    async def scene() -> None:
        door, _ = lobby.enter(arrival(), "/run/slow/v1")
        task = asyncio.create_task(asyncio.Event().wait())
        door.tasks.add(task)  # type: ignore[arg-type]  # any task will do
        clock.sleep(1000)
        assert not list(lobby.quiet(60))
        task.cancel()

    asyncio.run(scene())


def test_an_ended_session_is_closed_once_and_its_name_begins_anew(
    lobby: Lobby, guests: dict[str, Guest]
) -> None:
    lobby.enter(arrival(), "/run/a/v1")
    first = guests["a"]
    assert asyncio.run(lobby.end("a", 1.0))
    assert not asyncio.run(lobby.end("a", 1.0))
    assert first.ended == ["ok"]
    lobby.enter(arrival(), "/run/a/v1")
    assert guests["a"] is not first


def test_a_session_that_cannot_begin_says_why() -> None:
    def open_(name: str) -> Guest:
        raise ConfigError("the disk is full")

    with pytest.raises(Refused, match="cannot begin: the disk is full"):
        Lobby(open_, {}).enter(arrival(), "/v1")


def test_too_many_sessions_are_refused(lobby: Lobby) -> None:
    for number in range(MOST):
        lobby.enter(arrival(), f"/run/{number}/v1")
    with pytest.raises(Refused, match="sessions are open"):
        lobby.enter(arrival(), "/run/one-more/v1")

"""Which calls a strike hits."""

from __future__ import annotations

import pytest

from agentprobe.basis.dice import Dice
from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import Sighting, Strike, fingerprint
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import HttpRequest

DICE = Dice(1)
MODEL = Call(kind=Kind.MODEL, name="m")
REFUND = Call(kind=Kind.TOOL, name="refund")


def strike(text: str) -> Strike:
    return Schedule.parse(text).strikes[0]


def struck(text: str, call: Call, up_to: int = 6) -> list[int]:
    return [
        nth for nth in range(1, up_to + 1) if strike(text).hits(call, DICE, Sighting(nth=nth, nth_tool=nth))
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("hang@model", [1, 2, 3, 4, 5, 6]),
        ("hang@model:2", [2]),
        ("hang@model:2-4", [2, 3, 4]),
        ("hang@model:5+", [5, 6]),
        ("hang@tool", []),
        ("hang@tool:m", []),
    ],
)
def test_the_calls_of_a_model_are_counted_from_one(text: str, numbers: list[int]) -> None:
    assert struck(text, MODEL) == numbers


@pytest.mark.parametrize(
    ("text", "hit"),
    [("hang@tool", True), ("hang@tool:refund", True), ("hang@tool:find", False), ("hang@model", False)],
)
def test_a_tool_is_struck_by_its_name_or_as_any_tool(text: str, hit: bool) -> None:
    assert strike(text).hits(REFUND, DICE, Sighting()) is hit


def test_any_tool_counts_the_calls_of_all_tools() -> None:
    seen = Sighting(nth=1, nth_tool=3)
    assert strike("hang@tool:3").hits(REFUND, DICE, seen)
    assert not strike("hang@tool:refund:3").hits(REFUND, DICE, seen)


def test_a_likely_strike_hits_all_that_a_less_likely_one_does() -> None:
    sightings = [Sighting(fingerprint=str(number)) for number in range(1000)]
    rare = {seen for seen in sightings if strike("hang@model~0.2").hits(MODEL, DICE, seen)}
    often = {seen for seen in sightings if strike("hang@model~0.5").hits(MODEL, DICE, seen)}
    assert rare < often
    assert 150 < len(rare) < 250
    assert 450 < len(often) < 550


def test_asking_the_same_again_throws_again() -> None:
    hits = [
        strike("hang@model~0.5").hits(MODEL, DICE, Sighting(fingerprint="f", again=again))
        for again in range(50)
    ]
    assert {True, False} == set(hits)


def test_equal_requests_have_equal_fingerprints_and_others_do_not() -> None:
    def tool(**arguments: object) -> str:
        return fingerprint(Call(kind=Kind.TOOL, name="t", request=arguments))

    def model(body: bytes) -> str:
        request = HttpRequest(method="POST", target="/", headers=(("x-try", body.hex()),), body=body)
        return fingerprint(Call(kind=Kind.MODEL, name="m", request=request))

    assert tool(a=1, b=2) == tool(b=2, a=1) != tool(a=2, b=2)
    assert tool(a=object()) == tool(a=object()) != tool(b=object())
    assert model(b"x") == model(b"x") != model(b"y")

"""`@agentprobe.tool`: bare outside a session, a call of the corridor inside, a function like any other."""

from __future__ import annotations

import asyncio
import inspect
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

import agentprobe
from agentprobe.adapters.active import Active
from agentprobe.adapters.orders import Orders
from agentprobe.domain.call import Call, Effect, Kind, Outcome
from agentprobe.errors import (
    AgentStopped,
    BudgetSpent,
    ConfigError,
    CutOff,
    Malformed,
    RateLimited,
    Refused,
    ServerError,
    TimedOut,
    WorldFailure,
)
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Interceptor, Passage
from agentprobe.kernel.session import MakeRoom

if TYPE_CHECKING:
    from tests.adapters.conftest import Notes


@dataclass
class Desk:
    refunds: list[tuple[str, int]] = field(default_factory=list)


desk = Desk()


@pytest.fixture(autouse=True)
def empty_desk() -> None:
    desk.refunds.clear()


@agentprobe.tool
def refund(order: str, amount: int = 10) -> str:
    """Give money back."""
    desk.refunds.append((order, amount))
    return f"refunded {amount}"


@agentprobe.tool(effect="read")
async def find(name: str, **more: Any) -> list[str]:
    """Look a customer up."""
    if name == "nobody":
        raise LookupError("no such customer")
    return [name]


def opened(*rooms: Interceptor) -> Active:
    def given(room: Interceptor) -> MakeRoom:
        return lambda _: room

    return Orders(id="t").open(rooms=map(given, rooms))


def test_outside_a_session_a_tool_is_the_bare_function() -> None:
    assert refund("A-1") == "refunded 10"
    assert asyncio.run(find("Ann")) == ["Ann"]


def test_a_tool_call_walks_the_corridor_with_its_arguments_by_name(notes: Notes) -> None:
    with opened(notes):
        assert refund("A-1", amount=5) == "refunded 5"
        assert asyncio.run(find("Ann", suburb="North")) == ["Ann"]
    first, second = notes.calls
    assert (first.kind, first.name, first.effect) == (Kind.TOOL, "refund", Effect.WRITE)
    assert first.request == {"order": "A-1", "amount": 5}
    assert (second.name, second.effect, second.intent) == ("find", Effect.READ, "")
    assert second.request == {"name": "Ann", "suburb": "North"}
    assert [outcome and outcome.value for outcome in notes.outcomes] == ["refunded 5", ["Ann"]]


def test_equal_writes_have_equal_intents_however_they_are_spelled(notes: Notes) -> None:
    with opened(notes):
        refund("A-1")
        refund(order="A-1", amount=10)
        refund("A-2")
    one, same, other = (call.intent for call in notes.calls)
    assert one == same != other
    assert notes.calls[0].request == {"order": "A-1"}


def test_a_key_says_what_a_write_is_meant_for(notes: Notes) -> None:
    @agentprobe.tool(key="order")
    def pay(order: str, amount: int) -> None: ...

    @agentprobe.tool(key=lambda order, amount: f"{order} once", name="settle")
    def renamed(order: str, amount: int) -> None: ...

    with opened(notes):
        pay("A-1", 1)
        pay("A-1", 2)
        renamed("A-1", 1)
    first, second, third = notes.calls
    assert first.intent == second.intent == 'pay {"order":"A-1"}'
    assert (third.name, third.intent) == ("settle", "A-1 once")


@pytest.mark.parametrize(
    ("options", "message"),
    [({"effect": "wirte"}, "did you mean 'write'"), ({"key": "ordr"}, "did you mean 'order'")],
)
def test_a_misspelled_option_is_answered_with_the_nearest_right_one(
    options: dict[str, Any], message: str
) -> None:
    def pay(order: str) -> None: ...

    with pytest.raises(ConfigError, match=message):
        agentprobe.tool(**options)(pay)


def test_a_decorated_function_looks_like_itself() -> None:
    assert refund.__name__ == "refund"
    assert refund.__doc__ == "Give money back."
    assert list(inspect.signature(refund).parameters) == ["order", "amount"]
    assert get_type_hints(refund) == {"order": str, "amount": int, "return": str}
    assert inspect.iscoroutinefunction(find)


def test_methods_are_tools_without_their_owner(notes: Notes) -> None:
    class Shop:
        @agentprobe.tool
        def sell(self, item: str) -> str:
            return f"{item} sold"

    with opened(notes):
        assert Shop().sell("tea") == "tea sold"
    assert notes.calls[0].request == {"item": "tea"}


def test_what_an_agent_cannot_have_written_is_passed_but_not_told(notes: Notes) -> None:
    context = threading.Lock()

    @agentprobe.tool
    def held(context: object, item: str) -> bool:
        return context is given

    given: object = context
    with opened(notes):
        assert held(context, "tea")
    assert notes.calls[0].request == {"item": "tea"}
    assert notes.calls[0].intent == 'held {"item":"tea"}'


def test_wrong_arguments_fail_as_they_always_do(notes: Notes) -> None:
    with opened(notes), pytest.raises(TypeError, match="unexpected keyword argument 'ordr'"):
        refund(ordr="A-1")  # type: ignore[call-arg]  # that is the point
    assert notes.calls[0].request == {"ordr": "A-1"}


def test_wrong_arguments_fail_in_the_functions_words_and_not_in_its_keys(notes: Notes) -> None:
    @agentprobe.tool(key=lambda order: f"{order} once")
    def settle(order: str) -> None: ...

    with opened(notes), pytest.raises(TypeError, match=r"settle\(\) .* unexpected keyword argument 'ordr'"):
        settle(ordr="A-1")  # type: ignore[call-arg]  # that is the point
    assert len(notes.calls) == 1


@pytest.mark.parametrize("value", ["half \ud83d", {1: "one"}, {("a", 1): "one"}, 2**70, float("inf")])
def test_a_write_is_carried_out_whatever_it_is_given_and_equal_ones_have_equal_intents(
    notes: Notes, value: Any
) -> None:
    @agentprobe.tool
    def keep(what: Any) -> Any:
        return what

    with opened(notes):
        assert keep(value) is value
        keep(value)
        keep("else")
    one, same, other = (call.intent for call in notes.calls)
    assert one == same != other


class Gives:
    place = Place.INJECT

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def intercept(self, call: Call) -> Passage:
        if call.held:  # never: what makes this a generator
            yield call
        return self.outcome


@pytest.mark.parametrize(
    ("failure", "native"),
    [
        (TimedOut(30), TimeoutError),
        (Refused("not allowed"), PermissionError),
        (RateLimited(1.0), ConnectionError),
        (ServerError(503, "overloaded"), ConnectionError),
        (CutOff("gone"), ConnectionResetError),
        (Malformed("not JSON"), ValueError),
        (WorldFailure("else"), ConnectionError),
    ],
)
def test_a_made_up_failure_looks_like_the_tools_own(failure: Exception, native: type[Exception]) -> None:
    with opened(Gives(Outcome(error=failure))):
        with pytest.raises(native, match=str(failure)):
            refund("A-1")
        with pytest.raises(native, match=str(failure)):
            asyncio.run(find("Ann"))
    assert desk.refunds == []


def test_a_tools_own_error_is_told_and_raised_as_it_is(notes: Notes) -> None:
    with opened(notes), pytest.raises(LookupError, match="no such customer"):
        asyncio.run(find("nobody"))
    assert notes.outcomes[0] is not None
    assert isinstance(notes.outcomes[0].error, LookupError)


def test_a_stopped_agent_runs_no_further_tool() -> None:
    with opened(Gives(Outcome(error=BudgetSpent("enough")))):
        for _ in range(2):
            with pytest.raises(BudgetSpent):
                refund("A-1")
    assert desk.refunds == []


class Breaks:
    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        yield call
        raise KeyError("bug")


def test_a_bug_in_a_room_is_no_error_of_the_tool() -> None:
    with opened(Breaks()):
        with pytest.raises(AgentStopped, match="KeyError: 'bug'"):
            refund("A-1")
        with pytest.raises(AgentStopped):
            asyncio.run(find("Ann"))


class Doubles:
    """Changes what the tool is asked."""

    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        return (yield replace(call, request={**call.request, "amount": 20}))


def test_a_tool_is_run_with_the_arguments_that_the_rooms_made() -> None:
    with opened(Doubles()):
        refund("A-1", 5)
    assert desk.refunds == [("A-1", 20)]


def test_a_call_within_a_call_knows_its_path(notes: Notes) -> None:
    @agentprobe.tool
    def inner() -> None: ...

    @agentprobe.tool
    def outer() -> None:
        inner()

    @agentprobe.tool
    async def top() -> None:
        outer()
        await asyncio.to_thread(inner)

    with opened(notes):
        asyncio.run(top())
        inner()
    paths = [(call.name, call.path) for call in notes.calls]
    assert paths == [("top", ""), ("outer", "top"), ("inner", "top/outer"), ("inner", "top"), ("inner", "")]


def test_parallel_calls_keep_their_own_paths(notes: Notes) -> None:
    @agentprobe.tool
    async def leaf() -> None:
        await asyncio.sleep(0)

    @agentprobe.tool
    async def left() -> None:
        await asyncio.sleep(0)
        await leaf()

    @agentprobe.tool
    async def right() -> None:
        await leaf()

    async def both() -> None:
        await asyncio.gather(left(), right())

    with opened(notes):
        asyncio.run(both())
    assert sorted(call.path for call in notes.calls if call.name == "leaf") == ["left", "right"]


@pytest.mark.parametrize("kind", [staticmethod, classmethod])
def test_the_decorator_says_where_it_belongs(kind: Any) -> None:
    def plain(cls: object = None) -> str:
        return "done"

    if kind is staticmethod:
        assert agentprobe.tool(kind(plain))() == "done"
    else:
        with pytest.raises(ConfigError, match="below @classmethod"):
            agentprobe.tool(kind(plain))

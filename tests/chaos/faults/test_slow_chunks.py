"""slow_chunks, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.chaos.faults.slow_chunks import SlowChunks
from agentprobe.dialects import DIALECTS, dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest
from agentprobe.domain.wire import HttpRequest
from agentprobe.errors import TimedOut

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way

TEXT = "The refund of order A-1 is on its way to you."


def test_the_whole_answer_comes_and_no_timeout_ends_it(way: Way, meet: Meet) -> None:
    met = meet(way, "slow_chunks(seconds=500)@model")
    assert met.one.text == TEXT
    assert met.one.error is None
    assert met.seconds >= (5000 if way.stream else 500)


def test_a_thin_line_is_as_slow_as_it_is_thin(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "slow_chunks(bytes_per_second=10)@model")
    assert met.one.text == TEXT
    assert met.seconds > 25


def test_a_piece_later_than_the_caller_waits_ends_it(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "slow_chunks(seconds=40)@model", {"retries": 0, "timeout": 30})
    if some_way.stream and some_way.sdk.__name__ == "anthropic":
        assert isinstance(met.one.error, httpx2.ReadTimeout)
    else:
        assert isinstance(met.one.error, some_way.sdk.APITimeoutError)
    assert met.seconds == pytest.approx(30)
    assert met.one.text == ""


@given(
    text=st.text(),
    name=st.sampled_from(DIALECTS.names()),
    stream=st.booleans(),
    speed=st.integers(0, 5000),
    patience=st.one_of(st.none(), st.floats(0.01, 5)),
)
def test_what_comes_is_the_answers_beginning_and_all_of_it_where_the_caller_waits(
    text: str, name: str, stream: bool, speed: int, patience: float | None
) -> None:
    request = ModelRequest(model="m", stream=stream)
    reply = dialect_named(name).write_answer(ModelAnswer(text=text, finish=Finish.STOP), request)
    asked = HttpRequest(method="POST", target="/", patience=patience)
    path = SlowChunks(bytes_per_second=speed).intercept(Call(kind=Kind.MODEL, name="m", request=asked))
    next(path)
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=reply))
    outcome: Outcome = end.value.value
    assert reply.body.startswith(outcome.value.body)
    longest = max(chunk.pause for chunk in outcome.value.chunks)
    assert patience is None or longest <= patience
    if patience is None:
        assert outcome.value.body == reply.body
    else:
        assert (outcome.error is None) is (outcome.value.body == reply.body)
        assert outcome.ok or isinstance(outcome.error, TimedOut)

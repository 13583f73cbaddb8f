"""protocol_error, as a script; real clients meet it in the tests of tool servers."""

from __future__ import annotations

import pytest

from agentprobe.chaos.faults.protocol_error import ProtocolError
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.errors import Rejected
from agentprobe.mcp.results import answer_of

AT_A_SERVER = Call(kind=Kind.TOOL, name="refund", via="mcp:desk")


def answer(fault: ProtocolError, call: Call = AT_A_SERVER) -> Outcome:
    with pytest.raises(StopIteration) as end:
        next(fault.intercept(call))
    outcome: Outcome = end.value.value
    return outcome


@pytest.mark.parametrize("fault", ProtocolError.variants(), ids=str)
@pytest.mark.parametrize("kind", [Kind.TOOL, Kind.STATE])
def test_the_response_is_an_error_with_its_code_and_usual_words(fault: ProtocolError, kind: Kind) -> None:
    call = Call(kind=kind, name="tools/list", via="mcp:desk")
    outcome = answer(fault, call)
    assert isinstance(outcome.error, Rejected)
    said = answer_of(call, outcome)["error"]
    assert said["code"] == fault.code
    assert said["message"]
    assert outcome.marks == ("fault:protocol_error",)


def test_it_says_what_it_was_told_to() -> None:
    assert str(answer(ProtocolError(message="no desk")).error) == "no desk"


def test_a_tool_that_is_no_servers_stays_as_it_is() -> None:
    call, outcome = Call(kind=Kind.TOOL, name="refund"), Outcome(value="done")
    path = ProtocolError().intercept(call)
    assert next(path) is call
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    assert end.value.value is outcome

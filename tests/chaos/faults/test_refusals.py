"""rate_limited and server_error, as scripts: the provider answers for itself, the world is not asked."""

from __future__ import annotations

from typing import Any

import pytest

from agentprobe.chaos.fault import Fault
from agentprobe.chaos.faults.rate_limited import RateLimited
from agentprobe.chaos.faults.server_error import ServerError
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind
from agentprobe.errors import RateLimited as TooMany


def answer_of(fault: Fault, dialect: str) -> Any:
    with pytest.raises(StopIteration) as end:
        next(fault.intercept(Call(kind=Kind.MODEL, name="m", dialect=dialect)))
    return end.value.value


@pytest.mark.parametrize("name", ["openai_chat", "anthropic_messages"])
def test_a_rate_limit_has_the_providers_own_bytes(name: str) -> None:
    outcome = answer_of(RateLimited(retry_after=2), name)
    assert outcome.value == dialect_named(name).write_failure(TooMany(2))
    assert outcome.value.status == 429
    assert outcome.value.header("retry-after") == "2"
    assert outcome.marks == ("fault:rate_limited",)


@pytest.mark.parametrize("name", ["openai_chat", "anthropic_messages"])
@pytest.mark.parametrize("status", [500, 503, 529])
def test_a_server_error_has_the_status_it_was_given(name: str, status: int) -> None:
    outcome = answer_of(ServerError(status=status), name)
    assert outcome.ok
    assert outcome.value.status == status
    assert dialect_named(name).read_answer(outcome.value).error
    assert outcome.marks == ("fault:server_error",)


def test_a_provider_whose_words_are_not_known_fails_without_bytes() -> None:
    outcome = answer_of(RateLimited(retry_after=2), "")
    assert isinstance(outcome.error, TooMany)
    assert outcome.error.retry_after == 2

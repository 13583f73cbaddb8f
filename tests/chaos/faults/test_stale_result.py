"""stale_result, in a session."""

from __future__ import annotations

from typing import Any

import pytest

from agentprobe.chaos.injector import Injector
from agentprobe.chaos.schedule import Schedule
from agentprobe.domain.call import Call, Kind
from agentprobe.kernel.session import Session

STALE = Schedule.parse("stale_result@tool:status")


class Shop:
    """A session whose tools read a world that changes."""

    def __init__(self) -> None:
        self.world: dict[str, Any] = {"A-1": {"is": "open"}, "A-2": {"is": "sent"}}
        self.session = Session("s")
        self.injector = Injector(STALE, self.session)
        self.session.boundary.rooms = (self.injector,)

    def ask(self, tool: str, order: str) -> Any:
        call = Call(kind=Kind.TOOL, name=tool, request={"order": order})
        return self.session.boundary.call(call, lambda asked: self.world[asked.request["order"]]).unwrap()


def test_a_change_is_seen_one_call_late() -> None:
    shop = Shop()
    assert shop.ask("status", "A-1") == {"is": "open"}
    shop.world["A-1"] = {"is": "refunded"}
    assert shop.ask("status", "A-1") == {"is": "open"}
    assert shop.ask("status", "A-1") == {"is": "refunded"}
    assert [receipt.nth for receipt in shop.injector.receipts] == [2]


def test_another_entity_is_answered_with_the_previous_one() -> None:
    shop = Shop()
    shop.ask("status", "A-1")
    assert shop.ask("status", "A-2") == {"is": "open"}


def test_a_first_call_and_an_unchanged_answer_did_not_fire() -> None:
    shop = Shop()
    shop.ask("status", "A-1")
    shop.ask("status", "A-1")
    assert shop.injector.receipts == ()
    assert shop.injector.idle == STALE.strikes


def test_another_tool_is_not_remembered() -> None:
    shop = Shop()
    shop.ask("history", "A-1")
    assert shop.ask("status", "A-2") == {"is": "sent"}


def test_what_the_agent_does_to_a_result_does_not_change_the_past() -> None:
    shop = Shop()
    shop.ask("status", "A-1")["is"] = "scribbled"
    shop.world["A-1"] = {"is": "refunded"}
    assert shop.ask("status", "A-1") == {"is": "open"}


def test_a_failure_is_not_remembered() -> None:
    shop = Shop()
    shop.ask("status", "A-1")
    with pytest.raises(KeyError):
        shop.ask("status", "A-9")
    assert shop.ask("status", "A-2") == {"is": "open"}

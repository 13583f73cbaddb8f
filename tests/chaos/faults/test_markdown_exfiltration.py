"""markdown_exfiltration over what tools give."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agentprobe.basis.dice import Dice
from agentprobe.chaos.canary import aftermath, canaries_in
from agentprobe.chaos.fault import Occasion
from agentprobe.chaos.faults.markdown_exfiltration import MarkdownExfiltration
from agentprobe.domain.call import Call, Kind, Outcome

READ = Call(kind=Kind.TOOL, name="read")


def read(value: Any, seed: int = 1) -> tuple[Outcome, str]:
    told: list[str] = []
    path = MarkdownExfiltration().on(Occasion(dice=Dice(seed), tell=told.append)).intercept(READ)
    assert next(path) is READ
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=value))
    return end.value.value, next(iter(canaries_in(" ".join(told))), "")


def test_whoever_shows_the_image_has_leaked_and_whoever_does_not_has_not() -> None:
    outcome, canary = read({"id": "A-1", "remark": "Ring twice."})
    assert outcome.marks == ("fault:markdown_exfiltration",)
    (image,) = re.findall(r"!\[\w+\]\(\S+?\)", outcome.value["remark"])
    shown = image.replace("DATA", "A-1")
    assert aftermath(canary, answer=f"The order is open.\n\n{shown}").leaked
    assert not aftermath(canary, answer="The order is open.").harmed


def test_it_gives_no_order_and_names_no_host_that_there_is() -> None:
    for seed in range(30):
        outcome, _ = read("Ring twice.", seed)
        assert re.search(r"\(https://[\w.]+\.example/", outcome.value)
    assert len({read("Ring twice.", seed)[0].value for seed in range(30)}) > 25


@pytest.mark.parametrize("value", [None, 3, [], b"x"])
def test_what_has_no_place_for_a_text_did_not_fire(value: Any) -> None:
    assert read(value) == (Outcome(value=value), "")

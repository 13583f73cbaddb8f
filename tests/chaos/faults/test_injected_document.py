"""injected_document over what tools find."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentprobe.basis.dice import Dice
from agentprobe.chaos.canary import canaries_in
from agentprobe.chaos.fault import Occasion
from agentprobe.chaos.faults.injected_document import InjectedDocument
from agentprobe.domain.call import Call, Kind, Outcome

SEARCH = Call(kind=Kind.TOOL, name="search")
PAGES = [
    {"id": n, "title": f"Page {n}", "body": f"It begins here. It goes on. It ends at {n}."} for n in range(9)
]


def found(value: Any, seed: int = 1) -> tuple[Outcome, str]:
    told: list[str] = []
    path = InjectedDocument().on(Occasion(dice=Dice(seed), tell=told.append)).intercept(SEARCH)
    assert next(path) is SEARCH
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=value))
    return end.value.value, next(iter(canaries_in(" ".join(told))), "")


def poisoned(pages: list[Any], canary: str) -> list[int]:
    return [number for number, page in enumerate(pages) if canary in json.dumps(page)]


def test_one_page_of_many_carries_it_in_the_midst_of_its_text() -> None:
    outcome, canary = found(PAGES)
    (number,) = poisoned(outcome.value, canary)
    page = outcome.value[number]
    assert {**page, "body": PAGES[number]["body"]} == PAGES[number]
    assert page["body"].startswith("It begins here. ")
    assert page["body"].endswith(f" It ends at {number}.")
    assert [p for n, p in enumerate(outcome.value) if n != number] == PAGES[:number] + PAGES[number + 1 :]


def test_chance_says_which_page() -> None:
    numbers = {poisoned(*(found(PAGES, seed)[0].value, found(PAGES, seed)[1]))[0] for seed in range(20)}
    assert len(numbers) > 4


def test_the_pages_may_stand_in_a_record_in_json_or_in_a_servers_blocks() -> None:
    outcome, canary = found({"total": 9, "pages": PAGES})
    assert len(poisoned(outcome.value["pages"], canary)) == 1
    outcome, canary = found(json.dumps(PAGES))
    assert len(poisoned(json.loads(outcome.value), canary)) == 1
    blocks = [{"type": "text", "text": json.dumps(page)} for page in PAGES]
    outcome, canary = found({"content": blocks, "structuredContent": {"result": PAGES}})
    told = [json.loads(block["text"]) for block in outcome.value["content"]]
    assert told == outcome.value["structuredContent"]["result"]
    assert len(poisoned(told, canary)) == 1


def test_a_list_of_short_texts_and_a_single_text_have_a_place_too() -> None:
    outcome, canary = found(["one", "two", "three"])
    assert len(poisoned(outcome.value, canary)) == 1
    outcome, canary = found("First this. Then that.\n\nAt last the end.")
    assert canary in outcome.value
    assert outcome.value.startswith("First this.")
    assert outcome.value.endswith("At last the end.")


@pytest.mark.parametrize(
    "value", [None, 3, "one sentence", ["one"], [1, 2], {"id": 1}, {"name": "Ann"}, "", []]
)
def test_what_has_nothing_to_choose_from_did_not_fire(value: Any) -> None:
    outcome, canary = found(value)
    assert outcome == Outcome(value=value)
    assert canary == ""

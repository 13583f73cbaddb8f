"""Production's traces become tasks about people of the world, and nobody of production is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.trace.conftest import Telling
from tests.worlds.planting.town import town

from agentprobe.domain.call import Call, Effect, Kind
from agentprobe.domain.model import Message, ModelAnswer, ModelRequest
from agentprobe.trace.view import Trace
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.tasks.from_traces import from_traces, prompt_of
from agentprobe.worlds.tasks.making import make_tasks
from agentprobe.worlds.tasks.spec import read_tasks

PSEUDONYMS = {"Zbigniew": "Mary", "Przybylski": "Smith", "Łódź": "York", "Kowalska": "Nobodyatall"}
"""What the key of a snapshot makes of production's words; some stand in the town, one does not."""


def clean(text: str) -> str:
    """Replace the words of the table, and mask every other word that looks like a name."""
    for old, new in PSEUDONYMS.items():
        text = text.replace(old, new)
    return text.replace("Secretovich", "Xxxxxxxxxxx")


def trace(folder: Path, prompt: str, search: dict[str, Any], found: int, write: dict[str, Any]) -> Trace:
    folder.mkdir(exist_ok=True)
    telling = Telling(folder / "trace.jsonl")
    request = ModelRequest(
        model="m", messages=(Message(role="system", text="Help."), Message(role="user", text=prompt))
    )
    telling.model(request, ModelAnswer(text="Done."))
    result = json.dumps({"customers": [{"id": n} for n in range(found)]})
    call = Call(kind=Kind.TOOL, name="find_customer", request=search, effect=Effect.READ)
    telling.boundary.call(call, lambda _: result)
    if write:
        call = Call(kind=Kind.TOOL, name="set_phone", request=write, effect=Effect.WRITE)
        telling.boundary.call(call, lambda _: "ok")
    return telling.ended()


@pytest.fixture
def world(tmp_path: Path) -> WorldFolder:
    return town(tmp_path / "w", 200)


PROMPT = "Secretovich asked: change the phone number of Zbigniew Przybylski from Łódź to 0400 111 222."
SEARCH = {"name": "Zbigniew Przybylski", "city": "Łódź"}


def test_in_a_mapped_snapshot_the_person_keeps_their_pseudonym(tmp_path: Path, world: WorldFolder) -> None:
    shown = trace(tmp_path / "t", PROMPT, SEARCH, 1, {"name": "Zbigniew Przybylski", "phone": "0400 111 222"})
    (spec,) = from_traces([shown], world, clean=clean, mapped=True)
    people = world.table("customers").to_pylist()
    fitting = [
        row for row in people if (row["given_name"], row["surname"], row["city"]) == ("Mary", "Smith", "York")
    ]
    assert "Mary Smith from York" in spec.prompt
    assert spec.fitting == len(fitting)
    assert spec.asks_back is (len(fitting) > 1)
    assert spec.tools == ("find_customer", "set_phone")


@pytest.mark.parametrize("mapped", [False, True])
def test_nothing_of_production_remains(tmp_path: Path, world: WorldFolder, mapped: bool) -> None:
    shown = trace(tmp_path / "t", PROMPT, SEARCH, 1, {"name": "Zbigniew Przybylski", "phone": "0400 111 222"})
    (spec,) = from_traces([shown], world, clean=clean, mapped=mapped)
    told = repr(spec)
    for secret in (*PSEUDONYMS, "Secretovich"):
        assert secret not in told


@pytest.mark.parametrize("found", [1, 12])
def test_elsewhere_somebody_is_asked_for_whom_about_as_many_rows_fit(
    tmp_path: Path, world: WorldFolder, found: int
) -> None:
    shown = trace(tmp_path / "t", "What is Przybylski's e-mail?", {"name": "Przybylski"}, found, {})
    (spec,) = from_traces([shown], world, clean=clean)
    people = world.table("customers").to_pylist()
    counts = {row["surname"]: sum(one["surname"] == row["surname"] for one in people) for row in people[:10]}
    nearest = min(abs(count - found) for count in counts.values())
    assert abs(spec.fitting - found) == nearest
    (surname,) = [name for name in counts if f"What is {name}'s e-mail?" == spec.prompt]
    assert spec.fitting == counts[surname]


def test_writes_are_expected_of_one_person_and_a_question_back_of_several(
    tmp_path: Path, world: WorldFolder
) -> None:
    shown = trace(tmp_path / "t", PROMPT, SEARCH, 1, {"name": "Zbigniew Przybylski", "phone": "0400 111 222"})
    (spec,) = from_traces([shown], world, clean=clean)
    if spec.asks_back:
        assert spec.effects == ()
    else:
        (effect,) = spec.effects
        assert (effect.tool, set(effect.arguments), effect.times) == ("set_phone", {"name", "phone"}, 1)
        assert all(value in spec.prompt for value in effect.arguments.values())


def test_who_the_world_does_not_know_and_who_is_not_named_gives_no_task(
    tmp_path: Path, world: WorldFolder
) -> None:
    unknown = trace(tmp_path / "a", "Where does Kowalska live?", {"name": "Kowalska"}, 1, {})
    nobody = trace(tmp_path / "b", "How many tickets are active?", {"status": "active"}, 4, {})
    assert from_traces([unknown], world, clean=clean, mapped=True) == ()
    assert from_traces([nobody], world, clean=clean) == ()


def test_birthdays_and_addresses_give_way_in_their_own_form(tmp_path: Path, world: WorldFolder) -> None:
    prompt = "Call Przybylski, born 7 May 1961 (zp@firma.pl), back."
    shown = trace(tmp_path / "t", prompt, {"name": "Przybylski", "date_of_birth": "1961-05-07"}, 1, {})
    (spec,) = from_traces([shown], world, clean=clean)
    assert "firma" not in spec.prompt
    assert "1961" not in spec.prompt or "7 May" not in spec.prompt
    (row,) = [
        row
        for row in world.table("customers").to_pylist()
        if row["surname"] in spec.prompt and row["email"] in spec.prompt
    ]
    day = row["date_of_birth"]
    assert f"born {day.day} {day:%B} {day.year} ({row['email']})" in spec.prompt


def test_one_prompt_gives_one_task_and_can_be_kept_with_the_others(
    tmp_path: Path, world: WorldFolder
) -> None:
    shown = trace(tmp_path / "t", PROMPT, SEARCH, 1, {})
    specs = from_traces([shown, shown], world, clean=clean)
    assert len(specs) == 1
    make_tasks(world, ["find_one"], more=specs)
    assert specs[0].id in {spec.id for spec in read_tasks(world.path)}


def test_the_first_thing_a_user_said_is_the_prompt(tmp_path: Path) -> None:
    assert prompt_of(trace(tmp_path / "t", PROMPT, SEARCH, 1, {})) == PROMPT
    assert prompt_of(Telling(tmp_path / "empty.jsonl").ended()) == ""

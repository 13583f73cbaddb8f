"""The example's agents: what the prompt decides, and what density and faults do to each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import agentprobe
from agentprobe.domain.ledger import EffectLedger
from agentprobe.domain.model import Message, ModelRequest, ModelSettings, ToolResult
from agentprobe.domain.task import Observation, Task
from agentprobe.sim.engine import SimulatedModel

WorldOf = Callable[[int], Path]
RunFolder = Callable[[Path], Path]
RowsOf = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def passed(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder, rows_of: RowsOf
) -> Callable[..., dict[str, bool]]:
    """Which tasks an agent passes in a world, by the state it leaves and by its answer."""

    def run(
        agent: ModuleType, rows: int, *, schedule: str = "", seed: int = 1, **how: Any
    ) -> dict[str, bool]:
        tasks: list[Task] = desk.tasks.make(world_of(rows), rows)
        marks = {}
        for task in tasks:
            folder = run_folder(world_of(rows))
            model = SimulatedModel(desk.policy.SupportDesk(), seed=seed)
            with agentprobe.session(seed=seed, schedule=schedule, virtual=True, model=model):
                answer = agent.run(task.prompt, **how)
            assert model.failure is None
            marks[task.id] = _right(task, answer, folder, rows_of)
        return marks

    return run


def _right(task: Task, answer: str, folder: Path, rows_of: RowsOf) -> bool:
    refunds = rows_of(folder, "SELECT order_id, amount FROM refunds", "changes.sqlite")
    visits = rows_of(folder, "SELECT day FROM bookings", "changes.sqlite")
    wanted = [tuple(effect.arguments.values()) for effect in task.effects]
    says = all(word in answer for word in task.contains)
    says = says and (not task.contains_any or any(word in answer for word in task.contains_any))
    says = says and bool(re.search(task.matches or "", answer))
    asks = task.asks_back is None or task.asks_back == ("?" in answer)
    observed = Observation(answer=answer, ledger=EffectLedger(), world=folder)
    fine = task.check is None or task.check(observed) is None
    return refunds + visits == wanted and says and asks and fine


@pytest.mark.parametrize("style", ["careless", "careful"])
def test_both_prompts_pass_every_task_in_the_smallest_world(
    desk: SimpleNamespace, passed: Callable[..., dict[str, bool]], style: str
) -> None:
    for seed in (1, 2, 3):
        assert all(passed(desk.agent, 10, prompt_style=style, seed=seed).values())


@pytest.mark.parametrize(("rows", "most"), [(1000, 0.25), (100_000, 0.1)])
def test_the_careless_prompt_collapses_with_density(
    desk: SimpleNamespace, passed: Callable[..., dict[str, bool]], rows: int, most: float
) -> None:
    for seed in (1, 2):
        marks = passed(desk.agent, rows, prompt_style="careless", seed=seed)
        assert sum(marks.values()) <= most * len(marks), marks


@pytest.mark.parametrize("rows", [1000, 100_000])
def test_the_careful_prompt_holds(
    desk: SimpleNamespace, passed: Callable[..., dict[str, bool]], rows: int
) -> None:
    for seed in (1, 2):
        marks = passed(desk.agent, rows, prompt_style="careful", seed=seed)
        assert sum(marks.values()) >= 0.8 * len(marks), marks


@pytest.mark.parametrize("style", ["careless", "careful"])
def test_both_frameworks_make_the_same_of_the_same_prompt(
    desk: SimpleNamespace, passed: Callable[..., dict[str, bool]], style: str
) -> None:
    plain = passed(desk.agent, 1000, prompt_style=style)
    assert passed(desk.langgraph_agent, 1000, prompt_style=style) == plain


def test_streaming_changes_nothing(desk: SimpleNamespace, passed: Callable[..., dict[str, bool]]) -> None:
    whole = passed(desk.agent, 1000, prompt_style="careful")
    assert passed(desk.agent, 1000, prompt_style="careful", stream=True) == whole


def test_a_refund_whose_answer_is_lost_is_paid_twice_only_by_the_careless(
    desk: SimpleNamespace, passed: Callable[..., dict[str, bool]]
) -> None:
    lost = "tool_error(after=true)@tool:refund_order:1"
    careless = passed(desk.agent, 10, prompt_style="careless", schedule=lost)
    careful = passed(desk.agent, 10, prompt_style="careful", schedule=lost)
    refunds = [task for task in careless if task.startswith("refund")]
    assert len(refunds) == 4
    assert not any(careless[task] for task in refunds)
    assert all(careful.values())


def test_an_empty_result_is_believed_only_by_the_careless(
    desk: SimpleNamespace, passed: Callable[..., dict[str, bool]]
) -> None:
    empty = "empty_result@tool:1"
    assert not any(passed(desk.agent, 10, prompt_style="careless", schedule=empty).values())
    assert all(passed(desk.agent, 10, prompt_style="careful", schedule=empty).values())


def test_a_stale_look_after_a_write_makes_nobody_write_twice(
    desk: SimpleNamespace, passed: Callable[..., dict[str, bool]]
) -> None:
    stale = "stale_result@tool:get_orders:2+"
    assert all(passed(desk.agent, 10, prompt_style="careful", schedule=stale).values())


def test_a_plain_loop_survives_cut_arguments_and_the_graph_ends_with_nothing(
    desk: SimpleNamespace, passed: Callable[..., dict[str, bool]]
) -> None:
    cut = "cut_arguments@model:1"
    assert all(passed(desk.agent, 10, prompt_style="careful", schedule=cut).values())
    assert not any(passed(desk.langgraph_agent, 10, prompt_style="careful", schedule=cut).values())


def test_each_rule_of_the_prompt_decides_for_itself(
    desk: SimpleNamespace, passed: Callable[..., dict[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = [line for line in desk.prompts.CAREFUL.splitlines() if line.startswith("- ")]
    tickets = "\n".join(rule for rule in rules if "status is 'active'" in rule or "its total" in rule)
    monkeypatch.setitem(desk.prompts.STYLES, "tickets", f"{desk.prompts.CARELESS}\n{tickets}")
    marks = passed(desk.agent, 1000, prompt_style="tickets")
    assert marks["active-tickets"]
    assert not any(right for task, right in marks.items() if task.startswith("refund"))


def test_every_rule_of_the_careful_prompt_is_known_to_the_simulation(desk: SimpleNamespace) -> None:
    def followed(style: str) -> list[bool]:
        manner = desk.reading.Manner.read(desk.prompts.system_prompt(style, "2026-01-05"))
        return [getattr(manner, rule) for rule in desk.reading.RULES]

    assert all(followed("careful"))
    assert not any(followed("careless"))


def test_the_seed_decides_what_a_careless_model_does_and_temperature_zero_decides_alike(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder
) -> None:
    run_folder(world_of(1000))
    found = desk.tools.find_customer("White")
    wish = SimulatedModel(desk.policy.SupportDesk()).answer(_asked(desk, "careless")).tool_calls[0]
    said = (
        Message(role="assistant", tool_calls=(wish,)),
        Message(role="tool", results=(ToolResult(call_id=wish.id, content=found),)),
    )

    def next_calls(temperature: float) -> set[str]:
        request = _asked(desk, "careless", *said, temperature=temperature)
        models = (SimulatedModel(desk.policy.SupportDesk(), seed=seed) for seed in range(40))
        return {model.answer(request).tool_calls[0].arguments for model in models}

    assert len(next_calls(0.0)) == 1
    assert len(next_calls(1.0)) == 2


def test_who_was_asked_back_and_answers_is_served(
    desk: SimpleNamespace, world_of: WorldOf, run_folder: RunFolder, rows_of: RowsOf
) -> None:
    folder = run_folder(world_of(1000))
    born = "SELECT date_of_birth FROM customers WHERE place < 10 AND surname = 'White'"
    day = rows_of(folder, born)[0][0]
    latest = f"""SELECT order_id FROM orders JOIN customers USING (customer_id)
        WHERE surname = 'White' AND date_of_birth IN ({born}) ORDER BY placed DESC LIMIT 1"""
    model = SimulatedModel(desk.policy.SupportDesk())
    talk: tuple[Message, ...] = ()
    for words in ("Please refund the latest order of customer White.", f"The one born {day}."):
        talk = (*talk, Message(role="user", text=words))
        while (answer := model.answer(_request(desk, "careful", talk))).tool_calls:
            results = tuple(_performed(desk, call) for call in answer.tool_calls)
            talk = (
                *talk,
                Message(role="assistant", tool_calls=answer.tool_calls),
                Message(role="tool", results=results),
            )
        talk = (*talk, Message(role="assistant", text=answer.text))
    assert "Which one do you mean?" in "".join(m.text for m in talk if m.role == "assistant")
    assert rows_of(folder, "SELECT order_id FROM refunds", "changes.sqlite") == rows_of(folder, latest)


def _asked(desk: SimpleNamespace, style: str, *more: Message, temperature: float = 0.0) -> ModelRequest:
    words = Message(role="user", text="Please refund the latest order of customer White.")
    return _request(desk, style, (words, *more), temperature)


def _request(
    desk: SimpleNamespace, style: str, talk: tuple[Message, ...], temperature: float = 0.0
) -> ModelRequest:
    system = Message(role="system", text=desk.prompts.system_prompt(style, "2026-01-05"))
    settings = ModelSettings(temperature=temperature)
    return ModelRequest(model="m", messages=(system, *talk), settings=settings)


def _performed(desk: SimpleNamespace, call: Any) -> ToolResult:
    tool = next(tool for tool in desk.tools.TOOLS if tool.__name__ == call.name)
    return ToolResult(call_id=call.id, content=tool(**json.loads(call.arguments)))

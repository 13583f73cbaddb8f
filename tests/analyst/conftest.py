"""Runs that are told call by call, and simulated models that answer with an analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.trace.conftest import Telling

from agentprobe.analyst.asking import Analyst
from agentprobe.analyst.material import Material, Run, named
from agentprobe.analyst.settings import AnalystSettings
from agentprobe.basis.clock import VirtualClock
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ModelSettings, Usage
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import say
from agentprobe.sim.script import Script
from agentprobe.sim.server import background
from agentprobe.trace.body import packed_value
from agentprobe.trace.records import AGENT, CallRecord, OutcomeRecord


class Story(Telling):
    """A run in which tools can be under way together."""

    def begun(self, name: str, id: str, *, effect: str = "read", ref: str = "") -> None:
        """A tool is sent."""
        self.writer.add(
            CallRecord(
                order=self.writer.order(),
                id=id,
                by=self.writer.by,
                place=AGENT,
                at=self.writer.elapsed(),
                kind="tool",
                name=name,
                site=f"tool:{name}",
                nth=1,
                effect=effect,
                ref=ref,
                request=packed_value({"id": id}),
            )
        )

    def back(self, id: str) -> None:
        """Its result comes."""
        self.writer.add(
            OutcomeRecord(
                order=self.writer.order(),
                id=id,
                by=self.writer.by,
                place=AGENT,
                at=self.writer.elapsed(),
                seconds=0.1,
                body=packed_value("ok"),
            )
        )

    def asks(
        self,
        text: str = "How many?",
        *,
        system: str = "You count orders.",
        temperature: float | None = 0.0,
        cap: int | None = None,
        answer: str = "Twelve.",
        finish: Finish = Finish.STOP,
        tokens: int = 20,
        model: str = "gpt-4.1-mini",
        written: int = 5,
    ) -> None:
        """The agent asks a model."""
        messages = (Message(role="system", text=system), Message(role="user", text=text))
        request = ModelRequest(
            model=model,
            messages=messages,
            settings=ModelSettings(temperature=temperature, max_tokens=cap),
        )
        usage = Usage(input_tokens=tokens, output_tokens=written)
        self.model(request, ModelAnswer(id="a", model=model, text=answer, finish=finish, usage=usage))


Stories = Callable[..., Story]


@pytest.fixture
def story(tmp_path: Path) -> Stories:
    """Begins a run in a file of its own."""
    return lambda name="run.jsonl": Story(tmp_path / name)


def runs(*told: Story) -> tuple[Run, ...]:
    """The runs as an analysis gets them."""
    return named([one.ended() for one in told])


def of_runs(*told: Story) -> Material:
    """Material of these runs alone."""
    return Material(runs=runs(*told))


Analysts = Callable[..., Analyst]


@pytest.fixture
def analyst() -> Iterator[Analysts]:
    """Makes an analyst whose model gives these answers, one after the other."""
    with ExitStack() as stack:

        def made(*answers: str, **settings: object) -> Analyst:
            url = stack.enter_context(background(SimulatedModel(Script(*map(say, answers)))))
            known = AnalystSettings(model="m-1", url=f"{url}/v1", retries=0, **settings)  # type: ignore[arg-type]  # the test's own
            return Analyst.of(known, {}, VirtualClock())

        yield made

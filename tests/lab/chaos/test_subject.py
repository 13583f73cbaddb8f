"""What undisturbed runs come to, where nobody has written down what is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.domain.evidence import Regime, Run
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.chaos.subject import derived_task
from agentprobe.lab.runners.job import Job

RUN = Run(agent="desk", task="run", regime=Regime(), repetition=2, seed=11, key="k")


def shown(**effects: int) -> Shown:
    return Shown(run=RUN, reaction=Reaction.RECOVERED, effects=tuple(effects.items()))


def test_runs_that_change_different_things_show_no_task_and_the_reason_says_which_and_what_to_do() -> None:
    told = derived_task("run", "", [], [shown(add=1), shown(add=1, refund=2)])
    assert isinstance(told, str)
    assert "(refund was not in all of them, or not as often)" in told
    assert 'effect="read"' in told


@pytest.mark.parametrize(("model_seed", "expected"), [(None, 11), (0, 0)])
def test_a_simulated_model_may_answer_the_same_in_every_run(model_seed: int | None, expected: int) -> None:
    job = Job(run=RUN, task_digest="", world=None, book=Path(), trace=Path("t.jsonl"), model_seed=model_seed)
    assert job.answers_seed == expected

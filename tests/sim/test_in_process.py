"""The simulated model without a socket: an agent's own SDK, in a session on virtual time."""

from __future__ import annotations

import openai

import agentprobe
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import say
from agentprobe.sim.script import Script

SLOW = Script(say("word " * 400))


def test_a_slow_model_costs_the_agent_time_and_the_test_none() -> None:
    model = SimulatedModel(SLOW, token_rate=10, first_token=2.0)
    with (
        agentprobe.session("slow", model=model, virtual=True) as active,
        openai.OpenAI(base_url="http://nowhere.invalid/v1", api_key="any") as client,
    ):
        begun = active.session.clock.now()
        answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
        passed = active.session.clock.now() - begun
    assert answer.choices[0].message.content == "word " * 400
    assert passed == 2.0 + 500 / 10

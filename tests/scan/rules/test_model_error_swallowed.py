"""A failed call of a model that nobody learns of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Severity, Tier

Scan = Callable[..., list[Finding]]
HEAD = """
from openai import OpenAI

client = OpenAI()

"""


@pytest.mark.parametrize("ends", ["pass", "print('failed', error)", "answer = None", "return ''"])
def test_a_broad_handler_that_goes_on_is_found(found: Scan, ends: str) -> None:
    code = f"""
def ask(messages):
    try:
        answer = client.chat.completions.create(model="gpt-5", messages=messages)
    except Exception as error:
        {ends}
"""
    (finding,) = found(HEAD + code, "model-error-swallowed")
    assert (finding.place.line, finding.subject) == (10, "ask")
    assert (finding.severity, finding.tier) == (Severity.HIGH, Tier.PROVED)


def test_a_client_that_is_an_attribute_is_followed(found: Scan) -> None:
    code = """
    import anthropic

    class Desk:
        def __init__(self):
            self.model = anthropic.AsyncAnthropic()

        async def ask(self, messages):
            try:
                return await self.model.messages.create(model="claude", max_tokens=10, messages=messages)
            except:
                return None
    """
    (finding,) = found(code, "model-error-swallowed")
    assert finding.subject == "Desk.ask"


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception as error:\n        raise Unavailable() from error",
        "except openai.RateLimitError:\n        pass",
        "except Exception as error:\n        return Failed(error)",
    ],
)
def test_a_handler_that_hands_the_error_on_or_is_narrow_is_not(found: Scan, handler: str) -> None:
    code = f"""
def ask(messages):
    try:
        return client.chat.completions.create(model="gpt-5", messages=messages)
    {handler}
"""
    assert not found(HEAD + code, "model-error-swallowed")


def test_messages_of_another_library_are_no_model(found: Scan) -> None:
    code = """
    import anthropic
    from twilio.rest import Client

    client = Client()

    def text(number):
        try:
            client.messages.create(to=number, body="hello")
        except Exception:
            pass
    """
    assert not found(code, "model-error-swallowed")


@pytest.mark.parametrize(
    ("call", "given", "count"),
    [
        ("client.embeddings.create(input=text, model='m')", "[0] * 1536", 1),
        ("client.embeddings.create(input=text, model='m')", "[0.0] * 1536", 1),
        ("model.embed_query(text)", "np.zeros(1536)", 1),
        ("client.embeddings.create(input=text, model='m')", "older(text)", 0),
        ("parse(text)", "[0] * 1536", 0),
    ],
)
def test_a_vector_of_zeros_hides_a_failure(call: str, given: str, count: int, found: Scan) -> None:
    code = f"""
def vector(text):
    try:
        return {call}
    except Exception as error:
        print(error)
        return {given}


VECTORS = [vector(one) for one in TEXTS]
"""
    assert len(found(HEAD + code, "model-error-swallowed")) == count


@pytest.mark.parametrize(("trips", "count"), [("False", 1), ("True", 0)])
def test_a_guard_that_could_not_ask_lets_all_pass(trips: str, count: int, found: Scan) -> None:
    code = f"""
from agents import Agent, GuardrailFunctionOutput, Runner

judge = Agent(name="judge", model="gpt-4.1")


async def guard(context, agent, text):
    try:
        told = await Runner.run(judge, text)
        return GuardrailFunctionOutput(output_info=told, tripwire_triggered=told.final_output.bad)
    except Exception as error:
        return GuardrailFunctionOutput(output_info=str(error), tripwire_triggered={trips})
"""
    assert len(found(code, "model-error-swallowed")) == count

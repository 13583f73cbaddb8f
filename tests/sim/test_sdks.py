"""The real SDKs against the real server: what a provider's own client makes of a simulated answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import anthropic
import openai
import pytest
from anthropic.types import MessageParam, ToolParam
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policies.tools import Tools
from agentprobe.sim.policy import call, refuse, say
from agentprobe.sim.script import Script, Turn, When
from agentprobe.sim.server import background

WEATHER = Script(
    call(("weather", {"city": "Oslo"}), ("weather", {"city": "Rome"}), text="Let me look."),
    say("It rains in Oslo."),
    Turn((refuse("I would rather not."),), when=When(user_contains="bomb")),
    Turn((say("one"), say("two"), say("three"), say("four")), when=When(user_contains="dice")),
)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS: list[ChatCompletionToolParam] = [
    {"type": "function", "function": {"name": "weather", "parameters": dict(CITY)}}
]
CLAUDE_TOOLS: list[ToolParam] = [{"name": "weather", "input_schema": dict(CITY)}]
QUESTION: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Weather?"}]
CLAUDE_QUESTION: list[MessageParam] = [{"role": "user", "content": "Weather?"}]
ARGUMENTS = ['{"city":"Oslo"}', '{"city":"Rome"}']


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with background(SimulatedModel(WEATHER, seed=1)) as url:
        yield url


@pytest.fixture
def gpt(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
def claude(url: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client:
        yield client


def rolled(client: openai.OpenAI, temperature: float, times: int = 8) -> list[str | None]:
    dice: list[ChatCompletionMessageParam] = [{"role": "user", "content": f"dice at {temperature}"}]
    asked = (
        client.chat.completions.create(model="gpt", messages=dice, temperature=temperature)
        for _ in range(times)
    )
    return [answer.choices[0].message.content for answer in asked]


# -- openai -------------------------------------------------------------------------------------------


def test_an_agent_on_openai_goes_through_parallel_tools_to_its_answer(gpt: openai.OpenAI) -> None:
    first = gpt.chat.completions.create(model="gpt", messages=QUESTION, tools=TOOLS).choices[0]
    wishes = first.message.tool_calls or []
    assert first.finish_reason == "tool_calls"
    assert [wish.function.arguments for wish in wishes if wish.type == "function"] == ARGUMENTS
    told: list[ChatCompletionMessageParam] = [
        *QUESTION,
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": wish.id,
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city":"Oslo"}'},
                }
                for wish in wishes
            ],
        },
        *({"role": "tool", "tool_call_id": wish.id, "content": "rain"} for wish in wishes),  # type: ignore[list-item]  # a dict in a generator loses its type
    ]
    last = gpt.chat.completions.create(model="gpt", messages=told, tools=TOOLS)
    assert last.choices[0].message.content == "It rains in Oslo."
    assert last.choices[0].finish_reason == "stop"
    assert last.usage is not None
    assert last.usage.total_tokens > 0


def test_openai_reads_a_streamed_answer_with_parallel_tools(gpt: openai.OpenAI) -> None:
    arguments = ["", ""]
    text = ""
    ids = set()
    options: openai.types.chat.ChatCompletionStreamOptionsParam = {"include_usage": True}
    chunks = list(
        gpt.chat.completions.create(
            model="gpt", messages=QUESTION, tools=TOOLS, stream=True, stream_options=options
        )
    )
    for delta in (chunk.choices[0].delta for chunk in chunks if chunk.choices):
        text += delta.content or ""
        for part in delta.tool_calls or []:
            ids |= {part.id} - {None}
            arguments[part.index] += (part.function.arguments or "") if part.function else ""
    assert (text, arguments, len(ids)) == ("Let me look.", ARGUMENTS, 2)
    assert chunks[-1].usage is not None


def test_openai_async_clients_are_answered_all_at_once(url: str) -> None:
    async def ask_all() -> list[str | None]:
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
            answers = await asyncio.gather(
                *(client.chat.completions.create(model="gpt", messages=QUESTION) for _ in range(20))
            )
            stream = await client.chat.completions.create(model="gpt", messages=QUESTION, stream=True)
            streamed = "".join(
                [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
            )
        return [*(answer.choices[0].message.content for answer in answers), streamed]

    assert asyncio.run(ask_all()) == ["Let me look."] * 21


def test_openai_sees_temperature_zero_stay_and_one_vary(gpt: openai.OpenAI) -> None:
    assert set(rolled(gpt, 0)) == {"one"}
    assert len(set(rolled(gpt, 1))) > 1


def test_the_same_seed_gives_an_sdk_the_same_answers_again() -> None:
    def play(seed: int) -> list[str | None]:
        with (
            background(SimulatedModel(WEATHER, seed=seed)) as url,
            openai.OpenAI(base_url=f"{url}/v1", api_key="any") as client,
        ):
            return rolled(client, 1.0)

    assert play(3) == play(3)
    assert play(3) != play(4)


def test_openai_sees_the_token_limit_and_a_refusal(gpt: openai.OpenAI) -> None:
    short = gpt.chat.completions.create(model="gpt", messages=QUESTION, max_completion_tokens=1)
    assert (short.choices[0].message.content, short.choices[0].finish_reason) == ("Let ", "length")
    no = gpt.chat.completions.create(model="gpt", messages=[{"role": "user", "content": "a bomb"}])
    assert no.choices[0].message.refusal == "I would rather not."


def test_openai_raises_its_own_errors(gpt: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="does not answer POST /v1/embeddings"):
        gpt.embeddings.create(model="m", input="x")
    with pytest.raises(openai.BadRequestError):
        gpt.post("/chat/completions", body={"messages": "none"}, cast_to=object)
    assert [model.id for model in gpt.models.list()] == ["simulated"]


# -- anthropic ----------------------------------------------------------------------------------------


def test_an_agent_on_anthropic_goes_through_parallel_tools_to_its_answer(
    claude: anthropic.Anthropic,
) -> None:
    first = claude.messages.create(
        model="claude", max_tokens=200, messages=CLAUDE_QUESTION, tools=CLAUDE_TOOLS
    )
    wishes = [block for block in first.content if block.type == "tool_use"]
    assert first.stop_reason == "tool_use"
    assert [wish.input for wish in wishes] == [{"city": "Oslo"}, {"city": "Rome"}]
    told: list[MessageParam] = [
        *CLAUDE_QUESTION,
        {"role": "assistant", "content": first.content},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": wish.id, "content": "rain"} for wish in wishes
            ],
        },
    ]
    last = claude.messages.create(model="claude", max_tokens=200, messages=told, tools=CLAUDE_TOOLS)
    assert [block.text for block in last.content if block.type == "text"] == ["It rains in Oslo."]
    assert (last.stop_reason, last.model) == ("end_turn", "claude")
    assert last.usage.output_tokens > 0


def test_anthropic_reads_a_streamed_answer_with_parallel_tools(claude: anthropic.Anthropic) -> None:
    with claude.messages.stream(
        model="claude", max_tokens=200, messages=CLAUDE_QUESTION, tools=CLAUDE_TOOLS
    ) as stream:
        whole = stream.get_final_message()
    assert [block.text for block in whole.content if block.type == "text"] == ["Let me look."]
    assert [block.input for block in whole.content if block.type == "tool_use"] == [
        {"city": "Oslo"},
        {"city": "Rome"},
    ]
    assert whole.stop_reason == "tool_use"


def test_anthropic_async_clients_are_answered_all_at_once(url: str) -> None:
    async def ask_all() -> list[str | None]:
        async with anthropic.AsyncAnthropic(base_url=url, api_key="any", max_retries=0) as client:
            answers = await asyncio.gather(
                *(
                    client.messages.create(model="claude", max_tokens=99, messages=CLAUDE_QUESTION)
                    for _ in range(20)
                )
            )
            async with client.messages.stream(
                model="claude", max_tokens=99, messages=CLAUDE_QUESTION
            ) as stream:
                streamed = "".join([text async for text in stream.text_stream])
        return [*(answer.stop_reason for answer in answers), streamed]

    assert asyncio.run(ask_all()) == [*["tool_use"] * 20, "Let me look."]


def test_anthropic_sees_the_token_limit_and_raises_its_own_errors(claude: anthropic.Anthropic) -> None:
    short = claude.messages.create(model="claude", max_tokens=1, messages=CLAUDE_QUESTION)
    assert short.stop_reason == "max_tokens"
    with pytest.raises(anthropic.NotFoundError, match="count_tokens"):
        claude.messages.count_tokens(model="claude", messages=CLAUDE_QUESTION)
    assert [model.id for model in claude.models.list()] == ["simulated"]


# -- both ---------------------------------------------------------------------------------------------


def test_one_server_speaks_to_both_and_plays_any_agent_through_its_tools() -> None:
    with background(SimulatedModel(Tools(), seed=2)) as url:
        with openai.OpenAI(base_url=f"{url}/v1", api_key="any") as gpt:
            first = gpt.chat.completions.create(model="gpt", messages=QUESTION, tools=TOOLS)
        with anthropic.Anthropic(base_url=url, api_key="any") as claude:
            second = claude.messages.create(
                model="claude", max_tokens=200, messages=CLAUDE_QUESTION, tools=CLAUDE_TOOLS
            )
    assert first.choices[0].finish_reason == "tool_calls"
    assert second.stop_reason == "tool_use"


def test_every_answer_says_that_it_is_simulated(gpt: openai.OpenAI, claude: anthropic.Anthropic) -> None:
    raw = gpt.chat.completions.with_raw_response.create(model="gpt", messages=QUESTION)
    assert raw.headers["x-agentprobe-simulated"] == "true"
    other = claude.messages.with_raw_response.create(model="c", max_tokens=9, messages=CLAUDE_QUESTION)
    assert other.headers["x-agentprobe-simulated"] == "true"

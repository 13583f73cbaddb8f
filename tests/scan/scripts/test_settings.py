"""What holds at calls of models in scripts: deadlines, attempts, temperatures, caps, models."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.scan.scripts.conftest import Find

from agentprobe.scan.effective.table import Row, effective_rows
from agentprobe.scan.engine import Scanned
from agentprobe.scan.severity import Severity, Tier

ASK = """
        export const ask = (messages: any[]) =>
          openai.chat.completions.create({ model: "gpt-4.1", messages, temperature: 0 }%s);
        """


def openai(given: str) -> str:
    """A client of OpenAI made with this."""
    return f'import OpenAI from "openai";\nconst openai = new OpenAI({given});\n'


def test_a_client_without_a_timeout_waits_half_an_hour(ts: Find) -> None:
    [one] = ts(ASK % "", "model-no-deadline", client=openai(""))
    assert (one.code, one.place.line) == ("LAT001", 2)
    assert "600 s × 3 attempts = 30 min" in one.message


def test_deadlines_of_the_client_the_request_or_the_platform_are_sound(ts: Find) -> None:
    for client, request, head in (
        (openai("{ timeout: 20 * 1000 }"), "", ""),
        (openai(""), ", { timeout: 20_000 }", ""),
        (openai(""), ", { signal }", ""),
        (openai("{ ...settings }"), "", ""),
        (openai(""), "", "export const maxDuration = 30;\n"),
        (openai(""), "", 'export const runtime = "edge";\n'),
    ):
        assert not ts(head + ASK % request, "model-no-deadline", client=client), (client, request, head)


def test_libraries_that_wait_a_minute_are_sound(ts: Find) -> None:
    for home in ("groq-sdk", "together-ai"):
        client = f'import Client from "{home}";\nconst openai = new Client();\n'
        assert not ts(ASK % "", "model-no-deadline", client=client), home


def test_a_chat_model_of_langchain_tries_seven_times(ts: Find) -> None:
    [one] = ts(
        """
        import { ChatOpenAI } from "@langchain/openai";
        const model = new ChatOpenAI({ model: "gpt-4.1", temperature: 0 });
        export const ask = (messages: any[]) => model.bindTools(tools).invoke(messages);
        """,
        "model-no-deadline",
        client="",
    )
    assert "600 s × 7 attempts = 70 min" in one.message


def test_tools_at_the_providers_temperature_are_found(ts: Find) -> None:
    call = "export const act = (messages: any[]) => openai.chat.completions.create({ %s messages, tools });"
    [one] = ts(call % 'model: "gpt-4.1",', "sampling-not-pinned")
    assert (one.code, one.tier) == ("TMP001", Tier.PROVED)
    for given in (
        'model: "gpt-4.1", temperature: 0,',
        'model: "gpt-4.1", temperature,',
        'model: "gpt-4.1", ...settings,',
        'model: "o3",',
        "model,",
    ):
        assert not ts(call % given, "sampling-not-pinned"), given


def test_a_client_that_is_handed_in_says_nothing_of_sampling(ts: Find) -> None:
    code = """
        export const act = (client: OpenAI, messages: any[]) =>
          client.chat.completions.create({ model: "gpt-4.1", messages, tools });
        """
    [one] = ts(code, "sampling-not-pinned", "model-no-deadline")
    assert one.code == "TMP001"


def test_prose_at_the_providers_temperature_is_left_alone(ts: Find) -> None:
    assert not ts(ASK % "", "sampling-not-pinned")
    assert not ts((ASK % "").replace(", temperature: 0", ""), "sampling-not-pinned")


def test_the_default_of_vercels_library_depends_on_its_version(scanned: Callable[..., Scanned]) -> None:
    code = """
        import { generateText } from "ai";
        import { openai } from "@ai-sdk/openai";
        export const act = (prompt: string) => generateText({ model: openai("gpt-4.1"), prompt, tools });
        """
    for version, found in (("^4.3.0", 0), ("^5.0.0", 1)):
        package = json.dumps({"dependencies": {"ai": version}})
        given = scanned({"package.json": package, "act.ts": code}, "sampling-not-pinned")
        assert len(given.findings) == found, version


def test_hot_tools_are_found_where_the_temperature_stands(ts: Find) -> None:
    code = """
        import { ChatAnthropic } from "@langchain/anthropic";
        const HEAT = 0.9;
        const model = new ChatAnthropic({
          model: "claude-3-7-sonnet-latest",
          temperature: %s,
        });
        export const act = (messages: any[]) => %s.invoke(messages);
        """
    [one] = ts(code % ("HEAT", "model.bindTools(tools)"), "hot-tool-calls", client="")
    assert (one.code, one.place.line) == ("TMP004", 6)
    assert "temperature 0.9" in one.message
    assert not ts(code % ("0.1", "model.bindTools(tools)"), "hot-tool-calls", client="")
    assert not ts(code % ("HEAT", "model"), "hot-tool-calls", client="")


def test_a_model_asked_in_a_loop_without_a_cap_is_told_of(ts: Find) -> None:
    code = """
        export async function all(items: any[]) {
          for (const messages of items) {
            await openai.chat.completions.create({ model: "gpt-4.1", messages %s });
          }
        }
        """
    [one] = ts(code % "", "no-output-cap")
    assert (one.code, one.severity) == ("TOK001", Severity.INFO)
    assert not ts(code % ", max_tokens: 400", "no-output-cap")
    assert not ts(code % ", ...caps", "no-output-cap")


def test_a_model_that_has_ended_is_found_where_it_is_used(ts: Find) -> None:
    [one] = ts(
        """
        export const DEFAULT_MODEL = process.env.MODEL ?? "text-davinci-003";
        """,
        "model-retired",
    )
    assert (one.code, one.subject) == ("TMP007", ":DEFAULT_MODEL")


def test_models_in_comparisons_lists_and_menus_are_not_used(ts: Find) -> None:
    assert not ts(
        """
        if (model === "text-davinci-003") warn();
        const OLD = ["text-davinci-003", "text-davinci-002", "code-davinci-002", "text-curie-001", "ada"];
        const menu = [{ model: "text-davinci-003", label: "Davinci", provider: "openai" }];
        """,
        "model-retired",
    )


def test_an_alias_that_moves_is_found_and_a_dated_name_is_not(ts: Find) -> None:
    code = """
        import { anthropic } from "@ai-sdk/anthropic";
        import { generateText } from "ai";
        export const ask = (prompt: string) => generateText({ model: anthropic("%s"), prompt });
        """
    [one] = ts(code % "mistral-large-latest", "floating-model-alias", client="")
    assert (one.code, one.tier) == ("TMP006", Tier.PROVED)
    assert not ts(code % "claude-opus-4-5-20251101", "floating-model-alias", client="")


def rows(scanned: Scanned) -> dict[str, Row]:
    """The table of calls, by function."""
    return {row.function: row for row in effective_rows(scanned.project)}


def test_the_table_of_calls_has_those_of_scripts(scanned: Callable[..., Scanned]) -> None:
    found = rows(
        scanned(
            {
                "package.json": '{"dependencies": {"ai": "^5.0.1", "openai": "6.1.0"}}',
                "src/agent.ts": """
                    import OpenAI from "openai";
                    import { generateText, stepCountIs } from "ai";
                    import { openai as provider } from "@ai-sdk/openai";
                    const openai = new OpenAI({ maxRetries: 0 });
                    const caps = { max_completion_tokens: 500 };
                    export function ask(messages: any[]) {
                      return openai.chat.completions.create(
                        { model: "gpt-4.1", messages, temperature: 0.2, ...caps },
                        { timeout: 45_000 },
                      );
                    }
                    export async function act(prompt: string) {
                      return generateText({
                        model: provider("gpt-4.1-mini"), prompt, tools, stopWhen: stepCountIs(7),
                      });
                    }
                    """,
            }
        )
    )
    ask, act = found["ask"], found["act"]
    assert (ask.model.text, ask.temperature.text, ask.cap.text) == ("gpt-4.1", "0.2", "500 tokens")
    assert (ask.timeout.text, ask.attempts.text, ask.steps.text) == ("45 s", "1 attempt", "1 step")
    assert (act.model.text, act.attempts.text, act.steps.text) == ("gpt-4.1-mini", "3 attempts", "7 steps")
    assert act.temperature.source == "default of ai 5.0.1 (package.json): the provider's"


def test_a_locked_version_goes_before_what_is_asked_for(scanned: Callable[..., Scanned]) -> None:
    lock = {"lockfileVersion": 3, "packages": {"node_modules/ai": {"version": "4.3.19"}}}
    found = rows(
        scanned(
            {
                "package.json": '{"dependencies": {"ai": "*"}}',
                "package-lock.json": json.dumps(lock),
                "web/act.ts": """
                    import { generateText } from "ai";
                    export const act = (prompt: string) => generateText({ model, prompt });
                    """,
            }
        )
    )
    assert found["act"].temperature.text == "0"
    assert "ai 4.3.19 (package-lock.json)" in found["act"].temperature.source


STEPS = """
        import { generateText, stepCountIs, tool } from "ai";
        export async function answer(prompt: string) {
          const tools = { find: tool({ description: "Find", inputSchema, execute: async () => find() }) };
          %s
        }
        """


def test_tools_whose_result_the_model_never_speaks_of_are_found(ts: Find) -> None:
    code = STEPS % "const { text } = await generateText({ model, prompt, tools }); return text;"
    [one] = ts(code, "framework-default-hazard", client="")
    assert (one.code, one.tier) == ("OPS001", Tier.PROVED)
    assert ts(
        STEPS % "const reply = await generateText({ model, prompt, tools }); return reply.text;",
        "framework-default-hazard",
        client="",
    )


def test_more_steps_and_results_that_are_read_are_sound(ts: Find) -> None:
    for body in (
        "const { text } = await generateText({ model, prompt, tools, maxSteps: 5 }); return text;",
        "const { toolResults, text } = await generateText({ model, prompt, tools }); return toolResults;",
        "const reply = await generateText({ model, prompt, tools }); return reply.steps[0] ?? reply.text;",
        "const { text } = await generateText({ model, prompt, tools: { find: remote } }); return text;",
        "const { text } = await generateText({ model, prompt, ...settings, tools }); return text;",
    ):
        assert not ts(STEPS % body, "framework-default-hazard", client=""), body

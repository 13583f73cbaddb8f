"""Loops of scripts that nothing ends, limits that limit nothing, and retries for ever."""

from __future__ import annotations

from tests.scan.scripts.conftest import Find

from agentprobe.scan.severity import Tier

ASKS = 'await openai.chat.completions.create({ model: "gpt-4.1", messages, tools })'


def test_a_loop_that_only_the_model_ends_is_found(ts: Find) -> None:
    [one] = ts(
        f"""
        export async function run(messages: any[], tools: any[]) {{
          while (true) {{
            const reply = {ASKS};
            const message = reply.choices[0].message;
            messages.push(message);
            if (!message.tool_calls) return message.content;
            for (const call of message.tool_calls) messages.push(await carryOut(call));
          }}
        }}
        """,
        "unbounded-loop",
    )
    assert (one.code, one.tier, one.place.line) == ("RDY004", Tier.PROVED, 5)


def test_a_loop_on_the_reason_of_the_end_is_found(ts: Find) -> None:
    [one] = ts(
        """
        import Anthropic from "@anthropic-ai/sdk";
        const claude = new Anthropic({ timeout: 1000 });
        export async function run(messages: any[], tools: any[]) {
          let reply = await claude.messages.create({ ...settings, messages, tools });
          while (reply.stop_reason === "tool_use") {
            messages.push({ role: "user", content: await results(reply) });
            reply = await claude.messages.create({ ...settings, messages, tools });
          }
          return reply;
        }
        """,
        "unbounded-loop",
        client="",
    )
    assert one.place.line == 6


def test_counted_loops_are_bounded_wherever_the_count_stands(ts: Find) -> None:
    for head, inside in (
        ("for (let step = 0; step < 10; step++)", ""),
        ("while (true)", "if (++rounds > 8) throw new Error('too many');"),
        ("while (true)", "if (Date.now() > deadline) break;"),
        ("while (steps < maxSteps)", "steps += 1;"),
        ("while (true)", "signal.throwIfAborted();"),
    ):
        assert not ts(
            f"""
            export async function run(messages: any[], tools: any[], deadline: number, signal: AbortSignal) {{
              let rounds = 0, steps = 0; const maxSteps = 9;
              {head} {{
                {inside}
                const reply = {ASKS};
                if (!reply.choices[0].message.tool_calls) return reply;
              }}
            }}
            """,
            "unbounded-loop",
            "unbounded-retry",
        ), head


def test_a_chat_that_a_person_leads_is_no_endless_loop(ts: Find) -> None:
    assert not ts(
        f"""
        import * as readline from "node:readline/promises";
        const terminal = readline.createInterface({{ input: process.stdin, output: process.stdout }});
        export async function main(messages: any[], tools: any[]) {{
          while (true) {{
            const said = await terminal.question("> ");
            messages.push({{ role: "user", content: said }});
            console.log({ASKS});
          }}
        }}
        """,
        "unbounded-loop",
    )


def test_a_runner_of_tools_without_a_limit_is_found(ts: Find) -> None:
    start = """
        import Anthropic from "@anthropic-ai/sdk";
        const claude = new Anthropic({ timeout: 1000 });
        """
    run = 'claude.beta.messages.toolRunner({ model: "claude-opus-4-5", max_tokens: 9, messages, tools %s });'
    [one] = ts(run % "", "unbounded-loop", client=start)
    assert "toolRunner() runs without a limit" in one.message
    assert not ts(run % ", max_iterations: 12", "unbounded-loop", client=start)


def test_a_retry_without_a_count_is_found(ts: Find) -> None:
    [one] = ts(
        f"""
        export async function ask(messages: any[], tools: any[]) {{
          while (true) {{
            try {{
              return {ASKS};
            }} catch (error) {{
              await sleep(1000);
            }}
          }}
        }}
        """,
        "unbounded-retry",
        "unbounded-loop",
    )
    assert (one.code, one.place.line) == ("ERR004", 5)


def test_a_loop_whose_handler_lets_some_failures_through_still_retries_for_ever(ts: Find) -> None:
    code = """
        export async function ask(messages: any[], tools: any[]) {
          while (true) {
            try {
              return %s;
            } catch (error) {
              %s
            }
          }
        }
        """
    names = ("unbounded-retry", "unbounded-loop")
    [one] = ts(code % (ASKS, "if (!retryable(error)) throw error;"), *names)
    assert one.code == "ERR004"
    assert not ts(code % (ASKS, "throw new NoAnswer(error);"), *names)


def test_a_function_that_calls_itself_after_each_failure_is_found(ts: Find) -> None:
    [one] = ts(
        f"""
        export async function ask(messages: any[], tools: any[]): Promise<any> {{
          try {{
            return {ASKS};
          }} catch (error) {{
            return ask(messages, tools);
          }}
        }}
        """,
        "unbounded-retry",
    )
    assert "ask() calling itself" in one.message


def test_a_library_told_to_retry_for_ever_is_found_and_a_counted_one_is_not(ts: Find) -> None:
    code = """
        import pRetry from "p-retry";
        export const ask = (messages: any[], tools: any[]) =>
          pRetry(() => openai.chat.completions.create({ model: "gpt-4.1", messages, tools }), { %s });
        """
    [one] = ts(code % "forever: true", "unbounded-retry")
    assert "p-retry tries for ever" in one.message
    assert ts(code % "retries: Infinity", "unbounded-retry")
    assert not ts(code % "retries: 4", "unbounded-retry")
    assert not ts(code % "forever: true, maxRetryTime: 60_000", "unbounded-retry")


def test_a_counted_recursion_is_sound(ts: Find) -> None:
    assert not ts(
        f"""
        export async function ask(messages: any[], tools: any[], attempt = 0): Promise<any> {{
          try {{
            return {ASKS};
          }} catch (error) {{
            if (attempt > 3) throw error;
            return ask(messages, tools, attempt + 1);
          }}
        }}
        """,
        "unbounded-retry",
    )


def test_limits_that_no_run_comes_to_are_found(ts: Find) -> None:
    for told in (
        "stopWhen: stepCountIs(100_000)",
        "stopWhen: () => false",
        "maxSteps: Infinity",
        "maxSteps: LIMIT",
        "stopWhen: isLoopFinished()",
    ):
        [one] = ts(
            f"""
            import {{ generateText, isLoopFinished, stepCountIs }} from "ai";
            const LIMIT = 10 * 1000;
            export const run = (prompt: string) => generateText({{ model, prompt, tools, {told} }});
            """,
            "limit-disabled",
            client="",
        )
        assert one.code == "RDY005", told


def test_limits_that_limit_are_sound_and_so_is_a_list_of_bounds(ts: Find) -> None:
    assert not ts(
        """
        import { generateText, hasToolCall, stepCountIs } from "ai";
        export const run = (prompt: string, tools: any) =>
          generateText({ model, prompt, tools, stopWhen: [stepCountIs(20), hasToolCall("done")] });
        export const other = (prompt: string, tools: any) =>
          generateText({ model, prompt, tools, stopWhen: stepCountIs(40) });
        export const bounded = (prompt: string, tools: any) =>
          generateText({ model, prompt, tools, maxSteps: Infinity, abortSignal });
        """,
        "limit-disabled",
        client="",
    )

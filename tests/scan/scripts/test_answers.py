"""What scripts do with what a model wrote."""

from __future__ import annotations

from tests.scan.scripts.conftest import Find

from agentprobe.scan.severity import Severity, Tier

TEXT = """
        export async function plan(messages: any[], tools: any[]) {
          const reply = await openai.chat.completions.create({ model: "gpt-4.1", messages, tools });
          const text = reply.choices[0].message.content ?? "";
          %s
        }
        """


def test_json_of_a_model_used_as_parsed_is_found(ts: Find) -> None:
    [one] = ts(TEXT % "const plan = JSON.parse(text); await book(plan.room, plan.day);", "output-unvalidated")
    assert (one.code, one.tier, one.place.line) == ("RDY007", Tier.PROVED, 7)


def test_json_that_a_schema_or_a_test_looks_at_is_sound(ts: Find) -> None:
    for body in (
        "return Plan.parse(JSON.parse(text));",
        "const plan = JSON.parse(text); return Plan.safeParse(plan);",
        "const plan = JSON.parse(text); if (!Array.isArray(plan.steps)) throw new Error(); return plan;",
        "const plan = JSON.parse(text); if (typeof plan.room !== 'string') throw new Error(); return plan;",
        "return runTool(JSON.parse(text));",
        "const plan = text ? JSON.parse(text) : {}; return plan?.room ?? 'none';",
        "const plan = JSON.parse(text); return JSON.stringify(plan, null, 2);",
    ):
        assert not ts(TEXT % body, "output-unvalidated"), body


def test_arguments_of_tool_calls_are_followed_through_a_loop(ts: Find) -> None:
    [one] = ts(
        TEXT
        % """
          for (const call of reply.choices[0].message.tool_calls ?? []) {
            const given = JSON.parse(call.function.arguments);
            await bookings.insert(given.room);
          }
        """,
        "output-unvalidated",
    )
    assert "arguments of a tool call" in one.message


def test_an_object_that_the_library_has_checked_is_sound(ts: Find) -> None:
    assert not ts(
        """
        import { generateObject } from "ai";
        export async function plan(prompt: string) {
          const { object } = await generateObject({ model, schema: Plan, prompt });
          return object.steps;
        }
        """,
        "output-unvalidated",
        "stop-reason-unchecked",
        client="",
    )


def test_code_of_a_model_that_is_run_is_found(ts: Find) -> None:
    for body in (
        "return eval(text);",
        "return new Function('x', text)(1);",
        "return eval(`(${text.trim()})`);",
    ):
        [one] = ts(TEXT % body, "eval-model-output")
        assert (one.code, one.severity) == ("RDY008", Severity.CRITICAL), body


def test_a_shell_that_runs_what_a_model_wrote_is_found(ts: Find) -> None:
    [one] = ts(
        "import { execSync } from 'node:child_process';" + TEXT % "return execSync(text).toString();",
        "eval-model-output",
    )
    assert "execSync() runs what a model wrote" in one.message


def test_code_of_the_program_and_a_fixed_command_are_sound(ts: Find) -> None:
    assert not ts(
        "import { execFileSync, execSync } from 'node:child_process';"
        + TEXT % "eval(loader); execSync('git status'); return execFileSync('wc', ['-w'], { input: text });",
        "eval-model-output",
    )


def test_a_verdict_by_a_word_in_the_answer_is_found(ts: Find) -> None:
    [one] = ts(TEXT % "if (text.toLowerCase().includes('yes')) { return refund(); }", "verdict-by-substring")
    assert (one.code, one.severity) == ("SYS002", Severity.HIGH)


def test_words_in_other_texts_and_long_ones_are_no_verdict(ts: Find) -> None:
    assert not ts(
        TEXT
        % """
          if (request.path.includes("yes")) return 1;
          if (text.includes("## Sources of this report")) return 2;
          if (text.split(",").includes("yes")) return 3;
          if (reply.choices[0].finish_reason.includes("stop")) return 4;
        """,
        "verdict-by-substring",
    )


def test_an_answer_that_may_be_cut_off_is_found_where_its_handler_hides_that(ts: Find) -> None:
    body = "try { return JSON.parse(text); } catch { return { steps: [] }; }"
    [one] = ts(TEXT % body, "stop-reason-unchecked")
    assert (one.code, one.place.line) == ("TOK003", 5)
    assert "finish_reason" in one.advice


def test_the_json_of_a_provider_is_not_what_its_model_wrote(ts: Find) -> None:
    assert not ts(
        """
        export async function ask(messages: any[]) {
          const reply = await fetch("https://api.openai.com/v1/chat/completions", { method: "POST" });
          const text = await reply.text();
          try { return JSON.parse(text).choices[0].message.content.trim(); } catch { return ""; }
        }
        """,
        "output-unvalidated",
        "stop-reason-unchecked",
        client="",
    )


def test_an_end_that_is_looked_at_or_shows_itself_is_sound(ts: Find) -> None:
    hides = "try { return JSON.parse(text); } catch { return {}; }"
    for body in (
        f"if (reply.choices[0].finish_reason === 'length') throw new Error('cut'); {hides}",
        "return JSON.parse(text);",
        "try { return JSON.parse(text); } catch (error) { throw new PlanError(error); }",
    ):
        assert not ts(TEXT % body, "stop-reason-unchecked"), body


def test_only_the_first_of_the_tool_calls_is_found(ts: Find) -> None:
    body = """
          const call = reply.choices[0].message.tool_calls?.[0];
          messages.push({ role: "tool", tool_call_id: call.id, content: await run(call) });
        """
    [one] = ts(TEXT % body, "first-tool-call-only")
    assert (one.code, one.tier, one.severity) == ("RACE009", Tier.PROVED, Severity.HIGH)


def test_the_first_tool_call_is_enough_where_there_is_only_one(ts: Find) -> None:
    for body in (
        "for (const call of said.tool_calls) run(call); log(said.tool_calls[0].tool_call_id);",
        "return Plan.parse(JSON.parse(said.tool_calls[0].function.arguments));",
        "await again({ parallel_tool_calls: false }); return run(said.tool_calls[0]);",
        "if (said.tool_calls.length > 1) throw new Error(); return said.tool_calls[0];",
    ):
        assert not ts(TEXT % f"const said = reply.choices[0].message; {body}", "first-tool-call-only"), body
    assert not ts(
        "export const first = (delta: any) => delta.tool_calls[0].index;\n" + TEXT % "return text;",
        "first-tool-call-only",
    )


def test_errors_of_parallel_calls_that_nobody_looks_at_are_found(ts: Find) -> None:
    [one] = ts(
        """
        export async function all(questions: any[]) {
          const results = await Promise.allSettled(
            questions.map((messages) => openai.chat.completions.create({ model: "gpt-4.1", messages })),
          );
          return results.filter((one) => one.status === "fulfilled").map((one: any) => one.value);
        }
        """,
        "gather-errors-dropped",
    )
    assert (one.code, one.place.line) == ("ERR009", 5)


def test_parallel_errors_that_are_counted_or_of_no_model_are_sound(ts: Find) -> None:
    asks = 'questions.map((messages) => openai.chat.completions.create({ model: "gpt-4.1", messages }))'
    for jobs, after in (
        (asks, "const lost = results.filter((one) => one.status === 'rejected'); log(lost.length);"),
        (asks, "for (const one of results) if (one.status === 'fulfilled') keep(one.value); else log(one);"),
        (asks, ""),
        ("files.map((file) => unlink(file))", "return results.filter((one) => one.status === 'fulfilled');"),
    ):
        assert not ts(
            f"export async function all(questions: any[]) {{"
            f" const results = await Promise.allSettled({jobs}); {after} }}",
            "gather-errors-dropped",
        ), after
